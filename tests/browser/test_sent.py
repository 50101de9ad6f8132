"""From a phone nobody knows to its fixes on the vehicle's track: refused, bound, decoded again, read as it came."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Watch
from tests.browser.test_access import barriers, cut_off, settle
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(300)
Scheme = Literal["light", "dark"]
FRAME = "7e02000034013800138000000100000000000c000302554b5006fc5a40000501f4005a2603111000000104000004d2020200643001 1f31010c7d0100007e"


def choose(page: Page, label: str, code: str) -> None:
    """One of a list in the open dialog, by what is typed."""
    dialog = page.get_by_role("dialog").last
    dialog.get_by_role("combobox", name=re.compile(label)).fill(code)
    page.get_by_role("option", name=re.compile(code)).click()


def pick(page: Page, label: str, word: str) -> None:
    """One of a short list in the open dialog."""
    page.get_by_role("dialog").last.get_by_role("combobox", name=label).click()
    page.get_by_role("listbox").get_by_role("option", name=word).click()


def ask_why(page: Page) -> None:
    page.get_by_role("textbox", name=re.compile("目的|Purpose|事由|Why", re.IGNORECASE)).fill("终端排障")
    page.get_by_role("button", name=re.compile("^(打开|查看|Open)")).last.click()


def test_an_unknown_phone_becomes_a_vehicles_track(town: Town, person: Person) -> None:
    """The engineer finds it refused, says whose it is, previews, starts; fix, record, journal and raw form follow."""
    vehicle = town.vehicles[5]
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=2)
    said = {"_type": "location", "lat": 31.1234, "lon": 121.4321, "tst": int(at.timestamp()), "tid": "jp"}
    town.publish("owntracks/story/phone", json.dumps(said).encode())
    page = person("engineer")
    page.goto("/admin/devices/refused?device=owntracks:story/phone")
    settle(page, "/admin/devices/refused")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert barriers(page) == []
    page.locator("tbody tr td").first.click()
    page.get_by_role("button", name="登记这个发送方").click()
    expect(page.get_by_role("textbox", name="名称")).to_have_value("story/phone")
    choose(page, "终端", vehicle["device"])
    assert barriers(page) == []
    page.get_by_role("button", name="保存").click()
    start = page.get_by_role("button", name="开始重新解析")
    expect(start).to_be_enabled(timeout=20_000)
    dialog = page.get_by_role("dialog").last
    expect(dialog).to_contain_text("入库定位1")
    assert town.query("SELECT count(*) FROM position WHERE lon_e7 = 1214321000") == [(0,)]
    start.click()
    expect(dialog).to_contain_text("已完成", timeout=20_000)
    assert barriers(page) == []
    dialog.get_by_role("button", name="关闭", exact=True).last.click()

    page.goto("/admin/devices/runs")
    settle(page, "/admin/devices/runs")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("入库")
    expect(rows.first).to_contain_text("owntracks:story/phone")
    assert barriers(page) == []
    page.goto("/admin/devices/names")
    expect(rows.filter(has_text="story/phone")).to_contain_text(vehicle["device"])

    ((device_id, vehicle_id),) = town.query(
        """SELECT d.id::text, b.vehicle_id::text FROM device d JOIN device_binding b ON b.device_id = d.id
        WHERE d.code = %s AND upper(b.during) IS NULL""",
        vehicle["device"],
    )
    page.goto(f"/admin/devices/{device_id}/messages")
    ask_why(page)
    row = rows.filter(has_text="121.432100, 31.123400")
    expect(row).to_contain_text("已入库")
    row.click()
    raw = page.locator(".raw-message")
    expect(raw).to_contain_text('"tid"')
    page.get_by_text("十六进制", exact=True).last.click()
    expect(raw).to_contain_text("7b 22")
    assert barriers(page) == []
    assert town.query(
        "SELECT count(*) FROM audit WHERE action = 'view_raw' AND purpose = '终端排障' AND detail ->> 'device' = %s",
        vehicle["device"],
    ) == [(1,)]

    desk = person("dispatcher")
    span: dict[str, str | float | bool] = {
        "from": (at - timedelta(minutes=1)).isoformat(),
        "to": datetime.now(UTC).isoformat(),
    }
    track = desk.request.get(f"{town.url}/api/vehicles/{vehicle_id}/track", params=span)
    assert "121.4321" in track.text()


@pytest.mark.parametrize(
    ("phone", "lang", "scheme"), [(False, "zh-CN", "dark"), (True, "en", "light"), (True, "zh-CN", "dark")]
)
def test_the_pages_bar_nobody(town: Town, person: Person, phone: bool, lang: str, scheme: Scheme) -> None:
    """Names, runs, messages and a JT/T 808 frame field by field, at both widths, languages and schemes."""
    vehicle = town.vehicles[6]
    body = {"jt808": FRAME.replace(" ", ""), "why": "checksum"}
    town.publish(f"fleet/v1/{vehicle['device']}/pos", json.dumps(body).encode())
    ((device_id,),) = town.query("SELECT id::text FROM device WHERE code = %s", vehicle["device"])
    page = person("engineer", phone=phone, lang=lang, scheme=scheme)
    for path in ("/admin/devices/names", "/admin/devices/runs", "/admin/devices/refused"):
        page.goto(path)
        settle(page, path)
        assert (barriers(page), cut_off(page)) == ([], False), path
    page.goto("/admin/devices/names")
    page.get_by_role("button", name=re.compile("登记外部名称|Add a name")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert (barriers(page), cut_off(page)) == ([], False)
    page.goto(f"/admin/devices/{device_id}/messages")
    ask_why(page)
    refused = (page.locator(".row-card") if phone else page.locator("tbody tr")).filter(has_text="jt808").last
    expect(refused).to_be_visible()
    assert (barriers(page), cut_off(page)) == ([], False)
    (refused.get_by_role("button") if phone else refused).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("JT/T 808 逐字段|JT/T 808 field by field"))
    expect(dialog).to_contain_text("13800138000")
    assert (barriers(page), cut_off(page)) == ([], False)


def test_a_name_is_entered_in_a_locators_file_corrected_and_ended(town: Town, person: Person, watch: Watch) -> None:
    """The form inside the file sends itself and not the file; another's name is refused in words; the dates follow."""
    watch.expected = ("409", "Failed to load resource")
    first, second = town.vehicles[7]["device"], town.vehicles[8]["device"]
    page = person("engineer")
    page.goto(f"/admin/devices?q={first}")
    settle(page, "/admin/devices")
    page.locator("tbody tr td").first.click()
    file = page.get_by_role("dialog", name=f"终端 {first}")
    file.get_by_role("button", name="登记外部名称").click()
    form = page.get_by_role("dialog", name="登记外部名称")
    expect(form.get_by_role("combobox", name="终端")).to_have_value(re.compile(first))
    pick(page, "报文来源", "Traccar")
    form.get_by_role("textbox", name="名称").fill("hall-7")
    form.get_by_role("button", name="保存").click()
    expect(form).not_to_be_visible()
    expect(file).to_contain_text("Traccar · hall-7")
    expect(file).to_contain_text("至 今")
    assert barriers(page) == []

    page.goto("/admin/devices/names?current=true")
    settle(page, "/admin/devices/names")
    page.get_by_role("button", name="登记外部名称").click()
    pick(page, "报文来源", "Traccar")
    form.get_by_role("textbox", name="名称").fill("hall-7")
    choose(page, "终端", second)
    form.get_by_role("button", name="保存").click()
    expect(form).to_contain_text(f"该名称属于终端 {first}")
    form.get_by_role("button", name="取消").click()

    rows = page.locator("tbody tr")
    rows.filter(has_text="hall-7").locator("td").first.click()
    edit = page.get_by_role("dialog", name="外部名称 hall-7")
    edit.get_by_role("textbox", name="名称").fill("hall-8")
    edit.get_by_role("button", name="保存").click()
    expect(edit).to_contain_text("更正只影响今后收到的")
    edit.get_by_role("button", name=re.compile("保存")).last.click()
    expect(rows.filter(has_text="hall-8")).to_have_count(1)
    rows.filter(has_text="hall-8").locator("td").first.click()
    edit = page.get_by_role("dialog", name="外部名称 hall-8")
    edit.get_by_role("button", name="结束").click()
    edit.get_by_role("button", name=re.compile("结束")).last.click()
    expect(rows.filter(has_text="hall-8")).to_have_count(0)
    ended = town.query("SELECT upper(during) <= now(), row_version FROM source_binding WHERE external_id = 'hall-8'")
    assert ended == [(True, 3)]
