"""Orders, vehicles and drivers of one day, each with everything in order until a test changes it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from dispatch.eligible import DriverFacts, Obstacle, Span, VehicleFacts
from dispatch.problem import Matrix, TravelSource
from dispatch.proposal.beside import beside
from dispatch.proposal.crews import match_drivers
from dispatch.proposal.day import Day, problem_of
from dispatch.proposal.offers import Assignment, Unserved, offers, pairs
from dispatch.proposal.runs import runs
from dispatch.referee import check
from dispatch.solve import Effort, solve
from fleet.order import Order, OrderState, OrderType, Place
from fleet.vehicle import Vehicle, VehicleClass, VehicleStatus

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
START, END = NOW + timedelta(hours=2), NOW + timedelta(hours=4)
UNIT, CENTRE = uuid4(), uuid4()
OFFICE, HOSPITAL = Place(name="a", lon=116.0, lat=32.0), Place(name="b", lon=116.1, lat=32.0)


def order(**more: Any) -> Order:
    plain = Order(
        id=uuid4(), order_no=1, row_version=1, type=OrderType.NORMAL, state=OrderState.UNIT_APPROVED, unit_id=UNIT,
        requester_id=None, created_at=NOW, planned_start_at=START, planned_end_at=END, passengers=3, origin=OFFICE,
        destination=HOSPITAL,
    )  # fmt: skip
    return replace(plain, **more)


def vehicle(number: int = 1, **more: Any) -> VehicleFacts:
    of_vehicle = {name: more.pop(name) for name in list(more) if name in Vehicle.__dataclass_fields__}
    plain = Vehicle(
        id=uuid4(), vehicle_no=number, plate=f"A{number}", vehicle_class=VehicleClass.EMERGENCY_SUPPORT,
        status=VehicleStatus.IN_SERVICE, seats=5,
    )  # fmt: skip
    facts = VehicleFacts(
        vehicle=replace(plain, **of_vehicle), last_heard_at=NOW - timedelta(minutes=1), depot=(116.0, 32.0),
        manager_unit_id=CENTRE, user_unit_id=CENTRE,
    )  # fmt: skip
    return replace(facts, **more)


def driver(name: str = "d", **more: Any) -> DriverFacts:
    return replace(DriverFacts(person_id=uuid4(), name=name, unit_id=CENTRE, licence_class="C1"), **more)


def taken(start_at: datetime, end_at: datetime) -> tuple[Span, ...]:
    return (Span(start_at=start_at, end_at=end_at, order_id=uuid4()),)


def codes(found: list[Obstacle]) -> list[tuple[str, bool]]:
    return [(obstacle.code, obstacle.hard) for obstacle in found]


def spot(minute: int) -> Place:
    """A place on a road along which a minute is a thousandth of a degree."""
    return Place(name=str(minute), lon=round(116 + minute / 1000, 3), lat=32.0)


def garage(number: int, minute: int, **more: Any) -> VehicleFacts:
    """A vehicle whose depot lies on that road."""
    at = spot(minute)
    return vehicle(number, depot=(at.lon, at.lat), **more)


def along_the_road(day: Day) -> Matrix:
    """Travel times on that road; ten metres a second."""
    places = [round((lon - 116) * 1000) for lon, _ in day.points]
    seconds = tuple(tuple(60 * abs(a - b) for b in places) for a in places)
    return Matrix(durations=seconds, distances=tuple(tuple(10 * value for value in row) for row in seconds))


def proposed(
    day: Day, drivers: Sequence[DriverFacts], matrix: Callable[[Day], Matrix] = along_the_road
) -> tuple[list[Assignment], list[Unserved]]:
    """What a proposal says, each civil day by itself, as dispatch.suggest makes it."""
    days = [(each, problem_of(each, matrix(each), TravelSource.ROUTER)) for each in runs(day, ZONE)]
    plans = [solve(problem, Effort(seconds=5, iterations=20)) for _, problem in days]
    assert [check(problem, plan) for (_, problem), plan in zip(days, plans, strict=True)] == [[] for _ in days]
    told = [pair for (each, _), plan in zip(days, plans, strict=True) for pair in pairs(each, plan)]
    crew = match_drivers(told, drivers, ZONE)
    made = [
        offers(each, problem, plan, crew, beside(each, told, crew.drivers, drivers, ZONE))
        for (each, problem), plan in zip(days, plans, strict=True)
    ]
    return [one for assigned, _ in made for one in assigned], [one for _, unserved in made for one in unserved]
