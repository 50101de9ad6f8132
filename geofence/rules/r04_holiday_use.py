"""R04 节假日用车 HOLIDAY_USE: the vehicle is driven on a weekend or holiday without a holiday approval.

What is off follows the calendar with its make-up workdays (domain.md 10); a date of a year no notice covers yet is
provisional and never accuses.
"""

from dataclasses import dataclass

from geofence.context import Context, Regime
from geofence.facts import JudgedOrder
from geofence.finding import NOTHING, Answer, Doubt, Episode, Hit, Measure
from geofence.rules.rule import Piece, RouteMemory, Rule, Stretch, moved, parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R04."""

    minimum_m: float = parameter(200.0, "metres within that time that must be exceeded, from where it began")


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    day = piece.regime.day
    if _allowed(piece.regime, piece.approving):
        return NOTHING
    if day.provisional:
        doubts = (*piece.doubts, Doubt.PROVISIONAL_CALENDAR)
        return Answer(hit=Hit(piece.from_ms, piece.to_ms, "Y", piece.order_id, doubts))
    return Answer(hit=Hit(piece.from_ms, piece.to_ms, "R", piece.order_id, piece.doubts))


def passes(stretch: Stretch, context: Context, parameters: Parameters, memory: RouteMemory) -> int:
    return stretch.all_if(_allowed(stretch.regime, stretch.approving))


def _allowed(regime: Regime, approving: tuple[JudgedOrder, ...]) -> bool:
    return not regime.day.kind.off or any(order.holiday_approved for order in approving)


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    return measure.far_m > parameters.minimum_m


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    return {"distance_m": round(episode.all.distance_m), **moved(episode)}


RULE = Rule(
    id="R04",
    name="HOLIDAY_USE",
    zh="节假日用车",
    defaults=Parameters(),
    answer=answer,
    complete=complete,
    metrics=metrics,
    passes=passes,
)
