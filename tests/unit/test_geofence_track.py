"""Drives, stops and metres: what a person would call a drive, and not one metre from drift."""

import random

import pytest

from geofence.track.fixes import Said, TrackFix, in_event_order
from geofence.track.fold import advance, view
from geofence.track.motion import Drive, Event, Kind, Step, Stop
from geofence.track.track import Track
from tests.unit.geofence_cases import DEPOT, Fix, at, day, driven, noisy, parked

FAR = (6000.0, 0.0)


def fold(fixes: list[Fix]) -> tuple[list[Drive], list[Stop], list[Step]]:
    """Final drives and stops, and all steps."""
    track, events = Track(), list[Event]()
    for fix in fixes:
        advance(track, _compact(fix), events)
    last = track.last.at_ms if track.last else 0
    events += view(track, last, silent=False)
    drives = {each.started_ms: each for each in events if isinstance(each, Drive)}
    stops = {each.started_ms: each for each in events if isinstance(each, Stop)}
    return list(drives.values()), list(stops.values()), [each for each in events if isinstance(each, Step)]


def _compact(fix: Fix) -> TrackFix:
    ms = round(fix["fixed_at"].timestamp() * 1000)
    ignition = fix.get("ignition")
    return TrackFix(
        ms,
        ms,
        fix["lon"],
        fix["lat"],
        fix.get("speed_kmh"),
        fix.get("accuracy_m"),
        None if ignition is None else bool(ignition),
        said=Said(odometer_km=fix["km"]) if "km" in fix else None,
    )


def moves(steps: list[Step]) -> float:
    return sum(step.distance_m for step in steps if step.kind is Kind.MOVE)


@pytest.mark.parametrize("every_s", [1, 5, 10, 30, 60])
@pytest.mark.parametrize("noise_m", [0.0, 4.0])
def test_a_drive_between_two_rests_at_every_cadence(every_s: float, noise_m: float) -> None:
    """One drive of 6 km, two stops, times within a minute or two fixes, metres within 3 %."""
    fixes = day(
        parked("03-11 13:10", 60, every_s=max(10, every_s)),
        driven("03-11 14:10", [DEPOT, FAR], every_s=every_s),
        parked("03-11 14:20:10", 30, FAR, every_s=max(10, every_s)),
    )
    (drive,), stops, steps = fold(noisy(fixes, noise_m))
    slack_ms = 1000 * max(60, 2 * every_s)
    assert abs(drive.started_ms - at("03-11 14:10").timestamp() * 1000) <= slack_ms
    assert drive.ended_ms is not None
    assert abs(drive.ended_ms - at("03-11 14:20").timestamp() * 1000) <= slack_ms
    assert drive.distance_m == pytest.approx(6000, rel=0.03)
    assert moves(steps) == pytest.approx(drive.distance_m)
    assert [stop.ended_ms is None for stop in stops] == [False, True]


@pytest.mark.parametrize("known", [True, False], ids=["speed known", "positions only"])
@pytest.mark.parametrize("seed", range(10))
def test_parked_drift_adds_no_metre(seed: int, known: bool) -> None:
    """A night of wandering error (up to 150 m, up to 60 m when only positions are known), with outliers: no drive, one stop."""
    rng = random.Random(seed)
    east = north = 0.0
    fixes: list[Fix] = []
    step_m = 9 if known else 4
    more = {} if known else {"speed_kmh": None, "ignition": None, "accuracy_m": None}
    for fix in parked("03-11 20:00", 600, every_s=20):
        east, north = 0.97 * east + rng.gauss(0, step_m), 0.97 * north + rng.gauss(0, step_m)
        jump = (rng.choice([-1, 1]) * rng.uniform(300, 4000), 0.0) if rng.random() < 0.01 else (0.0, 0.0)
        placed = parked(fix["fixed_at"], 0.5, (east + jump[0], north), every_s=30, **more)[0]
        fixes.append(placed)
    drives, stops, steps = fold(fixes)
    assert drives == []
    assert moves(steps) == 0
    assert len(stops) == 1


def test_a_red_light_is_part_of_the_drive_and_a_short_errand_a_stop_inside_it() -> None:
    """20 s: nothing. 90 s: a standstill that is kept. 3 min: a stop, same drive. 6 min: a stop between two drives."""
    for minutes, drives_wanted, stops_wanted in ((1 / 3, 1, 2), (1.5, 1, 3), (3, 1, 3), (6, 2, 3)):
        second = at("03-11 14:20").timestamp() + minutes * 60
        fixes = day(
            parked("03-11 13:10", 60),
            driven("03-11 14:10", [DEPOT, FAR]),
            parked("03-11 14:20:05", minutes, FAR, every_s=10, ignition=1),
            driven(at("03-11 14:20").fromtimestamp(second, at("03-11 14:20").tzinfo), [FAR, (12_000.0, 0.0)]),
            parked(at("03-11 14:20").fromtimestamp(second + 610, at("03-11 14:20").tzinfo), 30, (12_000.0, 0.0)),
        )
        drives, stops, _ = fold(fixes)
        assert (len(drives), len(stops)) == (drives_wanted, stops_wanted), minutes
        assert sum(drive.distance_m for drive in drives) == pytest.approx(12_000, rel=0.03)


def test_a_tunnel_is_bridged_and_counted_as_gap() -> None:
    fixes = day(parked("03-11 13:10", 60), driven("03-11 14:10", [DEPOT, FAR]), parked("03-11 14:20:10", 30, FAR))
    fixes = [fix for fix in fixes if not at("03-11 14:12") < fix["fixed_at"] < at("03-11 14:16")]
    (drive,), _, _ = fold(fixes)
    assert drive.gap_ms == pytest.approx(240_000, abs=20_000)
    assert drive.distance_m == pytest.approx(6000, rel=0.03)


def test_a_jump_is_set_aside_and_a_lasting_one_becomes_the_new_place_without_a_drive() -> None:
    """Five fixes 3 km off and back: nothing happened. Staying there: a new place, still no drive."""
    away = (3000.0, 0.0)
    short = day(parked("03-11 14:10", 1, away, every_s=10), parked("03-11 13:10", 120, every_s=10))
    lasting = day(parked("03-11 13:10", 60, every_s=10), parked("03-11 14:10", 60, away, every_s=10))
    for fixes in (short, lasting):
        drives, stops, steps = fold(fixes)
        assert (len(drives), moves(steps)) == (0, 0)
        assert len(stops) == 1


@pytest.mark.parametrize(("counts", "metres"), [(False, 6000), (True, 8000)])
def test_between_places_that_contradict_each_other_the_odometer_decides(counts: bool, metres: float) -> None:
    """Driven 6 km, then two fixes far apart and one in reach: nothing was driven when the odometer stands, 2 km when it counts them."""
    other = (6000.0, 2000.0)
    fixes = day(
        parked("03-11 13:10", 60, every_s=120, km=100.0),
        driven("03-11 14:10", [DEPOT, FAR], every_s=10, km=106.0),
        parked("03-11 14:20:10", 2, (60_000.0, 9000.0), every_s=120, km=106.0),
        parked("03-11 14:22:10", 2, (-70_000.0, 0.0), every_s=120, km=106.0),
        parked("03-11 14:24:10", 2, other, every_s=120, km=108.2 if counts else 106.0),
        parked("03-11 14:26:10", 60, other if counts else FAR, every_s=120, km=108.2 if counts else 106.0),
    )
    _, _, steps = fold(fixes)
    assert moves(steps) == pytest.approx(metres, rel=0.02)


def test_of_two_fixes_at_one_instant_the_first_to_arrive_counts() -> None:
    early, late = TrackFix(1000, 2000, 117.0, 39.0), TrackFix(1000, 3000, 118.0, 39.0)
    assert in_event_order([late, early]) == in_event_order([early, late, late]) == [early]


@pytest.mark.parametrize("aside_m", [350.0, 700.0])
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("known", [True, False], ids=["speeds claimed", "positions only"])
def test_a_position_thrown_aside_and_back_is_no_drive(known: bool, seed: int, aside_m: float) -> None:
    """Reflections hold a parked vehicle some hundred metres aside for six minutes, with a speed at each throw: no metre."""
    fixes = day(
        parked("03-11 13:00", 60, every_s=20),
        parked("03-11 14:00", 6, (aside_m, 0.0), every_s=20),
        parked("03-11 14:06", 60, every_s=20),
    )
    thrown = [at("03-11 14:00"), at("03-11 14:06")]
    for fix in fixes:
        since_s = min(abs((fix["fixed_at"] - when).total_seconds()) for when in thrown)
        fix["speed_kmh"] = (30.0 if since_s <= 40 else 0.0) if known else None
        fix["ignition"] = None
    drives, _, steps = fold(noisy(fixes, 15.0, seed))
    assert drives == []
    assert moves(steps) == 0.0


def test_reports_every_five_minutes_make_one_drive() -> None:
    """A locator that reports every five minutes, as it happens at red lights: one drive, and nothing of it is unseen."""
    far = (18_000.0, 0.0)
    fixes = day(
        parked("03-11 13:00", 60, every_s=300),
        driven("03-11 14:00", [DEPOT, far], kmh=36, every_s=300),
        parked("03-11 14:30", 60, far, every_s=300),
    )
    for minute in (5, 20):
        next(fix for fix in fixes if fix["fixed_at"] == at(f"03-11 14:{minute:02}"))["speed_kmh"] = 0.0
    drives, _, steps = fold(fixes)
    assert len(drives) == 1
    assert moves(steps) == pytest.approx(18_000, rel=0.03)
    assert all(step.kind is not Kind.UNSEEN for step in steps)


def test_unseen_movement_ends_where_the_vehicle_came_to_rest() -> None:
    """A way of two sparse fixes that proves no departure is unseen up to the fix at the place where the vehicle stands."""
    place = (3000.0, 0.0)
    fixes = day(
        parked("03-11 13:00", 60, every_s=300),
        parked("03-11 14:00", 5, (1500.0, 0.0), every_s=300),
        parked("03-11 14:05", 60, place, every_s=300),
    )
    drives, _, steps = fold(fixes)
    (unseen,) = [step for step in steps if step.kind is Kind.UNSEEN]
    assert drives == []
    assert unseen.to_ms == at("03-11 14:05").timestamp() * 1000
    assert unseen.distance_m == pytest.approx(3000, rel=0.01)


def test_a_position_thrown_about_is_no_way_driven() -> None:
    """Thrown from one wrong place to the next at walking speeds, with the engine on: legs no speed explains lead nowhere."""
    wrong = [(400.0, 0.0), (400.0, 400.0), (-300.0, 400.0), (-300.0, -300.0)]
    thrown = [parked(f"03-11 14:0{i}", 1, spot, every_s=10) for i, spot in enumerate(wrong)]
    fixes = day(parked("03-11 13:00", 60, every_s=10), *thrown, parked("03-11 14:04", 60, every_s=10))
    for fix in fixes:
        fix |= {"ignition": 1, "speed_kmh": 6.0 if fix["fixed_at"].second % 20 else 2.0}
    drives, _, steps = fold(noisy(fixes, 5.0))
    assert drives == []
    assert moves(steps) == 0.0


def test_a_place_where_fixes_stray_asks_for_more() -> None:
    """Having strayed 120 m and come back again and again, a locator proves no drive 230 m away; a real drive is still whole."""
    quiet = parked("03-11 13:00", 60, every_s=10)
    strays = [parked(f"03-11 14:{2 * i:02}", 0.5, (120.0, 0.0), every_s=10) for i in range(4)]
    back = [parked(f"03-11 14:{2 * i:02}:30", 1.5, every_s=10) for i in range(4)]
    farther = [parked(f"03-11 14:08:{10 * i:02}", 0.1, (110.0 + 60 * i, 0.0), every_s=10) for i in range(3)]
    drive = driven("03-11 14:30", [DEPOT, (3000.0, 0.0)])
    fixes = day(quiet, *strays, *back, *farther, parked("03-11 14:08:30", 21.4, every_s=10), drive)
    for fix in fixes:
        fix |= {"ignition": 1, "speed_kmh": fix["speed_kmh"] or (7.0 if fix["lon"] > 117.0001 else 0.0)}
    drives, _, steps = fold(day(fixes, parked("03-11 14:35:10", 30, (3000.0, 0.0), every_s=10)))
    (found,) = drives
    assert abs(found.started_ms - at("03-11 14:30").timestamp() * 1000) <= 20_000
    assert moves(steps) == pytest.approx(3000, rel=0.02)
