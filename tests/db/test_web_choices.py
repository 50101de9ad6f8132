"""What the pages ask before somebody chooses: candidates, room, one row anew; and what each reader of an order is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_orders import step, wish
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it, whose people can be called."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        await owner.execute("UPDATE person SET phone = login || '-phone'")
        async with serving(database.web, owner, town) as running:
            yield running


async def _assigned(site: Site) -> UUID:
    start = datetime.now(UTC) + timedelta(hours=1)
    order_id = await town_of.add_order(
        site.owner, site.town, requester="employee", unit="bureau", start_at=start, vehicle="pool", driver="driver",
        state="assigned",
    )  # fmt: skip
    dispatcher = site.town.people["dispatcher"]
    await site.owner.execute("UPDATE dispatch_order SET assigned_by = %s WHERE id = %s", (dispatcher, order_id))
    return order_id


async def test_a_refusal_reads_differently_for_each(site: Site) -> None:
    """Requester: being reassigned, no vehicle, no reason. Dispatcher: who, which vehicle and why."""
    order_id = await _assigned(site)
    path = f"/api/orders/{order_id}"
    async with (
        site.as_person("driver") as driver,
        site.as_person("employee") as employee,
        site.as_person("dispatcher") as dispatcher,
    ):
        await step(driver, (await driver.get(path)).json(), "refuse", reason="身体不适")
        seen = (await employee.get(path)).json()
        assert (seen["state"], seen["plate"], seen["driver_name"], seen["state_reason"]) == ("reassigning", *3 * [None])
        assert "身体不适" not in (await employee.get(path)).text
        last = seen["history"][-1]
        assert (last["action"], last["plate"], last["driver_name"]) == ("order.refuse", "测APOOL", "driver")
        assert "order_reassign" in {one["kind"] for one in (await employee.get("/api/notices")).json()["items"]}
        assert (await dispatcher.get(path)).json()["history"][-1]["reason"] == "身体不适"
        (waiting,) = (await dispatcher.get("/api/dispatch/queue")).json()["items"]
        given_back = waiting["given_back"]
        assert (given_back["by"], given_back["plate"], given_back["reason"]) == ("driver", "测APOOL", "身体不适")


async def test_phones_are_for_those_who_travel_together(site: Site) -> None:
    """The driver can call requester and dispatcher, the requester both of them; nobody else reads the numbers."""
    path = f"/api/orders/{await _assigned(site)}"
    numbers = {"requester_phone": "employee-phone", "assigned_by_phone": "dispatcher-phone"}
    for name, expected in (
        ("driver", numbers),
        ("employee", {**numbers, "requester_phone": None}),
        ("unit_admin", dict.fromkeys(numbers)),
    ):
        async with site.as_person(name) as client:
            order = (await client.get(path)).json()
            assert {field: order[field] for field in numbers} == expected, name


async def test_candidates_and_room_are_answered_with_their_reasons(site: Site) -> None:
    start = datetime.now(UTC) + timedelta(days=1)
    order_id = await town_of.add_order(
        site.owner, site.town, requester="employee", unit="bureau", start_at=start, state="unit_approved"
    )
    path = f"/api/dispatch/orders/{order_id}/candidates"
    async with site.as_person("dispatcher") as dispatcher, site.as_person("employee") as employee:
        found = (await dispatcher.get(path, params={"vehicle_id": str(site.town.vehicles["pool"])})).json()
        vehicles = {one["plate"]: [(o["code"], o["hard"]) for o in one["objections"]] for one in found["vehicles"]}
        assert vehicles["测ABUREAU"][0] == ("retained", True)
        assert ("no_depot", False) in vehicles["测APOOL"]
        assert {one["name"]: one["objections"] for one in found["drivers"]} == {"driver": [], "driver2": []}
        assert (await employee.get(path)).status_code == 403
        assert (await employee.get("/api/room")).json() == {"most_passengers": 4}
        assert (await employee.get("/api/room?class_wanted=law_enforcement")).json() == {"most_passengers": None}


async def test_a_booking_is_corrected_with_the_version_that_was_read(site: Site) -> None:
    async with site.as_person("employee") as employee:
        order = (await employee.post("/api/orders", json=wish())).json()
        path, body = f"/api/orders/{order['id']}", wish(passengers=3)
        assert (await employee.patch(path, json=body)).status_code == 428
        changed = await employee.patch(path, json=body, headers=_seen(order))
        assert (changed.status_code, changed.json()["passengers"]) == (200, 3)
        assert (await employee.patch(path, json=body, headers=_seen(order))).json()["code"] == "stale"
        emptied = await employee.patch(path, json={**body, "passengers": None}, headers=_seen(changed.json()))
        assert emptied.json()["params"]["fields"] == [{"field": "body.passengers", "reason": "int_type"}]


async def test_one_row_is_read_anew_by_whoever_sees_the_list(site: Site) -> None:
    """What a form needs after somebody else was faster."""
    town = site.town
    async with site.as_person("sysadmin") as client:
        unit = (await client.get(f"/api/units/{town.units['bureau']}")).json()
        assert (unit["code"], unit["row_version"]) == ("bureau", 1)
        person = (await client.get(f"/api/people/{town.people['driver']}")).json()
        assert (person["login"], person["roles"][0]["role"]) == ("driver", "driver")
        (device,) = (await client.get("/api/devices", params={"q": "dev-pool2"})).json()["items"]
        assert (await client.get(f"/api/devices/{device['id']}")).json()["code"] == "dev-pool2"
        assert (await client.get(f"/api/devices/{town.units['bureau']}")).status_code == 404
        body = {"phone": "1", "roles": [{"role": "approver", "unit_id": str(town.units["bureau"])}]}
        saved = await client.patch(f"/api/people/{town.people['employee']}", json=body, headers={"If-Match": '"2"'})
        assert saved.json() == {"row_version": 3}, saved.text
    async with site.as_person("other_admin") as client:
        assert (await client.get(f"/api/people/{town.people['driver']}")).status_code == 404


def _seen(row: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{row["row_version"]}"'}
