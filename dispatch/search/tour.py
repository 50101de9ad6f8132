"""One vehicle's route and what an insertion must know of it: how early each place is left, how late each may be
reached, the room between them and what it all costs.

Exact for a vehicle without breaks and longest duty and for rides without a limit; else these times only rule
places out, and `is_strict` says that sequence.fits has the last word. A tour never changes: what was found for a
request stays true of it and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dispatch.problem import TaskKind, Window
from dispatch.search.breaks import opening
from dispatch.search.duty import Duty, Stop
from dispatch.search.wish import EVER, Wish

Offer = tuple[float, int, int]  # extra price, gaps of the first and of the last task; gap i lies before stop i
NOWHERE = -1


class Tour:
    """Node 0 is the start, node i the i-th stop, the last one the end. Gap i lies between node i and node i + 1."""

    __slots__ = (
        "_bare", "_spare", "_sums", "at", "duty", "highest_after", "highest_before", "is_closed", "is_limited",
        "is_strict", "late", "late_same", "leaves", "legs", "loads", "offers", "price", "rides", "stops",
    )  # fmt: skip

    def __init__(self, duty: Duty, stops: Sequence[Stop]) -> None:
        self.duty = duty
        self.stops = tuple(stops)
        vehicle = duty.vehicle
        self.at = [vehicle.start.index if vehicle.start else NOWHERE]
        self.at += [task.place.index for task, _ in stops]
        self.at.append(vehicle.end.index if vehicle.end else NOWHERE)
        self.legs = _legs(self)
        self.leaves = _leaves(self)
        self.late, self.late_same = _late(self)
        self.loads = _loads(self)
        self.highest_before = [_highest(load) for load in self.loads]
        self.highest_after = [_highest(load[::-1])[::-1] for load in self.loads]
        self.is_closed = _closed(self)
        self.rides = any(request.max_ride_s is not None for _, request in stops)
        self.is_strict = self.rides or bool(vehicle.breaks) or vehicle.max_duration_s is not None
        self.is_limited = vehicle.max_travel_s is not None or vehicle.max_distance_m is not None
        self.offers: dict[tuple[TaskKind, int], Offer | None] = {}
        self._bare: list[bool] | None = None  # what only some requests ask for is worked out when one does
        self._spare: list[int] | None = None
        self._sums: tuple[int, int, int] | None = None
        self.price = _price(self)

    def is_bare(self, gap: int) -> bool:
        """Whether nobody and nothing is aboard there."""
        if self._bare is None:
            self._bare = _bare(self)
        return self._bare[gap]

    def spare_s(self, gap: int) -> int:
        """By how much the rides that pass a gap could still be lengthened, were there no waiting at all."""
        if self._spare is None:
            self._spare = _spare(self) if self.rides else [EVER] * (len(self.stops) + 1)
        return self._spare[gap]

    def sums(self) -> tuple[int, int, int]:
        """Driving seconds, metres, driving and working seconds; all 0 for an idle vehicle."""
        if self._sums is None:
            self._sums = _sums(self)
        return self._sums

    def stops_with(self, wish: Wish, place: Offer) -> tuple[Stop, ...]:
        """Its stops and a request at the place that was found for it."""
        _, i, j = place
        if wish.first is wish.last:
            return (*self.stops[:i], wish.first, *self.stops[i:])
        return (*self.stops[:i], wish.first, *self.stops[i:j], wish.last, *self.stops[j:])


def _legs(tour: Tour) -> list[float]:
    """The price of the leg in each gap; an idle vehicle drives none."""
    price, at = tour.duty.leg_price, tour.at
    if not tour.stops:
        return [0.0]
    legs = [price(here, to) for here, to in pairwise(at)]
    if at[0] == NOWHERE:
        legs[0] = 0.0
    if at[-1] == NOWHERE:
        legs[-1] = 0.0
    return legs


def _leaves(tour: Tour) -> list[int]:
    """When each node can be left at the earliest. Raises ValueError for stops that nobody can drive in time."""
    vehicle, durations, at = tour.duty.vehicle, tour.duty.durations, tour.at
    clock = vehicle.window.start_s if vehicle.window else 0
    leaves = [clock]
    for i, (task, _) in enumerate(tour.stops):
        here, to = at[i], at[i + 1]
        if here != NOWHERE:
            clock += durations[here][to]
        if task.windows:
            begin_s = opening(clock, task.windows)
            if begin_s is None:
                raise ValueError(f"vehicle {vehicle.id}: {task.kind} {task.id} is too late")
            clock = begin_s
        clock += task.service_s if here == to else task.setup_s + task.service_s
        leaves.append(clock)
    return leaves


def _late(tour: Tour) -> tuple[list[int], list[int]]:
    """How late each node may be reached: from another place, where setup is due, and from a task at the same place."""
    vehicle, durations, at = tour.duty.vehicle, tour.duty.durations, tour.at
    n = len(tour.stops)
    home_s = vehicle.window.end_s if vehicle.window else EVER
    late, late_same = [home_s] * (n + 2), [home_s] * (n + 2)
    for i in range(n, 0, -1):
        task, here, to = tour.stops[i - 1][0], at[i], at[i + 1]
        leave_s = late_same[i + 1] if here == to else late[i + 1]
        if to != NOWHERE:
            leave_s -= durations[here][to]
        begin_s = leave_s - task.service_s
        late_same[i] = latest(begin_s, task.windows)
        late[i] = latest(begin_s - task.setup_s, task.windows) if task.setup_s else late_same[i]
    return late, late_same


def latest(limit_s: int, windows: tuple[Window, ...]) -> int:
    """The last instant up to the limit that lies inside a window; -1 when there is none."""
    if not windows:
        return limit_s
    for window in reversed(windows):
        if window.start_s <= limit_s:
            return min(limit_s, window.end_s)
    return -1


def _loads(tour: Tour) -> list[list[int]]:
    """For each kind of load what is aboard when a node is left."""
    kinds = []
    for kind in range(len(tour.duty.capacity)):
        load = sum(request.delivered[kind] for _, request in tour.stops if request.delivered)
        loads = [load]
        for task, request in tour.stops:
            if task.kind is TaskKind.JOB:
                load -= request.delivered[kind] if request.delivered else 0
                load += request.collected[kind] if request.collected else 0
            elif request.amount:
                load += request.amount[kind] if task.kind is TaskKind.PICKUP else -request.amount[kind]
            loads.append(load)
        kinds.append(loads)
    return kinds


def _highest(load: Sequence[int]) -> list[int]:
    highest, seen = load[0], []
    for aboard in load:
        highest = max(highest, aboard)
        seen.append(highest)
    return seen


def _closed(tour: Tour) -> list[bool]:
    """For each gap whether somebody there has the vehicle for himself."""
    return [False, *(request.exclusive and task.kind is TaskKind.PICKUP for task, request in tour.stops)]


def _bare(tour: Tour) -> list[bool]:
    aboard = 0
    bare = [not any(load[0] for load in tour.loads)]
    for i, (task, _) in enumerate(tour.stops, start=1):
        aboard += (task.kind is TaskKind.PICKUP) - (task.kind is TaskKind.DELIVERY)
        bare.append(not aboard and not any(load[i] for load in tour.loads))
    return bare


def _price(tour: Tour) -> float:
    if not tour.stops:
        return 0.0
    duty = tour.duty
    worked = duty.price_worked and duty.price_worked * (tour.sums()[2] - tour.sums()[0])
    return duty.price_fixed + sum(tour.legs) + worked


def _sums(tour: Tour) -> tuple[int, int, int]:
    if not tour.stops:
        return 0, 0, 0
    at, durations, distances = tour.at, tour.duty.durations, tour.duty.matrix.distances
    driven_s = metres = worked_s = 0
    for i in range(len(at) - 1):
        here, to = at[i], at[i + 1]
        if i < len(tour.stops):
            task = tour.stops[i][0]
            worked_s += task.service_s if here == to else task.setup_s + task.service_s
        if here != NOWHERE and to != NOWHERE:
            driven_s += durations[here][to]
            metres += distances[here][to] if distances else 0
    return driven_s, metres, driven_s + worked_s


def _spare(tour: Tour) -> list[int]:
    n = len(tour.stops)
    spare = [EVER] * (n + 1)
    done = [0] * (n + 1)  # driving and work from the start to the begin of service at a node
    ends = [0] * (n + 1)
    opened: dict[tuple[TaskKind, int], int] = {}
    for i, (task, request) in enumerate(tour.stops, start=1):
        here, to = tour.at[i - 1], tour.at[i]
        leg_s = tour.duty.durations[here][to] if here != NOWHERE else 0
        done[i] = ends[i - 1] + leg_s + (0 if here == to else task.setup_s)
        ends[i] = done[i] + task.service_s
        if request.max_ride_s is None:
            continue
        if task.kind is TaskKind.PICKUP:
            opened[task.key] = i
        else:
            first = opened[request.key]
            left_s = request.max_ride_s - (done[i] - ends[first])
            for gap in range(first, i):
                spare[gap] = min(spare[gap], left_s)
    return spare
