"""The values that hold for a unit and a class at an instant, and where each comes from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from geofence import rules
from geofence.live.chosen_rules import ProfileRow, RuleRow, above, narrowest, narrowest_profile
from geofence.rules.profiles import PROFILES, Profile


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One parameter. `source`: default, profile or version."""

    name: str
    value: Any
    source: str
    default: Any
    of_profile: Any  # what would hold without a version
    kind: str  # number, text, boolean
    at_least: float | None
    at_most: float | None
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleValues:
    """One rule as it holds. The version is the narrowest that speaks of it, None when none does."""

    rule: str
    name: str
    name_zh: str
    enabled: bool
    version_id: str | None
    version_no: int | None
    unit_id: str | None  # whose version it is; None = everybody's
    vehicle_class: str | None
    values: list[Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """The profile, whose it is (None: nobody chose one, or everybody's), and the rules in order."""

    profile: Profile
    profile_no: int | None
    profile_unit_id: str | None
    rules: list[RuleValues]


def values(
    rows: Sequence[RuleRow],
    profiles: Sequence[ProfileRow],
    parents: Mapping[str, str],
    unit_id: str | None,
    vehicle_class: str | None,
    at_ms: int,
) -> InForce:
    """What judging takes, told with its sources. Without a unit what holds for everybody, without a class for all classes."""
    chain = above(unit_id, parents)
    held = narrowest_profile(profiles, at_ms, chain, vehicle_class)
    profile = held.profile if held is not None else Profile.NORMAL
    chosen = narrowest(rows, at_ms, chain, vehicle_class)
    return InForce(
        profile=profile,
        profile_no=held.version_no if held else None,
        profile_unit_id=held.unit_id if held else None,
        rules=[_rule(rule, chosen.get(rule.id), PROFILES[profile].get(rule.id, {})) for rule in rules.EVERY],
    )


def _rule(rule: Any, row: RuleRow | None, of_profile: Mapping[str, object]) -> RuleValues:
    own = row.parameters if row is not None else {}
    return RuleValues(
        rule=rule.id,
        name=rule.name,
        name_zh=rule.zh,
        enabled=row is None or row.enabled,
        version_id=row.id if row else None,
        version_no=row.version_no if row else None,
        unit_id=row.unit_id if row else None,
        vehicle_class=row.vehicle_class if row else None,
        values=[_value(each, getattr(rule.defaults, each.name), own, of_profile) for each in fields(rule.defaults)],
    )


def _value(field: Any, default: Any, own: Mapping[str, object], of_profile: Mapping[str, object]) -> Value:
    without = of_profile.get(field.name, default)
    source = "version" if field.name in own else "profile" if field.name in of_profile else "default"
    number = isinstance(default, int | float) and not isinstance(default, bool)
    return Value(
        name=field.name,
        value=own.get(field.name, without),
        source=source,
        default=default,
        of_profile=without,
        kind="boolean" if isinstance(default, bool) else "number" if number else "text",
        at_least=field.metadata["at_least"] if number else None,
        at_most=field.metadata["at_most"] if number else None,
        meaning=str(field.metadata.get("meaning", "")),
    )
