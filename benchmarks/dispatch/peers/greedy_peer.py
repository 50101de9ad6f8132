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
        home_s = 0 if self.home is None else self.durations[here][self.home]
        return clock if clock + home_s <= self.until_s else None

    @property
    def home(self) -> int | None:
        return self.vehicle.get("end_index")

    def back(self, place: int) -> int:
        return 0 if self.home is None else self.legs[place][self.home]

    def dearer(self, origin: int, end: int, fixed: int) -> int:
        """What the trip costs more, its own way left out."""
        return self.legs[self.at][origin] + self.back(end) + (-self.back(self.at) if self.tasks else fixed)


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
    fixed = {car.vehicle["id"]: question.fixed(car.vehicle) for car in cars}
    for shipment in sorted(question.problem["shipments"], key=lambda each: (window(each["pickup"]) or (0, 0))[0]):
        able = [(car, done_s) for car in cars if (done_s := car.done_s(shipment)) is not None]
        if not able:
            continue
        origin, end = shipment["pickup"]["location_index"], shipment["delivery"]["location_index"]
        car, done_s = min(able, key=lambda pair: pair[0].dearer(origin, end, fixed[pair[0].vehicle["id"]]))
        car.tasks += [("pickup", shipment["pickup"]["id"]), ("delivery", shipment["delivery"]["id"])]
        car.at, car.free_s = end, done_s
    answer({car.vehicle["id"]: car.tasks for car in cars})


if __name__ == "__main__":
    main()
