"""R07 偏离路线: errands beyond the corridor, and detours that stay inside it or are too short to count."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from simulators.cases.days import WORKDAYS
from simulators.cases.labels import off_route
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.orders import MINUTE
from simulators.cases.trip import Trip, begun, case, driven, ordered
from simulators.drive import Wait, lights_along, plan_drive
from simulators.path import LonLat, distance_to_line_m
from simulators.story import DEPOT_SPOT, Case, Json, Scene
from simulators.streets import Spot
from simulators.truth import Truth

STRICT: Json = {"R07": {"corridor_m": 150.0, "minimum_min": 1.0, "minimum_km": 0.4}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """A straight street there and back; somewhere on the way out the vehicle turns aside and comes back to it."""

    length_m: float = 8_000.0
    aside_m: float
    along_m: float
    halt_s: float = 0.0  # engine running, out there


def errand(scene: Scene, shape: Errand) -> tuple[Trip, list[LonLat]]:
    """The trip and the straight line it was planned along."""
    turn = scene.rng.choice((_east, _west, _north, _south))
    side = scene.rng.choice((-1.0, 1.0)) * shape.aside_m
    since = scene.rng.uniform(0.15, 0.85) * (shape.length_m - shape.along_m - 1_000.0) + 500.0
    astray = [(since, 0.0), (since, side), (since + shape.along_m, side), (since + shape.along_m, 0.0)]
    end = (shape.length_m, 0.0)
    path = scene.town.path([turn(spot) for spot in [DEPOT_SPOT, *astray, end]])
    waits = list(lights_along(path, scene.rng))
    if shape.halt_s:
        waits = [Wait(at_m=since + shape.aside_m + shape.along_m / 2, dwell_s=shape.halt_s)]
    out = plan_drive(path, scene.at("09:00") + scene.rng.uniform(0.0, 300.0) * MINUTE, waits=waits)
    back = driven(scene, [turn(end), DEPOT_SPOT], out.ended_at + scene.rng.uniform(15.0, 50.0) * MINUTE)
    planned = scene.town.path([DEPOT_SPOT, turn(end), DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(back), target=turn(end), planned=planned)
    return trip, [scene.town.place(DEPOT_SPOT), scene.town.place(turn(end))]


def astray(scene: Scene, aside_m: tuple[float, float], along_m: tuple[float, float], halt_s: float = 0.0) -> Case:
    trip, line = errand(scene, _shape(scene, aside_m, along_m, halt_s))
    return case(scene, trip, [ordered(scene, trip)], _off(trip, line))


def astray_strictly(scene: Scene, aside_m: tuple[float, float], along_m: tuple[float, float]) -> Case:
    trip, line = errand(scene, _shape(scene, aside_m, along_m))
    truth = off_route(trip.day, partial(distance_to_line_m, line=line), 150.0, MINUTE, 400.0)
    return case(scene, trip, [ordered(scene, trip)], truth, rules=STRICT)


def elsewhere(scene: Scene) -> Case:
    """It goes to another place, 2.6 km beside the one it was sent to, and stays there."""
    turn = scene.rng.choice((_east, _west, _north, _south))
    side = scene.rng.choice((-1.0, 1.0)) * scene.rng.uniform(3_000.0, 3_400.0)
    corner, place, end = (7_500.0, 0.0), (7_500.0, side), (10_000.0, 0.0)
    out = driven(scene, [turn(spot) for spot in (DEPOT_SPOT, corner, place)], scene.at("10:00"))
    back_at = out.ended_at + scene.rng.uniform(20.0, 60.0) * MINUTE
    back = driven(scene, [turn(spot) for spot in (place, corner, DEPOT_SPOT)], back_at)
    planned = scene.town.path([DEPOT_SPOT, turn(end), DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(back), target=turn(end), planned=planned)
    line = [scene.town.place(DEPOT_SPOT), scene.town.place(turn(end))]
    return case(scene, trip, [ordered(scene, trip)], _off(trip, line))


def rural(scene: Scene, aside_m: tuple[float, float], along_m: tuple[float, float]) -> Case:
    """In the country the corridor is 1,500 m."""
    trip, line = errand(scene, _shape(scene, aside_m, along_m, length_m=14_000.0))
    truth = off_route(trip.day, partial(distance_to_line_m, line=line), 1_500.0)
    areas = [{"id": "a1", "kind": "rural", "geometry": scene.town.yard(DEPOT_SPOT, 30_000.0)}]
    return case(scene, trip, [ordered(scene, trip)], truth, areas=areas)


def excused(scene: Scene, **more: object) -> Case:
    """Far and long beside the route, but nothing holds it to one."""
    trip, _ = errand(scene, _shape(scene, (900.0, 1_800.0), (3_000.0, 4_500.0)))
    return case(scene, trip, [ordered(scene, trip, **more)])


def two_orders(scene: Scene) -> Case:
    """Another order without a route is in force at the same time."""
    trip, _ = errand(scene, _shape(scene, (900.0, 1_800.0), (3_000.0, 4_500.0)))
    return case(scene, trip, [ordered(scene, trip), ordered(scene, trip, id="o2", route=None)])


def exempt(scene: Scene) -> Case:
    trip, _ = errand(scene, _shape(scene, (900.0, 1_800.0), (3_000.0, 4_500.0)))
    return case(scene, trip, [ordered(scene, trip)], vehicle={"exempt_rules": ["R07"]})


def _shape(
    scene: Scene,
    aside_m: tuple[float, float],
    along_m: tuple[float, float],
    halt_s: float = 0.0,
    length_m: float = 8_000.0,
) -> Errand:
    return Errand(
        length_m=length_m,
        aside_m=scene.rng.uniform(*aside_m),
        along_m=scene.rng.uniform(*along_m),
        halt_s=halt_s and scene.rng.uniform(halt_s, 1.5 * halt_s),
    )


def _off(trip: Trip, line: Sequence[LonLat]) -> list[Truth]:
    return off_route(trip.day, partial(distance_to_line_m, line=line))


def _east(spot: Spot) -> Spot:
    return spot


def _west(spot: Spot) -> Spot:
    return (-spot[0], spot[1])


def _north(spot: Spot) -> Spot:
    return (spot[1], spot[0])


def _south(spot: Spot) -> Spot:
    return (spot[1], -spot[0])


PLOTS: tuple[Plot, ...] = (
    positive("R07", "errand", WORKDAYS, partial(astray, aside_m=(900.0, 1_800.0), along_m=(3_000.0, 4_500.0))),
    positive("R07", "halt", WORKDAYS, partial(astray, aside_m=(750.0, 900.0), along_m=(250.0, 300.0), halt_s=400.0)),
    positive("R07", "strict", WORKDAYS, partial(astray_strictly, aside_m=(300.0, 450.0), along_m=(1_500.0, 2_500.0))),
    positive("R07", "elsewhere", WORKDAYS, elsewhere),
    positive("R07", "rural", WORKDAYS, partial(rural, aside_m=(2_200.0, 2_800.0), along_m=(3_000.0, 4_500.0))),
    near("R07", "inside", WORKDAYS, partial(astray, aside_m=(250.0, 380.0), along_m=(3_000.0, 5_000.0))),
    near("R07", "road-works", WORKDAYS, partial(astray, aside_m=(800.0, 900.0), along_m=(250.0, 350.0))),
    near("R07", "rural", WORKDAYS, partial(rural, aside_m=(900.0, 1_150.0), along_m=(3_000.0, 4_500.0))),
    near("R07", "strict", WORKDAYS, partial(astray_strictly, aside_m=(70.0, 100.0), along_m=(1_500.0, 2_500.0))),
    near("R07", "no-route", WORKDAYS, partial(excused, route=None)),
    near("R07", "service-order", WORKDAYS, partial(excused, type="service")),
    near("R07", "two-orders", WORKDAYS, two_orders),
    near("R07", "exempt", WORKDAYS, exempt),
)
