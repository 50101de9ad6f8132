"""Days of exclusive trips at fixed times: our plan, the exact optimum of another formulation, and a greedy hand.

Alike cars, nobody shares, every trip begins at its minute: who follows whom is an assignment. Each car and each trip
takes one successor (a trip, or the end of the day), each trip has one predecessor or is left out at a price above any
plan; a linear assignment over all pairs is then exact. Cars stand in several places and stay where their last trip
ends, or have one depot to come back to. The formulation shares nothing with the flow in `dispatch/search/exclusive/`.
"""

from __future__ import annotations

import json
import os
import random
import time
from typing import Any

import numpy as np
from ortools.graph.python import linear_sum_assignment

from benchmarks.dispatch.days import HOUR_S, tables
from benchmarks.dispatch.judge import Verdict, judged, prices, routes_of
from benchmarks.dispatch.solvers import Limits, run, solvers
from dispatch.problem import TaskKind
from dispatch.solve import Effort, solve
from dispatch.travel import guessed
from dispatch.vroom.reading import read

Json = dict[str, Any]
SIZES = (300, 1_000, 3_000)
TRIPS_A_CAR = 10 / 3
SIDE_KM = 30.0
PLACES = 250  # trips go between so many
MOST_S = 60.0  # a search that knows it has the best plan ends before


def exclusive_day(seed: int, trips: int, *, has_depot: bool, cars: int | None = None) -> Json:
    """Trips of ten hours, each at its minute; cars alike."""
    fleet = round(trips / TRIPS_A_CAR) if cars is None else cars
    dice = random.Random(f"exclusive day {seed} {trips}")
    points = [(dice.uniform(0, SIDE_KM), dice.uniform(0, SIDE_KM)) for _ in range(PLACES)]
    durations, distances = tables(points)
    shipments = []
    for number in range(1, trips + 1):
        begin_s = dice.randrange(7 * 60, 17 * 60) * 60
        pickup = {"id": number, "location_index": dice.randrange(PLACES), "time_windows": [[begin_s, begin_s]]}
        delivery = {"id": number, "location_index": dice.randrange(PLACES), "service": 120}
        shipments.append({"pickup": pickup | {"service": 180}, "delivery": delivery, "exclusive": True})
    vehicles: list[Json] = []
    for number in range(1, fleet + 1):
        stand = {"start_index": 0, "end_index": 0} if has_depot else {"start_index": dice.randrange(PLACES)}
        vehicles.append({"id": number, "time_window": [5 * HOUR_S, 24 * HOUR_S]} | stand)
    matrix = {"durations": durations, "distances": distances}
    return {"vehicles": vehicles, "shipments": shipments, "matrices": {"car": matrix}, "objective": "cost"}


def optimum(source: Json) -> dict[int, list[tuple[TaskKind, int]]]:
    """The best plan there is, as an assignment of successors to cars and trips."""
    shipments, vehicles = source["shipments"], source["vehicles"]
    n, m = len(shipments), len(vehicles)
    way = np.array(source["matrices"]["car"]["durations"], dtype=np.int64)
    origins, ends = (np.array([s[kind]["location_index"] for s in shipments]) for kind in ("pickup", "delivery"))
    begins = np.array([s["pickup"]["time_windows"][0][0] for s in shipments])
    done = begins + [s["pickup"]["service"] + s["delivery"]["service"] for s in shipments] + way[origins, ends]
    starts = np.array([v["start_index"] for v in vehicles])
    opens = np.array([v["time_window"][0] for v in vehicles])
    homes = np.array([v.get("end_index", -1) for v in vehicles])
    left_out = int(way.max()) * (n + m + 1)
    # Rows: trips, then cars. Columns: trips, then as many ends of the day as there are cars.
    follows, followers = np.nonzero(done[:, None] + way[ends][:, origins] <= begins[None, :])
    first, firsts = np.nonzero(opens[:, None] + way[starts][:, origins] <= begins[None, :])
    home = way[ends, homes[0]] if homes[0] >= 0 else np.zeros(n, dtype=np.int64)  # one depot, or none
    rows = [follows, n + first, np.repeat(np.arange(n), m), np.repeat(n + np.arange(m), m), np.arange(n)]
    columns = [followers, firsts, np.tile(n + np.arange(m), n), np.tile(n + np.arange(m), m), np.arange(n)]
    costs = [way[ends[follows], origins[followers]], way[starts[first], origins[firsts]], np.repeat(home, m)]
    costs += [np.zeros(m * m, dtype=np.int64), np.full(n, left_out) - way[origins, ends]]
    is_other = follows != followers  # a trip followed by itself is one left out
    rows[0], columns[0], costs[0] = rows[0][is_other], columns[0][is_other], costs[0][is_other]
    matching = linear_sum_assignment.SimpleLinearSumAssignment()
    matching.add_arcs_with_cost(*(np.concatenate(column) for column in (rows, columns, costs)))
    if matching.solve() != matching.OPTIMAL:
        raise ValueError("the assignment has no answer")
    return {
        v["id"]: _chain(matching, n + i, n, shipments) for i, v in enumerate(vehicles) if matching.right_mate(n + i) < n
    }


def _chain(matching: Any, row: int, trips: int, shipments: list[Json]) -> list[tuple[TaskKind, int]]:
    tasks: list[tuple[TaskKind, int]] = []
    while (column := matching.right_mate(row)) < trips:
        number = shipments[column]["pickup"]["id"]
        tasks += [(TaskKind.PICKUP, number), (TaskKind.DELIVERY, number)]
        row = column
    return tasks


def report(seed: int) -> list[str]:
    """One line a day: our price, the optimum, greedy; how long each took."""
    return [_line(seed, trips, has_depot=has_depot) for has_depot in (True, False) for trips in SIZES]


def _line(seed: int, trips: int, *, has_depot: bool) -> str:
    source = exclusive_day(seed, trips, has_depot=has_depot)
    problem = guessed(read(json.dumps(source)))
    started = time.perf_counter()
    best = judged(problem, optimum(source))
    exact_s = time.perf_counter() - started
    charged = prices(problem)
    every = solvers()
    (greedy,) = run(every["greedy"], source, charged, Limits(seconds=MOST_S, seed=seed, threads=1))
    floor = judged(problem, greedy.routes or {})
    started, used_s = time.perf_counter(), _processor_s()
    plan = solve(problem, Effort(seconds=MOST_S, seed=seed))
    took_s, used_s = time.perf_counter() - started, _processor_s() - used_s
    mine = judged(problem, routes_of(plan))
    return (
        f"{trips:5,} trips, {len(source['vehicles'])} cars {'at one depot' if has_depot else 'anywhere'}: ours "
        f"{_said(mine)} in {took_s:.2f} s ({used_s:.2f} s of processor); optimum {_said(best)} ({exact_s:.1f} s): "
        f"{'equal' if abs(mine.value - best.value) < 0.5 else f'x {mine.value / best.value:.4f}'}; greedy {_said(floor)} "
        f"(x {floor.value / best.value:.3f})"
    )


def _processor_s() -> float:
    """Of this process and of those it has ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _said(verdict: Verdict) -> str:
    return f"{verdict.driven:,.0f} s driven, {verdict.unserved} left out"
