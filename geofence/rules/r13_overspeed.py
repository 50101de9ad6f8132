"""R13 超速 OVERSPEED: faster than the place allows for a minute, by what the locator measured or by its own alarm.

The limit is the lowest one of the areas that hold the place, or one for all roads. Speeds no vehicle drives are not believed,
nor are speeds that the places do not bear out; poor fixes say nothing.
"""

from dataclasses import dataclass

from geofence.context import LIMIT_KMH, LOWEST_LIMIT_KMH, Context
from geofence.finding import Doubt
from geofence.places import Area
from geofence.rules.memories import Memories, TooFast
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch
from geofence.track.fixes import TrackFix, apart_m

HOLE_MS = 90_000  # a longer time without fixes: nobody knows that it stayed so fast
YELLOW_RATIO, RED_RATIO = 1.1, 1.5
DRIVEN_SHARE = 0.5  # of the way the speeds claim, so much must have been driven


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R13."""

    limit_kmh: float = parameter(LIMIT_KMH, "what may be driven where no area sets a limit", at_least=LOWEST_LIMIT_KMH)
    minimum_s: float = parameter(60.0, "seconds it must last")
    believable_kmh: float = parameter(250.0, "a speed above is an error of the device", at_least=LOWEST_LIMIT_KMH)


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    fix, run = moment.fix, memories.too_fast
    if fix is None:
        return NOTHING_SEEN
    alarm = fix.said is not None and "overspeed" in fix.said.alarms
    speed_kmh = fix.speed_kmh
    if fix.poor or (speed_kmh is not None and speed_kmh > parameters.believable_kmh):
        speed_kmh = None
    limit_kmh, area = context.speed_limit(fix.at_ms, fix.lon, fix.lat)
    too_fast = alarm or (speed_kmh is not None and speed_kmh > limit_kmh)
    if run.from_ms and fix.at_ms - run.last_ms > HOLE_MS:
        ended_ms, memories.too_fast = run.last_ms, TooFast()
        if not too_fast:
            return Look(ended_ms=ended_ms)
        run = memories.too_fast
    if not too_fast:
        if speed_kmh is None:
            return _sign(run, moment, parameters, told=False) if run.from_ms else NOTHING_SEEN
        memories.too_fast = TooFast()
        return Look(ended_ms=moment.at_ms)
    _count(run, fix, speed_kmh, limit_kmh, area)
    return _sign(run, moment, parameters, told=True)


def forget(memories: Memories) -> None:
    memories.too_fast = TooFast()


def _count(run: TooFast, fix: TrackFix, speed_kmh: float | None, limit_kmh: float, area: Area | None) -> None:
    if not run.from_ms:
        run.from_ms, run.lon, run.lat, run.limit_kmh = fix.at_ms, fix.lon, fix.lat, limit_kmh
    else:
        run.driven_m += apart_m(run.last_lon, run.last_lat, fix.lon, fix.lat)
        run.claimed_m += (speed_kmh or 0.0) / 3.6 * (fix.at_ms - run.last_ms) / 1000
    run.last_ms, run.last_lon, run.last_lat = fix.at_ms, fix.lon, fix.lat
    ratio = (speed_kmh or 0.0) / limit_kmh
    run.measured = run.measured or ratio > 1.0
    run.yellow_ms = (run.yellow_ms or fix.at_ms) if ratio >= YELLOW_RATIO else 0
    run.red_ms = (run.red_ms or fix.at_ms) if ratio >= RED_RATIO else 0
    if speed_kmh is not None and ratio >= run.top_kmh / run.limit_kmh:
        run.top_kmh, run.limit_kmh, run.area = speed_kmh, limit_kmh, area.id if area is not None else ""


def _sign(run: TooFast, moment: Moment, parameters: Parameters, *, told: bool) -> Look:
    minimum_ms = round(parameters.minimum_s * 1000)
    lasted = [bool(since_ms) and moment.at_ms - since_ms >= minimum_ms for since_ms in (run.red_ms, run.yellow_ms)]
    severity = "R" if lasted[0] else "Y" if lasted[1] else "G"
    borne_out = told and run.driven_m >= DRIVEN_SHARE * run.claimed_m
    due_ms = run.from_ms + minimum_ms if borne_out else moment.at_ms + 1
    metrics: dict[str, object] = {
        "top_speed_kmh": round(run.top_kmh, 1),
        "limit_kmh": round(run.limit_kmh, 1),
        "ground": "measured_speed" if run.measured else "overspeed_alarm",
    }
    if run.area:
        metrics["area"] = run.area
    return Look(Sign(run.from_ms, due_ms, severity, run.lon, run.lat, moment.order_id, metrics=metrics), again_ms=0)


WATCH = Watch(
    id="R13",
    name="OVERSPEED",
    zh="超速",
    defaults=Parameters(),
    look=look,
    heeds=frozenset(Doubt) - {Doubt.POOR_FIXES},
    forget=forget,
)
