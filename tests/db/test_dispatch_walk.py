"""Orders on random ways: anybody tries anything at any time, against a real database, and the rules hold after every step."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from benchmarks.faults.scale import full, progress, size
from dispatch import assignment, requests, service
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from dispatch.sharing import service as sharing
from dispatch.sharing.match import HOSTS
from dispatch.waiting import service as waiting
from dispatch.waiting.line import ASSIGNABLE, HOLDABLE
from fleet import db, journal, store
from fleet.access import Role
from fleet.order import OrderState, OrderType
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import HOSPITAL, OFFICE, draft
from tests.db.order_walk import Row, World
from tests.db.town import NOW
from tests.servers import Database

pytestmark = [pytest.mark.fault, pytest.mark.timeout(0)]

MOST_ORDERS = 4
PEOPLE = ("employee", "colleague", "stranger", "approver", "leader", "unit_admin", "dispatcher", "driver", "driver2", "finance", "fleet_admin")  # fmt: skip
BOOKERS = ("employee", "colleague", "approver", "unit_admin", "dispatcher")
VEHICLES = ("pool", "pool2", "bureau", "secret")
DRIVERS = ("driver", "driver2", "employee")
TURNS_MIN = (1, 1, 20, 20, 45, 45, 180, 1_500, 6_000)
S = OrderState
# What usually happens next, and by whom; the walk takes it often enough to get anywhere.
USUAL: dict[str, tuple[str, tuple[str, ...]]] = {
    S.SUBMITTED: ("approve", ("approver", "leader", "dispatcher")),
    S.UNIT_APPROVED: ("assign", ("dispatcher",)),
    S.CENTRE_REVIEWED: ("assign", ("dispatcher",)),
    S.REASSIGNING: ("assign", ("dispatcher",)),
    S.ASSIGNED: ("accept", ("driver", "driver2")),
    S.DRIVER_ACCEPTED: ("depart", ("driver", "driver2")),
    S.DEPARTED: ("arrive", ("driver", "driver2")),
    S.IN_USE: ("return", ("driver", "driver2")),
    S.EXTENDED: ("return", ("driver", "driver2")),
    S.BROKEN_DOWN: ("unassign", ("dispatcher",)),
    S.NO_SHOW: ("unassign", ("dispatcher",)),
    S.EMERGENCY_STARTED: ("return", ("driver", "driver2")),
    S.RETURNED: ("receipt", ("employee", "unit_admin")),
    S.RECEIPTED: ("settle", ("finance", "dispatcher")),
}
which = st.integers(0, MOST_ORDERS - 1)
whom = st.sampled_from(PEOPLE)
mostly = st.sampled_from([True, True, True, False])
deeds = st.builds(
    Deed,
    reason=st.sampled_from(["", "有事", "有事"]),
    odometer_km=st.sampled_from([None, None, 5.0, 1_000.0, float("nan")]),
    rating=st.sampled_from([None, 5, 9]),
)


class Walk(RuleBasedStateMachine):
    """Each rule is something a person tries, or time that goes on."""

    world: ClassVar[World]
    loop: ClassVar[asyncio.AbstractEventLoop]
    forget: ClassVar[psycopg.Connection[Any]]
    shares: list[tuple[UUID, str, str]]  # with who asked and who was asked

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[UUID] = []
        self.shares = []

    def take(self, deed: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(deed)

    def row(self, number: int) -> Row:
        row = self.take(
            store.one(
                self.world.stage.owner,
                "SELECT * FROM dispatch_order WHERE id = %s",
                (self.orders[number % len(self.orders)],),
            )
        )
        assert isinstance(row, dict)
        return row

    def pick(self, number: int, *states: S) -> tuple[int, Row]:
        """One of the orders in these states, or any when there is none."""
        for offset in range(len(self.orders)):
            row = self.row(number + offset)
            if row["state"] in states:
                return (number + offset) % len(self.orders), row
        return number % len(self.orders), self.row(number)

    def owner_of(self, row: Row, name: str, own: bool) -> str:
        names = {person: each for each, person in self.world.stage.town.people.items()}
        return names[row["requester_id"]] if own else name

    def any_order(self) -> bool:
        return bool(self.orders)

    def room(self) -> bool:
        return len(self.orders) < MOST_ORDERS

    @initialize()
    def begin(self) -> None:
        """The same town without orders, at the same hour."""
        self.forget.execute("TRUNCATE dispatch_order CASCADE")
        self.world.now = NOW
        self.world.played.clear()
        self.take(self.world.turn(0))
        for name, start_min in (("employee", 60), ("colleague", 70), ("employee", 240)):
            self.book(name, OrderType.NORMAL, start_min, 0.5, True, 1, False, None, None, True)
            self.usual(len(self.orders) - 1, 1, 0, "pool")

    @precondition(room)
    @rule(
        name=st.sampled_from(BOOKERS), kind=st.sampled_from([OrderType.NORMAL] * 3 + [OrderType.EMERGENCY, OrderType.RETAINED]),
        starts_in_min=st.sampled_from([-60, 10, 30, 60, 60, 90, 120, 120, 300, 600]), hours=st.sampled_from([0.5, 1, 2, 9]), shareable=st.booleans(),
        passengers=st.integers(1, 4), flexible=st.booleans(), alone=st.sampled_from([None, None, "approver", "dispatcher"]),
        for_whom=st.sampled_from([None, None, "employee", "approver"]), submit=st.sampled_from([True, True, True, False]),
    )  # fmt: skip
    def book(
        self, name: str, kind: OrderType, starts_in_min: int, hours: float, shareable: bool, passengers: int, flexible: bool, alone: str | None, for_whom: str | None, submit: bool
    ) -> None:  # fmt: skip
        world, start = self.world, self.world.now + timedelta(minutes=starts_in_min)
        people = world.stage.town.people
        wish = replace(
            draft(), type=kind, planned_start_at=start, planned_end_at=start + timedelta(hours=hours), shareable=shareable, round_trip=not shareable, passengers=passengers,
            passenger_ids=(people[alone],) if alone else (), requester_id=people[for_whom] if for_whom else None,
            latest_start_at=start + timedelta(hours=1) if flexible else None,
            purpose="emergency" if kind is OrderType.EMERGENCY else "meeting",
        )  # fmt: skip
        made = self.take(
            world.step(
                name, lambda conn, actor: requests.book(conn, actor, wish, router=world.stage.router, now=world.now)
            )
        )
        if made is not None:
            self.orders.append(made)
            if submit:
                self._act(len(self.orders) - 1, Action.SUBMIT, name, Deed())

    @precondition(any_order)
    @rule(number=which, steps=st.integers(1, 4), luck=st.integers(0, 1), vehicle=st.sampled_from(VEHICLES[:2]))
    def usual(self, number: int, steps: int, luck: int, vehicle: str) -> None:
        """The next things that happen to most orders, each by the first whose thing it is."""
        for _ in range(steps):
            row = self.row(number)
            verb, people = USUAL.get(row["state"], ("", ()))
            if row["state"] == S.RETURNED and row["type"] == "emergency" and luck:
                verb, people = "approve_late", ("approver", "leader")
            if row["type"] == "emergency" and row["state"] in (S.DRAFT, S.SUBMITTED):
                verb, people = "assign", ("dispatcher",)
            for name in people:
                if verb == "assign":
                    self._assign(number, name, vehicle, DRIVERS[luck], "换车")
                else:
                    self._act(number, Action(verb), name, Deed(reason="有事"))
                if self.row(number)["row_version"] != row["row_version"]:
                    break

    @precondition(any_order)
    @rule(number=which, action=st.sampled_from(Action), name=whom, deed=deeds, longer_h=st.sampled_from([None, 1, 5]), stale=st.sampled_from([False] * 5 + [True]))  # fmt: skip
    def anything(self, number: int, action: Action, name: str, deed: Deed, longer_h: int | None, stale: bool) -> None:
        """Any action of the table, by anybody, with anything said; now and then with a version nobody has."""
        if longer_h is not None:
            deed = replace(deed, planned_end_at=self.row(number)["planned_end_at"] + timedelta(hours=longer_h))
        self._act(number, action, name, deed, 99_999 if stale else None)

    @precondition(any_order)
    @rule(number=which, name=st.sampled_from(["dispatcher", "dispatcher", *PEOPLE]), vehicle=st.sampled_from(VEHICLES), driver=st.sampled_from(DRIVERS), reason=st.sampled_from(["", "换车"]))  # fmt: skip
    def give(self, number: int, name: str, vehicle: str, driver: str, reason: str) -> None:
        """Assigning, swapping, sending at once or sending a retained vehicle: which of them the order says."""
        self._assign(number, name, vehicle, driver, reason)

    @precondition(any_order)
    @rule(number=which, name=whom, own=mostly, later_min=st.sampled_from([0, 0, 30, 600]), passengers=st.integers(1, 5), note=st.sampled_from(["会议", "改"]))  # fmt: skip
    def edit(self, number: int, name: str, own: bool, later_min: int, passengers: int, note: str) -> None:
        """Another wish: nothing new, a note, or something that matters to an approval."""
        row, later, world = self.row(number), timedelta(minutes=later_min), self.world
        name = self.owner_of(row, name, own)
        wish = replace(
            draft(), planned_start_at=row["planned_start_at"] + later, planned_end_at=row["planned_end_at"] + later, passengers=passengers,
            purpose=row["purpose"], purpose_text=note, shareable=row["shareable"], latest_start_at=row["latest_start_at"], destination=HOSPITAL, origin=OFFICE,
        )  # fmt: skip
        self.take(
            world.step(
                name,
                lambda conn, actor: requests.correct(
                    conn, actor, row["id"], wish, same_passengers=True, row_version=row["row_version"], router=world.stage.router, now=world.now
                ),
            )
        )  # fmt: skip

    @precondition(any_order)
    @rule(
        number=which, name=whom, own=mostly, what=st.sampled_from(["join", "join", "take", "take", "leave", "decline"])
    )
    def line(self, number: int, name: str, own: bool, what: str) -> None:
        """A place in the line, and the offers the engine makes to who stands there."""
        world, router = self.world, self.world.stage.router
        _, row = self.pick(number, *ASSIGNABLE)
        order_id, name = row["id"], self.owner_of(row, name, own)
        if what == "take":
            self.take(
                world.step(
                    name,
                    lambda conn, actor: waiting.take_offer(
                        conn, actor, order_id, row_version=None, router=router, now=world.now
                    ),
                )
            )
            return
        deed = {"join": waiting.join_line, "leave": waiting.leave_line, "decline": waiting.decline_offer}[what]
        self.take(world.step(name, lambda conn, actor: deed(conn, actor, order_id, now=world.now)))
        if what == "join":
            self.take(world.engine_round())

    @precondition(any_order)
    @rule(
        number=which,
        own=mostly,
        name=whom,
        vehicle=st.sampled_from(VEHICLES[:2]),
        minutes=st.sampled_from([5, 60, 60, 2_000]),
        keep=mostly,
    )
    def hold(self, number: int, own: bool, name: str, vehicle: str, minutes: int, keep: bool) -> None:
        """A vehicle kept free for an order that has none, or let go again."""
        world = self.world
        _, row = self.pick(number, *HOLDABLE)
        order_id, vehicle_id, name = row["id"], world.stage.town.vehicles[vehicle], "dispatcher" if own else name
        if keep:
            self.take(
                world.step(
                    name,
                    lambda conn, actor: waiting.hold_vehicle(
                        conn, actor, order_id, vehicle_id, minutes=minutes, row_version=None, now=world.now
                    ),
                )
            )
        else:
            self.take(world.step(name, lambda conn, actor: waiting.release(conn, actor, order_id, now=world.now)))

    @precondition(any_order)
    @rule(
        number=which,
        offset=st.integers(1, 2),
        own=mostly,
        name=whom,
        agree=mostly,
        what=st.sampled_from(["ask", "ask", "answer", "answer", "leave"]),
    )
    def share(self, number: int, offset: int, own: bool, name: str, agree: bool, what: str) -> None:
        """Riding along: asked, answered by the first booker, left again."""
        world, router = self.world, self.world.stage.router
        at, guest = self.pick(number, *ASSIGNABLE)
        _, host = self.pick(at + offset, *HOSTS)
        if what == "ask":
            asker = self.owner_of(guest, name, own)
            made = self.take(
                world.step(
                    asker,
                    lambda conn, actor: sharing.ask(conn, actor, guest["id"], host["id"], router=router, now=world.now),
                )
            )
            self.shares += [(made, self.owner_of(guest, name, own), self.owner_of(host, name, own))] if made else []
        elif self.shares:
            share, asker, asked = self.shares[number % len(self.shares)]
            if what == "answer":
                self.take(
                    world.step(
                        asked,
                        lambda conn, actor: sharing.answer(
                            conn, actor, share, agree=agree, router=router, now=world.now
                        ),
                    )
                )
            else:
                self.take(
                    world.step(
                        asker, lambda conn, actor: sharing.leave(conn, actor, share, router=router, now=world.now)
                    )
                )

    @rule(minutes=st.sampled_from(TURNS_MIN))
    def time_goes_on(self, minutes: int) -> None:
        self.take(self.world.turn(minutes))

    def _act(self, number: int, action: Action, name: str, deed: Deed, version: int | None = None) -> None:
        order_id, world = self.orders[number % len(self.orders)], self.world
        self.take(
            world.step(
                name,
                lambda conn, actor: service.act(
                    conn, actor, order_id, action, deed, row_version=version, now=world.now
                ),
            )
        )

    def _assign(self, number: int, name: str, vehicle: str, driver: str, reason: str) -> None:
        order_id, world = self.orders[number % len(self.orders)], self.world
        town = world.stage.town
        self.take(
            world.step(
                name,
                lambda conn, actor: assignment.assign(
                    conn, actor, order_id, vehicle_id=town.vehicles[vehicle], driver_id=town.people[driver], row_version=None, router=world.stage.router, now=world.now, reason=reason
                ),
            )
        )  # fmt: skip


async def _build(database: Database) -> World:
    owner, web = await db.connect(database.owner), await db.connect(database.web)
    stage = await dispatch_stage.build(owner, web, await Router(None).__aenter__())
    # One person who approves and dispatches: the same hands must never do both for one order.
    await owner.execute(
        "INSERT INTO person_role (tenant_id, person_id, role, unit_id, during) VALUES (%s, %s, %s, %s, tstzrange('2020-01-01Z', NULL))",
        (stage.town.tenant_id, stage.town.people["dispatcher"], Role.APPROVER.value, stage.town.units["bureau"]),
    )
    return World(stage=stage, engine=await db.connect(database.engine))


async def _close(world: World) -> None:
    await world.stage.router.__aexit__(None, None, None)
    for conn in (world.stage.owner, world.stage.web, world.engine):
        await conn.close()


@pytest.fixture
def walk(database: Database) -> Iterator[type[Walk]]:
    loop = asyncio.new_event_loop()
    world = loop.run_until_complete(_build(database))
    with psycopg.connect(database.superuser, autocommit=True) as forget:
        Walk.loop, Walk.world, Walk.forget = loop, world, forget
        yield Walk
    loop.run_until_complete(_close(world))
    loop.close()


def test_orders_on_random_ways_break_no_rule(walk: type[Walk]) -> None:
    """Some 24 ways of 40 steps (`make chaos`: 1,000 of 80): each outcome is one the table allows, recorded once, or changes nothing."""
    shape = settings(
        max_examples=size(24, 1_000), stateful_step_count=size(40, 80), deadline=None, derandomize=not full(),
        suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate, Phase.shrink] if full() else [Phase.generate], print_blob=True,
    )  # fmt: skip
    run_state_machine_as_test(walk, settings=shape)
    told = dict(walk.world.told)
    progress(f"ways of orders: {told}, {dict(walk.world.done)}")
    assert told["done"] > sum(told.values()) // 10
    tenant_id = walk.world.stage.town.tenant_id
    assert walk.loop.run_until_complete(journal.first_break(walk.world.stage.owner, tenant_id))["journal"] is None
