"""The live map in a browser: vehicles move, the basemap is ours, and what is not there says why."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.seen import drawn, map_is_drawn, plate_at
from tests.browser.town import Town
from tests.programs import until


def test_a_vehicle_moves_on_the_map(town: Town, person: Person) -> None:
    """A locator reports once a second; the page draws the vehicle further east without being reloaded."""
    vehicle = town.vehicles[0]
    page = person("fleetadmin")
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    map_is_drawn(page)
    with town.driving(vehicle):
        until(lambda: plate_at(page, vehicle["plate"]) is not None, "the plate is not on the map")
        before = plate_at(page, vehicle["plate"])
        assert before is not None
        until(lambda: (plate_at(page, vehicle["plate"]) or before)[0] > before[0] + 0.0005, "it does not move")
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
    expect(page.locator(".vehicle-row[data-index]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q="))


def test_the_map_can_be_read_as_a_table(town: Town, person: Person) -> None:
    """One key shows the same vehicles as a table, for those who cannot use the picture."""
    page = person("fleetadmin")
    page.goto("/map")
    expect(page.locator(".vehicle-row[data-index]").first).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("cell", name=town.vehicles[0]["plate"])).to_be_visible()


def test_a_vehicle_that_is_not_on_the_map_says_why(town: Town, person: Person) -> None:
    """Its locator was installed and never reported: the card answers with that reason."""
    vehicle = town.vehicles[-1]
    page = person("fleetadmin")
    page.goto(f"/map?vehicle={vehicle['vehicle']}")
    expect(page.locator(".map-card")).to_contain_text("为什么不在地图上")
    expect(page.locator(".map-card")).to_contain_text(f"定位终端 {vehicle['device']} 从未上报过位置")
