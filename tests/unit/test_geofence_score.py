"""When the movement inside a label reaches a rule's minimum: between fixes, over holes, never before the label begins."""

from zoneinfo import ZoneInfo

import pytest

from fleet.worktime import built_in
from geofence.cases.folder import JudgedVehicle
from geofence.facts import VehicleFacts
from geofence.score import Label, first_fulfilled_ms
from geofence.track.fixes import METRES_PER_DEGREE, TrackFix

S = 1000
METRES_A_S = 10


def vehicle(*seconds: int, leaves_s: int = 0) -> JudgedVehicle:
    """Fixes at these seconds of a vehicle that drives north at 10 m/s from `leaves_s` on."""
    fixes = tuple(
        TrackFix(s * S, s * S, 117.0, 39.0 + max(0, s - leaves_s) * METRES_A_S / METRES_PER_DEGREE) for s in seconds
    )
    return JudgedVehicle(facts=VehicleFacts(vehicle_id="v1", calendar=built_in(ZoneInfo("Asia/Shanghai"))), fixes=fixes)


def fulfilled_s(rule: str, judged: JudgedVehicle, *, from_s: int = 0, to_s: int = 3600) -> float | None:
    label = Label(rule=rule, vehicle_id="v1", from_ms=from_s * S, to_ms=to_s * S)
    at_ms = first_fulfilled_ms(label, judged)
    return None if at_ms is None else at_ms / S


@pytest.mark.parametrize(("rule", "wanted"), [("R01", 120), ("R03", 20), ("R04", 20), ("R07", 200)], ids=str)
@pytest.mark.parametrize("every_s", [1, 10, 25, 180])
def test_the_instant_does_not_depend_on_the_fixes(rule: str, wanted: int, every_s: int) -> None:
    """R01: 2 min after 200 m; R03 and R04: 200 m; R07: 2 km before 5 min. However far apart the fixes are."""
    assert fulfilled_s(rule, vehicle(*range(0, 3600, every_s))) == pytest.approx(wanted, abs=0.1)


def test_a_hole_does_not_put_it_off() -> None:
    """Without fixes from 10 to 900 seconds the minimum is reached in between all the same."""
    judged = vehicle(0, 10, 900, 910)
    assert fulfilled_s("R01", judged) == pytest.approx(120, abs=0.1)
    assert fulfilled_s("R03", judged) == pytest.approx(20, abs=0.1)


def test_a_vehicle_that_slept_before_the_label_stood_until_it() -> None:
    """Last heard twenty minutes before it left: it is not taken to have crept away since."""
    assert fulfilled_s("R03", vehicle(-1200, 30, 40)) == pytest.approx(20, abs=0.1)


def test_what_is_not_reached_inside_the_label_is_not_reached() -> None:
    assert fulfilled_s("R01", vehicle(*range(0, 600, 10)), to_s=100) is None
    assert fulfilled_s("R01", vehicle(*range(0, 600, 10), leaves_s=10_000)) is None
    assert fulfilled_s("R01", vehicle(0, 10), from_s=60) is None
