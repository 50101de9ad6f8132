"""What a change of the calendar says, as it is proposed, kept as JSON and put in force: days, local days, hours, sealing.

Reading checks everything that can be checked without the database; Invalid names the key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from fleet.calendars.notice import FIRST_YEAR, LAST_YEAR, Days
from fleet.errors import Invalid
from fleet.schedule import Season, check_intervals, parse_seasons, season_json
from fleet.vehicle import VehicleClass
from fleet.worktime import DayKind

MOST_LOCAL_DAYS = 366
MOST_SEASONS = 40
LONGEST_SEALING = timedelta(days=366)
LONGEST_NAME = 100


class What(StrEnum):
    """What a version of the calendar changed."""

    DAYS = "days"  # of a notice
    LOCAL = "local"  # extra days, of everybody or of a unit and those below it
    HOURS = "hours"  # of a unit, or the tenant's own
    SEALING = "sealing"  # periods in which vehicles stand


@dataclass(frozen=True, kw_only=True, slots=True)
class DaysChange:
    """A year as a notice settles it."""

    year: int
    days: Days


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalChange:
    """Extra days by date; None takes one back."""

    days: Mapping[date, tuple[DayKind | None, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursChange:
    """All rows of a unit, in place of those it has; none = it works like those above it."""

    seasons: tuple[Season, ...]
    since: date | None = None  # earlier rows hold until then; None = always, also for what has been


@dataclass(frozen=True, kw_only=True, slots=True)
class SealingChange:
    """A sealing period, in place of an earlier one when `replaces` says so; without a name it only goes."""

    name: str
    from_at: datetime | None = None
    to_at: datetime | None = None
    vehicle_classes: tuple[str, ...] = ()
    kept_out: tuple[UUID, ...] = ()
    keeper: str = ""
    replaces: UUID | None = None


Change = DaysChange | LocalChange | HoursChange | SealingChange


def what_of(change: Change) -> What:
    match change:
        case DaysChange():
            return What.DAYS
        case LocalChange():
            return What.LOCAL
        case HoursChange():
            return What.HOURS
        case SealingChange():
            return What.SEALING


def as_json(change: Change) -> dict[str, Any]:
    """What `read_change` reads."""
    match change:
        case DaysChange(year=year, days=days):
            return {"year": year, "days": [_day(on, kind, name) for on, (kind, name) in sorted(days.items())]}
        case LocalChange(days=local):
            return {"days": [_day(on, kind, name) for on, (kind, name) in sorted(local.items())]}
        case HoursChange(seasons=seasons, since=since):
            return {"seasons": [season_json(each) for each in seasons], "since": since and since.isoformat()}
        case SealingChange():
            return {
                "name": change.name,
                "from": change.from_at and change.from_at.isoformat(),
                "to": change.to_at and change.to_at.isoformat(),
                "vehicle_classes": list(change.vehicle_classes),
                "kept_out": [str(each) for each in change.kept_out],
                "keeper": change.keeper,
                "replaces": change.replaces and str(change.replaces),
            }


def _day(on: date, kind: DayKind | None, name: str) -> dict[str, str | None]:
    return {"date": on.isoformat(), "kind": kind and str(kind), "name": name}


def read_change(what: What, body: Mapping[str, Any]) -> Change:
    """The change a body says. Raises Invalid."""
    match what:
        case What.DAYS:
            year = body.get("year")
            if not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
                raise Invalid(field="year", reason="not_a_year")
            stated = _days(body.get("days"), most=400)
            return DaysChange(year=year, days={on: _settled(on, *each) for on, each in stated.items()})
        case What.LOCAL:
            return LocalChange(days=_days(body.get("days"), most=MOST_LOCAL_DAYS))
        case What.HOURS:
            return _hours(body)
        case What.SEALING:
            return _sealing(body)


def _settled(on: date, kind: DayKind | None, name: str) -> tuple[DayKind, str]:
    if kind is None:
        raise Invalid(field=f"days.{on}.kind", reason="unknown_kind")
    return kind, name


def _days(raw: object, *, most: int) -> dict[date, tuple[DayKind | None, str]]:
    if not isinstance(raw, list) or not raw:
        raise Invalid(field="days", reason="not_a_list")
    if len(raw) > most:
        raise Invalid(field="days", reason="too_many")
    found: dict[date, tuple[DayKind | None, str]] = {}
    for place, each in enumerate(raw):
        where = f"days[{place}]"
        if not isinstance(each, Mapping):
            raise Invalid(field=where, reason="not_an_object")
        on = _date(each.get("date"), f"{where}.date")
        if on in found or not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise Invalid(field=f"{where}.date", reason="twice" if on in found else "not_a_date")
        try:
            kind = None if each.get("kind") is None else DayKind(each["kind"])
        except ValueError as error:
            raise Invalid(field=f"{where}.kind", reason="unknown_kind") from error
        found[on] = kind, _text(each.get("name") or "", f"{where}.name")
    return found


def _hours(body: Mapping[str, Any]) -> HoursChange:
    seasons = parse_seasons(body.get("seasons"), field="seasons")
    if len(seasons) > MOST_SEASONS:
        raise Invalid(field="seasons", reason="too_many")
    for place, each in enumerate(seasons):
        if not any(each.hours.by_weekday.values()):
            raise Invalid(field=f"seasons[{place}].work_hours", reason="empty")
        for day, intervals in each.hours.by_weekday.items():
            check_intervals(intervals, field=f"seasons[{place}].work_hours.{day}")
    since = body.get("since")
    return HoursChange(seasons=seasons, since=None if since is None else _date(since, "since"))


def _sealing(body: Mapping[str, Any]) -> SealingChange:
    name = _text(body.get("name") or "", "name")
    replaces = None if body.get("replaces") is None else _id(body["replaces"], "replaces")
    if not name:
        if replaces is None:
            raise Invalid(field="name", reason="empty")
        return SealingChange(name="", replaces=replaces)
    from_at, to_at = (_instant(body.get(key), key) for key in ("from", "to"))
    if not from_at < to_at:
        raise Invalid(field="to", reason="before_from")
    if to_at - from_at > LONGEST_SEALING:
        raise Invalid(field="to", reason="span_too_long")
    classes = body.get("vehicle_classes") or []
    if not isinstance(classes, list) or any(each not in list(VehicleClass) for each in classes):
        raise Invalid(field="vehicle_classes", reason="unknown")
    kept = body.get("kept_out") or []
    if not isinstance(kept, list) or len(kept) > 1000:
        raise Invalid(field="kept_out", reason="not_a_list")
    return SealingChange(
        name=name, from_at=from_at, to_at=to_at, vehicle_classes=tuple(dict.fromkeys(classes)),
        kept_out=tuple(dict.fromkeys(_id(each, "kept_out") for each in kept)),
        keeper=_text(body.get("keeper") or "", "keeper"), replaces=replaces,
    )  # fmt: skip


def replaced(rows: tuple[Season, ...], change: HoursChange) -> tuple[Season, ...]:
    """The rows that hold together with the change's own: earlier ones end where the new ones begin."""
    if change.since is None:
        return change.seasons
    kept = [
        replace(each, until=change.since if each.until is None else min(each.until, change.since))
        for each in rows
        if each.since is None or each.since < change.since
    ]
    new = [
        replace(each, since=change.since if each.since is None else max(each.since, change.since))
        for each in change.seasons
        if each.until is None or each.until > change.since
    ]
    return (*kept, *new)


def _date(raw: object, field: str) -> date:
    try:
        return date.fromisoformat(str(raw))
    except ValueError as error:
        raise Invalid(field=field, reason="not_a_date") from error


def _instant(raw: object, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(str(raw))
    except ValueError as error:
        raise Invalid(field=field, reason="not_an_instant") from error
    if at.tzinfo is None:
        raise Invalid(field=field, reason="not_an_instant")
    return at


def _id(raw: object, field: str) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise Invalid(field=field, reason="unknown") from error


def _text(raw: object, field: str) -> str:
    if not isinstance(raw, str):
        raise Invalid(field=field, reason="not_a_text")
    if len(raw) > LONGEST_NAME:
        raise Invalid(field=field, reason="too_long")
    return raw.strip()
