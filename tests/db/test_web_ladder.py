"""When no car of one's own is free: every rung of the ladder with its cost, each taken over HTTP, and vehicles lent by consent."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dispatch.engine import look
from dispatch.rolling.watching import find_unfit
from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_orders import step, wish
from tests.db.town import working_morning
from tests.servers import Database

KINDS = ["neighbour", "shared", "time_share", "hire", "public_transport"]


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town whose only pool car is in the workshop; the other one belongs to the time-share scheme."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        await owner.execute("UPDATE person SET licence_class = 'C1' WHERE login = 'employee'")
        for name in ("pool", "pool2", "other"):
            await town_of.add_fix(owner, town, name, datetime.now(UTC))
        start = working_morning(datetime.now(UTC))
        await store.insert(owner, "vehicle_upkeep", {
            "tenant_id": town.tenant_id, "vehicle_id": town.vehicles["pool"], "kind": "repair",
            "during": db.TimestamptzRange(start - timedelta(hours=1), start + timedelta(days=1)), "created_at": datetime.now(UTC), "created_by": town.people["dispatcher"],
        })  # fmt: skip
        async with serving(database.web, owner, town) as running:
            yield running


async def made(client: httpx.AsyncClient, path: str, **body: Any) -> str:
    answer = await client.post(f"/api{path}", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def approved(site: Site, **more: Any) -> dict[str, Any]:
    """A trip of the employee's that waits for a vehicle."""
    async with site.as_person("employee") as employee, site.as_person("approver") as approver:
        order = (await employee.post("/api/orders", json=wish(**more))).json()
        answer = await step(approver, order, "approve")
        assert answer.status_code == 200, answer.text
        order = answer.json()
        assert isinstance(order, dict)
        return order


async def rungs(client: httpx.AsyncClient, order: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"/api/orders/{order['id']}/ladder")
    assert answer.status_code == 200, answer.text
    found = answer.json()["rungs"]
    assert [rung["kind"] for rung in found] == KINDS
    return {rung["kind"]: rung for rung in found}


async def test_a_day_without_a_free_car_shows_every_rung_with_its_cost_and_each_can_be_taken(site: Site) -> None:
    """Asked before booking and after; hire, public transport and a time-share car are taken, and what they cost is settled."""
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    async with (
        site.as_person("finance") as finance,
        site.as_person("dispatcher") as dispatcher,
        site.as_person("employee") as employee,
        site.as_person("colleague") as colleague,
        site.as_person("approver") as approver,
    ):
        order = await approved(site)
        empty = await rungs(employee, order)
        why = {kind: [each["code"] for each in rung["why"]] for kind, rung in empty.items()}
        assert why == {
            "neighbour": [], "shared": ["no_ride"], "time_share": ["no_site_near"], "hire": ["pool_free"], "public_transport": ["no_tier"],
        }  # fmt: skip
        east = await made(dispatcher, "/share/sites", name="东站", lon=116.0, lat=32.001, bays=2)
        car = {"vehicle_id": str(site.town.vehicles["pool2"]), "site_id": east}
        assert (await dispatcher.post("/api/share/cars", json=car)).status_code == 204
        vendor = await made(finance, "/vendors", name="安达租车", phone="022-1")
        await made(
            finance, f"/vendors/{vendor}/prices", seats=4, cents_per_day=30_000, minimum_cents=35_000, holds_from=soon
        )
        for mode, cents in (("metro", 500), ("taxi", 4_000)):
            await made(finance, "/lump-sums", mode=mode, up_to_km=30, cents_per_person=cents, holds_from=soon)
        host = (await colleague.post("/api/orders", json=wish(shareable=True))).json()
        assert (await step(approver, host, "approve")).status_code == 200

        found = await rungs(employee, order)
        assert {kind: rung["available"] for kind, rung in found.items()} == dict.fromkeys(KINDS, True)
        assert found["hire"]["cost_cents"] == 35_000
        assert found["public_transport"]["cost_cents"] == 2 * 2 * 500
        assert all(rung["cost_cents"] is not None for rung in found.values()), found
        assert "plate" not in str(found)
        assert "plate" in str((await rungs(dispatcher, order))["neighbour"])
        checked = (await employee.post("/api/orders/check", json=wish())).json()
        assert checked["answer"]["served"] is False
        assert [rung["kind"] for rung in checked["ladder"]] == KINDS
        async with site.as_person("stranger") as stranger:
            assert (await stranger.get(f"/api/orders/{order['id']}/ladder")).status_code == 404

        hire = {"vendor_id": vendor, "plate": "津B12345", "seats": 4, "driver_name": "赵"}
        assert (await employee.post(f"/api/orders/{order['id']}/hire", json=hire)).status_code == 403
        own = await dispatcher.post(f"/api/orders/{order['id']}/hire", json=hire | {"plate": "测A-pool"})
        assert own.json()["params"]["reason"] == "own_vehicle", own.text
        hired = await dispatcher.post(f"/api/orders/{order['id']}/hire", json=hire)
        assert hired.status_code == 200, hired.text
        assert (hired.json()["state"], hired.json()["vehicle_id"], hired.json()["means"]) == ("assigned", None, "hire")
        means = (await employee.get(f"/api/orders/{order['id']}/ladder")).json()["means"]
        assert (means["plate"], means["vendor_name"], means["cents"]) == ("津B12345", "安达租车", 35_000)
        second = await approved(site)
        twice = await dispatcher.post(f"/api/orders/{second['id']}/hire", json=hire)
        assert (twice.status_code, twice.json()["params"]) == (409, {"what": "hired_vehicle_busy"})
        early = await dispatcher.post(f"/api/orders/{order['id']}/hire/done", json={})
        assert early.json()["params"] == {"what": "too_early"}
        await site.owner.execute(
            "UPDATE dispatch_order SET planned_start_at = now() - interval '5 h', planned_end_at = now() - interval '1 h' WHERE id = %s", (order["id"],)
        )  # fmt: skip
        assert (await look(site.owner, datetime.now(UTC)))["expired"] == 0
        assert await find_unfit(site.owner, datetime.now(UTC) - timedelta(hours=8)) == 0
        done = await dispatcher.post(f"/api/orders/{order['id']}/hire/done", json={"cents": 36_000})
        assert done.status_code == 200, done.text
        order = (await step(employee, done.json(), "receipt")).json()
        order = (await step(finance, order, "settle")).json()
        price = await store.one(
            site.owner,
            "SELECT before, after FROM journal WHERE object_id = %s AND action = 'order.hire_cost'",
            (order["id"],),
        )
        assert price == {"before": {"cents": 35_000}, "after": {"cents": 36_000}}
        assert (order["state"], order["cost_cents"], [line["code"] for line in order["cost_lines"]]) == ("settled", 36_000, ["hire_agreed"])  # fmt: skip

        ranked = await employee.post(
            f"/api/orders/{second['id']}/public-transport", json={"mode": "metro", "level": "局级"}
        )
        assert (ranked.status_code, ranked.json()["params"]["action"]) == (403, "order.level"), ranked.text
        public = await employee.post(f"/api/orders/{second['id']}/public-transport", json={"mode": "metro"})
        assert (public.status_code, public.json()["state"]) == (200, "receipted"), public.text
        settled = (await step(finance, public.json(), "settle")).json()
        assert (settled["cost_cents"], [line["code"] for line in settled["cost_lines"]]) == (2_000, ["fare"])
        month = f"{datetime.fromisoformat(settled['planned_start_at']):%Y-%m}"
        unit = str(site.town.units["bureau"])
        lines = (await finance.get(f"/api/statements/{unit}/lines", params={"month": month})).json()["items"]
        assert {line["id"]: line["means_cents"] for line in lines}[settled["id"]] == settled["cost_cents"]

        third = await approved(site)
        shared = await employee.post(f"/api/orders/{third['id']}/ride-shares", json={"host_order_id": host["id"]})
        assert shared.status_code == 201, shared.text
        taken = await employee.post(f"/api/orders/{third['id']}/time-share", json={"from_site": east, "to_site": east})
        assert (taken.status_code, taken.json()["type"]) == (200, "time_share"), taken.text
        assert (await employee.get(f"/api/orders/{third['id']}")).json()["state"] == "withdrawn"


async def test_a_retained_vehicle_serves_another_units_order_once_its_unit_agrees(site: Site) -> None:
    """Never by default; asked, declined with a reason, asked again, agreed: then it is assigned, and the journal names the consent."""
    town = site.town
    chosen = {"vehicle_id": str(town.vehicles["other"]), "driver_id": str(town.people["driver"])}
    order = await approved(site)
    async with (
        site.as_person("dispatcher") as dispatcher,
        site.as_person("other_admin") as lender,
        site.as_person("unit_admin") as borrower,
    ):
        path = f"/api/orders/{order['id']}/lending"
        refused = await step(dispatcher, order, "assign", **chosen)
        assert [each["code"] for each in refused.json()["params"]["reasons"]] == ["retained"]
        assert (await borrower.post(path, json={"vehicle_id": chosen["vehicle_id"]})).status_code == 403
        asked = await made(dispatcher, f"/orders/{order['id']}/lending", vehicle_id=chosen["vehicle_id"])
        again = await dispatcher.post(path, json={"vehicle_id": chosen["vehicle_id"]})
        assert again.json()["params"] == {"what": "lending_asked"}
        (row,) = (await lender.get("/api/lending")).json()["items"]
        assert (row["id"], row["state"], row["may_answer"], row["to_unit_name"]) == (asked, "asked", True, "bureau")
        notices = (await lender.get("/api/notices")).json()["items"]
        assert [each["kind"] for each in notices] == ["lending_ask"]
        seen = {"If-Match": '"1"'}
        stranger = await borrower.post(f"/api/lending/{asked}/agree", json={}, headers=seen)
        assert stranger.status_code == 403
        no = await lender.post(f"/api/lending/{asked}/decline", json={}, headers=seen)
        assert no.json()["params"] == {"field": "reason", "reason": "missing"}
        assert (await lender.post(f"/api/lending/{asked}/decline", json={"words": "当日执勤"}, headers=seen)).status_code == 200  # fmt: skip
        asked = await made(dispatcher, f"/orders/{order['id']}/lending", vehicle_id=chosen["vehicle_id"])
        assert (await lender.post(f"/api/lending/{asked}/agree", json={}, headers=seen)).status_code == 200
        await site.owner.execute("UPDATE dispatch_order SET planned_end_at = planned_end_at + interval '10 min' WHERE id = %s", (order["id"],))  # fmt: skip
        order = (await dispatcher.get(f"/api/orders/{order['id']}")).json()
        refused = await step(dispatcher, order, "assign", **chosen)
        assert [each["code"] for each in refused.json()["params"]["reasons"]] == ["retained"]  # agreed to other hours
        asked = await made(dispatcher, f"/orders/{order['id']}/lending", vehicle_id=chosen["vehicle_id"])
        assert (await lender.post(f"/api/lending/{asked}/agree", json={}, headers=seen)).status_code == 200
        given = await step(dispatcher, order, "assign", **chosen)
        assert given.status_code == 200, given.text
        assert await find_unfit(site.owner, datetime.fromisoformat(order["planned_start_at"]) - timedelta(hours=2)) == 0
        lent = next(each for each in given.json()["assignment_reason"] if each["code"] == "lent")
        assert lent["params"] == {"lending_id": asked, "unit_id": str(town.units["other"])}
        history = (await dispatcher.get(f"/api/orders/{order['id']}")).json()["history"]
        actions = [each["action"] for each in history]
        assert {"order.lending_ask", "order.lending_decline", "order.lending_agree", "order.assign"} <= set(actions)
        file = await dispatcher.get("/api/lending", params={"format": "csv", "lang": "zh"})
        assert "当日执勤" in file.text


async def test_a_question_lapses_and_a_standing_consent_reaches_the_units_below_until_it_ends(site: Site) -> None:
    """Silence is no. A consent to the bureau serves its section too, for all vehicles of the unit, and not after it was ended."""
    town, now = site.town, datetime.now(UTC)
    order = await approved(site)
    other = str(town.vehicles["other"])
    async with site.as_person("dispatcher") as dispatcher, site.as_person("other_admin") as lender:
        asked = await made(dispatcher, f"/orders/{order['id']}/lending", vehicle_id=other)
        assert (await look(site.owner, now))["unanswered"] == 0
        assert (await look(site.owner, now + timedelta(hours=3)))["unanswered"] == 1
        late = await lender.post(f"/api/lending/{asked}/agree", json={}, headers={"If-Match": '"2"'})
        assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
        terms = {"unit_id": str(town.units["other"]), "start_at": now.isoformat(), "end_at": (now + timedelta(days=60)).isoformat()}  # fmt: skip
        stranger = await lender.post("/api/lending", json=terms | {"unit_id": str(town.units["bureau"])})
        assert stranger.status_code == 403
        standing = await made(lender, "/lending", **terms, to_unit_id=str(town.units["bureau"]))
        option = (await rungs(dispatcher, order))["neighbour"]["options"][0]
        assert (option["params"]["consent"], option["params"]["vehicle_id"]) == ("given", other)
        ended = await lender.post(f"/api/lending/{standing}/end", headers={"If-Match": '"1"'})
        assert ended.status_code == 200, ended.text
        chosen = {"vehicle_id": other, "driver_id": str(town.people["driver"])}
        refused = await step(dispatcher, order, "assign", **chosen)
        assert refused.json()["code"] == "not_eligible", refused.text


async def test_two_orders_agreed_to_for_one_vehicle_at_once_leave_no_overlap(site: Site) -> None:
    """Both units were told yes; both are assigned at the same moment by two dispatchers: one gets it, the other is refused."""
    town = site.town
    vehicle = str(town.vehicles["other"])
    orders = [await approved(site), await approved(site)]
    async with (
        site.as_person("dispatcher") as first,
        site.as_person("dispatcher") as second,
        site.as_person("other_admin") as lender,
    ):
        for order in orders:
            asked = await made(first, f"/orders/{order['id']}/lending", vehicle_id=vehicle)
            assert (await lender.post(f"/api/lending/{asked}/agree", json={}, headers={"If-Match": '"1"'})).is_success
        answers = await asyncio.gather(*(
            step(client, order, "assign", vehicle_id=vehicle, driver_id=str(town.people[driver]))
            for client, order, driver in zip((first, second), orders, ("driver", "driver2"), strict=True)
        ))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
    held = await store.one(
        site.owner, "SELECT count(*) AS n FROM dispatch_order WHERE vehicle_id = %s AND state = 'assigned'", (vehicle,)
    )
    assert held == {"n": 1}
