"""Who drove which vehicle how long: stored spells, whose badge is whose, and cards put into and taken out of locators."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet import outbox
from fleet.db import Connection
from geofence.driving import Drove
from geofence.facts import CardSeen
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.live.registry import BadgeRow

OF_DRIVERS = """
    SELECT vehicle_id::text, driver, source, epoch_ms(started_at), epoch_ms(ended_at), driven_ms, under_way, coalesce(badge, ''),
        order_id::text, coalesce(order_driver_id::text, ''), driver_id IS NOT NULL
    FROM unnest(%(drivers)s::text[], %(since)s::bigint[]) AS u(name, since_ms)
    JOIN driver_spell ON driver = u.name AND ended_at >= from_epoch_ms(u.since_ms)"""
OF_VEHICLE = """
    SELECT vehicle_id::text, driver, source, epoch_ms(started_at), epoch_ms(ended_at), driven_ms, under_way, coalesce(badge, ''),
        order_id::text, coalesce(order_driver_id::text, ''), driver_id IS NOT NULL
    FROM driver_spell WHERE vehicle_id = %(vehicle)s AND (epoch_ms(started_at) = ANY (%(starts)s)
        OR started_at >= from_epoch_ms(%(from_ms)s) AND started_at < from_epoch_ms(%(until_ms)s))"""
SAVE = """
    INSERT INTO driver_spell (vehicle_id, started_at, tenant_id, ended_at, driven_ms, under_way, driver, driver_id, source, badge,
        order_id, order_driver_id)
    VALUES (%(vehicle_id)s, from_epoch_ms(%(from_ms)s), %(tenant)s, from_epoch_ms(%(to_ms)s), %(driven_ms)s, %(under_way)s, %(driver)s,
        (SELECT id FROM person WHERE id = %(person)s AND tenant_id = %(tenant)s), %(source)s, nullif(%(badge)s, ''), %(order_id)s,
        nullif(%(order_driver)s, '')::uuid)
    ON CONFLICT (vehicle_id, started_at) DO UPDATE SET ended_at = excluded.ended_at, driven_ms = excluded.driven_ms,
        under_way = excluded.under_way, driver = excluded.driver, driver_id = excluded.driver_id, source = excluded.source,
        badge = excluded.badge, order_id = excluded.order_id, order_driver_id = excluded.order_driver_id, updated_at = now()"""
FORGET = "DELETE FROM driver_spell WHERE vehicle_id = %(vehicle)s AND epoch_ms(started_at) = ANY (%(starts)s)"
ASK_AGAIN = """
    INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
    VALUES (%(tenant)s, %(vehicle)s, tstzrange(from_epoch_ms(%(from_ms)s), from_epoch_ms(%(to_ms)s)), 'late_fix')"""
# Alerts of a stretch take the driver whose spell they lie in longest, else the one their order names.
NAME = """
    UPDATE alert a SET driver_id = n.driver_id, driver_source = n.source, driver_badge = n.badge
    FROM (SELECT a.id, CASE WHEN s.source IS NULL THEN o.driver_id ELSE s.driver_id END AS driver_id, s.badge,
            coalesce(s.source, CASE WHEN o.driver_id IS NULL THEN 'unknown' ELSE 'order' END) AS source
        FROM alert a LEFT JOIN dispatch_order o ON o.id = a.order_id
        LEFT JOIN LATERAL (SELECT s.driver_id, s.source, s.badge FROM driver_spell s WHERE s.vehicle_id = a.vehicle_id
            AND s.started_at <= coalesce(a.ended_at, a.detected_at) AND (s.under_way OR s.ended_at >= a.started_at)
            ORDER BY least(CASE WHEN s.under_way THEN 'infinity' ELSE s.ended_at END, coalesce(a.ended_at, a.detected_at))
                - greatest(s.started_at, a.started_at) DESC, s.started_at LIMIT 1) s ON true
        WHERE a.vehicle_id = %(vehicle)s AND a.started_at <= from_epoch_ms(%(to_ms)s)
            AND (a.ended_at IS NULL OR a.ended_at >= from_epoch_ms(%(from_ms)s))) n
    WHERE n.id = a.id AND (a.driver_id, a.driver_source, a.driver_badge) IS DISTINCT FROM (n.driver_id, n.source, n.badge)"""
# What is told of a spell, and to whom: those who assign, and who answers for the unit that travels.
DIFFERING = """
    SELECT v.tenant_id, v.plate, o.id, o.order_no, d.name, b.name, ARRAY(
        SELECT DISTINCT p.id FROM person_role r JOIN person p ON p.id = r.person_id
        WHERE p.active AND p.tenant_id = v.tenant_id AND r.during @> %(now)s::timestamptz AND (p.cleared OR NOT v.exempt)
            AND (r.role = 'dispatcher' OR (r.role = 'unit_admin' AND r.unit_id = o.unit_id)))
    FROM vehicle v JOIN dispatch_order o ON o.id = %(order)s JOIN person d ON d.id = %(driver)s JOIN person b ON b.id = %(named)s
    WHERE v.id = %(vehicle)s"""
BADGES = """
    SELECT tenant_id::text, badge, person_id::text, epoch_ms(nullif(lower(during), '-infinity')), epoch_ms(nullif(upper(during), 'infinity'))
    FROM driver_badge ORDER BY tenant_id, badge, lower(during)"""
# What the 2013 and later editions of JT/T 808 say of a card (0x0702), in our own words and in those of the EMQX gateway.
CARDS = """
    SELECT b.vehicle_id::text, epoch_ms(e.happened_at),
        CASE WHEN coalesce(e.body ->> 'inserted', 'true') = 'true' AND coalesce(e.body ->> 'status', '1') = '1'
            THEN coalesce(e.body ->> 'driver', e.body ->> 'certificate', '') ELSE '' END
    FROM device_binding b JOIN device_event e ON e.device_no = b.device_no AND b.during @> e.happened_at
    WHERE b.vehicle_id = ANY (%(vehicles)s::uuid[]) AND e.code = 'driver_card'
        AND e.happened_at >= from_epoch_ms(%(from_ms)s) AND e.happened_at < from_epoch_ms(%(to_ms)s)
    ORDER BY 1, 2, e.id"""


async def of_drivers(conn: Connection, since_ms: Mapping[str, int]) -> list[Drove]:
    """The spells of drivers that ended not before an instant each."""
    if not since_ms:
        return []
    about = {"drivers": list(since_ms), "since": list(since_ms.values())}
    return [_drove(row) for row in await _rows(conn, OF_DRIVERS, about)]


async def of_vehicle(
    conn: Connection, vehicle_id: str, starts: Iterable[int], from_ms: int, until_ms: int
) -> dict[int, Drove]:
    """Stored spells of a vehicle that began at one of these instants or in a half-open span, by their beginning."""
    about = {"vehicle": vehicle_id, "starts": list(starts), "from_ms": from_ms, "until_ms": until_ms}
    return {each.from_ms: each for each in map(_drove, await _rows(conn, OF_VEHICLE, about))}


async def save(conn: Connection, tenant_id: str, told: Drove) -> None:
    await conn.execute(SAVE, told._asdict() | {"tenant": tenant_id, "person": _person(told.driver)})


async def forget(conn: Connection, vehicle_id: str, starts: Sequence[int]) -> None:
    await conn.execute(FORGET, {"vehicle": vehicle_id, "starts": list(starts)})


async def name_drivers(conn: Connection, vehicle_id: str, from_ms: int, to_ms: int) -> None:
    """Alerts that touch a span say who drove."""
    await conn.execute(NAME, {"vehicle": vehicle_id, "from_ms": from_ms, "to_ms": to_ms})


async def tell_differing(conn: Connection, told: Drove, now: datetime) -> None:
    """A notice that somebody else drives than the order names, once a spell."""
    about = {"vehicle": told.vehicle_id, "order": told.order_id, "driver": told.driver, "named": told.order_driver}
    for tenant_id, plate, order_id, order_no, driver, named, people in await _rows(
        conn, DIFFERING, about | {"now": now}
    ):
        await outbox.notify(
            conn, tenant_id=tenant_id, person_ids=people, kind="driver_differs", object_kind="order", object_id=order_id, now=now,
            params={"plate": plate, "order_no": order_no, "driver": driver, "named": named},
            dedupe_key=f"driver_differs:{told.vehicle_id}:{told.from_ms}:{told.driver}",
        )  # fmt: skip


async def ask_again(conn: Connection, tenant_id: str, vehicle_id: str, from_ms: int, to_ms: int) -> None:
    """Have a stretch of another vehicle judged again: its driver drove otherwise before than was known."""
    await conn.execute(ASK_AGAIN, {"tenant": tenant_id, "vehicle": vehicle_id, "from_ms": from_ms, "to_ms": to_ms})


async def badges(conn: Connection) -> tuple[BadgeRow, ...]:
    return tuple(
        BadgeRow(
            tenant_id=row[0],
            badge=row[1],
            person_id=row[2],
            from_ms=FAR_PAST_MS if row[3] is None else row[3],
            to_ms=FAR_FUTURE_MS if row[4] is None else row[4],
        )
        for row in await _rows(conn, BADGES, {})
    )


async def cards(
    conn: Connection, vehicle_ids: Sequence[str], from_ms: int, to_ms: int
) -> dict[str, tuple[CardSeen, ...]]:
    """Cards put in and taken out in a half-open span, by vehicle, oldest first."""
    seen: dict[str, list[CardSeen]] = {}
    about = {"vehicles": list(vehicle_ids), "from_ms": from_ms, "to_ms": to_ms}
    for vehicle_id, at_ms, badge in await _rows(conn, CARDS, about):
        seen.setdefault(vehicle_id, []).append(CardSeen(at_ms, badge))
    return {vehicle_id: tuple(each) for vehicle_id, each in seen.items()}


def _person(driver: str) -> UUID | None:
    try:
        return UUID(driver)
    except ValueError:
        return None


def _drove(row: Sequence[Any]) -> Drove:
    return Drove(*row)


async def _rows(conn: Connection, sql: str, about: Mapping[str, object]) -> list[tuple[Any, ...]]:
    cursor = await conn.execute(sql, about)
    return await cursor.fetchall()
