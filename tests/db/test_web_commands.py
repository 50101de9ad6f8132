"""Commands over the interface: one or many at once, given once under one key, listed, taken away as a file, taken back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        # As of the tests' clock, not the town's.
        await owner.execute("UPDATE custody SET during = tstzrange('2020-01-01Z', NULL)")
        await owner.execute("UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL)")
        async with serving(database.web, owner, town) as running:
            yield running


async def devices(site: Site, *names: str) -> list[str]:
    found = {
        row["code"]: str(row["id"]) for row in await store.many(site.owner, "SELECT id, code FROM device ORDER BY code")
    }
    return [found[f"dev-{name}"] for name in names]


async def test_several_are_told_at_once_and_each_refusal_is_named(site: Site) -> None:
    """One switched off and one hidden do not keep the others from being told; a single refusal is the answer itself."""
    pool, off, secret = await devices(site, "pool", "pool2", "secret")
    await site.owner.execute("UPDATE device SET active = false WHERE code = 'dev-pool2'")
    async with site.as_person("fleet_admin") as client:
        body: dict[str, Any] = {"devices": [pool, off, secret, pool], "kind": "locate"}
        answer = (await client.post("/api/device-commands", json=body)).json()
        assert [one["device_id"] for one in answer["made"]] == [pool]
        assert [(one["device_id"], one["code"]) for one in answer["refused"]] == [
            (off, "conflict"),
            (secret, "not_found"),
        ]
        alone = await client.post("/api/device-commands", json=body | {"devices": [off]})
        assert (alone.status_code, alone.json()["params"]) == (409, {"what": "device_off"})
        again = (await client.post("/api/device-commands", json=body | {"devices": [pool]})).json()
        assert again["made"][0]["superseded"] == answer["made"][0]["id"]


async def test_a_request_sent_twice_under_one_key_tells_once(site: Site) -> None:
    """The second answer is the first one again; without the key a second text is refused."""
    (pool,) = await devices(site, "pool")
    body = {"devices": [pool], "kind": "text", "text": "请回电"}
    async with site.as_person("fleet_admin") as client:
        answers = [
            await client.post("/api/device-commands", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()
        assert answers[1].headers["Idempotent-Replay"] == "true"
        other = await client.post("/api/device-commands", json=body)
        assert (other.status_code, other.json()["params"]) == (409, {"what": "command_open"})
        assert (await client.get("/api/device-commands")).json()["total"] == 1


async def test_a_list_is_narrowed_paged_and_taken_away_in_words(site: Site) -> None:
    """By state, kind, unit and locator; page after page in order; the file says 待发送 and not queued."""
    pool, bureau = await devices(site, "pool", "bureau")
    async with site.as_person("fleet_admin") as client:
        for kind, more in (("locate", {}), ("interval", {"every_s": 10}), ("text", {"text": "x"})):
            made = await client.post("/api/device-commands", json={"devices": [pool, bureau], "kind": kind, **more})
            assert len(made.json()["made"]) == 2

        async def codes(**query: str) -> list[tuple[str, str]]:
            page = (await client.get("/api/device-commands", params={"sort": "command_no", **query})).json()
            return [(one["code"], one["kind"]) for one in page["items"]]

        assert await codes(kind="text") == [("dev-pool", "text"), ("dev-bureau", "text")]
        assert len(await codes(unit=str(site.town.units["bureau"]))) == 3
        assert {code for code, _ in await codes(device="dev-pool")} == {"dev-pool"}
        assert await codes(state="answered") == []
        assert len(await codes(state="open")) == 6
        first = (await client.get("/api/device-commands", params={"limit": "4", "sort": "command_no"})).json()
        rest = (
            await client.get(
                "/api/device-commands", params={"limit": "4", "sort": "command_no", "cursor": first["next_cursor"]}
            )
        ).json()
        numbers = [one["command_no"] for one in [*first["items"], *rest["items"]]]
        assert numbers == sorted(numbers)
        assert len(numbers) == first["total"] == 6
        file = (await client.get("/api/device-commands", params={"format": "csv", "kind": "text"})).text
        assert "下发文字" in file
        assert "待发送" in file
        assert "queued" not in file
    async with site.as_person("sysadmin") as client:
        assert (await client.get("/api/device-commands")).json()["total"] == 6


async def test_a_command_is_taken_back_as_it_was_seen(site: Site) -> None:
    """An old version is refused; taken back once, and not a second time; the journal tells both in the interface."""
    (pool,) = await devices(site, "pool")
    async with site.as_person("fleet_admin") as client:
        made = (await client.post("/api/device-commands", json={"devices": [pool], "kind": "locate"})).json()["made"][0]
        path = f"/api/device-commands/{made['id']}/cancel"
        assert (await client.post(path, headers={"If-Match": '"7"'})).json()["code"] == "stale"
        version = (await client.post(path, headers={"If-Match": '"1"'})).json()["row_version"]
        refused = await client.post(path, headers={"If-Match": f'"{version}"'})
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
        item = (await client.get(f"/api/device-commands/{made['id']}")).json()
        assert (item["command"]["state"], item["answers"]) == ("cancelled", [])
        entries = (await client.get("/api/journal", params={"q": "command."})).json()["items"]
        assert [one["action"] for one in entries] == ["command.cancel", "command.ask"]
        assert str(made["command_no"]) in entries[0]["object_name"]
