"""R11 未按时归队 LATE_RETURN: an hour after the planned end of the order it left under, the vehicle has not come back.

An order that follows before then lets it stay out until its own end. Whether it is back is the fold's answer (a stop in a
depot, or where it is handed over), or a newest position in the depot of which no rest is known yet.
"""

from dataclasses import dataclass

from fleet.order import OrderType
from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import Doubt
from geofence.rules.memories import Memories
from geofence.rules.rule import parameter
from geofence.rules.watch import NEVER_MS, Look, Moment, OutUnder, Sign, Watch, depot_km
from geofence.track.doubt import drives
from geofence.track.fixes import apart_m

HOME_MARGIN_M, BACK_AGAIN_M = 50.0, 200.0
SILENT_MS = 600_000  # after so long it may have been back
HEARD_MS = 900_000  # what has been silent for longer is told when it is heard of again
AGAIN_MS = 60_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R11."""

    return_within_min: float = parameter(60.0, "minutes after the planned end at which it must be back")


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    out, track, fix, at_ms = moment.out, moment.track, moment.fix, moment.at_ms
    order = context.order(out.order_id) if out is not None else None
    if out is None or order is None or order.type == OrderType.SERVICE:
        back_ms = track.here_ms if track.resting else moment.before_ms
        return Look(ended_ms=min(back_ms, moment.before_ms))
    grace_ms = round(parameters.return_within_min * 60_000)
    end_ms = _may_stay_until(order, context, grace_ms)
    due_ms = end_ms + grace_ms
    if at_ms < due_ms:
        return Look(again_ms=due_ms)
    if _home(moment, out, order, context):
        unseen = fix is not None and moment.before_ms < due_ms and at_ms - moment.before_ms >= SILENT_MS
        again_ms = at_ms + AGAIN_MS if fix is not None else NEVER_MS
        return Look(again_ms=again_ms, doubts=(Doubt.GAP,) if unseen else ())
    if fix is None and at_ms - moment.before_ms > HEARD_MS:
        due_ms = NEVER_MS
    doubts = (Doubt.POOR_FIXES,) if track.jumped or (track.last is not None and track.last.poor) else ()
    metrics = depot_km(moment, context)
    return Look(Sign(max(end_ms, out.left_ms), due_ms, "G", track.here_lon, track.here_lat, order.id, doubts, metrics))


def _may_stay_until(order: JudgedOrder, context: Context, grace_ms: int) -> int:
    """The planned end of the order, or of those that follow it before the vehicle would be late."""
    end_ms = order.end_ms
    for each in sorted(context.facts.orders, key=lambda each: each.start_ms):
        if each.start_ms - context.facts.grace_before_ms <= end_ms + grace_ms:
            end_ms = max(end_ms, each.end_ms)
    return end_ms


def _home(moment: Moment, out: OutUnder, order: JudgedOrder, context: Context) -> bool:
    """It rests where it belongs, or its newest position is there and it does not say that it drives; or fell silent there."""
    track, last = moment.track, moment.track.last
    if last is None:
        return False
    if (
        context.facts.depots
        and track.resting
        and context.in_depot(moment.at_ms, track.here_lon, track.here_lat, HOME_MARGIN_M)
    ):
        return True
    if drives(last) and moment.at_ms - last.at_ms < SILENT_MS:
        return False
    if context.facts.depots:
        return context.in_depot(moment.at_ms, last.lon, last.lat, HOME_MARGIN_M)
    known = [(out.lon, out.lat), *([order.origin] if order.origin is not None else [])]
    return any(apart_m(*place, last.lon, last.lat) <= BACK_AGAIN_M for place in known)


WATCH = Watch(id="R11", name="LATE_RETURN", zh="未按时归队", defaults=Parameters(), look=look, by_clock=True)
