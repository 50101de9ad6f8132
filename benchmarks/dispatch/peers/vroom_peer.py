"""VROOM (pyvroom): its quick search, then more thorough ones while there is time, for cut short the thorough ones are worse;
the best counts. It knows neither longest rides nor longest routes, and neither seeds nor fewest vehicles as an aim: a
vehicle has its price like everything else."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import vroom

from benchmarks.dispatch.peers.flat import Json, Question, answer, asked

LEVELS = (0, 2, 5)  # of exploration


def main() -> None:
    question = asked()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.json"
        file.write_text(json.dumps(_problem(question)))
        given = vroom.Input.from_json(file)
    stop_at = time.monotonic() + question.seconds
    plans = []
    for level in LEVELS:
        limit = timedelta(seconds=max(0.001, stop_at - time.monotonic()))
        plans.append(given.solve(exploration_level=level, nb_threads=question.threads, timeout=limit).to_dict())
        if time.monotonic() >= stop_at:
            break
    found = min(plans, key=lambda plan: (plan["summary"]["unassigned"], plan["summary"]["cost"]))
    answer(
        {
            route["vehicle"]: [(step["type"], step["id"]) for step in route["steps"] if "id" in step]
            for route in found["routes"]
        }
    )


def _problem(question: Question) -> Json:
    """What VROOM understands of the problem."""
    vehicles = []
    for vehicle in question.problem["vehicles"]:
        told = {key: value for key, value in vehicle.items() if key != "max_duration"}
        costs = vehicle.get("costs", {})
        told["costs"] = {"fixed": question.fixed(vehicle), "per_hour": 3600}
        if not question.by_vehicles:
            told["costs"]["per_hour"] = round(costs.get("per_hour", 3600) * question.scale)
            told["costs"]["per_km"] = round(costs.get("per_km", 0) * question.scale)
        vehicles.append(told | {"capacity": question.capacity(vehicle)})
    shipments = []
    for shipment in question.problem["shipments"]:
        told = {key: value for key, value in shipment.items() if key not in {"exclusive", "max_ride_time"}}
        shipments.append(told | {"amount": question.amount(shipment)})
    return {"vehicles": vehicles, "shipments": shipments, "matrices": question.problem["matrices"]}


if __name__ == "__main__":
    main()
