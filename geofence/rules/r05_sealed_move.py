"""R05 封存车辆移动 SEALED_MOVE: a sealed vehicle, or one that waits for its disposal, is driven or its engine runs.

Being towed (the ignition is off) and shuffled inside its depot are no use of it. No order breaks a seal, approved for holidays or
not: a duty vehicle is kept out of the sealing period.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.rules.memories import Memories, SealBroken
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch
from geofence.track.fixes import apart_m

DEPOT_MARGIN_M = 30.0
RESTED_MS = 600_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R05."""

    minimum_m: float = parameter(100.0, "metres from where it stood that must be exceeded, or ...")
    ignition_min: float = parameter(5.0, "... minutes with the ignition on that must be exceeded")


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    broken, fix, track = memories.seal, moment.fix, moment.track
    if not moment.regime.sealed:
        memories.seal = SealBroken()
        return NOTHING_SEEN
    if fix is None:
        return Look(again_ms=0)
    drive = track.drive
    if not track.resting and drive is not None and fix.ignition is not False and not _in_depot(moment, context):
        if not broken.from_ms:
            broken.from_ms, broken.lon, broken.lat = drive.started_ms, drive.start_lon, drive.start_lat
        broken.far_m = max(broken.far_m, apart_m(broken.lon, broken.lat, fix.lon, fix.lat))
        broken.moved_ms = moment.at_ms
    if fix.ignition:
        if not broken.from_ms:
            broken.from_ms, broken.lon, broken.lat = moment.at_ms, track.here_lon, track.here_lat
        broken.on_from_ms = broken.on_from_ms or moment.at_ms
        broken.on_ms = max(broken.on_ms, moment.at_ms - broken.on_from_ms)
    else:
        broken.on_from_ms = 0
    if not broken.from_ms:
        return Look(again_ms=0)
    still = not fix.ignition and track.resting and (fix.ignition is False or moment.at_ms - track.here_ms >= RESTED_MS)
    if still or (fix.ignition is False and not broken.moved_ms):
        ended_ms = max(broken.moved_ms, min(moment.before_ms, broken.from_ms + broken.on_ms))
        memories.seal = SealBroken()
        return Look(again_ms=0, ended_ms=ended_ms)
    moved = broken.far_m > parameters.minimum_m
    due_ms = moment.at_ms if moved else broken.on_from_ms + round(parameters.ignition_min * 60_000)
    if not moved and not broken.on_from_ms:
        due_ms = moment.at_ms + 1  # it crawls or coasts; neither is reached yet
    metrics = {"farthest_m": round(broken.far_m), "ignition_min": round(broken.on_ms / 60_000, 1)}
    sign = Sign(broken.from_ms, due_ms, "R", broken.lon, broken.lat, moment.order_id, metrics=metrics)
    return Look(sign, again_ms=0)


def _in_depot(moment: Moment, context: Context) -> bool:
    fix = moment.fix
    return fix is not None and context.in_depot(fix.at_ms, fix.lon, fix.lat, DEPOT_MARGIN_M + (fix.accuracy_m or 0.0))


WATCH = Watch(id="R05", name="SEALED_MOVE", zh="封存车辆移动", defaults=Parameters(), look=look)
