"""Which version of each rule, on which profile, held for a vehicle when: by its class, its using unit and the units above.

The narrowest word counts: the using unit's before that of a unit above it before the tenant's, and at one unit that for the
vehicle's class before that for all. Of two equally narrow the later version. What held then is asked for then: a new
version, or a vehicle that changes hands, does not change how the past is judged. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fleet.errors import Invalid
from fleet.vehicle import Relation
from geofence import rules
from geofence.facts import CustodySpan, RulesThen
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.rules.profiles import PROFILES, Profile
from geofence.rules.r03_off_hours import quiet_hours


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """A version of a rule's parameters, for a tenant, or narrower: a unit and those below it, a class."""

    id: str
    tenant_id: str
    rule: str
    version_no: int
    unit_id: str | None
    vehicle_class: str | None
    enabled: bool
    parameters: Mapping[str, object]
    from_ms: int = FAR_PAST_MS
    to_ms: int = FAR_FUTURE_MS


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileRow:
    """The profile of a tenant, a unit or a class during a half-open span."""

    tenant_id: str
    version_no: int
    unit_id: str | None
    vehicle_class: str | None
    profile: Profile
    from_ms: int = FAR_PAST_MS
    to_ms: int = FAR_FUTURE_MS


def rules_then(
    rows: Sequence[RuleRow],
    profiles: Sequence[ProfileRow],
    vehicle_class: str,
    custody: Sequence[CustodySpan],
    parents: Mapping[str, str],
    exempt_rules: frozenset[str],
) -> tuple[tuple[RulesThen, ...], tuple[str, ...]]:
    """The rules of one vehicle by span, oldest first, without a hole; and sentences about parameters that cannot be used."""
    users = [span for span in custody if span.relation is Relation.USER]
    edges = {FAR_PAST_MS, FAR_FUTURE_MS}
    for each in (rows, profiles, users):
        edges |= {edge for span in each for edge in (span.from_ms, span.to_ms)}
    found: list[RulesThen] = []
    problems: dict[str, None] = {}
    for from_ms, to_ms in pairwise(sorted(edge for edge in edges if FAR_PAST_MS <= edge <= FAR_FUTURE_MS)):
        unit_id = next((span.unit_id for span in reversed(users) if span.from_ms <= from_ms < span.to_ms), None)
        chain = above(unit_id, parents)
        chosen = narrowest(rows, from_ms, chain, vehicle_class)
        held = narrowest_profile(profiles, from_ms, chain, vehicle_class)
        profile = held.profile if held is not None else Profile.NORMAL
        then, said = _rules(chosen, profile, exempt_rules, from_ms, to_ms)
        problems |= dict.fromkeys(said)
        if found and found[-1].same(then):
            found[-1] = then.since(found[-1].from_ms)
        else:
            found.append(then)
    return tuple(found), tuple(problems)


def above(unit_id: str | None, parents: Mapping[str, str]) -> tuple[str | None, ...]:
    """The unit, those above it, and last the tenant (None)."""
    chain: list[str | None] = []
    while unit_id is not None and unit_id not in chain:
        chain.append(unit_id)
        unit_id = parents.get(unit_id)
    return (*chain, None)


def narrowest(
    rows: Iterable[RuleRow], at_ms: int, chain: Sequence[str | None], vehicle_class: str | None
) -> dict[str, RuleRow]:
    """The version of each rule that holds at an instant for a class (None: no class in particular); `chain` as `above` says."""
    chosen: dict[str, RuleRow] = {}
    for row in rows:
        if not (
            row.from_ms <= at_ms < row.to_ms and row.unit_id in chain and row.vehicle_class in (None, vehicle_class)
        ):
            continue
        best = chosen.get(row.rule)
        if best is None or _narrowness(row, chain) > _narrowness(best, chain):
            chosen[row.rule] = row
    return chosen


def narrowest_profile(
    rows: Iterable[ProfileRow], at_ms: int, chain: Sequence[str | None], vehicle_class: str | None
) -> ProfileRow | None:
    """The same of profiles; None when nobody chose one, which means normal."""
    held = [
        row
        for row in rows
        if row.from_ms <= at_ms < row.to_ms and row.unit_id in chain and row.vehicle_class in (None, vehicle_class)
    ]
    return max(held, key=lambda row: _narrowness(row, chain), default=None)


def _narrowness(row: RuleRow | ProfileRow, chain: Sequence[str | None]) -> tuple[int, bool, int]:
    return -chain.index(row.unit_id), row.vehicle_class is not None, row.version_no


def _rules(
    chosen: Mapping[str, RuleRow], profile: Profile, exempt_rules: frozenset[str], from_ms: int, to_ms: int
) -> tuple[RulesThen, tuple[str, ...]]:
    wanted: dict[str, Mapping[str, object]] = dict(PROFILES[profile])
    problems: list[str] = []
    for rule_id, row in chosen.items():
        try:
            rules.parameters({rule_id: row.parameters})
        except Invalid as error:
            problems.append(f"{error.params.get('field')}: {error.params.get('reason')}")
        else:
            wanted[rule_id] = {**wanted.get(rule_id, {}), **row.parameters}
    parameters: dict[str, Any] = rules.parameters(wanted)
    then = RulesThen(
        from_ms=from_ms,
        to_ms=to_ms,
        exempt_rules=exempt_rules | {rule for rule, row in chosen.items() if not row.enabled},
        parameters=parameters,
        quiet=quiet_hours(parameters["R03"]),
        grace_before_ms=round(parameters["R01"].grace_before_min * 60_000),
        grace_after_ms=round(parameters["R01"].grace_after_min * 60_000),
        versions={rule: row.id for rule, row in chosen.items()},
    )
    return then, tuple(problems)
