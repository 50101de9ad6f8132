"""Ruin and recreate: take neighbouring requests out of a plan, put them back where they cost least, keep what is better.

After "slack induction by string removals" (Christiaens and Vanden Berghe): stretches of a few routes near one
another are cleared, who waits joins those taken out, all are inserted one by one in a changing order. A plan that
costs more is accepted now and then, less and less; one that serves less never.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from dispatch.search.duty import ANOTHER_VEHICLE
from dispatch.search.fleet import Draft, Fleet, Key
from dispatch.search.improving.nearness import Nearness
from dispatch.search.insertion import rank
from dispatch.search.offer import INFINITE, offer
from dispatch.search.patience import Patience
from dispatch.search.sequence import fits
from dispatch.search.tour import Offer, Tour
from dispatch.search.wish import EVER, Wish

TAKEN_OUT = 10  # requests, on average
LONGEST_STRETCH = 10
WHOLE_TOUR = 0.1  # of the attempts clear a tour altogether
SPLIT = 0.5  # of the stretches keep some in their middle
SKIPPED = 0.02  # tours overlooked while inserting, so that the cheapest place is not always taken
WAITING_TRIED = 12  # of those in no tour, with each attempt
FRUITLESS, FRUITLESS_PER_PAIR = 200, 20  # attempts in vain after which a small plan is taken for the best
WARM, COLD = 0.1, 0.0005  # of the average price of a request: how much dearer a plan may be, first and last


class Recreation:
    """One search from one draft."""

    def __init__(self, fleet: Fleet, draft: Draft, patience: Patience, rng: Random, steps: int | None) -> None:
        self.fleet = fleet
        self.best = self.current = draft
        self.patience = patience
        self.rng = rng
        self.steps = steps  # None: until patience ends or nothing better was found for long
        self.nearness = Nearness(fleet)
        self._all_s = patience.left_s()
        each = (draft.price() % ANOTHER_VEHICLE) / max(1, len(draft.driven_by))
        self._warm, self._cold = each * WARM, each * COLD

    def run(self, report: Callable[[Draft], None]) -> Draft:
        """The best draft found; each new best one is reported."""
        fleet, rng = self.fleet, self.rng
        best_rank = current_rank = rank(fleet, self.current)
        most, fruitless = (
            EVER if self.steps is None else self.steps,
            FRUITLESS + FRUITLESS_PER_PAIR * len(fleet.wishes) ** 2,
        )
        step = since = 0
        while step < most and since < fruitless and self.patience.lasts():
            step, since = step + 1, since + 1
            trial = self._trial()
            if trial is None:
                continue
            trial_rank = rank(fleet, trial)
            allowed = current_rank[1] - self._warmth(step) * math.log(1.0 - rng.random())
            if trial_rank[0] > current_rank[0] or (trial_rank[0] == current_rank[0] and trial_rank[1] >= allowed):
                continue
            if trial_rank < best_rank:
                if not self._is_sound(trial):
                    continue
                self.best, best_rank, since = trial, trial_rank, 0
                report(trial)
            self.current, current_rank = trial, trial_rank
        return self.best

    def _warmth(self, step: int) -> float:
        past = step / self.steps if self.steps else 1 - self.patience.left_s() / max(1e-9, self._all_s)
        return self._warm * (self._cold / self._warm) ** past if self._warm else 0.0

    def _is_sound(self, trial: Draft) -> bool:
        """Taking somebody out can make a route longer where the straight way is not the shortest."""
        known = self.best.tours
        return all(tour is known[v] or not tour.stops or fits(tour.duty, tour.stops) for v, tour in trial.tours.items())

    def _trial(self) -> Draft | None:
        """The current draft ruined and made whole again; None when what is left of a route cannot be driven."""
        trial = self.current.copy()
        waiting = list(trial.waiting.values())
        seed = self._seed(waiting)
        tried = self.rng.sample(waiting, WAITING_TRIED) if len(waiting) > WAITING_TRIED else waiting
        if seed.key in trial.waiting and seed not in tried:
            tried = [seed, *tried]
        try:
            gone = self._ruin(trial, seed)
        except ValueError:
            return None
        self._recreate(trial, [*gone, *tried])
        return trial

    def _seed(self, waiting: list[Wish]) -> Wish:
        if waiting and self.rng.random() < 0.5:
            return self.rng.choice(waiting)
        if not hasattr(self, "_wishes"):
            self._wishes = list(self.fleet.wishes.values())
        return self.rng.choice(self._wishes)

    def _ruin(self, trial: Draft, seed: Wish) -> list[Wish]:
        rng = self.rng
        used = max(1, sum(1 for tour in trial.tours.values() if tour.stops))
        if trial.driven_by and rng.random() < WHOLE_TOUR:
            return self._clear(trial)
        longest = min(LONGEST_STRETCH, max(1, len(trial.driven_by) // used))
        stretches = int(rng.uniform(1, 4 * TAKEN_OUT / (1 + longest)))
        gone: list[Wish] = []
        cleared: set[int] = set()
        for key in self.nearness.of(seed):
            vehicle_id = trial.driven_by.get(key)
            if vehicle_id is None or vehicle_id in cleared:
                continue
            keys = self._stretch(trial.tours[vehicle_id], key, longest)
            trial.take_out(self.fleet, vehicle_id, keys.keys())
            gone += [self.fleet.wishes[taken] for taken in keys]
            cleared.add(vehicle_id)
            if len(cleared) >= stretches:
                break
        return gone

    def _clear(self, trial: Draft) -> list[Wish]:
        vehicle_id = trial.driven_by[self.rng.choice(list(trial.driven_by))]
        keys = dict.fromkeys(request.key for _, request in trial.tours[vehicle_id].stops)
        trial.take_out(self.fleet, vehicle_id, keys.keys())
        return [self.fleet.wishes[key] for key in keys]

    def _stretch(self, tour: Tour, key: Key, longest: int) -> dict[Key, None]:
        """Some requests in a row, this one among them; now and then with a few between them left alone."""
        rng = self.rng
        row = list(dict.fromkeys(request.key for _, request in tour.stops))
        length = rng.randint(1, min(longest, len(row)))
        kept = 0
        if length > 1 and length < len(row) and rng.random() < SPLIT:
            kept = rng.randint(1, len(row) - length)
        at = row.index(key)
        whole = length + kept
        first = rng.randint(max(0, at - whole + 1), min(at, len(row) - whole))
        chosen = row[first : first + whole]
        if kept:
            hole = rng.randint(1, length - 1) if length > 1 else 1
            chosen = chosen[:hole] + chosen[hole + kept :]
        return dict.fromkeys(chosen)

    def _recreate(self, trial: Draft, absent: list[Wish]) -> None:
        for wish in self._in_turn(absent):
            best: tuple[int, Offer] | None = None
            cheapest, key = INFINITE, wish.key
            for vehicle_id in self.fleet.able(wish.request):
                if self.rng.random() < SKIPPED:
                    continue
                tour = trial.tours[vehicle_id]
                found = tour.offers[key] if key in tour.offers else offer(tour, wish)
                if found is not None and found[0] < cheapest:
                    best, cheapest = (vehicle_id, found), found[0]
            if best:
                trial.place(wish, *best)

    def _in_turn(self, absent: list[Wish]) -> list[Wish]:
        """In which order to insert: by chance, the largest, the most distant, the earliest or the tightest first."""
        rng, worth = self.rng, self.fleet.worth
        rng.shuffle(absent)
        way = rng.random()
        if way < 0.3:
            pass
        elif way < 0.5:
            absent.sort(key=lambda wish: -sum(wish.amount))
        elif way < 0.65:
            absent.sort(key=lambda wish: wish.opens_s)
        elif way < 0.8:
            absent.sort(key=lambda wish: wish.closes_s - wish.opens_s)
        else:
            away = self.nearness.from_home
            absent.sort(key=lambda wish: -away(wish) if way < 0.9 else away(wish))
        if rng.random() < 0.7:
            absent.sort(key=lambda wish: -worth[wish.key])
        return absent
