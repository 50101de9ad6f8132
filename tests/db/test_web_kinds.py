"""Kinds of orders over HTTP: what a request says, what it is told beforehand, and the files only its people see."""

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from dispatch.engine import look, settle_guessed_days
from fleet import db, store
from fleet.calendars.store import add_calendar_version
from fleet.worktime import DayKind
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.town import working_morning
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
    start = working_morning(datetime.now(UTC) + timedelta(days=1))
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
    assert (told["answer"]["served"], told["answer"]["smallest_change"]) == (False, {"wheelchairs": 0})
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


def thursday(weeks: int) -> datetime:
    """A Thursday at nine in Shanghai so many weeks ahead, within covered or uncovered years as the date falls."""
    now = datetime.now(UTC) + timedelta(weeks=weeks)
    return (now + timedelta(days=(3 - now.weekday()) % 7)).replace(hour=1, minute=0, second=0, microsecond=0)


def weekly(start: datetime, last: datetime, **more: Any) -> dict[str, Any]:
    first = wish(planned_start_at=start.isoformat(), planned_end_at=(start + timedelta(hours=2)).isoformat(), **more)
    return {"first": first, "last_day": last.date().isoformat(), "weekdays": [4]}


async def test_a_series_over_a_holiday_is_approved_day_by_day_edited_and_called_off_from_a_day_on(site: Site) -> None:
    """Every day an order of its own; a day edited alone stays, the following follow, the program moves a guessed day."""
    start = thursday(1)
    days = [(start + timedelta(weeks=n)).date() for n in range(4)]
    holiday = days[1]
    version = "INSERT INTO calendar_version (tenant_id, version_no, source, what) SELECT %s, coalesce(max(version_no), 0) + 1, 't', 'local' FROM calendar_version RETURNING id"
    row = await store.one(site.owner, version, (site.town.tenant_id,))
    assert row is not None
    await site.owner.execute(
        "INSERT INTO calendar_day (tenant_id, version_id, day, kind, name) VALUES (%s, %s, %s, 'holiday', '市庆')",
        (site.town.tenant_id, row["id"], holiday),
    )
    body = weekly(start, start + timedelta(weeks=3))
    status, told = await asked(site, "employee", "POST", "/order-series/preview", body | {"holidays": "before"})
    assert status == 200, told
    assert [each["on"] for each in told["days"]][1] == (holiday - timedelta(days=1)).isoformat()
    status, page = await asked(site, "employee", "POST", "/order-series", body)
    assert status == 201, page
    assert [each["day"] for each in page["days"]] == [str(day) for day in days if day != holiday]
    assert page["left_out"] == [{"day": str(holiday), "why": "holiday"}]
    path = f"/order-series/{page['id']}"
    assert (await asked(site, "colleague", "GET", path))[0] == 404

    status, decided = await asked(site, "approver", "POST", f"{path}/approve", {"reason": "同意"})
    assert (status, {each["state"] for each in decided["days"]}, decided["refused"]) == (200, {"unit_approved"}, [])
    approvals = await store.one(site.owner, "SELECT count(*) AS n FROM approval WHERE decision = 'approved'")
    assert approvals == {"n": 3}

    last = decided["days"][-1]
    match = {"headers": {"If-Match": f'"{decided["row_version"]}"'}}
    assert (await asked(site, "employee", "POST", f"{path}/cancel", {"reason": "x"}))[1]["code"] == "version_required"
    ending = {"reason": "项目结束", "from_day": last["day"]}
    status, ended = await asked(site, "employee", "POST", f"{path}/cancel", ending, **match)
    assert [each["state"] for each in ended["days"]] == ["unit_approved", "unit_approved", "cancelled"]
    assert ended["state"] == "active"

    later = weekly(start + timedelta(hours=1), start + timedelta(weeks=3), purpose_text="改到十点")
    match = {"headers": {"If-Match": f'"{ended["row_version"]}"'}}
    status, edited = await asked(site, "employee", "PATCH", path, later | {"from_day": str(days[3])}, **match)
    assert status == 200, edited
    again = [each for each in edited["days"] if each["state"] == "submitted"]
    assert [each["day"] for each in again] == [str(days[3])], "booked anew, at the new time"
    assert datetime.fromisoformat(again[0]["planned_start_at"]) == start + timedelta(weeks=3, hours=1)
    journal = await store.many(site.owner, "SELECT action FROM journal WHERE object_kind = 'series' ORDER BY seq")
    assert [each["action"] for each in journal] == ["series.book", "series.cancel", "series.edit"]


async def test_guessed_days_of_a_series_are_settled_once_their_year_is_known(site: Site) -> None:
    """Moved while nobody has decided; called off where the series leaves holidays out; the booker hears of both."""
    start = datetime(datetime.now(UTC).year + 1, 3, 4, 1, tzinfo=UTC)
    start += timedelta(days=(3 - start.weekday()) % 7)
    body = weekly(start, start + timedelta(weeks=2), purpose_text="三月")
    made = {}
    for holidays in ("skip", "before"):
        _, page = await asked(site, "employee", "POST", "/order-series", body | {"holidays": holidays})
        made[holidays] = page["id"]
        assert {each["provisional"] for each in page["days"]} == {True}
    kinds = {start.date() + timedelta(weeks=1): "holiday"}
    year = [date(start.year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = {
        day: (DayKind(kinds.get(day, "weekend" if day.weekday() > 4 else "workday")), "")
        for day in year
        if day.year == start.year
    }
    async with site.owner.transaction():
        await add_calendar_version(
            site.owner, version_id=uuid4(), tenant_id=site.town.tenant_id, source="通知", days=days, created_by=None
        )
    assert await settle_guessed_days(site.owner, datetime.now(UTC)) == 2
    rows = await store.many(
        site.owner,
        "SELECT series_id, state, planned_start_at, series_provisional FROM dispatch_order ORDER BY series_id, series_day",
    )
    assert {row["series_provisional"] for row in rows if row["state"] == "submitted"} == {False}
    skipped = [row["state"] for row in rows if str(row["series_id"]) == made["skip"]]
    moved = [row["planned_start_at"] - start for row in rows if str(row["series_id"]) == made["before"]]
    assert skipped == ["submitted", "cancelled", "submitted"]
    assert moved == [timedelta(0), timedelta(days=6), timedelta(days=14)]
    told = await store.many(
        site.owner, "SELECT kind FROM notice WHERE kind IN ('order_call_off', 'series_day') ORDER BY kind"
    )
    assert [row["kind"] for row in told] == ["order_call_off", "series_day"]
    assert await settle_guessed_days(site.owner, datetime.now(UTC)) == 0


async def approved(site: Site, name: str, **more: Any) -> str:
    """A trip of the bureau that waits for a vehicle, of different length each."""
    _, page = await asked(site, name, "POST", "/orders", wish(**more))
    status, page = await asked(site, "approver", "POST", f"/orders/{page['id']}/approve", {})
    assert status == 200, page
    return str(page["id"])


async def test_the_line_is_offered_what_becomes_free_one_after_the_other(site: Site) -> None:
    """Upkeep ends: the reception is asked first, does not answer, the next takes it; each hears of it, the journal proves it."""
    now = datetime.now(UTC)
    windows = {}
    for code in ("pool", "pool2"):
        body = {
            "vehicle_id": str(site.town.vehicles[code]), "kind": "repair", "start_at": (now + timedelta(hours=1)).isoformat(),
            "end_at": (now + timedelta(days=5)).isoformat(),
        }  # fmt: skip
        status, made = await asked(site, "dispatcher", "POST", "/upkeep", body)
        assert status == 201, made
        windows[code] = made["id"]
    assert (await asked(site, "dispatcher", "POST", "/upkeep", body))[1]["params"]["what"] == "upkeep_overlaps"
    plain = await approved(site, "employee")
    reception = await approved(site, "colleague", purpose="reception")
    assert (await asked(site, "stranger", "POST", f"/orders/{plain}/wait-list"))[0] == 404
    for name, order_id in (("employee", plain), ("colleague", reception)):
        status, page = await asked(site, name, "POST", f"/orders/{order_id}/wait-list")
        assert (status, page["wait_state"]) == (200, "waiting")
    assert (await asked(site, "employee", "POST", f"/orders/{plain}/wait-list"))[1]["params"]["what"] == "in_line"
    assert (await look(site.owner, now))["offered"] == 0, "both vehicles are in upkeep"

    match = {"headers": {"If-Match": '"1"'}}
    assert (await asked(site, "dispatcher", "POST", f"/upkeep/{windows['pool']}/end", **match))[0] == 200
    assert (await look(site.owner, now))["offered"] == 1
    states = {
        each["order_id"]: each["state"] for each in (await asked(site, "dispatcher", "GET", "/wait-list"))[1]["items"]
    }
    assert states == {reception: "offered", plain: "waiting"}
    hold = {"vehicle_id": str(site.town.vehicles["pool"])}
    status, problem = await asked(site, "dispatcher", "POST", f"/orders/{plain}/hold", hold)
    assert (status, problem["params"]["reasons"][0]["code"]) == (409, "vehicle_busy"), "what is offered is kept"
    assert (await look(site.owner, now))["offered"] == 0, "nobody gets two"

    later = now + timedelta(minutes=16)
    moved = await look(site.owner, later)
    assert (moved["lapsed"], moved["offered"]) == (1, 1)
    assert (await asked(site, "colleague", "POST", f"/orders/{reception}/offer/take"))[1]["params"][
        "what"
    ] == "offer_over"
    assert (await asked(site, "colleague", "POST", f"/orders/{plain}/offer/take"))[0] == 404
    status, page = await asked(site, "employee", "POST", f"/orders/{plain}/offer/take")
    assert (status, page["state"], page["vehicle_id"], page["wait_state"]) == (
        200,
        "assigned",
        hold["vehicle_id"],
        None,
    )
    assert page["driver_id"] is not None
    entries = await store.many(site.owner, "SELECT order_id, state FROM wait_entry")
    assert {str(row["order_id"]): row["state"] for row in entries} == {reception: "lapsed", plain: "taken"}
    told = await store.many(site.owner, "SELECT kind FROM notice WHERE kind LIKE 'offer%%' ORDER BY kind")
    assert [row["kind"] for row in told] == ["offer_lapsed", "offer_made", "offer_made"]
    steps = [each["action"] for each in page["history"]]
    assert steps[-3:] == ["order.wait", "order.offer", "order.take_offer"]

    # A window over the trip is entered only when that is meant; a hold keeps a vehicle for who is not approved yet.
    start = datetime.fromisoformat(page["planned_start_at"])
    body |= {
        "vehicle_id": hold["vehicle_id"],
        "start_at": start.isoformat(),
        "end_at": (start + timedelta(hours=1)).isoformat(),
    }
    status, problem = await asked(site, "dispatcher", "POST", "/upkeep", body)
    assert (status, problem["code"], problem["params"]) == (409, "meets_orders", {"orders": [page["order_no"]]})
    assert (await asked(site, "dispatcher", "POST", "/upkeep", body | {"anyway": True}))[0] == 201
    _, other = await asked(
        site,
        "colleague",
        "POST",
        "/orders",
        wish(
            planned_start_at=(now + timedelta(days=6)).isoformat(),
            planned_end_at=(now + timedelta(days=6, hours=2)).isoformat(),
        ),
    )
    status, kept = await asked(site, "dispatcher", "POST", f"/orders/{other['id']}/hold", hold | {"minutes": 30})
    assert (status, kept["held_kind"], kept["held_plate"] is not None) == (200, "tentative", True)
    assert (await asked(site, "employee", "POST", f"/orders/{other['id']}/hold", hold))[0] in {403, 404}
    assert (await asked(site, "dispatcher", "POST", f"/orders/{other['id']}/hold/release"))[1]["held_kind"] is None


async def test_a_file_is_booked_whole_or_not_at_all_and_home_travel_has_its_quota_by_the_interface(site: Site) -> None:
    head = "start,end,from_name,from_lon,from_lat,to_name,to_lon,to_lat,passengers,purpose,purpose_text,requester\n"
    start = datetime.now(UTC) + timedelta(days=3)
    row = f"{start.isoformat()},{(start + timedelta(hours=1)).isoformat()},市政府,116.01,32.01,医院,116.05,32.01,2,meeting,会务,"
    good, wrong = head + f"{row}\n{row}\n", head + f"{row}\n{row}employee\n{row}noone\n"
    status, told = await asked(site, "colleague", "POST", "/orders/batch", {"csv": wrong, "dry": True})
    assert (status, told["rows"], [(each["line"], each["column"]) for each in told["errors"]]) == (
        200,
        3,
        [(4, "requester")],
    )
    status, problem = await asked(site, "colleague", "POST", "/orders/batch", {"csv": wrong})
    assert (status, problem["code"], problem["params"]["count"]) == (422, "rows_refused", 1)
    # For somebody else only who may book for others: refused by the use case, and the row before it is gone too.
    status, problem = await asked(site, "colleague", "POST", "/orders/batch", {"csv": head + f"{row}\n{row}employee\n"})
    assert [(each["line"], each["reason"]) for each in problem["params"]["rows"]] == [(3, "forbidden")]
    assert await store.one(site.owner, "SELECT count(*) AS n FROM dispatch_order") == {"n": 0}
    key = {"headers": {"Idempotency-Key": "file"}}
    for _ in range(2):
        status, told = await asked(site, "colleague", "POST", "/orders/batch", {"csv": good}, **key)
        assert (status, [each["line"] for each in told["booked"]]) == (200, [2, 3])
    rows = await store.many(site.owner, "SELECT type, state FROM dispatch_order")
    assert [(each["type"], each["state"]) for each in rows] == [("batch", "submitted")] * 2

    right = {
        "person_id": str(site.town.people["employee"]), "home": {"name": "家", "lon": 116.05, "lat": 32.01}, "trips_a_year": 0,
        "basis": "组〔2026〕1号", "first_day": "2026-01-01",
    }  # fmt: skip
    assert (await asked(site, "dispatcher", "POST", "/home-travel", right))[0] == 403
    status, made = await asked(site, "fleet_admin", "POST", "/home-travel", right)
    assert status == 201, made
    assert (await asked(site, "fleet_admin", "POST", "/home-travel", right))[1]["params"]["what"] == "home_right_there"
    _, problem = await asked(site, "employee", "POST", "/orders", wish(purpose="home_travel"))
    assert (problem["params"]["reason"], problem["params"]["quota"]) == ("home_travel_quota", 0)
    change = {name: right[name] for name in ("basis", "first_day")} | {"trips_a_year": 2}
    path = f"/home-travel/{made['id']}"
    assert (await asked(site, "fleet_admin", "PATCH", path, change, headers={"If-Match": '"9"'}))[1]["code"] == "stale"
    assert (await asked(site, "fleet_admin", "PATCH", path, change, headers={"If-Match": '"1"'}))[0] == 200
    assert (await asked(site, "employee", "POST", "/orders", wish(purpose="home_travel")))[0] == 201
    seen = {
        name: [each["used"] for each in (await asked(site, name, "GET", "/home-travel"))[1]["items"]]
        for name in ("employee", "colleague", "fleet_admin")
    }
    assert [len(each) for each in seen.values()] == [1, 0, 1]


async def test_a_ride_is_shared_with_the_first_bookers_consent_and_the_guest_follows_his_host(site: Site) -> None:
    """Asked, agreed, one trip for the driver; the host is back and so is the guest; a host called off sets him free."""
    host = await approved(site, "employee", shareable=True, passengers=2, round_trip=False)
    guest = await approved(site, "colleague", round_trip=False)
    status, found = await asked(site, "colleague", "GET", f"/orders/{guest}/rides")
    assert (status, [each["order_id"] for each in found["items"]], found["items"][0]["detour_s"]) == (200, [host], 0)
    secret = await approved(site, "colleague", confidential=True, round_trip=False)
    _, problem = await asked(site, "colleague", "POST", f"/orders/{secret}/ride-shares", {"host_order_id": host})
    assert (problem["code"], problem["params"]) == ("no_fit", {"fit": "confidential"})
    body = {"host_order_id": host}
    assert (await asked(site, "colleague", "POST", f"/orders/{guest}/ride-shares", body))[0] == 201
    assert (await asked(site, "colleague", "POST", f"/orders/{guest}/ride-shares", body))[1]["params"][
        "what"
    ] == "share_asked"
    share = (await asked(site, "employee", "GET", f"/orders/{host}/ride-shares"))[1]["items"][0]
    assert (share["side"], share["may_answer"]) == ("host", True)
    assert (await asked(site, "colleague", "POST", f"/ride-shares/{share['id']}/agree"))[0] == 403
    status, page = await asked(site, "employee", "POST", f"/ride-shares/{share['id']}/agree")
    assert (status, page["passengers"], len(page["stops"])) == (200, 3, 2)
    status, mine = await asked(site, "colleague", "GET", f"/orders/{guest}")
    assert (mine["type"], mine["rides_with"], mine["state"]) == ("shared", host, "unit_approved")
    waiting = {
        each["id"]
        for each in (await asked(site, "dispatcher", "GET", "/dispatch/queue"))[1]["items"]
        if not each["rides_with"]
    }
    assert host in waiting
    assert guest not in waiting
    choice = {"vehicle_id": str(site.town.vehicles["pool"]), "driver_id": str(site.town.people["driver"])}
    assert (await asked(site, "dispatcher", "POST", f"/orders/{guest}/assign", choice))[1]["params"][
        "what"
    ] == "rides_along"
    status, page = await asked(site, "dispatcher", "POST", f"/orders/{host}/assign", choice)
    assert status == 200, page
    assert (await asked(site, "colleague", "GET", f"/orders/{guest}"))[1]["ride"]["plate"] == page["plate"]
    for step in ("depart", "return"):
        assert (await asked(site, "driver", "POST", f"/orders/{host}/{step}", {}))[0] == 200
    assert (await look(site.owner, datetime.now(UTC)))["followed"] == 1
    assert (await asked(site, "colleague", "GET", f"/orders/{guest}"))[1]["state"] == "returned"

    other = await approved(site, "employee", shareable=True, round_trip=False)
    again = await approved(site, "colleague", round_trip=False)
    await asked(site, "colleague", "POST", f"/orders/{again}/ride-shares", {"host_order_id": other})
    share = (await asked(site, "employee", "GET", f"/orders/{other}/ride-shares"))[1]["items"][0]
    await asked(site, "employee", "POST", f"/ride-shares/{share['id']}/agree")
    assert (await asked(site, "employee", "POST", f"/orders/{other}/cancel", {"reason": "会议取消"}))[0] == 200
    assert (await look(site.owner, datetime.now(UTC)))["followed"] == 1
    status, mine = await asked(site, "colleague", "GET", f"/orders/{again}")
    assert (mine["rides_with"], mine["state"]) == (None, "unit_approved")
    told = await store.many(site.owner, "SELECT kind FROM notice WHERE kind LIKE 'share%%' ORDER BY kind")
    assert [row["kind"] for row in told] == ["share_agreed", "share_agreed", "share_ask", "share_ask", "share_ended"]


async def test_an_extension_that_meets_the_vehicles_next_trip_or_a_hold_is_refused_with_its_reason(site: Site) -> None:
    now = datetime.now(UTC)
    on_the_way = await town_of.add_order(
        site.owner, site.town, requester="employee", unit="bureau", vehicle="pool", driver="driver", state="in_use",
        start_at=now - timedelta(hours=1),
    )  # fmt: skip
    row = await store.one(site.owner, "SELECT planned_end_at FROM dispatch_order WHERE id = %s", (on_the_way,))
    assert row is not None
    ends: datetime = row["planned_end_at"]
    following = await town_of.add_order(
        site.owner,
        site.town,
        requester="colleague",
        unit="bureau",
        start_at=ends + timedelta(hours=2),
        state="unit_approved",
    )
    hold = {"vehicle_id": str(site.town.vehicles["pool"]), "minutes": 60}
    assert (await asked(site, "dispatcher", "POST", f"/orders/{following}/hold", hold))[0] == 200
    path = f"/orders/{on_the_way}/extend"
    too_long = {"planned_end_at": (ends + timedelta(hours=1, minutes=46)).isoformat()}
    status, problem = await asked(site, "approver", "POST", path, too_long)
    assert (status, problem["code"], problem["params"]) == (409, "conflict", {"what": "vehicle_double_booked"})
    just = {"planned_end_at": (ends + timedelta(hours=1, minutes=45)).isoformat()}
    status, page = await asked(site, "approver", "POST", path, just)
    assert (status, page["state"]) == (200, "extended"), page
