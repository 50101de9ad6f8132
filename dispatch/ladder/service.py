"""Use case of the ladder: gather what each rung is made of, for a booked order or for a wish; nothing is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch import assignment, lifecycle, service, store
from dispatch.booking import Draft
from dispatch.eligible import DriverFacts, VehicleFacts, driver_obstacles, lent_for, vehicle_obstacles
from dispatch.guards import OrderFile, standing
from dispatch.ladder.rungs import Facts, Neighbour, Rung, SharedRide, ShareOffer, ladder
from dispatch.lifecycle import Action
from dispatch.proposal.answer import order_of
from dispatch.proposal.day import PLANNED_ANYWAY, plan_obstacles, who_could
from dispatch.sharing import service as sharing
from dispatch.sharing.match import Fit
from dispatch.store import conditions, timeshare
from dispatch.store import ladder as rows
from dispatch.store.rows import seeing_all
from dispatch.timeshare.stock import NoCar
from fleet.access import MAY, Actor, Role, Seen, require
from fleet.db import Connection
from fleet.errors import Forbidden
from fleet.geo import distance_m
from fleet.order import Order, OrderState, OrderType, Place
from fleet.routing import Router
from fleet.vehicle import VehicleClass

NEAR_SITE_M = 2_000.0  # so far people walk to a time-share car
ONLY_NEIGHBOURS = frozenset({"retained"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """How far and how long a trip is, there and all of it."""

    distance_m: float | None
    way_m: float | None
    driving_s: float | None


async def ladder_of(
    conn: Connection, actor: Actor, order_id: UUID, *, level: str = "", router: Router, now: datetime
) -> tuple[Rung, ...]:
    """What could serve an order that has no vehicle yet. Raises NotFound, Forbidden, WrongState."""
    file = await service.load(conn, order_id, None)
    if not MAY["order.ladder"] & standing(actor, file):
        raise Forbidden(action="order.ladder", object="order")
    if file.order.state not in (OrderState.DRAFT, OrderState.SUBMITTED):
        lifecycle.step_from(
            file.order.state, Action.ASSIGN
        )  # raises WrongState for one that has, or needs none any more
    return await _ladder(
        conn, file, await path_of(router, file.order), level=level, plates=Role.DISPATCHER in actor.roles, router=router, now=now
    )  # fmt: skip


async def ladder_for(
    conn: Connection, actor: Actor, draft: Draft, *, unit_id: UUID, requester_id: UUID, router: Router, now: datetime
) -> tuple[Rung, ...]:
    """The same for a wish nobody has stored."""
    require(actor, "order.ladder")
    order = replace(order_of(draft, unit_id=unit_id, requester_id=requester_id, now=now), id=uuid4())
    file = OrderFile(
        order=order, tenant_id=actor.tenant_id, created_by=actor.person_id, passenger_ids=frozenset(draft.passenger_ids), approved=False,
        depart_odometer_km=None, return_odometer_km=None, route_distance_m=None, distance_m=None, vehicle_class=None,
    )  # fmt: skip
    return await _ladder(conn, file, await path_of(router, order), level="", plates=False, router=router, now=now)


async def own_free(conn: Connection, file: OrderFile, now: datetime) -> int:
    """Vehicles of one's own that could go now: while there is one, nothing is hired."""
    zone = await store.zone(conn, file.tenant_id)
    vehicles, drivers = await _fleet(conn, file, now)
    return _able(replace(file.order, type=OrderType.NORMAL), vehicles, drivers, now, zone)


async def _ladder(
    conn: Connection, file: OrderFile, path: Path, *, level: str, plates: bool, router: Router, now: datetime
) -> tuple[Rung, ...]:
    order = replace(file.order, state=OrderState.UNIT_APPROVED)  # as it will be once it is approved
    zone = await store.zone(conn, file.tenant_id)
    vehicles, drivers = await _fleet(conn, file, now)
    names = await rows.unit_names(conn, file.tenant_id)
    himself = replace(order, self_drive=True)
    mine = [driver for driver in drivers if driver.person_id == order.requester_id]
    return ladder(
        Facts(
            order=order,
            zone=zone,
            distance_m=path.distance_m,
            way_m=path.way_m,
            driving_s=path.driving_s,
            own_free=_able(replace(order, type=OrderType.NORMAL), vehicles, drivers, now, zone),
            neighbours=_neighbours(order, vehicles, drivers, names, now, zone),
            rides=await _rides(conn, replace(file, order=order), router, now),
            share=await _share(conn, file.tenant_id, order),
            licensed=any(not driver_obstacles(replace(himself, passengers=1), each, None, zone=zone) for each in mine),
            prices=await rows.prices(conn, file.tenant_id, order.planned_start_at),
            tiers=await rows.tiers(conn, file.tenant_id, order.planned_start_at),
            tariffs=await rows.tariffs(conn, file.tenant_id, order.planned_start_at),
            shows_plates=plates,
            level=level,
        )
    )


async def path_of(router: Router, order: Order) -> Path:
    """The ways by the router, or guessed where it does not answer."""
    if order.origin is None or order.destination is None:
        return Path(distance_m=None, way_m=None, driving_s=None)
    there = [(place.lon, place.lat) for place in (order.origin, *order.stops, order.destination)]
    way = await router.route(there)
    if not order.round_trip:
        return Path(distance_m=way.distance_m, way_m=way.distance_m, driving_s=way.duration_s)
    back = await router.route([there[-1], there[0]])
    return Path(
        distance_m=way.distance_m + back.distance_m,
        way_m=way.distance_m,
        driving_s=way.duration_s + back.duration_s,
    )


async def _fleet(conn: Connection, file: OrderFile, now: datetime) -> tuple[list[VehicleFacts], list[DriverFacts]]:
    order = file.order
    since, until = order.planned_start_at - assignment.AROUND, order.planned_end_at + assignment.AROUND
    return await conditions.whole_fleet(
        conn, file.tenant_id, since=since, until=until, now=now, selves=[order.requester_id]
    )


def _able(
    order: Order, vehicles: Sequence[VehicleFacts], drivers: Sequence[DriverFacts], now: datetime, zone: ZoneInfo
) -> int:
    able = who_could(order, drivers, zone)
    return sum(1 for facts in vehicles if not plan_obstacles(order, facts, able, now, zone))


def _neighbours(
    order: Order, vehicles: Sequence[VehicleFacts], drivers: Sequence[DriverFacts], names: dict[UUID, str], now: datetime, zone: ZoneInfo
) -> list[Neighbour]:  # fmt: skip
    """Retained vehicles of other units that somebody could drive and that only their unit's word keeps back."""
    found, able = [], who_could(order, drivers, zone)
    for facts in vehicles:
        vehicle, unit_id = facts.vehicle, facts.user_unit_id
        if not vehicle.retained or vehicle.exempt or unit_id is None or unit_id == order.unit_id:
            continue
        codes = {each.code for each in vehicle_obstacles(order, facts, now=now, zone=zone)} - PLANNED_ANYWAY
        if codes <= ONLY_NEIGHBOURS and any(not driver_obstacles(order, each, vehicle, zone=zone) for each in able):
            found.append(
                Neighbour(
                    vehicle_id=vehicle.id, plate=vehicle.plate, vehicle_class=vehicle.vehicle_class, seats=vehicle.seats - 1,
                    unit_name=names.get(unit_id, ""), lent=lent_for(order, facts) is not None,
                )
            )  # fmt: skip
    return found


async def _rides(conn: Connection, guest: OrderFile, router: Router, now: datetime) -> list[SharedRide]:
    if guest.order.confidential:
        return []
    found = [
        SharedRide(order_id=host.order.id, unit_name=row["unit_name"], detour_s=fits.detour_s, seats_left=fits.seats_left)
        for row, host, fits in await sharing.fits_of(conn, guest, router, now)
        if isinstance(fits, Fit)
    ]  # fmt: skip
    return sorted(found, key=lambda ride: ride.detour_s)


async def _share(conn: Connection, tenant_id: UUID, order: Order) -> ShareOffer | str:
    """Cars of the scheme from the site nearest to the start, to the one nearest to where the trip ends; or why none."""
    book, sites = await timeshare.book_of(conn, tenant_id)
    from_site = _nearest(sites, order.origin)
    to_site = from_site if order.round_trip else _nearest(sites, order.destination)
    if from_site is None or to_site is None:
        return "no_site_near"
    free = book.free(from_site, to_site, order.planned_start_at, order.planned_end_at)
    if isinstance(free, NoCar):
        return free.value
    async with seeing_all(conn, Seen.VEHICLE):
        cars = await rows.share_cars(conn, free)
    if not cars:
        return NoCar.NO_CAR_THERE.value
    roomiest = max(cars, key=lambda row: int(row["seats"]))
    return ShareOffer(
        cars=len(cars), seats=roomiest["seats"] - 1, vehicle_class=VehicleClass(roomiest["vehicle_class"]), from_site=from_site, to_site=to_site,
        from_name=sites[from_site].name, to_name=sites[to_site].name,
    )  # fmt: skip


def _nearest(sites: dict[UUID, Place], at: Place | None) -> UUID | None:
    if at is None:
        return None
    near = {site: distance_m(place.lon, place.lat, at.lon, at.lat) for site, place in sites.items()}
    best = min(near, key=lambda site: near[site], default=None)
    return best if best is not None and near[best] <= NEAR_SITE_M else None
