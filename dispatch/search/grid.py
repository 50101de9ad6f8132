"""A problem as the numbers a routing model is made of: visits, node tables, windows and prices.

Pure arithmetic between dispatch.problem and the solver library. An exclusive trip whose length nothing can
change is one visit from its pickup to its delivery, which halves the model and makes its moves atomic; setup
time is counted at every task here (timing.py counts it exactly), so the model never promises too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Objective, Place, Problem, Request, Row, Task, TaskKind, Vehicle, Window
from dispatch.search.duty import Duty, may_serve
from dispatch.search.insertion import insert

Table = NDArray[np.int64]
NOWHERE = -1  # the start or end of a vehicle that has none
_MOST = 2**60  # keeps every sum of the model inside 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One node: a task, or an exclusive trip from its pickup to its delivery."""

    request: Request
    tasks: tuple[Task, ...]

    @property
    def entry(self) -> int:
        return self.tasks[0].place.index

    @property
    def exit(self) -> int:
        return self.tasks[-1].place.index

    @property
    def is_whole(self) -> bool:
        return len(self.tasks) == len(self.request.tasks)

    @property
    def work_s(self) -> int:
        """Setup and service; the delivery of a whole trip needs no setup where its pickup was."""
        seconds = sum(task.setup_s + task.service_s for task in self.tasks)
        return seconds - (self.tasks[1].setup_s if len(self.tasks) > 1 and self.entry == self.exit else 0)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Nodes: first the places where vehicles start or end, then the visits."""

    problem: Problem
    duties: dict[int, Duty]
    visits: tuple[Visit, ...]
    depots: tuple[int, ...]
    allowed: tuple[tuple[int, ...], ...]  # for each visit the rows of the vehicles that may make it

    @cached_property
    def entries(self) -> list[int]:
        return [*self.depots, *(visit.entry for visit in self.visits)]

    @cached_property
    def exits(self) -> list[int]:
        return [*self.depots, *(visit.exit for visit in self.visits)]

    @property
    def pairs(self) -> int:
        return (len(self.depots) + len(self.visits)) ** 2

    def depot_row(self, place: Place | None) -> int:
        return self.depots.index(_index(place))

    def legs(self, rows: Sequence[Sequence[int]]) -> Table:
        """From where one node is left to where the next is reached, plus the drive inside the first."""
        padded = np.zeros((len(rows) + 1, len(rows) + 1), dtype=np.int64)  # the last row and column are nowhere
        padded[:-1, :-1] = rows
        inside = padded[self.entries, self.exits]
        inside[: len(self.depots)] = 0
        inside[[i + len(self.depots) for i, visit in enumerate(self.visits) if len(visit.tasks) == 1]] = 0
        table: Table = padded[np.ix_(self.exits, self.entries)] + inside[:, None]
        return table

    def times(self, duty: Duty) -> Table:
        """From the begin of one visit to the arrival at the next."""
        work = np.array([0] * len(self.depots) + [visit.work_s for visit in self.visits], dtype=np.int64)
        return self.legs(duty.durations) + work[:, None]

    def busy_s(self, i: int, row: int) -> int:
        """How long a visit takes a vehicle, the drive inside it included."""
        visit = self.visits[i]
        durations = self.duties[self.problem.vehicles[row].id].durations
        return visit.work_s + (durations[visit.entry][visit.exit] if len(visit.tasks) > 1 else 0)

    def costs(self, duty: Duty) -> NDArray[np.float64]:
        matrix, costs = duty.matrix, duty.vehicle.costs
        if self.problem.objective is Objective.VEHICLES_THEN_DISTANCE:
            return self.legs(matrix.distances or duty.durations).astype(np.float64)
        if matrix.costs is not None:
            table = self.legs(matrix.costs).astype(np.float64)
        else:
            table = self.legs(duty.durations).astype(np.float64) * (costs.per_hour / 3600)
            if costs.per_km and matrix.distances:
                table += self.legs(matrix.distances).astype(np.float64) * (costs.per_km / 1000)
        work = np.array([0.0] * len(self.depots) + [visit.work_s for visit in self.visits], dtype=np.float64)
        table += work[:, None] * (costs.per_task_hour / 3600)
        return table

    def horizon_s(self) -> int:
        """No useful begin is later: the last opening, then all work and the longest drives one after another."""
        openings = [w.start_s for visit in self.visits for task in visit.tasks for w in task.windows]
        openings += [vehicle.window.start_s for vehicle in self.problem.vehicles if vehicle.window]
        tables = {id(duty.durations): duty.durations for duty in self.duties.values()}
        longest = max(max(map(max, table)) for table in tables.values())
        legs = sum(len(visit.tasks) + 1 for visit in self.visits)
        return max([0, *openings]) + sum(visit.work_s for visit in self.visits) + legs * longest

    def windows(self, visit: Visit) -> tuple[Window, ...]:
        """When a visit may begin; a whole trip also so that its delivery is in time."""
        first = visit.tasks[0].windows
        if len(visit.tasks) == 1 or not visit.tasks[1].windows:
            return first
        duty = next(iter(self.duties.values()))
        ride_s = visit.tasks[0].setup_s + visit.tasks[0].service_s + duty.durations[visit.entry][visit.exit]
        latest = visit.tasks[1].windows[-1].end_s - ride_s
        if not first:
            return (Window(start_s=0, end_s=latest),)
        return tuple(Window(start_s=w.start_s, end_s=min(w.end_s, latest)) for w in first if w.start_s <= latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Costs as whole numbers whose order of size is the order of the objective."""

    tables: dict[tuple[object, ...], Table]
    table_of: tuple[tuple[object, ...], ...]  # by vehicle row
    fixed: tuple[int, ...]  # by vehicle row
    left_out: tuple[int, ...]  # by visit


def grid(problem: Problem, duty_by_id: dict[int, Duty]) -> Grid:
    visits, allowed = [], []
    for request, rows in _servable(problem, duty_by_id):
        whole = Visit(request=request, tasks=request.tasks)
        parts = [Visit(request=request, tasks=(task,)) for task in request.tasks]
        chosen = [whole] if request.exclusive and _is_atomic(duty_by_id, whole) else parts
        visits += chosen
        allowed += [rows] * len(chosen)
    depots = {_index(place) for vehicle in problem.vehicles for place in (vehicle.start, vehicle.end)}
    return Grid(
        problem=problem,
        duties=duty_by_id,
        visits=tuple(visits),
        depots=tuple(sorted(depots)),
        allowed=tuple(allowed),
    )


def prices(grid: Grid) -> Prices:
    """Leaving out the least important visit costs more than any plan that serves it."""
    vehicles = grid.problem.vehicles
    by_vehicles = grid.problem.objective is Objective.VEHICLES_THEN_DISTANCE
    keys: list[tuple[object, ...]] = []
    tables: dict[tuple[object, ...], NDArray[np.float64]] = {}
    for vehicle in vehicles:
        keys.append((vehicle.profile, vehicle.speed_factor, None if by_vehicles else vehicle.costs))
        if keys[-1] not in tables:
            tables[keys[-1]] = grid.costs(grid.duties[vehicle.id])
    legs = len(grid.visits) + min(len(grid.visits), len(vehicles))
    most = max(float(table.max()) for table in tables.values()) * legs
    fixed = [most + 1 if by_vehicles else float(vehicle.costs.fixed) for vehicle in vehicles]
    most += sum(fixed)
    tasks = sum(len(visit.tasks) for visit in grid.visits)
    ranks = [1 if by_vehicles else visit.request.priority * (tasks + 1) + 1 for visit in grid.visits]
    weights = [rank * len(visit.tasks) for rank, visit in zip(ranks, grid.visits, strict=True)]
    scale = min(100.0, _MOST / ((sum(weights) + 1) * (most + 1)))
    price = most * scale + legs + len(vehicles) + 1  # the last terms are what rounding may add up to
    return Prices(
        tables={key: np.rint(table * scale).astype(np.int64) for key, table in tables.items()},
        table_of=tuple(keys),
        fixed=tuple(round(value * scale) for value in fixed),
        left_out=tuple(int(weight * price) for weight in weights),
    )


def _index(place: Place | None) -> int:
    return place.index if place else NOWHERE


def _servable(problem: Problem, duty_by_id: dict[int, Duty]) -> list[tuple[Request, tuple[int, ...]]]:
    """Requests that some vehicle could do if it did nothing else, with the rows of those that have skills and room.

    What nobody can do stays out of the model: a search over nothing else would never count a step.
    """
    found = []
    for request in problem.requests:
        loads = [load for load in (request.amount, request.delivered, request.collected) if load]
        rows = tuple(
            row
            for row, vehicle in enumerate(problem.vehicles)
            if may_serve(vehicle, request) and all(_has_room(vehicle, load) for load in loads)
        )
        if any(insert(duty_by_id[problem.vehicles[row].id], [], request) for row in rows):
            found.append((request, rows))
    return found


def _has_room(vehicle: Vehicle, load: Row) -> bool:
    capacity = vehicle.capacity or (0,) * len(load)
    return all(needed <= most for needed, most in zip(load, capacity, strict=True))


def _is_atomic(duty_by_id: dict[int, Duty], visit: Visit) -> bool:
    """Whether an exclusive trip takes the same time with every vehicle and never waits for its delivery."""
    pickup, delivery = visit.tasks
    rides = {duty.durations[visit.entry][visit.exit] for duty in duty_by_id.values()}
    limit = visit.request.max_ride_s
    if limit is not None and max(rides) + delivery.setup_s > limit:
        return False
    if not delivery.windows:
        return True
    opened_s = pickup.windows[0].start_s if pickup.windows else 0
    arrival_s = opened_s + pickup.service_s + min(rides)
    window = delivery.windows[0]
    in_time = window.start_s <= arrival_s and arrival_s + pickup.setup_s <= window.end_s
    return len(rides) == 1 and len(delivery.windows) == 1 and in_time


def needs_alone(visit: Visit) -> bool:
    return visit.request.exclusive and visit.tasks[0].kind is TaskKind.PICKUP
