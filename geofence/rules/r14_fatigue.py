"""R14 疲劳 FATIGUE: one driver drives for four hours without a rest of twenty minutes.

Who drives says the badge in the locator, else the order; another driver begins anew. Breaks that are too short count neither as
driving nor as rest, nor does a vehicle that moves with its ignition off: on a ferry, towed. A time nobody saw is rest.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.rules.memories import Driving, Memories
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch

ASKED_MS = 1_800_000  # so often it is looked whether the driver is still the same


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R14."""

    driving_h: float = parameter(4.0, "hours of driving", at_least=0.5)
    break_min: float = parameter(20.0, "minutes of rest that let it begin anew", at_least=1.0)


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    fix, shift = moment.fix, memories.driving
    if fix is None:
        return NOTHING_SEEN
    badge = (fix.said.driver if fix.said is not None else None) or ""
    by_order = (moment.in_effect[0].driver_id if moment.in_effect else None) or ""
    rest_ms, ended_ms = round(parameters.break_min * 60_000), None
    if moment.rests or fix.ignition is False:
        if not shift.from_ms:
            return NOTHING_SEEN if moment.rests else Look(again_ms=moment.at_ms + ASKED_MS)
        _pause(shift, moment)
        if moment.at_ms - shift.rested_ms < rest_ms:
            return _look(shift, moment, parameters, shift.rested_ms + rest_ms, None)
        memories.driving = Driving(over_ms=moment.at_ms)
        return Look(ended_ms=shift.rested_ms)
    resumed_ms = _resumed_ms(shift, moment)
    rested = bool(shift.rested_ms) and resumed_ms - shift.rested_ms >= rest_ms
    if shift.from_ms and (rested or _another(shift, badge, by_order)):
        resumed_ms = resumed_ms if shift.rested_ms else moment.at_ms
        ended_ms = shift.rested_ms or moment.before_ms
        shift = memories.driving = Driving(over_ms=resumed_ms)
    if not shift.from_ms and (badge or by_order):
        shift.from_ms, shift.lon, shift.lat = resumed_ms, fix.lon, fix.lat
    if not shift.from_ms:
        return Look(again_ms=moment.at_ms + ASKED_MS, ended_ms=ended_ms)
    if shift.rested_ms or not shift.since_ms:
        shift.since_ms, shift.rested_ms = resumed_ms, 0
    shift.badge, shift.by_order = badge or shift.badge, by_order or shift.by_order
    return _look(shift, moment, parameters, moment.at_ms + ASKED_MS, ended_ms)


def forget(memories: Memories) -> None:
    memories.driving = Driving()


def _pause(shift: Driving, moment: Moment) -> None:
    """It stands: since the end of its last step."""
    if not shift.rested_ms:
        shift.rested_ms = max(shift.since_ms, moment.track.here_ms if moment.rests else moment.at_ms)
        shift.driven_ms += shift.rested_ms - shift.since_ms


def _resumed_ms(shift: Driving, moment: Moment) -> int:
    """When it began to move again; after a break too short to end the drive that is about now."""
    drive = moment.track.drive
    began_ms = drive.started_ms if drive is not None else moment.at_ms
    return began_ms if began_ms >= max(shift.rested_ms, shift.over_ms) else moment.at_ms


def _another(shift: Driving, badge: str, by_order: str) -> bool:
    """Somebody else drives now, as far as anything says so."""
    if badge and shift.badge:
        return badge != shift.badge
    return bool(not badge and by_order and shift.by_order and by_order != shift.by_order)


def _look(shift: Driving, moment: Moment, parameters: Parameters, again_ms: int, ended_ms: int | None) -> Look:
    driven_ms = shift.driven_ms + (0 if shift.rested_ms else moment.at_ms - shift.since_ms)
    left_ms = round(parameters.driving_h * 3_600_000) - driven_ms
    if left_ms > 0:
        return Look(again_ms=again_ms if shift.rested_ms else min(again_ms, moment.at_ms + left_ms), ended_ms=ended_ms)
    metrics = {"driving_min": round(driven_ms / 60_000), "ground": "badge" if shift.badge else "order"}
    sign = Sign(shift.from_ms, moment.at_ms, "Y", shift.lon, shift.lat, moment.order_id, metrics=metrics)
    return Look(sign, again_ms, ended_ms)


WATCH = Watch(id="R14", name="FATIGUE", zh="疲劳", defaults=Parameters(), look=look, forget=forget)
