"""An ordinary trip on a workday, covered by its order and along its route: nothing may be said."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import Case, Scene, Story


def build(scene: Scene) -> Case:
    trip = outing(scene, "09:40", [(4_000.0, 1_500.0)], stay_min=45)
    booked = trip.ordered(scene, scene.span("09:30", "11:30"), (4_000.0, 1_500.0))
    return told(scene, trip, [booked], [])


STORY = Story(
    name="ordinary_trip",
    tells="A booked trip on a workday along its route; a judge says nothing.",
    day=date(2026, 3, 11),
    kinds=("workday",),
    build=build,
)
