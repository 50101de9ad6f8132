"""Nonsense from outside never becomes a failure of ours: every route, strange values, 0 answers of 5xx (SEC26)."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database

STRANGE: list[Any] = [
    "", " ", "\0", "a\0b", "'; DROP TABLE person; --", "%", "_", "\\", "\ud7ff", "😀" * 50, "x" * 5000, -1, 0, 2**31, 2**63, 1e308, "NaN",
    "null", None, True, [], {}, ["\0"], {"a": {"b": []}}, "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00",
    "2026-01-01T00:00:00", str(uuid4()), "00000000-0000-0000-0000-000000000000", "=cmd()", "../../etc/passwd", "121.0,31.0", "1e999,0",
]  # fmt: skip
ROUNDS = 1  # of each route by each of five people; a longer run: 40, once, by hand


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


def value_for(schema: dict[str, Any], described: dict[str, Any], rng: random.Random, depth: int = 0) -> Any:
    """Often a value of the right kind, so that nonsense reaches the use cases and the database; else a strange one."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return value_for(rng.choice(schema["anyOf"]), described, rng, depth)
    if rng.random() < 0.15 or depth > 4:
        return rng.choice(STRANGE)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {
            name: value_for(one, described, rng, depth + 1) for name, one in properties.items() if rng.random() < 0.9
        }
    if kind == "array":
        return [value_for(schema.get("items", {}), described, rng, depth + 1) for _ in range(rng.randrange(3))]
    if kind in {"integer", "number"}:
        return rng.choice([0, 1, 2, 31.5, 121.5, -1, 2**31, 2**40, 1e308])
    if kind == "boolean":
        return rng.choice([True, False])
    if schema.get("format") == "uuid":
        return str(uuid4())
    if schema.get("format") == "date-time":
        return rng.choice(
            ["2027-01-01T08:00:00Z", "2027-01-01T09:00:00+08:00", "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z"]
        )
    if schema.get("format") == "date":
        return rng.choice(["2027-01-01", "0001-01-01", "9999-12-31"])
    return rng.choice(["word", "汉字", *[one for one in STRANGE if isinstance(one, str)]])


@pytest.mark.parametrize("name", ["dispatcher", "sysadmin", "fleet_admin", "employee", "cleared_inspector"])
async def test_no_route_fails_on_nonsense(site: Site, name: str) -> None:
    """Every route, as people who may do different things; ids are sometimes real."""
    described = site.app.openapi()
    rng = random.Random(name)
    real = [str(one) for one in (*site.town.units.values(), *site.town.people.values(), *site.town.vehicles.values())]
    failed = []
    async with site.as_person(name) as client:
        for path, methods in described["paths"].items():
            if path in {"/api/logout", "/api/login"}:
                continue
            for method, operation in methods.items():
                for _ in range(ROUNDS if "suggest" not in path else 1):
                    filled, query, body = path, {}, None
                    for parameter in operation.get("parameters", []):
                        value = value_for(parameter["schema"], described, rng)
                        if parameter["in"] == "path":
                            value = rng.choice(real) if rng.random() < 0.5 else value
                            filled = filled.replace("{" + parameter["name"] + "}", _segment(value))
                        elif parameter["in"] == "query" and (parameter.get("required") or rng.random() < 0.5):
                            query[parameter["name"]] = value if isinstance(value, str) else str(value)
                    if "requestBody" in operation:
                        body = value_for(
                            operation["requestBody"]["content"]["application/json"]["schema"], described, rng
                        )
                    headers = {"If-Match": rng.choice(['"1"', "x", '"99999999999999999999"', "*"])}
                    answer = await client.request(method, filled, params=query, json=body, headers=headers)
                    if answer.status_code >= 500:
                        failed.append((answer.status_code, method, filled, query, body, headers))
                    elif answer.status_code >= 400:
                        assert answer.headers["content-type"] == "application/problem+json", (method, filled)
    assert failed == []


def _segment(value: Any) -> str:
    """As part of an address: no slash, nothing empty."""
    text = str(value).replace("/", "%2F").replace("?", "%3F").replace("#", "%23").replace("\0", "%00")
    return text[:200].strip() or "x"


async def test_what_the_pool_hands_out_sees_nothing_before_it_has_a_scope(site: Site) -> None:
    """The fail-open trap, on the very connections that have just served viewers who see everything."""
    async with site.as_person("cleared_inspector") as client:
        answers = await asyncio.gather(*(client.get("/api/vehicles") for _ in range(30)))
        assert all(answer.json()["total"] == 6 for answer in answers)
    pool = site.app.state.parts.pool
    for _ in range(20):
        async with pool.connection() as conn, conn.transaction():
            for relation in (
                "vehicle",
                "dispatch_order",
                "alert",
                "visible_live",
                "visible_position",
                "vehicle_label",
                "journal",
            ):
                row = await (await conn.execute(f"SELECT count(*) FROM {relation}")).fetchone()
                assert row == (0,), relation
