"""Reads the instants locators write: ISO 8601 with an offset, or epoch seconds or milliseconds.

Result is UTC in whole milliseconds, which is the resolution the platform stores and the key of a fix.
"""

import math
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLAIN_UNTIL = (
    4e9  # seconds: up to the year 2096 the nearest microsecond to a whole millisecond in a float is that millisecond
)
MILLISECONDS_FROM = 1e11  # as seconds that is the year 5138, as milliseconds 1973


def read_instant(value: object) -> datetime:
    """Raises ValueError with a reason for anything that does not name one instant; no offset means no instant."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a time: neither text nor a number")  # noqa: TRY004 - one error for all bad times
    try:
        if isinstance(value, str):
            return _from_text(value)
        return from_number(value)
    except OverflowError as error:
        raise ValueError("outside the calendar") from error


def to_millisecond(instant: datetime) -> datetime:
    """Cut below a millisecond."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _from_text(text: str) -> datetime:
    instant = datetime.fromisoformat(text[:-1] + "Z" if text.endswith("z") else text)
    if instant.tzinfo is None:
        raise ValueError("time without an offset")
    return to_millisecond(instant.astimezone(UTC))


def from_number(number: float) -> datetime:
    """Epoch seconds, or milliseconds. Raises ValueError, OverflowError."""
    if 0 <= number < PLAIN_UNTIL:
        return datetime.fromtimestamp(math.floor(number * 1000 + 0.001) / 1000, UTC)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    if abs(number) >= MILLISECONDS_FROM:
        return EPOCH + timedelta(milliseconds=math.floor(number))
    # Here and above the thousandth of a millisecond undoes the binary rounding of a value like 1700000000.123.
    return EPOCH + timedelta(milliseconds=math.floor(number * 1000 + 0.001))
