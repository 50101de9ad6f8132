"""A wrong clock accuses nobody; a late upload is no wrong clock; both whatever the cadence and the size of messages."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.geofence_cases import DEPOT, ONLY_MOVES, Fix, context, judged, noisy, out_and_parked


def trip(rng: random.Random, start: str, every_s: float) -> list[Fix]:
    there = (rng.uniform(2500, 9000), rng.uniform(-3000, 3000))
    return noisy(
        out_and_parked(start, [DEPOT, there], kmh=rng.uniform(20, 70), every_s=every_s), 4, rng.randrange(1000)
    )


def received(fixes: list[Fix], rng: random.Random, *, size: int, offset_s: float) -> list[Fix]:
    """Sent in messages of `size`, each a moment after its newest fix, by a clock that is off."""
    for start in range(0, len(fixes), size):
        sent_at = fixes[start : start + size][-1]["fixed_at"] + timedelta(seconds=offset_s + rng.uniform(0.1, 4))
        for fix in fixes[start : start + size]:
            fix["received_at"] = sent_at
    return fixes


@pytest.mark.parametrize("every_s", [1, 10, 30])
@pytest.mark.parametrize("size", [1, 10, 30])
@pytest.mark.parametrize("offset_s", [-43_200, -150, 150, 3600, 43_200])
def test_a_skewed_trip_is_never_suspected(tmp_path: Path, every_s: float, size: int, offset_s: float) -> None:
    """At night by the device's clock: every ground is undetermined and says why."""
    rng = random.Random(f"{every_s}{size}{offset_s}")
    found = judged(
        tmp_path,
        received(trip(rng, "03-11 21:00", every_s), rng, size=size, offset_s=offset_s),
        context(vehicle=ONLY_MOVES),
    )
    assert {(each.rule, str(each.judgement)) for each in found} == {("R01", "undetermined"), ("R03", "undetermined")}
    assert all("clock_offset" in str(each.metrics["doubts"]) for each in found)


@pytest.mark.parametrize("size", [1, 30])
def test_a_sound_clock_with_slow_messages_is_suspected(tmp_path: Path, size: int) -> None:
    rng = random.Random(size)
    found = judged(tmp_path, received(trip(rng, "03-11 14:00", 10), rng, size=size, offset_s=0.0), context())
    assert [str(each.judgement) for each in found] == ["suspected"]


@pytest.mark.parametrize("seed", range(20))
def test_a_late_upload_of_any_shape_is_judged_at_its_own_time(tmp_path: Path, seed: int) -> None:
    """Two to fifty minutes cut off, sent afterwards in messages of any size, in order or not."""
    rng = random.Random(seed)
    fixes = trip(rng, "03-11 14:00", 10)
    from_at = fixes[0]["fixed_at"] + timedelta(minutes=rng.uniform(40, 65))
    until_at = from_at + timedelta(minutes=rng.uniform(2, 50))
    held = [fix for fix in fixes if from_at <= fix["fixed_at"] < until_at]
    size, pause_s = rng.choice([10, 30, 100]), rng.choice([0.02, 0.2, 1, 3])
    messages = [held[start : start + size] for start in range(0, len(held), size)]
    if rng.random() < 0.4:
        rng.shuffle(messages)
    for number, message in enumerate(messages):
        for fix in message:
            fix["received_at"] = until_at + timedelta(seconds=pause_s * number)
    for fix in fixes:
        fix.setdefault("received_at", fix["fixed_at"] + timedelta(seconds=rng.uniform(0.1, 2)))
    found = judged(tmp_path, sorted(fixes, key=lambda fix: fix["received_at"]), context())
    assert [(each.rule, str(each.judgement)) for each in found] == [("R01", "suspected")]
