"""What is done with commands: a person asks or takes back, the sender sends, an answer is read, time ends them.

Each writes in the caller's transaction. Sending is at least once under the same id: the command is published first and
noted as sent afterwards, so a sender killed in between sends it again, and a locator does an id it knows only once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from fleet import journal, outbox
from fleet.access import Actor, require
from fleet.commanding import store
from fleet.commanding.life import (
    MOST_ATTEMPTS,
    Handed,
    Heard,
    Kind,
    Order,
    State,
    Word,
    after_cancel,
    after_time,
    after_try,
    after_word,
    checked,
    due,
    expiry,
)
from fleet.db import Connection, pg_errors
from fleet.errors import Conflict, Invalid, NotFound, Stale, TooMany

log = structlog.get_logger("commands")

Who = Actor | str
MOST_PER_DEVICE = 20  # asked within an hour: more wears a terminal's battery and its driver out
MOST_PER_PERSON = 300
LONGEST_PURPOSE = 200
# Publishes on a topic, to be forgotten by the broker after so many seconds; None = lost on the way, nobody knows.
Publish = Callable[[str, bytes, int], Awaitable[Handed | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A command that is on file now."""

    id: UUID
    command_no: int
    superseded: UUID | None  # the open one of the same kind whose place it took


async def ask(
    conn: Connection,
    actor: Who,
    *,
    tenant_id: UUID,
    device_id: UUID,
    order: Order,
    purpose: str,
    valid_for_s: int | None,
    now: datetime,
) -> Asked:
    """Put a command on file; the sender does the rest.

    One open command of a kind per locator: a new locate or interval takes the place of the old one. A text takes
    nobody's place, because the words of the first would be lost unseen. Raises Invalid, NotFound, TooMany, Conflict
    (`device_off`, `one_way`: heard only through a foreign server, `command_open`).
    """
    if isinstance(actor, Actor):
        require(actor, "device.command")
    order = checked(order)
    expires_at = expiry(now, valid_for_s)
    if len(purpose) > LONGEST_PURPOSE:
        raise Invalid(field="purpose", reason="too_long")
    device = await store.one(conn, store.DEVICE, {"id": device_id, "tenant_id": tenant_id, "now": now})
    if device is None:
        raise NotFound(object="device")
    if not device["active"] or device["one_way"]:
        raise Conflict(what="one_way" if device["active"] else "device_off")
    await _bound(conn, actor, device_id, now)
    command_id = uuid4()
    older = await store.one(conn, store.OPEN_OF_KIND, {"device": device_id, "kind": str(order.kind)})
    if older is not None:
        if order.kind is Kind.TEXT:
            raise Conflict(what="command_open")
        await _cancel(conn, older, command_id, now)
    try:
        async with conn.transaction():
            made = await store.one(conn, store.ADD, {
                "id": command_id, "tenant_id": tenant_id, "device": device_id, "vehicle": device["vehicle_id"],
                "unit": device["unit_id"], "kind": str(order.kind), "every_s": order.every_s, "for_s": order.for_s,
                "text": order.text, "purpose": purpose.strip(), "now": now, "expires_at": expires_at,
                "person": actor.person_id if isinstance(actor, Actor) else None,
                "name": actor.name if isinstance(actor, Actor) else actor,
            })  # fmt: skip
    except pg_errors.UniqueViolation as error:  # somebody asked the same at the same moment
        raise Conflict(what="command_open") from error
    assert made is not None  # noqa: S101 - an INSERT with RETURNING answers
    after = {"command_no": made["command_no"], "device": device["code"], "kind": str(order.kind), "every_s": order.every_s,
             "for_s": order.for_s, "text": order.text, "expires_at": expires_at.isoformat(), "vehicle_id": _text(device["vehicle_id"])}  # fmt: skip
    await _record(conn, actor, "ask", tenant_id, command_id, after, now, reason=purpose.strip())
    if older is not None:
        await _record(
            conn, actor, "supersede", tenant_id, older["id"], {"superseded_by": str(command_id), "vehicle_id": _text(older["vehicle_id"])}, now,
        )  # fmt: skip
    return Asked(id=command_id, command_no=made["command_no"], superseded=None if older is None else older["id"])


async def cancel(conn: Connection, actor: Who, command_id: UUID, *, row_version: int | None, now: datetime) -> int:
    """Take an open command back; returns its new row version. Raises NotFound, Stale, WrongState."""
    if isinstance(actor, Actor):
        require(actor, "device.command")
    row = await store.one(conn, store.ONE, {"id": command_id})
    if row is None:
        raise NotFound(object="command")
    if row_version is not None and row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])
    version = await _cancel(conn, row, None, now)
    after = {"state": "cancelled", "vehicle_id": _text(row["vehicle_id"])}
    await _record(conn, actor, "cancel", row["tenant_id"], command_id, after, now, before={"state": row["state"]})
    return version


async def send(conn: Connection, publish: Publish, clock: Callable[[], datetime]) -> int:
    """Send what is due, a group in one transaction; returns how many somebody got."""
    now = clock()
    waiting = await store.rows(conn, store.MAYBE_DUE, {"now": now, "most": MOST_ATTEMPTS})
    ready = [row for row in waiting if due(store.command_of(row), store.contact_of(row), now)][: store.GROUP]
    if not ready:
        return 0
    sent = 0
    async with conn.transaction():
        locked = await store.locked(conn, (row["id"] for row in ready))
        mine = [row for row in ready if locked.get(row["id"]) == row["row_version"]]
        under_way = [publish(f"fleet/v1/{row['code']}/cmd", payload_of(row), _seconds_left(row, now)) for row in mine]
        for row, publishing in zip(mine, under_way, strict=True):
            handed = await publishing
            if handed is not None:
                await store.save(conn, row["id"], after_try(store.command_of(row), handed, clock()))
                sent += handed is Handed.TAKEN
    return sent


def payload_of(row: Mapping[str, Any]) -> bytes:
    """The command as contracts.md 1 writes it."""
    said = {"id": str(row["id"]), "do": row["kind"]}
    said |= {name: row[name] for name in ("every_s", "for_s", "text") if row[name] is not None}
    return msgspec.json.encode(said)


async def hear(conn: Connection, now: datetime) -> int:
    """Read the answers that came; returns how many. Nobody's and another locator's are kept, said in the log, and change nothing."""
    async with conn.transaction():
        unread = await store.rows(conn, store.UNREAD, {})
        for answer in unread:
            row = await _meant(conn, answer)
            heard, command_id = Heard.UNKNOWN, None
            if row is not None and row["device_id"] != answer["device_id"]:
                heard = Heard.FOREIGN
            elif row is not None:
                command_id = row["id"]
                command = store.command_of(row)
                then, heard = after_word(command, Word(ok=answer["ok"], why=answer["why"]), now)
                if then != command:
                    await store.save(conn, command_id, then)
                if then.state is State.REFUSED and heard is Heard.REFUSED:
                    await _tell(conn, row, answer["code"], "command_refused", now)
            if command_id is None:
                log.warning("answer_to_nothing", device=answer["code"], heard_as=str(heard), id=answer["said_id"][:40])
            await conn.execute(store.READ, {"id": answer["id"], "heard_as": str(heard), "command": command_id})
    return len(unread)


async def expire(conn: Connection, now: datetime) -> int:
    """End what is past its time; whoever asked is told. Returns how many."""
    async with conn.transaction():
        over = await store.rows(conn, store.OVER, {"now": now})
        for row in over:
            await store.save(conn, row["id"], after_time(store.command_of(row), now))
            await _tell(conn, row, row["code"], "command_expired", now)
    return len(over)


async def _meant(conn: Connection, answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """The command an answer names, locked; another tenant's is no command."""
    try:
        command_id = UUID(answer["said_id"])
    except ValueError:
        return None
    row = await store.one(conn, store.ONE, {"id": command_id})
    return row if row is not None and row["tenant_id"] == answer["tenant_id"] else None


async def _bound(conn: Connection, actor: Who, device_id: UUID, now: datetime) -> None:
    person = actor.person_id if isinstance(actor, Actor) else None
    asked = await store.one(conn, store.ASKED, {"device": device_id, "person": person, "now": now})
    assert asked is not None  # noqa: S101 - an aggregate always answers
    if asked["of_device"] >= MOST_PER_DEVICE:
        raise TooMany(retry_after_s=store.hour_over(asked["device_since"], now))
    if asked["by_person"] >= MOST_PER_PERSON:
        raise TooMany(retry_after_s=store.hour_over(asked["person_since"], now))


async def _cancel(conn: Connection, row: Mapping[str, Any], by: UUID | None, now: datetime) -> int:
    then = after_cancel(store.command_of(row), now)
    about = {"id": row["id"], "state": str(then.state), "closed_at": then.closed_at, "by": by}
    changed = await store.one(conn, store.CANCEL, about)
    if changed is None:
        raise NotFound(object="command")
    return int(changed["row_version"])


async def _tell(conn: Connection, row: Mapping[str, Any], code: str, kind: str, now: datetime) -> None:
    """Whoever asked must not have to look for it."""
    if row["asked_by"] is None:
        return
    await outbox.notify(
        conn, tenant_id=row["tenant_id"], person_ids=[row["asked_by"]], kind=kind,
        params={"device": code, "command": row["kind"], "command_no": row["command_no"]},
        object_kind="command", object_id=row["id"], dedupe_key=f"{kind}:{row['id']}", now=now,
    )  # fmt: skip


async def _record(
    conn: Connection,
    actor: Who,
    action: str,
    tenant_id: UUID,
    command_id: UUID,
    after: Mapping[str, object],
    now: datetime,
    *,
    before: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action=f"command.{action}", object_kind="command", object_id=command_id,
        before=before, after={name: value for name, value in after.items() if value is not None}, now=now, reason=reason,
    )  # fmt: skip


def _seconds_left(row: Mapping[str, Any], now: datetime) -> int:
    return max(1, int((row["expires_at"] - now).total_seconds()))


def _text(row_id: UUID | None) -> str | None:
    return None if row_id is None else str(row_id)
