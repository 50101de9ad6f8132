"""Use cases of a series: book it, see what it means, edit or call off one day, the following or all, approve all, and
settle provisional days once their year is known.

Every occurrence is an order of its own with its own approval; what is refused for one day is told and stops no other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dispatch import requests, service, store
from dispatch.booking import Draft
from dispatch.conditions import parties
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from dispatch.repeating.pattern import (
    MOST_OCCURRENCES,
    LeftOut,
    Occurrence,
    Pattern,
    Standing,
    check_pattern,
    days_of,
    difference,
)
from dispatch.store import series as rows
from dispatch.store.series import OccurrenceRow, Series
from fleet import journal, outbox
from fleet.access import Actor
from fleet.calendars.store import load_calendar
from fleet.db import Connection
from fleet.errors import Invalid, NotFound, Refusal, Stale, WrongState
from fleet.order import OrderState, OrderType, Place
from fleet.routing import Router

ALLOWED_TYPES = frozenset({OrderType.NORMAL, OrderType.RETAINED, OrderType.SERVICE})
PROGRAM = "dispatch engine"
CALENDAR_SAYS = "日历公布：该日为节假日 (a day off by the calendar)"
_LEFT = ("planned_start_at", "planned_end_at", "earliest_start_at", "latest_start_at", "unit_id", "requester_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A series as somebody asks for it; the draft's own times are those of its first day."""

    draft: Draft
    pattern: Pattern
    starts_at: time  # civil
    duration_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRefused:
    """An occurrence for which something was refused."""

    day: date
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a series means day by day."""

    days: tuple[Occurrence, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a change of a series."""

    series_id: UUID
    changed: int  # orders booked, moved, edited, decided or called off
    refused: tuple[DayRefused, ...] = ()


async def meaning(
    conn: Connection, tenant_id: UUID, unit_id: UUID, pattern: Pattern, starts_at: time, *, now: datetime
) -> Meaning:
    """The days of a pattern and those left out, also those already over. Raises Invalid naming the field."""
    check_pattern(pattern)
    zone = await store.zone(conn, tenant_id)
    calendar = await load_calendar(conn, tenant_id, zone)
    found, left = days_of(pattern, calendar, str(unit_id))
    ahead = [each for each in found if _start(each.on, starts_at, zone) > now]
    over = [LeftOut(day=each.day, why="past") for each in found if each not in ahead]
    return Meaning(days=tuple(ahead), left_out=tuple(sorted([*left, *over], key=lambda each: each.day)))


async def left_out(conn: Connection, series_id: UUID, *, now: datetime) -> list[LeftOut]:
    """The days of a series on which nothing takes place. Raises NotFound."""
    series = await _series(conn, series_id, None)
    found = await meaning(conn, series.tenant_id, series.unit_id, series.pattern, series.starts_at, now=now)
    return [each for each in found.left_out if each.why != "past"]


async def book_series(conn: Connection, actor: Actor, wanted: Wanted, *, router: Router, now: datetime) -> Outcome:
    """A series with an order for every day it means, each submitted. Raises Forbidden, Invalid naming the field."""
    unit_id, requester_id = parties(actor, wanted.draft)
    if wanted.draft.type not in ALLOWED_TYPES:
        raise Invalid(field="type", reason="not_in_series")
    if wanted.duration_min < 1:
        raise Invalid(field="duration_min", reason="count")
    meant = await meaning(conn, actor.tenant_id, unit_id, wanted.pattern, wanted.starts_at, now=now)
    if not meant.days:
        raise Invalid(field="weekdays", reason="no_days")
    if len(meant.days) > MOST_OCCURRENCES:
        raise Invalid(field="last_day", reason="too_many", most=MOST_OCCURRENCES)
    series_id = uuid4()
    await rows.add_series(conn, {
        "id": series_id, "tenant_id": actor.tenant_id, "unit_id": unit_id, "requester_id": requester_id, "wish": wish_of(wanted.draft),
        **_columns(wanted.pattern, wanted.starts_at, wanted.duration_min), "created_at": now, "created_by": actor.person_id,
    })  # fmt: skip
    series = await _series(conn, series_id, None)
    await _note(conn, actor, series, "book", {}, {"days": len(meant.days)}, "", now)
    for each in meant.days:
        await _book(conn, actor, series, each, router, now)
    return Outcome(series_id=series_id, changed=len(meant.days))


async def edit_series(
    conn: Connection,
    actor: Actor,
    series_id: UUID,
    wanted: Wanted,
    *,
    from_day: date | None,
    row_version: int,
    router: Router,
    now: datetime,
) -> Outcome:
    """All days ahead, or those from a day on, become what is wanted; days edited on their own stay as they are.

    Raises NotFound, Stale, WrongState for a series called off, Forbidden, Invalid.
    """
    series = await _series(conn, series_id, row_version)
    _require_active(series, "edit")
    check_pattern(wanted.pattern)
    pattern = replace(wanted.pattern, first_day=series.pattern.first_day)
    columns = _columns(pattern, wanted.starts_at, wanted.duration_min) | {"wish": wish_of(wanted.draft)}
    if not await rows.update_series(conn, series_id, row_version, columns):
        raise Stale(yours=row_version, current=(await _series(conn, series_id, None)).row_version)
    changed = await _series(conn, series_id, None)
    zone = await store.zone(conn, series.tenant_id)
    since = max(now.astimezone(zone).date(), from_day or date.min)
    meant = await meaning(conn, series.tenant_id, series.unit_id, pattern, wanted.starts_at, now=now)
    if len(meant.days) > MOST_OCCURRENCES:
        raise Invalid(field="last_day", reason="too_many", most=MOST_OCCURRENCES)
    there = {each.series_day: each for each in await rows.occurrences(conn, series_id)}
    todo = difference(list(meant.days), [_standing(each, zone) for each in there.values()], since=since)
    again = {each.day for each in todo.to_book}
    work: list[tuple[date, Callable[[], Awaitable[object]]]] = [
        (day, _calling_off(conn, actor, there[day], "series", now)) for day in todo.to_cancel
    ]
    for each in meant.days:
        if each.day in again:
            work.append((each.day, _booking(conn, actor, changed, each, router, now)))
        elif each.on >= since and not there[each.day].series_own:
            work.append((each.day, _correcting(conn, actor, changed, there[each.day], each, zone, router, now)))
    outcome = await _each(conn, series_id, work)
    told = {"from_day": since.isoformat(), "changed": outcome.changed, "refused": len(outcome.refused)}
    await _note(conn, actor, series, "edit", {}, told, "", now)
    return outcome


async def cancel_series(
    conn: Connection,
    actor: Actor,
    series_id: UUID,
    *,
    from_day: date | None,
    reason: str,
    row_version: int,
    now: datetime,
) -> Outcome:
    """Call off all days ahead, or those from a day on. Raises NotFound, Stale, WrongState, Invalid without a reason."""
    if not reason.strip():
        raise Invalid(field="reason", reason="missing")
    series = await _series(conn, series_id, row_version)
    _require_active(series, "cancel")
    zone = await store.zone(conn, series.tenant_id)
    since = max(now.astimezone(zone).date(), from_day or date.min)
    there = [each for each in await rows.occurrences(conn, series_id) if _standing(each, zone).on >= since]
    outcome = await _each(
        conn, series_id, [(each.series_day, _calling_off(conn, actor, each, reason, now)) for each in there]
    )
    ends = since - timedelta(days=1)
    over = from_day is None or ends < series.pattern.first_day
    values = {"state": "cancelled"} if over else {"last_day": min(ends, series.pattern.last_day)}
    done = outcome.changed or not outcome.refused
    if done and not await rows.update_series(conn, series_id, row_version, values):
        raise Stale(yours=row_version, current=(await _series(conn, series_id, None)).row_version)
    told = {"from_day": since.isoformat(), "changed": outcome.changed, "refused": len(outcome.refused)}
    await _note(conn, actor, series, "cancel", {}, told, reason, now)
    return outcome


async def approve_series(conn: Connection, actor: Actor, series_id: UUID, deed: Deed, *, now: datetime) -> Outcome:
    """One word for all days that wait for this person; each is decided by itself, as policy says. Raises NotFound."""
    await _series(conn, series_id, None)
    waiting = [each for each in await rows.occurrences(conn, series_id) if each.state is OrderState.SUBMITTED]

    def approving(each: OccurrenceRow) -> Callable[[], Awaitable[object]]:
        return lambda: service.act(conn, actor, each.id, Action.APPROVE, deed, row_version=None, now=now)

    return await _each(conn, series_id, [(each.series_day, approving(each)) for each in waiting])


async def settle_provisional(conn: Connection, series_id: UUID, *, now: datetime) -> int:
    """Days that were guessed, once the calendar states their year: moved, called off or confirmed. Returns how many changed.

    A day already approved keeps its time, and who asked for it is told that the calendar says otherwise.
    """
    series = await _series(conn, series_id, None)
    zone = await store.zone(conn, series.tenant_id)
    meant = await meaning(conn, series.tenant_id, series.unit_id, series.pattern, series.starts_at, now=now)
    there = {each.series_day: each for each in await rows.occurrences(conn, series_id)}
    guessed = {day: each for day, each in there.items() if each.series_provisional}
    todo = difference(
        list(meant.days), [_standing(each, zone) for each in guessed.values()], since=now.astimezone(zone).date()
    )
    done = 0
    for day in todo.to_cancel:
        await service.act(
            conn, PROGRAM, guessed[day].id, Action.CALL_OFF, Deed(reason=CALENDAR_SAYS), row_version=None, now=now
        )
        done += 1
    for each in todo.to_move:
        row = guessed[each.day]
        file = await service.load(conn, row.id, None)
        start = _start(each.on, series.starts_at, zone)
        moved = file.order.planned_start_at != start
        values: dict[str, Any] = {"series_provisional": each.provisional}
        if moved and file.order.state in (OrderState.DRAFT, OrderState.SUBMITTED):
            values |= _times(series, start)
        await store.update_order(conn, row.id, file.order.row_version, values)
        if moved:
            told = {"on": each.on.isoformat()}
            await service.note(conn, PROGRAM, series.tenant_id, "series_day", row.id, {}, told, "", now)
            await _tell(conn, series, "series_day", row.id, {"day": each.day.isoformat(), **told}, now)
        done += 1
    return done


def wish_of(draft: Draft) -> dict[str, Any]:
    """What every occurrence asks for, as the database keeps it."""
    said = asdict(draft)
    flexible = draft.latest_start_at - draft.planned_start_at if draft.latest_start_at else timedelta(0)
    plain = {name: value for name, value in said.items() if name not in _LEFT}
    return plain | {
        "type": draft.type.value,
        "passenger_ids": [str(each) for each in draft.passenger_ids],
        "for_vehicle_id": str(draft.for_vehicle_id) if draft.for_vehicle_id else None,
        "flexible_min": round(flexible / timedelta(minutes=1)),
    }


def draft_on(series: Series, on: date, zone: ZoneInfo) -> Draft:
    """The wish of one occurrence."""
    said = dict(series.wish)
    flexible = timedelta(minutes=said.pop("flexible_min"))
    start = _start(on, series.starts_at, zone)
    vehicle = said.pop("for_vehicle_id")
    return Draft(
        **said
        | {
            "type": OrderType(said["type"]),
            "origin": Place(**said["origin"]),
            "destination": Place(**said["destination"]),
            "stops": tuple(Place(**each) for each in said["stops"]),
            "stays_min": tuple(said["stays_min"]),
            "passenger_ids": tuple(UUID(each) for each in said["passenger_ids"]),
        },
        for_vehicle_id=UUID(vehicle) if vehicle else None,
        planned_start_at=start,
        planned_end_at=start + timedelta(minutes=series.duration_min),
        earliest_start_at=start - flexible if flexible else None,
        latest_start_at=start + flexible if flexible else None,
        unit_id=series.unit_id,
        requester_id=series.requester_id,
    )


def _times(series: Series, start: datetime) -> dict[str, Any]:
    flexible = timedelta(minutes=series.wish["flexible_min"])
    return {
        "planned_start_at": start,
        "planned_end_at": start + timedelta(minutes=series.duration_min),
        "earliest_start_at": start - flexible if flexible else None,
        "latest_start_at": start + flexible if flexible else None,
    }


def _start(on: date, starts_at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, starts_at, tzinfo=zone)


def _standing(row: OccurrenceRow, zone: ZoneInfo) -> Standing:
    on = row.planned_start_at.astimezone(zone).date()
    return Standing(day=row.series_day, on=on, own=row.series_own, provisional=row.series_provisional)


def _columns(pattern: Pattern, starts_at: time, duration_min: int) -> dict[str, Any]:
    return {
        "weekdays": sorted(pattern.weekdays),
        "every_weeks": pattern.every_weeks,
        "holidays": pattern.holidays.value,
        "first_day": pattern.first_day,
        "last_day": pattern.last_day,
        "starts_at": starts_at,
        "duration_min": duration_min,
    }


async def _book(
    conn: Connection, actor: Actor, series: Series, each: Occurrence, router: Router, now: datetime
) -> None:
    zone = await store.zone(conn, series.tenant_id)
    order_id = await requests.book(conn, actor, draft_on(series, each.on, zone), router=router, now=now)
    await rows.mark(conn, order_id, series.id, each.day, provisional=each.provisional)
    await service.act(conn, actor, order_id, Action.SUBMIT, Deed(), row_version=None, now=now)


def _booking(
    conn: Connection, actor: Actor, series: Series, each: Occurrence, router: Router, now: datetime
) -> Callable[[], Awaitable[object]]:
    return lambda: _book(conn, actor, series, each, router, now)


def _correcting(
    conn: Connection,
    actor: Actor,
    series: Series,
    row: OccurrenceRow,
    each: Occurrence,
    zone: ZoneInfo,
    router: Router,
    now: datetime,
) -> Callable[[], Awaitable[object]]:
    async def correct() -> None:
        await requests.correct(
            conn, actor, row.id, draft_on(series, each.on, zone), same_passengers=False, row_version=row.row_version,
            router=router, now=now, of_series=True,
        )  # fmt: skip
        if row.series_provisional != each.provisional:
            await rows.mark(conn, row.id, series.id, each.day, provisional=each.provisional)

    return correct


def _calling_off(
    conn: Connection, actor: Actor, row: OccurrenceRow, reason: str, now: datetime
) -> Callable[[], Awaitable[object]]:
    """Withdrawn while nobody has decided, cancelled afterwards."""
    undecided = row.state in (OrderState.DRAFT, OrderState.SUBMITTED)
    action = Action.WITHDRAW if undecided else Action.CANCEL
    return lambda: service.act(conn, actor, row.id, action, Deed(reason=reason), row_version=None, now=now)


async def _each(conn: Connection, series_id: UUID, work: list[tuple[date, Callable[[], Awaitable[object]]]]) -> Outcome:
    """One savepoint a day: a refusal of one is told and undoes no other."""
    changed, refused = 0, []
    for day, do in work:
        try:
            async with conn.transaction():
                await do()
            changed += 1
        except Refusal as refusal:
            refused.append(DayRefused(day=day, code=refusal.code, params=refusal.params))
    return Outcome(series_id=series_id, changed=changed, refused=tuple(refused))


async def _series(conn: Connection, series_id: UUID, row_version: int | None) -> Series:
    found = await rows.series(conn, series_id)
    if found is None:
        raise NotFound(object="series")
    if row_version is not None and row_version != found.row_version:
        raise Stale(yours=row_version, current=found.row_version)
    return found


def _require_active(series: Series, action: str) -> None:
    if series.state != "active":
        raise WrongState(state=series.state, action=action, allowed=[])


async def _note(
    conn: Connection, actor: Actor, series: Series, verb: str, before: Mapping[str, object], after: Mapping[str, object], reason: str, now: datetime
) -> None:  # fmt: skip
    await journal.record(
        conn, tenant_id=series.tenant_id, actor=actor, action=f"series.{verb}", object_kind="series", object_id=series.id,
        before=before, after=after, now=now, reason=reason,
    )  # fmt: skip


async def _tell(
    conn: Connection, series: Series, kind: str, order_id: UUID, params: Mapping[str, object], now: datetime
) -> None:
    await outbox.notify(
        conn, tenant_id=series.tenant_id, person_ids={series.requester_id, series.created_by}, kind=kind,
        params={"series_no": series.series_no, **params}, object_kind="order", object_id=order_id,
        dedupe_key=f"{kind}:{order_id}:{now.isoformat()}", now=now,
    )  # fmt: skip
