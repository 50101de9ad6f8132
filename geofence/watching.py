"""Shows watches the moments they ask for, and turns their signs into episodes and findings.

Between two fixes the tenant's clock goes on: what the clock's watches wait for is told at its instant, as the track stood
then, whether the next fix comes a minute or a day later. So a finding does not depend on when the engine ran. Common
exceptions (exempt rules, service orders) are applied here, once.
"""

from fleet.order import OrderType
from geofence.context import Context
from geofence.driving import Drove
from geofence.facts import VehicleFacts
from geofence.finding import SEVERITIES, Doubt, Finding, Judgement
from geofence.rules import WATCHES, r14_fatigue
from geofence.rules.watch import NEVER_MS, Look, Moment, Sign, Watch, Watched
from geofence.state import State
from geofence.track.fixes import TrackFix
from geofence.who_drives import follow

BY_CLOCK = tuple(watch for watch in WATCHES if watch.by_clock)


def pass_time(
    state: State, until_ms: int, context: Context, findings: list[Finding], doubts: tuple[Doubt, ...]
) -> None:
    """The clock goes on to `until_ms` without a fix; everything due before it is told at its instant."""
    last_ms = state.last_ms
    if last_ms is None:
        return
    at_ms = last_ms
    while True:
        at_ms = max(state.clock_ms, at_ms)
        if at_ms >= until_ms:
            return
        state.clock_ms = NEVER_MS
        moment = moment_of(state, at_ms, None, last_ms, context, doubts)
        for watch in BY_CLOCK:
            _, clock_ms = _look(state, watch, moment, context, findings)
            state.clock_ms = min(state.clock_ms, clock_ms)
        state.clock_ms = min(state.clock_ms, moment.regime.until_ms)
        at_ms += 1  # an instant is asked about once


def see(
    state: State,
    fix: TrackFix,
    before_ms: int,
    context: Context,
    findings: list[Finding],
    doubts: tuple[Doubt, ...],
    drove: list[Drove],
) -> None:
    """Show the moment after a fix to every watch, and note when they want to be asked again."""
    moment = moment_of(state, fix.at_ms, fix, before_ms, context, doubts)
    wake_ms = clock_ms = moment.regime.until_ms
    fatigue = context.facts.then(fix.at_ms).parameters.get("R14", r14_fatigue.WATCH.defaults)
    rest_ms = round(fatigue.break_min * 60_000)
    wake_ms = min(wake_ms, follow(state.memories, moment, context, rest_ms, drove))
    for watch in WATCHES:
        again_ms, asked_ms = _look(state, watch, moment, context, findings)
        wake_ms = min(wake_ms, again_ms)
        if watch.by_clock:
            clock_ms = min(clock_ms, asked_ms)
    state.wake_ms, state.clock_ms = wake_ms, clock_ms


def moment_of(
    state: State, at_ms: int, fix: TrackFix | None, before_ms: int, context: Context, doubts: tuple[Doubt, ...]
) -> Moment:
    """The moment as the state stands."""
    regime = context.regime(at_ms)
    in_effect, approving = context.in_effect(regime, state.out.order_id if state.out is not None else None, at_ms)
    said = context.facts.user_recorded or context.facts.custody
    if said and regime.unit_id is None and not in_effect:
        doubts = (*doubts, Doubt.UNKNOWN_CUSTODY)
    if fix is not None and fix.poor:
        doubts = (*doubts, Doubt.POOR_FIXES)
    read_ms = max(before_ms, state.clock.fix_ms)
    return Moment(at_ms, fix, before_ms, state.track, state.out, regime, in_effect, approving, doubts, read_ms)


def as_it_stands(state: State, facts: VehicleFacts) -> list[Finding]:
    """What the watches have found and what still goes on."""
    watches = {watch.id: watch for watch in WATCHES}
    open_ones = ((watches[rule], watched) for rule, watched in state.watched.items() if rule in watches)
    return [_finding(watch, watched, facts, None) for watch, watched in open_ones if watched.detected_ms is not None]


def _look(state: State, watch: Watch, moment: Moment, context: Context, findings: list[Finding]) -> tuple[int, int]:
    """Ask a watch; when to ask again, by a fix and by the clock."""
    facts = context.facts
    then = facts.then(moment.at_ms)
    if watch.id in then.exempt_rules or (
        watch.service_excuses and any(order.type == OrderType.SERVICE for order in moment.approving)
    ):
        look = Look()
        if watch.forget is not None:
            watch.forget(state.memories)
    else:
        look = watch.look(moment, state.memories, context, then.parameters.get(watch.id, watch.defaults))
    watched, sign = state.watched.get(watch.id), look.sign
    if watched is not None and (sign is None or sign.from_ms != watched.started_ms):
        watched.doubts += [doubt for doubt in look.doubts if doubt not in watched.doubts]
        if look.sure:
            watched.doubts.clear()
        untrue = watched.started_ms == look.untrue_ms
        ended_ms = moment.before_ms if look.ended_ms is None else look.ended_ms
        _end(state, watch, watched, facts, ended_ms, findings, Judgement.WITHDRAWN if untrue else None)
        watched = None
    clock_ms = look.again_ms if look.clock_ms is None else look.clock_ms
    if sign is None:
        return look.again_ms, clock_ms
    if watched is None:
        watched = state.watched[watch.id] = Watched(
            started_ms=sign.from_ms, due_ms=sign.due_ms, severity=sign.severity, lon=sign.lon, lat=sign.lat
        )
    before = _verdict(watched)
    heeded = (doubt for doubt in moment.doubts if doubt in watch.heeds)
    _take(watched, sign, moment.at_ms, tuple(dict.fromkeys((*heeded, *sign.doubts))))
    if watched.detected_ms is None:
        if moment.at_ms < sign.due_ms:
            return min(look.again_ms, sign.due_ms), min(clock_ms, sign.due_ms)
        watched.detected_ms = max(sign.due_ms, sign.from_ms) if watch.by_clock else moment.at_ms
    if _verdict(watched) != before:
        findings.append(_finding(watch, watched, facts, None))
    return look.again_ms, clock_ms


def _take(watched: Watched, sign: Sign, at_ms: int, doubts: tuple[Doubt, ...]) -> None:
    watched.due_ms = sign.due_ms
    watched.last_ms = at_ms
    watched.order_id = sign.order_id
    watched.metrics = dict(sign.metrics)
    if watched.detected_ms is None or SEVERITIES.index(sign.severity) > SEVERITIES.index(watched.severity):
        watched.severity = sign.severity
    if watched.detected_ms is None:
        watched.doubts = list(doubts)
    else:  # what was beyond doubt once stays so, and what was in doubt may be found beyond it
        watched.doubts = [doubt for doubt in watched.doubts if doubt in doubts]


def _end(
    state: State,
    watch: Watch,
    watched: Watched,
    facts: VehicleFacts,
    ended_ms: int,
    findings: list[Finding],
    judgement: Judgement | None,
) -> None:
    del state.watched[watch.id]
    if watched.detected_ms is not None:
        findings.append(_finding(watch, watched, facts, ended_ms, judgement))


def _verdict(watched: Watched) -> tuple[object, ...]:
    return watched.detected_ms, watched.severity, bool(watched.doubts)


def _finding(
    watch: Watch, watched: Watched, facts: VehicleFacts, ended_ms: int | None, judgement: Judgement | None = None
) -> Finding:
    metrics, severity = dict(watched.metrics), watched.severity
    detected_ms = watched.detected_ms if watched.detected_ms is not None else watched.last_ms
    if watched.doubts:
        metrics["doubts"] = [str(doubt) for doubt in watched.doubts]
    if Doubt.PROVISIONAL_CALENDAR in watched.doubts:
        metrics["calendar"] = "provisional"
        severity = min(severity, "Y", key=SEVERITIES.index)
    return Finding(
        rule=watch.id,
        name=watch.name,
        vehicle_id=facts.vehicle_id,
        order_id=watched.order_id,
        started_ms=watched.started_ms,
        ended_ms=None if ended_ms is None else max(ended_ms, detected_ms),
        detected_ms=detected_ms,
        severity=severity,
        judgement=judgement or (Judgement.UNDETERMINED if watched.doubts else Judgement.SUSPECTED),
        metrics=metrics,
        lon=watched.lon,
        lat=watched.lat,
        fixes=watched.fixes,
    )
