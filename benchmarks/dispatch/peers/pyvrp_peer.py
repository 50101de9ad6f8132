"""PyVRP 0.14 with its shipments. It knows no longest ride; skills are ways that do not exist in a profile."""

from __future__ import annotations

import numpy as np
import pyvrp
from pyvrp.constants import MAX_VALUE
from pyvrp.stop import MaxRuntime

from benchmarks.dispatch.peers.flat import Json, Question, answer, asked, window

EVER = 2**40


def main() -> None:
    question = asked()
    data, vehicle_of_type = _data(question)
    found = pyvrp.solve(data, MaxRuntime(question.seconds), seed=question.seed, collect_stats=False, display=False)
    free = {kind: list(ids) for kind, ids in vehicle_of_type.items()}
    routes = {}
    for route in found.best.routes():  # where it found nothing feasible, what can be driven of it counts
        routes[free[route.vehicle_type()].pop()] = _tasks(question, route)
    answer(routes)


def _tasks(question: Question, route: pyvrp.Route) -> list[tuple[str, int]]:
    tasks = []
    for activity in route:
        if activity.is_depot():
            continue
        kind = "pickup" if activity.is_pickup() else "delivery"
        tasks.append((kind, question.problem["shipments"][activity.idx][kind]["id"]))
    return tasks


def _data(question: Question) -> tuple[pyvrp.ProblemData, dict[int, list[int]]]:
    """Depots first, then a location for each task; vehicles alike are one type."""
    vehicles, shipments = question.problem["vehicles"], question.problem["shipments"]
    depots = sorted({vehicle[end] for vehicle in vehicles for end in ("start_index", "end_index")})
    rows = [*depots, *(task["location_index"] for s in shipments for task in (s["pickup"], s["delivery"]))]
    kinds: dict[str, list[Json]] = {}
    for vehicle in vehicles:
        kinds.setdefault(repr({key: value for key, value in vehicle.items() if key != "id"}), []).append(vehicle)
    profiles: dict[str, int] = {}
    distances: list[np.ndarray] = []
    durations: list[np.ndarray] = []
    types: list[pyvrp.VehicleType] = []
    ids: dict[int, list[int]] = {}
    for alike in kinds.values():
        vehicle = alike[0]
        costs = vehicle.get("costs", {})
        profile = repr(
            (costs.get("per_hour"), costs.get("per_km"), sorted(vehicle.get("skills", [])), vehicle.get("profile"))
        )
        if profile not in profiles:
            profiles[profile] = len(profiles)
            tables = _tables(question, vehicle, rows, len(depots))
            distances.append(tables[0])
            durations.append(tables[1])
        ids[len(types)] = [each["id"] for each in alike]
        begin, end = vehicle.get("time_window", (0, EVER))
        types.append(
            pyvrp.VehicleType(
                num_available=len(alike),
                capacity=question.capacity(vehicle),
                start_depot=depots.index(vehicle["start_index"]),
                end_depot=depots.index(vehicle["end_index"]),
                fixed_cost=question.fixed(vehicle),
                tw_early=begin,
                tw_late=end,
                shift_duration=vehicle.get("max_duration", EVER),
                profile=profiles[profile],
            )
        )
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in rows],
        [],
        [pyvrp.Depot(i) for i in range(len(depots))],
        types,
        distances,
        durations,
        [],
        [_shipment(question, shipment, len(depots) + 2 * i) for i, shipment in enumerate(shipments)],
    )
    return data, ids


def _shipment(question: Question, shipment: Json, first: int) -> pyvrp.Shipment:
    opens, closes = window(shipment["pickup"]) or (0, EVER)
    begins, ends = window(shipment["delivery"]) or (0, EVER)
    return pyvrp.Shipment(
        first,
        first + 1,
        opens,
        closes,
        shipment["pickup"].get("service", 0),
        begins,
        ends,
        shipment["delivery"].get("service", 0),
        amount=question.amount(shipment),
        prize=question.unserved(shipment),
        required=False,
    )


def _tables(question: Question, vehicle: Json, rows: list[int], depots: int) -> tuple[np.ndarray, np.ndarray]:
    """Prices and seconds between all tasks; no way to those that ask for a skill the vehicle lacks."""
    at = np.array(rows)
    prices = np.array(question.legs(vehicle), dtype=np.int64)[np.ix_(at, at)]
    seconds = np.array(question.durations(vehicle), dtype=np.int64)[np.ix_(at, at)]
    lacking = [
        depots + 2 * i + end
        for i, shipment in enumerate(question.problem["shipments"])
        if not set(shipment.get("skills", ())) <= set(vehicle.get("skills", ()))
        for end in (0, 1)
    ]
    for table in (prices, seconds):
        table[lacking, :] = table[:, lacking] = MAX_VALUE
        np.fill_diagonal(table, 0)
    return prices, seconds


if __name__ == "__main__":
    main()
