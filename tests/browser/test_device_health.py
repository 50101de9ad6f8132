"""The device engineer's morning: a number leads to a locator, its ticket is taken, answered and closed."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_access import barriers, cut_off, settle
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(240)


def turn(town: Town) -> None:
    """One turn of `python -m fleet health`, as the loop takes it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    environment["FLEET_DATABASE_URL"] = town.database.engine
    subprocess.run([sys.executable, "-m", "fleet", "health"], env=environment, check=True, timeout=60)


def test_from_a_number_to_a_closed_ticket(town: Town, person: Person) -> None:
    """Silent for an hour in motion: the list says so with its numbers; the ticket takes a cause and waits until the fault is gone."""
    device = town.vehicles[0]["device"]
    of_device = "device_no = (SELECT device_no FROM device WHERE code = %s)"
    ((received_at, speed),) = town.query(
        f"SELECT received_at, speed_dkmh FROM latest_position WHERE {of_device}", device
    )
    town.query("UPDATE latest_position SET received_at = now() WHERE NOT " + of_device, device)
    town.query(
        f"UPDATE latest_position SET received_at = now() - interval '1 hour', speed_dkmh = 500 WHERE {of_device}",
        device,
    )
    town.query(f"UPDATE device_state SET online = false WHERE {of_device}", device)
    turn(town)
    page = person("engineer")
    page.goto("/admin/health")
    settle(page, "/admin/health")
    page.get_by_role("button", name="离线 1").click()
    row = page.locator("tbody tr").filter(has_text=device)
    expect(row).to_contain_text("已静默")
    expect(page.locator("main")).to_contain_text("共 1 条")
    assert barriers(page) == []
    row.get_by_role("link", name=re.compile("号$")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("故障仍然存在")
    assert barriers(page) == []
    dialog.get_by_role("button", name="受理").click()
    dialog.get_by_role("button", name="已修复").click()
    expect(dialog.get_by_text("请选择原因").last).to_be_visible()
    dialog.get_by_label("原因").select_option("sim")
    dialog.get_by_label("说明").fill("换卡")
    dialog.get_by_role("button", name="已修复").click()
    expect(dialog.get_by_role("button", name="关闭", exact=True).last).to_be_disabled()
    town.query(f"UPDATE latest_position SET received_at = now(), speed_dkmh = %s WHERE {of_device}", speed, device)
    turn(town)
    page.reload()
    expect(dialog).to_contain_text("故障已消失")
    dialog.get_by_role("button", name="关闭", exact=True).last.click()
    expect(dialog).to_contain_text("已关闭")
    expect(dialog).to_contain_text("通信卡")
    ((state, cause),) = town.query(
        "SELECT t.state, t.cause FROM device_ticket t JOIN device d ON d.id = t.device_id WHERE d.code = %s", device
    )
    assert (state, cause) == ("closed", "sim")
    phone = person("engineer", phone=True)
    phone.goto("/admin/tickets?state=closed")
    settle(phone, "/admin/tickets")
    expect(phone.get_by_role("list", name="维修工单")).to_contain_text(device)
    assert not cut_off(phone)
    assert barriers(phone) == []
    town.query(f"UPDATE latest_position SET received_at = %s WHERE {of_device}", received_at, device)
