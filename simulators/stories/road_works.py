"""A booked trip around road works: 0.9 km off its route, but for less than 5 minutes and 2 kilometres."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import off_route_spans, truth_of

TARGET = (7_000.0, 0.0)
AROUND = [(3_000.0, 0.0), (3_000.0, 900.0), (3_750.0, 900.0), (3_750.0, 0.0), TARGET]


def build(scene: Scene) -> Case:
    trip = outing(scene, "10:35", AROUND, stay_min=30, back=[(0.0, 0.0)], planned=[TARGET])
    booked = trip.ordered(scene, scene.span("10:30", "13:00"), TARGET)
    away = off_route_spans(trip.day, trip.planned.points)
    return told(scene, trip, [booked], truth_of("R07", VEHICLE, away))


STORY = Story(
    name="road_works",
    tells="A short detour beyond the corridor on a booked trip; a judge says nothing.",
    day=date(2026, 3, 12),
    kinds=("workday",),
    build=build,
)
