"""R02 超时用车 ORDER_OVERRUN: the vehicle is driven before or after the time of the order it belongs to.

While a vehicle has not come back to a depot or hand-over place since it left under an order, uncovered movement is an
overrun of that order and not R01 (contracts.md 5). Setting out early for an order that the same movement then reaches is the
same paperwork: R01 hands it over when the order begins.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import NOTHING, Answer, Episode, Hit, Measure
from geofence.rules.rule import Piece, RouteMemory, Rule, Stretch, moved, parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R02. The grace of an order is R01's."""

    minimum_m: float = parameter(200.0, "metres from where the uncovered movement began that must be exceeded")
    minimum_min: float = parameter(2.0, "minutes of uncovered movement that must be exceeded")


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    if piece.regime.orders or not piece.in_effect:
        return Answer(ended_ms=episode.last_ms) if episode is not None and piece.regime.orders else NOTHING
    return Answer(hit=Hit(piece.from_ms, piece.to_ms, "Y", piece.order_id, piece.doubts))


def passes(stretch: Stretch, context: Context, parameters: Parameters, memory: RouteMemory) -> int:
    return stretch.all_if(bool(stretch.regime.orders) or not stretch.in_effect)


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    return measure.far_m > parameters.minimum_m and measure.moved_ms > parameters.minimum_min * 60_000


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    told: dict[str, object] = {"distance_m": round(episode.all.distance_m), **moved(episode)}
    if order is not None:
        early = episode.started_ms < order.start_ms
        apart_ms = order.start_ms - episode.started_ms if early else episode.last_ms - order.end_ms
        told["early_min" if early else "late_min"] = round(apart_ms / 60_000, 1)
    return told


RULE = Rule(
    id="R02",
    name="ORDER_OVERRUN",
    zh="超时用车",
    defaults=Parameters(),
    answer=answer,
    complete=complete,
    metrics=metrics,
    passes=passes,
)
