"""What the reasons for an unserved request cost: on a full day hundreds of requests ask for them."""

import pytest

from dispatch.search.fleet import Fleet
from dispatch.search.helping import alone
from dispatch.search.helping.alone import Alone
from dispatch.search.offer import find
from dispatch.search.tour import Offer, Tour
from dispatch.search.wish import Wish
from tests.unit.dispatch_problems import HOUR, Json, car, line, problem, trip


def _late() -> Json:
    """A ride of ten minutes that may last five, for thirty cars that differ in nothing but their hours."""
    cars = [car(n, capacity=[4], time_window=[n, 9 * HOUR]) for n in range(30)]
    return line(cars, [trip(1, 1, 2, amount=[1], max_ride_time=300)])


def test_vehicles_that_differ_only_in_a_lifted_limit_are_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Tour] = []

    def counted(tour: Tour, wish: Wish) -> Offer | None:
        tried.append(tour)
        return find(tour, wish)

    monkeypatch.setattr(alone, "find", counted)
    fleet = Fleet(problem(_late()))
    (request,) = fleet.problem.requests
    asked = Alone(fleet)
    assert not asked.fits(request, is_free=True, is_roomy=True)
    assert len(tried) == 1
    assert not asked.fits(request, is_free=False, is_roomy=False)
    assert len(tried) == 31


def test_vehicles_alike_are_looked_at_once_whatever_their_number_and_skills() -> None:
    cars = [car(n, n % 2, skills=[1, n]) for n in range(10)]
    fleet = Fleet(problem(line(cars, [trip(1, 1, 2, skills=[1])])))
    assert [vehicle.id for vehicle in Alone(fleet).vehicles(fleet.problem.requests[0])] == [0, 1]


@pytest.mark.parametrize(("free", "roomy", "fits"), [(False, False, False), (True, False, False), (True, True, True)])
def test_only_what_is_lifted_is_lifted(*, free: bool, roomy: bool, fits: bool) -> None:
    """Five people, four seats, and a shift that ends before they could be fetched."""
    fleet = Fleet(problem(line([car(1, capacity=[4], time_window=[0, 100])], [trip(1, 1, 2, amount=[5])])))
    assert Alone(fleet).fits(fleet.problem.requests[0], is_free=free, is_roomy=roomy) is fits
