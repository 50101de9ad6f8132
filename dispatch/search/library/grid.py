"""A problem as the numbers a routing model is made of: visits, node tables, windows and prices.

Pure arithmetic between dispatch.problem and the solver library. An exclusive trip whose length nothing can
change is one visit from its pickup to its delivery, which halves the model and makes its moves atomic. A visit's
time is the begin of its service: setup is driven before it, from another place only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Objective, Place, Problem, Request, Task, Window
from dispatch.search.duty import Duty
from dispatch.search.fleet import Draft, Fleet
from dispatch.search.offer import offer

Table = NDArray[np.int64]
NOWHERE = -1  # the start or end of a vehicle that has none
LONGEST_S = 2**40  # no leg counts as longer, so that sums stay inside 64 bits


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
        """From the begin of the first service on: the setup before it depends on where the vehicle comes from."""
        seconds = sum(task.service_s for task in self.tasks)
        return seconds + (self.tasks[1].setup_s if len(self.tasks) > 1 and self.entry != self.exit else 0)


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

    def rows(self) -> tuple[int, ...]:
        """The vehicles that can make any visit at all."""
        return tuple(sorted({row for rows in self.allowed for row in rows}))

    def depot_row(self, place: Place | None) -> int:
        return self.depots.index(_index(place))

    def legs(self, rows: Sequence[Sequence[int]]) -> Table:
        """From where one node is left to where the next is reached, plus the drive inside the first.

        From a start straight to an end is nothing: a vehicle that is not used stays where it is.
        """
        padded = np.zeros((len(rows) + 1, len(rows) + 1), dtype=np.int64)  # the last row and column are nowhere
        padded[:-1, :-1] = rows
        np.minimum(padded, LONGEST_S, out=padded)
        depots = len(self.depots)
        inside = padded[self.entries, self.exits]
        inside[:depots] = 0
        inside[[i + depots for i, visit in enumerate(self.visits) if len(visit.tasks) == 1]] = 0
        table: Table = padded[np.ix_(self.exits, self.entries)] + inside[:, None]
        table[:depots, :depots] = 0
        return table

    @cached_property
    def setups(self) -> Table:
        """Setup before the service of the second node, due when it lies elsewhere than the first."""
        setup = np.array([0] * len(self.depots) + [visit.tasks[0].setup_s for visit in self.visits], dtype=np.int64)
        elsewhere = np.array(self.exits)[:, None] != np.array(self.entries)[None, :]
        table: Table = np.where(elsewhere, setup[None, :], 0)
        return table

    @cached_property
    def works(self) -> Table:
        return np.array([0] * len(self.depots) + [visit.work_s for visit in self.visits], dtype=np.int64)

    def times(self, duty: Duty) -> Table:
        """From the begin of service at one visit to the begin of service at the next."""
        return self.legs(duty.durations) + self.works[:, None] + self.setups

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
        if costs.per_task_hour:
            table += (self.works[:, None] + self.setups) * (costs.per_task_hour / 3600)
        return table

    def windows(self, visit: Visit) -> tuple[Window, ...]:
        """When the service of a visit may begin; a whole trip also so that its delivery is in time.

        Coming from the same place there is no setup, so a window is as much longer as the setup.
        """
        setup_s = visit.tasks[0].setup_s
        first = tuple(Window(start_s=w.start_s, end_s=w.end_s + setup_s) for w in visit.tasks[0].windows)
        if len(visit.tasks) == 1 or not visit.tasks[1].windows:
            return first
        duty = next(iter(self.duties.values()))
        ride_s = visit.tasks[0].service_s + duty.durations[visit.entry][visit.exit]
        latest = visit.tasks[1].windows[-1].end_s - ride_s
        if not first:
            return (Window(start_s=0, end_s=latest),)
        return tuple(Window(start_s=w.start_s, end_s=min(w.end_s, latest)) for w in first if w.start_s <= latest)


def grid(fleet: Fleet, draft: Draft) -> Grid:
    """The visits of all requests that some vehicle makes in the draft or could make if it did nothing else.

    What nobody can do stays out of the model: a search over nothing else would never count a step. Some can only be
    served on the way to others, where setup is saved or the straight way is not the shortest.
    """
    problem, duties = fleet.problem, fleet.duties
    visits, allowed = [], []
    for request in problem.requests:
        rows = _rows(fleet, draft, request)
        if not rows:
            continue
        whole = Visit(request=request, tasks=request.tasks)
        parts = [Visit(request=request, tasks=(task,)) for task in request.tasks]
        chosen = [whole] if request.exclusive and is_atomic(duties, request) else parts
        visits += chosen
        allowed += [rows] * len(chosen)
    used = [problem.vehicles[row] for row in sorted({row for rows in allowed for row in rows})]
    # A place where no modelled vehicle starts or ends would be one more node that has to be visited.
    depots = {_index(place) for vehicle in used for place in (vehicle.start, vehicle.end)}
    return Grid(
        problem=problem, duties=duties, visits=tuple(visits), depots=tuple(sorted(depots)), allowed=tuple(allowed)
    )


def _index(place: Place | None) -> int:
    return place.index if place else NOWHERE


def _rows(fleet: Fleet, draft: Draft, request: Request) -> tuple[int, ...]:
    """The vehicles that serve a request in the draft or could serve it alone, by their row."""
    wish, able, driver = fleet.wishes[request.key], set(fleet.able(request)), draft.driven_by.get(request.key)
    rows = ((row, vehicle.id) for row, vehicle in enumerate(fleet.problem.vehicles) if vehicle.id in able)
    return tuple(row for row, v in rows if v == driver or offer(fleet.idle[v], wish) is not None)


def is_atomic(duties: dict[int, Duty], request: Request) -> bool:
    """Whether an exclusive trip takes the same time with every vehicle and never waits for its delivery."""
    pickup, delivery = request.tasks
    entry, end = pickup.place.index, delivery.place.index
    tables = {id(duty.durations): duty.durations for duty in duties.values()}
    rides = {durations[entry][end] for durations in tables.values()}
    limit = request.max_ride_s
    if limit is not None and max(rides) + delivery.setup_s > limit:
        return False
    if not delivery.windows:
        return True
    opened_s = pickup.windows[0].start_s if pickup.windows else 0
    arrival_s = opened_s + pickup.service_s + min(rides)
    window = delivery.windows[0]
    in_time = window.start_s <= arrival_s and arrival_s + pickup.setup_s <= window.end_s
    return len(rides) == 1 and len(delivery.windows) == 1 and in_time
