"""The drives test_judge.py has judged, each with the findings the contract demands (use.py, fixes.py, hours.py, routes.py). A scenario's key is a sentence; `expected` lists
the findings by what matters about them. An instant of an expectation holds within TOLERANCE_S unless it is given as a pair.
Unless said otherwise it is Wednesday 2026-03-11, an ordinary workday."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.contract.drives import (
    Case,
    Object,
    Track,
    at,
    vehicle,
)

TOLERANCE_S = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A case and its findings: exactly these, or (silent_or_undetermined) none that is not undetermined."""

    given: Case
    expected: tuple[Object, ...] = ()
    silent_or_undetermined: bool = False


SCENARIOS: dict[str, Scenario] = {}


def says(sentence: str, given: Case, *expected: Object, silent_or_undetermined: bool = False) -> None:
    """Adds a scenario."""
    assert sentence not in SCENARIOS, sentence
    SCENARIOS[sentence] = Scenario(given=given, expected=expected, silent_or_undetermined=silent_or_undetermined)


def trip(leaves: str, *, km: float = 6, kmh: float = 36, rest_before: float = 20, **columns: Any) -> Track:
    """Rests at HOME, leaves at that time for a place in the east and rests there for 20 minutes."""
    starts = at(leaves) - timedelta(minutes=rest_before)
    return Track(starts_at=starts, always=columns).rest(rest_before).go(km * 1000, kmh=kmh).rest(20)


def no_order(**more: Any) -> Object:
    """An R01 as it should be."""
    return {"rule": "R01", "name": "NO_ORDER", "severity": "R", "state": "suspected", "order": None} | more


def overrun(**more: Any) -> Object:
    """An R02 under the order o1 as it should be."""
    return {"rule": "R02", "name": "ORDER_OVERRUN", "severity": "Y", "state": "suspected", "order": "o1"} | more


def off_hours(**more: Any) -> Object:
    """An R03 under the order o1 as it should be."""
    return {"rule": "R03", "name": "OFF_HOURS", "severity": "Y", "state": "suspected", "order": "o1"} | more


def holiday(**more: Any) -> Object:
    """An R04 under the order o1 as it should be."""
    return {"rule": "R04", "name": "HOLIDAY_USE", "severity": "R", "state": "suspected", "order": "o1"} | more


def off_route(**more: Any) -> Object:
    """An R07 under the order o1 as it should be."""
    return {"rule": "R07", "name": "OFF_ROUTE", "severity": "Y", "state": "suspected", "order": "o1"} | more


DAY = "2026-03-11"
FENCELESS = vehicle(home_depot=None)
ALL_DAY = (f"{DAY} 00:00", "2026-03-12 00:00")
