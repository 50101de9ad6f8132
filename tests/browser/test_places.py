"""Places: found as people say them, by keys alone, and a point of the map said in words."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_access import barriers

pytestmark = pytest.mark.timeout(180)


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
