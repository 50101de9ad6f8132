"""A roster from a CSV file: every wrong cell is named by line, column and reason. Pure; entering is keeping's.

Columns, in any order: `driver` (login), `day` (2026-12-01) or `weekday` (1 Monday to 7 Sunday) with `from` and, where it
ends, `to` (days, included), `starts` and `ends` (08:00; both empty on a single day: he is off), `note`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import TypeVar
from uuid import UUID

from dispatch.batch import RowError
from dispatch.drivers.roster import ShiftLine

MOST_ROWS = 2_000
COLUMNS = ("driver", "day", "weekday", "from", "to", "starts", "ends", "note")
NEEDED = ("driver", "starts", "ends")
MOST_NOTE = 200
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One line of the file."""

    line: int
    person_id: UUID
    shift: ShiftLine
    note: str


class _Wrong(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column, self.reason = column, reason


def read(text: str, drivers: Mapping[str, UUID]) -> tuple[list[Entered], list[RowError]]:
    """Lines that can be entered, and every wrong cell; `drivers` by login, those whose roster this person keeps."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        return [], [RowError(line=reader.line_num, column=None, reason="not_csv")]
    if not lines:
        return [], [RowError(line=1, column=None, reason="empty")]
    names = [name.strip().lower() for name in lines[0][1]]
    wrong = [RowError(line=1, column=name, reason="missing_column") for name in NEEDED if name not in names]
    wrong += [RowError(line=1, column=name, reason="unknown_column") for name in names if name not in COLUMNS]
    wrong += [RowError(line=1, column=name, reason="twice") for name in {n for n in names if names.count(n) > 1}]
    if len(lines) == 1:
        wrong.append(RowError(line=1, column=None, reason="no_rows"))
    if len(lines) > MOST_ROWS + 1:
        wrong.append(RowError(line=lines[MOST_ROWS + 1][0], column=None, reason="too_many_rows", params={"most": MOST_ROWS}))  # fmt: skip
    if wrong:
        return [], wrong
    found: list[Entered] = []
    for line, cells in lines[1:]:
        if len(cells) != len(names):
            params = {"cells": len(cells), "columns": len(names)}
            wrong.append(RowError(line=line, column=None, reason="cells_differ", params=params))
            continue
        try:
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            found.append(_entered(line, row, drivers))
        except _Wrong as cell:
            wrong.append(RowError(line=line, column=cell.column, reason=cell.reason))
    return found, wrong


def _entered(line: int, row: Mapping[str, str], drivers: Mapping[str, UUID]) -> Entered:
    person_id = drivers.get(row["driver"])
    if person_id is None:
        raise _Wrong("driver", "unknown")
    day = _read(row, "day", date.fromisoformat)
    weekday = _read(row, "weekday", int)
    if (day is None) == (weekday is None):
        raise _Wrong("day" if day is not None else "weekday", "day_or_weekday")
    first = day if day is not None else _read(row, "from", date.fromisoformat)
    if first is None:
        raise _Wrong("from", "missing")
    last = day if day is not None else _read(row, "to", date.fromisoformat)
    shift = ShiftLine(
        weekday=weekday, first_day=first, last_day=last,
        starts=_read(row, "starts", time.fromisoformat), ends=_read(row, "ends", time.fromisoformat),
    )  # fmt: skip
    if trouble := trouble_of(shift):
        raise _Wrong(*trouble)
    if len(row.get("note", "")) > MOST_NOTE:
        raise _Wrong("note", "too_long")
    return Entered(line=line, person_id=person_id, shift=shift, note=row.get("note", ""))


def trouble_of(shift: ShiftLine) -> tuple[str, str] | None:
    """Column and reason of what is wrong with a line by itself."""
    if shift.weekday is not None and not 1 <= shift.weekday <= 7:
        return "weekday", "outside_1_7"
    if (shift.starts is None) != (shift.ends is None) or (shift.starts is None and shift.weekday is not None):
        return ("starts" if shift.starts is None else "ends"), "missing"
    if shift.starts is not None and (shift.starts.tzinfo or (shift.ends and shift.ends.tzinfo)):
        return "starts", "not_a_time"
    if shift.last_day is not None and shift.last_day < shift.first_day:
        return "to", "before_from"
    return None


def _read(row: Mapping[str, str], column: str, parse: Callable[[str], Value]) -> Value | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        raise _Wrong(column, "not_readable") from None
