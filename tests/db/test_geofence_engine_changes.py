"""What becomes known afterwards is judged as of then: orders, calendar, custody, bindings, paths; and the evidence names it."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from fleet import store
from fleet.calendars.store import add_calendar_version
from fleet.db import Jsonb
from fleet.worktime import DayKind
from geofence.instants import instant
from geofence.live.memory import Again
from geofence.live.ways import Ways, asked_of
from geofence.store import ways
from tests.db import town as towns
from tests.db.judging import YESTERDAY, Bench, add_order, alerts, chunks, expected, revisions, set_scene, told


async def test_a_back_filled_order_withdraws_and_its_cancelling_revives(bench: Bench, tmp_path: Path) -> None:
    """The alert is never erased: raised, closed, withdrawn by the order, found again when the order is cancelled."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case, orders=False)
    for batch in chunks(list(case.vehicles[0].fixes), 40):
        await bench.give(batch)
        await bench.turn(batch[-1].at_ms)
    found = await alerts(bench)
    assert [row[0] for row in found] == ["R01", "R01"]
    order_id = await add_order(bench, case.vehicles[0].facts.orders[0])
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    await bench.owner.execute("UPDATE dispatch_order SET state = 'cancelled' WHERE id = %s", (order_id,))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == found
    told_twice = [(1, "raised", "suspected"), (2, "closed", "suspected"), (3, "order_change", "withdrawn")]
    assert await revisions(bench) == [*told_twice, (4, "order_change", "suspected")] * 2
    count = await store.one(bench.owner, "SELECT count(*) AS n FROM alert")
    assert count == {"n": 2}


async def test_what_a_vehicle_drove_under_an_order_stays_ordered_when_another_takes_the_trip_over(
    bench: Bench, tmp_path: Path
) -> None:
    """It broke down after it had departed: nobody is suspected. Taken off before it departed, it drove without an order."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.owner.execute("UPDATE dispatch_order SET departed_at = planned_start_at")
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    other = bench.town.vehicles["pool2"]
    await bench.owner.execute("UPDATE dispatch_order SET vehicle_id = %s, state = 'assigned'", (other,))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    await bench.owner.execute("DELETE FROM order_earlier_vehicle")
    await bench.owner.execute("UPDATE dispatch_order SET planned_end_at = planned_end_at + interval '1 minute'")
    await bench.owner.execute(
        "INSERT INTO rejudge (tenant_id, vehicle_id, during, why) VALUES (%s, %s, tstzrange(now() - interval '3 days', now()), 'order_change')",
        (bench.town.tenant_id, bench.vehicle_id),
    )
    await bench.turn(case.now_ms)
    assert {row[0] for row in await alerts(bench)} == {"R01"}


async def test_a_changed_calendar_judges_the_day_again(bench: Bench, tmp_path: Path) -> None:
    """An ordinary workday becomes a holiday: R04 appears; it becomes a workday again: R04 is withdrawn."""
    case = told(tmp_path, "ordinary_trip")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    for kind, rules in (("holiday", ["R04", "R04"]), ("workday", [])):
        await add_calendar_version(
            bench.owner, version_id=uuid4(), tenant_id=bench.town.tenant_id, source="test",
            days={YESTERDAY: (DayKind(kind), "")}, created_by=None,
        )  # fmt: skip
        await bench.turn(case.now_ms)
        assert [row[0] for row in await alerts(bench)] == rules


async def test_custody_that_moved_is_judged_and_stored_as_of_then(bench: Bench, tmp_path: Path) -> None:
    """The alert belongs to the unit that used the vehicle at that time, whoever has it now."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    await bench.owner.execute(
        "UPDATE custody SET during = tstzrange(lower(during), %s) WHERE vehicle_id = %s AND relation = 'user'",
        (instant(case.now_ms), bench.vehicle_id),
    )
    await bench.owner.execute(
        "INSERT INTO custody (tenant_id, vehicle_id, relation, unit_id, during) VALUES (%s, %s, 'user', %s, tstzrange(%s, NULL))",
        (bench.town.tenant_id, bench.vehicle_id, bench.town.units["other"], instant(case.now_ms)),
    )
    await bench.turn(case.now_ms)
    rows = await store.many(bench.owner, "SELECT unit_id, judgement FROM alert")
    assert rows == [{"unit_id": bench.town.units["bureau"], "judgement": "suspected"}] * 2


async def test_evidence_names_versions_orders_and_fixes(bench: Bench, tmp_path: Path) -> None:
    """A revision says what it was judged by: parameters, calendar, areas, the orders looked at, the fixes and their hash."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    start_at = instant(case.vehicles[0].fixes[0].at_ms) - timedelta(hours=5)
    await towns.add_order(
        bench.owner,
        bench.town,
        requester="employee",
        unit="bureau",
        start_at=start_at,
        vehicle="bureau",
        state="settled",
    )
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    row = await store.one(bench.owner, "SELECT * FROM alert_revision ORDER BY fixes_from, revision DESC LIMIT 1")
    assert row is not None
    assert row["parameters"]["minimum_m"] == 200
    assert row["rule_version_id"] is not None
    assert row["calendar_version_id"] is not None
    assert len(row["area_version_ids"]) == 1
    assert [each["result"] for each in row["order_search"]] == ["ended_before"]
    assert row["fixes_count"] > 30
    assert len(row["fixes_sha256"]) == 32


async def test_a_locator_bound_afterwards_is_judged_from_its_stored_fixes(bench: Bench, tmp_path: Path) -> None:
    """Fixes came before anybody said which vehicle they belong to; corrected again, their alerts are withdrawn."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    await bench.owner.execute("UPDATE device_binding SET during = tstzrange(now() - interval '1 hour', NULL)")
    await bench.owner.execute("DELETE FROM rejudge")
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    await bench.owner.execute(
        "UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL) WHERE vehicle_id = %s", (bench.vehicle_id,)
    )
    await bench.turn(case.now_ms)
    assert await alerts(bench) == expected(case)
    await bench.owner.execute("UPDATE device_binding SET during = tstzrange(now() - interval '1 hour', NULL)")
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []


async def test_an_order_without_a_path_is_judged_along_the_routers(bench: Bench, tmp_path: Path) -> None:
    """First it is only noted; with the router's answer the time of the order is judged again and says so."""
    case = told(tmp_path, "off_route")
    (order_id,) = await set_scene(bench, case)
    planned = case.vehicles[0].facts.orders[0]
    assert planned.path is not None
    first, last = planned.path.points[0], planned.path.points[len(planned.path.points) // 2]
    await bench.owner.execute(
        "UPDATE dispatch_order SET route = NULL, origin = %s, destination = %s WHERE id = %s",
        (*(Jsonb({"name": "", "lon": lon, "lat": lat}) for lon, lat in (first, last)), order_id),
    )
    await bench.give(list(case.vehicles[0].fixes))
    await bench.turn(case.now_ms)
    assert await alerts(bench) == []
    vehicle_id, order = bench.memory.unrouted[order_id]
    assert order.route_points == (first, last, first)
    await ways.save(
        bench.engine, order.id, asked_of(order), Ways(source="router", lines=(planned.path.points,)), "roads"
    )
    bench.memory.again.append(
        Again(vehicle_id=vehicle_id, from_ms=order.start_ms, to_ms=order.end_ms, why="order_change")
    )
    await bench.turn(case.now_ms)
    assert [row[0] for row in await alerts(bench)] == ["R07"]
    row = await store.one(bench.owner, "SELECT metrics FROM alert")
    assert row is not None
    assert row["metrics"]["route"] == "router"
