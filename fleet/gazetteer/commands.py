"""What `python -m fleet gazetteer ...` does: make a gazetteer from an extract, ask it at the command line, and keep the tenant's own names."""

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from fleet import commands, store
from fleet.errors import NotConfigured
from fleet.gazetteer import service
from fleet.gazetteer import store as sql
from fleet.gazetteer.book import Book
from fleet.gazetteer.entries import read, write
from fleet.gazetteer.finding import Finder
from fleet.gazetteer.osm import ATTRIBUTION, from_extract
from fleet.gazetteer.where import where
from fleet.position import Datum
from fleet.settings import Settings, need

Arguments = argparse.Namespace


def add_arguments(add: Callable[..., argparse.ArgumentParser], group: Callable[[str, str], object]) -> None:
    """`gazetteer` in the command line of fleet."""
    actions = group("gazetteer", "places in words and words to places, without any network")
    made = add("build", build, actions)
    made.add_argument("--pbf", type=Path, required=True, help="OpenStreetMap extract")
    made.add_argument("--out", type=Path, required=True, help="gazetteer.bin, replaced")
    made.add_argument("--attribution", default=ATTRIBUTION, help="source of the names")
    shown = add("show", show, actions)
    asked = add("where", where_is, actions)
    asked.add_argument("lon", type=float)
    asked.add_argument("lat", type=float)
    found = add("find", find, actions)
    found.add_argument("words", help="a name, a part of it, its pinyin or initials, or road and number")
    found.add_argument("--near", type=float, nargs=2, metavar=("LON", "LAT"), help="what the order prefers")
    found.add_argument("--most", type=int, default=10)
    own = add("name", name, actions)
    own.add_argument("name")
    own.add_argument("lon", type=float)
    own.add_argument("lat", type=float)
    own.add_argument("--datum", default="WGS84", choices=[str(one) for one in Datum], help="of the coordinates")
    own.add_argument("--name-en", default="")
    own.add_argument(
        "--short", action="append", default=[], help="another name it is found by, e.g. 市府; may be repeated"
    )
    own.add_argument("--kind", default="", help="office, government, hospital ... as in docs/gazetteer.md")
    add("forget", forget, actions).add_argument("name")
    add("names", names, actions)
    for one in (shown, asked, found):
        one.add_argument("--file", type=Path, help="FLEET_GAZETTEER when absent")


async def build(_: Settings, arguments: Arguments) -> int:
    """Make a gazetteer from an extract."""
    started = time.monotonic()
    entries = from_extract(arguments.pbf, arguments.attribution)
    size = write(entries, arguments.out)
    counts = {name: len(getattr(entries, name)) for name in ("places", "roads", "regions", "numbers")}
    commands.tell(source=entries.source, **counts, bytes=size, seconds=round(time.monotonic() - started, 1))
    return 0


async def show(settings: Settings, arguments: Arguments) -> int:
    """What a gazetteer was made of and how much is in it."""
    entries = read(_file(settings, arguments))
    kinds: dict[str, int] = {}
    for place in entries.places:
        kinds[place.kind or "other"] = kinds.get(place.kind or "other", 0) + 1
    commands.tell(
        source=entries.source, attribution=entries.attribution, places=len(entries.places), kinds=kinds,
        roads=len(entries.roads), regions=len(entries.regions), levels=sorted({one.level for one in entries.regions}),
        numbers=len(entries.numbers),
    )  # fmt: skip
    return 0


async def where_is(settings: Settings, arguments: Arguments) -> int:
    """A point in words; exit 1 where nothing known is near."""
    words = where(arguments.lon, arguments.lat, Book.open(_file(settings, arguments)))
    if words is None:
        commands.tell(text=None)
        return 1
    commands.tell(**asdict(words))
    return 0


async def find(settings: Settings, arguments: Arguments) -> int:
    """Places that fit the words, the best first; exit 1 when there is none."""
    finder = Finder(Book.open(_file(settings, arguments)))
    near = None if arguments.near is None else (arguments.near[0], arguments.near[1])
    hits = finder.find(arguments.words, near, arguments.most)
    for hit in hits:
        commands.tell(**asdict(hit))
    return 0 if hits else 1


async def name(settings: Settings, arguments: Arguments) -> int:
    """A name of the tenant's own for a place, or other short names for it."""
    async with await commands.connect(settings) as conn, conn.transaction():
        told = await service.name_place(
            conn, "fleet gazetteer name", tenant_id=await commands.tenant_of(conn), name=arguments.name,
            lon=arguments.lon, lat=arguments.lat, datum=Datum(arguments.datum), name_en=arguments.name_en,
            short_names=arguments.short, kind=arguments.kind, now=datetime.now(UTC),
        )  # fmt: skip
    commands.tell(**told)
    return 0


async def forget(settings: Settings, arguments: Arguments) -> int:
    """A name of the tenant's own is no longer offered."""
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        await service.forget_name(
            conn, "fleet gazetteer forget", tenant_id=tenant_id, name=arguments.name, now=datetime.now(UTC)
        )
    commands.tell(forgotten=arguments.name)
    return 0


async def names(settings: Settings, _: Arguments) -> int:
    """The tenant's own names."""
    async with await commands.connect(settings) as conn:
        for row in await store.many(conn, sql.EVERY, (await commands.tenant_of(conn),)):
            commands.tell(**row)
    return 0


def _file(settings: Settings, arguments: Arguments) -> Path:
    path: Path | None = arguments.file or settings.gazetteer
    if path is not None and not path.is_file():
        raise NotConfigured(f"{path}: no such file; make it with python -m fleet gazetteer build")
    return need(path, "FLEET_GAZETTEER")
