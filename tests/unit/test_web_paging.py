"""Cursors of lists: they survive a URL and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.errors import Invalid
from web.paging import Cursor, decode_cursor, encode_cursor, page_request


@given(st.text(), st.none() | st.text(), st.text())
def test_a_cursor_survives_its_url(sort: str, value: str | None, row_id: str) -> None:
    """Any sort value, Chinese or empty, comes back as it was."""
    cursor = Cursor(sort=sort, value=value, row_id=row_id)
    assert decode_cursor(encode_cursor(cursor)) == cursor


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    """A made-up cursor never becomes a crash."""
    try:
        decode_cursor(text)
    except Invalid:
        return


def test_a_cursor_of_another_order_is_refused() -> None:
    """Continuing a list sorted by plate in a list sorted by time would skip rows silently."""
    cursor = encode_cursor(Cursor(sort="plate", value="A", row_id="1"))
    with pytest.raises(Invalid):
        page_request(limit=10, cursor=cursor, sort="-created_at", default_sort="plate")


@pytest.mark.parametrize(("asked", "given_limit"), [(0, 1), (10, 10), (10_000, 500)])
def test_limits_are_bounded(asked: int, given_limit: int) -> None:
    """Nobody reads the whole table in one page."""
    assert page_request(limit=asked, cursor=None, sort=None, default_sort="plate").limit == given_limit
