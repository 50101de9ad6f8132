"""R07 偏离路线 OFF_ROUTE: the vehicle leaves the corridor around the planned path of its order for long or far.

Distance is measured to the segments of the path. A fix whose circle of accuracy reaches over the edge of the corridor
cannot begin an episode; one that lies hardly farther is held against the road it was laid on, where that is recorded. Driving to the path before it has been joined, and home or back from its end, is not off route as
long as it leads no farther away than where it started or where home is, and gets there without straying. The places an order
names belong to its path.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import NOTHING, Answer, Doubt, Episode, Hit, Measure
from geofence.instants import FAR_PAST_MS
from geofence.rules.rule import Piece, RouteMemory, Rule, Stretch, parameter
from geofence.track.fixes import METRES_PER_DEGREE, apart_m
from geofence.track.motion import Kind

BLIND_MS = 180_000  # a longer time between two fixes says nothing about where the vehicle was
END_REACHED_M = 300.0
END_REACHED_DEG = 1.001 * END_REACHED_M / METRES_PER_DEGREE
AGAINST_SHARE = 0.3
# A departure is marginal while it lies at most so many times the accuracy of its fixes (so much where they do not say) outside.
APART_SHARE, UNSTATED_M = 3.0, 20.0
CONFIDENT = 0.6  # a match less sure than this cannot tell
NOT_MATCHED, MATCHED, UNSURE = "not_matched", "matched", "unsure"
OF_MATCH = ("match", "match_confidence", "matched_off_m", "router_data")
ASTRAY_M = 1_000.0  # a way to the path of twice its distance and this much more is no longer a way to the path


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R07."""

    corridor_m: float = parameter(
        500.0, "half width of the corridor: beyond it the vehicle has left the route", at_least=1.0
    )
    rural_corridor_m: float = parameter(1500.0, "the same inside an area of kind rural", at_least=1.0)
    return_ratio: float = parameter(0.6, "the vehicle is back when inside this share of the corridor", at_most=1.0)
    minimum_min: float = parameter(5.0, "minutes outside from which the episode counts, or ...")
    minimum_km: float = parameter(2.0, "... kilometres driven outside")
    detour_km: float = parameter(
        0.5, "a detour that leads on along the path and costs at most so many kilometres, and ..."
    )
    detour_min: float = parameter(15.0, "... at most so many minutes outside, is a minor one")


def answer(
    piece: Piece, context: Context, parameters: Parameters, episode: Episode | None, memory: RouteMemory
) -> Answer:
    step = piece.step
    if step.kind is Kind.STAY:
        if episode is None or not piece.in_effect:
            return NOTHING
        doubts = _with(piece.doubts, (Doubt.ROAD_UNSURE,) if episode.more.get("match") == UNSURE else ())
        return Answer(hit=Hit(episode.last_ms, step.to_ms, "Y", episode.order_id, doubts, standing=True))
    routed = _routed(piece.in_effect)
    if not routed:
        return Answer(ended_ms=episode.last_ms if episode is not None else None)
    order, off_m = routed[0], memory.off_m + step.distance_m
    same = len(routed) == 1 and memory.order_id == order.id
    near_m = min(parameters.corridor_m, parameters.rural_corridor_m) - step.accuracy_m
    surely_inside = same and episode is None and step.kind is Kind.MOVE and off_m <= near_m
    if not surely_inside:  # so far it cannot have come since the path was last asked
        aside = ((off_path_m(each, step.lon, step.lat, step.to_ms), each) for each in routed)
        off_m, order = min(aside, key=lambda pair: pair[0])
    before_m = memory.off_m if memory.order_id == order.id else 0.0
    limit_m = _limit_m(piece, context, parameters, memory, order, off_m)
    blind = step.to_ms - step.from_ms > BLIND_MS and Doubt.GAP not in piece.doubts
    doubts = (*piece.doubts, Doubt.GAP) if blind else piece.doubts
    if step.kind is Kind.UNSEEN:
        if min(before_m, off_m) <= limit_m:
            return NOTHING
        return Answer(hit=Hit(piece.from_ms, piece.to_ms, "Y", order.id, piece.doubts, off_m, limit_m=limit_m))
    if episode is None:
        if off_m - step.accuracy_m <= limit_m:
            return NOTHING
        if same:
            before_m = min(before_m, off_path_m(order, step.from_lon, step.from_lat, step.from_ms))
        from_ms = _crossing_ms(piece, before_m, off_m, limit_m)
        if order.path is not None:
            memory.left_along_m = order.path.along_m(*step.place(from_ms))
        road = _road(piece, context, order, None, off_m, limit_m)
        doubts = _with(doubts, road.doubts)
        return Answer(hit=Hit(from_ms, piece.to_ms, "Y", order.id, doubts, off_m, limit_m=limit_m, more=road.more))
    if off_m <= limit_m * parameters.return_ratio:
        return _back(piece, parameters, episode, memory, order)
    road = _road(piece, context, order, episode, off_m, limit_m)
    doubts = _with(doubts, road.doubts)
    return Answer(hit=Hit(piece.from_ms, piece.to_ms, "Y", order.id, doubts, off_m, limit_m=limit_m, more=road.more))


def passes(stretch: Stretch, context: Context, parameters: Parameters, memory: RouteMemory) -> int:
    """While the vehicle cannot have come near the edge of the one corridor since its path was last asked, or is inside when asked."""
    routed = _routed(stretch.in_effect)
    if not routed:
        return len(stretch.steps)
    order, edge_m = routed[0], min(parameters.corridor_m, parameters.rural_corridor_m)
    if len(routed) > 1 or memory.order_id != order.id or order.path is None:
        return 0
    end, steps = order.path.points[-1], stretch.steps
    off_m, passed_ms = memory.off_m, steps.to_ms - steps.from_ms
    ways_m = (steps.distance_m * passed_ms / passed_ms).tolist()  # as a piece is measured
    near_m = (edge_m - steps.accuracy_m).tolist()
    at_end = (np.abs(steps.lat - end[1]) <= END_REACHED_DEG).tolist()
    for count, (lon, lat, step_m, to_ms) in enumerate(
        zip(steps.lon.tolist(), steps.lat.tolist(), steps.distance_m.tolist(), steps.to_ms.tolist(), strict=True)
    ):
        off_m += step_m
        if off_m > near_m[count] and (off_m := off_path_m(order, lon, lat, to_ms)) > edge_m:
            return count
        memory.off_m = off_m
        memory.driven_m += ways_m[count]
        if not memory.joined:
            memory.joined, memory.driven_m = True, 0.0
        if at_end[count] and not memory.finished and _at_end(order, memory, lon, lat):
            memory.finished, memory.driven_m = True, 0.0
    return len(steps)


def _routed(in_effect: tuple[JudgedOrder, ...]) -> list[JudgedOrder]:
    """The orders with a path to hold the vehicle to; none when it may go anywhere under one of them."""
    routed = [order for order in in_effect if order.path is not None and order.path_source != "straight_line"]
    return routed if len(routed) == len(in_effect) else []


def complete(episode: Episode, measure: Measure, parameters: Parameters) -> bool:
    outside_ms = measure.until_ms - episode.started_ms - measure.doubtful_ms
    return outside_ms >= parameters.minimum_min * 60_000 or measure.distance_m >= parameters.minimum_km * 1000


def metrics(episode: Episode, parameters: Parameters, order: JudgedOrder | None) -> dict[str, object]:
    return {
        "off_route_km": round(episode.all.distance_m / 1000, 2),
        "off_route_min": round((episode.all.until_ms - episode.started_ms) / 60_000, 1),
        "farthest_m": round(episode.peak_m),
        "corridor_m": round(episode.limit_m or parameters.corridor_m),
        "route": order.path_source if order is not None else "order",
        **({"past_tracks": order.past_tracks} if order is not None and order.past_tracks else {}),
        **{name: value for name, value in episode.more.items() if name not in OF_MATCH or episode.more.get("match")},
    }


class _Road(NamedTuple):
    """What the recorded match of a fix says of a departure: doubts of this part, and metrics."""

    doubts: tuple[Doubt, ...] = ()
    more: tuple[tuple[str, object], ...] = ()


def _road(
    piece: Piece, context: Context, order: JudgedOrder, episode: Episode | None, off_m: float, limit_m: float
) -> _Road:
    """Was it on a road outside the corridor? Asked while its fixes cannot tell that road from one inside; makes nothing graver."""
    step, peak_m = piece.step, max(off_m, episode.peak_m if episode is not None else 0.0)
    told = episode.more.get("match") if episode is not None else None
    if peak_m - limit_m > APART_SHARE * (step.accuracy_m or UNSTATED_M):
        return _Road(more=(("match", None),)) if told else _Road()
    found = context.matched(step.to_ms)
    if found is None:
        return _Road(more=(("match", told or NOT_MATCHED),))
    place, router_data = found
    matched_off_m = off_path_m(order, place.lon, place.lat)
    unsure = place.confidence < CONFIDENT or matched_off_m <= limit_m
    before = episode.more.get("match_confidence", 1.0) if episode is not None else 1.0
    more = (
        ("match", UNSURE if unsure else MATCHED),
        ("match_confidence", min(before, round(place.confidence, 2))),
        ("matched_off_m", round(matched_off_m)),
        ("router_data", router_data),
    )
    return _Road((Doubt.ROAD_UNSURE,) if unsure else (), more)


def _with(doubts: tuple[Doubt, ...], more: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    return (*doubts, *(each for each in more if each not in doubts)) if more else doubts


def _back(piece: Piece, parameters: Parameters, episode: Episode, memory: RouteMemory, order: JudgedOrder) -> Answer:
    """The vehicle is back: how much farther along its path, and what the way around cost beside it.

    A detour that led on and cost little (a closed road, a search for parking, fuel) is told as minor; the severity of the
    catalogue stays, because at the time people were told nobody knew.
    """
    outside_m = episode.all.distance_m
    told = episode.detected_ms is not None
    if told:
        memory.order_off_m += outside_m
    if order.path is None or not told:
        return Answer(ended_ms=piece.to_ms)
    progress_m = order.path.along_m(piece.step.lon, piece.step.lat) - memory.left_along_m
    extra_m = outside_m - progress_m
    cheap = (
        extra_m <= parameters.detour_km * 1000 and piece.to_ms - episode.started_ms <= parameters.detour_min * 60_000
    )
    led_on = progress_m > 0 and extra_m >= -AGAINST_SHARE * outside_m  # more progress than way: the path crosses itself
    more: list[tuple[str, object]] = [("order_off_route_km", round(memory.order_off_m / 1000, 2))]
    if led_on:
        more += [("progress_km", round(progress_m / 1000, 2)), ("extra_km", round(max(0.0, extra_m) / 1000, 2))]
        more.append(("detour", "minor" if cheap else "major"))
    return Answer(ended_ms=piece.to_ms, more=tuple(more))


def off_path_m(order: JudgedOrder, lon: float, lat: float, at_ms: int = FAR_PAST_MS) -> float:
    """How far from the path, from a place the order itself names, or from a stop that was allowed by then."""
    named = [place for place in (order.origin, *order.stops, order.destination) if place is not None]
    path_m = order.path.distance_m(lon, lat) if order.path is not None else 0.0
    return min(
        [
            path_m,
            *(other.distance_m(lon, lat) for other in order.other_paths),
            *(apart_m(*place, lon, lat) for place in named),
            order.allowed_m(at_ms, lon, lat),
        ]
    )


def _limit_m(
    piece: Piece, context: Context, parameters: Parameters, memory: RouteMemory, order: JudgedOrder, off_m: float
) -> float:
    """The corridor here and now; updates what is remembered of this order."""
    step = piece.step
    rural = context.is_rural(step.to_ms, step.lon, step.lat)
    corridor_m = parameters.rural_corridor_m if rural else parameters.corridor_m
    if memory.order_id != order.id:
        _set_out(memory, order, step.rest_lon, step.rest_lat)
    memory.off_m = off_m
    memory.driven_m += step.distance_m * (piece.to_ms - piece.from_ms) / (step.to_ms - step.from_ms)
    if not memory.joined and off_m <= corridor_m:
        memory.joined, memory.driven_m = True, 0.0
    if memory.joined and not memory.finished and _at_end(order, memory, step.lon, step.lat):
        memory.finished, memory.driven_m = True, 0.0
    aside_m, way_m = _way(context, memory, order, step.to_ms)
    return corridor_m + aside_m if memory.driven_m <= 2 * way_m + ASTRAY_M else corridor_m


def _set_out(memory: RouteMemory, order: JudgedOrder, lon: float, lat: float) -> None:
    memory.order_id, memory.joined, memory.finished, memory.driven_m = order.id, False, False, 0.0
    memory.order_off_m = 0.0
    memory.departed_m = off_path_m(order, lon, lat)
    memory.begin_m = apart_m(*order.path.points[0], lon, lat) if order.path is not None else 0.0


def _at_end(order: JudgedOrder, memory: RouteMemory, lon: float, lat: float) -> bool:
    """At the end of the path; one that ends where it begins must have been driven first."""
    path = order.path
    if path is None or apart_m(*path.points[-1], lon, lat) > END_REACHED_M:
        return False
    return not path.returns or memory.driven_m >= path.length_m / 2


def _way(context: Context, memory: RouteMemory, order: JudgedOrder, at_ms: int) -> tuple[float, float]:
    """How far aside of the path the way to it may lead, or from its end home or back, and how long that is; 0 in between."""
    if not memory.joined:
        return memory.departed_m, memory.begin_m
    if not memory.finished or order.path is None:
        return 0.0, 0.0
    back_m = memory.begin_m + (0.0 if order.path.returns else order.path.length_m)
    home = context.home_depot(at_ms)
    if home is None:
        return memory.departed_m, back_m
    home_m = apart_m(*order.path.points[-1], home.lon, home.lat)
    return max(memory.departed_m, off_path_m(order, home.lon, home.lat)), max(back_m, home_m)


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
    passes=passes,
    asks_stays=True,
)
