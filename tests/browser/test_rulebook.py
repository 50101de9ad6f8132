"""The rulebook as people keep it: a value drafted, tried on stored drives, submitted, published by another; every part without barriers."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.test_access import barriers, cut_off
from tests.browser.town import Town, unordered_drive
from tests.programs import until

pytestmark = pytest.mark.timeout(240)

SHOTS = os.environ.get("DAYLIGHT_SHOTS")  # a folder, to look at the pages
BLIND_M = "900000"


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def raised(town: Town, vehicle: dict[str, Any]) -> list[tuple[object, ...]]:
    return town.query("SELECT id FROM alert WHERE vehicle_id = %s::uuid AND rule = 'R01'", vehicle["vehicle"])


def back_test(page: Page, town: Town) -> None:
    """Asked for on the page, made by the program, shown when it is done."""
    page.get_by_role("button", name="开始试算").click()
    expect(page.get_by_text(re.compile("排队等待|已算"))).to_be_visible(timeout=20_000)
    environment = {**os.environ, "FLEET_DATABASE_URL": town.database.engine}
    subprocess.run([sys.executable, "-m", "geofence", "preview"], env=environment, check=True, timeout=120)


def test_a_value_is_drafted_and_tried_on_stored_drives(town: Town, person: Person) -> None:
    """A draft blind to drives without an order would lose a stored suspicion; the number leads to it. Withdrawn, it stays on record."""
    vehicle = town.vehicles[9]
    if not raised(town, vehicle):
        town.report(vehicle, unordered_drive(vehicle))
        until(lambda: bool(raised(town, vehicle)), "no suspicion is raised", 60)
    page = person("dispatcher")
    page.goto("/admin/rules/changes/new?what=parameters&rule=R01")
    page.get_by_label("最小距离：改为专门取值").check()
    least = page.locator("input[id$='rules.R01.minimum_m']")
    least.fill("2000000")
    page.get_by_label("理由").fill("农村地区试行")
    page.get_by_role("button", name="保存草稿").click()
    expect(least).to_be_focused()  # outside its range
    least.fill(BLIND_M)
    assert barriers(page) == []
    shot(page, "desk-form")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url(re.compile("/changes/[0-9a-f-]{36}"))
    back_test(page, town)
    gone = page.get_by_role("region", name="按规则和单位").get_by_role("link", name=re.compile("不再有")).first
    expect(gone).to_be_visible(timeout=20_000)
    gone.click()
    expect(page).to_have_url(re.compile("d.change=gone"))
    listed = page.get_by_role("region", name="有差异的疑点")
    expect(listed).to_contain_text("无单用车", timeout=20_000)
    expect(listed.get_by_role("link", name="已有疑点").first).to_be_visible()
    assert barriers(page) == []
    shot(page, "desk-preview")
    page.get_by_role("button", name="撤回").click()
    page.get_by_role("button", name="确认撤回").click()
    expect(page.get_by_text("未发布")).to_be_visible(timeout=20_000)


def test_a_value_is_submitted_and_published_by_a_second_person(person: Person) -> None:
    """The dispatcher submits; the fleet authority publishes; the values in force name the version, and its line the reason."""
    page = person("dispatcher")
    page.goto("/admin/rules/changes/new?what=parameters&rule=R14")
    page.get_by_label("休息时长：改为专门取值").check()
    page.locator("input[id$='rules.R14.break_min']").fill("25")
    page.get_by_label("理由").fill("冬季行车安全")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="提交").click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_text("须由主管部门的另一人发布")).to_be_visible(timeout=20_000)
    second = person("fleetadmin")
    second.goto("/admin/rules/changes?state=proposed")
    second.locator("tbody tr").filter(has_text="冬季行车安全").click()
    second.get_by_role("button", name="发布", exact=True).click()
    second.get_by_role("button", name="确认发布").click()
    expect(second.get_by_text("已发布").first).to_be_visible(timeout=20_000)
    shot(second, "desk-published")
    second.goto("/admin/rules")
    panel = second.locator("section.panel").filter(has_text="R14")
    expect(panel.get_by_role("row").filter(has_text="休息时长")).to_contain_text("版本", timeout=20_000)
    second.goto("/admin/rules/versions?rule=R14")
    second.locator("tbody tr").filter(has_text="冬季行车安全").click()
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("25 分钟")
    assert barriers(second, "[role=dialog]") == []
    dialog.get_by_role("button", name="申请结束").click()
    dialog.get_by_role("button", name="确认申请结束").click()
    expect(dialog).to_be_hidden(timeout=20_000)


@pytest.mark.parametrize(("phone", "scheme", "lang"), [(False, "light", "zh-CN"), (True, "dark", "en")])
def test_every_part_of_the_rulebook_has_no_barriers_and_fits(
    person: Person, phone: bool, scheme: str, lang: str
) -> None:
    """Values, versions, mutes, changes and the three forms, at the desk and on a phone."""
    page = person("fleetadmin", phone=phone, scheme=scheme, lang=lang)
    name = "phone" if phone else "desk"
    for part in ("", "/versions", "/mutes", "/changes", "/changes/new?what=parameters&rule=R07", "/changes/new?what=profile", "/changes/new?what=mute"):  # fmt: skip
        page.goto(f"/admin/rules{part}")
        expect(page.locator("main .panel").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert barriers(page) == [], part
        assert not cut_off(page), part
        shot(page, f"{name}{re.sub(r'[^a-z]+', '-', part)}")
