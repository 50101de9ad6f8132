"""R14 疲劳 FATIGUE: one driver drives for four hours without a rest of twenty minutes, in whichever vehicles.

How long the driver of this vehicle has driven it is followed by geofence.who_drives; what the same driver drove in other
vehicles before is looked up. The finding is that of the vehicle in which the limit is reached.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.driving import driven_before
from geofence.rules.memories import Memories
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R14."""

    driving_h: float = parameter(4.0, "hours of driving", at_least=0.5)
    break_min: float = parameter(20.0, "minutes of rest that let it begin anew", at_least=1.0)


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    shift = memories.driving
    if moment.fix is None:
        return NOTHING_SEEN
    ended_ms = shift.ended_ms or None
    if not shift.from_ms:
        return Look(ended_ms=ended_ms)
    before = [each for each in shift.earlier if each.driver == shift.driver]
    before += context.drove_elsewhere(shift.driver)
    before_ms = driven_before(shift.from_ms, before, round(parameters.break_min * 60_000)) if before else 0
    driven_ms = before_ms + shift.driven_ms + (0 if shift.rested_ms else moment.at_ms - shift.since_ms)
    left_ms = round(parameters.driving_h * 3_600_000) - driven_ms
    if left_ms > 0:
        return Look(ended_ms=ended_ms) if shift.rested_ms else Look(again_ms=moment.at_ms + left_ms, ended_ms=ended_ms)
    metrics: dict[str, object] = {
        "driving_min": round(driven_ms / 60_000),
        "ground": "badge" if shift.badge else "order",
    }
    if before_ms:
        metrics["before_min"] = round(before_ms / 60_000)
    sign = Sign(shift.from_ms, moment.at_ms, "Y", shift.lon, shift.lat, moment.order_id, metrics=metrics)
    return Look(sign, ended_ms=ended_ms)


WATCH = Watch(id="R14", name="FATIGUE", zh="疲劳", defaults=Parameters(), look=look)
