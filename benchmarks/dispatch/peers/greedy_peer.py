"""What a careful person does by hand: each trip, earliest first, goes to the car for which it costs least more, after
what that car already has; nobody shares. The floor every plan must stand on."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.dispatch.peers.flat import Json, answer, asked, window

EVER = 2**40


@dataclass(slots=True)
class _Car:
    vehicle: Json
    legs: list[list[int]]
    durations: list[list[int]]
    at: int
    free_s: int
    until_s: int
    tasks: list[tuple[str, int]] = field(default_factory=list)

    def done_s(self, shipment: Json) -> int | None:
        """When it would be free again; None when it cannot serve the trip."""
        first, last = shipment["pickup"], shipment["delivery"]
        if not set(shipment.get("skills", ())) <= set(self.vehicle.get("skills", ())):
            return None
        if any(a > b for a, b in zip(shipment.get("amount", []), self.vehicle.get("capacity", []), strict=True)):
            return None
        clock = self.free_s
        here = self.at
        for task in (first, last):
            clock += self.durations[here][task["location_index"]]
            opens, closes = window(task) or (0, EVER)
            if clock > closes:
                return None
            clock = max(clock, opens) + task.get("service", 0)
            here = task["location_index"]
        return clock if clock + self.durations[here][self.vehicle["end_index"]] <= self.until_s else None


def main() -> None:
    question = asked()
    tables: dict[str, list[list[int]]] = {}
    cars = []
    for vehicle in question.problem["vehicles"]:
        rate = repr((vehicle.get("costs"), vehicle.get("profile")))
        if rate not in tables:
            tables[rate] = question.legs(vehicle)
        begin, end = vehicle.get("time_window", (0, EVER))
        longest_s = vehicle.get("max_duration", EVER)
        durations = question.durations(vehicle)
        cars.append(_Car(vehicle, tables[rate], durations, vehicle["start_index"], begin, min(end, begin + longest_s)))
    for shipment in sorted(question.problem["shipments"], key=lambda each: (window(each["pickup"]) or (0, 0))[0]):
        able = [(car, done_s) for car in cars if (done_s := car.done_s(shipment)) is not None]
        if not able:
            continue
        origin, end = shipment["pickup"]["location_index"], shipment["delivery"]["location_index"]
        car, done_s = min(
            able,
            key=lambda pair: (
                pair[0].legs[pair[0].at][origin]
                + pair[0].legs[end][pair[0].vehicle["end_index"]]
                - (pair[0].legs[pair[0].at][pair[0].vehicle["end_index"]] if pair[0].tasks else 0)
                + (0 if pair[0].tasks else question.fixed(pair[0].vehicle))
            ),
        )
        car.tasks += [("pickup", shipment["pickup"]["id"]), ("delivery", shipment["delivery"]["id"])]
        car.at, car.free_s = end, done_s
    answer({car.vehicle["id"]: car.tasks for car in cars})


if __name__ == "__main__":
    main()
