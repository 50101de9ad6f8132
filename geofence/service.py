"""One turn of the engine: read what is new, judge it, write everything with the watermark in the caller's transaction.

New fixes later than a vehicle's last one are folded on; earlier ones, changed orders, calendars, areas, rules and
custody make a stretch of the past be judged again from stored fixes (geofence.live.replay). Nothing here commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version

import structlog

from fleet.db import Connection
from fleet.quality import PROFILES_VERSION
from geofence.context import Context
from geofence.evaluate import Outcome, evaluate, standing
from geofence.finding import WATERMARK_MS
from geofence.instants import FAR_FUTURE_MS, epoch_ms
from geofence.live.contexts import contexts_of, load_contexts
from geofence.live.drivers import MOST, know, name_drivers, record_drove, tell_differing
from geofence.live.memory import CLOCK_RULES, UNKNOWN, Again, Heard, Memory, merged
from geofence.live.recording import record
from geofence.live.records import Stretch, stretch_to
from geofence.live.registry import Registry
from geofence.live.replay import Replay, checkpoint_due
from geofence.rules import r01_no_order
from geofence.state import STATE_VERSION, State, dumps, loads
from geofence.store import alerts, fence_events, register, stream
from geofence.track.fixes import TrackFix, in_event_order
from geofence.track.fold import SILENCE_MS
from geofence.track.motion import TRACK_VERSION

log = structlog.get_logger("geofence")

ENGINE = "geofence"
ENGINE_VERSION = f"{version('daylight')}/{STATE_VERSION}.{TRACK_VERSION}.{PROFILES_VERSION}"
BATCHES_A_TURN, FIXES_A_TURN = 500, 20_000
REGISTER_EVERY_MS, UNKNOWN_AGAIN_MS = 30_000, 2_000
REJUDGE_A_TURN, STRETCHES_A_TURN = 500, 20
SETTLED_A_TURN = 500
SPLIT_MS = 3_600_000  # batches whose fixes lie farther apart are read apart
WAIT_FOR_ORDER = timedelta(minutes=r01_no_order.RULE.defaults.wait_for_order_min)
HISTORY_MS = 31 * 86_400_000  # late fixes and changes reach back this far


@dataclass(slots=True)
class Turn:
    """What one turn did; `more` says that another should follow at once."""

    fixes: int = 0
    vehicles: int = 0
    again: int = 0
    own: int = 0  # of memory.again, done in this turn
    told: int = 0
    more: bool = False
    behind: bool = False  # stored fixes are left unread, so nobody is known to be silent


async def take_turn(conn: Connection, memory: Memory, now: datetime) -> Turn:
    """Do the work that waits. The caller's transaction is one snapshot (repeatable read)."""
    now_ms, turn = epoch_ms(now), Turn()
    begins = memory.registry is None
    if len(memory.drivers_since) > MOST:
        memory.forget_drivers()
    await _read_register(conn, memory, now_ms, older_than_ms=REGISTER_EVERY_MS)
    if begins:
        waiting = await stream.with_state(conn, now - timedelta(milliseconds=HISTORY_MS))
        await _load_states(conn, memory, [*await alerts.left_open(conn), *waiting])
    stretches = await _asked_again(conn, memory, now_ms, turn)
    by_vehicle = await _read_fixes(conn, memory, now_ms, turn)
    await _load_states(conn, memory, [*by_vehicle, *(each.vehicle_id for each in stretches)])
    await load_contexts(conn, memory, by_vehicle, now_ms)
    changed: set[str] = set()
    for vehicle_id, fixes in by_vehicle.items():
        read_ms = memory.states[vehicle_id].read_ms
        if read_ms is not None and fixes[0].at_ms <= read_ms:
            late = Again(vehicle_id=vehicle_id, from_ms=fixes[0].at_ms, to_ms=fixes[-1].at_ms, why="late_fix")
            stretches.append(late)
        else:
            await _fold_on(conn, memory, vehicle_id, fixes)
            changed.add(vehicle_id)
    for each in merged(stretches):
        if await _judge_again(conn, memory, each, now_ms):
            changed.add(each.vehicle_id)
            turn.again += 1
    if not turn.behind:
        await _settle(conn, memory, now_ms, turn)
    await _save_states(conn, memory, changed)
    await tell_differing(conn, memory, now)
    turn.told = await alerts.tell_people(conn, now, WAIT_FOR_ORDER) + await fence_events.tell_people(conn, now)
    return turn


async def _read_register(conn: Connection, memory: Memory, now_ms: int, *, older_than_ms: int) -> Registry:
    """Read the register again when it is old; contexts built on another one are dropped."""
    registry = memory.registry
    if registry is None or now_ms - memory.registry_ms >= older_than_ms:
        registry = await register.load_registry(conn, memory.registry)
        if registry != memory.registry:
            memory.contexts.clear()
            memory.registry = registry
        memory.registry_ms = now_ms
    return memory.registry or registry


async def _asked_again(conn: Connection, memory: Memory, now_ms: int, turn: Turn) -> list[Again]:
    """The stretches to be judged again, of a few vehicles a turn; the contexts of these are read again."""
    rows = await stream.to_judge_again(conn, REJUDGE_A_TURN)
    everybody = [row.id for row in rows if row.vehicle_id is None]
    if everybody:
        await stream.spread(conn, everybody)
    asked = [(row, row.vehicle_id) for row in rows if row.vehicle_id is not None]
    chosen = set(list(dict.fromkeys(vehicle_id for _, vehicle_id in asked))[:STRETCHES_A_TURN])
    mine = [(row, vehicle_id) for row, vehicle_id in asked if vehicle_id in chosen]
    await stream.judged_again(conn, [row.id for row, _ in mine])
    if everybody or any(row.why != "order_change" and row.id not in memory.reread_for for row, _ in mine):
        await _read_register(conn, memory, now_ms, older_than_ms=0)
        memory.reread_for = {row.id for row in rows}
    stretches = [
        Again(vehicle_id=vehicle_id, from_ms=row.from_ms, to_ms=row.to_ms, why=row.why) for row, vehicle_id in mine
    ]
    turn.own = len(memory.again)
    turn.more = turn.more or bool(everybody) or len(mine) < len(asked) or len(rows) == REJUDGE_A_TURN
    stretches += memory.again
    for each in stretches:
        memory.contexts.pop(each.vehicle_id, None)
        memory.due.pop(each.vehicle_id, None)
    return [each for each in stretches if memory.registry is not None and each.vehicle_id in memory.registry.vehicles]


async def _read_fixes(conn: Connection, memory: Memory, now_ms: int, turn: Turn) -> dict[str, list[TrackFix]]:
    """The fixes past the watermarks by vehicle, in event order; moves the watermarks."""
    batches = await stream.unread_batches(conn, ENGINE, BATCHES_A_TURN)
    by_device: dict[int, list[TrackFix]] = {}
    for run in _runs(batches):
        if turn.fixes >= FIXES_A_TURN:
            turn.behind = True
            break
        for device_no, fix in await stream.fixes_of(conn, run):
            by_device.setdefault(device_no, []).append(fix)
            turn.fixes += 1
        await stream.set_watermark(conn, ENGINE, run[-1].writer_no, run[-1].batch)
    turn.behind = turn.behind or len(batches) >= BATCHES_A_TURN
    turn.more = turn.more or turn.behind
    registry = memory.registry
    if registry is None or any(device_no not in registry.by_device for device_no in by_device):
        registry = await _read_register(conn, memory, now_ms, older_than_ms=UNKNOWN_AGAIN_MS)
    by_vehicle: dict[str, list[TrackFix]] = {}
    for device_no, fixes in by_device.items():
        for fix in fixes:
            vehicle_id = registry.vehicle_of(device_no, fix.at_ms)
            if vehicle_id is not None:
                by_vehicle.setdefault(vehicle_id, []).append(fix)
    turn.vehicles = len(by_vehicle)
    return {vehicle_id: in_event_order(fixes) for vehicle_id, fixes in by_vehicle.items()}


def _runs(batches: Sequence[stream.BatchRow]) -> Iterable[list[stream.BatchRow]]:
    """Neighbouring batches of one writer about the same time, read with one statement; about a second of work each."""
    run: list[stream.BatchRow] = []
    for batch in batches:
        apart = bool(run) and (
            batch.writer_no != run[0].writer_no
            or sum(each.fixes for each in run) + batch.fixes > FIXES_A_TURN // 2
            or max(batch.to_ms, *(each.to_ms for each in run)) - min(batch.from_ms, *(each.from_ms for each in run))
            > SPLIT_MS
        )
        if apart:
            yield run
            run = []
        run.append(batch)
    if run:
        yield run


async def _load_states(conn: Connection, memory: Memory, vehicle_ids: Iterable[str]) -> None:
    """States not in memory yet; noted are those of which something stored as ended is still under way."""
    missing = sorted(set(vehicle_ids) - memory.states.keys())
    if not missing:
        return
    stored = await stream.load_states(conn, missing)
    memory.checkpoints |= await stream.newest_checkpoints(conn, missing)
    for vehicle_id in missing:
        raw = stored.get(vehicle_id)
        memory.states[vehicle_id] = (loads(raw) if raw is not None else None) or State()
    under_way = [(each, start_ms) for each in missing for start_ms in memory.states[each].under_way]
    for vehicle_id in await alerts.ended_of(conn, under_way):
        memory.settled[vehicle_id] = UNKNOWN
    for finding in await alerts.open_findings(conn, missing, CLOCK_RULES):
        watched = memory.states[finding.vehicle_id].watched.get(finding.rule)
        if watched is None or watched.started_ms != finding.started_ms or watched.detected_ms is None:
            memory.foretold.setdefault(finding.vehicle_id, []).append(finding)


async def _fold_on(conn: Connection, memory: Memory, vehicle_id: str, fixes: Sequence[TrackFix]) -> None:
    registry, context = memory.registry, memory.contexts[vehicle_id].context
    await know(conn, memory, context, memory.states[vehicle_id], fixes)
    state, outcome = evaluate(memory.states[vehicle_id], fixes, context)
    memory.states[vehicle_id] = state
    outcome.findings += memory.confirm(vehicle_id, state, outcome.findings)
    if registry is None:
        return
    await _write(conn, memory, vehicle_id, context, outcome, None)
    if state.read_ms is not None and checkpoint_due(state, memory.checkpoints.get(vehicle_id, 0)):
        memory.checkpoints[vehicle_id] = state.read_ms
        tenant_id = registry.vehicles[vehicle_id].tenant_id
        await stream.add_checkpoint(conn, vehicle_id, tenant_id, state.read_ms, dumps(state))


async def _judge_again(conn: Connection, memory: Memory, again: Again, now_ms: int) -> bool:
    """Judge a stretch again; True when the vehicle's present state came out anew."""
    vehicle_id, registry = again.vehicle_id, memory.registry
    head_ms = memory.states[vehicle_id].last_ms
    if registry is None or (head_ms is not None and again.why != "late_fix" and head_ms < again.from_ms):
        return False
    start = await stream.checkpoint_before(conn, vehicle_id, again.from_ms)
    start_ms, state = (start[0], loads(start[1])) if start is not None else (0, None)
    later = await stream.checkpoints_after(conn, vehicle_id, max(again.to_ms, start_ms + 1))
    known = {at_ms: dumps(kept) for at_ms, raw in later if (kept := loads(raw)) is not None}
    from_ms = start_ms or min(again.from_ms, now_ms) - HISTORY_MS
    context = (await contexts_of(conn, memory, [vehicle_id], from_ms, now_ms))[vehicle_id]
    replay = Replay(
        state=state or State(),
        context=context,
        touched_until_ms=again.to_ms,
        known=known,
        checkpoint_ms=start_ms,
    )
    after_ms, bindings = start_ms, registry.devices_of(vehicle_id)
    while fixes := await stream.history(conn, ENGINE, bindings, after_ms):
        await know(conn, memory, context, replay.state, fixes)
        if replay.take(fixes):
            break
        after_ms = max(after_ms + 1, fixes[-1].at_ms)
    await _keep_replay(conn, memory, again, replay, start_ms, now_ms)
    return replay.converged_ms is None


async def _keep_replay(
    conn: Connection, memory: Memory, again: Again, replay: Replay, start_ms: int, now_ms: int
) -> None:
    """Write what the replay found, its checkpoints, and the present state when it reached the present."""
    vehicle_id, registry, outcome = again.vehicle_id, memory.registry, replay.outcome
    if registry is None:
        return
    until_ms = replay.converged_ms
    if until_ms is None:
        stretch = Stretch(from_ms=start_ms, until_ms=FAR_FUTURE_MS, why=again.why, changed_ms=again.from_ms)
        as_it_stands = standing(replay.state, replay.context, now_ms)
        outcome.add(as_it_stands)
        memory.states[vehicle_id] = replay.state
        memory.contexts.pop(vehicle_id, None)
        outcome.findings += memory.foretell(vehicle_id, replay.state, as_it_stands)
        memory.note_told(vehicle_id, _heard(replay.state, now_ms), ends=as_it_stands.ends)
    else:
        stretch = replace(stretch_to(replay.state, start_ms, until_ms, again.why), changed_ms=again.from_ms)
    await _write(conn, memory, vehicle_id, replay.context, outcome, stretch)
    await stream.forget_checkpoints(conn, vehicle_id, start_ms, stretch.until_ms)
    tenant_id = registry.vehicles[vehicle_id].tenant_id
    for at_ms, raw in replay.checkpoints:
        await stream.add_checkpoint(conn, vehicle_id, tenant_id, at_ms, raw)
    if replay.converged_ms is None:
        memory.checkpoints[vehicle_id] = replay.checkpoint_ms


async def _write(
    conn: Connection, memory: Memory, vehicle_id: str, context: Context, outcome: Outcome, stretch: Stretch | None
) -> None:
    """Everything judging one vehicle brought."""
    if memory.registry is not None:
        await record_drove(conn, memory, vehicle_id, outcome.drove, stretch)
        await record(conn, memory.registry, vehicle_id, context, outcome, stretch=stretch, engine=ENGINE_VERSION)
        await name_drivers(conn, vehicle_id, outcome, stretch)


async def _settle(conn: Connection, memory: Memory, now_ms: int, turn: Turn) -> None:
    """Tell how things stand where the fold does not: what silence has ended, what goes on although it was told ended, and
    what only the clock tells.

    Late fixes may extend for many turns what silence ends in each; once they are no longer late it is open again.
    """
    registry = memory.registry
    if registry is None:
        return
    asked = [each for each, state in memory.states.items() if _to_settle(memory, each, state, now_ms)]
    turn.more = turn.more or len(asked) > SETTLED_A_TURN
    asked = asked[:SETTLED_A_TURN]
    missing = [each for each in asked if each not in memory.contexts]
    oldest_ms = min((memory.states[each].last_ms or now_ms for each in missing), default=now_ms)
    contexts = await contexts_of(conn, memory, missing, oldest_ms, now_ms)
    for vehicle_id in asked:
        state, loaded = memory.states[vehicle_id], memory.contexts.get(vehicle_id)
        context = loaded.context if loaded is not None else contexts[vehicle_id]
        outcome, heard = standing(state, context, now_ms), _heard(state, now_ms)
        outcome.findings += memory.foretell(vehicle_id, state, outcome)
        await _write(conn, memory, vehicle_id, context, outcome, None)
        memory.note_told(vehicle_id, heard, ends=outcome.ends)


def _to_settle(memory: Memory, vehicle_id: str, state: State, now_ms: int) -> bool:
    if memory.registry is None or vehicle_id not in memory.registry.vehicles:
        return False
    if memory.due.get(vehicle_id, state.clock_ms) < now_ms:
        return True
    told, heard = memory.settled.get(vehicle_id), _heard(state, now_ms)
    if told == heard or (told is None and not heard.silent):
        return False
    if not state.under_way:
        memory.settled.pop(vehicle_id, None)
        return False
    return True


def _heard(state: State, now_ms: int) -> Heard:
    last_ms = state.last_ms
    silent = last_ms is not None and now_ms - WATERMARK_MS - last_ms >= SILENCE_MS
    return Heard(last_ms, silent)


async def _save_states(conn: Connection, memory: Memory, vehicle_ids: Iterable[str]) -> None:
    """A vehicle whose fixes turned out to be another's goes back to an empty state, dated 1970."""
    registry = memory.registry
    if registry is None or not vehicle_ids:
        return
    states = {vehicle_id: memory.states[vehicle_id] for vehicle_id in sorted(vehicle_ids)}
    await stream.save_states(
        conn,
        [(each, registry.vehicles[each].tenant_id, dumps(state), state.last_ms or 0) for each, state in states.items()],
    )
