"""Use cases of the fleet policy: draft a version, let somebody else's draft hold from a date on, take a draft back.

Nothing reaches back: a version begins when it is published or later, the one before ends there, and a trip keeps the version
its vehicle was given by.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch.policy.document import FleetPolicy
from dispatch.policy.reading import as_json, read_policy
from dispatch.store import policies as rows
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, SameHands

LEAST_REASON, FARTHEST = 4, timedelta(days=730)
LATE = timedelta(minutes=10)  # a form takes a while to fill in; the version then begins when it is published


async def draft(
    conn: Connection, actor: Actor, body: Mapping[str, Any], *, holds_from: datetime, reason: str, now: datetime
) -> UUID:
    """A version nobody is judged by yet. Raises Forbidden, Invalid naming the key."""
    require(actor, "fleet_policy.draft")
    policy = read_policy(body)
    _check_date(holds_from, now)
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(field="reason", reason="say_more")
    await rows.lock_policy(conn, actor.tenant_id)
    await _check_areas(conn, actor.tenant_id, policy, now)
    policy_id = uuid4()
    number = await rows.add_policy(
        conn,
        {"id": policy_id, "tenant_id": actor.tenant_id, "reason": reason.strip(), "holds_from": holds_from, "created_at": now,
         "created_by": actor.person_id},
        policy,
    )  # fmt: skip
    told = {"version_no": number, "holds_from": holds_from.isoformat(), "body": as_json(policy)}
    await _note(conn, actor, "draft", policy_id, told, reason.strip(), now)
    return policy_id


async def publish(conn: Connection, actor: Actor, policy_id: UUID, *, now: datetime) -> None:
    """Raises Forbidden, NotFound, SameHands for one's own draft, Conflict, Invalid for a date that has passed."""
    require(actor, "fleet_policy.publish")
    await rows.lock_policy(conn, actor.tenant_id)
    found = await _draft(conn, actor.tenant_id, policy_id)
    if found["created_by"] == actor.person_id:
        raise SameHands(first="fleet_policy.draft", second="fleet_policy.publish")
    _check_date(found["holds_from"], now)
    begins_at = max(found["holds_from"], now)
    if await rows.later_policy(conn, actor.tenant_id, begins_at):
        raise Conflict(what="later_policy")
    await rows.publish_policy(conn, actor.tenant_id, policy_id, begins_at, actor.person_id, now)
    told = {"version_no": found["version_no"], "holds_from": begins_at.isoformat()}
    await _note(conn, actor, "publish", policy_id, told, "", now)


async def withdraw(conn: Connection, actor: Actor, policy_id: UUID, *, now: datetime) -> None:
    """Raises Forbidden, NotFound, Conflict for what is no draft any more."""
    require(actor, "fleet_policy.publish")
    found = await _draft(conn, actor.tenant_id, policy_id)
    await rows.withdraw_policy(conn, policy_id, actor.person_id, now)
    await _note(conn, actor, "withdraw", policy_id, {"version_no": found["version_no"]}, "", now)


async def _draft(conn: Connection, tenant_id: UUID, policy_id: UUID) -> dict[str, Any]:
    found = await rows.policy_draft(conn, tenant_id, policy_id)
    if found is None:
        raise NotFound(object="fleet_policy")
    if found["state"] != "draft":
        raise Conflict(what="not_a_draft")
    return found


async def _check_areas(conn: Connection, tenant_id: UUID, policy: FleetPolicy, now: datetime) -> None:
    """A restriction that names an area nobody has drawn would hold everywhere: refused while it is drafted."""
    known = await rows.areas_known(conn, tenant_id, policy, now)
    for n, each in enumerate(policy.restrictions):
        if each.area_id is not None and each.area_id not in known:
            raise Invalid(field=f"restrictions[{n}].area_id", reason="unknown")


def _check_date(holds_from: datetime, now: datetime) -> None:
    if holds_from < now - LATE:
        raise Invalid(field="holds_from", reason="past")
    if holds_from > now + FARTHEST:
        raise Invalid(field="holds_from", reason="too_far")


async def _note(
    conn: Connection, actor: Actor, verb: str, policy_id: UUID, after: Mapping[str, Any], reason: str, now: datetime
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=f"fleet_policy.{verb}", object_kind="fleet_policy", object_id=policy_id,
        before=None, after=after, now=now, reason=reason,
    )  # fmt: skip
