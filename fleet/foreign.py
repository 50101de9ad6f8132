"""Use cases of foreign names: which device speaks as `jane/phone` in OwnTracks, over time.

Each checks the right, writes and journals; the caller owns the transaction. A device that is heard this way knows only
the broker's word that a message arrived, not ours that it is stored: it is "broker-grade" from then on.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.access import Actor, require
from fleet.db import Connection, TimestamptzRange, pg_errors
from fleet.errors import Conflict, Invalid, NotFound, Stale, Taken
from fleet.sources import Source, name_in, own_topics

Who = Actor | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """A name as it is bound now."""

    since: datetime
    taken_from: tuple[store.DeviceKey, ...]  # who had it until then, and may write under it no longer


async def bind_source(
    conn: Connection,
    actor: Who,
    *,
    device: store.DeviceKey,
    source: Source,
    external_id: str,
    since: datetime | None,
    now: datetime,
) -> Bound:
    """From `since` on the name means this device; who had it until then loses it there.

    Without `since` it is now when somebody had the name before, else the device's installation, so that what a sender
    buffered finds its device. Raises Invalid (name, an instant to come), Conflict when a later binding of the name is on file.
    """
    _allow(actor)
    name = name_in(source, external_id)
    if since is None:
        since = now if await store.one(conn, store.ANY_SOURCE_BINDING, (source, name)) else device.installed_at
    if since > now:
        raise Invalid(field="since", reason="in_the_future")
    ended = await store.many(conn, store.END_SOURCE_BINDING, (since, device.tenant_id, source, name, since, since))
    values = {
        "id": uuid4(), "tenant_id": device.tenant_id, "device_id": device.id, "source": str(source),
        "external_id": name, "during": TimestamptzRange(since, None),
        "created_by": actor.person_id if isinstance(actor, Actor) else None,
    }  # fmt: skip
    try:
        async with conn.transaction():
            await store.insert(conn, "source_binding", values)
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="source_binding") from error
    await conn.execute(store.HEARD_BY_SOURCE, (str(source), device.id))
    await _record(
        conn, actor, device, "device.bind_source", {"source": source, "external_id": name, "since": since}, now
    )
    others = tuple(store.device_key_of(row) for row in ended if row["id"] != device.id)
    return Bound(since=since, taken_from=others)


async def unbind_source(
    conn: Connection, actor: Who, *, device: store.DeviceKey, source: Source, external_id: str, now: datetime
) -> None:
    """From now on the name means nobody. Raises NotFound when it does not mean this device now."""
    _allow(actor)
    name = name_in(source, external_id)
    ended = await store.one(conn, store.UNBIND_SOURCE, (now, source, name, device.id, now, now))
    if ended is None:
        raise NotFound(object="source_binding", external_id=name)
    await _record(conn, actor, device, "device.unbind_source", {"source": source, "external_id": name}, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """A binding after its correction."""

    row_version: int
    source: Source
    devices: tuple[store.DeviceKey, ...]  # whose names have changed by it


class NameOverlaps(Conflict):
    """Another binding of the name holds in that span. Params: device, since, until."""

    code = "name_overlaps"


class NameElsewhere(Conflict):
    """The same, but whose it is is not for the asker to know."""

    code = "name_elsewhere"


async def add_binding(
    conn: Connection,
    actor: Actor,
    *,
    device_id: UUID,
    source: Source,
    external_id: str,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
) -> UUID:
    """The name means this device from `since` until `until`, and takes it from nobody.

    Without `since` as in `bind_source`. Raises NotFound, Invalid, NameOverlaps, NameElsewhere.
    """
    _allow(actor)
    device = await device_of(conn, device_id)
    name = name_in(source, external_id)
    if since is None:
        since = now if await store.one(conn, store.ANY_SOURCE_BINDING, (source, name)) else device.installed_at
    binding_id = uuid4()
    await _free(conn, binding_id, source, name, _span(since, until, now))
    values = {
        "id": binding_id, "tenant_id": device.tenant_id, "device_id": device.id, "source": str(source),
        "external_id": name, "during": TimestamptzRange(since, until), "created_by": actor.person_id,
    }  # fmt: skip
    await _write(conn, store.insert(conn, "source_binding", values))
    await conn.execute(store.HEARD_BY_SOURCE, (str(source), device.id))
    about = {"source": source, "external_id": name, "since": since, "until": until}
    await _record(conn, actor, device, "device.bind_source", about, now)
    return binding_id


async def correct_binding(
    conn: Connection, actor: Actor, binding_id: UUID, *, row_version: int, changes: Mapping[str, Any], now: datetime
) -> Corrected:
    """Another device, name or span for a binding.

    `changes` may have device_id, external_id, since, until. What was stored by it stays where it is.
    Raises NotFound, Stale, Invalid, NameOverlaps, NameElsewhere.
    """
    _allow(actor)
    found = await store.one(conn, store.SOURCE_BINDING, (binding_id,))
    if found is None:
        raise NotFound(object="source_binding")
    if found["row_version"] != row_version:
        raise Stale(yours=row_version, current=found["row_version"])
    before = {name: found[name] for name in ("device_id", "external_id", "since", "until")}
    after = {**before, **changes}
    source = Source(found["source"])
    after["external_id"] = name_in(source, after["external_id"])
    devices = [await device_of(conn, one) for one in dict.fromkeys((before["device_id"], after["device_id"]))]
    span = _span(after["since"], after["until"], now)
    await _free(conn, binding_id, source, after["external_id"], span)
    values = (after["device_id"], after["external_id"], span, binding_id)
    await _write(conn, conn.execute(store.CORRECT_SOURCE_BINDING, values))
    await conn.execute(store.HEARD_BY_SOURCE, (str(source), after["device_id"]))
    changed = {name for name in before if before[name] != after[name]}
    await journal.record(
        conn, tenant_id=devices[0].tenant_id, actor=actor, action="device.correct_source", object_kind="device",
        object_id=after["device_id"], before={"source": str(source)} | {name: str(before[name]) for name in sorted(changed)},
        after={"source": str(source)} | {name: str(after[name]) for name in sorted(changed)}, now=now,
    )  # fmt: skip
    return Corrected(row_version=row_version + 1, source=source, devices=tuple(devices))


async def device_of(conn: Connection, device_id: UUID) -> store.DeviceKey:
    """The device, unless it is hidden from the asker. Raises NotFound."""
    row = await store.one(conn, store.DEVICE_BY_ID, (device_id,))
    if row is None:
        raise NotFound(object="device")
    return store.device_key_of(row)


def _span(since: datetime, until: datetime | None, now: datetime) -> TimestamptzRange:
    for field, instant in (("since", since), ("until", until)):
        if instant is not None and instant > now:
            raise Invalid(field=field, reason="in_the_future")
    if until is not None and until <= since:
        raise Invalid(field="until", reason="before_from")
    return TimestamptzRange(since, until)


async def _free(conn: Connection, binding_id: UUID, source: Source, name: str, span: TimestamptzRange) -> None:
    """Raises NameOverlaps, which says whose the name is where the asker may know it."""
    other = await store.one(conn, store.SOURCE_OVERLAP, (source, name, span, binding_id))
    if other is not None:
        until = None if other["until"] is None else other["until"].isoformat()
        raise NameOverlaps(device=other["code"], since=other["since"].isoformat(), until=until)


async def _write(conn: Connection, statement: Awaitable[object]) -> None:
    """What the query above could not see, another tenant's binding or one made meanwhile, the table refuses."""
    try:
        async with conn.transaction():
            await statement
    except pg_errors.ExclusionViolation as error:
        raise NameElsewhere from error


async def add_forwarder(
    conn: Connection, actor: Who, *, tenant_id: UUID, source: Source, name: str, now: datetime
) -> None:
    """A server that speaks for devices of one tenant; again for the same one changes nothing. Raises Taken."""
    row = await store.one(conn, store.FORWARDER, (str(source), name))
    if row is not None:
        if row["tenant_id"] != tenant_id:
            raise Taken(field="name", value=name)
        return
    forwarder_id = uuid4()
    values = {"id": forwarder_id, "tenant_id": tenant_id, "source": str(source), "name": name}
    await store.insert(conn, "forwarder", values)
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action="device.add_forwarder", object_kind="forwarder", object_id=forwarder_id,
        before=None, after={"source": str(source), "name": name}, now=now,
    )  # fmt: skip


async def topics_of(conn: Connection, device_id: UUID, now: datetime) -> tuple[str, ...]:
    """Where the device's own credential may write beside the native form."""
    rows = await store.many(conn, store.SOURCE_NAMES, (device_id, now))
    return tuple(topic for row in rows for topic in own_topics(Source(row["source"]), row["external_id"]))


def _allow(actor: Who) -> None:
    if isinstance(actor, Actor):
        require(actor, "device.edit")


async def _record(
    conn: Connection, actor: Who, device: store.DeviceKey, action: str, after: dict[str, object], now: datetime
) -> None:
    plain = {key: str(value) for key, value in after.items()}
    await journal.record(
        conn, tenant_id=device.tenant_id, actor=actor, action=action, object_kind="device", object_id=device.id,
        before=None, after=plain, now=now,
    )  # fmt: skip
