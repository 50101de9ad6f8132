"""Orders on random ways without a database: thousands of steps through the table, its rights and its guards."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.faults.scale import size
from dispatch.approving.line import Seat
from dispatch.approving.sitting import Sitting
from dispatch.changes import changes
from dispatch.guards import Deed, OrderFile, standing
from dispatch.lifecycle import Action, Guard, step_from
from dispatch.service import DECISIONS, Who, permit
from fleet.access import Actor, Role
from fleet.errors import Refusal
from fleet.order import HOLDING_STATES, Order, OrderState, OrderType
from tests.unit.dispatch_steps import EXPECTED

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
UNIT, VEHICLES, DRIVERS = uuid4(), (uuid4(), uuid4()), ("driver", "driver2")
ROLES: dict[str, tuple[Role, ...]] = {
    "employee": (Role.EMPLOYEE,),
    "unit_admin": (Role.UNIT_ADMIN,),
    "approver": (Role.APPROVER,),
    "leader": (Role.APPROVER,),
    "both": (Role.APPROVER, Role.DISPATCHER),  # whose hands must never do both for one order
    "dispatcher": (Role.DISPATCHER,),
    "driver": (Role.DRIVER,),
    "driver2": (Role.DRIVER,),
    "finance": (Role.FINANCE,),
    "stranger": (),
}
TENANT = uuid4()
ACTORS = {
    name: Actor(person_id=uuid4(), tenant_id=TENANT, unit_id=UNIT, name=name, login=name, cleared=False, reach={role: frozenset({UNIT}) for role in roles})
    for name, roles in ROLES.items()
}  # fmt: skip
PERSON = {name: actor.person_id for name, actor in ACTORS.items()}
DECIDERS = ("approver", "leader", "both")
ENGINE = "dispatch engine"
ELSEWHERE = frozenset(
    {Guard.OTHER_MEANS, Guard.IS_TIME_SHARE}
)  # steps that use cases of their own take, with more questions


@dataclass
class Way:
    """One order and who has decided on it; `levels` is what its policy asks for."""

    file: OrderFile
    levels: int
    now: datetime = NOW
    decided: list[UUID] = field(default_factory=list)
    approvals: list[tuple[str, UUID]] = field(default_factory=list)

    def attempt(self, name: str, action: Action, deed: Deed) -> str:
        """What the use case asks, in its order; 'done', or the refusal's code and nothing changed."""
        who: Who = ACTORS.get(name, ENGINE)
        try:
            file, step = self.file, step_from(self.file.order.state, action)
            if not ELSEWHERE.isdisjoint(step.guards):
                return "invalid"
            if action in DECISIONS:
                file = replace(file, sitting=self._sitting())
            if action in (Action.APPROVE, Action.APPROVE_LEVEL):
                last = file.sitting is None or file.sitting.last
                step = step_from(file.order.state, Action.APPROVE if last else Action.APPROVE_LEVEL)
            permit(who, file, step, deed, self.now)
            values = changes(step, deed, self.now)
        except Refusal as refusal:
            return refusal.code
        self._judge(name, step.action, values, deed)
        self._write(name, step.action, values)
        return "done"

    def _sitting(self) -> Sitting | None:
        """The open level with everybody seated who may decide it; none once all have."""
        order = self.file.order
        if len(self.decided) >= self.levels or (
            order.state is not OrderState.SUBMITTED and order.type is not OrderType.EMERGENCY
        ):
            return None
        barred = {order.requester_id, self.file.created_by, *self.decided}
        seats = {PERSON[name]: Seat(person_id=PERSON[name]) for name in DECIDERS if PERSON[name] not in barred}
        return Sitting(
            round_id=UNIT, level_id=UNIT, level=len(self.decided) + 1, levels=self.levels, seats=seats, decided=frozenset(self.decided),
            overriders=frozenset({PERSON["leader"]} - barred), note_required=self.levels == 3, over_budget=False, opened_at=NOW,
            last=len(self.decided) + 1 == self.levels,
        )  # fmt: skip

    def _judge(self, name: str, action: Action, values: dict[str, Any], deed: Deed) -> None:
        """The table written down a second time, and the hands."""
        order = self.file.order
        target, roles = EXPECTED[order.state.value, action.value]
        assert values.get("state", "same") == target or (target == order.state.value and values["state"] == target)
        assert (name == ENGINE) == (not roles)
        person = PERSON.get(name)
        if roles:
            stands = {role.value for role in standing(ACTORS[name], replace(self.file, sitting=self._sitting()))}
            assert roles & stands
        if action in DECISIONS | {Action.EXTEND, Action.REVIEW}:
            assert person not in (order.requester_id, self.file.created_by)
        if action in DECISIONS - {Action.REJECT}:
            assert self.file.passenger_ids != {person}
            assert person not in self.decided
        if action in (Action.ASSIGN, Action.SWAP, Action.MOVE, Action.REVIEW):
            assert person not in self.file.deciders
        if action is Action.RECEIPT and order.type is OrderType.EMERGENCY:
            assert len(self.decided) == self.levels or self.file.approved
        if target in {state.value for state in HOLDING_STATES} and order.state not in HOLDING_STATES:
            assert None not in (deed.vehicle_id, deed.driver_id)
        assert values.get("planned_end_at", order.planned_end_at) >= order.planned_end_at

    def _write(self, name: str, action: Action, values: dict[str, Any]) -> None:
        if "state" in values:
            values["state"] = OrderState(values["state"])
        if action in (Action.APPROVE, Action.APPROVE_LEVEL, Action.APPROVE_LATE, Action.OVERRIDE):
            self.decided.append(PERSON[name])
        if action in (Action.SUBMIT, Action.REOPEN, Action.START_EMERGENCY):
            self.decided = []
        known = {key: value for key, value in values.items() if key in Order.__dataclass_fields__}
        rest = {
            key: value for key, value in values.items() if key in OrderFile.__dataclass_fields__ and key not in known
        }
        approved = len(self.decided) >= self.levels or action is Action.OVERRIDE
        order = replace(self.file.order, row_version=self.file.order.row_version + 1, **known)
        self.file = replace(self.file, order=order, deciders=frozenset(self.decided), approved=approved, **rest)


def order_file(kind: OrderType, passenger: str | None, requester: str) -> OrderFile:
    order = Order(
        id=uuid4(), order_no=1, row_version=1, type=kind, state=OrderState.DRAFT, unit_id=UNIT, requester_id=PERSON[requester],
        created_at=NOW, planned_start_at=NOW + timedelta(hours=2), planned_end_at=NOW + timedelta(hours=4),
    )  # fmt: skip
    return OrderFile(
        order=order, tenant_id=TENANT, created_by=PERSON["employee"], passenger_ids=frozenset({PERSON[passenger]} if passenger else ()),
        approved=False, depart_odometer_km=None, return_odometer_km=None, route_distance_m=None, distance_m=None, vehicle_class=None,
    )  # fmt: skip


said = st.builds(
    Deed,
    reason=st.sampled_from(["", "有事", "有事"]),
    odometer_km=st.sampled_from([None, None, 5.0, 900.0, -1.0, float("inf")]),
    vehicle_id=st.sampled_from([None, *VEHICLES]),
    driver_id=st.sampled_from([None, *(PERSON[name] for name in DRIVERS)]),
    planned_end_at=st.sampled_from([None, NOW, NOW + timedelta(hours=6)]),
    rating=st.sampled_from([None, 4, 6]),
    workdays_waited=st.sampled_from([0, 3]),
)
one_step = st.tuples(
    st.sampled_from([*ROLES, ENGINE]), st.sampled_from(Action), said, st.sampled_from([0, 0, 0, 30, 300])
)
# Steps that follow one another in most lives, so that a random way comes far; between them anything is tried.
USUAL = (
    ("employee", Action.SUBMIT), ("approver", Action.APPROVE), ("leader", Action.APPROVE), ("both", Action.APPROVE), ("dispatcher", Action.ASSIGN),
    ("driver", Action.ACCEPT), ("driver", Action.DEPART), ("driver", Action.ARRIVE), ("driver", Action.RETURN), ("approver", Action.APPROVE_LATE),
    ("employee", Action.RECEIPT), ("finance", Action.SETTLE), (ENGINE, Action.ARCHIVE),
)  # fmt: skip
GIVEN = Deed(reason="有事", vehicle_id=VEHICLES[0], driver_id=PERSON["driver"])


@settings(max_examples=size(80, 5_000), deadline=None)
@given(
    kind=st.sampled_from([OrderType.NORMAL, OrderType.NORMAL, OrderType.EMERGENCY, OrderType.RETAINED]),
    passenger=st.sampled_from([None, None, "approver", "employee"]),
    requester=st.sampled_from(["employee", "employee", "approver", "both"]),
    levels=st.integers(1, 3),
    between=st.lists(st.lists(one_step, max_size=6), min_size=len(USUAL), max_size=len(USUAL)),
)
def test_a_random_way_keeps_the_table_the_rights_and_the_hands_apart(
    kind: OrderType, passenger: str | None, requester: str, levels: int, between: list[list[Any]]
) -> None:
    """Anybody tries anything between the usual steps: what is done is in the table, by whom it says, and a refusal changes nothing."""
    way = Way(file=order_file(kind, passenger, requester), levels=levels)
    codes = {"done", "wrong_state", "forbidden", "same_hands", "invalid", "conflict"}
    for (name, action), tried in zip(USUAL, between, strict=True):
        for other, anything, deed, later_min in tried:
            way.now += timedelta(minutes=later_min)
            before = way.file
            outcome = way.attempt(other, anything, deed)
            assert outcome in codes
            assert (outcome == "done") == (way.file is not before)
        way.attempt(name, action, GIVEN)


def test_the_usual_way_comes_to_its_end() -> None:
    """What the random ways are woven around is a whole life."""
    way = Way(file=order_file(OrderType.NORMAL, None, "employee"), levels=2)
    for name, action in USUAL:
        way.attempt(name, action, GIVEN)
    assert way.file.order.state is OrderState.ARCHIVED
    assert way.file.order.row_version == 1 + 11
