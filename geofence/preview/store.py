"""All SQL of previews: the next one that waits, of a fence or of rules, how far it came, what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fleet.db import Connection, Jsonb
from fleet.errors import Invalid
from geofence.backtest.tally import Tally
from geofence.context import Context
from geofence.instants import instant
from geofence.preview.compare import Change, Draft
from geofence.preview.rules import RuleDraft
from geofence.rulebook.change import What, read_change

LOCK_KEY = 0x70726576  # "prev": one program at a time
LOCK = "SELECT pg_try_advisory_lock(%(key)s)"
# The one that has waited longest; one that was broken off begins again.
NEXT_FENCE = """
SELECT p.asked_at, p.id, p.preview_no, epoch_ms(p.from_at), epoch_ms(p.to_at), d.id::text, d.tenant_id::text, d.area_id::text, d.kind,
    d.category, d.speed_limit_kmh::float8, d.geometry, d.ends
FROM fence_preview p JOIN fence_draft d ON d.id = p.draft_id
WHERE p.state IN ('queued', 'running') ORDER BY p.preview_no LIMIT 1"""
NEXT_RULES = """
SELECT p.asked_at, p.id, p.preview_no, epoch_ms(p.from_at), epoch_ms(p.to_at), p.tenant_id::text, p.unit_id::text, p.vehicle_class, p.what,
    p.body, (SELECT version_no FROM rule_profile f WHERE f.tenant_id = p.tenant_id AND f.id::text = p.body->>'id')
FROM rule_preview p WHERE p.state IN ('queued', 'running') ORDER BY p.asked_at, p.preview_no LIMIT 1"""
# `kind` is fence or rule, as the tables are named.
BEGIN = """UPDATE {kind}_preview SET state = 'running', started_at = %(now)s, vehicles = %(vehicles)s, vehicles_done = 0, fixes = 0
WHERE id = %(id)s"""
FORGET = "DELETE FROM {kind}_preview_finding WHERE preview_id = %(id)s"
FORGET_COUNTS = "DELETE FROM rule_preview_count WHERE preview_id = %(id)s"
STEP = "UPDATE {kind}_preview SET vehicles_done = vehicles_done + 1, fixes = fixes + %(fixes)s WHERE id = %(id)s"
END = "UPDATE {kind}_preview SET state = %(state)s, ended_at = %(now)s, trouble = %(trouble)s WHERE id = %(id)s"
UNREADABLE = "UPDATE rule_preview SET state = 'failed', ended_at = now(), trouble = 'Invalid' WHERE id = %(id)s"
ADD = """
INSERT INTO fence_preview_finding (preview_id, n, tenant_id, vehicle_id, rule, change, severity, judgement, started_at, ended_at, metrics)
SELECT %(id)s, (SELECT coalesce(max(n), 0) + 1 FROM fence_preview_finding WHERE preview_id = %(id)s), %(tenant)s, %(vehicle)s, %(rule)s,
    %(change)s, %(severity)s, %(judgement)s, %(started_at)s, %(ended_at)s, %(metrics)s"""
ADD_COUNT = """
INSERT INTO rule_preview_count AS c (preview_id, tenant_id, rule, unit_id, before_suspected, before_undetermined, after_suspected, after_undetermined)
VALUES (%(id)s, %(tenant)s, %(rule)s, %(unit)s, %(a)s, %(b)s, %(c)s, %(d)s)
ON CONFLICT (preview_id, rule, unit_id) DO UPDATE SET before_suspected = c.before_suspected + excluded.before_suspected,
    before_undetermined = c.before_undetermined + excluded.before_undetermined,
    after_suspected = c.after_suspected + excluded.after_suspected, after_undetermined = c.after_undetermined + excluded.after_undetermined"""
ADD_DIFFERENCE = """
INSERT INTO rule_preview_finding (preview_id, n, tenant_id, vehicle_id, unit_id, rule, change, started_at, before_judgement, before_severity,
    after_judgement, after_severity)
SELECT %(id)s, (SELECT coalesce(max(n), 0) + 1 FROM rule_preview_finding WHERE preview_id = %(id)s), %(tenant)s, %(vehicle)s, %(unit)s,
    %(rule)s, %(change)s, %(started_at)s, %(before_judgement)s, %(before_severity)s, %(after_judgement)s, %(after_severity)s"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A preview to be made, over [from_ms, to_ms)."""

    id: UUID
    number: int
    from_ms: int
    to_ms: int
    draft: Draft | RuleDraft

    @property
    def kind(self) -> str:
        return "fence" if isinstance(self.draft, Draft) else "rule"


async def take_turn(conn: Connection) -> bool:
    """Become the only program that makes previews; False while another one is."""
    row = await (await conn.execute(LOCK, {"key": LOCK_KEY})).fetchone()
    return bool(row and row[0])


async def next_asked(conn: Connection) -> Asked | None:
    """The preview that has waited longest, or None."""
    fence = await (await conn.execute(NEXT_FENCE)).fetchone()
    rule = await (await conn.execute(NEXT_RULES)).fetchone()
    if fence is not None and (rule is None or fence[0] <= rule[0]):
        draft = Draft(
            id=fence[5], tenant_id=fence[6], area_id=fence[7], kind=fence[8], category=fence[9],
            speed_limit_kmh=fence[10], geometry=fence[11], ends=fence[12],
        )  # fmt: skip
        return Asked(id=fence[1], number=fence[2], from_ms=fence[3], to_ms=fence[4], draft=draft)
    if rule is None:
        return None
    try:
        said = read_change(What(rule[8]), rule[9])
    except Invalid:  # asked of an earlier program, which had a parameter this one has not
        await conn.execute(UNREADABLE, {"id": rule[1]})
        return None
    change = RuleDraft(tenant_id=rule[5], unit_id=rule[6], vehicle_class=rule[7], change=said, profile_no=rule[10])
    return Asked(id=rule[1], number=rule[2], from_ms=rule[3], to_ms=rule[4], draft=change)


async def begin(conn: Connection, asked: Asked, vehicles: int, now: datetime) -> None:
    async with conn.transaction():
        await conn.execute(FORGET.format(kind=asked.kind), {"id": asked.id})
        if asked.kind == "rule":
            await conn.execute(FORGET_COUNTS, {"id": asked.id})
        await conn.execute(BEGIN.format(kind=asked.kind), {"id": asked.id, "vehicles": vehicles, "now": now})


async def keep(conn: Connection, asked: Asked, vehicle_id: str, fixes: int, changes: Sequence[Change]) -> None:
    """What one vehicle came to with a fence, and that it is done."""
    async with conn.transaction():
        for each in changes:
            finding = each.finding
            about = {
                "id": asked.id, "tenant": asked.draft.tenant_id, "vehicle": vehicle_id, "rule": finding.rule, "change": each.change,
                "severity": finding.severity, "judgement": str(finding.judgement), "started_at": instant(finding.started_ms),
                "ended_at": None if finding.ended_ms is None else instant(finding.ended_ms), "metrics": Jsonb(dict(finding.metrics)),
            }  # fmt: skip
            await conn.execute(ADD, about)
        await conn.execute(STEP.format(kind="fence"), {"id": asked.id, "fixes": fixes})


async def keep_tally(
    conn: Connection, asked: Asked, vehicle_id: str, fixes: int, tally: Tally, context: Context | None
) -> None:
    """What one vehicle came to with a change of the rules, and that it is done."""
    where = {"id": asked.id, "tenant": asked.draft.tenant_id}
    async with conn.transaction():
        for (rule, unit), (a, b, c, d) in tally.counts.items():
            await conn.execute(ADD_COUNT, where | {"rule": rule, "unit": unit or None, "a": a, "b": b, "c": c, "d": d})
        for each in tally.differences:
            told = {"vehicle": vehicle_id, "rule": each.rule, "started_at": instant(each.started_ms)}
            told["unit"] = context.regime(each.started_ms).unit_id if context is not None else None
            told["change"] = "raised" if each.before is None else "gone" if each.after is None else "changed"
            for side, word in (("before", each.before), ("after", each.after)):
                judgement, _, severity = (word or "").partition(" ")
                told |= {f"{side}_judgement": judgement or None, f"{side}_severity": severity or None}
            await conn.execute(ADD_DIFFERENCE, where | told)
        await conn.execute(STEP.format(kind="rule"), {"id": asked.id, "fixes": fixes})


async def end(conn: Connection, asked: Asked, now: datetime, trouble: str | None = None) -> None:
    state = "done" if trouble is None else "failed"
    about = {"id": asked.id, "state": state, "now": now, "trouble": trouble}
    await conn.execute(END.format(kind=asked.kind), about)
