"""Every boundary minute of 2024-2026 against the State Council's notices, and hours by season and over midnight.

The truth is written here by hand from the three notices (off from - to, and the weekend days worked in exchange) and the week;
nothing of the product is asked for it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fleet.errors import Invalid
from fleet.schedule import Schedule, Season, always, check_intervals, parse_seasons
from fleet.vehicle import Relation
from fleet.worktime import DayKind, built_in, parse_hours
from geofence.context import Context
from geofence.facts import CustodySpan, QuietHours, VehicleFacts
from geofence.instants import epoch_ms

ZONE = ZoneInfo("Asia/Shanghai")
OFF = {
    2024: ["01-01", "02-10 02-17", "04-04 04-06", "05-01 05-05", "06-10", "09-15 09-17", "10-01 10-07"],
    2025: ["01-01", "01-28 02-04", "04-04 04-06", "05-01 05-05", "05-31 06-02", "10-01 10-08"],
    2026: ["01-01 01-03", "02-15 02-23", "04-04 04-06", "05-01 05-05", "06-19 06-21", "09-25 09-27", "10-01 10-07"],
}
WORKED = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def dates() -> list[date]:
    return [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]


def off_days() -> set[date]:
    """By the notices and the week alone."""
    off = {on for on in dates() if on.weekday() >= 5}
    for year, blocks in OFF.items():
        for block in blocks:
            first, *rest = (date.fromisoformat(f"{year}-{text}") for text in block.split())
            off |= {first + timedelta(days=n) for n in range(((rest or [first])[0] - first).days + 1)}
    return off - {date.fromisoformat(f"{year}-{text}") for year, texts in WORKED.items() for text in texts.split()}


WORKED_DATES = set(dates()) - off_days()
# The minute an edge lies on, the one before it, and the last millisecond before it.
CLOCKS = ["00:00", "05:59", "06:00", "06:59", "07:00", "08:29", "08:30", "11:59", "12:00", "13:29", "13:30", "16:59"]
CLOCKS += ["17:00", "17:29", "17:30", "19:29", "19:30", "19:59", "20:00", "20:29", "20:30", "23:29", "23:30", "23:59"]


def minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def summer(on: date) -> bool:
    return 5 <= on.month <= 9


def office_quiet(on: date, at: int) -> bool:
    """Fixed clock times, 20:00 to 07:00."""
    return on in WORKED_DATES and not 7 * 60 <= at < 20 * 60


def seasonal_quiet(on: date, at: int) -> bool:
    """Summer 08:00-18:00, the rest of the year 08:30-17:30; 90 min before and 150 min after."""
    first, last = (8 * 60, 18 * 60) if summer(on) else (8 * 60 + 30, 17 * 60 + 30)
    return on in WORKED_DATES and not first - 90 <= at < last + 150


def night_quiet(on: date, at: int) -> bool:
    """Hours from 22:00 to 06:00 of the next date: allowed from 20:30 to 08:30, if yesterday was worked also this morning."""
    this_morning = on - timedelta(days=1) in WORKED_DATES and at < 8 * 60 + 30
    return on in WORKED_DATES and not this_morning and at < 20 * 60 + 30


def week(start: str, end: str) -> dict[str, list[list[str]]]:
    return {name: [[start, end]] for name in ("mon", "tue", "wed", "thu", "fri")}


SEASONAL = Schedule(
    seasons=(
        Season(hours=parse_hours(week("08:30", "17:30"))),
        Season(hours=parse_hours(week("08:00", "18:00")), months=("05-01", "09-30")),
    )
)
NIGHT = always(parse_hours(week("22:00", "06:00")))


@pytest.mark.parametrize(
    ("schedule", "own", "truth"),
    [(None, False, office_quiet), (SEASONAL, True, seasonal_quiet), (NIGHT, True, night_quiet)],
    ids=["clock", "seasons", "over midnight"],
)
def test_every_boundary_minute_of_three_years(
    schedule: Schedule | None, own: bool, truth: Callable[[date, int], bool]
) -> None:
    """Each date 2024-2026 at each edge, the minute before and the millisecond before: off, worked, quiet as announced."""
    facts = VehicleFacts(
        vehicle_id="v",
        calendar=built_in(ZONE),
        custody=(CustodySpan(relation=Relation.USER, unit_id="u"),),
        user_recorded=True,
        hours={} if schedule is None else {"u": schedule},
        quiet=QuietHours(use_work_hours=own),
    )
    context = Context(facts)
    wrong = []
    for on in dates()[1:]:  # what 31 December 2023 was is not in the table
        for clock in CLOCKS:
            for seconds in (0.0, 59.999):
                at = datetime.combine(on, time.fromisoformat(clock), ZONE) + timedelta(seconds=seconds)
                regime = context.regime(epoch_ms(at))
                if (regime.day.kind.off, regime.quiet) != (on not in WORKED_DATES, truth(on, minute(clock))):
                    wrong.append((at, regime))
                assert not regime.day.provisional
    assert wrong == []


def test_the_table_has_the_working_days_the_notices_leave() -> None:
    """A slip of the table shows here: 251, 248 and 248 working days (domain.md 10 names the last)."""
    assert [sum(on.year == year for on in WORKED_DATES) for year in (2024, 2025, 2026)] == [251, 248, 248]


@pytest.mark.parametrize(
    ("on", "hours"),
    [
        ("2026-04-30", "08:30"),
        ("2026-05-01", "08:00"),
        ("2026-09-30", "08:00"),
        ("2026-10-01", "08:30"),
        ("2026-12-31", "09:00"),
        ("2027-02-28", "09:00"),
        ("2027-03-01", "08:30"),
        ("2026-07-06", "07:00"),
        ("2026-07-10", "07:00"),
        ("2026-07-11", "08:00"),
    ],
)
def test_the_narrowest_row_of_a_date_holds_its_ends_included(on: str, hours: str) -> None:
    """Summer, a winter over New Year, and five dates of their own inside the summer."""
    rows = [
        {"from": "12-01", "to": "02-29", "work_hours": {"mon": [["09:00", "17:00"]]}},
        {"from": "2026-07-06", "to": "2026-07-10", "work_hours": {"mon": [["07:00", "13:00"]]}},
        {"from": "05-01", "to": "09-30", "work_hours": {"mon": [["08:00", "18:00"]]}},
        {"work_hours": {"mon": [["08:30", "17:30"]]}},
    ]
    schedule = Schedule(seasons=parse_seasons(rows, field="seasons"))
    found = schedule.hours_on(date.fromisoformat(on))
    assert found is not None
    assert found.by_weekday["mon"][0][0] == time.fromisoformat(hours)


def test_a_date_no_row_covers_has_no_hours() -> None:
    """Missing hours are nothing, which callers must never take as allowed."""
    only_summer = Schedule(seasons=(SEASONAL.seasons[1],))
    assert only_summer.hours_on(date(2026, 4, 30)) is None
    assert only_summer.on(date(2026, 4, 30), DayKind.WORKDAY) == ()


@pytest.mark.parametrize(
    ("at", "working"),
    [
        ("2026-03-12 21:59", False),
        ("2026-03-12 22:00", True),
        ("2026-03-13 05:59", True),
        ("2026-03-13 06:00", False),
        ("2026-03-14 05:59", True),  # Saturday: Friday's shift goes on
        ("2026-03-14 22:00", False),
        ("2026-02-14 22:00", True),  # a make-up Saturday uses Monday's row
        ("2026-02-15 05:59", True),
    ],
)
def test_a_window_over_midnight_belongs_to_the_date_it_began_on(at: str, working: bool) -> None:
    assert NIGHT.working(built_in(ZONE), datetime.fromisoformat(f"{at}:00+08:00").astimezone(UTC)) is working


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"from": "02-30", "to": "05-01"}, "s[0].from"),
        ({"from": "05-01", "to": "9-30"}, "s[0].from"),
        ({"from": "2026-05-02", "to": "2026-05-01"}, "s[0].to"),
        ({"from": "2026-05-32"}, "s[0].from"),
        ({"work_hours": {"mon": [["8", "9"]]}}, "s[0].work_hours.mon"),
        ("summer", "s[0]"),
    ],
)
def test_rows_nobody_can_read_are_refused_by_their_key(row: object, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_seasons([row], field="s")
    assert refused.value.params["field"] == field


@pytest.mark.parametrize(
    ("intervals", "fine"),
    [
        ([("08:00", "12:00"), ("12:00", "18:00")], True),
        ([("00:00", "24:00")], True),
        ([("22:00", "06:00")], True),
        ([("08:00", "12:00"), ("11:59", "18:00")], False),
        ([("13:00", "18:00"), ("08:00", "12:00")], False),
        ([("08:00", "12:00"), ("22:00", "08:01")], False),
    ],
)
def test_intervals_that_overlap_are_refused(intervals: list[tuple[str, str]], fine: bool) -> None:
    parsed = parse_hours({"mon": intervals}).by_weekday["mon"]
    if fine:
        check_intervals(parsed, field="work_hours.mon")
        return
    with pytest.raises(Invalid):
        check_intervals(parsed, field="work_hours.mon")


def test_a_day_of_one_unit_is_that_units_alone() -> None:
    """A unit's anniversary: off for it, also in a year nobody announced; for everybody else the notice holds."""
    own = {date(2026, 3, 11): (DayKind.HOLIDAY, "校庆"), date(2027, 3, 11): (DayKind.HOLIDAY, "校庆")}
    calendar = replace(built_in(ZONE), of_units={"u": own})
    assert calendar.day(date(2026, 3, 11), "u").kind is DayKind.HOLIDAY
    assert calendar.day(date(2026, 3, 11), "other").kind is DayKind.WORKDAY
    assert calendar.day(date(2026, 3, 11)).kind is DayKind.WORKDAY
    assert not calendar.day(date(2027, 3, 11), "u").provisional
    custody = (CustodySpan(relation=Relation.USER, unit_id="u"),)
    facts = VehicleFacts(vehicle_id="v", calendar=calendar, custody=custody, user_recorded=True)
    noon = datetime(2026, 3, 11, 12, tzinfo=ZONE)
    assert Context(facts).regime(epoch_ms(noon)).day.kind is DayKind.HOLIDAY


def test_sealing_and_repair_hold_from_their_first_to_before_their_last_instant() -> None:
    """Half-open spans, also overlapping ones; the regime ends where one of them begins or ends."""
    start, end = epoch_ms(datetime(2026, 10, 1, tzinfo=ZONE)), epoch_ms(datetime(2026, 10, 8, tzinfo=ZONE))
    hour = 3_600_000
    facts = VehicleFacts(
        vehicle_id="v",
        calendar=built_in(ZONE),
        sealed=((start, end), (end - hour, end)),
        in_repair=((end, end + hour),),
    )
    context = Context(facts)
    told = [(context.regime(at).sealed, context.regime(at).in_repair) for at in (start - 1, start, end - 1, end)]
    assert told == [(False, False), (True, False), (True, False), (False, True)]
    assert context.regime(end + hour // 2).until_ms == end + hour
