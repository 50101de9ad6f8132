"""One trip through the interface by the people it takes: book, approve, assign, drive, receipt, settle."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dispatch.rolling.rounds import Rounds
from fleet import db, store
from fleet.routing import Router
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.town import working_morning
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it, without a router: routes are straight lines and say so."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


def wish(**more: Any) -> dict[str, Any]:
    """A trip on the next working morning."""
    start = working_morning(datetime.now(UTC))
    return {
        "planned_start_at": start.isoformat(),
        "planned_end_at": (start + timedelta(hours=2)).isoformat(),
        "origin": {"name": "局机关", "lon": 116.0, "lat": 32.0},
        "destination": {"name": "市医院", "lon": 116.1, "lat": 32.05},
        "passengers": 2,
        "purpose": "meeting",
        "purpose_text": "协调会",
        **more,
    }


async def step(client: httpx.AsyncClient, order: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    headers = {"If-Match": f'"{order["row_version"]}"', "Idempotency-Key": str(uuid4())}
    return await client.post(f"/api/orders/{order['id']}/{name}", json=body, headers=headers)


async def test_a_trip_is_booked_approved_assigned_driven_and_settled(site: Site) -> None:
    """Every person sees the steps that are his, and the order ends settled with its story."""
    town = site.town
    async with (
        site.as_person("employee") as employee,
        site.as_person("approver") as approver,
        site.as_person("dispatcher") as dispatcher,
        site.as_person("driver") as driver,
    ):
        answer = await employee.post("/api/orders", json=wish())
        assert answer.status_code == 201, answer.text
        order = answer.json()
        assert order["state"] == "submitted"
        assert order["route_source"] == "straight_line"
        assert order["steps"] == ["cancel", "edit", "withdraw"]
        waiting = (await approver.get("/api/approvals")).json()["items"]
        assert [one["id"] for one in waiting] == [order["id"]]
        order = (await approver.get(f"/api/orders/{order['id']}")).json()
        assert {"approve", "reject"} <= set(order["steps"])
        order = (await step(approver, order, "approve", reason="同意")).json()
        assert (order["state"], order["approvals"][0]["opinion"]) == ("unit_approved", "同意")
        chosen = {"vehicle_id": str(town.vehicles["pool"]), "driver_id": str(town.people["driver"])}
        answer = await step(dispatcher, order, "assign", **chosen)
        assert answer.status_code == 200, answer.text
        order = answer.json()
        for name in ("accept", "depart", "arrive", "return"):
            answer = await step(driver, order, name)
            assert answer.status_code == 200, (name, answer.text)
            order = answer.json()
        order = (await step(employee, order, "receipt", rating=5, reason="准时")).json()
        assert order["plate"] == "测APOOL"
        order = (await step(dispatcher, order, "settle")).json()
        assert order["state"] == "settled"
        assert order["cost_cents"] is not None
        actions = [entry["action"] for entry in order["history"]]
        assert actions == [f"order.{name}" for name in (
            "book", "submit", "approve", "assign", "accept", "depart", "arrive", "return", "receipt", "settle")]  # fmt: skip
        notices = (await employee.get("/api/notices")).json()["items"]
        assert {"order_approve", "order_assign"} <= {notice["kind"] for notice in notices}
        read = await employee.post(f"/api/notices/{notices[0]['id']}/read")
        assert read.status_code == 204
        assert (await driver.post(f"/api/notices/{notices[0]['id']}/read")).status_code == 404


async def test_a_breakdown_on_the_way_gets_another_vehicle_and_the_journal_tells_who_did_what(
    site: Site, database: Database
) -> None:
    """The fleet's administrator lets breakdowns be re-planned; the driver reports one; the engine sends the other car; the trip ends settled."""
    town = site.town
    async with (
        site.as_person("employee") as employee,
        site.as_person("approver") as approver,
        site.as_person("dispatcher") as dispatcher,
        site.as_person("driver") as driver,
        site.as_person("fleet_admin") as fleet_admin,
        await db.connect(database.engine) as engine,
        Router(None) as router,
    ):
        rules = {"adopts": ["breakdown"], "frozen_min": 30, "stability_s": 600}
        assert (await fleet_admin.put("/api/dispatch/replan-rules", json=rules)).status_code == 200
        order = (await employee.post("/api/orders", json=wish())).json()
        order = (await approver.get(f"/api/orders/{order['id']}")).json()
        order = (await step(approver, order, "approve", reason="同意")).json()
        chosen = {"vehicle_id": str(town.vehicles["pool"]), "driver_id": str(town.people["driver"])}
        order = (await step(dispatcher, order, "assign", **chosen)).json()
        for name, said in (("accept", {}), ("depart", {}), ("break_down", {"reason": "水温过高"})):
            answer = await step(driver, order, name, **said)
            assert answer.status_code == 200, (name, answer.text)
            order = answer.json()
        now = datetime.now(UTC)
        for vehicle in town.vehicles:
            await town_of.add_fix(site.owner, town, vehicle, now, lon=116.02)
        done = await Rounds().look(engine, router, now)
        assert done["adopted"] == 1
        (upset,) = (await dispatcher.get("/api/dispatch/disruptions")).json()["items"]
        assert (upset["kind"], upset["state"], upset["order_id"]) == ("breakdown", "adopted", order["id"])
        order = (await dispatcher.get(f"/api/orders/{order['id']}")).json()
        assert (order["state"], order["vehicle_id"]) == ("assigned", str(town.vehicles["pool2"]))
        told = {notice["kind"] for notice in (await employee.get("/api/notices")).json()["items"]}
        assert "order_moved" in told
        for name in ("accept", "depart", "arrive", "return"):
            answer = await step(driver, order, name)
            assert answer.status_code == 200, (name, answer.text)
            order = answer.json()
        order = (await step(employee, order, "receipt", rating=4)).json()
        order = (await step(dispatcher, order, "settle")).json()
        assert order["state"] == "settled", order
        deeds = [(entry["action"].removeprefix("order."), entry["actor"]) for entry in order["history"]]
        assert [verb for verb, _ in deeds] == ["book", "submit", "approve", "assign", "accept", "depart", "break_down",
            "replan", "accept", "depart", "arrive", "return", "receipt", "settle"]  # fmt: skip
        doers = dict(deeds)
        assert len({doers[verb] for verb in ("book", "approve", "assign", "break_down", "replan")}) == 5


async def test_an_emergency_leaves_before_its_paper_and_is_closed_only_after_it(site: Site) -> None:
    """The vehicle first, the approval after the return; the journal says who did what when."""
    town = site.town
    chosen = {"vehicle_id": str(town.vehicles["pool"]), "driver_id": str(town.people["driver"])}
    async with (
        site.as_person("employee") as employee,
        site.as_person("approver") as approver,
        site.as_person("dispatcher") as dispatcher,
        site.as_person("driver") as driver,
    ):
        order = (await employee.post("/api/orders", json=wish(type="emergency"))).json()
        answer = await step(dispatcher, order, "assign", **chosen)
        assert (answer.status_code, answer.json()["state"]) == (200, "emergency_started"), answer.text
        answer = await step(driver, answer.json(), "return")
        assert answer.status_code == 200, answer.text
        order = (await employee.get(f"/api/orders/{order['id']}")).json()
        answer = await step(employee, order, "receipt", rating=5)
        assert answer.status_code == 409, answer.text
        order = (await approver.get(f"/api/orders/{order['id']}")).json()
        answer = await step(approver, order, "approve_late", reason="情况属实")
        assert answer.status_code == 200, answer.text
        order = (await employee.get(f"/api/orders/{order['id']}")).json()
        answer = await step(employee, order, "receipt", rating=5)
        assert (answer.status_code, answer.json()["state"]) == (200, "receipted"), answer.text
        deeds = [(entry["action"].removeprefix("order."), entry["actor"]) for entry in answer.json()["history"]]
        assert [verb for verb, _ in deeds] == ["book", "submit", "start_emergency", "return", "approve_late", "receipt"]
        assert len({dict(deeds)[verb] for verb in ("book", "start_emergency", "return", "approve_late")}) == 4


async def test_who_asked_does_not_decide_and_a_wrong_step_says_what_is_possible(site: Site) -> None:
    """Separation of duties and the life cycle, as the interface tells them."""
    async with site.as_person("approver") as approver, site.as_person("employee") as employee:
        own = (await approver.post("/api/orders", json=wish())).json()
        refused = await step(approver, own, "approve")
        assert (refused.status_code, refused.json()["code"]) == (403, "same_hands")
        assert "approve" not in own["steps"]
        order = (await employee.post("/api/orders", json=wish())).json()
        early = await step(employee, order, "receipt")
        assert early.status_code == 409
        assert early.json()["code"] == "wrong_state"
        assert "approve" in early.json()["params"]["allowed"]
        stale = await step(approver, {**order, "row_version": 1}, "approve")
        assert (stale.status_code, stale.json()["params"]) == (409, {"yours": 1, "current": order["row_version"]})


async def test_a_bad_wish_names_its_field(site: Site) -> None:
    """Past start, unknown person, too many passengers, a place that is not on earth."""
    past = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    async with site.as_person("employee") as client:
        for change, field in (
            ({"planned_start_at": past}, "planned_start_at"),
            ({"passengers": 0}, "passengers"),
            ({"passenger_ids": [str(uuid4())]}, "passenger_ids"),
        ):
            answer = await client.post("/api/orders", json=wish(**change))
            assert (answer.status_code, answer.json()["params"]["field"]) == (422, field), answer.text
        nowhere = await client.post("/api/orders", json=wish(origin={"name": "x", "lon": 200, "lat": 0}))
        assert nowhere.json()["params"]["fields"][0]["field"] == "body.origin.lon"
        strange = await client.post("/api/orders", json=wish(purpose_text="a\0b"))
        assert strange.status_code == 422


async def test_a_refused_trip_leaves_the_drivers_sight_but_the_step_is_done(site: Site) -> None:
    """The driver refuses with a reason; he no longer sees the order and is told its version only if so."""
    town = site.town
    start = datetime.now(UTC) + timedelta(hours=1)
    order_id = await town_of.add_order(
        site.owner, town, requester="employee", unit="bureau", start_at=start, vehicle="pool", driver="driver",
        state="assigned",
    )  # fmt: skip
    async with site.as_person("driver") as driver, site.as_person("dispatcher") as dispatcher:
        order = (await driver.get(f"/api/orders/{order_id}")).json()
        done = await step(driver, order, "refuse", reason="身体不适")
        assert done.status_code == 200, done.text
        after = (await dispatcher.get(f"/api/orders/{order_id}")).json()
        assert after["state"] == "reassigning"
        assert after["row_version"] == done.json()["row_version"]


async def test_a_proposal_is_made_with_reasons_and_accepted(site: Site) -> None:
    """The queue says how many vehicles could, the solver proposes one, accepting assigns it."""
    start = datetime.now(UTC) + timedelta(days=1)
    order_id = await town_of.add_order(
        site.owner, site.town, requester="employee", unit="bureau", start_at=start, state="unit_approved"
    )
    depot = uuid4()
    shape = {"type": "Polygon", "coordinates": [[[115.99, 31.99], [116.0, 31.99], [116.0, 32.0], [115.99, 31.99]]]}
    await store.add_area(
        site.owner, area_id=depot, tenant_id=site.town.tenant_id, kind="depot", code="d", name="场站",
        geometry=shape,
    )  # fmt: skip
    await site.owner.execute("UPDATE vehicle SET home_depot_id = %s", (depot,))
    for vehicle in ("pool", "pool2"):
        await town_of.add_fix(site.owner, site.town, vehicle, datetime.now(UTC))
    places = ('{"name": "a", "lon": 116.0, "lat": 32.0}', '{"name": "b", "lon": 116.1, "lat": 32.0}')
    await site.owner.execute("UPDATE dispatch_order SET origin = %s, destination = %s", places)
    async with site.as_person("dispatcher") as client, site.as_person("employee") as employee:
        (waiting,) = (await client.get("/api/dispatch/queue")).json()["items"]
        assert (waiting["id"], waiting["feasible"]) == (str(order_id), 2)
        plan = (await client.post("/api/dispatch/suggest", json={})).json()
        assert plan["travel_times"] == "straight_line"
        (proposed,) = plan["assignments"]
        assert proposed["order_id"] == str(order_id)
        assert proposed["reasons"]
        assert {one["vehicle_id"] for one in proposed["alternatives"]}
        body = {"plan_id": plan["plan_id"], "order_ids": [str(order_id)]}
        assert (await employee.post("/api/dispatch/accept", json=body)).status_code == 403
        accepted = (await client.post("/api/dispatch/accept", json=body)).json()
        assert accepted == {"assigned": [str(order_id)], "refused": []}
        order = (await client.get(f"/api/orders/{order_id}")).json()
        assert order["state"] == "assigned"
        assert order["assignment_reason"][0]["code"]
        assert (await client.get("/api/dispatch/queue")).json()["items"] == []
