"""From the count of refused messages to its rows and to the message as it came, at the desk and on a phone."""

import re
from datetime import UTC, datetime
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Watch
from tests.browser.test_access import barriers, cut_off, settle
from tests.browser.town import Spot, Town

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize(("phone", "lang", "scheme"), [(False, "zh-CN", "light"), (True, "en", "dark")])
def test_the_count_of_a_locator_leads_to_its_messages(
    town: Town, person: Person, phone: bool, lang: str, scheme: Literal["light", "dark"]
) -> None:
    """Number, rows, reason in words, bytes after a purpose, what was decoded; recorded; no barrier on the way."""
    vehicle = town.vehicles[3 if phone else 2]
    code = vehicle["device"]
    town.report(vehicle, [Spot(at=datetime.now(UTC), lon=0.0, lat=0.0)])
    page = person("fleetadmin", phone=phone, lang=lang, scheme=scheme)
    page.goto(f"/admin/devices?q={code}")
    settle(page, "/admin/devices")
    page.get_by_role("link", name=re.compile(f"{code}.*(未采纳|not taken)")).click()
    expect(page).to_have_url(re.compile(rf"/admin/devices/refused\?device={code}&settled=false"))
    settle(page, "/admin/devices/refused")
    main = page.locator("main")
    expect(main).to_contain_text(re.compile("坐标不可能|impossible", re.IGNORECASE))
    assert (barriers(page), cut_off(page)) == ([], False)
    rows = page.locator(".row-card") if phone else page.locator("tbody tr")
    expect(rows).to_have_count(1)
    (page.get_by_role("button", name=code) if phone else rows.first).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"fleet/v1/{code}/pos")
    expect(dialog.locator(".raw-message")).to_have_count(0)
    dialog.get_by_role("textbox").fill("终端排障")
    dialog.get_by_role("button", name=re.compile("^(打开|查看|Open)")).click()
    raw = dialog.locator(".raw-message")
    expect(raw).to_contain_text('"lon"')
    expect(dialog.get_by_role("button", name=re.compile("复制原始消息|Copy the message"))).to_be_visible()
    expect(dialog).to_contain_text(re.compile("不能采纳|Not to be taken"))
    assert (barriers(page), cut_off(page)) == ([], False)
    recorded = town.query(
        "SELECT count(*) FROM audit WHERE action = 'view_raw' AND purpose = '终端排障' AND detail ->> 'device' = %s",
        code,
    )
    assert recorded == [(1,)]


def test_no_row_and_no_answer_are_said(person: Person, watch: Watch) -> None:
    """Nothing found offers to clear the filters, a server that fails is asked again."""
    watch.expected = ("500", "Failed to load resource")
    page = person("fleetadmin")
    page.goto("/admin/devices/refused?device=no-such-locator")
    expect(page.locator("main")).to_contain_text("没有符合条件的记录")
    page.get_by_role("button", name="查看全部终端").click()
    expect(page).not_to_have_url(re.compile("device="))
    page.route("**/api/quarantine*", lambda route: route.fulfill(status=500, json={"code": "internal", "params": {}}))
    page.goto("/admin/devices/refused?reason=future")
    expect(page.get_by_role("alert")).to_be_visible(timeout=20_000)
    page.unroute("**/api/quarantine*")
    page.get_by_role("alert").get_by_role("button", name="重试").click()
    expect(page.locator("main")).to_contain_text("没有符合条件的记录")


def test_who_makes_accounts_reads_the_reason_and_not_the_message(town: Town, person: Person) -> None:
    """The dialog says why the message itself is not there."""
    vehicle = town.vehicles[4]
    town.report(vehicle, [Spot(at=datetime.now(UTC), lon=0.0, lat=0.0)])
    page = person("sysadmin")
    page.goto(f"/admin/devices/refused?device={vehicle['device']}")
    page.locator("tbody tr").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("坐标不可能")
    expect(dialog).to_contain_text("您的职责不含查看原始消息的内容")
    expect(dialog.get_by_role("textbox")).to_have_count(0)
