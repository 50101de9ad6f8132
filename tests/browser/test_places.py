"""Places: found as people say them, by keys alone, and a point of the map said in words."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.test_access import barriers, cut_off

pytestmark = pytest.mark.timeout(180)
SHOTS = os.environ.get("DAYLIGHT_SHOTS")  # a folder, to look at the pages


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def test_a_place_is_found_by_its_initials_with_keys_alone_and_a_point_is_said_in_words(person: Person) -> None:
    """czj is the finance bureau; the cross on the map says where it is and names the place; nothing is in anybody's way."""
    page = person("employee")
    page.goto("/book")
    field = page.get_by_role("combobox", name="出发地")
    field.press_sequentially("czj")
    option = page.get_by_role("option", name=re.compile("财政局"))
    expect(option.first).to_be_visible()
    expect(option.first).to_contain_text("办公")
    assert barriers(page) == []
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(re.compile("财政局"))

    page.get_by_role("button", name="在地图上选目的地").click()
    dialog = page.get_by_role("dialog")
    here = dialog.get_by_text(re.compile("^十字所在："))
    expect(here).to_be_visible(timeout=30_000)
    words = here.inner_text().removeprefix("十字所在：")
    assert barriers(page) == []
    dialog.get_by_role("button", name="选用十字所在位置").click()
    expect(page.get_by_role("combobox", name="目的地")).to_have_value(words)


def test_the_search_over_everything_finds_a_place_and_the_map_goes_there(person: Person) -> None:
    """By pinyin, with the arrow keys and Enter."""
    page = person("dispatcher")
    page.goto("/trips")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    search = page.get_by_role("dialog").get_by_role("combobox")
    search.press_sequentially("caizhengju")
    expect(page.get_by_role("option", name=re.compile("晨光市财政局"))).to_be_visible()
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"/map\?at=1\d\d\.\d+"))


def test_a_name_of_ones_own_is_added_and_found_and_ended(person: Person) -> None:
    """The dispatcher puts a short name on the map, booking finds it, and it can be ended; on a phone nothing is cut off."""
    page = person("dispatcher")
    page.goto("/admin/places?q=幼儿园旧址")
    page.get_by_role("button", name="登记地名").first.click()
    dialog = page.get_by_role("dialog").first
    dialog.get_by_role("textbox", name="名称", exact=True).fill("机关幼儿园旧址")
    dialog.get_by_label("简称").fill("老幼儿园、旧园")
    dialog.get_by_role("button", name="在地图上选").click()
    page.get_by_role("button", name="选用十字所在位置").click()
    assert barriers(page) == []
    shot(page, "own-name")
    dialog.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr").filter(has_text="机关幼儿园旧址")
    expect(row).to_contain_text("老幼儿园")
    assert barriers(page) == []
    shot(page, "own-names")
    phone = person("dispatcher", phone=True)
    phone.goto("/admin/places?q=幼儿园旧址")
    expect(phone.get_by_text("机关幼儿园旧址").first).to_be_visible()
    assert barriers(phone) == []
    assert not cut_off(phone)
    shot(phone, "own-names-phone")
    found = page.request.get("/api/places?q=旧园").json()["items"]
    assert [each["name"] for each in found][:1] == ["机关幼儿园旧址"]
    row.click()
    page.get_by_role("button", name="停用").click()
    page.get_by_role("button", name="停用").first.click()
    expect(row).to_contain_text("已停用")
