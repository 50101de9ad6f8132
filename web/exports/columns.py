"""The columns of each list as a file: a heading in both languages and how a row fills it, in words and civil time.

Identifiers of the database are left out: plates, numbers, names and codes of units identify what a row speaks of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fleet.position import Quality
from web import labels
from web.exports.formats import Cell
from web.labels import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """For whom a file is written."""

    language: Language
    zone: ZoneInfo

    def civil(self, instant: datetime | None) -> datetime | None:
        """The wall clock of the zone, to the second, as spreadsheets hold times."""
        return None if instant is None else instant.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def word(self, group: str, code: str | None) -> str:
        return labels.word(self.language, group, code)

    @property
    def zone_name(self) -> str:
        if self.zone.key == "Asia/Shanghai":
            return "北京时间" if self.language == "zh" else "Beijing time"
        return self.zone.key


Show = Callable[[Any, Reader], Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    zh: str
    en: str
    show: Show
    timed: bool = False  # the heading names the zone

    def heading(self, reader: Reader) -> str:
        name = self.zh if reader.language == "zh" else self.en
        if not self.timed:
            return name
        return f"{name}（{reader.zone_name}）" if reader.language == "zh" else f"{name} ({reader.zone_name})"


@dataclass(frozen=True, slots=True)
class Table:
    """A list: its name and columns."""

    zh: str
    en: str
    columns: Sequence[Column]

    def title(self, reader: Reader) -> str:
        return self.zh if reader.language == "zh" else self.en


def plain(zh: str, en: str, field: str) -> Column:
    return Column(zh, en, lambda row, _: getattr(row, field))


def degrees(zh: str, en: str, field: str) -> Column:
    """A coordinate to a tenth of a metre."""

    def show(row: Any, _: Reader) -> Cell:
        value = getattr(row, field)
        return None if value is None else round(value, 6)

    return Column(zh, en, show)


def code(zh: str, en: str, field: str, group: str) -> Column:
    return Column(zh, en, lambda row, reader: reader.word(group, getattr(row, field)))


def codes(zh: str, en: str, field: str, group: str) -> Column:
    """Several codes in one cell."""

    def show(row: Any, reader: Reader) -> Cell:
        return reader.word("punctuation", "comma").join(reader.word(group, one) for one in getattr(row, field) or [])

    return Column(zh, en, show)


def counted(zh: str, en: str, name: str) -> Column:
    """One of the counts of a row; what did not occur is 0."""
    return Column(zh, en, lambda row, _: (row.counts or {}).get(name, 0))


def yes_no(zh: str, en: str, field: str) -> Column:
    def show(row: Any, reader: Reader) -> Cell:
        value = getattr(row, field)
        return None if value is None else reader.word("common", "yes" if value else "no")

    return Column(zh, en, show)


def instant(zh: str, en: str, field: str) -> Column:
    return Column(zh, en, lambda row, reader: reader.civil(getattr(row, field)), timed=True)


def named(zh: str, en: str, field: str) -> Column:
    """A name with its English form beside it (`_en`)."""

    def show(row: Any, reader: Reader) -> Cell:
        name: Cell = getattr(row, field)
        name_en: Cell = getattr(row, f"{field}_en")
        return (name_en or name) if reader.language == "en" else name

    return Column(zh, en, show)


def place(zh: str, en: str, field: str) -> Column:
    """One place or several."""

    def show(row: Any, _: Reader) -> Cell:
        value = getattr(row, field) or []
        return " → ".join(one["name"] for one in (value if isinstance(value, list) else [value]))

    return Column(zh, en, show)


def week(row: Any, reader: Reader) -> Cell:
    """A week of hours: the days by name, each with its intervals."""
    hours: Mapping[str, Sequence[Sequence[str]]] = row.work_hours or {}
    said = (
        f"{reader.word('weekday', day)} {' '.join('-'.join(each) for each in intervals)}"
        for day, intervals in hours.items()
        if intervals
    )
    return "; ".join(said)


def made(zh: str, en: str, show: Show) -> Column:
    return Column(zh, en, show)


def notice(row: Any, reader: Reader) -> str:
    """The sentence of a notice."""
    spoken = {"rule": "ruleName", "fault": "deviceFault", "command": "commandKind", "event": "fenceEvent"}
    words = {name: reader.word(group, row.params.get(name)) for name, group in spoken.items()}
    values: Mapping[str, object] = {**row.params, **words}
    return labels.sentence(reader.language, "notice", row.kind, values)


def roles(row: Any, reader: Reader) -> str:
    """Each role with the unit it holds for."""
    unit = "unit_name_en" if reader.language == "en" else "unit_name"
    held = (f"{reader.word('role', one['role'])} - {one[unit] or one['unit_name']}" for one in row.roles)
    return reader.word("punctuation", "comma").join(held)


def fix_quality(row: Any, reader: Reader) -> str:
    """What is said against the newest fix; nothing where its place is not shown."""
    flags = Quality(row.quality or 0).codes
    return reader.word("punctuation", "comma").join(reader.word("fixFlag", flag) for flag in flags)


def raw_content(row: Any, _: Reader) -> Cell:
    """A message as it came, as text or hexadecimal; nothing where it is no longer kept."""
    return row.raw.content if row.raw else None


def action(row: Any, reader: Reader) -> str:
    """What was done, for entries of the audit and the journal."""
    kind, _, step = row.action.partition(".")
    return reader.word("orderStep", step) if kind == "order" else reader.word("recordAction", row.action)


def detail(row: Any, _: Reader) -> str:
    """What else is known of an entry, without identifiers of the database."""
    known = (row.detail or {}).items()
    return "; ".join(f"{name}={value}" for name, value in known if value not in (None, "") and not _is_id(value))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4
