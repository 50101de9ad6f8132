"""Every page for everybody: no finding of axe at WCAG 2.2 AA, nothing cut off, at desk and phone, light and dark."""

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.seen import map_is_drawn

pytestmark = pytest.mark.timeout(300)
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ROUNDS = (
    ("fleetadmin", ("/map", "/map?view=table", "/alerts", "/admin/vehicles", "/admin/devices", "/admin/devices/refused", "/admin/areas",
                    "/admin/areas/drafts", "/admin/areas/drafts/new", "/admin/areas/events", "/admin/calendar")),
    ("fleetadmin", ("/admin/rules", "/admin/rules/replans", "/admin/statements", "/admin/tariffs", "/admin/fleet-policy", "/admin/vendors",
                    "/lending", "/admin/sizing", "/admin/drivers/rules", "/admin/drivers/qualifications", "/help")),
    ("engineer", ("/admin/health", "/admin/tickets", "/admin/devices")),
    ("sysadmin", ("/admin/people", "/admin/units", "/account")),
    ("employee", ("/book", "/trips", "/share")),
    ("approver", ("/approve",)),
    ("dispatcher", ("/admin/drivers", "/admin/drivers/absences", "/admin/drivers/asks", "/dispatch", "/dispatch/plans", "/trips")),
    ("driver", ("/drive", "/admin/drivers")),
)  # fmt: skip
Scheme = Literal["light", "dark"]


@pytest.mark.parametrize("phone", [False, True])
def test_no_barrier_on_any_page(person: Person, phone: bool) -> None:
    """Every page at the desk and on a phone, once in either theme and language; half of them are dark at the desk, half on the phone."""
    findings: list[str] = []
    for number, (login, paths) in enumerate(ROUNDS):
        scheme: Scheme = "dark" if phone == (number % 2 == 0) else "light"
        page = person(login, phone=phone, scheme=scheme, lang="en" if scheme == "dark" else "zh-CN")
        page.goto(paths[0])
        for path in paths:
            turn_to(page, path)
            settle(page, path)
            findings += [f"{path} in {scheme}: {each}" for each in barriers(page)]
            if cut_off(page):
                findings.append(f"{path} in {scheme}: wider than the screen")
    assert findings == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_on_the_way_in(stranger: Callable[..., Page], scheme: Scheme) -> None:
    """The sign-in page, which nobody has signed in to yet."""
    page = stranger(scheme=scheme)
    page.goto("/login")
    settle(page, "/login")
    assert barriers(page) == []


@pytest.mark.parametrize(
    ("login", "path", "button"),
    [
        ("sysadmin", "/admin/people", "新增人员"),
        ("fleetadmin", "/admin/vehicles", "新增车辆"),
        ("fleetadmin", "/admin/devices", "新增终端"),
        ("fleetadmin", "/map", "搜索"),
    ],
)
def test_no_barrier_in_dialogs(person: Person, login: str, path: str, button: str) -> None:
    """Dialogs keep the focus and have names for everything."""
    page = person(login)
    page.goto(path)
    settle(page, path)
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("dialog").wait_for()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")


@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh-CN"), ("dark", "en")])
def test_no_barrier_in_opened_menus_pickers_and_the_bell(person: Person, scheme: Scheme, lang: str) -> None:
    """What opens over a page has names, roles and contrast too; menus put the focus on their first entry."""
    page = person("fleetadmin", scheme=scheme, lang=lang)
    page.goto("/alerts")
    settle(page, "/alerts")
    for name in ("语言|Language", "外观|Appearance", "账号菜单|Account menu", "导出|Export"):
        page.get_by_role("button", name=re.compile(name)).first.click()
        page.get_by_role("menu").wait_for()
        expect(page.get_by_role("menuitem").first).to_be_focused()
        assert barriers(page, "[role=menu]") == [], name
        page.keyboard.press("Escape")
        page.get_by_role("menu").wait_for(state="hidden")
    page.get_by_role("button", name=re.compile("通知|Notices")).click()
    page.locator(".mantine-Popover-dropdown").wait_for()
    assert barriers(page, ".mantine-Popover-dropdown") == []
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name=re.compile("开始日期自|Began from")).click()
    page.locator(".date-day").first.wait_for()
    assert barriers(page, ".mantine-Popover-dropdown") == []
    page = person("employee", scheme=scheme, lang=lang)
    page.goto("/book")
    settle(page, "/book")
    page.locator(".mantine-DateTimePicker-input").click()
    page.locator(".date-day").first.wait_for()
    assert barriers(page, ".mantine-Popover-dropdown") == []


def turn_to(page: Page, path: str) -> None:
    """Another page without loading the application again, as a link does."""
    page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )
    page.wait_for_function("(path) => location.pathname + location.search === path", arg=path)


def settle(page: Page, path: str) -> None:
    """The page's own heading is there, nothing loads any more."""
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_load_state("networkidle") if path == "/login" else page.wait_for_timeout(300)
    page.locator("[role=status][aria-label=正在加载], [role=status][aria-label=Loading]").first.wait_for(
        state="detached"
    )
    if page.locator(".day-map").count():
        map_is_drawn(page)


def barriers(page: Page, within: str | None = None) -> list[str]:
    """Rule and element of each finding, on the page or within a part of it."""
    options: Any = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)  # half a megabyte: once for all pages that are turned to
    violations: Any = page.evaluate(
        "([within, options]) => axe.run(within ?? document, options).then(({ violations }) => violations)",
        [within, options],
    )
    return [f"{found['id']} {node['target']} {node['html'][:120]}" for found in violations for node in found["nodes"]]


def cut_off(page: Page) -> bool:
    """Whether the page can be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))
