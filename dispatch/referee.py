"""Says whether a plan keeps every promise of its problem, for anyone about to store or show one.

Written from the contract alone: it shares no arithmetic with the solver, so that a mistake there is
found here. It walks each route step by step with its own clock, load and odometer and names every
breach; an empty answer means the plan may be shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from dispatch.problem import Plan, Problem, Request, Route, Row, Step, Task, TaskKind, Vehicle, Window

_TASK_KINDS = frozenset(kind.value for kind in TaskKind)
Tasks = dict[tuple[TaskKind, int], tuple[Task, Request]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    code: str  # which promise is broken
    detail: str
    vehicle: int | None = None


@dataclass(slots=True, kw_only=True)
class _Ride:
    """One vehicle on its way through a route: what it carries and when it came free."""

    at: int | None  # place index; None before the first step of a route without a start
    free_s: int
    aboard: list[Request]
    load: list[int]
    travelled_s: int = 0
    travelled_m: int = 0
    travel_cost: float = 0  # only where the matrix gives costs
    rested_s: int = 0  # standing in breaks since the last place
    picked_up: dict[tuple[TaskKind, int], int] = field(default_factory=dict)  # end of the pickup's service
    broken: set[int] = field(default_factory=set)  # breaks taken


def check(problem: Problem, plan: Plan) -> list[Breach]:
    """Every breach of the plan, in the order of its routes; an empty list means it is sound."""
    breaches = list(_check_accounting(problem, plan))
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    tasks = {task.key: (task, request) for request in problem.requests for task in request.tasks}
    for route in plan.routes:
        vehicle = vehicles.get(route.vehicle)
        if vehicle is None:
            breaches.append(Breach(code="unknown_vehicle", vehicle=route.vehicle, detail="no such vehicle"))
        else:
            breaches.extend(_check_route(problem, tasks, vehicle, route))
    if plan.travel_times is not problem.travel_times:
        breaches.append(Breach(code="travel_times", detail="not the source the problem was solved with"))
    return breaches


def _check_accounting(problem: Problem, plan: Plan) -> Iterator[Breach]:
    """Each request is served once, completely, by one vehicle, or is listed as unassigned, never both."""
    used = [route.vehicle for route in plan.routes]
    for vehicle in sorted({v for v in used if used.count(v) > 1}) if len(used) > len(set(used)) else ():
        yield Breach(code="vehicle_twice", vehicle=vehicle, detail="more than one route")
    served: dict[tuple[str, int], list[int]] = {}
    for route in plan.routes:
        for step in route.steps:
            if step.kind in _TASK_KINDS and step.id is not None:
                served.setdefault((step.kind, step.id), []).append(route.vehicle)
    left = [item.request.key for item in plan.unassigned]
    if len(left) != len(set(left)):
        yield Breach(code="unassigned_twice", detail="a request is listed twice")
    known = {task.key for request in problem.requests for task in request.tasks}
    for key in served.keys() - known:
        yield Breach(code="unknown_task", detail=f"{key[0]} {key[1]}")
    for key in set(left) - {request.key for request in problem.requests}:
        yield Breach(code="unknown_task", detail=f"unassigned {key[0]} {key[1]}")
    for request in problem.requests:
        yield from _check_served_once(request, served, request.key in left)


def _check_served_once(request: Request, served: dict[tuple[str, int], list[int]], is_left: bool) -> Iterator[Breach]:
    by = [served.get(task.key, []) for task in request.tasks]
    name = f"{request.key[0]} {request.key[1]}"
    if is_left:
        if any(by):
            yield Breach(code="served_and_unassigned", detail=name)
    elif any(len(vehicles) > 1 for vehicles in by):
        yield Breach(code="served_twice", detail=name)
    elif not all(by):
        yield Breach(code="half_served" if any(by) else "forgotten", detail=name)
    elif len({vehicles[0] for vehicles in by}) > 1:
        yield Breach(code="two_vehicles", detail=name)


def _check_route(problem: Problem, tasks: Tasks, vehicle: Vehicle, route: Route) -> Iterator[Breach]:
    def breach(code: str, detail: str) -> Breach:
        return Breach(code=code, vehicle=vehicle.id, detail=detail)

    stops = [step for step in route.steps if step.kind in _TASK_KINDS]
    if not stops:
        yield breach("empty_route", "only used vehicles are listed")
        return
    if any((TaskKind(step.kind), step.id) not in tasks for step in stops):
        return  # reported as unknown_task
    yield from (breach(*fault) for fault in _check_frame(vehicle, route))
    ride = _set_out(problem, vehicle, route, stops, tasks)
    for step in route.steps:
        if step.kind in _TASK_KINDS and step.id is not None:
            task, request = tasks[TaskKind(step.kind), step.id]
            faults = _serve(problem, vehicle, ride, step, task, request)
        elif step.kind == "break":
            faults = _take_break(vehicle, ride, step)
        else:
            faults = _pass_end(problem, vehicle, ride, step)
        yield from (breach(*fault) for fault in faults)
    yield from (breach(*fault) for fault in _check_limits(vehicle, stops, ride))
    yield from (breach(*fault) for fault in _check_totals(problem, tasks, vehicle, route, stops, ride))


Fault = tuple[str, str]


def _check_frame(vehicle: Vehicle, route: Route) -> Iterator[Fault]:
    """A route begins and ends where its vehicle does, within its hours."""
    kinds = [step.kind for step in route.steps]
    if (kinds[0] == "start") != (vehicle.start is not None) or "start" in kinds[1:]:
        yield "start", "the route does not begin as its vehicle does"
    if (kinds[-1] == "end") != (vehicle.end is not None) or "end" in kinds[:-1]:
        yield "end", "the route does not end as its vehicle does"
    if unknown := set(kinds) - {"start", "end", "break", *TaskKind}:
        yield "unknown_step", ", ".join(sorted(unknown))
    begin_s, end_s = route.steps[0].arrival_s, route.steps[-1].leave_s
    if vehicle.window and begin_s < vehicle.window.start_s:
        yield "vehicle_time_window", f"leaves {vehicle.window.start_s - begin_s} s early"
    if vehicle.window and end_s > vehicle.window.end_s:
        yield "vehicle_time_window", f"ends {end_s - vehicle.window.end_s} s late"
    if vehicle.max_duration_s is not None and end_s - begin_s > vehicle.max_duration_s:
        yield "max_duration", f"{end_s - begin_s} s"


def _set_out(
    problem: Problem,
    vehicle: Vehicle,
    route: Route,
    stops: list[Step],
    tasks: Tasks,
) -> _Ride:
    """What a job delivers is aboard from the start of the route."""
    load = [0] * problem.load_kinds
    for step in stops:
        for i, amount in enumerate(tasks[TaskKind(step.kind), step.id or 0][1].delivered):
            load[i] += amount
    at = vehicle.start.index if vehicle.start else None
    return _Ride(at=at, free_s=route.steps[0].arrival_s, aboard=[], load=load)


def _drive(problem: Problem, vehicle: Vehicle, ride: _Ride, step: Step, to: int) -> Iterator[Fault]:
    """The clock and the odometer move by what the matrix says."""
    matrix = problem.matrices[vehicle.profile]
    if ride.at is not None:
        seconds = math.ceil(matrix.durations[ride.at][to] / vehicle.speed_factor - 1e-9)
        ride.travelled_s += seconds
        ride.travelled_m += matrix.distances[ride.at][to] if matrix.distances else 0
        ride.travel_cost += matrix.costs[ride.at][to] if matrix.costs else 0
        late_s = step.arrival_s - (ride.free_s + seconds + ride.rested_s)
        if late_s < 0:
            yield "travel_time", f"{step.kind} {step.id} reached {-late_s} s too early"
        elif late_s > 0:
            yield "arrival", f"{step.kind} {step.id} reached {late_s} s after the drive to it"
    elif step.arrival_s < ride.free_s + ride.rested_s:
        yield "travel_time", f"{step.kind} {step.id} before the route begins"
    ride.rested_s = 0
    if step.travelled_s != ride.travelled_s:
        yield "step_duration", f"{step.kind} {step.id}: {step.travelled_s} instead of {ride.travelled_s}"
    if step.travelled_m is not None and step.travelled_m != ride.travelled_m:
        yield "step_distance", f"{step.kind} {step.id}: {step.travelled_m} instead of {ride.travelled_m}"
    ride.at = to


def _serve(
    problem: Problem, vehicle: Vehicle, ride: _Ride, step: Step, task: Task, request: Request
) -> Iterator[Fault]:
    name = f"{task.kind} {task.id}"
    came_from = ride.at
    if step.place != task.place:
        yield "place", f"{name} at another place than asked"
    yield from _drive(problem, vehicle, ride, step, task.place.index)
    setup_s = 0 if came_from == task.place.index else task.setup_s
    if (step.setup_s, step.service_s) != (setup_s, task.service_s):
        yield "service", f"{name}: setup {step.setup_s} service {step.service_s}"
    if step.waiting_s < 0 or not _inside(step.begin_s, task.windows):
        yield "time_window", f"{name} begins at {step.begin_s}"
    if not request.skills <= vehicle.skills:
        yield "skills", f"{name} needs {sorted(request.skills - vehicle.skills)}"
    if request.pinned_vehicle not in (None, vehicle.id):
        yield "pinned_vehicle", f"{name} belongs to vehicle {request.pinned_vehicle}"
    ride.free_s = step.leave_s
    yield from _hand_over(ride, step, task, request)
    yield from _check_load(problem, vehicle, ride, step)


def _hand_over(ride: _Ride, step: Step, task: Task, request: Request) -> Iterator[Fault]:
    """People and goods get on and off in the right order, in time, and alone where that was promised."""
    name = f"{task.kind} {task.id}"
    others = [other for other in ride.aboard if other is not request]
    if any(other.exclusive for other in others) or (request.exclusive and (others or _carries_goods(ride, request))):
        yield "exclusive", f"{name} while somebody else's ride lasts"
    if task.kind is TaskKind.PICKUP:
        ride.aboard.append(request)
        ride.picked_up[task.key] = step.leave_s
        _change(ride.load, request.amount, +1)
    elif task.kind is TaskKind.DELIVERY:
        if request not in ride.aboard:
            yield "precedence", f"{name} before its pickup"
            return
        ride.aboard = others
        _change(ride.load, request.amount, -1)
        ridden_s = step.begin_s + step.setup_s - ride.picked_up[request.tasks[0].key]
        if request.max_ride_s is not None and ridden_s > request.max_ride_s:
            yield "max_ride_time", f"{name}: {ridden_s} s"
    else:
        _change(ride.load, request.delivered, -1)
        _change(ride.load, request.collected, +1)


def _carries_goods(ride: _Ride, request: Request) -> bool:
    own = list(request.amount) if request in ride.aboard else []
    own += [0] * (len(ride.load) - len(own))
    return any(load != mine for load, mine in zip(ride.load, own, strict=True))


def _check_load(problem: Problem, vehicle: Vehicle, ride: _Ride, step: Step) -> Iterator[Fault]:
    capacity = list(vehicle.capacity) + [0] * (problem.load_kinds - len(vehicle.capacity))
    if any(load > most for load, most in zip(ride.load, capacity, strict=True)):
        yield "capacity", f"{step.kind} {step.id}: {ride.load} of {capacity}"
    if step.load and list(step.load) != ride.load:
        yield "step_load", f"{step.kind} {step.id}: {list(step.load)} instead of {ride.load}"


def _take_break(vehicle: Vehicle, ride: _Ride, step: Step) -> Iterator[Fault]:
    asked = {item.id: item for item in vehicle.breaks}.get(step.id if step.id is not None else -1)
    if asked is None or asked.id in ride.broken:
        yield "break", f"break {step.id} was not asked for"
        return
    ride.broken.add(asked.id)
    if step.arrival_s < ride.free_s + ride.rested_s or step.waiting_s < 0 or step.service_s != asked.service_s:
        yield "break", f"break {step.id} is cut short"
    if not _inside(step.begin_s, asked.windows):
        yield "break", f"break {step.id} begins at {step.begin_s}"
    ride.rested_s += step.waiting_s + step.service_s


def _pass_end(problem: Problem, vehicle: Vehicle, ride: _Ride, step: Step) -> Iterator[Fault]:
    """The start and the end of a route: no work, only the drive to it."""
    place = vehicle.start if step.kind == "start" else vehicle.end
    if place is None or step.place != place:
        yield "place", f"{step.kind} at another place than the vehicle's"
    elif step.kind == "end":
        yield from _drive(problem, vehicle, ride, step, place.index)
        if ride.aboard:
            yield "precedence", f"{len(ride.aboard)} still aboard at the end"
    elif step.travelled_s or step.travelled_m:
        yield "step_duration", "travelled before the start"
    if (step.waiting_s, step.setup_s, step.service_s) != (0, 0, 0):
        yield "service", f"{step.kind} takes time"
    yield from _check_load(problem, vehicle, ride, step)
    ride.free_s = step.leave_s


def _check_limits(vehicle: Vehicle, stops: list[Step], ride: _Ride) -> Iterator[Fault]:
    if ride.aboard and vehicle.end is None:
        yield "precedence", f"{len(ride.aboard)} still aboard at the end"
    if missing := {item.id for item in vehicle.breaks} - ride.broken:
        yield "break", f"not taken: {sorted(missing)}"
    if vehicle.max_tasks is not None and len(stops) > vehicle.max_tasks:
        yield "max_tasks", f"{len(stops)} tasks"
    if vehicle.max_travel_s is not None and ride.travelled_s > vehicle.max_travel_s:
        yield "max_travel_time", f"{ride.travelled_s} s"
    if vehicle.max_distance_m is not None and ride.travelled_m > vehicle.max_distance_m:
        yield "max_distance", f"{ride.travelled_m} m"


def _check_totals(
    problem: Problem, tasks: Tasks, vehicle: Vehicle, route: Route, stops: list[Step], ride: _Ride
) -> Iterator[Fault]:
    """The sums printed with a route are those of its steps."""
    setup_s = sum(step.setup_s for step in route.steps)
    work_s = sum(step.service_s for step in stops)
    service_s = sum(step.service_s for step in route.steps)
    waiting_s = sum(step.waiting_s for step in route.steps)
    said = (route.duration_s, route.setup_s, route.service_s, route.waiting_s)
    if said != (ride.travelled_s, setup_s, service_s, waiting_s):
        yield "totals", f"{said} instead of {(ride.travelled_s, setup_s, service_s, waiting_s)}"
    if route.distance_m is not None and route.distance_m != ride.travelled_m:
        yield "totals", f"distance {route.distance_m} instead of {ride.travelled_m}"
    priority = sum(tasks[TaskKind(step.kind), step.id or 0][1].priority for step in stops)
    if route.priority != priority:
        yield "totals", f"priority {route.priority} instead of {priority}"
    costs, hours = vehicle.costs, ride.travelled_s / 3600
    travelling = costs.per_hour * hours + costs.per_km * ride.travelled_m / 1000
    if problem.matrices[vehicle.profile].costs is not None:
        travelling = ride.travel_cost
    cost = costs.fixed + travelling + costs.per_task_hour * (setup_s + work_s) / 3600
    if abs(route.cost - cost) > 1e-6 * max(1.0, cost):
        yield "totals", f"cost {route.cost} instead of {cost}"


def _inside(instant_s: int, windows: tuple[Window, ...]) -> bool:
    return not windows or any(w.start_s <= instant_s <= w.end_s for w in windows)


def _change(load: list[int], amount: Row, sign: int) -> None:
    for i, quantity in enumerate(amount):
        load[i] += sign * quantity
