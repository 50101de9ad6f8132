"""Many requests from one CSV file: every wrong cell is named by line, column and reason. Pure; booking is batch_booking's.

Lines are counted as people see them, the header being line 1. Times without an offset are the tenant's civil time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.booking import Draft, troubles
from fleet.order import OrderType, Place

MOST_ROWS = 500
REQUIRED = (
    "start", "end", "from_name", "from_lon", "from_lat", "to_name", "to_lon", "to_lat", "passengers", "purpose", "purpose_text",
)  # fmt: skip
OPTIONAL = (
    "unit", "requester", "class", "luggage", "wheelchairs", "equipment", "contact_name", "contact_phone", "round_trip", "flexible_min", "shareable",
)  # fmt: skip
# The field a refusal names, as the column that holds it.
COLUMN_OF: Mapping[str, str] = {
    "planned_start_at": "start", "planned_end_at": "end", "origin": "from_lon", "destination": "to_lon", "class_wanted": "class",
    "earliest_start_at": "flexible_min", "latest_start_at": "flexible_min", "passenger_ids": "requester",
}  # fmt: skip
_YES, _NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One wrong cell, or a row that was refused as a whole (no column)."""

    line: int
    column: str | None
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One request of the file."""

    line: int
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What names in the file stand for."""

    units: Mapping[str, UUID]  # by code
    people: Mapping[str, UUID]  # by login
    zone: ZoneInfo


class _WrongCell(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column, self.reason = column, reason


def read(text: str, known: Known, now: datetime) -> tuple[list[Row], list[RowError]]:
    """Every row that could be booked, and every wrong cell of the others."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error:
        return [], [RowError(line=reader.line_num, column=None, reason="not_csv")]
    if not lines:
        return [], [RowError(line=1, column=None, reason="empty")]
    names = [name.strip().lower() for name in lines[0][1]]
    wrong = [RowError(line=1, column=name, reason="missing_column") for name in REQUIRED if name not in names]
    wrong += [
        RowError(line=1, column=name, reason="unknown_column") for name in names if name not in (*REQUIRED, *OPTIONAL)
    ]
    wrong += [
        RowError(line=1, column=name, reason="twice") for name in sorted({n for n in names if names.count(n) > 1})
    ]
    filled = [(line, cells) for line, cells in lines[1:] if any(cell.strip() for cell in cells)]
    if not wrong and not filled:
        wrong.append(RowError(line=1, column=None, reason="no_rows"))
    if len(filled) > MOST_ROWS:
        wrong.append(
            RowError(line=filled[MOST_ROWS][0], column=None, reason="too_many_rows", params={"most": MOST_ROWS})
        )
    if wrong:
        return [], wrong
    rows: list[Row] = []
    for line, cells in filled:
        if len(cells) != len(names):
            wrong.append(
                RowError(
                    line=line, column=None, reason="cells_differ", params={"cells": len(cells), "columns": len(names)}
                )
            )
            continue
        found, errors = _row(line, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}, known, now)
        wrong += errors
        rows += [found] if found is not None else []
    return rows, wrong


def _row(line: int, cells: Mapping[str, str], known: Known, now: datetime) -> tuple[Row | None, list[RowError]]:
    values: dict[str, Any] = {}
    errors: list[RowError] = []
    for name, column, parse in _CELLS:
        try:
            values[name] = parse(column, cells.get(column, ""), known)
        except _WrongCell as wrong:
            errors.append(RowError(line=line, column=wrong.column, reason=wrong.reason))
    if errors:
        return None, errors
    flexible = timedelta(minutes=values.pop("flexible"))
    ends: dict[str, Any] = {
        end: Place(name=values.pop(f"{end}_name"), lon=values.pop(f"{end}_lon"), lat=values.pop(f"{end}_lat"))
        for end in ("origin", "destination")
    }
    start = values["planned_start_at"]
    draft = Draft(
        **values,
        **ends,
        type=OrderType.BATCH,
        earliest_start_at=start - flexible if flexible else None,
        latest_start_at=start + flexible if flexible else None,
    )
    wrong_cells = [
        RowError(line=line, column=column_of(each.field), reason=each.reason, params=dict(each.params))
        for each in troubles(draft, now)
    ]
    return (None, wrong_cells) if wrong_cells else (Row(line=line, draft=draft), [])


def column_of(name: str) -> str:
    """The column of a refused field."""
    return COLUMN_OF.get(name, name)


def _text(column: str, cell: str, known: Known) -> str:
    if len(cell) > 200:
        raise _WrongCell(column, "length")
    return cell


def _needed(column: str, cell: str, known: Known) -> str:
    if not cell:
        raise _WrongCell(column, "missing")
    return _text(column, cell, known)


def _whole(column: str, cell: str, known: Known) -> int:
    if not cell.isascii() or not cell.isdecimal() or len(cell) > 6:
        raise _WrongCell(column, "not_a_number")
    return int(cell)


def _count(column: str, cell: str, known: Known) -> int:
    return _whole(column, cell or "0", known)


def _degrees(column: str, cell: str, known: Known) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise _WrongCell(column, "not_a_number") from None
    if not abs(value) <= (180 if column.endswith("lon") else 90):
        raise _WrongCell(column, "not_on_earth")
    return value


def _instant(column: str, cell: str, known: Known) -> datetime:
    try:
        at = datetime.fromisoformat(cell.replace("/", "-"))
    except ValueError:
        raise _WrongCell(column, "not_an_instant") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=known.zone)


def _yes(column: str, cell: str, known: Known) -> bool:
    if cell.lower() in _YES:
        return True
    if cell.lower() not in _NO:
        raise _WrongCell(column, "not_true_or_false")
    return False


def _yes_if_absent(column: str, cell: str, known: Known) -> bool:
    return _yes(column, cell or "yes", known)


def _optional(column: str, cell: str, known: Known) -> str | None:
    return _text(column, cell, known) or None


def _unit(column: str, cell: str, known: Known) -> UUID | None:
    if cell and cell not in known.units:
        raise _WrongCell(column, "unknown")
    return known.units.get(cell)


def _person(column: str, cell: str, known: Known) -> UUID | None:
    if cell and cell not in known.people:
        raise _WrongCell(column, "unknown")
    return known.people.get(cell)


_CELLS: tuple[tuple[str, str, Callable[[str, str, Known], object]], ...] = (
    ("planned_start_at", "start", _instant), ("planned_end_at", "end", _instant),
    ("origin_name", "from_name", _needed), ("origin_lon", "from_lon", _degrees), ("origin_lat", "from_lat", _degrees),
    ("destination_name", "to_name", _needed), ("destination_lon", "to_lon", _degrees), ("destination_lat", "to_lat", _degrees),
    ("passengers", "passengers", _whole), ("purpose", "purpose", _needed), ("purpose_text", "purpose_text", _needed),
    ("unit_id", "unit", _unit), ("requester_id", "requester", _person), ("class_wanted", "class", _optional),
    ("luggage", "luggage", _count), ("wheelchairs", "wheelchairs", _count), ("equipment", "equipment", _text),
    ("contact_name", "contact_name", _text), ("contact_phone", "contact_phone", _text), ("round_trip", "round_trip", _yes_if_absent),
    ("flexible", "flexible_min", _count), ("shareable", "shareable", _yes),
)  # fmt: skip
