"""What is said against a fix is read in words: in the list and the card of the map, and beside the track of a day."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.seen import dotted, map_is_drawn
from tests.browser.test_access import barriers
from tests.browser.town import Town, unordered_drive

pytestmark = pytest.mark.timeout(240)

DRAWN = "() => document.querySelector('[role=dialog] .day-map')?.maplibre?.getStyle()?.sources?.evidence?.data?.features?.length"
LINES = """() => {
  const map = document.querySelector('[role=dialog] .day-map').maplibre;
  const found = map.getStyle().sources.evidence.data.features;
  return found.filter(({ geometry }) => geometry.type === 'LineString').map(({ geometry }) => geometry.coordinates);
}"""


@pytest.mark.parametrize(("phone", "scheme", "lang"), [(False, "light", "zh-CN"), (True, "dark", "en")])
def test_a_jump_is_told_in_words_and_is_no_part_of_the_track(
    town: Town, person: Person, phone: bool, scheme: str, lang: str
) -> None:
    """Two fixes of a drive lie 6 km away, the newest among them: hollow on the map, named in list, card and day."""
    vehicle = town.vehicles[16 if phone else 15]
    drive = unordered_drive(vehicle)
    for index in (30, len(drive) - 1):
        drive[index] = replace(drive[index], lat=drive[index].lat + 0.055)
    town.report(vehicle, drive)
    page = person("fleetadmin", phone=phone, scheme=scheme, lang=lang)
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    map_is_drawn(page)
    zh = lang == "zh-CN"
    word = "位置跳变，不可信" if zh else "jumped, not to be believed"
    if not phone:
        expect(page.locator(".row-button").filter(has_text=dotted(vehicle["plate"]))).to_contain_text(word)
    card = page.locator(".map-card")
    expect(card).to_contain_text(word)
    card.get_by_role("button", name="行驶轨迹" if zh else "Track").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("查阅目的" if zh else "Purpose").fill("核对当天的定位质量")
    dialog.get_by_role("button", name="查看" if zh else "Open").click()
    told = r"定位质量标记：位置跳变，不可信 [23] 点" if zh else r"Fix quality: jumped, not to be believed \([23]\)"
    expect(dialog).to_contain_text(re.compile(told), timeout=30_000)
    expect(dialog).to_contain_text("不可信的定位点" if zh else "Fixes not to be believed")
    page.wait_for_function(f"() => ({DRAWN})()", timeout=30_000)
    lines = page.evaluate(LINES)
    assert lines
    assert max(lat for line in lines for _, lat in line) < drive[0].lat + 0.01
    assert barriers(page, "[role=dialog]") == []
