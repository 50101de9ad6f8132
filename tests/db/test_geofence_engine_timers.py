"""What only the tenant's clock tells: at its instant, without a fix, and taken back when a fix tells otherwise."""

from datetime import datetime, time
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from fleet import store
from geofence.instants import epoch_ms, instant
from geofence.track.fixes import TrackFix
from tests.db.judging import YESTERDAY, Bench, set_scene, told

ZONE = ZoneInfo("Asia/Shanghai")
AWAY_DEG = 0.05


def evening(clock: str) -> int:
    return epoch_ms(datetime.combine(YESTERDAY, time.fromisoformat(clock), tzinfo=ZONE))


def standing(place: tuple[float, float], since: str, until: str) -> list[TrackFix]:
    """Parked with the ignition off, a fix every five minutes."""
    return [
        TrackFix(at_ms, at_ms + 900, *place, 0.0, 8.0, False)
        for at_ms in range(evening(since), evening(until) + 1, 300_000)
    ]


def driving(place: tuple[float, float], since: str, minutes: int) -> list[TrackFix]:
    """East at 36 km/h, a fix every ten seconds."""
    return [
        TrackFix(at_ms, at_ms + 900, place[0] + 0.00115 * step, place[1], 36.0, 8.0, True)
        for step, at_ms in enumerate(range(evening(since), evening(since) + minutes * 60_000, 10_000))
    ]


async def outside(bench: Bench, tmp_path: Path) -> tuple[float, float]:
    """A place away from the depot of a vehicle that is asked everything."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case, orders=False)
    await bench.owner.execute("UPDATE vehicle SET exempt_rules = '{}'")
    depot = next(iter(case.vehicles[0].facts.depots))
    return depot.lon + AWAY_DEG, depot.lat


async def nights(bench: Bench) -> list[tuple[datetime, bool, str]]:
    rows = await store.many(
        bench.owner, "SELECT detected_at, ended_at, judgement FROM alert WHERE rule = 'R10' ORDER BY started_at"
    )
    return [(row["detected_at"], row["ended_at"] is None, row["judgement"]) for row in rows]


@pytest.mark.parametrize("restarts", [False, True], ids=["one_engine", "restarted"])
async def test_a_night_outside_is_told_by_the_clock_and_taken_back_by_a_late_fix(
    bench: Bench, tmp_path: Path, restarts: bool
) -> None:
    """Half past ten comes without another fix and is told once; that it had left at ten past is heard afterwards."""
    place = await outside(bench, tmp_path)
    await bench.give(standing(place, "18:00", "22:05"))
    await bench.turn(evening("22:29"))
    assert await nights(bench) == []
    if restarts:
        await bench.restart()
    for clock in ("22:30:30", "22:31"):
        await bench.turn(evening(clock))
        assert await nights(bench) == [(instant(evening("22:30")), True, "suspected")]
        if restarts:
            await bench.restart()
    await bench.give(driving(place, "22:10", 8))
    await bench.turn(evening("22:32"))
    assert [judgement for *_, judgement in await nights(bench)] == ["withdrawn"]


async def test_a_night_outside_that_a_fix_confirms_stays_one_alert_until_it_leaves(
    bench: Bench, tmp_path: Path
) -> None:
    """Told by the clock, confirmed by the fixes after it, ended by the departure next morning."""
    place = await outside(bench, tmp_path)
    await bench.give(standing(place, "18:00", "22:25"))
    await bench.turn(evening("22:31"))
    await bench.give(standing(place, "22:30", "23:55"))
    await bench.turn(evening("23:56"))
    assert await nights(bench) == [(instant(evening("22:30")), True, "suspected")]
    leaving = driving(place, "23:58", 1) + [
        fix._replace(at_ms=fix.at_ms + 60_000, received_ms=fix.received_ms + 60_000, lon=fix.lon + 0.0069)
        for fix in driving(place, "23:58", 1)
    ]
    await bench.give(leaving)
    await bench.turn(evening("23:59") + 120_000)
    assert [(is_open, judgement) for _, is_open, judgement in await nights(bench)] == [(False, "suspected")]
    row = await store.one(bench.owner, "SELECT max(revision) AS n FROM alert WHERE rule = 'R10'")
    assert row is not None
    assert row["n"] <= 3


async def test_silence_while_driving_is_told_by_the_clock_and_what_comes_late_takes_it_back(
    bench: Bench, tmp_path: Path
) -> None:
    """Ten minutes without a fix on the road: one R15, told to nobody once the hole is filled, and kept as withdrawn."""
    place = await outside(bench, tmp_path)
    way = driving(place, "10:00", 40)
    await bench.give([*standing(place, "09:00", "09:55"), *way[:60]])
    await bench.turn(evening("10:21"))
    rows = await store.many(bench.owner, "SELECT rule, judgement FROM alert WHERE rule = 'R15'")
    assert [(row["rule"], row["judgement"]) for row in rows] == [("R15", "suspected")]
    await bench.give(way[180:])
    await bench.turn(evening("10:41"))
    await bench.give(way[60:180])
    await bench.turn(evening("10:42"))
    rows = await store.many(bench.owner, "SELECT rule, judgement FROM alert WHERE rule = 'R15'")
    assert [(row["rule"], row["judgement"]) for row in rows] == [("R15", "withdrawn")]


async def test_a_sensitive_stay_is_told_at_its_minute_and_taken_back_when_it_had_left(
    bench: Bench, tmp_path: Path
) -> None:
    """No fix comes in the minute it is long enough, and it is told; that it had left four minutes before is heard afterwards."""
    place = await outside(bench, tmp_path)
    off = told(tmp_path / "day", "no_order").vehicles[0].facts.calendar.day(YESTERDAY).kind.off
    due_ms, minute_ms = evening("10:05" if off else "10:15"), 60_000
    east, north = place[0] + 0.002, place[1] + 0.002
    west, south = place[0] - 0.002, place[1] - 0.002
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    await store.add_area(
        bench.owner, area_id=uuid4(), tenant_id=bench.town.tenant_id, kind="sensitive", code="s1",
        name="hotel", geometry={"type": "Polygon", "coordinates": [ring]},
    )  # fmt: skip

    async def stays() -> list[tuple[object, ...]]:
        rows = await store.many(bench.owner, "SELECT detected_at, judgement FROM alert WHERE rule = 'R09'")
        return [tuple(row.values()) for row in rows]

    await bench.give([fix for fix in standing(place, "10:00", "10:30") if fix.at_ms < due_ms])
    await bench.turn(due_ms - minute_ms)
    assert await stays() == []
    await bench.turn(due_ms + minute_ms // 2)
    assert await stays() == [(instant(due_ms), "suspected")]
    late_ms = due_ms - 4 * minute_ms - evening("10:00")
    left = [
        fix._replace(at_ms=fix.at_ms + late_ms, received_ms=due_ms + minute_ms) for fix in driving(place, "10:00", 8)
    ]
    await bench.give(left)
    await bench.turn(due_ms + 6 * minute_ms)
    assert [judgement for _, judgement in await stays()] == ["withdrawn"]
