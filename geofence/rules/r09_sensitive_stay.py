"""R09 敏感场所停留 SENSITIVE_STAY: the vehicle stops in a hotel, a scenic spot or another sensitive place nobody sent it to.

It was sent there when the beginning of an order in force, a stop or its destination lies in that area. In the quiet hours of a
workday and on days off less time is enough. The place must lie inside the area by more than a parked locator errs. Told by the
clock at the minute it has stood there long enough, where it was heard there just before; undetermined if no fix there follows.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.finding import Doubt
from geofence.places import Area
from geofence.rules.memories import Memories, SensitiveStay
from geofence.rules.rule import parameter
from geofence.rules.watch import NEVER_MS, Look, Moment, Sign, Watch, left_ms

NEAR_M = 100.0  # the place of a stop settles while it lasts: so near to an area it is looked at again
AGAIN_MS = 300_000
HEARD_MS = 330_000  # a parked locator reports each five minutes: as long after its last fix it is taken to stand there
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
    track, stay, at_ms = moment.track, memories.sensitive, moment.at_ms
    if not track.resting:
        memories.sensitive = SensitiveStay()
        return Look(ended_ms=left_ms(track, stay.from_ms), doubts=_unborne(stay, track.here_last_ms))
    ended_ms, doubts = moment.before_ms, tuple[Doubt, ...]()
    if stay.from_ms != track.here_ms:
        ended_ms, doubts = min(ended_ms, track.here_ms), _unborne(stay, stay.seen_ms)
        stay = memories.sensitive = SensitiveStay(from_ms=track.here_ms)
    stay.seen_ms = track.here_last_ms
    regime = moment.regime
    if not (regime.quiet or regime.day.kind.off):
        stay.off_hours_ms = 0
    elif not stay.off_hours_ms:
        stay.off_hours_ms = max(stay.from_ms, regime.from_ms)
    if not context.sensitive(at_ms, track.here_lon, track.here_lat, NEAR_M):
        return Look(ended_ms=ended_ms, doubts=doubts)
    full_ms = stay.from_ms + round(parameters.stay_min * 60_000)
    soon_ms = stay.off_hours_ms + round(parameters.off_hours_stay_min * 60_000) if stay.off_hours_ms else full_ms
    due_ms = min(full_ms, soon_ms)
    if at_ms < due_ms:
        return Look(again_ms=due_ms, ended_ms=ended_ms, doubts=doubts)
    if track.here_last_ms < due_ms and not stay.due_ms and not _stands(moment):
        # The newest fix lies elsewhere (drift, or it is leaving) or is old: only a fix can tell.
        return Look(again_ms=due_ms, ended_ms=ended_ms, doubts=doubts, clock_ms=NEVER_MS)
    area = _unasked(moment, context, parameters)
    if area is None:
        again_ms = (at_ms // AGAIN_MS + 1) * AGAIN_MS
        return Look(again_ms=again_ms, ended_ms=ended_ms, doubts=doubts, clock_ms=NEVER_MS)
    off_hours = bool(stay.off_hours_ms) and at_ms >= soon_ms
    stay.due_ms = stay.due_ms or due_ms
    doubts = (Doubt.POOR_FIXES,) if track.jumped else ()
    if off_hours and regime.day.provisional:
        off_hours = False
        doubts = (*doubts, Doubt.PROVISIONAL_CALENDAR) if at_ms < full_ms else doubts
    # Once more soon after: by then a fix bears out what the clock told, if it still stands there.
    borne_out_ms = due_ms + HEARD_MS if track.here_last_ms < due_ms else NEVER_MS
    again_ms = min(each for each in (full_ms, soon_ms, borne_out_ms, at_ms + 86_400_000) if each > at_ms)
    metrics = {
        "area": area.id,
        "category": area.category,
        "stay_min": parameters.off_hours_stay_min if due_ms < full_ms else parameters.stay_min,
    }
    place = (track.here_lon, track.here_lat)
    severity = "R" if off_hours else "Y"
    return Look(Sign(stay.from_ms, at_ms, severity, *place, moment.order_id, doubts, metrics), again_ms)


def _stands(moment: Moment) -> bool:
    """The newest fix of all was there, and not long ago: by the clock it stands there still."""
    track = moment.track
    here = not track.held and not track.odd and moment.before_ms <= track.here_last_ms
    return moment.fix is None and here and moment.at_ms - track.here_last_ms <= HEARD_MS


def _unborne(stay: SensitiveStay, seen_ms: int) -> tuple[Doubt, ...]:
    """The clock told of it, and no fix there did afterwards: perhaps it had left before."""
    return (Doubt.GAP,) if max(stay.seen_ms, seen_ms) < stay.due_ms else ()


def _unasked(moment: Moment, context: Context, parameters: Parameters) -> Area | None:
    """The sensitive area it stands in beyond doubt, and none of the places an order names lies there."""
    track, fix = moment.track, moment.fix or moment.track.last
    lon, lat = track.here_lon, track.here_lat
    if context.in_depot(moment.at_ms, lon, lat, DEPOT_MARGIN_M):
        return None
    if any(order.allows(moment.at_ms, lon, lat) for order in moment.in_effect):
        return None
    err_m = max(parameters.inside_m, ((fix.accuracy_m if fix is not None else None) or 0.0) / 2)
    named = [place for order in moment.in_effect for place in order.places]
    for area in context.sensitive(moment.at_ms, lon, lat):
        if area.depth_m(lon, lat) > err_m and not any(area.holds(*place, parameters.named_m) for place in named):
            return area
    return None


WATCH = Watch(id="R09", name="SENSITIVE_STAY", zh="敏感场所停留", defaults=Parameters(), look=look, by_clock=True)
