"""The corpus: what locators send of true drives, made worse in known ways, each message with what is to be said of it.

Every kind is one function: (rng) -> a day of one vehicle. Labels come from what was done to a fix, never from the code
that is measured. A fix whose label nobody could tell (drift just at the limit) is in the track and in no count.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from benchmarks.cleaning import truth
from benchmarks.cleaning.truth import Moment
from fleet.geo import wgs84_to_gcj02
from fleet.position import Quality, Rejected

UNSAID = ("speed_kmh", "ignition", "accuracy_m", "satellites", "hdop", "valid")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One message and its label."""

    moment: Moment  # what was true
    body: Mapping[str, object]  # the native form; `t` stays in milliseconds
    arrives_s: float = 1.0  # after the true instant
    expected: Quality = Quality.GOOD
    uncounted: Quality = Quality.GOOD  # flags that are neither right nor wrong here
    refused: Rejected | None = None
    text: str | None = None  # the message itself where JSON cannot say it

    @property
    def payload(self) -> bytes:
        return (self.text or json.dumps(self.body)).encode()


Day = list[Sent]


def clean(rng: random.Random, every_s: int = 10) -> Day:
    """A sound locator: errors of a few metres, said speed as driven, arrival within a second or two."""
    return [_sent(rng, moment) for moment in truth.day(rng)[::every_s]]


def clean_fast(rng: random.Random) -> Day:
    """The same every second."""
    return clean(rng, 1)[1_000:2_500]


def clean_slow(rng: random.Random) -> Day:
    """The same every half minute."""
    return clean(rng, 30)


def stuck_speed(rng: random.Random) -> Day:
    """Sound places with a speed that is always the same: the speed proves nothing against them."""
    speed_kmh = rng.choice([0.0, 5.0, 30.0])
    return [_worse(sent, Quality.GOOD, speed_kmh=speed_kmh) for sent in clean(rng)]


def positions_only(rng: random.Random) -> Day:
    """A locator that knows neither speed nor ignition nor how well it hears."""
    return [_worse(sent, Quality.GOOD, **dict.fromkeys(UNSAID)) for sent in clean(rng)]


def tunnel(rng: random.Random) -> Day:
    """Three minutes without a fix, then two with few satellites, sent on at once."""
    day, begin = clean(rng), rng.randrange(140, 240)
    after = [_worse(each, Quality.FEW_SATELLITES, satellites=3) for each in day[begin + 18 : begin + 20]]
    return [*day[:begin], *after, *day[begin + 20 :]]


def canyon(rng: random.Random) -> Day:
    """Between high houses: errors of tens of metres that the receiver knows of."""
    day = clean(rng)
    for index in range(150, 260):
        accuracy_m = rng.uniform(20, 90)
        poor = Quality.POOR_ACCURACY if accuracy_m > 50 else Quality.GOOD
        lon, lat = _off(day[index].moment, rng.gauss(0, accuracy_m / 2), rng.gauss(0, accuracy_m / 2))
        day[index] = _worse(day[index], poor, accuracy_m=accuracy_m, lon=lon, lat=lat)
    return day


def no_fix(rng: random.Random) -> Day:
    """The receiver says itself that it has no fix and repeats its last place."""
    day, begin = clean(rng), rng.randrange(150, 220)
    stale = {name: day[begin].body[name] for name in ("lon", "lat")}
    for index in range(begin + 1, begin + 20):
        day[index] = _worse(day[index], Quality.NO_FIX, valid=False, **stale)
    return day


def drift(rng: random.Random) -> Day:
    """A parked night: the error wanders, up to 150 m, now and then a reflection of some hundred metres."""
    night = truth.parked(300, truth.STARTS_AT - timedelta(hours=10))[::30]
    day, east, north = [], 0.0, 0.0
    for index, moment in enumerate(night):
        wander = index > 40  # where it stands is known before it begins
        east, north = 0.95 * east + rng.gauss(0, 12 * wander), 0.95 * north + rng.gauss(0, 12 * wander)
        aside_m = rng.choice([-1, 1]) * rng.uniform(200, 400) if wander and rng.random() < 0.02 else 0.0
        lon, lat = _off(moment, east + aside_m, north)
        away_m = ((east + aside_m) ** 2 + north**2) ** 0.5
        sent = _sent(rng, moment, lon=lon, lat=lat, accuracy_m=10.0)
        right = Quality.PARKED_DRIFT if away_m > 30 else Quality.GOOD
        unclear = Quality.PARKED_DRIFT if 20 < away_m < 45 else Quality.GOOD
        day.append(replace(sent, expected=right & ~unclear, uncounted=unclear))
    return day


def garbage(rng: random.Random) -> Day:
    """Every tenth message is no position: 0/0, beyond the pole, NaN, text."""
    day = clean(rng)
    for index in range(3, len(day), 10):
        kind = rng.randrange(4)
        if kind == 0:
            day[index] = replace(day[index], body={**day[index].body, "lon": 0, "lat": 0}, refused=Rejected.IMPOSSIBLE)
        elif kind == 1:
            day[index] = replace(day[index], body={**day[index].body, "lat": 90.5}, refused=Rejected.IMPOSSIBLE)
        else:
            word = "NaN" if kind == 2 else '"east"'
            text = json.dumps({**day[index].body, "lat": 7777.25}).replace("7777.25", word)
            day[index] = replace(day[index], text=text, refused=Rejected.MALFORMED)
    return day


def jumps(rng: random.Random) -> Day:
    """Single fixes 1 to 50 km away, on the road and parked."""
    day, index = clean(rng), 4
    while index < len(day) - 8:
        day[index] = _aside(day[index], rng, 1_000, 50_000)
        index += rng.randrange(8, 20)
    return day


def short_jumps(rng: random.Random) -> Day:
    """Single fixes 700 m to 1 km away while driving: less than 300 km/h, and not what the locator says of its speed."""
    day, index = clean(rng), 135
    while index < 290:
        day[index] = _aside(day[index], rng, 700, 1_000)
        index += rng.randrange(8, 20)
    return day


def jump_that_stays(rng: random.Random) -> Day:
    """Set down 3 to 8 km away at once (a ferry, a truck, a receiver that finds itself): one jump, then sound fixes."""
    day, begin = clean(rng), rng.randrange(160, 260)
    east_m, north_m = rng.uniform(3_000, 8_000), rng.uniform(-2_000, 2_000)
    for index in range(begin, len(day)):
        was = day[index].body
        lon, lat = float(str(was["lon"])) + east_m * truth.EAST, float(str(was["lat"])) + north_m * truth.NORTH
        told = {**was, "lon": lon, "lat": lat}
        day[index] = replace(day[index], body=told, expected=Quality.JUMP if index == begin else Quality.GOOD)
    return day


def wrong_datum(rng: random.Random) -> Day:
    """For some minutes of the drive GCJ-02 is sent as WGS 84: a step of 560 m, and one back."""
    day, begin = clean(rng), rng.randrange(150, 200)
    end = begin + rng.randrange(30, 80)
    for index in range(begin, end):
        was = day[index].body
        lon, lat = wgs84_to_gcj02(float(str(was["lon"])), float(str(was["lat"])))
        day[index] = replace(day[index], body={**was, "lon": lon, "lat": lat})
    for index in (begin, end):
        day[index] = replace(day[index], expected=Quality.JUMP)
    return day


def clock_behind(rng: random.Random) -> Day:
    """A clock that is behind by 3 minutes to 12 hours: everything also seems late."""
    return _skewed(clean(rng), -rng.choice([180.0, 600.0, 3_600.0, 43_200.0]))


def clock_ahead(rng: random.Random) -> Day:
    """A clock that is ahead by less than five minutes; beyond it messages are refused as future."""
    return _skewed(clean(rng), rng.uniform(140, 280))


def late_burst(rng: random.Random) -> Day:
    """Out of reach for ten minutes; then everything is sent on within seconds, oldest first."""
    day, begin = clean(rng), rng.randrange(150, 220)
    back_at = day[begin + 60].moment.at
    for index in range(begin, begin + 60):
        waited_s = (back_at - day[index].moment.at).total_seconds() + 1 + (index - begin) * 0.2
        late = Quality.LATE if waited_s > 120 else Quality.GOOD
        day[index] = replace(day[index], arrives_s=waited_s, expected=late)
    return day


KINDS: Sequence[Callable[[random.Random], Day]] = (
    clean, clean_fast, clean_slow, stuck_speed, positions_only, tunnel, canyon, no_fix, drift, garbage, jumps, short_jumps, jump_that_stays,
    wrong_datum, clock_behind, clock_ahead, late_burst,
)  # fmt: skip


def _sent(rng: random.Random, moment: Moment, **said: object) -> Sent:
    lon, lat = _off(moment, rng.gauss(0, 3), rng.gauss(0, 3))
    body = {
        "t": round(moment.at.timestamp() * 1000), "lon": lon, "lat": lat, "speed_kmh": round(moment.speed_kmh, 1),
        "ignition": moment.ignition, "accuracy_m": round(rng.uniform(3, 10), 1), "satellites": rng.randrange(7, 18),
        "hdop": round(rng.uniform(0.6, 1.8), 1), "valid": True,
    }  # fmt: skip
    return Sent(moment=moment, body={**body, **said}, arrives_s=rng.uniform(0.3, 2.0))


def _off(moment: Moment, east_m: float, north_m: float) -> tuple[float, float]:
    lon, lat = truth.degrees(moment.east_m + east_m, moment.north_m + north_m)
    return round(lon, 7), round(lat, 7)


def _worse(sent: Sent, expected: Quality, **said: object) -> Sent:
    return replace(sent, body={**sent.body, **said}, expected=expected)


def _aside(sent: Sent, rng: random.Random, nearest_m: float, farthest_m: float) -> Sent:
    away_m, sideways = rng.uniform(nearest_m, farthest_m), rng.choice([(1, 0), (-1, 0), (0, 1), (0, -1)])
    lon, lat = _off(sent.moment, sideways[0] * away_m, sideways[1] * away_m)
    return _worse(sent, Quality.JUMP, lon=lon, lat=lat)


def _skewed(day: Day, off_s: float) -> Day:
    """The clock says `off_s` more than it is; what arrives too soon for its own time is as late as ever."""
    late = Quality.LATE if off_s < -120 else Quality.GOOD
    return [
        replace(
            sent,
            body={**sent.body, "t": round((sent.moment.at.timestamp() + off_s) * 1000)},
            expected=sent.expected | Quality.CLOCK_SKEW | late,
        )
        for sent in day
    ]
