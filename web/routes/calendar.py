"""The calendar: what each day is, hours and sealing, versions, a notice looked at before it holds, changes by two people."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.calendars import service
from fleet.calendars.change import Change, DaysChange, What, read_change
from fleet.calendars.coverage import Coverage, coverage
from fleet.calendars.notice import Form
from fleet.calendars.store import load_calendar
from fleet.errors import NotFound
from web.paging import Page, PageRequest
from web.shapes import Changed, Listing, Lists, Made, RowVersion, listed
from web.store import calendar as store
from web.store.calendar import CalendarChangeRow, CalendarVersionRow, DayRow, LocalDayRow, SealPeriodRow, UnitHoursRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["calendar"], route_class=SignedRoute, prefix="/calendar")
Year = Annotated[int, Query(ge=2000, le=2100)]


class Notice(BaseModel):
    """A year's notice as somebody has it."""

    text: Annotated[str, Field(max_length=200_000)]
    form: Form | None = None  # told by its first lines
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None  # where it does not say it


class Proposal(BaseModel):
    """A change of the calendar. `days` takes a notice, everything else a body (docs/calendar.md)."""

    what: What
    unit_id: UUID | None = None  # whose; units below it are meant too. Absent: everybody's
    source: Annotated[str, Field(min_length=1, max_length=200)]  # the paper it rests on
    reason: Annotated[str, Field(max_length=500)] = ""
    notice: Notice | None = None
    body: dict[str, Any] = Field(default_factory=dict)


class DifferenceItem(BaseModel):
    """One date as it is and as it would be."""

    day: date
    before: str
    before_name: str
    provisional: bool
    after: str
    after_name: str
    effect: bool  # it becomes off, or worked


class RemarkItem(BaseModel):
    """Something to look at twice before it holds."""

    code: str
    day: date | None
    count: int | None


class NoticePreview(BaseModel):
    """A notice beside the calendar in force."""

    year: int
    form: Form | None
    differences: list[DifferenceItem]
    remarks: list[RemarkItem]
    worked_before: int
    worked_after: int
    judged_again: bool  # it touches days that have been judged


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePage(CalendarChangeRow):
    """A proposed change with what it says; of days also what they would make different now."""

    body: dict[str, Any]
    preview: NoticePreview | None


class InForce(BaseModel):
    """The version a change became."""

    row_version: int
    version_no: int


@router.get("")
async def calendar(work: Signed, year: Year, unit: UUID | None = None) -> Listing[DayRow]:
    """What is stated about the days of a year, for everybody or for a unit; nothing stated means the year is provisional."""
    require(work.actor, "calendar.view")
    found = await store.days(work.conn, work.actor, date(year, 1, 1), date(year, 12, 31), unit)
    return Listing(items=found, total=len(found))


@router.get("/coverage")
async def reach(work: Signed) -> Coverage:
    """How far the calendar reaches today and which year is asked for."""
    require(work.actor, "calendar.view")
    zone = work.parts.settings.timezone
    known = await load_calendar(work.conn, work.actor.tenant_id, zone)
    return coverage(known, service.today_of(zone, work.now))


@router.get("/local-days", response_model=Listing[LocalDayRow])
async def local_days(work: Signed, lists: Lists, year: Year | None = None) -> Any:
    """Local extra days in force."""
    require(work.actor, "calendar.view")

    async def fetch(page: PageRequest) -> Page[LocalDayRow]:
        return await store.local_days(work.conn, page, work.actor, lists.q, year)

    return await listed(work, lists, default_sort="day", name="local-days", fetch=fetch)


@router.get("/hours", response_model=Listing[UnitHoursRow])
async def hours(work: Signed, lists: Lists) -> Any:
    """Rows of hours in force: of units by season, and the tenant's own."""
    require(work.actor, "calendar.view")

    async def fetch(page: PageRequest) -> Page[UnitHoursRow]:
        return await store.hours(work.conn, page, work.actor, lists.q)

    return await listed(work, lists, default_sort="unit_name", name="unit-hours", fetch=fetch)


@router.get("/seals", response_model=Listing[SealPeriodRow])
async def seals(work: Signed, lists: Lists, current: bool | None = None) -> Any:
    """Sealing periods: to come and running (`current`), or over."""
    require(work.actor, "calendar.view")

    async def fetch(page: PageRequest) -> Page[SealPeriodRow]:
        return await store.seals(work.conn, page, work.actor, lists.q, current=current, now=work.now)

    return await listed(work, lists, default_sort="-from_at", name="seal-periods", fetch=fetch)


@router.get("/versions", response_model=Listing[CalendarVersionRow])
async def versions(work: Signed, lists: Lists, what: What | None = None) -> Any:
    """The versions of the calendar."""
    require(work.actor, "calendar.view")

    async def fetch(page: PageRequest) -> Page[CalendarVersionRow]:
        return await store.versions(work.conn, page, work.actor, lists.q, what)

    return await listed(work, lists, default_sort="-version_no", name="calendar-versions", fetch=fetch)


@router.post("/preview")
async def preview(body: Notice, work: Signed) -> NoticePreview:
    """What a notice would change; nothing is kept. 422 `unreadable_notice {where, reason}`."""
    require(work.actor, "calendar.draft")
    return _preview(await _seen(work, body))


@router.get("/changes", response_model=Listing[CalendarChangeRow])
async def changes(work: Signed, lists: Lists, what: What | None = None, state: str | None = None) -> Any:
    """Proposed changes and what became of them."""
    require(work.actor, "calendar.changes")

    async def fetch(page: PageRequest) -> Page[CalendarChangeRow]:
        return await store.changes(work.conn, page, work.actor, lists.q, what, state)

    return await listed(work, lists, default_sort="-change_no", name="calendar-changes", fetch=fetch)


@router.get("/changes/{change_id}")
async def change(change_id: UUID, work: Signed) -> ChangePage:
    """One proposed change with everything the second person must see."""
    require(work.actor, "calendar.changes")
    found = await store.change(work.conn, work.actor, change_id)
    if found is None:
        raise NotFound(object="calendar_change")
    row, body = found
    known = {field.name: getattr(row, field.name) for field in fields(row)}
    return ChangePage(**known, body=body, preview=await _again(work, row, body))


@router.post("/changes", status_code=201)
async def propose(body: Proposal, work: Signed) -> Made:
    """Proposes a change; it holds when a second person says so."""
    require(work.actor, "calendar.draft", body.unit_id)
    said: Change = read_change(body.what, body.body) if body.notice is None else (await _seen(work, body.notice)).change
    made = await service.propose(
        work.conn, work.actor, change=said, unit_id=body.unit_id, source=body.source, reason=body.reason, now=work.now
    )
    return Made(id=made)


@router.post("/changes/{change_id}/publish")
async def publish(change_id: UUID, work: Signed, row_version: RowVersion) -> InForce:
    """The change becomes the next version; 403 `same_hands` for who proposed it. What it touches is judged again."""
    version, number = await service.put_in_force(
        work.conn, work.actor, change_id, row_version=row_version, now=work.now
    )
    return InForce(row_version=version, version_no=number)


@router.post("/changes/{change_id}/withdraw")
async def withdraw(change_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """Taken back by who proposed it, or turned down by who could let it hold."""
    settled = await service.withdraw(work.conn, work.actor, change_id, row_version=row_version, now=work.now)
    return Changed(row_version=settled)


async def _seen(work: Work, notice: Notice) -> service.Preview:
    return await service.preview(
        work.conn,
        tenant_id=work.actor.tenant_id,
        timezone=work.parts.settings.timezone,
        text=notice.text,
        form=notice.form,
        year=notice.year,
        now=work.now,
    )


def _preview(seen: service.Preview) -> NoticePreview:
    return NoticePreview(
        year=seen.year,
        form=seen.form,
        differences=[DifferenceItem(**asdict(each), effect=each.effect) for each in seen.differences],
        remarks=[RemarkItem(**asdict(each)) for each in seen.remarks],
        worked_before=seen.worked_before,
        worked_after=seen.worked_after,
        judged_again=seen.judged_again,
    )


async def _again(work: Work, row: CalendarChangeRow, body: dict[str, Any]) -> NoticePreview | None:
    """What proposed days would make different as the calendar is now."""
    said = read_change(What(row.what), body)
    if not isinstance(said, DaysChange):
        return None
    zone = work.parts.settings.timezone
    known = await load_calendar(work.conn, work.actor.tenant_id, zone)
    return _preview(service.beside(known, said, None, frozenset(), work.now))
