"""Instants of requests can be reckoned with."""

import pytest
from pydantic import TypeAdapter, ValidationError

from web.shapes import Instant

INSTANT: TypeAdapter[object] = TypeAdapter(Instant)


@pytest.mark.parametrize("text", ["0001-01-01T00:02:00+01:00", "9999-12-31T23:59:59Z", "2026-11-29T08:00:00"])
def test_an_instant_at_the_ends_of_the_calendar_or_without_offset_is_refused(text: str) -> None:
    """Its local day would not exist: found by Schemathesis as a server error of a series that began in the year 1."""
    with pytest.raises(ValidationError):
        INSTANT.validate_python(text)


@pytest.mark.parametrize(
    "text", ["0002-01-01T00:00:00+14:00", "9998-12-31T23:59:59-12:00", "2026-11-29T08:00:00+08:00"]
)
def test_every_other_instant_is_taken(text: str) -> None:
    assert INSTANT.validate_python(text) is not None
