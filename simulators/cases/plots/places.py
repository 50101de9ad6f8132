"""R05 封存车辆移动, R06 越界, R08 绕行 and R09 敏感场所停留: where a vehicle may not be, or not go."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from simulators.cases.days import OFF_DAYS, WORKDAYS
from simulators.cases.disturbance import USUAL, heard
from simulators.cases.labels import joined, label, no_order, off_route, spans_where, used
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.hours import EVENING, Leaves, between
from simulators.cases.plots.orders import MINUTE, daytime, shuffled, towed
from simulators.cases.trip import HOUR, Trip, begun, bound, case, driven, ordered, out_and_back, told
from simulators.drive import Motion
from simulators.itinerary import Itinerary
from simulators.path import distance_to_line_m, offset_m
from simulators.story import DEPOT_SPOT, Case, Json, Scene
from simulators.streets import Spot
from simulators.truth import Truth

MORNING = between("09:00", "13:00")
EDGE_M = 4_000.0  # half the side of the allowed square around the depot
OUTSIDE_M = 300.0
OUTSIDE = timedelta(minutes=3)
HOTEL: Spot = (4_000.0, 0.0)
END: Spot = (8_000.0, 0.0)


def sealed(scene: Scene, days: int = 0) -> Json:
    """The vehicle is sealed on the day of the scene; `days` moves the seal."""
    return {"sealed": [{"from": scene.at("00:00", days).isoformat(), "to": scene.at("00:00", days + 1).isoformat()}]}


def sealed_trip(scene: Scene) -> Case:
    """An order does not break the seal."""
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip)], used("R05", trip.day, metres=100.0), vehicle=sealed(scene))


def sealed_unordered(scene: Scene) -> Case:
    trip = daytime(scene)
    truth = joined(no_order(trip.day), used("R05", trip.day, metres=100.0))
    return case(scene, trip, [], truth, vehicle=sealed(scene))


def engine_on(scene: Scene, minutes: tuple[float, float], *, found: bool) -> Case:
    """The engine of a sealed vehicle runs in the depot; it does not move."""
    since = MORNING(scene)
    span = (since, since + scene.rng.uniform(*minutes) * MINUTE)
    day = replace(begun(scene), idling=(span,))
    during = (since - HOUR, span[1] + HOUR)
    arrivals = heard(day, during, scene.rng, scene.rng.choice(USUAL))
    truth = [label("R05", span, since + 5 * MINUTE)] if found else []
    return told(scene, arrivals, during[1] + 5 * MINUTE, [], truth, vehicle=sealed(scene))


def sealed_another_day(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip)], vehicle=sealed(scene, scene.rng.choice((-1, 1))))


def sealed_but(scene: Scene, how: str) -> Case:
    """Sealed, and excused: on a low-loader, re-parked, on the way to the garage, exempt."""
    if how in ("towed", "re-parked"):
        return bound(towed(scene) if how == "towed" else shuffled(scene), **sealed(scene))
    trip = daytime(scene)
    kind: Json = {"type": "service", "route": None} if how == "service" else {}
    excuse: Json = {"exempt_rules": ["R05"]} if how == "exempt" else {}
    return case(scene, trip, [ordered(scene, trip, **kind)], vehicle=sealed(scene) | excuse)


def out_of_area(
    scene: Scene, beyond_m: tuple[float, float], *, of: str = "order", unordered: bool = False, **more: object
) -> Case:
    """Straight out of the allowed square and back after a short halt; one movement."""
    spot = _turned(scene, (EDGE_M + scene.rng.uniform(*beyond_m), 0.0))
    trip = out_and_back(scene, MORNING(scene), [spot], scene.rng.uniform(0.2, 0.6) * MINUTE)
    truth = outside(scene, trip.day)
    area: Json = {"allowed_area": "a0"}
    booked = [] if unordered else [ordered(scene, trip, route=None, **(area if of == "order" else {}), **more)]
    grounds = joined(no_order(trip.day) if unordered else [], truth)
    return case(scene, trip, booked, grounds, vehicle=area if of == "vehicle" else None, areas=[_allowed(scene)])


def outside(scene: Scene, day: Itinerary) -> list[Truth]:
    """R06: more than 300 m outside for three minutes."""
    spans = spans_where(
        day,
        (day.drives[0].started_at, day.drives[-1].ended_at),
        lambda motion: _beyond_m(scene, motion) > OUTSIDE_M,
        lambda motion: _beyond_m(scene, motion) <= OUTSIDE_M,
    )
    return [label("R06", span, span[0] + OUTSIDE) for span in spans if span[1] - span[0] >= OUTSIDE]


def along_the_edge(scene: Scene) -> Case:
    """Kilometres outside, but never farther than 200 m."""
    side = EDGE_M + scene.rng.uniform(150.0, 210.0)
    spot = _turned(scene, (side, 3_500.0))
    trip = out_and_back(scene, MORNING(scene), [spot], 15 * MINUTE)
    return case(scene, trip, [ordered(scene, trip, allowed_area="a0")], areas=[_allowed(scene)])


def no_area(scene: Scene) -> Case:
    """The square is known, but neither the order nor the vehicle is bound to it."""
    trip = out_and_back(scene, MORNING(scene), [_turned(scene, (EDGE_M + 3_000.0, 0.0))], 15 * MINUTE)
    return case(scene, trip, [ordered(scene, trip)], areas=[_allowed(scene)])


def out_of_area_but(scene: Scene, how: str) -> Case:
    trip = out_and_back(scene, MORNING(scene), [_turned(scene, (EDGE_M + 3_000.0, 0.0))], 15 * MINUTE)
    kind: Json = {"type": "service"} if how == "service" else {}
    excuse: Json = {"exempt_rules": ["R06"]} if how == "exempt" else {}
    booked = ordered(scene, trip, allowed_area="a0", **kind)
    return case(scene, trip, [booked], vehicle=excuse, areas=[_allowed(scene)])


def to_and_fro(
    scene: Scene,
    length_m: float,
    turns: int,
    *,
    found: bool,
    limit_kmh: float = 50.0,
    share: float = 0.6,
    **more: object,
) -> Case:
    """Up and down a share of the planned street: never beside it, but farther than needed."""
    near_m, far_m = (0.9 - share) * length_m, 0.9 * length_m
    way: list[Spot] = [(far_m, 0.0), (near_m, 0.0)] * turns
    spots = [_turned_by(scene.name, spot) for spot in [DEPOT_SPOT, *way, (length_m, 0.0)]]
    out = driven(scene, spots, MORNING(scene), limit_kmh)
    back = driven(scene, [spots[-1], DEPOT_SPOT], out.ended_at + 20 * MINUTE, limit_kmh)
    planned = scene.town.path([DEPOT_SPOT, spots[-1], DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(back), target=spots[-1], planned=planned)
    truth = [label("R08", (trip.leaves_at, trip.home_at), trip.home_at)] if found else []
    excuse: Json = {"exempt_rules": ["R08"]} if more.pop("exempt", False) else {}
    return case(scene, trip, [ordered(scene, trip, **more)], truth, vehicle=excuse)


def far_errand(scene: Scene) -> Case:
    """Eight kilometres aside and back: off the route, and nearly twice as long as it."""
    aside = scene.rng.choice((-1, 1)) * scene.rng.uniform(8_000.0, 9_000.0)
    way = [(4_000.0, 0.0), (4_000.0, aside), (5_500.0, aside), (5_500.0, 0.0), (9_000.0, 0.0)]
    trip = out_and_back(scene, MORNING(scene), way, 20 * MINUTE, planned=[(9_000.0, 0.0)])
    line = [scene.town.place(spot) for spot in (DEPOT_SPOT, (9_000.0, 0.0))]
    away = off_route(trip.day, partial(distance_to_line_m, line=line))
    detour = label("R08", (trip.leaves_at, trip.home_at), trip.home_at)
    return case(scene, trip, [ordered(scene, trip)], joined(away, [detour]))


def sensitive_stop(
    scene: Scene,
    minutes: tuple[float, float],
    *,
    leaves: Leaves = MORNING,
    threshold_min: float = 15.0,
    how: str = "",
    **more: object,
) -> Case:
    """On the way it stops at a hotel that lies at its street. `how` names what makes it lawful, if anything does."""
    stay = scene.rng.uniform(*minutes) * MINUTE
    out = driven(scene, [DEPOT_SPOT, HOTEL], leaves(scene))
    on = driven(scene, [HOTEL, END], out.ended_at + stay)
    back = driven(scene, [END, DEPOT_SPOT], on.ended_at + scene.rng.uniform(12.0, 20.0) * MINUTE)
    planned = scene.town.path([DEPOT_SPOT, END, DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(on).then(back), target=END, planned=planned)
    span = (out.ended_at, on.started_at)
    broken = not how and stay > threshold_min * MINUTE
    truth = [label("R09", span, span[0] + threshold_min * MINUTE)] if broken else []
    if how == "ordered":
        more["stops"] = [list(scene.town.place(HOTEL))]
    if how == "service":
        more |= {"type": "service"}
    beside = (HOTEL[0], HOTEL[1] + (230.0 if how == "beside" else 0.0))
    kind = "allowed" if how == "allowed" else "sensitive"
    category = scene.rng.choice(("hotel", "scenic", "entertainment", "private_club"))
    areas = [{"id": "a1", "kind": kind, "category": category, "geometry": scene.town.yard(beside)}]
    excuse: Json = {"exempt_rules": ["R09"]} if how == "exempt" else {}
    orders = [] if more.pop("unordered", False) else [ordered(scene, trip, **more)]
    grounds = joined(truth, [] if orders else no_order(trip.day))
    return case(scene, trip, orders, grounds, vehicle=excuse, areas=areas)


def _allowed(scene: Scene) -> Json:
    return {"id": "a0", "kind": "allowed", "geometry": scene.town.yard(DEPOT_SPOT, EDGE_M)}


def _beyond_m(scene: Scene, motion: Motion) -> float:
    east, north = offset_m(scene.town.hall, (motion.lon, motion.lat))
    return max(abs(east), abs(north)) - EDGE_M


def _turned(scene: Scene, spot: Spot) -> Spot:
    return _turned_by(scene.name, spot)


def _turned_by(name: str, spot: Spot) -> Spot:
    """One of the four directions of the compass, the same for all spots of a case."""
    east, north = spot
    return ((east, north), (-east, north), (north, east), (-north, -east))[sum(name.encode()) % 4]


LONG_STOP, SHORT_STOP = (20.0, 40.0), (8.0, 11.0)

PLOTS: tuple[Plot, ...] = (
    positive("R05", "ordered", WORKDAYS, sealed_trip),
    positive("R05", "unordered", WORKDAYS, sealed_unordered),
    positive("R05", "engine-on", (*WORKDAYS, *OFF_DAYS), partial(engine_on, minutes=(7.0, 13.0), found=True)),
    near("R05", "engine-on-briefly", WORKDAYS, partial(engine_on, minutes=(2.0, 3.5), found=False)),
    near("R05", "another-day", WORKDAYS, sealed_another_day),
    near("R05", "towed", WORKDAYS, partial(sealed_but, how="towed")),
    near("R05", "re-parked", WORKDAYS, partial(sealed_but, how="re-parked")),
    near("R05", "service-order", WORKDAYS, partial(sealed_but, how="service")),
    near("R05", "exempt", WORKDAYS, partial(sealed_but, how="exempt")),
    positive("R06", "order", WORKDAYS, partial(out_of_area, beyond_m=(2_500.0, 4_000.0))),
    positive("R06", "vehicle", WORKDAYS, partial(out_of_area, beyond_m=(2_500.0, 4_000.0), of="vehicle")),
    positive(
        "R06", "unordered", WORKDAYS, partial(out_of_area, beyond_m=(2_500.0, 4_000.0), of="vehicle", unordered=True)
    ),
    near("R06", "briefly", WORKDAYS, partial(out_of_area, beyond_m=(550.0, 650.0))),
    near("R06", "along-the-edge", WORKDAYS, along_the_edge),
    near("R06", "no-area", WORKDAYS, no_area),
    near("R06", "service-order", WORKDAYS, partial(out_of_area_but, how="service")),
    near("R06", "exempt", WORKDAYS, partial(out_of_area_but, how="exempt")),
    positive("R08", "to-and-fro", WORKDAYS, partial(to_and_fro, length_m=9_000.0, turns=2, found=True)),
    positive("R08", "far-errand", WORKDAYS, far_errand),
    near("R08", "short", WORKDAYS, partial(to_and_fro, length_m=2_000.0, turns=1, found=False)),
    near("R08", "long-way", WORKDAYS, partial(to_and_fro, length_m=18_000.0, turns=0, found=False, limit_kmh=70.0)),
    near("R08", "a-little", WORKDAYS, partial(to_and_fro, length_m=22_000.0, turns=1, share=0.25, found=False, limit_kmh=70.0)),
    near("R08", "service-order", WORKDAYS, partial(to_and_fro, length_m=9_000.0, turns=2, found=False, type="service")),
    near("R08", "exempt", WORKDAYS, partial(to_and_fro, length_m=9_000.0, turns=2, found=False, exempt=True)),
    positive("R09", "day", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP)),
    positive(
        "R09",
        "evening",
        WORKDAYS,
        partial(
            sensitive_stop, minutes=(7.0, 11.0), leaves=EVENING, threshold_min=5.0, off_hours_approved=True
        ),
    ),
    positive("R09", "holiday", OFF_DAYS, partial(sensitive_stop, minutes=LONG_STOP, holiday_approved=True)),
    positive("R09", "unordered", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP, unordered=True)),
    near("R09", "briefly", WORKDAYS, partial(sensitive_stop, minutes=SHORT_STOP)),
    near(
        "R09",
        "evening-briefly",
        WORKDAYS,
        partial(
            sensitive_stop, minutes=(2.5, 3.3), leaves=EVENING, threshold_min=5.0, off_hours_approved=True
        ),
    ),
    near("R09", "ordered-there", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP, how="ordered")),
    near("R09", "beside", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP, how="beside")),
    near("R09", "allowed-area", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP, how="allowed")),
    near("R09", "service-order", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP, how="service")),
    near("R09", "exempt", WORKDAYS, partial(sensitive_stop, minutes=LONG_STOP, how="exempt")),
)  # fmt: skip
