"""Use cases of taking a rung that is no vehicle of one's own: hire, its end, public transport, a time-share car instead.

A neighbour's vehicle is assigned under its unit's consent (dispatch.lending), a shared ride is asked for (dispatch.sharing).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch import lifecycle, service, store
from dispatch.changes import changes
from dispatch.guards import Deed, OrderFile, standing
from dispatch.ladder.cost import Mode, agreed_lines, fare_lines, hire_lines, tier_for, total
from dispatch.ladder.service import own_free, path_of
from dispatch.lifecycle import Action
from dispatch.store import ladder as rows
from dispatch.tariffs.price import ChargeLine
from dispatch.timeshare import trips
from fleet.access import Actor, Role, require
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from fleet.routing import Router
from fleet.vehicle import plate_of

MOST_CENTS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hire:
    """What was agreed with a vendor; no amount: by his price list."""

    vendor_id: UUID
    plate: str
    seats: int
    driver_name: str = ""
    driver_phone: str = ""
    cents: int | None = None


async def hire(
    conn: Connection, actor: Actor, order_id: UUID, wish: Hire, *, row_version: int | None, router: Router, now: datetime
) -> int:  # fmt: skip
    """The order is served by a hired vehicle, which is no vehicle of the fleet and has no locator here.

    Raises NotFound, Stale, Forbidden, WrongState, SameHands, Invalid, Conflict: `pool_free` while a vehicle of one's own could go,
    `hired_vehicle_busy` when it serves another order then, `no_price`.
    """
    require(actor, "order.hire")
    file = await service.load(conn, order_id, row_version)
    order = file.order
    step = lifecycle.step_from(order.state, Action.HIRE)
    deed = Deed()
    service.permit(actor, file, step, deed, now)
    if order.rides_with is not None:
        raise Conflict(what="rides_along")
    if order.confidential:
        raise Conflict(what="confidential")
    plate = plate_of(wish.plate)
    if await rows.is_own_plate(conn, plate):
        raise Invalid(field="plate", reason="own_vehicle")
    if wish.seats < order.passengers:
        raise Invalid(field="seats", reason="too_few_seats", needed=order.passengers)
    if free := await own_free(conn, file, now):
        raise Conflict(what="pool_free", vehicles=free)
    lines = await _hire_lines(conn, file, wish, router)
    await _take(conn, actor, file, lines, now, {
        "means": "hire", "vendor_id": wish.vendor_id, "plate": plate, "driver_name": wish.driver_name.strip(), "driver_phone": wish.driver_phone.strip(),
    })  # fmt: skip
    values = changes(step, deed, now) | {"means": "hire", "assigned_by": actor.person_id, "assignment_reason": [{"code": "hired", "params": {"cents": total(lines)}}]}  # fmt: skip
    return await service.write(conn, actor, file, step, values, deed, now)


async def hire_done(
    conn: Connection, actor: Actor, order_id: UUID, *, cents: int | None, row_version: int | None, now: datetime
) -> int:
    """The hired vehicle is back; what it cost in the end takes the place of what was agreed. Raises as `hire`, Conflict `too_early`."""
    require(actor, "order.hire")
    file = await service.load(conn, order_id, row_version)
    step = lifecycle.step_from(file.order.state, Action.HIRE_DONE)
    deed = Deed()
    service.permit(actor, file, step, deed, now)
    if now < file.order.planned_start_at:
        raise Conflict(what="too_early")
    if cents is not None:
        agreed = await rows.set_cost(conn, order_id, _json(agreed_lines(_amount(cents))), cents)
        await service.note(
            conn, actor, file.tenant_id, "hire_cost", order_id, {"cents": agreed}, {"cents": cents}, "", now
        )
    values = changes(step, deed, now) | {"departed_at": file.order.planned_start_at, "returned_at": now}
    return await service.write(conn, actor, file, step, values, deed, now)


async def go_public(
    conn: Connection, actor: Actor, order_id: UUID, *, mode: Mode, level: str, row_version: int | None, router: Router, now: datetime
) -> int:  # fmt: skip
    """The people go by public transport: the order is over for dispatch, its lump sum is settled like any amount.

    Raises NotFound, Stale, Forbidden, WrongState, Conflict `no_tier`, `no_distance`, `confidential`.
    """
    require(actor, "order.edit")
    file = await service.load(conn, order_id, row_version)
    order = file.order
    step = lifecycle.step_from(order.state, Action.GO_PUBLIC)
    deed = Deed()
    service.permit(actor, file, step, deed, now)
    if order.rides_with is not None:
        raise Conflict(what="rides_along")
    if order.confidential:
        raise Conflict(what="confidential")
    if len(await store.shared_group(conn, order_id)) > 1:
        raise Conflict(what="takes_others_along")
    if level.strip() and not standing(actor, file) & {Role.UNIT_ADMIN, Role.DISPATCHER}:
        raise Forbidden(action="order.level", object="order")  # nobody states his own rank
    path = await path_of(router, order)
    if path.way_m is None:
        raise Conflict(what="no_distance")
    tiers = await rows.tiers(conn, file.tenant_id, order.planned_start_at)
    tier = tier_for(tiers, mode, level.strip(), path.way_m)
    if tier is None:
        raise Conflict(what="no_tier", mode=mode.value, way_m=round(path.way_m))
    lines = fare_lines(tier, people=order.passengers, ways=2 if order.round_trip else 1)
    await _take(
        conn, actor, file, lines, now, {"means": "public_transport", "mode": mode.value, "level": tier.level}
    )  # fmt: skip
    values = changes(step, deed, now) | {"means": "public_transport"}
    return await service.write(conn, actor, file, step, values, deed, now)


async def time_share(
    conn: Connection, actor: Actor, order_id: UUID, from_site: UUID, to_site: UUID, *, row_version: int | None, router: Router, now: datetime
) -> UUID:  # fmt: skip
    """A time-share car with this order's times, people and purpose; the order itself is withdrawn. Returns the new order.

    Raises NotFound, Stale, Forbidden for anybody but who asked, WrongState, Invalid, Conflict saying why no car.
    """
    file = await service.load(conn, order_id, None)
    order = file.order
    if actor.person_id != order.requester_id:
        raise Forbidden(action="order.time_share", object="order")
    if row_version is not None and row_version != order.row_version:
        raise Stale(yours=row_version, current=order.row_version)
    lifecycle.step_from(order.state, Action.WITHDRAW)
    if order.confidential or order.rides_with is not None:
        raise Conflict(what="confidential" if order.confidential else "rides_along")
    wish = await store.wish(conn, order_id)
    made = await trips.book(
        conn, actor,
        trips.ShareWish(
            from_site=from_site, to_site=to_site, start_at=order.planned_start_at, end_at=order.planned_end_at, passengers=order.passengers,
            purpose=wish["purpose"], purpose_text=wish["purpose_text"],
        ),
        router=router, now=now,
    )  # fmt: skip
    await service.act(
        conn, actor, order_id, Action.WITHDRAW, Deed(reason="time_share"), row_version=row_version, now=now
    )
    told: dict[str, object] = {"order_id": str(made)}
    await service.note(conn, actor, file.tenant_id, "time_share", order_id, {}, told, "", now)
    return made


async def _hire_lines(conn: Connection, file: OrderFile, wish: Hire, router: Router) -> tuple[ChargeLine, ...]:
    """What was agreed, else the vendor's price for the smallest size that is enough."""
    order = file.order
    vendor = await rows.vendor(conn, wish.vendor_id)
    if vendor is None:
        raise NotFound(object="vendor")
    if not vendor["active"]:
        raise Invalid(field="vendor_id", reason="ended")
    if wish.cents is not None:
        return agreed_lines(_amount(wish.cents))
    prices = await rows.prices(conn, file.tenant_id, order.planned_start_at)
    fitting = [price for price in prices if price.vendor_id == wish.vendor_id and price.seats >= order.passengers]
    if not fitting:
        raise Conflict(what="no_price")
    path = await path_of(router, order)
    lines = hire_lines(
        min(fitting, key=lambda price: price.seats), distance_m=path.distance_m, start_at=order.planned_start_at, end_at=order.planned_end_at,
        zone=await store.zone(conn, file.tenant_id),
    )  # fmt: skip
    if lines is None:
        raise Conflict(what="no_distance")
    return lines


async def _take(
    conn: Connection, actor: Actor, file: OrderFile, lines: tuple[ChargeLine, ...], now: datetime, values: dict[str, Any]
) -> None:  # fmt: skip
    order = file.order
    try:
        await rows.take(conn, values | {
            "order_id": order.id, "tenant_id": file.tenant_id, "start_at": order.planned_start_at, "end_at": order.planned_end_at,
            "lines": _json(lines), "cents": total(lines), "taken_at": now, "taken_by": actor.person_id,
        })  # fmt: skip
    except rows.AlreadyThere:
        raise Conflict(what="hired_vehicle_busy") from None
    told = {name: service.plain(value) for name, value in values.items()} | {"cents": total(lines)}
    await service.note(conn, actor, file.tenant_id, "means", order.id, {}, told, "", now)


def _json(lines: tuple[ChargeLine, ...]) -> list[dict[str, Any]]:
    return [asdict(line) for line in lines]


def _amount(cents: int) -> int:
    if not 1 <= cents <= MOST_CENTS:
        raise Invalid(field="cents", reason="count")
    return cents
