"""The fleet policy on its page: the dispatcher drafts a restriction, the fleet authority lets it hold, and all can read it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Watch
from tests.browser.test_access import barriers, cut_off, settle

pytestmark = pytest.mark.timeout(300)
PATH = "/admin/fleet-policy"


def test_a_restriction_is_drafted_by_one_and_put_in_force_by_another(person: Person, watch: Watch) -> None:
    """On a phone too nothing is cut off; the form has names for everything; a wrong hour is named before anything is kept."""
    watch.expected = ("422",)
    page = person("dispatcher")
    page.goto(PATH)
    settle(page, PATH)
    expect(page.get_by_text("还没有核准过任何版本")).to_be_visible()
    page.get_by_role("button", name="起草一版").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="理由").fill("尾号限行")
    dialog.get_by_role("button", name="增加限行").click()
    rule = dialog.get_by_role("group", name="第 1 条限行")
    rule.get_by_role("textbox", name="名称").fill("周一限行")
    rule.get_by_role("textbox", name="从").fill("7点")
    rule.get_by_role("checkbox", name="周一").check()
    rule.get_by_role("checkbox", name="1", exact=True).check()
    assert barriers(page) == []
    dialog.get_by_role("button", name="起草一版").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    rule.get_by_role("textbox", name="从").fill("07:00")
    dialog.get_by_role("button", name="起草一版").click()
    dialog.wait_for(state="hidden")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="第 1 版").click()
    expect(page.get_by_role("dialog")).to_contain_text("周一限行：周一，尾号 1，07:00 至 24:00")
    assert barriers(page) == []

    leader = person("fleetadmin", phone=True, scheme="dark", lang="en")
    leader.goto(PATH)
    settle(leader, PATH)
    assert barriers(leader) == []
    assert not cut_off(leader)
    leader.get_by_role("button", name="Put in force").first.click()
    expect(leader.get_by_text(re.compile("Version 1 follows"))).to_be_visible()


def test_a_paper_is_entered_with_the_vehicle_and_taken_out_with_a_reason(person: Person) -> None:
    """The file says until when all papers hold; what was taken out stays readable."""
    page = person("fleetadmin")
    page.goto("/admin/vehicles")
    settle(page, "/admin/vehicles")
    page.locator("tbody tr td").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("编号").fill("N-1")
    until = dialog.get_by_role("textbox", name="有效期至")
    until.fill("2030-01-31")
    until.press("Tab")
    assert barriers(page) == []
    dialog.get_by_role("button", name="登记证件").click()
    line = dialog.get_by_role("listitem").filter(has_text="年检 N-1，有效期至 2030-01-31")
    expect(line).to_be_visible()
    line.get_by_role("button", name="作废").click()
    line.get_by_label("为什么作废？").fill("录入错误")
    line.get_by_role("button", name="作废").click()
    expect(line).to_contain_text("已作废：录入错误")
    assert barriers(page) == []
