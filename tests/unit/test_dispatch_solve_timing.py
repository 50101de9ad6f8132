"""When a vehicle is where: breaks, longest duties and rides are kept exactly, and nobody waits at the start of a day."""

from dispatch.problem import Plan, Reason
from tests.unit.dispatch_problems import HOUR, Json, car, line, plan_of, trip


def _job(number: int, place: int, at: list[int] | None = None, **more: object) -> Json:
    return {"id": number, "location_index": place} | ({"time_windows": [at]} if at else {}) | more


def _steps(plan: Plan) -> list[tuple[str, int]]:
    (route,) = plan.routes
    return [(step.kind, step.begin_s) for step in route.steps]


def test_a_vehicle_without_a_start_rests_before_its_first_task() -> None:
    """Its break is over long before anybody wants it."""
    rest = {"id": 1, "service": 100, "time_windows": [[1_000, 1_500]]}
    plan = plan_of(line([{"id": 1, "end_index": 0, "breaks": [rest]}], [], [_job(1, 1, [5_000, 6_000])]))
    assert plan.unassigned == ()
    assert _steps(plan) == [("break", 1_500), ("job", 5_000), ("end", 5_600)]


def test_the_first_task_waits_for_a_late_start_that_keeps_the_longest_duty() -> None:
    """Home is reached at 3,000 at the earliest, so with a break of 100 s and a drive of 600 the first task begins at 2,200."""
    rest = {"id": 1, "service": 100, "time_windows": [[0, 1_500]]}
    jobs = [_job(1, 1, [1_900, 2_300]), _job(2, 1, [2_400, 2_400])]
    plan = plan_of(line([car(1, max_duration=1_500, breaks=[rest])], [], jobs))
    assert plan.unassigned == ()
    assert [begin for kind, begin in _steps(plan) if kind in ("start", "end")] == [1_500, 3_000]


def test_of_two_breaks_the_one_that_must_be_first_is_taken_first() -> None:
    """The second break may only begin in the first minutes; the other has all day."""
    rests = [{"id": 1, "service": 300}, {"id": 2, "service": 300, "time_windows": [[0, 100]]}]
    plan = plan_of(line([car(1, breaks=rests)], [], [_job(1, 1, [1_000, 1_300])]))
    assert plan.unassigned == ()
    assert next(step.id for step in plan.routes[0].steps if step.kind == "break") == 2


def test_breaks_are_tried_in_every_order() -> None:
    """The break that may begin first has all day; taken first it would make the other one late."""
    rests = [
        {"id": 1, "service": 600, "time_windows": [[0, 9_000]]},
        {"id": 2, "service": 600, "time_windows": [[10, 100]]},
    ]
    plan = plan_of(line([car(1, breaks=rests)], [], [_job(1, 1, [1_900, 1_900])]))
    assert plan.unassigned == ()
    assert [step.id for step in plan.routes[0].steps if step.kind == "break"] == [2, 1]


def test_a_vehicle_leaves_so_late_that_it_waits_for_nobody_it_could_have_met_later() -> None:
    """The first task may begin until 1,000 and the second only from 2,000: the first is done at 1,000, as VROOM does."""
    plan = plan_of(line([car(1)], [], [_job(1, 1, [0, 1_000]), _job(2, 2, [4_000, 5_000])]))
    assert _steps(plan) == [("start", 400), ("job", 1_000), ("job", 4_000), ("end", 5_200)]
    assert plan.routes[0].waiting_s == 2_400


def test_leaving_late_never_makes_a_ride_longer_than_it_may_be() -> None:
    aboard = trip(1, 0, 2, max_ride_time=1_200)
    aboard["delivery"]["time_windows"] = [[5_000, 6_000]]
    plan = plan_of(line([car(1)], [aboard]))
    assert _steps(plan)[:2] == [("start", 3_800), ("pickup", 3_800)]


def test_setup_at_the_delivery_is_part_of_the_ride() -> None:
    """Twenty minutes on the road and one of setup are more than twenty minutes."""
    asked = trip(1, 0, 2, max_ride_time=1_200)
    asked["delivery"]["setup"] = 60
    (left,) = plan_of(line([car(1)], [asked])).unassigned
    assert left.reason is Reason.RIDE_TIME


def test_a_break_outside_the_hours_of_a_vehicle_keeps_only_that_vehicle_at_home() -> None:
    rest = {"id": 1, "service": 60, "time_windows": [[9 * HOUR, 10 * HOUR]]}
    vehicles = [car(1, time_window=[0, 8 * HOUR], breaks=[rest]), car(2, time_window=[0, 8 * HOUR])]
    plan = plan_of(line(vehicles, [], [_job(n, n, [n * HOUR, n * HOUR + 600]) for n in range(1, 5)]))
    assert plan.unassigned == ()
    assert [route.vehicle for route in plan.routes] == [2]
