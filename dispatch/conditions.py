"""What a request must fulfil beyond itself: people that exist, a licence for who drives himself, the quota of home travel,
and no free vehicle of one's own before one is hired.

Asked when somebody books and, with the fleet's best answer, before he does; both get the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import store
from dispatch.booking import HOME_TRAVEL, Draft, Trouble
from dispatch.booking import troubles as own_troubles
from dispatch.eligible import DriverFacts, VehicleFacts
from dispatch.proposal.answer import Answer, best_answer, order_of
from dispatch.proposal.day import plan_obstacles
from dispatch.store import conditions as rows
from fleet.access import Actor, Role, require
from fleet.db import Connection
from fleet.geo import distance_m
from fleet.order import Order, OrderType, Place
from fleet.vehicle import VehicleStatus

AROUND = timedelta(days=1)
HOME_WITHIN_M = 5_000.0  # one end of a home trip lies so near to the family home on file


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a request would be refused for, and what the fleet would answer; no answer while its times make no sense."""

    troubles: tuple[Trouble, ...]
    answer: Answer | None


def parties(actor: Actor, draft: Draft) -> tuple[UUID, UUID]:
    """Unit and requester of a wish. Raises Forbidden when this person may not ask for them."""
    unit_id = draft.unit_id or actor.unit_id
    requester_id = draft.requester_id or actor.person_id
    if requester_id != actor.person_id:
        require(actor, "order.book_for_others", None if Role.DISPATCHER in actor.roles else unit_id)
    else:
        require(actor, "order.book", None if unit_id == actor.unit_id else unit_id)
    return unit_id, requester_id


async def check(conn: Connection, actor: Actor, draft: Draft, *, now: datetime) -> Checked:
    """Everything at once, and nothing is kept. Raises Forbidden."""
    unit_id, requester_id = parties(actor, draft)
    own = list(own_troubles(draft, now))
    if any(trouble.field in ("planned_start_at", "planned_end_at", "passengers", "class_wanted") for trouble in own):
        return Checked(troubles=tuple(own), answer=None)
    zone = await store.zone(conn, actor.tenant_id)
    order = order_of(draft, unit_id=unit_id, requester_id=requester_id, now=now)
    vehicles, drivers = await _fleet(conn, actor.tenant_id, order, now)
    found = [
        *own,
        *await _of_people(conn, actor.tenant_id, draft, requester_id),
        *await _of_home_travel(conn, actor.tenant_id, draft, requester_id, zone, but=None),
        *await _of_service(conn, actor.tenant_id, draft),
    ]
    if draft.type is OrderType.RENTAL:
        found += _of_rental(order, vehicles, drivers, now, zone)
    return Checked(troubles=tuple(found), answer=best_answer(order, vehicles, drivers, now=now, zone=zone))


async def require_conditions(
    conn: Connection,
    actor: Actor,
    draft: Draft,
    *,
    unit_id: UUID,
    requester_id: UUID,
    order_id: UUID | None,
    now: datetime,
) -> None:
    """Raises Invalid naming the first field; `order_id` is the order that is being corrected, which takes no second place."""
    zone = await store.zone(conn, actor.tenant_id)
    found = [
        *await _of_people(conn, actor.tenant_id, draft, requester_id),
        *await _of_home_travel(conn, actor.tenant_id, draft, requester_id, zone, but=order_id),
        *await _of_service(conn, actor.tenant_id, draft),
    ]
    if not found and draft.type is OrderType.RENTAL:
        order = order_of(draft, unit_id=unit_id, requester_id=requester_id, now=now)
        found += _of_rental(order, *await _fleet(conn, actor.tenant_id, order, now), now, zone)
    for trouble in found:
        raise trouble.refusal()


async def _fleet(
    conn: Connection, tenant_id: UUID, order: Order, now: datetime
) -> tuple[list[VehicleFacts], list[DriverFacts]]:
    selves = [order.requester_id]  # who asked may be told to drive himself
    since, until = order.planned_start_at - AROUND, order.planned_end_at + AROUND
    return await rows.whole_fleet(conn, tenant_id, since=since, until=until, now=now, selves=selves)


async def _of_people(conn: Connection, tenant_id: UUID, draft: Draft, requester_id: UUID) -> list[Trouble]:
    if not await store.all_known(conn, tenant_id, {requester_id, *draft.passenger_ids}):
        return [Trouble(field="passenger_ids", reason="unknown")]
    if not draft.self_drive:
        return []
    licence = await rows.licence(conn, tenant_id, requester_id)
    if licence is None or licence.licence_class is None:
        return [Trouble(field="self_drive", reason="no_licence")]
    ends, valid_until = draft.planned_end_at.date(), licence.licence_expires_on
    if valid_until is not None and valid_until < ends:
        return [Trouble(field="self_drive", reason="licence_expires", params={"on": valid_until.isoformat()})]
    return []


async def _of_home_travel(
    conn: Connection, tenant_id: UUID, draft: Draft, requester_id: UUID, zone: ZoneInfo, *, but: UUID | None
) -> list[Trouble]:
    """Only for who is posted elsewhere, between here and the family home on file, and so often a civil year."""
    if draft.purpose != HOME_TRAVEL:
        return []
    on = draft.planned_start_at.astimezone(zone).date()
    right = await rows.home_right(conn, tenant_id, requester_id, on)
    if right is None:
        return [Trouble(field="purpose", reason="no_home_travel")]
    if not any(_near(place, right["home"]) for place in (draft.origin, draft.destination)):
        return [Trouble(field="destination", reason="not_home", params={"home": right["home"]["name"]})]
    used = await rows.home_trips(
        conn, tenant_id, requester_id, purpose=HOME_TRAVEL, year=on.year, zone=str(zone), but=but
    )
    if used >= right["trips_a_year"]:
        figures = {"used": used, "quota": right["trips_a_year"], "year": on.year}
        return [Trouble(field="purpose", reason="home_travel_quota", params=figures)]
    return []


def _near(place: Place, home: dict[str, Any]) -> bool:
    return distance_m(place.lon, place.lat, home["lon"], home["lat"]) <= HOME_WITHIN_M


async def _of_service(conn: Connection, tenant_id: UUID, draft: Draft) -> list[Trouble]:
    if draft.for_vehicle_id is None:
        return []
    status = await rows.vehicle_status(conn, tenant_id, draft.for_vehicle_id)
    if status is None:
        return [Trouble(field="for_vehicle_id", reason="unknown")]
    if status not in (VehicleStatus.IN_SERVICE, VehicleStatus.IN_REPAIR):
        return [Trouble(field="for_vehicle_id", reason="not_in_service", params={"status": status})]
    return []


def _of_rental(
    order: Order, vehicles: Sequence[VehicleFacts], drivers: Sequence[DriverFacts], now: datetime, zone: ZoneInfo
) -> list[Trouble]:
    """A vehicle is hired only when none of one's own could go."""
    as_pool = replace(order, type=OrderType.NORMAL)
    free = sum(1 for facts in vehicles if not plan_obstacles(as_pool, facts, drivers, now, zone))
    return [Trouble(field="type", reason="pool_free", params={"vehicles": free})] if free else []
