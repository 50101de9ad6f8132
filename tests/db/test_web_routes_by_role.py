"""Every route for every role, asked of the running program about things of another unit: who gets an answer is a table."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from fleet import db, store
from tests.db import town as town_of
from tests.db.route_bodies import bodies
from tests.db.route_table import ANSWERED, EVERYBODY, PUBLIC, REFUSED
from tests.db.route_things import things
from tests.db.site import Site, serving
from tests.servers import Database
from web.work import SignedRoute


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """The other unit has a vehicle with a locator and a suspicion, an order, a person and a notice."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        await town_of.add_fix(owner, town, "other", datetime.now(UTC))
        async with serving(database.web, owner, town) as running:
            yield running


def routes(app: FastAPI) -> list[tuple[str, str, object]]:
    """What the application itself says it serves over HTTP: method, path, route."""
    return [
        (method, str(context.path), context.original_route)
        for context in iter_route_contexts(app.router.routes)
        for method in sorted(getattr(context, "methods", None) or ())
        if method != "HEAD"
    ]


async def ask(
    client: httpx.AsyncClient, site: Site, method: str, path: str, known: dict[str, Any], role: str
) -> httpx.Response:
    now = datetime.now(UTC)
    params = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat(), "purpose": "核查"}
    params |= {"year": "2026"} if path == "/api/calendar" else {}
    params |= {"from": "2026-11-01", "to": "2026-11-02"} if path.startswith("/api/sizing") else {}
    params |= (
        {
            "from_site": str(uuid4()),
            "to_site": str(uuid4()),
            "from": now.isoformat(),
            "to": (now + timedelta(hours=1)).isoformat(),
        }
        if path == "/api/share/free"
        else {}
    )
    params |= {"day": f"{now:%Y-%m-%d}"} if path.endswith("/drive-plan") else {}
    params |= {"month": "2026-11"} if path.startswith("/api/statements") else {}
    by_day = path == "/api/device-coverage" or path.endswith(("/mileage", "/days"))
    params |= {"from": "2026-11-01", "to": "2026-11-02"} if by_day else {}
    params |= {"from": "116,32", "to": "116.1,32"} if path == "/api/route" else {}
    params |= {"lon": "116", "lat": "32"} if path == "/api/where" else {}
    if (
        "{" not in path
        and not path.startswith("/api/sizing")
        and path not in {"/api/route", "/api/share/free", "/api/device-coverage", "/api/replay"}
    ):
        del params["from"], params["to"]
    params |= {"vehicle": str(site.town.vehicles["other"])} if path == "/api/replay" else {}
    params |= {"at": now.isoformat()} if path.endswith("/raw") else {}
    body = None if method == "GET" else bodies(site, role, known).get((method, path), {})
    version = {} if "{step}" in path else {"If-Match": '"1"'}
    return await client.request(method, path.format(**known), params=params, json=body, headers=version)


async def test_a_new_route_needs_a_decision(site: Site) -> None:
    """Whoever adds a route says here who is answered; one without a session must be named as public."""
    served = routes(site.app)
    assert {(method, path) for method, path, _ in served} == PUBLIC | ANSWERED.keys()
    for method, path, route in served:
        if (method, path) not in PUBLIC:
            assert isinstance(route, SignedRoute), (method, path)
        else:
            assert not isinstance(route, APIRoute) or method == "GET" or path == "/api/login"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_every_route_answers_exactly_the_roles_of_the_table(site: Site, role: str) -> None:
    """Asked about things of another unit, with a body the route would take: the others learn nothing, not even that it is there."""
    known = await things(site)
    wrong = []
    for (method, path), answered in ANSWERED.items():
        async with site.as_person(role) as client:
            answer = await ask(client, site, method, path, known, role)
        problem = answer.json() if "problem" in answer.headers.get("content-type", "") else {}
        assert answer.status_code < 500 or problem["code"] == "unavailable", (method, path, answer.text)
        assert problem.get("code") != "malformed", (method, path, answer.text)
        if (problem.get("code") not in REFUSED) != (role in answered):
            wrong.append((method, path, answer.status_code, problem.get("code")))
    assert wrong == []


async def test_another_tenants_things_do_not_exist(site: Site) -> None:
    """The roles that see everything of their own tenant find nothing of another one, by id or in any list."""
    from tests.db.test_fleet_policies import seed_other

    town = site.town
    far = await seed_other(site.owner)
    unit = (await store.one(site.owner, "SELECT id FROM unit WHERE tenant_id = %s", (far,)) or {})["id"]
    person = (await store.one(site.owner, "SELECT id FROM person WHERE tenant_id = %s", (far,)) or {})["id"]
    device = (await store.one(site.owner, "SELECT id FROM device WHERE tenant_id = %s", (far,)) or {})["id"]
    known = {"unit_id": unit, "person_id": person, "device_id": device}
    for role in ("sysadmin", "fleet_admin", "inspector"):
        async with site.as_person(role) as client:
            for method, path in ANSWERED:
                named = [name for name in known if "{" + name + "}" in path]
                if named:
                    answer = await ask(client, site, method, path, known, role)
                    assert answer.json()["code"] in {"not_found", "forbidden"}, (role, method, path, answer.text)
                elif method == "GET" and "{" not in path:
                    text = (await ask(client, site, method, path, {}, role)).text
                    assert not [word for word in ("far-device", "far-person", "别市") if word in text], path
            # What one may do oneself does not reach across: a role over, a person in, a vehicle of a far unit.
            mine = f"/api/people/{town.people['employee']}"
            for method, path, body in (
                ("PUT", f"{mine}/roles", {"roles": [{"role": "inspector", "unit_id": str(unit)}]}),
                ("PATCH", mine, {"unit_id": str(unit)}),
                ("POST", "/api/vehicles", {"plate": "测B00009", "vehicle_class": "other", "seats": 5,
                    "owner_unit_id": str(unit), "manager_unit_id": str(unit), "user_unit_id": str(unit)}),
                ("POST", f"/api/vehicles/{town.vehicles['pool']}/custody", {"relation": "user", "unit_id": str(unit), "basis": "x"}),
                ("POST", "/api/units", {"parent_id": str(unit), "code": "below", "name": "x"}),
            ):  # fmt: skip
                answer = await client.request(method, path, json=body, headers={"If-Match": '"1"'})
                assert answer.status_code in {403, 404, 422}, (role, method, path, answer.text)
