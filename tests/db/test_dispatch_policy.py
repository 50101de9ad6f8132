"""The fleet policy in the database: two people and dates, what it does to assignments and proposals, papers and batteries."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from dispatch import assignment, conditions, suggest
from dispatch.assignment import NotEligible
from dispatch.policy import keeping, papers
from dispatch.policy.papers import Paper, PaperKind
from dispatch.rolling import watching
from dispatch.store import policies as rows
from fleet import access, db, store
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, SameHands
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import START, Stage, draft
from tests.db.town import NOW
from tests.servers import Database

HOUR = timedelta(hours=1)
PASSED = NOW - timedelta(days=1)
# The trip of these tests is on a Wednesday, 12 to 14 in Shanghai; the plates of the town end in 1, 2, ...
EVERY_PLATE = {"name": "限行", "weekdays": [3], "digits": list(range(10)), "from": "07:00", "to": "19:00"}


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        built = await dispatch_stage.build(owner, web, router)
        await owner.execute("INSERT INTO person_role (tenant_id, person_id, role, unit_id, during) "
                            "SELECT tenant_id, id, 'fleet_admin', %s, '[2020-01-01Z,)' FROM person WHERE login = 'dispatcher'",
                            (built.town.units["root"],))  # fmt: skip
        yield built


async def drafted(stage: Stage, body: Mapping[str, Any], *, by: str = "dispatcher", since: datetime = NOW) -> UUID:
    async with stage.as_person(by) as (conn, actor):
        return await keeping.draft(conn, actor, body, holds_from=since, reason="年度调整", now=NOW)


async def published(stage: Stage, body: Mapping[str, Any], *, since: datetime = NOW, now: datetime = NOW) -> UUID:
    policy_id = await drafted(stage, body, since=since)
    async with stage.as_person("fleet_admin", now) as (conn, actor):
        await keeping.publish(conn, actor, policy_id, now=now)
    return policy_id


async def codes(stage: Stage, order_id: UUID, vehicle: str = "pool") -> list[str]:
    async with stage.as_person("dispatcher") as (conn, actor):
        found = await assignment.candidates(conn, actor, order_id, vehicle_id=None, now=NOW)
    (obstacles,) = (each for facts, each in found.vehicles if facts.vehicle.id == stage.town.vehicles[vehicle])
    return [obstacle.code for obstacle in obstacles]


async def refused(stage: Stage, order_id: UUID, vehicle: str = "pool") -> list[str]:
    with pytest.raises(NotEligible) as refusal:
        await stage.assign("dispatcher", order_id, vehicle=vehicle)
    return [reason["code"] for reason in refusal.value.params["reasons"]]  # type: ignore[attr-defined]


async def proposed(stage: Stage, *order_ids: UUID) -> suggest.Suggestion:
    async with stage.as_person("dispatcher") as (conn, actor):
        return await suggest.suggest(conn, actor, order_ids=order_ids, router=stage.router, now=NOW, seconds=1)


async def test_one_drafts_another_publishes_and_nothing_reaches_back(stage: Stage) -> None:
    """Drafts decide nothing; a version ends where the next begins; who drafted, a stranger and a past date are refused."""
    for name in ("employee", "approver", "driver"):
        with pytest.raises(Forbidden):
            await drafted(stage, {}, by=name)
    with pytest.raises(Invalid):
        await drafted(stage, {}, since=PASSED)
    with pytest.raises(Invalid):
        await drafted(stage, {"restrictions": [EVERY_PLATE | {"area_id": str(stage.town.tenant_id)}]})
    first = await drafted(stage, {"restrictions": [EVERY_PLATE]})
    order_id = await stage.approved()
    assert await codes(stage, order_id) == []
    async with stage.as_person("dispatcher") as (conn, actor):
        with pytest.raises(SameHands):
            await keeping.publish(conn, actor, first, now=NOW)
    async with stage.as_person("fleet_admin") as (conn, actor):
        await keeping.publish(conn, actor, first, now=NOW)
        with pytest.raises(Conflict):
            await keeping.withdraw(conn, actor, first, now=NOW)
        with pytest.raises(NotFound):
            await keeping.publish(conn, actor, stage.town.tenant_id, now=NOW)
    assert await codes(stage, order_id) == ["plate_restricted"]
    await published(stage, {}, since=START)
    earlier = await drafted(stage, {}, since=NOW + HOUR)
    async with stage.as_person("fleet_admin") as (conn, actor):
        with pytest.raises(Conflict):
            await keeping.publish(conn, actor, earlier, now=NOW)
        await keeping.withdraw(conn, actor, earlier, now=NOW)
    assert await codes(stage, order_id) == [], "the version that holds when the trip begins"
    spans = await store.many(stage.owner, "SELECT version_no, state, during FROM fleet_policy ORDER BY version_no")
    assert [(row["version_no"], row["state"]) for row in spans] == [(1, "in_force"), (2, "in_force"), (3, "withdrawn")]
    assert (spans[0]["during"].upper, spans[1]["during"].lower, spans[1]["during"].upper) == (START, START, None)
    told = await store.many(stage.owner, "SELECT action FROM journal WHERE object_kind = 'fleet_policy' ORDER BY seq")
    assert [row["action"].partition(".")[2] for row in told] == ["draft", "publish", "draft", "publish", "draft", "withdraw"]  # fmt: skip


async def test_two_published_at_once_leave_one(stage: Stage, database: Database) -> None:
    """Two drafts for the same instant, published by two people at the same moment."""
    ids = [await drafted(stage, {"turnaround_min": each}, by="fleet_admin") for each in (20, 30)]
    actor = await stage.town.actor(stage.owner, "dispatcher", NOW)

    async def publish(policy_id: UUID) -> str:
        async with await db.connect(database.web) as conn, conn.transaction():
            await db.scope(conn, access.scope_settings(actor))
            try:
                await keeping.publish(conn, actor, policy_id, now=NOW)
            except Conflict as refusal:
                return str(refusal.params["what"])
            return "published"

    assert sorted(await asyncio.gather(*map(publish, ids))) == ["later_policy", "published"]


async def test_what_the_policy_forbids_is_refused_by_hand_and_never_proposed(stage: Stage) -> None:
    order_id = await stage.approved()
    await published(stage, {"restrictions": [EVERY_PLATE], "turnaround_min": 40})
    assert await refused(stage, order_id) == ["plate_restricted"]
    suggestion = await proposed(stage, order_id)
    assert suggestion.assignments == ()
    (left,) = suggestion.unassigned
    assert {each["code"] for each in left.obstacles} >= {"plate_restricted"}
    async with stage.as_person("employee") as (conn, actor):
        checked = await conditions.check(conn, actor, draft(), now=NOW)
    assert checked.answer is not None
    assert not checked.answer.served
    assert any(each["code"] == "plate_restricted" for each in checked.answer.obstacles)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"purposes": {"meeting": ["law_enforcement"]}}, "class_policy"),
        ({"farthest_km": {"emergency_support": 5}}, "too_far"),
        ({"unknown_papers_block": True}, "documents_unknown"),
    ],
)
async def test_each_part_of_the_policy_reaches_the_assignment(stage: Stage, body: dict[str, Any], code: str) -> None:
    order_id = await stage.approved()
    await published(stage, body)
    assert await refused(stage, order_id) == [code]
    assert (await proposed(stage, order_id)).assignments == ()


async def test_a_trip_keeps_the_version_it_was_decided_by(stage: Stage, database: Database) -> None:
    """Assigned before the restriction: the engine finds it fit; a swap is a new decision; the order says which version."""
    before = await published(stage, {"turnaround_min": 20})
    order_id = await stage.approved()
    await stage.assign("dispatcher", order_id)
    assert (await stage.row(order_id))["fleet_policy_id"] == before
    await published(
        stage, {"restrictions": [EVERY_PLATE]}, since=NOW + timedelta(minutes=1), now=NOW + timedelta(seconds=1)
    )
    async with await db.connect(database.engine) as engine:
        assert await watching.find_unfit(engine, NOW + HOUR) == 0
        await stage.owner.execute(
            "UPDATE vehicle SET status = 'in_repair' WHERE id = %s", (stage.town.vehicles["pool"],)
        )
        assert await watching.find_unfit(engine, NOW + HOUR) == 1, "a workshop is no policy"
    assert await codes(stage, order_id, "pool2") == ["plate_restricted"], "a swap is a new decision"


async def test_the_first_paper_does_not_lengthen_a_date_entered_by_hand(stage: Stage) -> None:
    """The file says when something ends; an insurance that lasts longer leaves that standing until it is taken out."""
    pool = stage.town.vehicles["pool"]
    by_hand = NOW.date() + timedelta(days=20)
    await stage.owner.execute("UPDATE vehicle SET documents_valid_until = %s WHERE id = %s", (by_hand, pool))
    insurance = Paper(kind=PaperKind.COMPULSORY_INSURANCE, valid_until=by_hand + timedelta(days=300))
    async with stage.as_person("fleet_admin") as (conn, actor):
        await papers.enter(conn, actor, pool, insurance, now=NOW)
    assert await _valid_until(stage, pool) == by_hand
    kept = await store.one(stage.owner, "SELECT id FROM vehicle_paper WHERE kind = 'other'")
    assert kept is not None
    async with stage.as_person("fleet_admin") as (conn, actor):
        await papers.take_out(conn, actor, pool, kept["id"], "年检已过", now=NOW)
    assert await _valid_until(stage, pool) == insurance.valid_until


async def _valid_until(stage: Stage, vehicle_id: UUID) -> date | None:
    row = await store.one(
        stage.owner, "SELECT documents_valid_until AS until FROM vehicle WHERE id = %s", (vehicle_id,)
    )
    return row["until"] if row else None


async def test_papers_are_kept_with_their_history_and_the_earliest_end_counts(stage: Stage) -> None:
    pool = stage.town.vehicles["pool"]

    async def enter(kind: PaperKind, until: date, by: str = "fleet_admin") -> UUID:
        async with stage.as_person(by) as (conn, actor):
            return await papers.enter(conn, actor, pool, Paper(kind=kind, valid_until=until, number="N1"), now=NOW)

    async def until() -> date | None:
        row = await store.one(stage.owner, "SELECT documents_valid_until AS until FROM vehicle WHERE id = %s", (pool,))
        return None if row is None else row["until"]

    for name in ("dispatcher", "employee"):
        await stage.owner.execute(
            "DELETE FROM person_role WHERE role = 'fleet_admin' AND person_id = %s", (stage.town.people["dispatcher"],)
        )
        with pytest.raises(Forbidden):
            await enter(PaperKind.INSPECTION, date(2027, 1, 1), by=name)
    await enter(PaperKind.INSPECTION, date(2026, 11, 18))
    await enter(PaperKind.COMPULSORY_INSURANCE, date(2027, 3, 1))
    assert await until() == date(2026, 11, 18)
    wrong = await enter(PaperKind.INSPECTION, date(2029, 1, 1))
    assert await until() == date(2027, 3, 1)
    async with stage.as_person("fleet_admin") as (conn, actor):
        with pytest.raises(Invalid):
            await papers.take_out(conn, actor, pool, wrong, " ", now=NOW)
        await papers.take_out(conn, actor, pool, wrong, "录入错误", now=NOW)
        with pytest.raises(NotFound):
            await papers.take_out(conn, actor, pool, wrong, "录入错误", now=NOW)
    assert await until() == date(2026, 11, 18)
    kept = await store.many(stage.owner, "SELECT taken_out_why FROM vehicle_paper WHERE vehicle_id = %s", (pool,))
    assert len(kept) == 3
    order_id = await stage.approved()
    assert await codes(stage, order_id) == []
    tomorrow = await stage.approved(planned_start_at=START + 24 * HOUR, planned_end_at=START + 26 * HOUR)
    assert await refused(stage, tomorrow) == ["documents_expire"]
    assert (await store.one(stage.owner, "SELECT count(*) AS n FROM journal WHERE action IN ('vehicle.paper', 'vehicle.paper_out')"))["n"] == 4  # type: ignore[index] # fmt: skip


async def test_a_battery_is_held_to_its_range_by_hand_and_in_proposals(stage: Stage) -> None:
    """Some 14 km out and home for each trip: with 40 km of range two of three go, whoever plans them."""
    pool = stage.town.vehicles["pool"]
    await stage.owner.execute("UPDATE vehicle SET status = 'idle' WHERE id <> %s", (pool,))
    await stage.owner.execute("UPDATE vehicle SET energy = 'bev', range_km = 40 WHERE id = %s", (pool,))
    ids = [
        await stage.approved(planned_start_at=START + n * 2.5 * HOUR, planned_end_at=START + n * 2.5 * HOUR + HOUR)
        for n in range(3)
    ]
    suggestion = await proposed(stage, *ids)
    assert len(suggestion.assignments) == 2
    for order_id in ids[:2]:
        await stage.assign("dispatcher", order_id)
    assert await refused(stage, ids[2]) == ["range_too_short"]
    assert (await proposed(stage, ids[2])).assignments == ()
    await published(stage, {"energy": {"charging_min": 60}})
    assert await codes(stage, ids[2]) == []


async def test_what_the_locator_says_of_the_battery_counts_and_of_no_other_tenant(
    stage: Stage, database: Database
) -> None:
    pool = stage.town.vehicles["pool"]
    await stage.owner.execute("UPDATE vehicle SET energy = 'bev', range_km = 100 WHERE id = %s", (pool,))
    order_id = await stage.approved()
    assert await codes(stage, order_id) == []
    said = """UPDATE position SET detail = '{"soc_pct": 25}' WHERE device_no = %s"""
    await stage.owner.execute(said, (stage.town.device_no["pool"],))
    assert await codes(stage, order_id) == ["range_too_short"]
    async with stage.as_person("employee") as (conn, actor):
        assert {each: charge.pct for each, charge in (await rows.batteries(conn, actor.tenant_id)).items()} == {
            pool: 25.0
        }
        assert await rows.batteries(conn, stage.town.units["root"]) == {}
    assert await rows.batteries(stage.web, stage.town.tenant_id) == {}, "without a scope nothing"
    async with await db.connect(database.engine) as engine:
        assert set(await rows.batteries(engine, stage.town.tenant_id)) == {pool}


async def test_drafts_are_hidden_from_who_may_not_see_them_and_nobody_edits_a_version(stage: Stage) -> None:
    await drafted(stage, {})
    await published(stage, {"turnaround_min": 30})
    seen = "SELECT version_no FROM fleet_policy ORDER BY version_no"
    for name, numbers in (("employee", [2]), ("approver", [1, 2])):
        async with stage.as_person(name) as (conn, _):
            assert [row["version_no"] for row in await store.many(conn, seen)] == numbers
    async with stage.as_person("employee") as (conn, _):
        cursor = await conn.execute("UPDATE fleet_policy SET state = 'withdrawn'")
        assert cursor.rowcount == 0
    with pytest.raises(db.pg_errors.InsufficientPrivilege):
        async with stage.as_person("fleet_admin") as (conn, _):
            await conn.execute("UPDATE fleet_policy SET body = '{}'")
