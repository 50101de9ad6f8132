"""R03 非工作时间用车 OFF_HOURS: on a workday the vehicle is driven in the quiet hours without an off-hours approval.

Make-up workdays are workdays. A minute belongs to the civil date it lies in; a lunch break never counts. The quiet
hours are part of the regime (geofence.context), so an episode begins and ends on the minute they do.
"""

from dataclasses import dataclass
from datetime import time, timedelta

from fleet.errors import Invalid
from geofence.context import Context, Regime
from geofence.facts import JudgedOrder, QuietHours
from geofence.finding import NOTHING, Answer, Doubt, Episode, Hit, Measure
from geofence.rules.rule import Piece, RouteMemory, Rule, Stretch, parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R03."""

    quiet_from: str = parameter("20:00", "local time from which a workday is quiet")
    quiet_to: str = parameter("07:00", "local time until which a workday is quiet")
    use_work_hours: bool = parameter(
        False, "take the using unit's own hours instead: quiet ends before its first and begins after its last interval"
    )
    before_work_min: float = parameter(
        90.0, "with use_work_hours: quiet ends so many minutes before the first interval"
    )
    after_work_min: float = parameter(
        150.0, "with use_work_hours: quiet begins so many minutes after the last interval"
    )
    minimum_m: float = parameter(200.0, "metres within that time that must be exceeded, from where it began")


def quiet_hours(parameters: Parameters, *, where: str = "rules.R03") -> QuietHours:
    """The parameters as clock times. Raises Invalid naming the parameter."""
    times = {}
    for name in ("quiet_from", "quiet_to"):
        try:
            times[name] = time.fromisoformat(getattr(parameters, name))
        except ValueError as error:
            raise Invalid(field=f"{where}.{name}", reason="not_a_time") from error
        if times[name].tzinfo is not None:
            raise Invalid(field=f"{where}.{name}", reason="not_a_time")
    return QuietHours(
        start=times["quiet_from"],
        end=times["quiet_to"],
        before_work=timedelta(minutes=parameters.before_work_min),
        after_work=timedelta(minutes=parameters.after_work_min),
        use_work_hours=parameters.use_work_hours,
    )


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    if _allowed(piece.regime, piece.approving):
        return NOTHING
    doubts = piece.doubts
    severity = "Y" if piece.in_effect else "R"
    if piece.regime.day.provisional:
        doubts, severity = (*doubts, Doubt.PROVISIONAL_CALENDAR), "Y"
    return Answer(hit=Hit(piece.from_ms, piece.to_ms, severity, piece.order_id, doubts))


def passes(stretch: Stretch, context: Context, parameters: Parameters, memory: RouteMemory) -> int:
    return stretch.all_if(_allowed(stretch.regime, stretch.approving))


def _allowed(regime: Regime, approving: tuple[JudgedOrder, ...]) -> bool:
    return not regime.quiet or any(order.off_hours_approved for order in approving)


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    return measure.far_m > parameters.minimum_m


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    return {"distance_m": round(episode.all.distance_m), "quiet_min": round(episode.all.moved_ms / 60_000, 1)}


RULE = Rule(
    id="R03",
    name="OFF_HOURS",
    zh="非工作时间用车",
    defaults=Parameters(),
    answer=answer,
    complete=complete,
    metrics=metrics,
    passes=passes,
)
