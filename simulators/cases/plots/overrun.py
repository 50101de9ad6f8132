"""R02 超时用车, R11 未按时归队 and R31 自批自用: what happens around an order, before it begins and after it has ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from simulators.cases.days import WORKDAYS
from simulators.cases.disturbance import USUAL, Disturbance, heard
from simulators.cases.labels import MOVED, joined, label, no_order, used
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.orders import MINUTE, daytime, service
from simulators.cases.trip import HOUR, Trip, begun, case, driven, ordered, out_and_back, target, told
from simulators.itinerary import Itinerary, Span
from simulators.story import DEPOT_SPOT, Case, Json, Scene
from simulators.streets import Spot
from simulators.truth import Truth

GRACE_BEFORE, GRACE_AFTER = 15 * MINUTE, 30 * MINUTE
LATE = 60 * MINUTE  # R11
OTHER_DEPOT = "d2"


def overrun(day: Itinerary, end_at: datetime) -> list[Truth]:
    """R02: movement from half an hour after the order until the vehicle is back.

    What counts as movement the catalogue says at R01: more than 200 m and two minutes.
    """
    return used("R02", day, [(end_at + GRACE_AFTER, day.drives[-1].ended_at)], minutes=MOVED)


def late(end_at: datetime, back_at: datetime) -> list[Truth]:
    """R11: from an hour after the order until the vehicle is back."""
    return [label("R11", (end_at + LATE, back_at), end_at + LATE)] if back_at > end_at + LATE else []


def until(scene: Scene, trip: Trip, end_at: datetime, **more: object) -> Json:
    return ordered(scene, trip, (trip.leaves_at - 5 * MINUTE, end_at), **more)


def home_late(scene: Scene, minutes: tuple[float, float], **more: object) -> Case:
    """Home so many minutes after the order's end; the stay was longer than planned."""
    least, most = minutes
    trip = daytime(scene, stay=(most + scene.rng.uniform(5.0, 20.0)) * MINUTE)
    end_at = trip.home_at - scene.rng.uniform(least, most) * MINUTE
    truth = joined(overrun(trip.day, end_at), late(end_at, trip.home_at))
    return case(scene, trip, [until(scene, trip, end_at, **more)], truth)


def wandering(scene: Scene) -> Case:
    """After the end it goes on to another place before it comes home: two movements, both an overrun, and late."""
    rng = scene.rng
    place, other = (target(rng, 3_000.0) for _ in range(2))
    other = (-place[0], other[1])  # on the other side of town
    out = driven(scene, [DEPOT_SPOT, place], scene.at("13:00"))
    end_at = out.ended_at + 10 * MINUTE
    on = driven(scene, [place, other], end_at + rng.uniform(33.0, 36.0) * MINUTE)
    back = driven(scene, [other, DEPOT_SPOT], on.ended_at + rng.uniform(40.0, 55.0) * MINUTE)
    day = begun(scene).then(out).then(on).then(back)
    trip = Trip(day=day, target=place, planned=scene.town.path([DEPOT_SPOT, place, DEPOT_SPOT]))
    truth = joined(overrun(day, end_at), late(end_at, back.ended_at))
    booked = until(scene, trip, end_at, route=None)
    return case(scene, trip, [booked], truth, vehicle={"exempt_rules": ["R08"]})


def early(scene: Scene) -> Case:
    """It sets out 22 to 26 minutes before the order, on a way long enough to be still moving when the order begins."""
    trip = out_and_back(scene, scene.at("10:00"), [target(scene.rng, 10_000.0, 13_000.0)])
    start_at = trip.leaves_at + scene.rng.uniform(22.0, 26.0) * MINUTE
    before = (trip.leaves_at, start_at - GRACE_BEFORE)
    booked = ordered(scene, trip, (start_at, trip.home_at + 20 * MINUTE))
    truth = [label("R02", before, before[1])]  # only when it reaches the order it is an overrun and not use without one
    return case(scene, trip, [booked], truth)


def within_grace(scene: Scene) -> Case:
    trip = daytime(scene)
    span = (
        trip.leaves_at + scene.rng.uniform(8.0, 11.0) * MINUTE,
        trip.home_at - scene.rng.uniform(18.0, 24.0) * MINUTE,
    )
    return case(scene, trip, [ordered(scene, trip, span)])


def second_order(scene: Scene) -> Case:
    """The way home is covered by another order that follows at once."""
    trip = daytime(scene, stay=90 * MINUTE)
    between_at = trip.home_at - 70 * MINUTE
    second = ordered(scene, trip, (between_at, trip.home_at + 20 * MINUTE), id="o2")
    return case(scene, trip, [until(scene, trip, between_at), second], vehicle={"exempt_rules": ["R11"]})


def home_then_again(scene: Scene) -> Case:
    """Home in time; what follows is use without an order and no overrun."""
    first = out_and_back(scene, scene.at("09:00"))
    second = out_and_back(scene, first.home_at + scene.rng.uniform(60.0, 100.0) * MINUTE)
    day = first.day
    for drive in second.day.drives:
        day = day.then(drive)
    return case(scene, replace(first, day=day), [ordered(scene, first)], no_order(second.day))


def handed_over(scene: Scene) -> Case:
    """A time-share car that is left at another station, which is a depot too; nobody brings it back."""
    place = target(scene.rng)
    out = driven(scene, [DEPOT_SPOT, place], scene.at("10:00") + scene.rng.uniform(0.0, 200.0) * MINUTE)
    trip = Trip(day=begun(scene).then(out), target=place, planned=out.path)
    booked = until(scene, trip, out.ended_at + 10 * MINUTE, type="time_share")
    during = (out.started_at - HOUR, out.ended_at + 2 * HOUR)
    arrivals = heard(trip.day, during, scene.rng, scene.rng.choice(USUAL))
    return told(scene, arrivals, during[1] + 5 * MINUTE, [booked], [], depots=depots(scene, place))


def depots(scene: Scene, *others: Spot) -> list[Json]:
    """The vehicle's own depot and others."""
    return [{"id": f"d{i + 1}", "geometry": scene.town.yard(spot)} for i, spot in enumerate((DEPOT_SPOT, *others))]


def never_back(scene: Scene) -> Case:
    """It stands where it was sent, an hour and a half after it should have been back, and that is all that is known."""
    place = target(scene.rng)
    out = driven(scene, [DEPOT_SPOT, place], scene.at("10:00") + scene.rng.uniform(0.0, 200.0) * MINUTE)
    trip = Trip(day=begun(scene).then(out), target=place, planned=scene.town.path([DEPOT_SPOT, place, DEPOT_SPOT]))
    end_at = out.ended_at + scene.rng.uniform(10.0, 30.0) * MINUTE
    now = end_at + LATE + scene.rng.uniform(20.0, 80.0) * MINUTE
    arrivals = heard(trip.day, (out.started_at - HOUR, now), scene.rng, scene.rng.choice(_prompt()))
    return told(scene, arrivals, now, [until(scene, trip, end_at)], late(end_at, now))


def exempt(scene: Scene, rule: str, minutes: tuple[float, float] = (42.0, 52.0), others: Sequence[str] = ()) -> Case:
    trip = daytime(scene, stay=(minutes[1] + 10.0) * MINUTE)
    end_at = trip.home_at - scene.rng.uniform(*minutes) * MINUTE
    return case(scene, trip, [until(scene, trip, end_at)], vehicle={"exempt_rules": [rule, *others]})


def self_approved(scene: Scene, **more: object) -> Case:
    """Who asked for the trip approved it."""
    trip = daytime(scene)
    booked = ordered(scene, trip, requester="p1", approvers=["p1"], **more)
    return case(scene, trip, [booked], [label("R31", _whole(trip), trip.leaves_at)])


def approved_by_others(scene: Scene, **more: object) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip, **more)])


def approved_just_before(scene: Scene) -> Case:
    trip = daytime(scene)
    created_at = trip.leaves_at - scene.rng.uniform(4.0, 8.0) * MINUTE
    booked = ordered(scene, trip, (trip.leaves_at, trip.home_at + 20 * MINUTE), created_at=created_at.isoformat())
    return case(scene, trip, [booked])


def self_approved_exempt(scene: Scene) -> Case:
    trip = daytime(scene)
    booked = ordered(scene, trip, requester="p1", approvers=["p1"])
    return case(scene, trip, [booked], vehicle={"exempt_rules": ["R31"]})


def _whole(trip: Trip) -> Span:
    return trip.leaves_at, trip.home_at


def _prompt() -> list[Disturbance]:
    return [each for each in USUAL if each.name not in ("slow", "outage")]


VERY_LATE = (80.0, 130.0)

PLOTS: tuple[Plot, ...] = (
    positive("R02", "home-late", WORKDAYS, partial(home_late, minutes=(42.0, 50.0))),
    positive("R02", "very-late", WORKDAYS, partial(home_late, minutes=VERY_LATE)),
    positive("R02", "wandering", WORKDAYS, wandering),
    positive("R02", "early", WORKDAYS, early),
    positive("R02", "emergency", WORKDAYS, partial(home_late, minutes=(42.0, 50.0), type="emergency")),
    near("R02", "within-grace", WORKDAYS, within_grace),
    near("R02", "second-order", WORKDAYS, second_order),
    near("R02", "home-then-again", WORKDAYS, home_then_again),
    near("R02", "handed-over", WORKDAYS, handed_over),
    near("R02", "service-order", WORKDAYS, service),
    near("R02", "exempt", WORKDAYS, partial(exempt, rule="R02")),
    positive("R11", "very-late", WORKDAYS, partial(home_late, minutes=VERY_LATE)),
    positive("R11", "never-back", WORKDAYS, never_back),
    near("R11", "late-by-45", WORKDAYS, partial(home_late, minutes=(36.0, 46.0))),
    near("R11", "within-grace", WORKDAYS, within_grace),
    near("R11", "handed-over", WORKDAYS, handed_over),
    near("R11", "exempt", WORKDAYS, partial(exempt, rule="R11", minutes=VERY_LATE, others=["R02"])),
    positive("R31", "self-approved", WORKDAYS, self_approved),
    positive("R31", "emergency", WORKDAYS, partial(self_approved, type="emergency")),
    positive("R31", "retained", WORKDAYS, partial(self_approved, type="retained")),
    near("R31", "by-another", WORKDAYS, approved_by_others),
    near("R31", "by-two-others", WORKDAYS, partial(approved_by_others, approvers=["p2", "p4"])),
    near("R31", "just-before", WORKDAYS, approved_just_before),
    near("R31", "exempt", WORKDAYS, self_approved_exempt),
)
