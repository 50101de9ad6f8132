"""A problem laid out as the arrays the compiled search reads."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from dispatch.problem import Break, Objective, Row, TaskKind, Window
from dispatch.search.breaks import orders
from dispatch.search.duty import Duty
from dispatch.search.fleet import Fleet, Key
from dispatch.search.kernel import library as c

EVER = 2**61
LONGEST = 2**31 - 1  # no leg counts as longer: "no road" written as a huge number must fit into 32 bits
MOST_BREAKS = 8
MOST_BYTES = 1_500_000_000
_KINDS = {TaskKind.JOB: 0, TaskKind.PICKUP: 1, TaskKind.DELIVERY: 2}


class Tables:
    """Everything is kept alive here, for the compiled code holds only addresses."""

    def __init__(self, fleet: Fleet) -> None:
        problem = fleet.problem
        self.fleet = fleet
        self.keys: list[Key] = [task.key for request in problem.requests for task in request.tasks]
        self.number_of = {key: number for number, key in enumerate(self.keys)}
        self.vehicle_ids = [vehicle.id for vehicle in problem.vehicles]
        self._windows: list[tuple[int, int]] = []
        self._rests: list[tuple[int, int, int]] = []
        self._wholes: dict[int, tuple[int, Any]] = {}
        self._prices: dict[int, tuple[int, Any]] = {}
        self._groups: dict[tuple[frozenset[int], int | None], int] = {}
        self._kept: list[Any] = []
        self.by_vehicles = problem.objective is Objective.VEHICLES_THEN_DISTANCE
        tasks = self._tasks()
        requests = self._requests()
        able = self._able()
        vehicles = self._vehicles(able)
        kinds = problem.load_kinds
        asked = problem.requests
        self.layout = c.Layout(
            places=self._size(),
            vehicles=len(problem.vehicles),
            requests=len(asked),
            tasks=len(self.keys),
            loads=kinds,
            by_vehicles=self.by_vehicles,
            whole_tables=self._addresses(self._wholes),
            price_tables=self._addresses(self._prices),
            windows=self._keep(_records(c.Window, self._windows)),
            tasks_of=self._keep(tasks),
            requests_of=self._keep(requests),
            rests=self._keep(_records(c.Rest, self._rests)),
            fleet=self._keep(vehicles),
            amounts=self._array("i", _padded((r.amount for r in asked), kinds)),
            delivered=self._array("i", _padded((r.delivered for r in asked), kinds)),
            collected=self._array("i", _padded((r.collected for r in asked), kinds)),
            capacities=self._array("i", _padded((v.capacity for v in problem.vehicles), kinds)),
            able=self._array("B", chain.from_iterable(able)),
        )

    def _keep(self, value: Any) -> int:
        self._kept.append(value)
        return ctypes.addressof(value)

    def _array(self, code: str, values: Iterable[int]) -> int:
        made = array(code, values)
        made.append(0)  # never empty
        self._kept.append(made)
        return made.buffer_info()[0]

    def _addresses(self, tables: dict[int, tuple[int, Any]]) -> int:
        addresses = [made.buffer_info()[0] for _, made in tables.values()] or [0]
        return self._keep((ctypes.c_void_p * len(addresses))(*addresses))

    def _size(self) -> int:
        return len(next(iter(self.fleet.duties.values())).durations)

    def _opened(self, windows: Sequence[Window]) -> tuple[int, int]:
        first = len(self._windows)
        self._windows += [(window.start_s, window.end_s) for window in windows]
        return first, len(windows)

    def _tasks(self) -> Any:
        rows = []
        for number, request in enumerate(self.fleet.problem.requests):
            for task in request.tasks:
                first, count = self._opened(task.windows)
                rows.append(
                    (task.setup_s, task.service_s, number, _KINDS[task.kind], task.place.index, first, count, 0)
                )
        return _records(c.Task, rows)

    def _requests(self) -> Any:
        rows, number = [], 0
        for request in self.fleet.problem.requests:
            group = self._groups.setdefault((request.skills, request.pinned_vehicle), len(self._groups))
            ride = EVER if request.max_ride_s is None else min(EVER - 1, request.max_ride_s)
            last = number + len(request.tasks) - 1
            rows.append((ride, self.fleet.worth[request.key], number, last, request.exclusive, group))
            number = last + 1
        return _records(c.Request, rows)

    def _able(self) -> list[list[bool]]:
        """For each group of requests that ask alike whether each vehicle may serve them."""
        return [
            [skills <= vehicle.skills and pinned in (None, vehicle.id) for vehicle in self.fleet.problem.vehicles]
            for skills, pinned in self._groups
        ]

    def _vehicles(self, able: list[list[bool]]) -> Any:
        alike: dict[tuple[int, tuple[bool, ...]], int] = {}
        columns = list(zip(*able, strict=True)) or [()] * len(self.vehicle_ids)
        rows = []
        for vehicle_id, column in zip(self.vehicle_ids, columns, strict=True):
            number = alike.setdefault((self.fleet.kind_of[vehicle_id], column), len(alike))
            rows.append(self._vehicle(self.fleet.duties[vehicle_id], number))
        return _records(c.Vehicle, rows)

    def _vehicle(self, duty: Duty, alike: int) -> tuple[float | int, ...]:
        vehicle, distances = duty.vehicle, duty.matrix.distances
        per_second, per_price, prices = self._rates(duty)
        first, count = self._pauses(vehicle.breaks)
        metres = self._whole(distances) if distances and vehicle.max_distance_m is not None else -1
        return (
            per_second, per_price, duty.price_worked, 0.0 if self.by_vehicles else duty.price_fixed,
            vehicle.window.start_s if vehicle.window else 0,
            vehicle.window.end_s if vehicle.window else EVER,
            *(EVER if most is None else most for most in (vehicle.max_travel_s, vehicle.max_distance_m, vehicle.max_duration_s)),
            vehicle.start.index if vehicle.start else -1,
            vehicle.end.index if vehicle.end else -1,
            self._whole(duty.durations), prices, metres, first, count,
            -1 if vehicle.max_tasks is None else vehicle.max_tasks, alike, 0,
        )  # fmt: skip

    def _rates(self, duty: Duty) -> tuple[float, float, int]:
        """What a second counts, what an entry of a table of prices counts, and which table that is."""
        costs, matrix = duty.vehicle.costs, duty.matrix
        if self.by_vehicles:
            return (0.0, 1.0, self._price(matrix.distances)) if matrix.distances else (1.0, 0.0, 0)
        if matrix.costs is not None:
            return 0.0, 1.0, self._price(matrix.costs)
        if costs.per_km and matrix.distances:
            return costs.per_hour / 3600, costs.per_km / 1000, self._price(matrix.distances)
        return costs.per_hour / 3600, 0.0, 0

    def _pauses(self, breaks: tuple[Break, ...]) -> tuple[int, int]:
        first = len(self._rests)
        for item in orders(breaks)[0]:
            self._rests.append((item.service_s, *self._opened(item.windows)))
        return first, len(breaks)

    def _whole(self, table: Sequence[Sequence[int]]) -> int:
        if id(table) not in self._wholes:
            made = array("i")
            for row in table:
                try:
                    made.extend(array("i", row))
                except OverflowError:
                    made.extend(array("i", [min(LONGEST, value) for value in row]))
            self._wholes[id(table)] = len(self._wholes), made
        return self._wholes[id(table)][0]

    def _price(self, table: Sequence[Sequence[int]]) -> int:
        if id(table) not in self._prices:
            made = array("d")
            for row in table:
                made.extend(array("d", row))
            self._prices[id(table)] = len(self._prices), made
        return self._prices[id(table)][0]


def _records(kind: type[ctypes.Structure], rows: Sequence[tuple[Any, ...]]) -> Any:
    """Rows one behind the other; never empty."""
    return (kind * (len(rows) + 1))(*(kind(*row) for row in rows))


def _padded(rows: Iterable[Row], kinds: int) -> Iterable[int]:
    return chain.from_iterable(row + (0,) * (kinds - len(row)) for row in rows)


def fits(fleet: Fleet) -> bool:
    """Whether the compiled search can hold such a problem."""
    tables = {id(duty.durations) for duty in fleet.duties.values()}
    places = len(next(iter(fleet.duties.values())).durations)
    is_small = places**2 * (4 * len(tables) + 8 * len(fleet.problem.matrices)) <= MOST_BYTES
    return is_small and all(len(vehicle.breaks) <= MOST_BREAKS for vehicle in fleet.problem.vehicles)
