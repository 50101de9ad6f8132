"""The map beyond this moment: a vehicle's past day, everything in view, and words where there is nothing to see."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.seen import dotted, drawn, map_is_drawn, on_screen
from tests.browser.test_access import barriers, cut_off
from tests.browser.town import Town, unordered_drive
from tests.programs import until

pytestmark = pytest.mark.timeout(240)


def test_the_card_opens_the_day_of_a_vehicle_and_the_look_is_recorded(town: Town, person: Person) -> None:
    """Drives and stops in order of time, one drive alone on the map; one look, one audit row; Esc goes back step by step."""
    vehicle = town.vehicles[9]
    town.report(vehicle, unordered_drive(vehicle))
    page = person("fleetadmin")
    page.goto("/map")
    map_is_drawn(page)
    row = page.locator(".row-button").filter(has_text=dotted(vehicle["plate"]))
    row.click()
    page.get_by_role("button", name="行驶轨迹").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("查阅目的").fill("核对当天的行驶情况")
    dialog.get_by_role("button", name="查看").click()
    drive = dialog.locator(".past-drive").first
    expect(drive).to_contain_text("行驶", timeout=30_000)
    drive.click()
    expect(drive).to_have_attribute("aria-pressed", "true")
    assert barriers(page, "[role=dialog]") == []
    looks = "SELECT count(*) FROM audit WHERE action = 'view_track' AND purpose = '核对当天的行驶情况'"
    assert town.query(looks) == [(1,)]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="行驶轨迹")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="行驶轨迹")).to_have_count(0)
    expect(row).to_be_focused()


def test_every_vehicle_comes_into_view_and_searching_narrows_the_map_too(town: Town, person: Person) -> None:
    """From a close look back to all with one button; what the search leaves out is not on the map either."""
    page = person("fleetadmin")
    vehicle, other = town.vehicles[3], town.vehicles[2]
    page.goto("/map?q=" + vehicle["plate"])
    map_is_drawn(page)
    page.get_by_role("button", name="全部车辆").click()
    page.wait_for_function("document.querySelector('.day-map').maplibre.getZoom() > 13.5")
    page.wait_for_timeout(1500)
    assert on_screen(page, dotted(vehicle["plate"])) is not None
    assert on_screen(page, dotted(other["plate"])) is None
    page.get_by_role("searchbox").fill("没有这样的车")
    expect(page.locator(".map-empty")).to_contain_text("没有符合条件的车辆")
    page.locator(".map-empty").get_by_role("button", name="清除筛选").click()
    expect(page.locator(".map-empty")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("q="))


def test_a_map_without_a_vehicle_says_so(person: Person) -> None:
    """A driver without a task reads when his vehicle will appear, instead of looking at an empty city."""
    page = person("driver", phone=True)
    page.goto("/map")
    expect(page.locator(".map-empty")).to_contain_text("执行任务时，您的车辆会出现在这里")
    assert barriers(page) == []


def test_drives_and_stops_of_a_vehicle_are_narrowed_pointed_at_and_taken_away(town: Town, person: Person) -> None:
    """From the register; one look whatever is narrowed; a pressed row is in the address and bright on the map; files carry the purpose."""
    vehicle = town.vehicles[9]
    if not town.query("SELECT 1 FROM drive WHERE vehicle_id = %s::uuid", vehicle["vehicle"]):
        town.report(vehicle, unordered_drive(vehicle))
        until(
            lambda: bool(town.query("SELECT 1 FROM drive WHERE vehicle_id = %s::uuid", vehicle["vehicle"])),
            "no drive",
            60,
        )
    page = person("inspector")
    page.goto(f"/admin/vehicles?q={vehicle['plate']}")
    page.get_by_role("link", name=f"{dotted(vehicle['plate'])}的行驶与停留").click()
    page.get_by_label("查阅目的").fill("核对行驶与停留")
    page.get_by_role("button", name="查看").click()
    row = page.get_by_role("row").filter(has_text="行驶").first
    row.click()
    expect(page).to_have_url(re.compile("row="))
    expect(row).to_have_attribute("aria-current", "true")
    map_is_drawn(page)
    until(lambda: drawn(page, "chosen-line") > 0, "the chosen drive is not drawn")
    assert barriers(page) == []
    page.get_by_label("类型").select_option("stop")
    expect(page).to_have_url(re.compile("kind=stop"))
    page.get_by_role("button", name="导出").click()
    address = page.get_by_role("menuitem", name="停留：CSV").get_attribute("href") or ""
    assert page.request.get(address).status == 200
    looks = "SELECT action FROM audit WHERE purpose = '核对行驶与停留' ORDER BY action"
    assert town.query(looks) == [("export",), ("view_stops",), ("view_track",)]


def test_a_month_whose_mileages_differ_says_why_and_what_nobody_read_is_unknown(town: Town, person: Person) -> None:
    """Two months of two vehicles; only those that differ when asked, and from there to the drives. No finding of axe, also on a phone."""
    wrong, unread = town.vehicles[4], town.vehicles[5]
    add = """INSERT INTO mileage_month (tenant_id, vehicle_id, month, unit_id, drives, waiting, matched, odometers, gps_m, matched_m,
        dashboard_m, dashboard_by, difference_m, compared, reasons, wheel_ratio)
        SELECT tenant_id, id, '2026-02-01', NULL, 40, 0, 40, %s, 812000, 808000, %s, %s, %s, %s, %s::text[], %s FROM vehicle WHERE plate = %s
        RETURNING 1"""
    assert town.query(add, 40, 969600, "locator", 161600, "differs", "{wheel_factor}", 1.2, wrong["plate"])
    assert town.query(add, 0, None, None, 4000, "agrees", "{no_odometer}", None, unread["plate"])
    for phone in (False, True):
        page = person("fleetadmin", phone=phone)
        page.goto("/admin/mileage?month=2026-02")
        expect(page.get_by_text("车轮系数 1.20")).to_be_visible()
        expect(page.get_by_text("未知", exact=True)).to_be_visible()
        assert barriers(page) == []
        assert not cut_off(page)
    page.goto("/admin/mileage?month=2026-02&compared=differs")
    expect(page.get_by_role("link", name=dotted(wrong["plate"]))).to_be_visible()
    expect(page.get_by_role("link", name=dotted(unread["plate"]))).to_have_count(0)
    page.get_by_role("link", name=dotted(wrong["plate"])).click()
    expect(page).to_have_url(re.compile(r"/vehicles/.+/drives\?from=2026-02-01&to=2026-02-28"))


def test_vehicles_are_replayed_on_one_clock_by_keys_and_by_playing(town: Town, person: Person) -> None:
    """The slider goes from before any fix to after the last; playing moves the clock, resting puts it into the address; a look at each is recorded."""
    vehicle, other = town.vehicles[9], town.vehicles[3]
    if not town.query("SELECT 1 FROM drive WHERE vehicle_id = %s::uuid", vehicle["vehicle"]):
        town.report(vehicle, unordered_drive(vehicle))
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(minutes=90)).isoformat(), "to": (now + timedelta(minutes=5)).isoformat()}
    page = person("inspector")
    wish = {"vehicles": ",".join((vehicle["vehicle"], other["vehicle"])), "speed": "600", **span}
    page.goto(f"/replay?{urlencode(wish)}")
    page.get_by_label("查阅目的").fill("回放核对")
    page.get_by_role("button", name="查看").click()
    first = page.locator(".replay-vehicles li").first
    expect(first).to_contain_text(dotted(vehicle["plate"]))
    map_is_drawn(page)
    until(lambda: drawn(page, "replay-way") > 0, "the track is not drawn")
    slider = page.get_by_label("时刻", exact=True)
    slider.press("End")
    expect(first).to_contain_text("起无数据")
    slider.press("Home")
    expect(first).to_contain_text("还没有定位")
    page.get_by_role("button", name="播放", exact=True).click()
    expect(first).not_to_contain_text("还没有定位", timeout=60_000)
    page.get_by_role("button", name="暂停").click()
    expect(page).to_have_url(re.compile("at="))
    assert barriers(page) == []
    assert town.query("SELECT count(*) FROM audit WHERE action = 'view_track' AND purpose = '回放核对'") == [(2,)]
