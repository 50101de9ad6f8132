"""R10 未定点停放 and R12 长停/怠速: where a vehicle stands at night, how long it stands, and with the engine on."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from simulators.cases.days import WORKDAYS
from simulators.cases.disturbance import USUAL, Disturbance, heard
from simulators.cases.labels import joined, label
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.hours import between
from simulators.cases.plots.orders import MINUTE
from simulators.cases.plots.overrun import depots, late, overrun, until
from simulators.cases.trip import HOUR, Trip, begun, bound, case, driven, ordered, out_and_back, target, told
from simulators.itinerary import Span
from simulators.story import DEPOT_SPOT, Case, Json, Scene
from simulators.streets import Spot
from simulators.truth import Truth

TEN = "22:00"
OVERNIGHT = timedelta(minutes=30)
LONG, IDLE = timedelta(hours=2), timedelta(minutes=20)
HALFWAY: Spot = (4_000.0, 0.0)
END: Spot = (8_000.0, 0.0)


def not_at_depot(scene: Scene, until_at: datetime) -> list[Truth]:
    """R10: at ten in the evening it stands elsewhere, for half an hour and until it leaves."""
    ten = scene.at(TEN)
    return [label("R10", (ten, until_at), ten + OVERNIGHT)]


def stayed_out(scene: Scene) -> Case:
    """Ordered for the afternoon, back the next morning: not at its depot, late, and driving long after the order."""
    rng = scene.rng
    place = target(rng)
    out = driven(scene, [DEPOT_SPOT, place], scene.at("15:00") + rng.uniform(0.0, 60.0) * MINUTE)
    back = driven(scene, [place, DEPOT_SPOT], scene.at("07:15", 1) + rng.uniform(0.0, 90.0) * MINUTE)
    trip = Trip(
        day=begun(scene).then(out).then(back),
        target=place,
        planned=scene.town.path([DEPOT_SPOT, place, DEPOT_SPOT]),
    )
    end_at = scene.at("18:00")
    truth = joined(not_at_depot(scene, back.started_at), late(end_at, back.ended_at), overrun(trip.day, end_at))
    return case(scene, trip, [until(scene, trip, end_at)], truth)


def elsewhere(scene: Scene) -> Case:
    """It has been parked in a street since before anything was heard, without an order, and stays there."""
    place = target(scene.rng)
    day = begun(scene, place)
    now = scene.at("23:00") + scene.rng.uniform(0.0, 50.0) * MINUTE
    arrivals = heard(day, (scene.at("18:00"), now), scene.rng, scene.rng.choice(USUAL))
    excuse: Json = {"exempt_rules": ["R12"]}  # the documents do not say whether that is a stop "not in the order"
    return told(scene, arrivals, now, [], not_at_depot(scene, now), vehicle=excuse)


def home_to_a_street(scene: Scene) -> Case:
    """Back in the evening, but to a street and not to the depot."""
    rng = scene.rng
    place, street = target(rng), target(rng, 1_500.0, 3_000.0)
    out = driven(scene, [DEPOT_SPOT, place], scene.at("20:10"))
    back = driven(scene, [place, street], out.ended_at + 15 * MINUTE)
    planned = scene.town.path([DEPOT_SPOT, place, DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(back), target=place, planned=planned)
    end_at, now = back.ended_at + 20 * MINUTE, scene.at("22:50")
    arrivals = heard(trip.day, (out.started_at - HOUR, now), rng, rng.choice(_prompt()))
    booked = until(scene, trip, end_at, off_hours_approved=True, route=None)
    excuse: Json = {"exempt_rules": ["R08", "R11", "R12"]}
    return told(scene, arrivals, now, [booked], not_at_depot(scene, now), vehicle=excuse)


def overnight_in(scene: Scene, depot: bool) -> Case:
    """A night in its own depot, or in another one."""
    place = DEPOT_SPOT if depot else target(scene.rng)
    day = begun(scene, place)
    now = scene.at("23:30")
    arrivals = heard(day, (scene.at("17:00"), now), scene.rng, scene.rng.choice(USUAL))
    return told(scene, arrivals, now, [], [], depots=depots(scene, place))


def away_order(scene: Scene, **more: object) -> Case:
    """A journey of two days: the order says that it stays out."""
    place = target(scene.rng)
    out = driven(scene, [DEPOT_SPOT, place], scene.at("15:00"))
    back = driven(scene, [place, DEPOT_SPOT], scene.at("09:00", 1) + scene.rng.uniform(0.0, 60.0) * MINUTE)
    planned = scene.town.path([DEPOT_SPOT, place, DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(back), target=place, planned=planned)
    return case(scene, trip, [until(scene, trip, scene.at("12:00", 1), **more)])


def passing_ten(scene: Scene) -> Case:
    """It stands at its destination at ten, but for less than half an hour in all."""
    trip = out_and_back(scene, scene.at("21:00"), stay=MINUTE)
    since = scene.at("21:51") - trip.day.drives[0].ended_at
    trip = out_and_back(scene, scene.at("21:00") + since, [trip.target], MINUTE)
    stay = scene.at("22:11") - trip.day.drives[0].ended_at
    drive = driven(scene, [trip.target, DEPOT_SPOT], trip.day.drives[0].ended_at + max(stay, 12 * MINUTE))
    day = replace(trip.day, drives=(trip.day.drives[0], drive))
    trip = replace(trip, day=day)
    return case(scene, trip, [ordered(scene, trip, off_hours_approved=True)])


def elsewhere_exempt(scene: Scene) -> Case:
    return replace(bound(elsewhere(scene), exempt_rules=["R10", "R12"]), truth=())


def long_stop(scene: Scene, hours: tuple[float, float], how: str = "", **more: object) -> Case:
    """On the way it stands for hours at a place nobody ordered. `how` names what makes it lawful, if anything does."""
    rng = scene.rng
    out = driven(scene, [DEPOT_SPOT, HALFWAY], between("08:40", "09:40")(scene))
    on = driven(scene, [HALFWAY, END], out.ended_at + rng.uniform(*hours) * HOUR)
    back = driven(scene, [END, DEPOT_SPOT], on.ended_at + rng.uniform(15.0, 50.0) * MINUTE)
    planned = scene.town.path([DEPOT_SPOT, END, DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(on).then(back), target=END, planned=planned)
    span = (out.ended_at, on.started_at)
    found = not how and span[1] - span[0] > LONG
    if how == "ordered":
        more["stops"] = [list(scene.town.place(HALFWAY))]
    if how == "service":
        more["type"] = "service"
    excuse: Json = {"exempt_rules": ["R12"]} if how == "exempt" else {}
    truth = [label("R12", span, span[0] + LONG)] if found else []
    return case(scene, trip, [ordered(scene, trip, **more)], truth, vehicle=excuse)


def idling(scene: Scene, minutes: tuple[float, float], *, found: bool, exempt: bool = False) -> Case:
    """Waiting at the destination with the engine on."""
    trip = out_and_back(scene, between("09:00", "15:00")(scene), stay=scene.rng.uniform(*minutes) * MINUTE)
    span = (trip.day.drives[0].ended_at, trip.day.drives[1].started_at)
    idle: tuple[Span, ...] = (span,)
    trip = replace(trip, day=replace(trip.day, idling=idle))
    excuse: Json = {"exempt_rules": ["R12"]} if exempt else {}
    truth = [label("R12", span, span[0] + IDLE)] if found else []
    return case(scene, trip, [ordered(scene, trip)], truth, vehicle=excuse)


def long_at_the_destination(scene: Scene) -> Case:
    trip = out_and_back(scene, between("08:40", "10:00")(scene), stay=scene.rng.uniform(2.7, 4.0) * HOUR)
    return case(scene, trip, [ordered(scene, trip)])


def _prompt() -> list[Disturbance]:
    return [each for each in USUAL if each.name not in ("slow", "outage")]


PLOTS: tuple[Plot, ...] = (
    positive("R10", "stayed-out", WORKDAYS, stayed_out),
    positive("R10", "elsewhere", WORKDAYS, elsewhere),
    positive("R10", "home-to-a-street", WORKDAYS, home_to_a_street),
    near("R10", "own-depot", WORKDAYS, partial(overnight_in, depot=True)),
    near("R10", "other-depot", WORKDAYS, partial(overnight_in, depot=False)),
    near("R10", "away-order", WORKDAYS, away_order),
    near("R10", "passing-ten", WORKDAYS, passing_ten),
    near("R10", "in-the-garage", WORKDAYS, partial(away_order, type="service")),
    near("R10", "exempt", WORKDAYS, elsewhere_exempt),
    positive("R12", "long-stop", WORKDAYS, partial(long_stop, hours=(2.7, 4.0))),
    positive("R12", "idling", WORKDAYS, partial(idling, minutes=(27.0, 45.0), found=True)),
    near("R12", "shorter-stop", WORKDAYS, partial(long_stop, hours=(1.1, 1.5))),
    near("R12", "idling-briefly", WORKDAYS, partial(idling, minutes=(9.0, 14.0), found=False)),
    near("R12", "ordered-stop", WORKDAYS, partial(long_stop, hours=(2.7, 4.0), how="ordered")),
    near("R12", "at-the-destination", WORKDAYS, long_at_the_destination),
    near("R12", "service-order", WORKDAYS, partial(long_stop, hours=(2.7, 4.0), how="service")),
    near("R12", "exempt", WORKDAYS, partial(long_stop, hours=(2.7, 4.0), how="exempt")),
    near("R12", "exempt-idling", WORKDAYS, partial(idling, minutes=(27.0, 45.0), found=False, exempt=True)),
)
