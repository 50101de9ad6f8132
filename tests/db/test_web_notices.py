"""The bell: a true count however many notices there are, older ones by page, all read at once, and what has moved on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from fleet import db, outbox
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database

MANY = 45


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """The approver has many notices about one order, the employee one."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        now = datetime.now(UTC)
        order_id = await town_of.add_order(
            owner, town, requester="employee", unit="bureau", start_at=now + timedelta(days=1)
        )
        for number in range(MANY):
            people = [town.people["approver"], *([town.people["employee"]] if number == 0 else [])]
            await outbox.notify(
                owner, tenant_id=town.tenant_id, person_ids=people, kind="order_submit", params={"order_no": 1},
                object_kind="order", object_id=order_id, dedupe_key=f"n{number}", now=now + timedelta(seconds=number),
            )  # fmt: skip
        async with serving(database.web, owner, town) as running:
            yield running


async def test_the_count_is_true_and_all_can_be_read_by_pages_and_at_once(site: Site) -> None:
    """Thirty are not the end; reading all of one's own leaves those of others unread."""
    async with site.as_person("approver") as approver, site.as_person("employee") as employee:
        assert (await approver.get("/api/notices/unread")).json() == {"unread": MANY}
        first = (await approver.get("/api/notices", params={"limit": 30})).json()
        older = (await approver.get("/api/notices", params={"limit": 30, "cursor": first["next_cursor"]})).json()
        assert (len(first["items"]), len(older["items"]), older["next_cursor"]) == (30, MANY - 30, None)
        await approver.post(f"/api/notices/{first['items'][0]['id']}/read")
        assert (await approver.get("/api/notices/unread")).json() == {"unread": MANY - 1}
        assert (await approver.post("/api/notices/read")).status_code == 204
        assert (await approver.get("/api/notices/unread")).json() == {"unread": 0}
        assert (await employee.get("/api/notices/unread")).json() == {"unread": 1}


async def test_a_notice_says_how_its_order_stands_now(site: Site) -> None:
    """It told of a request that waited; meanwhile somebody has decided."""
    async with site.as_person("approver") as approver:
        before = (await approver.get("/api/notices")).json()["items"]
        await site.owner.execute("UPDATE dispatch_order SET state = 'unit_approved'")
        after = (await approver.get("/api/notices")).json()["items"]
    assert {one["object_state"] for one in before} == {"submitted"}
    assert {one["object_state"] for one in after} == {"unit_approved"}
