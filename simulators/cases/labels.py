"""Labels from the true motion, with the instant at which the rule's minimum is reached in truth.

The thresholds are those of the rule catalogue (domain.md 7) and contracts.md 5, read by whoever wrote this file and not
taken from the engine: where the two disagree, one of them is wrong.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from simulators.drive import Motion
from simulators.itinerary import Itinerary, Span
from simulators.path import LonLat, distance_m
from simulators.story import VEHICLE
from simulators.truth import RETURN_RATIO, Truth, movement_spans

SECOND = timedelta(seconds=1)
MOVED_M = 200.0  # R01; R03 and R04 count any use, which drift is not
MOVED = timedelta(minutes=2)  # R01


def label(rule: str, span: Span, fulfilled_at: datetime, vehicle: str = VEHICLE) -> Truth:
    return Truth(rule=rule, vehicle=vehicle, start_at=span[0], end_at=span[1], fulfilled_at=fulfilled_at)


def used(
    rule: str,
    day: Itinerary,
    inside: Sequence[Span] | None = None,
    *,
    minutes: timedelta = timedelta(0),
    metres: float = MOVED_M,
) -> list[Truth]:
    """Each movement (with `inside` its parts there) that leads farther away than `metres` and lasts longer than `minutes`."""
    found = []
    for span in movement_spans(day, inside):
        reached_at = moved_away_at(day, span, metres)
        if reached_at is not None and span[1] - span[0] > minutes:
            found.append(label(rule, span, max(reached_at, span[0] + minutes)))
    return found


def no_order(day: Itinerary, inside: Sequence[Span] | None = None) -> list[Truth]:
    """R01 for each movement nobody ordered."""
    return used("R01", day, inside, minutes=MOVED)


def moved_away_at(day: Itinerary, span: Span, metres: float) -> datetime | None:
    """The first second at which the vehicle is so far from where it was."""
    start = day.at(span[0])
    home = (start.lon, start.lat)
    return first(day, span, lambda motion: distance_m(home, (motion.lon, motion.lat)) > metres)


def first(day: Itinerary, span: Span, holds: Callable[[Motion], bool]) -> datetime | None:
    """The first second of a span of which something holds."""
    at = span[0]
    while at < span[1]:
        if holds(day.at(at)):
            return at
        at += SECOND
    return None


def spans_where(
    day: Itinerary, span: Span, begins: Callable[[Motion], bool], ends: Callable[[Motion], bool]
) -> list[Span]:
    """From each second at which `begins` holds to the next at which `ends` does."""
    spans, since, at = [], None, span[0]
    while at < span[1]:
        motion = day.at(at)
        if since is None and begins(motion):
            since = at
        elif since is not None and ends(motion):
            spans.append((since, at))
            since = None
        at += SECOND
    return [*spans, (since, span[1])] if since is not None else spans


def off_route(
    day: Itinerary,
    away_m: Callable[[LonLat], float],
    corridor_m: float = 500.0,
    minutes: timedelta = timedelta(minutes=5),
    metres: float = 2_000.0,
) -> list[Truth]:
    """R07: beyond the corridor until inside 0.6 of it, for five minutes or two kilometres. `away_m` measures to the route."""
    found = []
    for drive in day.drives:
        for span in spans_where(
            day,
            (drive.started_at, drive.ended_at),
            lambda motion: away_m((motion.lon, motion.lat)) > corridor_m,
            lambda motion: away_m((motion.lon, motion.lat)) < corridor_m * RETURN_RATIO,
        ):
            left_m = day.at(span[0]).odometer_m
            driven_at = first(day, span, lambda motion: motion.odometer_m - left_m >= metres)  # noqa: B023 - asked at once
            reached = [at for at in (driven_at, span[0] + minutes) if at is not None and at <= span[1]]
            if reached:
                found.append(label("R07", span, min(reached)))
    return found


def joined(*parts: Iterable[Truth]) -> tuple[Truth, ...]:
    return tuple(sorted((each for part in parts for each in part), key=lambda each: (each.start_at, each.rule)))
