"""R12 长停/怠速 LONG_STOP: out under an order it stands for hours where the order has no business, or its engine runs idle.

One episode at a time: a long stop that has become one takes the place of idling in it. What nobody said is not held against a
vehicle: an order that names neither stop nor destination has no wrong place, and a locator without ignition no idling.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.finding import Doubt
from geofence.rules.memories import Memories, Standing
from geofence.rules.rule import parameter
from geofence.rules.watch import NEVER_MS, Look, Moment, Sign, Watch, left_ms
from geofence.track.fixes import apart_m

DEPOT_MARGIN_M = 50.0
RUNS_KM = 0.3  # what the odometer gains more than this while the position stands was driven


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R12."""

    long_stop_min: float = parameter(120.0, "minutes it must stand at a place that is none of the order's")
    place_m: float = parameter(300.0, "metres around a place of the order that belong to it")
    idle_min: float = parameter(20.0, "minutes it must stand with the ignition on", at_least=1.0)


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    track = moment.track
    if not track.resting:
        ended_ms = left_ms(track, memories.standing.from_ms)
        memories.standing = Standing()
        return Look(ended_ms=ended_ms)
    if memories.standing.from_ms != track.here_ms:
        memories.standing = Standing(from_ms=track.here_ms)
    if moment.regime.in_repair:
        return Look()
    if _runs(moment, memories.standing):
        return Look()
    at_ms = moment.at_ms
    place = (track.here_lon, track.here_lat)
    long_ms = track.here_ms + round(parameters.long_stop_min * 60_000)
    if at_ms >= long_ms > track.here_last_ms:
        return Look(again_ms=0)  # the newest fix lies elsewhere: drift, or it has left in a silence
    if at_ms >= long_ms and _elsewhere(moment, context, parameters):
        doubts = (Doubt.POOR_FIXES,) if track.jumped else ()
        metrics: dict[str, object] = {"ground": "long_stop", "ignition_min": round(track.ignition_on_ms / 60_000, 1)}
        return Look(Sign(track.here_ms, long_ms, "G", *place, moment.order_id, doubts, metrics))
    idle_ms = round(parameters.idle_min * 60_000)
    poll_ms = (
        at_ms // idle_ms + 1
    ) * idle_ms  # on in the meantime, it is not yet too long then; the same for every replay
    again_ms = long_ms if at_ms < long_ms else poll_ms if _may_be_elsewhere(moment) else NEVER_MS
    if not track.on_since_ms:
        return Look(again_ms=again_ms)  # when the ignition goes on it is asked anyway
    again_ms = min(again_ms, poll_ms)
    due_ms = track.on_since_ms + idle_ms
    if track.here_last_ms < due_ms:
        return Look(again_ms=min(again_ms, due_ms))
    metrics = {"ground": "idle", "ignition_min": round((at_ms - track.on_since_ms) / 60_000, 1)}
    return Look(Sign(track.on_since_ms, due_ms, "G", *place, moment.order_id, (), metrics), again_ms=0)


def _runs(moment: Moment, standing: Standing) -> bool:
    """The position stands and the odometer does not: it says nothing of where the vehicle is (R17)."""
    said = moment.fix.said if moment.fix is not None else None
    if said is None or said.odometer_km is None:
        return False
    if not standing.odometer_km:
        standing.odometer_km = said.odometer_km
    return said.odometer_km - standing.odometer_km > RUNS_KM


def _may_be_elsewhere(moment: Moment) -> bool:
    """Out under an order that says where it leads."""
    if moment.out is None or not moment.in_effect:
        return False
    return all(order.destination is not None or order.stops for order in moment.in_effect)


def _elsewhere(moment: Moment, context: Context, parameters: Parameters) -> bool:
    """Out under an order, at a place that is neither the order's, nor where it left, nor a depot."""
    out, lon, lat = moment.out, moment.track.here_lon, moment.track.here_lat
    if out is None or not _may_be_elsewhere(moment):
        return False
    if any(order.allows(moment.at_ms, lon, lat) for order in moment.in_effect):
        return False
    known = [(out.lon, out.lat), *(place for order in moment.in_effect for place in order.places)]
    near = any(apart_m(*place, lon, lat) <= parameters.place_m for place in known)
    return not near and not context.in_depot(moment.at_ms, lon, lat, DEPOT_MARGIN_M)


WATCH = Watch(id="R12", name="LONG_STOP", zh="长停/怠速", defaults=Parameters(), look=look)
