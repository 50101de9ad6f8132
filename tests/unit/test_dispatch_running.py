"""A booking is put into a running plan: at once, at the least price, and the referee agrees."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from dispatch.problem import Problem, Request, Task, TaskKind
from dispatch.referee import check
from dispatch.search.fleet import Fleet, best_offer
from dispatch.search.insertion import construct
from dispatch.search.patience import Patience
from dispatch.search.running.plan import Running
from dispatch.search.running.ways import Ways
from tests.unit.dispatch_problems import HOUR, Json, car, line, problem, problems, trip

ALWAYS = float("inf")
PICKUP, DELIVERY = TaskKind.PICKUP, TaskKind.DELIVERY


def _running(asked: Problem) -> tuple[Running, Fleet]:
    """A plan in one pass."""
    fleet = Fleet(asked)
    return Running(asked, construct(fleet, Patience(ALWAYS)).keys()), fleet


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_place_found_is_the_cheapest_of_all_vehicles_and_the_plan_stays_sound(source: Json) -> None:
    asked = problem(source)
    for late in asked.requests[-2:]:
        earlier = replace(asked, requests=tuple(request for request in asked.requests if request is not late))
        fleet = Fleet(asked)
        draft = construct(Fleet(earlier), Patience(ALWAYS))
        running = Running(earlier, draft.keys())
        before = running.price()
        best = best_offer(fleet, draft, fleet.wishes[late.key])
        placed = running.insert(late)
        if best is not None:
            assert placed is not None
            assert placed.moved == ()
            assert placed.extra == pytest.approx(best[1][0])
        assert running.price() - before == pytest.approx(placed.extra if placed else 0)
        assert check(running.problem, running.plan()) == []


@given(problems())
@settings(max_examples=50, deadline=None)
def test_taking_a_booking_out_again_leaves_what_was(source: Json) -> None:
    asked = problem(source)
    running, _ = _running(replace(asked, requests=asked.requests[:-1]))
    before = running.keys()
    if asked.requests and (placed := running.insert(asked.requests[-1])) and not placed.moved:
        running.withdraw(asked.requests[-1].key)
        assert running.keys() == before


def test_an_offer_changes_nothing_and_is_what_an_insertion_then_does() -> None:
    asked = problem(line([car(1), car(2, 4)], [trip(1, 1, 2, [0, HOUR])]))
    late = problem(line([car(1)], [trip(2, 3, 4, [0, HOUR])])).requests[0]
    running, _ = _running(asked)
    before = running.keys()
    offered = running.offer(late)
    assert running.keys() == before
    assert running.insert(late) == offered
    assert running.keys() != before
    with pytest.raises(ValueError, match="already"):
        running.insert(late)


def test_one_trip_moves_over_where_that_alone_makes_room() -> None:
    """Car 1 is the only one for the second trip; the first has another car."""
    cars = [car(1, skills=[7]), car(2, 4)]
    first = trip(1, 1, 2, [HOUR, HOUR], exclusive=True)
    asked = problem(line(cars, [first]))
    late = problem(line(cars, [trip(2, 2, 1, [HOUR, HOUR], exclusive=True, skills=[7])])).requests[0]
    running, _ = _running(asked)
    assert running.keys() == {1: [(PICKUP, 1), (DELIVERY, 1)]}
    placed = running.insert(late)
    assert placed is not None
    assert (placed.vehicle, placed.moved) == (1, (((PICKUP, 1), 2),))
    assert check(running.problem, running.plan()) == []


def test_who_fits_nowhere_is_refused_and_changes_nothing() -> None:
    asked = problem(line([car(1)], [trip(1, 1, 2, [HOUR, HOUR])]))
    late = problem(line([car(1)], [trip(2, 4, 1, [HOUR, HOUR])])).requests[0]
    running, _ = _running(asked)
    before = running.keys()
    assert running.insert(late) is None
    assert running.keys() == before
    assert check(running.problem, running.plan()) == []


def test_only_the_named_vehicles_serve_a_booking_also_for_the_referee() -> None:
    asked = problem(line([car(1), car(2), car(3)], [trip(1, 1, 2, [0, HOUR])]))
    late = problem(line([car(1)], [trip(2, 1, 2, [0, HOUR])])).requests[0]
    running, _ = _running(asked)
    placed = running.insert(late, able=[3])
    assert placed is not None
    assert placed.vehicle == 3
    assert check(running.problem, running.plan()) == []
    (named,) = (request for request in running.problem.requests if request.key == late.key)
    assert [v.id for v in running.problem.vehicles if named.skills <= v.skills] == [3]


@pytest.mark.parametrize("speed", [1.0, 1.5])
def test_a_booking_brings_places_of_its_own(speed: float) -> None:
    """The line goes on to the right: places 5 and 6, then a trip between them."""
    asked = problem(line([car(1, speed_factor=speed, costs={"per_km": 100})], [trip(1, 1, 2, [0, HOUR])]))
    running, _ = _running(asked)
    places = []
    for number in (5, 6):
        ways = [600 * (number - i) for i in range(number)]
        metres = [5_000 * (number - i) for i in range(number)]
        places.append(running.add_place({"car": Ways(to_s=ways, from_s=ways, to_m=metres, from_m=metres)}))
    tasks = tuple(Task(kind=kind, id=2, place=place) for kind, place in zip((PICKUP, DELIVERY), places, strict=True))
    placed = running.insert(Request(tasks=tasks))
    assert placed is not None
    grown = running.problem
    assert len(grown.matrices["car"].durations) == 7
    assert check(grown, running.plan()) == []
    assert placed.extra == pytest.approx(8 * 600 / speed + 8 * 5 * 100)


def test_a_place_needs_its_way_to_every_other() -> None:
    running, _ = _running(problem(line([car(1)], [])))
    with pytest.raises(ValueError, match="each of 5 places"):
        running.add_place({"car": Ways(to_s=[1], from_s=[1])})
    with pytest.raises(ValueError, match="profile car"):
        running.add_place({})
