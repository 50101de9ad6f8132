"""The records against those they watch: nothing somebody types can close them to the people who review them."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from fleet import db
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database

TYPED = ("vehicle=nonsense", "vehicle=", "from=yesterday", "from=1700000000", "to=9999-12-31T23:59:59-12:00", "unit=" + quote("=1+1"), "state=" + quote("<b>"))  # fmt: skip


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """A town and a web program in front of it."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def test_no_filter_somebody_invents_closes_the_audit_or_ends_in_a_crash(site: Site) -> None:
    """Every file taken is recorded with what was asked for; the audit stays readable and the hidden vehicle hidden."""
    async with site.as_person("fleet_admin") as curious:
        for typed in (*TYPED, f"vehicle={str(site.town.vehicles['secret']).upper()}"):
            for path in ("/api/vehicles", "/api/units", "/api/notices"):
                answer = await curious.get(f"{path}?format=csv&{typed}")
                assert answer.status_code in {200, 422}, (path, typed, answer.text)
    async with site.as_person("inspector") as reviewer:
        answer = await reviewer.get("/api/audit", params={"limit": 500})
        assert answer.status_code == 200, answer.text
        assert "nonsense" in answer.text
        assert str(site.town.vehicles["secret"]) not in answer.text.lower()
        assert (await reviewer.get("/api/audit", params={"format": "xlsx"})).status_code == 200


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "\\u202e", "=1+1", "a\\nb\\u001b[31m"])
async def test_text_no_database_can_hold_is_the_senders_fault(site: Site, text: str) -> None:
    """Half characters and NULs are refused by name; what can be held never runs in a spreadsheet."""
    body = f'{{"parent_id": "{site.town.units["root"]}", "code": "odd", "name": "{text}"}}'
    async with site.as_person("sysadmin") as client:
        answer = await client.post("/api/units", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {201, 400, 422}, answer.text
        written = await client.get("/api/units?format=csv")
        assert written.status_code == 200
        assert ",=1+1" not in written.text
