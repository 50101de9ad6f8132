"""Turns a rule's answers into episodes and episodes into findings.

An episode of movement ends with ten minutes of rest or silence, or when its rule says so. A finding is told when the
minimum is reached, when its verdict changes, when it ends and when it is withdrawn: never for every fix.
"""

from geofence.facts import VehicleFacts
from geofence.finding import (
    EPISODE_CLOSES_MS,
    SEVERITIES,
    WATERMARK_MS,
    Answer,
    Doubt,
    Episode,
    Finding,
    Hit,
    Judgement,
    Measure,
)
from geofence.rules.rule import Piece, Rule
from geofence.track.fixes import apart_m
from geofence.track.motion import Kind, Step


def tell(
    rule: Rule, episode: Episode | None, answer: Answer, piece: Piece, facts: VehicleFacts, findings: list[Finding]
) -> Episode | None:
    """Apply an answer; returns the episode to keep."""
    if answer.withdrawn:
        if episode is not None and episode.detected_ms is not None:
            findings.append(_finding(rule, episode, facts, episode.last_ms, Judgement.WITHDRAWN))
        return None
    if answer.ended_ms is not None:
        if episode is not None and episode.detected_ms is not None:
            episode.ended = True
            episode.last_ms = answer.ended_ms
            episode.more |= dict(answer.more)
            findings.append(_finding(rule, episode, facts, answer.ended_ms))
            return episode
        return None
    if answer.hit is None:
        return episode
    if episode is None:
        episode = _begin(answer.hit, piece)
    before = _verdict(rule, episode, facts)
    _extend(episode, answer.hit, piece)
    if episode.detected_ms is None and rule.complete(
        episode, episode.all, facts.then(episode.started_ms).parameters.get(rule.id, rule.defaults)
    ):
        episode.detected_ms = piece.step.to_ms  # the fix that told us, also when the regime ended before it
    if episode.detected_ms is not None and _verdict(rule, episode, facts) != before:
        findings.append(_finding(rule, episode, facts, None))
    return episode


def close(rule: Rule, episode: Episode, facts: VehicleFacts, findings: list[Finding]) -> None:
    """Rest or silence has ended the episode; it is told unless that was done already."""
    if episode.detected_ms is not None and not episode.ended:
        findings.append(_finding(rule, episode, facts, episode.last_ms))


def settle(rule: Rule, episode: Episode, facts: VehicleFacts, now_ms: int) -> list[Finding]:
    """The finding as it stands at `now_ms`, ended if rest or silence has ended it by then. Changes nothing."""
    if episode.detected_ms is None:
        return []
    over = episode.ended or now_ms - WATERMARK_MS - episode.last_ms >= EPISODE_CLOSES_MS
    return [_finding(rule, episode, facts, episode.last_ms if over else None)]


def _begin(hit: Hit, piece: Piece) -> Episode:
    lon, lat = piece.step.place(hit.from_ms)
    return Episode(
        started_ms=hit.from_ms,
        last_ms=hit.to_ms,
        lon=lon,
        lat=lat,
        severity=hit.severity,
        order_id=hit.order_id,
        unseen=piece.step.kind is Kind.UNSEEN,
    )


def _extend(episode: Episode, hit: Hit, piece: Piece) -> None:
    step = piece.step
    for measure in (episode.all,) if hit.doubts else (episode.all, episode.sure):
        measure.until_ms = max(measure.until_ms, hit.to_ms)
        if not hit.standing:
            _measure(measure, hit, step)
    if not hit.standing:
        if hit.doubts:
            episode.sure.doubtful_ms += hit.to_ms - hit.from_ms
        episode.last_ms = hit.to_ms
        episode.fixes += step.fixes
        if SEVERITIES.index(hit.severity) > SEVERITIES.index(episode.severity):
            episode.severity = hit.severity
    if hit.peak_m > episode.peak_m:
        episode.peak_m, episode.limit_m, episode.what = hit.peak_m, hit.limit_m, hit.what
    episode.order_id = episode.order_id or hit.order_id
    episode.more |= dict(hit.more)
    episode.doubts.extend(doubt for doubt in hit.doubts if doubt not in episode.doubts)


def _measure(measure: Measure, hit: Hit, step: Step) -> None:
    """Add the part of a step that the hit covers; places inside a step lie on a straight line."""
    if measure.lon is None or measure.lat is None:
        measure.lon, measure.lat = step.place(hit.from_ms)
    measure.far_m = max(measure.far_m, apart_m(measure.lon, measure.lat, *step.place(hit.to_ms)))
    measure.distance_m += step.distance_m * (hit.to_ms - hit.from_ms) / (step.to_ms - step.from_ms)
    measure.moved_ms += hit.to_ms - hit.from_ms


def _verdict(rule: Rule, episode: Episode, facts: VehicleFacts) -> tuple[object, ...]:
    return episode.detected_ms, episode.severity, _judgement(rule, episode, facts)


def _judgement(rule: Rule, episode: Episode, facts: VehicleFacts) -> Judgement:
    """Suspected only when what is beyond doubt reaches the minimum; a wrong clock leaves nothing beyond doubt."""
    parameters = facts.then(episode.started_ms).parameters.get(rule.id, rule.defaults)
    if Doubt.CLOCK_OFFSET in episode.doubts or not rule.complete(episode, episode.sure, parameters):
        return Judgement.UNDETERMINED
    return Judgement.SUSPECTED


def _finding(
    rule: Rule, episode: Episode, facts: VehicleFacts, ended_ms: int | None, judgement: Judgement | None = None
) -> Finding:
    verdict = judgement or _judgement(rule, episode, facts)
    order = next((each for each in facts.orders if each.id == episode.order_id), None)
    metrics = rule.metrics(episode, facts.then(episode.started_ms).parameters.get(rule.id, rule.defaults), order)
    if episode.doubts:
        metrics["doubts"] = [str(doubt) for doubt in episode.doubts]
    severity = episode.severity
    detected_ms = episode.detected_ms if episode.detected_ms is not None else episode.last_ms
    if Doubt.PROVISIONAL_CALENDAR in episode.doubts:
        metrics["calendar"] = "provisional"
        if verdict is not Judgement.SUSPECTED:
            severity = min(severity, "Y", key=SEVERITIES.index)
    return Finding(
        rule=rule.id,
        name=rule.name,
        vehicle_id=facts.vehicle_id,
        order_id=episode.order_id,
        started_ms=episode.started_ms,
        ended_ms=None if ended_ms is None else max(ended_ms, detected_ms),  # standing completes a minimum too
        detected_ms=detected_ms,
        severity=severity,
        judgement=verdict,
        metrics=metrics,
        lon=episode.lon,
        lat=episode.lat,
        fixes=episode.fixes,
    )
