"""Edits and repeats: stale edits are told both versions, a request sent twice works once, lists page without loss."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database
from web import auth
from web.store import sessions

DOUBLED = 60  # posts of the doubled-request test; 1,000 by hand


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def test_a_stale_edit_is_refused_with_both_versions(site: Site) -> None:
    """Two people edit the same unit: the second learns that somebody was faster."""
    path = f"/api/units/{site.town.units['bureau']}"
    async with site.as_person("sysadmin") as client:
        assert (await client.patch(path, json={"name": "x"})).status_code == 428
        first = await client.patch(path, json={"name": "first"}, headers={"If-Match": '"1"'})
        assert first.json() == {"row_version": 2}
        second = await client.patch(path, json={"name": "second"}, headers={"If-Match": '"1"'})
        assert second.status_code == 409
        assert second.json()["code"] == "stale"
        assert second.json()["params"] == {"yours": 1, "current": 2}


async def test_doubled_posts_make_one_row_each(site: Site) -> None:
    """Bad network and double clicks, both copies at the same moment (F18)."""
    root = str(site.town.units["root"])
    async with site.as_person("sysadmin") as client:

        async def twice(number: int) -> tuple[str, str]:
            key = {"Idempotency-Key": str(uuid4())}
            body = {"parent_id": root, "code": f"N{number}", "name": f"unit {number}"}
            answers = await asyncio.gather(*(client.post("/api/units", json=body, headers=key) for _ in range(2)))
            assert [answer.status_code for answer in answers] == [201, 201]
            return answers[0].json()["id"], answers[1].json()["id"]

        pairs = await asyncio.gather(*(twice(number) for number in range(DOUBLED)))
        assert all(first == second for first, second in pairs)
        row = await store.one(site.owner, "SELECT count(*) AS n FROM unit WHERE code LIKE 'N%%'")
        assert row == {"n": DOUBLED}


async def test_a_key_belongs_to_one_request_and_a_refusal_frees_it(site: Site) -> None:
    """The same key with another body is refused; after a refusal the corrected request may use it."""
    root = str(site.town.units["root"])
    async with site.as_person("sysadmin") as client:
        key = {"Idempotency-Key": "k"}
        taken = {"parent_id": root, "code": "bureau", "name": "again"}
        refused = await client.post("/api/units", json=taken, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (409, "taken")
        fresh = {"parent_id": root, "code": "fresh", "name": "fresh"}
        assert (await client.post("/api/units", json=fresh, headers=key)).status_code == 201
        other = await client.post("/api/units", json={**fresh, "code": "other"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_old_keys_and_tries_are_forgotten_and_young_ones_kept(site: Site) -> None:
    """Keys after a week, login tries after half a year."""
    old, young = datetime.now(UTC) - timedelta(days=181), datetime.now(UTC) - timedelta(days=6)
    for at in (old, young):
        await sessions.note_attempt(site.owner, "x", "y", at, succeeded=False)
        await site.owner.execute(
            """INSERT INTO idempotency (tenant_id, person_id, key, route, request_sha256, created_at)
            VALUES (%s, %s, %s, 'r', '', %s)""",
            (site.town.tenant_id, site.town.people["employee"], str(at), at),
        )
    await auth.forget_old(site.app.state.parts.pool, datetime.now(UTC))
    assert await store.one(site.owner, "SELECT count(*) AS n FROM login_attempt") == {"n": 1}
    assert await store.one(site.owner, "SELECT count(*) AS n FROM idempotency") == {"n": 1}


async def test_vehicles_locators_and_orders_are_found_by_a_plate_however_it_is_typed(site: Site) -> None:
    """Dots, spaces, case and width make no difference; an order is found by its number in every customary form.

    The vehicle's papers have a date: a list that could not show one answered 500.
    """
    town = site.town
    papered = "UPDATE vehicle SET plate = '晨A00001', documents_valid_until = '2030-01-31' WHERE id = %s"
    await site.owner.execute(papered, (town.vehicles["pool"],))
    for purpose in ("一号", "二号"):
        await town_of.add_order(
            site.owner, town, requester="employee", unit="bureau", start_at=datetime.now(UTC) + timedelta(days=1)
        )
        await site.owner.execute("UPDATE dispatch_order SET purpose_text = %s WHERE purpose_text = ''", (purpose,))
    await site.owner.execute("UPDATE dispatch_order SET vehicle_id = %s WHERE order_no = 2", (town.vehicles["pool"],))
    async with site.as_person("fleet_admin") as client:

        async def found(path: str, q: str, field: str) -> list[object]:
            return [item[field] for item in (await client.get(path, params={"q": q})).json()["items"]]

        for written in ("晨A·00001", "晨Ａ００００１", "晨a 000-01", "a·0000"):
            assert await found("/api/vehicles", written, "plate") == ["晨A00001"]
            assert await found("/api/devices", written, "code") == ["dev-pool"]
            assert await found("/api/orders", written, "order_no") == [2]
        assert await found("/api/vehicles", "·", "plate") == []
        for written in ("2", "#2", "派车单 2 号", "派车单2号", "Order 2"):
            assert await found("/api/orders", written, "order_no") == [2], written
        assert await found("/api/orders", "#1", "order_no") == [1]


async def test_pages_follow_one_another_without_loss_or_repeat(site: Site) -> None:
    """Sorted by a column with equal and absent values, up and down."""
    async with site.as_person("inspector") as client:
        for sort in ("plate", "-plate", "unit_name", "-unit_name", "status"):
            seen: list[str] = []
            cursor = None
            while True:
                params = {"limit": 2, "sort": sort} | ({"cursor": cursor} if cursor else {})
                page = (await client.get("/api/vehicles", params=params)).json()
                seen += [item["id"] for item in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert len(seen) == len(set(seen)) == 5, sort
        for wrong in ({"sort": "password_hash"}, {"cursor": "x"}):
            answer = await client.get("/api/vehicles", params=wrong)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_one_leaves_the_demo_behind_through_the_pages_alone(site: Site) -> None:
    """A unit, a person with a role, a vehicle with custody: made, listed, changed."""
    town = site.town
    async with site.as_person("sysadmin") as client:
        made = await client.post(
            "/api/units", json={"parent_id": str(town.units["root"]), "code": "new", "name": "新单位"}
        )
        unit = made.json()["id"]
        person = await client.post(
            "/api/people",
            json={
                "unit_id": unit,
                "login": "newcomer",
                "name": "新人",
                "password": "a long enough one",
                "roles": [{"role": "employee", "unit_id": unit}],
            },
        )
        assert person.status_code == 201, person.text
        listed = (await client.get("/api/people", params={"q": "newcomer"})).json()["items"]
        assert [(one["name"], one["roles"][0]["role"]) for one in listed] == [("新人", "employee")]
        forbidden = {"unit_id": unit, "login": "both", "name": "b", "roles": [
            {"role": "inspector", "unit_id": unit}, {"role": "system_admin", "unit_id": unit}]}  # fmt: skip
        refused = await client.post("/api/people", json=forbidden)
        assert (refused.status_code, refused.json()["code"]) == (403, "same_hands")
    async with site.as_person("fleet_admin") as client:
        body = {
            "plate": "测B00001",
            "vehicle_class": "other",
            "seats": 5,
            "owner_unit_id": unit,
            "manager_unit_id": unit,
            "user_unit_id": unit,
        }
        vehicle = (await client.post("/api/vehicles", json=body)).json()["id"]
        moved = await client.post(
            f"/api/vehicles/{vehicle}/custody",
            json={"relation": "user", "unit_id": str(town.units["bureau"]), "basis": "划转文件"},
        )
        assert moved.status_code == 204, moved.text
        card = (await client.get(f"/api/vehicles/{vehicle}")).json()
        assert card["unit_id"] == str(town.units["bureau"])
        assert len(card["custody"]) == 4
        assert (await client.post("/api/vehicles", json={**body, "exempt": True, "plate": "Z"})).status_code == 403
