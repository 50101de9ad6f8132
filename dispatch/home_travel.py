"""Who is posted elsewhere and may be driven home, how often a year and on which paper (S12); entered by the fleet authority."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from dispatch import store
from dispatch.store import conditions as rows
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, Stale
from fleet.order import Place

MOST_A_YEAR = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a right allows; `last_day` absent: until further notice."""

    trips_a_year: int
    basis: str
    first_day: date
    last_day: date | None = None


async def give(conn: Connection, actor: Actor, person_id: UUID, home: Place, terms: Terms, *, now: datetime) -> UUID:
    """Raises Forbidden, Invalid, Conflict when the person has a right on some of those days already."""
    require(actor, "home_travel.edit")
    _check(terms)
    if not await store.all_known(conn, actor.tenant_id, [person_id]):
        raise Invalid(field="person_id", reason="unknown")
    right_id = uuid4()
    values = {
        "id": right_id, "tenant_id": actor.tenant_id, "person_id": person_id, "home": asdict(home), "created_at": now,
        "created_by": actor.person_id,
    }  # fmt: skip
    try:
        await rows.add_home_right(conn, values, terms.trips_a_year, terms.basis, terms.first_day, terms.last_day)
    except rows.HomeRightThere:
        raise Conflict(what="home_right_there") from None
    await _note(conn, actor, right_id, "give", {"person_id": str(person_id), **_told(terms)}, now)
    return right_id


async def change(
    conn: Connection, actor: Actor, right_id: UUID, terms: Terms, *, row_version: int, now: datetime
) -> int:
    """Another quota, paper or span; person and home stay. Raises as giving one, and NotFound, Stale."""
    require(actor, "home_travel.edit")
    _check(terms)
    current = await rows.home_right_version(conn, right_id)
    if current is None:
        raise NotFound(object="home_travel")
    if current != row_version:
        raise Stale(yours=row_version, current=current)
    try:
        if not await rows.set_home_right(
            conn, right_id, row_version, terms.trips_a_year, terms.basis, terms.first_day, terms.last_day
        ):
            raise Stale(yours=row_version, current=await rows.home_right_version(conn, right_id))
    except rows.HomeRightThere:
        raise Conflict(what="home_right_there") from None
    await _note(conn, actor, right_id, "change", _told(terms), now)
    return row_version + 1


def _check(terms: Terms) -> None:
    if not 0 <= terms.trips_a_year <= MOST_A_YEAR:
        raise Invalid(field="trips_a_year", reason="count")
    if not terms.basis.strip():
        raise Invalid(field="basis", reason="missing")
    if terms.last_day is not None and terms.last_day < terms.first_day:
        raise Invalid(field="last_day", reason="not_a_span")


def _told(terms: Terms) -> dict[str, object]:
    return {name: value if isinstance(value, int) else str(value) for name, value in asdict(terms).items()}


async def _note(
    conn: Connection, actor: Actor, right_id: UUID, verb: str, after: dict[str, object], now: datetime
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=f"home_travel.{verb}", object_kind="home_travel", object_id=right_id,
        before={}, after=after, now=now,
    )  # fmt: skip
