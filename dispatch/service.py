"""Use cases of an order on its way: every step of its life, and its settlement.

Each checks the right, loads, decides with the table and its guards, writes against the row version, journals
and tells whoever must know. The caller owns the transaction. Wishes are in requests.py, vehicles and drivers in
assignment.py, proposals of the solver in suggest.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch import lifecycle, store
from dispatch.approving import rounds
from dispatch.approving import store as approval_store
from dispatch.changes import AUDIENCE, REASSIGNED, TOLD_NO_REASON, Audience, changes
from dispatch.guards import Deed, OrderFile, require_guards, standing
from dispatch.lifecycle import Action, Guard, Step
from dispatch.settle import Settlement, settlement
from dispatch.store import ladder as ladder_store
from dispatch.tariffs.price import ChargeLine, LineCode, passed_on
from dispatch.tariffs.shared import part_of
from fleet import journal, outbox
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, Stale
from fleet.order import OrderState
from fleet.routing import Router

Who = Actor | str  # a person, or the name of a program
DECISIONS = frozenset({Action.APPROVE, Action.APPROVE_LEVEL, Action.APPROVE_LATE, Action.OVERRIDE, Action.REJECT})
GIVEN_UP = frozenset(
    {Action.UNASSIGN, Action.REFUSE, Action.SWAP, Action.NEXT_DRIVER, Action.NOT_ACCEPTED}
)  # the journal keeps which vehicle and driver it had


async def act(
    conn: Connection, actor: Who, order_id: UUID, action: Action, deed: Deed, *, row_version: int | None, now: datetime
) -> int:
    """Take one step of the life cycle; returns the new row version.

    Raises NotFound, Stale, WrongState, Forbidden, SameHands, Invalid or Conflict, as the table and its guards say.
    """
    file = await load(conn, order_id, row_version)
    step = lifecycle.step_from(file.order.state, action)
    if Guard.IS_TIME_SHARE in step.guards:
        raise Invalid(field="action", reason="use_share")
    if Guard.OTHER_MEANS in step.guards:
        raise Invalid(field="action", reason="use_ladder")
    if Guard.VEHICLE_AND_DRIVER in step.guards:
        raise Invalid(field="action", reason="use_assign")
    if action in (Action.EDIT, Action.REOPEN):
        raise Invalid(field="action", reason="use_edit")
    if Guard.ODOMETER_GROWS in step.guards:
        deed = replace(deed, last_odometer_km=await store.last_odometer_km(conn, file))
    if action in DECISIONS:
        file, step, deed = await _at_level(conn, file, step, deed, now)
    permit(actor, file, step, deed, now)
    values = changes(step, deed, now)
    if action is Action.SUBMIT:
        await rounds.open_round(conn, file, "submit", now)
    if action is Action.EXTEND:  # a longer trip may meet the next one of its vehicle
        await store.hold(conn, (file.order.vehicle_id, file.order.driver_id))
    if action in DECISIONS and isinstance(actor, Actor):
        verdict = "rejected" if action is Action.REJECT else "approved"
        await rounds.decide(conn, actor, file, verdict, deed.reason, now, override=action is Action.OVERRIDE)
    if action is Action.SETTLE:
        values |= _settled(await _settlement(conn, file))
    return await write(conn, actor, file, step, values, deed, now)


async def settlement_of(conn: Connection, actor: Actor, order_id: UUID) -> Settlement:
    """What settling would write, before anybody does it. Raises NotFound, WrongState, Forbidden, Conflict."""
    file = await load(conn, order_id, None)
    lifecycle.require_right(lifecycle.step_from(file.order.state, Action.SETTLE), standing(actor, file))
    return await _settlement(conn, file)


async def load(conn: Connection, order_id: UUID, row_version: int | None) -> OrderFile:
    """The order as this viewer sees it. Raises NotFound, and Stale when it is not the version he read."""
    file = await store.order_file(conn, order_id)
    if file is None:
        raise NotFound(object="order")
    if row_version is not None and row_version != file.order.row_version:
        raise Stale(yours=row_version, current=file.order.row_version)
    return file


async def stale(conn: Connection, order_id: UUID, yours: int) -> Stale:
    """The refusal of whoever was slower: the version he read, and the one there is now (None: out of his sight)."""
    current = await store.order_file(conn, order_id)
    return Stale(yours=yours, current=current.order.row_version if current else None)


async def planned_route(router: Router, points: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """The route columns of an order; the source says when they are only a straight line."""
    route = await router.route(points)
    return {
        "route": [[round(lon, 6), round(lat, 6)] for lon, lat in route.geometry],
        "route_source": route.source,
        "route_distance_m": route.distance_m,
        "route_duration_s": route.duration_s,
    }


def permit(actor: Who, file: OrderFile, step: Step, deed: Deed, now: datetime) -> None:
    """A program takes only the steps the table gives to the system, a person only those of his rights."""
    if isinstance(actor, Actor):
        lifecycle.require_right(step, standing(actor, file))
        require_guards(step, file, actor.person_id, deed, now)
    else:
        lifecycle.require_system(step)
        require_guards(step, file, None, deed, now)


async def _at_level(
    conn: Connection, file: OrderFile, step: Step, deed: Deed, now: datetime
) -> tuple[OrderFile, Step, Deed]:
    """The order with its open level; approving is the last level's only when it is the last.

    What an earlier level allowed of the night or the holiday stays allowed.
    """
    if file.order.state is OrderState.SUBMITTED:
        await rounds.ensure_round(conn, file, now)
    file = await rounds.with_sitting(conn, file, now)
    if step.action in (Action.APPROVE, Action.APPROVE_LEVEL):
        last = file.sitting is None or file.sitting.last
        step = lifecycle.step_from(file.order.state, Action.APPROVE if last else Action.APPROVE_LEVEL)
    order = file.order
    return (
        file,
        step,
        replace(
            deed,
            off_hours_approved=deed.off_hours_approved or order.off_hours_approved,
            holiday_approved=deed.holiday_approved or order.holiday_approved,
        ),
    )


async def _settlement(conn: Connection, file: OrderFile) -> Settlement:
    """Of a shared ride the part of this order. Raises Conflict while the vehicle of the ride is still out."""
    group = await store.shared_group(conn, file.order.id)
    if len(group) < 2:
        return await _own(conn, file)
    host = file if group[0].id == file.order.id else await load(conn, group[0].id, None)
    if host.order.returned_at is None:
        raise Conflict(what="host_under_way")
    zone = await store.zone(conn, file.tenant_id)
    return part_of(await _own(conn, host), group, file.order.id, zone)


async def _own(conn: Connection, file: OrderFile) -> Settlement:
    return await _whole(conn, file) if file.order.means is None else await _by_other_means(conn, file)


async def _by_other_means(conn: Connection, file: OrderFile) -> Settlement:
    """What a hired vehicle or public transport cost, as it was kept when it was taken, and the vouchers of the way."""
    kept = await ladder_store.means(conn, file.order.id)
    if kept is None:
        raise Conflict(what="no_means")
    lines = tuple(ChargeLine(**line | {"code": LineCode(line["code"])}) for line in kept["lines"])
    vouchers = tuple(passed_on(await store.vouchers(conn, file.order.id)))
    return Settlement(
        distance_m=file.route_distance_m, distance_source=None if file.route_distance_m is None else "route", tariff=None,
        cost_cents=sum(line.cents for line in (*lines, *vouchers)), lines=(*lines, *vouchers),
    )  # fmt: skip


async def _whole(conn: Connection, file: OrderFile) -> Settlement:
    at = file.order.departed_at or file.order.planned_start_at
    tariff = await store.tariff(conn, file.tenant_id, file.vehicle_class, at)
    vouchers = await store.vouchers(conn, file.order.id)
    return settlement(file, tariff, zone=await store.zone(conn, file.tenant_id), vouchers=vouchers)


def _settled(result: Settlement) -> dict[str, Any]:
    tariff = None if result.tariff is None else asdict(result.tariff) | {"id": str(result.tariff.id)}
    return {
        "distance_m": result.distance_m,
        "distance_source": result.distance_source,
        "tariff": tariff,
        "cost_cents": result.cost_cents,
        "cost_lines": [asdict(line) for line in result.lines],
    }


async def write(
    conn: Connection, actor: Who, file: OrderFile, step: Step, values: dict[str, Any], deed: Deed, now: datetime
) -> int:
    """Store, journal, tell. Raises Stale when somebody was faster, Conflict when the vehicle or driver was."""
    order = file.order
    leaves_sight = step.action is Action.REFUSE
    try:
        if not await store.update_order(conn, order.id, order.row_version, values, leaves_sight=leaves_sight):
            raise await stale(conn, order.id, order.row_version)
    except store.Overlapping as error:
        raise Conflict(what=str(error) or "double_booked") from None
    told = {name: plain(value) for name, value in values.items() if name != "route"}  # the path is in the order
    before: dict[str, object] = {"state": order.state.value}
    if step.action in GIVEN_UP:
        before |= {"vehicle_id": plain(order.vehicle_id), "driver_id": plain(order.driver_id)}
    await note(conn, actor, file.tenant_id, step.action.value, order.id, before, told, deed.reason, now)
    await tell(conn, actor, file, step.action, deed, now)
    return order.row_version + 1


def plain(value: object) -> object:
    """A value as the journal takes it; passengers are a list of identifiers."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value if isinstance(value, bool | int | float | str | dict | type(None)) else str(value)


async def note(
    conn: Connection,
    actor: Who,
    tenant_id: UUID,
    verb: str,
    order_id: UUID,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str,
    now: datetime,
) -> None:
    await journal.record(
        conn,
        tenant_id=tenant_id,
        actor=actor,
        action=f"order.{verb}",
        object_kind="order",
        object_id=order_id,
        before=before,
        after=after,
        now=now,
        reason=reason,
    )


async def tell(conn: Connection, actor: Who, file: OrderFile, action: Action, deed: Deed, now: datetime) -> None:
    """Each audience of the action once per version of the order; some learn what happened, but not the reason."""
    by = actor.name if isinstance(actor, Actor) else actor
    people = await _people(conn, file, AUDIENCE.get(action, ()), deed, now)
    await _notify(conn, file, f"order_{action.value}", people, {"reason": deed.reason, "by": by}, now)
    unreasoned = await _people(conn, file, TOLD_NO_REASON.get(action, ()), deed, now)
    await _notify(conn, file, REASSIGNED, unreasoned - people, {}, now)


async def _people(
    conn: Connection, file: OrderFile, audiences: Iterable[Audience], deed: Deed, now: datetime
) -> set[UUID]:
    order = file.order
    people: set[UUID | None] = set()
    for audience in audiences:
        if audience is Audience.REQUESTER:
            if file.event_id is not None:
                continue  # the commander of thousands of trips reads the exceptions of the event instead
            people |= {order.requester_id, file.created_by}
        elif audience is Audience.DRIVER:
            people.add(deed.driver_id or order.driver_id)
        elif audience is Audience.PASSENGERS:
            people |= file.passenger_ids
        elif audience is Audience.APPROVERS:
            people |= await approval_store.asked(conn, order.id)
        elif audience is Audience.UNIT_ADMINS:
            people |= set(await store.unit_admins_of(conn, file.tenant_id, order.unit_id, now))
        else:
            people |= set(await store.dispatchers(conn, file.tenant_id, now))
    return {person for person in people if person is not None}


async def _notify(
    conn: Connection, file: OrderFile, kind: str, people: Iterable[UUID], more: Mapping[str, object], now: datetime
) -> None:
    order = file.order
    await outbox.notify(
        conn,
        tenant_id=file.tenant_id,
        person_ids=people,
        kind=kind,
        params={"order_no": order.order_no, "planned_start_at": order.planned_start_at.isoformat(), **more},
        object_kind="order",
        object_id=order.id,
        dedupe_key=f"{kind}:{order.id}:{order.row_version + 1}",
        now=now,
    )


async def remind(
    conn: Connection, file: OrderFile, kind: str, audiences: Iterable[Audience], for_at: datetime, now: datetime, **more: object
) -> int:  # fmt: skip
    """Tell each audience once of something about the order at an instant; returns how many notices were new."""
    order = file.order
    return await outbox.notify(
        conn,
        tenant_id=file.tenant_id,
        person_ids=await _people(conn, file, audiences, Deed(), now),
        kind=kind,
        params={"order_no": order.order_no, "planned_start_at": order.planned_start_at.isoformat(), **more},
        object_kind="order",
        object_id=order.id,
        dedupe_key=f"{kind}:{order.id}:{int(for_at.timestamp())}",
        now=now,
    )
