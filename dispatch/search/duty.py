"""A vehicle ready to be planned: itself, the tables it drives by, what its legs count, and what it may do at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dispatch.problem import Costs, Matrix, Objective, Problem, Request, Row, Square, Task, Vehicle

Stop = tuple[Task, Request]
ANOTHER_VEHICLE = 1e12  # what one more vehicle counts where few vehicles come before a short way


class Prices(Protocol):
    """What the objective counts for a leg, row by row."""

    def __getitem__(self, a: int, /) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A vehicle with the tables it drives by. Prices are what the objective counts, costs what is printed."""

    vehicle: Vehicle
    matrix: Matrix
    durations: Square  # at this vehicle's speed
    capacity: Row
    prices: Prices  # of each leg
    price_fixed: float  # of being used at all
    price_worked: float  # of a second of setup or service

    def leg_price(self, a: int, b: int) -> float:
        """One entry of the prices, without working out its row."""
        return self.prices.leg(a, b) if isinstance(self.prices, _PriceRows) else self.prices[a][b]

    def leg_cost(self, a: int, b: int) -> float:
        if self.matrix.costs is not None:
            return self.matrix.costs[a][b]
        costs = self.vehicle.costs
        per_km = costs.per_km * self.matrix.distances[a][b] / 1000 if self.matrix.distances else 0.0
        return costs.per_hour * self.durations[a][b] / 3600 + per_km


class _PriceRows:
    """The table of leg costs, a row worked out when it is first asked for: of thousands of places few are left from."""

    def __init__(self, durations: Square, distances: Square | None, costs: Costs) -> None:
        self._durations, self._distances = durations, distances
        self._per_second, self._per_metre = costs.per_hour / 3600, costs.per_km / 1000
        self._rows: list[list[float] | None] = [None] * len(durations)

    def leg(self, a: int, b: int) -> float:
        row = self._rows[a]
        if row is not None:
            return row[b]
        cost = self._durations[a][b] * self._per_second
        return cost + self._distances[a][b] * self._per_metre if self._distances and self._per_metre else cost

    def __getitem__(self, a: int) -> Sequence[float]:
        row = self._rows[a]
        if row is None:
            row = [seconds * self._per_second for seconds in self._durations[a]]
            if self._distances and self._per_metre:
                row = [cost + m * self._per_metre for cost, m in zip(row, self._distances[a], strict=True)]
            self._rows[a] = row
        return row


def duties(problem: Problem) -> dict[int, Duty]:
    """One duty per vehicle id; vehicles of one profile and speed share their tables."""
    tables: dict[tuple[str, float], Square] = {}
    priced: dict[tuple[str, float, float, float], Prices] = {}
    by_vehicles = problem.objective is Objective.VEHICLES_THEN_DISTANCE
    found = {}
    for vehicle in problem.vehicles:
        matrix = problem.matrices[vehicle.profile]
        speed = (vehicle.profile, vehicle.speed_factor)
        if speed not in tables:
            tables[speed] = matrix.durations_at(vehicle.speed_factor)
        rate = (*speed, vehicle.costs.per_hour, vehicle.costs.per_km)
        if rate not in priced:
            priced[rate] = _prices(problem, matrix, tables[speed], vehicle.costs)
        missing = problem.load_kinds - len(vehicle.capacity)
        found[vehicle.id] = Duty(
            vehicle=vehicle,
            matrix=matrix,
            durations=tables[speed],
            capacity=vehicle.capacity + (0,) * missing,
            prices=priced[rate],
            price_fixed=ANOTHER_VEHICLE if by_vehicles else vehicle.costs.fixed,
            price_worked=0.0 if by_vehicles else vehicle.costs.per_task_hour / 3600,
        )
    return found


def _prices(problem: Problem, matrix: Matrix, durations: Square, costs: Costs) -> Prices:
    if problem.objective is Objective.VEHICLES_THEN_DISTANCE:
        return matrix.distances or durations
    if matrix.costs is not None:
        return matrix.costs
    if costs.per_hour == Costs().per_hour and not (costs.per_km and matrix.distances):
        return durations
    return _PriceRows(durations, matrix.distances, costs)


def may_serve(vehicle: Vehicle, request: Request) -> bool:
    """Skills and pins: what does not depend on the rest of the route."""
    return request.skills <= vehicle.skills and request.pinned_vehicle in (None, vehicle.id)


def setup_s(duty: Duty, stops: Sequence[Stop], i: int) -> int:
    """Setup is spent only when the vehicle comes from another place."""
    task = stops[i][0]
    start = duty.vehicle.start
    before = stops[i - 1][0].place.index if i else (start.index if start else None)
    return 0 if before == task.place.index else task.setup_s


def worked_s(duty: Duty, stops: Sequence[Stop], i: int) -> int:
    return setup_s(duty, stops, i) + stops[i][0].service_s
