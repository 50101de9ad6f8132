"""The device engineer tells locators something and sees how far it came, on the page that refreshes itself."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.test_access import barriers, cut_off, settle
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(240)


def choose(page: Page, *codes: str) -> None:
    """Locators in the open dialog, by what is typed."""
    field = page.get_by_role("dialog").get_by_role("combobox").first
    for code in codes:
        field.fill(code)
        page.get_by_role("option", name=re.compile(code)).click()
    field.press("Escape")


def test_a_text_waits_for_its_locator_and_is_shown_when_it_comes(town: Town, person: Person) -> None:
    """Two locators are told; both wait and say why; one comes and answers, the other command is taken back."""
    here, away = town.vehicles[10], town.vehicles[11]
    page = person("engineer")
    page.goto("/admin/commands")
    settle(page, "/admin/commands")
    page.get_by_role("button", name="下发指令").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="下发指令").click()
    expect(dialog).to_contain_text("请选择终端")
    choose(page, here["device"], away["device"])
    dialog.get_by_label("指令").select_option("text")
    dialog.get_by_role("textbox", name="文字").fill("请回车队")
    dialog.get_by_label("目的").fill("演练")
    assert barriers(page) == []
    dialog.get_by_role("button", name="下发指令").click()
    expect(dialog).not_to_be_visible()
    rows = page.locator("tbody tr")
    for vehicle in (here, away):
        row = rows.filter(has_text=vehicle["device"])
        expect(row).to_contain_text("待发送")
        expect(row).to_contain_text("终端离线，上线后自动发送")
    assert barriers(page) == []
    with town.driving(here):
        expect(rows.filter(has_text=here["device"])).to_contain_text("已执行", timeout=20_000)
        # This locator can only show texts, and says so.
        page.goto("/admin/health")
        page.locator("tbody tr").filter(has_text=here["device"]).get_by_role("button", name="下发指令").click()
        dialog.get_by_role("button", name="下发指令").click()
        expect(dialog).not_to_be_visible()
        page.goto("/admin/commands?state=refused")
        expect(rows.filter(has_text=here["device"])).to_contain_text("终端不支持", timeout=20_000)
    page.goto("/admin/commands?state=open")
    rows.filter(has_text=away["device"]).get_by_role("link").click()
    expect(dialog).to_contain_text("指令已登记，终端在线后自动发送。")
    expect(dialog).to_contain_text("演练")
    assert barriers(page) == []
    dialog.get_by_role("button", name="取消指令").click()
    dialog.get_by_role("button", name=re.compile("取消指令")).last.click()
    expect(dialog).to_contain_text("已取消")
    states = town.query("SELECT state FROM device_command WHERE purpose = '演练' ORDER BY state")
    assert states == [("answered",), ("cancelled",)]


@pytest.mark.parametrize(("lang", "scheme"), [("zh-CN", "light"), ("en-US", "dark")])
def test_answers_to_nothing_are_shown_and_the_page_fits_a_phone(
    town: Town, person: Person, lang: str, scheme: str
) -> None:
    """An answer that names no command is listed under the commands; nothing is cut off at 390 px and nothing bars anybody."""
    town.query(
        """INSERT INTO device_event (tenant_id, device_no, happened_at, received_at, code, body)
        SELECT tenant_id, device_no, now(), now(), 'cmd_result', jsonb_build_object('id', %s::text, 'ok', true) FROM device
        WHERE code = %s""",
        str(uuid4()),
        town.vehicles[3]["device"],
    )
    phone = person("engineer", phone=True, lang=lang, scheme=scheme)
    phone.goto("/admin/commands")
    settle(phone, "/admin/commands")
    strays = phone.get_by_role("list", name="来历不明的答复" if lang == "zh-CN" else "Answers to nothing")
    expect(strays).to_contain_text(town.vehicles[3]["device"], timeout=40_000)
    assert not cut_off(phone)
    assert barriers(phone) == []
    phone.get_by_role("button", name="下发指令" if lang == "zh-CN" else "Send a command").click()
    expect(phone.get_by_role("dialog")).to_be_visible()
    assert not cut_off(phone)
    assert barriers(phone) == []
