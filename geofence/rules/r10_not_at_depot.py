"""R10 未定点停放 NOT_AT_DEPOT: at night the vehicle stands outside every depot, and no order lets it stay away.

Told by the clock, half an hour after ten in the evening or after the order that kept it away ended. A rest that begins later may
be a stop of a drive at night (R01, R03): it is one for the night once it has lasted two hours. It goes on until the vehicle
leaves. An order it is only still out under keeps it away no longer.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fleet.errors import Invalid
from geofence.context import Context
from geofence.finding import Doubt
from geofence.instants import epoch_ms, instant
from geofence.rules.memories import Memories, NightOut
from geofence.rules.rule import parameter
from geofence.rules.watch import NEVER_MS, NOTHING_SEEN, Look, Moment, Sign, Watch, depot_km, left_ms

PROVEN_MS = 300_000  # after so long a departure is proven or was drift
HEARD_MS = 7_200_000  # what has been silent for longer is told when it is heard there again


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R10."""

    night_from: str = parameter("22:00", "local time from which it must stand in a depot")
    night_to: str = parameter("05:00", "local time until which a rest that begins is one for the night")
    rest_min: float = parameter(30.0, "minutes it must stand elsewhere within that time")
    late_rest_min: float = parameter(120.0, "the same of a rest that begins after night_from")
    depot_m: float = parameter(100.0, "metres beyond the fence that still belong to a depot", at_most=500.0)


def clock_times(parameters: Parameters, *, where: str = "rules.R10") -> tuple[time, time]:
    """When the night begins and ends. Raises Invalid naming the parameter."""
    times = []
    for name in ("night_from", "night_to"):
        try:
            times.append(time.fromisoformat(getattr(parameters, name)))
        except ValueError as error:
            raise Invalid(field=f"{where}.{name}", reason="not_a_time") from error
        if times[-1].tzinfo is not None:
            raise Invalid(field=f"{where}.{name}", reason="not_a_time")
    return times[0], times[1]


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    if not context.facts.depots:
        return NOTHING_SEEN
    track, night, at_ms = moment.track, memories.night, moment.at_ms
    if not track.resting:
        memories.night = NightOut()
        return Look(ended_ms=left_ms(track, night.here_ms))
    ended_ms, doubts = max(moment.before_ms, moment.regime.from_ms), tuple[Doubt, ...]()
    if night.here_ms != track.here_ms:  # it is found elsewhere; nobody saw it leave
        ended_ms = night.seen_ms
        if night.seen_ms < night.due_ms:
            doubts = (Doubt.GAP,)
        night = memories.night = NightOut(here_ms=track.here_ms)
    place = (track.here_lon, track.here_lat)
    regime = moment.regime
    if regime.orders or regime.in_repair or context.in_depot(at_ms, *place, parameters.depot_m):
        night.from_ms = 0
        return Look(ended_ms=ended_ms, doubts=doubts)
    if not night.from_ms:
        start_ms, end_ms, next_ms = _night(at_ms, context, parameters)
        from_ms = max(track.here_ms, start_ms, _kept_away_until(at_ms, context))
        if from_ms >= end_ms:
            return Look(again_ms=next_ms, ended_ms=ended_ms, doubts=doubts)
        night.from_ms = from_ms
        rest_min = parameters.late_rest_min if track.here_ms > start_ms else parameters.rest_min
        night.due_ms = from_ms + round(rest_min * 60_000)
    night.seen_ms = track.here_last_ms
    due_ms = night.due_ms
    if track.held and due_ms <= at_ms < track.held[0].at_ms + PROVEN_MS:
        due_ms = track.held[0].at_ms + PROVEN_MS  # perhaps it is leaving
    elif at_ms - track.here_last_ms > HEARD_MS:
        due_ms = NEVER_MS
    seen = (Doubt.POOR_FIXES,) if track.jumped or (track.last is not None and track.last.poor) else ()
    sign = Sign(night.from_ms, due_ms, "Y", *place, None, seen, depot_km(moment, context))
    return Look(sign, ended_ms=ended_ms, doubts=doubts)


def _night(at_ms: int, context: Context, parameters: Parameters) -> tuple[int, int, int]:
    """The newest night that has begun: its beginning and end, and when the next one begins."""
    begins, ends = clock_times(parameters)
    zone, local = context.facts.calendar.timezone, context.facts.calendar.local(instant(at_ms))
    on = local.date() if local.time() >= begins else local.date() - timedelta(days=1)
    until = on if ends > begins else on + timedelta(days=1)
    edges = ((on, begins), (until, ends), (on + timedelta(days=1), begins))
    start_ms, end_ms, next_ms = (epoch_ms(datetime.combine(day, clock, tzinfo=zone)) for day, clock in edges)
    return start_ms, end_ms, next_ms


def _kept_away_until(at_ms: int, context: Context) -> int:
    """When the newest order that is over by now, with its grace, ended."""
    ends = (order.end_ms + context.facts.grace_after_ms for order in context.facts.orders)
    return max((end_ms for end_ms in ends if end_ms <= at_ms), default=0)


WATCH = Watch(id="R10", name="NOT_AT_DEPOT", zh="未定点停放", defaults=Parameters(), look=look, by_clock=True)
