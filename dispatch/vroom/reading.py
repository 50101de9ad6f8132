"""Reads a problem from its JSON form (contracts.md section 6).

Strict on purpose: a key that is unknown, or known to VROOM but not supported here, is refused by name,
because a constraint that is silently dropped gives a plan that looks right and is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from dispatch.problem import (
    Break,
    Costs,
    Matrix,
    Objective,
    Place,
    Problem,
    Request,
    Task,
    TaskKind,
    TravelSource,
    Vehicle,
)
from dispatch.vroom import fields
from dispatch.vroom.fields import Unusable

__all__ = ["Unusable", "read"]

Json = Any
SLOWEST, FASTEST = 0.001, 5  # of the usual speed: VROOM's most, and the least that keeps times inside 64 bits

_STEP_KEYS = {"id", "description", "location", "location_index", "setup", "service", "time_windows"}
_JOB_KEYS = _STEP_KEYS | {"delivery", "pickup", "skills", "priority"}
_SHIPMENT_KEYS = {
    "pickup", "delivery", "amount", "skills", "priority", "max_ride_time", "exclusive", "pinned_vehicle",
}  # fmt: skip
_VEHICLE_KEYS = {
    "id", "profile", "description", "start", "start_index", "end", "end_index", "capacity", "costs", "skills",
    "time_window", "breaks", "speed_factor", "max_tasks", "max_travel_time", "max_distance", "max_duration",
}  # fmt: skip
_PROBLEM_KEYS = {"vehicles", "jobs", "shipments", "matrices", "objective"}


_Cell = Annotated[int, msgspec.Meta(ge=0, le=fields.MOST)]


class _Plain(msgspec.Struct, forbid_unknown_fields=True):
    """A problem whose tables have nothing but whole numbers: checked while it is decoded, for they are long."""

    matrices: dict[str, dict[str, list[list[_Cell]]]]
    vehicles: Json = msgspec.UNSET
    shipments: Json = msgspec.UNSET
    jobs: Json = msgspec.UNSET
    objective: Json = msgspec.UNSET


class _Atlas:
    """Gives every place an index: the one it names, or the next free one for its coordinates."""

    def __init__(self, size: int | None) -> None:
        self.size = size  # rows of the matrices; None when coordinates are used
        self.places: list[Place] = []
        self._by_lonlat: dict[tuple[float, float], Place] = {}

    def place(self, source: Mapping[str, Json], point_key: str, index_key: str, where: str) -> Place | None:
        lonlat = fields.lonlat(source[point_key], f"{where}.{point_key}") if point_key in source else None
        if self.size is not None:
            if index_key not in source:
                if lonlat is None:
                    return None
                raise Unusable(f"{where}.{index_key} is needed when matrices are given")
            index = fields.whole(source[index_key], f"{where}.{index_key}")
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
    source, is_plain = _decoded(text)
    fields.only(source, _PROBLEM_KEYS, "problem")
    matrices = {
        name: _matrix(value, f"matrices.{name}", is_plain)
        for name, value in fields.an_object(source.get("matrices", {}), "matrices").items()
    }
    sizes = {len(matrix.durations) for matrix in matrices.values()}
    if len(sizes) > 1:
        raise Unusable(f"matrices: sizes differ: {sorted(sizes)}")
    atlas = _Atlas(sizes.pop() if sizes else None)
    vehicles = fields.each(source, "vehicles", lambda value, where: _vehicle(value, where, atlas))
    shipments = fields.each(source, "shipments", lambda value, where: _shipment(value, where, atlas))
    jobs = fields.each(source, "jobs", lambda value, where: _job(value, where, atlas))
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


def _decoded(text: str | bytes) -> tuple[Json, bool]:
    """What the text says, and whether its tables are known to be whole numbers."""
    try:
        found = msgspec.json.decode(text, type=_Plain)
        return {key: value for key, value in msgspec.structs.asdict(found).items() if value is not msgspec.UNSET}, True
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass  # anything unusual is read slowly, to say what it is
    try:
        return json.loads(text), False
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not JSON: {error}") from None


def _check_whole(problem: Problem) -> None:
    """What can only be judged when all parts are read."""
    if not problem.vehicles:
        raise Unusable("vehicles: at least one is needed")
    fields.unique((vehicle.id for vehicle in problem.vehicles), "vehicles.id")
    for kind in TaskKind:
        fields.unique((t.id for r in problem.requests for t in r.tasks if t.kind is kind), f"{kind}.id")
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
    fields.only(source, _VEHICLE_KEYS, where)
    start = atlas.place(source, "start", "start_index", where)
    end = atlas.place(source, "end", "end_index", where)
    if start is None and end is None:
        raise Unusable(f"{where}.start: start or end is needed")
    speed_factor = fields.number(source.get("speed_factor", 1), f"{where}.speed_factor")
    if not SLOWEST <= speed_factor <= FASTEST:
        raise Unusable(f"{where}.speed_factor: {str(speed_factor)[:40]} is not from {SLOWEST} to {FASTEST}")
    breaks = fields.each(source, "breaks", _break, f"{where}.")
    fields.unique((item.id for item in breaks), f"{where}.breaks.id")
    return Vehicle(
        id=fields.whole(fields.needed(source, "id", where), f"{where}.id"),
        profile=fields.text(source.get("profile", "car"), f"{where}.profile"),
        start=start,
        end=end,
        capacity=fields.amount(source, "capacity", where),
        skills=fields.skills(source, where),
        window=fields.window(source["time_window"], f"{where}.time_window") if "time_window" in source else None,
        costs=_costs(source.get("costs", {}), f"{where}.costs"),
        breaks=breaks,
        speed_factor=speed_factor,
        max_tasks=fields.optional_whole(source, "max_tasks", where),
        max_travel_s=fields.optional_whole(source, "max_travel_time", where),
        max_distance_m=fields.optional_whole(source, "max_distance", where),
        max_duration_s=fields.optional_whole(source, "max_duration", where),
        description=fields.description(source, where),
    )


def _break(source: Json, where: str) -> Break:
    fields.only(source, {"id", "time_windows", "service", "description"}, where)
    return Break(
        id=fields.whole(fields.needed(source, "id", where), f"{where}.id"),
        windows=fields.windows(source, where),
        service_s=fields.whole(source.get("service", 0), f"{where}.service"),
        description=fields.description(source, where),
    )


def _costs(source: Json, where: str) -> Costs:
    fields.only(source, {"fixed", "per_hour", "per_task_hour", "per_km"}, where)
    costs = {name: fields.number(value, f"{where}.{name}") for name, value in source.items()}
    for name, value in costs.items():
        if value < 0:
            raise Unusable(f"{where}.{name}: {value} is negative")
        if value > fields.MOST:
            raise Unusable(f"{where}.{name}: {str(value)[:40]} is above 2^53")
    return Costs(**costs)


def _shipment(source: Json, where: str, atlas: _Atlas) -> Request:
    fields.only(source, _SHIPMENT_KEYS, where)
    tasks = tuple(
        _task(fields.needed(source, kind.value, where), f"{where}.{kind}", kind, atlas, _STEP_KEYS)
        for kind in (TaskKind.PICKUP, TaskKind.DELIVERY)
    )
    exclusive = source.get("exclusive", False)
    if not isinstance(exclusive, bool):
        raise Unusable(f"{where}.exclusive: true or false is needed")
    return Request(
        tasks=tasks,
        amount=fields.amount(source, "amount", where),
        skills=fields.skills(source, where),
        priority=fields.priority(source, where),
        exclusive=exclusive,
        pinned_vehicle=fields.optional_whole(source, "pinned_vehicle", where),
        max_ride_s=fields.optional_whole(source, "max_ride_time", where),
    )


def _job(source: Json, where: str, atlas: _Atlas) -> Request:
    return Request(
        tasks=(_task(source, where, TaskKind.JOB, atlas, _JOB_KEYS),),
        delivered=fields.amount(source, "delivery", where),
        collected=fields.amount(source, "pickup", where),
        skills=fields.skills(source, where),
        priority=fields.priority(source, where),
    )


def _task(source: Json, where: str, kind: TaskKind, atlas: _Atlas, keys: set[str]) -> Task:
    fields.only(source, keys, where)
    place = atlas.place(source, "location", "location_index", where)
    if place is None:
        key = "location" if atlas.size is None else "location_index"
        raise Unusable(f"{where}.{key} is needed")
    return Task(
        kind=kind,
        id=fields.whole(fields.needed(source, "id", where), f"{where}.id"),
        place=place,
        setup_s=fields.whole(source.get("setup", 0), f"{where}.setup"),
        service_s=fields.whole(source.get("service", 0), f"{where}.service"),
        windows=fields.windows(source, where),
        description=fields.description(source, where),
    )


def _matrix(source: Json, where: str, is_plain: bool) -> Matrix:
    fields.only(source, {"durations", "distances", "costs"}, where)
    tables = {name: fields.table(value, f"{where}.{name}", is_plain) for name, value in source.items()}
    if "durations" not in tables:
        raise Unusable(f"{where}.durations is needed")
    if len({len(table) for table in tables.values()}) > 1:
        raise Unusable(f"{where}: durations, distances and costs differ in size")
    return Matrix(**tables)
