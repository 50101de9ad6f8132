"""Labels of what really happened, taken from the true motion and never from what the locator reported.

A label is one episode of one rule (contracts.md 5, `truth.json`). It is written independently of the judging
program: whoever changes a rule there has to agree with these definitions or change the contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.itinerary import Itinerary, Span, movements
from simulators.path import LonLat, distance_to_line_m

CORRIDOR_M = 500.0
RETURN_RATIO = 0.6
OFF_ROUTE_AT_LEAST = timedelta(minutes=5)
OFF_ROUTE_AT_LEAST_M = 2_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """One episode that a perfect judge would find; half-open."""

    rule: str
    vehicle: str
    start_at: datetime
    end_at: datetime
    fulfilled_at: datetime | None = None  # when the rule's minimum was reached in truth; None = as `score` works it out


def truth_of(rule: str, vehicle: str, spans: Sequence[Span]) -> tuple[Truth, ...]:
    """The same rule for each span."""
    return tuple(Truth(rule=rule, vehicle=vehicle, start_at=a, end_at=b) for a, b in spans)


def movement_spans(day: Itinerary, inside: Sequence[Span] | None = None) -> tuple[Span, ...]:
    """Movements of the day; with `inside` only their parts within these spans."""
    spans = movements(day.drives)
    if inside is None:
        return spans
    parts = [(max(a, c), min(b, d)) for a, b in spans for c, d in inside]
    return tuple(sorted((a, b) for a, b in parts if a < b))


def off_route_spans(day: Itinerary, line: Sequence[LonLat]) -> tuple[Span, ...]:
    """Spans beyond the corridor around `line`, from leaving it to being well inside again, if long enough."""
    spans: list[Span] = []
    for drive in day.drives:
        left: datetime | None = None
        at = drive.started_at
        while at < drive.ended_at:
            lon_lat = (drive.at(at).lon, drive.at(at).lat)
            away_m = distance_to_line_m(lon_lat, line)
            if left is None and away_m > CORRIDOR_M:
                left = at
            elif left is not None and away_m < CORRIDOR_M * RETURN_RATIO:
                spans.append((left, at))
                left = None
            at += timedelta(seconds=1)
        if left is not None:
            spans.append((left, drive.ended_at))
    return tuple(span for span in spans if _long_enough(day, span))


def _long_enough(day: Itinerary, span: Span) -> bool:
    driven_m = day.at(span[1]).odometer_m - day.at(span[0]).odometer_m
    return span[1] - span[0] >= OFF_ROUTE_AT_LEAST or driven_m >= OFF_ROUTE_AT_LEAST_M
