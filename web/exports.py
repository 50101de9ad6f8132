"""Lists as CSV or XLSX files for people who continue in a spreadsheet.

Cells that a spreadsheet would run as a formula are made plain text; every file names who took it, when,
the datum of coordinates, and whether rows were left out. What may be exported, and its audit row, is for
the routes.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook

MOST_ROWS = 50_000
DATUM = "WGS 84 (EPSG:4326), lon lat"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """What an exported file says about itself."""

    title: str
    taken_by: str
    taken_at: datetime
    truncated: bool  # True: more than MOST_ROWS rows matched


def guard_cell(value: object) -> str | int | float:
    """The value as a spreadsheet may hold it: numbers stay numbers, text never starts a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return value
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    text = text.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def as_csv(rows: Iterable[object], columns: Sequence[str], stamp: Stamp) -> bytes:
    """RFC 4180 with a byte order mark, which spreadsheets need to read Chinese as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(_stamp_rows(stamp))
    writer.writerow(columns)
    writer.writerows(_cells(row, columns) for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(rows: Iterable[object], columns: Sequence[str], stamp: Stamp) -> bytes:
    """One sheet: who and when, then the header, then the rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    for stamp_row in _stamp_rows(stamp):
        sheet.append(stamp_row)
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_printable(cell) for cell in _cells(row, columns)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def columns_of(row_type: type) -> list[str]:
    """The exportable columns of a row type, in the order they are declared."""
    if not is_dataclass(row_type):
        raise TypeError(f"{row_type.__name__} is not a row")
    return [field.name for field in fields(row_type)]


def _cells(row: Any, columns: Sequence[str]) -> list[str | int | float]:
    values = asdict(row)
    return [guard_cell(values[column]) for column in columns]


def _stamp_rows(stamp: Stamp) -> list[list[str | int | float]]:
    rows: list[list[object]] = [
        ["# title", stamp.title],
        ["# taken by", stamp.taken_by],
        ["# taken at", stamp.taken_at],
        ["# datum", DATUM],
    ]
    if stamp.truncated:
        rows.append(["# incomplete", f"only the first {MOST_ROWS} rows"])
    return [[guard_cell(cell) for cell in row] for row in rows]


def _printable(cell: str | int | float) -> str | int | float:
    """XLSX is XML: control characters other than tab and line ends cannot be written at all."""
    if not isinstance(cell, str):
        return cell
    return "".join(sign for sign in cell if sign >= " " or sign in "\t\r\n")
