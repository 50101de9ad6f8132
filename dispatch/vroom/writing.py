"""Writes a plan in the JSON form of contracts.md section 6: VROOM's keys, and for each request left out the
reason and the smallest change that would serve it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from dispatch.problem import (
    Break,
    Costs,
    EarlierBy,
    LaterBy,
    LimitRaised,
    Place,
    Plan,
    Route,
    SmallestChange,
    Step,
    TravelSource,
    Unassigned,
    Vehicle,
    VehicleAdded,
)

Json = dict[str, Any]
LONGEST_ERROR = 240


def plan_json(plan: Plan, computing_ms: dict[str, int]) -> Json:
    by_index = plan.travel_times is TravelSource.MATRIX
    routes = [_route(route, by_index) for route in plan.routes]
    written: Json = {
        "code": 0,
        "summary": _summary(plan, routes, computing_ms),
        "unassigned": [entry for item in plan.unassigned for entry in _unassigned(item, by_index)],
        "routes": routes,
        "travel_times": plan.travel_times.value,
    }
    return written | ({"notes": list(plan.notes)} if plan.notes else {})


def error_json(message: str) -> Json:
    """One line that a person can read, however long the key or value was that it quotes."""
    return {"code": 2, "error": message if len(message) <= LONGEST_ERROR else f"{message[:LONGEST_ERROR]}..."}


def _summary(plan: Plan, routes: list[Json], computing_ms: dict[str, int]) -> Json:
    """The sums of the routes as they are printed."""
    summary: Json = {
        "cost": _plain(sum(route["cost"] for route in routes)),
        "routes": len(routes),
        "unassigned": sum(len(item.request.tasks) for item in plan.unassigned),
    }
    for name in ("delivery", "pickup"):
        rows = [route[name] for route in routes if name in route]
        summary |= {name: [sum(column) for column in zip(*rows, strict=True)]} if rows else {}
    for name in ("setup", "service", "duration", "waiting_time", "priority"):
        summary[name] = sum(route[name] for route in routes)
    if all("distance" in route for route in routes):
        summary["distance"] = sum(route["distance"] for route in routes)
    return summary | {"violations": [], "computing_times": computing_ms}


def _route(route: Route, by_index: bool) -> Json:
    written: Json = {"vehicle": route.vehicle, "cost": _plain(route.cost)}
    if route.delivered or route.collected:
        written |= {"delivery": list(route.delivered), "pickup": list(route.collected)}
    written |= {
        "setup": route.setup_s,
        "service": route.service_s,
        "duration": route.duration_s,
        "waiting_time": route.waiting_s,
        "priority": route.priority,
        "steps": [_step(step, by_index) for step in _framed(route)],
        "violations": [],
    }
    if route.distance_m is not None:
        written["distance"] = route.distance_m
    return _described(written, route.description)


def _framed(route: Route) -> list[Step]:
    """Like VROOM's, a route has a start and an end even where its vehicle has none: at its first and its last task."""
    steps = list(route.steps)
    at = [step for step in steps if step.place is not None]
    if steps[0].kind != "start":
        start = Step(kind="start", id=None, place=at[0].place, arrival_s=steps[0].arrival_s, load=route.loaded)
        steps.insert(0, replace(start, travelled_m=None if route.distance_m is None else 0))
    if steps[-1].kind != "end":
        last = steps[-1]
        steps.append(replace(last, kind="end", id=None, place=at[-1].place, arrival_s=last.leave_s, description=None))
        steps[-1] = replace(steps[-1], waiting_s=0, setup_s=0, service_s=0)
    return steps


def _step(step: Step, by_index: bool) -> Json:
    written: Json = {"type": step.kind}
    if step.id is not None:
        written["id"] = step.id
    if step.place is not None:
        written |= _place(step.place, by_index)
    written |= {
        "arrival": step.arrival_s,
        "duration": step.travelled_s,
        "setup": step.setup_s,
        "service": step.service_s,
        "waiting_time": step.waiting_s,
        "violations": [],
    }
    if step.load:
        written["load"] = list(step.load)
    if step.travelled_m is not None:
        written["distance"] = step.travelled_m
    return _described(written, step.description)


def _unassigned(item: Unassigned, by_index: bool) -> list[Json]:
    change = change_json(item.smallest_change, by_index)
    return [
        _described(
            {"id": task.id, "type": task.kind.value}
            | _place(task.place, by_index)
            | {"reason": item.reason.value, "smallest_change": change},
            task.description,
        )
        for task in item.request.tasks
    ]


def change_json(change: SmallestChange | None, by_index: bool) -> Json | None:
    """A smallest change as contracts.md 6 writes it; `by_index` names places by their row in the matrices."""
    match change:
        case EarlierBy(seconds=seconds):
            return {"earlier_s": seconds}
        case LaterBy(seconds=seconds):
            return {"later_s": seconds}
        case VehicleAdded(vehicle=vehicle):
            return {"vehicle_added": _vehicle(vehicle, by_index)}
        case LimitRaised(limit=limit, by=by, vehicle=None):
            return {"limit": limit, "by": by}
        case LimitRaised(limit=limit, by=by, vehicle=owner):
            return {"limit": limit, "by": by, "vehicle": owner}
        case None:
            return None


def _vehicle(vehicle: Vehicle, by_index: bool) -> Json:
    """The added vehicle as the input would write it, so that it can be pasted into the problem."""
    written: Json = {"id": vehicle.id, "profile": vehicle.profile, "speed_factor": vehicle.speed_factor}
    for name, place in (("start", vehicle.start), ("end", vehicle.end)):
        if place is not None:
            written |= {name: list(place.lonlat)} if place.lonlat else {}
            written |= {f"{name}_index": place.index} if by_index else {}
    if vehicle.costs != Costs():
        written["costs"] = asdict(vehicle.costs)
    if vehicle.capacity:
        written["capacity"] = list(vehicle.capacity)
    if vehicle.skills:
        written["skills"] = sorted(vehicle.skills)
    if vehicle.window:
        written["time_window"] = [vehicle.window.start_s, vehicle.window.end_s]
    if vehicle.breaks:
        written["breaks"] = [_break(item) for item in vehicle.breaks]
    limits = {
        "max_tasks": vehicle.max_tasks,
        "max_travel_time": vehicle.max_travel_s,
        "max_distance": vehicle.max_distance_m,
        "max_duration": vehicle.max_duration_s,
    }
    return written | {name: value for name, value in limits.items() if value is not None}


def _break(item: Break) -> Json:
    written: Json = {"id": item.id, "service": item.service_s}
    if item.windows:
        written["time_windows"] = [[window.start_s, window.end_s] for window in item.windows]
    return _described(written, item.description)


def _place(place: Place, by_index: bool) -> Json:
    """Coordinates where they are known, and the row of the matrices where those were given."""
    written: Json = {} if place.lonlat is None else {"location": list(place.lonlat)}
    return written | ({"location_index": place.index} if by_index else {})


def _described(written: Json, description: str | None) -> Json:
    return written if description is None else written | {"description": description}


def _plain(cost: float) -> int | float:
    """Whole costs without a fraction, others to a hundredth."""
    return round(cost) if abs(cost - round(cost)) < 5e-7 else round(cost, 2)
