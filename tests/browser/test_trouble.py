"""When something goes wrong at the browser, people are told and lose nothing."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Watch
from tests.browser.town import Town


def test_an_ended_session_is_renewed_without_losing_what_was_typed(
    town: Town, person: Person, watch: Watch, entries: dict[str, object]
) -> None:
    """The session ends on the server while a form is half filled: a dialog asks for the password, the form stays."""
    watch.expected = ("401",)
    page = person("employee")
    page.goto("/book")
    page.get_by_label("具体事由").fill("写到一半的事由")
    town.query(
        "UPDATE session SET ended_at = now() WHERE person_id = (SELECT id FROM person WHERE login = 'employee') RETURNING 1"
    )
    entries.pop("employee", None)
    page.get_by_role("combobox", name="出发地").fill("政府")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("登录已失效")
    dialog.get_by_role("textbox", name="密码").fill(town.password)
    dialog.get_by_role("button", name="登录").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("具体事由")).to_have_value("写到一半的事由")


def test_two_people_editing_one_record_do_not_overwrite_each_other(town: Town, person: Person, watch: Watch) -> None:
    """The second one is told that the record has changed, and sees the first one's version."""
    watch.expected = ("409",)
    page = person("sysadmin")
    page.goto("/admin/units?q=HEALTH")
    page.get_by_role("row", name=re.compile("HEALTH")).click()
    dialog = page.get_by_role("dialog")
    town.query("UPDATE unit SET name_en = 'Changed by somebody else' WHERE code = 'HEALTH'")
    dialog.get_by_label("英文名称").fill("Mine")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_contain_text("他人刚刚修改过")
    expect(page.locator("main")).to_contain_text("Changed by somebody else")


def test_a_wrong_password_is_refused_in_words(stranger: Callable[..., Page], watch: Watch) -> None:
    """The sentence says what to do and not which half was wrong."""
    watch.expected = ("401",)
    page = stranger()
    page.goto("/login")
    page.fill("input[name=login]", "employee")
    page.fill("input[name=password]", "not the password")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_have_text("账号或密码不正确。")


def test_the_page_speaks_english_and_remembers_it(person: Person) -> None:
    """Switched in the top bar; another page and a reload keep it."""
    page = person("fleetadmin")
    page.goto("/map")
    page.get_by_role("button", name="语言").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Live map")
    page.goto("/admin/rules")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_lost_line_is_told_and_heals(person: Person, watch: Watch) -> None:
    """Without network the map says from when its data is; with the network it goes on by itself."""
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "WebSocket")
    page = person("fleetadmin")
    page.goto("/map")
    banner = page.locator(".map-banner")
    expect(page.locator(".row-button[data-index]").first).to_be_visible()
    expect(banner).to_have_count(0, timeout=15_000)
    page.context.set_offline(True)
    expect(banner).to_contain_text("当前显示", timeout=40_000)
    page.context.set_offline(False)
    expect(banner).to_have_count(0, timeout=30_000)


def test_a_basemap_that_did_not_come_is_asked_for_again(person: Person, watch: Watch) -> None:
    """The file cannot be reached when the map opens; once it can, the map is drawn without a reload."""
    watch.expected = ("ERR_FAILED",)
    page = person("fleetadmin")
    page.route("**/basemap.pmtiles", lambda route: route.abort())
    page.goto("/map")
    page.wait_for_selector("[data-map-idle]", state="attached")
    roads = "document.querySelector('.day-map').maplibre.querySourceFeatures('basemap', {sourceLayer: 'roads'}).length"
    assert page.evaluate(roads) == 0
    page.unroute("**/basemap.pmtiles")
    for _ in range(40):
        page.wait_for_timeout(1_000)
        if page.evaluate(roads):
            break
    assert page.evaluate(roads) > 0


def test_a_page_opened_while_the_server_is_away_comes_to_life_with_it(person: Person, watch: Watch) -> None:
    """The first page says what is wrong with the system's name on it, and goes on by itself once the server answers."""
    watch.expected = ("ERR_FAILED",)
    page = person("employee")
    page.route("**/api/session", lambda route: route.abort())
    page.goto("/book")
    expect(page.get_by_role("alert")).to_contain_text("连接不上服务器", timeout=15_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("公车阳光平台")
    page.unroute("**/api/session")
    expect(page.get_by_role("heading", level=1)).to_have_text("用车申请", timeout=20_000)
