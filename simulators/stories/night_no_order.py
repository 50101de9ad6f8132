"""A vehicle leaves at night without an order: two grounds that are never merged (R01 and R03)."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import movement_spans, truth_of


def build(scene: Scene) -> Case:
    trip = outing(scene, "22:40", [(-4_500.0, -1_000.0)], stay_min=70)
    spans = movement_spans(trip.day)
    return told(scene, trip, [], [*truth_of("R01", VEHICLE, spans), *truth_of("R03", VEHICLE, spans)])


STORY = Story(
    name="night_no_order",
    tells="An unordered drive late on a workday and back after midnight; a judge says R01 and R03 for each.",
    day=date(2026, 3, 11),
    kinds=("workday", "workday"),
    build=build,
)
