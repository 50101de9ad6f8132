"""Burst pipe at night: the vehicle leaves on a word of the duty leader, the order is written twenty minutes later."""

from datetime import date, timedelta

from simulators.stories.outing import outing, told
from simulators.story import Case, Scene, Story

TARGET = (-4_000.0, 1_000.0)


def build(scene: Scene) -> Case:
    trip = outing(scene, "23:05", [TARGET], stay_min=25)
    booked = trip.ordered(scene, scene.span("23:00", "00:45", days=1), TARGET)
    booked["type"] = "emergency"
    booked["off_hours_approved"] = True
    booked["created_at"] = (trip.out.started_at + timedelta(minutes=20)).isoformat()
    return told(scene, trip, [booked], [])


STORY = Story(
    name="emergency_first",
    tells="An emergency drive whose order is entered twenty minutes later; a judge finally says nothing.",
    day=date(2026, 3, 10),
    kinds=("workday", "workday"),
    build=build,
)
