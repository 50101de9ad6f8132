"""Use cases of a wish, before anybody has decided on it: book a trip, correct it, and what the fleet could do at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from dispatch import lifecycle, service, store
from dispatch.approving import rounds
from dispatch.approving.difference import differences, matters
from dispatch.booking import Draft, check_draft
from dispatch.changes import changes
from dispatch.conditions import parties, require_conditions
from dispatch.eligible import classes_for
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict
from fleet.order import OrderState, OrderType
from fleet.routing import Router


async def book(conn: Connection, actor: Actor, draft: Draft, *, router: Router, now: datetime) -> UUID:
    """A new draft with its planned path. Raises Forbidden, Invalid naming the field."""
    unit_id, requester_id = parties(actor, draft)
    check_draft(draft, now)
    await require_conditions(conn, actor, draft, unit_id=unit_id, requester_id=requester_id, order_id=None, now=now)
    order_id = uuid4()
    values = draft.columns() | {
        "id": order_id,
        "tenant_id": actor.tenant_id,
        "state": OrderState.DRAFT.value,
        "unit_id": unit_id,
        "requester_id": requester_id,
        "created_by": actor.person_id,
        "created_at": now,
    }
    values |= await service.planned_route(router, [(place.lon, place.lat) for place in draft.path])
    await store.insert_order(conn, values)
    told = {
        "state": OrderState.DRAFT.value,
        "type": draft.type.value,
        "planned_start_at": draft.planned_start_at.isoformat(),
    }
    await service.note(conn, actor, actor.tenant_id, "book", order_id, {}, told, "", now)
    return order_id


async def correct(
    conn: Connection,
    actor: Actor,
    order_id: UUID,
    draft: Draft,
    *,
    same_passengers: bool,
    row_version: int,
    router: Router,
    now: datetime,
    of_series: bool = False,
) -> int:
    """Another wish in place of the first, until it departs; its unit, requester and type stay.

    What matters to an approval opens it again with what changed, and gives the vehicle back. Returns the new row version. Raises NotFound, Stale, WrongState, Forbidden, Conflict, Invalid naming the field.
    """
    file = await service.load(conn, order_id, row_version)
    step = lifecycle.step_from(file.order.state, Action.EDIT)
    service.permit(actor, file, step, Deed(), now)
    before = await store.wish(conn, order_id)
    if same_passengers:
        draft = replace(draft, passenger_ids=tuple(before["passenger_ids"]))
    riding = file.order.type is OrderType.SHARED  # nobody books one: it became so
    draft = replace(draft, type=OrderType.NORMAL if riding else file.order.type)
    check_draft(draft, now)
    await require_conditions(
        conn, actor, draft, unit_id=file.order.unit_id, requester_id=file.order.requester_id or actor.person_id,
        order_id=order_id, now=now,
    )  # fmt: skip
    values = {name: value for name, value in draft.columns().items() if name != "type" and before[name] != value}
    if not values:
        return file.order.row_version
    if file.order.series_id is not None and not of_series:
        values["series_own"] = True  # the next edit of the whole series leaves this day alone
    if values.keys() & {"origin", "stops", "destination", "round_trip"}:
        values |= await service.planned_route(router, [(place.lon, place.lat) for place in draft.path])
    wished = {name: service.plain(value) for name, value in values.items() if name in before}
    asks_again = file.order.state is not OrderState.DRAFT and matters(
        wished, file.deciders, frozenset(draft.passenger_ids)
    )
    if asks_again and file.order.rides_with is not None:
        raise Conflict(what="rides_along")  # the host's trip was planned for this one as it is
    if asks_again and file.order.state is not OrderState.SUBMITTED:
        step = lifecycle.step_from(file.order.state, Action.REOPEN)
        service.permit(actor, file, step, Deed(), now)
        values |= changes(step, Deed(), now)
    try:
        if not await store.update_order(conn, order_id, row_version, values):
            raise await service.stale(conn, order_id, row_version)
    except store.Overlapping as error:  # at the new time the vehicle kept for it is another's
        raise Conflict(what=str(error) or "double_booked") from None
    told = {name: service.plain(value) for name, value in values.items() if name != "route"}
    old = {name: service.plain(before[name]) for name in told if name in before} | {"state": file.order.state.value}
    if asks_again:
        old_wish = {name: service.plain(before[name]) for name in wished}
        now_asked = await service.load(conn, order_id, None)
        await rounds.open_round(conn, now_asked, "edit", now, differences(old_wish, wished))
    await service.note(conn, actor, file.tenant_id, step.action.value, order_id, old, told, "", now)
    if asks_again:
        await service.tell(conn, actor, file, step.action, Deed(), now)
    return row_version + 1


async def most_passengers(conn: Connection, actor: Actor, class_wanted: str | None) -> int | None:
    """How many fit into the largest vehicle that could be sent; None when there is none of the class."""
    require(actor, "order.book")
    seats = await store.most_seats(conn, actor.tenant_id, classes_for(class_wanted))
    return None if seats is None else seats - 1
