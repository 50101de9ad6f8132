"""Answers and questions shared by several route files, and the small parsers every route uses.

Rows of `web.store` are answered as they are; here is only what lists, edits and exports have in common.
"""

from collections.abc import Awaitable, Callable
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from fleet import service
from fleet.errors import Invalid, Refusal
from web.exports import sheets
from web.exports.columns import Reader
from web.exports.formats import MOST_ROWS
from web.labels import Language
from web.paging import MOST, Page, PageRequest, page_request
from web.store.listing import names_of
from web.work import Work


def _of_our_calendar(at: datetime) -> datetime:
    """In the first and the last year of the calendar the hours and days around an instant may not exist."""
    if not MINYEAR < at.year < MAXYEAR:
        raise ValueError("no year to reckon with")
    return at


Item = TypeVar("Item")
Instant = Annotated[AwareDatetime, AfterValidator(_of_our_calendar)]  # with an offset
Format = Literal["json", "csv", "xlsx"]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Label = Annotated[str, Field(max_length=200)]
MAY_BE_ABSENT = frozenset({"licence_class", "licence_expires_on", "home_depot_id", "documents_valid_until", "range_km"})


class VersionRequired(Refusal):
    """An edit must say which version of the row it is about (If-Match)."""

    code = "version_required"
    status = 428


class Listing(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = None
    total: int | None = None


class Made(BaseModel):
    """A new row."""

    id: UUID


class Changed(BaseModel):
    """An edited row's new version, for the next If-Match."""

    row_version: int


class ListQuery(BaseModel):
    """What every list understands beside its own filters."""

    limit: int
    cursor: str | None
    q: str | None
    sort: str | None
    format: Format
    lang: Language
    purpose: str | None  # why, where a list shows what is owed a reason
    asked: list[tuple[str, str]]  # everything the request named


def _list_query(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    cursor: str | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    sort: str | None = None,
    format: Format = "json",  # noqa: A002 - the name of the query parameter
    lang: Language = "zh",
    purpose: Annotated[str | None, Query(max_length=500)] = None,
) -> ListQuery:
    asked = request.query_params.multi_items()
    return ListQuery(
        limit=limit, cursor=cursor, q=q or None, sort=sort, format=format, lang=lang, purpose=purpose, asked=asked
    )


Lists = Annotated[ListQuery, Depends(_list_query)]


def _row_version(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise VersionRequired
    text = if_match.removeprefix("W/").strip('"')
    if not text.isdecimal():
        raise Invalid(field="If-Match", reason="not_a_version")
    return int(text)


RowVersion = Annotated[int, Depends(_row_version)]


def _seen_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    return None if if_match is None else _row_version(if_match)


# For steps a driver may repeat later without having read the newest version.
SeenVersion = Annotated[int | None, Depends(_seen_version)]
From = Annotated[Instant, Query(alias="from")]
To = Annotated[Instant, Query(alias="to")]
SinceFilter = Annotated[Instant | None, Query(alias="from")]
UntilFilter = Annotated[Instant | None, Query(alias="to")]
Purpose = Annotated[str | None, Query(max_length=500)]


def span(start_at: datetime, end_at: datetime, *, longest_days: int) -> tuple[datetime, datetime]:
    """A half-open span. Refuses Invalid when it is empty or too long."""
    if end_at <= start_at:
        raise Invalid(field="to", reason="before_from")
    if (end_at - start_at).days > longest_days:
        raise Invalid(field="to", reason="span_too_long")
    return start_at, end_at


def required(value: UUID | None, field: str) -> UUID:
    """The value. Refuses Invalid when it is absent."""
    if value is None:
        raise Invalid(field=field, reason="missing")
    return value


async def listed(
    work: Work,
    lists: ListQuery,
    *,
    default_sort: str,
    name: str,
    fetch: Callable[[PageRequest], Awaitable[Page[Any]]],
) -> Any:
    """A page as JSON, or the whole list as a file; a file is recorded before it is made."""
    if lists.format == "json":
        page = await fetch(
            page_request(limit=lists.limit, cursor=lists.cursor, sort=lists.sort, default_sort=default_sort)
        )
        return {"items": page.items, "next_cursor": page.next_cursor, "total": page.total}
    await _record_file(work, lists, name)
    rows, truncated = await _all_rows(lists, default_sort, fetch)
    return await _made(work, lists, name, rows, _asked(lists), truncated=truncated)


async def as_file(work: Work, lists: ListQuery, name: str, rows: list[Any], *, about: tuple[str, str]) -> Response:
    """Rows that are no list of pages as a file, recorded like one. `about` is a filter that stands in the path."""
    await _record_file(work, lists, name)
    return await _made(work, lists, name, rows[:MOST_ROWS], [about, *_asked(lists)], truncated=len(rows) > MOST_ROWS)


def _asked(lists: ListQuery) -> list[tuple[str, str]]:
    return [(key, value) for key, value in lists.asked if key in sheets.FILTERS and value]


async def _record_file(work: Work, lists: ListQuery, name: str) -> None:
    detail = {"format": lists.format, **dict(_asked(lists))}
    await work.audit("export", name, None, purpose=lists.purpose or "", detail=detail)


async def _made(
    work: Work, lists: ListQuery, name: str, rows: list[Any], asked: list[tuple[str, str]], *, truncated: bool
) -> Response:
    taking = sheets.Taking(
        name=name,
        taken_by=f"{work.actor.name} · {work.actor.login}",
        taken_at=work.now,
        asked=asked,
        names=await names_of(work.conn, [value for key, value in asked if key in {"unit", "vehicle", "area"}]),
        truncated=truncated,
    )
    reader = Reader(language=lists.lang, zone=work.parts.settings.timezone)
    return sheets.file_of(rows, taking, reader, lists.format)


async def _all_rows(
    lists: ListQuery, default_sort: str, fetch: Callable[[PageRequest], Awaitable[Page[Any]]]
) -> tuple[list[Any], bool]:
    rows: list[Any] = []
    cursor: str | None = None
    while len(rows) < MOST_ROWS:
        page = await fetch(page_request(limit=MOST, cursor=cursor, sort=lists.sort, default_sort=default_sort))
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows, False
    return rows[:MOST_ROWS], True


async def edited(work: Work, table: str, row_id: UUID, body: BaseModel, row_version: int) -> Changed:
    """Changes the fields the body names."""
    version = await service.edit(
        work.conn,
        work.actor,
        tenant_id=work.actor.tenant_id,
        table=table,
        row_id=row_id,
        row_version=row_version,
        values=changed_fields(body),
        now=work.now,
    )
    return Changed(row_version=version)


def changed_fields(body: BaseModel) -> dict[str, Any]:
    """The fields the body names. Refuses null (Invalid) but for those that may be absent."""
    values = body.model_dump(exclude_unset=True)
    for name, value in values.items():
        if value is None and name not in MAY_BE_ABSENT:
            raise Invalid(field=name, reason="null")
    return values
