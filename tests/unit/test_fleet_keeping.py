"""Terms of keeping: cutoffs by the calendar, and which nightly run is due, whatever the clock does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fleet.keeping.terms import cutoffs, last_due, missed, months_before

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("now", "months", "wanted"),
    [
        (datetime(2026, 11, 28, 12, tzinfo=UTC), 12, datetime(2025, 11, 28, 12, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2023, 2, 28, tzinfo=UTC)),
        (datetime(2026, 3, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), 24, datetime(2024, 1, 15, tzinfo=UTC)),
    ],
)
def test_months_are_months_of_the_calendar(now: datetime, months: int, wanted: datetime) -> None:
    assert months_before(now, months) == wanted


def test_each_class_has_its_own_end() -> None:
    """12 months raw, 24 months thinned, 30 days of payloads, three years of audit."""
    at = cutoffs(datetime(2026, 11, 28, tzinfo=UTC))
    assert (at.raw_fixes.year, at.thinned_fixes.year, at.audit.year) == (2025, 2024, 2023)
    assert at.raw_payloads == datetime(2026, 10, 29, tzinfo=UTC)


def test_a_run_is_due_at_three_in_the_civil_night() -> None:
    before, after = datetime(2026, 11, 27, 18, 59, tzinfo=UTC), datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
    assert last_due(after, SHANGHAI) - last_due(before, SHANGHAI) == timedelta(days=1)
    assert last_due(after, SHANGHAI) == after


def test_every_night_has_one_run_also_where_the_clocks_change() -> None:
    """A year of looks every 20 minutes in a zone with summer time: 366 instants, one day apart, none missed."""
    look = start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    seen: list[datetime] = []
    while look < start + timedelta(days=366):
        due = last_due(look, NEW_YORK)
        if not seen or due > seen[-1]:
            assert missed(seen[-1] if seen else None, due) == 0
            seen.append(due)
        look += timedelta(minutes=20)
    assert len(seen) == 367


def test_missed_runs_are_counted() -> None:
    due = datetime(2026, 11, 28, 3, tzinfo=SHANGHAI)
    assert missed(None, due) == 0
    assert missed(due - timedelta(days=1), due) == 0
    assert missed(due - timedelta(days=4), due) == 3
