"""What people choose by hand and give back: candidates with their reasons, corrections, refusals, settlements."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch import assignment, requests, service
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from fleet import db, store
from fleet.errors import Forbidden, Invalid, NotFound, Stale, WrongState
from fleet.order import OrderType
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import HOSPITAL, OFFICE, SPAN, START, Stage, draft
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


async def _candidates(stage: Stage, name: str, order_id: Any, vehicle: str | None = None) -> dict[str, list[str]]:
    """The obstacles by short name of vehicle or person."""
    async with stage.as_person(name) as (conn, actor):
        chosen = None if vehicle is None else stage.town.vehicles[vehicle]
        found = await assignment.candidates(conn, actor, order_id, vehicle_id=chosen, now=NOW)
    names = {identity: name for table in (stage.town.vehicles, stage.town.people) for name, identity in table.items()}
    told = {names[facts.vehicle.id]: obstacles for facts, obstacles in found.vehicles}
    told |= {names[facts.person_id]: obstacles for facts, obstacles in found.drivers}
    return {name: [obstacle.code for obstacle in obstacles] for name, obstacles in told.items()}


async def test_every_vehicle_and_driver_is_shown_with_what_stands_against_it(stage: Stage) -> None:
    await stage.owner.execute("UPDATE vehicle SET seats = 20 WHERE id = %s", (stage.town.vehicles["pool2"],))
    await stage.owner.execute("UPDATE person SET licence_class = 'C1' WHERE login = 'driver2'")
    await stage.assign("dispatcher", await stage.approved())
    order_id = await stage.approved()
    busy, retained = ["vehicle_busy"], ["retained"]
    vehicles = {"pool": busy, "pool2": [], "bureau": retained, "section": retained, "other": retained}
    assert await _candidates(stage, "dispatcher", order_id) == {**vehicles, "driver": ["driver_busy"], "driver2": []}
    for_the_bus = await _candidates(stage, "dispatcher", order_id, "pool2")
    assert for_the_bus["driver2"] == ["driver_licence"]


async def test_only_who_may_assign_is_shown_candidates(stage: Stage) -> None:
    order_id = await stage.approved()
    for name in ("employee", "approver", "unit_admin"):
        with pytest.raises(Forbidden):
            await _candidates(stage, name, order_id)
    with pytest.raises(NotFound):
        await _candidates(stage, "dispatcher", order_id, "secret")
    retained = await stage.approved(type=OrderType.RETAINED)
    assert (await _candidates(stage, "unit_admin", retained))["bureau"] == []
    await stage.assign("dispatcher", order_id)
    assert (await _candidates(stage, "dispatcher", order_id))["pool"] == [], "its own vehicle is not busy for a swap"
    await stage.act("driver", order_id, Action.DEPART, now=START)
    with pytest.raises(WrongState):
        await _candidates(stage, "dispatcher", order_id)


async def test_a_vehicle_without_a_depot_is_flagged_and_sent(stage: Stage) -> None:
    await stage.owner.execute("UPDATE vehicle SET home_depot_id = NULL WHERE id = %s", (stage.town.vehicles["pool"],))
    order_id = await stage.approved()
    assert (await _candidates(stage, "dispatcher", order_id))["pool"] == ["no_depot"]
    await stage.assign("dispatcher", order_id)
    row = await stage.row(order_id)
    assert (row["state"], [reason["code"] for reason in row["assignment_reason"]]) == ("assigned", ["no_depot"])


async def test_a_refused_order_has_neither_vehicle_nor_driver_and_everybody_learns_his_part(stage: Stage) -> None:
    """The dispatcher learns who and why, the requester that another vehicle is being found, the journal keeps both."""
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await stage.act("driver", order_id, Action.REFUSE, reason="身体不适")
    row = await stage.row(order_id)
    names = ("state", "vehicle_id", "driver_id", "assigned_by", "assignment_reason", "state_reason")
    assert [row[name] for name in names] == ["reassigning", None, None, None, None, None]
    kept = await store.one(
        stage.owner, "SELECT before, reason FROM journal WHERE object_id = %s AND action = 'order.refuse'", (order_id,)
    )
    assert kept is not None
    assert kept["before"] == {
        "state": "assigned",
        "vehicle_id": str(stage.town.vehicles["pool"]),
        "driver_id": str(stage.town.people["driver"]),
    }
    assert kept["reason"] == "身体不适"
    told = await store.many(
        stage.owner,
        "SELECT person_id, kind, params FROM notice WHERE object_id = %s AND kind IN ('order_refuse', 'order_reassign')",
        (order_id,),
    )
    by_person = {notice["person_id"]: notice for notice in told}
    people = stage.town.people
    assert set(by_person) == {people["dispatcher"], people["employee"]}
    assert by_person[people["dispatcher"]]["params"]["by"] == "driver"
    assert by_person[people["dispatcher"]]["params"]["reason"] == "身体不适"
    assert by_person[people["employee"]]["kind"] == "order_reassign"
    assert "reason" not in by_person[people["employee"]]["params"]


async def test_who_refused_still_sees_only_his_own_orders_afterwards(stage: Stage) -> None:
    """The one write that takes the order out of his sight does not open the rest to him."""
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    async with stage.as_person("driver") as (conn, actor):
        deed = Deed(reason="身体不适")
        await service.act(conn, actor, order_id, Action.REFUSE, deed, row_version=None, now=NOW)
        assert await store.many(conn, "SELECT id FROM dispatch_order") == []


async def test_a_wish_is_corrected_until_somebody_has_decided(stage: Stage) -> None:
    order_id = await stage.book(passenger_ids=(stage.town.people["colleague"],))
    await stage.act("employee", order_id, Action.SUBMIT)
    before = await stage.row(order_id)
    wanted = replace(draft(), passengers=3, destination=OFFICE, origin=HOSPITAL, purpose_text="改到医院接人")
    assert await _correct(stage, "employee", order_id, wanted, 2) == 3
    row = await stage.row(order_id)
    assert (row["state"], row["passengers"], row["destination"]["name"]) == ("submitted", 3, OFFICE.name)
    assert row["passenger_ids"] == before["passenger_ids"]
    assert row["route"] != before["route"]
    kept = await store.one(
        stage.owner, "SELECT before, after FROM journal WHERE object_id = %s AND action = 'order.edit'", (order_id,)
    )
    assert kept is not None
    assert (kept["before"]["passengers"], kept["after"]["passengers"]) == (2, 3)
    assert "planned_start_at" not in kept["after"]
    told = await store.many(stage.owner, "SELECT person_id FROM notice WHERE kind = 'order_edit'", ())
    assert [notice["person_id"] for notice in told] == [stage.town.people["approver"]]
    assert await _correct(stage, "employee", order_id, wanted, 3) == 3, "nothing changed, nothing written"
    with pytest.raises(Stale):
        await _correct(stage, "employee", order_id, wanted, 2)
    with pytest.raises(Invalid):
        await _correct(stage, "employee", order_id, replace(wanted, passengers=0), 3)
    with pytest.raises(Forbidden):
        await _correct(stage, "approver", order_id, wanted, 3)
    with pytest.raises(NotFound):
        await _correct(stage, "stranger", order_id, wanted, 3)
    await stage.act("approver", order_id, Action.APPROVE)
    assert await _correct(stage, "employee", order_id, replace(wanted, passengers=4), 4) == 5
    assert (await stage.row(order_id))["state"] == "submitted", "another number of people is another trip to approve"
    await stage.act("approver", order_id, Action.APPROVE)
    await stage.assign("dispatcher", order_id)
    await stage.act("driver", order_id, Action.DEPART, now=START)
    with pytest.raises(WrongState):
        await _correct(stage, "employee", order_id, wanted, 8)
    with pytest.raises(Invalid):
        await stage.act("employee", await stage.book(), Action.EDIT)


async def _correct(stage: Stage, name: str, order_id: Any, wanted: Any, row_version: int) -> int:
    async with stage.as_person(name) as (conn, actor):
        return await requests.correct(
            conn, actor, order_id, wanted, same_passengers=True, row_version=row_version, router=stage.router, now=NOW
        )


async def test_a_settlement_is_shown_before_it_is_made(stage: Stage) -> None:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    await stage.act("driver", order_id, Action.DEPART, odometer_km=1000.0, now=START)
    await stage.act("driver", order_id, Action.RETURN, odometer_km=1023.5, now=START + SPAN)
    async with stage.as_person("finance") as (conn, actor):
        with pytest.raises(WrongState):
            await service.settlement_of(conn, actor, order_id)
    await stage.act("employee", order_id, Action.RECEIPT, now=START + SPAN)
    async with stage.as_person("finance") as (conn, actor):
        shown = await service.settlement_of(conn, actor, order_id)
    assert (shown.distance_m, shown.distance_source, shown.cost_cents) == (23_500.0, "odometer", 5_875)
    assert (await stage.row(order_id))["state"] == "receipted"
    async with stage.as_person("employee") as (conn, actor):
        with pytest.raises(Forbidden):
            await service.settlement_of(conn, actor, order_id)


async def test_a_reading_below_that_of_another_driver_is_refused_and_names_it(stage: Stage) -> None:
    """The second driver does not see the first one's order, but the odometer is the vehicle's."""
    first = await stage.approved()
    await stage.assign("dispatcher", first)
    await stage.act("driver", first, Action.DEPART, odometer_km=1000.0, now=START)
    await stage.act("driver", first, Action.RETURN, odometer_km=1020.0, now=START + timedelta(hours=1))
    later = START + timedelta(hours=4)
    second = await stage.approved(planned_start_at=later, planned_end_at=later + SPAN)
    await stage.assign("dispatcher", second, "pool", "driver2")
    with pytest.raises(Invalid) as refusal:
        await stage.act("driver2", second, Action.DEPART, odometer_km=1019.0, now=later)
    assert refusal.value.params == {"field": "odometer_km", "reason": "below_last", "last": 1020.0}


async def test_a_booking_learns_how_many_the_largest_vehicle_takes(stage: Stage) -> None:
    """Retained, hidden and laid-up vehicles do not count, and nothing else about the fleet is told."""
    for name, seats in (("pool2", 20), ("bureau", 50), ("secret", 60)):
        await stage.owner.execute("UPDATE vehicle SET seats = %s WHERE id = %s", (seats, stage.town.vehicles[name]))
    async with stage.as_person("employee") as (conn, actor):
        assert await requests.most_passengers(conn, actor, None) == 19
        assert await requests.most_passengers(conn, actor, "law_enforcement") is None
        assert await store.many(conn, "SELECT id FROM vehicle") == []
    await stage.owner.execute("UPDATE vehicle SET status = 'sealed' WHERE id = %s", (stage.town.vehicles["pool2"],))
    async with stage.as_person("employee") as (conn, actor):
        assert await requests.most_passengers(conn, actor, None) == 4
