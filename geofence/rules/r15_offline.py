"""R15 离线 OFFLINE: nothing is heard of a vehicle: ten minutes while it drives, a day while it is parked.

Told by the tenant's clock, as things stood then. Parked is also a vehicle whose ignition was off when it was heard last, or that
drove into its depot: there a locator goes to sleep on arrival. What comes later and fills the time leaves nothing to tell.
"""

from dataclasses import dataclass

from fleet.order import OrderType
from geofence.context import Context
from geofence.facts import VehicleFacts
from geofence.rules.memories import Memories
from geofence.rules.rule import parameter
from geofence.rules.watch import Look, Moment, Sign, Watch

IN_DEPOT_M = 50.0
STANDS_KMH = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R15."""

    moving_min: float = parameter(10.0, "minutes without a message while it drives", at_least=1.0)
    parked_h: float = parameter(24.0, "hours without a message while it is parked", at_least=1.0)


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    moving_ms, parked_ms = round(parameters.moving_min * 60_000), round(parameters.parked_h * 3_600_000)
    heard, fix, last = memories.heard, moment.fix, moment.track.last
    if fix is not None:
        heard.at_ms, heard.ignition = moment.at_ms, fix.ignition
        again_ms = moment.at_ms + (parked_ms if moment.rests else moving_ms)
        return Look(again_ms=again_ms, ended_ms=moment.at_ms)
    if moment.regime.in_repair or last is None:
        return Look(ended_ms=moment.at_ms)
    since_ms = max(moment.read_ms, _in_hand_until_ms(context.facts, moment.at_ms))
    driving = not moment.rests and _drives(moment, memories, context)
    due_ms = since_ms + (moving_ms if driving else parked_ms)
    if moment.at_ms < due_ms:
        return Look(again_ms=due_ms)
    metrics = {"ground": "while_driving" if driving else "while_parked"}
    return Look(Sign(since_ms, due_ms, "Y", last.lon, last.lat, moment.order_id, metrics=metrics))


def _drives(moment: Moment, memories: Memories, context: Context) -> bool:
    """It had not come to rest, and nothing said that it was about to."""
    last, heard = moment.track.last, memories.heard
    if last is None:
        return False
    ignition = heard.ignition if heard.at_ms >= moment.before_ms else last.ignition
    stands = ignition is None and last.speed_kmh is not None and last.speed_kmh < STANDS_KMH
    margin_m = IN_DEPOT_M + (last.accuracy_m or 0.0)
    return ignition is not False and not stands and not context.in_depot(last.at_ms, last.lon, last.lat, margin_m)


def _in_hand_until_ms(facts: VehicleFacts, at_ms: int) -> int:
    """When the newest repair or service order before an instant was over; counting begins anew there."""
    ends = [to_ms for _, to_ms in facts.in_repair]
    service = (order for order in facts.orders if order.type == OrderType.SERVICE)
    ends += [order.end_ms + facts.then(order.start_ms).grace_after_ms for order in service]
    return max((end_ms for end_ms in ends if end_ms <= at_ms), default=0)


WATCH = Watch(id="R15", name="OFFLINE", zh="离线", defaults=Parameters(), look=look, by_clock=True)
