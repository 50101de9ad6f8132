"""Forms: what somebody else changed is kept and marked, what is wrong is said at its field, what is final is asked."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person, Watch
from tests.browser.errands import book, choose_places, path_of
from tests.browser.test_access import barriers
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(180)


def test_two_people_at_one_vehicle_file_lose_nothing(town: Town, person: Person, watch: Watch) -> None:
    """One changes the seats, the other only the model: both stand, and the second is shown what the first did."""
    watch.expected = ("409",)
    slow = person("fleetadmin")
    quick = slow.context.new_page()
    ours, theirs = (_first_file(page) for page in (slow, quick))
    before = theirs.get_by_label("座位数").input_value()
    theirs.get_by_label("座位数").fill("19")
    _save(theirs)
    expect(theirs).to_have_count(0)
    ours.get_by_label("品牌型号").fill("只改型号")
    _save(ours)
    expect(ours).to_contain_text("他人刚刚修改过这条记录")
    expect(ours).to_contain_text(f"他人刚把“{before}”改为“19”")
    expect(ours.get_by_label("座位数")).to_have_value("19")
    expect(ours.get_by_label("品牌型号")).to_have_value("只改型号")
    assert barriers(slow) == []
    _save(ours)
    expect(ours).to_have_count(0)
    kept = town.query("SELECT seats, make_model FROM vehicle ORDER BY plate LIMIT 1")
    assert kept == [(19, "只改型号")], "the second save put the old seats back before"
    town.query("UPDATE vehicle SET seats = %s WHERE make_model = '只改型号' RETURNING 1", int(before))


@pytest.mark.parametrize(
    ("login", "page_path", "field", "change"),
    [
        (
            "sysadmin",
            "/admin/units?q=EDUCATION",
            "英文名称",
            "UPDATE unit SET name_en = 'Theirs' WHERE code = 'EDUCATION'",
        ),
        ("sysadmin", "/admin/people?q=health2", "电话", "UPDATE person SET phone = 'Theirs' WHERE login = 'health2'"),
        (
            "fleetadmin",
            "/admin/devices?q=sim-0002",
            "型号",
            "UPDATE device SET model = 'Theirs' WHERE code = 'sim-0002'",
        ),
    ],
)
def test_a_field_both_changed_shows_both_and_either_can_be_taken(
    town: Town, person: Person, watch: Watch, login: str, page_path: str, field: str, change: str
) -> None:
    watch.expected = ("409",)
    page = person(login)
    page.goto(page_path)
    page.get_by_role("row", name=re.compile(page_path.split("=")[1])).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(field).fill("Mine")
    town.query(f"{change} RETURNING 1")
    _save(dialog)
    expect(dialog).to_contain_text("改为“Theirs”，您填的是“Mine”")
    dialog.get_by_role("button", name="采用对方的").click()
    expect(dialog.get_by_label(field)).to_have_value("Theirs")
    expect(dialog).not_to_contain_text("您填的是")


def test_a_role_is_saved_with_the_rest_after_its_consequence_is_confirmed(town: Town, person: Person) -> None:
    page = person("sysadmin")
    page.goto("/admin/people?q=health1")
    page.get_by_role("row", name=re.compile("health1")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("角色", exact=True).first.click()
    page.get_by_role("listbox", name="角色").get_by_role("option", name="财务审计").click()
    dialog.get_by_label("电话").fill("13800000000")
    _save(dialog)
    expect(dialog).to_contain_text("所有设备上的登录立即退出")
    dialog.get_by_role("button", name="确认保存").click()
    expect(dialog).to_have_count(0)
    held = town.query(
        """SELECT r.role, p.phone FROM person p JOIN person_role r ON r.person_id = p.id AND r.during @> now()
        WHERE p.login = 'health1'"""
    )
    assert held == [("finance", "13800000000")]


def test_an_impossible_number_is_said_and_neither_changed_nor_saved(town: Town, person: Person, watch: Watch) -> None:
    """500 seats were 80 in the first trial, an emptied number of people was 1."""
    page = person("fleetadmin")
    dialog = _first_file(page)
    seats = dialog.get_by_label("座位数")
    before = seats.input_value()
    seats.fill("500")
    _save(dialog)
    expect(dialog).to_contain_text("不能大于 80")
    expect(seats).to_have_value("500")
    expect(seats).to_be_focused()
    assert town.query("SELECT seats FROM vehicle ORDER BY plate LIMIT 1") == [(int(before),)]
    watch.expected = ("409",)
    seats.fill(before)
    ((taken,),) = town.query("SELECT plate FROM vehicle ORDER BY plate OFFSET 1 LIMIT 1")
    dialog.get_by_label("车牌").fill(str(taken))
    dialog.get_by_role("button", name="保存").scroll_into_view_if_needed()
    _save(dialog)
    expect(dialog.get_by_label("车牌")).to_be_focused()
    expect(dialog.get_by_label("车牌")).to_be_in_viewport()
    expect(dialog).to_contain_text(re.compile("已被使用"))


def test_the_booking_form_leads_to_what_is_missing(town: Town, person: Person) -> None:
    page = person("employee")
    page.goto("/book")
    origin = page.get_by_role("combobox", name="出发地")
    origin.fill("没有这个地方")
    expect(page.get_by_role("option", name=re.compile("没有找到这个地点"))).to_be_visible()
    page.get_by_role("button", name="提交申请").click()
    expect(origin).to_be_focused()
    choose_places(town, page)
    people = page.get_by_label("乘车人数")
    people.fill("")
    page.get_by_label("事由类别").select_option("meeting")
    page.get_by_label("具体事由").fill("人数没填")
    page.get_by_role("button", name="提交申请").click()
    expect(people).to_be_focused()
    expect(page.locator("main")).to_contain_text("请填写乘车人数")
    people.press_sequentially("-3")
    expect(people).to_have_value("-3")
    expect(page.locator("main")).to_contain_text("不能小于 1")
    people.fill("60")
    expect(page.get_by_text(re.compile(r"目前最大的车一次可乘 \d+ 人"))).to_be_visible()
    assert town.query("SELECT count(*) FROM dispatch_order WHERE purpose_text = '人数没填'") == [(0,)]


def test_a_request_is_corrected_and_asked_for_again(town: Town, person: Person) -> None:
    page = person("employee")
    number = book(town, page, "要改一改")
    expect(page.get_by_role("button", name="撤回")).to_be_visible()
    expect(page.get_by_role("button", name="取消用车")).to_have_count(0)
    page.get_by_role("link", name="修改").click()
    page.get_by_label("乘车人数").fill("3")
    page.get_by_role("button", name="保存修改").click()
    page.wait_for_url(f"**{path_of(town, number)}")
    assert town.query("SELECT passengers, state FROM dispatch_order WHERE order_no = %s", number) == [(3, "submitted")]
    page.get_by_role("link", name="再次申请").click()
    expect(page.get_by_label("具体事由")).to_have_value("要改一改")
    expect(page.get_by_label("乘车人数")).to_have_value("3")
    page.goto(path_of(town, number))
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("dialog")).to_contain_text("申请还没有审批")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    expect(page.locator("main")).to_contain_text("已撤回")


def test_a_locator_in_use_is_not_taken_off_or_locked_out_by_one_click(town: Town, person: Person) -> None:
    page = person("fleetadmin")
    page.goto("/admin/devices")
    page.locator("tbody tr").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="重新生成凭证").click()
    expect(dialog).to_contain_text("现用密码立即失效")
    dialog.get_by_role("button", name="取消").first.click()
    ((plate, other),) = town.query(
        """SELECT v.plate, d.code FROM device_binding b JOIN vehicle v ON v.id = b.vehicle_id JOIN device d ON d.id = b.device_id
        WHERE upper_inf(b.during) ORDER BY d.code OFFSET 1 LIMIT 1"""
    )
    mount = dialog.get_by_label("安装到车辆")
    mount.click()
    mount.fill(str(plate)[-5:])
    page.get_by_role("listbox").get_by_role("option").first.click()
    dialog.get_by_role("button", name="绑定", exact=True).click()
    expect(dialog).to_contain_text(f"现在装的是终端 {other}")
    assert barriers(page) == []
    assert town.query("SELECT count(*) FROM device_binding WHERE NOT upper_inf(during)") == [(0,)]


def test_a_hand_over_names_its_consequence_and_its_instant(town: Town, person: Person) -> None:
    page = person("fleetadmin")
    dialog = _first_file(page)
    unit = dialog.get_by_label("移交给")
    unit.click()
    unit.fill("HEALTH")
    page.get_by_role("listbox").get_by_role("option").first.click()
    dialog.get_by_label("依据文件").fill("划转文件")
    dialog.get_by_role("button", name="移交", exact=True).click()
    expect(dialog).to_contain_text("自现在起")
    expect(dialog).to_contain_text("负责说明")
    assert town.query("SELECT count(*) FROM custody WHERE basis = '划转文件'") == [(0,)]
    dialog.get_by_role("button", name="确认移交").click()
    expect(dialog).to_contain_text("划转文件")
    ((since,),) = town.query("SELECT lower(during) FROM custody WHERE basis = '划转文件'")
    assert abs((datetime.now(UTC) - since).total_seconds()) < 60


def test_no_form_speaks_the_browsers_language(stranger: Callable[..., Page]) -> None:
    """An empty field is asked for in the page's own words."""
    page = stranger()
    page.goto("/login")
    page.click("button[type=submit]")
    expect(page.get_by_text("请输入账号")).to_be_visible()
    expect(page.locator("input[name=login]")).to_be_focused()
    assert page.locator("form:not([novalidate])").count() == 0


def test_an_address_that_names_no_trip_is_no_page(person: Person) -> None:
    page = person("employee")
    page.goto("/trips/abc")
    expect(page.get_by_role("heading", level=1)).to_have_text("页面不存在")


def _first_file(page: Page) -> Locator:
    page.goto("/admin/vehicles")
    page.locator("tbody tr").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("座位数")).to_be_visible()
    return dialog


def _save(dialog: Locator) -> None:
    dialog.get_by_role("button", name="保存", exact=True).click()
