"""A vehicle leaves its depot on a workday although nobody ordered it: two movements, two times R01."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import movement_spans, truth_of


def build(scene: Scene) -> Case:
    trip = outing(scene, "14:10", [(-3_500.0, 2_000.0)], stay_min=35)
    return told(scene, trip, [], truth_of("R01", VEHICLE, movement_spans(trip.day)))


STORY = Story(
    name="no_order",
    tells="A drive out and one back without any order; a judge says R01 for each.",
    day=date(2026, 3, 11),
    kinds=("workday",),
    build=build,
)
