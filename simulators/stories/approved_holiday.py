"""Duty on a public holiday, ordered and approved as such: nothing may be said."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import Case, Scene, Story

TARGET = (3_500.0, -2_500.0)


def build(scene: Scene) -> Case:
    trip = outing(scene, "13:20", [TARGET], stay_min=60)
    booked = trip.ordered(scene, scene.span("13:15", "16:00"), TARGET)
    booked["holiday_approved"] = True
    return told(scene, trip, [booked], [])


STORY = Story(
    name="approved_holiday",
    tells="A holiday trip with its approval; a judge says nothing.",
    day=date(2026, 10, 2),
    kinds=("holiday",),
    build=build,
)
