"""What the conditions of a request ask of the database: licences, quotas, and the whole fleet beyond the viewer's own sight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dispatch.eligible import DriverFacts, VehicleFacts
from dispatch.store.resources import drivers, vehicles
from dispatch.store.rows import many, one, seeing_all
from fleet import store as fleet_store
from fleet.access import Seen
from fleet.db import Connection, DateRange, Jsonb, pg_errors

PERSON = "SELECT active, licence_class, licence_expires_on FROM person WHERE tenant_id = %(tenant)s AND id = %(id)s"
VEHICLE = "SELECT id, status FROM vehicle WHERE tenant_id = %(tenant)s AND id = %(id)s"
# Home trips of a person that were asked for in a civil year and not called off.
HOME_TRIPS = """
SELECT count(*) AS n FROM dispatch_order
WHERE tenant_id = %(tenant)s AND requester_id = %(person)s AND purpose = %(purpose)s AND id IS DISTINCT FROM %(but)s
  AND extract(year FROM planned_start_at AT TIME ZONE %(zone)s) = %(year)s
  AND state NOT IN ('rejected', 'withdrawn', 'cancelled', 'expired', 'no_show')
"""
# Two bookings at once would each see the other's place in the quota as free.
QUOTA_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('home travel ' || %(person)s::text, 0))"
HOME_RIGHT = """
SELECT id, trips_a_year, home, lower(days) AS since, upper(days) AS until FROM home_travel_right
WHERE tenant_id = %(tenant)s AND person_id = %(person)s AND days @> %(on)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What a person may drive."""

    active: bool
    licence_class: str | None
    licence_expires_on: date | None


async def licence(conn: Connection, tenant_id: UUID, person_id: UUID) -> Licence | None:
    row = await one(conn, PERSON, tenant=tenant_id, id=person_id)
    return None if row is None else Licence(**row)


async def vehicle_status(conn: Connection, tenant_id: UUID, vehicle_id: UUID) -> str | None:
    """The status of a vehicle anybody may name; None when there is none."""
    async with seeing_all(conn, Seen.VEHICLE):
        row = await one(conn, VEHICLE, tenant=tenant_id, id=vehicle_id)
    return None if row is None else str(row["status"])


async def home_trips(
    conn: Connection, tenant_id: UUID, person_id: UUID, *, purpose: str, year: int, zone: str, but: UUID | None
) -> int:
    """How many home trips of the year are taken; one booking of a person at a time."""
    await conn.execute(QUOTA_LOCK, {"person": person_id})
    async with seeing_all(conn, Seen.ORDER):
        row = await one(
            conn, HOME_TRIPS, tenant=tenant_id, person=person_id, purpose=purpose, year=year, zone=zone, but=but
        )
    return 0 if row is None else int(row["n"])


async def home_right(conn: Connection, tenant_id: UUID, person_id: UUID, on: date) -> dict[str, Any] | None:
    """The right that holds on a day; None for who is posted at home."""
    return await one(conn, HOME_RIGHT, tenant=tenant_id, person=person_id, on=on)


async def whole_fleet(
    conn: Connection,
    tenant_id: UUID,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    selves: Iterable[UUID | None],
    vehicle_id: UUID | None = None,
    person_id: UUID | None = None,
) -> tuple[list[VehicleFacts], list[DriverFacts]]:
    """Every vehicle and driver with what holds them, also those this viewer does not see; the hidden ones stay hidden."""
    async with seeing_all(conn, Seen.VEHICLE), seeing_all(conn, Seen.ORDER):
        cars = await vehicles(conn, tenant_id, since=since, until=until, now=now, vehicle_id=vehicle_id)
        people = await drivers(conn, tenant_id, since=since, until=until, now=now, person_id=person_id, selves=selves)
    return cars, people


# Attachments: the bytes only where one is opened.
ATTACHMENTS = """
SELECT a.id, a.name, a.media_type, a.size_bytes, a.added_at, p.name AS added_by_name
FROM order_attachment a JOIN person p ON p.id = a.added_by
WHERE a.order_id = %(order)s AND a.removed_at IS NULL ORDER BY a.added_at, a.id
"""
ATTACHMENT = """
SELECT name, media_type, content FROM order_attachment WHERE order_id = %(order)s AND id = %(id)s AND removed_at IS NULL
"""
REMOVE_ATTACHMENT = """
UPDATE order_attachment SET removed_at = %(now)s, removed_by = %(person)s
WHERE order_id = %(order)s AND id = %(id)s AND removed_at IS NULL
"""


async def attachments(conn: Connection, order_id: UUID) -> list[dict[str, Any]]:
    return await many(conn, ATTACHMENTS, order=order_id)


async def attachment(conn: Connection, order_id: UUID, attachment_id: UUID) -> dict[str, Any] | None:
    return await one(conn, ATTACHMENT, order=order_id, id=attachment_id)


async def add_attachment(conn: Connection, values: dict[str, Any]) -> None:
    await fleet_store.insert(conn, "order_attachment", values)


async def remove_attachment(
    conn: Connection, order_id: UUID, attachment_id: UUID, person_id: UUID, now: datetime
) -> bool:
    cursor = await conn.execute(
        REMOVE_ATTACHMENT, {"order": order_id, "id": attachment_id, "person": person_id, "now": now}
    )
    return cursor.rowcount == 1


# What codes and logins of a file stand for.
UNITS = "SELECT code, id FROM unit WHERE tenant_id = %(tenant)s AND active"
PEOPLE = "SELECT login, id FROM person WHERE tenant_id = %(tenant)s AND active"
HOME_RIGHT_VERSION = "SELECT row_version FROM home_travel_right WHERE id = %(id)s"
SET_HOME_RIGHT = """
UPDATE home_travel_right SET trips_a_year = %(trips)s, basis = %(basis)s, days = daterange(%(first)s, %(last)s, '[]')
WHERE id = %(id)s AND row_version = %(version)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Identifiers by what people write."""

    units: dict[str, UUID]
    people: dict[str, UUID]


class HomeRightThere(Exception):
    """The person has a right on some of those days."""


async def names_known(conn: Connection, tenant_id: UUID) -> Names:
    return Names(
        units={row["code"]: row["id"] for row in await many(conn, UNITS, tenant=tenant_id)},
        people={row["login"]: row["id"] for row in await many(conn, PEOPLE, tenant=tenant_id)},
    )


async def add_home_right(
    conn: Connection, values: dict[str, Any], trips: int, basis: str, first: date, last: date | None
) -> None:
    """Raises HomeRightThere."""
    row = values | {
        "home": Jsonb(values["home"]),
        "trips_a_year": trips,
        "basis": basis,
        "days": DateRange(first, last, "[]"),
    }
    try:
        async with conn.transaction():
            await fleet_store.insert(conn, "home_travel_right", row)
    except pg_errors.ExclusionViolation as error:
        raise HomeRightThere from error


async def home_right_version(conn: Connection, right_id: UUID) -> int | None:
    row = await one(conn, HOME_RIGHT_VERSION, id=right_id)
    return None if row is None else int(row["row_version"])


async def set_home_right(
    conn: Connection, right_id: UUID, row_version: int, trips: int, basis: str, first: date, last: date | None
) -> bool:
    """False when somebody was faster. Raises HomeRightThere."""
    params = {"id": right_id, "version": row_version, "trips": trips, "basis": basis, "first": first, "last": last}
    try:
        async with conn.transaction():
            cursor = await conn.execute(SET_HOME_RIGHT, params)
    except pg_errors.ExclusionViolation as error:
        raise HomeRightThere from error
    return cursor.rowcount == 1
