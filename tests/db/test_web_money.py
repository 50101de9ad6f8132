"""Money and papers through the interface: printed orders, tariffs, statements, the end of a trip."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from dispatch.ending.reminders import remind
from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_orders import step, wish
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def test_who_sees_an_order_prints_it_and_that_is_part_of_its_story(site: Site) -> None:
    """The booker and the dispatcher get a PDF that names the order; both are in the order's journal; a stranger finds nothing."""
    async with site.as_person("employee") as employee, site.as_person("dispatcher") as dispatcher:
        order = (await employee.post("/api/orders", json=wish())).json()
        for client in (employee, dispatcher):
            paper = await client.get(f"/api/orders/{order['id']}/paper", params={"lang": "zh"})
            assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf"), paper.text
            text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
            assert str(order["order_no"]) in text
        history = (await dispatcher.get(f"/api/orders/{order['id']}")).json()["history"]
        assert [entry["action"] for entry in history][-2:] == ["order.print"] * 2
        assert len({entry["actor"] for entry in history[-2:]}) == 2
    async with site.as_person("driver") as driver:
        assert (await driver.get(f"/api/orders/{order['id']}/paper")).status_code == 404


async def driven(site: Site, order: dict[str, Any], *, until: str = "return") -> dict[str, Any]:
    """The order approved, assigned to the pool's vehicle and driven by its people."""
    town = site.town
    async with (
        site.as_person("approver") as approver,
        site.as_person("dispatcher") as dispatcher,
        site.as_person("driver") as driver,
    ):
        order = (await step(approver, order, "approve")).json()
        chosen = {"vehicle_id": str(town.vehicles["pool"]), "driver_id": str(town.people["driver"])}
        order = (await step(dispatcher, order, "assign", **chosen)).json()
        for name in ("accept", "depart", "arrive", "return"):
            answer = await step(driver, order, name)
            assert answer.status_code == 200, (name, answer.text)
            order = answer.json()
            if name == until:
                break
    return order


async def test_a_tariff_by_two_people_a_voucher_and_the_units_statement_to_the_cent(site: Site) -> None:
    """Drafted by one, in force by another; a trip is settled by it, its toll passed on; the month's statement is the sum of its lines."""
    rates = {"vehicle_class": "emergency_support", "cents_per_km": 0, "minimum_cents": 4_200, "holds_from": datetime.now(UTC).isoformat(), "reason": "年度调价"}  # fmt: skip
    month = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}"
    async with (
        site.as_person("fleet_admin") as first,
        site.as_person("finance") as second,
        site.as_person("employee") as employee,
        site.as_person("driver") as driver,
        site.as_person("unit_admin") as unit_admin,
    ):
        made = await first.post("/api/tariffs", json=rates)
        assert made.status_code == 201, made.text
        refused = await first.post(f"/api/tariffs/{made.json()['id']}/publish")
        assert (refused.status_code, refused.json()["code"]) == (403, "same_hands")
        assert (await second.post(f"/api/tariffs/{made.json()['id']}/publish")).status_code == 204
        late = await first.post("/api/tariffs", json=rates | {"holds_from": "2026-01-01T00:00:00Z"})
        assert (late.status_code, late.json()["params"]["reason"]) == (422, "past")
        order = (await employee.post("/api/orders", json=wish(class_wanted="emergency_support"))).json()
        estimate = (await employee.get(f"/api/orders/{order['id']}/estimate")).json()
        assert [(line["code"], line["cents"]) for line in estimate["lines"]] == [("minimum", 4_200)]
        order = await driven(site, order)
        toll = {"kind": "toll", "cents": 1_550, "paid_at": datetime.now(UTC).isoformat(), "number": "T1"}
        wrong = (await driver.post(f"/api/orders/{order['id']}/vouchers", json=toll | {"cents": 9})).json()
        assert (await driver.post(f"/api/orders/{order['id']}/vouchers", json=toll)).status_code == 201
        out = f"/api/orders/{order['id']}/vouchers/{wrong['id']}/take-out"
        assert (await driver.post(out, json={"reason": "录入错误"})).status_code == 204
        assert (await driver.post(out, json={"reason": "录入错误"})).status_code == 404
        waiting = (await unit_admin.get("/api/statements", params={"month": month})).json()["items"]
        assert [(row["trips"], row["waiting"]) for row in waiting] == [(0, 1)]
        order = (await step(employee, order, "receipt")).json()
        order = (await step(second, order, "settle")).json()
        assert (order["cost_cents"], [line["code"] for line in order["cost_lines"]]) == (5_750, ["minimum", "toll"])
        late_toll = await driver.post(f"/api/orders/{order['id']}/vouchers", json=toll)
        assert (late_toll.status_code, late_toll.json()["code"]) == (409, "wrong_state")
        (unit,) = (await unit_admin.get("/api/statements", params={"month": month})).json()["items"]
        assert (unit["trips"], unit["waiting"], unit["cost_cents"]) == (1, 0, 5_750)
        found = (await unit_admin.get(f"/api/statements/{unit['id']}/lines", params={"month": month})).json()["items"]
        parts = (
            "distance_cents",
            "time_cents",
            "allowance_cents",
            "minimum_cents",
            "voucher_cents",
            "shared_cents",
            "means_cents",
        )
        assert (
            [sum(line[part] for part in parts) for line in found] == [line["cost_cents"] for line in found] == [5_750]
        )
        assert found[0]["id"] == order["id"]
        paper = await unit_admin.get(f"/api/statements/{unit['id']}/paper", params={"month": month})
        assert "57.50" in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        sheet = await unit_admin.get(
            f"/api/statements/{unit['id']}/lines", params={"month": month, "format": "csv", "lang": "zh"}
        )
        assert "57.5" in sheet.text
        slip = await employee.get(f"/api/orders/{order['id']}/paper")
        assert "57.50" in PdfReader(io.BytesIO(slip.content)).pages[0].extract_text()
        assert (await driver.get("/api/statements", params={"month": month})).status_code == 403


async def test_a_trip_ends_with_a_look_back_a_lost_umbrella_a_rating_and_its_reminders(
    site: Site, database: Database
) -> None:
    """Each once and by who was there; the engine reminds of the receipt a day later, once; the month's figures count the trip."""
    now = datetime.now(UTC)
    async with (
        site.as_person("employee") as employee,
        site.as_person("driver") as driver,
        site.as_person("colleague") as colleague,
        site.as_person("dispatcher") as dispatcher,
    ):
        order = (await employee.post("/api/orders", json=wish())).json()
        order = await driven(site, order)
        path = f"/api/orders/{order['id']}"
        items = dict.fromkeys(("belongings", "clean", "closed", "switched_off", "papers_and_key", "undamaged"), True)
        looked = await driver.post(f"{path}/checklist", json={"items": items | {"clean": False}, "fuel_pct": 70})
        assert looked.status_code == 201, looked.text
        assert (await driver.post(f"{path}/checklist", json={"items": items})).json()["params"] == {"what": "already_checked"}  # fmt: skip
        assert (await colleague.post(f"{path}/lost-property", json={"what": "雨伞"})).status_code == 404
        lost = (await employee.post(f"{path}/lost-property", json={"what": "雨伞", "place": "后排"})).json()
        closed = await driver.post(f"{path}/lost-property/{lost['id']}/close", json={"end": "given_back"})
        assert [row["state"] for row in closed.json()["lost"]] == ["given_back"]
        assert (await employee.get("/api/lost-property", params={"open_only": True})).json()["items"] == []
        assert (await driver.post(f"{path}/rating", json={"stars": 5})).status_code == 403
        short = await employee.post(f"{path}/rating", json={"stars": 1, "complaint": True})
        assert short.json()["params"] == {"field": "words", "reason": "say_more"}
        rated = await employee.post(f"{path}/rating", json={"stars": 4, "words": "准时"})
        assert [(row["stars"], row["own"]) for row in rated.json()["ratings"]] == [(4, True)]
        assert (await employee.post(f"{path}/rating", json={"stars": 4})).json()["params"] == {"what": "already_rated"}
        async with await db.connect(database.engine) as engine:
            assert [await remind(engine, now + timedelta(hours=h)) for h in (23, 24.1, 24.2)] == [0, 1, 0]
        kinds = {notice["kind"] for notice in (await employee.get("/api/notices")).json()["items"]}
        assert {"order_remind_receipt", "order_lost_given_back"} <= kinds
        told = {notice["kind"] for notice in (await dispatcher.get("/api/notices")).json()["items"]}
        assert {"order_check_trouble", "order_lost_missed"} <= told
        day = f"{now.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
        span = {"from": day, "to": f"{now.astimezone(ZoneInfo('Asia/Shanghai')) + timedelta(days=2):%Y-%m-%d}"}
        found = (await dispatcher.get("/api/sizing", params=span)).json()
        assert (found["asked"], found["served"], found["unmet"], found["peak"], found["enough"]) == (1, 1, 0, 1, 1)
        cars = (await dispatcher.get("/api/sizing/vehicles", params=span)).json()["items"]
        assert sum(row["trips"] for row in cars) == 1
        assert found["idle_vehicles"] == len(cars) - 1
        for part in ("days", "drivers", "units"):
            sheet = await dispatcher.get(f"/api/sizing/{part}", params=span | {"format": "csv"})
            assert sheet.status_code == 200, sheet.text
        assert (await employee.get("/api/sizing", params=span)).status_code == 403
