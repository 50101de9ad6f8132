"""Use cases of shared rides: who could be ridden with, asking, the first booker's answer, leaving again, and following the host.

The guest's order keeps its own approval, number and settlement; it has no vehicle of its own but its host's. Its people and
places are put into the host's order, so that driver, plan and judging see one trip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch import lifecycle, service, store
from dispatch.changes import changes
from dispatch.guards import Deed, OrderFile, standing
from dispatch.lifecycle import Action
from dispatch.policy.document import POOL_CLASSES
from dispatch.policy.ways import trip_points
from dispatch.sharing.match import HOSTS, Fit, fit
from dispatch.store import sharing as rows
from dispatch.store.rows import seeing_all
from dispatch.store.waiting import LET_GO
from dispatch.travel import between
from fleet import outbox
from fleet.access import MAY, Actor, Seen
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, NotFound, Refusal
from fleet.order import OrderState, OrderType, Place
from fleet.routing import Router
from fleet.travel import LonLat

AROUND = timedelta(hours=3)  # how far beside the guest's start a host's may lie
PROGRAM = "dispatch engine"
ALONE = {
    "rides_with": None,
    "type": OrderType.NORMAL.value,
}  # an order like others again, that can be changed as they can
OVER = frozenset({OrderState.RETURNED, OrderState.RECEIPTED, OrderState.SETTLED, OrderState.ARCHIVED})


class NoFit(Refusal):
    """These two trips cannot be shared. Params: fit (why not)."""

    code = "no_fit"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A trip somebody could ride along with; of its people only the unit is told."""

    order_id: UUID
    unit_name: str
    unit_name_en: str
    pickup_at: datetime
    arrives_at: datetime
    detour_s: int
    seats_left: int


async def rides(conn: Connection, actor: Actor, order_id: UUID, *, router: Router, now: datetime) -> list[Ride]:
    """The least detour first. Raises NotFound, Forbidden."""
    guest = await service.load(conn, order_id, None)
    _require_own(actor, guest, "order.share")
    found = []
    for row, host, fits in await _fits(conn, guest, None, router, now):
        if isinstance(fits, Fit):
            found.append(Ride(
                order_id=host.order.id, unit_name=row["unit_name"], unit_name_en=row["unit_name_en"], pickup_at=fits.pickup_at,
                arrives_at=fits.arrives_at, detour_s=fits.detour_s, seats_left=fits.seats_left,
            ))  # fmt: skip
    return sorted(found, key=lambda ride: (ride.detour_s, ride.pickup_at))


async def ask(conn: Connection, actor: Actor, order_id: UUID, host_id: UUID, *, router: Router, now: datetime) -> UUID:
    """The first booker is asked for consent. Raises NotFound, Forbidden, NoFit, Conflict when one was asked already."""
    guest = await service.load(conn, order_id, None)
    _require_own(actor, guest, "order.share")
    host, fits = await _fitting(conn, guest, host_id, router, now)
    share_id = uuid4()
    try:
        await rows.add_share(conn, {
            "id": share_id, "tenant_id": guest.tenant_id, "host_order_id": host_id, "guest_order_id": order_id, "detour_s": fits.detour_s,
            "asked_at": now, "asked_by": actor.person_id,
        })  # fmt: skip
    except rows.AlreadyAsked:
        raise Conflict(what="share_asked") from None
    await service.note(
        conn, actor, guest.tenant_id, "share_ask", order_id, {}, {"host_order_id": str(host_id)}, "", now
    )
    params = {"passengers": guest.order.passengers, "minutes": round(fits.detour_s / 60)}
    await _tell(conn, host, "share_ask", params, share_id, now)
    return share_id


async def answer(conn: Connection, actor: Actor, share_id: UUID, *, agree: bool, router: Router, now: datetime) -> UUID:
    """The first booker's word; with yes the guest rides along. Returns the host's order.

    Raises NotFound, Forbidden for anybody else, Conflict when it was answered or the longer trip meets another, NoFit.
    """
    share = await _share(conn, share_id)
    async with seeing_all(conn, Seen.ORDER):
        host = await service.load(conn, share["host_order_id"], None)
        if actor.person_id not in (host.order.requester_id, host.created_by):
            raise Forbidden(action="share.answer", object="order")
        guest = await service.load(conn, share["guest_order_id"], None)
        if share["state"] != "asked" or not await rows.set_share(
            conn, share_id, "agreed" if agree else "declined", ["asked"], actor.person_id, now
        ):
            raise Conflict(what="share_answered")
        if agree:
            await _join(conn, actor, host, guest, router, now)
    await _tell(conn, guest, "share_agreed" if agree else "share_declined", {}, share_id, now)
    return host.order.id


async def leave(conn: Connection, actor: Actor, share_id: UUID, *, router: Router, now: datetime) -> UUID:
    """The guest takes his question back, or rides along no more. Returns the guest's order. Raises NotFound, Forbidden, Conflict."""
    share = await _share(conn, share_id)
    guest = await service.load(conn, share["guest_order_id"], None)
    _require_own(actor, guest, "order.share")
    if not await rows.set_share(conn, share_id, "withdrawn", ["asked", "agreed"], actor.person_id, now):
        raise Conflict(what="share_answered")
    async with seeing_all(conn, Seen.ORDER):
        host = await service.load(conn, share["host_order_id"], None)
        if share["state"] == "agreed":
            await _part(conn, actor, host, guest, router, now)
    await _tell(conn, host, "share_left", {}, share_id, now)
    return guest.order.id


async def follow(conn: Connection, guest_id: UUID, *, router: Router, now: datetime) -> None:
    """A guest whose host is back is back too; one whose host is gone waits for a vehicle again; one that is gone frees its seats."""
    guest = await service.load(conn, guest_id, None)
    if guest.order.rides_with is None:
        return
    host = await service.load(conn, guest.order.rides_with, None)
    share = await rows.share_of_guest(conn, guest_id)
    if share is not None:
        await rows.set_share(conn, share["id"], "ended", ["asked", "agreed"], None, now)
    if guest.order.state in (OrderState.REJECTED, OrderState.WITHDRAWN, OrderState.CANCELLED, OrderState.EXPIRED):
        await _part(conn, PROGRAM, host, guest, router, now)
    elif host.order.state in OVER:
        step, deed = lifecycle.step_from(guest.order.state, Action.RIDE_OVER), Deed()
        service.permit(PROGRAM, guest, step, deed, now)
        values = changes(step, deed, now) | {"rides_with": None, "departed_at": host.order.departed_at}
        await service.write(conn, PROGRAM, guest, step, values, deed, now)
    else:
        await _write(conn, guest, dict(ALONE))
        await service.note(
            conn, PROGRAM, guest.tenant_id, "share_end", guest_id, {"host_order_id": str(host.order.id)}, {}, "", now
        )
        await _tell(conn, guest, "share_ended", {}, guest_id, now)


async def _join(
    conn: Connection, actor: Actor, host: OrderFile, guest: OrderFile, router: Router, now: datetime
) -> None:
    _, fits = await _fitting(conn, guest, host.order.id, router, now)
    if guest.order.origin is None or guest.order.destination is None:
        raise NoFit(fit="other_kind")
    stops = list((await store.wish(conn, host.order.id))["stops"])
    stops.insert(fits.board, asdict(guest.order.origin))
    stops.insert(fits.leave, asdict(guest.order.destination))
    await store.hold(conn, (host.order.vehicle_id, host.order.driver_id))
    values = {
        "stops": stops,
        "passengers": host.order.passengers + guest.order.passengers,
        "planned_end_at": host.order.planned_end_at + timedelta(seconds=fits.detour_s),
    }
    await _write(conn, host, values | await _planned_with(host, stops, router))
    riding = {"rides_with": host.order.id, "type": OrderType.SHARED.value}
    await _write(conn, guest, {**riding, **LET_GO})  # what was kept free for it is anybody's
    told = {"guest_order_id": str(guest.order.id), "passengers": values["passengers"], "detour_s": fits.detour_s}
    await service.note(conn, actor, host.tenant_id, "share_agree", host.order.id, {}, told, "", now)
    ridden: dict[str, object] = {"host_order_id": str(host.order.id)}
    await service.note(conn, actor, guest.tenant_id, "share_agree", guest.order.id, {}, ridden, "", now)


async def _part(
    conn: Connection, actor: Actor | str, host: OrderFile, guest: OrderFile, router: Router, now: datetime
) -> None:
    """The guest's people and places leave the host's order, as long as it has not left; the planned end stays."""
    if host.order.state in HOSTS:
        places = [place for place in (guest.order.origin, guest.order.destination) if place is not None]
        stops = list((await store.wish(conn, host.order.id))["stops"])
        for place in places:
            at = next((i for i, stop in enumerate(stops) if (stop["lon"], stop["lat"]) == (place.lon, place.lat)), None)
            if at is not None:
                stops.pop(at)
        fewer = max(1, host.order.passengers - guest.order.passengers)
        values = {"stops": stops, "passengers": fewer} | await _planned_with(host, stops, router)
        await _write(conn, host, values)
        told = {"guest_order_id": str(guest.order.id)}
        await service.note(conn, actor, host.tenant_id, "share_left", host.order.id, told, {}, "", now)
    await _write(conn, guest, dict(ALONE))
    ridden = {"host_order_id": str(host.order.id)}
    await service.note(conn, actor, guest.tenant_id, "share_left", guest.order.id, ridden, {}, "", now)


async def _planned_with(host: OrderFile, stops: Sequence[Mapping[str, Any]], router: Router) -> dict[str, Any]:
    """The path of the host's trip over these stops; nothing when it names no places."""
    places = tuple(Place(name=stop.get("name", ""), lon=stop["lon"], lat=stop["lat"]) for stop in stops)
    trip = trip_points(replace(host.order, stops=places))
    return await service.planned_route(router, trip) if trip else {}


async def _write(conn: Connection, file: OrderFile, values: dict[str, Any]) -> None:
    try:
        if not await store.update_order(conn, file.order.id, file.order.row_version, values):
            raise await service.stale(conn, file.order.id, file.order.row_version)
    except store.Overlapping as error:
        raise Conflict(what=str(error) or "double_booked") from None


async def _fitting(
    conn: Connection, guest: OrderFile, host_id: UUID, router: Router, now: datetime
) -> tuple[OrderFile, Fit]:
    found = await _fits(conn, guest, host_id, router, now)
    if not found:
        raise NotFound(object="order")
    _, host, fits = found[0]
    if isinstance(fits, str):
        raise NoFit(fit=fits)
    return host, fits


async def fits_of(
    conn: Connection, guest: OrderFile, router: Router, now: datetime
) -> list[tuple[Mapping[str, Any], OrderFile, Fit | str]]:
    """Every trip there could be to ride along with, and how the guest fits or why not; nothing is asked of anybody."""
    return await _fits(conn, guest, None, router, now)


async def _fits(
    conn: Connection, guest: OrderFile, host_id: UUID | None, router: Router, now: datetime
) -> list[tuple[Mapping[str, Any], OrderFile, Fit | str]]:
    """Every host there could be, or the one named, with how it fits; whatever the guest's booker sees of them."""
    start = guest.order.planned_start_at
    async with seeing_all(conn, Seen.ORDER), seeing_all(conn, Seen.VEHICLE):
        most = await store.most_seats(conn, guest.tenant_id, POOL_CLASSES)
        states = sorted(state.value for state in HOSTS)
        wanted = await rows.hosts(
            conn, guest.tenant_id, states=states, since=start - AROUND, until=start + AROUND, most_seats=most or 1,
            guest=guest.order.id, host=host_id,
        )  # fmt: skip
        files = {file.order.id: file for file in await store.order_files(conn, [row["id"] for row in wanted])}
    points: dict[LonLat, int] = {}
    for file in (guest, *files.values()):
        for point in trip_points(file.order):
            points.setdefault(point, len(points))
    if not files or not points:
        return []
    matrix, _ = await between(router, list(points))

    def seconds(before: LonLat, after: LonLat) -> int:
        return int(matrix.durations[points[before]][points[after]])

    return [
        (
            row,
            files[row["id"]],
            fit(
                files[row["id"]].order, guest.order, room=row["room"], seconds=seconds, now=now,
                stays_s=[60 * stop.get("stay_min", 0) for stop in row["stops"]],
            ),
        )
        for row in wanted
    ]  # fmt: skip


async def _share(conn: Connection, share_id: UUID) -> dict[str, Any]:
    share = await rows.share(conn, share_id)
    if share is None:
        raise NotFound(object="ride_share")
    return share


def _require_own(actor: Actor, file: OrderFile, action: str) -> None:
    if not MAY["order.edit"] & standing(actor, file):
        raise Forbidden(action=action, object="order")


async def _tell(
    conn: Connection, file: OrderFile, kind: str, params: Mapping[str, object], about: UUID, now: datetime
) -> None:
    people = {person for person in (file.order.requester_id, file.created_by) if person is not None}
    await outbox.notify(
        conn, tenant_id=file.tenant_id, person_ids=people, kind=kind, params={"order_no": file.order.order_no, **params},
        object_kind="order", object_id=file.order.id, dedupe_key=f"{kind}:{about}:{now.isoformat()}", now=now,
    )  # fmt: skip
