"""What legs, vehicles and requests left out count in a routing model, as whole numbers in the order of the objective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Objective
from dispatch.search.library.grid import Grid, Table

_MOST = 2**60  # keeps every sum of the model inside 64 bits
FINEST = 100.0  # parts of one unit of cost that are told apart, where there is room


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Costs as whole numbers whose order of size is the order of the objective."""

    tables: dict[tuple[object, ...], Table]
    table_of: tuple[tuple[object, ...], ...]  # by vehicle row
    fixed: tuple[int, ...]  # by vehicle row
    left_out: tuple[int, ...]  # by visit


def prices(grid: Grid) -> Prices:
    """Leaving out the least important visit costs more than any plan that serves it.

    A leg so dear that units could no longer be told apart beside it (a stand-in for "no road") counts as just dear
    enough to be avoided.
    """
    vehicles = grid.problem.vehicles
    by_vehicles = grid.problem.objective is Objective.VEHICLES_THEN_DISTANCE
    keys: list[tuple[object, ...]] = []
    tables: dict[tuple[object, ...], NDArray[np.float64]] = {}
    for vehicle in vehicles:
        keys.append((vehicle.profile, vehicle.speed_factor, None if by_vehicles else vehicle.costs))
        if keys[-1] not in tables:
            tables[keys[-1]] = grid.costs(grid.duties[vehicle.id])
    legs = len(grid.visits) + min(len(grid.visits), len(vehicles))
    tasks = sum(len(visit.tasks) for visit in grid.visits)
    ranks = [1 if by_vehicles else visit.request.priority * (tasks + 1) + 1 for visit in grid.visits]
    weights = [rank * len(visit.tasks) for rank, visit in zip(ranks, grid.visits, strict=True)]
    room = _MOST / (sum(weights) + 1) / (len(vehicles) + 1 if by_vehicles else 1)
    dearest = max(1.0, (room - sum(vehicle.costs.fixed for vehicle in vehicles)) / legs - 1)
    tables = {key: np.minimum(table, dearest) for key, table in tables.items()}
    most = max(float(table.max()) for table in tables.values()) * legs
    fixed = [most + 1 if by_vehicles else float(vehicle.costs.fixed) for vehicle in vehicles]
    most += sum(fixed)
    scale = min(FINEST, _MOST / ((sum(weights) + 1) * (most + 1)))
    price = most * scale + legs + len(vehicles) + 1  # the last terms are what rounding may add up to
    return Prices(
        tables={key: np.rint(table * scale).astype(np.int64) for key, table in tables.items()},
        table_of=tuple(keys),
        fixed=tuple(round(value * scale) for value in fixed),
        left_out=tuple(int(weight * price) for weight in weights),
    )
