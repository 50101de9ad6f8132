"""What would help a trip a re-plan leaves without a vehicle: the smallest change tried beside everything the re-plan serves. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from uuid import UUID

from dispatch.eligible import DriverFacts, Span, VehicleFacts
from dispatch.explain import SHIFTS_S
from dispatch.problem import TaskKind
from dispatch.proposal.beside import at_any_vehicle
from dispatch.proposal.change import Change, smallest
from dispatch.proposal.trial import Trial
from dispatch.rolling.moves import Replan
from dispatch.search.insertion import insert
from fleet.order import Order


def what_helps(made: Replan, order_id: UUID) -> Change | None:
    """Only the vehicles the re-plan looked at are asked: that none helps is not said."""
    around = made.situation
    day, fleet = around.day, made.laid.fleet
    i, wish = next((i, order) for i, order in enumerate(day.orders) if order.id == order_id)
    rows = {facts.vehicle.id: row for row, facts in enumerate(day.vehicles)}
    own = fleet.wishes[TaskKind.PICKUP, i].request

    def room(order: Order, facts: VehicleFacts) -> bool:
        row = rows[facts.vehicle.id]
        by_s = round((order.planned_start_at - wish.planned_start_at).total_seconds())
        return insert(fleet.duties[row], made.draft.tours[row].stops, at_any_vehicle(own, by_s, order.passengers)) is not None  # fmt: skip

    away = around.away.get(order_id, frozenset())
    trial = Trial(
        wish=wish,
        obstacles={facts.vehicle.id: day.obstacles.get((order_id, facts.vehicle.id), ()) for facts in day.vehicles},
        vehicles=[facts for facts in day.vehicles if not _is_out(made, order_id, facts)],
        drivers=[driver for driver in _busy(made) if driver.person_id not in away],
        now=around.now,
        zone=around.zone,
        room=room,
    )
    return smallest(wish, trial, now=around.now, steps_s=SHIFTS_S).change


def _is_out(made: Replan, order_id: UUID, facts: VehicleFacts) -> bool:
    """Cannot drive, whatever the hour: that is known of the disruption and not of the vehicle."""
    found = made.situation.day.obstacles.get((order_id, facts.vehicle.id), ())
    return any(obstacle.code == "broken_down" for obstacle in found)


def _busy(made: Replan) -> list[DriverFacts]:
    """The drivers with every trip the re-plan serves, moved or left where it was."""
    at_wheel = {move.order.id: move.driver.person_id for move in made.moves}
    taken: dict[UUID | None, tuple[Span, ...]] = defaultdict(tuple)
    for i, order in enumerate(made.situation.day.orders):
        if (TaskKind.PICKUP, i) in made.draft.driven_by:
            span = Span(start_at=order.planned_start_at, end_at=order.planned_end_at, order_id=order.id)
            taken[at_wheel.get(order.id, order.driver_id)] += (span,)
    return [replace(driver, busy=(*driver.busy, *taken[driver.person_id])) for driver in made.situation.drivers]
