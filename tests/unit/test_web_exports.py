"""Exported files open safely in a spreadsheet and say where they come from."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from web.exports import Stamp, as_csv, as_xlsx, columns_of, guard_cell

STAMP = Stamp(title="vehicles", taken_by="=a", taken_at=datetime(2026, 2, 14, tzinfo=UTC), truncated=False)
DANGEROUS = set("=+-@\t\r\n\0＝＋－＠")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of a list."""

    plate: str
    note: str | None
    distance_m: float | None


@given(st.text())
def test_no_text_cell_starts_a_formula(text: str) -> None:
    """Whatever a person typed into a note, the spreadsheet shows it as text."""
    cell = guard_cell(text)
    assert isinstance(cell, str)
    assert not cell or cell.lstrip(" ")[:1] not in DANGEROUS


def test_numbers_stay_numbers() -> None:
    """A negative number is not text with a minus."""
    assert guard_cell(-1.5) == -1.5
    assert guard_cell(None) == ""


@given(st.text(), st.none() | st.text())
def test_csv_reads_back_as_rows(plate: str, note: str | None) -> None:
    """Commas, quotes and line ends inside a cell do not break the file."""
    data = as_csv([Line(plate=plate, note=note, distance_m=2.5)], columns_of(Line), STAMP)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1] == ["# taken by", "'=a"]
    assert rows[4] == ["plate", "note", "distance_m"]
    assert rows[5] == [guard_cell(plate), guard_cell(note), "2.5"]


@given(st.text(max_size=50))
def test_xlsx_accepts_any_text_without_formulas(note: str) -> None:
    """Control characters do not make the file unreadable and no cell is a formula."""
    sheet = load_workbook(
        io.BytesIO(as_xlsx([Line(plate="沪A00001", note=note, distance_m=None)], columns_of(Line), STAMP))
    )["data"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_truncated_file_says_so() -> None:
    """Nobody counts a cut list as complete."""
    cut = Stamp(title="vehicles", taken_by="a", taken_at=STAMP.taken_at, truncated=True)
    assert "# incomplete" in as_csv([], ["plate"], cut).decode()
