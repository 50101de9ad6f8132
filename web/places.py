"""The gazetteers of the running program: that of the map, read once, and each tenant's own sites, read again when they change.

Words are made for what an answer already shows as coordinates, so they need no right of their own.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import structlog

from fleet.access import Actor
from fleet.db import Connection
from fleet.gazetteer.book import Book
from fleet.gazetteer.entries import UnreadableGazetteer
from fleet.gazetteer.finding import Finder, Hit, find
from fleet.gazetteer.sites import from_rows
from fleet.gazetteer.where import Words, where
from web.store import places as store

MOST_REMEMBERED = 20_000
REST_EVERY = 50  # points; others are served in between
DECIMALS = 5  # a metre: points nearer to each other share their words

Row = TypeVar("Row")
Point = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """One tenant's sites, and words already made with them."""

    stamp: str
    book: Book
    finder: Finder
    said: dict[tuple[float, float], Words | None] = field(default_factory=dict)


class Gazetteers:
    """Everything that says where something is."""

    def __init__(self, book: Book | None) -> None:
        self._book = book
        self._finder = Finder(book) if book else None
        self._own: dict[UUID, Own] = {}

    async def words(self, conn: Connection, actor: Actor, points: Iterable[Point]) -> list[Words | None]:
        """The words for each point; None for an absent one and where nothing known is near."""
        own = await self.own(conn, actor)
        told = []
        for number, (lon, lat) in enumerate(points):
            if number % REST_EVERY == REST_EVERY - 1:
                await asyncio.sleep(0)
            told.append(None if lon is None or lat is None else self._said(own, lon, lat))
        return told

    async def in_words(
        self, conn: Connection, actor: Actor, rows: Sequence[Row], *points: tuple[str, str, str]
    ) -> list[Row]:
        """Rows with the field of each (field, lon, lat) said in words, and its English form beside it (`_en`)."""
        told: list[Any] = list(rows)
        for field_name, lon, lat in points:
            words = await self.words(conn, actor, [(getattr(row, lon), getattr(row, lat)) for row in told])
            told = [
                replace(row, **{field_name: said.text, f"{field_name}_en": said.text_en}) if said else row
                for row, said in zip(told, words, strict=True)
            ]
        return told

    async def find(
        self, conn: Connection, actor: Actor, words: str, near: tuple[float, float] | None, limit: int
    ) -> list[Hit]:
        """Places that fit, the tenant's own before the map's; without words the tenant's own."""
        own = await self.own(conn, actor)
        if not words.strip():
            return own.finder.first(near, limit)
        return find(words, [own.finder, *([self._finder] if self._finder else [])], near, limit)

    def district(self, lon: float, lat: float) -> str | None:
        """The finest district around a point, by name."""
        found = self._book.regions(lon, lat) if self._book else []
        return found[-1].name if found else None

    async def own(self, conn: Connection, actor: Actor) -> Own:
        """The sites of this person's tenant."""
        stamp = await store.stamp(conn, actor)
        known = self._own.get(actor.tenant_id)
        if known is not None and known.stamp == stamp:
            return known
        rows = await store.sites(conn, actor)
        made = await asyncio.to_thread(_made, stamp, rows)  # the first Chinese name loads dictionaries
        self._own[actor.tenant_id] = made
        return made

    def _said(self, own: Own, lon: float, lat: float) -> Words | None:
        key = (round(lon, DECIMALS), round(lat, DECIMALS))
        if key not in own.said:
            if len(own.said) >= MOST_REMEMBERED:
                own.said.clear()
            own.said[key] = where(*key, self._book, own.book)
        return own.said[key]


def _made(stamp: str, rows: Sequence[Mapping[str, Any]]) -> Own:
    book = Book(from_rows(rows))
    return Own(stamp=stamp, book=book, finder=Finder(book, own=True))


def opened(path: Path | None) -> Gazetteers:
    """The gazetteers with that of a file; without one, or with one that cannot be read, only the tenants' sites."""
    if path is None or not path.is_file():
        return Gazetteers(None)
    try:
        return Gazetteers(Book.open(path))
    except UnreadableGazetteer as error:
        structlog.get_logger().error("gazetteer_unreadable", why=str(error))
        return Gazetteers(None)
