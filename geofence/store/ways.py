"""The recorded ways of orders, and the past drives between the same places that make a corridor without roads."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.db import Connection, Jsonb
from geofence.instants import instant
from geofence.live.ways import Ways

LOAD = """
    SELECT order_id::text, asked, source, paths, past_orders::text[] FROM order_way
    WHERE order_id = ANY (%(orders)s::uuid[])
        AND (source <> 'undetermined' OR asked_at > now() - interval '1 day')  -- there may be more tracks by now"""
SAVE = """
    INSERT INTO order_way (tenant_id, order_id, asked, source, paths, router_data, past_orders)
    SELECT tenant_id, id, %(asked)s, %(source)s, %(paths)s, %(router_data)s, %(past_orders)s::uuid[]
    FROM dispatch_order WHERE id = %(order)s
    ON CONFLICT (order_id, asked) DO UPDATE SET source = excluded.source, paths = excluded.paths, router_data = excluded.router_data,
        past_orders = excluded.past_orders, asked_at = now() WHERE order_way.source = 'undetermined'"""
# Finished trips of approved orders between about the same places that nobody was suspected on, the newest first.
PAST = """
    SELECT p.id::text, p.vehicle_id::text, epoch_ms(p.departed_at), epoch_ms(p.returned_at), p.origin, p.stops, p.destination, p.round_trip
    FROM dispatch_order o JOIN dispatch_order p ON p.tenant_id = o.tenant_id AND p.id <> o.id
    WHERE o.id = %(order)s AND p.state IN ('returned', 'receipted', 'settled', 'archived') AND p.type <> 'back_fill'
        AND p.vehicle_id IS NOT NULL AND p.departed_at > %(since)s AND p.returned_at > p.departed_at AND p.returned_at < %(until)s
        AND abs((p.destination->>'lon')::float8 - %(lon)s) < 0.01 AND abs((p.destination->>'lat')::float8 - %(lat)s) < 0.01
        AND EXISTS (SELECT FROM approval a WHERE a.order_id = p.id AND a.decision = 'approved')
        AND NOT EXISTS (SELECT FROM alert a WHERE a.vehicle_id = p.vehicle_id AND a.rule IN ('R07', 'R08') AND a.judgement <> 'withdrawn'
            AND a.started_at < p.returned_at AND coalesce(a.ended_at, 'infinity') > p.departed_at)
    ORDER BY p.departed_at DESC LIMIT 50"""
YEAR_MS = 365 * 86_400_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PastTrip:
    """A finished trip of another order."""

    order_id: str
    vehicle_id: str
    from_ms: int
    to_ms: int
    places: tuple[tuple[float, float], ...]


async def load(conn: Connection, order_ids: Sequence[str]) -> dict[tuple[str, str], Ways]:
    """By order and question."""
    if not order_ids:
        return {}
    cursor = await conn.execute(LOAD, {"orders": list(order_ids)})
    return {
        (order_id, asked): Ways(
            source=source,
            lines=tuple(tuple((float(lon), float(lat)) for lon, lat in line) for line in paths),
            past_orders=tuple(past_orders),
        )
        for order_id, asked, source, paths, past_orders in await cursor.fetchall()
    }


async def save(conn: Connection, order_id: str, asked: str, ways: Ways, router_data: str | None) -> None:
    """Once; only an answer that could not tell is taken back."""
    about = {
        "order": order_id,
        "asked": asked,
        "source": ways.source,
        "paths": Jsonb([[list(point) for point in line] for line in ways.lines]),
        "router_data": router_data,
        "past_orders": list(ways.past_orders),
    }
    await conn.execute(SAVE, about)


async def past_trips(conn: Connection, order_id: str, to: tuple[float, float], before_ms: int) -> list[PastTrip]:
    """Trips that ended before an instant, at most a year ago, about where this order leads; the newest first."""
    about = {
        "order": order_id,
        "lon": to[0],
        "lat": to[1],
        "since": instant(before_ms - YEAR_MS),
        "until": instant(before_ms),
    }
    cursor = await conn.execute(PAST, about)
    return [
        PastTrip(order_id=row[0], vehicle_id=row[1], from_ms=row[2], to_ms=row[3], places=_places(*row[4:8]))
        for row in await cursor.fetchall()
    ]


def _places(origin: object, stops: object, destination: object, round_trip: object) -> tuple[tuple[float, float], ...]:
    rows = [origin, *(stops if isinstance(stops, list) else []), destination, *([origin] if round_trip else [])]
    return tuple((float(row["lon"]), float(row["lat"])) for row in rows if isinstance(row, dict) and "lon" in row)
