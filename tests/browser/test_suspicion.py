"""A suspicion in a browser: raised from fixes, opened for a purpose, shown with its track."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.seen import dotted, drawn, map_is_drawn
from tests.browser.town import Town, unordered_drive
from tests.programs import until


@pytest.fixture
def suspected(town: Town) -> dict[str, Any]:
    """A vehicle that drove without an order, hours after one had ended; the engine has raised its suspicion."""
    vehicle = town.vehicles[1]
    if not _alert(town, vehicle):
        town.query(
            """INSERT INTO dispatch_order (tenant_id, type, state, unit_id, requester_id, vehicle_id, purpose_text,
                planned_start_at, planned_end_at)
            SELECT v.tenant_id, 'normal', 'returned', p.unit_id, p.id, v.id, '早些时候的任务', now() - interval '6 hours',
                now() - interval '4 hours'
            FROM vehicle v, person p WHERE v.id = %s::uuid AND p.login = 'employee' RETURNING 1""",
            vehicle["vehicle"],
        )
        town.report(vehicle, unordered_drive(vehicle))
        until(lambda: bool(_alert(town, vehicle)), "no suspicion is raised", 60)
    return vehicle


def test_a_suspicion_opens_with_its_track_and_the_orders_looked_at(
    town: Town, person: Person, suspected: dict[str, Any]
) -> None:
    """The inspector says why he looks and sees the evidence; the order compared with has its number and is linked."""
    page = person("inspector")
    page.goto(f"/alerts?q={suspected['plate']}&rule=R01")
    page.get_by_role("link", name="疑似无单用车").click()
    expect(page.get_by_role("heading", name="请说明查阅目的")).to_be_visible()
    page.get_by_role("textbox", name="查阅目的").fill("核实疑点")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{dotted(suspected['plate'])} · 疑似无单用车")
    map_is_drawn(page)
    until(lambda: drawn(page, "evidence-track") > 0, "the track is not drawn")
    body = page.locator("main")
    expect(body).to_contain_text("没有任何派车单覆盖这段行驶")
    expect(body).to_contain_text("不代表已经违规")
    expect(body).to_contain_text("第 1 次判断：首次发现")
    ((number, order_id),) = town.query("SELECT order_no, id FROM dispatch_order WHERE purpose_text = '早些时候的任务'")
    looked = page.get_by_role("listitem").filter(has_text="行驶开始前已经结束")
    expect(looked.get_by_role("link", name=f"派车单 {number} 号")).to_have_attribute("href", f"/trips/{order_id}")
    assert _purposes(town)[-1] == "核实疑点"


def test_every_opening_is_recorded_with_its_own_purpose(town: Town, person: Person, suspected: dict[str, Any]) -> None:
    """The same suspicion for another reason is another look; a reload keeps the words and asks again."""
    ((alert_id,),) = _alert(town, suspected)
    page = person("inspector")
    for purpose in ("核查举报", "随机抽查之二"):
        page.goto(f"/alerts/{alert_id}")
        page.get_by_role("textbox", name="查阅目的").fill(purpose)
        page.get_by_role("button", name="查看").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("疑似无单用车")
        page.get_by_role("link", name="← 疑点").click()
        page.get_by_role("link", name="疑似无单用车").first.wait_for()
    page.go_back()
    expect(page.get_by_role("textbox", name="查阅目的")).to_have_value("随机抽查之二")
    page.reload()
    expect(page.get_by_role("textbox", name="查阅目的")).to_have_value("随机抽查之二")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("疑似无单用车")
    assert _purposes(town)[-3:] == ["核查举报", "随机抽查之二", "随机抽查之二"]


def test_a_track_out_of_sight_is_not_told_as_no_fixes(town: Town, person: Person) -> None:
    """The dispatcher may read every suspicion but not every track."""
    vehicle = town.vehicles[14]  # a unit keeps it
    town.report(vehicle, unordered_drive(vehicle))
    until(lambda: bool(_alert(town, vehicle)), "no suspicion is raised", 60)
    ((alert_id,),) = _alert(town, vehicle)
    page = person("dispatcher")
    page.goto(f"/alerts/{alert_id}")
    expect(page.locator("main")).to_contain_text("您无权查看这段时间的轨迹")
    expect(page.locator("main")).not_to_contain_text("个定位点")


def _alert(town: Town, vehicle: dict[str, Any]) -> list[tuple[object, ...]]:
    return town.query("SELECT id FROM alert WHERE vehicle_id = %s::uuid AND rule = 'R01'", vehicle["vehicle"])


def _purposes(town: Town) -> list[str]:
    return [str(row[0]) for row in town.query("SELECT purpose FROM audit WHERE action = 'view_alert' ORDER BY seq")]
