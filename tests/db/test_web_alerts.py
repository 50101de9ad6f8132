"""Suspicions as people read them: the orders a judgement looked at by their numbers, filters, and words to find one by."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet import db
from fleet.db import Jsonb
from geofence.instants import instant
from geofence.live.memory import Memory
from geofence.store import stream
from tests.db import town as town_of
from tests.db.judging import Bench, set_scene, told
from tests.db.site import Site, serving
from tests.db.test_web_scope import add_alert
from tests.servers import Database


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    """The engine on the town; the vehicle `bureau` is under test."""
    async with await db.connect(database.owner) as owner, await db.connect(database.engine) as engine:
        await stream.one_snapshot_a_transaction(engine)
        town = await town_of.build(owner)
        await owner.execute("UPDATE custody SET during = tstzrange('2020-01-01Z', NULL)")
        await owner.execute("UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL)")
        yield Bench(owner=owner, engine=engine, town=town, memory=Memory())


@pytest.fixture
async def site(bench: Bench, database: Database) -> AsyncIterator[Site]:
    """A web program before the same database."""
    async with serving(database.web, bench.owner, bench.town) as running:
        yield running


async def judged(bench: Bench, tmp_path: Path, story: str, *around_h: float, unit: str | None = None) -> None:
    """A story told to the engine; orders of `unit` begin so many hours before or after, those of the story without one."""
    case = told(tmp_path, story)
    await set_scene(bench, case, orders=unit is None)
    fixes = case.vehicles[0].fixes
    for hours in around_h:
        await town_of.add_order(
            bench.owner, bench.town, requester="stranger", unit=unit or "", vehicle="bureau", state="returned",
            start_at=instant(fixes[0].at_ms) + timedelta(hours=hours),
        )  # fmt: skip
    await bench.give(list(fixes))
    await bench.turn(fixes[-1].received_ms + 3_600_000)


async def searched(site: Site, name: str, rule: str) -> list[dict[str, Any]]:
    """The orders looked at, as the page of the first suspicion of a rule tells this person."""
    async with site.as_person(name) as client:
        (found, *_) = (await client.get("/api/alerts", params={"rule": rule})).json()["items"]
        answer = await client.get(f"/api/alerts/{found['id']}", params={"purpose": "核实疑点"})
        assert answer.status_code == 200, answer.text
        looked: list[dict[str, Any]] = answer.json()["evidence"]["order_search"]
        return looked


async def test_the_orders_the_engine_looked_at_are_told_by_number_and_result(
    bench: Bench, site: Site, tmp_path: Path
) -> None:
    """One had ended before, one began later; both are named by what people call them."""
    await judged(bench, tmp_path, "no_order", 6, -8, unit="bureau")
    looked = await searched(site, "inspector", "R01")
    assert [(one["order_no"], one["result"]) for one in looked] == [(2, "ended_before"), (1, "starts_after")]
    assert all(one["order_id"] and one["planned_start_at"] for one in looked)


async def test_a_covering_order_is_told_as_covering_and_parameters_stand_in_the_rules_order(
    bench: Bench, site: Site, tmp_path: Path
) -> None:
    await judged(bench, tmp_path, "off_route")
    looked = await searched(site, "inspector", "R07")
    assert {one["result"] for one in looked} == {"covers"}
    async with site.as_person("inspector") as client:
        (found, *_) = (await client.get("/api/alerts", params={"rule": "R07"})).json()["items"]
        page = (await client.get(f"/api/alerts/{found['id']}", params={"purpose": "核实疑点"})).json()
    assert list(page["parameters"])[:3] == ["corridor_m", "rural_corridor_m", "return_ratio"]


async def test_an_order_out_of_sight_is_not_named(bench: Bench, site: Site, tmp_path: Path) -> None:
    """An order of another unit on this vehicle: the unit learns that there was one, not which."""
    await judged(bench, tmp_path, "no_order", -8, unit="other")
    (looked,) = await searched(site, "unit_admin", "R01")
    assert (looked["order_id"], looked["order_no"], looked["result"]) == (None, None, "ended_before")


async def test_suspicions_are_found_by_plate_number_unit_rule_and_day(bench: Bench, site: Site) -> None:
    """However the plate is written, in either language, by the unit's id and between two instants."""
    at = datetime.combine(date(2026, 11, 18), datetime.min.time(), UTC)
    await bench.owner.execute("UPDATE unit SET name = '市财政局', name_en = 'Finance Bureau' WHERE code = 'bureau'")
    await bench.owner.execute("UPDATE vehicle SET plate = '晨A00001' WHERE id = %s", (bench.vehicle_id,))
    await add_alert(bench.owner, bench.town, "bureau", "bureau", at)
    off_route = await add_alert(bench.owner, bench.town, "pool", "centre", at + timedelta(days=2))
    await bench.owner.execute("UPDATE alert SET rule = 'R07', metrics = %s WHERE id = %s", (Jsonb({}), off_route))
    found = {"bureau": {1}, "pool": {2}, "both": {1, 2}, "none": set()}
    asked: list[tuple[dict[str, str], str]] = [
        ({"q": "晨Ａ·００００１"}, "bureau"), ({"q": "晨a 000"}, "bureau"), ({"q": "财政"}, "bureau"),
        ({"q": "finance"}, "bureau"), ({"q": "偏离"}, "pool"), ({"q": "without order"}, "bureau"), ({"q": "2"}, "pool"),
        ({"q": "·"}, "none"), ({"unit": str(bench.town.units["bureau"])}, "bureau"),
        ({"from": "2026-11-19T00:00:00+08:00"}, "pool"), ({"to": "2026-11-19T00:00:00+08:00"}, "bureau"), ({}, "both"),
    ]  # fmt: skip
    async with site.as_person("inspector") as client:
        for params, wanted in asked:
            items = (await client.get("/api/alerts", params=params)).json()["items"]
            assert {item["alert_no"] for item in items} == found[wanted], params
