"""R13 超速 and R14 疲劳: how fast somebody drives, and how long without a rest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from simulators.cases.days import WORKDAYS
from simulators.cases.disturbance import USUAL, Disturbance, heard, in_order
from simulators.cases.labels import label, spans_where
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.hours import between
from simulators.cases.plots.orders import MINUTE
from simulators.cases.trip import HOUR, Trip, begun, case, ordered, told
from simulators.drive import Drive, Driver, plan_drive
from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel
from simulators.path import Path, joined, path_along
from simulators.story import DEPOT_SPOT, Arrival, Case, Json, Scene, order
from simulators.streets import Spot

LIMIT_KMH = 120.0  # where no road limits are known
TOO_FAST = timedelta(seconds=60)
SHIFT, REST = timedelta(hours=4), timedelta(minutes=20)
MOTORWAY = Driver(limit_share=1.0, acceleration_mps2=1.6)
STEADY = tuple(each for each in USUAL if each.name not in ("slow", "canyon", "outage"))
SPARSE = Disturbance(name="sparse", model=LocatorModel(moving_interval_s=30.0))


def motorway(scene: Scene, stretches: Sequence[tuple[float, float]], *, exempt: bool = False) -> Case:
    """Straight out over stretches of (metres, km/h), and back at 90 km/h."""
    east_m, paths = 0.0, list[Path]()
    for metres, kmh in stretches:
        ends = [(at, 0.0) for at in (east_m, east_m + metres)]
        paths.append(path_along([scene.town.place(_turned(scene.name, spot)) for spot in ends], kmh))
        east_m += metres
    way = joined(paths)
    end = _turned(scene.name, (east_m, 0.0))
    home = path_along([scene.town.place(end), scene.town.place(DEPOT_SPOT)], 90.0)
    out = plan_drive(way, between("09:00", "14:00")(scene), MOTORWAY)
    back = plan_drive(home, out.ended_at + scene.rng.uniform(20.0, 50.0) * MINUTE)
    planned = path_along([scene.town.place(spot) for spot in (DEPOT_SPOT, end, DEPOT_SPOT)], 90.0)
    trip = Trip(day=begun(scene).then(out).then(back), target=end, planned=planned)
    spans = spans_where(
        trip.day,
        (out.started_at, out.ended_at),
        lambda motion: motion.speed_kmh > LIMIT_KMH,
        lambda motion: motion.speed_kmh <= LIMIT_KMH,
    )
    truth = [label("R13", span, span[0] + TOO_FAST) for span in spans if span[1] - span[0] >= TOO_FAST]
    excuse: Json = {"exempt_rules": ["R13"]} if exempt else {}
    return case(scene, trip, [ordered(scene, trip)], [] if exempt else truth, among=STEADY, vehicle=excuse)


def too_fast(scene: Scene, *, exempt: bool = False) -> Case:
    fast_kmh = scene.rng.uniform(130.0, 137.0)
    return motorway(
        scene, [(1_500.0, 90.0), (scene.rng.uniform(4_500.0, 9_000.0), fast_kmh), (1_500.0, 90.0)], exempt=exempt
    )


def fast_enough(scene: Scene) -> Case:
    return motorway(scene, [(1_500.0, 90.0), (scene.rng.uniform(6_000.0, 9_000.0), scene.rng.uniform(105.0, 114.0))])


def fast_briefly(scene: Scene) -> Case:
    """Above 120 km/h for half a minute: overtaking."""
    return motorway(scene, [(4_000.0, 112.0), (scene.rng.uniform(900.0, 1_150.0), 127.0), (4_000.0, 112.0)])


def device_says(scene: Scene) -> Case:
    """The terminal knows the limit of its road and says for minutes that it is exceeded."""
    made = motorway(scene, [(9_000.0, 88.0)])
    first = made.arrivals[0].reading.fixed_at + HOUR + scene.rng.uniform(60.0, 90.0) * timedelta(seconds=1)
    span = (first, first + scene.rng.uniform(100.0, 200.0) * timedelta(seconds=1))
    arrivals = tuple(
        alarmed(each, "overspeed") if span[0] <= each.reading.fixed_at < span[1] else each for each in made.arrivals
    )
    return replace(made, arrivals=arrivals, truth=(label("R13", span, span[0] + TOO_FAST),))


def alarmed(arrival: Arrival, *codes: str) -> Arrival:
    """The same fix with alarm codes."""
    return replace(arrival, reading=replace(arrival.reading, alarms=codes))


def shift(
    scene: Scene, hours: Sequence[float], breaks: Sequence[timedelta], start: datetime | None = None
) -> Itinerary:
    """Driving for so many hours at a time, to and fro on a country road, with breaks between."""
    day, at = begun(scene), start or scene.at("07:30") + scene.rng.uniform(0.0, 60.0) * MINUTE
    ends = [scene.town.place(_turned(scene.name, spot)) for spot in (DEPOT_SPOT, (15_000.0, 0.0))]
    for length, pause in zip(hours, [*breaks, timedelta(0)], strict=True):
        drive = _for(ends, length * HOUR, at)
        day, at = day.then(drive), drive.ended_at + pause
    return day


def tired(
    scene: Scene, hours: Sequence[float], breaks: Sequence[timedelta], *, found: bool, exempt: bool = False
) -> Case:
    """One driver, one vehicle."""
    day = shift(scene, hours, breaks)
    began, ended = day.drives[0].started_at, day.drives[-1].ended_at
    rested = sum(breaks, timedelta(0)) if found else timedelta(0)
    truth = [label("R14", (began, ended), began + SHIFT + rested)] if found and not exempt else []
    arrivals = named(heard(day, (began - HOUR, ended + HOUR), scene.rng, SPARSE), "p3")
    booked = duty(scene, "o1", "v1", "p3", (began, ended))
    excuse: Json = {"exempt_rules": ["R12", "R14"] if exempt else ["R12"]}
    return told(scene, arrivals, ended + HOUR + 5 * MINUTE, [booked], truth, vehicle=excuse)


def another_driver(scene: Scene) -> Case:
    """The drivers change after half the way; nobody drives for more than three hours."""
    day = shift(scene, (2.7, 2.7), (8 * MINUTE,))
    first, second = day.drives
    arrivals = heard(day, (first.started_at - HOUR, second.ended_at + HOUR), scene.rng, SPARSE)
    change_at = first.ended_at + 4 * MINUTE
    who = [each if each.reading.fixed_at < change_at else named([each], "p4")[0] for each in named(arrivals, "p3")]
    orders = [
        duty(scene, "o1", "v1", "p3", (first.started_at, change_at)),
        duty(scene, "o2", "v1", "p4", (change_at, second.ended_at)),
    ]
    excuse: Json = {"exempt_rules": ["R11", "R12"]}
    return told(scene, who, second.ended_at + HOUR + 5 * MINUTE, orders, [], vehicle=excuse)


def two_vehicles(scene: Scene, pause: timedelta, *, found: bool) -> Case:
    """The same driver takes another vehicle from the depot and drives on."""
    one = shift(scene, (2.7,), ())
    two = shift(scene, (2.8,), (), one.drives[0].ended_at + pause)
    first, second = one.drives[0], two.drives[0]
    during = (first.started_at - HOUR, second.ended_at + HOUR)
    arrivals = [
        *named(heard(one, during, scene.rng, SPARSE), "p3", (first.started_at, first.ended_at)),
        *(
            replace(each, device="dev2")
            for each in named(heard(two, during, scene.rng, SPARSE), "p3", (second.started_at, second.ended_at))
        ),
    ]
    orders = [
        duty(scene, "o1", "v1", "p3", (first.started_at, first.ended_at)),
        duty(scene, "o2", "v2", "p3", (second.started_at, second.ended_at)),
    ]
    fulfilled_at = second.started_at + SHIFT - first.duration_s * timedelta(seconds=1)
    truth = [label("R14", (second.started_at, second.ended_at), fulfilled_at, "v2")] if found else []
    made = told(scene, in_order(arrivals), during[1] + 5 * MINUTE, orders, truth, vehicle={"exempt_rules": ["R12"]})
    both = [each for one in cast("list[Json]", made.context["vehicles"]) for each in (one, _second(one))]
    return replace(made, context=made.context | {"vehicles": both})


def _second(vehicle: Json) -> Json:
    return vehicle | {"id": "v2", "device": "dev2"}


def named(arrivals: Sequence[Arrival], driver: str, during: tuple[datetime, datetime] | None = None) -> list[Arrival]:
    """The same fixes with the driver's card in the terminal, all the time or during a span."""
    return [
        replace(each, reading=replace(each.reading, driver=driver))
        if during is None or during[0] <= each.reading.fixed_at < during[1]
        else each
        for each in arrivals
    ]


def duty(scene: Scene, order_id: str, vehicle: str, driver: str, span: tuple[datetime, datetime]) -> Json:
    """An order for a day of driving, without a planned way."""
    booked = order(scene, (span[0] - 5 * MINUTE, span[1] + 15 * MINUTE), {}, [DEPOT_SPOT, DEPOT_SPOT])
    return {**booked, "id": order_id, "vehicle": vehicle, "driver": driver, "route": None, "destination": None}


def _for(ends: Sequence[tuple[float, float]], length: timedelta, at: datetime) -> Drive:
    """A drive of about that length between two ends, ending where it began."""
    there_and_back_s = 2 * 15_000.0 / (60.0 * 0.92 / 3.6) + 30.0
    rounds = max(1, round(length.total_seconds() / there_and_back_s))
    speed_kmh = 60.0 * rounds * there_and_back_s / length.total_seconds()
    return plan_drive(path_along([ends[0], *([ends[1], ends[0]] * rounds)], speed_kmh), at)


def _turned(name: str, spot: Spot) -> Spot:
    east, north = spot
    return ((east, north), (-east, north), (north, east), (-north, -east))[sum(name.encode()) % 4]


PLOTS: tuple[Plot, ...] = (
    positive("R13", "too-fast", WORKDAYS, too_fast),
    positive("R13", "device-says", WORKDAYS, device_says),
    near("R13", "fast-enough", WORKDAYS, fast_enough),
    near("R13", "briefly", WORKDAYS, fast_briefly),
    near("R13", "exempt", WORKDAYS, partial(too_fast, exempt=True)),
    positive("R14", "without-rest", WORKDAYS, partial(tired, hours=(5.4,), breaks=(), found=True)),
    positive(
        "R14",
        "short-breaks",
        WORKDAYS,
        partial(tired, hours=(1.9, 1.9, 1.9), breaks=(6 * MINUTE, 8 * MINUTE), found=True),
    ),
    positive("R14", "two-vehicles", WORKDAYS, partial(two_vehicles, pause=8 * MINUTE, found=True)),
    near("R14", "shorter", WORKDAYS, partial(tired, hours=(3.1,), breaks=(), found=False)),
    near("R14", "rested", WORKDAYS, partial(tired, hours=(2.8, 2.8), breaks=(27 * MINUTE,), found=False)),
    near("R14", "another-driver", WORKDAYS, another_driver),
    near("R14", "two-vehicles-rested", WORKDAYS, partial(two_vehicles, pause=40 * MINUTE, found=False)),
    near("R14", "exempt", WORKDAYS, partial(tired, hours=(5.4,), breaks=(), found=True, exempt=True)),
)
