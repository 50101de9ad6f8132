"""One plate, however it is typed: width, case, spaces, dots and dashes make no difference, other things are no plate."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.errors import Invalid
from fleet.vehicle import PLATE, plain_plate, plate_of

PLAIN = st.from_regex(PLATE, fullmatch=True)
BETWEEN = st.text(" \t　.·•‧・－-–—", max_size=3)


def wide(sign: str) -> str:
    """The full-width form of a letter or digit."""
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign


@given(PLAIN, st.data())
def test_every_way_to_write_a_plate_is_the_same_plate(plain: str, data: st.DataObject) -> None:
    written = "".join(data.draw(BETWEEN) + (wide(sign) if data.draw(st.booleans()) else sign.lower()) for sign in plain)
    assert plate_of(written) == plain


@given(st.text())
def test_the_plain_form_of_a_plain_form_is_itself(text: str) -> None:
    plain = plain_plate(text)
    assert plain_plate(plain) == plain
    assert unicodedata.is_normalized("NFKC", plain)


@pytest.mark.parametrize("written", ["晨A00001", "晨Ａ·００００１", "晨A·00001", "晨a - 00001", "晨Ａ・００００１"])
def test_the_plates_of_the_trial_are_one(written: str) -> None:
    assert plate_of(written) == "晨A00001"


@pytest.mark.parametrize(
    ("written", "reason"),
    [("", "empty"), (" · ", "empty"), ("晨", "not_a_plate"), ("A" * 13, "not_a_plate"), ("晨A_00001", "not_a_plate"),
     ("=1+1", "not_a_plate"), ("晨A\0001", "not_a_plate"), ("🚗A00001", "not_a_plate")],
)  # fmt: skip
def test_what_cannot_be_a_plate_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        plate_of(written)
    assert refused.value.params == {"field": "plate", "reason": reason}
