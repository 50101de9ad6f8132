"""What the engine writes of one vehicle in one transaction, decided purely: rows for drives, stops and alerts.

An alert keeps its identity while its episode moves a little: a finding takes the stored alert of its rule that began at
the same instant, else the one it overlaps longest. What was stored in a judged-again stretch and is not found any more
is withdrawn, never deleted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geofence.context import Context
from geofence.evaluate import Outcome
from geofence.facts import JudgedOrder
from geofence.finding import Finding, Judgement
from geofence.state import State
from geofence.track.motion import Drive, Stop

NEARBY_MS = 86_400_000  # orders this near to an episode are named in its evidence
FAR_FUTURE_MS = 1 << 53
LEFT_TO_PEOPLE = frozenset({"dismissed", "merged_into_lead"})


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAlert:
    """An alert as it stands in the database."""

    id: str
    rule: str
    started_ms: int
    ended_ms: int | None
    detected_ms: int
    severity: str
    judgement: Judgement
    state: str
    revision: int
    order_id: str | None
    metrics: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertChange:
    """A new alert (`stored` None), or the next revision of a stored one."""

    stored: StoredAlert | None
    finding: Finding
    why: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A judged-again part of the past, half-open; outside it nothing may be withdrawn or deleted."""

    from_ms: int
    until_ms: int
    why: str
    changed_ms: int = 0  # what differs begins here; the fold began at `from_ms`
    kept_stop_ms: int | None = None  # start of the stop under way at `until_ms`: it stays as it is stored
    kept_spell_ms: int | None = None  # and of the driver's spell
    kept: frozenset[tuple[str, int]] = frozenset()  # rule and start of the watches' findings under way then: they too


def stretch_to(state: State, from_ms: int, until_ms: int, why: str) -> Stretch:
    """Up to where the state came out as it was stored: what goes on there stays as it is stored."""
    return Stretch(
        from_ms=from_ms,
        until_ms=until_ms,
        why=why,
        kept_stop_ms=state.track.here_ms,
        kept_spell_ms=state.memories.driving.from_ms or None,
        kept=frozenset((rule, watched.started_ms) for rule, watched in state.watched.items()),
    )


def latest(outcome: Outcome) -> tuple[list[Finding], list[Drive], list[Stop]]:
    """The newest word on each finding, drive and stop."""
    return (
        list({each.key: each for each in outcome.findings}.values()),
        list({each.started_ms: each for each in outcome.drives}.values()),
        list({each.started_ms: each for each in outcome.stops}.values()),
    )


def alert_changes(
    findings: Iterable[Finding], stored: Sequence[StoredAlert], stretch: Stretch | None
) -> list[AlertChange]:
    """What has to be written for these findings."""
    changes: list[AlertChange] = []
    free = list(stored)
    for finding in sorted(findings, key=lambda each: (each.started_ms, each.rule)):
        found = _same_episode(finding, free, moved=stretch is not None)
        if found is not None:
            free.remove(found)
            if stretch is not None and finding.key in stretch.kept and found.judgement is not Judgement.WITHDRAWN:
                continue
        elif finding.judgement is Judgement.WITHDRAWN:
            continue
        change = _change(found, finding, stretch.why if stretch is not None else None)
        if change is not None:
            changes.append(change)
    if stretch is not None:
        gone = [
            each
            for each in free
            if stretch.from_ms <= each.started_ms < stretch.until_ms and each.judgement is not Judgement.WITHDRAWN
        ]
        changes += [_withdrawal(each, stretch.why) for each in gone]
    return changes


def order_search(finding: Finding, context: Context) -> list[dict[str, object]]:
    """The orders of the vehicle around the episode and why each did or did not cover its beginning."""
    facts = context.facts
    looked_at = []
    for order in facts.orders:
        then = facts.then(order.start_ms)
        from_ms, until_ms = order.start_ms - then.grace_before_ms, order.end_ms + then.grace_after_ms
        ended_ms = finding.ended_ms if finding.ended_ms is not None else finding.detected_ms
        if from_ms - NEARBY_MS <= ended_ms and finding.started_ms <= until_ms + NEARBY_MS:
            looked_at.append(
                {
                    "order": order.id,
                    "row_version": order.row_version,
                    "result": _result(order, finding, from_ms, until_ms),
                }
            )
    return looked_at


def order_of_drive(drive: Drive, context: Context) -> str | None:
    """The order a drive belongs to: one that covers its beginning, else its end."""
    for at_ms in (drive.started_ms, drive.ended_ms or drive.started_ms):
        orders = context.regime(at_ms).orders
        if orders:
            return orders[0].id
    return None


def _result(order: JudgedOrder, finding: Finding, from_ms: int, until_ms: int) -> str:
    if finding.started_ms >= until_ms:
        return "ended_before"
    if finding.detected_ms < from_ms:
        return "starts_after"
    return "covers"


def _same_episode(finding: Finding, stored: Iterable[StoredAlert], *, moved: bool) -> StoredAlert | None:
    """The stored alert of this episode. Only judging again can have moved its beginning."""
    of_rule = [each for each in stored if each.rule == finding.rule]
    exact = [each for each in of_rule if each.started_ms == finding.started_ms]
    if exact:
        return min(exact, key=lambda each: each.judgement is Judgement.WITHDRAWN)
    if not moved:
        return None
    overlapping = [each for each in of_rule if _overlap_ms(finding, each) > 0]
    return max(
        overlapping,
        key=lambda each: (each.judgement is not Judgement.WITHDRAWN, _overlap_ms(finding, each)),
        default=None,
    )


def _overlap_ms(finding: Finding, alert: StoredAlert) -> int:
    ends = [FAR_FUTURE_MS if end is None else end for end in (finding.ended_ms, alert.ended_ms)]
    return min(ends) - max(finding.started_ms, alert.started_ms)


def _change(stored: StoredAlert | None, finding: Finding, why: str | None) -> AlertChange | None:
    state = "auto_cleared" if finding.judgement is Judgement.WITHDRAWN else "open"
    if state == "open" and finding.ended_ms is not None:
        state = "closed_episode"
    if stored is None:
        return AlertChange(stored=None, finding=finding, why="raised", state=state)
    if stored.state in LEFT_TO_PEOPLE:
        state = stored.state
    said = (stored.started_ms, stored.ended_ms, stored.detected_ms, stored.severity, stored.judgement, stored.order_id)
    says = (
        finding.started_ms,
        finding.ended_ms,
        finding.detected_ms,
        finding.severity,
        finding.judgement,
        finding.order_id,
    )
    if said == says and dict(stored.metrics) == dict(finding.metrics):
        return None
    if why is None:
        why = "closed" if stored.ended_ms is None and finding.ended_ms is not None else "extended"
    return AlertChange(stored=stored, finding=finding, why=why, state=state)


def _withdrawal(stored: StoredAlert, why: str) -> AlertChange:
    """The finding an alert stood for is not found any more."""
    finding = Finding(
        rule=stored.rule,
        name="",
        vehicle_id="",
        order_id=stored.order_id,
        started_ms=stored.started_ms,
        ended_ms=stored.ended_ms if stored.ended_ms is not None else stored.detected_ms,
        detected_ms=stored.detected_ms,
        severity=stored.severity,
        judgement=Judgement.WITHDRAWN,
        metrics=stored.metrics,
        lon=0.0,
        lat=0.0,
        fixes=0,
    )
    state = stored.state if stored.state in LEFT_TO_PEOPLE else "auto_cleared"
    return AlertChange(stored=stored, finding=finding, why=why, state=state)
