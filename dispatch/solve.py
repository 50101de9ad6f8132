"""Finds good routes for a problem; the only file that imports OR-Tools.

Every request may be left out at a price, so a tight day gives a partial plan and never "no solution". The search
runs in processes of its own and reports each better plan: its time is kept, and a crash costs what was not reported
yet. The library only decides who drives what in which order: times, reasons and checks are the work of search,
explain and referee, so nothing it rounds or hides reaches a person. It is imported where it is first needed:
loading it takes longer than a small plan.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dispatch.explain import explain
from dispatch.problem import Plan, Problem
from dispatch.referee import Breach, check
from dispatch.search.fleet import Draft, Fleet, Routes, draft_of
from dispatch.search.improving.child import Report, apart
from dispatch.search.improving.effort import Effort, Times, times_of
from dispatch.search.improving.stages import Keys, Library, Search, first_plan
from dispatch.search.insertion import construct, fill, rank, rebuilt
from dispatch.search.patience import Patience
from dispatch.search.sequence import timed_route

if TYPE_CHECKING:
    from dispatch.search.exclusive.chains import Methods, Network, Pairs
    from dispatch.search.exclusive.trips import Numbers
    from dispatch.search.library.grid import Grid
    from dispatch.search.library.model import Model

__all__ = ["BrokenPlan", "Effort", "solve"]

MOST_PAIRS = 6_000_000  # of nodes; beyond it the library's tables would not fit into memory
PAIRS_PER_SECOND = 500_000  # described to the library
REPORTED_EVERY_S = 0.05
FIRST_PLAN_S, FIRST_PLAN_OF_EACH_S = 0.3, 0.0005  # a plan a moment late is better than hardly any


class BrokenPlan(Exception):
    """The referee refused what the solver made: a mistake of ours, never shown as a plan."""

    def __init__(self, breaches: list[Breach]) -> None:
        super().__init__(breaches)
        self.breaches = breaches

    def __str__(self) -> str:
        return "; ".join(f"{b.code} vehicle {b.vehicle}: {b.detail}" for b in self.breaches[:5])


def solve(problem: Problem, effort: Effort) -> Plan:
    """The best plan found in the time given, checked by the referee; every unserved request has its reason.

    Raises BrokenPlan when even the routes the referee accepts do not make a sound plan.
    """
    times = times_of(effort, sum(len(request.tasks) for request in problem.requests))
    fleet = Fleet(problem)
    draft, notes = _search(fleet, effort, times)
    plan = _timed(fleet, draft, times.explaining(effort), notes)
    if breaches := check(problem, plan):
        at_fault = {breach.vehicle for breach in breaches}
        sound = {vehicle: stops for vehicle, stops in draft.routes().items() if vehicle not in at_fault}
        plan = _timed(fleet, draft_of(fleet, sound), times.explaining(effort), notes)
        if check(problem, plan):
            raise BrokenPlan(breaches)
    return plan


def _timed(fleet: Fleet, draft: Draft, patience: Patience, notes: tuple[str, ...]) -> Plan:
    """The draft as a plan: filled up where there is room, with times, and with reasons for who still waits."""
    untried = fill(fleet, draft, patience)
    timed = {v: timed_route(fleet.duties[v], stops) for v, stops in draft.routes().items()}
    for vehicle_id, route in timed.items():
        if route is None:  # taking somebody out can make a route too long where a detour is the shorter way
            draft.take_out(fleet, vehicle_id, {request.key for _, request in draft.tours[vehicle_id].stops})
    if untried:
        notes = (*notes, f"time was over before {len(untried)} requests were tried with every vehicle in use")
    return Plan(
        routes=tuple(route for route in timed.values() if route is not None),
        unassigned=explain(fleet, draft, patience),
        travel_times=fleet.problem.travel_times,
        notes=notes,
    )


def _search(fleet: Fleet, effort: Effort, times: Times) -> tuple[Draft, tuple[str, ...]]:
    """The best draft of all searches, and what went wrong with them; the first plan when none was better."""
    start = first_plan(fleet, Patience(times.first_plan_at), Patience(times.searched_at))
    now, hasty_s = time.monotonic(), FIRST_PLAN_S + FIRST_PLAN_OF_EACH_S * len(fleet.wishes)
    if not fleet.wishes or (now >= times.searched_at and start.draft.driven_by):
        return start.draft, ()
    stopped_at = times.stopped_at if now < times.searched_at else now + hasty_s
    efforts = [replace(effort, threads=1, seed=effort.seed * effort.threads + i) for i in range(effort.threads)]
    searches = [Search(fleet, start, each, LIBRARY, times.searched_at) for each in efforts]
    drafts: list[Draft] = [start.draft] if start.draft.driven_by else []
    notes: dict[str, None] = {}
    for outcome in apart([partial(_run, each) for each in searches], stopped_at):
        if outcome.last is not None:
            routes, trouble = outcome.last
            drafts.append(_read(fleet, fleet.stops_of(routes)))
            notes |= {trouble: None} if trouble else {}
        if outcome.trouble is not None:
            notes[f"a search {outcome.trouble}; the best plan found before it is shown"] = None
    if not drafts:  # every search was lost before it had a first plan
        drafts.append(construct(fleet, Patience(time.monotonic() + hasty_s)))
    return min(drafts, key=lambda draft: rank(fleet, draft)), tuple(notes)


def _read(fleet: Fleet, routes: Routes) -> Draft:
    """What a search told, as it is: all of it is timed and checked when the best is known."""
    try:
        return draft_of(fleet, routes)
    except ValueError:
        return rebuilt(fleet, routes)


def _run(search: Search, report: Report) -> None:
    """Send each better plan to the parent, but not more often than it is worth; the last one for certain."""
    sent_at = 0.0

    def send(routes: Keys) -> None:
        nonlocal sent_at
        now = time.monotonic()
        if now - sent_at >= REPORTED_EVERY_S:
            sent_at = now
            report((routes, None))

    search.run(send)
    report((search.best.keys(), search.trouble))


def _flow(net: Network) -> Numbers | None:
    """The cheapest flow, arc by arc."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    graph = min_cost_flow.SimpleMinCostFlow()
    arcs = graph.add_arcs_with_capacity_and_unit_cost(
        net.tails.astype(np.int32), net.heads.astype(np.int32), net.capacities, net.costs
    )
    graph.set_nodes_supplies(np.arange(len(net.supplies), dtype=np.int32), net.supplies)
    if graph.solve() != graph.OPTIMAL:
        return None
    flows: Numbers = graph.flows(arcs)
    return flows


def _match(pairs: Pairs) -> Numbers | None:
    """The cheapest column for each row, every column once."""
    import numpy as np
    from ortools.graph.python import linear_sum_assignment

    matching = linear_sum_assignment.SimpleLinearSumAssignment()
    matching.add_arcs_with_cost(pairs.rows.astype(np.int32), pairs.columns.astype(np.int32), pairs.costs)
    if matching.solve() != matching.OPTIMAL:
        return None
    return np.array([matching.right_mate(row) for row in range(matching.num_nodes())], dtype=np.int64)


def _methods() -> Methods:
    from dispatch.search.exclusive.chains import Methods

    return Methods(flow=_flow, match=_match)


def _improve(fleet: Fleet, draft: Draft, effort: Effort, patience: Patience) -> Routes | None:
    """The routing library's guided search from a draft. None when it found nothing at all though there was time."""
    from dispatch.search.library.grid import grid
    from dispatch.search.library.model import describe, routes_of, rows_of

    numbers = grid(fleet, draft)
    if not numbers.visits or numbers.pairs > min(MOST_PAIRS, PAIRS_PER_SECOND * patience.left_s()):
        return {}
    model = _model(numbers)
    describe(model)
    routing = model.routing
    routing.AddSearchMonitor(routing.solver().FailuresLimit(_failures(effort, len(numbers.visits))))
    parameters = _parameters(effort, patience)
    routing.CloseModelWithParameters(parameters)
    start = routing.ReadAssignmentFromRoutes(rows_of(model, draft), True)
    answer = routing.SolveFromAssignmentWithParameters(start, parameters) if start else None
    if answer is None:
        answer = routing.SolveWithParameters(_parameters(effort, patience))
    if answer is None:
        return None if patience.lasts() else {}
    return routes_of(model, answer)


def _model(numbers: Grid) -> Model:
    from ortools.constraint_solver import pywrapcp

    from dispatch.search.library.model import Model
    from dispatch.search.library.span import span

    rows = numbers.rows()
    vehicles = [numbers.problem.vehicles[row] for row in rows]
    manager = pywrapcp.RoutingIndexManager(
        len(numbers.depots) + len(numbers.visits),
        len(vehicles),
        [numbers.depot_row(vehicle.start) for vehicle in vehicles],
        [numbers.depot_row(vehicle.end) for vehicle in vehicles],
    )
    routing = pywrapcp.RoutingModel(manager)
    return Model(grid=numbers, rows=rows, span=span(numbers, rows), manager=manager, routing=routing)


def _failures(effort: Effort, visits: int) -> int:
    """Failed moves after which a search has nothing left to try; the guided search would circle until its time is over."""
    return min(1_000_000, 2_000 * visits**2) if effort.iterations is None else 1_000 + 200 * effort.iterations


def _parameters(effort: Effort, patience: Patience) -> Any:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.first_solution_strategy = first
    descent = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.local_search_metaheuristic = descent
    if effort.iterations is not None:
        parameters.solution_limit = max(1, effort.iterations)
    parameters.time_limit.FromMilliseconds(max(10, int(patience.left_s() * 1000)))
    return parameters


LIBRARY = Library(methods=_methods, improve=_improve)
