"""Rosters, absences, qualifications and questions to drivers as people read them; the tables' scope decides whose."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from fleet.db import Connection
from web.paging import Page, PageRequest
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftRow:
    """One line of a driver's roster: a weekday over a stretch of days, or a single day."""

    id: UUID
    person_id: UUID
    driver_name: str
    unit_name: str
    unit_name_en: str
    weekday: int | None  # 1 Monday to 7 Sunday; None: the single day `first_day`
    first_day: date
    last_day: date | None  # included; None: until further notice
    starts: time | None  # civil time; None: he is off that day
    ends: time | None
    note: str
    entered_by_name: str
    entered_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    withdrawn_reason: str
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsenceRow:
    """Why and when a driver is away."""

    id: UUID
    person_id: UUID
    driver_name: str
    unit_name: str
    unit_name_en: str
    kind: str  # leave | sick
    start_at: datetime
    end_at: datetime | None  # None: until he is back
    note: str
    entered_by_name: str
    entered_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    withdrawn_reason: str
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QualificationRow:
    """An authorisation for a class of vehicles, or a training."""

    id: UUID
    person_id: UUID
    driver_name: str
    unit_name: str
    unit_name_en: str
    kind: str  # vehicle_class | training
    name: str
    first_day: date
    last_day: date | None  # included; None: without end
    basis: str
    entered_by_name: str
    entered_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    withdrawn_reason: str
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AskRow:
    """A driver who was asked to take a trip, and what became of it."""

    id: int
    order_id: UUID
    order_no: int
    planned_start_at: datetime
    driver_name: str
    plate: str | None
    turn: int  # 1: given by a person
    asked_at: datetime
    due_at: datetime
    outcome: str  # open | accepted | refused | timed_out | over
    ended_at: datetime | None


def _lines(table: str, columns: str) -> str:
    return f"""
SELECT l.id, l.person_id, p.name AS driver_name, u.name AS unit_name, u.name_en AS unit_name_en, {columns}, e.name AS entered_by_name, l.entered_at,
    l.withdrawn_at, w.name AS withdrawn_by_name, l.withdrawn_reason, l.row_version
FROM {table} l JOIN person p ON p.id = l.person_id JOIN unit u ON u.id = p.unit_id JOIN person e ON e.id = l.entered_by
LEFT JOIN person w ON w.id = l.withdrawn_by
WHERE (%(person)s::uuid IS NULL OR l.person_id = %(person)s) AND (%(unit)s::uuid IS NULL OR p.unit_id = %(unit)s)
  AND (%(current)s::boolean IS NULL OR (l.withdrawn_at IS NULL) = %(current)s)
  AND (%(q)s::text IS NULL OR p.name ILIKE '%%' || %(q)s || '%%' OR p.login ILIKE '%%' || %(q)s || '%%')
"""  # noqa: S608 - own text


SHIFTS = (
    _lines("driver_shift", "l.weekday, l.first_day, l.last_day, l.starts, l.ends, l.note")
    + """
  AND (%(first)s::date IS NULL OR coalesce(l.last_day, 'infinity') >= %(first)s) AND (%(last)s::date IS NULL OR l.first_day <= %(last)s)
"""
)
ABSENCES = (
    _lines("driver_absence", "l.kind, lower(l.during) AS start_at, upper(l.during) AS end_at, l.note")
    + """
  AND (%(kind)s::text IS NULL OR l.kind = %(kind)s)
  AND (%(start_at)s::timestamptz IS NULL OR coalesce(upper(l.during), 'infinity') > %(start_at)s)
  AND (%(end_at)s::timestamptz IS NULL OR lower(l.during) < %(end_at)s)
"""
)
QUALIFICATIONS = (
    _lines("driver_qualification", "l.kind, l.name, l.first_day, l.last_day, l.basis")
    + """
  AND (%(kind)s::text IS NULL OR l.kind = %(kind)s) AND (%(until)s::date IS NULL OR l.last_day <= %(until)s)
"""
)
ASKS = """
SELECT a.id, a.order_id, o.order_no, o.planned_start_at, p.name AS driver_name, v.plate, a.turn, a.asked_at, a.due_at, a.outcome, a.ended_at
FROM driver_ask a JOIN dispatch_order o ON o.id = a.order_id JOIN person p ON p.id = a.person_id LEFT JOIN vehicle_label v ON v.id = a.vehicle_id
WHERE (%(outcome)s::text IS NULL OR a.outcome = %(outcome)s) AND (%(order)s::uuid IS NULL OR a.order_id = %(order)s)
  AND (%(start_at)s::timestamptz IS NULL OR a.asked_at >= %(start_at)s) AND (%(end_at)s::timestamptz IS NULL OR a.asked_at < %(end_at)s)
  AND (%(q)s::text IS NULL OR p.name ILIKE '%%' || %(q)s || '%%' OR o.order_no::text = ltrim(%(q)s, '#'))
"""
_LINE_SORTS = {"driver_name": "text", "entered_at": "timestamptz"}
SHIFT_SORTS = {**_LINE_SORTS, "first_day": "date", "weekday": "int", "starts": "time"}
ABSENCE_SORTS = {**_LINE_SORTS, "start_at": "timestamptz", "end_at": "timestamptz"}
QUALIFICATION_SORTS = {**_LINE_SORTS, "first_day": "date", "last_day": "date", "name": "text"}
ASK_SORTS = {
    "asked_at": "timestamptz",
    "due_at": "timestamptz",
    "order_no": "int",
    "driver_name": "text",
    "planned_start_at": "timestamptz",
}


async def shifts(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[ShiftRow]:
    return await page_of(conn, SHIFTS, filters, page, SHIFT_SORTS, ShiftRow)


async def absences(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[AbsenceRow]:
    return await page_of(conn, ABSENCES, filters, page, ABSENCE_SORTS, AbsenceRow)


async def qualifications(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[QualificationRow]:
    return await page_of(conn, QUALIFICATIONS, filters, page, QUALIFICATION_SORTS, QualificationRow)


async def asks(conn: Connection, page: PageRequest, filters: dict[str, Any]) -> Page[AskRow]:
    return await page_of(conn, ASKS, filters, page, ASK_SORTS, AskRow)
