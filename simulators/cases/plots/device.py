"""R15 离线, R16 断电/拆除, R17 屏蔽/漂移 and R30 紧急/碰撞: what the locator says of itself, or ceases to say."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from simulators.cases.days import WORKDAYS
from simulators.cases.disturbance import PLAIN, Disturbance, heard, in_order
from simulators.cases.labels import label
from simulators.cases.plot import Plot, near, positive
from simulators.cases.plots.driving import alarmed
from simulators.cases.plots.hours import between
from simulators.cases.plots.orders import MINUTE
from simulators.cases.trip import HOUR, Trip, begun, case, driven, ordered, out_and_back, target, told
from simulators.itinerary import Span
from simulators.locator import LocatorModel, Reading
from simulators.path import moved
from simulators.story import DEPOT_SPOT, Arrival, Case, Json, Scene, held_back
from simulators.truth import Truth

MOVING_SILENT, PARKED_SILENT = timedelta(minutes=10), timedelta(hours=24)
TAMPERED = timedelta(minutes=2)
NO_FIX = timedelta(minutes=10)
ROUND_M = 1_500.0  # an odometer that runs while the fix stands: 1 km, and a good deal more
SECOND = timedelta(seconds=1)
TAMPERING = ("power_cut", "antenna_cut", "removed")
OFTEN = Disturbance(name="often", model=LocatorModel(parked_interval_s=20.0))


def long_drive(scene: Scene) -> Trip:
    """A way of half an hour each way, out and back."""
    return out_and_back(scene, between("09:00", "13:00")(scene), [target(scene.rng, 16_000.0, 20_000.0)])


def of(scene: Scene, trip: Trip, how: Disturbance = PLAIN) -> Sequence[Arrival]:
    return heard(trip.day, (trip.leaves_at - HOUR, trip.home_at + HOUR), scene.rng, how)


def silent_moving(scene: Scene, minutes: tuple[float, float], *, found: bool, exempt: bool = False) -> Case:
    """For so many minutes nothing is heard of a vehicle that drives; what it saw then is lost."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 6.0) * MINUTE
    until = since + scene.rng.uniform(*minutes) * MINUTE
    arrivals = [each for each in of(scene, trip) if not since <= each.reading.fixed_at < until]
    truth = _silences(arrivals, since, MOVING_SILENT) if found else []
    excuse: Json = {"exempt_rules": ["R15"]} if exempt else {}
    return case(scene, trip, [ordered(scene, trip)], truth, arrivals=arrivals, vehicle=excuse)


def silent_for_good(scene: Scene) -> Case:
    """Last heard while driving, and never again; the order goes on for hours."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(4.0, 15.0) * MINUTE
    now = since + scene.rng.uniform(20.0, 60.0) * MINUTE
    arrivals = [each for each in of(scene, trip) if each.reading.fixed_at < since]
    last_at = arrivals[-1].reading.fixed_at
    truth = [label("R15", (last_at, now), last_at + MOVING_SILENT)]
    booked = ordered(scene, trip, (trip.leaves_at - 5 * MINUTE, now + 2 * HOUR))
    return told(scene, arrivals, now, [booked], truth)


def silent_parked(scene: Scene, hours: tuple[float, float], *, found: bool, returns: bool) -> Case:
    """Parked in its depot, and nothing is heard for so many hours; a sleeping locator reports once a day."""
    since = between("14:00", "18:00")(scene)
    until = since + scene.rng.uniform(*hours) * HOUR
    end_at = until + 2 * HOUR if returns else until
    during = (since - 3 * HOUR, end_at)
    parked = heard(begun(scene), during, scene.rng, PLAIN)
    arrivals = [each for each in parked if not since <= each.reading.fixed_at < until]
    if not returns:
        last_at = arrivals[-1].reading.fixed_at
        truth = [label("R15", (last_at, end_at), last_at + PARKED_SILENT)]
    else:
        truth = _silences(arrivals, since, PARKED_SILENT)
    return told(scene, arrivals, end_at, [], truth if found else [])


def filled_later(scene: Scene) -> Case:
    """Nothing for twenty minutes; then all of it, in the wrong order."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 6.0) * MINUTE
    silent = (since, since + scene.rng.uniform(15.0, 20.0) * MINUTE)
    arrivals = held_back(of(scene, trip), silent, scene.rng)
    return case(scene, trip, [ordered(scene, trip)], arrivals=arrivals)


def tampered(scene: Scene, seconds: tuple[float, float], *, found: bool, how: str = "") -> Case:
    """The terminal says for so long that its power or its antenna is gone. `how` names what explains it, if anything does."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 8.0) * MINUTE
    span = (since, since + scene.rng.uniform(*seconds) * SECOND)
    code = "undervoltage" if how == "undervoltage" else scene.rng.choice(TAMPERING)
    arrivals = _alarmed(of(scene, trip), span, code)
    excuse: Json = {"exempt_rules": ["R16"]} if how == "exempt" else {}
    if how == "repair":
        excuse = {"in_repair": [{"from": scene.at("00:00").isoformat(), "to": scene.at("00:00", 1).isoformat()}]}
    kind: Json = {"type": "service"} if how == "service" else {}
    truth = [_said("R16", arrivals, code, TAMPERED)] if found else []
    return case(scene, trip, [ordered(scene, trip, **kind)], truth, arrivals=arrivals, vehicle=excuse)


def tampered_parked(scene: Scene) -> Case:
    """In the depot, as it stands for an hour."""
    since = between("09:00", "14:00")(scene)
    span = (since, since + scene.rng.uniform(4.0, 40.0) * MINUTE)
    code = scene.rng.choice(TAMPERING)
    arrivals = _alarmed(heard(begun(scene), (since - HOUR, span[1] + HOUR), scene.rng, OFTEN), span, code)
    truth = [_said("R16", arrivals, code, TAMPERED)]
    return told(scene, arrivals, span[1] + HOUR + 5 * MINUTE, [], truth)


def no_fix(scene: Scene, minutes: tuple[float, float], *, found: bool, how: str = "") -> Case:
    """The terminal is heard and its engine runs, but it sees no satellite. `how` names what explains it, if anything does."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 6.0) * MINUTE
    span = (since, since + scene.rng.uniform(*minutes) * MINUTE)
    if how == "engine-off":  # in an underground garage, at the destination
        first, second = trip.day.drives
        span = (first.ended_at + MINUTE, second.started_at - 30 * SECOND)
    arrivals = of(scene, trip, OFTEN)
    seen = [each for each in arrivals if each.reading.fixed_at < span[0]][-1].reading
    blind = [_blind(each, seen) if span[0] <= each.reading.fixed_at < span[1] else each for each in arrivals]
    excuse: Json = {"exempt_rules": ["R17"]} if how == "exempt" else {}
    kind: Json = {"type": "service"} if how == "service" else {}
    truth = [label("R17", span, span[0] + NO_FIX)] if found else []
    return case(scene, trip, [ordered(scene, trip, **kind)], truth, arrivals=blind, vehicle=excuse)


def spoofed(scene: Scene) -> Case:
    """For a quarter of an hour all fixes lie forty kilometres away, and are good and steady there."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 6.0) * MINUTE
    span = (since, since + scene.rng.uniform(13.0, 18.0) * MINUTE)
    away = scene.rng.choice((-1, 1)) * scene.rng.uniform(30_000.0, 60_000.0), scene.rng.uniform(-9_000.0, 9_000.0)
    arrivals = [
        replace(each, reading=_elsewhere(each.reading, *away)) if span[0] <= each.reading.fixed_at < span[1] else each
        for each in of(scene, trip)
    ]
    truth = [label("R17", span, span[0])]
    return case(scene, trip, [ordered(scene, trip, route=None)], truth, arrivals=arrivals)


def cloned(scene: Scene) -> Case:
    """Another terminal, forty kilometres away, reports under the same identity for a quarter of an hour."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 6.0) * MINUTE
    span = (since, since + scene.rng.uniform(13.0, 18.0) * MINUTE)
    true = of(scene, trip)
    alien = [
        replace(
            each, reading=_later(_elsewhere(each.reading, 40_000.0, 5_000.0)), received_at=each.received_at + 4 * SECOND
        )
        for each in true
        if span[0] <= each.reading.fixed_at < span[1]
    ]
    truth = [label("R17", span, span[0])]
    return case(scene, trip, [ordered(scene, trip, route=None)], truth, arrivals=in_order([*true, *alien]))


def frozen(scene: Scene, *, found: bool) -> Case:
    """The odometer runs for kilometres while the fix stands, and the vehicle comes back to where it stood."""
    rng = scene.rng
    place, other = target(rng), target(rng, 4_000.0, 5_000.0)
    while math.dist(place, other) < ROUND_M / 2:
        other = target(rng, 4_000.0, 5_000.0)
    out = driven(scene, [DEPOT_SPOT, place], between("09:00", "13:00")(scene))
    round_trip = driven(scene, [place, other, place], out.ended_at + 20 * MINUTE)
    back = driven(scene, [place, DEPOT_SPOT], round_trip.ended_at + 20 * MINUTE)
    planned = scene.town.path([DEPOT_SPOT, place, DEPOT_SPOT])
    trip = Trip(day=begun(scene).then(out).then(round_trip).then(back), target=place, planned=planned)
    span: Span = (round_trip.started_at, round_trip.ended_at)
    arrivals = list(of(scene, trip))
    if found:
        stands = [each for each in arrivals if each.reading.fixed_at < span[0]][-1].reading
        arrivals = [
            replace(each, reading=replace(each.reading, lon=stands.lon, lat=stands.lat, speed_kmh=0.0))
            if span[0] <= each.reading.fixed_at < span[1]
            else each
            for each in arrivals
        ]
    truth = [label("R17", span, span[0])] if found else []
    booked = ordered(scene, trip, route=None)
    return case(scene, trip, [booked], truth, arrivals=arrivals, vehicle={"exempt_rules": ["R08"]})


def displaced(scene: Scene, *, found: bool, how: str = "") -> Case:
    """The terminal says that it is moved although nobody started the vehicle."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(3.0, 8.0) * MINUTE
    arrivals = _alarmed(of(scene, trip), (since, since + scene.rng.uniform(3.0, 8.0) * MINUTE), "illegal_displacement")
    kind: Json = {"type": "service"} if how == "service" else {}
    truth = [_said("R17", arrivals, "illegal_displacement", timedelta(0))] if found else []
    return case(scene, trip, [ordered(scene, trip, **kind)], truth, arrivals=arrivals)


def one_jump(scene: Scene) -> Case:
    """A single fix thrown far away: garbage, not spoofing (F09)."""
    trip = long_drive(scene)
    arrivals = list(of(scene, trip))
    for i in scene.rng.sample(range(len(arrivals)), 2):
        arrivals[i] = replace(
            arrivals[i], reading=_elsewhere(arrivals[i].reading, scene.rng.uniform(20_000.0, 90_000.0), 0.0)
        )
    return case(scene, trip, [ordered(scene, trip)], arrivals=arrivals)


def emergency(scene: Scene, codes: Sequence[str], *, found: bool, exempt: bool = False) -> Case:
    """One or some fixes with such an alarm."""
    trip = long_drive(scene)
    since = trip.leaves_at + scene.rng.uniform(2.0, 15.0) * MINUTE
    code = scene.rng.choice(codes)
    arrivals = _alarmed(of(scene, trip), (since, since + scene.rng.uniform(12.0, 60.0) * SECOND), code)
    truth = [_said("R30", arrivals, code, timedelta(0))] if found else []
    excuse: Json = {"exempt_rules": ["R30"]} if exempt else {}
    return case(scene, trip, [ordered(scene, trip)], truth, arrivals=arrivals, vehicle=excuse)


def _silences(arrivals: Sequence[Arrival], since: datetime, least: timedelta) -> list[Truth]:
    """R15: from the last fix before `since` to the first one after it."""
    last_at = max(each.reading.fixed_at for each in arrivals if each.reading.fixed_at < since)
    next_at = min(each.reading.fixed_at for each in arrivals if each.reading.fixed_at >= since)
    return [label("R15", (last_at, next_at), last_at + least)]


def _alarmed(arrivals: Sequence[Arrival], span: Span, code: str) -> list[Arrival]:
    return [alarmed(each, code) if span[0] <= each.reading.fixed_at < span[1] else each for each in arrivals]


def _said(rule: str, arrivals: Sequence[Arrival], code: str, after: timedelta) -> Truth:
    """From the first fix with the code to just after the last one."""
    said = [each.reading.fixed_at for each in arrivals if code in each.reading.alarms]
    return label(rule, (said[0], said[-1] + 5 * SECOND), said[0] + after)


def _blind(arrival: Arrival, seen: Reading) -> Arrival:
    """Heard over a good network, without a fix: the last place is repeated."""
    fix = replace(
        arrival.reading, lon=seen.lon, lat=seen.lat, speed_kmh=0.0, valid=False, satellites=0, hdop=50.0, rssi=26
    )
    return replace(arrival, reading=replace(fix, accuracy_m=999.0))


def _elsewhere(fix: Reading, east_m: float, north_m: float) -> Reading:
    lon, lat = moved((fix.lon, fix.lat), east_m, north_m)
    return replace(fix, lon=lon, lat=lat)


def _later(fix: Reading) -> Reading:
    return replace(fix, fixed_at=fix.fixed_at + 4 * SECOND)


URGENT = ("sos", "collision", "rollover")
HARMLESS = ("undervoltage", "long_stop", "fuel_abnormal", "vendor:door")

PLOTS: tuple[Plot, ...] = (
    positive("R15", "moving", WORKDAYS, partial(silent_moving, minutes=(13.5, 18.0), found=True)),
    positive("R15", "moving-for-good", WORKDAYS, silent_for_good),
    positive("R15", "parked", WORKDAYS, partial(silent_parked, hours=(31.5, 45.0), found=True, returns=True)),
    positive("R15", "parked-for-good", WORKDAYS, partial(silent_parked, hours=(31.5, 45.0), found=True, returns=False)),
    near("R15", "moving-shorter", WORKDAYS, partial(silent_moving, minutes=(5.0, 7.0), found=False)),
    near("R15", "parked-shorter", WORKDAYS, partial(silent_parked, hours=(12.0, 17.5), found=False, returns=True)),
    near("R15", "filled-later", WORKDAYS, filled_later),
    near("R15", "exempt", WORKDAYS, partial(silent_moving, minutes=(13.5, 18.0), found=False, exempt=True)),
    positive("R16", "driving", WORKDAYS, partial(tampered, seconds=(200.0, 600.0), found=True)),
    positive("R16", "parked", WORKDAYS, tampered_parked),
    near("R16", "briefly", WORKDAYS, partial(tampered, seconds=(25.0, 80.0), found=False)),
    near("R16", "undervoltage", WORKDAYS, partial(tampered, seconds=(200.0, 600.0), found=False, how="undervoltage")),
    near("R16", "in-repair", WORKDAYS, partial(tampered, seconds=(200.0, 600.0), found=False, how="repair")),
    near("R16", "service-order", WORKDAYS, partial(tampered, seconds=(200.0, 600.0), found=False, how="service")),
    near("R16", "exempt", WORKDAYS, partial(tampered, seconds=(200.0, 600.0), found=False, how="exempt")),
    positive("R17", "no-fix", WORKDAYS, partial(no_fix, minutes=(13.5, 17.0), found=True)),
    positive("R17", "spoofed", WORKDAYS, spoofed),
    positive("R17", "cloned", WORKDAYS, cloned),
    positive("R17", "frozen", WORKDAYS, partial(frozen, found=True)),
    positive("R17", "displaced", WORKDAYS, partial(displaced, found=True)),
    near("R17", "no-fix-briefly", WORKDAYS, partial(no_fix, minutes=(4.0, 7.0), found=False)),
    near("R17", "no-fix-parked", WORKDAYS, partial(no_fix, minutes=(4.0, 7.0), found=False, how="engine-off")),
    near("R17", "one-jump", WORKDAYS, one_jump),
    near("R17", "odometer-and-fix-run", WORKDAYS, partial(frozen, found=False)),
    near("R17", "service-order", WORKDAYS, partial(no_fix, minutes=(13.5, 17.0), found=False, how="service")),
    near("R17", "displaced-service-order", WORKDAYS, partial(displaced, found=False, how="service")),
    near("R17", "exempt", WORKDAYS, partial(no_fix, minutes=(13.5, 17.0), found=False, how="exempt")),
    positive("R30", "alarm", WORKDAYS, partial(emergency, codes=URGENT, found=True)),
    near("R30", "another-alarm", WORKDAYS, partial(emergency, codes=HARMLESS, found=False)),
    near("R30", "exempt", WORKDAYS, partial(emergency, codes=URGENT, found=False, exempt=True)),
)
