"""R01 无单用车: drives nobody ordered, and drives that need no order or have one after all."""

from dataclasses import replace
from datetime import timedelta

from simulators.cases.days import WORKDAYS
from simulators.cases.disturbance import PLAIN, USUAL, Disturbance, heard
from simulators.cases.labels import no_order
from simulators.cases.plot import Plot, near, positive
from simulators.cases.trip import HOUR, Trip, begun, case, driven, ordered, out_and_back, target, told
from simulators.locator import LocatorModel
from simulators.story import DEPOT_SPOT, Case, Scene
from simulators.streets import Spot

MINUTE = timedelta(minutes=1)
HALF_DAY = ("09:00", 5.0)  # a trip of the day begins in these five hours after nine


def daytime(scene: Scene, stay: timedelta | None = None) -> Trip:
    clock, hours = HALF_DAY
    return out_and_back(scene, scene.at(clock) + timedelta(hours=scene.rng.uniform(0.0, hours)), stay=stay)


def unordered(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [], no_order(trip.day))


def unordered_without_rest(scene: Scene) -> Case:
    """A halt of less than ten minutes does not end a movement."""
    trip = daytime(scene, stay=timedelta(minutes=scene.rng.uniform(3.0, 7.5)))
    return case(scene, trip, [], no_order(trip.day))


def order_of_another(scene: Scene) -> Case:
    trip = daytime(scene)
    booked = ordered(scene, trip, vehicle="v2")
    return case(scene, trip, [booked], no_order(trip.day))


def again_after_the_order(scene: Scene) -> Case:
    """An ordered trip, home again, and hours after its end once more without an order."""
    first = out_and_back(scene, scene.at("08:40"))
    second = out_and_back(scene, first.home_at + timedelta(minutes=scene.rng.uniform(80.0, 150.0)))
    day = first.day
    for drive in second.day.drives:
        day = day.then(drive)
    booked = ordered(scene, first)
    secretly = no_order(second.day)
    return case(scene, replace(first, day=day), [booked], secretly)


def crawling(scene: Scene) -> Case:
    """Half a kilometre in three minutes, from a street and not from the depot."""
    return _in_the_street(scene, scene.rng.uniform(420.0, 600.0), limit_kmh=9.0, found=True)


def covered(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip)])


def within_grace(scene: Scene) -> Case:
    """Away 8 to 12 minutes before the order begins, home 18 to 25 minutes after it ends."""
    trip = daytime(scene)
    early, late = scene.rng.uniform(8.0, 12.0) * MINUTE, scene.rng.uniform(18.0, 25.0) * MINUTE
    return case(scene, trip, [ordered(scene, trip, (trip.leaves_at + early, trip.home_at - late))])


def entered_late(scene: Scene) -> Case:
    """An emergency: the order is written down while the vehicle is out."""
    trip = daytime(scene)
    created_at = trip.leaves_at + scene.rng.uniform(10.0, 25.0) * MINUTE
    return case(scene, trip, [ordered(scene, trip, type="emergency", created_at=created_at.isoformat())])


def service(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip, type="service", route=None)])


def standing(scene: Scene) -> Case:
    """The roster of a retained vehicle covers the whole day."""
    trip = daytime(scene)
    span = (scene.at("07:30"), scene.at("18:30"))
    return case(scene, trip, [ordered(scene, trip, span, type="standing", route=None)])


def towed(scene: Scene) -> Case:
    """On a low-loader: it moves and the ignition is off."""
    trip = daytime(scene)
    during = (trip.leaves_at - HOUR, trip.home_at + HOUR)
    arrivals = [
        replace(each, reading=replace(each.reading, ignition=False))
        for each in heard(trip.day, during, scene.rng, PLAIN)
    ]
    return case(scene, trip, [], arrivals=arrivals)


def shuffled(scene: Scene) -> Case:
    """Re-parked inside the depot, and drifting there."""
    corner = (scene.rng.uniform(30.0, 60.0), scene.rng.choice((-1, 1)) * scene.rng.uniform(30.0, 60.0))
    out = driven(scene, [DEPOT_SPOT, corner], scene.at("11:00"), 10.0)
    back = driven(scene, [corner, DEPOT_SPOT], out.ended_at + scene.rng.uniform(5.0, 60.0) * MINUTE, 10.0)
    trip = Trip(day=begun(scene).then(out).then(back), target=corner, planned=out.path)
    return case(scene, trip, among=(PLAIN, Disturbance(name="drifting", model=LocatorModel(parked_m=9.0))))


def exempt(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, vehicle={"exempt_rules": ["R01"]})


def a_few_metres(scene: Scene) -> Case:
    """120 to 150 metres along the kerb, although it takes its time."""
    return _in_the_street(scene, scene.rng.uniform(120.0, 150.0), limit_kmh=4.0, found=False)


def a_minute(scene: Scene) -> Case:
    """350 metres, but in less than a minute."""
    return _in_the_street(scene, scene.rng.uniform(300.0, 400.0), limit_kmh=50.0, found=False)


def _in_the_street(scene: Scene, metres: float, *, limit_kmh: float, found: bool) -> Case:
    place = target(scene.rng)
    further: Spot = (place[0] + metres, place[1])
    drive = driven(
        scene, [place, further], scene.at("10:00") + scene.rng.uniform(0, 240) * MINUTE, limit_kmh, lights=False
    )
    trip = Trip(day=begun(scene, place).then(drive), target=further, planned=drive.path)
    among = [each for each in USUAL if each.name not in ("slow", "canyon")]
    during = (drive.started_at - HOUR, drive.ended_at + HOUR)
    arrivals = heard(trip.day, during, scene.rng, scene.rng.choice(among))
    truth = no_order(trip.day) if found else []
    return told(scene, arrivals, during[1] + 5 * MINUTE, [], truth)


PLOTS: tuple[Plot, ...] = (
    positive("R01", "unordered", WORKDAYS, unordered),
    positive("R01", "without-rest", WORKDAYS, unordered_without_rest),
    positive("R01", "order-of-another", WORKDAYS, order_of_another),
    positive("R01", "again-after-the-order", WORKDAYS, again_after_the_order),
    positive("R01", "crawling", WORKDAYS, crawling),
    near("R01", "covered", WORKDAYS, covered),
    near("R01", "within-grace", WORKDAYS, within_grace),
    near("R01", "entered-late", WORKDAYS, entered_late),
    near("R01", "service-order", WORKDAYS, service),
    near("R01", "standing-order", WORKDAYS, standing),
    near("R01", "towed", WORKDAYS, towed),
    near("R01", "depot-shuffle", WORKDAYS, shuffled),
    near("R01", "exempt", WORKDAYS, exempt),
    near("R01", "a-few-metres", WORKDAYS, a_few_metres),
    near("R01", "a-minute", WORKDAYS, a_minute),
)
