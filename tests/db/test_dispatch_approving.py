"""Approval in the database: levels one after another, deputies, time-outs, budgets, edits after approval, emergencies, swaps."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dispatch import requests
from dispatch.approving import changing, timers
from dispatch.approving.default import DEFAULT
from dispatch.approving.policy import Post
from dispatch.approving.reading import as_json
from dispatch.lifecycle import Action
from fleet import db, journal, store
from fleet.db import pg_errors
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, SameHands, Stale
from fleet.order import OrderType
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import SPAN, START, Stage, draft
from tests.db.town import NOW
from tests.servers import Database

EVENING = NOW + timedelta(hours=10)  # 20:00 of the same working day
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def submitted(stage: Stage, **changes: Any) -> UUID:
    order_id = await stage.book(**changes)
    await stage.act("employee", order_id, Action.SUBMIT)
    return order_id


async def evening(stage: Stage) -> UUID:
    """Two levels: the bureau's approver, then the leader above it."""
    return await submitted(stage, planned_start_at=EVENING, planned_end_at=EVENING + SPAN)


async def state(stage: Stage, order_id: UUID) -> str:
    return str((await stage.row(order_id))["state"])


async def asked(stage: Stage, order_id: UUID) -> list[str]:
    """Who may decide the open level, and in whose name."""
    rows = await store.many(
        stage.owner,
        """SELECT p.login || coalesce(' for ' || f.login, '') AS who FROM approval_seat s JOIN approval_level l ON l.id = s.level_id
        JOIN person p ON p.id = s.person_id LEFT JOIN person f ON f.id = s.for_id
        WHERE l.order_id = %s AND l.state = 'open' AND s.left_at IS NULL ORDER BY 1""",
        (order_id,),
    )
    return [row["who"] for row in rows]


async def told(stage: Stage, kind: str) -> set[str]:
    rows = await store.many(
        stage.owner, "SELECT p.login FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = %s", (kind,)
    )
    return {row["login"] for row in rows}


async def test_an_evening_trip_is_approved_by_two_hands_and_each_sign_off_is_kept(stage: Stage) -> None:
    order_id = await evening(stage)
    assert await asked(stage, order_id) == ["approver"]
    with pytest.raises(Forbidden):
        await stage.act("leader", order_id, Action.APPROVE)
    await stage.act("approver", order_id, Action.APPROVE, off_hours_approved=True)
    assert (await state(stage, order_id), await asked(stage, order_id)) == ("submitted", ["leader"])
    with pytest.raises(SameHands):
        await stage.act("approver", order_id, Action.APPROVE)
    with pytest.raises(SameHands):
        await stage.act("approver", order_id, Action.REJECT, reason="反悔")
    await stage.act("leader", order_id, Action.APPROVE, reason="同意")
    row = await stage.row(order_id)
    assert (row["state"], row["off_hours_approved"]) == ("unit_approved", True)
    signed = await store.many(
        stage.owner,
        "SELECT a.level, p.login, a.order_row_version, a.seen FROM approval a JOIN person p ON p.id = a.approver_id ORDER BY a.level",
    )
    assert [(one["level"], one["login"], one["order_row_version"]) for one in signed] == [
        (1, "approver", 2), (2, "leader", 3),
    ]  # fmt: skip
    assert (signed[0]["seen"]["facts"]["time"], signed[0]["seen"]["budget"]["standing"]) == ("off_hours", "not_set")
    with pytest.raises(pg_errors.UniqueViolation):  # whatever a program believes
        await stage.owner.execute(
            "INSERT INTO approval (tenant_id, order_id, level, approver_id, decision, order_row_version, decided_at, round_id) "
            "SELECT tenant_id, order_id, 3, approver_id, decision, 9, decided_at, round_id FROM approval WHERE level = 1"
        )


async def test_a_deputy_decides_in_his_name_for_a_time_and_never_for_his_own_trip(stage: Stage) -> None:
    async with stage.as_person("approver") as (conn, actor):
        since, until = NOW - timedelta(days=1), NOW + timedelta(days=30)
        for bad in ({"deputy_id": actor.person_id}, {"to_at": since}, {"to_at": NOW + timedelta(days=200)}):
            said: dict[str, Any] = {
                "deputy_id": stage.town.people["colleague"],
                "from_at": since,
                "to_at": until,
                "reason": "出差",
            } | bad
            with pytest.raises(Invalid):
                await changing.delegate(conn, actor, now=NOW, **said)
        given = await changing.delegate(
            conn, actor, deputy_id=stage.town.people["colleague"], from_at=since, to_at=until, reason="出差", now=NOW
        )
    order_id = await evening(stage)
    assert await asked(stage, order_id) == ["approver", "colleague for approver"]
    await stage.act("colleague", order_id, Action.APPROVE)
    row = await store.one(stage.owner, "SELECT delegate_of FROM approval WHERE order_id = %s", (order_id,))
    assert row is not None
    assert row["delegate_of"] == stage.town.people["approver"]
    with pytest.raises(SameHands):
        await stage.act("approver", order_id, Action.APPROVE)  # his name is on the first level already
    own = await stage.book("colleague")
    await stage.act("colleague", own, Action.SUBMIT)
    assert await asked(stage, own) == ["approver"]
    async with stage.as_person("approver") as (conn, actor):
        await changing.revoke(conn, actor, given, row_version=1, now=NOW)
        with pytest.raises(Conflict):
            await changing.revoke(conn, actor, given, row_version=2, now=NOW)
    later = await evening(stage)
    with pytest.raises(NotFound):  # he does not even see it any more
        await stage.act("colleague", later, Action.APPROVE, now=NOW + MINUTE)


async def test_waiting_reminds_then_asks_the_next_in_line_and_never_approves(stage: Stage) -> None:
    order_id = await evening(stage)
    assert sum((await timers.look(stage.owner, NOW + 59 * MINUTE)).values()) == 0
    assert (await timers.look(stage.owner, NOW + 60 * MINUTE))["reminded"] == 1
    assert await told(stage, "approval_remind") == {"approver"}
    assert (await timers.look(stage.owner, NOW + 120 * MINUTE))["escalated"] == 1
    assert await asked(stage, order_id) == ["approver", "leader"]
    assert await told(stage, "approval_escalate") == {"leader", "employee"}
    assert sum((await timers.look(stage.owner, NOW + 121 * MINUTE)).values()) == 0, "each once"
    for hours in range(3, 30):
        await timers.look(stage.owner, NOW + timedelta(hours=hours))
    assert await state(stage, order_id) == "submitted"
    assert {"employee", "dispatcher", "unit_admin"} <= await told(stage, "approval_stuck")
    await stage.act("leader", order_id, Action.APPROVE, now=NOW + 122 * MINUTE)
    assert await asked(stage, order_id) == [], "the only other one has decided the first level: nobody is not somebody"
    with pytest.raises(SameHands):
        await stage.act("leader", order_id, Action.APPROVE, now=NOW + 123 * MINUTE)


async def test_an_edit_that_matters_opens_the_approval_again_with_what_changed(stage: Stage) -> None:
    order_id = await submitted(stage)
    await stage.act("approver", order_id, Action.APPROVE)
    await stage.assign("dispatcher", order_id)

    async def edit(row_version: int, *names: str, **changes: Any) -> int:
        async with stage.as_person("employee") as (conn, actor):
            wanted = replace(draft(), passenger_ids=tuple(stage.town.people[name] for name in names), **changes)
            return await requests.correct(
                conn, actor, order_id, wanted, same_passengers=False, row_version=row_version, router=stage.router, now=NOW,
            )  # fmt: skip

    assert await edit(4, "colleague", "employee") == 5
    assert await state(stage, order_id) == "assigned", "who exactly rides is not what was approved"
    assert await edit(5, "colleague", "employee", passengers=4) == 6
    row = await stage.row(order_id)
    assert (row["state"], row["vehicle_id"], row["driver_id"]) == ("submitted", None, None)
    assert await told(stage, "order_reopen") == {"approver", "driver", "dispatcher"}
    assert await edit(6, "colleague", passengers=3) == 7
    rounds = await store.many(
        stage.owner,
        "SELECT why, state, difference FROM approval_round WHERE order_id = %s ORDER BY round_no",
        (order_id,),
    )
    assert [(one["why"], one["state"]) for one in rounds] == [
        ("submit", "overtaken"),
        ("edit", "overtaken"),
        ("edit", "open"),
    ]
    changed = {one["field"]: (one["before"], one["after"]) for one in rounds[-1]["difference"]}
    assert changed["passengers"] == (2, 3), "against what was approved, not against the edit between"
    await stage.act("approver", order_id, Action.APPROVE)
    assert await state(stage, order_id) == "unit_approved"


async def test_a_budget_that_blocks_is_overridden_only_by_whom_the_policy_names_and_with_a_reason(stage: Stage) -> None:
    strict = as_json(DEFAULT) | {"budget_unknown": "block", "budget_over": "block"}
    async with stage.as_person("unit_admin") as (conn, actor):
        change_id = await changing.propose(
            conn, actor, unit_id=stage.town.units["bureau"], body=strict, from_at=None, reason="严控预算", now=NOW
        )
        other = stage.town.units["other"]
        with pytest.raises(Forbidden):
            await changing.propose(conn, actor, unit_id=other, body=strict, from_at=None, reason="严控预算", now=NOW)
        with pytest.raises(Forbidden):
            await changing.put_in_force(conn, actor, change_id, row_version=1, now=NOW)
    async with stage.as_person("fleet_admin") as (conn, actor):
        with pytest.raises(Stale):
            await changing.put_in_force(conn, actor, change_id, row_version=7, now=NOW)
        assert await changing.put_in_force(conn, actor, change_id, row_version=1, now=NOW) == (2, 1)
        own = await changing.propose(conn, actor, unit_id=None, body=strict, from_at=None, reason="全市严控", now=NOW)
        with pytest.raises(SameHands):
            await changing.put_in_force(conn, actor, own, row_version=1, now=NOW)
        await changing.appoint(
            conn, actor, post=Post.CHIEF, unit_id=stage.town.units["root"], person_id=stage.town.people["nobody"],
            from_at=None, to_at=None, now=NOW,
        )  # fmt: skip
    order_id = await submitted(stage)
    with pytest.raises(Conflict) as refusal:
        await stage.act("approver", order_id, Action.APPROVE)
    assert refusal.value.params == {"what": "over_budget"}
    with pytest.raises(Forbidden):
        await stage.act("approver", order_id, Action.OVERRIDE, reason="急")
    async with stage.as_person("finance") as (conn, actor):
        about: dict[str, Any] = {
            "unit_id": stage.town.units["root"],
            "first_day": date(2026, 1, 1),
            "last_day": date(2026, 12, 31),
        }
        await changing.set_budget(conn, actor, **about, amount_cents=100_000, reason="年度预算", now=NOW)
        with pytest.raises(Conflict):
            await changing.set_budget(conn, actor, **about, amount_cents=1, reason="重复", now=NOW)
    await stage.act("approver", order_id, Action.APPROVE)
    row = await store.one(stage.owner, "SELECT seen FROM approval WHERE order_id = %s", (order_id,))
    assert row is not None
    assert row["seen"]["budget"]["standing"] == "within"
    assert row["seen"]["budget"]["cost_cents"] > 0
    await stage.owner.execute("UPDATE approval_budget SET amount_cents = 1")
    second = await submitted(
        stage, planned_start_at=START + timedelta(hours=3), planned_end_at=START + timedelta(hours=4)
    )
    with pytest.raises(Conflict):
        await stage.act("approver", second, Action.APPROVE)
    with pytest.raises(Invalid):
        await stage.act("nobody", second, Action.OVERRIDE)
    await stage.act("nobody", second, Action.OVERRIDE, reason="抢险保障")
    assert await state(stage, second) == "unit_approved"
    row = await store.one(stage.owner, "SELECT override, opinion FROM approval WHERE order_id = %s", (second,))
    assert row == {"override": True, "opinion": "抢险保障"}
    assert "unit_admin" in await told(stage, "order_override")


async def test_a_budget_of_the_unit_above_counts_every_approved_trip_below_it(stage: Stage) -> None:
    first = await submitted(stage)
    await stage.act("approver", first, Action.APPROVE)
    async with stage.as_person("finance") as (conn, actor):
        await changing.set_budget(
            conn, actor, unit_id=stage.town.units["root"], first_day=date(2026, 11, 1), last_day=date(2026, 11, 30),
            amount_cents=1000, reason="当月", now=NOW,
        )  # fmt: skip
    second = await submitted(
        stage, planned_start_at=START + timedelta(hours=3), planned_end_at=START + timedelta(hours=4)
    )
    await stage.act("approver", second, Action.APPROVE)
    rows = await store.many(
        stage.owner, "SELECT order_id, seen -> 'budget' AS budget FROM approval ORDER BY decided_at, level"
    )
    budgets = {row["order_id"]: row["budget"] for row in rows}
    assert budgets[first]["standing"] == "not_set"
    assert budgets[second]["used_cents"] == budgets[first]["cost_cents"]
    assert budgets[second]["standing"] == "over", "it only warns here, and says so"


async def test_an_emergency_leaves_first_and_a_missing_paper_is_told_after_a_day(stage: Stage) -> None:
    order_id = await submitted(stage, type=OrderType.EMERGENCY)
    await stage.assign("dispatcher", order_id, permitted_by=stage.town.people["leader"])
    row = await stage.row(order_id)
    assert (row["state"], row["permitted_by"]) == ("emergency_started", stage.town.people["leader"])
    await stage.act("driver", order_id, Action.RETURN, now=NOW + timedelta(hours=3))
    with pytest.raises(Conflict):
        await stage.act("employee", order_id, Action.RECEIPT, now=NOW + timedelta(hours=4))
    assert (await timers.look(stage.owner, NOW + timedelta(hours=23, minutes=59)))["paper_overdue"] == 0
    for _ in range(2):
        await timers.look(stage.owner, NOW + timedelta(hours=24))
    assert {"employee", "unit_admin", "approver"} <= await told(stage, "emergency_overdue")
    kept = await store.many(
        stage.owner, "SELECT after FROM journal WHERE action = 'order.paper_overdue' AND object_id = %s", (order_id,)
    )
    assert [one["after"]["lead"] for one in kept] == ["to_be"]
    await stage.act("approver", order_id, Action.APPROVE_LATE, now=NOW + timedelta(hours=25))
    with pytest.raises(Conflict):
        await stage.act("approver", order_id, Action.APPROVE_LATE, now=NOW + timedelta(hours=25))
    await stage.act("employee", order_id, Action.RECEIPT, now=NOW + timedelta(hours=26))
    assert await journal.first_break(stage.owner, stage.town.tenant_id) == {"journal": None, "audit": None}


async def test_vehicle_and_driver_are_swapped_before_departure_with_a_reason(stage: Stage) -> None:
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    with pytest.raises(Invalid):
        await stage.assign("dispatcher", order_id, "pool2", "driver2")
    await stage.assign("dispatcher", order_id, "pool2", "driver", reason="原车抛锚")
    row = await stage.row(order_id)
    assert (row["state"], row["vehicle_id"], row["state_reason"]) == (
        "assigned",
        stage.town.vehicles["pool2"],
        "原车抛锚",
    )
    kept = await store.one(stage.owner, "SELECT before FROM journal WHERE action = 'order.swap'")
    assert kept is not None
    assert kept["before"]["vehicle_id"] == str(stage.town.vehicles["pool"])


async def test_orders_submitted_before_there_were_rounds_get_theirs(stage: Stage) -> None:
    order_id = await stage.book()
    await stage.owner.execute("UPDATE dispatch_order SET state = 'submitted' WHERE id = %s", (order_id,))
    assert (await timers.look(stage.owner, NOW))["asked"] == 1
    assert await asked(stage, order_id) == ["approver"]
    bare = await stage.book()
    await stage.owner.execute("UPDATE dispatch_order SET state = 'submitted' WHERE id = %s", (bare,))
    await stage.act("approver", bare, Action.APPROVE)
    assert await state(stage, bare) == "unit_approved"


async def test_a_year_without_a_notice_is_said_to_the_approver(stage: Stage) -> None:
    """13 January 2027 is a Wednesday nobody has stated: judged as one, and marked provisional."""
    start = datetime(2027, 1, 13, 2, 0, tzinfo=UTC)
    order_id = await submitted(stage, planned_start_at=start, planned_end_at=start + SPAN)
    row = await store.one(stage.owner, "SELECT facts FROM approval_round WHERE order_id = %s", (order_id,))
    assert row is not None
    assert (row["facts"]["time"], row["facts"]["provisional"], row["facts"]["place_by"]) == (
        "work_hours",
        True,
        "distance",
    )
