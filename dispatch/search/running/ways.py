"""Tables of ways to which a place can be added while plans are made from them: as rows for tours, as arrays for screening."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.problem import Matrix, Objective, Problem, Vehicle
from dispatch.search.duty import Duty, duties

Numbers = NDArray[np.int64]
Table = list[list[int]]
SPARE = 64  # rows an array grows by
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """From and to each place known so far, in the order of their indices."""

    to_s: Sequence[int]  # from place i to the new one
    from_s: Sequence[int]  # from the new one to place i
    to_m: Sequence[int] | None = None  # where the matrix has distances
    from_m: Sequence[int] | None = None


class Tables:
    """The ways of each profile. `size` places; the lists and arrays grow in place, so whoever holds them sees it."""

    def __init__(self, problem: Problem) -> None:
        self._by_speed: dict[tuple[str, float], Table] = {}
        self._prices: dict[tuple[str, float, float, float], _PriceRows] = {}
        self.matrices: dict[str, Matrix] = {name: _growing(matrix) for name, matrix in problem.matrices.items()}
        self.size = max((len(matrix.durations) for matrix in self.matrices.values()), default=0)
        self._seconds = {name: _array(matrix.durations) for name, matrix in self.matrices.items()}
        self._metres = {name: _array(m.distances) for name, m in self.matrices.items() if m.distances is not None}
        self._costs = {name: _array(m.costs) for name, m in self.matrices.items() if m.costs is not None}

    def duties(self, problem: Problem) -> dict[int, Duty]:
        """As duty.duties makes them, driving by these tables."""
        found = duties(replace(problem, matrices=self.matrices))
        return {vehicle_id: self._growing_with(duty, problem) for vehicle_id, duty in found.items()}

    def seconds(self, profile: str) -> Numbers:
        return self._seconds[profile]

    def metres(self, profile: str) -> Numbers | None:
        return self._metres.get(profile)

    def costs(self, profile: str) -> Numbers | None:
        return self._costs.get(profile)

    def add(self, ways: Mapping[str, Ways]) -> int:
        """A new place. The answer: its index. Raises ValueError where a profile or a length is missing."""
        for profile, matrix in self.matrices.items():
            if profile not in ways:
                raise ValueError(f"the ways of profile {profile} are needed")
            self._check(matrix, ways[profile])
        for profile, matrix in self.matrices.items():
            mine = ways[profile]
            _grow(matrix.durations, mine.to_s, mine.from_s)
            self._seconds[profile] = _grown(self._seconds[profile], self.size, mine.to_s, mine.from_s)
            if matrix.distances is not None and mine.to_m is not None and mine.from_m is not None:
                _grow(matrix.distances, mine.to_m, mine.from_m)
                self._metres[profile] = _grown(self._metres[profile], self.size, mine.to_m, mine.from_m)
        for (profile, factor), table in self._by_speed.items():
            mine = ways[profile]
            _grow(table, _at_speed(mine.to_s, factor), _at_speed(mine.from_s, factor))
        self.size += 1
        return self.size - 1

    def _check(self, matrix: Matrix, ways: Ways) -> None:
        if matrix.costs is not None:
            raise ValueError("no place can be added where the problem gives the costs of ways")
        rows = [ways.to_s, ways.from_s, *((ways.to_m, ways.from_m) if matrix.distances is not None else ())]
        if any(row is None or len(row) != self.size for row in rows):
            raise ValueError(f"ways from and to each of {self.size} places are needed")

    def _growing_with(self, duty: Duty, problem: Problem) -> Duty:
        vehicle = duty.vehicle
        durations = duty.matrix.durations
        if vehicle.speed_factor != 1:
            speed = (vehicle.profile, vehicle.speed_factor)
            durations = self._by_speed.setdefault(speed, [list(row) for row in duty.durations])
        if duty.matrix.costs is not None:
            return replace(duty, durations=durations)
        rates = rates_of(problem, vehicle, duty.matrix)
        rate = (vehicle.profile, vehicle.speed_factor, *rates)
        if rate not in self._prices:
            self._prices[rate] = _PriceRows(durations, duty.matrix.distances, rates)
        return replace(duty, durations=durations, prices=self._prices[rate])


def rates_of(problem: Problem, vehicle: Vehicle, matrix: Matrix) -> tuple[float, float]:
    """What the objective counts for a second and for a metre of driving, where ways have no costs of their own."""
    if problem.objective is Objective.VEHICLES_THEN_DISTANCE:
        return (0.0, 1.0) if matrix.distances is not None else (1.0, 0.0)
    return vehicle.costs.per_hour / 3600, (vehicle.costs.per_km / 1000 if matrix.distances is not None else 0.0)


class _PriceRows:
    """Leg prices, a row worked out when it is first asked for and longer when places were added."""

    def __init__(
        self, durations: Sequence[Sequence[int]], distances: Sequence[Sequence[int]] | None, rates: tuple[float, float]
    ) -> None:
        self._durations, self._distances = durations, distances
        self._per_second, self._per_metre = rates
        self._rows: dict[int, list[float]] = {}

    def __getitem__(self, a: int) -> Sequence[float]:
        row, known = self._rows.setdefault(a, []), len(self._durations)
        if len(row) < known:
            prices = np.array(self._durations[a][len(row) :], dtype=np.float64) * self._per_second
            if self._distances is not None and self._per_metre:
                prices += np.array(self._distances[a][len(row) :], dtype=np.float64) * self._per_metre
            row += prices.tolist()
        return row


def _growing(matrix: Matrix) -> Matrix:
    return Matrix(
        durations=[list(row) for row in matrix.durations],
        distances=None if matrix.distances is None else [list(row) for row in matrix.distances],
        costs=matrix.costs,
    )


def _grow(table: Sequence[Sequence[int]], to: Sequence[int], back: Sequence[int]) -> None:
    assert isinstance(table, list)  # made by _growing  # noqa: S101
    for row, value in zip(table, to, strict=True):
        row.append(value)
    table.append([*back, 0])


def _at_speed(seconds: Sequence[int], factor: float) -> list[int]:
    return [math.ceil(value / factor - ROUNDING) for value in seconds]


def _array(table: Sequence[Sequence[int]]) -> Numbers:
    found = np.zeros((len(table) + SPARE, len(table) + SPARE), dtype=np.int64)
    if table:
        found[: len(table), : len(table)] = np.array(table, dtype=np.int64)
    return found


def _grown(array: Numbers, size: int, to: Sequence[int], back: Sequence[int]) -> Numbers:
    if size == len(array):
        wider = np.zeros((size + SPARE + size // 4, size + SPARE + size // 4), dtype=np.int64)
        wider[:size, :size] = array
        array = wider
    array[:size, size] = to
    array[size, :size] = back
    array[size, size] = 0
    return array
