"""A booked trip whose locator is cut off for twenty minutes and then sends all, in the wrong order."""

from datetime import date, timedelta

from simulators.locator import LocatorModel, surroundings
from simulators.stories.outing import outing, told
from simulators.story import Case, Scene, Story, held_back, record


def build(scene: Scene) -> Case:
    trip = outing(scene, "13:40", [(4_500.0, 2_500.0)], stay_min=30)
    booked = trip.ordered(scene, scene.span("13:35", "16:00"), (4_500.0, 2_500.0))
    hour = timedelta(hours=1)
    during = (trip.out.started_at - hour, trip.back.ended_at + hour)
    heard = record(trip.day, during, scene.rng, LocatorModel(), surroundings())
    silent = scene.span("13:44", "14:04")
    return told(scene, trip, [booked], [], arrivals=held_back(heard, silent, scene.rng))


STORY = Story(
    name="late_upload",
    tells="A booked trip with a twenty-minute outage, re-sent out of order; a judge says nothing.",
    day=date(2026, 3, 13),
    kinds=("workday",),
    build=build,
)
