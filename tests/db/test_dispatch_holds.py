"""What random ways of orders brought up about holds, offers and rides: small cases of each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dispatch import assignment, engine, requests
from dispatch.booking import Draft
from dispatch.sharing import service as sharing
from dispatch.waiting import service as waiting
from fleet import db, store
from fleet.errors import Conflict, Invalid
from fleet.routing import Router
from tests.db import dispatch_stage
from tests.db.dispatch_stage import SPAN, START, Stage, draft
from tests.db.town import NOW
from tests.servers import Database

LATER = NOW + timedelta(minutes=16)  # an offer is over


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.web) as web,
        Router(None) as router,
    ):
        yield await dispatch_stage.build(owner, web, router)


async def _offered(stage: Stage) -> UUID:
    """An approved order that stands in line and was offered a vehicle."""
    order_id = await stage.approved()
    async with stage.as_person("employee") as (conn, actor):
        await waiting.join_line(conn, actor, order_id, now=NOW)
    assert (await engine.look(stage.owner, NOW))["offered"] == 1
    return order_id


async def _entry(stage: Stage, order_id: UUID) -> str:
    row = await store.one(stage.owner, "SELECT state FROM wait_entry WHERE order_id = %s", (order_id,))
    assert row is not None
    return str(row["state"])


async def _verbs(stage: Stage, order_id: UUID) -> list[str]:
    rows = await store.many(stage.owner, "SELECT action FROM journal WHERE object_id = %s ORDER BY seq", (order_id,))
    return [row["action"].removeprefix("order.") for row in rows]


async def _assign(stage: Stage, order_id: UUID, vehicle_id: UUID, driver_id: UUID, **more: Any) -> int:
    async with stage.as_person("dispatcher", LATER) as (conn, actor):
        return await assignment.assign(
            conn, actor, order_id, vehicle_id=vehicle_id, driver_id=driver_id, router=stage.router, now=LATER, **more
        )


def _later() -> Draft:
    return replace(draft(), planned_start_at=START + SPAN * 2, planned_end_at=START + SPAN * 3)


async def test_an_offer_that_is_over_when_its_vehicle_is_given_away_has_left_the_line_and_its_booker_is_told(
    stage: Stage,
) -> None:
    """It used to stand as offered for ever: never offered again, and nobody heard of it."""
    offered = await _offered(stage)
    kept = await stage.row(offered)
    other = await stage.approved()
    await _assign(stage, other, kept["held_vehicle_id"], kept["held_driver_id"], row_version=None)
    assert await _entry(stage, offered) == "lapsed"
    assert (await _verbs(stage, offered))[-2:] == ["offer", "hold_over"]
    told = await store.many(stage.owner, "SELECT person_id FROM notice WHERE kind = 'offer_lapsed'")
    assert [row["person_id"] for row in told] == [stage.town.people["employee"]]


async def test_an_order_with_a_hold_that_is_over_is_assigned_by_the_version_that_was_read(stage: Stage) -> None:
    """Clearing its own old hold away first made the version of whoever assigned it stale."""
    order_id = await _offered(stage)
    row = await stage.row(order_id)
    version = await _assign(
        stage, order_id, row["held_vehicle_id"], row["held_driver_id"], row_version=row["row_version"]
    )
    after = await stage.row(order_id)
    assert (after["state"], after["row_version"], after["held_kind"]) == ("assigned", version, None)
    assert await _entry(stage, order_id) == "taken"


async def test_a_hold_in_place_of_an_offer_leaves_the_order_in_line(stage: Stage) -> None:
    order_id = await _offered(stage)
    kept = (await stage.row(order_id))["held_vehicle_id"]
    async with stage.as_person("dispatcher") as (conn, actor):
        for minutes in (-1, 4, 24 * 60 + 1, 44_975_282_119_270):  # the last one is no span at all
            with pytest.raises(Invalid):
                await waiting.hold_vehicle(conn, actor, order_id, kept, minutes=minutes, row_version=None, now=NOW)
        await waiting.hold_vehicle(conn, actor, order_id, kept, minutes=5, row_version=None, now=NOW)
    assert await _entry(stage, order_id) == "waiting"
    moved = await engine.look(stage.owner, NOW + timedelta(minutes=6))
    assert (moved["lapsed"], moved["offered"]) == (1, 1)


async def test_an_edit_to_a_time_when_the_vehicle_kept_for_it_is_anothers_is_a_conflict(stage: Stage) -> None:
    """The constraint refused it, and nobody had told the page what that means."""
    order_id, busy = await stage.approved(), await stage.approved(planned_start_at=START + SPAN * 2, planned_end_at=START + SPAN * 3)  # fmt: skip
    await stage.assign("dispatcher", busy, "pool", "driver")
    async with stage.as_person("dispatcher") as (conn, actor):
        pool = stage.town.vehicles["pool"]
        await waiting.hold_vehicle(conn, actor, order_id, pool, minutes=60, row_version=None, now=NOW)
    row = await stage.row(order_id)
    with pytest.raises(Conflict) as refusal:
        async with stage.as_person("employee") as (conn, actor):
            await requests.correct(
                conn, actor, order_id, _later(), same_passengers=True, row_version=row["row_version"], router=stage.router, now=NOW
            )  # fmt: skip
    assert refusal.value.params == {"what": "vehicle_double_booked"}
    assert await stage.row(order_id) == row


async def test_sharing_is_one_version_and_one_entry_for_each_order_and_lets_go_of_what_was_kept(stage: Stage) -> None:
    """The guest's hold ends with his consent, his own wish can no longer change what matters, and leaving is in both stories."""
    host = await stage.approved(shareable=True, round_trip=False)
    guest = await stage.approved(round_trip=False)
    async with stage.as_person("dispatcher") as (conn, actor):
        pool = stage.town.vehicles["pool"]
        await waiting.hold_vehicle(conn, actor, guest, pool, minutes=60, row_version=None, now=NOW)
    before = {order_id: (await stage.row(order_id))["row_version"] for order_id in (host, guest)}
    async with stage.as_person("employee") as (conn, actor):
        share = await sharing.ask(conn, actor, guest, host, router=stage.router, now=NOW)
        await sharing.answer(conn, actor, share, agree=True, router=stage.router, now=NOW)
    rows = {order_id: await stage.row(order_id) for order_id in (host, guest)}
    assert {order_id: row["row_version"] - before[order_id] for order_id, row in rows.items()} == {host: 1, guest: 1}
    assert (rows[guest]["rides_with"], rows[guest]["held_vehicle_id"]) == (host, None)
    assert len(rows[host]["stops"]) == 2
    with pytest.raises(Conflict) as refusal:
        async with stage.as_person("employee") as (conn, actor):
            await requests.correct(
                conn, actor, guest, _later(), same_passengers=True, row_version=rows[guest]["row_version"], router=stage.router, now=NOW
            )  # fmt: skip
    assert refusal.value.params == {"what": "rides_along"}
    async with stage.as_person("employee") as (conn, actor):
        await sharing.leave(conn, actor, share, router=stage.router, now=NOW)
    assert (await _verbs(stage, guest))[-2:] == ["share_agree", "share_left"]
    assert (await _verbs(stage, host))[-2:] == ["share_agree", "share_left"]
    assert ((await stage.row(host))["row_version"], (await stage.row(guest))["row_version"]) == (
        before[host] + 2,
        before[guest] + 2,
    )
