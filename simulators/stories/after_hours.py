"""A trip in the evening of a workday: ordered and covered, but nobody approved the late hour (R03)."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import movement_spans, truth_of


def build(scene: Scene) -> Case:
    trip = outing(scene, "20:20", [(2_500.0, -3_000.0)], stay_min=40)
    booked = trip.ordered(scene, scene.span("20:15", "22:15"), (2_500.0, -3_000.0))
    quiet = [scene.span("20:00", "07:00", days=1)]
    return told(scene, trip, [booked], truth_of("R03", VEHICLE, movement_spans(trip.day, quiet)))


STORY = Story(
    name="after_hours",
    tells="An ordered evening trip without an off-hours approval; a judge says R03 for each drive.",
    day=date(2026, 3, 11),
    kinds=("workday", "workday"),
    build=build,
)
