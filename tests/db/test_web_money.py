"""Money and papers through the interface: printed orders, tariffs, statements, the end of a trip."""

import io
from collections.abc import AsyncIterator

import pytest
from pypdf import PdfReader

from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_web_orders import wish
from tests.servers import Database


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def test_who_sees_an_order_prints_it_and_that_is_part_of_its_story(site: Site) -> None:
    """The booker and the dispatcher get a PDF that names the order; both are in the order's journal; a stranger finds nothing."""
    async with site.as_person("employee") as employee, site.as_person("dispatcher") as dispatcher:
        order = (await employee.post("/api/orders", json=wish())).json()
        for client in (employee, dispatcher):
            paper = await client.get(f"/api/orders/{order['id']}/paper", params={"lang": "zh"})
            assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf"), paper.text
            text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
            assert str(order["order_no"]) in text
        history = (await dispatcher.get(f"/api/orders/{order['id']}")).json()["history"]
        assert [entry["action"] for entry in history][-2:] == ["order.print"] * 2
        assert len({entry["actor"] for entry in history[-2:]}) == 2
    async with site.as_person("driver") as driver:
        assert (await driver.get(f"/api/orders/{order['id']}/paper")).status_code == 404
