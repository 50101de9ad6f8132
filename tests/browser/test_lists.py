"""Lists as people narrow and order them, at the desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.errands import book
from tests.browser.test_access import settle
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(240)


def test_cards_on_a_phone_are_sorted_and_open_wherever_they_are_pressed(person: Person) -> None:
    """What the headings of the table do is done by a field; a press beside the plate opens the vehicle too."""
    page = person("fleetadmin", phone=True)
    page.goto("/admin/vehicles")
    settle(page, "/admin/vehicles")
    cards = page.get_by_role("list", name="车辆").get_by_role("listitem")
    first = cards.first.inner_text().split("\n")[0]
    page.get_by_role("button", name="当前从小到大，点此反转").click()
    expect(page).to_have_url(re.compile("sort=-plate"))
    expect(cards.first).not_to_contain_text(first)
    page.get_by_label("排序", exact=True).select_option("unit_name")
    expect(page).to_have_url(re.compile("sort=unit_name"))
    plate = cards.first.inner_text().split("\n")[0]
    cards.first.get_by_text("使用单位").click()
    expect(page.get_by_role("dialog")).to_contain_text(plate)


def test_locators_that_are_not_on_line_are_one_choice_away(town: Town, person: Person) -> None:
    """The list of a device engineer's morning: silent, switched off or never heard, the same number as stored."""
    ((silent,),) = town.query(
        """SELECT count(*) FROM device d LEFT JOIN device_state s USING (device_no)
        WHERE NOT (d.active AND s.online IS NOT DISTINCT FROM true)"""
    )
    page = person("fleetadmin")
    page.goto("/admin/devices")
    settle(page, "/admin/devices")
    page.get_by_label("在线", exact=True).select_option("false")
    expect(page.locator("main")).to_contain_text(f"共 {silent} 条")
    expect(page.locator("tbody")).not_to_contain_text("在线")


def test_trips_are_found_by_day_and_unit(town: Town, person: Person) -> None:
    """A period and a unit stay in the address; a period without trips says so and offers to clear it."""
    number = book(town, person("employee"), "按日期查找的行程")
    page = person("dispatcher")
    ((unit,),) = town.query("SELECT unit_id FROM dispatch_order WHERE order_no = %s", number)
    page.goto(f"/trips?unit={unit}")
    expect(page.get_by_role("link", name=f"派车单 {number} 号")).to_be_visible()
    page.goto("/trips?until=2020-01-01")
    expect(page.locator("main")).to_contain_text("没有符合条件的记录")
    page.get_by_role("button", name="清除筛选").click()
    expect(page.get_by_role("link", name=f"派车单 {number} 号")).to_be_visible()
