"""What a change of the rules says: parameters, a profile, a mute, or the end of one of them; and when it may hold.

Reading checks everything that can be checked without the database; Invalid names the key. A change never reaches back:
nobody is judged by thresholds that were not in force when he drove. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from fleet.errors import Invalid
from fleet.vehicle import VehicleClass
from geofence import rules
from geofence.rules.profiles import Profile

LONGEST_MUTE = timedelta(days=92)
FARTHEST = timedelta(days=366)  # ahead
LEAST_REASON, LONGEST_REASON = 4, 500


class What(StrEnum):
    """What a change is about."""

    PARAMETERS = "parameters"  # of one rule or several
    PROFILE = "profile"
    MUTE = "mute"  # no messages about yellow suspicions of one rule
    END = "end"  # of a version, a profile or a mute in force or planned


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whom it concerns: a unit with those below it (None = all), vehicles of a class (None = all), or one vehicle."""

    unit_id: UUID | None = None
    vehicle_class: str | None = None
    vehicle_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """One rule's own parameters, whole: what is not named is the profile's."""

    parameters: Mapping[str, object] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ParametersChange:
    rules: Mapping[str, RuleSet]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileChange:
    profile: Profile


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteChange:
    rule: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndChange:
    """Of what: `parameters`, `profile` or `mute`, and its id."""

    of: What
    id: UUID


Change = ParametersChange | ProfileChange | MuteChange | EndChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A change as somebody wants it. Without `from_at` it holds from the publication on; without `to_at` until further notice."""

    change: Change
    scope: Scope
    reason: str
    from_at: datetime | None = None
    to_at: datetime | None = None


def what_of(change: Change) -> What:
    match change:
        case ParametersChange():
            return What.PARAMETERS
        case ProfileChange():
            return What.PROFILE
        case MuteChange():
            return What.MUTE
        case EndChange():
            return What.END


def rules_of(change: Change) -> list[str]:
    """The rules it names."""
    match change:
        case ParametersChange(rules=named):
            return sorted(named)
        case MuteChange(rule=rule):
            return [rule]
        case _:
            return []


def as_json(change: Change) -> dict[str, Any]:
    """What `read_change` reads."""
    match change:
        case ParametersChange(rules=named):
            return {"rules": {rule: {"parameters": dict(each.parameters), "enabled": each.enabled} for rule, each in named.items()}}  # fmt: skip
        case ProfileChange(profile=profile):
            return {"profile": str(profile)}
        case MuteChange(rule=rule):
            return {"rule": rule}
        case EndChange(of=of, id=end_id):
            return {"of": str(of), "id": str(end_id)}


def read_change(what: What, body: Mapping[str, Any]) -> Change:
    """The change a body says. Raises Invalid: unknown_rule, unknown_parameter, wrong_type, out_of_range, not_a_time ..."""
    match what:
        case What.PARAMETERS:
            return ParametersChange(rules=_rules(body.get("rules")))
        case What.PROFILE:
            if body.get("profile") not in list(Profile):
                raise Invalid(field="profile", reason="unknown")
            return ProfileChange(profile=Profile(body["profile"]))
        case What.MUTE:
            if body.get("rule") not in [rule.id for rule in rules.EVERY]:
                raise Invalid(field="rule", reason="unknown_rule")
            return MuteChange(rule=str(body["rule"]))
        case What.END:
            if body.get("of") not in (What.PARAMETERS, What.PROFILE, What.MUTE):
                raise Invalid(field="of", reason="unknown")
            try:
                return EndChange(of=What(body["of"]), id=UUID(str(body.get("id"))))
            except ValueError as error:
                raise Invalid(field="id", reason="unknown") from error


def _rules(raw: object) -> dict[str, RuleSet]:
    if not isinstance(raw, Mapping) or not raw:
        raise Invalid(field="rules", reason="empty")
    found = {}
    for rule, said in raw.items():
        if not isinstance(said, Mapping) or not isinstance(said.get("parameters", {}), Mapping):
            raise Invalid(field=f"rules.{rule}", reason="not_an_object")
        enabled = said.get("enabled", True)
        if not isinstance(enabled, bool):
            raise Invalid(field=f"rules.{rule}.enabled", reason="wrong_type")
        found[str(rule)] = RuleSet(parameters=dict(said.get("parameters", {})), enabled=enabled)
    rules.parameters({rule: each.parameters for rule, each in found.items()})
    return found


def check(wanted: Wanted, now: datetime) -> None:
    """Scope, reason and span fit the change. Raises Invalid."""
    scope, what = wanted.scope, what_of(wanted.change)
    if not LEAST_REASON <= len(wanted.reason.strip()) <= LONGEST_REASON:
        short = len(wanted.reason.strip()) < LEAST_REASON
        raise Invalid(field="reason", reason="too_short" if short else "too_long")
    if scope.vehicle_class is not None and scope.vehicle_class not in list(VehicleClass):
        raise Invalid(field="vehicle_class", reason="unknown")
    if what is What.MUTE:
        if (scope.unit_id is None) == (scope.vehicle_id is None):
            raise Invalid(field="vehicle_id", reason="unit_or_vehicle")
        if scope.vehicle_class is not None:
            raise Invalid(field="vehicle_class", reason="unit_or_vehicle")
        if wanted.to_at is None:
            raise Invalid(field="to_at", reason="empty")
    elif scope.vehicle_id is not None:
        raise Invalid(field="vehicle_id", reason="only_of_a_mute")
    if what is What.END and wanted.to_at is not None:
        raise Invalid(field="to_at", reason="has_no_end")
    if wanted.from_at is not None and not now <= wanted.from_at <= now + FARTHEST:
        raise Invalid(field="from_at", reason="in_the_past" if wanted.from_at < now else "too_far")
    span(wanted, now)


def span(wanted: Wanted, now: datetime) -> tuple[datetime, datetime | None]:
    """From when to when it holds if published now: never from earlier than now. Raises Invalid when nothing is left."""
    since = now if wanted.from_at is None else max(wanted.from_at, now)
    if wanted.to_at is not None:
        if wanted.to_at <= since:
            raise Invalid(field="to_at", reason="before_from")
        if isinstance(wanted.change, MuteChange) and wanted.to_at - since > LONGEST_MUTE:
            raise Invalid(field="to_at", reason="span_too_long")
    return since, wanted.to_at
