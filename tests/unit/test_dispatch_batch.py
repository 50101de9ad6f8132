"""A file of requests: every wrong cell has its line, column and reason, and a right file means what it says."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.batch import MOST_ROWS, OPTIONAL, REQUIRED, Known, read
from fleet.order import OrderType
from tests.unit.dispatch_day import NOW, ZONE

UNIT, PERSON = uuid4(), uuid4()
KNOWN = Known(units={"U1": UNIT}, people={"wang": PERSON}, zone=ZONE)
GOOD = {
    "start": "2026-11-20 09:00", "end": "2026-11-20T11:30:00+08:00", "from_name": "市政府", "from_lon": "116.0", "from_lat": "32.0",
    "to_name": "医院", "to_lon": "116.1", "to_lat": "32.0", "passengers": "3", "purpose": "meeting", "purpose_text": "开会, 第一天",
}  # fmt: skip


def text_of(*rows: dict[str, str], names: tuple[str, ...] = (*REQUIRED, *OPTIONAL)) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([row.get(name, "") for name in names])
    return out.getvalue()


def told(text: str) -> list[tuple[int, str | None, str]]:
    rows, errors = read(text, KNOWN, NOW)
    assert not (rows and not errors and not text)
    return [(each.line, each.column, each.reason) for each in errors]


def test_a_right_row_is_a_wish_in_civil_time_with_its_names_looked_up() -> None:
    more = {
        "unit": "U1",
        "requester": "wang",
        "luggage": "2",
        "round_trip": "否",
        "flexible_min": "15",
        "shareable": "是",
    }
    (row,), errors = read("\ufeff" + text_of(GOOD | more), KNOWN, NOW)
    assert errors == []
    draft = row.draft
    assert (row.line, draft.type, draft.unit_id, draft.requester_id) == (2, OrderType.BATCH, UNIT, PERSON)
    assert draft.planned_start_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert draft.planned_end_at - draft.planned_start_at == timedelta(hours=2, minutes=30)
    assert (draft.luggage, draft.round_trip, draft.shareable) == (2, False, True)
    assert draft.latest_start_at == draft.planned_start_at + timedelta(minutes=15)
    assert draft.purpose_text == "开会, 第一天"


CELLS = [
    ({"start": "tomorrow"}, "start", "not_an_instant"),
    ({"start": "2026-11-01 09:00", "end": "2026-11-01 10:00"}, "start", "past"),
    ({"end": "2026-11-20 09:00"}, "end", "not_after_start"),
    ({"from_lon": "116,0"}, "from_lon", "not_a_number"),
    ({"to_lat": "nan"}, "to_lat", "not_on_earth"),
    ({"to_lat": "91"}, "to_lat", "not_on_earth"),
    ({"passengers": "three"}, "passengers", "not_a_number"),
    ({"passengers": "²"}, "passengers", "not_a_number"),
    ({"passengers": "80"}, "passengers", "count"),
    ({"purpose": ""}, "purpose", "missing"),
    ({"purpose_text": "x" * 201}, "purpose_text", "length"),
    ({"unit": "U9"}, "unit", "unknown"),
    ({"requester": "nobody"}, "requester", "unknown"),
    ({"class": "tank"}, "class", "unknown"),
    ({"round_trip": "maybe"}, "round_trip", "not_true_or_false"),
    ({"contact_phone": "call"}, "contact_phone", "not_a_phone"),
    ({"wheelchairs": "9"}, "wheelchairs", "more_than_passengers"),
]


@pytest.mark.parametrize(("wrong", "column", "reason"), CELLS)
def test_each_wrong_cell_is_named_and_the_rows_beside_it_are_read(
    wrong: dict[str, str], column: str, reason: str
) -> None:
    rows, errors = read(text_of(GOOD, GOOD | wrong, GOOD), KNOWN, NOW)
    assert [(each.line, each.column, each.reason) for each in errors] == [(3, column, reason)]
    assert [row.line for row in rows] == [2, 4]


def test_every_wrong_cell_of_a_row_is_told_at_once() -> None:
    assert told(text_of(GOOD | {"from_lon": "x", "passengers": "x"})) == [
        (2, "from_lon", "not_a_number"),
        (2, "passengers", "not_a_number"),
    ]


def test_a_wrong_header_or_an_empty_file_stops_there() -> None:
    assert told("") == [(1, None, "empty")]
    assert told(text_of()) == [(1, None, "no_rows")]
    assert told("start,end,colour\n1,2,3") == [
        *((1, name, "missing_column") for name in REQUIRED if name not in ("start", "end")),
        (1, "colour", "unknown_column"),
    ]
    assert told(text_of(GOOD, names=(*REQUIRED, "start"))) == [(1, "start", "twice")]
    assert told('start,"end') == [(1, None, "not_csv")]
    assert told(text_of(GOOD) + "a,b\n") == [(3, None, "cells_differ")]
    assert told(text_of(*[GOOD] * (MOST_ROWS + 1))) == [(MOST_ROWS + 2, None, "too_many_rows")]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is sent, it is read or refused with a line."""
    rows, errors = read(text, KNOWN, NOW)
    assert rows or errors
    assert all(each.line >= 0 for each in errors)


@given(st.dictionaries(st.sampled_from((*REQUIRED, *OPTIONAL)), st.text(max_size=12), max_size=6))
def test_whatever_stands_in_the_cells_a_row_is_taken_or_its_cells_are_named(cells: dict[str, str]) -> None:
    rows, errors = read(text_of(GOOD | cells), KNOWN, NOW)
    assert bool(rows) != bool(errors)
