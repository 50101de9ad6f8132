"""Use cases of drivers: their roster, leave and sickness, what they may drive. Nothing is erased: a line is withdrawn with a reason.

Who falls sick says so himself, or somebody who keeps his roster does: from then on he is not available, the engine looks
for others for his trips, and the dispatchers are told. Why somebody is away stays out of the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from dispatch.batch import RowError
from dispatch.batch_booking import RowsRefused
from dispatch.drivers.fitness import Away
from dispatch.drivers.roster import ShiftLine
from dispatch.drivers.roster_file import read, trouble_of
from dispatch.drivers.rules import Training
from dispatch.store import rosters as store
from dispatch.store.people import dispatchers
from dispatch.upkeep import MeetsOrders
from fleet import journal, outbox
from fleet.access import Actor, Role, may, require
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, Stale, WrongState
from fleet.vehicle import VehicleClass

LONGEST_ABSENCE = timedelta(days=366)
EARLIEST = timedelta(days=31)  # what lies longer ago is not entered any more
MOST_TOLD = 200  # wrong cells in one answer
Kind = Literal["shift", "absence", "qualification"]
RIGHT_OF: Mapping[Kind, str] = {"shift": "roster.edit", "absence": "roster.edit", "qualification": "driver.qualify"}
VERB_OF: Mapping[Kind, str] = {"shift": "roster", "absence": "absence", "qualification": "qualification"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file: lines entered, or that would be, and the wrong cells of the others."""

    rows: int
    entered: int
    errors: tuple[RowError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledIn:
    """An absence that was entered, and the numbers of the trips he had been given."""

    id: UUID
    orders: tuple[int, ...]


async def add_shift(
    conn: Connection, actor: Actor, person_id: UUID, line: ShiftLine, note: str, *, now: datetime
) -> UUID:
    """A line of a roster. Raises Forbidden, NotFound, Invalid."""
    driver = await _driver(conn, actor, person_id, "roster.edit", now)
    if trouble := trouble_of(line):
        raise Invalid(field=trouble[0], reason=trouble[1])
    line_id = await _add(conn, actor, driver, "shift", _shift_values(line, note), now)
    await store.wake_engine(conn)
    return line_id


async def import_shifts(conn: Connection, actor: Actor, text: str, *, dry: bool, now: datetime) -> Imported:
    """All lines of a file, or none. Raises Forbidden, and RowsRefused unless `dry` when a cell is wrong."""
    require(actor, "roster.edit")
    logins = await store.driver_logins(conn, actor.tenant_id, now)
    mine = {login: person_id for login, (person_id, unit_id) in logins.items() if _reaches(actor, "roster.edit", unit_id)}  # fmt: skip
    found, errors = read(text, mine)
    total = len(found) + len({error.line for error in errors if error.line > 1})
    if errors and not dry:
        told: list[dict[str, Any]] = [
            {"line": each.line, "column": each.column, "reason": each.reason, "params": dict(each.params)}
            for each in errors[:MOST_TOLD]
        ]
        raise RowsRefused(rows=told, count=len(errors))
    if dry:
        return Imported(rows=total, entered=0, errors=tuple(errors[:MOST_TOLD]))
    for each in found:
        driver = {"id": each.person_id, "tenant_id": actor.tenant_id}
        await _add(conn, actor, driver, "shift", _shift_values(each.shift, each.note), now)
    await store.wake_engine(conn)
    return Imported(rows=total, entered=len(found), errors=())


async def add_absence(
    conn: Connection, actor: Actor, person_id: UUID, kind: Away, start_at: datetime, end_at: datetime | None, note: str,
    *, now: datetime, anyway: bool = False,
) -> CalledIn:  # fmt: skip
    """Leave or sickness. Leave that meets his trips is entered only `anyway`; sickness always.

    Raises Forbidden, NotFound, Invalid, MeetsOrders, Conflict when he is away for that reason already.
    """
    own = kind is Away.SICK and person_id == actor.person_id and Role.DRIVER in actor.roles
    driver = await _driver(conn, actor, person_id, "roster.call_in" if own else "roster.edit", now)
    if end_at is None and kind is Away.LEAVE:
        raise Invalid(field="end_at", reason="missing")
    if end_at is not None and (end_at <= start_at or end_at <= now):
        raise Invalid(field="end_at", reason="not_a_span")
    if start_at < now - EARLIEST or (end_at is not None and end_at - start_at > LONGEST_ABSENCE):
        raise Invalid(field="start_at", reason="too_long")
    orders = await store.trips_of(conn, person_id, max(start_at, now), end_at)
    if orders and kind is Away.LEAVE and not anyway:
        raise MeetsOrders(orders=orders)
    values = {"kind": kind.value, "during": TimestamptzRange(start_at, end_at), "note": note}
    told = {"from": start_at.isoformat(), "to": end_at and end_at.isoformat(), "orders": orders}
    line_id = await _add(conn, actor, driver, "absence", values, now, told)
    await store.wake_engine(conn)
    await outbox.notify(
        conn, tenant_id=driver["tenant_id"], person_ids=await dispatchers(conn, driver["tenant_id"], now), kind=f"driver_{kind.value}",
        params={"driver": driver["name"], "from": start_at.isoformat(), "orders": ", ".join(map(str, orders)) or "-"},
        object_kind="order", object_id=None, dedupe_key=f"driver_{kind.value}:{line_id}", now=now,
    )  # fmt: skip
    return CalledIn(id=line_id, orders=tuple(orders))


async def end_absence(
    conn: Connection, actor: Actor, absence_id: UUID, back_at: datetime, *, row_version: int, now: datetime
) -> int:
    """He is back before his absence was to end, or when it had no end. Raises Forbidden, NotFound, Stale, WrongState, Invalid."""
    row = await store.absence(conn, absence_id)
    if row is None:
        raise NotFound(object="absence")
    own = row["person_id"] == actor.person_id and row["kind"] == Away.SICK
    driver = await _driver(conn, actor, row["person_id"], "roster.call_in" if own else "roster.edit", now)
    _unchanged(row, row_version, "absence")
    if not row["start_at"] < back_at or (row["end_at"] is not None and back_at >= row["end_at"]):
        raise Invalid(field="back_at", reason="not_a_span")
    values = {"during": TimestamptzRange(row["start_at"], back_at)}
    if not await store.set_line(conn, "absence", absence_id, row_version, values):
        raise Stale(yours=row_version, current=None)
    before = {"to": row["end_at"] and row["end_at"].isoformat()}
    await _note(conn, actor, driver, "absence.end", before, {"to": back_at.isoformat()}, "", now)
    await store.wake_engine(conn)
    return row_version + 1


async def qualify(
    conn: Connection, actor: Actor, person_id: UUID, name: str, first_day: date, last_day: date | None, basis: str, *, now: datetime
) -> UUID:  # fmt: skip
    """Authorise somebody for a class of vehicles, or note a training, on some paper. Raises Forbidden, NotFound, Invalid."""
    driver = await _driver(conn, actor, person_id, "driver.qualify", now)
    kind = "vehicle_class" if name in set(VehicleClass) else "training" if name in set(Training) else None
    if kind is None:
        raise Invalid(field="name", reason="unknown")
    if last_day is not None and last_day < first_day:
        raise Invalid(field="last_day", reason="not_a_span")
    values = {"kind": kind, "name": name, "first_day": first_day, "last_day": last_day, "basis": basis.strip()}
    line_id = await _add(conn, actor, driver, "qualification", values, now)
    await store.wake_engine(conn)
    return line_id


async def withdraw(
    conn: Connection, actor: Actor, what: Kind, line_id: UUID, reason: str, *, row_version: int, now: datetime
) -> int:
    """A line does not count any more; it stays readable with the reason. Raises Forbidden, NotFound, Stale, WrongState, Invalid."""
    row = await store.line(conn, what, line_id)
    if row is None:
        raise NotFound(object=what)
    driver = await _driver(conn, actor, row["person_id"], RIGHT_OF[what], now)
    _unchanged(row, row_version, what)
    if not reason.strip():
        raise Invalid(field="reason", reason="missing")
    values = {"withdrawn_at": now, "withdrawn_by": actor.person_id, "withdrawn_reason": reason.strip()}
    if not await store.set_line(conn, what, line_id, row_version, values):
        raise Stale(yours=row_version, current=None)
    await _note(conn, actor, driver, f"{VERB_OF[what]}.withdraw", {}, {"line": str(line_id)}, reason.strip(), now)
    await store.wake_engine(conn)
    return row_version + 1


def _reaches(actor: Actor, right: str, unit_id: UUID) -> bool:
    """Of everybody for who dispatches or keeps the fleet, else of the units his roles reach."""
    return may(actor, right) and (may(actor, "roster.all") or may(actor, right, unit_id))


async def _driver(conn: Connection, actor: Actor, person_id: UUID, right: str, now: datetime) -> dict[str, Any]:
    """Whom this is about. Raises Forbidden before it says whether there is such a driver, NotFound."""
    require(actor, right)
    row = await store.driver(conn, person_id, now)
    if row is None or not row["drives"]:
        raise NotFound(object="driver")
    if person_id != actor.person_id and not _reaches(actor, right, row["unit_id"]):
        raise Forbidden(action=right)
    if person_id == actor.person_id and right == "driver.qualify":
        raise Forbidden(action=right)  # nobody authorises himself
    return row


def _unchanged(row: Mapping[str, Any], row_version: int, what: str) -> None:
    if row["withdrawn_at"] is not None:
        raise WrongState(state="withdrawn", action=what, allowed=[])
    if row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])


def _shift_values(line: ShiftLine, note: str) -> dict[str, Any]:
    last_day = line.first_day if line.weekday is None else line.last_day
    return {
        "weekday": line.weekday, "first_day": line.first_day, "last_day": last_day, "starts": line.starts, "ends": line.ends,
        "note": note,
    }  # fmt: skip


async def _add(
    conn: Connection, actor: Actor, driver: Mapping[str, Any], what: Kind, values: Mapping[str, Any], now: datetime,
    told: Mapping[str, object] | None = None,
) -> UUID:  # fmt: skip
    line_id = uuid4()
    who = {"id": line_id, "tenant_id": driver["tenant_id"], "person_id": driver["id"], "entered_at": now, "entered_by": actor.person_id}  # fmt: skip
    try:
        await store.add_line(conn, what, {**values, **who})
    except store.AlreadyAway:
        raise Conflict(what="already_away") from None
    after = told or {name: value if isinstance(value, int) else value and str(value) for name, value in values.items()}
    await _note(conn, actor, driver, f"{VERB_OF[what]}.add", {}, after, "", now)
    return line_id


async def _note(
    conn: Connection, actor: Actor, driver: Mapping[str, Any], action: str, before: Mapping[str, object],
    after: Mapping[str, object], reason: str, now: datetime,
) -> None:  # fmt: skip
    await journal.record(
        conn, tenant_id=driver["tenant_id"], actor=actor, action=action, object_kind="person", object_id=driver["id"],
        before=before, after=after, now=now, reason=reason,
    )  # fmt: skip
