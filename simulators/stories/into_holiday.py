"""An ordered and approved evening trip that runs past midnight into a holiday nobody approved (R04)."""

from datetime import date

from simulators.stories.outing import outing, told
from simulators.story import VEHICLE, Case, Scene, Story
from simulators.truth import movement_spans, truth_of

TARGET = (6_500.0, 2_000.0)


def build(scene: Scene) -> Case:
    trip = outing(scene, "23:00", [TARGET], stay_min=40)
    booked = trip.ordered(scene, scene.span("22:55", "01:00", days=1), TARGET)
    booked["off_hours_approved"] = True
    holiday = [(scene.at("00:00", 1), scene.at("00:00", 2))]
    return told(scene, trip, [booked], truth_of("R04", VEHICLE, movement_spans(trip.day, holiday)))


STORY = Story(
    name="into_holiday",
    tells="An approved evening trip ends after midnight on a holiday; a judge says R04 for those minutes.",
    day=date(2026, 4, 30),
    kinds=("workday", "holiday"),
    build=build,
)
