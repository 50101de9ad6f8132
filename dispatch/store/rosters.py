"""SQL of drivers: rosters, absences, qualifications and the rules they drive by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.drivers.fitness import Absence, Away, Qualification
from dispatch.drivers.roster import ShiftLine, shifts
from dispatch.drivers.rules import DrivingRules, Training
from dispatch.eligible import Span
from dispatch.store.rows import many, one, seeing_all
from fleet import store as fleet_store
from fleet.access import Seen
from fleet.db import Connection, pg_errors
from fleet.vehicle import VehicleClass

AWAY = "SELECT * FROM drivers_away(%(tenant)s, %(since)s, %(until)s) ORDER BY start_at"
ROSTER = "SELECT * FROM driver_roster(%(tenant)s, %(first)s, %(last)s)"
QUALIFIED = "SELECT * FROM drivers_qualified(%(tenant)s)"
RULES = "SELECT * FROM driving_rules WHERE tenant_id = %(tenant)s ORDER BY version_no"
# A driver by trade, as far as the viewer may know of him.
DRIVER = """
SELECT p.id, p.tenant_id, p.unit_id, p.name, EXISTS (SELECT FROM person_role r WHERE r.person_id = p.id AND r.role = 'driver' AND r.during @> %(now)s) AS drives
FROM person p WHERE p.id = %(id)s
"""
DRIVER_LOGINS = """
SELECT DISTINCT p.login, p.id, p.unit_id FROM person p JOIN person_role r ON r.person_id = p.id AND r.role = 'driver' AND r.during @> %(now)s
WHERE p.tenant_id = %(tenant)s
"""
ABSENCE = """
SELECT id, tenant_id, person_id, kind, lower(during) AS start_at, upper(during) AS end_at, withdrawn_at, row_version FROM driver_absence WHERE id = %(id)s
"""
# Trips ahead that a driver has been given in a span, by number.
TRIPS_OF = """
SELECT order_no FROM dispatch_order WHERE driver_id = %(person)s AND state IN ('assigned', 'driver_accepted', 'departed', 'in_use', 'extended')
  AND planned_end_at > %(since)s AND (%(until)s::timestamptz IS NULL OR planned_start_at < %(until)s) ORDER BY planned_start_at LIMIT 20
"""
TABLES = {"shift": "driver_shift", "absence": "driver_absence", "qualification": "driver_qualification"}


class AlreadyAway(Exception):
    """He is away for the same reason at that time already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is kept of the drivers of a tenant around a span, by person."""

    shifts: Mapping[UUID, tuple[Span, ...]]  # absent: no roster is kept of him
    away: Mapping[UUID, tuple[Absence, ...]] = field(default_factory=dict)
    qualified: Mapping[UUID, tuple[Qualification, ...]] = field(default_factory=dict)
    rules: tuple[DrivingRules, ...] = ()


async def known(conn: Connection, tenant_id: UUID, since: datetime, until: datetime, zone: ZoneInfo) -> Known:
    """Also for a viewer who may not read why somebody is away."""
    lines: dict[UUID, list[ShiftLine]] = {}
    first, last = since.astimezone(zone).date() - timedelta(days=1), until.astimezone(zone).date()
    for row in await many(conn, ROSTER, tenant=tenant_id, first=first, last=last):
        lines.setdefault(row.pop("person_id"), []).append(ShiftLine(**row))
    away: dict[UUID, list[Absence]] = {}
    for row in await many(conn, AWAY, tenant=tenant_id, since=since, until=until):
        person_id = row.pop("person_id")
        away.setdefault(person_id, []).append(Absence(**row | {"kind": Away(row["kind"])}))
    qualified: dict[UUID, list[Qualification]] = {}
    for row in await many(conn, QUALIFIED, tenant=tenant_id):
        qualified.setdefault(row.pop("person_id"), []).append(Qualification(**row))
    return Known(
        shifts={
            person_id: tuple(
                Span(start_at=each.start_at, end_at=each.end_at) for each in shifts(mine, since, until, zone)
            )
            for person_id, mine in lines.items()
        },
        away={person_id: tuple(mine) for person_id, mine in away.items()},
        qualified={person_id: tuple(mine) for person_id, mine in qualified.items()},
        rules=await rules(conn, tenant_id),
    )


async def rules(conn: Connection, tenant_id: UUID) -> tuple[DrivingRules, ...]:
    """Every version, oldest first."""
    return tuple(_rules(row) for row in await many(conn, RULES, tenant=tenant_id))


async def add_rules(conn: Connection, tenant_id: UUID, wanted: DrivingRules, **more: Any) -> bool:
    """False when somebody else has made this version meanwhile."""
    values = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    values |= {"classes": sorted(wanted.classes), "trainings": sorted(wanted.trainings), "tenant_id": tenant_id}
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, "driving_rules", values | more)
    except pg_errors.UniqueViolation:
        return False
    return True


async def driver(conn: Connection, person_id: UUID, now: datetime) -> dict[str, Any] | None:
    """id, tenant_id, unit_id, name, drives."""
    return await one(conn, DRIVER, id=person_id, now=now)


async def driver_logins(conn: Connection, tenant_id: UUID, now: datetime) -> dict[str, tuple[UUID, UUID]]:
    """Person and unit of everybody who drives by trade, by login."""
    rows = await many(conn, DRIVER_LOGINS, tenant=tenant_id, now=now)
    return {row["login"]: (row["id"], row["unit_id"]) for row in rows}


async def add_line(conn: Connection, what: str, values: Mapping[str, Any]) -> None:
    """A shift, absence or qualification. Raises AlreadyAway."""
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, TABLES[what], values)
    except pg_errors.ExclusionViolation as error:
        raise AlreadyAway from error


async def line(conn: Connection, what: str, line_id: UUID) -> dict[str, Any] | None:
    """As the viewer sees it: tenant, person, whether it was withdrawn, version."""
    sql = f"SELECT id, tenant_id, person_id, withdrawn_at, row_version FROM {TABLES[what]} WHERE id = %(id)s"  # noqa: S608 - own table names
    return await one(conn, sql, id=line_id)


async def absence(conn: Connection, absence_id: UUID) -> dict[str, Any] | None:
    return await one(conn, ABSENCE, id=absence_id)


async def set_line(conn: Connection, what: str, line_id: UUID, row_version: int, values: Mapping[str, Any]) -> bool:
    """False when somebody was faster."""
    columns = ", ".join(f"{name} = %({name})s" for name in values)
    sql = f"UPDATE {TABLES[what]} SET {columns} WHERE id = %(line)s AND row_version = %(version)s"  # noqa: S608 - own names
    cursor = await conn.execute(sql, {**values, "line": line_id, "version": row_version})
    return cursor.rowcount == 1


async def trips_of(conn: Connection, person_id: UUID, since: datetime, until: datetime | None) -> list[int]:
    """Numbers of the trips ahead or under way, whosever they are."""
    async with seeing_all(conn, Seen.ORDER):
        rows = await many(conn, TRIPS_OF, person=person_id, since=since, until=until)
    return [row["order_no"] for row in rows]


async def wake_engine(conn: Connection) -> None:
    """Somebody is away or back: trips may need another driver."""
    await conn.execute("SELECT pg_notify('order_changed', '')")


def _rules(row: Mapping[str, Any]) -> DrivingRules:
    names = {each.name for each in fields(DrivingRules)}
    values = {name: value for name, value in row.items() if name in names}
    return DrivingRules(
        **values
        | {
            "classes": frozenset(VehicleClass(name) for name in row["classes"]),
            "trainings": frozenset(Training(name) for name in row["trainings"]),
        }
    )
