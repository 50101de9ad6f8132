"""A situation as a problem, and a draft of it as moves people can read: who gets which vehicle and driver, and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from dispatch.eligible import DriverFacts, VehicleFacts, trip_of
from dispatch.plans.figures import Figures, figures
from dispatch.plans.laying import checked
from dispatch.problem import Matrix, Place, Plan, Problem, TaskKind, TravelSource, Window
from dispatch.proposal.day import problem_of
from dispatch.rolling.crew import crew
from dispatch.rolling.policy import ReplanPolicy, Trigger
from dispatch.rolling.situation import Situation
from dispatch.rolling.smallest import Laid, lay_out, smallest
from dispatch.search.fleet import Draft, Key
from dispatch.search.patience import Patience
from fleet.order import Order
from fleet.travel import LonLat

# How much later than wished an urgent trip may begin, tried in turn: on time, half an hour, two hours.
TOLERANCES_S = (0, 1_800, 7_200)
AS_WISHED_S = (0,)  # a new booking: who asked is told which later hour would do, and decides
FAR_FUTURE_S = 60 * 86_400  # farther than any trip that is planned anew
MOST_ROUNDS = 4  # of looking for drivers


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One trip with its new vehicle and driver; `from_` is absent where it had none."""

    order: Order
    facts: VehicleFacts
    driver: DriverFacts
    from_vehicle: VehicleFacts | None
    is_urgent: bool
    late_s: int  # after the wished start


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    situation: Situation
    laid: Laid
    draft: Draft
    plan: Plan
    moves: tuple[Move, ...]
    unserved: Mapping[UUID, str]  # urgent trips that get none, and why: no_driver, all_busy, or the commonest obstacle
    figures: Figures
    travel_times: TravelSource


def points_of(situation: Situation) -> list[LonLat]:
    """The places of the day, and behind them those where idle vehicles stand."""
    points = situation.day.points
    known = set(points)
    return points + sorted({place for place in situation.stands_at.values() if place not in known})


def problem(
    situation: Situation, points: Sequence[LonLat], matrix: Matrix, source: TravelSource, tolerance_s: int
) -> Problem:
    """Idle vehicles begin where they stand, now; urgent trips may begin so much later than wished."""
    base = problem_of(situation.day, matrix, source)
    rows = {point: i for i, point in enumerate(points)}
    now_s = int(situation.now.timestamp())
    vehicles = []
    for row, vehicle in enumerate(base.vehicles):
        place = situation.stands_at.get(situation.day.vehicles[row].vehicle.id)
        if place is not None:
            start = Place(index=rows[place], lonlat=place)
            vehicle = replace(vehicle, start=start, window=Window(start_s=now_s, end_s=now_s + FAR_FUTURE_S))
        vehicles.append(vehicle)
    known = len(situation.day.points)
    places = [*base.places, *(Place(index=i, lonlat=points[i]) for i in range(known, len(points)))]
    requests = list(base.requests)
    for i, order in enumerate(situation.day.orders):
        if order.id in situation.urgent:
            first, *rest = requests[i].tasks
            windows = tuple(replace(window, end_s=window.end_s + tolerance_s) for window in first.windows)
            tasks = (replace(first, windows=windows), *rest)
            requests[i] = replace(requests[i], tasks=tasks, priority=10)
    return replace(base, vehicles=tuple(vehicles), places=tuple(places), requests=tuple(requests))


def held_rows(situation: Situation, frozen: Set[UUID] = frozenset()) -> dict[Key, int]:
    """The vehicle each trip that may move has now."""
    rows = {facts.vehicle.id: row for row, facts in enumerate(situation.day.vehicles)}
    return {
        (TaskKind.PICKUP, i): rows[order.vehicle_id]
        for i, order in enumerate(situation.day.orders)
        if order.id not in situation.urgent and order.id not in frozen and order.vehicle_id in rows
    }


def replanned(
    situation: Situation, points: Sequence[LonLat], matrix: Matrix, source: TravelSource, policy: ReplanPolicy,
    patience: Patience, tolerances_s: Sequence[int] = TOLERANCES_S,
) -> Replan:  # fmt: skip
    """The smallest re-plan that serves most urgent trips, on time if that is possible. The referee has passed it.

    `tolerances_s`: how much later than wished a trip may begin, tried in turn.
    """
    best: list[Replan] = []
    for tolerance_s in tolerances_s:
        asked = problem(situation, points, matrix, source, tolerance_s)
        urgent = {(TaskKind.PICKUP, i) for i, order in enumerate(situation.day.orders) if order.id in situation.urgent}
        laid = lay_out(asked, held_rows(situation), urgent)
        made = with_crew(situation, laid, partial(_again, laid, policy.stability_s, patience))
        if not best or len(made.unserved) < len(best[0].unserved):
            best = [made]
        if not best[0].unserved or not patience.lasts():
            break
    return best[0]


def _again(laid: Laid, stability_s: int, patience: Patience, stuck: Set[Key]) -> Draft:
    """The smallest re-plan in which these trips stay where they are."""
    was = {key: row for key, row in laid.was.items() if key not in stuck}
    return smallest(replace(laid, was=was), stability_s, patience)


def with_crew(situation: Situation, laid: Laid, again: Callable[[Set[Key]], Draft]) -> Replan:
    """A draft with drivers. An urgent trip nobody is left for waits; where nobody is left for another trip, that one stays put.

    `again` plans with some trips staying where they are.
    """
    stuck: set[Key] = set()
    without: set[UUID] = set()
    draft = again(stuck)
    for _ in range(MOST_ROUNDS):
        changed, at_wheel = _crewed(situation, laid, draft)
        lost = [(TaskKind.PICKUP, i) for i in changed if situation.day.orders[i].id not in at_wheel]
        if not lost:
            break
        if others := {key for key in lost if key in laid.was}:
            stuck |= others
            draft = again(stuck)
        else:
            for key in lost:
                draft.take_out(laid.fleet, draft.driven_by[key], {key})
            without |= {situation.day.orders[i].id for _, i in lost}
    else:  # drivers for one are never left for the other: nobody moves
        draft, without = laid.draft.copy(), without | situation.urgent
    plan, breaches = checked(laid.fleet, draft)
    if breaches:
        raise ValueError("; ".join(f"{each.code} {each.detail}" for each in breaches[:5]))
    changed, at_wheel = _crewed(situation, laid, draft)
    unserved = {
        order.id: _why_not(situation, order, order.id in without)
        for i, order in enumerate(situation.day.orders)
        if order.id in situation.urgent and (TaskKind.PICKUP, i) not in draft.driven_by
    }
    return Replan(
        situation=situation,
        laid=laid,
        draft=draft,
        plan=plan,
        moves=tuple(_move(situation, draft, plan, i, at_wheel) for i in changed),
        unserved=unserved,
        figures=figures([(situation.day, laid.fleet.problem, plan)], at_wheel, situation.drivers, len(unserved)),
        travel_times=laid.fleet.problem.travel_times,
    )


def _crewed(situation: Situation, laid: Laid, draft: Draft) -> tuple[list[int], dict[UUID, DriverFacts]]:
    """The orders that get another vehicle or their first one, and drivers for them."""
    changed: list[int] = []
    staying: list[int] = []
    for i, order in enumerate(situation.day.orders):
        row = draft.driven_by.get((TaskKind.PICKUP, i))
        if row is None:
            continue
        is_same = order.id not in situation.urgent and situation.day.vehicles[row].vehicle.id == order.vehicle_id
        (staying if is_same else changed).append(i)
    drivers = [_busy_with(driver, (situation.day.orders[i] for i in staying)) for driver in situation.drivers]
    trips = [(situation.day.orders[i], situation.day.vehicles[draft.driven_by[TaskKind.PICKUP, i]]) for i in changed]
    return changed, crew(trips, drivers, situation.away, situation.zone)


def _busy_with(driver: DriverFacts, orders: Iterable[Order]) -> DriverFacts:
    mine = [trip_of(order) for order in orders if order.driver_id == driver.person_id]
    return replace(driver, busy=(*driver.busy, *mine)) if mine else driver


def _move(situation: Situation, draft: Draft, plan: Plan, i: int, at_wheel: Mapping[UUID, DriverFacts]) -> Move:
    day, order = situation.day, situation.day.orders[i]
    row = draft.driven_by[TaskKind.PICKUP, i]
    before = [facts for facts in day.vehicles if facts.vehicle.id == order.vehicle_id]
    route = next(each for each in plan.routes if each.vehicle == row)
    step = next(each for each in route.steps if each.kind == TaskKind.PICKUP.value and each.id == i)
    wished = order.latest_start_at or order.planned_start_at
    return Move(
        order=order,
        facts=day.vehicles[row],
        driver=at_wheel[order.id],
        from_vehicle=before[0] if before else None,
        is_urgent=order.id in situation.urgent,
        late_s=max(0, step.begin_s - int(wished.timestamp())),
    )


def _why_not(situation: Situation, order: Order, without_driver: bool) -> str:
    if without_driver:
        return "no_driver"
    codes = situation.kept_away[order.id]
    if not codes:
        return "no_vehicle"
    if any(found <= {"vehicle_busy"} for found in codes):
        return "all_busy"
    if any(found <= {"vehicle_busy", "no_driver"} for found in codes):
        return "no_driver"
    if any(found <= {"vehicle_busy", "no_driver", "too_few_seats"} for found in codes):
        return "capacity"
    return "no_vehicle_with_skill"


def obstacles_of(situation: Situation, order_id: UUID) -> list[dict[str, object]]:
    """How many vehicles each obstacle keeps away from an urgent trip, the most frequent first."""
    counts = Counter(code for found in situation.kept_away[order_id] for code in found)
    return [{"code": code, "params": {"vehicles": n}} for code, n in counts.most_common()]


def reasons(move: Move, trigger: Trigger) -> list[dict[str, object]]:
    """Why this trip goes with that vehicle, for the order and the page."""
    found: list[dict[str, object]] = [{"code": "replanned", "params": {"trigger": trigger.value}}]
    if not move.is_urgent:
        found.append({"code": "makes_room", "params": {}})
    if move.late_s:
        found.append({"code": "begins_later", "params": {"late_s": move.late_s}})
    return found
