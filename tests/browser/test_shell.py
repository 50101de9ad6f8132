"""The frame around the pages: search by keys, the bell, pages of other roles, a password that must be changed."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Person, Watch, enter
from tests.browser.town import Town


def test_an_order_is_opened_by_its_number_without_the_mouse(town: Town, person: Person) -> None:
    """Ctrl+K, the number, Enter at once: the exact order comes first, whatever else has these digits."""
    number, order_id = _order(town, "键盘查找的任务")
    page = person("dispatcher")
    page.goto("/dispatch")
    page.get_by_role("heading", level=1).wait_for()
    for typed in (str(number), f"#{number}", f"派车单 {number} 号"):
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="车牌、派车单号、地点、页面").fill(typed)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/trips/{order_id}")
        page.go_back()


def test_the_search_is_a_list_box_of_its_field(town: Town, person: Person) -> None:
    """Arrow keys choose while the field keeps the focus; a plate is found however it is written."""
    page = person("dispatcher")
    page.goto("/dispatch")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="车牌、派车单号、地点、页面")
    field.fill("晨ａ·0000")
    expect(page.get_by_role("option").first).to_have_text(re.compile("晨A·00001"))
    expect(field).to_have_attribute("aria-activedescendant", "search-results-0")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_text(re.compile("晨A·00002"))
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/map?vehicle={town.vehicles[1]['vehicle']}")


def test_the_bell_counts_all_shows_older_ones_and_knows_what_has_been_decided(town: Town, person: Person) -> None:
    """Sixty notices are sixty; the request they speak of has been approved meanwhile."""
    number, order_id = _order(town, "已经批准的任务")
    town.query(
        """SELECT notice_add(o.tenant_id, p.id, 'order_submit', jsonb_build_object('order_no', o.order_no), 'order', o.id,
            'bell:' || n, now() - n * interval '1 minute')
        FROM dispatch_order o, person p, generate_series(1, 60) n WHERE o.id = %s::uuid AND p.login = 'healthapprover'""",
        order_id,
    )
    page = person("healthapprover")
    page.goto("/approve")
    page.get_by_role("button", name="通知，60 条未读").click()
    list_of = page.locator(".mantine-Popover-dropdown")
    expect(list_of.locator(".row-button")).to_have_count(50)
    page.get_by_role("button", name="更早的通知").click()
    expect(list_of.locator(".row-button")).to_have_count(60)
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_role("button", name="通知，0 条未读")).to_be_attached()
    town.query(
        "UPDATE dispatch_order SET unit_id = (SELECT id FROM unit WHERE code = 'HEALTH') WHERE id = %s::uuid RETURNING 1",
        order_id,
    )
    page.reload()
    page.get_by_role("button", name="通知，0 条未读").click()
    first = list_of.locator(".row-button").first
    expect(first).to_contain_text(f"用车申请（{number} 号）曾等待您审批")
    expect(first).to_contain_text("目前：已批准，待派车")


def test_a_page_whose_parts_are_slow_to_come_says_that_it_opens(person: Person) -> None:
    """The old page stays, and something tells that the click was heard."""
    page = person("employee")
    page.goto("/help")
    page.get_by_role("heading", level=1).wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/assets/RulesPage-.*\.js"), hold)
    page.get_by_role("link", name="规则").click()
    expect(page.get_by_role("status", name="正在打开页面")).to_be_attached()
    held[0].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("规则")
    expect(page.get_by_role("status", name="正在打开页面")).to_have_count(0)


def test_a_page_of_another_role_says_so(person: Person) -> None:
    """Instead of its buttons; an address that names nothing is no page."""
    page = person("employee")
    page.goto("/approve")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有使用权限")
    expect(page.locator("main")).to_contain_text("您的角色不使用“审批”页面")
    page.goto("/trips/abc")
    expect(page.get_by_role("heading", level=1)).to_have_text("页面不存在")
    page.goto("/admin/calendar?year=99999")
    expect(page.get_by_text("2100", exact=True)).to_be_visible()


def test_who_must_change_the_password_is_told_each_thing_once(
    town: Town, stranger: Callable[..., Page], watch: Watch
) -> None:
    """No refused requests behind the page; the old one is wrong, or the new one is the old: its own sentence."""
    watch.expected = ("422",)
    town.query("UPDATE person SET must_change_password = true WHERE login = 'education1' RETURNING 1")
    page = stranger()
    enter(page, "education1", town.password)
    page.wait_for_url("**/account")
    expect(page.get_by_text("至少 10 个字符")).to_be_visible()
    fields = [page.get_by_role("textbox", name=name, exact=True) for name in ("原密码", "新密码", "再次输入新密码")]
    for old, fresh, answer in (
        ("not the old one", "a new long password", "原密码不正确。"),
        (town.password, town.password, "新密码不正确：不能与原密码相同。"),
    ):
        for field, value in zip(fields, (old, fresh, fresh), strict=True):
            field.fill(value)
        page.get_by_role("button", name="修改密码").click()
        expect(page.get_by_role("alert").filter(has_text=answer)).to_be_visible()
    town.query("UPDATE person SET must_change_password = false WHERE login = 'education1' RETURNING 1")


def _order(town: Town, purpose: str) -> tuple[int, str]:
    """An approved order that waits for a vehicle."""
    ((number, order_id),) = town.query(
        """INSERT INTO dispatch_order (tenant_id, type, state, unit_id, requester_id, purpose_text, planned_start_at, planned_end_at)
        SELECT tenant_id, 'normal', 'unit_approved', unit_id, id, %s, now() + interval '3 days', now() + interval '74 hours'
        FROM person WHERE login = 'employee' RETURNING order_no, id""",
        purpose,
    )
    return number, str(order_id)
