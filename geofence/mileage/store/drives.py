"""Drives that wait to be laid on the roads, what came of it, and the matches judging rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.db import Connection, Jsonb
from fleet.road_match import RoadPlace
from geofence.facts import MatchedDrive
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.live.registry import BindingRow

ASK = """
    INSERT INTO drive_unmatched (tenant_id, vehicle_id, started_at)
    SELECT %(tenant)s, %(vehicle)s, from_epoch_ms(u.at_ms) FROM unnest(%(starts)s::bigint[]) AS u(at_ms)"""
# What waits longest, with the drive as it stands, the match made of that, and whether a suspicion of R07 touches it.
DUE = """
    SELECT u.id, u.tenant_id::text, u.vehicle_id::text, epoch_ms(u.started_at), u.tries, epoch_ms(d.ended_at), d.fixes, d.distance_m,
        m.state, coalesce(m.weighed, false), EXISTS (SELECT FROM alert a WHERE a.vehicle_id = u.vehicle_id AND a.rule = 'R07'
            AND a.judgement <> 'withdrawn' AND a.started_at <= d.ended_at AND coalesce(a.ended_at, 'infinity') >= d.started_at)
    FROM drive_unmatched u
    LEFT JOIN drive d ON d.vehicle_id = u.vehicle_id AND d.started_at = u.started_at
    LEFT JOIN drive_match m ON m.vehicle_id = d.vehicle_id AND m.started_at = d.started_at AND m.ended_at = d.ended_at
        AND m.fixes = d.fixes AND m.distance_m = d.distance_m
    WHERE u.due_at <= %(now)s ORDER BY u.due_at, u.id LIMIT %(drives)s"""
DONE = "DELETE FROM drive_unmatched WHERE id = %(id)s"
POSTPONE = "UPDATE drive_unmatched SET due_at = %(at)s, tries = tries + 1 WHERE id = %(id)s"
SAVE = """
    INSERT INTO drive_match (tenant_id, vehicle_id, started_at, ended_at, fixes, distance_m, state, matched_m, confidence, router_data,
        odometer_from_km, odometer_to_km, weighed, places)
    VALUES (%(tenant)s, %(vehicle)s, from_epoch_ms(%(started_ms)s), from_epoch_ms(%(ended_ms)s), %(fixes)s, %(distance_m)s, %(state)s,
        %(matched_m)s, %(confidence)s, %(router_data)s, %(from_km)s, %(to_km)s, %(places)s::jsonb IS NOT NULL, %(places)s)
    ON CONFLICT (vehicle_id, started_at, ended_at, fixes, distance_m) DO UPDATE SET state = excluded.state,
        matched_m = excluded.matched_m, confidence = excluded.confidence, router_data = excluded.router_data,
        odometer_from_km = excluded.odometer_from_km, odometer_to_km = excluded.odometer_to_km, weighed = excluded.weighed,
        places = excluded.places, made_at = now()"""
JUDGE_AGAIN = """
    INSERT INTO rejudge (tenant_id, vehicle_id, during, why)
    VALUES (%(tenant)s, %(vehicle)s, tstzrange(from_epoch_ms(%(started_ms)s), from_epoch_ms(%(ended_ms)s), '[]'), 'road_match')"""
BINDINGS = """
    SELECT device_no, epoch_ms(nullif(lower(during), '-infinity')), epoch_ms(nullif(upper(during), 'infinity'))
    FROM device_binding WHERE vehicle_id = %(vehicle)s"""
# Fixes the fold set aside: they are no part of the way.
SET_ASIDE = """
    SELECT epoch_ms(fixed_at) FROM fix_flag
    WHERE vehicle_id = %(vehicle)s AND fixed_at BETWEEN from_epoch_ms(%(from_ms)s) AND from_epoch_ms(%(to_ms)s)"""
# The weighed matches of drives as they stand.
MATCHES = """
    SELECT m.vehicle_id::text, m.router_data, m.places FROM drive_match m
    JOIN drive d ON d.vehicle_id = m.vehicle_id AND d.started_at = m.started_at AND d.ended_at = m.ended_at AND d.fixes = m.fixes
        AND d.distance_m = m.distance_m
    WHERE m.weighed AND m.vehicle_id = ANY (%(vehicles)s::uuid[]) AND m.ended_at >= from_epoch_ms(%(from_ms)s) ORDER BY m.started_at"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A drive that waits. `ended_ms` None: it is gone, or goes on; then nothing is to be done now."""

    id: int
    tenant_id: str
    vehicle_id: str
    started_ms: int
    tries: int
    ended_ms: int | None
    fixes: int
    distance_m: float
    state: str | None  # of the match made of it as it stands
    weighed: bool
    suspected: bool  # R07 touches it


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What came of one."""

    state: str  # matched | refused | silent
    matched_m: float | None = None
    confidence: float | None = None
    router_data: str | None = None
    from_km: float | None = None
    to_km: float | None = None
    places: tuple[RoadPlace, ...] | None = None


async def ask(conn: Connection, tenant_id: str, vehicle_id: str, starts: Sequence[int]) -> None:
    """These drives ended or changed: lay them on the roads."""
    if starts:
        await conn.execute(ASK, {"tenant": tenant_id, "vehicle": vehicle_id, "starts": list(starts)})


async def due(conn: Connection, now: datetime, limit: int) -> list[Due]:
    cursor = await conn.execute(DUE, {"now": now, "drives": limit})
    return [
        Due(
            id=row[0],
            tenant_id=row[1],
            vehicle_id=row[2],
            started_ms=row[3],
            tries=row[4],
            ended_ms=row[5],
            fixes=row[6] or 0,
            distance_m=row[7] or 0.0,
            state=row[8],
            weighed=row[9],
            suspected=row[10],
        )
        for row in await cursor.fetchall()
    ]


async def done(conn: Connection, waiting: Due) -> None:
    await conn.execute(DONE, {"id": waiting.id})


async def postpone(conn: Connection, waiting: Due, now: datetime, wait: timedelta) -> None:
    await conn.execute(POSTPONE, {"id": waiting.id, "at": now + wait})


async def save(conn: Connection, drive: Due, made: Made) -> None:
    """The match of a drive as it stood; a weighed one makes its time be judged again."""
    about = {
        "tenant": drive.tenant_id,
        "vehicle": drive.vehicle_id,
        "started_ms": drive.started_ms,
        "ended_ms": drive.ended_ms,
        "fixes": drive.fixes,
        "distance_m": drive.distance_m,
        "state": made.state,
        "matched_m": made.matched_m,
        "confidence": made.confidence,
        "router_data": made.router_data,
        "from_km": made.from_km,
        "to_km": made.to_km,
        "places": None if made.places is None else Jsonb([list(place) for place in made.places]),
    }
    await conn.execute(SAVE, about)
    if made.places is not None:
        await conn.execute(JUDGE_AGAIN, about)


async def bindings_of(conn: Connection, vehicle_id: str) -> list[BindingRow]:
    """The locators a vehicle carried, and when."""
    cursor = await conn.execute(BINDINGS, {"vehicle": vehicle_id})
    return [
        BindingRow(
            device_no=no,
            vehicle_id=vehicle_id,
            from_ms=FAR_PAST_MS if a is None else a,
            to_ms=FAR_FUTURE_MS if b is None else b,
        )
        for no, a, b in await cursor.fetchall()
    ]


async def set_aside(conn: Connection, vehicle_id: str, from_ms: int, to_ms: int) -> set[int]:
    """Instants of fixes that something speaks against."""
    cursor = await conn.execute(SET_ASIDE, {"vehicle": vehicle_id, "from_ms": from_ms, "to_ms": to_ms})
    return {row[0] for row in await cursor.fetchall()}


async def matches(conn: Connection, vehicle_ids: Sequence[str], from_ms: int) -> dict[str, list[MatchedDrive]]:
    """The weighed matches by vehicle of drives that ended after an instant."""
    cursor = await conn.execute(MATCHES, {"vehicles": list(vehicle_ids), "from_ms": from_ms})
    found: dict[str, list[MatchedDrive]] = {}
    for vehicle_id, router_data, places in await cursor.fetchall():
        match = MatchedDrive(router_data=router_data, places=tuple(RoadPlace(*place) for place in places))
        found.setdefault(vehicle_id, []).append(match)
    return found
