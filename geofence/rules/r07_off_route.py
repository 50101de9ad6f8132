"""R07 偏离路线 OFF_ROUTE: the vehicle leaves the corridor around the planned path of its order for long or far.

Distance is measured to the segments of the path. A fix whose circle of accuracy reaches over the edge of the corridor
cannot begin an episode. Driving to the path before it has been joined, and home from its end, is not off route as long
as it leads no farther away than where it started or where home is.
"""

from dataclasses import dataclass

from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import NOTHING, Answer, Doubt, Episode, Hit, Measure
from geofence.rules.rule import Piece, RouteMemory, Rule, parameter
from geofence.track.fixes import apart_m
from geofence.track.motion import Kind

BLIND_MS = 180_000  # a longer time between two fixes says nothing about where the vehicle was
END_REACHED_M = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R07."""

    corridor_m: float = parameter(500.0, "half width of the corridor: beyond it the vehicle has left the route")
    rural_corridor_m: float = parameter(1500.0, "the same inside an area of kind rural")
    return_ratio: float = parameter(0.6, "the vehicle is back when inside this share of the corridor")
    minimum_min: float = parameter(5.0, "minutes outside from which the episode counts, or ...")
    minimum_km: float = parameter(2.0, "... kilometres driven outside")


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    step = piece.step
    if step.kind is Kind.UNSEEN:
        return NOTHING
    if step.kind is Kind.STAY:
        if episode is None or not piece.in_effect:
            return NOTHING
        return Answer(hit=Hit(episode.last_ms, step.to_ms, "Y", episode.order_id, piece.doubts, standing=True))
    routed = [order for order in piece.in_effect if order.path is not None and order.path_source != "straight_line"]
    if not routed or len(routed) < len(piece.in_effect):
        return Answer(ended_ms=episode.last_ms if episode is not None else None)
    off_m, order = min(((_off_m(each, step.lon, step.lat), each) for each in routed), key=lambda pair: pair[0])
    before_m = memory.off_m
    limit_m = _limit_m(piece, context, parameters, memory, order, off_m)
    if episode is None:
        if off_m - step.accuracy_m <= limit_m or step.poor:
            return NOTHING
        from_ms = _crossing_ms(piece, before_m, off_m, limit_m)
        return Answer(hit=Hit(from_ms, piece.to_ms, "Y", order.id, piece.doubts, off_m))
    if off_m <= limit_m * parameters.return_ratio:
        return Answer(ended_ms=piece.to_ms)
    blind = (Doubt.GAP,) if step.to_ms - step.from_ms > BLIND_MS else ()
    return Answer(hit=Hit(piece.from_ms, piece.to_ms, "Y", order.id, (*piece.doubts, *blind), off_m))


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    outside_ms = measure.until_ms - episode.started_ms - measure.doubtful_ms
    return outside_ms >= parameters.minimum_min * 60_000 or measure.distance_m >= parameters.minimum_km * 1000


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    return {
        "off_route_km": round(episode.all.distance_m / 1000, 2),
        "off_route_min": round((episode.all.until_ms - episode.started_ms) / 60_000, 1),
        "farthest_m": round(episode.peak_m),
        "corridor_m": parameters.corridor_m,
        "route": order.path_source if order is not None else "order",
    }


def _off_m(order: JudgedOrder, lon: float, lat: float) -> float:
    return order.path.distance_m(lon, lat) if order.path is not None else 0.0


def _limit_m(
    piece: Piece, context: Context, parameters: Parameters, memory: RouteMemory, order: JudgedOrder, off_m: float
) -> float:
    """The corridor here and now; updates what is remembered of this order."""
    step, path = piece.step, order.path
    rural = context.is_rural(step.to_ms, step.lon, step.lat)
    corridor_m = parameters.rural_corridor_m if rural else parameters.corridor_m
    if memory.order_id != order.id:
        memory.order_id, memory.joined, memory.finished = order.id, False, False
        memory.departed_m = _off_m(order, step.rest_lon, step.rest_lat)
    memory.off_m = off_m
    memory.joined = memory.joined or off_m <= corridor_m
    if path is not None and memory.joined:
        end_lon, end_lat = path.points[-1]
        memory.finished = memory.finished or apart_m(end_lon, end_lat, step.lon, step.lat) <= END_REACHED_M
    if not memory.joined:
        return corridor_m + memory.departed_m
    home = context.home_depot(step.to_ms)
    if memory.finished and home is not None:
        home_m = _off_m(order, home.lon, home.lat)
        if home_m > corridor_m:
            return corridor_m + home_m
    return corridor_m


def _crossing_ms(piece: Piece, before_m: float, off_m: float, limit_m: float) -> int:
    """When the edge was crossed, by proportion between the two fixes."""
    if not before_m < limit_m < off_m:
        return piece.from_ms if before_m >= limit_m else piece.to_ms
    share = (limit_m - before_m) / (off_m - before_m)
    return piece.from_ms + round((piece.to_ms - piece.from_ms) * share)


RULE = Rule(
    id="R07",
    name="OFF_ROUTE",
    zh="偏离路线",
    defaults=Parameters(),
    answer=answer,
    complete=complete,
    metrics=metrics,
    asks_stays=True,
)
