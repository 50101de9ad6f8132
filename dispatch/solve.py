"""Finds good routes for a problem with OR-Tools; the only file that knows that library.

Every request may be left out at a price, so a tight day gives a partial plan and never "no solution".
OR-Tools only decides who drives what in which order: times, reasons and checks are the work of
search, explain and referee, so nothing it rounds or hides reaches a person.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

from dispatch.explain import explain
from dispatch.problem import Plan, Problem, TaskKind, Window
from dispatch.referee import Breach, check
from dispatch.search.duty import Duty, Stop, duties
from dispatch.search.grid import Grid, Visit, grid, needs_alone, prices
from dispatch.search.insertion import Routes, construct, fill, rank, rebuild
from dispatch.search.sequence import fits, timed_route

MOST_PAIRS = 6_000_000  # of nodes; beyond it the library's tables would not fit into memory
LARGE = 60_000  # visits x vehicles; beyond it OR-Tools starts from our plan instead of building its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how hard to search; with iterations and enough seconds the answer depends on nothing else."""

    seconds: float = 10.0
    seed: int = 0  # 0 searches in the order of the problem, others in a shuffled one
    threads: int = 1  # searches side by side from different orders; the best one wins
    iterations: int | None = None  # improving steps of each search


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    grid: Grid
    manager: pywrapcp.RoutingIndexManager
    routing: pywrapcp.RoutingModel

    def node(self, visit: int) -> int:
        return int(self.manager.NodeToIndex(len(self.grid.depots) + visit))


class BrokenPlan(Exception):
    """The referee refused what the solver made: a mistake of ours, never shown as a plan."""

    def __init__(self, breaches: list[Breach]) -> None:
        super().__init__(breaches)
        self.breaches = breaches

    def __str__(self) -> str:
        return "; ".join(f"{b.code} vehicle {b.vehicle}: {b.detail}" for b in self.breaches[:5])


def solve(problem: Problem, effort: Effort) -> Plan:
    """The best plan found in the time given, checked by the referee; every unserved request has its reason.

    Raises BrokenPlan when even the routes the referee accepts do not make a sound plan.
    """
    stop_at = time.monotonic() + effort.seconds
    explaining_s = min(2.0, effort.seconds * 0.1)
    routes = search(problem, replace(effort, seconds=effort.seconds - explaining_s))
    plan = _timed(problem, routes, stop_at)
    if breaches := check(problem, plan):
        at_fault = {breach.vehicle for breach in breaches}
        sound = {vehicle: stops for vehicle, stops in routes.items() if vehicle not in at_fault}
        plan = _timed(problem, sound, stop_at)
        if check(problem, plan):
            raise BrokenPlan(breaches)
    return plan


def _timed(problem: Problem, routes: Routes, stop_at: float) -> Plan:
    duty_by_id: dict[int, Duty] = duties(problem)
    timed = {v: timed_route(duty_by_id[v], stops) for v, stops in routes.items() if stops}
    kept = {vehicle: routes[vehicle] for vehicle, route in timed.items() if route is not None}
    return Plan(
        routes=tuple(route for route in timed.values() if route is not None),
        unassigned=explain(problem, kept, stop_at),
        travel_times=problem.travel_times,
    )


def search(problem: Problem, effort: Effort) -> Routes:
    """Who drives what in which order. Requests that are in no route could not be placed."""
    stop_at = time.monotonic() + effort.seconds
    duty_by_id = duties(problem)
    if effort.threads > 1:
        alone = replace(effort, threads=1)
        efforts = [replace(alone, seed=effort.seed * effort.threads + i) for i in range(effort.threads)]
        with ProcessPoolExecutor(effort.threads, mp_context=get_context("fork")) as pool:
            found = list(pool.map(partial(_search_once, problem), efforts))
    else:
        found = [_search_once(problem, effort)]
    best = min(found, key=lambda routes: rank(problem, duty_by_id, routes))
    return fill(problem, duty_by_id, best, stop_at)


def _search_once(problem: Problem, effort: Effort) -> Routes:
    """The better of a plan made in one pass and what OR-Tools makes of it, or of nothing where that is better."""
    stop_at = time.monotonic() + effort.seconds
    if effort.seed:
        rng = random.Random(effort.seed)
        problem = replace(
            problem,
            vehicles=tuple(rng.sample(problem.vehicles, len(problem.vehicles))),
            requests=tuple(rng.sample(problem.requests, len(problem.requests))),
        )
    duty_by_id = duties(problem)
    simple = construct(problem, duty_by_id, time.monotonic() + effort.seconds / 2)
    numbers = grid(problem, duty_by_id)
    if not numbers.visits or numbers.pairs > MOST_PAIRS or time.monotonic() >= stop_at:
        return simple
    model = _model(numbers)
    model.routing.AddSearchMonitor(model.routing.solver().FailuresLimit(_patience(effort)))
    parameters = _parameters(effort, stop_at)
    if len(numbers.visits) * len(problem.vehicles) > LARGE:
        model.routing.CloseModelWithParameters(parameters)
        start = model.routing.ReadAssignmentFromRoutes(_rows(model, simple), True)
        answer = start and model.routing.SolveFromAssignmentWithParameters(start, parameters)
    else:
        answer = model.routing.SolveWithParameters(parameters)
    found = [simple, _routes(model, answer)] if answer else [simple]
    return min(found, key=lambda routes: rank(problem, duty_by_id, routes))


def _patience(effort: Effort) -> int:
    """Failed moves after which a search has nothing left to try; the guided search would circle until its time is over."""
    return 1_000_000 if effort.iterations is None else 1_000 + 200 * effort.iterations


def _parameters(effort: Effort, stop_at: float) -> RoutingSearchParameters:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.first_solution_strategy = first
    descent = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.local_search_metaheuristic = descent
    if effort.iterations is not None:
        parameters.solution_limit = max(1, effort.iterations)
    parameters.time_limit.FromMilliseconds(max(10, int((stop_at - time.monotonic()) * 1000)))
    return parameters


def _rows(model: _Model, routes: Routes) -> list[list[int]]:
    """Routes as the model's nodes, one row per vehicle."""
    node_of = {task.key: model.node(i) for i, visit in enumerate(model.grid.visits) for task in visit.tasks}
    rows = []
    for vehicle in model.grid.problem.vehicles:
        nodes = [node_of[task.key] for task, _ in routes.get(vehicle.id, ())]
        rows.append(list(dict.fromkeys(nodes)))
    return rows


def _routes(model: _Model, answer: pywrapcp.Assignment) -> Routes:
    """The visiting orders of an answer; one that our own arithmetic does not accept is rebuilt."""
    routing, manager, numbers = model.routing, model.manager, model.grid
    routes: Routes = {}
    for row, vehicle in enumerate(numbers.problem.vehicles):
        stops: list[Stop] = []
        index = answer.Value(routing.NextVar(routing.Start(row)))
        while not routing.IsEnd(index):
            visit = numbers.visits[manager.IndexToNode(index) - len(numbers.depots)]
            stops += [(task, visit.request) for task in visit.tasks]
            index = answer.Value(routing.NextVar(index))
        duty = numbers.duties[vehicle.id]
        routes[vehicle.id] = stops if fits(duty, stops) else rebuild(duty, stops)
    return routes


def _model(numbers: Grid) -> _Model:
    vehicles = numbers.problem.vehicles
    manager = pywrapcp.RoutingIndexManager(
        len(numbers.depots) + len(numbers.visits),
        len(vehicles),
        [numbers.depot_row(vehicle.start) for vehicle in vehicles],
        [numbers.depot_row(vehicle.end) for vehicle in vehicles],
    )
    model = _Model(grid=numbers, manager=manager, routing=pywrapcp.RoutingModel(manager))
    _add_costs(model)
    _add_time(model)
    _add_limits(model)
    _add_loads(model)
    _add_shipments(model)
    return model


def _add_costs(model: _Model) -> None:
    routing, priced = model.routing, prices(model.grid)
    arcs = {key: routing.RegisterTransitMatrix(table.tolist()) for key, table in priced.tables.items()}
    for row, key in enumerate(priced.table_of):
        routing.SetArcCostEvaluatorOfVehicle(arcs[key], row)
        routing.SetFixedCostOfVehicle(priced.fixed[row], row)
    for i, price in enumerate(priced.left_out):
        routing.AddDisjunction([model.node(i)], price)
        routing.VehicleVar(model.node(i)).SetValues([-1, *model.grid.allowed[i]])  # -1: in no route


def _add_time(model: _Model) -> None:
    """Begins inside windows, working hours, longest duties and rides; waiting is free."""
    routing, numbers = model.routing, model.grid
    horizon = numbers.horizon_s()
    transits = {}
    for vehicle in numbers.problem.vehicles:
        key = (vehicle.profile, vehicle.speed_factor)
        if key not in transits:
            transits[key] = routing.RegisterTransitMatrix(numbers.times(numbers.duties[vehicle.id]).tolist())
    of_vehicle = [transits[v.profile, v.speed_factor] for v in numbers.problem.vehicles]
    routing.AddDimensionWithVehicleTransits(of_vehicle, horizon, horizon, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for row, vehicle in enumerate(numbers.problem.vehicles):
        if vehicle.window:
            hours = min(vehicle.window.start_s, horizon), min(vehicle.window.end_s, horizon)
            clock.CumulVar(routing.Start(row)).SetRange(*hours)
            clock.CumulVar(routing.End(row)).SetRange(*hours)
        if vehicle.max_duration_s is not None:
            clock.SetSpanUpperBoundForVehicle(min(vehicle.max_duration_s, horizon), row)
            routing.AddVariableMaximizedByFinalizer(clock.CumulVar(routing.Start(row)))
        routing.AddVariableMinimizedByFinalizer(clock.CumulVar(routing.End(row)))
        if vehicle.breaks:
            _add_breaks(model, row, horizon)
    for i, visit in enumerate(numbers.visits):
        _open(clock.CumulVar(model.node(i)), numbers.windows(visit), horizon)


def _add_breaks(model: _Model, row: int, horizon: int) -> None:
    """Breaks of a vehicle as intervals between its visits."""
    routing, numbers = model.routing, model.grid
    intervals = []
    for item in numbers.problem.vehicles[row].breaks:
        name = f"break{row}_{item.id}"
        interval = routing.solver().FixedDurationIntervalVar(0, horizon, item.service_s, False, name)
        _open(interval.SafeStartExpr(0).Var(), item.windows, horizon)
        intervals.append(interval)
    busy = [0] * routing.Size()
    for i in range(len(numbers.visits)):
        busy[model.node(i)] = numbers.busy_s(i, row)
    routing.GetDimensionOrDie("time").SetBreakIntervalsOfVehicle(intervals, row, busy)


def _open(begin: pywrapcp.IntVar, windows: tuple[Window, ...], horizon: int) -> None:
    """Windows in order: the range from the first to the last without the gaps between them."""
    if not windows:
        return
    closed_from = None
    for window in windows:
        if closed_from is not None and closed_from < window.start_s:
            begin.RemoveInterval(closed_from, window.start_s - 1)
        closed_from = max(closed_from or 0, window.end_s + 1)
    last = min(max(window.end_s for window in windows), horizon)
    begin.SetRange(min(windows[0].start_s, horizon), last)


def _add_limits(model: _Model) -> None:
    """Tasks, travel time and metres a vehicle may have in all."""
    routing, numbers = model.routing, model.grid
    vehicles = numbers.problem.vehicles
    if any(vehicle.max_tasks is not None for vehicle in vehicles):
        counts = [0] * len(numbers.depots) + [len(visit.tasks) for visit in numbers.visits]
        most = [sum(counts) if v.max_tasks is None else v.max_tasks for v in vehicles]
        counted = routing.RegisterUnaryTransitVector(counts)
        routing.AddDimensionWithVehicleCapacity(counted, 0, most, True, "tasks")
    for name in ("max_travel_s", "max_distance_m"):
        limits = [getattr(vehicle, name) for vehicle in vehicles]
        if all(limit is None for limit in limits):
            continue
        tables: dict[object, int] = {}
        transits = []
        unlimited = 2**53
        for vehicle in vehicles:
            duty = numbers.duties[vehicle.id]
            rows = duty.durations if name == "max_travel_s" else duty.matrix.distances or ()
            key = (vehicle.profile, vehicle.speed_factor)
            if key not in tables:
                legs = numbers.legs(rows or tuple((0,) * len(duty.durations) for _ in duty.durations))
                tables[key] = routing.RegisterTransitMatrix(legs.tolist())
            transits.append(tables[key])
        most = [unlimited if limit is None else limit for limit in limits]
        routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, most, True, name)


def _add_loads(model: _Model) -> None:
    """Seats and goods. What jobs deliver is aboard from the start: a second count follows it down to zero."""
    routing, numbers = model.routing, model.grid
    vehicles = numbers.problem.vehicles
    for kind in range(numbers.problem.load_kinds):
        most = [numbers.duties[vehicle.id].capacity[kind] for vehicle in vehicles]
        changes = [0] * len(numbers.depots) + [_change(visit, kind) for visit in numbers.visits]
        delivered = [0] * len(numbers.depots) + [_delivered(visit, kind) for visit in numbers.visits]
        has_deliveries = any(delivered)
        load = routing.RegisterUnaryTransitVector([a - b for a, b in zip(changes, delivered, strict=True)])
        routing.AddDimensionWithVehicleCapacity(load, 0, most, not has_deliveries, f"load{kind}")
        if not has_deliveries:
            continue
        outgoing = routing.RegisterUnaryTransitVector([-b for b in delivered])
        routing.AddDimensionWithVehicleCapacity(outgoing, 0, most, False, f"outgoing{kind}")
        for row in range(len(vehicles)):
            pair = [
                routing.GetDimensionOrDie(f"{name}{kind}").CumulVar(routing.Start(row)) for name in ("load", "outgoing")
            ]
            routing.solver().Add(pair[0] == pair[1])
            routing.AddVariableMinimizedByFinalizer(pair[0])


def _change(visit: Visit, kind: int) -> int:
    """What a visit leaves aboard: a whole trip leaves nothing."""
    request = visit.request
    if not request.is_shipment:
        return request.collected[kind] if request.collected else 0
    if visit.is_whole or not request.amount:
        return 0
    return request.amount[kind] * (1 if visit.tasks[0].kind is TaskKind.PICKUP else -1)


def _delivered(visit: Visit, kind: int) -> int:
    return visit.request.delivered[kind] if visit.request.delivered else 0


def _add_shipments(model: _Model) -> None:
    """Pickup before delivery by one vehicle, rides not too long, and exclusive trips alone."""
    routing, numbers = model.routing, model.grid
    clock = routing.GetDimensionOrDie("time")
    pickups = {visit.request.key: i for i, visit in enumerate(numbers.visits) if visit.tasks[0].kind is TaskKind.PICKUP}
    for i, visit in enumerate(numbers.visits):
        if visit.tasks[0].kind is not TaskKind.DELIVERY:
            continue
        first, last = model.node(pickups[visit.request.key]), model.node(i)
        routing.AddPickupAndDelivery(first, last)
        solver = routing.solver()
        solver.Add(routing.VehicleVar(first) == routing.VehicleVar(last))
        solver.Add(clock.CumulVar(first) <= clock.CumulVar(last))
        pickup = visit.request.tasks[0]
        if visit.request.max_ride_s is not None:
            done_s = pickup.setup_s + pickup.service_s
            ride = clock.CumulVar(last) - clock.CumulVar(first)
            solver.Add(ride <= visit.request.max_ride_s + done_s - visit.tasks[0].setup_s)
        if visit.request.exclusive:
            routing.NextVar(first).SetValues([first, last])
    _add_company(model)


def _add_company(model: _Model) -> None:
    """Nobody may be aboard when an exclusive trip begins; its own next stop is already its delivery."""
    routing, numbers = model.routing, model.grid
    if not any(visit.request.exclusive for visit in numbers.visits):
        return
    aboard = [0] * len(numbers.depots)
    for visit in numbers.visits:
        shared = visit.request.is_shipment and not visit.request.exclusive
        aboard.append((1 if visit.tasks[0].kind is TaskKind.PICKUP else -1) if shared else 0)
    counted = routing.RegisterUnaryTransitVector(aboard)
    routing.AddDimension(counted, 0, len(numbers.visits), True, "company")
    company = routing.GetDimensionOrDie("company")
    for i, visit in enumerate(numbers.visits):
        if needs_alone(visit):
            company.CumulVar(model.node(i)).SetMax(0)
