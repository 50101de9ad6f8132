"""Use cases of foreign names: which device speaks as `jane/phone` in OwnTracks, over time.

Each checks the right, writes and journals; the caller owns the transaction. A device that is heard this way knows only
the broker's word that a message arrived, not ours that it is stored: it is "broker-grade" from then on.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.access import Actor, require
from fleet.db import Connection, TimestamptzRange, pg_errors
from fleet.errors import Conflict, Invalid, NotFound
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
