"""One trip through the use cases, as the people who take part and under their row-level security."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from dispatch import engine, service, suggest
from dispatch.assignment import NotEligible
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from fleet import db, journal, store
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, SameHands, Stale, WrongState
from fleet.order import OrderType
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import DEPOT, HOSPITAL, OFFICE, START, Stage
from tests.db.town import NOW
from tests.servers import Database


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def test_a_trip_is_booked_approved_suggested_driven_confirmed_and_settled(stage: Stage) -> None:
    order_id = await stage.book()
    await stage.act("employee", order_id, Action.SUBMIT)
    await stage.act("approver", order_id, Action.APPROVE, reason="同意")
    async with stage.as_person("dispatcher") as (conn, actor):
        plan = await suggest.suggest(conn, actor, order_ids=[order_id], router=stage.router, now=NOW)
    (assignment,) = plan.assignments
    assert assignment.plate in {"测APOOL", "测APOOL2"}
    assert plan.travel_times == "straight_line"
    assert {r["code"] for r in assignment.reasons} >= {"drives_least_extra", "eligible_vehicles", "seats"}
    (retained,) = assignment.excluded
    assert (retained.code, retained.plates) == ("retained", ("测ABUREAU", "测AOTHER", "测ASECTION"))
    async with stage.as_person("dispatcher") as (conn, actor):
        done = await suggest.accept_plan(conn, actor, plan.plan_id, [order_id], router=stage.router, now=NOW)
    assert (done.assigned, done.refused) == ((order_id,), ())
    driver = next(name for name in ("driver", "driver2") if stage.town.people[name] == assignment.driver_id)
    await stage.act(driver, order_id, Action.ACCEPT)
    await stage.act(driver, order_id, Action.DEPART, odometer_km=1000.0, now=START)
    await stage.act(driver, order_id, Action.ARRIVE, now=START + timedelta(minutes=20))
    await stage.act(driver, order_id, Action.RETURN, odometer_km=1023.5, now=START + timedelta(hours=1))
    await stage.act("employee", order_id, Action.RECEIPT, rating=5, reason="谢谢", now=START + timedelta(hours=2))
    await stage.act("finance", order_id, Action.SETTLE, now=START + timedelta(days=1))
    row = await stage.row(order_id)
    assert row["state"] == "settled"
    assert (row["distance_m"], row["distance_source"], row["cost_cents"]) == (23_500.0, "odometer", 5_875)
    assert row["tariff"]["cents_per_km"] == 250
    steps = await store.many(
        stage.owner, "SELECT action, actor FROM journal WHERE object_id = %s ORDER BY seq", (order_id,)
    )
    assert [(s["action"].removeprefix("order."), s["actor"]) for s in steps] == [
        ("book", "employee"), ("submit", "employee"), ("approve", "approver"), ("assign", "dispatcher"), ("accept", driver),
        ("depart", driver), ("arrive", driver), ("return", driver), ("receipt", "employee"), ("settle", "finance"),
    ]  # fmt: skip
    assert await journal.first_break(stage.owner, stage.town.tenant_id) == {"journal": None, "audit": None}
    told = await store.many(stage.owner, "SELECT kind, person_id FROM notice WHERE object_id = %s", (order_id,))
    employee = stage.town.people["employee"]
    assert {n["kind"] for n in told if n["person_id"] == employee} == {
        "order_approve", "order_assign", "order_depart", "order_return",
    }  # fmt: skip


async def test_who_asked_or_rides_alone_does_not_approve(stage: Stage) -> None:
    own = await stage.book("approver")
    await stage.act("approver", own, Action.SUBMIT)
    with pytest.raises(SameHands):
        await stage.act("approver", own, Action.APPROVE)
    ride = await stage.book("employee", passengers=1, passenger_ids=(stage.town.people["approver"],))
    await stage.act("employee", ride, Action.SUBMIT)
    with pytest.raises(SameHands):
        await stage.act("approver", ride, Action.APPROVE)


async def test_a_stale_version_is_refused_and_names_both(stage: Stage) -> None:
    order_id = await stage.book()
    async with stage.as_person("employee") as (conn, actor):
        assert await service.act(conn, actor, order_id, Action.SUBMIT, Deed(), row_version=1, now=NOW) == 2
    with pytest.raises(Stale) as refusal:
        async with stage.as_person("approver") as (conn, actor):
            await service.act(conn, actor, order_id, Action.APPROVE, Deed(), row_version=1, now=NOW)
    assert refusal.value.params == {"yours": 1, "current": 2}


async def test_a_stranger_does_not_find_the_order_and_a_colleague_may_not_touch_it(stage: Stage) -> None:
    order_id = await stage.book()
    for name in ("stranger", "other_admin", "colleague", "sysadmin", "driver", "section_admin"):
        with pytest.raises(NotFound):
            await stage.act(name, order_id, Action.WITHDRAW)
    with pytest.raises(Forbidden):
        await stage.act("inspector", order_id, Action.WITHDRAW)
    await stage.act("unit_admin", order_id, Action.WITHDRAW)
    with pytest.raises(WrongState) as refusal:
        await stage.act("employee", order_id, Action.SUBMIT)
    assert refusal.value.params["allowed"] == []


async def test_only_those_who_may_book_for_others_do(stage: Stage) -> None:
    colleague = stage.town.people["colleague"]
    with pytest.raises(Forbidden):
        await stage.book("employee", requester_id=colleague)
    with pytest.raises(Forbidden):
        await stage.book("other_admin", requester_id=colleague, unit_id=stage.town.units["bureau"])
    order_id = await stage.book("unit_admin", requester_id=colleague)
    await stage.act("colleague", order_id, Action.SUBMIT)


async def test_a_vehicle_that_may_not_serve_is_refused_with_every_reason(stage: Stage) -> None:
    await stage.owner.execute(
        "UPDATE vehicle SET status = 'in_repair', seats = 2 WHERE id = %s", (stage.town.vehicles["pool2"],)
    )
    order_id = await stage.approved()
    with pytest.raises(NotEligible) as refusal:
        await stage.assign("dispatcher", order_id, "pool2")
    assert [r["code"] for r in refusal.value.params["reasons"]] == ["not_in_service", "too_few_seats"]  # type: ignore[attr-defined]
    with pytest.raises(NotEligible) as refusal:
        await stage.assign("dispatcher", order_id, "bureau")
    assert [r["code"] for r in refusal.value.params["reasons"]] == ["retained"]  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        await stage.assign("dispatcher", order_id, "secret")
    with pytest.raises(NotFound):
        await stage.assign("dispatcher", order_id, "pool", "employee")
    with pytest.raises(Forbidden):
        await stage.assign("unit_admin", order_id, "pool")


async def test_the_unit_sends_its_own_retained_vehicle(stage: Stage) -> None:
    order_id = await stage.approved(type=OrderType.RETAINED)
    await stage.assign("unit_admin", order_id, "bureau")
    assert (await stage.row(order_id))["vehicle_id"] == stage.town.vehicles["bureau"]
    with pytest.raises(Forbidden):
        await stage.assign("unit_admin", await stage.approved(), "bureau")


async def test_a_busy_vehicle_or_driver_is_refused_turnaround_included(stage: Stage) -> None:
    first = await stage.approved()
    await stage.assign("dispatcher", first)
    soon = START + timedelta(hours=2, minutes=14)
    second = await stage.approved(planned_start_at=soon, planned_end_at=soon + timedelta(hours=1))
    with pytest.raises(NotEligible) as refusal:
        await stage.assign("dispatcher", second)
    codes = [r["code"] for r in refusal.value.params["reasons"]]  # type: ignore[attr-defined]
    assert codes == ["vehicle_busy", "driver_busy"]
    later = soon + timedelta(minutes=1)
    third = await stage.approved(planned_start_at=later, planned_end_at=later + timedelta(hours=1))
    await stage.assign("dispatcher", third)


async def test_a_driver_refuses_with_a_reason_and_the_order_finds_another(stage: Stage) -> None:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    with pytest.raises(Invalid):
        await stage.act("driver", order_id, Action.REFUSE)
    await stage.act("driver", order_id, Action.REFUSE, reason="生病")
    await stage.assign("dispatcher", order_id, "pool", "driver2")
    await stage.act("driver2", order_id, Action.ACCEPT)
    await stage.act("dispatcher", order_id, Action.UNASSIGN, reason="车辆另有任务")
    row = await stage.row(order_id)
    assert (row["state"], row["vehicle_id"], row["driver_id"]) == ("reassigning", None, None)
    with pytest.raises(NotFound):
        await stage.act("driver2", order_id, Action.ACCEPT)


async def test_a_proposal_gives_every_order_its_own_vehicle_and_says_what_would_help_the_last(stage: Stage) -> None:
    orders = [await stage.approved() for _ in range(3)]
    async with stage.as_person("dispatcher") as (conn, actor):
        plan = await suggest.suggest(conn, actor, order_ids=None, router=stage.router, now=NOW)
    assert len(plan.assignments) == 2
    assert len({a.vehicle_id for a in plan.assignments}) == len({a.driver_id for a in plan.assignments}) == 2
    (left,) = plan.unassigned
    assert left.reason == "all_busy"
    assert left.smallest_change in ({"earlier_s": 10_800}, {"later_s": 10_800})
    changed = plan.assignments[0].order_id
    await stage.act("employee", changed, Action.CANCEL, reason="不去了")
    async with stage.as_person("dispatcher") as (conn, actor):
        done = await suggest.accept_plan(conn, actor, plan.plan_id, None, router=stage.router, now=NOW)
    assert [r.code for r in done.refused] == ["stale"]
    assert len(done.assigned) == 1
    assert {changed, left.order_id, *done.assigned} == set(orders)
    states = {order_id: (await stage.row(order_id))["state"] for order_id in orders}
    assert sorted(states.values()) == ["assigned", "cancelled", "unit_approved"]


async def test_a_proposal_is_the_dispatchers(stage: Stage) -> None:
    for name in ("employee", "approver", "driver", "inspector", "unit_admin"):
        with pytest.raises(Forbidden):
            async with stage.as_person(name) as (conn, actor):
                await suggest.suggest(conn, actor, order_ids=None, router=stage.router, now=NOW)


async def test_feasibility_counts_what_keeps_vehicles_away(stage: Stage) -> None:
    await stage.approved(passengers=5)
    async with stage.as_person("dispatcher") as (conn, actor):
        (found,) = await suggest.feasibility(conn, actor, now=NOW)
    assert (found.eligible, found.vehicles) == (0, 5)
    assert {r["code"] for r in found.obstacles} == {"too_few_seats", "retained"}


async def test_an_order_nobody_departed_on_expires_two_hours_after_its_start(stage: Stage, database: Database) -> None:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    async with await db.connect(database.engine) as conn:
        assert (await engine.look(conn, START + timedelta(minutes=119)))["expired"] == 0
        assert (await engine.look(conn, START + timedelta(hours=2)))["expired"] == 1
        assert (await engine.look(conn, START + timedelta(hours=2)))["expired"] == 0
    row = await stage.row(order_id)
    assert row["state"] == "expired"
    told = await store.many(stage.owner, "SELECT person_id FROM notice WHERE kind = 'order_expire'", ())
    assert {n["person_id"] for n in told} == {stage.town.people["employee"], stage.town.people["driver"]}


async def _returned(stage: Stage) -> Any:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await stage.act("driver", order_id, Action.DEPART, now=START)
    await stage.act("driver", order_id, Action.RETURN, now=START + timedelta(hours=1))
    return order_id


async def test_the_distance_of_the_track_is_kept_once_its_drives_are_closed(stage: Stage, database: Database) -> None:
    order_id = await _returned(stage)
    values = {
        "tenant_id": stage.town.tenant_id, "vehicle_id": stage.town.vehicles["pool"], "device_no": stage.town.device_no["pool"],
        "started_at": START + timedelta(minutes=1), "start_lon": 116.0, "start_lat": 32.0, "distance_m": 8_400.0, "fixes": 9,
        "parameters_version": 1,
    }  # fmt: skip
    await store.insert(stage.owner, "drive", values)
    later = START + timedelta(hours=2)
    async with await db.connect(database.engine) as conn:
        assert (await engine.look(conn, later))["measured"] == 0
        await stage.owner.execute("UPDATE drive SET ended_at = started_at + interval '20 minutes'")
        assert (await engine.look(conn, later))["measured"] == 1
    await stage.act("employee", order_id, Action.RECEIPT, now=later)
    await stage.act("dispatcher", order_id, Action.SETTLE, now=later)
    row = await stage.row(order_id)
    assert (row["distance_m"], row["distance_source"], row["cost_cents"]) == (8_400.0, "track", 2_100)


async def test_a_trip_nobody_confirms_is_closed_after_three_workdays(stage: Stage, database: Database) -> None:
    order_id = await _returned(stage)  # Wednesday, 2026-11-18
    async with await db.connect(database.engine) as conn:
        assert (await engine.look(conn, START + timedelta(days=5)))["closed"] == 0  # Monday: two workdays have passed
        assert (await engine.look(conn, START + timedelta(days=6)))["closed"] == 1
    row = await stage.row(order_id)
    assert (row["state"], row["receipt_note"]) == ("receipted", "not confirmed")


async def test_an_emergency_starts_before_its_paper_and_closes_only_after_it(stage: Stage) -> None:
    order_id = await stage.book(type=OrderType.EMERGENCY)
    await stage.assign("dispatcher", order_id)
    assert (await stage.row(order_id))["state"] == "emergency_started"
    await stage.act("driver", order_id, Action.RETURN, now=START)
    with pytest.raises(Conflict):
        await stage.act("employee", order_id, Action.RECEIPT, now=START)
    await stage.act("approver", order_id, Action.APPROVE_LATE, now=START)
    await stage.act("employee", order_id, Action.RECEIPT, now=START)


async def test_the_planned_path_of_an_assigned_order_leads_from_the_depot_through_the_trip_home_again(
    stage: Stage,
) -> None:
    """Otherwise the way to the passenger and home would be judged as off route: a wrong accusation."""
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    route = [tuple(point) for point in (await stage.row(order_id))["route"]]
    office, hospital = (OFFICE.lon, OFFICE.lat), (HOSPITAL.lon, HOSPITAL.lat)
    depot = pytest.approx(DEPOT, abs=1e-3)
    assert route[0] == depot
    assert route[-1] == depot
    assert [point for point in route if point in (office, hospital)] == [office, hospital, office]
