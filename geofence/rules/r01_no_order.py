"""R01 无单用车 NO_ORDER: the vehicle is driven and no order covers it.

Serves the duty that every use of an official vehicle rests on an approved order (domain.md 7). An order covers its
planned span with grace; while the vehicle has not come back since it left under an order, movement is an overrun (R02)
and not this rule, and neither is setting out early for an order that the same movement then reaches.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import NOTHING, Answer, Episode, Hit, Measure
from geofence.rules.rule import Piece, RouteMemory, Rule, Stretch, moved, parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R01."""

    minimum_m: float = parameter(200.0, "metres from where the movement began that must be exceeded")
    minimum_min: float = parameter(2.0, "minutes of movement that must be exceeded")
    grace_before_min: float = parameter(15.0, "an order covers from so many minutes before its planned start")
    grace_after_min: float = parameter(30.0, "an order covers until so many minutes after its planned end")
    early_start_min: float = parameter(
        60.0, "uncovered movement that began at most so many minutes before an order it reaches belongs to that order"
    )
    wait_for_order_min: float = parameter(
        30.0, "people are told only so many minutes after the episode was detected, in case an order is entered"
    )


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    if piece.regime.orders and episode is not None and not episode.been_home:
        first = min(piece.regime.orders, key=lambda order: (order.start_ms, order.id))
        if 0 < first.start_ms - episode.started_ms <= parameters.early_start_min * 60_000:
            return Answer(withdrawn=True, becomes=("R02", first.id, "Y"))
    if piece.in_effect:
        return NOTHING
    return Answer(hit=Hit(piece.from_ms, piece.to_ms, "R", None, piece.doubts))


def passes(stretch: Stretch, context: Context, parameters: Parameters, memory: RouteMemory) -> int:
    return stretch.all_if(bool(stretch.in_effect))


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    return measure.far_m > parameters.minimum_m and measure.moved_ms > parameters.minimum_min * 60_000


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    return {
        "distance_m": round(episode.all.distance_m),
        **moved(episode),
        "farthest_m": round(episode.all.far_m),
    }


RULE = Rule(
    id="R01",
    name="NO_ORDER",
    zh="无单用车",
    defaults=Parameters(),
    answer=answer,
    complete=complete,
    metrics=metrics,
    passes=passes,
    asks_long_gaps=True,
)
