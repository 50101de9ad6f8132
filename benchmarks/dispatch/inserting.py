"""How long one booking takes to get its place in a running plan, and how much dearer the plan is than one made anew.

300 cars drive 1,000 trips of a government day. Each of many further bookings is put in alone (its places are new, too)
and taken out again; some of those plans are made anew for comparison, searching as long as the first plan was. Then a
hundred come one after another, and the plan they leave is compared with one made anew.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import quantiles

from benchmarks.dispatch.days import government_day
from benchmarks.dispatch.judge import judged, routes_of
from dispatch.problem import Matrix, Plan, Problem, Request
from dispatch.referee import check
from dispatch.search.running.plan import Key, Placed, Running
from dispatch.search.running.ways import Ways
from dispatch.solve import Effort, solve
from dispatch.travel import guessed
from dispatch.vroom.reading import read

CARS, TRIPS, BOOKINGS, IN_A_ROW = 300, 1_000, 300, 100
SECONDS = 20.0
ANEW = 3  # single bookings after which the plan is also made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    took_ms: float
    placed: Placed | None
    key: Key


class Desk:
    """A running plan and where its places stand in the whole day's tables."""

    def __init__(self, whole: Problem, first: Problem, plan: Plan) -> None:
        self.whole = whole.matrices["car"]
        self.row_of = {i: i for i in range(len(first.matrices["car"].durations))}
        self.running = Running(first, routes_of(plan))

    def book(self, request: Request) -> Booked:
        """Everything a booking takes, once the router has given its ways."""
        new = [i for i in dict.fromkeys(task.place.index for task in request.tasks) if i not in self.row_of]
        ways = [_ways(self.whole, [*self.row_of, *new[:at]], i) for at, i in enumerate(new)]
        started = time.perf_counter()
        for i, mine in zip(new, ways, strict=True):
            self.row_of[i] = self.running.add_place({"car": mine}).index
        tasks = tuple(
            replace(task, place=replace(task.place, index=self.row_of[task.place.index])) for task in request.tasks
        )
        placed = self.running.insert(replace(request, tasks=tasks))
        return Booked(took_ms=(time.perf_counter() - started) * 1000, placed=placed, key=request.key)


def report(seed: int, seconds: float, threads: int) -> list[str]:
    """How long the insertions took, and what the plans they left are worth."""
    whole = guessed(read(json.dumps(government_day(seed, trips=TRIPS + BOOKINGS, cars=CARS))))
    effort = Effort(seconds=seconds, seed=seed, threads=threads)
    first = _first(whole)
    plan = solve(first, effort)
    print(
        f"insertion, day {seed}: {CARS} cars, {TRIPS} trips, planned in {seconds:g} s, {len(plan.unassigned)} left out"
    )
    late = whole.requests[TRIPS:]
    desk = Desk(whole, first, plan)
    alone = []
    for request in late:
        alone.append(desk.book(request))
        if alone[-1].placed is not None:
            desk.running.withdraw(request.key)
    lines = [_timed("a booking alone", alone)]
    desk = Desk(whole, first, plan)
    lines.append(_timed(f"{IN_A_ROW} bookings one after another", [desk.book(request) for request in late[:IN_A_ROW]]))
    lines.append(_compared(f"with {IN_A_ROW} bookings", desk.running, effort))
    for request in late[:ANEW]:
        desk = Desk(whole, first, plan)
        desk.book(request)
        lines.append(_compared(f"with booking {request.key[1]} alone", desk.running, effort))
    return lines


def _first(whole: Problem) -> Problem:
    """The day without the late bookings and the places only they have."""
    requests = whole.requests[:TRIPS]
    used = [task.place.index for request in requests for task in request.tasks]
    used += [place.index for vehicle in whole.vehicles for place in (vehicle.start, vehicle.end) if place]
    size, matrix = max(used) + 1, whole.matrices["car"]
    cut = Matrix(durations=_cut(matrix.durations, size), distances=_cut(matrix.distances or (), size))
    return replace(whole, requests=requests, matrices={"car": cut})


def _cut(table: Sequence[Sequence[int]], size: int) -> list[Sequence[int]]:
    return [row[:size] for row in table[:size]]


def _ways(matrix: Matrix, known: Sequence[int], new: int) -> Ways:
    metres = matrix.distances or ()
    return Ways(
        to_s=[matrix.durations[i][new] for i in known],
        from_s=[matrix.durations[new][i] for i in known],
        to_m=[metres[i][new] for i in known],
        from_m=[metres[new][i] for i in known],
    )


def _timed(name: str, booked: Sequence[Booked]) -> str:
    percentiles = quantiles([each.took_ms for each in booked], n=100)
    placed = [each.placed for each in booked if each.placed is not None]
    return (
        f"{name}: median {percentiles[49]:.1f} ms, p95 {percentiles[94]:.1f}, p99 {percentiles[98]:.1f}, longest "
        f"{max(each.took_ms for each in booked):.1f} ({len(placed)} of {len(booked)} placed, "
        f"{sum(bool(each.moved) for each in placed)} by moving another trip)"
    )


def _compared(name: str, running: Running, effort: Effort) -> str:
    """The plan left by insertion, seen by the referee, beside one made anew in the time the first plan had."""
    problem, plan = running.problem, running.plan()
    breaches = len(check(problem, plan))
    mine, anew = judged(problem, routes_of(plan)), judged(problem, routes_of(solve(problem, effort)))
    return (
        f"{name}: price {mine.value:,.0f} ({mine.unserved} left out), made anew {anew.value:,.0f} ({anew.unserved}): "
        f"x {mine.value / anew.value:.3f}; {breaches} breaches"
    )
