"""One trip through the browser by the people it takes: book, approve, assign, drive, close."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(240)


def test_a_trip_from_the_wish_to_the_settlement(town: Town, person: Person) -> None:
    """Employee and driver on phones, approver and dispatcher at desks; the order closes as settled."""
    employee = person("employee", phone=True)
    number = _book(town, employee)
    approver = person("approver")
    approver.goto("/approve")
    card = approver.get_by_role("article").filter(has_text=f"派车单 {number} 号")
    card.get_by_role("button", name="批准", exact=True).click()
    approver.get_by_role("dialog").get_by_role("button", name="批准", exact=True).click()
    expect(card).to_have_count(0)

    dispatcher = person("dispatcher")
    plate = _assign(dispatcher, number)
    driver = person(_driver_of(town, number), phone=True)
    _drive(driver, plate)

    employee.reload()
    expect(employee.locator("main")).to_contain_text(plate)
    employee.get_by_role("button", name="确认回执").click()
    employee.get_by_role("dialog").get_by_role("button", name="确认回执").click()
    expect(employee.locator("main")).to_contain_text("已确认回执")
    dispatcher.goto(f"/trips/{_order_id(town, number)}")
    dispatcher.get_by_role("button", name="结算").click()
    expect(dispatcher.locator(".state-line [aria-current=step]")).to_contain_text("已结算")


def _book(town: Town, page: Page) -> int:
    """Typing two places, saying what for, sending."""
    offices = town.query(
        """SELECT p ->> 'name' FROM setting, jsonb_array_elements(value) AS p
        WHERE name = 'places' AND p ->> 'kind' = 'office' ORDER BY 1 LIMIT 2"""
    )
    page.goto("/book")
    for label, (place,) in zip(("出发地", "目的地"), offices, strict=True):
        field = page.get_by_role("combobox", name=label)
        field.fill(place)
        page.get_by_role("option", name=place).first.click()
    expect(page.locator("main")).to_contain_text("单程时间")
    page.get_by_label("事由类别").select_option("meeting")
    page.get_by_label("具体事由").fill("赴区政府参加协调会")
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url(re.compile(r"/trips/[0-9a-f-]{36}"))
    expect(page.locator("main")).to_contain_text("待审批")
    found = re.search(r"派车单 (\d+) 号", page.get_by_role("heading", level=1).inner_text())
    assert found
    return int(found[1])


def _assign(page: Page, number: int) -> str:
    """Asking for a suggestion, reading its reasons, accepting it."""
    page.goto("/dispatch")
    page.get_by_label(f"选择派车单 {number} 号").check()
    page.get_by_role("button", name=re.compile("为所选 1 单建议")).click()
    card = page.get_by_role("article").filter(has_text=f"派车单 {number} 号")
    expect(card).to_contain_text("符合条件", timeout=30_000)
    found = re.search(r"晨A·\d{5}", card.inner_text())
    assert found, "no plate in the suggestion"
    card.get_by_role("button", name="采纳").click()
    expect(card).to_have_count(0)
    return found[0]


def _drive(page: Page, plate: str) -> None:
    page.goto("/drive")
    card = page.get_by_role("article").filter(has_text=plate)
    card.get_by_role("button", name="接单").click()
    for step, odometer in (("出车", "12000"), ("到达", None), ("还车", "12018")):
        card.get_by_role("button", name=step, exact=True).click()
        if odometer:
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("里程表读数").fill(odometer)
            dialog.get_by_role("button", name=step, exact=True).click()
            expect(dialog).to_have_count(0)
    expect(card).to_have_count(0)


def _driver_of(town: Town, number: int) -> str:
    ((login,),) = town.query(
        "SELECT p.login FROM dispatch_order o JOIN person p ON p.id = o.driver_id WHERE o.order_no = %s", number
    )
    return str(login)


def _order_id(town: Town, number: int) -> str:
    return str(town.query("SELECT id FROM dispatch_order WHERE order_no = %s", number)[0][0])
