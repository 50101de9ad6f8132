"""What health does when it is asked: one turn over all locators, and one step of a person on a ticket.

A turn is one transaction per group of locators, each complete in itself: killed at any point the next turn does the
rest, and no second counts twice. One turn at a time, under an advisory lock.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fleet import journal, outbox
from fleet.access import Actor, require
from fleet.db import Connection, Jsonb
from fleet.errors import NotFound, Stale
from fleet.health import store
from fleet.health.facts import Facts, Line, Verdict
from fleet.health.judge import judge, line
from fleet.health.profiles import profile_of
from fleet.health.tickets import CLOCK, Cause, Change, Ticket, TicketState, TicketStep, after, change_for, standing

NAME = "fleet health"
LONGEST_STEP = timedelta(minutes=15)  # a longer pause between two turns counts for nobody
DEAF_AFTER = timedelta(minutes=15)  # nobody at all was heard: the platform looks away, and no time counts
READ_BACK = timedelta(days=1)  # an older newest fix tells nothing of today


async def turn(conn: Connection, now: datetime, zone: ZoneInfo) -> dict[str, int] | None:
    """Judge every locator, open and re-open tickets, tell people. None when another program is at it."""
    if not await store.value(conn, "SELECT pg_try_advisory_lock(%(key)s)", {"key": store.ONE_AT_A_TIME}):
        return None
    try:
        anybody = await store.value(conn, store.ANYBODY, {})
        done = {"devices": 0, "faults": 0, "tickets": 0}
        after_no = 0
        while True:
            async with conn.transaction():
                group = await store.rows(conn, store.DEVICES, {"now": now, "after": after_no, "limit": store.GROUP})
                if not group:
                    break
                faults, tickets = await _group(conn, group, anybody, now, zone)
            after_no = group[-1]["device_no"]
            done["devices"] += len(group)
            done["faults"] += faults
            done["tickets"] += tickets
        async with conn.transaction():
            await _tell_overdue(conn, now)
        return done
    finally:
        await conn.execute("SELECT pg_advisory_unlock(%s)", (store.ONE_AT_A_TIME,))


async def act(
    conn: Connection,
    actor: Actor,
    ticket_id: UUID,
    step: TicketStep,
    *,
    cause: Cause | None,
    note: str,
    row_version: int,
    now: datetime,
) -> int:
    """One step of a person; returns the new row version. Raises NotFound, Stale, WrongState, Invalid, Conflict."""
    require(actor, "device.edit")
    found = await store.rows(conn, store.TICKET, {"id": ticket_id})
    if not found:
        raise NotFound(object="ticket")
    ticket = found[0]
    if ticket["row_version"] != row_version:
        raise Stale(yours=row_version, current=ticket["row_version"])
    state = after(TicketState(ticket["state"]), step, cause, still_there=ticket["still_there"])
    about = {
        "id": ticket_id, "state": str(state), "cause": None if cause is None else str(cause), "note": note.strip(),
        "person": actor.person_id, "now": now,
    }  # fmt: skip
    version = await store.value(conn, store.STEP, about)
    await journal.record(
        conn, tenant_id=ticket["tenant_id"], actor=actor, action=f"ticket.{step}", object_kind="ticket", object_id=ticket_id,
        before={"state": ticket["state"]}, after={"state": str(state), "cause": about["cause"], "vehicle_id": _text(ticket["vehicle_id"])},
        now=now, reason=note.strip(),
    )  # fmt: skip
    return int(version)


async def _group(
    conn: Connection, group: list[dict[str, Any]], anybody: datetime | None, now: datetime, zone: ZoneInfo
) -> tuple[int, int]:
    """Everything of one group; returns how many faults stand and how many tickets were opened or opened again."""
    newest = {
        one["device_no"]: one["fixed_at"] for one in group if one["fixed_at"] and one["fixed_at"] > now - READ_BACK
    }
    reports = await store.reports(conn, newest)
    counts, last = await store.refused(conn, [one["code"] for one in group], now)
    known = await store.rows(conn, store.NEWEST_TICKETS, {"devices": [one["id"] for one in group]})
    tickets = {(one["device_id"], one["fault"]): one for one in known}
    healths, times, opened = [], [], 0
    deaf = anybody is None or now - anybody > DEAF_AFTER
    for device in group:
        heard = [
            device["received_at"],
            device["event_at"],
            last.get(device["code"]),
            device["online_at"] if device["online"] else None,
        ]
        facts = Facts(
            expected=device["expected"],
            reports=reports.get(device["device_no"], ()),
            fixed_at=device["fixed_at"],
            speed_kmh=device["speed_kmh"],
            heard_at=max((one for one in heard if one is not None), default=None),
            anybody_heard_at=anybody,
            online=device["online"],
            online_at=device["online_at"],
            refused=counts.get(device["code"], {}),
            takeovers=device["takeovers"],
        )
        health = _health(device, facts, now)
        healths.append(health)
        if not deaf and device["expected"]:
            times += _time(device, health, now, zone)
        for fault, since in health["since"].items():
            ticket = tickets.get((device["id"], fault))
            opened += await _ticket(
                conn, device, fault, datetime.fromisoformat(since), health["evidence"][fault], ticket, now
            )
    await store.save(conn, healths, times)
    return sum(len(one["faults"]) for one in healths), opened


def _health(device: Mapping[str, Any], facts: Facts, now: datetime) -> dict[str, Any]:
    """The row of one locator: what stands, since when, on which numbers."""
    profile = profile_of(device["model"], device["protocol"])
    found = judge(facts, profile, now)
    faults = standing(found, device["since"])
    numbers = {
        str(fault): dict(found[fault].evidence)
        if found[fault].verdict is Verdict.FAULT
        else device["evidence"].get(fault, {})
        for fault in faults
    }
    return {
        "id": device["id"], "tenant_id": device["tenant_id"], "now": now, "expected": device["expected"],
        "line": str(line(facts, profile)), "heard_at": facts.heard_at, "faults": [str(fault) for fault in faults],
        "unknown": [str(fault) for fault, one in found.items() if one.verdict is Verdict.UNKNOWN and fault not in faults],
        "since": {str(fault): device["since"].get(fault, now.isoformat()) for fault in faults}, "evidence": numbers,
    }  # fmt: skip


def _time(device: Mapping[str, Any], health: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The time since the last turn, as expected and, when it is there, as reported."""
    before = device["checked_at"]
    if before is None or not timedelta(0) < now - before <= LONGEST_STEP:
        return []
    passed = round((now - before).total_seconds())
    there = health["line"] == Line.ONLINE and "offline" not in health["faults"]
    return [{
        "id": device["id"], "tenant_id": device["tenant_id"], "day": now.astimezone(zone).date(), "vehicle_id": device["vehicle_id"],
        "unit_id": device["unit_id"], "expected_s": passed, "reported_s": passed if there else 0,
    }]  # fmt: skip


async def _ticket(
    conn: Connection,
    device: Mapping[str, Any],
    fault: str,
    episode_at: datetime,
    evidence: Mapping[str, Any],
    newest: Mapping[str, Any] | None,
    now: datetime,
) -> bool:
    """Open a ticket, open it again, or leave it; whoever repairs is told in the same transaction."""
    known = newest and Ticket(
        state=TicketState(newest["state"]), episode_at=newest["episode_at"], resolved_at=newest["resolved_at"]
    )
    change = change_for(known or None, episode_at, now)
    if change is None:
        return False
    about = {
        "id": newest["id"] if newest else None, "tenant_id": device["tenant_id"], "device_id": device["id"],
        "vehicle_id": device["vehicle_id"], "unit_id": device["unit_id"], "fault": fault, "installer": device["installer"],
        "model": device["model"], "evidence": Jsonb(dict(evidence)), "episode_at": episode_at, "now": now, "due_at": now + CLOCK,
    }  # fmt: skip
    sql = store.OPEN_TICKET if change is Change.OPEN else store.REOPEN_TICKET
    (ticket,) = await store.rows(conn, sql, about)
    await journal.record(
        conn, tenant_id=device["tenant_id"], actor=NAME, action=f"ticket.{change}", object_kind="ticket", object_id=ticket["id"],
        before=None, after={"ticket_no": ticket["ticket_no"], "vehicle_id": _text(device["vehicle_id"]), "fault": fault, **evidence}, now=now,
    )  # fmt: skip
    await _tell(conn, f"ticket_{change}", {**device, **ticket, "fault": fault}, now)
    return True


async def _tell_overdue(conn: Connection, now: datetime) -> None:
    for ticket in await store.rows(conn, store.OVERDUE, {"now": now}):
        await _tell(conn, "ticket_overdue", ticket, now)


async def _tell(conn: Connection, kind: str, ticket: Mapping[str, Any], now: datetime) -> None:
    people = await store.engineers(conn, ticket["tenant_id"], exempt=bool(ticket["exempt"]), now=now)
    params = {
        "ticket_no": ticket["ticket_no"],
        "device": ticket["code"],
        "plate": ticket["plate"] or "",
        "fault": ticket["fault"],
    }
    await outbox.notify(
        conn, tenant_id=ticket["tenant_id"], person_ids=people, kind=kind, params=params, object_kind="ticket",
        object_id=ticket["id"], dedupe_key=f"{kind}:{ticket['id']}:{ticket['reopened']}", now=now,
    )  # fmt: skip


def _text(row_id: UUID | None) -> str | None:
    """By the vehicle the journal knows from whom an entry is hidden."""
    return None if row_id is None else str(row_id)
