"""Writes what vehicles did at watched fences, every change as a revision, and the notices to those who asked for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fleet import outbox
from fleet.db import Connection
from fleet.fences.watch import Event
from geofence.live.fence_records import EventChange, Rejudged, StoredEvent
from geofence.watched_fences import FenceEvent

NEWS = timedelta(hours=2)  # what is heard of later than that is kept and told nobody
# Events that may be among those found, and those known in the span that was folded again.
STORED = """
    SELECT id::text, revision, withdrawn_at IS NOT NULL, area_id::text, area_version_id::text, event, epoch_ms(happened_at),
        epoch_ms(known_at), stayed_s
    FROM fence_event WHERE vehicle_id = %(vehicle)s AND (happened_at = ANY (ARRAY(SELECT from_epoch_ms(t) FROM unnest(%(at)s::bigint[]) t))
        OR (known_at >= from_epoch_ms(%(changed_ms)s) AND known_at <= from_epoch_ms(%(until_ms)s)))
    FOR UPDATE"""
ADD = """
    INSERT INTO fence_event (tenant_id, area_id, area_version_id, vehicle_id, unit_id, event, happened_at, known_at, stayed_s, untold)
    SELECT %(tenant)s, %(area)s, %(version)s, %(vehicle)s, %(unit)s, %(event)s, from_epoch_ms(%(at_ms)s),
        from_epoch_ms(%(known_ms)s), %(stayed_s)s, coalesce(v.watch -> 'tell', '[]') <> '[]'
    FROM area_version v WHERE v.id = %(version)s
    RETURNING id::text"""
CHANGE = """
    UPDATE fence_event SET area_version_id = %(version)s, unit_id = %(unit)s, happened_at = from_epoch_ms(%(at_ms)s),
        known_at = from_epoch_ms(%(known_ms)s), stayed_s = %(stayed_s)s, withdrawn_at = NULL, revision = revision + 1
    WHERE id = %(id)s"""
WITHDRAW = """UPDATE fence_event SET withdrawn_at = now(), revision = revision + 1, untold = told_at IS NOT NULL
    WHERE id = %(id)s"""
# As it stands after the change; the row itself is the newest revision.
ADD_REVISION = """
    INSERT INTO fence_event_revision (tenant_id, event_id, revision, area_version_id, happened_at, known_at, stayed_s, withdrawn, why)
    SELECT tenant_id, id, revision, area_version_id, happened_at, known_at, stayed_s, withdrawn_at IS NOT NULL, %(why)s
    FROM fence_event WHERE id = %(id)s"""
UNTOLD = """
    SELECT e.id, e.tenant_id, e.event, e.happened_at, e.withdrawn_at IS NOT NULL, e.revision, e.unit_id, v.name, v.name_en, a.code, w.plate,
        w.exempt, ARRAY(SELECT jsonb_array_elements_text(coalesce(v.watch -> 'tell', '[]'))), e.area_id
    FROM fence_event e JOIN area_version v ON v.id = e.area_version_id JOIN area a ON a.id = e.area_id JOIN vehicle w ON w.id = e.vehicle_id
    WHERE e.untold ORDER BY e.happened_at LIMIT 200"""
TOLD = "UPDATE fence_event SET untold = false, told_at = coalesce(told_at, CASE WHEN %(news)s THEN %(now)s END) WHERE id = %(id)s"
# Of the roles a fence names: those over the unit that used the vehicle, and of the unit itself who answers for it.
LISTENERS = """
    WITH RECURSIVE above AS (
        SELECT id, parent_id FROM unit WHERE id = %(unit)s
        UNION ALL SELECT u.id, u.parent_id FROM unit u JOIN above ON u.id = above.parent_id)
    SELECT DISTINCT p.id FROM person_role r JOIN person p ON p.id = r.person_id
    WHERE p.active AND p.tenant_id = %(tenant)s AND r.during @> %(now)s AND (p.cleared OR NOT %(exempt)s)
        AND r.role = ANY (%(roles)s) AND (r.unit_id IN (SELECT id FROM above) OR (%(unit)s::uuid IS NULL AND r.role <> 'unit_admin'))"""


async def stored_events(
    conn: Connection, vehicle_id: str, found: Sequence[FenceEvent], rejudged: Rejudged | None
) -> list[StoredEvent]:
    """What may be among the events found, withdrawn ones included, and what is known in the span folded again."""
    about = {
        "vehicle": vehicle_id,
        "at": [each.at_ms for each in found],
        "changed_ms": rejudged.changed_ms if rejudged else 1,
        "until_ms": rejudged.until_ms if rejudged else 0,
    }
    cursor = await conn.execute(STORED, about)
    return [
        StoredEvent(
            id=row[0], revision=row[1], withdrawn=row[2],
            event=FenceEvent(row[3], row[4], Event(row[5]), row[6], row[7], row[8]),
        )
        for row in await cursor.fetchall()
    ]  # fmt: skip


async def save_event(
    conn: Connection, tenant_id: str, vehicle_id: str, change: EventChange, unit_id: str | None
) -> None:
    """A new event, a stored one as it is now, or one withdrawn; each with its revision."""
    found, stored = change.found, change.stored
    event_id = stored.id if stored is not None else None
    if found is None:
        await conn.execute(WITHDRAW, {"id": event_id})
    else:
        about: dict[str, Any] = {
            "id": event_id,
            "tenant": tenant_id,
            "vehicle": vehicle_id,
            "unit": unit_id,
            "area": found.area_id,
            "version": found.version_id,
            "event": str(found.event),
            "at_ms": found.at_ms,
            "known_ms": found.known_ms,
            "stayed_s": found.stayed_s,
        }
        cursor = await conn.execute(ADD if stored is None else CHANGE, about)
        if stored is None:
            row = await cursor.fetchone()
            event_id = row[0] if row is not None else None
    await conn.execute(ADD_REVISION, {"id": event_id, "why": change.why})


async def tell_people(conn: Connection, now: datetime) -> int:
    """Write the notices that are due, and take back those of events that did not happen. Returns the events told."""
    due = await (await conn.execute(UNTOLD)).fetchall()
    for (
        event_id,
        tenant_id,
        event,
        at,
        withdrawn,
        revision,
        unit_id,
        name,
        name_en,
        code,
        plate,
        exempt,
        roles,
        area_id,
    ) in due:
        news = withdrawn or now - at <= NEWS
        if news:
            listeners = await conn.execute(
                LISTENERS, {"unit": unit_id, "tenant": tenant_id, "now": now, "exempt": exempt, "roles": roles}
            )
            kind = "fence_event_withdrawn" if withdrawn else "fence_event"
            await outbox.notify(
                conn, tenant_id=tenant_id, person_ids=[row[0] for row in await listeners.fetchall()], kind=kind,
                params={
                    "event": event, "fence": name, "fence_en": name_en, "code": code, "plate": plate,
                    "happened_at": at.isoformat(), "area_id": str(area_id),
                },
                object_kind="fence_event", object_id=event_id,
                dedupe_key=f"{kind}:{event_id}" + (f":{revision}" if withdrawn else ""), now=now,
            )  # fmt: skip
        await conn.execute(TOLD, {"id": event_id, "news": news and not withdrawn, "now": now})
    return len(due)
