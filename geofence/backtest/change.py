"""A change to be tried: other parameters of rules, laid over the facts a vehicle was judged by. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from fleet.errors import Invalid
from geofence import rules
from geofence.facts import RulesThen, VehicleFacts
from geofence.rules.r03_off_hours import quiet_hours
from geofence.rules.rule import override

Changes = Mapping[str, Mapping[str, object]]


def read_changes(rule_id: str | None, assignments: Iterable[str]) -> dict[str, dict[str, object]]:
    """`corridor_m=300` of a rule, or `R07.corridor_m=300`. Raises Invalid naming what cannot be used."""
    defaults = {rule.id: rule.defaults for rule in rules.EVERY}
    found: dict[str, dict[str, object]] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        of, dot, parameter = name.rpartition(".")
        of = of if dot else rule_id or ""
        if not equals or of not in defaults:
            raise Invalid(field="set", reason="not NAME=VALUE of a rule")
        kinds = {each.name: type(getattr(defaults[of], each.name)) for each in fields(defaults[of])}
        found.setdefault(of, {})[parameter] = _value(kinds.get(parameter, str), value, f"rules.{of}.{parameter}")
    rules.parameters(found)
    return found


def changed(facts: VehicleFacts, changes: Changes) -> VehicleFacts:
    """The facts with these parameters instead of those that held, at whatever time."""
    if not changes:
        return facts
    now = _changed(facts.parameters, changes)
    return replace(
        facts,
        parameters=now,
        quiet=quiet_hours(now["R03"]) if "R03" in changes else facts.quiet,
        grace_before_ms=round(now["R01"].grace_before_min * 60_000),
        grace_after_ms=round(now["R01"].grace_after_min * 60_000),
        earlier=tuple(_then(each, changes) for each in facts.earlier),
    )


def _then(then: RulesThen, changes: Changes) -> RulesThen:
    now = _changed(then.parameters, changes)
    return replace(
        then,
        parameters=now,
        quiet=quiet_hours(now["R03"]) if "R03" in changes else then.quiet,
        grace_before_ms=round(now["R01"].grace_before_min * 60_000),
        grace_after_ms=round(now["R01"].grace_after_min * 60_000),
    )


def _changed(parameters: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    every = rules.parameters({}) | dict(parameters)
    return every | {rule: override(every[rule], each, where=f"rules.{rule}") for rule, each in changes.items()}


def _value(kind: type, text: str, where: str) -> object:
    if kind is bool:
        if text not in ("true", "false"):
            raise Invalid(field=where, reason="not true or false")
        return text == "true"
    if kind in (int, float):
        try:
            return float(text)
        except ValueError as error:
            raise Invalid(field=where, reason="not a number") from error
    return text
