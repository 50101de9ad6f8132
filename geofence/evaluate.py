"""The one pure fold `(state, fixes, context) -> (state, outcome)`, used by the engine, `judge`, `score` and the tests.

Fixes come in event order, each later than the one before. Exceptions common to all rules are applied here, once: exempt
rules, service orders, towing, shuffling inside the depot. What a rule answers becomes episodes and findings in
geofence.episodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fleet.order import OrderType
from geofence.context import Context, Regime
from geofence.driving import Drove
from geofence.episodes import close, settle, tell
from geofence.facts import JudgedOrder
from geofence.finding import WATERMARK_MS, Answer, Doubt, Episode, Finding
from geofence.passing import columns_of, pass_over
from geofence.rules import RULES
from geofence.rules.r08_detour import note_way
from geofence.rules.rule import Piece, Rule
from geofence.rules.watch import NEVER_MS, OutUnder
from geofence.state import State, copied
from geofence.track.fixes import TrackFix, apart_m
from geofence.track.fold import SILENCE_MS, advance, view
from geofence.track.marks import CLOCK_SKEW, JUMP, Mark
from geofence.track.motion import Drive, Event, Kind, Step, Stop
from geofence.watched_fences import FenceEvent
from geofence.watching import as_it_stands, pass_time, see
from geofence.who_drives import silenced

DEPOT_MARGIN_M = 30.0  # so far outside the fence a vehicle may still be in its depot
HOME_MARGIN_M = 50.0
BACK_AGAIN_M = 200.0  # so near to where it left a vehicle has come back
STOPPED_MS = 120_000
WAITING_STEPS = 300
SEEN_MS = 30_000  # a longer step that a regime cuts does not say on which side of the cut the vehicle moved
LONG_GAP_MS = 86_400_000  # a longer silence is a matter of the locator; only that the vehicle was moved is told


@dataclass(slots=True)
class Outcome:
    """What a run brought: findings as they stood at each change, drives and stops as they stood at each change."""

    findings: list[Finding] = field(default_factory=list)
    drives: list[Drive] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    drove: list[Drove] = field(default_factory=list)  # who drove how long, as told at each change
    marks: list[Mark] = field(default_factory=list)  # what speaks against single fixes, as given and taken back
    at_fences: list[FenceEvent] = field(default_factory=list)
    due_ms: int = NEVER_MS  # how things stand will next change by the clock alone

    def add(self, later: "Outcome") -> None:
        self.findings += later.findings
        self.drives += later.drives
        self.stops += later.stops
        self.drove += later.drove
        self.marks += later.marks
        self.at_fences += later.at_fences

    @property
    def ends(self) -> bool:
        """A finding or drive in it has ended."""
        ends = [each.ended_ms for each in self.findings] + [each.ended_ms for each in self.drives]
        return any(end_ms is not None for end_ms in ends)


def evaluate(state: State, fixes: Sequence[TrackFix], context: Context) -> tuple[State, Outcome]:
    """Fold fixes into a copy of the state. Many at once are passed over where nothing comes of them (geofence.passing)."""
    state, outcome = copied(state), Outcome()
    _observe(state, fixes, context, outcome)
    columns, place = columns_of(fixes, context), 0
    while place < len(fixes):
        until = pass_over(state, columns, place, context) if columns is not None and place else place
        if until > place:
            place = until
            continue
        _fold(state, fixes[place], context, outcome)
        place += 1
    return state, outcome


def one_by_one(state: State, fixes: Sequence[TrackFix], context: Context) -> tuple[State, Outcome]:
    """What `evaluate` does, and must never differ from."""
    state, outcome = copied(state), Outcome()
    _observe(state, fixes, context, outcome)
    for fix in fixes:
        _fold(state, fix, context, outcome)
    return state, outcome


def _observe(state: State, fixes: Sequence[TrackFix], context: Context, outcome: Outcome) -> None:
    """Watched fences look at every fix, and at nothing else of the state."""
    if watched := context.facts.watched:
        for fix in fixes:
            watched.observe(state.around, fix, context.facts.home_depot_id, outcome.at_fences)


def _fold(state: State, fix: TrackFix, context: Context, outcome: Outcome) -> None:
    track, events, profile = state.track, list[Event](), context.profile(fix.at_ms)
    before_ms, here_ms, resting, out = state.clock.fix_ms, track.here_ms, track.resting, state.out
    ignition = track.here_ignition
    if fix.at_ms > state.clock_ms:
        pass_time(state, fix.at_ms, context, outcome.findings, _clock_doubts(state, fix.at_ms, context))
    state.clock.read(fix, profile)
    if state.clock.skewed(profile):
        outcome.marks.append(Mark(fix.at_ms, fix.at_ms, CLOCK_SKEW))
    advance(track, fix, events, profile)
    if events:
        _take(state, events, context, outcome)
    for watched in state.watched.values():
        watched.fixes += 1
    if (
        fix.at_ms >= state.wake_ms
        or track.resting is not resting
        or state.out is not out
        or (resting and (track.here_ms != here_ms or track.here_ignition is not ignition))
        or (
            fix.speed_kmh is not None
            and fix.speed_kmh > context.watched_kmh
            and fix.speed_kmh > context.speed_limit(fix.at_ms, fix.lon, fix.lat)[0]
        )
        or (fix.said is not None and (fix.said.alarms or fix.said.no_fix))
        or (fix.ignition is False and not resting and track.last is not fix)  # no place to rely on, but it has parked
    ):
        doubts = _clock_doubts(state, fix.at_ms, context)
        see(state, fix, before_ms, context, outcome.findings, doubts, outcome.drove)


def _take(state: State, events: list[Event], context: Context, outcome: Outcome) -> None:
    for event in events:
        if isinstance(event, Step):
            _judge(state, event, context, outcome)
        elif isinstance(event, Drive):
            outcome.drives.append(event)
        elif isinstance(event, Mark):
            outcome.marks.append(event)
            if event.flag == JUMP:
                state.wake_ms = 0  # watches look at every jump
        else:
            outcome.stops.append(event)


def _clock_doubts(state: State, at_ms: int, context: Context) -> tuple[Doubt, ...]:
    return (Doubt.CLOCK_OFFSET,) if state.clock.skewed(context.profile(at_ms)) else ()


def standing(state: State, context: Context, now_ms: int) -> Outcome:
    """Everything under way as it stands at `now_ms`: what rest or silence has ended is ended. Changes nothing."""
    outcome, last_ms = Outcome(), state.last_ms
    if last_ms is None:
        return outcome
    silent = now_ms - WATERMARK_MS - last_ms >= SILENCE_MS
    for seen in view(state.track, now_ms, silent=silent):
        if isinstance(seen, Drive):
            outcome.drives.append(seen)
        else:
            outcome.stops.append(seen)
    if silent:
        outcome.drove += silenced(state.memories.driving, context.facts.vehicle_id, last_ms)
    for rule in RULES:
        episode = state.episodes.get(rule.id)
        if episode is not None:
            outcome.findings.extend(settle(rule, episode, context.facts, now_ms))
    if state.clock_ms < now_ms:
        state = copied(state)
        pass_time(state, now_ms, context, outcome.findings, _clock_doubts(state, last_ms, context))
    outcome.findings.extend(as_it_stands(state, context.facts))
    outcome.due_ms = state.clock_ms
    return outcome


def _judge(state: State, step: Step, context: Context, outcome: Outcome) -> None:
    """One step, after asking whether the vehicle is still in its depot or being towed."""
    if step.kind is Kind.STAY:
        if step.to_ms - step.from_ms >= STOPPED_MS:
            _come_back(state, step.to_ms, step.lon, step.lat, context)
        _ask_stay(state, step, context, outcome)
        _close_rested(state, step.to_ms, context, outcome)
        return
    if step.towed:
        return
    if step.drive_ms != state.drive_ms:
        state.drive_ms = step.drive_ms
        state.waiting = []
        in_depot = _come_back(state, step.drive_ms, step.rest_lon, step.rest_lat, context)
        state.sheltered = step.kind is Kind.MOVE and in_depot
    if not state.sheltered:
        _cut(state, step, context, outcome)
        return
    state.waiting.append(step)
    if context.in_depot(step.to_ms, step.lon, step.lat, DEPOT_MARGIN_M + step.accuracy_m):
        del state.waiting[:-WAITING_STEPS]
        return
    state.sheltered = False
    waiting, state.waiting = state.waiting, []
    for each in waiting:
        _cut(state, each, context, outcome)


def _cut(state: State, step: Step, context: Context, outcome: Outcome) -> None:
    """Judge the step in pieces within which one regime holds."""
    if state.out is not None:
        note_way(state.memories.way, state.out, step)
    if step.kind is Kind.UNSEEN and step.to_ms - step.from_ms > LONG_GAP_MS:
        _judge_long_gap(state, step, context, outcome)
        return
    from_ms = step.from_ms
    while from_ms < step.to_ms:
        regime = context.regime(from_ms)
        to_ms = min(step.to_ms, regime.until_ms)
        _leave_under(state, step, regime)
        piece = _piece(state, step, from_ms, to_ms, regime, context)
        if not piece.approving or not any(order.type == OrderType.SERVICE for order in piece.approving):
            _ask_all(state, piece, context, outcome)
        from_ms = to_ms


def _judge_long_gap(state: State, step: Step, context: Context, outcome: Outcome) -> None:
    """Of days of silence only this can be asked: was the vehicle moved, and could an order explain it?"""
    if context.orders_between(step.from_ms, step.to_ms):
        return
    piece = _piece(state, step, step.from_ms, step.to_ms, context.regime(step.from_ms), context)
    for rule in RULES:
        if rule.asks_long_gaps:
            _ask(state, rule, piece, context, outcome)


def _piece(state: State, step: Step, from_ms: int, to_ms: int, regime: Regime, context: Context) -> Piece:
    out_id = state.out.order_id if state.out is not None else None
    in_effect, approving = context.in_effect(regime, out_id, from_ms)
    cut = (from_ms, to_ms) != (step.from_ms, step.to_ms) and step.to_ms - step.from_ms > SEEN_MS
    unseen = step.kind is Kind.UNSEEN or (cut and step.kind is Kind.MOVE)
    doubts = _doubts(state, step, regime, context, in_effect, unseen=unseen)
    return Piece(step, from_ms, to_ms, regime, in_effect, approving, doubts)


def _ask_all(state: State, piece: Piece, context: Context, outcome: Outcome) -> None:
    """Ask every rule about a piece. What has no episode and does not apply is done with at once: that is nearly all."""
    then, episodes, route = context.facts.then(piece.from_ms), state.episodes, state.route
    parameters, exempt = then.parameters, then.exempt_rules
    for rule in RULES:
        if rule.id in episodes:
            _ask(state, rule, piece, context, outcome)
        elif rule.id not in exempt:
            answer = rule.answer(piece, context, parameters.get(rule.id, rule.defaults), None, route)
            if answer.hit is not None:
                _apply(state, rule, piece, answer, None, context, outcome)


def _ask(state: State, rule: Rule, piece: Piece, context: Context, outcome: Outcome) -> None:
    facts = context.facts
    then = facts.then(piece.from_ms)
    if rule.id in then.exempt_rules:
        return
    episode = state.episodes.get(rule.id)
    if episode is not None and not _goes_on(piece, episode):
        close(rule, episode, facts, outcome.findings)
        told = episode.detected_ms is not None and not episode.unseen
        if told and piece.step.kind is Kind.UNSEEN and piece.step.from_ms - episode.last_ms < SILENCE_MS:
            episode.ended = True
            return  # what was not seen belongs to the movement before it, and that is told already
        del state.episodes[rule.id]
        episode = None
    parameters = then.parameters.get(rule.id, rule.defaults)
    answer = rule.answer(piece, context, parameters, episode, state.route)
    if answer.hit is None and answer.ended_ms is None and not answer.withdrawn:
        return
    _apply(state, rule, piece, answer, episode, context, outcome)


def _apply(
    state: State,
    rule: Rule,
    piece: Piece,
    answer: Answer,
    episode: Episode | None,
    context: Context,
    outcome: Outcome,
) -> None:
    kept = tell(rule, episode, answer, piece, context.facts, outcome.findings)
    if answer.becomes is not None and episode is not None:
        _pass_on(state, episode, answer.becomes, piece, context, outcome)
    if kept is None:
        state.episodes.pop(rule.id, None)
    else:
        state.episodes[rule.id] = kept


def _pass_on(
    state: State, episode: Episode, becomes: tuple[str, str, str], piece: Piece, context: Context, outcome: Outcome
) -> None:
    """What a rule withdraws is the matter of another one: it takes the episode as it is, and ends it here."""
    rule_id, order_id, severity = becomes
    rule = next(each for each in RULES if each.id == rule_id)
    then = context.facts.then(piece.from_ms)
    if rule_id in then.exempt_rules or rule_id in state.episodes:
        return
    taken = replace(episode, order_id=order_id, severity=severity, detected_ms=None, ended=False)
    if rule.complete(taken, taken.all, then.parameters.get(rule_id, rule.defaults)):
        taken.detected_ms, taken.ended = piece.step.to_ms, True
        outcome.findings += settle(rule, taken, context.facts, piece.step.to_ms)
        state.episodes[rule_id] = taken


def _goes_on(piece: Piece, episode: Episode) -> bool:
    """The piece may belong to the episode: less than ten minutes of rest or silence after it, or of the same gap."""
    if episode.ended:
        return False
    if episode.unseen or piece.step.kind is Kind.UNSEEN:
        return episode.unseen and episode.started_ms >= piece.step.from_ms
    if piece.step.woken and episode.last_ms <= piece.step.drive_ms:
        return False  # the silence ended it, also where the next drive began inside the silence
    return piece.from_ms - episode.last_ms < SILENCE_MS


def _ask_stay(state: State, step: Step, context: Context, outcome: Outcome) -> None:
    """Time goes on for episodes that count it, until rest has closed them."""
    for rule in RULES:
        episode = state.episodes.get(rule.id)
        if not rule.asks_stays or episode is None or step.to_ms - episode.last_ms > SILENCE_MS:
            continue
        piece = _piece(state, step, step.from_ms, step.to_ms, context.regime(step.to_ms), context)
        _ask(state, rule, piece, context, outcome)


def _close_rested(state: State, at_ms: int, context: Context, outcome: Outcome) -> None:
    """Forget episodes that rest has ended."""
    for rule in RULES:
        episode = state.episodes.get(rule.id)
        if episode is not None and at_ms - episode.last_ms >= SILENCE_MS + WATERMARK_MS:
            close(rule, episode, context.facts, outcome.findings)
            del state.episodes[rule.id]


def _leave_under(state: State, step: Step, regime: Regime) -> None:
    """Moving while an order covers it: from now on the vehicle is out under that order."""
    if not regime.orders or step.kind is not Kind.MOVE:
        return
    if state.out is None or all(order.id != state.out.order_id for order in regime.orders):
        newest = max(regime.orders, key=lambda order: (order.start_ms, order.id))
        state.out = OutUnder(order_id=newest.id, lon=step.rest_lon, lat=step.rest_lat, left_ms=step.drive_ms)


def _come_back(state: State, at_ms: int, lon: float, lat: float, context: Context) -> bool:
    """The vehicle has stopped here. True in a depot; there, or where it is handed over, it is no longer out under an order.

    Where no depot is known, the place it left from and the beginning of the order stand for one.
    """
    in_depot = context.in_depot(at_ms, lon, lat, HOME_MARGIN_M)
    if in_depot:
        for episode in state.episodes.values():
            episode.been_home = True
    out = state.out
    if out is None:
        return in_depot
    order = context.order(out.order_id)
    places = [] if context.facts.depots else [(out.lon, out.lat)]
    if order is not None and order.origin is not None and not context.facts.depots:
        places.append(order.origin)
    if order is not None and order.destination is not None and order.type in (OrderType.RENTAL, OrderType.TIME_SHARE):
        places.append(order.destination)  # handed over there
    if in_depot or any(apart_m(*place, lon, lat) <= BACK_AGAIN_M for place in places):
        state.out = None
    return in_depot


def _doubts(
    state: State, step: Step, regime: Regime, context: Context, in_effect: tuple[JudgedOrder, ...], *, unseen: bool
) -> tuple[Doubt, ...]:
    doubts: list[Doubt] = []
    if state.clock.skewed(context.profile(step.to_ms)):
        doubts.append(Doubt.CLOCK_OFFSET)
    if unseen:
        doubts.append(Doubt.GAP)
    if step.poor:
        doubts.append(Doubt.POOR_FIXES)
    custody_said = context.facts.user_recorded or context.facts.custody
    if custody_said and regime.unit_id is None and not in_effect:
        doubts.append(Doubt.UNKNOWN_CUSTODY)
    return tuple(doubts)
