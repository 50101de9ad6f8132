"""Use cases of keeping vendors, their prices and the lump sums of public transport: dated rows, nothing is edited backwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from dispatch.ladder.cost import Mode
from dispatch.store import ladder as rows
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Conflict, Invalid, NotFound, Stale, Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a vendor asks for vehicles of a size from an instant on. Cents."""

    seats: int
    holds_from: datetime
    cents_per_day: int = 0
    cents_per_km: int = 0
    minimum_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LumpSum:
    """What a person gets for a way up to so many kilometres from an instant on. Cents."""

    mode: Mode
    level: str
    up_to_km: int
    cents_per_person: int
    holds_from: datetime


async def add_vendor(conn: Connection, actor: Actor, name: str, phone: str, *, now: datetime) -> UUID:
    """Raises Forbidden, Invalid, Taken."""
    require(actor, "vendor.edit")
    vendor_id, plain = uuid4(), _name(name)
    try:
        await rows.add(
            conn, "vendor", {"id": vendor_id, "tenant_id": actor.tenant_id, "name": plain, "phone": phone.strip()}
        )  # fmt: skip
    except rows.AlreadyThere:
        raise Taken(field="name", value=plain) from None
    await _note(conn, actor, "add", "vendor", vendor_id, {"name": plain, "phone": phone.strip()}, now)
    return vendor_id


async def change_vendor(
    conn: Connection, actor: Actor, vendor_id: UUID, name: str, phone: str, *, active: bool, row_version: int, now: datetime
) -> int:  # fmt: skip
    """Another name or number, or nobody hires there any more. Raises Forbidden, NotFound, Stale, Invalid, Taken."""
    require(actor, "vendor.edit")
    known = await rows.vendor(conn, vendor_id)
    if known is None:
        raise NotFound(object="vendor")
    values = {"name": _name(name), "phone": phone.strip(), "active": active}
    try:
        done = await rows.set_vendor(conn, vendor_id, row_version, _name(name), phone.strip(), active=active)
    except rows.AlreadyThere:
        raise Taken(field="name", value=_name(name)) from None
    if not done:
        raise Stale(yours=row_version, current=known["row_version"])
    await _note(conn, actor, "change", "vendor", vendor_id, values, now)
    return row_version + 1


async def set_price(conn: Connection, actor: Actor, vendor_id: UUID, price: Price, *, now: datetime) -> UUID:
    """The price of the size before it ends where this one begins. Raises Forbidden, NotFound, Invalid, Conflict."""
    require(actor, "vendor.edit")
    if await rows.vendor(conn, vendor_id) is None:
        raise NotFound(object="vendor")
    if price.holds_from < now:
        raise Invalid(field="holds_from", reason="past")
    if not price.cents_per_day + price.cents_per_km + price.minimum_cents:
        raise Invalid(field="cents_per_day", reason="missing")
    await rows.cut_price(conn, vendor_id, price.seats, price.holds_from)
    values = asdict(price) | {"vendor_id": vendor_id}
    return await _add(conn, actor, "vendor_price", values, price.holds_from, now)


async def set_lump_sum(conn: Connection, actor: Actor, wish: LumpSum, *, now: datetime) -> UUID:
    """The one of the same mode, level and distance before it ends where this one begins. Raises Forbidden, Invalid, Conflict."""
    require(actor, "vendor.edit")
    if wish.holds_from < now:
        raise Invalid(field="holds_from", reason="past")
    level = wish.level.strip()
    await rows.cut_tier(conn, wish.mode.value, level, wish.up_to_km, wish.holds_from)
    values = asdict(wish) | {"mode": wish.mode.value, "level": level}
    return await _add(conn, actor, "reimbursement_tier", values, wish.holds_from, now)


async def end(conn: Connection, actor: Actor, table: str, row_id: UUID, *, now: datetime) -> None:
    """A price or lump sum holds no longer. Raises Forbidden, NotFound when it does not hold now."""
    require(actor, "vendor.edit")
    if not await rows.end(conn, table, row_id, now):
        raise NotFound(object=table)
    await _note(conn, actor, "end", table, row_id, {}, now)


async def _add(
    conn: Connection, actor: Actor, table: str, values: dict[str, object], holds_from: datetime, now: datetime
) -> UUID:
    row_id = uuid4()
    kept = {name: value for name, value in values.items() if name != "holds_from"}
    kept |= {"id": row_id, "tenant_id": actor.tenant_id, "created_at": now, "created_by": actor.person_id}
    try:
        await rows.add(conn, table, kept | {"during": TimestamptzRange(holds_from, None)})
    except rows.AlreadyThere:
        raise Conflict(what="holds_already") from None
    told: dict[str, object] = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
    await _note(conn, actor, "add", table, row_id, told, now)
    return row_id


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid(field="name", reason="missing")
    return name.strip()


async def _note(
    conn: Connection, actor: Actor, verb: str, kind: str, row_id: UUID, after: dict[str, object], now: datetime
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=f"{kind}.{verb}", object_kind=kind, object_id=row_id, before=None, after=after, now=now
    )  # fmt: skip
