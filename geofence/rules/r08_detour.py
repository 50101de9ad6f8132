"""R08 绕行 DETOUR: under an order the vehicle drove much farther than the best route of that order, told when it is back.

What it may drive is the planned path, the way to its beginning and, where the path does not lead back, the way back; ways
that are not planned count 1.4 times the straight line. Only a path of the order or the router is held against a vehicle.
"""

from dataclasses import dataclass

from fleet.order import OrderType
from geofence.context import Context
from geofence.facts import JudgedOrder
from geofence.finding import Doubt
from geofence.rules.memories import Memories, WayUnderOrder
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, OutUnder, Sign, Watch
from geofence.track.columns import added_up
from geofence.track.fixes import apart_m
from geofence.track.motion import Kind, Step
from geofence.track.stretch import Steps

ROADS_TO_LINE = 1.4
BEGINS_M = 600.0  # a path that begins so near to where the vehicle left leads back there too


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R08."""

    ratio: float = parameter(1.5, "how many times the best route must be exceeded, and ...", at_least=1.0)
    minimum_km: float = parameter(10.0, "... by so many kilometres")


def note_way(way: WayUnderOrder, out: OutUnder, step: Step) -> None:
    """Count a step of a vehicle that is out under an order."""
    if not _counts(way, out):
        return
    way.driven_m += step.distance_m
    if step.kind is Kind.UNSEEN or step.poor:
        way.doubtful_m += step.distance_m


def note_steps(way: WayUnderOrder, out: OutUnder, steps: Steps) -> None:
    """The same of many steps that good fixes told."""
    if len(steps) and _counts(way, out):
        way.driven_m = added_up(way.driven_m, steps.distance_m)


def _counts(way: WayUnderOrder, out: OutUnder) -> bool:
    """Begin anew when the vehicle has left again. False while the way under the order before has not been told yet."""
    if way.order_id == out.order_id and way.left_ms == out.left_ms:
        return True
    if way.order_id and not way.closed_ms:
        return False
    way.order_id, way.left_ms, way.driven_m, way.closed_ms, way.doubtful_m = out.order_id, out.left_ms, 0.0, 0, 0.0
    way.lon, way.lat = out.lon, out.lat
    return True


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    way, out = memories.way, moment.out
    if not way.order_id:
        return NOTHING_SEEN
    if way.closed_ms:
        closed_ms, memories.way = way.closed_ms, WayUnderOrder()
        return Look(ended_ms=closed_ms)
    if out is not None and out.order_id == way.order_id:
        return NOTHING_SEEN
    way.closed_ms = moment.at_ms
    order = context.order(way.order_id)
    if order is None or order.path is None or order.path_source == "straight_line":
        return Look(again_ms=0)
    if order.type == OrderType.SERVICE:  # it excuses its own way, also when that is told after the order
        return Look(again_ms=0)
    best_m = _best_m(order, way) + _to_stops_m(order, moment.at_ms)
    least_m = max(best_m * parameters.ratio, best_m + parameters.minimum_km * 1000)
    if way.driven_m <= least_m:
        return Look(again_ms=0)
    doubts = (Doubt.GAP,) if way.driven_m - way.doubtful_m <= least_m else ()
    metrics = {
        "driven_km": round(way.driven_m / 1000, 1),
        "best_km": round(best_m / 1000, 1),
        "ratio": round(way.driven_m / best_m, 2),
        "route": order.path_source,
    }
    return Look(Sign(way.left_ms, moment.at_ms, "G", way.lon, way.lat, order.id, doubts, metrics), again_ms=0)


def _best_m(order: JudgedOrder, way: WayUnderOrder) -> float:
    path = order.path
    if path is None:
        return 0.0
    there_m = apart_m(way.lon, way.lat, *path.points[0]) * ROADS_TO_LINE
    if path.returns:
        return path.length_m + 2 * there_m
    back_m = path.length_m
    if there_m > BEGINS_M:
        back_m = max(back_m, apart_m(*path.points[-1], way.lon, way.lat) * ROADS_TO_LINE)
    return there_m + path.length_m + back_m


def _to_stops_m(order: JudgedOrder, at_ms: int) -> float:
    """There and back from the path to the stops that were allowed."""
    path = order.path
    stops = [each for each in order.allowed_stops if each.from_ms <= at_ms] if path is not None else []
    return sum(2 * ROADS_TO_LINE * path.distance_m(each.lon, each.lat) for each in stops) if path is not None else 0.0


WATCH = Watch(id="R08", name="DETOUR", zh="绕行", defaults=Parameters(), look=look)
