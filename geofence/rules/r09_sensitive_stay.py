"""R09 敏感场所停留 SENSITIVE_STAY: the vehicle stops in a hotel, a scenic spot or another sensitive place nobody sent it to.

It was sent there when the beginning of an order in force, a stop or its destination lies in that area. In the quiet hours of a
workday and on days off less time is enough. The place must lie inside the area by more than a parked locator errs.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.finding import Doubt
from geofence.places import Area
from geofence.rules.memories import Memories, SensitiveStay
from geofence.rules.rule import parameter
from geofence.rules.watch import Look, Moment, Sign, Watch, left_ms

NEAR_M = 100.0  # the place of a stop settles while it lasts: so near to an area it is looked at again
AGAIN_MS = 300_000
DEPOT_MARGIN_M = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R09."""

    stay_min: float = parameter(15.0, "minutes it must stand there")
    off_hours_stay_min: float = parameter(5.0, "the same in the quiet hours of a workday and on days off")
    inside_m: float = parameter(10.0, "metres inside the edge, or half the accuracy if that is more, that are no doubt")
    named_m: float = parameter(
        100.0, "metres beyond the edge up to which a place the order names lies in the area", at_most=500.0
    )


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    track, stay = moment.track, memories.sensitive
    if not track.resting:
        memories.sensitive = SensitiveStay()
        return Look(ended_ms=left_ms(track, stay.from_ms))
    ended_ms = moment.before_ms
    if stay.from_ms != track.here_ms:
        stay = memories.sensitive = SensitiveStay(from_ms=track.here_ms)
        ended_ms = min(ended_ms, track.here_ms)
    regime = moment.regime
    if not (regime.quiet or regime.day.kind.off):
        stay.off_hours_ms = 0
    elif not stay.off_hours_ms:
        stay.off_hours_ms = max(stay.from_ms, regime.from_ms)
    if not context.sensitive(moment.at_ms, track.here_lon, track.here_lat, NEAR_M):
        return Look(ended_ms=ended_ms)
    full_ms = stay.from_ms + round(parameters.stay_min * 60_000)
    soon_ms = stay.off_hours_ms + round(parameters.off_hours_stay_min * 60_000) if stay.off_hours_ms else full_ms
    due_ms = min(full_ms, soon_ms)
    if track.here_last_ms < due_ms:  # too early, or the newest fix lies elsewhere: drift, or it has left in a silence
        return Look(again_ms=due_ms, ended_ms=ended_ms)
    area = _unasked(moment, context, parameters)
    if area is None:
        return Look(again_ms=(moment.at_ms // AGAIN_MS + 1) * AGAIN_MS, ended_ms=ended_ms)
    off_hours = bool(stay.off_hours_ms) and moment.at_ms >= soon_ms
    doubts = (Doubt.POOR_FIXES,) if track.jumped else ()
    if off_hours and regime.day.provisional:
        off_hours = False
        doubts = (*doubts, Doubt.PROVISIONAL_CALENDAR) if moment.at_ms < full_ms else doubts
    again_ms = min(each for each in (full_ms, soon_ms, moment.at_ms + 86_400_000) if each > moment.at_ms)
    metrics = {
        "area": area.id,
        "category": area.category,
        "stay_min": parameters.off_hours_stay_min if due_ms < full_ms else parameters.stay_min,
    }
    place = (track.here_lon, track.here_lat)
    severity = "R" if off_hours else "Y"
    return Look(Sign(stay.from_ms, due_ms, severity, *place, moment.order_id, doubts, metrics), again_ms)


def _unasked(moment: Moment, context: Context, parameters: Parameters) -> Area | None:
    """The sensitive area it stands in beyond doubt, and none of the places an order names lies there."""
    track, fix = moment.track, moment.fix
    lon, lat = track.here_lon, track.here_lat
    if context.in_depot(moment.at_ms, lon, lat, DEPOT_MARGIN_M):
        return None
    err_m = max(parameters.inside_m, ((fix.accuracy_m if fix is not None else None) or 0.0) / 2)
    named = [place for order in moment.in_effect for place in order.places]
    for area in context.sensitive(moment.at_ms, lon, lat):
        if area.depth_m(lon, lat) > err_m and not any(area.holds(*place, parameters.named_m) for place in named):
            return area
    return None


WATCH = Watch(id="R09", name="SENSITIVE_STAY", zh="敏感场所停留", defaults=Parameters(), look=look)
