"""A disruption in terms of planning: which trips need a vehicle because of it, and which vehicles and drivers are out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch import store
from dispatch.rolling.bonds import ASSIGNED
from dispatch.rolling.policy import FREEING, Trigger
from dispatch.rolling.situation import FRESH, Upset
from dispatch.store import asks, rolling
from dispatch.suggest import WAITING
from fleet.db import Connection
from fleet.order import Order, OrderState, OrderType, Place

BEHIND = timedelta(hours=24)  # trips of a broken vehicle that begin so soon need another
BESIDE = timedelta(hours=2)  # a freed vehicle may help trips that begin or end so near


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """A row of `disruption` somebody works on."""

    id: UUID
    tenant_id: UUID
    kind: Trigger
    order_id: UUID
    order_row_version: int
    vehicle_id: UUID | None
    driver_id: UUID | None
    detail: Mapping[str, Any]
    noticed_at: datetime
    tries: int


def disruption_of(row: Mapping[str, Any]) -> Disruption:
    return Disruption(**{**row, "kind": Trigger(row["kind"])})


async def upset_by(conn: Connection, what: Disruption, now: datetime) -> Upset | None:
    """None when nothing is to be done about it any more."""
    (file,) = await store.order_files(conn, [what.order_id]) or (None,)
    if file is None or not still_holds(what, file.order):
        return None
    order = file.order
    out = await rolling.broken_vehicles(conn, what.tenant_id, now)
    away: dict[UUID, set[UUID]] = {}
    until: dict[UUID, datetime] = {}
    urgent = [from_now(order, now)]
    if what.kind is Trigger.BREAKDOWN and what.vehicle_id is not None:
        out.add(what.vehicle_id)
        urgent = [await _from_where_it_stands(conn, what, order, now), *await _behind(conn, what, order, now)]
    elif what.kind in (Trigger.REFUSED, Trigger.UNFIT) and what.driver_id is not None:
        away[order.id] = {what.driver_id, *await asks.declined(conn, order.id)}
    elif what.kind is Trigger.LATE_RETURN:
        until[UUID(what.detail["running_id"])] = datetime.fromisoformat(what.detail["free_at"])
    elif what.kind in FREEING:
        since, last = order.planned_start_at - BESIDE, order.planned_end_at + BESIDE
        ids = await rolling.waiting_between(conn, what.tenant_id, WAITING, since, last, now)
        urgent = [each.order for each in await store.order_files(conn, ids)]
    return Upset(urgent=urgent, around=[*urgent, order], out=out, away=away, until=until)


def still_holds(what: Disruption, order: Order) -> bool:
    """Whether the order is still as it was when this was noticed. Pure."""
    if what.kind in FREEING:
        return True
    if order.row_version != what.order_row_version or order.origin is None or order.destination is None:
        return False
    match what.kind:
        case Trigger.BREAKDOWN:
            return order.state is OrderState.BROKEN_DOWN
        case Trigger.EMERGENCY:
            return order.type is OrderType.EMERGENCY and order.state is OrderState.SUBMITTED
        case Trigger.LATE_RETURN | Trigger.UNFIT:
            return order.state in ASSIGNED
        case _:
            return order.state in WAITING


def from_now(order: Order, now: datetime) -> Order:
    """A trip whose start has passed begins now, and takes as long. Pure."""
    if (order.latest_start_at or order.planned_start_at) >= now:
        return order
    length = order.planned_end_at - order.planned_start_at
    return replace(
        order, planned_start_at=now, planned_end_at=max(order.planned_end_at, now + length), earliest_start_at=None, latest_start_at=None
    )  # fmt: skip


async def _from_where_it_stands(conn: Connection, what: Disruption, order: Order, now: datetime) -> Order:
    """The rest of a broken trip: from where its vehicle was last heard, now, to its end."""
    heard = await rolling.positions(conn, what.tenant_id, now, [what.vehicle_id] if what.vehicle_id else [])
    rest = from_now(order, now)
    for (lon, lat), fixed_at in heard.values():
        if now - fixed_at <= FRESH and order.destination is not None:
            here = Place(name="", lon=round(lon, 6), lat=round(lat, 6))
            last = order.origin if order.round_trip else order.destination
            return replace(rest, origin=here, destination=last, round_trip=False)
    return rest


async def _behind(conn: Connection, what: Disruption, order: Order, now: datetime) -> list[Order]:
    """The next trips of a broken vehicle."""
    vehicles = await store.vehicles(
        conn, what.tenant_id, since=now, until=now + BEHIND, now=now, vehicle_id=what.vehicle_id
    )
    ids = [span.order_id for facts in vehicles for span in facts.busy if span.order_id not in (None, order.id)]
    files = await store.order_files(conn, [each for each in ids if each is not None])
    return [
        each.order for each in files if each.order.state in ASSIGNED and each.order.origin and each.order.destination
    ]
