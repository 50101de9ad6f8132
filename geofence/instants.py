"""Instants as judging keeps them: epoch milliseconds in states and facts, aware datetimes at the edges."""

from datetime import UTC, datetime, timedelta

FAR_PAST_MS, FAR_FUTURE_MS = -(1 << 53), 1 << 53
EARLIEST_MS, LATEST_MS = -62_000_000_000_000, 253_000_000_000_000  # of the years 5 to 9987: any zone can write them
EPOCH_MS_FROM = 100_000_000_000  # a larger number is milliseconds


def instant(at_ms: int) -> datetime:
    """Epoch milliseconds -> aware UTC."""
    return datetime.fromtimestamp(at_ms // 1000, UTC) + timedelta(milliseconds=at_ms % 1000)


def epoch_ms(at: datetime) -> int:
    """Aware instant -> epoch milliseconds."""
    return round(at.timestamp() * 1000)


def instant_ms(value: object) -> int:
    """ISO 8601 with an offset, or epoch seconds or milliseconds. Raises ValueError."""
    text = str(value)
    try:
        number = float(text.replace("_", "?"))  # Python's own way of writing numbers is nobody else's
    except ValueError:
        at = datetime.fromisoformat(text[:-1] + "Z" if text.endswith("z") else text)
        if at.tzinfo is None:
            raise ValueError("no offset") from None
        at_ms = epoch_ms(at)
    else:
        if not abs(number) < 1e15:
            raise ValueError("not an instant")
        at_ms = round(number) if abs(number) >= EPOCH_MS_FROM else round(number * 1000)
    if not EARLIEST_MS <= at_ms <= LATEST_MS:
        raise ValueError("not an instant of a calendar")
    return at_ms
