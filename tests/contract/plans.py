"""Dispatch problems small enough to check by hand, and a referee of our own that walks a printed plan step by step.
Place 0 is the depot; places 1 to 5 stand on one road, 600 s and 6 km from one to the next."""

import copy
from typing import Any

Object = dict[str, Any]
LEG_S, LEG_M = 600, 6000


def matrices(places: int = 6) -> Object:
    """Durations and distances along the road."""
    away = [[abs(here - there) for there in range(places)] for here in range(places)]
    return {
        "car": {
            "durations": [[n * LEG_S for n in row] for row in away],
            "distances": [[n * LEG_M for n in row] for row in away],
        }
    }


def vehicle(number: int = 1, **more: Any) -> Object:
    """A car of four seats that starts and ends at the depot."""
    return {"id": number, "start_index": 0, "end_index": 0, "capacity": [4]} | more


def shipment(
    number: int = 1,
    source: int = 1,
    target: int = 2,
    *,
    pickup: Object | None = None,
    delivery: Object | None = None,
    **more: Any,
) -> Object:
    """One person from place to place, a minute to get in and a minute to get out; steps 10n+1 and 10n+2."""
    fetch = {"id": number * 10 + 1, "location_index": source, "service": 60} | (pickup or {})
    bring = {"id": number * 10 + 2, "location_index": target, "service": 60} | (delivery or {})
    return {"amount": [1], "pickup": fetch, "delivery": bring} | more


def problem(vehicles: list[Object], shipments: list[Object], **more: Any) -> Object:
    """These vehicles and shipments on the road."""
    return {"vehicles": vehicles, "shipments": shipments, "matrices": matrices()} | more


def together(problems: dict[str, Object]) -> Object:
    """Several problems in one, kept apart by a skill of their own: ids of problem n are moved by n thousands."""
    vehicles: list[Object] = []
    shipments: list[Object] = []
    for number, given in enumerate(copy.deepcopy(list(problems.values())), start=1):
        vehicles += [_moved(car, number) for car in given["vehicles"]]
        for one in given["shipments"]:
            for side in ("pickup", "delivery"):
                one[side]["id"] += number * 1000
            if "pinned_vehicle" in one:
                one["pinned_vehicle"] += number * 1000
            shipments.append(one | {"skills": [*one.get("skills", []), 1000 + number]})
    return problem(vehicles, shipments)


def _moved(car: Object, number: int) -> Object:
    return car | {"id": number * 1000 + car["id"], "skills": [*car.get("skills", []), 1000 + number]}


def apart(problems: dict[str, Object], plan: Object) -> dict[str, Object]:
    """The routes and unassigned steps of each problem of `together`, by its name and with its own ids."""
    plans: dict[str, Object] = {name: {"routes": [], "unassigned": []} for name in problems}
    for route in plan["routes"]:
        steps = [step | {"id": step["id"] % 1000} if "id" in step else step for step in route["steps"]]
        name = list(problems)[route["vehicle"] // 1000 - 1]
        plans[name]["routes"].append(route | {"vehicle": route["vehicle"] % 1000, "steps": steps})
    for one in plan["unassigned"]:
        plans[list(problems)[one["id"] // 1000 - 1]]["unassigned"].append(one | {"id": one["id"] % 1000})
    return plans


def breaches(given: Object, plan: Object) -> list[str]:
    """What is wrong with a plan by the problem alone; an empty list is a sound plan."""
    wrong = []
    tasks: Object = {}
    for one in given["shipments"]:
        tasks[one["pickup"]["id"]] = (one, "pickup")
        tasks[one["delivery"]["id"]] = (one, "delivery")
    told = [step["id"] for route in plan["routes"] for step in route["steps"] if "id" in step] + [
        one["id"] for one in plan["unassigned"]
    ]
    if sorted(told) != sorted(tasks):
        wrong.append(f"each step must be told once: {sorted(told)}")
    cars = {car["id"]: car for car in given["vehicles"]}
    for route in plan["routes"]:
        wrong += [
            f"vehicle {route['vehicle']}: {text}"
            for text in _walk(given, tasks, cars[route["vehicle"]], route["steps"])
        ]
    return wrong


def _walk(given: Object, tasks: Object, car: Object, steps: list[Object]) -> list[str]:
    durations = given["matrices"][car.get("profile", "car")]["durations"]
    wrong: list[str] = []
    free_at, here = steps[0]["arrival"], steps[0]["location_index"]
    fetched: dict[int, int] = {}
    aboard: dict[int, Object] = {}
    shift = car.get("time_window", [0, 10**9])
    if steps[0]["type"] != "start" or steps[0]["arrival"] < shift[0] or steps[-1]["arrival"] > shift[1]:
        wrong.append("outside the shift")
    for step in steps[1:]:
        if step["arrival"] < free_at + durations[here][step["location_index"]]:
            wrong.append(f"step {step.get('id')} is reached too early")
        begins = step["arrival"] + step["waiting_time"]
        free_at, here = begins + step["setup"] + step["service"], step["location_index"]
        if "id" not in step:
            continue
        one, kind = tasks[step["id"]]
        wrong += _check_task(car, one, kind, step, begins, fetched, aboard)
        if kind == "pickup":
            fetched[one["pickup"]["id"]], aboard[one["pickup"]["id"]] = free_at, one
        else:
            aboard.pop(one["pickup"]["id"], None)
    if aboard:
        wrong.append("someone is still aboard at the end")
    if steps[-1]["arrival"] - steps[0]["arrival"] > car.get("max_duration", 10**9):
        wrong.append("max_duration")
    return wrong


def _check_task(
    car: Object, one: Object, kind: str, step: Object, begins: int, fetched: dict[int, int], aboard: dict[int, Object]
) -> list[str]:
    wrong = []
    name = f"step {step['id']}"
    if step["location_index"] != one[kind]["location_index"]:
        wrong.append(f"{name}: another place")
    if step["service"] != one[kind].get("service", 0):
        wrong.append(f"{name}: another service time")
    if not any(start <= begins <= end for start, end in one[kind].get("time_windows", [[0, 10**9]])):
        wrong.append(f"{name}: outside its time windows at {begins}")
    if not set(one.get("skills", [])) <= set(car.get("skills", [])):
        wrong.append(f"{name}: skill")
    if one.get("pinned_vehicle", car["id"]) != car["id"]:
        wrong.append(f"{name}: pinned to another vehicle")
    others = [other for key, other in aboard.items() if key != one["pickup"]["id"]]
    if others and (one.get("exclusive") or any(other.get("exclusive") for other in others)):
        wrong.append(f"{name}: not exclusive")
    if kind == "pickup" and any(
        sum(loads) > room
        for loads, room in zip(
            zip(*(other["amount"] for other in [*others, one]), strict=True), car["capacity"], strict=True
        )
    ):
        wrong.append(f"{name}: over capacity")
    if kind == "delivery":
        if one["pickup"]["id"] not in fetched:
            wrong.append(f"{name}: delivered before it was fetched")
        elif begins - fetched[one["pickup"]["id"]] > one.get("max_ride_time", 10**9):
            wrong.append(f"{name}: ride too long")
    return wrong
