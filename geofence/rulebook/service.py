"""Use cases of the rulebook: draft, change, submit, publish, withdraw. A draft changes nothing; publishing makes dated versions.

Over pages a change takes two people (domain.md 13): one submits, the fleet authority publishes. At the machine the right is the
operating system's and one command does both. Nothing is edited and nothing reaches back: versions begin at publication or
later, may end, and stay. The caller owns the transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet import journal
from fleet.access import MAY, Actor, Role, require
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, NotFound, SameHands, Stale, WrongState
from fleet.store import one
from geofence.rulebook import store
from geofence.rulebook.change import (
    EndChange,
    MuteChange,
    ParametersChange,
    ProfileChange,
    Scope,
    Wanted,
    What,
    as_json,
    check,
    read_change,
    rules_of,
    span,
    what_of,
)

Who = Actor | str
DRAFT, PROPOSED, IN_FORCE, WITHDRAWN = "draft", "proposed", "in_force", "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What a publication did. `versions`: rule ("" of profile, mute and end) -> number (None where there is none)."""

    row_version: int
    since: datetime
    until: datetime | None
    versions: Mapping[str, int | None]


async def draft(conn: Connection, actor: Actor, wanted: Wanted, now: datetime) -> tuple[UUID, int]:
    """A new draft; its id and number. Raises Forbidden outside the actor's units, Invalid naming the key, NotFound."""
    values = await _values(conn, actor, actor.tenant_id, wanted, now)
    values |= {"tenant_id": actor.tenant_id, "created_at": now, "created_by": actor.person_id}
    change_id, number = await store.add_change(conn, values)
    await _record(conn, actor, actor.tenant_id, "rules.draft", change_id, _told(values), now, wanted.reason)
    return change_id, number


async def change(
    conn: Connection, actor: Actor, change_id: UUID, row_version: int, wanted: Wanted, now: datetime
) -> int:
    """The draft anew, by who made it; its row version. Raises as `draft`, and WrongState, Stale."""
    row = await _open(conn, actor, change_id, row_version, "change", DRAFT)
    _own(row, actor, "rule.draft")
    values = await _values(conn, actor, actor.tenant_id, wanted, now)
    version = await _edit(conn, actor, row, values)
    await _record(conn, actor, actor.tenant_id, "rules.change", change_id, _told(values), now, wanted.reason)
    return version


async def submit(conn: Connection, actor: Actor, change_id: UUID, row_version: int, now: datetime) -> int:
    """The draft waits for a second person, by who made it."""
    row = await _open(conn, actor, change_id, row_version, "submit", DRAFT)
    _own(row, actor, "rule.draft")
    check(wanted_of(row), now)  # its date may have passed meanwhile
    version = await _edit(conn, actor, row, {"state": PROPOSED, "proposed_at": now})
    await _record(conn, actor, actor.tenant_id, "rules.submit", change_id, {"what": row["what"]}, now)
    return version


async def publish(conn: Connection, actor: Actor, change_id: UUID, row_version: int, now: datetime) -> Published:
    """The submitted change holds from its date, at the earliest from now.

    Raises SameHands for who made it, WrongState, Stale, NotFound, Invalid (to_at) when its time is over, Conflict
    (version_ended) when what it ends is over.
    """
    require(actor, "rule.publish")
    row = await _open(conn, actor, change_id, row_version, "publish", PROPOSED)
    if row["created_by"] == actor.person_id:
        raise SameHands(first="rule.draft", second="rule.publish")
    wanted = wanted_of(row)
    since, until = span(wanted, now)
    await conn.execute(store.LOCK, (actor.tenant_id,))
    versions = await _hold(conn, actor.tenant_id, change_id, wanted, actor.person_id, now)
    settled = {"state": IN_FORCE, "settled_at": now, "settled_by": actor.person_id, "began_at": since}
    version = await _edit(conn, actor, row, settled)
    done = Published(row_version=version, since=since, until=until, versions=versions)
    await _record(conn, actor, actor.tenant_id, "rules.publish", change_id, _published(row["what"], done), now)
    return done


async def withdraw(conn: Connection, actor: Actor, change_id: UUID, row_version: int, now: datetime) -> int:
    """Taken back by who made it, or turned down by who would publish it; it stays for the record."""
    row = await _open(conn, actor, change_id, row_version, "withdraw", DRAFT, PROPOSED)
    if row["created_by"] != actor.person_id:
        require(actor, "rule.publish")
        if row["state"] != PROPOSED:
            raise WrongState(state=row["state"], action="withdraw", allowed=[])
    settled = {"state": WITHDRAWN, "settled_at": now, "settled_by": actor.person_id}
    version = await _edit(conn, actor, row, settled)
    await _record(conn, actor, actor.tenant_id, "rules.withdraw", change_id, {"what": row["what"]}, now)
    return version


async def at_once(conn: Connection, command: str, tenant_id: UUID, wanted: Wanted, now: datetime) -> Published:
    """For the person at the machine: the change holds, and the line of changes and the journal name the command."""
    values = await _values(conn, command, tenant_id, wanted, now)
    since, until = span(wanted, now)
    await conn.execute(store.LOCK, (tenant_id,))
    values |= {"tenant_id": tenant_id, "created_at": now, "proposed_at": now, "state": IN_FORCE, "settled_at": now, "began_at": since}  # fmt: skip
    change_id, _ = await store.add_change(conn, values)
    versions = await _hold(conn, tenant_id, change_id, wanted, None, now)
    done = Published(row_version=1, since=since, until=until, versions=versions)
    told = _told(values) | _published(values["what"], done)
    await _record(conn, command, tenant_id, "rules.publish", change_id, told, now, wanted.reason)
    return done


def wanted_of(row: Mapping[str, Any]) -> Wanted:
    """A stored change as it was wanted."""
    scope = Scope(unit_id=row["unit_id"], vehicle_class=row["vehicle_class"], vehicle_id=row["vehicle_id"])
    said = read_change(What(row["what"]), row["body"])
    return Wanted(change=said, scope=scope, reason=row["reason"], from_at=row["from_at"], to_at=row["to_at"])


async def _hold(
    conn: Connection, tenant_id: UUID, change_id: UUID, wanted: Wanted, by: UUID | None, now: datetime
) -> dict[str, int | None]:
    """The versions a change becomes."""
    since, until = span(wanted, now)
    about = {
        "during": store.span_of(since, until), "reason": wanted.reason.strip(), "change_id": change_id,
        "created_at": now, "created_by": by,
    }  # fmt: skip
    match wanted.change:
        case ParametersChange(rules=named):
            numbers: dict[str, int | None] = {}
            for rule, each in sorted(named.items()):
                _, numbers[rule] = await store.add_version(
                    conn, tenant_id=tenant_id, rule=rule, scope=wanted.scope, enabled=each.enabled,
                    parameters=each.parameters, about=about,
                )  # fmt: skip
            return numbers
        case ProfileChange(profile=profile):
            _, number = await store.add_profile(
                conn, tenant_id=tenant_id, scope=wanted.scope, profile=profile, about=about
            )
            return {"": number}
        case MuteChange(rule=rule):
            await store.add_mute(conn, tenant_id=tenant_id, scope=wanted.scope, rule=rule, about=about)
            return {"": None}
        case EndChange(of=of, id=row_id):
            if not await store.end(conn, tenant_id, of, row_id, since, change_id):
                raise Conflict(what="version_ended")
            return {"": None}


async def _values(conn: Connection, who: Who, tenant_id: UUID, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The columns of a change, checked. An end concerns whom the thing it ends concerns."""
    check(wanted, now)
    scope, named = wanted.scope, rules_of(wanted.change)
    if isinstance(wanted.change, EndChange):
        found = await store.ending(conn, tenant_id, wanted.change.of, wanted.change.id)
        if found is None:
            raise NotFound(object="rule_version")
        named, scope = found
    unit_id = scope.unit_id
    if scope.unit_id is not None and await one(conn, store.UNIT, (scope.unit_id, tenant_id)) is None:
        raise NotFound(object="unit")
    if scope.vehicle_id is not None:
        if await one(conn, store.VEHICLE, (scope.vehicle_id, tenant_id)) is None:
            raise NotFound(object="vehicle")
        user = await one(conn, store.USER_UNIT, (scope.vehicle_id, now))
        unit_id = user["unit_id"] if user else None
    if isinstance(who, Actor):
        require(who, "rule.draft", unit_id)
        if unit_id is None and who.roles & MAY["rule.draft"] == {Role.UNIT_ADMIN}:
            raise Forbidden(action="rule.draft")  # what concerns everybody is not one unit's
    return {
        "what": str(what_of(wanted.change)), "rules": named, "unit_id": scope.unit_id, "vehicle_class": scope.vehicle_class,
        "vehicle_id": scope.vehicle_id, "body": as_json(wanted.change), "from_at": wanted.from_at, "to_at": wanted.to_at,
        "reason": wanted.reason.strip(),
    }  # fmt: skip


async def _open(
    conn: Connection, actor: Actor, change_id: UUID, row_version: int, step: str, *states: str
) -> dict[str, Any]:
    require(actor, "rule.changes")
    row = await one(conn, store.CHANGE, (change_id, actor.tenant_id))
    if row is None:
        raise NotFound(object="rule_change")
    if row["state"] not in states:
        raise WrongState(state=row["state"], action=step, allowed=[])
    if row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])
    return row


def _own(row: Mapping[str, Any], actor: Actor, action: str) -> None:
    require(actor, action)
    if row["created_by"] != actor.person_id:
        raise Forbidden(action=action)


async def _edit(conn: Connection, actor: Actor, row: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    version = await store.edit_change(conn, actor.tenant_id, row["id"], row["row_version"], values)
    if version is None:
        raise Stale(yours=row["row_version"], current=row["row_version"])
    return version


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal keeps of a change: JSON values."""
    told = {name: values[name] for name in ("what", "rules", "vehicle_class", "body") if values[name]}
    told |= {name: str(values[name]) for name in ("unit_id", "vehicle_id") if values[name]}
    return told | {name: values[name].isoformat() for name in ("from_at", "to_at") if values[name]}


def _published(what: str, done: Published) -> dict[str, Any]:
    told = {"what": what, "since": done.since.isoformat(), "until": done.until and done.until.isoformat()}
    return told | {"versions": dict(done.versions)}


async def _record(
    conn: Connection,
    who: Who,
    tenant_id: UUID,
    action: str,
    change_id: UUID,
    after: Mapping[str, Any],
    now: datetime,
    reason: str = "",
) -> None:
    await journal.record(
        conn, tenant_id=tenant_id, actor=who, action=action, object_kind="rule_change", object_id=change_id,
        before=None, after=after, now=now, reason=reason.strip(),
    )  # fmt: skip
