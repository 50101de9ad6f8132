"""The common plot of most stories: out to a place, a stay, and back to the depot, with or without an order.

A story says when, where to and under which order; this file turns it into a day, a recording and a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.drive import Drive, lights_along, plan_drive
from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel, Surroundings, surroundings
from simulators.path import Path
from simulators.story import DEPOT_SPOT, Arrival, Case, Json, Scene, context, order, record
from simulators.streets import Spot, line_geometry
from simulators.truth import Truth

Spots = Sequence[Spot]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outing:
    """A day with one way out and one way back."""

    day: Itinerary
    out: Drive
    back: Drive
    planned: Path  # out and back as an order would plan it

    def ordered(self, scene: Scene, during: tuple[datetime, datetime], target: Spot) -> Json:
        """The order that fits this outing."""
        return order(scene, during, line_geometry(self.planned.points), [DEPOT_SPOT, target])


def outing(
    scene: Scene,
    leave: str,
    out: Spots,
    stay_min: float,
    back: Spots | None = None,
    planned: Spots | None = None,
) -> Outing:
    """Leave the depot at `leave`, drive through `out`, stay, and return the same way or through `back`.

    `planned` is the way an order plans to go out and back; by default the way that is driven.
    """
    home = back or _reversed(out)
    first = _driven(scene, [DEPOT_SPOT, *out], scene.at(leave))
    second = _driven(scene, [out[-1], *home], first.ended_at + timedelta(minutes=stay_min))
    plan = [DEPOT_SPOT, *planned, *_reversed(planned)] if planned else [DEPOT_SPOT, *out, *home]
    day = Itinerary(home=scene.town.place(DEPOT_SPOT), odometer_m=48_213_400.0).then(first).then(second)
    return Outing(day=day, out=first, back=second, planned=scene.town.path(plan))


def told(
    scene: Scene,
    trip: Outing,
    orders: Sequence[Json],
    truth: Sequence[Truth],
    *,
    arrivals: Sequence[Arrival] | None = None,
    around: Surroundings | None = None,
) -> Case:
    """The case of an outing: recorded from an hour before it until an hour after it."""
    hour = timedelta(hours=1)
    during = (trip.out.started_at - hour, trip.back.ended_at + hour)
    heard = arrivals or record(trip.day, during, scene.rng, LocatorModel(), around or surroundings())
    return Case(
        name=scene.name,
        context=context(scene, during[1] + timedelta(minutes=30), orders),
        arrivals=tuple(heard),
        truth=tuple(truth),
    )


def _driven(scene: Scene, spots: Spots, at: datetime) -> Drive:
    path = scene.town.path(spots)
    return plan_drive(path, at, waits=lights_along(path, scene.rng))


def _reversed(spots: Spots) -> list[Spot]:
    """The way back to the depot."""
    return [*reversed(spots[:-1]), DEPOT_SPOT]
