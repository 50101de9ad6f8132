"""Passes over fixes of which nothing comes: a parked vehicle goes on standing, one on its way goes on as it may.

An accelerator of geofence.evaluate and nothing more: what it passes over leaves the same state as folding fix by fix, to the
bit, and no outcome (tests/unit/test_geofence_passing.py). It ends before the first fix that may change anything: one that is not
plain, the instant a watch or the clock waits for, the edge of a regime, a step some rule has to be asked about.
"""

from collections.abc import Sequence

from fleet.order import OrderType
from geofence.context import Context
from geofence.rules import RULES
from geofence.rules.r08_detour import note_steps
from geofence.rules.rule import Stretch
from geofence.state import State
from geofence.track.columns import Columns
from geofence.track.fixes import TrackFix
from geofence.track.stretch import Steps, drive_on, stay, steps_until

FEWEST = 8  # fewer fixes are folded sooner than looked at together


def columns_of(fixes: Sequence[TrackFix], context: Context) -> Columns | None:
    """The fixes as arrays; None where folding them one by one is as good."""
    if len(fixes) <= FEWEST:
        return None
    profile = context.steady_profile(fixes[0].at_ms, fixes[-1].at_ms)
    return None if profile is None else Columns(fixes, profile, context.watched_kmh)


def pass_over(state: State, columns: Columns, begin: int, context: Context) -> int:
    """Take plain fixes from `begin` on of which nothing comes; returns the first that has to be folded."""
    track, clock, end = state.track, state.clock, columns.plain_until(begin)
    if end - begin < FEWEST or track.last is not columns.fixes[begin - 1] or clock.arrivals:
        return begin
    end = columns.until(min(state.wake_ms - 1, state.clock_ms), begin, end)
    if end - begin < FEWEST:
        return begin
    until = stay(track, columns, begin, end) if track.resting else _drive(state, columns, begin, end, context)
    if until > begin:
        newest = columns.fixes[until - 1]
        clock.fix_ms, clock.received_ms = newest.at_ms, newest.received_ms
        clock.offset_ms = newest.received_ms - newest.at_ms
        for watched in state.watched.values():
            watched.fixes += until - begin
    return until


def _drive(state: State, columns: Columns, begin: int, end: int, context: Context) -> int:
    track = state.track
    if track.drive is None or track.odd or track.held or track.jumped or state.episodes:
        return begin
    if state.drive_ms != track.drive.started_ms or state.sheltered:
        return begin
    until, steps = steps_until(track, columns, begin, end)
    if len(steps):
        passed = steps.head(_passed(state, steps, context))
        if len(passed) < len(steps):
            until = int(steps.ends[len(passed)])
        if state.out is not None:
            note_steps(state.memories.way, state.out, passed)
        steps = passed
    if until > begin:
        drive_on(track, columns, begin, until, steps)
    return until


def _passed(state: State, steps: Steps, context: Context) -> int:
    """Of how many of these steps, from the first on, no rule has anything to say. What rules remember of them they remember."""
    first_ms = int(steps.from_ms[0])
    regime, out = context.regime(first_ms), state.out
    count = int(steps.to_ms.searchsorted(regime.until_ms, side="right"))
    if not count or (regime.orders and (out is None or all(order.id != out.order_id for order in regime.orders))):
        return 0  # it leaves under an order
    then, out_id, last_ms = (
        context.facts.then(first_ms),
        out.order_id if out is not None else None,
        int(steps.from_ms[count - 1]),
    )
    in_effect, approving = context.in_effect(regime, out_id, first_ms)
    if then is not context.facts.then(last_ms) or approving != context.in_effect(regime, out_id, last_ms)[1]:
        return 0
    if any(order.type == OrderType.SERVICE for order in approving):
        return count
    for rule in RULES:
        if count and rule.id not in then.exempt_rules:
            stretch = Stretch(steps.head(count), regime, in_effect, approving)
            count = rule.passes(stretch, context, then.parameters.get(rule.id, rule.defaults), state.route)
    return count
