"""Reads a year's holidays as people have them: the community's JSON, the State Council's notice pasted as text, a table as CSV.

All three end in the same: the year and what every date of it is. Pure; what cannot be read is refused where it stands, and
nothing of a notice is guessed: a weekday or a number of days it states beside a date must be true.
"""

import csv
import io
import json
import re
import unicodedata
from calendar import isleap
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fleet.errors import Invalid, Refusal
from fleet.worktime import DayKind

Days = dict[date, tuple[DayKind, str]]
MOST_CHARACTERS = 200_000
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Form(StrEnum):
    """How a notice was written."""

    JSON = "json"
    TEXT = "text"
    CSV = "csv"


class UnreadableNotice(Refusal):
    """Something of a notice cannot be read. Params: where (as it is written, a key or a row), reason."""

    code = "unreadable_notice"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What a notice settles: every date of its year, and here and there one of the year before or after."""

    year: int
    form: Form
    days: Days
    named: frozenset[date]  # those it names; the others follow the week


def read_notice(text: str, *, form: Form | None = None, year: int | None = None) -> Notice:
    """A notice in any of the three forms, told apart by its first lines unless said.

    `year` is needed only where the notice does not say it. Raises UnreadableNotice.
    """
    if not text.strip():
        raise UnreadableNotice(where="", reason="empty")
    if len(text) > MOST_CHARACTERS:
        raise UnreadableNotice(where="", reason="too_long")
    form = form or form_of(text)
    if form is Form.JSON:
        return _from_json(text, year)
    return _from_csv(text, year) if form is Form.CSV else _from_text(text, year)


def form_of(text: str) -> Form:
    """By the first sign and the first line."""
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in ("{", "["):
        return Form.JSON
    first = start.splitlines()[0] if start else ""
    return Form.CSV if {_column(cell) for cell in re.split("[,;\t]", first)} >= {"date"} else Form.TEXT


def _from_json(text: str, year: int | None) -> Notice:
    try:
        raw = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UnreadableNotice(where="", reason="not_json") from error
    if not isinstance(raw, Mapping):
        raise UnreadableNotice(where="", reason="not_an_object")
    return _settled(raw, Form.JSON, year)


def _settled(raw: Mapping[str, object], form: Form, year: int | None) -> Notice:
    try:
        said, days = notice_days(raw)
    except Invalid as error:
        raise UnreadableNotice(where=error.params["field"], reason=error.params["reason"]) from error
    if year is not None and year != said:
        raise UnreadableNotice(where=str(said), reason="another_year")
    listed = raw["days"]
    named = {date.fromisoformat(str(each["date"])) for each in listed}  # type: ignore[attr-defined]
    return Notice(year=said, form=form, days=days, named=frozenset(named))


def notice_days(notice: Mapping[str, object]) -> tuple[int, dict[date, tuple[DayKind, str]]]:
    """The year of a notice and every date it settles, from the JSON of NateScarlet/holiday-cn.

    A notice names what differs from the week, here and there for a day of the year before or after its own; the other
    dates of its year follow the week. Raises Invalid naming the key.
    """
    year, listed = notice.get("year"), notice.get("days")
    if not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(field="year", reason="not_a_year")
    if not isinstance(listed, list) or not listed:
        raise Invalid(field="days", reason="not_a_list")
    named: dict[date, tuple[DayKind, str]] = {}
    for i, entry in enumerate(listed):
        on, off, name = _notice_day(entry, f"days[{i}]")
        if on in named or abs(on.year - year) > 1:
            raise Invalid(field=f"days[{i}].date", reason="twice" if on in named else "another_year")
        weekend = on.weekday() >= 5
        named[on] = (DayKind.HOLIDAY if off else DayKind.ADJUSTED_WORKDAY if weekend else DayKind.WORKDAY), name
    return year, _week_of(year) | named


def _notice_day(entry: object, where: str) -> tuple[date, bool, str]:
    if not isinstance(entry, Mapping):
        raise Invalid(field=where, reason="not_an_object")
    name, text, off = entry.get("name"), entry.get("date"), entry.get("isOffDay")
    if not isinstance(name, str):
        raise Invalid(field=f"{where}.name", reason="not_a_text")
    if not isinstance(off, bool):
        raise Invalid(field=f"{where}.isOffDay", reason="not_true_or_false")
    try:
        return date.fromisoformat(str(text)), off, name
    except ValueError as error:
        raise Invalid(field=f"{where}.date", reason="not_a_date") from error


# One holiday of a text: its number and name up to the colon, then sentences that end in 放假 (off) or 上班 (worked).
_YEAR = re.compile(r"(\d{4})年(?:部分)?(?:节假日|元旦)|关于(\d{4})年")
_ITEM = re.compile(r"(?:[一二三四五六七八九十]{1,3}|\(?\d{1,2}\)?)[、.]\s*([\u4e00-\u9fff、和 ]{2,20}?):")
_END = re.compile(r"节假日期间|国务院办公厅\s*\d{4}年")
_SAID = re.compile(r"([^。;\n]*?)(放假|上班)([^。;\n]*)")
_DATE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?")
_COUNT = re.compile(r"^(?:调休)?[,]?共?(\d{1,2})天")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_UNTIL = frozenset({"至", "到", "-", "—", "–", "~", "——"})


def _from_text(text: str, year: int | None) -> Notice:
    plain = unicodedata.normalize("NFKC", text).replace("\r", "\n")
    plain = re.sub(r"(?<=[\u4e00-\u9fff\d():,])[ \t]+(?=[\u4e00-\u9fff\d():,])", "", plain)
    found = _YEAR.search(plain)
    said = int(found[1] or found[2]) if found else None
    if said is not None and year is not None and said != year:
        raise UnreadableNotice(where=str(said), reason="another_year")
    chosen = said or year
    if chosen is None:
        raise UnreadableNotice(where=plain.strip()[:30], reason="year_missing")
    listed: list[dict[str, object]] = []
    for name, body in _items(plain):
        before = len(listed)
        for on, off in _dates_of(name, body, chosen):
            listed.append({"name": name, "date": on.isoformat(), "isOffDay": off})
        if all(not each["isOffDay"] for each in listed[before:]):
            raise UnreadableNotice(where=name, reason="no_dates")
    if not listed:
        raise UnreadableNotice(where=plain.strip()[:30], reason="no_holidays")
    twice = [text for text, count in Counter(str(each["date"]) for each in listed).items() if count > 1]
    if twice:
        raise UnreadableNotice(where=twice[0], reason="twice")
    return _settled({"year": chosen, "days": listed}, Form.TEXT, None)


def _items(plain: str) -> Iterator[tuple[str, str]]:
    """Each holiday with what is said of it."""
    heads = list(_ITEM.finditer(plain))
    ends = [head.start() for head in heads[1:]] + [len(plain)]
    for head, stop in zip(heads, ends, strict=False):
        body = plain[head.end() : stop]
        end = _END.search(body)
        yield head[1].strip(), body[: end.start()] if end else body


def _dates_of(name: str, body: str, year: int) -> Iterator[tuple[date, bool]]:
    for sentence in re.split("[。;\n]", body):
        rest = sentence
        while said := _SAID.match(rest):
            dates = list(_spans(name, said[1], year))
            count = _COUNT.match(said[3]) if said[2] == "放假" else None
            if count and int(count[1]) != len(dates):
                raise UnreadableNotice(where=sentence.strip()[:60], reason="count_differs")
            yield from ((on, said[2] == "放假") for on in dates)
            rest = said[3]


def _spans(name: str, text: str, year: int) -> Iterator[date]:
    """The dates of "2月15日(周日)至23日" or "2月14日、28日", each with the weekday beside it checked."""
    last: date | None = None
    end = 0
    for found in _DATE.finditer(text):
        on = _one_date(name, found, last, year)
        if last is not None and text[end : found.start()].strip() in _UNTIL:
            if not last < on <= last + timedelta(days=40):
                raise UnreadableNotice(where=text.strip()[:60], reason="not_a_span")
            yield from (last + timedelta(days=n) for n in range(1, (on - last).days + 1))
        else:
            yield on
        last, end = on, found.end()


def _one_date(name: str, found: re.Match[str], last: date | None, year: int) -> date:
    said_year, said_month, day, beside = found.groups()
    if said_month is None and last is None:
        raise UnreadableNotice(where=found[0], reason="not_a_date")
    month = int(said_month) if said_month else (last.month if last else 0)
    if said_year:
        in_year = int(said_year)
    elif last is not None:
        in_year = last.year + (month < last.month)
    else:
        in_year = year - ("元旦" in name and month == 12)  # New Year's block may begin in the old year
    try:
        on = date(in_year, month, int(day))
    except ValueError as error:
        raise UnreadableNotice(where=found[0], reason="not_a_date") from error
    weekday = _WEEKDAY.search(beside or "")
    if weekday and "一二三四五六日".index(weekday[1].replace("天", "日")) != on.weekday():
        raise UnreadableNotice(where=found[0], reason="weekday_differs")
    return on


# CSV: a column of dates and one of kinds (or of off / not off), in Chinese or English.
_COLUMNS = {"date": "date", "日期": "date", "day": "date", "kind": "kind", "类型": "kind", "isoffday": "off", "放假": "off",
            "name": "name", "名称": "name", "节日": "name"}  # fmt: skip
_KINDS = {"工作日": "workday", "周末": "weekend", "休息日": "weekend", "节假日": "holiday", "放假": "holiday", "休": "holiday",
          "调休上班": "adjusted_workday", "上班": "adjusted_workday", "班": "adjusted_workday", "调休放假": "adjusted_rest",
          "调休": "adjusted_rest"}  # fmt: skip
_TRUTHS = {"true": True, "1": True, "是": True, "yes": True, "false": False, "0": False, "否": False, "no": False}


def _column(cell: str) -> str:
    return _COLUMNS.get(cell.strip().strip('"').lower(), "")


def _from_csv(text: str, year: int | None) -> Notice:
    plain = text.lstrip("\ufeff").strip()
    first = plain.splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(plain), delimiter=delimiter))
    columns = [_column(cell) for cell in rows[0]]
    if "date" not in columns or not {"kind", "off"} & set(columns):
        raise UnreadableNotice(where="1", reason="no_columns")
    stated: Days = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        on = _csv_date(row.get("date", ""), number)
        if on in stated:
            raise UnreadableNotice(where=str(number), reason="twice")
        stated[on] = _csv_kind(row, on, number), row.get("name", "")
    years = Counter(on.year for on in stated).most_common(1)
    if not years:
        raise UnreadableNotice(where="", reason="no_dates")
    chosen = year or years[0][0]
    odd = next((on for on in stated if abs(on.year - chosen) > 1), None)
    if odd is not None or all(on.year != chosen for on in stated):
        raise UnreadableNotice(where=str(odd or chosen), reason="another_year")
    return Notice(year=chosen, form=Form.CSV, days=_week_of(chosen) | stated, named=frozenset(stated))


def _csv_date(text: str, number: int) -> date:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        return date(*(int(each) for each in found.groups())) if found else date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableNotice(where=str(number), reason="not_a_date") from error


def _csv_kind(row: Mapping[str, str], on: date, number: int) -> DayKind:
    if "kind" in row:
        said = row["kind"]
        try:
            return DayKind(_KINDS.get(said, said))
        except ValueError as error:
            raise UnreadableNotice(where=str(number), reason="unknown_kind") from error
    off = _TRUTHS.get(row.get("off", "").lower())
    if off is None:
        raise UnreadableNotice(where=str(number), reason="not_true_or_false")
    return DayKind.HOLIDAY if off else DayKind.ADJUSTED_WORKDAY if on.weekday() >= 5 else DayKind.WORKDAY


def _week_of(year: int) -> Days:
    first = date(year, 1, 1)
    week = (first + timedelta(days=n) for n in range(365 + isleap(year)))
    return {on: (DayKind.WEEKEND if on.weekday() >= 5 else DayKind.WORKDAY, "") for on in week}
