"""Kinds of orders over HTTP: what a request says, what it is told beforehand, and the files only its people see."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.servers import Database

PAPER = b"%PDF-1.7 notice"


@pytest.fixture
async def site(database: Database) -> Any:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        for code in ("pool", "pool2"):
            await town_of.add_fix(owner, town, code, datetime.now(UTC))
        async with serving(database.web, owner, town) as running:
            yield running


def wish(**more: Any) -> dict[str, Any]:
    start = datetime.now(UTC) + timedelta(days=2)
    place = {"name": "市政府", "lon": 116.01, "lat": 32.01}
    return {
        "planned_start_at": start.isoformat(),
        "planned_end_at": (start + timedelta(hours=3)).isoformat(),
        "origin": place,
        "destination": {**place, "name": "医院", "lon": 116.05},
        "purpose": "meeting",
        "purpose_text": "开会",
        **more,
    }


async def asked(site: Site, name: str, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
    async with site.as_person(name) as client:
        answer = await client.request(method, f"/api{path}", json=body, **more)
        return answer.status_code, answer.json() if answer.content and "json" in answer.headers[
            "content-type"
        ] else None


async def test_a_request_says_what_it_needs_and_is_told_beforehand_what_it_would_get(site: Site) -> None:
    """Checking keeps nothing; what is booked is read back, the contact's number only by who needs it."""
    said = {
        "stops": [{"name": "书店", "lon": 116.03, "lat": 32.01, "stay_min": 20}], "luggage": 3, "equipment": "投影仪",
        "contact_name": "王芳", "contact_phone": "13900000000", "shareable": True,
    }  # fmt: skip
    status, told = await asked(site, "employee", "POST", "/orders/check", wish(**said))
    assert (status, told["refusals"], told["answer"]["served"]) == (200, [], True)
    assert told["answer"]["eligible"] == 2
    assert "plate" not in str(told)
    status, told = await asked(
        site, "employee", "POST", "/orders/check", wish(wheelchairs=1, confidential=True, shareable=True)
    )
    assert told["refusals"] == [{"field": "shareable", "reason": "confidential", "params": {}}]
    assert (told["answer"]["served"], told["answer"]["smallest_change"]) == (False, None)
    assert {"no_wheelchair_place"} <= {each["code"] for each in told["answer"]["obstacles"]}
    status, told = await asked(site, "employee", "POST", "/orders/check", wish(self_drive=True))
    assert told["refusals"] == [{"field": "self_drive", "reason": "no_licence", "params": {}}]
    status, told = await asked(site, "employee", "POST", "/orders/check", wish(type="rental", rental_use="other_city"))
    assert told["refusals"] == [{"field": "type", "reason": "pool_free", "params": {"vehicles": 2}}]
    assert await store.one(site.owner, "SELECT count(*) AS n FROM dispatch_order") == {"n": 0}

    status, page = await asked(site, "employee", "POST", "/orders", wish(**said))
    assert status == 201, page
    assert page["stops"][0]["stay_min"] == 20
    assert (page["luggage"], page["equipment"], page["shareable"]) == (3, "投影仪", True)
    numbers = {
        name: (await asked(site, name, "GET", f"/orders/{page['id']}"))[1]["contact_phone"]
        for name in ("employee", "approver", "dispatcher", "inspector")
    }
    assert numbers == {"employee": "13900000000", "approver": None, "dispatcher": "13900000000", "inspector": None}


async def test_home_travel_is_for_who_is_posted_elsewhere_and_counted_by_the_year(site: Site) -> None:
    """Refused with its figures; a trip called off gives its place back."""
    home = {"purpose": "home_travel", "requester_id": str(site.town.people["employee"])}
    status, problem = await asked(site, "employee", "POST", "/orders", wish(**home))
    assert (status, problem["params"]["reason"]) == (422, "no_home_travel")
    await site.owner.execute(
        """INSERT INTO home_travel_right (tenant_id, person_id, trips_a_year, home, basis, days, created_at, created_by)
        VALUES (%s, %s, 1, '{"name": "家", "lon": 116.05, "lat": 32.01}', '组〔2026〕1号', '[2020-01-01,)', now(), %s)""",
        (site.town.tenant_id, site.town.people["employee"], site.town.people["fleet_admin"]),
    )
    far = {"name": "x", "lon": 117.0, "lat": 33.0}
    status, problem = await asked(
        site, "employee", "POST", "/orders", wish(**home, origin=far, destination=far | {"lon": 117.2})
    )
    assert problem["params"] == {"field": "destination", "reason": "not_home", "home": "家"}
    status, page = await asked(site, "employee", "POST", "/orders", wish(**home))
    assert status == 201
    start = datetime.fromisoformat(page["planned_start_at"]).astimezone()
    status, problem = await asked(site, "employee", "POST", "/orders", wish(**home))
    figures = {"field": "purpose", "reason": "home_travel_quota", "used": 1, "quota": 1, "year": start.year}
    assert (status, problem["params"]) == (422, figures)
    await asked(site, "employee", "POST", f"/orders/{page['id']}/withdraw", {})
    assert (await asked(site, "employee", "POST", "/orders", wish(**home)))[0] == 201


async def test_a_file_is_seen_by_who_sees_the_order_and_looking_is_recorded(site: Site) -> None:
    _, page = await asked(site, "employee", "POST", "/orders", wish())
    path = f"/orders/{page['id']}"
    body = {"order_id": page["id"], "name": '../会议"通知.pdf', "content": base64.b64encode(PAPER).decode()}
    assert (await asked(site, "colleague", "POST", "/order-attachments", body))[0] == 404
    assert (await asked(site, "approver", "POST", "/order-attachments", body))[0] == 403
    key = {"headers": {"Idempotency-Key": "once"}}
    for _ in range(2):
        status, files = await asked(site, "employee", "POST", "/order-attachments", body, **key)
        assert (status, [each["name"] for each in files]) == (201, ["..会议通知.pdf"])
    file = f"{path}/attachments/{files[0]['id']}"
    for name, expected in (
        ("employee", 200),
        ("approver", 200),
        ("inspector", 200),
        ("colleague", 404),
        ("stranger", 404),
    ):
        async with site.as_person(name) as client:
            answer = await client.get(f"/api{file}")
        assert answer.status_code == expected, name
        if expected == 200:
            assert answer.content == PAPER
            assert answer.headers["content-disposition"].startswith("attachment;")
            assert answer.headers["content-type"] == "application/pdf"
    looks = await store.many(site.owner, "SELECT actor FROM audit WHERE action = 'view_attachment' ORDER BY seq")
    assert len(looks) == 5, "also who found nothing asked for it"
    body |= {"content": base64.b64encode(b"<script>").decode()}
    assert (await asked(site, "employee", "POST", "/order-attachments", body))[1]["params"][
        "reason"
    ] == "not_pdf_jpeg_png"
    assert (await asked(site, "employee", "DELETE", file))[0] == 204
    assert (await asked(site, "employee", "GET", path))[1]["attachments"] == []
    assert await store.one(site.owner, "SELECT count(*) AS n FROM order_attachment WHERE content = %s", (PAPER,)) == {
        "n": 1
    }
