"""The life cycle: every combination of state, action and role against a table written down here a second time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from dispatch.approving.line import Seat
from dispatch.approving.sitting import Sitting
from dispatch.changes import AUDIENCE, changes
from dispatch.guards import Deed, OrderFile, require_guards, standing
from dispatch.lifecycle import STEPS, Action, Guard, require_right, require_system, step_from
from fleet.access import Actor, Role
from fleet.errors import Conflict, Forbidden, Invalid, Refusal, SameHands, WrongState
from fleet.order import HOLDING_STATES, Order, OrderState, OrderType
from tests.unit.dispatch_steps import EXPECTED

ME, REQUESTER, UNIT, OTHER_UNIT = uuid4(), uuid4(), uuid4(), uuid4()
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def file_of(state: OrderState = OrderState.SUBMITTED, **more: Any) -> OrderFile:
    order = Order(
        id=uuid4(), order_no=1, row_version=1, type=OrderType.NORMAL, state=state, unit_id=UNIT, requester_id=REQUESTER,
        created_at=NOW, planned_start_at=NOW + timedelta(hours=2), planned_end_at=NOW + timedelta(hours=4),
    )  # fmt: skip
    order_names = {name: value for name, value in more.items() if name in Order.__dataclass_fields__}
    rest = {name: value for name, value in more.items() if name not in order_names}
    plain = OrderFile(
        order=replace(order, **order_names),
        tenant_id=uuid4(), created_by=REQUESTER, passenger_ids=frozenset(), approved=False, depart_odometer_km=None,
        return_odometer_km=None, route_distance_m=None, distance_m=None, vehicle_class=None,
    )  # fmt: skip
    return replace(plain, **rest)


def actor(*roles: Role, unit: UUID = UNIT) -> Actor:
    return Actor(
        person_id=ME, tenant_id=uuid4(), unit_id=unit, name="me", login="me", cleared=False,
        reach={role: frozenset({unit}) for role in roles},
    )  # fmt: skip


@pytest.mark.parametrize(("state", "action"), list(product(OrderState, Action)))
def test_every_state_action_and_role_is_as_written_down(state: OrderState, action: Action) -> None:
    expected = EXPECTED.get((state.value, action.value))
    if expected is None:
        with pytest.raises(WrongState):
            step_from(state, action)
        return
    step = step_from(state, action)
    assert (step.target.value if step.target else "same") == expected[0]
    for role in Role:
        if role.value in expected[1]:
            require_right(step, frozenset({role}))
        else:
            with pytest.raises(Forbidden):
                require_right(step, frozenset({role}))
    if expected[1]:
        with pytest.raises(Forbidden):
            require_system(step)
    else:
        require_system(step)


def test_no_state_and_action_leads_to_two_places() -> None:
    rows = [(state, step.action) for step in STEPS for state in step.sources]
    assert len(rows) == len(set(rows)) == len(EXPECTED)


def test_every_state_can_be_reached_and_only_ends_are_final() -> None:
    targets = {step.target for step in STEPS}
    assert set(OrderState) - targets == {OrderState.DRAFT}
    sources = {state for step in STEPS for state in step.sources}
    assert set(OrderState) - sources == {
        OrderState.ARCHIVED, OrderState.REJECTED, OrderState.WITHDRAWN, OrderState.CANCELLED, OrderState.EXPIRED,
    }  # fmt: skip


def test_a_vehicle_is_held_only_after_an_assignment() -> None:
    for step in STEPS:
        if step.target in HOLDING_STATES and not step.sources & HOLDING_STATES:
            assert Guard.VEHICLE_AND_DRIVER in step.guards or step.action is Action.HIRE  # no vehicle of one's own


def test_a_wrong_state_says_what_is_possible() -> None:
    with pytest.raises(WrongState) as refusal:
        step_from(OrderState.RETURNED, Action.DEPART)
    assert refusal.value.params["allowed"] == ["approve_late", "close_unconfirmed", "receipt"]


@pytest.mark.parametrize(
    ("role", "changes_to_order", "stands"),
    [
        (Role.EMPLOYEE, {}, False),
        (Role.EMPLOYEE, {"requester_id": ME}, True),
        (Role.UNIT_ADMIN, {}, True),
        (Role.UNIT_ADMIN, {"unit_id": OTHER_UNIT}, False),
        (Role.APPROVER, {}, True),
        (Role.APPROVER, {"unit_id": OTHER_UNIT}, False),
        (Role.DRIVER, {}, False),
        (Role.DRIVER, {"driver_id": ME}, True),
        (Role.DISPATCHER, {"unit_id": OTHER_UNIT}, True),
        (Role.FLEET_ADMIN, {"unit_id": OTHER_UNIT}, True),
        (Role.FINANCE, {"unit_id": OTHER_UNIT}, True),
        (Role.INSPECTOR, {}, False),
        (Role.SYSTEM_ADMIN, {}, False),
        (Role.HOTLINE, {}, False),
        (Role.DEVICE_ENGINEER, {}, False),
    ],
)
def test_a_role_counts_only_as_far_as_it_reaches(role: Role, changes_to_order: dict[str, Any], stands: bool) -> None:
    assert (role in standing(actor(role), file_of(**changes_to_order))) is stands


def test_whoever_is_asked_to_decide_is_an_approver_to_this_order_whatever_his_roles() -> None:
    assert standing(actor(), file_of(unit_id=OTHER_UNIT, **MINE)) == {Role.APPROVER}
    assert standing(actor(), file_of(unit_id=OTHER_UNIT, **sitting(uuid4()))) == frozenset()


def test_whoever_asked_is_an_employee_to_the_order_whatever_his_roles() -> None:
    assert standing(actor(Role.APPROVER), file_of(requester_id=ME)) == {Role.EMPLOYEE, Role.APPROVER}
    assert standing(actor(), file_of(created_by=ME)) == {Role.EMPLOYEE}


def sitting(*seated: UUID, decided: UUID | None = None, over: UUID | None = None, **more: Any) -> dict[str, Any]:
    """An open level of these people; the last one unless said otherwise."""
    open_level = Sitting(
        round_id=uuid4(), level_id=uuid4(), level=1, levels=1, seats={person: Seat(person_id=person) for person in seated},
        decided=frozenset(filter(None, [decided])), overriders=frozenset(filter(None, [over])), note_required=False, over_budget=False,
        opened_at=NOW, last=True,
    )  # fmt: skip
    return {"sitting": replace(open_level, **more)}


MINE = sitting(ME)
VEHICLE_AND_DRIVER: dict[str, Any] = {"vehicle_id": uuid4(), "driver_id": uuid4()}
EMERGENCY: dict[str, Any] = {"type": OrderType.EMERGENCY}
GUARDS: list[tuple[Action, OrderState, dict[str, Any], Deed, type[Refusal] | None]] = [
    (Action.TAKE_OFFER, OrderState.UNIT_APPROVED, {}, Deed(vehicle_id=UNIT, driver_id=UNIT), Conflict),
    (
        Action.TAKE_OFFER,
        OrderState.UNIT_APPROVED,
        {"held_kind": "offer", "held_until": NOW},
        Deed(vehicle_id=UNIT, driver_id=UNIT),
        Conflict,
    ),
    (
        Action.TAKE_OFFER,
        OrderState.UNIT_APPROVED,
        {"held_kind": "offer", "held_until": NOW + timedelta(seconds=1)},
        Deed(vehicle_id=UNIT, driver_id=UNIT),
        None,
    ),
    (Action.APPROVE, OrderState.SUBMITTED, MINE, Deed(), None),
    (Action.APPROVE, OrderState.SUBMITTED, {}, Deed(), Conflict),
    (Action.APPROVE, OrderState.SUBMITTED, sitting(uuid4()), Deed(), Forbidden),
    (Action.APPROVE, OrderState.SUBMITTED, sitting(ME, decided=ME), Deed(), SameHands),
    (Action.APPROVE, OrderState.SUBMITTED, sitting(ME, last=False), Deed(), Conflict),
    (Action.APPROVE, OrderState.SUBMITTED, sitting(ME, note_required=True), Deed(reason=" "), Invalid),
    (Action.APPROVE, OrderState.SUBMITTED, sitting(ME, note_required=True), Deed(reason="值班"), None),
    (Action.APPROVE, OrderState.SUBMITTED, sitting(ME, over_budget=True), Deed(reason="急"), Conflict),
    (Action.APPROVE_LEVEL, OrderState.SUBMITTED, sitting(ME, last=False), Deed(), None),
    (Action.APPROVE, OrderState.SUBMITTED, {"requester_id": ME} | MINE, Deed(), SameHands),
    (Action.APPROVE, OrderState.SUBMITTED, {"created_by": ME} | MINE, Deed(), SameHands),
    (Action.APPROVE, OrderState.SUBMITTED, {"passenger_ids": frozenset({ME})} | MINE, Deed(), SameHands),
    (Action.APPROVE, OrderState.SUBMITTED, {"passenger_ids": frozenset({ME, REQUESTER})} | MINE, Deed(), None),
    (Action.OVERRIDE, OrderState.SUBMITTED, sitting(over=ME, over_budget=True), Deed(reason="抢险"), None),
    (Action.OVERRIDE, OrderState.SUBMITTED, sitting(over=ME), Deed(), Invalid),
    (Action.OVERRIDE, OrderState.SUBMITTED, MINE, Deed(reason="抢险"), Forbidden),
    (Action.OVERRIDE, OrderState.SUBMITTED, sitting(over=ME, decided=ME), Deed(reason="抢险"), SameHands),
    (Action.OVERRIDE, OrderState.SUBMITTED, {"requester_id": ME} | sitting(over=ME), Deed(reason="抢险"), SameHands),
    (Action.REJECT, OrderState.SUBMITTED, MINE, Deed(), Invalid),
    (Action.REJECT, OrderState.SUBMITTED, MINE, Deed(reason="  "), Invalid),
    (Action.REJECT, OrderState.SUBMITTED, MINE, Deed(reason="超标"), None),
    (Action.REJECT, OrderState.SUBMITTED, sitting(uuid4()), Deed(reason="超标"), Forbidden),
    (Action.ASSIGN, OrderState.UNIT_APPROVED, {"deciders": frozenset({ME})}, Deed(**VEHICLE_AND_DRIVER), SameHands),
    (Action.SWAP, OrderState.ASSIGNED, {}, Deed(**VEHICLE_AND_DRIVER), Invalid),
    (Action.SWAP, OrderState.ASSIGNED, {}, Deed(reason="车坏", **VEHICLE_AND_DRIVER), None),
    (Action.ASSIGN, OrderState.UNIT_APPROVED, {}, Deed(vehicle_id=uuid4()), Invalid),
    (Action.ASSIGN, OrderState.UNIT_APPROVED, {}, Deed(vehicle_id=uuid4(), driver_id=uuid4()), None),
    (Action.ASSIGN_RETAINED, OrderState.UNIT_APPROVED, {}, Deed(vehicle_id=uuid4(), driver_id=uuid4()), Invalid),
    (Action.START_EMERGENCY, OrderState.DRAFT, {}, Deed(vehicle_id=uuid4(), driver_id=uuid4()), Invalid),
    (Action.START_EMERGENCY, OrderState.DRAFT, EMERGENCY, Deed(vehicle_id=uuid4(), driver_id=uuid4()), None),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(), None),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(odometer_km=10.0, last_odometer_km=10.0), None),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(odometer_km=9.9, last_odometer_km=10.0), Invalid),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(odometer_km=float("nan")), Invalid),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(odometer_km=-1.0), Invalid),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(odometer_km=2_000_000.0), None),
    (Action.DEPART, OrderState.ASSIGNED, {}, Deed(odometer_km=2_000_000.1), Invalid),
    (Action.RETURN, OrderState.IN_USE, {"depart_odometer_km": 10.0}, Deed(odometer_km=9.0), Invalid),
    (Action.RETURN, OrderState.IN_USE, {"depart_odometer_km": 10.0}, Deed(odometer_km=12.0), None),
    (Action.EXTEND, OrderState.IN_USE, {}, Deed(), Invalid),
    (Action.EXTEND, OrderState.IN_USE, {}, Deed(planned_end_at=NOW + timedelta(hours=4)), Invalid),
    (Action.EXTEND, OrderState.IN_USE, {}, Deed(planned_end_at=NOW + timedelta(hours=5)), None),
    (Action.RECEIPT, OrderState.RETURNED, EMERGENCY, Deed(), Conflict),
    (Action.RECEIPT, OrderState.RETURNED, EMERGENCY | {"approved": True}, Deed(), None),
    (Action.RECEIPT, OrderState.RETURNED, {}, Deed(), None),
    (Action.PICK_UP, OrderState.UNIT_APPROVED, {}, Deed(vehicle_id=UNIT, driver_id=ME), Invalid),
    (Action.PICK_UP, OrderState.UNIT_APPROVED, {"type": OrderType.TIME_SHARE}, Deed(), Invalid),
    (
        Action.PICK_UP,
        OrderState.UNIT_APPROVED,
        {"type": OrderType.TIME_SHARE},
        Deed(vehicle_id=UNIT, driver_id=ME),
        None,
    ),
    (Action.BRING_BACK, OrderState.IN_USE, {}, Deed(), Invalid),
    (Action.HIRE, OrderState.UNIT_APPROVED, {}, Deed(), None),
    (Action.HIRE, OrderState.UNIT_APPROVED, {"deciders": frozenset({ME})}, Deed(), SameHands),
    (Action.HIRE_DONE, OrderState.ASSIGNED, {}, Deed(), Conflict),
    (Action.HIRE_DONE, OrderState.ASSIGNED, {"means": "hire"}, Deed(), None),
    (Action.GO_PUBLIC, OrderState.REASSIGNING, {}, Deed(), None),
    (Action.BRING_BACK, OrderState.IN_USE, {"type": OrderType.TIME_SHARE}, Deed(), None),
    (Action.CLOSE_UNCONFIRMED, OrderState.RETURNED, {}, Deed(workdays_waited=2), Conflict),
    (Action.CLOSE_UNCONFIRMED, OrderState.RETURNED, {}, Deed(workdays_waited=3), None),
    (Action.EXPIRE, OrderState.ASSIGNED, {}, Deed(), Conflict),
    (Action.EXPIRE, OrderState.ASSIGNED, {"planned_start_at": NOW - timedelta(hours=2)}, Deed(), None),
    (
        Action.EXPIRE,
        OrderState.ASSIGNED,
        {"planned_start_at": NOW - timedelta(hours=3), "latest_start_at": NOW - timedelta(hours=1)},
        Deed(),
        Conflict,
    ),
]


@pytest.mark.parametrize(("action", "state", "facts", "deed", "refusal"), GUARDS)
def test_each_guard_refuses_what_it_should_and_nothing_else(
    action: Action, state: OrderState, facts: dict[str, Any], deed: Deed, refusal: type[Refusal] | None
) -> None:
    step = step_from(state, action)
    if refusal is None:
        require_guards(step, file_of(state, **facts), ME, deed, NOW)
        return
    with pytest.raises(refusal):
        require_guards(step, file_of(state, **facts), ME, deed, NOW)


def test_every_guard_of_the_table_is_tried_above() -> None:
    tried = {guard for action, state, *_ in GUARDS for guard in step_from(state, action).guards}
    assert tried == set(Guard)


def test_each_step_writes_its_state_and_its_own_columns() -> None:
    step = step_from(OrderState.ASSIGNED, Action.DEPART)
    assert changes(step, Deed(odometer_km=7.5), NOW) == {
        "state": "departed", "state_reason": None, "departed_at": NOW, "depart_odometer_km": 7.5,
    }  # fmt: skip
    late = step_from(OrderState.RETURNED, Action.APPROVE_LATE)
    assert "state" not in changes(late, Deed(), NOW)
    with pytest.raises(Invalid):
        changes(step_from(OrderState.RETURNED, Action.RECEIPT), Deed(rating=6), NOW)
    assert set(AUDIENCE) <= set(Action)


def test_a_refusal_takes_vehicle_and_driver_away_and_keeps_its_reason_out_of_the_order() -> None:
    """The requester reads the order; why the driver refused is in the journal, for the dispatcher."""
    assert changes(step_from(OrderState.ASSIGNED, Action.REFUSE), Deed(reason="身体不适"), NOW) == {
        "state": "reassigning", "state_reason": None, "vehicle_id": None, "driver_id": None, "assigned_by": None,
        "assignment_reason": None,
    }  # fmt: skip


def test_why_an_order_is_in_its_state_ends_with_the_state() -> None:
    """What was said when it was given back is no remark on the vehicle it has now."""
    given_back = changes(step_from(OrderState.ASSIGNED, Action.UNASSIGN), Deed(reason="车辆故障"), NOW)
    assert given_back["state_reason"] == "车辆故障"
    again = step_from(OrderState.REASSIGNING, Action.ASSIGN)
    assert changes(again, Deed(vehicle_id=ME, driver_id=ME), NOW)["state_reason"] is None
