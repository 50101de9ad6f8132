"""The vehicles a proposal did not take for an order: those that could, nearest first, and the rest by what keeps them away.

Driving is counted without passengers, from the depot and back to it: the part of a trip that depends on the vehicle.
A vehicle without a depot has no such figure, and nothing is said of it but that.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dispatch.eligible import VehicleFacts
from dispatch.problem import Plan, Problem, Request
from dispatch.proposal.day import Day
from dispatch.search.duty import Duty, Stop
from dispatch.search.insertion import Routes, insert
from dispatch.search.sequence import travelled

MOST_SHOWN = 12
MOST_PLATES = 5
ReasonJson = Mapping[str, object]  # {"code", "params"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another vehicle that could serve the order beside what the plan gives it."""

    vehicle_id: UUID
    plate: str
    seats: int  # the driver's included
    extra_s: int | None  # of driving without passengers more than the proposed one's; None: unknown
    reasons: tuple[ReasonJson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Vehicles that cannot, each counted once, under what weighs most."""

    code: str
    vehicles: int
    plates: tuple[str, ...]  # the first few


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The plan of a day laid open."""

    day: Day
    problem: Problem
    duties: dict[int, Duty]
    routes: Routes
    plan: Plan

    def able(self, i: int) -> list[int]:
        """The rows of the vehicles without an obstacle for order i."""
        return [row for row, vehicle in enumerate(self.problem.vehicles) if i in vehicle.skills]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One vehicle for one order."""

    facts: VehicleFacts
    empty_s: int | None  # driving without passengers that the order adds to its day; None: it has no depot


def option(sheet: Sheet, i: int, row: int, stops: Sequence[Stop], without: Sequence[Stop]) -> Option:
    """What order i adds to a vehicle that drives `stops` with it and `without` lacks it."""
    duty, facts = sheet.duties[row], sheet.day.vehicles[row]
    if facts.depot is None:
        return Option(facts=facts, empty_s=None)
    added_s = travelled(duty, stops)[0] - travelled(duty, without)[0]
    return Option(facts=facts, empty_s=added_s - _loaded_s(duty, sheet.problem.requests[i]))


def options(sheet: Sheet, i: int, taken: int) -> tuple[list[Option], list[int]]:
    """The other vehicles that have room for order i, least driving first, and the rows of those planned for something else."""
    found, elsewhere = [], []
    for row in sheet.able(i):
        if row == taken:
            continue
        route = sheet.routes.get(row)
        if not route:
            found.append(_idle(sheet, i, row))
        elif placed := insert(sheet.duties[row], route, sheet.problem.requests[i]):
            found.append(option(sheet, i, row, placed[1], route))
        else:
            elsewhere.append(row)
    return sorted(found, key=_rank), elsewhere


def alternatives(found: Sequence[Option], own: Option) -> tuple[Alternative, ...]:
    """The nearest of `found`, beside the proposed vehicle."""
    return tuple(_alternative(other, own) for other in heapq.nsmallest(MOST_SHOWN, found, key=_rank))


def excluded(sheet: Sheet, i: int, elsewhere: Sequence[int]) -> tuple[Excluded, ...]:
    """Every vehicle that is no alternative, most frequent reason first."""
    plates: dict[str, list[str]] = {}
    if elsewhere:
        plates["planned_elsewhere"] = [sheet.day.vehicles[row].vehicle.plate for row in elsewhere]
    for facts in sheet.day.vehicles:
        obstacles = sheet.day.obstacles.get((sheet.day.orders[i].id, facts.vehicle.id), ())
        if obstacles:
            plates.setdefault(obstacles[0].code, []).append(facts.vehicle.plate)
    groups = sorted(plates.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(
        Excluded(code=code, vehicles=len(named), plates=tuple(sorted(named)[:MOST_PLATES])) for code, named in groups
    )


def _idle(sheet: Sheet, i: int, row: int) -> Option:
    """A vehicle that would drive nothing else: from its depot to the origin, and home from the end."""
    duty, task = sheet.duties[row], sheet.problem.requests[i].tasks
    depot = duty.vehicle.start
    empty_s = None
    if depot is not None:
        empty_s = duty.durations[depot.index][task[0].place.index] + duty.durations[task[-1].place.index][depot.index]
    return Option(facts=sheet.day.vehicles[row], empty_s=empty_s)


def _loaded_s(duty: Duty, request: Request) -> int:
    first, last = request.tasks[0].place.index, request.tasks[-1].place.index
    return duty.durations[first][last] if first != last else 0


def _rank(other: Option) -> tuple[bool, int, int, str]:
    return other.empty_s is None, other.empty_s or 0, other.facts.vehicle.seats, other.facts.vehicle.plate


def _alternative(other: Option, own: Option) -> Alternative:
    vehicle = other.facts.vehicle
    extra_s = None if other.empty_s is None or own.empty_s is None else other.empty_s - own.empty_s
    code, figures = "drive_unknown", {}
    if extra_s is not None:
        code = "drives_more" if extra_s > 0 else "drives_less" if extra_s else "drives_the_same"
        figures = {"extra_s": abs(extra_s)} if extra_s else {}
    reasons: list[ReasonJson] = [{"code": code, "params": figures}]
    if vehicle.seats > own.facts.vehicle.seats and extra_s is not None and extra_s <= 0:
        reasons.append({"code": "more_seats", "params": {"seats": vehicle.seats}})
    return Alternative(
        vehicle_id=vehicle.id, plate=vehicle.plate, seats=vehicle.seats, extra_s=extra_s, reasons=tuple(reasons)
    )
