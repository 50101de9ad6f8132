"""Series: which days a pattern means around holidays and make-up workdays, and what an edit of a series has to change."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.repeating.pattern import (
    Difference,
    Holidays,
    Occurrence,
    Pattern,
    Standing,
    check_pattern,
    days_of,
    difference,
)
from fleet.errors import Invalid
from fleet.worktime import built_in

CALENDAR = built_in(ZoneInfo("Asia/Shanghai"))
OCTOBER = {"first_day": date(2026, 9, 28), "last_day": date(2026, 10, 18)}
D = date.fromisoformat


def told(**more: object) -> tuple[dict[str, str], dict[str, str]]:
    found, left = days_of(Pattern(**{**OCTOBER, **more}), CALENDAR, None)  # type: ignore[arg-type]
    return {str(each.day): str(each.on) for each in found}, {str(each.day): each.why for each in left}


def test_every_workday_leaves_out_the_national_days_and_takes_the_make_up_saturday() -> None:
    """2026: off 1 to 7 October, made up on Saturday 10 October (and 20 September)."""
    days, left = told()
    assert [day for day in days if "2026-10-01" <= day <= "2026-10-07"] == []
    assert "2026-10-10" in days
    assert "2026-10-11" not in days
    assert left == {}, "days off are no days of this pattern, so none is missing"


@pytest.mark.parametrize(
    ("holidays", "expected", "left"),
    [
        (Holidays.SKIP, {}, {"2026-10-01": "holiday"}),
        (Holidays.BEFORE, {"2026-10-01": "2026-09-30"}, {}),
        (
            Holidays.AFTER,
            {},
            {"2026-10-01": "merged"},
        ),  # the nearest workday after is the 8th, a Thursday of the pattern
    ],
)
def test_a_thursday_that_is_a_holiday_is_left_out_or_moved_to_the_workday_beside_it(
    holidays: Holidays, expected: dict[str, str], left: dict[str, str]
) -> None:
    days, out = told(weekdays=frozenset({4}), holidays=holidays)
    ordinary = {"2026-10-08": "2026-10-08", "2026-10-15": "2026-10-15"}
    assert (days, out) == (expected | ordinary, left)


def test_a_move_beyond_the_series_is_left_out_and_a_chosen_weekend_is_no_holiday() -> None:
    days, left = told(weekdays=frozenset({4}), holidays=Holidays.BEFORE, first_day=D("2026-10-01"))
    assert left == {"2026-10-01": "outside"}
    days, left = told(weekdays=frozenset({6}), first_day=D("2026-10-12"))
    assert (days, left) == ({"2026-10-17": "2026-10-17"}, {})


def test_every_second_week_counts_from_the_week_of_the_first_day() -> None:
    days, _ = told(weekdays=frozenset({1, 5}), every_weeks=2, first_day=D("2026-03-04"), last_day=D("2026-03-31"))
    assert list(days) == ["2026-03-06", "2026-03-16", "2026-03-20", "2026-03-30"]


def test_a_year_no_calendar_covers_goes_by_weekdays_and_says_so() -> None:
    pattern = Pattern(first_day=D("2026-12-31"), last_day=D("2027-01-04"))
    found, _ = days_of(pattern, CALENDAR, None)
    assert [(str(each.on), each.provisional) for each in found] == [
        ("2026-12-31", False),
        ("2027-01-01", True),
        ("2027-01-04", True),
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"last_day": D("2026-09-27")}, "last_day"),
        ({"last_day": D("2028-01-01")}, "last_day"),
        ({"weekdays": frozenset({8})}, "weekdays"),
        ({"every_weeks": 0}, "every_weeks"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused_by_its_field(more: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_pattern(Pattern(**{**OCTOBER, **more}))  # type: ignore[arg-type]
    assert refused.value.params["field"] == field


PATTERNS = st.builds(
    Pattern,
    first_day=st.dates(D("2026-01-01"), D("2026-12-01")),
    last_day=st.just(D("2027-01-10")),
    weekdays=st.frozensets(st.integers(1, 7)),
    every_weeks=st.integers(1, 3),
    holidays=st.sampled_from(Holidays),
)


@given(PATTERNS)
def test_no_day_takes_place_twice_or_on_a_holiday_and_every_day_of_the_pattern_is_accounted_for(
    pattern: Pattern,
) -> None:
    found, left = days_of(pattern, CALENDAR, None)
    assert len({each.on for each in found}) == len(found)
    assert {each.day for each in found}.isdisjoint({out.day for out in left})
    for each in found:
        assert pattern.first_day <= each.on <= pattern.last_day
        kind = CALENDAR.day(each.on).kind
        assert not kind.off or (kind == "weekend" and each.on == each.day and each.on.isoweekday() in pattern.weekdays)
    if pattern.weekdays and pattern.every_weeks == 1:
        span = (pattern.last_day - pattern.first_day).days + 1
        every = {pattern.first_day + timedelta(days=n) for n in range(span)}
        meant = {day for day in every if day.isoweekday() in pattern.weekdays}
        assert {each.day for each in found} | {out.day for out in left} == meant


@given(PATTERNS, PATTERNS, st.dates(D("2026-01-01"), D("2027-01-10")), st.integers(0, 6))
def test_doing_what_differs_makes_a_series_what_is_wanted_and_leaves_alone_what_must_stay(
    old: Pattern, new: Pattern, since: date, own_weekday: int
) -> None:
    """Any pattern edited into any other from any day on: the past and days edited on their own stay, nothing is doubled."""
    standing = {
        each.day: Standing(day=each.day, on=each.on, own=each.on.weekday() == own_weekday, provisional=each.provisional)
        for each in days_of(old, CALENDAR, None)[0]
    }
    wanted, _ = days_of(new, CALENDAR, None)
    todo = difference(wanted, list(standing.values()), since=since)
    after = dict(standing)
    for day in todo.to_cancel:
        del after[day]
    for each in (*todo.to_book, *todo.to_move):
        after[each.day] = Standing(day=each.day, on=each.on, own=False, provisional=each.provisional)
    for day, one in standing.items():
        if one.own or one.on < since:
            assert after[day] == one or (one.on < since and one.on != after[day].on >= since)
    assert difference(wanted, list(after.values()), since=since) == Difference(to_book=(), to_move=(), to_cancel=())


def test_what_was_edited_on_its_own_is_neither_moved_nor_called_off() -> None:
    day = D("2026-10-08")
    own = Standing(day=day, on=D("2026-10-09"), own=True, provisional=False)
    assert difference([Occurrence(day=day, on=day)], [own], since=day) == Difference(
        to_book=(), to_move=(), to_cancel=()
    )
    assert difference([], [own], since=day) == Difference(to_book=(), to_move=(), to_cancel=())
