"""A trip on Monday 23 February 2026, a day off that belongs to the Spring Festival: nobody approved it (R04)."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import movement_spans, truth_of

TARGET = (-2_000.0, 3_500.0)


def build(scene: Scene) -> Case:
    trip = outing(scene, "09:15", [TARGET], stay_min=35)
    booked = trip.ordered(scene, scene.span("09:00", "11:00"), TARGET)
    return told(scene, trip, [booked], truth_of("R04", VEHICLE, movement_spans(trip.day)))


STORY = Story(
    name="rest_monday",
    tells="An ordered trip on a Monday that is a rest day; a judge says R04 for each drive.",
    day=date(2026, 2, 23),
    kinds=("adjusted_rest",),
    build=build,
)
