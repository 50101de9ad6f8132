"""The days of 2026 by what they are, as the State Council announced them (domain.md 10); written apart from the engine's calendar."""

from datetime import date, timedelta

HOLIDAYS = (
    ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"),
    ("06-19", "06-21"), ("09-25", "09-27"), ("10-01", "10-07"),
)  # fmt: skip
MAKE_UP = frozenset(
    date.fromisoformat(f"2026-{each}") for each in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
)
YEAR = tuple(date(2026, 1, 1) + timedelta(days=i) for i in range(365))


def off(on: date) -> bool:
    """A weekend or holiday nobody works on."""
    if on in MAKE_UP:
        return False
    return on.weekday() >= 5 or any(a <= on.isoformat()[5:] <= b for a, b in HOLIDAYS)


MARGIN = 3  # days at either end of the year are left out, so that a case stays inside it
INNER = YEAR[MARGIN:-MARGIN]
WORKDAYS = tuple(day for day in INNER if not off(day) and not off(day + timedelta(days=1)))  # and so is the next day
MAKE_UP_DAYS = tuple(sorted(day for day in MAKE_UP if day in INNER and not off(day)))
OFF_DAYS = tuple(day for day in INNER if off(day))
EVES = tuple(day for day in INNER if not off(day) and off(day + timedelta(days=1)))
LAST_OFF_DAYS = tuple(day for day in INNER if off(day) and not off(day + timedelta(days=1)))
