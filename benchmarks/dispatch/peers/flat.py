"""A question laid out for a peer: tables of prices and times, loads in which an exclusive trip fills the vehicle."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = dict[str, Any]
Table = list[list[int]]
ALONE = 1_000  # one more kind of load: a shared trip takes 1 of it, an exclusive one all
CENTS = 100  # prices are whole hundredths where vehicles have costs


@dataclass(frozen=True, kw_only=True)
class Question:
    """Shipments and alike vehicles only: what the benchmarks ask."""

    problem: Json
    vehicle_price: float
    unserved_price: float
    seconds: float
    seed: int
    threads: int

    @cached_property
    def by_vehicles(self) -> bool:
        return bool(self.problem.get("objective") == "vehicles_then_distance")

    @cached_property
    def scale(self) -> int:
        return 1 if self.by_vehicles else CENTS

    @cached_property
    def has_alone(self) -> bool:
        return any(shipment.get("exclusive") for shipment in self.problem["shipments"])

    def capacity(self, vehicle: Json) -> list[int]:
        return [*vehicle.get("capacity", []), ALONE] if self.has_alone else list(vehicle.get("capacity", []))

    def amount(self, shipment: Json) -> list[int]:
        amount = list(shipment.get("amount", []))
        return [*amount, ALONE if shipment.get("exclusive") else 1] if self.has_alone else amount

    def fixed(self, vehicle: Json) -> int:
        own = 0 if self.by_vehicles else vehicle.get("costs", {}).get("fixed", 0)
        return math.ceil((self.vehicle_price + float(own)) * self.scale)

    def unserved(self, shipment: Json) -> int:
        priority: int = shipment.get("priority", 0)
        return math.ceil(self.unserved_price * (1 + priority) * self.scale)

    def legs(self, vehicle: Json) -> Table:
        """What each leg counts, in whole parts of the price."""
        matrix = self.problem["matrices"][vehicle.get("profile", "car")]
        durations: Table = matrix["durations"]
        distances: Table | None = matrix.get("distances")
        if self.by_vehicles:
            return distances or durations
        costs = vehicle.get("costs", {})
        per_s, per_m = costs.get("per_hour", 3600) / 3600 * self.scale, costs.get("per_km", 0) / 1000 * self.scale
        if not (distances and per_m):
            return [[round(seconds * per_s) for seconds in row] for row in durations]
        return [
            [round(seconds * per_s + metres * per_m) for seconds, metres in zip(row, ways, strict=True)]
            for row, ways in zip(durations, distances, strict=True)
        ]

    def durations(self, vehicle: Json) -> Table:
        found: Table = self.problem["matrices"][vehicle.get("profile", "car")]["durations"]
        return found


def asked() -> Question:
    return Question(**json.load(sys.stdin))


def answer(routes: dict[int, list[tuple[str, int]]]) -> None:
    """Tasks of each vehicle in order, as kind and id."""
    print(json.dumps({"routes": {vehicle: tasks for vehicle, tasks in routes.items() if tasks}}))


def window(step: Json) -> tuple[int, int] | None:
    """The only window of a step."""
    windows = step.get("time_windows")
    if windows is None:
        return None
    ((start, end),) = windows
    return start, end
