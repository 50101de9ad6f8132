"""Drives: true motion stays within what a vehicle can do and covers exactly its path."""

import itertools
import math
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.drive import Drive, Driver, Wait, lights_along, plan_drive
from simulators.itinerary import Itinerary, movements
from simulators.path import LonLat, Path, distance_m, joined, moved, path_along

START = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
HALL = (117.2, 39.12)


def crooked(steps: list[tuple[float, float]], limit_kmh: float = 50.0) -> Path:
    points: list[LonLat] = [HALL]
    for east, north in steps:
        points.append(moved(points[-1], east, north))
    return path_along(points, limit_kmh)


STEPS = st.lists(
    st.tuples(st.floats(-900, 900), st.floats(-900, 900)).filter(lambda s: math.hypot(*s) > 1.0),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(steps=STEPS, limit=st.sampled_from([20.0, 50.0, 100.0]), seed=st.integers(0, 99))
def test_motion_stays_within_the_limits_of_road_and_driver(
    steps: list[tuple[float, float]], limit: float, seed: int
) -> None:
    """Speed never exceeds the limit, and acceleration and braking never exceed the driver's."""
    path, driver = crooked(steps, limit), Driver()
    drive = plan_drive(path, START, driver, lights_along(path, Random(seed)))
    seconds = [k * 0.5 for k in range(int(drive.duration_s * 2) + 3)]
    speeds = [drive.progress(START + timedelta(seconds=s))[1] for s in seconds]
    assert max(speeds) <= limit * driver.limit_share / 3.6 + 1e-6
    for before, after in itertools.pairwise(speeds):
        assert -driver.braking_mps2 * 0.5 - 1e-6 <= after - before <= driver.acceleration_mps2 * 0.5 + 1e-6


@settings(deadline=None, max_examples=60)
@given(steps=STEPS, seed=st.integers(0, 99))
def test_the_sampled_drive_is_as_long_as_its_path(steps: list[tuple[float, float]], seed: int) -> None:
    """Progress never goes back, follows the speed, and ends at the end of the path."""
    path = crooked(steps)
    drive = plan_drive(path, START, waits=lights_along(path, Random(seed)))
    instants = [START + timedelta(seconds=0.25 * k) for k in range(int(drive.duration_s * 4) + 4)]
    samples = [drive.progress(at) for at in instants]
    assert all(b[0] >= a[0] - 1e-6 for a, b in itertools.pairwise(samples))
    integral = sum((a[1] + b[1]) / 2 * 0.25 for a, b in itertools.pairwise(samples))
    assert integral == pytest.approx(path.length_m, rel=0.01, abs=2.0)
    last = drive.at(drive.ended_at)
    assert distance_m((last.lon, last.lat), path.points[-1]) < 0.01


def test_a_drive_begins_and_ends_at_rest_with_the_engine_off_outside() -> None:
    """Before and after the drive the vehicle stands where it should, engine off."""
    drive = plan_drive(crooked([(800, 0), (0, 500)]), START)
    before, after = drive.at(START - timedelta(seconds=1)), drive.at(drive.ended_at)
    assert (before.speed_kmh, before.ignition) == (0.0, False)
    assert (after.speed_kmh, after.ignition) == (0.0, False)
    assert drive.at(START + timedelta(seconds=20)).speed_kmh > 20


def test_a_wait_at_a_light_lasts_as_long_as_planned() -> None:
    """The vehicle stands still at the light for the whole dwell and nowhere else."""
    drive = plan_drive(crooked([(1000, 0)]), START, waits=[Wait(at_m=400.0, dwell_s=33.0)])
    still = [k for k in range(1, int(drive.duration_s)) if drive.progress(START + timedelta(seconds=k))[1] == 0.0]
    assert 32 <= len(still) <= 34
    assert drive.progress(START + timedelta(seconds=still[0]))[0] == pytest.approx(400.0)


def test_corners_are_taken_slowly_and_bends_are_not() -> None:
    """A right-angled corner is passed below 25 km/h, a gentle bend at full speed."""
    corner = plan_drive(crooked([(500, 0), (0, 500)]), START)
    bend = plan_drive(crooked([(500, 0), (500, 20)]), START)
    assert min(_speeds_between(corner, 450, 550)) < 25.0
    assert min(_speeds_between(bend, 450, 550)) > 40.0


def test_city_drives_are_plausible() -> None:
    """Through a town with lights the door-to-door average lies between 15 and 45 km/h."""
    path = crooked([(700, 0), (0, 900), (1200, 0), (0, -600), (800, 0)])
    for seed in range(20):
        drive = plan_drive(path, START, waits=lights_along(path, Random(seed)))
        assert 15 < path.length_m / drive.duration_s * 3.6 < 45


def test_tiny_and_repeated_points_do_no_harm() -> None:
    """A path of a few centimetres, doubled points and joined paths still make a drive."""
    path = path_along([HALL, HALL, moved(HALL, 0.5, 0), moved(HALL, 0.5, 0)], 30.0)
    assert plan_drive(path, START).duration_s > 0
    both = joined([crooked([(300, 0)]), path_along([moved(HALL, 300, 0), moved(HALL, 300, 400)], 60.0)])
    assert both.length_m == pytest.approx(700, abs=0.5)


def test_a_day_counts_the_odometer_over_its_drives_and_parks_between() -> None:
    """Between two drives the vehicle stands at the end of the first; the odometer adds up."""
    out = plan_drive(crooked([(2000, 0)]), START)
    back = plan_drive(path_along(out.path.points[::-1], 50.0), out.ended_at + timedelta(minutes=30))
    day = Itinerary(home=HALL, odometer_m=1_000.0).then(out).then(back)
    resting = day.at(out.ended_at + timedelta(minutes=10))
    assert not resting.ignition
    assert resting.odometer_m == pytest.approx(3_000.0, abs=1)
    assert distance_m((resting.lon, resting.lat), out.path.points[-1]) < 0.01
    assert day.at(back.ended_at).odometer_m == pytest.approx(5_000.0, abs=1)
    assert len(movements(day.drives)) == 2
    with pytest.raises(ValueError, match="before the last one has ended"):
        day.then(out)


def test_drives_with_a_short_halt_between_are_one_movement() -> None:
    """Less than ten minutes at rest do not end a movement, and the engine runs on over a short halt."""
    out = plan_drive(crooked([(900, 0)]), START)
    onward = path_along([out.path.points[-1], moved(HALL, 900, 900)], 50)
    soon = plan_drive(onward, out.ended_at + timedelta(seconds=90))
    day = Itinerary(home=HALL).then(out).then(soon)
    assert movements(day.drives) == ((out.started_at, soon.ended_at),)
    assert day.at(out.ended_at + timedelta(seconds=30)).ignition


def _speeds_between(drive: Drive, low_m: float, high_m: float) -> list[float]:
    samples = [drive.progress(START + timedelta(seconds=0.2 * k)) for k in range(2000)]
    return [speed * 3.6 for metres, speed in samples if low_m < metres < high_m]
