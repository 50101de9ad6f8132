"""What a back-test counts: findings per rule and using unit before and after a change, and which differ. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from geofence.context import Context
from geofence.finding import Finding, Judgement

Group = tuple[str, str]  # rule, unit ("" = nobody is known)


@dataclass(frozen=True, slots=True)
class Difference:
    """A finding that is only before, or only after the change, or is judged otherwise."""

    rule: str
    vehicle_id: str
    started_ms: int
    before: str | None  # judgement and severity, e.g. "suspected Y"
    after: str | None


@dataclass(slots=True)
class Tally:
    """Counts, as [suspected before, undetermined before, suspected after, undetermined after]."""

    counts: dict[Group, list[int]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    fixes: int = 0
    vehicles: int = 0

    def add(self, before: Iterable[Finding], after: Iterable[Finding], context: Context) -> None:
        """The findings of one vehicle."""
        sides = [
            {each.key: each for each in side if each.judgement is not Judgement.WITHDRAWN} for side in (before, after)
        ]
        for place, side in enumerate(sides):
            for each in side.values():
                unit = context.regime(each.started_ms).unit_id or ""
                counts = self.counts.setdefault((each.rule, unit), [0, 0, 0, 0])
                counts[2 * place + (each.judgement is Judgement.UNDETERMINED)] += 1
        for key in sorted(sides[0].keys() | sides[1].keys(), key=lambda key: (key[1], key[0])):
            was, is_now = (_word(side.get(key)) for side in sides)
            if was != is_now:
                self.differences.append(Difference(key[0], context.facts.vehicle_id, key[1], was, is_now))

    def join(self, other: "Tally") -> None:
        for group, counts in other.counts.items():
            mine = self.counts.setdefault(group, [0, 0, 0, 0])
            self.counts[group] = [a + b for a, b in zip(mine, counts, strict=True)]
        self.differences += other.differences
        self.fixes += other.fixes
        self.vehicles += other.vehicles


def _word(finding: Finding | None) -> str | None:
    return None if finding is None else f"{finding.judgement} {finding.severity}"
