"""The rules in the order they are asked; docs/rules has a page for each."""

from collections.abc import Mapping
from typing import Any

from fleet.errors import Invalid
from geofence.rules import (
    r01_no_order,
    r02_order_overrun,
    r03_off_hours,
    r04_holiday_use,
    r05_sealed_move,
    r06_out_of_area,
    r07_off_route,
    r08_detour,
    r09_sensitive_stay,
    r10_not_at_depot,
    r11_late_return,
    r12_long_stop,
    r13_overspeed,
    r14_fatigue,
    r15_offline,
    r16_tamper,
    r17_jam_spoof,
    r30_sos,
    r31_self_approved,
)
from geofence.rules.rule import Rule, override
from geofence.rules.watch import Watch

# Asked of every piece of movement. R07 comes last: what it remembers of steps that pass must not be cut short by another.
RULES: tuple[Rule, ...] = (
    r01_no_order.RULE,
    r02_order_overrun.RULE,
    r03_off_hours.RULE,
    r04_holiday_use.RULE,
    r06_out_of_area.RULE,
    r07_off_route.RULE,
)
# Shown the moments they ask for.
WATCHES: tuple[Watch, ...] = (
    r05_sealed_move.WATCH,
    r08_detour.WATCH,
    r09_sensitive_stay.WATCH,
    r10_not_at_depot.WATCH,
    r11_late_return.WATCH,
    r12_long_stop.WATCH,
    r13_overspeed.WATCH,
    r14_fatigue.WATCH,
    r15_offline.WATCH,
    r16_tamper.WATCH,
    r17_jam_spoof.WATCH,
    r30_sos.WATCH,
    r31_self_approved.WATCH,
)
EVERY: tuple[Rule | Watch, ...] = tuple(sorted((*RULES, *WATCHES), key=lambda rule: rule.id))


CATALOGUE = frozenset({f"R{number:02}" for number in range(1, 32)} - {"R18"} | {f"R18{part}" for part in "abcde"})


def not_built(overrides: Mapping[str, object]) -> list[str]:
    """Rules of the catalogue (domain.md 7) that are named but not judged by this version."""
    return sorted(CATALOGUE.intersection(overrides) - {rule.id for rule in EVERY})


def parameters(overrides: Mapping[str, Mapping[str, object]]) -> dict[str, Any]:
    """Every rule's parameters by rule id. Raises Invalid naming an unknown rule or parameter."""
    by_id = {rule.id: rule for rule in EVERY}
    for rule_id in overrides:
        if rule_id not in by_id:
            raise Invalid(field=f"rules.{rule_id}", reason="unknown_rule")
    resolved = {
        rule.id: override(rule.defaults, overrides.get(rule.id, {}), where=f"rules.{rule.id}") for rule in EVERY
    }
    r03_off_hours.quiet_hours(resolved["R03"])
    r10_not_at_depot.clock_times(resolved["R10"])
    return resolved
