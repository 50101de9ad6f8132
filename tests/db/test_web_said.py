"""What is said of a trip on its way: who may say why and allow a stop, and what an inspector reads beside the suspicion."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_scope import add_alert
from tests.servers import Database

HOUR = timedelta(hours=1)


@pytest.fixture
async def site(database: Database) -> Any:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def trip(site: Site, state: str = "in_use", driver: str = "driver", requester: str = "employee") -> UUID:
    """A trip of the bureau that began an hour ago."""
    order_id = await town_of.add_order(
        site.owner, site.town, requester=requester, unit="bureau", vehicle="bureau", driver=driver, state=state,
        start_at=datetime.now(UTC) - HOUR,
    )  # fmt: skip
    await site.owner.execute("DELETE FROM rejudge")
    return order_id


def why(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    span = {"from_at": (now - timedelta(minutes=30)).isoformat(), "to_at": (now - timedelta(minutes=20)).isoformat()}
    return {"reason": "road_closed", "words": "G42 closed", **span, **more}


STOP = {"name": "加油站", "lon": 117.2, "lat": 39.1, "reason": "长途需中途加油"}


async def posted(site: Site, name: str, order_id: UUID, what: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    async with site.as_person(name) as client:
        answer = await client.post(f"/api/orders/{order_id}/{what}", json=body)
        return answer.status_code, answer.json()


async def test_driver_and_booker_say_why_and_nobody_else(site: Site) -> None:
    """Kept with who said it and as whom, and in the order's journal; it stays as it was said."""
    order_id = await trip(site)
    status, page = await posted(site, "driver", order_id, "statements", why())
    assert status == 201, page
    (said,) = page["statements"]
    assert (said["said_as"], said["reason"], said["words"]) == ("driver", "road_closed", "G42 closed")
    status, page = await posted(site, "employee", order_id, "statements", why(reason="passenger_request", words=""))
    assert status == 201
    assert {each["said_as"] for each in page["statements"]} == {"driver", "requester"}
    assert [each["action"] for each in page["history"]].count("order.say") == 2
    for name in ("driver2", "stranger", "nobody"):
        assert (await posted(site, name, order_id, "statements", why()))[0] == 404, name
    for name in ("dispatcher", "inspector", "approver"):
        assert (await posted(site, name, order_id, "statements", why()))[0] == 403, name
    may = "SELECT has_table_privilege('fleet_web', 'order_statement', %s) AS it"
    assert [(await store.one(site.owner, may, (each,)) or {})["it"] for each in ("UPDATE", "DELETE")] == [False, False]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("to_at", {"to_at": (datetime.now(UTC) - 2 * HOUR).isoformat()}),
        ("to_at", {"to_at": (datetime.now(UTC) + HOUR).isoformat()}),
        ("from_at", {"from_at": (datetime.now(UTC) - 9 * HOUR).isoformat()}),
        ("words", {"reason": "other", "words": " ? "}),
        ("lon", {"lon": 117.0}),
    ],
)
async def test_a_reason_is_of_this_trip_and_says_something(site: Site, field: str, body: dict[str, Any]) -> None:
    status, told = await posted(site, "driver", await trip(site), "statements", why(**body))
    assert (status, told["code"], told["params"]["field"]) == (422, "invalid", field)


async def test_an_approver_allows_a_stop_of_somebody_elses_trip_until_it_is_back(site: Site) -> None:
    """Not of one he asked for or of another unit, nor afterwards; the trip is judged again."""
    order_id = await trip(site)
    status, page = await posted(site, "approver", order_id, "allowed-stops", STOP)
    assert status == 201, page
    assert [(each["name"], each["radius_m"]) for each in page["allowed_stops"]] == [("加油站", 300)]
    asked = await store.many(site.owner, "SELECT vehicle_id, why FROM rejudge")
    assert [(row["vehicle_id"], row["why"]) for row in asked] == [(site.town.vehicles["bureau"], "order_change")]
    for name in ("driver", "employee", "dispatcher", "inspector"):
        assert (await posted(site, name, order_id, "allowed-stops", STOP))[0] == 403, name
    own = await trip(site, requester="approver", state="unit_approved")
    status, told = await posted(site, "approver", own, "allowed-stops", STOP)
    assert (status, told["code"]) == (403, "same_hands")
    await site.owner.execute(
        "UPDATE dispatch_order SET state = 'returned', returned_at = now() WHERE id = %s", (order_id,)
    )
    assert (await posted(site, "approver", order_id, "allowed-stops", STOP))[1]["code"] == "wrong_state"


async def test_an_inspector_reads_what_was_said_beside_the_suspicion(site: Site) -> None:
    """Of its span and no other; who drove, and that the order names somebody else; the suspicion stays as it is."""
    order_id, now = await trip(site), datetime.now(UTC)
    await posted(site, "driver", order_id, "statements", why())
    hour_ago = (now - timedelta(minutes=55)).isoformat()
    await posted(
        site,
        "driver",
        order_id,
        "statements",
        why(reason="rest", from_at=hour_ago, to_at=(now - timedelta(minutes=50)).isoformat()),
    )
    await posted(site, "approver", order_id, "allowed-stops", STOP)
    alert_id = await town_alert(site, order_id, now - timedelta(minutes=32), now - timedelta(minutes=15))
    async with site.as_person("inspector") as client:
        page = (await client.get(f"/api/alerts/{alert_id}", params={"purpose": "核实疑点"})).json()
    assert [each["reason"] for each in page["evidence"]["statements"]] == ["road_closed"]
    assert [each["name"] for each in page["evidence"]["allowed_stops"]] == ["加油站"]
    assert (page["driver_name"], page["driver_source"], page["order_driver_name"]) == ("driver2", "badge", "driver")
    assert (page["state"], page["judgement"]) == ("open", "suspected")


async def town_alert(site: Site, order_id: UUID, since: datetime, until: datetime) -> UUID:
    """A suspicion of the bureau's vehicle under that order, driven by another than it names."""
    alert_id = await add_alert(site.owner, site.town, "bureau", "bureau", since)
    await site.owner.execute(
        "UPDATE alert SET order_id = %s, ended_at = %s, driver_id = %s, driver_source = 'badge', driver_badge = '7' WHERE id = %s",
        (order_id, until, site.town.people["driver2"], alert_id),
    )
    return alert_id
