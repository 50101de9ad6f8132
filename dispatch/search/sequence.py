"""Loads, cost and limits along one vehicle's route, and the route with its times as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dispatch.problem import Place, Route, Row, Step, Task, TaskKind, Vehicle
from dispatch.search.duty import Duty, Stop, setup_s, worked_s
from dispatch.search.timing import Schedule, drive, late_start, leg_s, schedule


def loads(duty: Duty, stops: Sequence[Stop]) -> list[Row] | None:
    """The load when leaving each stop, first the load at the start; None when a promise about it breaks."""
    load = [0] * len(duty.capacity)
    for _, request in stops:
        _add(load, request.delivered, +1)
    if any(have > most for have, most in zip(load, duty.capacity, strict=True)):
        return None
    seen: list[Row] = [tuple(load)]
    aboard: set[tuple[TaskKind, int]] = set()
    alone: tuple[TaskKind, int] | None = None
    for task, request in stops:
        if alone is not None and request.key != alone:
            return None
        if task.kind is TaskKind.PICKUP:
            if request.exclusive:
                if aboard or any(load):
                    return None
                alone = request.key
            aboard.add(request.key)
            _add(load, request.amount, +1)
        elif task.kind is TaskKind.DELIVERY:
            if request.key not in aboard:
                return None
            aboard.discard(request.key)
            alone = None
            _add(load, request.amount, -1)
        else:
            _add(load, request.delivered, -1)
            _add(load, request.collected, +1)
        if any(have > most for have, most in zip(load, duty.capacity, strict=True)):
            return None
        seen.append(tuple(load))
    return None if aboard else seen


def _add(load: list[int], amount: Row, sign: int) -> None:
    for i, quantity in enumerate(amount):
        load[i] += sign * quantity


def travelled(duty: Duty, stops: Sequence[Stop]) -> tuple[int, int]:
    """Seconds and metres on the road for the whole route; 0 metres without distances."""
    path = places(duty.vehicle, stops)
    legs = list(pairwise(path))
    distances = duty.matrix.distances
    metres = sum(distances[a][b] for a, b in legs) if distances else 0
    return sum(duty.durations[a][b] for a, b in legs), metres


def places(vehicle: Vehicle, stops: Sequence[Stop]) -> list[int]:
    path = [vehicle.start.index] if vehicle.start else []
    path += [task.place.index for task, _ in stops]
    return path + ([vehicle.end.index] if vehicle.end else [])


def route_cost(duty: Duty, stops: Sequence[Stop]) -> float:
    if not stops:
        return 0.0
    path = places(duty.vehicle, stops)
    cost = duty.vehicle.costs.fixed + sum(duty.leg_cost(a, b) for a, b in pairwise(path))
    per_task_hour = duty.vehicle.costs.per_task_hour
    if per_task_hour:
        cost += per_task_hour * sum(worked_s(duty, stops, i) for i in range(len(stops))) / 3600
    return cost


def fits(duty: Duty, stops: Sequence[Stop]) -> bool:
    """Whether the vehicle can drive these stops in this order (skills and pins are checked by may_serve)."""
    vehicle = duty.vehicle
    if vehicle.max_tasks is not None and len(stops) > vehicle.max_tasks:
        return False
    if vehicle.max_travel_s is not None or vehicle.max_distance_m is not None:
        seconds, metres = travelled(duty, stops)
        if vehicle.max_travel_s is not None and seconds > vehicle.max_travel_s:
            return False
        if vehicle.max_distance_m is not None and metres > vehicle.max_distance_m:
            return False
    return loads(duty, stops) is not None and schedule(duty, stops) is not None


def timed_route(duty: Duty, stops: Sequence[Stop]) -> Route | None:
    """The route with times: home as early as possible, leaving the start as late as that allows."""
    times, aboard = late_start(duty, stops), loads(duty, stops)
    if times is None or aboard is None:
        return None
    steps = _steps(duty, stops, times, aboard)
    return Route(
        vehicle=duty.vehicle.id,
        steps=tuple(steps),
        cost=route_cost(duty, stops),
        duration_s=steps[-1].travelled_s,
        waiting_s=sum(step.waiting_s for step in steps),
        setup_s=sum(step.setup_s for step in steps),
        service_s=sum(step.service_s for step in steps),
        priority=sum(request.priority for _, request in stops),
        distance_m=next((step.travelled_m for step in reversed(steps) if step.place is not None), None),
        delivered=_moved(duty, stops, TaskKind.DELIVERY),
        collected=_moved(duty, stops, TaskKind.PICKUP),
        loaded=aboard[0],
        description=duty.vehicle.description,
    )


def _moved(duty: Duty, stops: Sequence[Stop], side: TaskKind) -> Row:
    """All that jobs and shipments take out of the vehicle, or into it."""
    load = [0] * len(duty.capacity)
    for task, request in stops:
        if task.kind is TaskKind.JOB:
            _add(load, request.delivered if side is TaskKind.DELIVERY else request.collected, +1)
        elif task.kind is side:
            _add(load, request.amount, +1)
    return tuple(load)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A vehicle on its way through its route, writing down each step."""

    clock: int
    seconds: int = 0
    metres: int | None  # None without distances
    steps: list[Step] = field(default_factory=list)


def _steps(duty: Duty, stops: Sequence[Stop], times: Schedule, aboard: list[Row]) -> list[Step]:
    vehicle = duty.vehicle
    walk = _Walk(clock=times.departure_s, metres=0 if duty.matrix.distances else None)
    if vehicle.start:
        _arrive(walk, "start", None, vehicle.start, aboard[0])
    for i, (task, _) in enumerate(stops):
        _drive(walk, duty, stops, times, i, aboard[i])
        wait_s = times.begins[i] - walk.clock
        _arrive(walk, task.kind.value, task, task.place, aboard[i + 1], wait_s, setup_s(duty, stops, i))
    _drive(walk, duty, stops, times, len(stops), aboard[-1])
    if vehicle.end:
        _arrive(walk, "end", None, vehicle.end, aboard[-1])
    return walk.steps


def _arrive(
    walk: _Walk, kind: str, task: Task | None, place: Place, load: Row, waiting_s: int = 0, setup_s: int = 0
) -> None:
    step = Step(
        kind=kind,
        id=task.id if task else None,
        place=place,
        arrival_s=walk.clock,
        waiting_s=waiting_s,
        setup_s=setup_s,
        service_s=task.service_s if task else 0,
        travelled_s=walk.seconds,
        travelled_m=walk.metres,
        load=load,
        description=task.description if task else None,
    )
    walk.steps.append(step)
    walk.clock = step.leave_s


def _drive(walk: _Walk, duty: Duty, stops: Sequence[Stop], times: Schedule, i: int, load: Row) -> None:
    """One leg with its breaks; the breaks a schedule placed on a leg can be taken there."""
    seconds = leg_s(duty, stops, i)
    found = drive(walk.clock, seconds, times.breaks[i])
    if found is None:
        raise ValueError(f"vehicle {duty.vehicle.id}: a break does not fit on the leg it was placed on")
    metres = _leg_m(duty, stops, i)
    for rest in found[1]:
        walk.steps.append(
            Step(
                kind="break",
                id=rest.item.id,
                place=None,
                arrival_s=rest.arrival_s,
                waiting_s=rest.begin_s - rest.arrival_s,
                service_s=rest.item.service_s,
                travelled_s=walk.seconds + rest.driven_s,
                travelled_m=None if walk.metres is None else walk.metres + metres * rest.driven_s // max(1, seconds),
                load=load,
                description=rest.item.description,
            )
        )
    walk.clock = found[0]
    walk.seconds += seconds
    if walk.metres is not None:
        walk.metres += metres


def _leg_m(duty: Duty, stops: Sequence[Stop], i: int) -> int:
    """Metres to stop i, or home after the last; 0 without distances."""
    before = stops[i - 1][0].place if i else duty.vehicle.start
    after = stops[i][0].place if i < len(stops) else duty.vehicle.end
    distances = duty.matrix.distances
    return distances[before.index][after.index] if distances and before and after else 0
