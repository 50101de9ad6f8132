"""Time-share cars: no site ever owes a car or holds more than its bays, and the night's moves are the cheapest there are."""

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from ortools.graph.python import min_cost_flow

from dispatch.timeshare.night import ahead, rebalance, wanted_of
from dispatch.timeshare.stock import Car, Ledger, NoCar, Ride, Site, ledger

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def site_id(number: int) -> UUID:
    return UUID(int=1_000 + number)


def scheme(bays: list[int], cars: list[int]) -> Ledger:
    """Sites with so many bays; a car at each named site from the start."""
    sites = [Site(id=site_id(n), bays=room) for n, room in enumerate(bays)]
    return ledger(sites, [Car(id=UUID(int=n), site_id=site_id(site), since=START) for n, site in enumerate(cars)], [])


def sound(book: Ledger) -> None:
    """Counted anew from the rides alone, at every instant something changes: every car is once, no site below 0 or above its bays."""
    rides = [ride for own in book.rides.values() for ride in own]
    for instant in sorted({START, *(ride.start_at for ride in rides), *(ride.end_at for ride in rides)}):
        count = {site: sum(car.site_id == site for car in book.cars.values()) for site in book.sites}
        for ride in rides:
            count[ride.from_site] -= ride.start_at <= instant
            count[ride.to_site] += ride.end_at <= instant
        assert all(0 <= number <= book.sites[site].bays for site, number in count.items()), (instant, count)
        standing = book.standing(instant)
        assert {site: len(cars) for site, cars in standing.items()} == count
    for own in book.rides.values():
        assert all(a.end_at <= b.start_at and a.to_site == b.from_site for a, b in pairwise(own))


@settings(deadline=None, max_examples=60)
@given(
    bays=some.lists(some.integers(1, 4), min_size=2, max_size=5), wishes=some.lists(some.tuples(some.integers(0, 4), some.integers(0, 4), some.integers(0, 600), some.integers(1, 300)), max_size=25), seed=some.integers(0, 999),
)  # fmt: skip
def test_stock_is_never_negative_whatever_is_asked_in_whatever_order(
    bays: list[int], wishes: list[tuple[int, int, int, int]], seed: int
) -> None:
    """Wishes out of order in time, one-way, overlapping: after each promise the whole book is still sound."""
    rng = random.Random(seed)
    cars = [n for n, room in enumerate(bays) for _ in range(rng.randint(0, room))]
    book = scheme(bays, cars)
    for from_no, to_no, start_min, length_min in wishes:
        start_at, end_at = at(start_min), at(start_min + length_min)
        free = book.free(site_id(from_no), site_id(to_no), start_at, end_at)
        if isinstance(free, NoCar):
            assert (free is NoCar.UNKNOWN_SITE) == (max(from_no, to_no) >= len(bays))
            continue
        assert len(free) == len(set(free)) > 0
        book = book.add(
            Ride(
                car_id=rng.choice(free),
                from_site=site_id(from_no),
                to_site=site_id(to_no),
                start_at=start_at,
                end_at=end_at,
            )
        )
        sound(book)


def test_one_way_by_hand() -> None:
    """One car: away to the other site, then wanted here again; the turnaround, the way back, a full site and an unknown one."""
    book = scheme([2, 1], [0])
    a, b = site_id(0), site_id(1)
    car = UUID(int=0)
    assert book.free(a, b, at(60), at(120)) == [car]
    book = book.add(Ride(car_id=car, from_site=a, to_site=b, start_at=at(60), end_at=at(120)))
    assert book.free(a, a, at(130), at(180)) is NoCar.NO_CAR_THERE
    assert book.free(b, a, at(130), at(180)) is NoCar.NO_CAR_THERE  # not turned around yet
    assert book.free(b, a, at(135), at(180)) == [car]
    assert book.free(a, a, at(0), at(45)) == [car]  # back in time for its own next trip
    assert book.free(a, a, at(0), at(46)) is NoCar.NO_CAR_THERE
    assert book.free(a, b, at(0), at(30)) is NoCar.NO_CAR_THERE  # it would be missing at 60
    assert book.free(a, UUID(int=9), at(0), at(30)) is NoCar.UNKNOWN_SITE
    full = scheme([2, 1], [0, 1])
    assert full.free(a, b, at(0), at(30)) is NoCar.NO_FREE_BAY
    assert book.needed_later(book.rides[car][0]) is False
    with pytest.raises(ValueError, match="not free"):
        book.add(Ride(car_id=car, from_site=a, to_site=b, start_at=at(60), end_at=at(120)))


def exact(stock: list[int], wanted: list[int], prices: list[list[int]]) -> int:
    """The same by OR-Tools' minimum-cost flow."""
    count = len(stock)
    graph = min_cost_flow.SimpleMinCostFlow()
    spare = [max(have - want, 0) for have, want in zip(stock, wanted, strict=True)]
    missing = [max(want - have, 0) for have, want in zip(stock, wanted, strict=True)]
    for i in range(count):
        graph.add_arc_with_capacity_and_unit_cost(count, i, spare[i], 0)
        graph.add_arc_with_capacity_and_unit_cost(i, count + 1, missing[i], 0)
        for j in range(count):
            if spare[i] and missing[j]:
                graph.add_arc_with_capacity_and_unit_cost(i, j, 1_000, prices[i][j])
    flow = min(sum(spare), sum(missing))
    graph.set_nodes_supplies(np.array([count, count + 1]), np.array([flow, -flow]))
    assert graph.solve() == graph.OPTIMAL
    return int(graph.optimal_cost())


@settings(deadline=None, max_examples=60)
@given(some.integers(2, 7), some.integers(0, 10_000))
def test_the_moves_are_the_cheapest(count: int, seed: int) -> None:
    """As many cars as both sides allow, at the cost another solver finds; nobody gives what he lacks or takes what he has."""
    rng = random.Random(seed)
    stock, wanted = ([rng.randint(0, 6) for _ in range(count)] for _ in range(2))
    prices = [[rng.randint(0, 50) for _ in range(count)] for _ in range(count)]
    found = rebalance(stock, wanted, lambda i, j: prices[i][j])
    assert found.cost == exact(stock, wanted, prices)
    after = list(stock)
    for (giver, taker), cars in found.cars.items():
        after[giver] -= cars
        after[taker] += cars
    spare, missing = (
        sum(max(a - b, 0) for a, b in zip(one, other, strict=True)) for one, other in ((stock, wanted), (wanted, stock))
    )
    assert sum(found.cars.values()) == min(spare, missing)
    assert (
        found.short == missing - min(spare, missing) == sum(max(w - a, 0) for w, a in zip(wanted, after, strict=True))
    )
    assert all(a >= min(have, want) for a, have, want in zip(after, stock, wanted, strict=True))


def test_a_hundred_sites_and_three_hundred_cars_are_planned_at_once() -> None:
    """The size the scheme of a city has, in well under the patience of a person."""
    rng = random.Random(1)
    stock = [0] * 100
    for _ in range(300):
        stock[rng.randrange(100)] += 1
    places = [(rng.random(), rng.random()) for _ in range(100)]
    prices = [[round(1_000 * (abs(a - c) + abs(b - d))) for c, d in places] for a, b in places]
    began = time.perf_counter()
    found = rebalance(stock, [3] * 100, lambda i, j: prices[i][j])
    assert time.perf_counter() - began < 10
    assert found.short == 0
    assert found.cost == exact(stock, [3] * 100, prices)


def test_what_is_wanted_follows_the_worst_of_each_day() -> None:
    """Two cars away before one comes back = 2 ahead; means are rounded up and a bay stays free."""
    assert ahead([1, 1, -1, 1, -1]) == 2
    assert ahead([-1, 1]) == 0
    assert wanted_of([[2, 9, 0], [3, 9, 0]], [8, 4, 1]) == [3, 3, 0]
    assert wanted_of([], [4]) == [0]
