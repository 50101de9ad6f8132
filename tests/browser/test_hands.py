"""By keyboard and by finger: the focus comes back where it was, and nothing to press is too small for a finger."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.errands import approve, book
from tests.browser.test_access import barriers, cut_off, settle, turn_to
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(300)
FINGER_PX = 40
# What is pressed is measured with the label that takes the press; links inside a sentence are exempt (WCAG 2.5.8).
SMALL = """(least) => [...document.querySelectorAll('button, select, input, [role=button], a.mantine-Button-root, dd a')]
  .filter((each) => each.checkVisibility() && !each.closest('[aria-hidden=true], .maplibregl-ctrl-attrib'))
  .map((each) => [each.closest('.mantine-Switch-body, .mantine-Checkbox-body, label') ?? each, each.getAttribute('aria-label') ?? each.innerText])
  .filter(([box]) => { const { width, height } = box.getBoundingClientRect(); return width > 0 && height + 0.5 < least; })
  .map(([box, name]) => `${name}: ${Math.round(box.getBoundingClientRect().height)} px`)"""
ON_PHONE = {
    "employee": ("/book", "/trips"),
    "driver": ("/drive", "/map"),
    "approver": ("/approve", "/alerts"),
    "dispatcher": ("/map", "/dispatch"),
}


@pytest.mark.parametrize(
    ("login", "path", "opener"),
    [
        ("fleetadmin", "/admin/vehicles", "tbody tr >> nth=1"),
        ("fleetadmin", "/admin/vehicles", "button:has-text('新增车辆')"),
        ("fleetadmin", "/admin/devices", "tbody tr >> nth=1"),
        ("sysadmin", "/admin/people", "tbody tr >> nth=1"),
    ],
)
def test_the_focus_returns_to_what_opened_a_dialog(person: Person, login: str, path: str, opener: str) -> None:
    """Enter opens the dialog, Esc closes it, and the next Tab goes on from the same row or button."""
    page = person(login)
    page.goto(path)
    settle(page, path)
    source = page.locator(opener)
    source.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("textbox").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(source).to_be_focused()


def test_nothing_to_press_is_too_small_for_a_finger(person: Person) -> None:
    """Buttons, fields and phone numbers of the pages used on a phone are at least 40 px high."""
    found = []
    for login, paths in ON_PHONE.items():
        page = person(login, phone=True)
        page.goto(paths[0])
        for path in paths:
            turn_to(page, path)
            settle(page, path)
            found += [f"{path} {each}" for each in small(page)]
    assert found == []


def test_a_long_list_of_choices_has_no_barrier(person: Person) -> None:
    """The opened list of a searchable field is reached by the arrow keys, and axe sees that."""
    page = person("fleetadmin")
    page.goto("/admin/devices")
    settle(page, "/admin/devices")
    page.get_by_role("button", name="新增终端").click()
    page.get_by_role("dialog").get_by_role("combobox").first.click()
    page.get_by_role("listbox").wait_for()
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_on_a_phone_has_no_barrier_and_fits(person: Person, scheme: Literal["light", "dark"]) -> None:
    """Menu, search, notices, account, filters, a form and its list of dates: names, contrast, nothing wider than the screen."""
    page = person("fleetadmin", phone=True, scheme=scheme, lang="en" if scheme == "dark" else "zh-CN")
    page.goto("/admin/vehicles")
    settle(page, "/admin/vehicles")
    for opener in (
        "更多|More",
        "^搜索$|^Search$",
        "通知|Notices",
        "账号菜单|Account menu",
        "^筛选|^Filter",
        "新增车辆|Add a vehicle",
    ):
        page.get_by_role("button", name=re.compile(opener)).first.click()
        page.wait_for_timeout(400)
        assert barriers(page) == [], opener
        assert small(page) == [], opener
        assert not cut_off(page), opener
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_order_is_chosen_beside_its_box_too(town: Town, person: Person) -> None:
    """A press 8 px beside the small box of a waiting order chooses it."""
    number = book(town, person("employee"), "用手指勾选")
    approve(town, person, number)
    page = person("dispatcher", phone=True)
    page.goto("/dispatch")
    box = page.get_by_label(f"选择派车单 {number} 号")
    place = box.bounding_box()
    assert place
    page.touchscreen.tap(place["x"] - 8, place["y"] + place["height"] / 2)
    expect(box).to_be_checked()


def small(page: Page) -> list[str]:
    """Names and heights of what is too low."""
    return list(page.evaluate(SMALL, FINGER_PX))
