"""Use cases of the driving rules: versions that hold from an instant on; none is ever edited or reaches back."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, time

from dispatch.drivers.rules import BUILT_IN, DrivingRules, check_rules, in_force
from dispatch.store import rosters as store
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Invalid, Stale

SHORTEST_REASON = 4


async def rules_now(conn: Connection, actor: Actor, now: datetime) -> tuple[DrivingRules, list[DrivingRules]]:
    """The version in force and those to come, oldest first. Raises Forbidden."""
    require(actor, "driving_rules.view")
    versions = await store.rules(conn, actor.tenant_id)
    return in_force(versions, now), [each for each in versions if each.from_at is not None and each.from_at > now]


async def keep_rules(
    conn: Connection, actor: Actor, wanted: DrivingRules, *, reason: str, seen_no: int | None, now: datetime
) -> DrivingRules:
    """A new version from `wanted.from_at` on, absent: from now. `seen_no`: the newest version known to who asks, None: none.

    Raises Forbidden, Invalid, Stale when there is a newer one.
    """
    require(actor, "driving_rules.edit")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(field="reason", reason="too_short")
    if wanted.from_at is not None and wanted.from_at < now:
        raise Invalid(field="from_at", reason="in_the_past")
    check_rules(wanted)
    versions = await store.rules(conn, actor.tenant_id)
    newest = versions[-1].version_no if versions else 0
    if (seen_no or 0) != newest:
        raise Stale(yours=seen_no, current=newest)
    before = versions[-1] if versions else BUILT_IN
    after = replace(wanted, version_no=newest + 1, from_at=wanted.from_at or now)
    if not await store.add_rules(
        conn, actor.tenant_id, after, reason=reason.strip(), created_at=now, created_by=actor.person_id
    ):
        raise Stale(yours=seen_no, current=newest + 1)
    told = {name: value for name, value in _told(after).items() if value != _told(before)[name]}
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action="driving_rules.set", object_kind="driving_rules",
        object_id=actor.tenant_id, before={name: _told(before)[name] for name in told}, after=told, now=now, reason=reason.strip(),
    )  # fmt: skip
    return after


def _told(rules: DrivingRules) -> dict[str, object]:
    return {each.name: _plain(getattr(rules, each.name)) for each in fields(rules)}


def _plain(value: object) -> object:
    if isinstance(value, datetime | time):
        return value.isoformat()
    return sorted(map(str, value)) if isinstance(value, frozenset) else value
