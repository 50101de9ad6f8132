"""R31 自批自用 SELF_APPROVED: who asked for the trip approved it, or it was approved only after the vehicle had left.

Told when the vehicle leaves under the order. Emergencies and back-filled orders are approved afterwards by their nature; that
they are few is the matter of another rule.
"""

from dataclasses import dataclass

from fleet.order import OrderType
from geofence.context import Context
from geofence.rules.memories import Memories
from geofence.rules.rule import parameter
from geofence.rules.watch import NOTHING_SEEN, Look, Moment, Sign, Watch

AFTERWARDS = frozenset({OrderType.EMERGENCY, OrderType.BACK_FILL})


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Of R31."""

    late_min: float = parameter(0.0, "minutes after departure from which the first approval is late")


def look(moment: Moment, memories: Memories, context: Context, parameters: Parameters) -> Look:
    out = moment.out
    order = context.order(out.order_id) if out is not None else None
    if out is None or order is None:
        return NOTHING_SEEN
    own = order.requester_id is not None and any(person == order.requester_id for person, _ in order.approvals)
    known = [at_ms for _, at_ms in order.approvals if at_ms is not None]
    late_ms = min(known) - out.left_ms if known and len(known) == len(order.approvals) else 0
    late = late_ms > parameters.late_min * 60_000 and order.type not in AFTERWARDS
    if not (own or late):
        return NOTHING_SEEN
    metrics: dict[str, object] = {"ground": "own_approval" if own else "approved_after_departure"}
    if late:
        metrics["late_min"] = round(late_ms / 60_000, 1)
    return Look(Sign(out.left_ms, moment.at_ms, "Y", out.lon, out.lat, order.id, metrics=metrics))


WATCH = Watch(id="R31", name="SELF_APPROVED", zh="自批自用", defaults=Parameters(), look=look)
