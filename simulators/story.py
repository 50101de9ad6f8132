"""What a story is: one vehicle's day with its context, what the locator reported and what really happened.

Each file in stories/ builds one `Case` from a `Scene`. The scene gives the day, so a story can be told as of
yesterday for a running system, or on its own day for files that never change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel, LocatorState, Reading, Surroundings, interval_s, observe
from simulators.path import LonLat
from simulators.streets import Spot, Town
from simulators.truth import Truth

VEHICLE, DEVICE, UNIT, DEPOT = "v1", "dev1", "u1", "d1"
DEPOT_SPOT: Spot = (0.0, 0.0)
TOWN_HALL: LonLat = (117.2000, 39.1200)

Json = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A reading, when the platform got it, and from which device."""

    reading: Reading
    received_at: datetime
    device: str = DEVICE


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Everything a CASE folder holds (contracts.md 5)."""

    name: str
    context: Json
    arrivals: tuple[Arrival, ...]  # in order of arrival
    truth: tuple[Truth, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """The stage of one story: its day, its town and its dice."""

    name: str
    day: date
    calendar: tuple[Json, ...]  # overlay of context.json; empty when the built-in calendar says the same
    zone: ZoneInfo
    town: Town
    rng: Random

    def at(self, clock: str, days: int = 0) -> datetime:
        """A wall-clock time of the story's day, aware, in the tenant's zone."""
        return datetime.combine(self.day + timedelta(days=days), time.fromisoformat(clock), self.zone)

    def span(self, start: str, end: str, days: int = 0) -> tuple[datetime, datetime]:
        """A half-open span of the story's day; `days` moves its end."""
        return self.at(start), self.at(end, days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A named story; `kinds` says what its own day (and the following ones) must be in the calendar."""

    name: str
    tells: str  # one sentence: what happens and what a judge must say
    day: date
    kinds: tuple[str, ...]  # calendar kind of `day`, of the day after, ...
    build: Callable[[Scene], Case]

    def told(
        self, *, seed: int = 1, day: date | None = None, zone: str = "Asia/Shanghai", hall: LonLat = TOWN_HALL
    ) -> Case:
        """Build the case; on another day than its own an overlaid calendar keeps the story true."""
        told_on = day or self.day
        overlay: tuple[Json, ...] = ()
        if told_on != self.day:
            dates = [told_on + timedelta(days=i) for i in range(len(self.kinds))]
            overlay = tuple(
                {"date": each.isoformat(), "kind": kind} for each, kind in zip(dates, self.kinds, strict=True)
            )
        scene = Scene(
            name=self.name,
            day=told_on,
            calendar=overlay,
            zone=ZoneInfo(zone),
            town=Town(hall=hall),
            rng=Random(f"{seed}:{self.name}"),
        )
        return self.build(scene)


def record(
    day: Itinerary,
    during: tuple[datetime, datetime],
    rng: Random,
    model: LocatorModel,
    around: Surroundings,
) -> tuple[Arrival, ...]:
    """What a locator reports of the day, each fix a moment after it was taken."""
    arrivals: list[Arrival] = []
    state = LocatorState()
    at, end_at = during
    while at < end_at:
        motion = day.at(at)
        state, reading = observe(model, state, motion, at, around, rng)
        if reading is not None:
            delay = timedelta(milliseconds=rng.randrange(150, 1500))
            arrivals.append(Arrival(reading=reading, received_at=at + delay))
        at = _next_look(day, at, interval_s(model, motion))
    return tuple(arrivals)


def held_back(arrivals: Sequence[Arrival], silent: tuple[datetime, datetime], rng: Random) -> tuple[Arrival, ...]:
    """The same readings, but those taken in `silent` arrive at its end in one burst, in the wrong order."""
    late = [a for a in arrivals if silent[0] <= a.received_at < silent[1]]
    on_time = [a for a in arrivals if not silent[0] <= a.received_at < silent[1]]
    rng.shuffle(late)
    burst = [replace(a, received_at=silent[1] + timedelta(milliseconds=20 * i)) for i, a in enumerate(late)]
    return tuple(sorted([*on_time, *burst], key=lambda a: a.received_at))


def context(scene: Scene, now: datetime, orders: Sequence[Json]) -> Json:
    """context.json of a story: one unit, one depot, one vehicle, its orders."""
    return {
        "timezone": str(scene.zone),
        "now": now.isoformat(),
        "calendar": list(scene.calendar),
        "units": [{"id": UNIT, "name": "示例区机关事务中心"}],
        "depots": [{"id": DEPOT, "geometry": scene.town.yard(DEPOT_SPOT)}],
        "vehicles": [
            {
                "id": VEHICLE,
                "device": DEVICE,
                "class": "emergency_support",
                "owner_unit": UNIT,
                "user_unit": UNIT,
                "home_depot": DEPOT,
            }
        ],
        "orders": list(orders),
    }


def order(scene: Scene, during: tuple[datetime, datetime], route: Json, spots: Sequence[Spot]) -> Json:
    """An order of the story's unit from the depot through `spots` and back, approved in time."""
    origin, *between = [list(scene.town.place(spot)) for spot in spots]
    return {
        "id": "o1",
        "vehicle": VEHICLE,
        "unit": UNIT,
        "type": "normal",
        "planned_start": during[0].isoformat(),
        "planned_end": during[1].isoformat(),
        "origin": origin,
        "stops": between[:-1],
        "destination": between[-1],
        "route": route,
        "created_at": (during[0] - timedelta(hours=2)).isoformat(),
        "off_hours_approved": False,
        "holiday_approved": False,
        "requester": "p1",
        "approvers": ["p2"],
        "driver": "p3",
        "passengers": ["p1"],
    }


def _next_look(day: Itinerary, at: datetime, wait_s: float) -> datetime:
    """The locator wakes up when the ignition is switched on, even if it meant to sleep longer."""
    due = at + timedelta(seconds=wait_s)
    return min([due, *(woken for woken in day.wakings if at < woken < due)])
