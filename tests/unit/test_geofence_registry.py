"""Facts from the register: the narrowest rule version wins, a disabled rule is exempt, unusable parameters are said."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet.vehicle import Relation
from fleet.worktime import built_in
from geofence.facts import CustodySpan
from geofence.live.memory import Again, merged
from geofence.live.registry import BindingRow, Registry, RuleRow, VehicleRow, by_device, facts_of

CALENDAR = built_in(ZoneInfo("Asia/Shanghai"))


def rule(version_no: int, corridor_m: object, **more: Any) -> RuleRow:
    about: dict[str, Any] = {"unit_id": None, "vehicle_class": None, "enabled": True, "rule": "R07", "tenant_id": "t"}
    return RuleRow(id=f"r{version_no}", version_no=version_no, parameters={"corridor_m": corridor_m}, **(about | more))


def register(*rows: RuleRow) -> Registry:
    vehicle = VehicleRow(
        id="v1",
        tenant_id="t",
        plate="测A0001",
        vehicle_class="other",
        exempt=False,
        exempt_rules=frozenset({"R04"}),
        home_depot_id=None,
        custody=(CustodySpan(relation=Relation.USER, unit_id="u1"),),
    )
    bindings = (
        BindingRow(device_no=7, vehicle_id="v1", from_ms=100, to_ms=200),
        BindingRow(device_no=7, vehicle_id="v2", from_ms=200, to_ms=300),
    )
    return Registry(
        vehicles={"v1": vehicle},
        bindings=bindings,
        areas={},
        calendars={"t": CALENDAR},
        hours={},
        rules=rows,
        by_device=by_device(bindings),
    )


@pytest.mark.parametrize(
    ("rows", "corridor_m"),
    [
        ([], 500.0),
        ([rule(1, 400.0), rule(2, 300.0)], 300.0),
        ([rule(1, 400.0, unit_id="u1"), rule(2, 300.0)], 400.0),
        ([rule(1, 400.0, vehicle_class="other"), rule(2, 300.0)], 400.0),
        ([rule(1, 400.0, unit_id="u1"), rule(2, 300.0, vehicle_class="other")], 400.0),
        ([rule(3, 400.0, unit_id="u2"), rule(2, 300.0), rule(4, 200.0, tenant_id="x")], 300.0),
    ],
)
def test_the_narrowest_and_then_the_newest_version_holds(rows: list[RuleRow], corridor_m: float) -> None:
    facts, problems = facts_of(register(*rows), "v1", ())
    assert (facts.parameters["R07"].corridor_m, problems) == (corridor_m, ())


def test_a_disabled_rule_is_not_asked() -> None:
    facts, _ = facts_of(register(rule(1, 500.0, enabled=False)), "v1", ())
    assert facts.exempt_rules == {"R04", "R07"}


def test_parameters_nobody_can_use_are_said_and_the_defaults_hold() -> None:
    facts, problems = facts_of(register(rule(1, "wide")), "v1", ())
    assert facts.parameters["R07"].corridor_m == 500.0
    assert problems == ("rules.R07.corridor_m: wrong_type",)


def test_a_locator_belongs_to_the_vehicle_it_was_in_at_that_instant() -> None:
    known = register()
    assert [known.vehicle_of(7, at_ms) for at_ms in (99, 100, 199, 200, 300)] == [None, "v1", "v1", "v2", None]
    assert known.vehicle_of(8, 150) is None


def test_stretches_of_one_vehicle_become_one() -> None:
    asked = [
        Again(vehicle_id="v1", from_ms=5, to_ms=9, why="order_change"),
        Again(vehicle_id="v2", from_ms=1, to_ms=2, why="late_fix"),
        Again(vehicle_id="v1", from_ms=3, to_ms=6, why="late_fix"),
    ]
    assert merged(asked) == [Again(vehicle_id="v1", from_ms=3, to_ms=9, why="order_change"), asked[1]]
