"""Time-share cars through the interface: a car is promised, approved, taken and brought back, and is nobody else's meanwhile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet import db, service
from fleet.access import Role
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_orders import step
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it; the employee may drive."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        await owner.execute("UPDATE person SET licence_class = 'C1' WHERE login = 'employee'")
        town.people["leader"] = await service.add_person(
            owner, "test", tenant_id=town.tenant_id, unit_id=town.units["root"], login="leader", name="leader", password=None,
            roles=[(Role.APPROVER, town.units["root"])], now=datetime.now(UTC) - timedelta(days=1), must_change_password=False,
        )  # fmt: skip
        async with serving(database.web, owner, town) as running:
            yield running


async def test_a_car_is_taken_here_and_left_there_and_never_promised_twice(site: Site) -> None:
    """One car, two sites: promised once, given back to the stock when called off, at the other site after the trip."""
    now = datetime.now(UTC)
    async with (
        site.as_person("dispatcher") as dispatcher,
        site.as_person("employee") as employee,
        site.as_person("colleague") as colleague,
        site.as_person("approver") as approver,
        site.as_person("leader") as leader,
    ):
        ids = []
        for name, bays in (("东站", 2), ("西站", 1)):
            made = await dispatcher.post("/api/share/sites", json={"name": name, "lon": 116, "lat": 32, "bays": bays})
            assert made.status_code == 201, made.text
            ids.append(made.json()["id"])
        east, west = ids
        car = {"vehicle_id": str(site.town.vehicles["pool"]), "site_id": east}
        assert (await dispatcher.post("/api/share/cars", json=car)).status_code == 204
        wish: dict[str, Any] = {
            "from_site": east, "to_site": west, "start_at": (now + timedelta(minutes=5)).isoformat(), "end_at": (now + timedelta(hours=2)).isoformat(),
            "purpose": "meeting", "purpose_text": "取材料",
        }  # fmt: skip
        unlicensed = await colleague.post("/api/share/orders", json=wish)
        assert unlicensed.json()["params"] == {"field": "self_drive", "reason": "no_licence"}, unlicensed.text
        order = (await employee.post("/api/share/orders", json=wish)).json()
        assert (order["type"], order["state"]) == ("time_share", "submitted"), order
        again = await employee.post("/api/share/orders", json=wish)
        assert (again.status_code, again.json()["params"]) == (409, {"what": "no_car_there"})
        await step(employee, order, "withdraw")
        order = (await employee.post("/api/share/orders", json=wish)).json()  # the car is free again
        assert (await employee.post(f"/api/orders/{order['id']}/pick-up", json={})).json()["code"] == "wrong_state"
        approved = await step(approver, order, "approve", reason="同意")
        assert approved.status_code == 200, approved.text
        if approved.json()["state"] == "submitted":  # at night and on days off the leader decides, too
            approved = await step(leader, approved.json(), "approve", reason="同意")
            assert approved.status_code == 200, approved.text
        assert (await dispatcher.post(f"/api/orders/{order['id']}/pick-up", json={})).status_code == 403
        taken = await employee.post(f"/api/orders/{order['id']}/pick-up", json={"odometer_km": 100.0})
        assert (taken.status_code, taken.json()["state"], taken.json()["plate"]) == (200, "in_use", "测APOOL"), taken.text  # fmt: skip
        back = await employee.post(f"/api/orders/{order['id']}/bring-back", json={"odometer_km": 120.0})
        assert (back.status_code, back.json()["state"]) == (200, "returned"), back.text
        later = {"from": (now + timedelta(hours=3)).isoformat(), "to": (now + timedelta(hours=4)).isoformat()}
        free = [(await employee.get("/api/share/free", params={"from_site": a, "to_site": b, **later})).json() for a, b in ((east, west), (west, east))]  # fmt: skip
        assert free == [{"cars": 0, "why": "no_car_there"}, {"cars": 1, "why": None}]
        for day, reason in (("0001-01-01", "past"), ("9999-12-31", "too_far")):
            never = await dispatcher.post("/api/share/night-plan", json={"day": day})
            assert (never.status_code, never.json()["params"]) == (422, {"field": "day", "reason": reason})
        day = f"{now + timedelta(days=2):%Y-%m-%d}"
        plan = (await dispatcher.post("/api/share/night-plan", json={"day": day, "accept": True})).json()
        assert [(move["from_site"], move["to_site"]) for move in plan["moves"]] == [(west, east)]
        assert plan["short"] == 0
