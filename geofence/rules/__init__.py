"""The rules in the order they are asked; docs/rules has a page for each."""

from collections.abc import Mapping
from typing import Any

from fleet.errors import Invalid
from geofence.rules import r01_no_order, r03_off_hours, r04_holiday_use, r07_off_route
from geofence.rules.rule import Rule, override

RULES: tuple[Rule, ...] = (r01_no_order.RULE, r03_off_hours.RULE, r04_holiday_use.RULE, r07_off_route.RULE)


CATALOGUE = frozenset({f"R{number:02}" for number in range(1, 32)} - {"R18"} | {f"R18{part}" for part in "abcde"})


def not_built(overrides: Mapping[str, object]) -> list[str]:
    """Rules of the catalogue (domain.md 7) that are named but not judged by this version."""
    return sorted(CATALOGUE.intersection(overrides) - {rule.id for rule in RULES})


def parameters(overrides: Mapping[str, Mapping[str, object]]) -> dict[str, Any]:
    """Every rule's parameters by rule id. Raises Invalid naming an unknown rule or parameter."""
    by_id = {rule.id: rule for rule in RULES}
    for rule_id in overrides:
        if rule_id not in by_id:
            raise Invalid(field=f"rules.{rule_id}", reason="unknown_rule")
    resolved = {
        rule.id: override(rule.defaults, overrides.get(rule.id, {}), where=f"rules.{rule.id}") for rule in RULES
    }
    r03_off_hours.quiet_hours(resolved["R03"])
    return resolved
