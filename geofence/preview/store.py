"""All SQL of previews: the next one that waits, how far it came, what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fleet.db import Connection, Jsonb
from geofence.instants import instant
from geofence.preview.compare import Change, Draft

LOCK_KEY = 0x70726576  # "prev": one program at a time
LOCK = "SELECT pg_try_advisory_lock(%(key)s)"
# The one that has waited longest; one that was broken off begins again.
NEXT = """
SELECT p.id, p.preview_no, epoch_ms(p.from_at), epoch_ms(p.to_at), d.id::text, d.tenant_id::text, d.area_id::text, d.kind, d.category,
    d.speed_limit_kmh::float8, d.geometry, d.ends
FROM fence_preview p JOIN fence_draft d ON d.id = p.draft_id
WHERE p.state IN ('queued', 'running') ORDER BY p.preview_no LIMIT 1"""
BEGIN = """UPDATE fence_preview SET state = 'running', started_at = %(now)s, vehicles = %(vehicles)s, vehicles_done = 0, fixes = 0
WHERE id = %(id)s"""
FORGET = "DELETE FROM fence_preview_finding WHERE preview_id = %(id)s"
STEP = "UPDATE fence_preview SET vehicles_done = vehicles_done + 1, fixes = fixes + %(fixes)s WHERE id = %(id)s"
END = "UPDATE fence_preview SET state = %(state)s, ended_at = %(now)s, trouble = %(trouble)s WHERE id = %(id)s"
ADD = """
INSERT INTO fence_preview_finding (preview_id, n, tenant_id, vehicle_id, rule, change, severity, judgement, started_at, ended_at, metrics)
SELECT %(id)s, (SELECT coalesce(max(n), 0) + 1 FROM fence_preview_finding WHERE preview_id = %(id)s), %(tenant)s, %(vehicle)s, %(rule)s,
    %(change)s, %(severity)s, %(judgement)s, %(started_at)s, %(ended_at)s, %(metrics)s"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A preview to be made, over [from_ms, to_ms)."""

    id: UUID
    number: int
    from_ms: int
    to_ms: int
    draft: Draft


async def take_turn(conn: Connection) -> bool:
    """Become the only program that makes previews; False while another one is."""
    row = await (await conn.execute(LOCK, {"key": LOCK_KEY})).fetchone()
    return bool(row and row[0])


async def next_asked(conn: Connection) -> Asked | None:
    """The preview that has waited longest, or None."""
    row = await (await conn.execute(NEXT)).fetchone()
    if row is None:
        return None
    draft = Draft(
        id=row[4], tenant_id=row[5], area_id=row[6], kind=row[7], category=row[8], speed_limit_kmh=row[9],
        geometry=row[10], ends=row[11],
    )  # fmt: skip
    return Asked(id=row[0], number=row[1], from_ms=row[2], to_ms=row[3], draft=draft)


async def begin(conn: Connection, asked: Asked, vehicles: int, now: datetime) -> None:
    async with conn.transaction():
        await conn.execute(FORGET, {"id": asked.id})
        await conn.execute(BEGIN, {"id": asked.id, "vehicles": vehicles, "now": now})


async def keep(conn: Connection, asked: Asked, vehicle_id: str, fixes: int, changes: Sequence[Change]) -> None:
    """What one vehicle came to, and that it is done."""
    async with conn.transaction():
        for each in changes:
            finding = each.finding
            about = {
                "id": asked.id, "tenant": asked.draft.tenant_id, "vehicle": vehicle_id, "rule": finding.rule, "change": each.change,
                "severity": finding.severity, "judgement": str(finding.judgement), "started_at": instant(finding.started_ms),
                "ended_at": None if finding.ended_ms is None else instant(finding.ended_ms), "metrics": Jsonb(dict(finding.metrics)),
            }  # fmt: skip
            await conn.execute(ADD, about)
        await conn.execute(STEP, {"id": asked.id, "fixes": fixes})


async def end(conn: Connection, asked: Asked, now: datetime, trouble: str | None = None) -> None:
    state = "done" if trouble is None else "failed"
    await conn.execute(END, {"id": asked.id, "state": state, "now": now, "trouble": trouble})
