"""Reads a problem from its JSON form (contracts.md section 6).

Strict on purpose: a key that is unknown, or known to VROOM but not supported here, is refused by name,
because a constraint that is silently dropped gives a plan that looks right and is not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from dispatch.problem import (
    Break,
    Costs,
    Matrix,
    Objective,
    Place,
    Problem,
    Request,
    Row,
    Square,
    Task,
    TaskKind,
    TravelSource,
    Vehicle,
    Window,
)

Json = Any
T = TypeVar("T")

_STEP_KEYS = {"id", "description", "location", "location_index", "setup", "service", "time_windows"}
_JOB_KEYS = _STEP_KEYS | {"delivery", "pickup", "skills", "priority", "pinned_vehicle"}
_SHIPMENT_KEYS = {
    "pickup", "delivery", "amount", "skills", "priority", "max_ride_time", "exclusive", "pinned_vehicle",
}  # fmt: skip
_VEHICLE_KEYS = {
    "id", "profile", "description", "start", "start_index", "end", "end_index", "capacity", "costs", "skills",
    "time_window", "breaks", "speed_factor", "max_tasks", "max_travel_time", "max_distance", "max_duration",
}  # fmt: skip
_PROBLEM_KEYS = {"vehicles", "jobs", "shipments", "matrices", "objective"}


class Unusable(Exception):
    """The input cannot be solved as written; the text names the key."""


class _Atlas:
    """Gives every place an index: the one it names, or the next free one for its coordinates."""

    def __init__(self, size: int | None) -> None:
        self.size = size  # rows of the matrices; None when coordinates are used
        self.places: list[Place] = []
        self._by_lonlat: dict[tuple[float, float], Place] = {}

    def place(self, source: Mapping[str, Json], point_key: str, index_key: str, where: str) -> Place | None:
        lonlat = _lonlat(source[point_key], f"{where}.{point_key}") if point_key in source else None
        if self.size is not None:
            if index_key not in source:
                if lonlat is None:
                    return None
                raise Unusable(f"{where}.{index_key} is needed when matrices are given")
            index = _whole(source[index_key], f"{where}.{index_key}")
            if index >= self.size:
                raise Unusable(f"{where}.{index_key}: {index} is outside the {self.size} rows of the matrices")
            return Place(index=index, lonlat=lonlat)
        if index_key in source:
            raise Unusable(f"{where}.{index_key} needs matrices")
        if lonlat is None:
            return None
        if lonlat not in self._by_lonlat:
            self._by_lonlat[lonlat] = Place(index=len(self.places), lonlat=lonlat)
            self.places.append(self._by_lonlat[lonlat])
        return self._by_lonlat[lonlat]


def read(text: str | bytes) -> Problem:
    """The problem in `text`. Matrices stay empty when coordinates are given: travel.complete fills them.

    Raises Unusable with the name of the first key that is wrong, unknown or not supported.
    """
    try:
        source = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON: {error}") from None
    _keys(source, _PROBLEM_KEYS, "problem")
    matrices = {
        name: _matrix(value, f"matrices.{name}")
        for name, value in _object(source.get("matrices", {}), "matrices").items()
    }
    sizes = {len(matrix.durations) for matrix in matrices.values()}
    if len(sizes) > 1:
        raise Unusable(f"matrices: sizes differ: {sorted(sizes)}")
    atlas = _Atlas(sizes.pop() if sizes else None)
    vehicles = _each(source, "vehicles", lambda value, where: _vehicle(value, where, atlas))
    shipments = _each(source, "shipments", lambda value, where: _shipment(value, where, atlas))
    jobs = _each(source, "jobs", lambda value, where: _job(value, where, atlas))
    objective = source.get("objective", Objective.COST)
    if objective not in list(Objective):
        raise Unusable(f"objective: {objective!r} is not one of {', '.join(Objective)}")
    problem = Problem(
        vehicles=vehicles,
        requests=shipments + jobs,
        places=tuple(atlas.places),
        matrices=matrices,
        travel_times=TravelSource.MATRIX if matrices else TravelSource.STRAIGHT_LINE,
        objective=Objective(objective),
    )
    _check_whole(problem)
    return problem


def _check_whole(problem: Problem) -> None:
    """What can only be judged when all parts are read."""
    if not problem.vehicles:
        raise Unusable("vehicles: at least one is needed")
    _unique((vehicle.id for vehicle in problem.vehicles), "vehicles.id")
    for kind in TaskKind:
        _unique((t.id for r in problem.requests for t in r.tasks if t.kind is kind), f"{kind}.id")
    known = {vehicle.id for vehicle in problem.vehicles}
    for request in problem.requests:
        if request.pinned_vehicle not in known | {None}:
            raise Unusable(f"pinned_vehicle: {request.pinned_vehicle} is not a vehicle")
    loads = [load for r in problem.requests for load in (r.amount, r.delivered, r.collected) if load]
    loads += [vehicle.capacity for vehicle in problem.vehicles if vehicle.capacity]
    if len({len(load) for load in loads}) > 1:
        raise Unusable("amount: lengths differ between capacity, amount, pickup and delivery")
    for vehicle in problem.vehicles:
        _check_vehicle(problem, vehicle)


def _check_vehicle(problem: Problem, vehicle: Vehicle) -> None:
    where = f"vehicle {vehicle.id}"
    if not problem.matrices:
        if vehicle.profile != "car":
            raise Unusable(f"profile: {where}: only car without matrices, not {vehicle.profile!r}")
        return
    matrix = problem.matrices.get(vehicle.profile)
    if matrix is None:
        raise Unusable(f"profile: {where}: no matrices for {vehicle.profile!r}")
    if matrix.distances is None and (vehicle.costs.per_km or vehicle.max_distance_m is not None):
        key = "costs.per_km" if vehicle.costs.per_km else "max_distance"
        raise Unusable(f"{key}: {where}: needs matrices.{vehicle.profile}.distances")
    if matrix.costs is not None and (vehicle.costs.per_hour != Costs().per_hour or vehicle.costs.per_km):
        raise Unusable(f"costs: {where}: per_hour and per_km do not go with matrices.{vehicle.profile}.costs")


def _vehicle(source: Json, where: str, atlas: _Atlas) -> Vehicle:
    _keys(source, _VEHICLE_KEYS, where)
    start = atlas.place(source, "start", "start_index", where)
    end = atlas.place(source, "end", "end_index", where)
    if start is None and end is None:
        raise Unusable(f"{where}.start: start or end is needed")
    speed_factor = _number(source.get("speed_factor", 1), f"{where}.speed_factor")
    if not 0 < speed_factor <= 5:
        raise Unusable(f"{where}.speed_factor: {speed_factor} is not in (0, 5]")
    breaks = _each(source, "breaks", _break, f"{where}.")
    _unique((item.id for item in breaks), f"{where}.breaks.id")
    return Vehicle(
        id=_whole(_needed(source, "id", where), f"{where}.id"),
        profile=_text(source.get("profile", "car"), f"{where}.profile"),
        start=start,
        end=end,
        capacity=_amount(source, "capacity", where),
        skills=_skills(source, where),
        window=_window(source["time_window"], f"{where}.time_window") if "time_window" in source else None,
        costs=_costs(source.get("costs", {}), f"{where}.costs"),
        breaks=breaks,
        speed_factor=speed_factor,
        max_tasks=_optional_whole(source, "max_tasks", where),
        max_travel_s=_optional_whole(source, "max_travel_time", where),
        max_distance_m=_optional_whole(source, "max_distance", where),
        max_duration_s=_optional_whole(source, "max_duration", where),
        description=_description(source, where),
    )


def _break(source: Json, where: str) -> Break:
    _keys(source, {"id", "time_windows", "service", "description"}, where)
    return Break(
        id=_whole(_needed(source, "id", where), f"{where}.id"),
        windows=_windows(source, where),
        service_s=_whole(source.get("service", 0), f"{where}.service"),
        description=_description(source, where),
    )


def _costs(source: Json, where: str) -> Costs:
    _keys(source, {"fixed", "per_hour", "per_task_hour", "per_km"}, where)
    costs = {name: _number(value, f"{where}.{name}") for name, value in source.items()}
    for name, value in costs.items():
        if value < 0:
            raise Unusable(f"{where}.{name}: {value} is negative")
    return Costs(**costs)


def _shipment(source: Json, where: str, atlas: _Atlas) -> Request:
    _keys(source, _SHIPMENT_KEYS, where)
    tasks = tuple(
        _task(_needed(source, kind.value, where), f"{where}.{kind}", kind, atlas, _STEP_KEYS)
        for kind in (TaskKind.PICKUP, TaskKind.DELIVERY)
    )
    exclusive = source.get("exclusive", False)
    if not isinstance(exclusive, bool):
        raise Unusable(f"{where}.exclusive: true or false is needed")
    return Request(
        tasks=tasks,
        amount=_amount(source, "amount", where),
        skills=_skills(source, where),
        priority=_priority(source, where),
        exclusive=exclusive,
        pinned_vehicle=_optional_whole(source, "pinned_vehicle", where),
        max_ride_s=_optional_whole(source, "max_ride_time", where),
    )


def _job(source: Json, where: str, atlas: _Atlas) -> Request:
    return Request(
        tasks=(_task(source, where, TaskKind.JOB, atlas, _JOB_KEYS),),
        delivered=_amount(source, "delivery", where),
        collected=_amount(source, "pickup", where),
        skills=_skills(source, where),
        priority=_priority(source, where),
        pinned_vehicle=_optional_whole(source, "pinned_vehicle", where),
    )


def _task(source: Json, where: str, kind: TaskKind, atlas: _Atlas, keys: set[str]) -> Task:
    _keys(source, keys, where)
    place = atlas.place(source, "location", "location_index", where)
    if place is None:
        key = "location" if atlas.size is None else "location_index"
        raise Unusable(f"{where}.{key} is needed")
    return Task(
        kind=kind,
        id=_whole(_needed(source, "id", where), f"{where}.id"),
        place=place,
        setup_s=_whole(source.get("setup", 0), f"{where}.setup"),
        service_s=_whole(source.get("service", 0), f"{where}.service"),
        windows=_windows(source, where),
        description=_description(source, where),
    )


def _matrix(source: Json, where: str) -> Matrix:
    _keys(source, {"durations", "distances", "costs"}, where)
    tables = {name: _table(value, f"{where}.{name}") for name, value in source.items()}
    if "durations" not in tables:
        raise Unusable(f"{where}.durations is needed")
    if len({len(table) for table in tables.values()}) > 1:
        raise Unusable(f"{where}: durations, distances and costs differ in size")
    return Matrix(**tables)


def _table(source: Json, where: str) -> Square:
    rows = _list(source, where)
    if not rows:
        raise Unusable(f"{where}: is empty")
    table = tuple(tuple(_whole(value, where) for value in _list(row, where)) for row in rows)
    if any(len(row) != len(table) for row in table):
        raise Unusable(f"{where}: is not square")
    return table


def _windows(source: Mapping[str, Json], where: str) -> tuple[Window, ...]:
    if "time_windows" not in source:
        return ()
    where = f"{where}.time_windows"
    windows = [_window(value, where) for value in _list(source["time_windows"], where)]
    if not windows:
        raise Unusable(f"{where}: is empty")
    return tuple(sorted(windows, key=lambda window: window.start_s))


def _window(source: Json, where: str) -> Window:
    ends = [_whole(value, where) for value in _list(source, where)]
    if len(ends) != 2 or ends[0] > ends[1]:
        raise Unusable(f"{where}: [start, end] with start <= end is needed")
    return Window(start_s=ends[0], end_s=ends[1])


def _amount(source: Mapping[str, Json], key: str, where: str) -> Row:
    return tuple(_whole(value, f"{where}.{key}") for value in _list(source.get(key, []), f"{where}.{key}"))


def _skills(source: Mapping[str, Json], where: str) -> frozenset[int]:
    where = f"{where}.skills"
    return frozenset(_whole(value, where) for value in _list(source.get("skills", []), where))


def _priority(source: Mapping[str, Json], where: str) -> int:
    priority = _whole(source.get("priority", 0), f"{where}.priority")
    if priority > 100:
        raise Unusable(f"{where}.priority: {priority} is above 100")
    return priority


def _lonlat(source: Json, where: str) -> tuple[float, float]:
    numbers = [_number(value, where) for value in _list(source, where)]
    if len(numbers) != 2 or not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):
        raise Unusable(f"{where}: [lon, lat] is needed")
    return numbers[0], numbers[1]


def _each(source: Mapping[str, Json], key: str, read_one: Callable[[Json, str], T], prefix: str = "") -> tuple[T, ...]:
    values = _list(source.get(key, []), prefix + key)
    return tuple(read_one(value, f"{prefix}{key}[{i}]") for i, value in enumerate(values))


def _keys(source: Json, known: set[str], where: str) -> None:
    for key in _object(source, where):
        if key not in known:
            raise Unusable(f"{where}.{key} is unknown or not supported")


def _unique(ids: Iterable[int], where: str) -> None:
    seen: set[int] = set()
    for number in ids:
        if number in seen:
            raise Unusable(f"{where}: {number} occurs twice")
        seen.add(number)


def _needed(source: Json, key: str, where: str) -> Json:
    if key not in _object(source, where):
        raise Unusable(f"{where}.{key} is needed")
    return source[key]


def _object(source: Json, where: str) -> dict[str, Json]:
    if not isinstance(source, dict):
        raise Unusable(f"{where}: an object is needed")
    return source


def _list(source: Json, where: str) -> list[Json]:
    if not isinstance(source, list):
        raise Unusable(f"{where}: a list is needed")
    return source


def _text(source: Json, where: str) -> str:
    if not isinstance(source, str):
        raise Unusable(f"{where}: text is needed")
    return source


def _description(source: Mapping[str, Json], where: str) -> str | None:
    return _text(source["description"], f"{where}.description") if "description" in source else None


def _number(source: Json, where: str) -> float:
    if isinstance(source, bool) or not isinstance(source, int | float) or not math.isfinite(source):
        raise Unusable(f"{where}: a number is needed")
    return source


def _whole(source: Json, where: str) -> int:
    number = _number(source, where)
    if number != int(number) or not 0 <= number <= 2**53:
        raise Unusable(f"{where}: a whole number from 0 up is needed, not {source}")
    return int(number)


def _optional_whole(source: Mapping[str, Json], key: str, where: str) -> int | None:
    return _whole(source[key], f"{where}.{key}") if key in source else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")
