"""Keeping the scheme: sites, cars, and the moves of a night."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch.store import timeshare as store
from dispatch.timeshare.night import ahead, rebalance, wanted_of
from dispatch.timeshare.stock import Ledger, NoCar, Ride
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound
from fleet.geo import distance_m
from fleet.order import Place

LOOKED_BACK_DAYS = 14
PLANNED_AHEAD_DAYS = 365
NIGHT_FROM, NIGHT_UNTIL = time(22), time(6)  # local: a car that is moved is not promised in between


@dataclass(frozen=True, kw_only=True, slots=True)
class NightPlan:
    """Moves of one night; what is still missing afterwards, and moves a promised trip forbids."""

    day: date  # whose morning it prepares
    rides: tuple[Ride, ...]
    distance_m: int
    short: int
    forbidden: int


async def add_site(
    conn: Connection, actor: Actor, name: str, lon: float, lat: float, bays: int, *, now: datetime
) -> UUID:  # fmt: skip
    """Raises Forbidden, Invalid."""
    require(actor, "share.edit")
    if not name.strip():
        raise Invalid(field="name", reason="missing")
    site_id = uuid4()
    values = {"name": name.strip(), "lon": lon, "lat": lat, "bays": bays}
    await store.add_site(conn, values | {"id": site_id, "tenant_id": actor.tenant_id})
    await _note(conn, actor, "share.site", site_id, values, now)
    return site_id


async def put_car(conn: Connection, actor: Actor, vehicle_id: UUID, site_id: UUID, *, now: datetime) -> None:
    """A car joins the scheme, or is found standing elsewhere. Raises Forbidden, NotFound, Conflict."""
    require(actor, "share.edit")
    await store.lock(conn, actor.tenant_id)
    book, sites = await store.book_of(conn, actor.tenant_id)
    if site_id not in sites:
        raise NotFound(object="share_site")
    own = book.rides.get(vehicle_id, ())
    if own and own[-1].end_at > now:
        raise Conflict(what="car_promised")
    if book.most_at(site_id, now) + 1 > book.sites[site_id].bays:
        raise Conflict(what=NoCar.NO_FREE_BAY.value)
    await store.put_car(conn, actor.tenant_id, vehicle_id, site_id, now)
    await _note(conn, actor, "share.car", vehicle_id, {"site_id": str(site_id)}, now)


async def take_car_out(conn: Connection, actor: Actor, vehicle_id: UUID, *, now: datetime) -> None:
    """Raises Forbidden, NotFound, Conflict while it is promised."""
    require(actor, "share.edit")
    await store.lock(conn, actor.tenant_id)
    book, _ = await store.book_of(conn, actor.tenant_id)
    own = book.rides.get(vehicle_id, ())
    if own and own[-1].end_at > now:
        raise Conflict(what="car_promised")
    if not await store.take_car_out(conn, vehicle_id):
        raise NotFound(object="share_car")
    await _note(conn, actor, "share.car_out", vehicle_id, {}, now)


async def night_plan(conn: Connection, actor: Actor, day: date, *, zone: ZoneInfo, now: datetime, accept: bool) -> NightPlan:  # fmt: skip
    """The cheapest moves before a day begins; with `accept` they are promised like trips. Raises Forbidden, Invalid."""
    require(actor, "share.edit")
    today = now.astimezone(zone).date()
    if not today <= day <= today + timedelta(days=PLANNED_AHEAD_DAYS):
        raise Invalid(field="day", reason="past" if day < today else "too_far")
    begin_at = datetime.combine(day - timedelta(days=1), NIGHT_FROM, zone)
    end_at = datetime.combine(day, NIGHT_UNTIL, zone)
    if begin_at < now - timedelta(hours=6):
        raise Invalid(field="day", reason="past")
    if accept:
        await store.lock(conn, actor.tenant_id)
    book, sites = await store.book_of(conn, actor.tenant_id)
    since = datetime.combine(day - timedelta(days=LOOKED_BACK_DAYS), time(), zone)
    past = await store.past_rides(conn, actor.tenant_id, since, datetime.combine(day, time(), zone))
    days = outflows(
        [(row["from_site_id"], row["to_site_id"], row["start_at"], row["end_at"]) for row in past], list(sites), zone
    )
    plan = plan_night(book, sites, days, day, max(begin_at, now), end_at)
    if accept:
        for ride in plan.rides:
            await store.add_ride(conn, actor.tenant_id, ride, None)
        told = {"day": day.isoformat(), "cars": len(plan.rides), "distance_m": plan.distance_m}
        await _note(conn, actor, "share.night", None, told, now)
    return plan


def outflows(
    rides: list[tuple[UUID, UUID, datetime, datetime]], sites: list[UUID], zone: ZoneInfo
) -> list[list[int]]:  # fmt: skip
    """For each civil day with rides, how far each site was ahead in giving at most."""
    changes: dict[date, dict[UUID, list[tuple[datetime, int]]]] = defaultdict(lambda: defaultdict(list))
    for from_site, to_site, start_at, end_at in rides:
        changes[start_at.astimezone(zone).date()][from_site].append((start_at, 1))
        changes[end_at.astimezone(zone).date()][to_site].append((end_at, -1))
    return [[ahead(change for _, change in sorted(day[site])) for site in sites] for _, day in sorted(changes.items())]


def plan_night(
    book: Ledger, sites: dict[UUID, Place], days: list[list[int]], day: date, begin_at: datetime, end_at: datetime
) -> NightPlan:
    """Pure: which cars go where. A move is taken only where the ledger allows it, so promised trips keep their cars."""
    ids = list(sites)
    points = [(place.lon, place.lat) for place in sites.values()]
    standing = book.standing(end_at)
    stock = [len(standing.get(site, ())) for site in ids]
    wanted = wanted_of(days, [book.sites[site].bays for site in ids])
    moves = rebalance(stock, wanted, lambda i, j: round(distance_m(*points[i], *points[j])))
    rides: list[Ride] = []
    driven_m = forbidden = 0
    for (giver, taker), cars in sorted(moves.cars.items()):
        for _ in range(cars):
            free = book.free(ids[giver], ids[taker], begin_at, end_at)
            if isinstance(free, NoCar):
                forbidden += 1
                continue
            ride = Ride(car_id=free[0], from_site=ids[giver], to_site=ids[taker], start_at=begin_at, end_at=end_at)
            book = book.add(ride)
            rides.append(ride)
            driven_m += round(distance_m(*points[giver], *points[taker]))
    return NightPlan(
        day=day, rides=tuple(rides), distance_m=driven_m, short=moves.short + forbidden, forbidden=forbidden
    )


async def _note(
    conn: Connection, actor: Actor, action: str, object_id: UUID | None, after: dict[str, object], now: datetime
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=action, object_kind="share", object_id=object_id, before=None, after=after, now=now
    )  # fmt: skip
