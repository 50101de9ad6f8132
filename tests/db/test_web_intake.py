"""What a request may bring along and how often a password may be tried, asked of the running program."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import websockets

from fleet import db, people
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database
from web import auth
from web.intake import LARGEST_BODY, Intake

PASSWORD = "a password of some length"


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_stranger_cannot_fill_the_memory_with_a_body(site: Site, chunked: bool) -> None:
    """Login is open to everybody, so its body is bounded before anything is read of it, whether its length is said or not."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 65_536 + 1):
            yield b" " * 65_536

    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as stranger:
        content = endless() if chunked else b" " * (LARGEST_BODY + 1)
        answer = await stranger.post("/api/login", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert "content-security-policy" in answer.headers


async def test_a_deeply_nested_body_is_the_senders_fault(site: Site) -> None:
    """A nesting bomb is refused like any other text that is no order; the program goes on."""
    async with site.as_person("employee") as client:
        for bomb in ("[" * 100_000, '{"a":' * 40_000, '{"reason":' + "[" * 50_000 + "]" * 50_000 + "}"):
            answer = await client.post("/api/orders", content=bomb, headers={"Content-Type": "application/json"})
            assert answer.status_code in {400, 422}, answer.text
        assert (await client.get("/api/session")).status_code == 200


async def test_bodies_that_never_come_hold_no_connection_to_the_database(site: Site) -> None:
    """More half-sent requests than there are connections, and the next person is answered at once."""
    address = urlsplit(site.url)
    async with site.as_person("employee") as client:
        head = (
            f"POST /api/orders HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            f"Cookie: session={client.cookies['session']}\r\nX-CSRF-Token: {client.headers['X-CSRF-Token']}\r\n"
            "Content-Length: 1000\r\n\r\n{"
        ).encode()
        slow = [await asyncio.open_connection(address.hostname, address.port) for _ in range(24)]
        try:
            for _, writer in slow:
                writer.write(head)
                await writer.drain()
            await asyncio.sleep(0.5)
            assert site.app.state.parts.pool.get_stats()["requests_waiting"] == 0
            async with asyncio.timeout(10):
                assert (await client.get("/api/orders")).status_code == 200
        finally:
            for _, writer in slow:
                writer.close()


async def test_a_body_that_does_not_come_is_given_up_and_half_a_request_never_handed_on() -> None:
    """The one ends with 408, the other with nothing; the routes see neither."""

    async def never(*_: object) -> None:
        raise AssertionError("handed on")

    sent: list[dict[str, object]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def nothing() -> dict[str, object]:
        await asyncio.sleep(60)
        return {}

    async def leaves() -> dict[str, object]:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": "/api/orders", "headers": []}
    await Intake(never, within_s=0.05)(scope, nothing, send)
    assert sent[0]["status"] == 408
    sent.clear()
    await Intake(never)(scope, leaves, send)
    assert sent == []


async def test_addresses_no_file_can_have_are_pages_and_never_leave_the_folder(site: Site) -> None:
    """Names that are too long, hold a NUL or climb up end at the front end's first page, not in a crash or in our files."""
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as stranger:
        for path in (
            "/" + "a" * 5_000,
            "/%00",
            "/..%2f..%2f..%2fetc/passwd",
            "/%2e%2e/%2e%2e/README.md",
            "/assets/..%2f..%2fapp.py",
        ):
            answer = await stranger.get(path)
            assert answer.status_code in {404, 503}, (
                path,
                answer.status_code,
            )  # 503: no front end is built in this test
            assert "root:" not in answer.text
            assert "FastAPI" not in answer.text


async def test_many_tries_at_the_same_moment_are_still_counted_one_by_one(site: Site) -> None:
    """Twenty guesses sent together: five are looked at, the others are turned away before their password is."""
    await site.owner.execute(
        "UPDATE person SET password_hash = %s WHERE login = 'employee'", (people.hash_password(PASSWORD),)
    )
    async with httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=60) as client:
        answers = await asyncio.gather(
            *(client.post("/api/login", json={"login": "employee", "password": f"guess {n}"}) for n in range(20))
        )
    codes = [answer.json()["code"] for answer in answers]
    assert codes.count("wrong_password") == auth.TRIES_PER_LOGIN
    assert codes.count("too_many") == 20 - auth.TRIES_PER_LOGIN


async def test_the_old_password_cannot_be_guessed_from_a_borrowed_session(site: Site) -> None:
    """Who sits down at an open page has five tries at the old password, like at the login."""
    await site.owner.execute(
        "UPDATE person SET password_hash = %s WHERE login = 'employee'", (people.hash_password(PASSWORD),)
    )
    async with site.as_person("employee") as client:
        for attempt in range(auth.TRIES_PER_LOGIN):
            guess = await client.post("/api/password", json={"old": f"guess {attempt}", "new": "another long password"})
            assert guess.json()["code"] == "wrong_old_password"
        right = await client.post("/api/password", json={"old": PASSWORD, "new": "another long password"})
        assert (right.status_code, right.json()["code"]) == (429, "too_many")


async def test_a_key_is_the_persons_own(site: Site) -> None:
    """Another person's Idempotency-Key answers nothing of his request: the same key starts anew."""
    body = {"parent_id": str(site.town.units["root"]), "code": "keyed", "name": "keyed"}
    async with site.as_person("sysadmin") as first, site.as_person("fleet_admin") as second:
        made = await first.post("/api/units", json=body, headers={"Idempotency-Key": "same"})
        assert made.status_code == 201
        answer = await second.post("/api/units", json=body, headers={"Idempotency-Key": "same"})
        assert (answer.status_code, answer.json()["code"]) == (409, "taken")
        assert made.json()["id"] not in json.dumps(answer.json())


async def test_tickets_bought_in_advance_open_no_more_maps_than_a_person_may_have(site: Site) -> None:
    """Seven tickets, five open maps: they are counted when a map opens, not only when a ticket is sold."""
    async with site.as_person("dispatcher") as client, contextlib.AsyncExitStack() as maps:
        tickets = [(await client.get("/api/live-ticket")).json()["ticket"] for _ in range(7)]
        address = site.url.replace("http", "ws") + "/api/live?ticket="
        refused = 0
        for ticket in tickets:
            try:
                await maps.enter_async_context(websockets.connect(address + ticket, proxy=None))
            except websockets.InvalidStatus:
                refused += 1
        assert refused == 2
