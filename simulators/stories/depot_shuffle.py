"""A vehicle is re-parked inside its depot and drifts for hours: less than 200 m is no use without order."""

from datetime import date, timedelta

from simulators.drive import plan_drive
from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel, surroundings
from simulators.story import DEPOT_SPOT, Case, Scene, Story, context, record


def build(scene: Scene) -> Case:
    path = scene.town.path([DEPOT_SPOT, (55.0, 40.0)], limit_kmh=10.0)
    shuffle = plan_drive(path, scene.at("11:00"))
    day = Itinerary(home=scene.town.place(DEPOT_SPOT), odometer_m=9_120_700.0).then(shuffle)
    during = (shuffle.started_at - timedelta(hours=3), shuffle.ended_at + timedelta(hours=3))
    heard = record(day, during, scene.rng, LocatorModel(parked_m=9.0), surroundings())
    return Case(name=scene.name, context=context(scene, during[1], []), arrivals=heard, truth=())


STORY = Story(
    name="depot_shuffle",
    tells="A vehicle moves 95 m inside its depot without an order; a judge says nothing.",
    day=date(2026, 3, 13),
    kinds=("workday",),
    build=build,
)
