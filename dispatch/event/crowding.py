"""Where vehicles of an event stand in each other's way: lots fuller than they are, and many arriving at one gate at once. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SLOT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A vehicle in a lot; the end is excluded."""

    lot: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLoad:
    """The most vehicles in a lot at one instant, and when that is first so. `over_s`: how long it holds more than it can."""

    lot: str
    capacity: int | None
    most: int
    at: datetime
    over_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody is brought to a place."""

    place: str
    at: datetime
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateWave:
    """The fullest quarter of an hour of a place."""

    place: str
    from_at: datetime
    vehicles: int
    people: int


def lot_loads(stays: Iterable[Stay], capacities: Mapping[str, int | None]) -> list[LotLoad]:
    """Each lot that is used, the fullest for its size first."""
    by: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for stay in stays:
        if stay.until_at > stay.from_at:
            by[stay.lot] += [(stay.from_at, 1), (stay.until_at, -1)]
    found = []
    for lot, moves in by.items():
        capacity = capacities.get(lot)
        inside, most, at, over_s, since = 0, 0, moves[0][0], 0.0, moves[0][0]
        for instant, step in sorted(moves):  # who leaves at an instant leaves before who comes
            if capacity is not None and inside > capacity:
                over_s += (instant - since).total_seconds()
            inside, since = inside + step, instant
            if inside > most:
                most, at = inside, instant
        found.append(LotLoad(lot=lot, capacity=capacity, most=most, at=at, over_s=round(over_s)))
    return sorted(found, key=lambda load: (-load.over_s, -load.most, load.lot))


def gate_waves(arrivals: Iterable[Arrival], slot: timedelta = SLOT) -> list[GateWave]:
    """The fullest slot of each place, most vehicles first. Slots begin at whole multiples of their length."""
    by: dict[tuple[str, int], list[int]] = defaultdict(list)
    for arrival in arrivals:
        by[arrival.place, int(arrival.at.timestamp() // slot.total_seconds())].append(arrival.people)
    fullest: dict[str, GateWave] = {}
    for (place, number), people in sorted(by.items()):
        wave = GateWave(
            place=place,
            from_at=datetime.fromtimestamp(number * slot.total_seconds(), tz=UTC),
            vehicles=len(people),
            people=sum(people),
        )
        if place not in fullest or wave.vehicles > fullest[place].vehicles:
            fullest[place] = wave
    return sorted(fullest.values(), key=lambda wave: (-wave.vehicles, -wave.people, wave.place))
