"""What the map says of a vehicle: how it is drawn, when silence is news, and why it is not there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fleet.position import LiveState, Quality
from web.presence import Presence, Trail, is_silent, live_state, why_not_on_map

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def presence(age: timedelta = timedelta(0), speed_kmh: float | None = 0.0, **more: bool) -> Presence:
    at = NOW - age
    return Presence(fixed_at=at, received_at=at, speed_kmh=speed_kmh, ignition=None, **more)


HEARD = Trail(
    device="d1",
    device_active=True,
    bound_at=NOW - timedelta(days=30),
    online=True,
    fixed_at=NOW,
    received_at=NOW,
    quality=0,
    rejected_reason=None,
    rejected_at=None,
    rejected_detail=None,
    rejected_times=None,
    in_live_scope=True,
)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        (presence(speed_kmh=40, on_order=True), LiveState.MOVING_ON_ORDER),
        (presence(speed_kmh=40), LiveState.MOVING_WITHOUT_ORDER),
        (presence(speed_kmh=2.9, on_order=True), LiveState.PARKED),
        (presence(speed_kmh=None), LiveState.PARKED),
        (presence(timedelta(minutes=6), speed_kmh=40), LiveState.SILENT),
        (presence(timedelta(minutes=6)), LiveState.PARKED),
        (presence(timedelta(minutes=61)), LiveState.SILENT),
        (presence(timedelta(hours=5), speed_kmh=40, suspected=True), LiveState.SUSPECTED),
    ],
)
def test_a_vehicle_is_drawn_as_what_it_does(known: Presence, state: LiveState) -> None:
    """Suspicion first, then silence, which a moving vehicle falls into sooner than a parked one."""
    assert live_state(known, NOW) is state


def test_a_vehicle_never_heard_of_is_silent() -> None:
    """Without any fix there is nothing else to say."""
    assert is_silent(Presence(fixed_at=None, received_at=None, speed_kmh=None, ignition=None), NOW)


@pytest.mark.parametrize(
    ("trail", "known", "codes"),
    [
        (HEARD, presence(), []),
        (replace(HEARD, device=None), presence(), ["no_device"]),
        (replace(HEARD, device_active=False), presence(), ["device_disabled"]),
        (replace(HEARD, fixed_at=None, received_at=None), presence(), ["never_reported"]),
        (replace(HEARD, bound_at=NOW + timedelta(seconds=1)), presence(), ["no_fix_since_bound"]),
        (replace(HEARD, in_live_scope=False), presence(), ["not_in_your_live_scope"]),
        (replace(HEARD, quality=int(Quality.NO_FIX)), presence(), ["no_satellite_fix"]),
        (HEARD, presence(timedelta(hours=2)), ["silent_since"]),
        (replace(HEARD, rejected_reason="future", rejected_at=NOW + timedelta(seconds=1)), presence(), ["last_message_rejected"]),
        (replace(HEARD, rejected_reason="future", rejected_at=NOW - timedelta(days=1)), presence(), []),
    ],
)  # fmt: skip
def test_every_reason_that_holds_is_given(trail: Trail, known: Presence, codes: list[str]) -> None:
    """A message rejected long before the newest good one is history, not a reason."""
    assert [reason.code for reason in why_not_on_map(trail, known, NOW)] == codes
