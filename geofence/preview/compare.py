"""Two judgements of one vehicle's month against each other, and the register as a draft would make it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fleet.geo import shape_of
from geofence.finding import Finding, Judgement
from geofence.live.registry import Registry
from geofence.places import Area
from geofence.track.fixes import TrackFix

NEAR_M = 1_000.0  # a fix this near to the old or the new fence concerns its vehicle
AROUND_MS = 86_400_000  # what is judged before the first and after the last such fix, so that drives are whole
EVERYWHERE = frozenset({"allowed", "administrative", "rural"})  # kinds that say something about places far outside too


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A draft as it is asked about."""

    id: str
    tenant_id: str
    area_id: str | None  # None: a new fence
    kind: str
    category: str | None
    speed_limit_kmh: float | None
    geometry: Mapping[str, Any]
    ends: bool

    @property
    def place_id(self) -> str:
        """The fence's id, or the draft's own while there is no fence."""
        return self.area_id or self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A finding there would be, would not be any more, or that would be another."""

    change: str  # raised, gone, changed
    finding: Finding


def with_draft(registry: Registry, draft: Draft) -> Registry:
    """The register in which the draft has always held, and no other version of its fence."""
    areas = [each for each in registry.areas.get(draft.tenant_id, ()) if each.id != draft.place_id]
    if not draft.ends:
        areas.append(_area(draft))
    return replace(registry, areas={**registry.areas, draft.tenant_id: tuple(areas)})


def concerned(registry: Registry, draft: Draft, vehicle_id: str, fixes: Sequence[TrackFix]) -> Sequence[TrackFix]:
    """The fixes that must be judged to see what the draft does to a vehicle; none when it does nothing."""
    vehicle = registry.vehicles[vehicle_id]
    if draft.kind in EVERYWHERE or vehicle.home_depot_id == draft.place_id:
        return fixes
    shapes = [each for each in registry.areas.get(draft.tenant_id, ()) if each.id == draft.place_id] + [_area(draft)]
    near = [fix.at_ms for fix in fixes if any(shape.holds(fix.lon, fix.lat, NEAR_M) for shape in shapes)]
    if not near:
        return ()
    from_ms, to_ms = near[0] - AROUND_MS, near[-1] + AROUND_MS
    return [fix for fix in fixes if from_ms <= fix.at_ms <= to_ms]


def changes(without: Iterable[Finding], with_it: Iterable[Finding]) -> list[Change]:
    """What differs, oldest first. Findings are the same when rule and span meet; the newest telling of each counts."""
    before, after = _standing(without), _standing(with_it)
    found = []
    for finding in after:
        same = next((each for each in before if _meet(each, finding)), None)
        if same is None:
            found.append(Change(change="raised", finding=finding))
        elif _said(same) != _said(finding):
            found.append(Change(change="changed", finding=finding))
    found += [Change(change="gone", finding=each) for each in before if not any(_meet(each, other) for other in after)]
    return sorted(found, key=lambda each: (each.finding.started_ms, each.finding.rule))


def _standing(findings: Iterable[Finding]) -> list[Finding]:
    latest = {each.key: each for each in findings}
    return [each for each in latest.values() if each.judgement is not Judgement.WITHDRAWN]


def _meet(one: Finding, other: Finding) -> bool:
    if one.rule != other.rule:
        return False
    ends = [each.ended_ms if each.ended_ms is not None else 1 << 62 for each in (one, other)]
    return one.started_ms <= ends[1] and other.started_ms <= ends[0]


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.severity, finding.judgement, finding.started_ms, finding.ended_ms


def _area(draft: Draft) -> Area:
    return Area(
        draft.place_id, draft.kind, shape_of(draft.geometry), category=draft.category, speed_limit_kmh=draft.speed_limit_kmh
    )  # fmt: skip
