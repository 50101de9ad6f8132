"""Use cases of the rules by which a tenant has its days planned anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.rolling.policy import ReplanPolicy, Trigger
from dispatch.store import rolling
from fleet import journal
from fleet.access import Actor, may, require
from fleet.db import Connection
from fleet.errors import Forbidden, Invalid, Stale


async def rules(conn: Connection, actor: Actor) -> tuple[ReplanPolicy, int | None]:
    """The rules in force and their version, None while nobody has set any. Raises Forbidden."""
    if not may(actor, "dispatch.suggest") and not may(actor, "dispatch.policy"):
        raise Forbidden(action="dispatch.policy")
    return await rolling.replan_policy(conn, actor.tenant_id), await rolling.policy_version(conn, actor.tenant_id)


async def keep_rules(
    conn: Connection, actor: Actor, wanted: ReplanPolicy, row_version: int | None, now: datetime
) -> tuple[ReplanPolicy, int | None]:
    """Raises Forbidden, Stale, Invalid for an emergency: a person answers for sending a car without paper."""
    require(actor, "dispatch.policy")
    if Trigger.EMERGENCY in wanted.adopts:
        raise Invalid(field="adopts", reason="by_a_person")
    before, version = await rules(conn, actor)
    if version != row_version:
        raise Stale(yours=row_version, current=version)
    await rolling.keep_policy(conn, actor.tenant_id, wanted, actor.person_id, now)
    await journal.record(
        conn,
        tenant_id=actor.tenant_id,
        actor=actor,
        action="replan_policy.set",
        object_kind="replan_policy",
        object_id=actor.tenant_id,
        before=None if version is None else _told(before),
        after=_told(wanted),
        now=now,
    )
    return await rules(conn, actor)


def _told(policy: ReplanPolicy) -> dict[str, object]:
    minutes = round(policy.frozen / timedelta(minutes=1))
    return {"adopts": sorted(policy.adopts), "frozen_min": minutes, "stability_s": policy.stability_s}
