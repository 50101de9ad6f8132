"""OR-Tools' routing library as its guide has it: cheapest insertion, then guided local search; a trip may be dropped
at its price. It can be told everything the benchmarks ask."""

from __future__ import annotations

from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.dispatch.peers.flat import Json, Question, answer, asked, window

EVER = 2**40


def main() -> None:
    question = asked()
    vehicles, shipments = question.problem["vehicles"], question.problem["shipments"]
    # Nodes: the pickup and the delivery of each shipment, then a start and an end for each vehicle.
    nodes = [task for shipment in shipments for task in (shipment["pickup"], shipment["delivery"])]
    rows = [task["location_index"] for task in nodes]
    rows += [vehicle[end] for vehicle in vehicles for end in ("start_index", "end_index")]
    starts = [len(nodes) + 2 * i for i in range(len(vehicles))]
    manager = pywrapcp.RoutingIndexManager(len(rows), len(vehicles), starts, [start + 1 for start in starts])
    routing = pywrapcp.RoutingModel(manager)
    _price(question, routing, manager, rows)
    times = _times(question, routing, manager, rows)
    _loads(question, routing, manager, len(rows))
    _trips(question, routing, manager, times)
    found = routing.SolveWithParameters(_parameters(question.seconds))
    answer(_routes(question, routing, manager, found) if found else {})


def _price(question: Question, routing: Any, manager: Any, rows: list[int]) -> None:
    callbacks: dict[str, int] = {}
    for i, vehicle in enumerate(question.problem["vehicles"]):
        rate = repr((vehicle.get("costs"), vehicle.get("profile")))
        if rate not in callbacks:
            legs = question.legs(vehicle)
            table = [[legs[a][b] for b in rows] for a in rows]
            callbacks[rate] = routing.RegisterTransitMatrix(table)
        routing.SetArcCostEvaluatorOfVehicle(callbacks[rate], i)
        routing.SetFixedCostOfVehicle(question.fixed(vehicle), i)


def _times(question: Question, routing: Any, manager: Any, rows: list[int]) -> Any:
    """Travel and service; waiting is free, a route may begin late."""
    vehicles, shipments = question.problem["vehicles"], question.problem["shipments"]
    tasks = [task for shipment in shipments for task in (shipment["pickup"], shipment["delivery"])]
    work = [task.get("service", 0) for task in tasks] + [0] * (len(rows) - len(tasks))
    durations = question.durations(vehicles[0])
    table = [[durations[a][b] + work[i] for b in rows] for i, a in enumerate(rows)]
    routing.AddDimension(routing.RegisterTransitMatrix(table), EVER, EVER, False, "time")
    times = routing.GetDimensionOrDie("time")
    for node, task in enumerate(tasks):
        if span := window(task):
            times.CumulVar(manager.NodeToIndex(node)).SetRange(*span)
    for i, vehicle in enumerate(vehicles):
        begin, end = vehicle.get("time_window", (0, EVER))
        times.CumulVar(routing.Start(i)).SetRange(begin, end)
        times.CumulVar(routing.End(i)).SetRange(begin, end)
        if "max_duration" in vehicle:
            times.SetSpanUpperBoundForVehicle(vehicle["max_duration"], i)
    return times


def _loads(question: Question, routing: Any, manager: Any, size: int) -> None:
    vehicles, shipments = question.problem["vehicles"], question.problem["shipments"]
    kinds = len(question.capacity(vehicles[0]))
    for kind in range(kinds):
        change = [sign * question.amount(s)[kind] for s in shipments for sign in (1, -1)]
        change += [0] * (size - len(change))
        callback = routing.RegisterUnaryTransitVector(change)
        most = [question.capacity(vehicle)[kind] for vehicle in vehicles]
        routing.AddDimensionWithVehicleCapacity(callback, 0, most, True, f"load {kind}")


def _trips(question: Question, routing: Any, manager: Any, times: Any) -> None:
    """Pickup before delivery by one vehicle with the skills, or both dropped at the price."""
    solver = routing.solver()
    for i, shipment in enumerate(question.problem["shipments"]):
        first, last = manager.NodeToIndex(2 * i), manager.NodeToIndex(2 * i + 1)
        routing.AddPickupAndDelivery(first, last)
        solver.Add(routing.VehicleVar(first) == routing.VehicleVar(last))
        solver.Add(times.CumulVar(first) <= times.CumulVar(last))
        if "max_ride_time" in shipment:
            longest_s = shipment["max_ride_time"] + shipment["pickup"].get("service", 0)
            solver.Add(times.CumulVar(last) - times.CumulVar(first) <= longest_s)
        price = question.unserved(shipment)
        routing.AddDisjunction([first], price // 2)
        routing.AddDisjunction([last], price - price // 2)
        asked_for = set(shipment.get("skills", ()))
        able = [v for v, each in enumerate(question.problem["vehicles"]) if asked_for <= set(each.get("skills", ()))]
        if len(able) < len(question.problem["vehicles"]):
            for index in (first, last):
                routing.VehicleVar(index).SetValues([-1, *able])


def _parameters(seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.first_solution_strategy = first
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    return parameters


def _routes(question: Question, routing: Any, manager: Any, found: Any) -> dict[int, list[tuple[str, int]]]:
    shipments: list[Json] = question.problem["shipments"]
    routes = {}
    for i, vehicle in enumerate(question.problem["vehicles"]):
        tasks, index = [], found.Value(routing.NextVar(routing.Start(i)))
        while not routing.IsEnd(index):
            number, is_last = divmod(manager.IndexToNode(index), 2)
            kind = "delivery" if is_last else "pickup"
            tasks.append((kind, shipments[number][kind]["id"]))
            index = found.Value(routing.NextVar(index))
        routes[vehicle["id"]] = tasks
    return routes


if __name__ == "__main__":
    main()
