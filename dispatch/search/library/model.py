"""What a routing model is told of a problem: costs, times, limits, loads, pairs.

Written against the model object that dispatch.solve makes, the only file that imports its library. The model may
promise a little too much (setup, windows far apart): its routes are timed again before anybody sees them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dispatch.problem import TaskKind, Vehicle, Window
from dispatch.search.duty import Stop
from dispatch.search.fleet import Draft, Routes
from dispatch.search.library.grid import Grid, Visit
from dispatch.search.library.prices import prices
from dispatch.search.library.span import Span

UNLIMITED = 2**53
MOST_HOLES = 2**28  # bytes: the library keeps a bit for each second between the first and last window of a visit


@dataclass(slots=True, kw_only=True)
class Model:
    """The library's objects beside our numbers; its time begins at the start of the span."""

    grid: Grid
    rows: tuple[int, ...]  # of the problem's vehicles: only those that can serve anybody
    span: Span
    manager: Any  # pywrapcp.RoutingIndexManager
    routing: Any  # pywrapcp.RoutingModel
    holes: int = 0  # bytes spent

    @property
    def vehicles(self) -> tuple[Vehicle, ...]:
        return tuple(self.grid.problem.vehicles[row] for row in self.rows)

    def node(self, visit: int) -> int:
        return int(self.manager.NodeToIndex(len(self.grid.depots) + visit))

    def clock(self) -> Any:
        return self.routing.GetDimensionOrDie("time")


def describe(model: Model) -> None:
    """Tell the model everything."""
    _add_costs(model)
    _add_time(model)
    _add_limits(model)
    _add_loads(model)
    _add_shipments(model)
    _add_company(model)


def rows_of(model: Model, draft: Draft) -> list[list[int]]:
    """The tours of a draft as the model's nodes, one row per vehicle."""
    node_of = {task.key: model.node(i) for i, visit in enumerate(model.grid.visits) for task in visit.tasks}
    stops = [draft.tours[vehicle.id].stops for vehicle in model.vehicles]
    return [list(dict.fromkeys(node_of[task.key] for task, _ in tour)) for tour in stops]


def routes_of(model: Model, answer: Any) -> Routes:
    """The visiting orders of an answer, as stops."""
    routing, routes = model.routing, {}
    for number, vehicle in enumerate(model.vehicles):
        stops: list[Stop] = []
        index = answer.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(index):
            visit = model.grid.visits[model.manager.IndexToNode(index) - len(model.grid.depots)]
            stops += [(task, visit.request) for task in visit.tasks]
            index = answer.Value(routing.NextVar(index))
        routes[vehicle.id] = stops
    return routes


def _add_costs(model: Model) -> None:
    routing, priced = model.routing, prices(model.grid)
    arcs = {key: routing.RegisterTransitMatrix(table.tolist()) for key, table in priced.tables.items()}
    number_of = {row: number for number, row in enumerate(model.rows)}
    for number, row in enumerate(model.rows):
        routing.SetArcCostEvaluatorOfVehicle(arcs[priced.table_of[row]], number)
        routing.SetFixedCostOfVehicle(priced.fixed[row], number)
    for i, price in enumerate(priced.left_out):
        routing.AddDisjunction([model.node(i)], price)
        able = [number_of[row] for row in model.grid.allowed[i]]
        routing.VehicleVar(model.node(i)).SetValues([-1, *able])  # -1: in no route


def _add_time(model: Model) -> None:
    """Begins inside windows, working hours and longest duties; waiting is free."""
    routing, numbers, span = model.routing, model.grid, model.span
    transits: dict[object, int] = {}
    of_vehicle = []
    for vehicle in model.vehicles:
        key = (vehicle.profile, vehicle.speed_factor)
        if key not in transits:
            transits[key] = routing.RegisterTransitMatrix(numbers.times(numbers.duties[vehicle.id]).tolist())
        of_vehicle.append(transits[key])
    routing.AddDimensionWithVehicleTransits(of_vehicle, span.length_s, span.length_s, False, "time")
    clock = model.clock()
    for number, vehicle in enumerate(model.vehicles):
        if vehicle.window:
            hours = span.inside(vehicle.window.start_s), span.inside(vehicle.window.end_s)
            clock.CumulVar(routing.Start(number)).SetRange(*hours)
            clock.CumulVar(routing.End(number)).SetRange(*hours)
        if vehicle.max_duration_s is not None:
            clock.SetSpanUpperBoundForVehicle(min(vehicle.max_duration_s, span.length_s), number)
            routing.AddVariableMaximizedByFinalizer(clock.CumulVar(routing.Start(number)))
        routing.AddVariableMinimizedByFinalizer(clock.CumulVar(routing.End(number)))
        if vehicle.breaks:
            _add_breaks(model, number, vehicle)
    for i, visit in enumerate(numbers.visits):
        _open(model, clock.CumulVar(model.node(i)), numbers.windows(visit))


def _add_breaks(model: Model, number: int, vehicle: Vehicle) -> None:
    """Breaks of a vehicle as intervals between its visits, inside its hours."""
    routing, numbers, span = model.routing, model.grid, model.span
    intervals = []
    for item in vehicle.breaks:
        name = f"break{number}_{item.id}"
        first_s, last_s = 0, span.length_s
        if vehicle.window:
            first_s = span.inside(vehicle.window.start_s)
            last_s = max(first_s, span.inside(vehicle.window.end_s - item.service_s))
        interval = routing.solver().FixedDurationIntervalVar(first_s, last_s, item.service_s, False, name)
        _open(model, interval.SafeStartExpr(0).Var(), item.windows)
        intervals.append(interval)
    busy = [0] * routing.Size()
    for i in range(len(numbers.visits)):
        busy[model.node(i)] = numbers.busy_s(i, model.rows[number])
    model.clock().SetBreakIntervalsOfVehicle(intervals, number, busy)


def _open(model: Model, begin: Any, windows: tuple[Window, ...]) -> None:
    """The range from the first window to the last, without the gaps between them where there is memory for that."""
    if not windows:
        return
    inside = model.span.inside
    first_s, last_s = inside(windows[0].start_s), inside(max(window.end_s for window in windows))
    begin.SetRange(first_s, last_s)
    needed = (last_s - first_s) // 8 if len(windows) > 1 else 0
    if model.holes + needed > MOST_HOLES:
        return
    model.holes += needed
    closed_from = inside(windows[0].end_s + 1)
    for window in windows[1:]:
        if closed_from < inside(window.start_s):
            begin.RemoveInterval(closed_from, inside(window.start_s) - 1)
        closed_from = max(closed_from, inside(window.end_s + 1))


def _add_limits(model: Model) -> None:
    """Tasks, travel time and metres a vehicle may have in all."""
    routing, numbers, vehicles = model.routing, model.grid, model.vehicles
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
        for vehicle in vehicles:
            duty = numbers.duties[vehicle.id]
            rows = duty.durations if name == "max_travel_s" else duty.matrix.distances or ()
            key = (vehicle.profile, vehicle.speed_factor)
            if key not in tables:
                legs = numbers.legs(rows or tuple((0,) * len(duty.durations) for _ in duty.durations))
                tables[key] = routing.RegisterTransitMatrix(legs.tolist())
            transits.append(tables[key])
        most = [UNLIMITED if limit is None else limit for limit in limits]
        routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, most, True, name)


def _add_loads(model: Model) -> None:
    """Seats and goods. What jobs deliver is aboard from the start: a second count follows it down to zero."""
    routing, numbers = model.routing, model.grid
    for kind in range(numbers.problem.load_kinds):
        most = [numbers.duties[vehicle.id].capacity[kind] for vehicle in model.vehicles]
        changes = [0] * len(numbers.depots) + [_change(visit, kind) for visit in numbers.visits]
        delivered = [0] * len(numbers.depots) + [_delivered(visit, kind) for visit in numbers.visits]
        has_deliveries = any(delivered)
        load = routing.RegisterUnaryTransitVector([a - b for a, b in zip(changes, delivered, strict=True)])
        routing.AddDimensionWithVehicleCapacity(load, 0, most, not has_deliveries, f"load{kind}")
        if not has_deliveries:
            continue
        outgoing = routing.RegisterUnaryTransitVector([-b for b in delivered])
        routing.AddDimensionWithVehicleCapacity(outgoing, 0, most, False, f"outgoing{kind}")
        for number in range(len(model.rows)):
            pair = [
                routing.GetDimensionOrDie(f"{name}{kind}").CumulVar(routing.Start(number))
                for name in ("load", "outgoing")
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


def _add_shipments(model: Model) -> None:
    """Pickup before delivery by one vehicle, rides not too long, and exclusive trips without a stop between."""
    routing, numbers, clock = model.routing, model.grid, model.clock()
    pickups = {visit.request.key: i for i, visit in enumerate(numbers.visits) if visit.tasks[0].kind is TaskKind.PICKUP}
    for i, visit in enumerate(numbers.visits):
        if visit.tasks[0].kind is not TaskKind.DELIVERY:
            continue
        first, last = model.node(pickups[visit.request.key]), model.node(i)
        routing.AddPickupAndDelivery(first, last)
        solver = routing.solver()
        solver.Add(routing.VehicleVar(first) == routing.VehicleVar(last))
        solver.Add(clock.CumulVar(first) <= clock.CumulVar(last))
        if visit.request.max_ride_s is not None:
            ride = clock.CumulVar(last) - clock.CumulVar(first)
            solver.Add(ride <= visit.request.max_ride_s + visit.request.tasks[0].service_s)
        if visit.request.exclusive:
            routing.NextVar(first).SetValues([first, last])


def _add_company(model: Model) -> None:
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
        if visit.request.exclusive and visit.tasks[0].kind is TaskKind.PICKUP:
            company.CumulVar(model.node(i)).SetMax(0)
