"""Holds the three mileages of a vehicle against each other: by its track, laid on the roads, by its dashboard. Pure.

Days are the atoms: each drive counts on the civil day it began, so a month is the sum of its days and says the same
whatever span is asked. What was not said is unknown and is compared with nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from math import sqrt

TOLERANCE_SHARE, TOLERANCE_M = 0.10, 5_000.0  # a month differs by more than both (domain catalogue R19)
GAP_SHARE = 0.10  # so much of the driving time without fixes explains a track that is too short
WHEEL_DRIVES, WHEEL_SPREAD, WHEEL_OFF = 5, 0.03, 0.03  # the same factor in so many drives, hardly spread, and not one


class Reason(StrEnum):
    """Why mileages differ, or cannot be compared."""

    NO_ODOMETER = "no_odometer"  # the dashboard said nothing, and nobody wrote it down
    NOT_MATCHED = "not_matched"  # no drive was laid on the roads
    GAP = "gap"  # the dashboard went on without fixes, between or within drives
    WHEEL_FACTOR = "wheel_factor"  # off by the same factor in every drive
    DRIFT = "drift"  # the track is longer than the roads
    WAY_AROUND = "way_around"  # the roads are longer than the track: the match led around
    BACKWARDS = "backwards"  # the dashboard ran back: exchanged or set anew
    UNEXPLAINED = "unexplained"


class Compared(StrEnum):
    """How the mileages of a period stand to each other."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"  # there is only one


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Of the drives of a period; sums of sums are sums."""

    drives: int = 0
    gps_m: float = 0.0
    lasted_s: float = 0.0
    gap_s: float = 0.0
    waiting: int = 0  # not laid on the roads yet
    matched: int = 0
    matched_m: float = 0.0
    gps_of_matched_m: float = 0.0
    odometers: int = 0  # drives with a reading at both ends
    odometer_m: float = 0.0
    road_of_odometer_m: float = 0.0  # of those drives, by the roads or else by the track
    between_m: float = 0.0  # the dashboard gained before drives while nothing was recorded
    backwards: int = 0  # drives in which it ran back
    ratios: int = 0  # drives of a kilometre or more with both
    ratio_sum: float = 0.0
    ratio_squares: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Sums)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Entered:
    """What drivers wrote down when they left and came back, and what was driven on the roads or tracked in between."""

    orders: int = 0
    odometer_m: float = 0.0
    road_m: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The comparison. `dashboard_m` None = unknown; `difference_m` is dashboard less roads, or track less roads without one."""

    compared: Compared
    reasons: tuple[Reason, ...]
    dashboard_m: float | None
    dashboard_by: str | None  # locator | entered
    difference_m: float | None
    wheel_ratio: float | None  # dashboard by roads, where it is the same in every drive


def total(days: Iterable[Sums]) -> Sums:
    return sum(days, start=Sums())


def reconcile(sums: Sums, entered: Entered) -> Verdict:
    """What a period's mileages say of each other."""
    reasons: list[Reason] = []
    difference_m: float | None
    dashboard_m, road_m, by = _dashboard(sums, entered)
    if dashboard_m is None:
        reasons.append(Reason.NO_ODOMETER)
    if not sums.matched:
        reasons.append(Reason.NOT_MATCHED)
    ratio = wheel_ratio(sums)
    differs = False
    if dashboard_m is not None and beyond(dashboard_m, road_m):
        differs = True
        reasons += _why_dashboard(sums, dashboard_m - road_m, ratio)
    elif by == "locator" and sums.between_m > max(TOLERANCE_M, TOLERANCE_SHARE * road_m):
        differs = True
        reasons.append(Reason.GAP)
    if sums.matched and beyond(sums.gps_of_matched_m, sums.matched_m):
        differs = True
        reasons.append(Reason.DRIFT if sums.gps_of_matched_m > sums.matched_m else Reason.WAY_AROUND)
    if dashboard_m is not None:
        difference_m = dashboard_m - road_m
    else:
        difference_m = sums.gps_of_matched_m - sums.matched_m if sums.matched else None
    comparable = dashboard_m is not None or sums.matched > 0
    return Verdict(
        compared=Compared.DIFFERS if differs else Compared.AGREES if comparable else Compared.UNKNOWN,
        reasons=tuple(dict.fromkeys(reasons)),
        dashboard_m=dashboard_m,
        dashboard_by=by,
        difference_m=difference_m,
        wheel_ratio=ratio,
    )


def beyond(a_m: float, b_m: float) -> bool:
    """Two lengths differ by more than the tolerance of the second."""
    return abs(a_m - b_m) > max(TOLERANCE_M, TOLERANCE_SHARE * b_m)


def wheel_ratio(sums: Sums) -> float | None:
    """Dashboard by roads where it is the same factor in every drive, and not one."""
    if sums.ratios < WHEEL_DRIVES:
        return None
    mean = sums.ratio_sum / sums.ratios
    spread = sqrt(max(0.0, sums.ratio_squares / sums.ratios - mean * mean))
    return round(mean, 3) if spread <= WHEEL_SPREAD * mean and abs(mean - 1) >= WHEEL_OFF else None


def _dashboard(sums: Sums, entered: Entered) -> tuple[float | None, float, str | None]:
    """The dashboard's length, what it is held against, and who said it: the locator before what was written down."""
    if sums.odometers:
        return sums.odometer_m, sums.road_of_odometer_m, "locator"
    if entered.orders:
        return entered.odometer_m, entered.road_m, "entered"
    return None, 0.0, None


def _why_dashboard(sums: Sums, more_m: float, ratio: float | None) -> list[Reason]:
    reasons = []
    if sums.backwards:
        reasons.append(Reason.BACKWARDS)
    if ratio is not None:
        reasons.append(Reason.WHEEL_FACTOR)
    elif more_m > 0 and sums.lasted_s and sums.gap_s >= GAP_SHARE * sums.lasted_s:
        reasons.append(Reason.GAP)
    return reasons or [Reason.UNEXPLAINED]
