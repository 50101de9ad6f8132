"""Fences by hand: drawn on the map, typed, brought as a file, looked at and published by a second person."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.seen import map_is_drawn
from tests.browser.test_access import barriers, cut_off, settle
from tests.browser.town import Town

pytestmark = pytest.mark.timeout(300)
VERTICES = "顶点坐标"
SHOTS = os.environ.get("DAYLIGHT_SHOTS")  # a folder, to look at the pages


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def judged_again(town: Town) -> None:
    """Until the engine has done what a new area asks of it: it would take away what no fix bears out."""
    for _ in range(300):
        if town.query("SELECT count(*) FROM rejudge") == [(0,)]:
            return
        time.sleep(0.2)
    pytest.fail("judging again did not end")


def click_around(page: Page, *shares: tuple[float, float]) -> None:
    """Clicks on the drawing map at these shares of its width and height."""
    box = page.locator(".day-map").bounding_box()
    assert box is not None
    for x, y in shares:
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y, delay=40)
        page.wait_for_timeout(350)  # two clicks in quick succession would be a zoom


def test_a_fence_is_drawn_with_a_hole_and_published_by_somebody_else(town: Town, person: Person) -> None:
    """The dispatcher draws a border and a hole and says what it is; the authority reads the draft and publishes it."""
    page = person("dispatcher")
    page.goto("/admin/areas/drafts/new")
    settle(page, "/admin/areas/drafts/new")
    map_is_drawn(page)
    click_around(page, (0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3))
    expect(page.get_by_label(VERTICES)).to_have_value(re.compile(r"^(\S+, \S+\n){3}\S+, \S+$"))
    page.get_by_text("挖洞", exact=True).click()
    click_around(page, (0.45, 0.45), (0.55, 0.45), (0.5, 0.55), (0.45, 0.45))
    expect(page.get_by_label(VERTICES)).to_have_value(re.compile(r"\n\n- \S+, \S+\n\S+, \S+\n\S+, \S+$"))
    page.get_by_role("textbox", name="名称", exact=True).fill("新宾馆")
    page.get_by_label("编码").fill("HOTEL-1")
    page.get_by_role("combobox", name="类型").click()
    page.get_by_role("option", name="敏感场所").click()
    page.get_by_role("combobox", name="场所类别").click()
    page.get_by_role("option", name="宾馆酒店").click()
    page.get_by_label("限速").fill("20")
    page.get_by_role("checkbox", name="进入").check()
    page.get_by_role("button", name="添加定时检查").click()
    page.get_by_role("checkbox", name="单位车管员").check()
    assert barriers(page) == []
    shot(page, "fence-editor")
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url(re.compile(r"/drafts/[0-9a-f-]{36}"))
    expect(page.get_by_text(re.compile("待发布 · 敏感场所 · 编码 HOTEL-1"))).to_be_visible(timeout=30_000)
    assert page.get_by_role("button", name="发布").count() == 0
    address = page.url
    authority = person("fleetadmin")
    authority.goto(address)
    settle(authority, address)
    assert barriers(authority) == []
    authority.get_by_role("button", name="开始预览").click()
    expect(authority.get_by_text("排队中")).to_be_visible()
    environment = {**os.environ, "FLEET_DATABASE_URL": town.database.engine}
    subprocess.run([sys.executable, "-m", "geofence", "preview"], env=environment, check=True, timeout=120)
    expect(authority.get_by_text(re.compile("近 31 天不会有任何不同|新增 .* 条疑点"))).to_be_visible(timeout=20_000)
    assert barriers(authority) == []
    authority.get_by_role("button", name="发布").click()
    authority.get_by_role("button", name=re.compile("发布")).first.click()
    expect(authority.get_by_text(re.compile("已发布 · 敏感场所"))).to_be_visible()
    authority.goto("/admin/areas?q=新宾馆")
    row = authority.locator("tbody tr").filter(has_text="新宾馆")
    expect(row).to_contain_text("生效中")
    row.click()
    expect(authority.get_by_role("dialog")).to_contain_text("发布人")
    assert barriers(authority) == []
    authority.get_by_role("button", name="撤销围栏").click()
    assert barriers(authority) == []
    shot(authority, "fence-end")
    authority.get_by_role("button", name="保存草稿").click()
    expect(authority.get_by_text(re.compile("发布后，该围栏自.*起撤销"))).to_be_visible(timeout=30_000)
    expect(authority.get_by_text("需由另一人发布")).to_be_visible()
    ((geometry, category, limit, watch),) = town.query(
        "SELECT v.geometry, v.category, v.speed_limit_kmh, v.watch FROM area_version v JOIN area a ON a.id = v.area_id WHERE a.code = 'HOTEL-1'"
    )
    assert (geometry["type"], len(geometry["coordinates"]), category, limit) == ("Polygon", 2, "hotel", 20)
    assert (watch["events"], watch["schedules"][0]["tell"], watch["tell"]) == (["enter"], "absent", ["unit_admin"])


def test_an_event_leads_to_how_it_was_found_and_to_the_track_of_its_day(town: Town, person: Person) -> None:
    """The authority says why, filters by fence, opens an event that a late position moved, and the day's track from there."""
    area, version, event = (str(uuid4()) for _ in range(3))
    ((tenant, vehicle),) = town.query("SELECT tenant_id, id FROM vehicle WHERE NOT exempt ORDER BY plate LIMIT 1")
    now = datetime.now(UTC)
    town.query("INSERT INTO area (id, tenant_id, kind, code) VALUES (%s, %s, 'watched', 'GATE-7')", area, tenant)
    town.query(
        """INSERT INTO area_version (id, tenant_id, area_id, version_no, name, geometry, watch) VALUES (%s, %s, %s, 1, '东门', '{"type":
        "Polygon", "coordinates": [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0]]]}', '{"events": ["enter"]}')""",
        version, tenant, area,
    )  # fmt: skip
    judged_again(town)
    town.query(
        """INSERT INTO fence_event (id, tenant_id, area_id, area_version_id, vehicle_id, event, happened_at, known_at, revision, told_at)
        VALUES (%s, %s, %s, %s, %s, 'enter', %s, %s, 2, %s)""",
        event, tenant, area, version, vehicle, now, now, now,
    )  # fmt: skip
    for revision, why in ((1, "seen"), (2, "late_fix")):
        town.query(
            "INSERT INTO fence_event_revision (tenant_id, event_id, revision, area_version_id, happened_at, known_at, withdrawn, why)"
            " VALUES (%s, %s, %s, %s, %s, %s, false, %s)",
            tenant, event, revision, version, now, now, why,
        )  # fmt: skip
    for phone in (False, True):
        page = person("fleetadmin", phone=phone)
        page.goto(f"/admin/areas/events?area={area}")
        page.get_by_label("查阅目的").fill("核查东门进出")
        page.get_by_role("button", name="查看", exact=True).click()
        row = page.get_by_text("东门").and_(page.locator(":visible")).first
        expect(row).to_be_visible()
        assert barriers(page) == []
        assert not cut_off(page)
        shot(page, f"fence-events-{phone}")
        row.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("补传的定位")
        assert barriers(page) == []
        assert not cut_off(page)
        shot(page, f"fence-event-{phone}")
        dialog.get_by_role("button", name="当天轨迹").click()
        expect(page.get_by_role("dialog")).to_contain_text("查阅目的")


def test_a_file_is_seen_on_the_map_before_it_becomes_drafts(town: Town, person: Person, tmp_path: Path) -> None:
    """One sound yard and one that crosses itself: both are told, one draft is made; on a phone nothing is cut off."""
    lon, lat = town.vehicles[0]["depot"]
    ring = [[lon, lat], [lon + 0.002, lat], [lon + 0.002, lat + 0.002], [lon, lat + 0.002], [lon, lat]]
    bad = [ring[0], ring[2], ring[1], ring[3], ring[0]]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [each]}}
        for name, each in (("好院子", ring), ("坏院子", bad))
    ]
    file = tmp_path / "院子.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    page = person("dispatcher", phone=True)
    page.goto("/admin/areas")
    settle(page, "/admin/areas")
    page.get_by_role("button", name="导入文件").click()
    dialog = page.get_by_role("dialog")
    page.locator("input[type=file]").set_input_files(file)
    dialog.get_by_label("坐标系").select_option("WGS84")
    dialog.get_by_role("button", name="查看内容").click()
    expect(dialog).to_contain_text("可以导入的图形：1 个")
    expect(dialog).to_contain_text("坏院子：边界自相交叉")
    assert barriers(page) == []
    assert not cut_off(page)
    dialog.get_by_role("button", name="存为草稿").click()
    page.wait_for_url(re.compile("draft_state=draft"))
    expect(page.get_by_text("好院子").first).to_be_visible()
    assert not cut_off(page)


def test_a_depot_shows_its_days_and_who_stood_there(town: Town, person: Person) -> None:
    """One place for two vehicles: one too many, said in words; the number opens both."""
    area = str(uuid4())
    ((tenant, _),) = town.query("SELECT tenant_id, id FROM vehicle WHERE NOT exempt ORDER BY plate LIMIT 1")
    vehicles = [row[0] for row in town.query("SELECT id FROM vehicle WHERE NOT exempt ORDER BY plate LIMIT 2")]
    town.query("INSERT INTO area (id, tenant_id, kind, code) VALUES (%s, %s, 'depot', 'FAR-1')", area, tenant)
    town.query(
        """INSERT INTO area_version (tenant_id, area_id, version_no, name, geometry, capacity) VALUES (%s, %s, 1, '远郊停车场',
        '{"type": "Point", "coordinates": [10.0, 10.0]}', 1)""",
        tenant, area,
    )  # fmt: skip
    judged_again(town)
    for minutes, vehicle in zip((50, 40), vehicles, strict=True):
        town.query(
            """INSERT INTO stop (tenant_id, vehicle_id, device_no, started_at, lon, lat, fixes, parameters_version)
            VALUES (%s, %s, 1, now() - %s * interval '1 minute', 10.0, 10.0, 5, 1)""",
            tenant, vehicle, minutes,
        )  # fmt: skip
    for phone in (False, True):
        page = person("fleetadmin", phone=phone)
        page.goto("/admin/areas/depots?q=远郊")
        expect(page.get_by_text("超出 1 辆").first).to_be_visible()
        assert barriers(page) == []
        assert not cut_off(page)
        shot(page, f"depots-{phone}")
        page.goto(f"/admin/areas/depots/{area}")
        expect(page.get_by_text("超出 1 辆").first).to_be_visible()
        assert barriers(page) == []
        assert not cut_off(page)
        shot(page, f"depot-{phone}")
        page.get_by_role("button", name="2 辆车").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("查阅目的").fill("核查停车场占用")
        dialog.get_by_role("button", name="查看", exact=True).click()
        expect(dialog.get_by_text("仍在")).to_have_count(2)
        assert barriers(page) == []
        assert not cut_off(page)
        shot(page, f"depot-who-{phone}")
