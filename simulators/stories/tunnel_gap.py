"""A booked trip through a tunnel with a queue in it: minutes without a fix. Nothing may be said."""

from datetime import date, timedelta

from simulators.drive import Wait, plan_drive
from simulators.itinerary import Itinerary
from simulators.locator import surroundings
from simulators.stories.outing import Outing, outing, told
from simulators.story import Case, Scene, Story

TARGET = (7_000.0, 0.0)
QUEUE = Wait(at_m=3_800.0, dwell_s=200.0)


def build(scene: Scene) -> Case:
    plan = outing(scene, "15:05", [TARGET], stay_min=25)
    out = plan_drive(plan.out.path, plan.out.started_at, waits=[QUEUE])
    back = plan_drive(plan.back.path, out.ended_at + timedelta(minutes=25))
    day = Itinerary(home=plan.day.home, odometer_m=plan.day.odometer_m).then(out).then(back)
    trip = Outing(day=day, out=out, back=back, planned=plan.planned)
    bore = tuple(scene.town.place(spot) for spot in ((2_600.0, 0.0), (4_900.0, 0.0)))
    booked = trip.ordered(scene, scene.span("15:00", "17:00"), TARGET)
    return told(scene, trip, [booked], [], around=surroundings(tunnels=[bore]))


STORY = Story(
    name="tunnel_gap",
    tells="A booked trip that stands in a tunnel for minutes without satellites; a judge says nothing.",
    day=date(2026, 3, 12),
    kinds=("workday",),
    build=build,
)
