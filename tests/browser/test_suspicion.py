"""A suspicion in a browser: raised from fixes, opened for a purpose, shown with its track."""

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.seen import drawn, map_is_drawn
from tests.browser.town import Town, unordered_drive
from tests.programs import until


def test_a_suspicion_opens_with_its_track(town: Town, person: Person) -> None:
    """A drive without an order becomes a suspicion; the inspector says why he looks and sees the evidence."""
    vehicle = town.vehicles[1]
    town.report(vehicle, unordered_drive(vehicle))
    until(lambda: bool(_alert(town, vehicle)), "no suspicion is raised", 60)
    page = person("inspector")
    page.goto(f"/alerts?q={vehicle['plate']}&rule=R01")
    page.get_by_role("link", name="疑似无单用车").click()
    expect(page.get_by_role("heading", name="请说明查阅目的")).to_be_visible()
    page.get_by_role("textbox", name="查阅目的").fill("核实疑点")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{vehicle['plate']} · 疑似无单用车")
    map_is_drawn(page)
    until(lambda: drawn(page, "evidence-track") > 0, "the track is not drawn")
    body = page.locator("main")
    expect(body).to_contain_text("没有任何派车单覆盖这段行驶")
    expect(body).to_contain_text("不代表已经违规")
    expect(body).to_contain_text("没有找到这辆车的任何派车单")
    expect(body).to_contain_text("第 1 次判断：首次发现")
    (purpose,) = town.query("SELECT purpose FROM audit WHERE action = 'view_alert' ORDER BY seq DESC LIMIT 1")[0]
    assert purpose == "核实疑点"


def _alert(town: Town, vehicle: dict[str, str]) -> list[tuple[object, ...]]:
    return town.query("SELECT 1 FROM alert WHERE vehicle_id = %s::uuid AND rule = 'R01'", vehicle["vehicle"])
