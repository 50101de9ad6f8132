"""Who stood in a depot and how full that made it, from stored stops, as far as the connection may see them.

Inside is who stopped in the shape of the version that held then; a depot that is a point stands for a circle of 100 m.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import shapely

from fleet.db import Connection
from fleet.errors import Invalid
from fleet.fences import store
from fleet.fences.occupancy import Peak, peaks
from fleet.fences.shapes import circle
from fleet.geo import shape_of

POINT_RADIUS_M = 100.0  # as in judging


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """One vehicle's stay, as far as it lies in the span that was asked about."""

    stop_id: UUID
    vehicle_id: UUID
    since: datetime
    until: datetime
    arrived_at: datetime
    left_at: datetime | None  # None: it still stands there


@dataclass(frozen=True, kw_only=True, slots=True)
class Depot:
    """What is known of one depot in a span."""

    stays: Sequence[Stay]
    capacities: Sequence[tuple[datetime | None, datetime | None, int | None]]  # since, until, places

    def peaks(self, days: Sequence[date], zone: ZoneInfo) -> list[Peak]:
        """The peak of each day."""
        return peaks([(each.since, each.until) for each in self.stays], self.capacities, days, zone)

    def capacity(self, at: datetime) -> int | None:
        """The places of the version in force; None when none is or it does not say."""
        held = (
            places
            for since, until, places in self.capacities
            if (since is None or since <= at) and (until is None or at < until)
        )
        return next(held, None)

    def there(self, at: datetime) -> list[Stay]:
        """Who stood there at an instant."""
        return [
            each
            for each in self.stays
            if each.since <= at and (at < each.until or (each.left_at is None and at == each.until))
        ]


async def depot(conn: Connection, tenant_id: UUID, area_id: UUID, from_at: datetime, to_at: datetime) -> Depot:
    """Stays in a half-open span; nobody's in a depot that is not there."""
    versions = await store.rows(conn, store.CAPACITIES, {"area": area_id})
    stays: list[Stay] = []
    for version in versions:
        since, until = max(version["since"] or from_at, from_at), min(version["until"] or to_at, to_at)
        if since < until:
            stays += await _stays(conn, tenant_id, version["geometry"], since, until)
    return Depot(stays=stays, capacities=[(each["since"], each["until"], each["capacity"]) for each in versions])


def civil_days(first: date, last: date, most: int, zone: ZoneInfo) -> tuple[list[date], datetime, datetime]:
    """The days from first to last and the instants they begin and end. Raises Invalid when there are none or too many."""
    count = (last - first).days + 1
    if not 0 < count <= most:
        raise Invalid(field="to", reason="span_too_long" if count > 0 else "before_from")
    days = [first + timedelta(days=each) for each in range(count)]
    begins, ends = (datetime.combine(each, time(0), tzinfo=zone) for each in (first, last + timedelta(days=1)))
    return days, begins, ends


async def _stays(
    conn: Connection, tenant_id: UUID, geometry: Mapping[str, Any], since: datetime, until: datetime
) -> list[Stay]:
    shape = shape_of(geometry)
    if shape.geom_type == "Point":
        shape = shape_of(circle(shape.centroid.x, shape.centroid.y, POINT_RADIUS_M).geometry)
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    box = {"west": west, "south": south, "east": east, "north": north}
    rows = await store.rows(conn, store.STOPS, {"tenant": tenant_id, "from": since, "to": until, **box})
    return [
        Stay(
            stop_id=row["id"], vehicle_id=row["vehicle_id"], since=row["since"], until=row["until"],
            arrived_at=row["started_at"], left_at=row["ended_at"],
        )
        for row in rows if shapely.intersects_xy(shape, row["lon"], row["lat"])
    ]  # fmt: skip
