"""Locators: believable errors, silence in tunnels, and a memory that forgets only what is stored."""

import itertools
import statistics
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.drive import Motion
from simulators.locator import (
    LocatorModel,
    LocatorState,
    Reading,
    Surroundings,
    message,
    observe,
    surroundings,
)
from simulators.outbox import BATCH_AT_MOST, ON_THE_WAY_AT_MOST, Outbox
from simulators.path import distance_m, moved

START = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
HERE = (117.2, 39.12)
OPEN = surroundings()


def motion(*, speed_kmh: float = 0.0, at: tuple[float, float] = HERE, ignition: bool = False) -> Motion:
    return Motion(lon=at[0], lat=at[1], speed_kmh=speed_kmh, heading_deg=90.0, ignition=ignition, odometer_m=1234.0)


def readings(
    true: Motion, around: Surroundings, count: int, every_s: float, model: LocatorModel | None = None
) -> list[Reading | None]:
    state, rng, heard = LocatorState(), Random(7), []
    for k in range(count):
        at = START + timedelta(seconds=every_s * k)
        state, reading = observe(model or LocatorModel(), state, true, at, around, rng)
        heard.append(reading)
    return heard


def errors_m(heard: list[Reading | None]) -> list[float]:
    return [distance_m(HERE, (r.lon, r.lat)) for r in heard if r]


def test_the_error_of_a_moving_locator_is_metres_not_hundreds() -> None:
    """Under an open sky the error is a few metres and its accuracy says so honestly."""
    heard = readings(motion(speed_kmh=40, ignition=True), OPEN, 2_000, 10)
    away = errors_m(heard)
    assert 2.0 < statistics.median(away) < 6.0
    assert max(away) < 20.0
    within = [e <= r.accuracy_m for e, r in zip(away, heard, strict=True) if r]
    assert 0.5 < sum(within) / len(within) < 0.95


def test_a_parked_vehicle_drifts_but_never_leaves_its_place() -> None:
    """Drift wanders slowly: wider than moving noise, far below the 200 m of a movement, speed 0."""
    heard = readings(motion(), OPEN, 3_000, 120)
    away = errors_m(heard)
    assert max(away) < 40.0
    assert statistics.pstdev(away) > 1.0
    assert all(r and r.speed_kmh == 0.0 and not r.ignition for r in heard)


def test_errors_wander_instead_of_jumping() -> None:
    """Neighbouring seconds share most of their error; minutes later nothing of it is left."""
    heard = [r for r in readings(motion(speed_kmh=40), OPEN, 4_000, 1) if r]
    steps = [distance_m((a.lon, a.lat), (b.lon, b.lat)) for a, b in itertools.pairwise(heard)]
    apart = [distance_m((a.lon, a.lat), (b.lon, b.lat)) for a, b in zip(heard, heard[200:], strict=False)]
    assert statistics.median(steps) * 2 < statistics.median(apart)


def test_no_fix_in_a_tunnel_and_a_worse_one_right_after() -> None:
    """Inside the tunnel there is nothing; beside it and after it the locator reports again."""
    bore = (moved(HERE, -300, 0), moved(HERE, 300, 0))
    around = surroundings(tunnels=[bore])
    assert readings(motion(speed_kmh=40), around, 5, 1) == [None] * 5
    aside = motion(speed_kmh=40, at=moved(HERE, 0, 30))
    assert all(readings(aside, around, 5, 1))
    state, rng = LocatorState(hidden_at=START, seen_at=START), Random(1)
    model = LocatorModel()
    later = START + timedelta(seconds=5)
    _, soon = observe(model, state, motion(speed_kmh=40), later, OPEN, rng)
    _, late = observe(model, state, motion(speed_kmh=40), START + timedelta(minutes=3), OPEN, rng)
    assert soon is not None
    assert late is not None
    assert soon.accuracy_m > late.accuracy_m


def test_street_canyons_cost_satellites_and_accuracy() -> None:
    """Between high buildings there are fewer satellites and the error is several times larger."""
    ring = tuple(moved(HERE, x, y) for x, y in ((-99, -99), (99, -99), (99, 99), (-99, 99)))
    narrow = [r for r in readings(motion(speed_kmh=30), surroundings(canyons=[ring]), 500, 10) if r]
    wide = [r for r in readings(motion(speed_kmh=30), OPEN, 500, 10) if r]
    assert statistics.mean(r.satellites for r in narrow) < statistics.mean(r.satellites for r in wide) - 4
    assert statistics.median(errors_m([*narrow])) > 3 * statistics.median(errors_m([*wide]))


def test_a_wrong_clock_shifts_every_fix_by_the_same_amount() -> None:
    """The device stamps its own time; the platform must notice, the locator does not."""
    model = LocatorModel(clock_ahead_s=-400.0)
    heard = readings(motion(speed_kmh=30), OPEN, 3, 10, model)
    assert [r.fixed_at for r in heard if r] == [START + timedelta(seconds=10 * k - 400) for k in range(3)]


def test_the_message_is_the_native_fix_object() -> None:
    """Keys and units are those of contracts.md 1, instants carry their offset."""
    (reading,) = readings(motion(speed_kmh=30, ignition=True), OPEN, 1, 1)
    assert reading is not None
    sent = message(reading)
    assert {"t", "lon", "lat", "speed_kmh", "heading_deg", "accuracy_m", "ignition", "seq"} <= set(sent)
    assert sent["t"] == "2026-03-11T01:00:00.000+00:00"
    assert sent["odometer_km"] == 1.23


def test_the_outbox_releases_only_on_the_acknowledgement() -> None:
    """Sending releases nothing, an unknown number releases nothing, the batch's own number releases it once."""
    box = Outbox()
    for seq in range(3):
        box.keep({"seq": seq})
    (batch,) = box.due(START)
    assert (batch.number, box.unreleased, box.released) == (1, 3, 0)
    assert box.acknowledged(99) == 0
    assert box.acknowledged(1) == 3
    assert box.acknowledged(1) == 0
    assert (box.unreleased, box.released) == (0, 3)


def test_unacknowledged_batches_are_sent_again_unchanged_after_three_seconds() -> None:
    """Not earlier, and under the same number with the same fixes."""
    box = Outbox()
    box.keep({"seq": 0})
    first = box.due(START)
    box.keep({"seq": 1})
    early = box.due(START + timedelta(seconds=2.9))
    assert [batch.number for batch in early] == [2]
    again = box.due(START + timedelta(seconds=3))
    assert [(b.number, b.fixes) for b in again] == [(b.number, b.fixes) for b in first]
    assert box.resent == 1


def test_after_a_broken_connection_everything_on_its_way_is_sent_at_once() -> None:
    """Reconnecting does not wait for the three seconds."""
    box = Outbox()
    box.keep({"seq": 0})
    box.due(START)
    box.disconnected()
    assert [batch.number for batch in box.due(START + timedelta(seconds=0.1))] == [1]


def test_a_full_memory_drops_the_oldest_and_counts_it() -> None:
    """A locator has finite memory; what it loses is known."""
    box = Outbox(capacity=5)
    for seq in range(8):
        box.keep({"seq": seq})
    assert (box.dropped, len(box.waiting), box.waiting[0]) == (3, 5, {"seq": 3})


@settings(deadline=None, max_examples=80)
@given(st.lists(st.sampled_from(["keep", "many", "due", "ack", "cut", "lose"]), max_size=80), st.integers(0, 9))
def test_whatever_happens_no_fix_is_forgotten_or_changes_its_number(actions: list[str], seed: int) -> None:
    """Kept = released + still held, in any order of sending, acknowledging, losing and breaking."""
    box, rng, now = Outbox(), Random(seed), START
    seen: dict[int, tuple[dict[str, object], ...]] = {}
    for action in actions:
        now += timedelta(seconds=rng.uniform(0, 4))
        if action == "keep":
            box.keep({"seq": box.kept})
        elif action == "many":
            for _ in range(BATCH_AT_MOST + 5):
                box.keep({"seq": box.kept})
        elif action in {"due", "lose"}:
            for batch in box.due(now):
                assert seen.setdefault(batch.number, batch.fixes) == batch.fixes
        elif action == "ack" and box.on_the_way:
            box.acknowledged(rng.choice(sorted(box.on_the_way)))
        elif action == "cut":
            box.disconnected()
        assert box.kept == box.released + box.unreleased
        assert len(box.on_the_way) <= ON_THE_WAY_AT_MOST
