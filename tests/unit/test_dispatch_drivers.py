"""Drivers within their hours: rest, lunch, overtime, roster, leave and what they may drive; crews keep all of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.drivers.acceptance import due_at, next_in_line
from dispatch.drivers.fitness import Absence, Away, Qualification
from dispatch.drivers.roster import ShiftLine, shifts
from dispatch.drivers.rules import DrivingRules, Training, check_rules, in_force
from dispatch.eligible import MOST_SEATS, DriverFacts, Obstacle, Span, VehicleFacts, driver_obstacles, trip_of
from dispatch.proposal.crews import crew_breaches, match_drivers, overtime
from fleet.errors import Invalid
from fleet.order import Order, OrderType, Place
from fleet.vehicle import VehicleClass
from tests.unit.dispatch_day import END, NOW, OFFICE, START, ZONE, driver, order, vehicle

MIDNIGHT = datetime(2026, 11, 18, tzinfo=ZONE)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CAR = vehicle(1)


def trip(at_h: float, length_h: float, driving_h: float, *, waits: bool = False, **more: Any) -> Order:
    """A trip by civil hours of the day, at one place, with the router's driving time."""
    start_at = MIDNIGHT + at_h * HOUR
    return order(
        planned_start_at=start_at, planned_end_at=start_at + length_h * HOUR, round_trip=waits, destination=OFFICE,
        route_source="router", route_duration_s=driving_h * 3600, **more,
    )  # fmt: skip


def busy(*trips: Order) -> DriverFacts:
    return driver(busy=tuple(trip_of(each) for each in trips))


def against(wish: Order, who: DriverFacts, car: VehicleFacts = CAR) -> dict[str, Obstacle]:
    return {each.code: each for each in driver_obstacles(wish, who, car.vehicle, zone=ZONE)}


def test_four_hours_at_the_wheel_demand_twenty_minutes_before_and_after() -> None:
    """Ten minutes between two trips are no rest, twenty are; the trip behind counts as the one before."""
    early = trip(6, 3, 3)
    close, rested = trip(9.25, 1.5, 1.5), trip(9.34, 1.5, 1.5)
    found = against(close, busy(early))["driver_rest"]
    assert (found.hard, found.params) == (True, {"drive_min": 270, "most_min": 240, "rest_min": 20})
    assert against(early, busy(close)).keys() == {"driver_rest"}
    assert against(rested, busy(early)) == {}
    assert against(trip(9.25, 1, 1), busy(early)) == {}


def test_who_waits_at_the_far_end_has_rested_and_a_long_way_is_rested_on() -> None:
    """Two hours out and two back with an hour between; five hours of driving in five and a half, but not in five."""
    assert against(trip(9.25, 2, 1.5), busy(trip(5, 4, 3, waits=True))) == {}
    assert against(trip(6, 5.5, 5), driver()) == {}
    assert against(trip(6, 5, 5), driver()).keys() == {"driver_rest"}


def test_the_way_between_two_trips_is_driven_too() -> None:
    """Half an hour between them is no rest when the way takes it."""
    far = Place(name="far", lon=116.09, lat=32.0)
    there = replace(trip(6, 3, 3), destination=far)
    assert against(trip(9.5, 1, 1), busy(there)).keys() == {"driver_rest"}


def test_more_than_eleven_hours_are_too_much_but_in_an_emergency_and_a_night_parts_two_days() -> None:
    morning, noon, late = trip(6, 1, 0.5), trip(14, 1, 0.5), trip(16.5, 1, 0.5)
    found = against(late, busy(morning, noon))["driver_overtime"]
    assert (found.hard, found.params) == (True, {"over_min": 210, "most_min": 180})
    assert not against(replace(late, type=OrderType.EMERGENCY), busy(morning, noon))["driver_overtime"].hard
    assert against(trip(15.75, 1, 0.5), busy(morning, noon)) == {}
    assert against(late, busy(morning)) == {}


def test_a_journey_of_days_is_a_duty_by_itself() -> None:
    """Driven four hours a day it is nobody's overtime; twelve hours a day are."""
    assert against(trip(8, 72, 12), driver()) == {}
    assert against(trip(8, 48, 30), driver()).keys() >= {"driver_overtime"}
    assert against(trip(81, 1, 0.5), busy(trip(8, 72, 12))).keys() == {"driver_overtime"}


def test_lunch_is_between_trips_or_while_he_waits_and_only_proposals_insist() -> None:
    full = trip(11, 2.5, 2.5)
    found = against(full, driver())["driver_lunch"]
    assert (found.hard, found.params) == (False, {"on": "2026-11-18", "minutes": 45})
    assert against(trip(11, 2.5, 1, waits=True), driver()) == {}
    assert against(trip(12.5, 1, 1), busy(trip(10.5, 1.5, 1.5))).keys() == {"driver_lunch"}
    assert against(trip(13, 1, 1), busy(trip(10.5, 1.5, 1.5))) == {}
    free = driver(rules=(DrivingRules(lunch_min=0),))
    assert against(full, free) == {}


def test_a_trip_without_places_is_driven_all_the_time_as_far_as_that_is_allowed() -> None:
    unknown = replace(trip(6, 6, 0), origin=None)
    assert against(unknown, driver()).keys() <= {"driver_lunch"}
    assert against(trip(12.25, 1, 1), busy(unknown)).keys() >= {"driver_rest"}


def test_overtime_beyond_the_roster_is_counted_and_off_the_roster_nobody_drives() -> None:
    day = Span(start_at=MIDNIGHT + 8 * HOUR, end_at=MIDNIGHT + 17 * HOUR)
    rostered = driver(shifts=(day,))
    assert against(trip(16, 3, 1), rostered) == {}
    assert against(trip(16, 4.5, 1), rostered)["driver_overtime"].params == {"over_min": 210, "most_min": 180}
    assert against(trip(18, 1, 1), rostered).keys() == {"driver_off_shift"}
    evening = trip(16, 3, 1)
    assert overtime([evening], {evening.id: rostered}, [rostered]) == (7200.0, 10800.0)
    assert against(trip(8, 48, 8), rostered).keys() == {"driver_off_shift"}  # the second day is not his


def test_leave_and_sickness_keep_a_driver_away_for_their_time() -> None:
    sick = driver(away=(Absence(kind=Away.SICK, start_at=START, end_at=None),))
    leave = driver(away=(Absence(kind=Away.LEAVE, start_at=END, end_at=END + HOUR),))
    assert against(order(), sick)["driver_sick"].params == {"from": START.isoformat(), "to": None}
    assert against(order(), leave) == {}
    later = order(planned_start_at=END, planned_end_at=END + HOUR)
    assert against(later, leave).keys() == {"driver_on_leave"}


def test_classes_and_trainings_are_asked_for_only_where_the_tenant_does() -> None:
    """What was never entered is missing, what has run out is said with its day."""
    asks = DrivingRules(classes=frozenset({CAR.vehicle.vehicle_class}), trainings=frozenset(Training))
    assert against(order(), driver()) == {}
    assert against(order(), driver(rules=(asks,))).keys() == {"driver_not_authorised", "driver_not_trained"}
    until = date(2026, 11, 17)
    names = (CAR.vehicle.vehicle_class.value, *Training)
    had = driver(rules=(asks,), qualified=tuple(Qualification(name=name, first_day=date(2020, 1, 1), last_day=until) for name in names))  # fmt: skip
    found = against(order(confidential=True, wheelchairs=1), had)
    assert found["driver_training_expired"].params["on"] == "2026-11-17"
    assert found["driver_not_authorised"].params == {"vehicle_class": names[0], "on": "2026-11-17"}
    has = replace(had, qualified=tuple(replace(each, last_day=None) for each in had.qualified))
    assert against(order(confidential=True, wheelchairs=1), has) == {}
    other = vehicle(2, vehicle_class=VehicleClass.OTHER)
    assert "driver_not_authorised" not in against(order(), had, other)


def test_a_single_day_takes_the_place_of_the_pattern_and_nights_end_tomorrow() -> None:
    monday = date(2026, 11, 16)
    week = [
        ShiftLine(weekday=each, first_day=monday, last_day=None, starts=time(22), ends=time(6)) for each in range(1, 6)
    ]
    off = ShiftLine(weekday=None, first_day=date(2026, 11, 18), last_day=date(2026, 11, 18), starts=None, ends=None)
    found = shifts([*week, off], MIDNIGHT, MIDNIGHT + 48 * HOUR, ZONE)
    assert [each.day.day for each in found] == [17, 19]
    assert found[0].end_at == MIDNIGHT + 6 * HOUR
    assert shifts(week, MIDNIGHT - timedelta(days=30), MIDNIGHT - timedelta(days=20), ZONE) == []


def test_a_shift_over_the_night_the_clocks_change_is_as_long_as_it_is() -> None:
    """22:00 to 06:00 in Berlin on 2026-10-24 are nine hours."""
    berlin = ZoneInfo("Europe/Berlin")
    night = ShiftLine(
        weekday=None, first_day=date(2026, 10, 24), last_day=date(2026, 10, 24), starts=time(22), ends=time(6)
    )
    since = datetime(2026, 10, 24, 12, tzinfo=berlin)
    (shift,) = shifts([night], since, since + timedelta(days=1), berlin)
    assert shift.end_at - shift.start_at == timedelta(hours=9)


def test_the_newest_version_that_has_begun_holds() -> None:
    old = DrivingRules(version_no=1, from_at=NOW, drive_min=200)
    new = DrivingRules(version_no=2, from_at=NOW + HOUR, drive_min=180)
    assert [in_force([new, old], NOW + n * HOUR / 2).drive_min for n in (-1, 0, 1, 2)] == [240, 200, 200, 180]


@pytest.mark.parametrize(
    "wrong", [{"drive_min": 600}, {"rest_min": 0}, {"lunch_to": time(11, 30)}, {"overtime_weight": -1.0}]
)
def test_rules_nobody_could_work_by_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        check_rules(DrivingRules(**wrong))
    assert refused.value.params["field"] == next(iter(wrong))


TRIPS = st.lists(
    st.tuples(
        st.integers(0, 130), st.integers(1, 60), st.integers(0, 100), st.booleans(), st.sampled_from([5, 9, 19]), st.integers(0, 30),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


def made(drawn: Sequence[tuple[int, int, int, bool, int, int]]) -> list[tuple[Order, VehicleFacts]]:
    """Trips of two days in steps of a quarter of an hour, with so many percent of their time at the wheel."""
    found = []
    for n, (at, length, percent, waits, seats, apart) in enumerate(drawn):
        there = Place(name="x", lon=116 + apart / 100, lat=32.0)
        each = trip(4 + at / 4, length / 4, length / 4 * percent / 100, waits=waits, passengers=1)
        found.append((replace(each, order_no=n, destination=there), vehicle(n, seats=seats)))
    return found


@settings(deadline=None, max_examples=150)
@given(TRIPS, st.lists(st.sampled_from(["C1", "B1"]), min_size=1, max_size=4))
def test_no_crew_breaks_rest_lunch_overtime_or_licence(drawn: Any, licences: list[str]) -> None:
    """By a reckoning of its own, minute by minute; and every trip is given to somebody or told why not."""
    trips = made(drawn)
    drivers = [driver(f"d{n}", licence_class=licence) for n, licence in enumerate(licences)]
    crew = match_drivers(trips, drivers, ZONE)
    assert crew_breaches(trips, crew.drivers, drivers, ZONE) == []
    assert crew.drivers.keys() | crew.left.keys() == {each.id for each, _ in trips}
    assert not crew.drivers.keys() & crew.left.keys()
    assert all(crew.left.values())
    for who in drivers:
        mine = [pair for pair in trips if crew.drivers.get(pair[0].id) and crew.drivers[pair[0].id].person_id == who.person_id]  # fmt: skip
        assert all(MOST_SEATS[who.licence_class or ""] >= facts.vehicle.seats for _, facts in mine)
        for duty in nights_apart(sorted((each for each, _ in mine), key=lambda each: each.planned_start_at)):
            is_long = duty[0].planned_end_at - duty[0].planned_start_at > 11 * HOUR
            if not (len(duty) == 1 and is_long):
                assert duty[-1].planned_end_at - duty[0].planned_start_at <= 11 * HOUR
            assert drives_without_rest(duty) <= 241 * MINUTE
            assert lunches(duty)


def nights_apart(trips: Sequence[Order]) -> list[list[Order]]:
    found: list[list[Order]] = []
    for each in trips:
        if found and each.planned_start_at - found[-1][-1].planned_end_at < 8 * HOUR:
            found[-1].append(each)
        else:
            found.append([each])
    return found


def drives_without_rest(duty: Sequence[Order]) -> timedelta:
    """The longest drive, walking through each trip minute by minute and resting when four hours are reached, where there is time."""
    wheel = longest = timedelta(0)
    ended_at = duty[0].planned_start_at
    for each in duty:
        if each.planned_start_at - ended_at >= 20 * MINUTE:
            wheel = timedelta(0)  # the way is short, or the crew's own rule is the stricter one
        drive = timedelta(seconds=each.route_duration_s or 0)
        spare = each.planned_end_at - each.planned_start_at - drive
        half = drive / 2
        driven = timedelta(0)
        while driven < drive:
            step = min(MINUTE, drive - driven)
            if wheel + step > 240 * MINUTE and spare >= 20 * MINUTE:
                wheel, spare = timedelta(0), spare - 20 * MINUTE
            if each.round_trip and driven < half <= driven + step and spare >= 20 * MINUTE:
                wheel, spare = timedelta(0), spare - 20 * MINUTE
            wheel, driven = wheel + step, driven + step
            longest = max(longest, wheel)
        ended_at = each.planned_end_at
    return longest


def lunches(duty: Sequence[Order]) -> bool:
    """Whether each day with a trip over noon has 45 free minutes between 11:00 and 13:30, ways not counted."""
    for day in {each.planned_start_at.astimezone(ZONE).date() for each in duty}:
        since, until = datetime.combine(day, time(11), ZONE), datetime.combine(day, time(13, 30), ZONE)
        there = [each for each in duty if each.planned_start_at < until and since < each.planned_end_at]
        if not there:
            continue
        minutes = [since + n * MINUTE for n in range(150)]
        free = [all(not each.planned_start_at <= at < each.planned_end_at for each in there) for at in minutes]
        stretch = longest = 0
        for is_free in free:
            stretch = stretch + 1 if is_free else 0
            longest = max(longest, stretch)
        waits = [
            min(
                min(each.planned_end_at, until) - max(each.planned_start_at, since),
                each.planned_end_at - each.planned_start_at - timedelta(seconds=each.route_duration_s or 0),
            )
            for each in there
        ]
        if longest < 45 and max(waits) < 45 * MINUTE:
            return False
    return True


def test_one_trip_given_before_makes_room_for_one_that_only_its_driver_may_drive() -> None:
    """The only one with the big licence has the small car first; the other one takes it over."""
    small, big = vehicle(1, seats=5), vehicle(2, seats=19)
    first, second = trip(8, 2, 1, passengers=1), trip(9, 2, 1, passengers=1)
    able = driver("a", licence_class="B1")
    other = driver("b", unit_id=uuid4())
    crew = match_drivers([(first, small), (second, big)], [able, other], ZONE)
    assert {crew.drivers[first.id].name, crew.drivers[second.id].name} == {"a", "b"}
    assert crew.drivers[second.id].name == "a"


def test_overtime_goes_to_whom_it_costs_least() -> None:
    """Who began at six would work overtime at four; the other begins then, although he is of another unit."""
    tired = replace(busy(trip(6, 1, 0.5)), name="tired")
    fresh = driver("fresh", unit_id=uuid4())
    late = trip(13.5, 2, 1)
    assert match_drivers([(late, CAR)], [tired, fresh], ZONE).drivers[late.id].name == "fresh"
    costless = replace(tired, rules=(DrivingRules(overtime_weight=0),))
    assert match_drivers([(late, CAR)], [costless, fresh], ZONE).drivers[late.id].name == "tired"


@given(st.integers(-60, 600), st.integers(1, 60), st.integers(0, 120), st.integers(1, 5), st.integers(0, 6))
def test_a_line_of_drivers_always_ends(minutes: int, within: int, before: int, tries: int, people: int) -> None:
    """Nobody is asked twice or forever: after so many turns, or when all were asked, nobody is left."""
    rules = DrivingRules(accept_min=within, accept_before_min=before, accept_tries=tries)
    wish = order(planned_start_at=NOW + minutes * MINUTE, planned_end_at=NOW + minutes * MINUTE + HOUR)
    drivers = [driver(f"d{n}") for n in range(people)]
    now, asked = NOW, set[UUID]()
    for _ in range(tries):
        heir = next_in_line(wish, CAR, drivers, asked, now=now, zone=ZONE)
        if heir is None:
            break
        assert heir.person_id not in asked
        asked.add(heir.person_id)
        due = due_at(now, wish.planned_start_at, rules)
        assert timedelta(0) < due - now <= within * MINUTE
        assert due <= max(wish.planned_start_at - before * MINUTE, now + 5 * MINUTE)
        now = due
    assert len(asked) == min(tries, people)
