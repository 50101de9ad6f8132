"""The trips most plots are made of: out, a stay, and back, with the order that fits, heard through a disturbance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import cast

from simulators.cases.disturbance import USUAL, Disturbance, heard
from simulators.drive import Drive, lights_along, plan_drive
from simulators.itinerary import Itinerary
from simulators.path import Path
from simulators.story import DEPOT_SPOT, Arrival, Case, Json, Scene, context, order
from simulators.streets import Spot, line_geometry
from simulators.truth import Truth

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """A day's drives, where they lead and the path an order would plan."""

    day: Itinerary
    target: Spot
    planned: Path

    @property
    def leaves_at(self) -> datetime:
        return self.day.drives[0].started_at

    @property
    def home_at(self) -> datetime:
        return self.day.drives[-1].ended_at


def target(rng: Random, nearest_m: float = 2_000.0, farthest_m: float = 6_000.0) -> Spot:
    """Somewhere in town, so far along each axis that no shortcut brings it near."""
    east, north = (rng.choice((-1, 1)) * rng.uniform(nearest_m, farthest_m) / 1.5 for _ in range(2))
    return (east, north)


def driven(scene: Scene, spots: Sequence[Spot], at: datetime, limit_kmh: float = 50.0, *, lights: bool = True) -> Drive:
    path = scene.town.path(spots, limit_kmh)
    return plan_drive(path, at, waits=lights_along(path, scene.rng) if lights else ())


def begun(scene: Scene, home: Spot = DEPOT_SPOT) -> Itinerary:
    """A day on which the vehicle stands at `home` and has driven before."""
    return Itinerary(home=scene.town.place(home), odometer_m=round(scene.rng.uniform(2e6, 1.8e8)))


def out_and_back(
    scene: Scene,
    leave: datetime,
    way: Sequence[Spot] | None = None,
    stay: timedelta | None = None,
    planned: Sequence[Spot] | None = None,
) -> Trip:
    """Leave the depot, drive through `way`, stay, and return; `planned` is the way an order would go there."""
    way = way or [target(scene.rng)]
    stay = stay if stay is not None else timedelta(minutes=scene.rng.uniform(20.0, 70.0))
    plan = planned or way
    out = driven(scene, [DEPOT_SPOT, *way], leave)
    back = driven(scene, [way[-1], *reversed(plan[:-1]), DEPOT_SPOT], out.ended_at + stay)
    path = scene.town.path([DEPOT_SPOT, *plan, *reversed(plan[:-1]), DEPOT_SPOT])
    return Trip(day=begun(scene).then(out).then(back), target=way[-1], planned=path)


def ordered(scene: Scene, trip: Trip, during: tuple[datetime, datetime] | None = None, /, **more: object) -> Json:
    """The order of a trip, by default planned from just before it to well after it."""
    span = during or (trip.leaves_at - timedelta(minutes=5), trip.home_at + timedelta(minutes=20))
    booked = order(scene, span, line_geometry(trip.planned.points), [DEPOT_SPOT, trip.target])
    return {**booked, **more}


def case(
    scene: Scene,
    trip: Trip,
    orders: Sequence[Json] = (),
    truth: Sequence[Truth] = (),
    *,
    arrivals: Sequence[Arrival] | None = None,
    among: Sequence[Disturbance] = USUAL,
    vehicle: Json | None = None,
    **about: object,
) -> Case:
    """The case of a trip, heard from an hour before it until an hour after it; `vehicle` and `about` add to the context."""
    during = (trip.leaves_at - HOUR, trip.home_at + HOUR)
    tracks = arrivals if arrivals is not None else heard(trip.day, during, scene.rng, scene.rng.choice(among))
    return told(scene, tracks, during[1] + HOUR / 2, orders, truth, vehicle=vehicle, **about)


def told(
    scene: Scene,
    arrivals: Sequence[Arrival],
    now: datetime,
    orders: Sequence[Json],
    truth: Sequence[Truth],
    *,
    vehicle: Json | None = None,
    **about: object,
) -> Case:
    """A case of whatever was heard, as it stands at `now`."""
    said = context(scene, now, orders)
    said["vehicles"] = [{**each, **(vehicle or {})} for each in cast("list[Json]", said["vehicles"])]
    return Case(name=scene.name, context=said | about, arrivals=tuple(arrivals), truth=tuple(truth))


def bound(case: Case, **more: object) -> Case:
    """The same case with more said of its vehicle."""
    vehicles = [{**each, **more} for each in cast("list[Json]", case.context["vehicles"])]
    return replace(case, context=case.context | {"vehicles": vehicles})
