"""What people do at the browser in more than one test: book a trip, approve it, have a vehicle suggested for it."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.town import Town


def choose_places(town: Town, page: Page) -> None:
    """Two offices of the city, typed and chosen."""
    offices = town.query("SELECT name FROM named_place WHERE kind = 'office' ORDER BY 1 LIMIT 2")
    for label, (place,) in zip(("出发地", "目的地"), offices, strict=True):
        field = page.get_by_role("combobox", name=label)
        field.fill(place)
        page.get_by_role("option", name=place).first.click()


def book(town: Town, page: Page, purpose: str = "赴区政府参加协调会") -> int:
    """Typing two places, saying what for, sending; the number of the order."""
    page.goto("/book")
    choose_places(town, page)
    expect(page.locator("main")).to_contain_text("往返全程")
    page.get_by_label("事由类别").select_option("meeting")
    page.get_by_label("具体事由").fill(purpose)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url(re.compile(r"/trips/[0-9a-f-]{36}"))
    expect(page.locator("main")).to_contain_text("待审批")
    found = re.search(r"派车单 (\d+) 号", page.get_by_role("heading", level=1).inner_text())
    assert found
    return int(found[1])


ASKED = """
SELECT p.login FROM dispatch_order o JOIN approval_level l ON l.order_id = o.id AND l.state = 'open'
JOIN approval_seat s ON s.level_id = l.id AND s.left_at IS NULL JOIN person p ON p.id = s.person_id
WHERE o.order_no = %s AND o.state = 'submitted' ORDER BY p.login = 'approver' DESC, p.login LIMIT 1
"""


def approve(town: Town, person: Callable[..., Page], number: int) -> None:
    """On every level there is: in the evening and on days off another person is asked after the unit's approver."""
    while asked := town.query(ASKED, number):
        page = person(asked[0][0])
        page.goto("/approve")
        card = card_of(page, number)
        expect(card).to_contain_text("依据：")
        card.get_by_role("button", name="批准", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("意见").fill("同意")
        dialog.get_by_role("button", name="批准", exact=True).click()
        expect(card).to_have_count(0)


def suggest(page: Page, number: int) -> None:
    """Asking for a suggestion for this order alone."""
    page.goto("/dispatch")
    page.get_by_label(f"选择派车单 {number} 号").check()
    page.get_by_role("button", name=re.compile("为所选 1 单建议")).click()
    expect(card_of(page, number)).to_contain_text("符合条件", timeout=30_000)


def card_of(page: Page, number: int) -> Locator:
    return page.get_by_role("article").filter(has_text=f"派车单 {number} 号")


def driver_of(town: Town, number: int) -> str:
    ((login,),) = town.query(
        "SELECT p.login FROM dispatch_order o JOIN person p ON p.id = o.driver_id WHERE o.order_no = %s", number
    )
    return str(login)


def path_of(town: Town, number: int) -> str:
    return f"/trips/{town.query('SELECT id FROM dispatch_order WHERE order_no = %s', number)[0][0]}"
