"""Approval by policy: each row of the built-in matrix, what places and times mean, who stands in line, and that duties stay apart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from dispatch.approving.budget import Budget, Standing, judge
from dispatch.approving.chain import TripFacts, chain
from dispatch.approving.default import CHIEF, DEFAULT, DUTY_LEADER, LEADER, PARENT_APPROVER, UNIT_APPROVER
from dispatch.approving.difference import FieldChange, differences, matters
from dispatch.approving.facts import Areas, place_of, time_of
from dispatch.approving.line import People, Seat, holders, seats
from dispatch.approving.policy import Level, OnBudget, Policy, Post, Row, TripPlace, TripTime, When, Where, Who
from dispatch.approving.reading import as_json, read_policy, read_who, uncovered, who_json
from dispatch.approving.sitting import Sitting
from dispatch.guards import Deed, require_guards, standing
from dispatch.lifecycle import Action, require_right, step_from
from fleet.access import Actor, Role
from fleet.errors import Invalid, Refusal
from fleet.order import OrderState, OrderType
from fleet.schedule import always
from fleet.worktime import built_in, parse_hours
from tests.unit.test_dispatch_lifecycle import file_of

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = built_in(ZONE)
HOURS = always(
    parse_hours({day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")})
)
NAMES = UUID(int=7)
UNIT, PARENT = uuid5(NAMES, "unit"), uuid5(NAMES, "parent")


def who(name: str) -> UUID:
    return uuid5(NAMES, name)


def facts(place: TripPlace, time: TripTime, hours: float = 4.0, **more: Any) -> TripFacts:
    plain = TripFacts(
        units=(UNIT, PARENT), type=OrderType.NORMAL, vehicle_class=None, duration_h=hours, distance_km=20.0, place=place,
        place_by="area", time=time,
    )  # fmt: skip
    return replace(plain, **more)


# in area | off-hours, holiday ... -> the levels, in order; domain.md 5 "Approval matrix"
IN, CITY, PROVINCE = TripPlace
WORK, OFF, HOLIDAY = TripTime
MATRIX = [
    (IN, WORK, 72.0, [UNIT_APPROVER]),
    (IN, WORK, 72.1, [UNIT_APPROVER, PARENT_APPROVER]),
    (IN, OFF, 4.0, [UNIT_APPROVER, PARENT_APPROVER]),
    (IN, HOLIDAY, 4.0, [UNIT_APPROVER, DUTY_LEADER]),
    (IN, HOLIDAY, 90.0, [UNIT_APPROVER, PARENT_APPROVER, DUTY_LEADER]),
    (CITY, WORK, 4.0, [UNIT_APPROVER, LEADER]),
    (CITY, WORK, 200.0, [UNIT_APPROVER, LEADER]),
    (CITY, OFF, 4.0, [UNIT_APPROVER, PARENT_APPROVER, LEADER]),
    (CITY, HOLIDAY, 4.0, [UNIT_APPROVER, LEADER, DUTY_LEADER]),
    (PROVINCE, WORK, 4.0, [UNIT_APPROVER, LEADER, CHIEF]),
    (PROVINCE, OFF, 4.0, [UNIT_APPROVER, PARENT_APPROVER, LEADER, CHIEF]),
    (PROVINCE, HOLIDAY, 4.0, [UNIT_APPROVER, LEADER, DUTY_LEADER, CHIEF]),
]


@pytest.mark.parametrize(("place", "time", "hours", "levels"), MATRIX)
def test_the_built_in_matrix_asks_these_levels_in_this_order(
    place: TripPlace, time: TripTime, hours: float, levels: list[Who]
) -> None:
    asked = chain(DEFAULT, facts(place, time, hours))
    assert [each.who for each in asked] == levels
    assert all(each.note_required is (each.who == DUTY_LEADER) for each in asked)


def test_each_row_of_the_matrix_is_some_level_s_reason_with_its_figures() -> None:
    named = {reason.row for case in MATRIX for each in chain(DEFAULT, facts(*case[:3])) for reason in each.reasons}
    assert named == {row.code for row in DEFAULT.rows}
    (_, second) = chain(DEFAULT, facts(IN, WORK, 80.0))
    assert [(reason.row, reason.figures) for reason in second.reasons] == [
        ("in_area_long", {"place": "in_area", "place_by": "area", "duration_h": 80.0, "limit_h": 72.0})
    ]


def test_rows_ask_by_unit_class_type_distance_and_a_doubtful_year() -> None:
    def levels(when: When, **trip: Any) -> int:
        policy = Policy(rows=(Row(code="x", name="x", when=when, levels=(Level(who=CHIEF),)),))
        return len(chain(policy, facts(IN, WORK, **trip)))

    assert levels(When(units=frozenset({PARENT}))) == 1, "a unit's condition means those below it too"
    assert levels(When(units=frozenset({who("elsewhere")}))) == 0
    assert levels(When(types=frozenset({OrderType.RETAINED}))) == 0
    assert levels(When(over_km=20.0)) == 0
    assert levels(When(over_km=20.0), distance_km=20.1) == levels(When(over_km=1e6), distance_km=None) == 1
    assert levels(When(provisional=True)) == 0
    assert levels(When(provisional=True), provisional=True) == 1


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "time", "doubtful"),
    [
        ("2026-11-18T08:30", "2026-11-18T17:30", WORK, False),
        ("2026-11-18T12:10", "2026-11-18T13:20", WORK, False),  # the lunch break of a working day
        ("2026-11-18T08:29", "2026-11-18T12:00", OFF, False),
        ("2026-11-18T16:00", "2026-11-18T17:31", OFF, False),
        ("2026-11-18T09:00", "2026-11-19T16:00", WORK, False),  # a night away between two working days
        ("2026-11-20T09:00", "2026-11-23T16:00", OFF, False),  # over a weekend
        ("2026-10-01T09:00", "2026-10-01T12:00", HOLIDAY, False),
        ("2026-09-30T16:00", "2026-10-01T00:00", OFF, False),  # until midnight is not yet the holiday
        ("2026-10-10T09:00", "2026-10-10T12:00", WORK, False),  # a Saturday that is worked
        ("2027-01-13T09:00", "2027-01-13T12:00", WORK, True),  # no notice states 2027 yet
    ],
)
def test_the_working_day_is_the_calendar_s(start: str, end: str, time: TripTime, doubtful: bool) -> None:
    found, _, provisional = time_of(at(start), at(end), CALENDAR, HOURS, str(UNIT))
    assert (found, provisional) == (time, doubtful)


def test_without_known_hours_nothing_lies_inside_them() -> None:
    assert time_of(at("2026-11-18T09:00"), at("2026-11-18T10:00"), CALENDAR, None, str(UNIT))[0] is OFF


def test_a_local_day_off_of_the_unit_counts() -> None:
    day = date(2026, 11, 18)
    own = replace(CALENDAR, of_units={str(UNIT): {day: (CALENDAR.day(date(2026, 10, 1)).kind, "州庆")}})
    assert time_of(at("2026-11-18T09:00"), at("2026-11-18T10:00"), own, HOURS, str(UNIT))[:2] == (HOLIDAY, ("州庆",))


CITY_AREA, PROVINCE_AREA = box(116.0, 32.0, 116.5, 32.5), box(115.0, 31.0, 118.0, 34.0)
DRAWN = Areas(cities=(CITY_AREA,), provinces=(PROVINCE_AREA,))


@pytest.mark.parametrize(
    ("points", "areas", "place"),
    [
        ([(116.1, 32.1), (116.2, 32.2)], DRAWN, (IN, "area")),
        ([(116.1, 32.1), (116.6, 32.2), (116.2, 32.2)], DRAWN, (CITY, "area")),  # one stop outside is outside
        ([(116.1, 32.1), (119.0, 32.2)], DRAWN, (PROVINCE, "area")),
        ([(116.1, 32.1), (116.2, 32.2)], Areas(), (IN, "distance")),
        ([(116.1, 32.1), (117.1, 32.1)], Areas(), (CITY, "distance")),
        ([(116.1, 32.1), (120.1, 32.1)], Areas(), (PROVINCE, "distance")),
        ([(116.1, 32.1), (117.1, 32.1)], Areas(cities=(CITY_AREA,)), (CITY, "distance")),
        ([], DRAWN, (PROVINCE, "unknown")),
    ],
)
def test_how_far_a_trip_goes_is_told_by_area_else_by_distance_and_that_is_said(
    points: list[tuple[float, float]], areas: Areas, place: tuple[TripPlace, str]
) -> None:
    assert place_of(points, areas, DEFAULT) == place


def test_a_policy_reads_back_as_it_was_written() -> None:
    assert read_policy(as_json(DEFAULT)) == DEFAULT
    for each in (UNIT_APPROVER, PARENT_APPROVER, LEADER, Who(person_id=who("a"))):
        assert read_who(who_json(each)) == each


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"rows": []}, "rows", "empty"),
        ({"rows": [*as_json(DEFAULT)["rows"][1:]]}, "rows", "not_covered"),
        ({"rows": [as_json(DEFAULT)["rows"][0] | {"levels": []}]}, "rows[0].levels", "empty"),
        ({"rows": [as_json(DEFAULT)["rows"][0] | {"when": {"wheather": "rain"}}]}, "rows[0].when.wheather", "unknown"),
        ({"rows": [*as_json(DEFAULT)["rows"], as_json(DEFAULT)["rows"][0]]}, "rows", "twice"),
        ({"overriders": [{"role": "employee"}]}, "overriders[0].role", "unknown"),
        ({"overriders": [{"role": "approver", "post": "chief"}]}, "overriders[0]", "not_one_of_them"),
        ({"escalate_after_min": 30}, "escalate_after_min", "not_after_reminder"),
        ({"city_within_km": 400}, "province_within_km", "below_city"),
        ({"remind_after_min": float("nan")}, "remind_after_min", "out_of_range"),
        ({"auto_approve": True}, "body.auto_approve", "unknown"),
    ],
)
def test_a_policy_that_is_wrong_or_leaves_a_trip_out_is_refused_by_name(
    change: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        read_policy(as_json(DEFAULT) | change)
    assert (refusal.value.params["field"], refusal.value.params["reason"]) == (field, reason)


APPROVER, SECOND, HEAD, BOSS, DEPUTY, EMPLOYEE = map(who, ("approver", "second", "head", "boss", "deputy", "employee"))
AROUND = People(
    units=(UNIT, PARENT),
    roles={(Role.APPROVER, UNIT): (APPROVER, SECOND), (Role.APPROVER, PARENT): (HEAD,)},
    posts={(Post.CHIEF, PARENT): (BOSS,)},
    deputies={APPROVER: (DEPUTY,), HEAD: (DEPUTY, EMPLOYEE)},
)


def test_the_next_in_line_is_asked_beside_the_first_and_nobody_follows_the_chief() -> None:
    def asked(escalated: int) -> tuple[set[UUID], bool]:
        found, more = seats(UNIT_APPROVER, AROUND, barred=(), escalated=escalated)
        return {seat.person_id for seat in found}, more

    assert asked(0) == ({APPROVER, SECOND, DEPUTY}, True)
    assert asked(1) == ({APPROVER, SECOND, DEPUTY, HEAD, EMPLOYEE}, True)
    assert asked(2) == asked(9) == ({APPROVER, SECOND, DEPUTY, HEAD, EMPLOYEE, BOSS}, False)


def test_whoever_is_barred_makes_place_for_the_next_and_his_deputy_goes_with_him() -> None:
    """The only approver asked for the trip himself: the parent's is asked, and no deputy decides in the requester's name."""
    found, _ = seats(UNIT_APPROVER, AROUND, barred=(APPROVER, SECOND))
    assert found == (Seat(person_id=HEAD), Seat(person_id=DEPUTY, for_id=HEAD), Seat(person_id=EMPLOYEE, for_id=HEAD))
    found, _ = seats(PARENT_APPROVER, AROUND, barred=(EMPLOYEE,))
    assert EMPLOYEE not in {seat.person_id for seat in found}, "a deputy who asked for the trip is no deputy"
    assert seats(DUTY_LEADER, replace(AROUND, roles={}, posts={}), barred=()) == ((), False), "nobody is nobody"


def test_a_named_person_who_left_makes_place_for_the_unit_s_approvers() -> None:
    named = Who(person_id=who("gone"))
    assert seats(named, AROUND, barred=())[0][0].person_id == who("gone")
    assert seats(named, replace(AROUND, active=frozenset()), barred=())[0][0].person_id == APPROVER
    assert holders((named, CHIEF), AROUND, {BOSS}) == {who("gone")}


DAY = date(2026, 1, 1)
BUDGET = Budget(unit_id=UNIT, first_day=DAY, last_day=date(2026, 12, 31), amount_cents=10_000, used_cents=9_000)


@pytest.mark.parametrize(
    ("budget", "cost", "standing_is", "left", "blocks_when_unknown"),
    [
        (BUDGET, 1_000, Standing.WITHIN, 0, False),
        (BUDGET, 1_001, Standing.OVER, -1, False),
        (BUDGET, None, Standing.UNKNOWN_COST, None, True),
        (replace(BUDGET, used_cents=10_000), None, Standing.OVER, None, False),
        (None, 1_000, Standing.NOT_SET, None, True),
        (None, None, Standing.NOT_SET, None, True),
    ],
)
def test_a_budget_that_is_missing_is_said_and_never_within(
    budget: Budget | None, cost: int | None, standing_is: Standing, left: int | None, blocks_when_unknown: bool
) -> None:
    assert not judge(budget, cost, DEFAULT).blocks
    found = judge(budget, cost, replace(DEFAULT, budget_unknown=OnBudget.BLOCK))
    assert (found.standing, found.left_cents, found.blocks) == (standing_is, left, blocks_when_unknown)
    assert judge(budget, cost, replace(DEFAULT, budget_over=OnBudget.BLOCK)).blocks is (standing_is is Standing.OVER)


def test_only_what_an_approval_rests_on_opens_it_again() -> None:
    assert differences({"passengers": 2, "purpose": "a"}, {"passengers": 3, "purpose": "a"}) == (
        FieldChange(field="passengers", before=2, after=3),
    )
    assert matters({"planned_end_at": "x"}, frozenset(), frozenset())
    assert matters({"purpose_text": "x"}, frozenset(), frozenset())
    assert matters({"a_field_of_tomorrow": 1}, frozenset(), frozenset()), "what nobody thought of matters"
    assert not matters({"passenger_ids": [], "note": ""}, frozenset({APPROVER}), frozenset({SECOND}))
    assert matters({"passenger_ids": []}, frozenset({APPROVER}), frozenset({APPROVER})), "who approved would ride alone"


PERSONS = [who(f"p{n}") for n in range(6)]
UNITS = (UNIT, PARENT)
WHOS = st.one_of(
    st.builds(Who, role=st.just(Role.APPROVER), of=st.sampled_from(Where)),
    st.builds(Who, post=st.sampled_from(Post)),
    st.builds(Who, person_id=st.sampled_from(PERSONS)),
)
WHENS = st.builds(
    When, places=st.frozensets(st.sampled_from(TripPlace)), times=st.frozensets(st.sampled_from(TripTime)),
    over_h=st.none() | st.floats(1, 90), up_to_h=st.none() | st.floats(1, 90), over_km=st.none() | st.floats(1, 90),
)  # fmt: skip
POLICIES = st.lists(
    st.tuples(WHENS, st.lists(st.builds(Level, who=WHOS, note_required=st.booleans()), min_size=1, max_size=3)), max_size=5
).map(lambda rows: Policy(
    rows=tuple(Row(code=str(n), name="x", when=when, levels=tuple(levels)) for n, (when, levels) in enumerate([*rows, (When(), [Level(who=UNIT_APPROVER)])])),
    overriders=(CHIEF,),
))  # fmt: skip
GROUPS = st.lists(st.sampled_from(PERSONS), max_size=3, unique=True).map(tuple)
PEOPLE = st.builds(
    People, units=st.just(UNITS),
    roles=st.dictionaries(st.tuples(st.just(Role.APPROVER), st.sampled_from(UNITS)), GROUPS),
    posts=st.dictionaries(st.tuples(st.sampled_from(Post), st.sampled_from(UNITS)), GROUPS),
    deputies=st.dictionaries(st.sampled_from(PERSONS), GROUPS),
)  # fmt: skip
TRIPS = st.builds(facts, st.sampled_from(TripPlace), st.sampled_from(TripTime), st.floats(0.5, 100))


@given(
    policy=POLICIES, around=PEOPLE, trip=TRIPS, requester=st.sampled_from(PERSONS), rider=st.sampled_from(PERSONS),
    tries=st.lists(st.tuples(st.sampled_from(PERSONS), st.integers(0, 3), st.booleans()), max_size=40),
)  # fmt: skip
def test_whatever_the_policy_says_duties_stay_apart(
    policy: Policy, around: People, trip: TripFacts, requester: UUID, rider: UUID,
    tries: list[tuple[UUID, int, bool]],
) -> None:  # fmt: skip
    """Anybody tries anything at any time: no requester, lone rider or earlier hand decides, and only the last level approves."""
    levels = chain(policy, trip)
    assert levels, "no trip passes unasked"
    passengers = frozenset({rider})
    decided: list[tuple[UUID, UUID]] = []  # the hand, and in whose name
    state, level, overridden = OrderState.SUBMITTED, 0, False
    for person, escalated, override in tries:
        if state is not OrderState.SUBMITTED:
            break
        done = frozenset(each for pair in decided for each in pair)
        found, _ = seats(levels[level].who, around, barred=done | {requester, rider}, escalated=escalated)
        open_level = Sitting(
            round_id=UNIT, level_id=UNIT, level=level + 1, levels=len(levels), seats={seat.person_id: seat for seat in found},
            decided=done, overriders=holders(policy.overriders, around, done | {requester, rider}),
            note_required=levels[level].note_required, over_budget=False, opened_at=datetime(2026, 1, 1, tzinfo=UTC),
            last=level + 1 == len(levels),
        )  # fmt: skip
        file = file_of(requester_id=requester, created_by=requester, passenger_ids=passengers, sitting=open_level)
        action = Action.OVERRIDE if override else Action.APPROVE if open_level.last else Action.APPROVE_LEVEL
        me = Actor(person_id=person, tenant_id=UNIT, unit_id=UNIT, name="", login="", cleared=False, reach={})
        try:
            step = step_from(state, action)
            require_right(step, standing(me, file))
            require_guards(step, file, person, Deed(reason="同意"), open_level.opened_at)
        except Refusal:
            continue
        name = next((seat.for_id for seat in found if seat.person_id == person and not override), None) or person
        decided.append((person, name))
        overridden = override
        level += 1
        state = step.target or state
    hands = [each for pair in decided for each in set(pair)]
    assert len(hands) == len(set(hands)), "nobody decides two levels, nor does anybody in his name"
    assert not {requester, rider} & set(hands)
    if state is OrderState.UNIT_APPROVED:
        assert overridden or len(decided) == len(levels)
    else:
        assert len(decided) < len(levels)


@given(policy=POLICIES, trip=TRIPS)
def test_a_policy_without_a_gap_matches_every_trip(policy: Policy, trip: TripFacts) -> None:
    """The check of gaps is a proof: take the last row away, and a policy it still passes leaves no trip out."""
    shorter = replace(policy, rows=policy.rows[:-1])
    if uncovered(shorter) is None:
        assert chain(shorter, trip)


def test_a_gap_is_a_trip_that_no_row_matches() -> None:
    gap = uncovered(replace(DEFAULT, rows=DEFAULT.rows[1:]))
    assert gap is not None
    assert not chain(replace(DEFAULT, rows=DEFAULT.rows[1:]), gap)
    assert timedelta(hours=gap.duration_h) <= timedelta(days=3)
