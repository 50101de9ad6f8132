"""Facts from the register: the narrowest rule version wins, a disabled rule is exempt, unusable parameters are said."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet.vehicle import Relation
from fleet.worktime import built_in
from geofence.context import Context
from geofence.facts import CustodySpan
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.live.chosen_rules import ProfileRow, RuleRow
from geofence.live.memory import Again, Loaded, Memory, merged
from geofence.live.registry import BindingRow, Registry, VehicleRow, by_device, by_vehicle, facts_of
from geofence.rules import EVERY, parameters
from geofence.rules.profiles import PROFILES, Profile

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
        by_vehicle=by_vehicle(bindings),
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


def test_what_held_then_is_asked_for_then() -> None:
    """A version that holds from an instant on, and a vehicle that changed hands: the past keeps its rules."""
    rows = [rule(1, 500.0, to_ms=1000), rule(2, 300.0, from_ms=1000), rule(3, 200.0, unit_id="u2", enabled=False)]
    known = register(*rows)
    spans = [(FAR_PAST_MS, 3000, "u1"), (3000, FAR_FUTURE_MS, "u2")]
    custody = tuple(
        CustodySpan(relation=Relation.USER, unit_id=unit, from_ms=since, to_ms=until) for since, until, unit in spans
    )
    vehicle = replace(known.vehicles["v1"], custody=custody)
    facts, _ = facts_of(replace(known, vehicles={"v1": vehicle}), "v1", ())
    told = [
        (facts.then(at_ms).parameters["R07"].corridor_m, facts.then(at_ms).versions["R07"])
        for at_ms in (999, 1000, 2999)
    ]
    assert told == [(500.0, "r1"), (300.0, "r2"), (300.0, "r2")]
    assert ["R07" in facts.then(at_ms).exempt_rules for at_ms in (2999, 3000)] == [False, True]
    edges = [Context(facts).regime(at_ms).until_ms for at_ms in (0, 1000)]
    assert edges == [1000, 3000]


def test_a_unit_below_takes_the_word_of_the_unit_above_and_a_profile_is_what_versions_stand_on() -> None:
    """The bureau's strict profile holds for its section; a version of one rule goes on top of it, and no further."""
    strict = ProfileRow(tenant_id="t", version_no=1, unit_id="bureau", vehicle_class=None, profile=Profile.STRICT)
    known = replace(register(rule(1, 400.0)), parents={"u1": "bureau"}, profiles=(strict,))
    parameters = facts_of(known, "v1", ())[0].parameters
    assert (parameters["R07"].corridor_m, parameters["R07"].minimum_km, parameters["R01"].minimum_m) == (
        400.0,
        0.4,
        100.0,
    )
    elsewhere = replace(known, parents={})
    assert facts_of(elsewhere, "v1", ())[0].parameters["R07"].minimum_km == 2.0


@pytest.mark.parametrize("profile", list(Profile))
def test_every_profile_can_be_used(profile: Profile) -> None:
    """Its rules and parameters exist and their numbers make sense."""
    assert set(parameters(PROFILES[profile])) == {each.id for each in EVERY}


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


def test_another_rulebook_is_asked_anew_and_not_from_what_was_kept() -> None:
    before = register(rule(1, 400.0))
    assert facts_of(before, "v1", ())[0].parameters["R07"].corridor_m == 400.0
    after = replace(before, rules=(rule(2, 300.0),))
    assert facts_of(after, "v1", ())[0].parameters["R07"].corridor_m == 300.0


def test_a_late_fix_of_one_vehicle_reads_the_context_of_no_other() -> None:
    context = Context(facts_of(register(), "v1", ())[0])
    memory = Memory(contexts={each: Loaded(context=context, from_ms=1_000, loaded_ms=1_000) for each in ("v1", "v2")})
    assert memory.need_context({"v1": 500, "v2": 2_000}, 3_000) == ["v1"]
