"""A vehicle ready to be planned: itself, the tables it drives by, and what it may do at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.problem import Matrix, Problem, Request, Row, Square, Task, Vehicle

Stop = tuple[Task, Request]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A vehicle with the tables it drives by."""

    vehicle: Vehicle
    matrix: Matrix
    durations: Square  # at this vehicle's speed
    capacity: Row

    def leg_cost(self, a: int, b: int) -> float:
        if self.matrix.costs is not None:
            return self.matrix.costs[a][b]
        costs = self.vehicle.costs
        per_km = costs.per_km * self.matrix.distances[a][b] / 1000 if self.matrix.distances else 0.0
        return costs.per_hour * self.durations[a][b] / 3600 + per_km


def duties(problem: Problem) -> dict[int, Duty]:
    """One duty per vehicle id; vehicles of one profile and speed share their table."""
    tables: dict[tuple[str, float], Square] = {}
    found = {}
    for vehicle in problem.vehicles:
        matrix = problem.matrices[vehicle.profile]
        speed = (vehicle.profile, vehicle.speed_factor)
        if speed not in tables:
            tables[speed] = matrix.durations_at(vehicle.speed_factor)
        missing = problem.load_kinds - len(vehicle.capacity)
        found[vehicle.id] = Duty(
            vehicle=vehicle,
            matrix=matrix,
            durations=tables[speed],
            capacity=vehicle.capacity + (0,) * missing,
        )
    return found


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
