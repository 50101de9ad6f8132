"""The fleet policy: what it forbids and allows, in civil time and in kilometres, and that it widens nothing it does not state."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from dispatch.eligible import Span, VehicleFacts, trip_span, vehicle_obstacles
from dispatch.policy.document import DEFAULT, POOL_CLASSES, Energy, FleetPolicy, Restriction
from dispatch.policy.energy import Charge, left_m
from dispatch.policy.judging import plate_shifts
from dispatch.policy.plates import clear_shifts, closed, is_nev, meets, plate_digit
from dispatch.policy.reading import as_json, read_policy
from dispatch.policy.timeline import Timeline, Version
from dispatch.policy.ways import trip_m
from dispatch.problem import Matrix, TravelSource
from dispatch.proposal.answer import best_answer
from dispatch.proposal.day import Day, plan_obstacles, problem_of
from dispatch.referee import check
from dispatch.solve import Effort, solve
from fleet.errors import Invalid
from fleet.geo import distance_m
from fleet.order import Order, OrderState, OrderType
from fleet.vehicle import VehicleClass
from fleet.worktime import Calendar, DayKind
from tests.unit.dispatch_day import END, NOW, START, ZONE, along_the_road, driver, garage, order, spot, vehicle

C = VehicleClass
HOUR = timedelta(hours=1)
TRIP = {"origin": spot(0), "destination": spot(30)}
# Wednesday 18 November 2026, noon to two in Shanghai, is the trip of every test that says nothing else.
WEDNESDAY = Restriction(
    name="周三限行", weekdays=frozenset({3}), digits=frozenset({1, 6}), from_min=7 * 60, to_min=19 * 60
)


def line(policy: FleetPolicy, since: datetime = NOW - timedelta(days=365), **more: Any) -> Timeline:
    version = Version(id=uuid4(), version_no=1, policy=policy, start_at=since, end_at=None)
    return Timeline(versions=(version,), zone=ZONE, **more)


def codes(asked: Order, facts: VehicleFacts) -> list[str]:
    return [each.code for each in vehicle_obstacles(asked, facts, now=NOW, zone=ZONE)]


def of_policy(policy: FleetPolicy, **of_vehicle: Any) -> list[str]:
    return codes(order(**TRIP), vehicle(policies=line(policy), **of_vehicle))


classes = st.frozensets(st.sampled_from(list(C)), min_size=1)
restrictions = st.builds(
    Restriction,
    name=st.just("r"),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    digits=st.frozensets(st.integers(0, 9), min_size=1),
    from_min=st.integers(0, 719),
    to_min=st.integers(720, 1440),
    nev_exempt=st.booleans(),
    days_off_exempt=st.booleans(),
    exempt_classes=st.frozensets(st.sampled_from(list(C))),
    letter_as=st.none() | st.integers(0, 9),
    area_id=st.none() | st.uuids(),
)
policies = st.builds(
    FleetPolicy,
    purposes=st.dictionaries(st.sampled_from(["meeting", "documents", "reception"]), classes),
    turnaround_min=st.integers(15, 240),
    farthest_km=st.dictionaries(st.sampled_from(list(C)), st.integers(1, 500).map(float)),
    restrictions=st.lists(restrictions, max_size=3).map(tuple),
    energy=st.builds(Energy, reserve_pct=st.integers(0, 90), charging_min=st.none() | st.integers(10, 1440), unknown_range_blocks=st.booleans()),
    unknown_papers_block=st.booleans(),
)  # fmt: skip


@given(policy=policies)
def test_a_policy_is_read_back_as_it_was_written(policy: FleetPolicy) -> None:
    assert read_policy(as_json(policy)) == policy


def test_an_empty_policy_is_the_default_and_states_nothing() -> None:
    assert read_policy({}) == DEFAULT
    assert of_policy(DEFAULT) == codes(order(**TRIP), vehicle())


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"allow": True}, "body"),
    ({"purposes": {"meeting": []}}, "purposes.meeting"),
    ({"purposes": {"meeting": ["tank"]}}, "purposes.meeting"),
    ({"turnaround_min": 14}, "turnaround_min"),
    ({"turnaround_min": True}, "turnaround_min"),
    ({"farthest_km": {"other": 0}}, "farthest_km.other"),
    ({"farthest_km": {"other": float("nan")}}, "farthest_km.other"),
    ({"energy": {"reserve_pct": 91}}, "energy.reserve_pct"),
    ({"energy": {"reserve": 9}}, "energy"),
    ({"unknown_papers_block": "yes"}, "unknown_papers_block"),
    ({"restrictions": [{"name": "r", "weekdays": [8], "digits": [1]}]}, "restrictions[0].weekdays"),
    ({"restrictions": [{"name": "r", "weekdays": [], "digits": [1]}]}, "restrictions[0].weekdays"),
    ({"restrictions": [{"name": "r", "weekdays": [1], "digits": [1], "from": "09:00", "to": "07:00"}]}, "restrictions[0].to"),
    ({"restrictions": [{"name": "r", "weekdays": [1], "digits": [1], "from": "24:30"}]}, "restrictions[0].from"),
    ({"restrictions": [{"name": " ", "weekdays": [1], "digits": [1]}]}, "restrictions[0].name"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_a_wrong_policy_names_its_key(body: Mapping[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_policy(body)
    assert refusal.value.params["field"] == field


@settings(max_examples=120, deadline=None)
@given(policy=policies, purpose=st.sampled_from(["", "meeting", "other"]), of=st.sampled_from(list(C)), passengers=st.integers(1, 8),
       wanted=st.none() | st.sampled_from([each.value for each in C]), confidential=st.booleans(), retained=st.booleans(), day=st.integers(0, 6))  # fmt: skip
def test_a_policy_widens_nothing_it_does_not_state(
    policy: FleetPolicy, purpose: str, of: C, passengers: int, wanted: str | None, confidential: bool, retained: bool, day: int
) -> None:  # fmt: skip
    """Whatever is refused without a policy is refused with one; only a stated purpose may name classes of its own."""
    assume(purpose not in policy.purposes)
    at = {"planned_start_at": START + timedelta(days=day), "planned_end_at": END + timedelta(days=day)}
    asked = order(**TRIP, **at, purpose=purpose, passengers=passengers, class_wanted=wanted, confidential=confidential)
    facts = vehicle(vehicle_class=of, retained=retained, range_km=40, energy="bev", plate="晨AD12345")
    assert set(codes(asked, facts)) <= set(codes(asked, replace(facts, policies=line(policy)))) | {"range_too_short"}
    hard_before = {each.code for each in vehicle_obstacles(asked, facts, now=NOW, zone=ZONE)} - {"range_too_short"}
    assert hard_before <= set(codes(asked, replace(facts, policies=line(policy))))


@given(policy=policies, wanted=st.none() | st.sampled_from([each.value for each in C]), confidential=st.booleans())
def test_couriers_carry_only_what_is_confidential_unless_asked_for_and_a_purpose_names_them(
    policy: FleetPolicy, wanted: str | None, confidential: bool
) -> None:
    for purpose in ("meeting", "documents", "unstated"):
        served = policy.classes(purpose, wanted, confidential=confidential)
        if wanted is None and not confidential:
            assert C.CONFIDENTIAL_COURIER not in served
        if wanted is not None:
            assert served <= {C(wanted)}
        if purpose in policy.purposes:
            assert served <= policy.purposes[purpose]
        elif wanted is None:
            assert served <= POOL_CLASSES


def test_a_stated_purpose_is_served_by_its_classes_alone() -> None:
    policy = FleetPolicy(purposes={"inspection": frozenset({C.LAW_ENFORCEMENT})})
    pool, police = vehicle(policies=line(policy)), vehicle(policies=line(policy), vehicle_class=C.LAW_ENFORCEMENT)
    assert codes(order(**TRIP, purpose="inspection"), pool) == ["class_policy"]
    assert codes(order(**TRIP, purpose="inspection"), police) == []
    assert codes(order(**TRIP, purpose="meeting"), pool) == []
    assert codes(order(**TRIP, purpose="inspection", class_wanted="emergency_support"), pool) == ["class_policy"]


def test_a_retained_vehicle_is_never_proposed_whatever_the_policy_says() -> None:
    """Not even to its own unit's order, for which it may be sent by hand."""
    facts = vehicle(retained=True, policies=line(FleetPolicy(purposes={"meeting": frozenset(C)})))
    own = order(**TRIP, purpose="meeting", type=OrderType.RETAINED, unit_id=facts.user_unit_id)
    assert codes(own, facts) == []
    assert [each.code for each in plan_obstacles(own, facts, [driver()], NOW, ZONE)] == ["retained"]


PLATES: list[tuple[str, int | None, int | None]] = [
    ("晨A12346", None, 6),
    ("晨A1234B", None, 4),
    ("晨A1234B", 0, 0),
    ("晨A12345", 0, 5),
    ("晨AD12341", None, 1),
    ("晨ABCDEF", None, None),
]


@pytest.mark.parametrize(("plate", "letter_as", "digit"), PLATES)
def test_the_digit_a_plate_is_restricted_by(plate: str, letter_as: int | None, digit: int | None) -> None:
    assert plate_digit(plate, letter_as) == digit


def test_a_plate_without_a_digit_is_spared_by_no_restriction() -> None:
    assert meets(WEDNESDAY, "晨ABCDEF", C.OTHER)
    assert is_nev("晨AD12341")
    assert not is_nev("晨A12341")


@pytest.mark.parametrize(
    ("plate", "of_restriction", "of_vehicle", "kept_off"),
    [
        ("晨A00001", {}, {}, True),
        ("晨A00002", {}, {}, False),
        ("晨AD00001", {}, {}, True),
        ("晨AD00001", {"nev_exempt": True}, {}, False),
        ("晨A00001", {"nev_exempt": True}, {}, True),
        ("晨A00001", {"exempt_classes": frozenset({C.EMERGENCY_SUPPORT})}, {}, False),
        ("晨A00001", {"weekdays": frozenset({4})}, {}, False),
        ("晨A0000X", {"letter_as": 6}, {}, True),
    ],
)
def test_restricted_days_keep_a_plate_off_the_road(
    plate: str, of_restriction: dict[str, Any], of_vehicle: dict[str, Any], kept_off: bool
) -> None:
    policy = FleetPolicy(restrictions=(replace(WEDNESDAY, **of_restriction),))
    assert of_policy(policy, plate=plate, **of_vehicle) == (["plate_restricted"] if kept_off else [])


def test_days_off_are_spared_only_where_a_notice_says_so() -> None:
    """18 November as a day off: known, in a year nobody stated, and without a calendar at all."""
    policy = FleetPolicy(restrictions=(replace(WEDNESDAY, days_off_exempt=True),))
    stated = Calendar(
        days={date(2026, 11, 18): (DayKind.HOLIDAY, "节")}, timezone=ZONE, covered_years=frozenset({2026})
    )
    weekend = replace(WEDNESDAY, weekdays=frozenset({6}), days_off_exempt=True)
    saturday = {"planned_start_at": START + timedelta(days=3), "planned_end_at": END + timedelta(days=3)}
    facts = vehicle(plate="晨A00001")

    def kept_off(calendar: Calendar | None, of: FleetPolicy, **more: Any) -> bool:
        return bool(codes(order(**TRIP, **more), replace(facts, policies=line(of, calendar=calendar))))

    assert not kept_off(stated, policy)
    assert kept_off(None, policy)
    unstated = Calendar(days={}, timezone=ZONE)
    assert kept_off(unstated, FleetPolicy(restrictions=(weekend,)), **saturday)
    assert not kept_off(
        replace(unstated, covered_years=frozenset({2026})), FleetPolicy(restrictions=(weekend,)), **saturday
    )


def test_a_restriction_of_an_area_holds_for_trips_that_may_enter_it() -> None:
    area = uuid4()
    policy = FleetPolicy(restrictions=(replace(WEDNESDAY, area_id=area),))
    asked = order(**TRIP)
    for shape, expected in ((box(116.005, 31.9, 116.01, 32.1), ["plate_restricted"]), (box(117, 32, 118, 33), [])):
        facts = vehicle(plate="晨A00001", policies=line(policy, areas={area: shape}))
        assert codes(asked, facts) == expected
    assert of_policy(policy, plate="晨A00001") == ["plate_restricted"]  # nobody knows the area: it holds everywhere
    nowhere = vehicle(plate="晨A00001", policies=line(policy, areas={area: box(117, 32, 118, 33)}))
    assert codes(order(origin=None, destination=None), nowhere) == ["plate_restricted"]


ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")]


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), restriction=restrictions, minute=st.integers(0, 330 * 24 * 60),
       minutes=st.integers(1, 36 * 60))  # fmt: skip
def test_a_trip_is_kept_off_exactly_when_a_civil_minute_of_it_is_restricted(
    zone: ZoneInfo, restriction: Restriction, minute: int, minutes: int
) -> None:
    """Minute by minute in civil time, also where clocks are put forward and back."""
    restriction = replace(restriction, days_off_exempt=False)
    start_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    end_at = start_at + timedelta(minutes=minutes)

    def is_closed(at: datetime) -> bool:
        civil = at.astimezone(zone)
        within = restriction.from_min <= civil.hour * 60 + civil.minute < restriction.to_min
        return within and civil.isoweekday() in restriction.weekdays

    found = closed([restriction], start_at, end_at, zone=zone, calendar=None)
    every = [start_at + timedelta(minutes=n) for n in range(minutes)]
    by_minute = [at for at in every if is_closed(at)]
    stretched = [at for at in every if any(each.start_at <= at < each.end_at for each in found)]
    # An hour that exists twice is inside once too often at most, when a restriction begins or ends within it.
    assert len(set(by_minute) ^ set(stretched)) <= 60
    if zone.key in ("Asia/Shanghai", "Asia/Kathmandu"):
        assert by_minute == stretched


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(restrictions, min_size=1, max_size=3), hours=st.integers(0, 167), length=st.integers(1, 60))
def test_what_is_offered_instead_is_free_and_nothing_nearer_is(
    rows: list[Restriction], hours: int, length: int
) -> None:
    """In steps of a minute around it; None when a week does not help."""
    rows = [replace(each, days_off_exempt=False) for each in rows]
    start_at, end_at = NOW + hours * HOUR, NOW + hours * HOUR + length * HOUR / 2
    week = timedelta(days=7)
    stretches = closed(rows, start_at - week, end_at + week, zone=ZONE, calendar=None)

    def is_clear(shift: timedelta) -> bool:
        return all(each.end_at <= start_at + shift or end_at + shift <= each.start_at for each in stretches)

    later, earlier = clear_shifts(stretches, start_at, end_at)
    for shift, sign in ((later, 1), (earlier, -1)):
        if shift is None:
            continue
        assert is_clear(sign * shift)
        assert not shift or not is_clear(sign * (shift - timedelta(seconds=30)))
        assert all(not is_clear(sign * n * HOUR) for n in range(int(shift / HOUR)) if n * HOUR < shift)


def test_a_trip_at_noon_could_go_when_the_restriction_ends_or_before_it_begins() -> None:
    facts = vehicle(plate="晨A00001", policies=line(FleetPolicy(restrictions=(WEDNESDAY,))))
    assert plate_shifts(order(**TRIP), facts, zone=ZONE) == (7 * HOUR, 7 * HOUR)  # from 19:00; back by 07:00
    assert plate_shifts(order(**TRIP), replace(facts, vehicle=replace(facts.vehicle, plate="晨A00002")), zone=ZONE) == (
        timedelta(0), timedelta(0),
    )  # fmt: skip


def test_the_answer_names_the_minute_a_restriction_ends() -> None:
    """At 18:00, restricted until 19:07; every five minutes would have said 19:10."""
    policy = FleetPolicy(restrictions=(replace(WEDNESDAY, from_min=0, to_min=19 * 60 + 7),))
    car = vehicle(plate="晨A00001", policies=line(policy))
    evening = {"planned_start_at": START + 6 * HOUR, "planned_end_at": END + 6 * HOUR}
    answer = best_answer(order(**TRIP, **evening), [car], [driver()], now=NOW, zone=ZONE)
    assert answer.smallest_change == {"later_s": 67 * 60}
    never = replace(car, policies=line(FleetPolicy(restrictions=(replace(WEDNESDAY, weekdays=frozenset(range(1, 8)), from_min=0, to_min=1440),))))  # fmt: skip
    answer = best_answer(order(**TRIP, **evening), [never], [driver()], now=NOW, zone=ZONE)
    assert (answer.smallest_change, answer.no_single_change) == (None, True)


def test_a_battery_too_small_for_one_more_trip_lasts_for_it_after_a_night() -> None:
    """At midnight it has been home for more than four hours."""
    car = ev(range_km=13, busy=(trip(-1.5, 3),))
    answer = best_answer(order(**TRIP), [car], [driver()], now=NOW, zone=ZONE)
    assert answer.smallest_change == {"later_s": 43_200}


def test_the_turnaround_a_policy_asks_for_keeps_trips_apart() -> None:
    busy = (Span(start_at=END + timedelta(minutes=20), end_at=END + HOUR, order_id=uuid4()),)
    facts = vehicle(busy=busy)
    assert codes(order(**TRIP), facts) == []
    slow = replace(facts, policies=line(FleetPolicy(turnaround_min=21)))
    assert codes(order(**TRIP), slow) == ["vehicle_busy"]


def test_a_class_goes_only_so_far_there_and_back() -> None:
    """Thirty thousandths of a degree at 32 N are 2.8 km, by road 4.0, twice 7.9."""
    asked = order(**TRIP)
    assert (trip_m(asked) or 0) / 1000 == pytest.approx(7.92, abs=0.05)
    assert of_policy(FleetPolicy(farthest_km={C.EMERGENCY_SUPPORT: 7.9})) == ["too_far"]
    assert of_policy(FleetPolicy(farthest_km={C.EMERGENCY_SUPPORT: 8})) == []
    assert of_policy(FleetPolicy(farthest_km={C.OTHER: 1})) == []
    routed = replace(asked, route_distance_m=9_000.0, route_source="router")
    facts = vehicle(policies=line(FleetPolicy(farthest_km={C.EMERGENCY_SUPPORT: 8})))
    assert codes(routed, facts) == ["too_far"]
    assert codes(replace(routed, route_source="straight_line"), facts) == []
    (unknown,) = vehicle_obstacles(replace(asked, origin=None), facts, now=NOW, zone=ZONE)
    assert (unknown.code, unknown.hard) == ("distance_unknown", False)


def test_unknown_papers_block_only_where_the_policy_says_so() -> None:
    assert of_policy(FleetPolicy(unknown_papers_block=True)) == ["documents_unknown"]
    assert of_policy(FleetPolicy(unknown_papers_block=True), documents_valid_until=date(2026, 11, 18)) == []
    assert of_policy(FleetPolicy(unknown_papers_block=True), documents_valid_until=date(2026, 11, 17)) == [
        "documents_expire"
    ]


def test_a_trip_is_judged_by_the_version_that_holds_when_it_begins() -> None:
    later = vehicle(
        plate="晨A00001", policies=line(FleetPolicy(restrictions=(WEDNESDAY,)), START + timedelta(seconds=1))
    )
    assert codes(order(**TRIP), later) == []
    assert codes(order(**TRIP), replace(later, policies=line(FleetPolicy(restrictions=(WEDNESDAY,)), START))) == ["plate_restricted"]  # fmt: skip


def test_a_trip_that_has_its_vehicle_keeps_the_version_it_was_decided_by() -> None:
    first = Version(id=uuid4(), version_no=1, policy=DEFAULT, start_at=NOW - HOUR, end_at=NOW)
    second = Version(id=uuid4(), version_no=2, policy=FleetPolicy(restrictions=(WEDNESDAY,)), start_at=NOW, end_at=None)
    facts = vehicle(plate="晨A00001", policies=Timeline(versions=(first, second), zone=ZONE))
    assert codes(order(**TRIP), facts) == ["plate_restricted"]
    for decided, expected in ((first.id, []), (second.id, ["plate_restricted"]), (None, [])):
        assert codes(order(**TRIP), replace(facts, policies=facts.policies.decided_by(decided))) == expected


def ev(**more: Any) -> VehicleFacts:
    return vehicle(energy="bev", **{"range_km": 10, **more})


def trip(start_h: float, way_km: float | None, hours: float = 1.0) -> Span:
    start_at = START + start_h * HOUR
    return Span(start_at=start_at, end_at=start_at + hours * HOUR, order_id=uuid4(), way_m=None if way_km is None else way_km * 1000)  # fmt: skip


RANGES: list[tuple[str, dict[str, Any], Energy, bool]] = [
    ("8 of 8 km", {}, Energy(), True),
    ("7.92 of 7.5", {"range_km": 10}, Energy(reserve_pct=25), False),
    ("another trip before it", {"range_km": 13, "busy": (trip(-3, 3),)}, Energy(), False),
    ("another trip after it", {"range_km": 13, "busy": (trip(5, 3),)}, Energy(), False),
    ("both are enough", {"range_km": 14, "busy": (trip(5, 3),)}, Energy(), True),
    ("charged between them", {"busy": (trip(-3, 3),)}, Energy(charging_min=120), True),
    ("too short a stay", {"busy": (trip(-3, 3),)}, Energy(charging_min=121), False),
    ("yesterday", {"busy": (trip(-17, 3),)}, Energy(), True),
    ("a trip of unknown length drives all the time", {"range_km": 40, "busy": (trip(5, None),)}, Energy(), False),
    ("already driven today", {"range_km": 13, "driven": (trip(-3, 3),)}, Energy(), False),
    ("driven yesterday", {"driven": (trip(-17, 3),)}, Energy(), True),
    ("half a battery an hour ago", {"charge": Charge(pct=50, at=START - HOUR)}, Energy(), False),
    ("half a battery last night", {"charge": Charge(pct=50, at=START - 14 * HOUR)}, Energy(), True),
    ("a full one although driven", {"driven": (trip(-3, 3),), "charge": Charge(pct=100, at=START - HOUR)}, Energy(), True),
    ("nobody knows its range", {"range_km": None}, Energy(), True),
    ("and the policy minds", {"range_km": None}, Energy(unknown_range_blocks=True), False),
]  # fmt: skip


@pytest.mark.parametrize(("says", "of_vehicle", "energy", "goes"), RANGES, ids=[row[0] for row in RANGES])
def test_a_battery_lasts_from_one_charge_to_the_next(
    says: str, of_vehicle: dict[str, Any], energy: Energy, goes: bool
) -> None:
    """7.9 km out and home, at noon."""
    found = codes(order(**TRIP), ev(policies=line(FleetPolicy(energy=energy)), **of_vehicle))
    assert found == ([] if goes else ["range_unknown" if of_vehicle.get("range_km", 1) is None else "range_too_short"])


@given(pct=st.floats(0, 100), hours=st.integers(0, 30), km=st.lists(st.floats(0, 50), max_size=4), energy=st.builds(
    Energy, reserve_pct=st.integers(0, 90), charging_min=st.none() | st.integers(10, 600)))  # fmt: skip
def test_there_is_never_more_left_than_a_full_battery_less_its_reserve(
    pct: float, hours: int, km: list[float], energy: Energy
) -> None:
    spent = [trip(-2.0 * n - 2, each) for n, each in enumerate(km)]
    left = left_m(100, Charge(pct=pct, at=START - hours * HOUR), spent, START, energy, ZONE)
    assert 0 <= left <= 100_000 * (1 - energy.reserve_pct / 100) + 1e-6
    assert left <= left_m(100, None, [], START, energy, ZONE)


def roads(day: Day, factor: float) -> Matrix:
    """Ways so many times as long as the straight line."""
    metres = [[math.ceil(distance_m(*a, *b) * factor) for b in day.points] for a in day.points]
    return Matrix(durations=tuple(tuple(each // 10 for each in row) for row in metres), distances=metres)


@settings(max_examples=8, deadline=None)
@given(ends=st.lists(st.integers(5, 60), min_size=2, max_size=6), ranges=st.lists(st.integers(3, 25), min_size=1, max_size=3),
       back=st.booleans(), factor=st.sampled_from([1.0, 1.4, 2.0]))  # fmt: skip
def test_no_plan_of_the_solver_drives_a_battery_empty(
    ends: list[int], ranges: list[int], back: bool, factor: float
) -> None:
    """Two hours apart, there and back or one way: each trip of each plan can be assigned by hand, one after the other."""
    cars = [garage(n, 0, energy="bev", range_km=km) for n, km in enumerate(ranges)]
    wishes = [
        order(
            order_no=n, origin=spot(1), destination=spot(end), round_trip=back, planned_start_at=START + 2 * n * HOUR,
            planned_end_at=START + (2 * n + 1) * HOUR,
        )
        for n, end in enumerate(ends)
    ]  # fmt: skip
    found = {
        (wish.id, facts.vehicle.id): obstacles
        for wish in wishes
        for facts in cars
        if (obstacles := plan_obstacles(wish, facts, [driver()], NOW, ZONE))
    }
    day = Day(orders=tuple(wishes), kept=(), vehicles=tuple(cars), obstacles=found)
    problem = problem_of(day, roads(day, factor), TravelSource.ROUTER)
    plan = solve(problem, Effort(seconds=5, iterations=20))
    assert check(problem, plan) == []
    for route in plan.routes:
        facts = cars[route.vehicle]
        for mine in [wishes[step.id] for step in route.steps if step.kind == "pickup" and step.id is not None]:
            assert codes(mine, facts) == []
            facts = replace(facts, busy=(*facts.busy, trip_span(mine)))


def test_a_trip_the_vehicle_has_anyway_stays_with_it_when_its_range_is_too_short() -> None:
    """Assigned before anybody entered the range: nothing is added to it, and nothing is taken away."""
    car = garage(1, 0, energy="bev", range_km=6)
    kept = order(order_no=9, vehicle_id=car.vehicle.id, state=OrderState.ASSIGNED, origin=spot(1), destination=spot(40))
    later = order(origin=spot(1), destination=spot(3), planned_start_at=END + 2 * HOUR, planned_end_at=END + 3 * HOUR)
    day = Day(orders=(later,), kept=(kept,), vehicles=(car,), obstacles={})
    problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
    plan = solve(problem, Effort(seconds=5, iterations=20))
    assert [step.id for step in plan.routes[0].steps if step.kind == "pickup"] == [1]
    assert len(plan.unassigned) == 1


def test_vehicles_without_a_range_are_planned_as_ever() -> None:
    day = Day(orders=(order(**TRIP),), kept=(), vehicles=(garage(1, 0),), obstacles={})
    problem = problem_of(day, along_the_road(day), TravelSource.ROUTER)
    assert len(problem.places) == len(day.points)
    assert problem.vehicles[0].max_distance_m is None


def test_a_proposal_keeps_the_turnaround_of_the_policy_and_never_breaks_trips_already_given() -> None:
    policy = line(FleetPolicy(turnaround_min=90))
    car = garage(1, 0, policies=policy)
    first = order(order_no=1, origin=spot(0), destination=spot(0), round_trip=False)
    close = replace(first, id=uuid4(), order_no=2, planned_start_at=END + HOUR, planned_end_at=END + 2 * HOUR)
    day = Day(orders=(first, close), kept=(), vehicles=(car,), obstacles={})
    plan = solve(problem_of(day, along_the_road(day), TravelSource.ROUTER), Effort(seconds=5, iterations=20))
    assert len(plan.unassigned) == 1
    kept = tuple(replace(each, vehicle_id=car.vehicle.id, state=OrderState.ASSIGNED) for each in (first, close))
    assigned = Day(orders=(), kept=kept, vehicles=(car,), obstacles={})
    plan = solve(problem_of(assigned, along_the_road(assigned), TravelSource.ROUTER), Effort(seconds=5, iterations=20))
    assert plan.unassigned == ()
