"""Shapes and spans a track is shown with: where the signal was missing, and the corridor around a planned route."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, Protocol, TypeVar

import shapely

from fleet.geo import Frame

# Without a fix for this long inside a track there is a gap: drawn as one, never as straight driving.
GAP = timedelta(minutes=2)
# Corridors are drawn, not judged: a coarser outline is enough.
OUTLINE_M = 5.0

Gap = dict[Literal["from", "to"], datetime]
Fix = tuple[float, float, datetime, float | None, int]  # lon, lat, fixed_at, km/h, quality flags
ShownFix = tuple[float, float, int, float | None, int]  # the same with epoch ms


def shown(fixes: Sequence[Fix]) -> list[ShownFix]:
    """Fixes as the interface answers them."""
    return [(lon, lat, epoch_ms(at), speed_kmh, quality) for lon, lat, at, speed_kmh, quality in fixes]


def gaps(fixes: Sequence[Fix]) -> list[Gap]:
    """The instants of the fixes before and after each gap."""
    return [{"from": a[2], "to": b[2]} for a, b in pairwise(fixes) if b[2] - a[2] > GAP]


class Happening(Protocol):
    """Something with a beginning and perhaps an end."""

    @property
    def started_at(self) -> datetime: ...

    @property
    def ended_at(self) -> datetime | None: ...


Happened = TypeVar("Happened", bound=Happening)


def within(start_at: datetime, end_at: datetime | None, happenings: Iterable[Happened]) -> list[Happened]:
    """Those of which some time falls into the half-open span; what ended as the span began does not, what has no length does."""
    return [
        each
        for each in happenings
        if (end_at is None or each.started_at < end_at)
        and (each.ended_at is None or each.ended_at > start_at or each.started_at >= start_at)
    ]


def corridor(route: Sequence[Sequence[float]], half_width_m: float) -> dict[str, Any] | None:
    """GeoJSON of everything within `half_width_m` of a planned route; None for a route of fewer than two points."""
    if len(route) < 2:
        return None
    line = shapely.LineString(route)
    frame = Frame(lon=line.centroid.x, lat=line.centroid.y)
    around = frame.shape_m(line).simplify(OUTLINE_M).buffer(half_width_m).simplify(OUTLINE_M)
    drawn: dict[str, Any] = shapely.geometry.mapping(frame.shape_deg(around))
    return drawn


def epoch_ms(instant: datetime) -> int:
    """Milliseconds since 1970."""
    return round(instant.timestamp() * 1000)
