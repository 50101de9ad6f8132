"""What is said of a trip: the driver gives a reason on the phone, the approver allows a stop, the inspector reads both."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.test_access import barriers
from tests.browser.town import Town
from tests.programs import until

pytestmark = pytest.mark.timeout(240)


def test_a_reason_and_an_allowed_stop_stand_beside_a_suspicion(town: Town, person: Person) -> None:
    """Each in few touches and without a barrier; the suspicion says who drove, and stays."""
    vehicle = town.vehicles[7]
    ((order_id,),) = town.query(
        """INSERT INTO dispatch_order (tenant_id, type, state, unit_id, requester_id, driver_id, vehicle_id, purpose_text,
            planned_start_at, planned_end_at, route_distance_m, route_duration_s, origin, destination)
        SELECT v.tenant_id, 'normal', 'in_use', p.unit_id, p.id, d.id, v.id, '下乡调研', now() - interval '1 hour', now() + interval '1 hour', 15000, 1200,
            '{"name": "机关大院", "lon": 117.2, "lat": 39.1}', '{"name": "乡政府", "lon": 117.3, "lat": 39.2}'
        FROM vehicle v, person p, person d WHERE v.id = %s::uuid AND p.login = 'employee' AND d.login = 'driver' RETURNING id""",
        vehicle["vehicle"],
    )
    try:
        driver = person("driver", phone=True)
        driver.goto(f"/trips/{order_id}")
        driver.get_by_role("button", name="说明原因").click()
        dialog = driver.get_by_role("dialog")
        dialog.get_by_label("原因").click()
        driver.get_by_role("option", name="道路封闭").click()
        dialog.get_by_label("具体说明").fill("前方桥梁施工，绕行乡道")
        assert barriers(driver, "[role=dialog]") == []
        dialog.get_by_role("button", name="保存").click()
        expect(driver.locator("main")).to_contain_text("前方桥梁施工，绕行乡道")
        assert barriers(driver) == []

        approver = person("approver")
        approver.goto(f"/trips/{order_id}")
        approver.get_by_role("button", name="批准停靠").click()
        dialog = approver.get_by_role("dialog")
        dialog.get_by_role("combobox", name="地点").fill("117.25, 39.15")
        approver.get_by_role("option").first.click()
        dialog.get_by_label("理由").fill("长途途中加油")
        dialog.get_by_role("button", name="批准停靠").click()
        expect(approver.locator("main")).to_contain_text("长途途中加油")

        until(lambda: not town.query("SELECT 1 FROM rejudge"), "the trip is not judged again", 30)
        ((alert_id,),) = town.query(
            """INSERT INTO alert (tenant_id, rule, rule_name, vehicle_id, device_no, unit_id, order_id, driver_id, driver_source, driver_badge,
                started_at, ended_at, detected_at, severity, judgement, state, metrics)
            SELECT o.tenant_id, 'R07', 'OFF_ROUTE', o.vehicle_id, b.device_no, o.unit_id, o.id, o.requester_id, 'badge', '7',
                now() - interval '20 minutes', now() - interval '5 minutes', now() - interval '15 minutes', 'Y', 'suspected', 'closed_episode', '{}'
            FROM dispatch_order o JOIN device_binding b ON b.vehicle_id = o.vehicle_id WHERE o.id = %s LIMIT 1 RETURNING id""",
            order_id,
        )
        inspector = person("inspector")
        inspector.goto(f"/alerts/{alert_id}")
        inspector.get_by_role("textbox", name="查阅目的").fill("核实疑点")
        inspector.get_by_role("button", name="查看").click()
        said = inspector.locator("section").filter(has_text="行程人员的说明")
        expect(said).to_contain_text("道路封闭")
        expect(said).to_contain_text("不作为免除依据")
        expect(inspector.locator("main")).to_contain_text("派车单上为")
        assert barriers(inspector) == []
    finally:
        town.query("UPDATE dispatch_order SET state = 'returned', returned_at = now() WHERE id = %s", order_id)
