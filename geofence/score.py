"""`python -m geofence score CASES`: how well the rules find what truth.json labels, one JSON line per rule.

Matching: within one case, rule and vehicle, a finding and a label belong together when their spans overlap; each label
takes the finding it overlaps longest, and each finding serves one label, so a split episode costs precision.
`undetermined` findings accuse nobody: they are counted apart, neither right nor false. Delay is the earliest `detected_at`
among the findings that overlap a label minus the first instant at which the movement inside the label fulfils the rule's
minimum (or `fulfilled_at` in the label). Labels of rules this version does not judge are all missed.
"""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from geofence.cases.folder import Case, JudgedVehicle, UnusableCase, read_case, read_json
from geofence.finding import Finding, Judgement
from geofence.instants import instant, instant_ms
from geofence.judge import findings_of
from geofence.rules import CATALOGUE, EVERY
from geofence.track.fixes import apart_m

MEASURED = frozenset({"R01", "R02", "R03", "R04", "R07"})  # of others only a label's own `fulfilled_at` tells the delay
NEVER_ENDS_MS = 1 << 53
ASLEEP_MS = 120_000  # a longer time without fixes before a label is taken as rest


class Place(NamedTuple):
    """Where the vehicle was at an instant."""

    at_ms: float
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One row of truth.json."""

    rule: str
    vehicle_id: str
    from_ms: int
    to_ms: int
    fulfilled_ms: int | None = None


@dataclass(slots=True)
class Tally:
    """The counts of one rule over all cases."""

    labels: int = 0
    found: int = 0
    false: int = 0
    undetermined: int = 0
    delays_s: list[float] = field(default_factory=list)

    def line(self, rule: str, vehicle_days: int) -> dict[str, object]:
        claims = self.found + self.false
        return {
            "rule": rule,
            "labels": self.labels,
            "found": self.found,
            "false": self.false,
            "undetermined": self.undetermined,
            "precision": round(self.found / claims, 4) if claims else None,
            "recall": round(self.found / self.labels, 4) if self.labels else None,
            "median_delay_s": round(median(self.delays_s), 1) if self.delays_s else None,
            "false_per_1000_vehicle_days": round(1000 * self.false / vehicle_days, 3) if vehicle_days else None,
            "vehicle_days": vehicle_days,
        }


def run(folders: Sequence[str]) -> int:
    """Score every labelled case below the folders; misses and false findings are named on standard error."""
    found = {folder: [path.parent for path in Path(folder).rglob("truth.json")] for folder in folders}
    for folder, paths in found.items():
        if not paths:
            sys.stderr.write(f"{folder}: no case with truth.json in it\n")
            return 2
    cases = sorted({path for paths in found.values() for path in paths})
    tallies = {rule.id: Tally() for rule in EVERY}
    vehicle_days = 0
    for path in cases:
        try:
            case = read_case(path)
            labels = read_labels(path / "truth.json")
        except UnusableCase as error:
            sys.stderr.write(f"{path}: {error}\n")
            return 2
        vehicle_days += days_in(case)
        for label in labels:
            tallies.setdefault(label.rule, Tally())
        for remark in score_case(case, labels, findings_of(case), tallies):
            sys.stderr.write(f"{path}: {remark}\n")
    for rule_id, tally in sorted(tallies.items()):
        sys.stdout.write(json.dumps(tally.line(rule_id, vehicle_days)) + "\n")
    return 0


def read_labels(path: Path) -> list[Label]:
    """truth.json. Raises UnusableCase naming the row."""
    try:
        rows = read_json(path)
        if not isinstance(rows, list):
            raise UnusableCase("truth.json: not a list")
        return [_label(row, index) for index, row in enumerate(rows)]
    except (OSError, ValueError) as error:
        raise UnusableCase(f"truth.json: {error}") from error


def score_case(
    case: Case, labels: Sequence[Label], findings: Sequence[Finding], tallies: dict[str, Tally]
) -> Iterable[str]:
    """Add one case to the tallies; yields a remark for everything missed or false."""
    tracks = {vehicle.facts.vehicle_id: vehicle for vehicle in case.vehicles}
    for rule_id, tally in tallies.items():
        wanted = [label for label in labels if label.rule == rule_id]
        told = [each for each in findings if each.rule == rule_id]
        claims = [each for each in told if each.judgement is Judgement.SUSPECTED]
        tally.labels += len(wanted)
        tally.undetermined += len(told) - len(claims)
        pairs = match(wanted, claims)
        tally.found += len(pairs)
        tally.false += len(claims) - len(pairs)
        for label, finding in pairs:
            vehicle = tracks.get(label.vehicle_id)
            fulfilled_ms = label.fulfilled_ms or (first_fulfilled_ms(label, vehicle) if vehicle else None)
            if fulfilled_ms is not None:
                detected_ms = min(each.detected_ms for each in claims if each is finding or _touch(label, each))
                tally.delays_s.append((detected_ms - fulfilled_ms) / 1000)
        matched = {id(finding) for _, finding in pairs}
        missed = [label for label in wanted if all(label is not each for each, _ in pairs)]
        yield from (f"{rule_id} missed from {instant(label.from_ms)} to {instant(label.to_ms)}" for label in missed)
        yield from (f"{rule_id} false at {instant(each.started_ms)}" for each in claims if id(each) not in matched)


def match(labels: Sequence[Label], claims: Sequence[Finding]) -> list[tuple[Label, Finding]]:
    """Pairs by longest overlap first, each label and each finding at most once."""
    overlaps = [
        (_overlap_ms(label, finding), i, j)
        for i, label in enumerate(labels)
        for j, finding in enumerate(claims)
        if _touch(label, finding)
    ]
    taken_labels: set[int] = set()
    taken_claims: set[int] = set()
    pairs = []
    for _, i, j in sorted(overlaps, key=lambda each: (-each[0], each[1], each[2])):
        if i not in taken_labels and j not in taken_claims:
            taken_labels.add(i)
            taken_claims.add(j)
            pairs.append((labels[i], claims[j]))
    return pairs


def first_fulfilled_ms(label: Label, vehicle: JudgedVehicle) -> float | None:
    """The first instant inside the label at which the rule's minimum is reached by the movement, not by a fix of it.

    None where it is not, or where the rule's minimum is no matter of movement: such labels say `fulfilled_at` themselves.
    """
    way = _way(label, vehicle) if label.rule in MEASURED else []
    if not way:
        return None
    rule = next(rule for rule in EVERY if rule.id == label.rule)
    limits = vehicle.facts.then(label.from_ms).parameters.get(label.rule, rule.defaults)
    if label.rule == "R07":
        driven_ms = _driven_ms(way, limits.minimum_km * 1000)
        at_ms = min(label.from_ms + limits.minimum_min * 60_000, driven_ms)
    else:
        wait_ms = limits.minimum_min * 60_000 if label.rule in ("R01", "R02") else 0
        at_ms = max(label.from_ms + wait_ms, _away_ms(way, limits.minimum_m))
    return at_ms if at_ms < label.to_ms else None


def days_in(case: Case) -> int:
    """Vehicle-days: civil dates with at least one fix, summed over vehicles."""
    return sum(
        len({instant(fix.at_ms).astimezone(case.timezone).date() for fix in vehicle.fixes}) for vehicle in case.vehicles
    )


def _way(label: Label, vehicle: JudgedVehicle) -> list[Place]:
    """Where the vehicle was from the beginning of the label on: straight and steady between good fixes, over holes too."""
    fixes = [Place(fix.at_ms, fix.lon, fix.lat) for fix in vehicle.fixes if not fix.poor]
    after = bisect_right(fixes, float(label.from_ms), key=lambda place: place.at_ms)
    if after == 0 or after == len(fixes):
        return fixes[after:]
    before, following = fixes[after - 1], fixes[after]
    if following.at_ms - before.at_ms > ASLEEP_MS:  # it stood where it was last heard until it left
        return [Place(label.from_ms, before.lon, before.lat), *fixes[after:]]
    share = (label.from_ms - before.at_ms) / (following.at_ms - before.at_ms)
    return [_between(before, following, share), *fixes[after:]]


def _between(a: Place, b: Place, share: float) -> Place:
    return Place(*(start + (end - start) * share for start, end in zip(a, b, strict=True)))


def _away_ms(way: Sequence[Place], least_m: float) -> float:
    """When the vehicle was first so far from where it was; NEVER_ENDS_MS = never."""
    start = way[0]
    for before, place in pairwise(way):
        if apart_m(start.lon, start.lat, place.lon, place.lat) < least_m:
            continue
        near, far = 0.0, 1.0
        for _ in range(30):  # halving; a straight line leaves a circle once
            middle = _between(before, place, (near + far) / 2)
            if apart_m(start.lon, start.lat, middle.lon, middle.lat) < least_m:
                near = (near + far) / 2
            else:
                far = (near + far) / 2
        return _between(before, place, far).at_ms
    return NEVER_ENDS_MS


def _driven_ms(way: Sequence[Place], least_m: float) -> float:
    """When the vehicle had driven so far; NEVER_ENDS_MS = never."""
    driven_m = 0.0
    for before, place in pairwise(way):
        step_m = apart_m(before.lon, before.lat, place.lon, place.lat)
        if step_m > 0 and driven_m + step_m >= least_m:
            return _between(before, place, (least_m - driven_m) / step_m).at_ms
        driven_m += step_m
    return NEVER_ENDS_MS


def _label(row: object, index: int) -> Label:
    if not isinstance(row, dict):
        raise UnusableCase(f"truth.json: row {index}: not an object")
    for key in ("rule", "vehicle", "from", "to"):
        if row.get(key) is None:
            raise UnusableCase(f"truth.json: row {index}: {key} is missing")
    if str(row["rule"]) not in CATALOGUE:
        raise UnusableCase(f"truth.json: row {index}: rule: {row['rule']} is none")
    from_ms, to_ms = (_instant(row[key], index, key) for key in ("from", "to"))
    if to_ms <= from_ms:
        raise UnusableCase(f"truth.json: row {index}: to: not after from")
    fulfilled = row.get("fulfilled_at")
    return Label(
        rule=str(row["rule"]),
        vehicle_id=str(row["vehicle"]),
        from_ms=from_ms,
        to_ms=to_ms,
        fulfilled_ms=None if fulfilled is None else _instant(fulfilled, index, "fulfilled_at"),
    )


def _instant(value: object, index: int, key: str) -> int:
    try:
        return instant_ms(value)
    except ValueError as error:
        raise UnusableCase(f"truth.json: row {index}: {key}: not an instant with an offset") from error


def _touch(label: Label, finding: Finding) -> bool:
    return label.vehicle_id == finding.vehicle_id and _overlap_ms(label, finding) > 0


def _overlap_ms(label: Label, finding: Finding) -> int:
    ended_ms = NEVER_ENDS_MS if finding.ended_ms is None else finding.ended_ms
    return min(label.to_ms, ended_ms) - max(label.from_ms, finding.started_ms)
