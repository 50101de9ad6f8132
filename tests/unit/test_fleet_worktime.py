"""The working calendar: fixtures of domain.md 10 and the edges people trip over."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from fleet.errors import Invalid
from fleet.worktime import Calendar, DayKind, built_in, parse_hours, stated_years

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return built_in(ZONE)


def days(*spans: tuple[str, str]) -> set[date]:
    found: set[date] = set()
    for first, last in spans:
        current = date.fromisoformat(first)
        while current <= date.fromisoformat(last):
            found.add(current)
            current += timedelta(days=1)
    return found


def test_2026_holiday_blocks_are_off(calendar: Calendar) -> None:
    blocks = days(
        ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    )  # fmt: skip
    assert all(calendar.day(one).kind.off for one in blocks)


@pytest.mark.parametrize("text", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_2026_working_weekends_are_make_up_workdays(calendar: Calendar, text: str) -> None:
    assert calendar.day(date.fromisoformat(text)).kind is DayKind.ADJUSTED_WORKDAY


def test_2026_has_248_working_days(calendar: Calendar) -> None:
    year = days(("2026-01-01", "2026-12-31"))
    assert sum(not calendar.day(one).kind.off for one in year) == 248


def test_every_day_since_2015_agrees_with_a_second_library(calendar: Calendar) -> None:
    china = holidays.country_holidays("CN", years=range(2015, 2027))
    for one in days(("2015-01-01", "2026-12-31")):
        assert calendar.day(one).kind.off is not china.is_working_day(one), one


def test_an_uncovered_year_is_weekday_or_weekend_and_provisional(calendar: Calendar) -> None:
    friday, saturday = calendar.day(date(2027, 1, 1)), calendar.day(date(2027, 1, 2))
    assert (friday.kind, friday.provisional) == (DayKind.WORKDAY, True)
    assert (saturday.kind, saturday.provisional) == (DayKind.WEEKEND, True)


def test_a_minute_belongs_to_the_civil_day_it_lies_in(calendar: Calendar) -> None:
    eve = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    assert not calendar.at(eve).kind.off
    assert calendar.at(eve + timedelta(seconds=1)).kind is DayKind.HOLIDAY
    assert calendar.midnight_after(eve) == eve + timedelta(seconds=1)


def test_a_make_up_workday_uses_mondays_hours(calendar: Calendar) -> None:
    hours = parse_hours({"mon": [["08:30", "12:00"]]})
    saturday = date(2026, 2, 14)
    assert hours.on(saturday, calendar.day(saturday).kind) == ((time(8, 30), time(12)),)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"monday": []}, "unknown_weekday"),
        ({"mon": [["8h"]]}, "not_a_time_interval"),
        ({"mon": 3}, "not_a_time_interval"),
    ],
)
def test_bad_hours_are_refused_with_their_reason(raw: dict[str, object], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_hours(raw)
    assert refused.value.params["reason"] == reason


def test_a_year_is_known_only_when_each_of_its_dates_is_stated() -> None:
    """One stated day of a year without a notice must not make the rest of it count as known."""
    whole = days(("2027-01-01", "2027-12-31"))
    assert stated_years(whole) == {2027}
    assert stated_years(whole - {date(2027, 7, 1)}) == frozenset()
    assert stated_years([*whole, date(2028, 1, 1)]) == {2027}
