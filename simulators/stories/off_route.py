"""A booked trip that leaves its route by 1.6 km for several kilometres on the way out (R07)."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import off_route_spans, truth_of

TARGET = (8_000.0, 0.0)
ASTRAY = [(2_000.0, 0.0), (2_000.0, 1_600.0), (6_000.0, 1_600.0), (6_000.0, 0.0), TARGET]


def build(scene: Scene) -> Case:
    trip = outing(scene, "09:35", ASTRAY, stay_min=30, back=[(0.0, 0.0)], planned=[TARGET])
    booked = trip.ordered(scene, scene.span("09:30", "12:00"), TARGET)
    away = off_route_spans(trip.day, trip.planned.points)
    return told(scene, trip, [booked], truth_of("R07", VEHICLE, away))


STORY = Story(
    name="off_route",
    tells="A booked trip with a private errand beyond the corridor; a judge says R07 once.",
    day=date(2026, 3, 12),
    kinds=("workday",),
    build=build,
)
