"""What comes between the true drive and the platform: canyons, outages, repeated messages, cheap locators.

None of it changes what happened, so none of it may change a label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel, Surroundings, surroundings
from simulators.path import LonLat, distance_m, moved
from simulators.story import Arrival, held_back, record

OPEN_SKY = surroundings()
CANYON_HALF_M = 700.0
TUNNEL_M = (250.0, 700.0)  # half a minute to a minute without a fix
TUNNEL_CLEAR_M, TUNNEL_TRIES = 200.0, 20  # so far from where the vehicle stops


@dataclass(frozen=True, kw_only=True, slots=True)
class Disturbance:
    """How a drive is heard."""

    name: str
    model: LocatorModel = field(default_factory=LocatorModel)
    canyon: bool = False
    tunnel: bool = False
    outage: bool = False
    repeated: float = 0.0  # share of messages that come twice


PLAIN = Disturbance(name="plain")
USUAL: tuple[Disturbance, ...] = (
    PLAIN,
    Disturbance(name="canyon", canyon=True),
    Disturbance(name="tunnel", tunnel=True),
    Disturbance(name="outage", outage=True),
    Disturbance(name="repeated", repeated=0.15),
    Disturbance(name="drifting", model=LocatorModel(parked_m=9.0, noise_m=5.0)),
    Disturbance(name="frequent", model=LocatorModel(moving_interval_s=5.0, parked_interval_s=60.0)),
    Disturbance(name="slow", model=LocatorModel(moving_interval_s=20.0, parked_interval_s=300.0)),
)


def heard(
    day: Itinerary,
    during: tuple[datetime, datetime],
    rng: Random,
    disturbance: Disturbance,
    around: Surroundings | None = None,
) -> tuple[Arrival, ...]:
    """What reaches the platform of a day, in order of arrival."""
    sky = around or OPEN_SKY
    if disturbance.canyon:
        sky = _canyon(day, rng)
    elif disturbance.tunnel:
        sky = _tunnel(day, rng)
    arrivals = record(day, during, rng, disturbance.model, sky)
    if disturbance.outage and day.drives:
        drive = rng.choice(day.drives)
        since = drive.started_at + timedelta(seconds=rng.uniform(-120.0, drive.duration_s / 2))
        silent = (since, min(since + timedelta(minutes=rng.uniform(12.0, 40.0)), during[1] - timedelta(minutes=5)))
        arrivals = held_back(arrivals, silent, rng)
    if disturbance.repeated:
        arrivals = repeated(arrivals, disturbance.repeated, rng)
    return arrivals


def repeated(arrivals: Sequence[Arrival], share: float, rng: Random) -> tuple[Arrival, ...]:
    """Some messages come a second time, seconds or minutes later."""
    again = [
        replace(each, received_at=each.received_at + timedelta(seconds=rng.uniform(2.0, 240.0)))
        for each in arrivals
        if rng.random() < share
    ]
    return in_order([*arrivals, *again])


def in_order(arrivals: Sequence[Arrival]) -> tuple[Arrival, ...]:
    return tuple(sorted(arrivals, key=lambda each: each.received_at))


def _canyon(day: Itinerary, rng: Random) -> Surroundings:
    """High houses around some place of the way."""
    drive = rng.choice(day.drives) if day.drives else None
    middle = drive.path.point_at(rng.uniform(0.2, 0.8) * drive.path.length_m) if drive else day.home
    return surroundings(canyons=[_square(middle, CANYON_HALF_M)])


def _tunnel(day: Itinerary, rng: Random) -> Surroundings:
    """Under some stretch of the way, if it is long enough to have one; nobody stops in it."""
    paths = [drive.path for drive in day.drives if drive.path.length_m > 4 * TUNNEL_M[1]]
    stops = [path.point_at(at_m) for path in (drive.path for drive in day.drives) for at_m in (0.0, path.length_m)]
    for _ in range(TUNNEL_TRIES if paths else 0):
        path = rng.choice(paths)
        since_m, length_m = rng.uniform(0.15, 0.75) * path.length_m, rng.uniform(*TUNNEL_M)
        line = tuple(path.point_at(since_m + share * length_m) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
        if min(distance_m(stop, point) for stop in stops for point in line) > TUNNEL_CLEAR_M:
            return surroundings(tunnels=[line])
    return OPEN_SKY


def _square(middle: LonLat, half_m: float) -> tuple[LonLat, ...]:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return tuple(moved(middle, x * half_m, y * half_m) for x, y in corners)
