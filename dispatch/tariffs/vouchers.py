"""Tolls, parking and other receipts of a trip: entered by those on it or those who keep it, until it is settled."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from dispatch import service, store
from dispatch.guards import OrderFile, standing
from dispatch.tariffs.price import VoucherKind
from fleet.access import MAY, Actor
from fleet.db import Connection
from fleet.errors import Forbidden, Invalid, NotFound, WrongState
from fleet.order import OrderState

S = OrderState
OPEN = frozenset({S.DEPARTED, S.IN_USE, S.EXTENDED, S.BROKEN_DOWN, S.EMERGENCY_STARTED, S.RETURNED, S.RECEIPTED})
MOST_CENTS, LEAST_WHY, AHEAD = 10_000_000, 4, timedelta(minutes=5)
SOONEST = timedelta(hours=2)  # a toll before the departure counted is still the trip's


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """A receipt."""

    kind: VoucherKind
    cents: int
    paid_at: datetime
    number: str = ""
    note: str = ""


async def enter(conn: Connection, actor: Actor, order_id: UUID, paid: Paid, *, now: datetime) -> UUID:
    """Keep a receipt. Raises NotFound, Forbidden, WrongState, Invalid."""
    file = await service.load(conn, order_id, None)
    _permit(actor, file)
    if not 1 <= paid.cents <= MOST_CENTS:
        raise Invalid(field="cents", reason="not_an_amount")
    begin_at = min(file.order.departed_at or file.order.planned_start_at, file.order.planned_start_at) - SOONEST
    if not begin_at <= paid.paid_at <= now + AHEAD:
        raise Invalid(field="paid_at", reason="not_of_this_trip")
    voucher_id = uuid4()
    values = asdict(paid) | {"kind": paid.kind.value}
    await store.add_voucher(conn, values | {
        "id": voucher_id, "tenant_id": file.tenant_id, "order_id": order_id, "entered_by": actor.person_id, "entered_at": now,
    })  # fmt: skip
    told = values | {"paid_at": paid.paid_at.isoformat()}
    await service.note(conn, actor, file.tenant_id, "voucher", order_id, {}, told, "", now)
    return voucher_id


async def take_out(
    conn: Connection, actor: Actor, order_id: UUID, voucher_id: UUID, why: str, *, now: datetime
) -> None:
    """Take a wrong receipt out; it stays readable in the journal. Raises NotFound, Forbidden, WrongState, Invalid."""
    file = await service.load(conn, order_id, None)
    _permit(actor, file)
    if len(why.strip()) < LEAST_WHY:
        raise Invalid(field="reason", reason="say_more")
    taken = await store.take_out_voucher(conn, order_id, voucher_id, actor.person_id, why.strip(), now)
    if taken is None:
        raise NotFound(object="voucher")
    await service.note(conn, actor, file.tenant_id, "voucher_out", order_id, taken, {}, why.strip(), now)


def may_enter(actor: Actor, file: OrderFile) -> bool:
    return bool(MAY["order.voucher"] & standing(actor, file)) and file.order.state in OPEN


def _permit(actor: Actor, file: OrderFile) -> None:
    if not MAY["order.voucher"] & standing(actor, file):
        raise Forbidden(action="order.voucher", object="order")
    if file.order.state not in OPEN:
        raise WrongState(state=file.order.state.value, action="voucher", allowed=[])
