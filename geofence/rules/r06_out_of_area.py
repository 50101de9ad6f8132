"""R06 越界 OUT_OF_AREA: the vehicle is outside the area its order or its own file allows, or inside a forbidden one.

The area of the order goes before that of the vehicle; an order without one leaves that of the vehicle in force. A fix whose
circle of accuracy reaches back over the edge cannot begin an episode. Standing outside counts. Only time beyond the whole
margin makes a finding; one that is told goes on until the vehicle is well inside the margin again.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import NOTHING, Answer, Episode, Hit, Measure
from geofence.places import Area
from geofence.rules.rule import Piece, RouteMemory, Rule, Stretch, parameter
from geofence.track.motion import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R06."""

    outside_m: float = parameter(300.0, "metres outside the allowed area that must be exceeded")
    return_ratio: float = parameter(
        0.6, "a finding goes on until the vehicle is inside this share of that margin", at_most=1.0
    )
    minimum_min: float = parameter(3.0, "minutes outside, or inside a forbidden area, from which the episode counts")


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    step = piece.step
    severity = "Y" if piece.in_effect else "R"
    if step.kind is Kind.STAY:
        if episode is None:
            return NOTHING
        stands = Hit(episode.last_ms, step.to_ms, severity, episode.order_id, piece.doubts, standing=True)
        return Answer(hit=stands._replace(what=episode.what))
    if any(order.allows(step.to_ms, step.lon, step.lat) for order in piece.in_effect):
        return NOTHING if episode is None else Answer(ended_ms=piece.to_ms)
    accuracy_m = 0.0 if episode is not None else step.accuracy_m
    forbidden = context.forbidden(step.to_ms, step.lon, step.lat)
    if forbidden is not None and (depth_m := forbidden.depth_m(step.lon, step.lat)) > accuracy_m:
        return Answer(hit=_hit(piece, severity, depth_m, 0.0, forbidden))
    area = _allowed(piece, context) if context.facts.allowed else None
    if area is not None:
        told = episode is not None and episode.detected_ms is not None
        limit_m = parameters.outside_m * (parameters.return_ratio if told else 1.0)
        if not area.holds(step.lon, step.lat, limit_m + accuracy_m):
            return Answer(hit=_hit(piece, severity, area.distance_m(step.lon, step.lat), parameters.outside_m, area))
    return NOTHING if episode is None else Answer(ended_ms=piece.to_ms)


def passes(stretch: Stretch, context: Context, parameters: Parameters, memory: RouteMemory) -> int:
    own = context.facts.allowed_area_id
    if own is not None or any(order.allowed_area_id is not None for order in stretch.in_effect):
        return 0
    return context.first_forbidden(stretch.steps.lon, stretch.steps.lat)


def _hit(piece: Piece, severity: str, off_m: float, limit_m: float, area: Area) -> Hit:
    hit = Hit(piece.from_ms, piece.to_ms, severity, piece.order_id, piece.doubts, off_m, limit_m=limit_m)
    return hit._replace(what=f"{area.kind}:{area.id}")


def _allowed(piece: Piece, context: Context) -> Area | None:
    """The area that binds the vehicle now: of several orders the one that is widest here, so that one of them excuses."""
    step, own = piece.step, context.allowed(piece.to_ms, context.facts.allowed_area_id)
    if not piece.in_effect:
        return own
    named = [context.allowed(piece.to_ms, order.allowed_area_id) or own for order in piece.in_effect]
    if any(area is None for area in named):
        return None
    return min((area for area in named if area is not None), key=lambda area: area.distance_m(step.lon, step.lat))


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    return measure.until_ms - episode.started_ms - measure.doubtful_ms >= parameters.minimum_min * 60_000


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    kind, _, area_id = (episode.what or ":").partition(":")
    return {
        "outside_km": round(episode.all.distance_m / 1000, 2),
        "outside_min": round((episode.all.until_ms - episode.started_ms) / 60_000, 1),
        "farthest_m": round(episode.peak_m),
        "area": area_id,
        "area_kind": kind,
    }


RULE = Rule(
    id="R06",
    name="OUT_OF_AREA",
    zh="越界",
    defaults=Parameters(),
    answer=answer,
    complete=complete,
    metrics=metrics,
    passes=passes,
    asks_stays=True,
)
