"""Lists as CSV or XLSX files for people who continue in a spreadsheet.

The first row is the header; what the file says about itself (who took it, when, which filter, the datum of coordinates,
whether rows were left out) follows on a sheet of its own, in CSV below the rows. Cells that a spreadsheet would run as a
formula are made plain text. What may be exported, and its audit row, is for the routes.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MOST_ROWS = 50_000
DATUM = "WGS 84 (EPSG:4326)"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_INSTANT, _DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"

Cell = str | int | float | datetime | date | None  # a datetime is civil time without a zone: the header names it


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A list as people read it, and what it says about itself."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    facts_title: str
    facts: Sequence[tuple[str, str]]


def guard_cell(value: Cell) -> str | int | float | datetime | date:
    """The value as a spreadsheet may hold it: numbers and times stay what they are, text never starts a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float | datetime | date):
        return value
    # First what no file keeps: a control character that falls away must not uncover the sign behind it. XLSX is XML
    # and holds none of them but tab and line ends.
    text = "".join(sign for sign in value if sign >= " " or sign in "\t\r\n")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def as_csv(sheet: Sheet) -> bytes:
    """RFC 4180 with a byte order mark, which spreadsheets need to read Chinese as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    facts = [[], [sheet.facts_title], *sheet.facts]
    for row in (sheet.header, *sheet.rows, *facts):
        writer.writerow([_written(guard_cell(cell)) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """Two sheets: the list with a header that stays in sight, and what the file says about itself."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title[:31])
    page.freeze_panes = "A2"
    for number, width in enumerate(_widths(sheet), start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    bold = [WriteOnlyCell(page, name) for name in sheet.header]  # our own words
    for cell in bold:
        cell.font = Font(bold=True)
    page.append(bold)
    for row in sheet.rows:
        page.append([guard_cell(cell) for cell in row])
    about = book.create_sheet(sheet.facts_title[:31])
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 64
    for fact in sheet.facts:
        about.append([guard_cell(cell) for cell in fact])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _widths(sheet: Sheet) -> list[int]:
    """Wide enough for the header and the first rows; a Chinese character takes two places."""
    shown = [sheet.header, *sheet.rows[:50]]
    longest = [max(_places(cell) for cell in column) for column in zip(*shown, strict=True)]
    return [min(max(places + 2, 8), 60) for places in longest]


def _places(cell: Cell) -> int:
    return sum(2 if sign > "\u2e7f" else 1 for sign in str(_written(guard_cell(cell))))


def _written(cell: str | int | float | datetime | date) -> str | int | float:
    if isinstance(cell, datetime):
        return cell.strftime(_INSTANT)
    return cell.strftime(_DAY) if isinstance(cell, date) else cell
