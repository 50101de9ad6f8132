"""Event transport without a database: the file, the plan of a day with its crews, readiness, punctuality, rehearsal, and F22 in short."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import event as benchmark
from dispatch.event import movement, readiness, rehearsal
from dispatch.event.crews import LONGEST_DUTY, Chain, Link, crew, duties
from dispatch.event.crowding import Arrival, Stay, gate_waves, lot_loads
from dispatch.event.difference import applied, difference
from dispatch.event.movement import BadPlan
from dispatch.event.planning import conflicts, crewed, day_of, problem_of
from dispatch.event.readiness import TripState
from dispatch.event.record import as_json, movement_of
from dispatch.event.rehearsal import Leg, Noise
from dispatch.problem import TravelSource
from dispatch.solve import Effort, solve
from fleet.order import Order, OrderState, Place
from tests.unit.dispatch_day import END, NOW, START, ZONE, driver, order, vehicle

HEAD = "trip_no,wave,people,from_name,from_lon,from_lat,to_name,to_lon,to_lat,start,end,class_wanted,staging_lot,staging_lon,staging_lat\n"
ROW = "{no},W1,{people},酒店,116.01,32.01,场馆,{lon},32.03,{start},{end},,,,\n"


def line(no: str = "1", **said: Any) -> str:
    values = {"people": 3, "lon": 116.05, "start": "2026-11-19 08:00", "end": "2026-11-19 08:40"} | said
    return ROW.format(no=no, **values)


def test_a_plan_is_read_whole_in_civil_time_with_either_headings() -> None:
    found = movement.read(
        HEAD + line("A1") + line("A2", start="2026/11/19 09:00", end="2026-11-19T09:30+08:00"), ZONE, NOW
    )
    assert [each.trip_no for each in found] == ["A1", "A2"]
    assert found[0].planned_start_at == datetime.fromisoformat("2026-11-19T00:00:00+00:00")
    assert (found[0].people, found[0].destination, found[0].staging) == (
        3,
        Place(name="场馆", lon=116.05, lat=32.03),
        None,
    )
    zh = HEAD.replace("trip_no", "车次").replace("people", "人数").replace("start", "开始")
    assert movement.read("\ufeff" + zh + line("A1"), ZONE, NOW)[0] == found[0]


def test_every_mistake_of_a_plan_is_told_with_its_line_and_column_and_nothing_is_taken() -> None:
    text = (
        HEAD
        + line("1")
        + line("1", people=0)
        + line("", lon="east")
        + line("4", end="2026-11-19 07:00")
        + line("5", start="soon")
    )
    text += line("6", start="2020-01-01", lon=200) + "7,W1\n"
    with pytest.raises(BadPlan) as refused:
        movement.read(text, ZONE, NOW)
    told = [(each["line"], each["column"], each["reason"]) for each in refused.value.params["errors"]]  # type: ignore[attr-defined]
    assert told[:9] == [
        (3, "trip_no", "duplicate"), (3, "people", "count"), (4, "trip_no", "missing"), (4, "to_lon", "not_a_number"),
        (5, "end", "not_after_start"), (6, "start", "not_a_date"), (7, "to_lon", "not_on_earth"), (7, "start", "past"), (7, "end", "too_long"),
    ]  # fmt: skip
    assert {column for number, column, reason in told if number == 8 and reason == "missing"} == set(
        movement.NEEDED[2:]
    )
    for text, reason in (("", "missing"), (HEAD, "empty"), ("x," + HEAD, "unknown"), (HEAD + 'a"b,"c\n', "not_csv")):
        with pytest.raises(BadPlan) as refused:
            movement.read(text, ZONE, NOW)
        assert reason in str(refused.value.params)


def trip(number: int, start_at: datetime, minutes: int = 40, **more: Any) -> Order:
    more = {"passengers": 3, "round_trip": False} | more
    return order(
        order_no=number, planned_start_at=start_at, planned_end_at=start_at + timedelta(minutes=minutes), **more
    )


def test_a_day_gives_each_trip_a_vehicle_and_a_driver_or_says_why_not() -> None:
    """Two small cars and a bus with one driver each: what is too large, of another class or has no licence is left, by name."""
    cars = [vehicle(1), vehicle(2), vehicle(3, seats=45), vehicle(4, retained=True)]
    people = [driver("a"), driver("b"), driver("c", licence_class="C1")]
    trips = [trip(1, START), trip(2, START), trip(3, START, passengers=30), trip(4, START, passengers=60)]
    trips += [trip(5, START, class_wanted="law_enforcement"), trip(6, START + timedelta(hours=3))]
    day = day_of(trips, cars, now=NOW, zone=ZONE)
    table = benchmark.matrix(day.points)
    answer = solve(problem_of(day, table, TravelSource.STRAIGHT_LINE), Effort(seconds=2, iterations=20))
    plan = crewed(day, table, answer, people, ZONE)
    number = {each.id: each.order_no for each in trips}
    assert {number[each.order_id] for each in plan.given} == {1, 2, 6}
    assert {number[each.order_id]: each.code for each in plan.left} == {
        3: "no_driver",
        4: "capacity",
        5: "no_vehicle_with_skill",
    }
    assert plan.kept_out == {"retained": 1}
    by_vehicle = {each.vehicle.id: each for each in cars}
    assert conflicts(plan, {each.id: each for each in trips}, by_vehicle) == []
    doubled = replace(plan, given=tuple(replace(each, driver_id=plan.given[0].driver_id) for each in plan.given))
    assert any("overlap" in each for each in conflicts(doubled, {each.id: each for each in trips}, by_vehicle))


def test_a_chain_is_cut_where_a_person_may_drive_no_longer() -> None:
    """Twelve hours of duty, four hours at the wheel without twenty minutes of rest; the second crew takes over between trips."""
    short, hour = timedelta(minutes=5), timedelta(hours=1)
    loose = [Link(order=trip(i, START + i * hour), way=short, drive=timedelta(minutes=10)) for i in range(16)]
    dense = [
        Link(order=trip(i, START + i * hour, minutes=44), way=timedelta(minutes=1), drive=timedelta(minutes=44))
        for i in range(8)
    ]
    dense = [
        replace(each, order=replace(each.order, planned_end_at=each.order.planned_start_at + timedelta(minutes=45)))
        for each in dense
    ]
    for links in (loose, dense):
        chain = Chain(vehicle_id=uuid4(), seats=5, unit_id=None, links=tuple(links), home=short)
        found = duties(chain)
        assert sum(len(duty.links) for duty in found) == len(links)
        assert len(found) == 2
        assert all(duty.span.end_at - duty.span.start_at <= LONGEST_DUTY for duty in found)
        given = crew([chain], [driver("a"), driver("b")], ZONE)
        assert (len(given.drivers), len(set(given.drivers.values())), given.left) == (len(links), 2, {})
        assert {code for code, _ in crew([chain], [driver("a")], ZONE).left.values()} == {"no_driver"}
    long = Link(order=trip(1, START, minutes=290), way=short, drive=timedelta(minutes=280))
    chain = Chain(vehicle_id=uuid4(), seats=5, unit_id=None, links=(long,), home=short)
    assert crew([chain], [driver("a")], ZONE).left == {long.order.id: ("drives_too_long", {"minutes": 280})}


def state(**more: Any) -> TripState:
    here = Place(name="酒店", lon=116.0, lat=32.0)
    plain = TripState(
        trip_no="1", wave="W1", order_id=uuid4(), state=OrderState.DRIVER_ACCEPTED, start_at=NOW + timedelta(minutes=30), end_at=END,
        origin=here, staging=None, plate="A1", driver_name="d", heard_at=NOW - timedelta(minutes=1), at=(116.001, 32.0),
    )  # fmt: skip
    return replace(plain, **more)


def test_a_trip_is_ready_when_nothing_is_lacking_and_unknown_is_never_ready() -> None:
    lacking: dict[str, dict[str, Any]] = {
        "no_order": {"order_id": None, "state": None}, "no_vehicle": {"plate": None, "state": OrderState.UNIT_APPROVED},
        "not_accepted": {"state": OrderState.ASSIGNED}, "locator_silent": {"heard_at": NOW - timedelta(minutes=11)},
        "not_at_staging": {"at": (116.01, 32.0)}, "documents_expire": {"documents_valid_until": NOW.date() - timedelta(days=1)},
        "licence_expires": {"licence_expires_on": NOW.date() - timedelta(days=1)},
    }  # fmt: skip
    trips = [state(), *(state(**more) for more in lacking.values()), state(at=None), state(state=OrderState.CANCELLED)]
    for trip_state, code in zip(trips[1:8], lacking, strict=True):
        assert [each.code for each in readiness.lacks(trip_state, now=NOW, zone=ZONE)] == [code]
    (wave,) = readiness.readiness(trips, now=NOW, zone=ZONE)
    assert (wave.trips, wave.ready, wave.lacking["not_at_staging"]) == (9, 1, 2)
    near = readiness.exceptions([*trips, state(at=(116.3, 32.0))], now=NOW, zone=ZONE, ahead=timedelta(minutes=31))
    assert len(near) == 9
    assert [each.code for each in near[-1].lacks] == ["running_late", "not_at_staging"]
    assert readiness.exceptions(trips, now=NOW, zone=ZONE, ahead=timedelta(minutes=29)) == []
    assert readiness.exceptions([state(start_at=NOW - timedelta(minutes=20))], now=NOW, zone=ZONE, ahead=timedelta(0))


def test_punctuality_counts_pick_ups_and_what_was_missed() -> None:
    early, late = NOW - timedelta(minutes=30), timedelta(minutes=11)
    trips = [
        state(start_at=early, picked_up_at=early + timedelta(minutes=10)), state(start_at=early, picked_up_at=early + late),
        state(start_at=early), state(),
    ]  # fmt: skip
    (wave,) = readiness.punctuality(trips, now=NOW)
    assert (wave.trips, wave.due, wave.on_time, wave.late, wave.missed) == (4, 3, 1, 1, 1)
    assert wave.share == pytest.approx(1 / 3)
    assert wave.mean_late_s == late.total_seconds()


def test_a_rehearsal_finds_the_trip_that_inherits_lateness_and_repeats_with_its_seed() -> None:
    """The second trip has no reserve behind a long first one; the third has hours."""
    first = Leg(
        order_id=uuid4(), wave="W1", start_at=START, end_at=START + timedelta(minutes=60), way_s=600, drive_s=3600
    )
    tight = Leg(
        order_id=uuid4(), wave="W1", start_at=first.end_at + timedelta(minutes=15), end_at=END, way_s=600, drive_s=600
    )
    loose = Leg(
        order_id=uuid4(),
        wave="W2",
        start_at=END + timedelta(hours=3),
        end_at=END + timedelta(hours=4),
        way_s=600,
        drive_s=600,
    )
    found = rehearsal.rehearse([[first, tight, loose]], seed=3)
    assert [each.order_id for each in found.at_risk] == [tight.order_id]
    assert found.at_risk[0].handed_on_share == 1
    assert found.on_time < 1
    assert found == rehearsal.rehearse([[first, tight, loose]], seed=3)
    assert found != rehearsal.rehearse([[first, tight, loose]], seed=4)
    calm = Noise(day_spread=0, trip_spread=0, slow_boarding=0)
    assert rehearsal.rehearse([[first, tight, loose]], seed=3, noise=calm).at_risk == ()


def test_a_short_event_has_no_conflict_and_nobody_left_without_a_reason() -> None:
    """F22 in short; the whole of it is `python -m benchmarks event`."""
    event = benchmark.scene(3, trips=240, days=2, scale=0.06)
    for each in benchmark.planned_days(event, seconds=2):
        assert each.conflicts == []
        assert each.given + sum(each.left.values()) == each.trips
        assert each.given > 0.9 * each.trips


TRIPS = st.dictionaries(st.sampled_from([f"T{i}" for i in range(12)]), st.tuples(st.integers(1, 4), st.integers(0, 2)))


def plan_of(trips: dict[str, tuple[int, int]]) -> dict[str, movement.Movement]:
    """Trips by number with so many people and so many hours later."""
    text = HEAD + "".join(
        line(no, people=people, start=f"2026-11-19 0{4 + hours}:00") for no, (people, hours) in trips.items()
    )
    return {each.trip_no: each for each in movement.read(text, ZONE, NOW)} if trips else {}


@given(TRIPS, TRIPS, st.booleans(), st.sets(st.sampled_from(["T0", "T1", "T2"])))
@settings(max_examples=60, deadline=None)
def test_the_difference_of_two_plans_makes_one_of_the_other(
    old: dict[str, tuple[int, int]], new: dict[str, tuple[int, int]], whole: bool, kept: set[str]
) -> None:
    """Exactly: applied it gives the new plan, a trip is in it once, and what is equal is not in it; it survives being stored."""
    before, after = plan_of(old), plan_of(new)
    changes = difference(before, list(after.values()), whole=whole, kept=kept, now=NOW)
    wanted = (
        after
        if whole and not kept
        else {**{no: each for no, each in before.items() if not whole or no in kept}, **after}
    )
    assert applied(before, changes) == wanted
    assert len({each.trip_no for each in changes}) == len(changes)
    assert all(each.before != each.after for each in changes)
    stored = [json.loads(json.dumps(as_json(each.after))) for each in changes if each.after is not None]
    assert [movement_of(each) for each in stored] == [each.after for each in changes if each.after is not None]
    assert difference(wanted, list(after.values()), whole=False, now=NOW) == ()


def test_a_trip_that_has_begun_may_stand_in_the_file_as_it_was_and_is_never_removed_by_its_absence() -> None:
    then = NOW - timedelta(days=2)
    known = {
        each.trip_no: each
        for each in movement.read(HEAD + line("A", start="2026-11-17 08:00", end="2026-11-17 08:40"), ZONE, then)
    }
    again = movement.read_lines(
        HEAD + line("A", start="2026-11-17 08:00", end="2026-11-17 08:40") + line("B"), ZONE, NOW, known
    )
    assert (again.errors, len(again.movements)) == ((), 2)
    other = movement.read_lines(HEAD + line("A", start="2026-11-17 08:00", end="2026-11-17 08:50"), ZONE, NOW, known)
    assert [error.reason for error in other.errors] == ["past"]
    ahead = {each.trip_no: each for each in movement.read(HEAD + line("B"), ZONE, NOW)}
    slip = movement.read_lines(HEAD + line("B", start="2026-11-17 08:00", end="2026-11-17 08:40"), ZONE, NOW, ahead)
    assert [error.reason for error in slip.errors] == [
        "past"
    ]  # a trip ahead is not moved to yesterday by a slip of the finger
    assert difference(known, [], whole=True, now=NOW) == ()


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.sampled_from("ab")), max_size=12), st.integers(0, 4)
)
def test_a_lot_is_as_full_as_the_vehicles_that_stand_in_it_at_one_instant(
    stays: list[tuple[int, int, str]], room: int
) -> None:
    """Counted minute by minute; who leaves at an instant makes room for who comes."""
    minute = timedelta(minutes=1)
    found = lot_loads(
        [Stay(lot=lot, from_at=START + a * minute, until_at=START + (a + n) * minute) for a, n, lot in stays],
        {"a": room},
    )
    for load in found:
        inside = [sum(a <= at < a + n for a, n, lot in stays if lot == load.lot) for at in range(30)]
        assert (load.most, load.at) == (max(inside), START + inside.index(max(inside)) * minute)
        assert load.over_s == (60 * sum(each > room for each in inside) if load.lot == "a" else 0)
    assert {load.lot for load in found} == {lot for _, _, lot in stays}


def test_a_gate_wave_is_the_fullest_quarter_of_an_hour() -> None:
    hour = START.replace(minute=0)
    arrivals = [Arrival(place="门", at=hour + timedelta(minutes=m), people=10) for m in (1, 2, 14, 16, 31)]
    (wave,) = gate_waves(arrivals)
    assert (wave.from_at, wave.vehicles, wave.people) == (hour, 3, 30)
    assert gate_waves([]) == []


def test_what_the_engine_expects_and_people_saw_counts_on_the_zero_miss_list() -> None:
    """A vehicle seen in its lot is believed there; an expected arrival is better than a guess; who rides late is told until the end."""
    far = state(at=(116.3, 32.0))
    seen = replace(far, marks={"staged": (True, "")}, expected_at=far.start_at)
    late = replace(seen, expected_at=far.start_at + timedelta(minutes=15))
    aboard = state(
        state=OrderState.IN_USE, start_at=NOW - timedelta(minutes=30), expected_end_at=END + timedelta(minutes=20)
    )
    bad = state(marks={"fuel": (False, "低")})
    expired = state(state=OrderState.EXPIRED, start_at=NOW - timedelta(hours=3))
    trips = [far, seen, late, aboard, bad, expired]
    found = [
        [lack.code for lack in trip.lacks]
        for each in trips
        for trip in readiness.exceptions([each], now=NOW, zone=ZONE, ahead=timedelta(hours=1))
    ]
    assert found == [
        ["running_late", "not_at_staging"],
        ["running_late"],
        ["arrives_late"],
        ["not_ready"],
        ["running_late", "missed"],
    ]
    assert {
        lack.who
        for each in trips
        for trip in readiness.exceptions([each], now=NOW, zone=ZONE, ahead=timedelta(hours=1))
        for lack in trip.lacks
    } == {"dispatcher", "driver", "commander"}
    early = state(start_at=NOW + timedelta(hours=5), heard_at=NOW - timedelta(hours=3), at=(116.3, 32.0))
    assert readiness.lacks(early, now=NOW, zone=ZONE) == ()
