"""Who gets in: sessions, CSRF, headers, and no route that forgot one of them."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from fleet import db, people, service
from fleet.access import Role
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database
from web.headers import CONTENT_SECURITY_POLICY

PUBLIC = {("POST", "/api/login"), ("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/metrics")}
PASSWORD = "a password of some length"


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every HTTP route, also those the description leaves out."""
    found = [
        (method.upper(), re.sub(r"{(\w+)}", str(uuid4()), path))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    ]
    return [*found, ("GET", "/tiles/basemap.pmtiles")]


async def set_password(site: Site, name: str) -> None:
    await site.owner.execute(
        "UPDATE person SET password_hash = %s WHERE id = %s", (people.hash_password(PASSWORD), site.town.people[name])
    )


async def test_no_route_answers_a_stranger(site: Site) -> None:
    """Deny by default: whoever adds a route without a session finds this test red."""
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as stranger:
        walked = [route for route in routes(site.app) if route not in PUBLIC]
        assert len(walked) > 40
        for method, path in walked:
            answer = await stranger.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), (method, path)


async def test_no_unsafe_route_works_without_the_csrf_token(site: Site) -> None:
    """A page of another site can send the cookie but never knows the token."""
    async with site.as_person("dispatcher") as client:
        del client.headers["X-CSRF-Token"]
        unsafe = [route for route in routes(site.app) if route[0] not in {"GET", "HEAD"} and route not in PUBLIC]
        assert len(unsafe) > 15
        for method, path in unsafe:
            answer = await client.request(method, path, json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_request"), (method, path)


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_another_sites_page_is_refused_even_with_the_token(site: Site, headers: dict[str, str]) -> None:
    """Origin and Sec-Fetch-Site are asked beside the token, at login too."""
    async with site.as_person("employee") as client:
        assert (await client.post("/api/logout", headers=headers)).status_code == 403
        body = {"login": "employee", "password": "x"}
        assert (await client.post("/api/login", headers=headers, json=body)).status_code == 403
        assert (await client.get("/api/session")).status_code == 200


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    """Errors, refusals and pages too; data is never kept by a cache."""
    async with site.as_person("inspector") as client:
        for path in ("/api/session", "/api/vehicles", "/api/none", "/health/live", "/", "/metrics", "/api/people"):
            answer = await client.get(path)
            headers = answer.headers
            assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
            if path.startswith("/api"):
                assert headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in CONTENT_SECURITY_POLICY.split("style-src", maxsplit=1)[0]


async def test_login_opens_a_session_and_logout_ends_it_in_the_database(site: Site) -> None:
    """The cookie is httponly, its value is stored nowhere, and an old copy is worth nothing."""
    await set_password(site, "employee")
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as client:
        answer = await client.post("/api/login", json={"login": "Employee", "password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json()["person"]["login"] == "employee"
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=lax" in answer.headers["set-cookie"]
        cookie = answer.cookies["session"]
        stored = await (await site.owner.execute("SELECT token_hash::text, csrf_token FROM session")).fetchall()
        assert cookie not in str(stored)
        token = {"X-CSRF-Token": answer.json()["csrf_token"]}
        assert (await client.post("/api/logout", headers=token)).status_code == 204
        client.cookies.set("session", cookie)
        assert (await client.get("/api/session")).status_code == 401


async def test_five_failures_close_a_login_for_a_while_whoever_tries(site: Site) -> None:
    """A made-up X-Forwarded-For does not open it again, and unknown logins answer alike."""
    await set_password(site, "employee")
    async with httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=30) as client:
        for attempt in range(5):
            wrong = {"login": "employee", "password": f"wrong {attempt}"}
            answer = await client.post("/api/login", json=wrong, headers={"X-Forwarded-For": f"10.0.0.{attempt}"})
            assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")
        right = {"login": "employee", "password": PASSWORD}
        answer = await client.post("/api/login", json=right, headers={"X-Forwarded-For": "10.9.9.9"})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
        assert int(answer.headers["retry-after"]) > 0
        stranger = await client.post("/api/login", json={"login": "nosuch", "password": "x"})
        assert stranger.json()["code"] == "wrong_password"


async def test_an_initial_password_must_be_changed_before_anything_else(site: Site) -> None:
    """And changing it ends every other session of that person."""
    await set_password(site, "employee")
    await site.owner.execute("UPDATE person SET must_change_password = true WHERE login = 'employee'")
    async with site.as_person("employee") as client, site.as_person("employee") as elsewhere:
        assert (await client.get("/api/orders")).json()["code"] == "password_change_required"
        weak = await client.post("/api/password", json={"old": PASSWORD, "new": "short"})
        assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
        wrong = await client.post("/api/password", json={"old": "not the old one", "new": "another long password"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_old_password")
        same = await client.post("/api/password", json={"old": PASSWORD, "new": PASSWORD})
        assert same.json()["params"] == {"field": "new", "reason": "same_as_old"}
        told = (await client.get("/api/session")).json()["config"]
        assert told["shortest_password"] == people.MINIMUM_PASSWORD_LENGTH
        changed = await client.post("/api/password", json={"old": PASSWORD, "new": "another long password"})
        assert changed.status_code == 204
        assert (await client.get("/api/orders")).status_code == 200
        assert (await elsewhere.get("/api/session")).status_code == 401


@pytest.mark.parametrize(("column", "past"), [("seen_at", timedelta(minutes=31)), ("ends_at", timedelta(seconds=1))])
async def test_a_session_ends_by_idling_and_by_age(site: Site, column: str, past: timedelta) -> None:
    """Thirty minutes unused, or twelve hours old."""
    async with site.as_person("employee") as client:
        assert (await client.get("/api/session")).status_code == 200
        await site.owner.execute(f"UPDATE session SET {column} = %s", (datetime.now(UTC) - past,))
        assert (await client.get("/api/session")).status_code == 401


async def test_a_change_of_roles_or_disabling_ends_the_session_at_once(site: Site) -> None:
    """The next request after the change is refused (SEC09)."""
    town = site.town
    now = datetime.now(UTC)
    async with site.as_person("dispatcher") as client, site.as_person("employee") as other:
        async with site.owner.transaction():
            roles = [(Role.EMPLOYEE, town.units["centre"])]
            await service.set_roles(site.owner, "test", town.people["dispatcher"], roles, now=now)
        assert (await client.get("/api/session")).status_code == 401
        async with site.as_person("sysadmin") as admin:
            body: dict[str, Any] = {"active": False}
            version = {"If-Match": '"1"'}
            people_path = f"/api/people/{town.people['employee']}"
            assert (await admin.patch(people_path, json=body, headers=version)).status_code == 200
        assert (await other.get("/api/session")).status_code == 401


async def test_a_crash_of_ours_tells_nothing_and_a_bad_body_names_its_field(site: Site) -> None:
    """No stack, no SQL, only a code (SEC26)."""
    async with site.as_person("sysadmin") as client:
        await site.owner.execute("ALTER TABLE notice RENAME TO notice_away")
        answer = await client.get("/api/notices")
        assert (answer.status_code, answer.json()["code"], answer.json()["params"]) == (500, "internal", {})
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        malformed = await client.post("/api/units", json={"parent_id": "x", "code": "a"})
        assert malformed.status_code == 422
        assert {"field": "body.name", "reason": "missing"} in malformed.json()["params"]["fields"]


async def test_with_tls_the_cookie_is_bound_to_the_host(site: Site) -> None:
    """The same program behind TLS: prefix, Secure, and a browser that stays with https."""
    await set_password(site, "employee")
    transport = httpx.ASGITransport(app=site.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://fleet.example") as client:
        answer = await client.post("/api/login", json={"login": "employee", "password": PASSWORD})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "max-age" in answer.headers["strict-transport-security"]
        assert (await client.get("/api/session")).status_code == 200
    row = await (await site.owner.execute("SELECT actor FROM audit WHERE action = 'login'")).fetchone()
    assert row == ("employee",)


async def test_everybody_of_a_demonstration_is_told_that_it_is_one(site: Site) -> None:
    """Also an account made by hand in it."""
    async with site.as_person("employee") as client:
        assert (await client.get("/api/session")).json()["config"]["demo"] is False
        await site.owner.execute("UPDATE person SET is_demo = true WHERE login = 'dispatcher'")
        assert (await client.get("/api/session")).json()["config"]["demo"] is True
