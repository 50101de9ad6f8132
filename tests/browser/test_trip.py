"""One trip through the browser by the people it takes: book, approve, assign, drive, close; and one that is refused."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Watch
from tests.browser.errands import approve, book, card_of, driver_of, path_of, suggest
from tests.browser.test_access import barriers
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(240)
# No other driver is asked after the first: a refused trip stands with the dispatcher.
ONE_ASKED = """
INSERT INTO driving_rules (tenant_id, version_no, from_at, drive_min, rest_min, lunch_min, lunch_from, lunch_to, shift_min, overtime_min, overtime_weight,
    accept_min, accept_before_min, accept_tries, classes, trainings, reason, created_at, created_by)
SELECT tenant_id, 1, now(), 240, 20, 45, '11:00', '13:30', 480, 180, 1.5, 15, 20, 1, '{}', '{}', '只征求一名驾驶员', now(), id
FROM person WHERE login = 'fleetadmin' ON CONFLICT DO NOTHING
"""


def test_a_trip_from_the_wish_to_the_settlement(town: Town, person: Person, watch: Watch) -> None:
    """Employee and driver on phones, approver and dispatcher at desks; the order closes as settled."""
    employee = person("employee", phone=True)
    number = book(town, employee)
    approve(town, person, number)
    dispatcher = person("dispatcher")
    suggest(dispatcher, number)
    card = card_of(dispatcher, number)
    found = re.search(r"晨A·\d{5}", card.inner_text())
    assert found, "no plate in the suggestion"
    plate = found[0]
    card.get_by_role("button", name="采纳").click()
    expect(card).to_have_count(0)
    watch.expected = ("422",)
    _drive(person(driver_of(town, number), phone=True), plate)

    employee.reload()
    expect(employee.locator("main")).to_contain_text(plate)
    employee.get_by_role("button", name="确认回执").click()
    employee.get_by_role("dialog").get_by_role("button", name="确认回执").click()
    expect(employee.locator("main")).to_contain_text("已确认回执")
    assert town.query("SELECT rating FROM dispatch_order WHERE order_no = %s", number) == [(None,)], "nobody rated it"
    dispatcher.goto(path_of(town, number))
    dispatcher.get_by_role("button", name="结算").click()
    preview = dispatcher.get_by_role("dialog")
    expect(preview).to_contain_text("按里程表")
    expect(preview).to_contain_text("¥45.00")
    preview.get_by_role("button", name="结算").click()
    expect(dispatcher.locator(".state-line [aria-current=step]")).to_contain_text("已结算")
    expect(dispatcher.locator("main")).to_contain_text("18.0 公里（按里程表）")


def _drive(page: Page, plate: str) -> None:
    """An impossible reading is refused where it was typed, and saved as nothing else."""
    page.goto("/drive")
    card = page.get_by_role("article").filter(has_text=plate)
    card.get_by_role("button", name="接单").click()
    for step, wrong, odometer in (("出车", "-5", "12000"), ("到达", None, None), ("还车", "11999", "12018")):
        card.get_by_role("button", name=step, exact=True).click()
        if odometer and wrong:
            dialog = page.get_by_role("dialog")
            field = dialog.get_by_label("里程表读数")
            field.fill(wrong)
            dialog.get_by_role("button", name=step, exact=True).click()
            expect(dialog).to_contain_text("不能小于 0" if step == "出车" else "小于上次读数 12000 km")
            expect(field).to_have_value(wrong)
            expect(field).to_be_focused()
            field.fill(odometer)
            dialog.get_by_role("button", name=step, exact=True).click()
            expect(dialog).to_have_count(0)
    expect(card).to_have_count(0)
    page.get_by_text("已完成", exact=True).click()
    expect(page).to_have_url(re.compile(r"tab=done"))
    page.reload()
    expect(page.get_by_role("article").filter(has_text=plate)).to_have_count(1)


def test_a_refused_trip_tells_each_what_is_his(town: Town, person: Person) -> None:
    """The requester reads that another vehicle is being found, and neither the reason nor the vehicle he had; the dispatcher who, which and why."""
    town.query(ONE_ASKED)
    employee = person("employee")
    number = book(town, employee, "去医院送材料")
    approve(town, person, number)
    dispatcher = person("dispatcher")
    suggest(dispatcher, number)
    card = card_of(dispatcher, number)
    found = re.search(r"晨A·\d{5}", card.inner_text())
    assert found
    card.get_by_role("button", name="采纳").click()
    expect(card).to_have_count(0)
    driver = person(driver_of(town, number), phone=True)
    driver.goto("/drive")
    task = driver.get_by_role("article").filter(has_text="接单").first
    task.get_by_role("button", name="拒单").click()
    dialog = driver.get_by_role("dialog")
    dialog.get_by_role("button", name="拒单").click()
    expect(dialog).to_contain_text("请填写此项")
    dialog.get_by_label("理由").fill("家里有急事")
    dialog.get_by_role("button", name="拒单").click()
    expect(dialog).to_have_count(0)

    employee.reload()
    expect(employee.locator(".state-line [aria-current=step]")).to_contain_text("改派中")
    expect(employee.locator("section", has_text="车辆与驾驶员")).not_to_contain_text(found[0])
    expect(employee.locator("main")).not_to_contain_text("家里有急事")
    employee.get_by_role("button", name=re.compile("通知")).click()
    expect(employee.get_by_text(f"派车单 {number} 号正在改派车辆和驾驶员")).to_be_visible()
    dispatcher.goto("/dispatch")
    again = card_of(dispatcher, number)
    expect(again).to_contain_text(found[0])
    expect(again).to_contain_text("家里有急事")


def test_another_vehicle_is_chosen_from_the_suggestion_and_a_wrong_one_is_explained(
    town: Town, person: Person, watch: Watch
) -> None:
    """The alternatives lead to the choice by hand, which shows what stands against every vehicle before and after asking; later the driver is swapped, with a reason."""
    number = book(town, person("employee"), "挑另一辆车")
    approve(town, person, number)
    page = person("dispatcher")
    suggest(page, number)
    card = card_of(page, number)
    card.get_by_role("button", name=re.compile("其他车辆")).click()
    expect(card).to_contain_text("保留车辆")
    assert barriers(page) == []
    other = card.get_by_role("button", name=re.compile("^改派 ")).first
    plate = (other.get_attribute("aria-label") or "").removeprefix("改派 ")
    other.click()
    dialog = page.get_by_role("dialog")
    vehicle = dialog.get_by_label("车牌").first
    expect(vehicle).to_have_value(plate)
    ((retained,),) = town.query("SELECT plate FROM vehicle WHERE retained ORDER BY plate LIMIT 1")
    vehicle.click()
    vehicle.fill(str(retained)[-5:])
    option = page.get_by_role("listbox").get_by_role("option").first
    expect(option).to_contain_text("不可派")
    option.click()
    expect(dialog).to_contain_text("保留车辆，由使用单位自行派用")
    watch.expected = ("409",)
    dialog.get_by_role("button", name="派车", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("保留车辆，由使用单位自行派用")
    expect(dialog.get_by_role("alert")).to_be_focused()
    assert barriers(page) == []
    vehicle.click()
    vehicle.fill(plate[-5:])
    page.get_by_role("listbox").get_by_role("option").first.click()
    dialog.get_by_role("button", name="派车", exact=True).click()
    expect(card).to_have_count(0)
    assert town.query("SELECT v.plate FROM dispatch_order o JOIN vehicle v ON v.id = o.vehicle_id WHERE order_no = %s", number) == [
        (plate.replace("·", ""),)
    ]  # fmt: skip

    page.goto(path_of(town, number))
    page.get_by_role("button", name="换车换人").click()
    dialog = page.get_by_role("dialog")
    before = dialog.get_by_label("驾驶员").input_value()
    dialog.get_by_role("button", name="换车换人", exact=True).click()
    expect(dialog).to_contain_text("请填写此项")
    dialog.get_by_label("驾驶员").click()
    able = page.get_by_role("listbox").get_by_role("option").filter(has_not_text="不可派").filter(has_not_text=before)
    able.first.click()
    dialog.get_by_label("理由").fill("驾驶员临时参加培训")
    assert barriers(page) == []
    dialog.get_by_role("button", name="换车换人", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text(f"驾驶员{before}")
    ((done, why),) = town.query(
        "SELECT action, reason FROM journal WHERE object_id = (SELECT id FROM dispatch_order WHERE order_no = %s) ORDER BY seq DESC LIMIT 1",
        number,
    )
    assert (done, why) == ("order.swap", "驾驶员临时参加培训")
