"""F09: what receivers invent. An honest day with garbage in it, in which a judge must find nothing at all."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from fleet.geo import wgs84_to_gcj02
from simulators.cases.days import OFF_DAYS, WORKDAYS
from simulators.cases.disturbance import PLAIN, Disturbance, heard, in_order
from simulators.cases.plot import scene
from simulators.cases.plots.orders import MINUTE, daytime
from simulators.cases.trip import Trip, begun, case, ordered, told
from simulators.locator import LocatorModel, Reading
from simulators.path import moved
from simulators.story import Arrival, Case, Scene

NOWHERE = ((0.0, 0.0), (math.nan, math.nan), (117.2, 95.3), (-181.0, 39.1), (math.inf, 39.1))
Change = Callable[[Reading, Random], Reading]


def nowhere(scene: Scene) -> Case:
    """0/0, NaN, off the earth: one fix in five."""
    return _spoilt(scene, 0.2, _no_position)


def thrown(scene: Scene) -> Case:
    """Positions thrown aside once, by 400 m to 400 km, with the speed the vehicle has."""
    return _spoilt(scene, 0.03, _thrown)


def thrown_thrice(scene: Scene) -> Case:
    """Two or three in a row thrown to about the same place: a reflection."""
    trip = daytime(scene)
    arrivals = list(_of(scene, trip))
    for begin in scene.rng.sample(range(len(arrivals) - 3), 4):
        away = _somewhere(scene.rng)
        for i in range(begin, begin + scene.rng.choice((2, 3))):
            arrivals[i] = replace(arrivals[i], reading=_moved(arrivals[i].reading, *away))
    return case(scene, trip, [ordered(scene, trip)], arrivals=arrivals)


def poor(scene: Scene) -> Case:
    """The receiver says itself that it does not know, and errs by half a kilometre."""
    return _spoilt(scene, 0.25, _poor)


def other_datum(scene: Scene) -> Case:
    """For some minutes a locator reports GCJ-02 as if it were WGS 84."""
    trip = daytime(scene)
    drive = scene.rng.choice(trip.day.drives)
    since = drive.started_at + timedelta(seconds=scene.rng.uniform(0.0, drive.duration_s))
    until = since + scene.rng.uniform(1.0, 3.0) * MINUTE
    arrivals = [_with(each, _gcj) if since <= each.reading.fixed_at < until else each for each in _of(scene, trip)]
    return case(scene, trip, [ordered(scene, trip)], arrivals=arrivals)


def drifting(scene: Scene) -> Case:
    """Parked in the street from evening to morning under a bad sky: it wanders by a hundred metres and more."""
    model = LocatorModel(
        parked_m=scene.rng.uniform(25.0, 45.0), parked_interval_s=scene.rng.choice((30.0, 60.0, 120.0, 300.0))
    )
    day = begun(scene)
    during = scene.span("18:00", "08:00", days=1)
    arrivals = heard(day, during, scene.rng, Disturbance(name="drifting", model=model))
    return told(scene, arrivals, during[1] + 5 * MINUTE, [], [])


KINDS: tuple[tuple[str, Callable[[Scene], Case]], ...] = (
    ("nowhere", nowhere),
    ("thrown", thrown),
    ("thrown-thrice", thrown_thrice),
    ("poor", poor),
    ("other-datum", other_datum),
    ("drifting", drifting),
)


def corpus(size: int, seed: int) -> Iterator[Case]:
    """So many cases, the kinds taking turns; nothing is to be found in any."""
    for number in range(size):
        name, build = KINDS[number % len(KINDS)]
        days = (*WORKDAYS, *OFF_DAYS) if name == "drifting" else WORKDAYS
        yield build(scene(f"garbage-{number + 1:04}-{name}", days, seed))


def _of(scene: Scene, trip: Trip) -> Sequence[Arrival]:
    hour = timedelta(hours=1)
    return heard(trip.day, (trip.leaves_at - hour, trip.home_at + hour), scene.rng, PLAIN)


def _spoilt(scene: Scene, share: float, change: Change) -> Case:
    """An ordered trip of which each fix may be spoilt, with the given chance."""
    trip = daytime(scene)
    arrivals = [
        _with(each, lambda fix: change(fix, scene.rng)) if scene.rng.random() < share else each
        for each in _of(scene, trip)
    ]
    return case(scene, trip, [ordered(scene, trip)], arrivals=in_order(arrivals))


def _with(arrival: Arrival, change: Callable[[Reading], Reading]) -> Arrival:
    return replace(arrival, reading=change(arrival.reading))


def _no_position(fix: Reading, rng: Random) -> Reading:
    lon, lat = rng.choice(NOWHERE)
    return replace(fix, lon=lon, lat=lat)


def _somewhere(rng: Random) -> tuple[float, float]:
    """Metres east and north, logarithmically even from 400 m to 400 km."""
    far_m, bearing = 400.0 * 1000.0 ** rng.random(), rng.uniform(0.0, 2 * math.pi)
    return far_m * math.sin(bearing), far_m * math.cos(bearing)


def _thrown(fix: Reading, rng: Random) -> Reading:
    return _moved(fix, *_somewhere(rng))


def _poor(fix: Reading, rng: Random) -> Reading:
    satellites = rng.choice((0, 2, 3, 8))
    valid = satellites == 8 and rng.random() < 0.5
    fix = _moved(fix, rng.gauss(0.0, 400.0), rng.gauss(0.0, 400.0))
    return replace(
        fix, satellites=satellites, valid=valid, accuracy_m=rng.uniform(150.0, 900.0), hdop=rng.uniform(6.0, 30.0)
    )


def _gcj(fix: Reading) -> Reading:
    lon, lat = wgs84_to_gcj02(fix.lon, fix.lat)
    return replace(fix, lon=lon, lat=lat)


def _moved(fix: Reading, east_m: float, north_m: float) -> Reading:
    lon, lat = moved((fix.lon, fix.lat), east_m, north_m)
    return replace(fix, lon=lon, lat=lat)
