"""Exclusive trips as arrays: what lies between the end of one and the origin of the next, for vehicles that drive alike.

A day of exclusive trips is a matter of who follows whom, which whole-number methods answer far better than trying
places one by one (chains, matching). Trips that wait for their delivery and vehicles with breaks or limits are left
to the general search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Vehicle
from dispatch.search.duty import Duty
from dispatch.search.fleet import Fleet
from dispatch.search.library.grid import is_atomic
from dispatch.search.wish import EVER, Wish

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
NO_HOUR = 2**40  # later than any instant in use, and small enough to add to


@dataclass(frozen=True, kw_only=True)
class Trips:
    """Rows of the tables: the ends of the trips, then the starts of the vehicles. Columns: origins, then ends of vehicles."""

    wishes: tuple[Wish, ...]
    vehicles: tuple[int, ...]  # ids
    times: NDArray[Any]
    prices: NDArray[Any]
    own: NDArray[Any]  # the price of each trip itself
    able: Flags  # trips x vehicles: skills, pins and room
    opens: Numbers  # of the pickup
    closes: Numbers
    lasts: Numbers  # seconds from the begin of a trip until the vehicle is free again
    fixed: NDArray[np.float64]  # by vehicle: what using it costs
    from_s: Numbers  # its hours
    until_s: Numbers
    is_exact: bool  # a trip always takes as long as `lasts` says

    @property
    def count(self) -> int:
        return len(self.wishes)


def trips_of(fleet: Fleet) -> Trips | None:
    """The trips and vehicles this works for; None when they are too few to be worth it."""
    wishes = [
        wish for wish in fleet.wishes.values() if wish.request.exclusive and is_atomic(fleet.duties, wish.request)
    ]
    duties = _alike([duty for duty in fleet.duties.values() if _is_plain(duty.vehicle)])
    if len(wishes) < 2 or not duties:
        return None
    rows = [wish.end for wish in wishes] + [_index(duty.vehicle.start) for duty in duties]
    columns = [wish.origin for wish in wishes] + [_index(duty.vehicle.end) for duty in duties]
    durations, prices = duties[0].durations, duties[0].prices
    times = _table(durations, rows, columns, np.int64)
    rides = np.array([durations[wish.origin][wish.end] for wish in wishes])
    works = np.array([wish.setup_s + wish.both.work_s for wish in wishes])
    limits = [_latest_s(wish, ride_s) for wish, ride_s in zip(wishes, rides.tolist(), strict=True)]
    return Trips(
        wishes=tuple(wishes),
        vehicles=tuple(duty.vehicle.id for duty in duties),
        times=times,
        prices=times if prices is durations else _table(prices, rows, columns, np.float64),
        own=_own(wishes, duties[0]),
        able=_able(fleet, wishes, duties),
        opens=np.array([wish.opens_s for wish in wishes], dtype=np.int64),
        closes=np.array(limits, dtype=np.int64),
        lasts=(rides + works).astype(np.int64),
        fixed=np.array([duty.price_fixed for duty in duties], dtype=np.float64),
        from_s=np.array([d.vehicle.window.start_s if d.vehicle.window else 0 for d in duties], dtype=np.int64),
        is_exact=all(wish.setup_s == 0 for wish in wishes),
        until_s=np.array([d.vehicle.window.end_s if d.vehicle.window else NO_HOUR for d in duties], dtype=np.int64),
    )


def _own(wishes: Sequence[Wish], duty: Duty) -> NDArray[Any]:
    driven = np.array([duty.prices[wish.origin][wish.end] for wish in wishes])
    return driven + duty.price_worked * np.array([wish.setup_s + wish.both.work_s for wish in wishes])


def _is_plain(vehicle: Vehicle) -> bool:
    limits = (vehicle.max_tasks, vehicle.max_travel_s, vehicle.max_distance_m, vehicle.max_duration_s)
    return not vehicle.breaks and all(limit is None for limit in limits)


def _alike(duties: Sequence[Duty]) -> list[Duty]:
    """The largest group that drives by one table at one price."""
    groups: dict[tuple[int, int], list[Duty]] = {}
    for duty in duties:
        groups.setdefault((id(duty.durations), id(duty.prices)), []).append(duty)
    return max(groups.values(), key=len, default=[])


def _index(place: Any) -> int:
    return place.index if place else -1


def _table(table: Any, rows: Sequence[int], columns: Sequence[int], kind: type) -> NDArray[Any]:
    """The part of a table that is needed; from nowhere and to nowhere is nothing."""
    wanted = np.array(columns)
    places, which = np.unique(rows, return_inverse=True)  # many trips begin and end at few places
    found: NDArray[Any] = np.zeros((len(places), len(columns)), dtype=kind)
    for i, row in enumerate(places.tolist()):
        if row >= 0:
            found[i] = np.asarray(table[row], dtype=kind)[wanted]
    found[:, wanted < 0] = 0
    return found[which]


def _latest_s(wish: Wish, ride_s: int) -> int:
    """The latest begin, also so that the delivery is in time."""
    latest = wish.closes_s
    if wish.end_windows:
        latest = min(latest, wish.end_windows[-1].end_s - ride_s - wish.service_s - wish.setup_s)
    return min(latest, NO_HOUR) if latest < EVER else NO_HOUR


def _able(fleet: Fleet, wishes: Sequence[Wish], duties: Sequence[Duty]) -> Flags:
    number_of = {duty.vehicle.id: number for number, duty in enumerate(duties)}
    able = np.zeros((len(wishes), len(duties)), dtype=np.bool_)
    room = np.array([duty.capacity for duty in duties], dtype=np.int64).reshape(len(duties), -1)
    columns: dict[tuple[int, ...], list[int]] = {}
    for i, wish in enumerate(wishes):
        ids = fleet.able(wish.request)
        if ids not in columns:
            columns[ids] = [number_of[vehicle_id] for vehicle_id in ids if vehicle_id in number_of]
        able[i, columns[ids]] = True
        if wish.amount:
            able[i] &= (np.array(wish.amount)[None, :] <= room).all(axis=1)
    return able
