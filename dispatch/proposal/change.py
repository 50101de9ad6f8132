"""Which change of a request could take an obstacle away, and the smallest one that was seen to help.

Pure. Each code of an obstacle states its kinds of change (`HELPS`); a code without a row fails a test. Nothing is stated
from the table alone: a change is offered only after the changed request was tried against the same facts. A secret trip is
never asked to be less secret, and nobody is told to ask for a leader's or a courier's vehicle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Protocol
from uuid import uuid4

from dispatch.eligible import Obstacle
from fleet.order import Order, OrderType
from fleet.vehicle import VehicleClass

STEP_S = 300
MOST_SHIFT_S = 43_200
COARSE_S = (900, 3_600, 10_800, 21_600)  # of a pair of changes
NEVER_ASKED_FOR = frozenset({VehicleClass.CONFIDENTIAL_COURIER, VehicleClass.LEADER_IN_KIND})
DRIVEN_ONLY = frozenset({OrderType.EMERGENCY, OrderType.RENTAL})
Change = Mapping[str, object]


class Kind(StrEnum):
    """What of a request can be changed."""

    TIME = "time"  # earlier or later
    VEHICLE_CLASS = "vehicle_class"
    PEOPLE = "people"  # fewer, or in two vehicles
    LUGGAGE = "luggage"
    WHEELCHAIRS = "wheelchairs"
    DRIVER = "driver"  # self-drive instead of being driven, or the other way round


_NOTHING: frozenset[Kind] = frozenset()
_TIME = frozenset({Kind.TIME})
HELPS: Mapping[str, frozenset[Kind]] = {
    "not_in_service": _NOTHING,
    "broken_down": _TIME,
    "documents_expire": _TIME,
    "documents_unknown": _NOTHING,
    "plate_restricted": _TIME,
    "too_far": _NOTHING,
    "distance_unknown": _NOTHING,
    "range_too_short": _TIME,  # after a charge
    "range_unknown": _NOTHING,
    "other_vehicle": _NOTHING,
    "class_policy": frozenset({Kind.VEHICLE_CLASS}),
    "retained": _NOTHING,  # its unit may lend it
    "exempt": _NOTHING,
    "too_few_seats": frozenset({Kind.PEOPLE}),
    "no_wheelchair_place": frozenset({Kind.WHEELCHAIRS}),
    "too_little_luggage_room": frozenset({Kind.LUGGAGE}),
    "vehicle_busy": _TIME,
    "upkeep": _TIME,
    "locator_silent": _NOTHING,
    "no_depot": _NOTHING,
    "no_driver": frozenset(Kind) - {Kind.LUGGAGE},  # whatever helps against one of what keeps drivers away
    "driver_inactive": _NOTHING,
    "drives_himself": frozenset({Kind.DRIVER}),
    "not_a_driver": frozenset({Kind.DRIVER}),
    "driver_licence": frozenset({Kind.PEOPLE, Kind.DRIVER}),
    "driver_licence_expires": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_off_shift": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_busy": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_on_leave": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_sick": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_rest": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_overtime": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_lunch": frozenset({Kind.TIME, Kind.DRIVER}),
    "driver_not_authorised": frozenset({Kind.VEHICLE_CLASS, Kind.DRIVER}),
    "driver_not_trained": frozenset({Kind.WHEELCHAIRS, Kind.DRIVER}),
    "driver_training_expired": frozenset({Kind.TIME, Kind.WHEELCHAIRS, Kind.DRIVER}),
}


class Tried(Protocol):
    """Tries changed requests; `exhausted` once it asked so much that it finds nothing more."""

    @property
    def exhausted(self) -> bool: ...

    def __call__(self, orders: Sequence[Order], kinds: frozenset[Kind]) -> bool:
        """Whether these orders together would be served after a change of these kinds; of no orders, whether any vehicle could be won so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """The smallest change that serves; without one, whether two together do."""

    change: Change | None = None
    no_single_change: bool = False  # every kind was tried, none alone is enough
    pair: tuple[Change, Change] | None = None


def covered(obstacles: Iterable[Obstacle], kinds: frozenset[Kind]) -> bool:
    """Whether changes of these kinds could take all of the obstacles away; nothing helps against a code without a row."""
    return all(HELPS.get(obstacle.code, _NOTHING) & kinds for obstacle in obstacles)


def changed(order: Order, change: Change) -> tuple[Order, ...]:
    """The request with a change made to it: one order, or two that travel at once."""
    ((name, value),) = change.items()
    match name, value:
        case "later_s" | "earlier_s", int(seconds):
            return (_moved(order, seconds if name == "later_s" else -seconds),)
        case "any_class", _:
            return (replace(order, class_wanted=None),)
        case "class_wanted", str(wanted):
            return (replace(order, class_wanted=wanted),)
        case "passengers", int(people):
            return (replace(order, passengers=people, wheelchairs=min(order.wheelchairs, people)),)
        case "vehicles", 2:
            return _halves(order)
        case "luggage", int(pieces):
            return (replace(order, luggage=pieces),)
        case "wheelchairs", int(chairs):
            return (replace(order, wheelchairs=chairs),)
        case "self_drive", bool(himself):
            return (replace(order, self_drive=himself),)
    raise ValueError(f"no such change: {name}")


def smallest(order: Order, tried: Tried, *, now: datetime, steps_s: Sequence[int]) -> Help:
    """The first change that serves: another hour first, then another class, two vehicles, fewer people, pieces or wheelchairs."""
    for kind in Kind:
        for change in _of_kind(order, kind, steps_s):
            if _ahead(order, change, now) and tried(changed(order, change), frozenset({kind})):
                return Help(change=change)
    return Help(no_single_change=not tried.exhausted)


def nearest_pair(order: Order, tried: Tried, *, now: datetime) -> tuple[Change, Change] | None:
    """Two changes of different kinds that together serve, when no single one does; hours in a few steps only."""
    for kinds in combinations(Kind, 2):
        first_kind, second_kind = kinds
        if not tried((), frozenset(kinds)):
            continue
        for first in _of_kind(order, first_kind, COARSE_S):
            if not _ahead(order, first, now):
                continue
            for second in _of_kind(order, second_kind, COARSE_S):
                both = [two for one in changed(order, first) for two in changed(one, second)]
                if tried(both, frozenset(kinds)):
                    return first, second
    return None


def grid() -> range:
    """Every five minutes up to twelve hours."""
    return range(STEP_S, MOST_SHIFT_S + 1, STEP_S)


def _of_kind(order: Order, kind: Kind, steps_s: Sequence[int]) -> Iterable[Change]:
    """Smaller changes first."""
    match kind:
        case Kind.TIME:
            return ({name: step_s} for step_s in steps_s for name in ("later_s", "earlier_s"))
        case Kind.VEHICLE_CLASS:
            return _classes(order)
        case Kind.PEOPLE:
            fewer: list[Change] = [{"passengers": people} for people in range(order.passengers - 1, 0, -1)]
            return [{"vehicles": 2}, *fewer] if fewer and not order.self_drive else fewer
        case Kind.LUGGAGE:
            return ({"luggage": pieces} for pieces in range(order.luggage - 1, -1, -1))
        case Kind.WHEELCHAIRS:
            return ({"wheelchairs": chairs} for chairs in range(order.wheelchairs - 1, -1, -1))
        case Kind.DRIVER:
            return [] if order.type in DRIVEN_ONLY and not order.self_drive else [{"self_drive": not order.self_drive}]


def _classes(order: Order) -> Iterator[Change]:
    if order.class_wanted is not None:
        yield {"any_class": True}
    for other in VehicleClass:
        if other not in NEVER_ASKED_FOR and other.value != order.class_wanted:
            yield {"class_wanted": other.value}


def _ahead(order: Order, change: Change, now: datetime) -> bool:
    """A change of time must not lead into the past."""
    return "earlier_s" not in change or all(one.planned_start_at >= now for one in changed(order, change))


def _moved(order: Order, by_s: int) -> Order:
    by = timedelta(seconds=by_s)
    return replace(
        order,
        planned_start_at=order.planned_start_at + by,
        planned_end_at=order.planned_end_at + by,
        earliest_start_at=order.earliest_start_at and order.earliest_start_at + by,
        latest_start_at=order.latest_start_at and order.latest_start_at + by,
    )


def _halves(order: Order) -> tuple[Order, Order]:
    """The same trip in two vehicles; whoever stays in a wheelchair and half of the luggage go with the first half."""
    second = order.passengers // 2
    first = order.passengers - second
    chairs = min(order.wheelchairs, first)
    pieces = order.luggage // 2
    return (
        replace(order, passengers=first, wheelchairs=chairs, luggage=order.luggage - pieces),
        replace(order, id=uuid4(), passengers=second, wheelchairs=order.wheelchairs - chairs, luggage=pieces),
    )
