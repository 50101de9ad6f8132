"""R03 非工作时间用车 and R04 节假日用车: drives at night and on days off, and those just beside them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from simulators.cases.days import EVES, LAST_OFF_DAYS, MAKE_UP_DAYS, OFF_DAYS, WORKDAYS
from simulators.cases.labels import joined, no_order, used
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.orders import MINUTE, daytime, shuffled, towed
from simulators.cases.trip import Trip, case, ordered, out_and_back
from simulators.itinerary import Span
from simulators.story import Case, Json, Scene

HOURS: Json = {day: [["09:00", "12:00"], ["13:30", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
LONG_HOURS: Json = {day: [["08:30", "12:00"], ["13:30", "18:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
Leaves = Callable[[Scene], datetime]


def between(first: str, last: str) -> Leaves:
    """Some time between two times of the clock."""

    def leaves(scene: Scene) -> datetime:
        since, until = scene.at(first), scene.at(last)
        return since + scene.rng.random() * (until - since)

    return leaves


EVENING, LATE, EARLY, MIDNIGHT = (
    between("20:10", "20:35"), between("22:40", "23:00"), between("04:20", "05:10"), between("23:35", "23:50"),
)  # fmt: skip


def short(scene: Scene, leaves: Leaves) -> Trip:
    """There and back within an hour, so that ten in the evening finds the vehicle in its depot."""
    return out_and_back(scene, leaves(scene), stay=scene.rng.uniform(12.0, 25.0) * MINUTE)


def quiet(scene: Scene) -> list[Span]:
    """The quiet hours of the day of the scene and of the next, both workdays."""
    return [scene.span("00:00", "07:00"), scene.span("20:00", "07:00", days=1)]


def night(scene: Scene, leaves: Leaves, **more: object) -> Case:
    """Ordered, but nobody approved the hour."""
    trip = short(scene, leaves)
    return case(scene, trip, [ordered(scene, trip, **more)], used("R03", trip.day, quiet(scene)))


def night_unordered(scene: Scene) -> Case:
    trip = short(scene, LATE)
    return case(scene, trip, [], joined(no_order(trip.day), used("R03", trip.day, quiet(scene))))


def home_in_the_evening(scene: Scene) -> Case:
    """Only the way back lies in the quiet hours."""
    back_at = between("20:08", "20:40")(scene)
    trip = out_and_back(scene, scene.at("18:20"), stay=timedelta(minutes=5))
    trip = out_and_back(scene, scene.at("18:20"), [trip.target], back_at - trip.day.drives[0].ended_at)
    return case(scene, trip, [ordered(scene, trip)], used("R03", trip.day, quiet(scene)))


def beside_the_units_hours(scene: Scene) -> Case:
    """The unit works until 16:00 and its own hours hold: quiet from 18:30."""
    trip = short(scene, between("18:45", "19:05"))
    spans = [scene.span("18:30", "07:00", days=1)]
    rules: Json = {"R03": {"use_work_hours": True}}
    units = [{"id": "u1", "work_hours": HOURS}]
    return case(scene, trip, [ordered(scene, trip)], used("R03", trip.day, spans), rules=rules, units=units)


def approved_night(scene: Scene) -> Case:
    trip = short(scene, scene.rng.choice((EVENING, LATE, EARLY, MIDNIGHT)))
    return case(scene, trip, [ordered(scene, trip, off_hours_approved=True)])


def plain(scene: Scene, leaves: Leaves, **more: object) -> Case:
    """An ordered trip at a time when nothing more is asked."""
    trip = short(scene, leaves)
    return case(scene, trip, [ordered(scene, trip, **more)])


def home_before_eight(scene: Scene) -> Case:
    trip = out_and_back(scene, scene.at("18:00"), stay=20 * MINUTE)
    late = scene.at("19:50") - trip.home_at
    trip = out_and_back(scene, scene.at("18:00") + late, [trip.target], 20 * MINUTE)
    slack = scene.at("19:56") - trip.home_at
    if slack < timedelta(0):  # the lights were against it this time
        trip = out_and_back(scene, scene.at("18:00") + late + slack - 4 * MINUTE, [trip.target], 20 * MINUTE)
    return case(scene, trip, [ordered(scene, trip)])


def long_hours(scene: Scene) -> Case:
    """The unit works until 18:30 and its own hours hold: quiet from 21:00 only."""
    trip = out_and_back(scene, scene.at("19:40"), stay=10 * MINUTE)
    units = [{"id": "u1", "work_hours": LONG_HOURS, "use_work_hours": True}]
    rules: Json = {"R03": {"use_work_hours": True}}
    return case(scene, trip, [ordered(scene, trip)], rules=rules, units=units)


def service_at_night(scene: Scene) -> Case:
    trip = short(scene, LATE)
    return case(scene, trip, [ordered(scene, trip, type="service", route=None)])


def exempt(scene: Scene, leaves: Leaves, rule: str) -> Case:
    trip = short(scene, leaves)
    return case(scene, trip, [ordered(scene, trip)], vehicle={"exempt_rules": [rule]})


def off_day(scene: Scene) -> Case:
    """Ordered, but nobody approved the day."""
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip)], used("R04", trip.day))


def off_day_unordered(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [], joined(no_order(trip.day), used("R04", trip.day)))


def evening_off_day(scene: Scene) -> Case:
    """At night of a day off it is the day that counts, not the hour."""
    trip = short(scene, EVENING)
    return case(scene, trip, [ordered(scene, trip, off_hours_approved=True)], used("R04", trip.day))


def into_a_day_off(scene: Scene) -> Case:
    """The evening was approved; after midnight it is another day, and nobody approved that."""
    trip = out_and_back(scene, MIDNIGHT(scene), stay=scene.rng.uniform(12.0, 25.0) * MINUTE)
    spans = [(scene.at("00:00", 1), scene.at("00:00", 2))]
    return case(scene, trip, [ordered(scene, trip, off_hours_approved=True)], used("R04", trip.day, spans))


def out_of_a_day_off(scene: Scene) -> Case:
    """Before midnight a day off, after it the quiet hours of a workday: two rules, each with its own minutes."""
    trip = out_and_back(scene, MIDNIGHT(scene), stay=scene.rng.uniform(12.0, 25.0) * MINUTE)
    before = used("R04", trip.day, [(scene.at("00:00"), scene.at("00:00", 1))])
    after = used("R03", trip.day, [(scene.at("00:00", 1), scene.at("07:00", 1))])
    return case(scene, trip, [ordered(scene, trip)], joined(before, after))


def local_holiday(scene: Scene) -> Case:
    """A workday that the place has off: the calendar of the case says so."""
    trip = daytime(scene)
    calendar = [{"date": scene.day.isoformat(), "kind": "holiday"}]
    return case(scene, trip, [ordered(scene, trip)], used("R04", trip.day), calendar=calendar)


def local_workday(scene: Scene) -> Case:
    """A day off that is worked here."""
    trip = daytime(scene)
    calendar = [{"date": scene.day.isoformat(), "kind": "adjusted_workday"}]
    return case(scene, trip, [ordered(scene, trip)], calendar=calendar)


def approved_day(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip, holiday_approved=True)])


def workday(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip)])


def service_on_a_day_off(scene: Scene) -> Case:
    trip = daytime(scene)
    return case(scene, trip, [ordered(scene, trip, type="service", route=None)])


def home_before_the_day_off(scene: Scene) -> Case:
    """Approved for the evening and home before midnight."""
    trip = out_and_back(scene, between("22:35", "22:50")(scene), stay=10 * MINUTE)
    return case(scene, trip, [ordered(scene, trip, off_hours_approved=True)])


def after_the_day_off(scene: Scene) -> Case:
    """Just after midnight the day off is over; the hour was approved."""
    trip = out_and_back(scene, scene.at("00:05", 1), stay=20 * MINUTE)
    return case(scene, trip, [ordered(scene, trip, off_hours_approved=True)])


PLOTS: tuple[Plot, ...] = (
    positive("R03", "evening", WORKDAYS, partial(night, leaves=EVENING)),
    positive("R03", "late", WORKDAYS, partial(night, leaves=LATE)),
    positive("R03", "early", WORKDAYS, partial(night, leaves=EARLY)),
    positive("R03", "over-midnight", WORKDAYS, partial(night, leaves=MIDNIGHT)),
    positive("R03", "holiday-approval-only", WORKDAYS, partial(night, leaves=LATE, holiday_approved=True)),
    positive("R03", "unordered", WORKDAYS, night_unordered),
    positive("R03", "home-in-the-evening", WORKDAYS, home_in_the_evening),
    positive("R03", "make-up-workday", MAKE_UP_DAYS, partial(night, leaves=EVENING)),
    positive("R03", "units-hours", WORKDAYS, beside_the_units_hours),
    near("R03", "approved", WORKDAYS, approved_night),
    near("R03", "home-before-eight", WORKDAYS, home_before_eight),
    near("R03", "after-seven", WORKDAYS, partial(plain, leaves=between("07:03", "07:20"))),
    near("R03", "lunch", WORKDAYS, partial(plain, leaves=between("12:05", "12:50"))),
    near("R03", "off-day", OFF_DAYS, partial(plain, leaves=EVENING, holiday_approved=True)),
    near("R03", "units-long-hours", WORKDAYS, long_hours),
    near("R03", "service-order", WORKDAYS, service_at_night),
    near("R03", "exempt", WORKDAYS, partial(exempt, leaves=LATE, rule="R03")),
    positive("R04", "off-day", OFF_DAYS, off_day),
    positive("R04", "unordered", OFF_DAYS, off_day_unordered),
    positive("R04", "evening", OFF_DAYS, evening_off_day),
    positive("R04", "into-a-day-off", EVES, into_a_day_off),
    positive("R04", "out-of-a-day-off", LAST_OFF_DAYS, out_of_a_day_off),
    positive("R04", "local-holiday", WORKDAYS, local_holiday),
    near("R04", "approved", OFF_DAYS, approved_day),
    near("R04", "make-up-workday", MAKE_UP_DAYS, workday),
    near("R04", "local-workday", OFF_DAYS, local_workday),
    near("R04", "workday", WORKDAYS, workday),
    near("R04", "home-before-midnight", EVES, home_before_the_day_off),
    near("R04", "after-midnight", LAST_OFF_DAYS, after_the_day_off),
    near("R04", "service-order", OFF_DAYS, service_on_a_day_off),
    near("R04", "towed", OFF_DAYS, towed),
    near("R04", "depot-shuffle", OFF_DAYS, shuffled),
    near("R04", "exempt", OFF_DAYS, partial(exempt, leaves=between("10:00", "15:00"), rule="R04")),
)
