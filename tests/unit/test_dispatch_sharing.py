"""Shared rides: what fits by way, time, seats and privacy, and that nothing else is ever offered."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.sharing.match import GUEST_WAITS, MOST_DETOUR_RATIO, MOST_DETOUR_S, Fit, fit
from fleet.order import Order, OrderState, OrderType, Place
from tests.unit.dispatch_day import END, NOW, START, order, spot

MINUTE = timedelta(minutes=1)


def seconds(before: tuple[float, float], after: tuple[float, float]) -> int:
    """A straight road: a thousandth of a degree is a minute."""
    return round(60_000 * abs(before[0] - after[0]))


def trip(start: int, end: int, **more: Any) -> Order:
    said = {
        "origin": spot(start),
        "destination": spot(end),
        "passengers": 1,
        "shareable": True,
        "round_trip": False,
        **more,
    }
    return order(**said)


HOST = trip(0, 60)
GUEST = trip(20, 40, planned_start_at=START + 20 * MINUTE)
REASONS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"confidential": True}, {}, "confidential"),
    ({}, {"confidential": True}, "confidential"),
    ({"shareable": False}, {}, "not_shareable"),
    ({"type": OrderType.SERVICE}, {}, "other_kind"),
    ({}, {"self_drive": True}, "other_kind"),
    ({}, {"wheelchairs": 1}, "other_kind"),
    ({"state": OrderState.DEPARTED}, {}, "state"),
    ({}, {"state": OrderState.SUBMITTED}, "state"),
    ({}, {"passengers": 4}, "full"),
    ({}, {"planned_start_at": START + 40 * MINUTE}, "other_time"),
    ({}, {"round_trip": True}, "other_time"),
    ({}, {"destination": Place(name="far", lon=116.2, lat=32.0)}, "detour"),
]


@pytest.mark.parametrize(("of_host", "of_guest", "expected"), REASONS)
def test_each_reason_against_sharing_has_its_name(
    of_host: dict[str, Any], of_guest: dict[str, Any], expected: str
) -> None:
    found = fit(replace(HOST, **of_host), replace(GUEST, **of_guest), room=4, stays_s=[], seconds=seconds, now=NOW)
    assert found == expected


def test_on_the_way_costs_nothing_and_says_when() -> None:
    found = fit(HOST, GUEST, room=4, stays_s=[], seconds=seconds, now=NOW)
    assert found == Fit(
        detour_s=0, pickup_at=START + 20 * MINUTE, arrives_at=START + 40 * MINUTE, board=0, leave=1, seats_left=2
    )


def test_a_stay_on_the_way_delays_who_gets_in_after_it_and_who_can_wait_costs_no_detour() -> None:
    host = replace(HOST, stops=(spot(10),))
    hurried = fit(host, GUEST, room=4, stays_s=[1_800], seconds=seconds, now=NOW)
    assert isinstance(hurried, Fit)
    assert (hurried.board, hurried.detour_s) == (0, 1_200), "fetched before the stop, back to it, and on"
    patient = replace(GUEST, latest_start_at=GUEST.planned_start_at + 40 * MINUTE)
    found = fit(host, patient, room=4, stays_s=[1_800], seconds=seconds, now=NOW)
    assert isinstance(found, Fit)
    assert (found.pickup_at, found.board, found.leave) == (START + 50 * MINUTE, 1, 2)


def test_two_round_trips_are_shared_when_they_end_together() -> None:
    host, guest = replace(HOST, round_trip=True), replace(GUEST, round_trip=True)
    assert isinstance(fit(host, guest, room=4, stays_s=[], seconds=seconds, now=NOW), Fit)
    late = replace(guest, planned_end_at=END + 31 * MINUTE)
    assert fit(host, late, room=4, stays_s=[], seconds=seconds, now=NOW) == "other_time"


@given(
    st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.lists(st.integers(0, 100), max_size=3),
    st.integers(-60, 120), st.integers(0, 60), st.booleans(), st.booleans(),
)  # fmt: skip
def test_whatever_fits_keeps_every_promise(
    start: int,
    end: int,
    boards: int,
    leaves: int,
    stops: list[int],
    later: int,
    flexible: int,
    secret: bool,
    open_: bool,
) -> None:
    """Picked up in time, set down after that, detour within its limit, seats for all, and never anything confidential."""
    host = trip(
        start, end, stops=tuple(spot(stop) for stop in stops), shareable=open_, confidential=secret and not open_
    )
    at = START + later * MINUTE
    guest = trip(
        boards, leaves, planned_start_at=at, latest_start_at=at + flexible * MINUTE, confidential=secret and open_
    )
    found = fit(host, guest, room=3, stays_s=[0] * len(stops), seconds=seconds, now=NOW)
    path = [host.origin, *host.stops, host.destination]
    direct_s = sum(seconds((a.lon, a.lat), (b.lon, b.lat)) for a, b in pairwise(path) if a and b)
    if isinstance(found, Fit):
        assert open_
        assert not secret
        assert at - GUEST_WAITS <= found.pickup_at <= at + max(GUEST_WAITS, flexible * MINUTE)
        assert found.pickup_at <= found.arrives_at
        assert found.detour_s <= max(MOST_DETOUR_S, MOST_DETOUR_RATIO * direct_s)
        assert found.seats_left >= 0
        assert 0 <= found.board < found.leave <= len(stops) + 1
