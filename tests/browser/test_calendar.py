"""The calendar as people keep it: a notice looked at, proposed and let hold by another; hours, sealing and local days."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Watch
from tests.browser.test_access import barriers, cut_off

pytestmark = pytest.mark.timeout(240)

YEAR = datetime.now(UTC).year + 1
NOTICE = f"""国务院办公厅关于{YEAR}年部分节假日安排的通知
一、元旦：1月1日放假1天。
二、劳动节：5月1日至2日放假。
三、国庆节：10月1日至3日放假，共3天。"""
SHOTS = os.environ.get("DAYLIGHT_SHOTS")  # a folder, to look at the pages


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_next_years_notice_is_pasted_looked_at_and_let_hold_by_a_second_person(person: Person, watch: Watch) -> None:
    """The dispatcher sees the differences first; the fleet authority reads the same and lets it hold; the year is known."""
    watch.expected = ("422",)  # a notice whose number of days is wrong
    page = person("dispatcher")
    page.goto(f"/admin/calendar?year={YEAR}")
    expect(page.locator("main")).to_contain_text(re.compile("尚未公布|还没有导入"))
    page.get_by_role("button", name="导入放假安排").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("通知内容").fill(NOTICE.replace("共3天", "共5天"))
    dialog.get_by_role("button", name="查看差别").click()
    expect(dialog.get_by_role("alert")).to_contain_text("天数与日期不符")
    dialog.get_by_label("通知内容").fill(NOTICE)
    dialog.get_by_role("button", name="查看差别").click()
    expect(dialog).to_contain_text(f"{YEAR} 年：")
    expect(dialog.get_by_role("cell", name=f"{YEAR}-10-01")).to_be_visible()
    assert barriers(page, "[role=dialog]") == []
    shot(page, "import")
    dialog.get_by_label("依据").fill("国办发明电")
    dialog.get_by_role("button", name="提交批准").click()
    expect(dialog).to_be_hidden()
    second = person("fleetadmin")
    second.goto("/admin/calendar/changes?state=proposed")
    second.get_by_role("table").get_by_text("放假安排").first.click()
    asked = second.get_by_role("dialog")
    expect(asked).to_contain_text("国办发明电")
    expect(asked.get_by_role("cell", name=f"{YEAR}-10-01")).to_be_visible()
    assert barriers(second, "[role=dialog]") == []
    asked.get_by_role("button", name="批准生效").click()
    asked.get_by_role("button", name="确认批准生效").click()
    expect(asked).to_be_hidden()
    second.goto(f"/admin/calendar?year={YEAR}")
    expect(second.get_by_role("table")).to_contain_text("国庆节")
    expect(second.locator("main")).not_to_contain_text("尚未公布")
    shot(second, "year")


@pytest.mark.parametrize(("phone", "scheme", "lang"), [(False, "light", "zh-CN"), (True, "dark", "en")])
def test_hours_sealing_and_versions_have_no_barriers_and_fit(
    person: Person, phone: bool, scheme: str, lang: str
) -> None:
    """Each part of the calendar and each of its forms, at the desk and on a phone."""
    zh = lang == "zh-CN"
    page = person("fleetadmin", phone=phone, scheme=scheme, lang=lang)
    name = "phone" if phone else "desk"
    for part, button in (
        ("local", "新增特殊日" if zh else "Add a local day"),
        ("hours", "设置作息时间" if zh else "Set hours"),
        ("sealing", "新增封存期" if zh else "Add a sealing period"),
        ("versions", None),
        ("changes", None),
    ):
        page.goto(f"/admin/calendar/{part}")
        expect(page.locator("main .panel").first).to_be_visible()
        expect(page.locator("main [aria-current=page]")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert barriers(page) == [], part
        assert not cut_off(page), part
        shot(page, f"{name}-{part}")
        if button is None:
            continue
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_timeout(300)
        assert barriers(page, "[role=dialog]") == [], part
        shot(page, f"{name}-{part}-form")
        page.keyboard.press("Escape")


def test_summer_hours_are_written_as_people_write_them(person: Person) -> None:
    """08:30-12:00 13:30-17:30 on Monday, the same to Friday; what is no interval is said at its field before it is sent."""
    page = person("dispatcher")
    page.goto("/admin/calendar/hours")
    page.get_by_role("button", name="设置作息时间").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="再加一段").click()
    season = dialog.get_by_role("group", name="第 2 段")
    season.get_by_label("从", exact=True).fill("05-01")
    season.get_by_label("至（含）").fill("09-30")
    season.get_by_label("周一", exact=True).fill("上午")
    expect(season).to_contain_text("请写成 08:30-12:00 13:30-17:30")
    season.get_by_label("周一", exact=True).fill("8:00-12:00 14：00至18:00")
    season.get_by_role("button", name="周二至周五同周一").click()
    dialog.get_by_label("依据").fill("夏令时通知")
    dialog.get_by_role("button", name="提交批准").click()
    expect(dialog).to_be_hidden()
    page.goto("/admin/calendar/changes?what=hours")
    page.get_by_role("table").get_by_text("夏令时通知").click()
    expect(page.get_by_role("dialog")).to_contain_text("每年 05-01 至 09-30")
    expect(page.get_by_role("dialog")).to_contain_text("周一至周五 08:00-12:00 14:00-18:00")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
