"""An event in the database: a plan in versions, approved as a whole, whose movements are ordinary orders."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.event import importing, keeping
from dispatch.event.movement import BadPlan
from dispatch.lifecycle import Action
from fleet import db, journal, store
from fleet.errors import Forbidden, Invalid, NotFound, SameHands
from fleet.routing import Router
from tests.db import dispatch_stage, event_stage
from tests.db.dispatch_stage import Stage
from tests.db.event_stage import HEAD, bring, line, plan, put_in_force, rows
from tests.db.town import NOW
from tests.servers import Database

EIGHT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with await db.connect(database.owner) as owner, await db.connect(database.web) as web, Router(None) as router:
        yield await dispatch_stage.build(owner, web, router)


async def orders(stage: Stage, event_id: Any) -> list[dict[str, Any]]:
    sql = "SELECT o.*, m.trip_no FROM dispatch_order o LEFT JOIN event_movement m ON m.order_id = o.id WHERE o.event_id = %s ORDER BY o.order_no"
    return await store.many(stage.owner, sql, (event_id,))


def told(refusal: BadPlan) -> list[dict[str, Any]]:
    errors = refusal.params["errors"]
    assert isinstance(errors, list)
    return errors


async def test_a_plan_becomes_orders_once_and_its_changes_wait_for_other_hands(stage: Stage) -> None:
    """Version by version: the same file changes nothing, an approved plan changes only with a reason and a second person, nothing is erased."""
    event_id = await event_stage.add_event(stage)
    text = plan(60)
    looked = await bring(stage, event_id, text, dry=True)
    assert (looked.state, looked.version_no, looked.counts["added"]) == ("dry", None, 60)
    first = await bring(stage, event_id, text)
    assert (first.state, first.version_no, first.trips) == ("applied", 1, 60)
    assert (await bring(stage, event_id, text)).state == "unchanged"
    admin = stage.town.people["fleet_admin"]
    await stage.owner.execute("UPDATE transport_event SET commander_id = %s, state = 'frozen'", (admin,))
    with pytest.raises(SameHands):
        async with stage.as_person("fleet_admin") as (conn, actor):
            await keeping.approve(conn, actor, event_id, "同意", row_version=None, now=NOW)
    await stage.owner.execute("UPDATE transport_event SET commander_id = created_by, state = 'draft'")
    assert await put_in_force(stage, event_id) == (60, 60)
    found = await orders(stage, event_id)
    assert {(row["type"], row["state"], row["off_hours_approved"]) for row in found} == {
        ("batch", "unit_approved", True)
    }
    assert {row["unit_id"] for row in found} == {stage.town.units["bureau"]}
    # One trip goes, one moves, one has more people, one is new: proposed, and the orders are as they were.
    lines = rows(text)
    moved = lines[1].replace("T00001,", "T00001,").split(",")
    moved[9] = (datetime.fromisoformat(moved[9]) + timedelta(minutes=5)).isoformat()
    more = lines[2].split(",")
    more[2] = "2"
    lines[1], lines[2] = ",".join(moved), ",".join(more)
    changed = HEAD + "".join([*lines[:-1], line(99, EIGHT)])
    with pytest.raises(Invalid):
        await bring(stage, event_id, changed)
    second = await bring(stage, event_id, changed, reason="赛程调整")
    assert (second.state, second.version_no) == ("proposed", 2)
    assert {kind: n for kind, n in second.counts.items() if n} == {"added": 1, "removed": 1, "moved": 1, "changed": 1}
    assert [row["row_version"] for row in await orders(stage, event_id)] == [row["row_version"] for row in found]
    with pytest.raises(Forbidden):
        async with stage.as_person("dispatcher") as (conn, actor):
            await importing.decide(conn, actor, event_id, 2, agree=True, reason="", now=NOW)
    async with stage.as_person("fleet_admin") as (conn, actor):
        met = await importing.decide(conn, actor, event_id, 2, agree=True, reason="同意调整", now=NOW)
    assert met == {"made": 1, "changed": 2, "called_off": 1}
    after = {row["trip_no"]: row for row in await orders(stage, event_id)}
    assert after["T00059"]["state"] == "cancelled"
    assert after["T00059"]["state_reason"] == "赛程调整"
    assert (after["T00002"]["passengers"], after["T00099"]["state"]) == (2, "unit_approved")
    assert after["T00001"]["planned_start_at"] == datetime.fromisoformat(moved[9])
    assert len(after) == 61
    changes = await store.many(
        stage.owner,
        "SELECT kind FROM event_change c JOIN event_version v ON v.id = c.version_id WHERE v.version_no = 2",
    )
    assert len(changes) == 4
    # A trip that was removed comes back as another order; the first one stays on record.
    await bring(stage, event_id, rows_back(text, 59), whole=False, reason="恢复")
    async with stage.as_person("fleet_admin") as (conn, actor):
        await importing.decide(conn, actor, event_id, 3, agree=True, reason="", now=NOW)
    states = [row["state"] for row in await orders(stage, event_id)]
    assert (len(states), states.count("cancelled")) == (62, 1)
    assert await journal.first_break(stage.owner, stage.town.tenant_id) == {"journal": None, "audit": None}
    written = await store.many(
        stage.owner, "SELECT action, count(*) AS n FROM journal WHERE object_kind = 'order' GROUP BY action"
    )
    assert {row["action"]: row["n"] for row in written} == {
        "order.book": 62,
        "order.approve": 62,
        "order.edit": 2,
        "order.cancel": 1,
    }


def rows_back(text: str, number: int) -> str:
    return HEAD + rows(text)[number]


async def test_a_wrong_file_leaves_the_plan_and_a_partial_one_never_drops_a_trip_whose_line_is_wrong(
    stage: Stage,
) -> None:
    event_id = await event_stage.add_event(stage)
    text = plan(10)
    await bring(stage, event_id, text)
    wrong = text.replace("T00003,W", "T00003,,W", 1)  # a cell too many
    with pytest.raises(BadPlan) as refused:
        await bring(stage, event_id, wrong)
    assert {error["line"] for error in told(refused.value)} == {5}
    found = await bring(stage, event_id, wrong, partial=True)
    assert (found.state, found.trips) == ("unchanged", 10)
    late = HEAD + "".join(rows(text)) + line(77, EIGHT + timedelta(days=5))
    with pytest.raises(BadPlan) as refused:
        await bring(stage, event_id, late)
    assert [(e["reason"], e["params"]) for e in told(refused.value)] == [("outside_event", {"trip_no": "T00077"})]


async def test_a_trip_that_left_is_not_changed_any_more(stage: Stage) -> None:
    """It is named; with `partial` the rest of the file is taken."""
    event_id = await event_stage.add_event(stage)
    text = HEAD + line(0, EIGHT) + line(1, EIGHT) + line(2, EIGHT)
    await bring(stage, event_id, text)
    await put_in_force(stage, event_id)
    first = (await orders(stage, event_id))[0]
    await stage.assign("dispatcher", first["id"])
    await stage.act("driver", first["id"], Action.DEPART)
    another = HEAD + line(0, EIGHT, people=4) + line(1, EIGHT, people=4)
    with pytest.raises(BadPlan) as refused:
        await bring(stage, event_id, another, reason="人数")
    assert [error["reason"] for error in told(refused.value)] == ["under_way"]
    found = await bring(stage, event_id, another, reason="人数", partial=True)
    assert (found.counts["changed"], found.counts["removed"]) == (1, 1)


async def test_a_moved_trip_gives_its_vehicle_back_and_the_journal_says_which(stage: Stage) -> None:
    """The step is that of the life cycle: taken back, with vehicle, driver and the reason of the change."""
    event_id = await event_stage.add_event(stage)
    await bring(stage, event_id, HEAD + line(0, EIGHT))
    await put_in_force(stage, event_id)
    (first,) = await orders(stage, event_id)
    await stage.assign("dispatcher", first["id"])
    await bring(stage, event_id, HEAD + line(0, EIGHT + timedelta(hours=2)), reason="赛程调整")
    async with stage.as_person("fleet_admin") as (conn, actor):
        await importing.decide(conn, actor, event_id, 2, agree=True, reason="", now=NOW)
    (after,) = await orders(stage, event_id)
    assert (after["state"], after["vehicle_id"], after["driver_id"]) == ("reassigning", None, None)
    entry = await store.one(stage.owner, "SELECT action, before, after, reason FROM journal WHERE object_id = %s ORDER BY seq DESC LIMIT 1", (first["id"],))  # fmt: skip
    assert entry is not None
    assert (entry["action"], entry["reason"]) == ("order.unassign", "赛程调整")
    assert entry["before"] == {
        "state": "assigned", "means": None, "vehicle_id": str(stage.town.vehicles["pool"]), "driver_id": str(stage.town.people["driver"]),
    }  # fmt: skip
    assert entry["after"]["state"] == "reassigning"


async def test_only_who_may_brings_and_sees_a_plan(stage: Stage) -> None:
    event_id = await event_stage.add_event(stage)
    for name, refusal in (("employee", Forbidden), ("fleet_admin", Forbidden), ("inspector", Forbidden)):
        with pytest.raises(refusal):
            async with stage.as_person(name) as (conn, actor):
                await importing.import_plan(
                    conn, actor, event_id, plan(3), whole=True, partial=False, dry=False, reason="", now=NOW
                )
    async with stage.as_person("employee") as (conn, _):
        assert await store.many(conn, "SELECT id FROM transport_event") == []
    with pytest.raises(NotFound):
        await bring(stage, stage.town.tenant_id, plan(3))
