"""A trip on the second day of the Spring Festival: ordered, but nobody approved the holiday (R04)."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import movement_spans, truth_of


def build(scene: Scene) -> Case:
    trip = outing(scene, "10:05", [(5_000.0, -1_000.0)], stay_min=50)
    booked = trip.ordered(scene, scene.span("10:00", "12:00"), (5_000.0, -1_000.0))
    return told(scene, trip, [booked], truth_of("R04", VEHICLE, movement_spans(trip.day)))


STORY = Story(
    name="holiday",
    tells="An ordered trip on a public holiday without a holiday approval; a judge says R04 for each drive.",
    day=date(2026, 2, 18),
    kinds=("holiday",),
    build=build,
)
