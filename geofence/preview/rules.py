"""The register as a change of the rules would make it, and which vehicles it can concern. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fleet.vehicle import Relation
from geofence.finding import Finding
from geofence.live.chosen_rules import ProfileRow, RuleRow
from geofence.live.registry import Registry
from geofence.rulebook.change import Change, EndChange, ParametersChange, ProfileChange, What

BEFORE_MS = 86_400_000  # judged before the span, so that what began before it is not taken for new
LATEST = 1 << 30  # of two equally narrow versions the later holds, and this one is to hold


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleDraft:
    """A change of the rules as it is asked about. `profile_no`: of an end of a profile, whose number it has."""

    tenant_id: str
    unit_id: str | None
    vehicle_class: str | None
    change: Change
    profile_no: int | None = None


def with_change(registry: Registry, draft: RuleDraft) -> Registry:
    """The register in which the change has always held; narrower versions still go before it."""
    match draft.change:
        case ParametersChange(rules=named):
            added = [
                RuleRow(
                    id="", tenant_id=draft.tenant_id, rule=rule, version_no=LATEST, unit_id=draft.unit_id,
                    vehicle_class=draft.vehicle_class, enabled=each.enabled, parameters=each.parameters,
                )
                for rule, each in named.items()
            ]  # fmt: skip
            return replace(registry, rules=(*registry.rules, *added))
        case ProfileChange(profile=profile):
            row = ProfileRow(
                tenant_id=draft.tenant_id, version_no=LATEST, unit_id=draft.unit_id, vehicle_class=draft.vehicle_class,
                profile=profile,
            )  # fmt: skip
            return replace(registry, profiles=(*registry.profiles, row))
        case EndChange(of=What.PARAMETERS, id=gone):
            return replace(registry, rules=tuple(each for each in registry.rules if each.id != str(gone)))
        case EndChange(of=What.PROFILE):
            kept = (
                each
                for each in registry.profiles
                if each.tenant_id != draft.tenant_id or each.version_no != draft.profile_no
            )
            return replace(registry, profiles=tuple(kept))
        case _:  # a mute changes what people are told, not what is judged
            return registry


def concerned(registry: Registry, draft: RuleDraft, from_ms: int, to_ms: int) -> list[str]:
    """Vehicles of the class that the unit, or one below it, used some time in the span."""
    found = []
    for vehicle in registry.vehicles.values():
        if vehicle.tenant_id != draft.tenant_id or draft.vehicle_class not in (None, vehicle.vehicle_class):
            continue
        users = [
            span
            for span in vehicle.custody
            if span.relation is Relation.USER and span.from_ms < to_ms and span.to_ms > from_ms
        ]
        if draft.unit_id is None or any(draft.unit_id in registry.above(span.unit_id) for span in users):
            found.append(vehicle.id)
    return sorted(found)


def within(findings: Sequence[Finding], from_ms: int, to_ms: int) -> list[Finding]:
    """Those that begin in the span."""
    return [each for each in findings if from_ms <= each.started_ms < to_ms]
