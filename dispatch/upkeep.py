"""Windows in which a vehicle is not to be sent: repair, inspection, maintenance. Entered by who keeps the fleet.

A window that meets trips names them and is entered only when that is said to be meant: those trips then need another
vehicle, and the dispatchers are told. It takes the lock every assignment takes, so none slips in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch import store
from dispatch.store import waiting as rows
from fleet import journal, outbox
from fleet.access import Actor, require
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Conflict, Invalid, NotFound, Refusal, Stale, WrongState

KINDS = ("repair", "inspection", "maintenance", "other")
LONGEST = timedelta(days=366)


class MeetsOrders(Refusal):
    """The vehicle has trips in that window. Params: orders (their numbers)."""

    code = "meets_orders"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window as somebody wants it, end excluded."""

    kind: str
    start_at: datetime
    end_at: datetime
    note: str = ""
    anyway: bool = False  # although it meets trips


async def add_window(conn: Connection, actor: Actor, vehicle_id: UUID, window: Window, *, now: datetime) -> UUID:
    """Raises Forbidden, NotFound, Invalid, Conflict when it overlaps another window, MeetsOrders."""
    require(actor, "upkeep.edit")
    if window.kind not in KINDS:
        raise Invalid(field="kind", reason="unknown_kind")
    tenant_id = await rows.vehicle_tenant(conn, vehicle_id)
    if tenant_id is None:
        raise NotFound(object="vehicle")
    met = await _checked(conn, vehicle_id, window, now)
    upkeep_id = uuid4()
    try:
        await rows.add_upkeep(conn, {
            "id": upkeep_id, "tenant_id": tenant_id, "vehicle_id": vehicle_id, "kind": window.kind,
            "during": TimestamptzRange(window.start_at, window.end_at), "note": window.note, "created_at": now, "created_by": actor.person_id,
        })  # fmt: skip
    except rows.AlreadyThere:
        raise Conflict(what="upkeep_overlaps") from None
    await _note(conn, actor, tenant_id, vehicle_id, "add", window, met, now)
    return upkeep_id


async def move_window(
    conn: Connection, actor: Actor, upkeep_id: UUID, window: Window, *, row_version: int, now: datetime
) -> int:
    """Another span or note; its kind stays. Raises as adding one, and NotFound, Stale, WrongState."""
    require(actor, "upkeep.edit")
    row = await _planned(conn, upkeep_id, row_version)
    met = await _checked(conn, row["vehicle_id"], window, now, ended=row["start_at"] < now)
    await _set(conn, upkeep_id, row_version, window.start_at, window.end_at, window.note, "planned")
    await _note(conn, actor, row["tenant_id"], row["vehicle_id"], "move", window, met, now)
    return row_version + 1


async def end_window(conn: Connection, actor: Actor, upkeep_id: UUID, *, row_version: int, now: datetime) -> int:
    """A window ahead is cancelled, one under way ends now. Raises Forbidden, NotFound, Stale, WrongState."""
    require(actor, "upkeep.edit")
    row = await _planned(conn, upkeep_id, row_version)
    begun = row["start_at"] < now
    end_at = min(row["end_at"], now) if begun else row["end_at"]
    await _set(conn, upkeep_id, row_version, row["start_at"], end_at, row["note"], "ended" if begun else "cancelled")
    window = Window(kind=row["kind"], start_at=row["start_at"], end_at=end_at)
    await _note(conn, actor, row["tenant_id"], row["vehicle_id"], "end", window, [], now)
    return row_version + 1


async def _planned(conn: Connection, upkeep_id: UUID, row_version: int) -> dict[str, Any]:
    row = await rows.upkeep(conn, upkeep_id)
    if row is None:
        raise NotFound(object="upkeep")
    if row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])
    if row["state"] != "planned":
        raise WrongState(state=row["state"], action="upkeep", allowed=[])
    return row


async def _checked(
    conn: Connection, vehicle_id: UUID, window: Window, now: datetime, *, ended: bool = False
) -> list[int]:
    """The trips it meets, once they are accepted. Takes the vehicle's lock."""
    if window.end_at <= window.start_at or (window.end_at <= now and not ended):
        raise Invalid(field="end_at", reason="not_a_span")
    if window.end_at - window.start_at > LONGEST:
        raise Invalid(field="end_at", reason="too_long")
    await store.hold(conn, (vehicle_id,))
    met = await rows.orders_met(conn, vehicle_id, window.start_at, window.end_at)
    if met and not window.anyway:
        raise MeetsOrders(orders=met)
    return met


async def _set(
    conn: Connection, upkeep_id: UUID, row_version: int, start_at: datetime, end_at: datetime, note: str, state: str
) -> None:
    try:
        if not await rows.set_upkeep(
            conn, upkeep_id, row_version, start_at=start_at, end_at=end_at, note=note, state=state
        ):
            current = await rows.upkeep(conn, upkeep_id)
            raise Stale(yours=row_version, current=current and current["row_version"])
    except rows.AlreadyThere:
        raise Conflict(what="upkeep_overlaps") from None


async def _note(
    conn: Connection,
    actor: Actor,
    tenant_id: UUID,
    vehicle_id: UUID,
    verb: str,
    window: Window,
    met: list[int],
    now: datetime,
) -> None:
    told = {"kind": window.kind, "from": window.start_at.isoformat(), "to": window.end_at.isoformat(), "orders": met}
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action=f"upkeep.{verb}", object_kind="vehicle", object_id=vehicle_id,
        before={}, after=told, now=now, reason=window.note,
    )  # fmt: skip
    if met:
        numbers = ", ".join(str(number) for number in met)
        await outbox.notify(
            conn, tenant_id=tenant_id, person_ids=await store.dispatchers(conn, tenant_id, now), kind="upkeep_meets",
            params={"orders": numbers}, object_kind="order", object_id=None, dedupe_key=f"upkeep_meets:{vehicle_id}:{now.isoformat()}", now=now,
        )  # fmt: skip
