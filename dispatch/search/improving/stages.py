"""A search stage by stage: a first plan at once, chains of exclusive trips, ruin and recreate, the library's own moves.

Each stage starts from the best draft so far and reports every better one, so it may be stopped at any instant. Where
the compiled ruin and recreate is there, it makes the first plan and has most of the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from dispatch.search.fleet import Draft, Fleet, Key, Routes, draft_of
from dispatch.search.improving.effort import Effort
from dispatch.search.improving.recreate import Recreation
from dispatch.search.insertion import construct, fill, rank, rebuilt
from dispatch.search.kernel.run import Kernel, is_compiled, kernel, tables_of
from dispatch.search.patience import Patience

if TYPE_CHECKING:
    from dispatch.search.exclusive.chains import Methods
    from dispatch.search.exclusive.trips import Trips
    from dispatch.search.kernel.tables import Tables

Keys = dict[int, list[Key]]

FEW = 6  # requests that ruin and recreate turns over in all ways there are
LARGE = 30_000  # vehicles x requests: a day of exclusive trips is first planned in one sweep
EXCLUSIVE, EXCLUSIVE_COMPILED = (
    0.5,
    0.9,
)  # share of the requests that makes it such a day, without and with the compiled search
CUTS = 200  # of a day, while they help
FRUITLESS_CUTS = 25
FILLING, CHAINING, RECREATING, MODELLING = 0.3, 0.35, 0.35, 0.5  # shares of the time that is left when a stage begins
COMPILED = 0.92  # the compiled search's share
SHORTEST_MODELLING_S = 0.2  # the library is not worth loading for less
STEPS_PER_ITERATION = 4
COMPILED_STEPS_PER_ITERATION = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What the solver's library can do, handed in by the one file that imports it."""

    methods: Callable[[], Methods]
    improve: Callable[[Fleet, Draft, Effort, Patience], Routes | None]  # None: no plan found; {}: not tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A plan to fall back on, and the exclusive trips of the problem where they were laid out for it."""

    draft: Draft
    trips: Trips | None = None
    tables: Tables | None = None  # of the compiled search, which then makes a plan of an empty draft first


def first_plan(fleet: Fleet, hasty: Patience, patience: Patience) -> Start:
    """Each request tried with every vehicle, however long it takes, for nothing later serves more of them in a second.

    Only the chains of a large day of exclusive trips do: there it ends in haste. The compiled search makes its own
    first plan, in a process that may be lost.
    """
    exclusive = sum(1 for request in fleet.problem.requests if request.exclusive)
    most = EXCLUSIVE_COMPILED if is_compiled(fleet) else EXCLUSIVE
    if exclusive > most * len(fleet.wishes) and exclusive * len(fleet.duties) > LARGE:
        from dispatch.search.exclusive.chains import in_turn
        from dispatch.search.exclusive.trips import trips_of

        trips = trips_of(fleet)
        if trips is not None:
            draft = in_turn(fleet, trips)
            fill(fleet, draft, hasty)
            return Start(draft=draft, trips=trips)
    if tables := tables_of(fleet):
        return Start(draft=draft_of(fleet, {}), tables=tables)
    return Start(draft=construct(fleet, patience))


class Search:
    """One search with random numbers of its own."""

    def __init__(self, fleet: Fleet, start: Start, effort: Effort, library: Library, searched_at: float) -> None:
        self.fleet, self.effort, self.library = fleet, effort, library
        self.trips, self.tables = start.trips, start.tables
        self.best, self.best_rank = start.draft, rank(fleet, start.draft)
        self.searched_at = searched_at
        self.rng = Random(effort.seed)
        self.trouble: str | None = None

    def run(self, report: Callable[[Keys], None]) -> None:
        """Report the routes of each better draft until time or steps are over."""
        self._report = report
        compiled = self._first(self.tables) if self.tables else None
        self._fill()
        if self._chained(compiled):
            return
        if self.best.driven_by and (tables := self.tables or tables_of(self.fleet)):
            compiled = self._from_best(tables)
        if compiled:
            self._compiled(compiled)
            if self.effort.iterations is not None or self.searched_at - time.monotonic() > SHORTEST_MODELLING_S:
                self._modelled()
            return
        self._recreated(RECREATING)
        self._modelled()
        self._recreated(1.0)

    def _first(self, tables: Tables) -> Kernel:
        """A first plan, told at once: there may be little time."""
        found = kernel(tables, self.effort.seed)
        found.construct()
        self._report(found.best())
        return found

    def _from_best(self, tables: Tables) -> Kernel:
        found = kernel(tables, self.effort.seed)
        found.load(self.best.keys())
        found.construct()  # whoever waits
        self._report(found.best())
        return found

    def _taken_over(self, found: Kernel) -> None:
        self._keep(rebuilt(self.fleet, self.fleet.stops_of(found.best())))

    def _fill(self) -> None:
        """Whoever the first plan had no time for."""
        if self.best.waiting and self.trips:
            draft = self.best.copy()
            fill(self.fleet, draft, self._share(FILLING))
            self._keep(draft)

    def _keep(self, draft: Draft) -> None:
        found = rank(self.fleet, draft)
        if found < self.best_rank:
            self.best, self.best_rank = draft, found
            self._report(draft.keys())

    def _share(self, part: float) -> Patience:
        """Part of the time that is left; all of it where steps are counted."""
        now = time.monotonic()
        if self.effort.iterations is not None:
            part = 1.0
        return Patience(now + part * (self.searched_at - now))

    def _chained(self, compiled: Kernel | None) -> bool:
        """Exclusive trips as chains; True when no plan can be better.

        A mixed day is better left to the compiled search, which needs none of the second it takes to load the methods.
        """
        exclusive = sum(1 for request in self.fleet.problem.requests if request.exclusive)
        if exclusive < 2 or (compiled and exclusive < len(self.fleet.wishes)):
            return False
        if compiled:
            self._taken_over(compiled)
        from dispatch.search.exclusive.chains import least_price
        from dispatch.search.exclusive.trips import trips_of

        trips = self.trips or trips_of(self.fleet)
        if trips is None:
            return False
        methods, patience = self.library.methods(), self._share(CHAINING)
        draft = self.best
        found = least_price(self.fleet, trips, methods, patience)
        if found is not None:
            draft = found.draft
            fill(self.fleet, draft, patience)
            self._keep(draft)
            if found.is_best:
                return True
        self._rematch(trips, draft, methods, patience)
        return False

    def _rematch(self, trips: Trips, draft: Draft, methods: Methods, patience: Patience) -> None:
        from dispatch.search.exclusive.matching import rematched

        opens = sorted(set(trips.opens.tolist()))
        fruitless = 0
        for _ in range(CUTS if self.effort.iterations is None else min(CUTS, self.effort.iterations)):
            if fruitless == FRUITLESS_CUTS or not patience.lasts():
                break
            found = rematched(self.fleet, trips, draft, self.rng.choice(opens), methods)
            fruitless = fruitless + 1 if found is draft else 0
            draft = found
            self._keep(draft)

    def _compiled(self, found: Kernel) -> None:
        iterations = self.effort.iterations
        steps = None if iterations is None else COMPILED_STEPS_PER_ITERATION * iterations
        if steps != 0:
            found.improve(self._share(COMPILED).stop_at, steps, self._report)
        self._taken_over(found)

    def _recreated(self, part: float) -> None:
        iterations = self.effort.iterations
        steps = None if iterations is None else STEPS_PER_ITERATION * iterations
        recreation = Recreation(self.fleet, self.best, self._share(part), self.rng, steps)
        recreation.run(self._keep)

    def _modelled(self) -> None:
        """What OR-Tools makes of the best draft, as far as it can be driven."""
        if len(self.fleet.wishes) <= FEW:
            return
        patience = self._share(1.0 if self.tables else MODELLING)
        routes = self.library.improve(self.fleet, self.best, self.effort, patience)
        if not routes:
            self.trouble = self.trouble if routes is not None else "the routing library found no plan"
            return
        draft = rebuilt(self.fleet, routes)
        fill(self.fleet, draft, patience)
        self._keep(draft)
