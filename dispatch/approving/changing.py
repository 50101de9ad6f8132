"""Use cases of what approval is judged by: the policy (two persons), offices, deputies, budgets.

A policy never changes: it ends where the next begins, and nothing reaches back. Everything is journalled with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch.approving import keeping
from dispatch.approving.policy import Post
from dispatch.approving.reading import as_json, read_policy
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, SameHands, Stale

LONGEST_DELEGATION = timedelta(days=92)
SHORTEST_REASON = 4
LATE_FORM = timedelta(minutes=5)  # a form takes a while to fill in


async def propose(
    conn: Connection,
    actor: Actor,
    *,
    unit_id: UUID | None,
    body: Mapping[str, Any] | None,
    from_at: datetime | None,
    reason: str,
    now: datetime,
) -> UUID:
    """A policy for a second person to look at; no body ends the unit's own. Raises Forbidden, Invalid, NotFound."""
    require(actor, "approval.draft", unit_id)
    if body is None and unit_id is None:
        raise Invalid(field="body", reason="missing")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(field="reason", reason="too_short")
    if from_at is not None and from_at < now:
        raise Invalid(field="from_at", reason="past")
    await _known_unit(conn, actor, unit_id)
    policy = None if body is None else as_json(read_policy(body))
    change_id = uuid4()
    await keeping.add_change(
        conn,
        {
            "id": change_id,
            "tenant_id": actor.tenant_id,
            "unit_id": unit_id,
            "body": policy,
            "reason": reason.strip(),
            "from_at": from_at,
            "proposed_at": now,
            "proposed_by": actor.person_id,
        },
    )
    await _note(conn, actor, "approval.propose", change_id, {"unit_id": unit_id and str(unit_id)}, reason, now)
    return change_id


async def put_in_force(
    conn: Connection, actor: Actor, change_id: UUID, *, row_version: int, now: datetime
) -> tuple[int, int | None]:
    """The proposal becomes a version, from its date, at the earliest now: (row version, number of the version).

    Raises SameHands for who proposed it, Conflict when it is settled or another version begins later, Stale, NotFound.
    """
    require(actor, "approval.publish")
    asked = await _open(conn, actor, change_id, row_version)
    if asked["proposed_by"] == actor.person_id:
        raise SameHands(first="approval.propose", second="approval.publish")
    begins_at = max(asked["from_at"] or now, now)
    if await keeping.planned_after(conn, actor.tenant_id, asked["unit_id"], begins_at):
        raise Conflict(what="policy_planned")
    await keeping.end_policy(conn, actor.tenant_id, asked["unit_id"], begins_at)
    number = None
    if asked["body"] is not None:
        number = await keeping.add_policy(
            conn, actor.tenant_id, asked, read_policy(asked["body"]), begins_at, actor.person_id, now
        )
    version = await _settle(conn, actor, asked, "in_force", now)
    told = {"version_no": number, "unit_id": asked["unit_id"] and str(asked["unit_id"]), "since": begins_at.isoformat()}
    await _note(conn, actor, "approval.publish", change_id, told, asked["reason"], now)
    return version, number


async def withdraw(conn: Connection, actor: Actor, change_id: UUID, *, row_version: int, now: datetime) -> int:
    """Taken back by who proposed it, or turned down by who could let it hold."""
    asked = await _open(conn, actor, change_id, row_version)
    require(actor, "approval.draft" if asked["proposed_by"] == actor.person_id else "approval.publish")
    version = await _settle(conn, actor, asked, "withdrawn", now)
    await _note(conn, actor, "approval.withdraw", change_id, {}, "", now)
    return version


async def appoint(
    conn: Connection, actor: Actor, *, post: Post, unit_id: UUID, person_id: UUID, from_at: datetime | None,
    to_at: datetime | None, now: datetime,
) -> UUID:  # fmt: skip
    """Give somebody an office of a unit for a time. Raises SameHands for oneself, Invalid, NotFound, Conflict."""
    require(actor, "approval.post", unit_id)
    if person_id == actor.person_id:
        raise SameHands(first="approval.post", second="order.approve")
    await _known_unit(conn, actor, unit_id)
    await _known_person(conn, actor, person_id, "person_id")
    since = from_at or now
    if since < now - LATE_FORM:
        raise Invalid(field="from_at", reason="past")
    if to_at is not None and to_at <= since:
        raise Invalid(field="to_at", reason="before_from")
    post_id = uuid4()
    values = {
        "id": post_id,
        "tenant_id": actor.tenant_id,
        "post": post.value,
        "unit_id": unit_id,
        "person_id": person_id,
    }
    await keeping.add_post(conn, values | {"created_at": now, "created_by": actor.person_id}, since, to_at)
    told = {"post": post.value, "unit_id": str(unit_id), "person_id": str(person_id), "since": since.isoformat()}
    await _note(conn, actor, "approval.appoint", post_id, told, "", now)
    return post_id


async def dismiss(conn: Connection, actor: Actor, post_id: UUID, *, row_version: int, now: datetime) -> int:
    """The office ends now. Raises NotFound, Stale, Conflict when it is over."""
    found = await keeping.post(conn, actor.tenant_id, post_id)
    if found is None:
        raise NotFound(object="approval_post")
    require(actor, "approval.post", found["unit_id"])
    version = await keeping.end_post(conn, post_id, row_version, now)
    if version is None:
        raise Conflict(what="over") if found["over"] else Stale(yours=row_version, current=found["row_version"])
    await _note(conn, actor, "approval.dismiss", post_id, {"post": found["post"]}, "", now)
    return version


async def delegate(
    conn: Connection, actor: Actor, *, deputy_id: UUID, from_at: datetime, to_at: datetime, reason: str, now: datetime
) -> UUID:
    """Somebody decides in the actor's name for a time; never for his own trips. Raises Invalid, NotFound."""
    if deputy_id == actor.person_id:
        raise Invalid(field="deputy_id", reason="oneself")
    await _known_person(conn, actor, deputy_id, "deputy_id")
    if to_at <= max(from_at, now) or to_at - from_at > LONGEST_DELEGATION:
        raise Invalid(field="to_at", reason="before_from" if to_at <= max(from_at, now) else "too_long")
    if len(reason.strip()) < 2:
        raise Invalid(field="reason", reason="too_short")
    delegation_id = uuid4()
    values = {"id": delegation_id, "tenant_id": actor.tenant_id, "person_id": actor.person_id, "deputy_id": deputy_id}
    await keeping.add_delegation(conn, values | {"reason": reason.strip(), "created_at": now}, from_at, to_at)
    told = {"deputy_id": str(deputy_id), "from_at": from_at.isoformat(), "to_at": to_at.isoformat()}
    await _note(conn, actor, "approval.delegate", delegation_id, told, reason, now)
    return delegation_id


async def revoke(conn: Connection, actor: Actor, delegation_id: UUID, *, row_version: int, now: datetime) -> int:
    """The deputy decides no longer, from now on; only by whose deputy he is. Raises NotFound, Forbidden, Stale, Conflict."""
    found = await keeping.delegation(conn, actor.tenant_id, delegation_id)
    if found is None:
        raise NotFound(object="approval_delegation")
    if found["person_id"] != actor.person_id:
        raise Forbidden(action="approval.revoke", object="approval_delegation")
    if found["revoked_at"] is not None:
        raise Conflict(what="over")
    version = await keeping.revoke(conn, delegation_id, row_version, now)
    if version is None:
        raise Stale(yours=row_version, current=found["row_version"])
    await _note(conn, actor, "approval.revoke", delegation_id, {"deputy_id": str(found["deputy_id"])}, "", now)
    return version


async def set_budget(
    conn: Connection, actor: Actor, *, unit_id: UUID, first_day: date, last_day: date, amount_cents: int, reason: str,
    now: datetime,
) -> UUID:  # fmt: skip
    """A unit's budget for a period. Raises Invalid, NotFound, Conflict when the period meets another of the unit."""
    require(actor, "budget.edit")
    await _known_unit(conn, actor, unit_id)
    _check_budget(amount_cents, reason)
    if last_day < first_day:
        raise Invalid(field="last_day", reason="before_from")
    budget_id = uuid4()
    values = {"id": budget_id, "tenant_id": actor.tenant_id, "unit_id": unit_id, "amount_cents": amount_cents}
    values |= {"reason": reason.strip(), "created_at": now, "created_by": actor.person_id}
    await keeping.add_budget(conn, values, first_day, last_day)
    told = {"unit_id": str(unit_id), "first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    await _note(conn, actor, "approval.budget", budget_id, told | {"amount_cents": amount_cents}, reason, now)
    return budget_id


async def change_budget(
    conn: Connection, actor: Actor, budget_id: UUID, *, amount_cents: int, reason: str, row_version: int, now: datetime
) -> int:
    """Another amount for the same period; the journal keeps both. Raises NotFound, Stale, Invalid."""
    require(actor, "budget.edit")
    _check_budget(amount_cents, reason)
    found = await keeping.budget(conn, actor.tenant_id, budget_id)
    if found is None:
        raise NotFound(object="approval_budget")
    version = await keeping.change_budget(conn, budget_id, row_version, amount_cents, reason.strip(), actor.person_id)
    if version is None:
        raise Stale(yours=row_version, current=found["row_version"])
    told = {"amount_cents": amount_cents, "before_cents": found["amount_cents"]}
    await _note(conn, actor, "approval.budget", budget_id, told, reason, now)
    return version


def _check_budget(amount_cents: int, reason: str) -> None:
    if not 0 <= amount_cents <= keeping.MOST_CENTS:
        raise Invalid(field="amount_cents", reason="out_of_range")
    if len(reason.strip()) < 2:
        raise Invalid(field="reason", reason="too_short")


async def _open(conn: Connection, actor: Actor, change_id: UUID, row_version: int) -> dict[str, Any]:
    asked = await keeping.change(conn, actor.tenant_id, change_id)
    if asked is None:
        raise NotFound(object="approval_change")
    if asked["row_version"] != row_version:
        raise Stale(yours=row_version, current=asked["row_version"])
    if asked["state"] != "proposed":
        raise Conflict(what="change_settled")
    return asked


async def _settle(conn: Connection, actor: Actor, asked: Mapping[str, Any], state: str, now: datetime) -> int:
    version = await keeping.settle(conn, asked["id"], asked["row_version"], state, actor.person_id, now)
    if version is None:
        raise Stale(yours=asked["row_version"], current=asked["row_version"])
    return version


async def _known_unit(conn: Connection, actor: Actor, unit_id: UUID | None) -> None:
    if unit_id is not None and not await keeping.unit_known(conn, actor.tenant_id, unit_id):
        raise NotFound(object="unit")


async def _known_person(conn: Connection, actor: Actor, person_id: UUID, field: str) -> None:
    if not await keeping.person_known(conn, actor.tenant_id, person_id):
        raise Invalid(field=field, reason="unknown")


async def _note(
    conn: Connection,
    actor: Actor,
    action: str,
    object_id: UUID,
    after: Mapping[str, object],
    reason: str,
    now: datetime,
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=action, object_kind="approval", object_id=object_id,
        before=None, after=after, now=now, reason=reason.strip(),
    )  # fmt: skip
