"""The live map in a browser: vehicles move, the basemap is ours, and what is not there says why."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.seen import dotted, drawn, map_is_drawn, on_screen, plate_at
from tests.browser.town import Town
from tests.programs import until


def test_a_vehicle_moves_on_the_map(town: Town, person: Person) -> None:
    """A locator reports once a second; the page draws the vehicle further east without being reloaded."""
    vehicle = town.vehicles[0]
    page = person("fleetadmin")
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    map_is_drawn(page)
    plate = dotted(vehicle["plate"])
    with town.driving(vehicle):
        until(lambda: plate_at(page, plate) is not None, "the plate is not on the map")
        before = plate_at(page, plate)
        assert before is not None
        until(lambda: (plate_at(page, plate) or before)[0] > before[0] + 0.0005, "it does not move")
        expect(page.locator(".map-card")).to_contain_text(re.compile(r"(59|60|61) km/h"))
    assert page.evaluate("document.querySelector('.day-map').maplibre.getLayer('vehicles') !== undefined")
    assert drawn(page, "road-road", "road-main", "road-motorway") > 0


def test_the_list_counts_states_and_filters(town: Town, person: Person) -> None:
    """Chips count every vehicle once; choosing one leaves only its vehicles, also in the address."""
    page = person("fleetadmin")
    page.goto("/map")
    chips = page.locator(".state-chip .num")
    until(lambda: sum(int(each) for each in chips.all_inner_texts()) == len(town.vehicles), "chips do not add up")
    page.get_by_role("searchbox", name="车牌、单位、驾驶员").fill(town.vehicles[3]["plate"])
    expect(page.locator(".row-button[data-index]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q="))


def test_a_graphics_card_that_goes_away_costs_nothing(person: Person) -> None:
    """The page stays as it is while there is no card (a sleeping laptop, a driver's restart); afterwards vehicles are drawn."""
    page = person("fleetadmin")
    page.goto("/map")
    map_is_drawn(page)
    page.evaluate("""() => {
      const canvas = document.querySelector('.day-map canvas');
      window.card = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');
      window.card.loseContext();
    }""")
    until(lambda: page.evaluate("!document.querySelector('.day-map').maplibre.style"), "the card is still there")
    page.wait_for_timeout(2_500)  # frames of the fleet go on coming
    expect(page.get_by_role("heading", name="车辆列表")).to_be_visible()
    page.evaluate("window.card.restoreContext()")
    vehicles = "!!document.querySelector('.day-map').maplibre.style?.getLayer('vehicles')"
    until(lambda: page.evaluate(vehicles), "no vehicles on the restored map")


def test_the_map_can_be_read_as_a_table(town: Town, person: Person) -> None:
    """One key shows the same vehicles as a table, for those who cannot use the picture."""
    page = person("fleetadmin")
    page.goto("/map")
    expect(page.locator(".row-button[data-index]").first).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("cell", name=dotted(town.vehicles[0]["plate"]))).to_be_visible()


def test_a_vehicle_that_is_not_on_the_map_says_why(town: Town, person: Person) -> None:
    """Its locator was installed and never reported: the card answers with that reason."""
    vehicle = town.vehicles[-1]
    page = person("fleetadmin")
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    expect(page.locator(".map-card")).to_contain_text("为什么不在地图上")
    expect(page.locator(".map-card")).to_contain_text(f"定位终端 {vehicle['device']} 从未上报过位置")


def test_the_table_sorts_by_its_headings(person: Person) -> None:
    """By plate, both ways; nothing of it is cut off at the width of a desk."""
    page = person("fleetadmin")
    page.goto("/map?view=table")
    plates = page.locator(".map-stage tbody td:first-child")
    expect(plates.first).to_be_visible()
    heading = page.get_by_role("columnheader", name="车牌")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    upwards = plates.all_inner_texts()
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert plates.all_inner_texts() == upwards[::-1] == sorted(upwards, reverse=True)
    table = page.locator(".map-stage section")
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")


def test_a_vehicle_out_of_the_dispatchers_sight_is_hidden_and_not_called_absent(town: Town, person: Person) -> None:
    """List, card and table say that it is not for this person, nowhere that it never reported."""
    vehicle = town.vehicles[13]  # a unit keeps it
    page = person("dispatcher")
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    card = page.locator(".map-card")
    expect(card).to_contain_text("按您的职责，现在不能查看该车的实时位置")
    expect(card.locator("dd").last).to_have_text("无权查看")
    expect(card).not_to_contain_text("从未上报")
    page.goto(f"/map?view=table&q={vehicle['plate']}")
    row = page.get_by_role("row", name=dotted(vehicle["plate"]))
    expect(row).to_contain_text("无权查看位置")
    expect(row).not_to_contain_text("从未上报")


def test_an_inspector_says_why_before_the_map_opens(town: Town, person: Person) -> None:
    """One sign is too little; the purpose is recorded with the look."""
    page = person("inspector")
    page.goto("/map")
    expect(page.get_by_role("heading", name="请说明查阅目的")).to_be_visible()
    page.get_by_role("textbox", name="查阅目的").fill("x")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("至少 2 个字")).to_be_visible()
    page.get_by_role("textbox", name="查阅目的").fill("节前检查停放情况")
    page.get_by_role("button", name="查看").click()
    map_is_drawn(page)
    expect(page.locator(".row-button[data-index]").first).to_contain_text("·")
    looks = town.query("SELECT purpose FROM audit WHERE action = 'view_live' AND object_kind = 'map' ORDER BY seq DESC")
    assert looks[0] == ("节前检查停放情况",)


def test_on_a_phone_the_followed_vehicle_stays_above_the_card(town: Town, person: Person) -> None:
    """So does the button to follow it."""
    vehicle = town.vehicles[2]
    plate = dotted(vehicle["plate"])
    page = person("fleetadmin", phone=True)
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    map_is_drawn(page)
    card = page.locator(".map-card")
    expect(card).to_contain_text(plate)
    top = (card.bounding_box() or {"y": 0.0})["y"]
    until(lambda: (on_screen(page, plate) or (0.0, 9e9))[1] < top, "the vehicle is under the card")
    page.get_by_role("button", name="正在跟随").click()
    expect(page.get_by_role("button", name="已暂停跟随，点此继续")).to_be_visible()
