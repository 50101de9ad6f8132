"""Use cases of the calendar: look at a notice, propose a change, put it in force as a version.

Over pages a change takes two people (domain.md 13): one proposes, the fleet authority lets it hold. At the machine the right is
the operating system's and one command does both. A version is never edited; the database has what it touches judged again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fleet import journal
from fleet.access import Actor, require
from fleet.calendars import store
from fleet.calendars.change import (
    Change,
    DaysChange,
    HoursChange,
    LocalChange,
    SealingChange,
    What,
    as_json,
    read_change,
    replaced,
    what_of,
)
from fleet.calendars.difference import Difference, Remark, differences, remarks, worked
from fleet.calendars.notice import Form, read_notice
from fleet.db import Connection
from fleet.errors import Conflict, Invalid, NotFound, SameHands, Stale
from fleet.store import one
from fleet.worktime import Calendar

Who = Actor | str
JUDGED_DAYS = 31  # so far back a change is judged again
LONGEST_SOURCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A notice beside the calendar in force."""

    year: int
    form: Form | None
    change: DaysChange
    differences: list[Difference]
    remarks: list[Remark]
    worked_before: int
    worked_after: int
    judged_again: bool  # it touches days that have been judged


async def preview(
    conn: Connection,
    *,
    tenant_id: UUID,
    timezone: ZoneInfo,
    text: str,
    form: Form | None,
    year: int | None,
    now: datetime,
) -> Preview:
    """What a notice would change. Raises UnreadableNotice."""
    notice = read_notice(text, form=form, year=year)
    calendar = await store.load_calendar(conn, tenant_id, timezone)
    return beside(calendar, DaysChange(year=notice.year, days=notice.days), notice.form, notice.named, now)


def beside(calendar: Calendar, change: DaysChange, form: Form | None, named: frozenset[date], now: datetime) -> Preview:
    """A year's days beside the calendar in force. `named`: the dates a notice names, when it is at hand."""
    found = differences(calendar, change.days)
    of_year = [on for on in change.days if on.year == change.year]
    today = calendar.local(now).date()
    return Preview(
        year=change.year,
        form=form,
        change=change,
        differences=found,
        remarks=remarks(calendar, change.year, change.days, named),
        worked_before=worked(calendar.day(on).kind for on in of_year),
        worked_after=worked(change.days[on][0] for on in of_year),
        judged_again=any(today - timedelta(days=JUDGED_DAYS) <= each.day <= today for each in found),
    )


async def propose(
    conn: Connection,
    actor: Actor,
    *,
    change: Change,
    unit_id: UUID | None,
    source: str,
    reason: str,
    now: datetime,
) -> UUID:
    """A change for a second person to look at. Raises Forbidden outside the actor's units, Invalid, NotFound (unit)."""
    require(actor, "calendar.draft", unit_id)
    await _check(conn, actor.tenant_id, change, unit_id, source)
    change_id = await store.add_change(
        conn, tenant_id=actor.tenant_id, what=what_of(change), unit_id=unit_id, body=as_json(change),
        source=source.strip(), reason=reason.strip(), proposed_by=actor.person_id, now=now,
    )  # fmt: skip
    told = {"what": str(what_of(change)), "source": source.strip(), "unit_id": unit_id and str(unit_id)}
    await _record(conn, actor, actor.tenant_id, "calendar.propose", change_id, told, now, reason=reason.strip())
    return change_id


async def put_in_force(
    conn: Connection, actor: Actor, change_id: UUID, *, row_version: int, now: datetime
) -> tuple[int, int]:
    """The proposed change becomes a version: (row version of the change, number of the version).

    Raises SameHands for who proposed it, Conflict when it is settled, Stale, NotFound.
    """
    require(actor, "calendar.publish")
    asked = await _open_change(conn, actor, change_id, row_version)
    if asked.proposed_by == actor.person_id:
        raise SameHands(first="calendar.propose", second="calendar.publish")
    change = read_change(asked.what, asked.body)
    version_id, number = await apply(
        conn, actor, tenant_id=actor.tenant_id, change=change, unit_id=asked.unit_id, source=asked.source, now=now
    )
    return await _settle(conn, actor, asked, "in_force", version_id, now), number


async def withdraw(conn: Connection, actor: Actor, change_id: UUID, *, row_version: int, now: datetime) -> int:
    """A proposal is taken back by who made it, or turned down by who would let it hold."""
    asked = await _open_change(conn, actor, change_id, row_version)
    require(actor, "calendar.draft" if asked.proposed_by == actor.person_id else "calendar.publish")
    settled = await _settle(conn, actor, asked, "withdrawn", None, now)
    await _record(conn, actor, actor.tenant_id, "calendar.withdraw", change_id, {"what": str(asked.what)}, now)
    return settled


async def apply(
    conn: Connection, who: Who, *, tenant_id: UUID, change: Change, unit_id: UUID | None, source: str, now: datetime
) -> tuple[UUID, int]:
    """The change as the next version of the calendar: its id and number. Raises Invalid, NotFound, Conflict."""
    await _check(conn, tenant_id, change, unit_id, source)
    version_id, what = uuid4(), what_of(change)
    by = who.person_id if isinstance(who, Actor) else None
    days = change.days if isinstance(change, DaysChange | LocalChange) else {}
    number = await store.add_calendar_version(
        conn, version_id=version_id, tenant_id=tenant_id, source=source.strip(), days=days, created_by=by, what=what,
        unit_id=unit_id,
    )  # fmt: skip
    if isinstance(change, HoursChange):
        rows = await store.hours_of(conn, tenant_id, unit_id)
        seasons = replaced(tuple(season for _, season in rows), change)
        await store.replace_hours(
            conn, tenant_id=tenant_id, unit_id=unit_id, version_id=version_id, gone=[row_id for row_id, _ in rows],
            seasons=seasons, created_by=by,
        )  # fmt: skip
    if isinstance(change, SealingChange):
        if change.replaces is not None:
            gone = await one(conn, store.WITHDRAW_SEALING, (version_id, change.replaces, tenant_id, unit_id))
            if gone is None:
                raise Conflict(what="sealing_gone")
        if change.name:
            await store.add_sealing(conn, tenant_id=tenant_id, unit_id=unit_id, version_id=version_id, sealing=change)
    told = {"what": str(what), "version_no": number, "source": source.strip(), "unit_id": unit_id and str(unit_id)}
    action = "calendar.import" if what is What.DAYS else f"calendar.{what}"
    await _record(conn, who, tenant_id, action, version_id, told | _short(change), now)
    return version_id, number


def _short(change: Change) -> dict[str, Any]:
    """What the journal keeps of a change beside its version: the rows themselves stay in the tables."""
    match change:
        case DaysChange(year=year, days=days):
            return {"year": year, "days": len(days)}
        case LocalChange(days=local):
            return {"days": len(local), "first": min(local).isoformat()}
        case HoursChange(seasons=seasons):
            return {"rows": len(seasons)}
        case SealingChange():
            return {"name": change.name, "replaces": change.replaces and str(change.replaces)}


async def _check(conn: Connection, tenant_id: UUID, change: Change, unit_id: UUID | None, source: str) -> None:
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise Invalid(field="source", reason="too_long" if source.strip() else "empty")
    if isinstance(change, DaysChange) and unit_id is not None:
        raise Invalid(field="unit_id", reason="everybodys")
    if isinstance(change, HoursChange) and unit_id is None and not change.seasons:
        raise Invalid(field="seasons", reason="empty")
    if unit_id is not None and await one(conn, store.UNIT, (unit_id, tenant_id)) is None:
        raise NotFound(object="unit")


async def _open_change(conn: Connection, actor: Actor, change_id: UUID, row_version: int) -> store.Proposed:
    asked = await store.proposed(conn, actor.tenant_id, change_id)
    if asked is None:
        raise NotFound(object="calendar_change")
    if asked.row_version != row_version:
        raise Stale(yours=row_version, current=asked.row_version)
    if asked.state != "proposed":
        raise Conflict(what="change_settled")
    return asked


async def _settle(
    conn: Connection, actor: Actor, asked: store.Proposed, state: str, version_id: UUID | None, now: datetime
) -> int:
    about = (state, now, actor.person_id, version_id, asked.id, asked.row_version)
    row = await one(conn, store.SETTLE, about)
    if row is None:
        raise Stale(yours=asked.row_version, current=asked.row_version)
    return int(row["row_version"])


async def _record(
    conn: Connection,
    who: Who,
    tenant_id: UUID,
    action: str,
    object_id: UUID,
    after: dict[str, Any],
    now: datetime,
    reason: str = "",
) -> None:
    await journal.record(
        conn, tenant_id=tenant_id, actor=who, action=action, object_kind="calendar", object_id=object_id, before=None,
        after=after, now=now, reason=reason,
    )  # fmt: skip


def today_of(timezone: ZoneInfo, now: datetime) -> date:
    """The civil date of an instant."""
    return now.astimezone(timezone).date()
