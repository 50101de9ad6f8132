"""A trip on Saturday 14 February 2026, worked to make up for the Spring Festival: nothing may be said."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import Case, Scene, Story


def build(scene: Scene) -> Case:
    trip = outing(scene, "10:10", [(3_000.0, 3_000.0)], stay_min=40)
    booked = trip.ordered(scene, scene.span("10:00", "12:00"), (3_000.0, 3_000.0))
    return told(scene, trip, [booked], [])


STORY = Story(
    name="makeup_workday",
    tells="A booked trip on a Saturday that is a make-up workday; a judge says nothing.",
    day=date(2026, 2, 14),
    kinds=("adjusted_workday",),
    build=build,
)
