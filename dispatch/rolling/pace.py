"""How long drives really take beside what the router says, by civil hour and kind of day: learned from one's own tracks. Pure.

A factor counts only with enough drives behind it; until then the router is believed. Guesses of the straight line are not
touched: their speed is a city's already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.problem import Matrix, TravelSource

ENOUGH = 20  # drives of an hour and kind of day
LEAST_M = 1_000.0  # shorter drives are mostly gates and lights
DIRECT = 0.8, 1.3  # driven metres beside routed ones: otherwise it was another way
MOST = 4.0  # slower than this somebody stopped on the way
LEAST = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One hour of a workday or a day off."""

    factor: float  # of the router's travel time
    drives: int


Pace = Mapping[tuple[bool, int], Learned]  # by day off and civil hour


def comparable(driven_m: float, driven_s: float, routed_m: float, routed_s: float) -> bool:
    """Whether a drive went the way the router would have gone, without a long halt."""
    if driven_m < LEAST_M or routed_m <= 0 or routed_s <= 0:
        return False
    return DIRECT[0] <= driven_m / routed_m <= DIRECT[1] and LEAST <= driven_s / routed_s <= MOST


def factor_at(pace: Pace, at: datetime, zone: ZoneInfo, *, off: bool) -> float:
    """Of the hour; 1 where too few drives are known."""
    found = pace.get((off, at.astimezone(zone).hour))
    return found.factor if found is not None and found.drives >= ENOUGH else 1.0


def mean_factor(pace: Pace, starts: Iterable[tuple[datetime, bool]], zone: ZoneInfo) -> float:
    """Of trips that begin at these instants (with whether that is a day off), for a table that has one number per pair."""
    found = [factor_at(pace, at, zone, off=off) for at, off in starts]
    return round(sum(found) / len(found), 3) if found else 1.0


def slowed(matrix: Matrix, source: TravelSource, factor: float) -> Matrix:
    """The router's times by the factor, rounded up; anything else as it is."""
    if source is not TravelSource.ROUTER or factor == 1.0:
        return matrix
    durations = tuple(tuple(math.ceil(value * factor) for value in row) for row in matrix.durations)
    return replace(matrix, durations=durations)
