"""How far the calendar reaches, what is asked for in time, and what an import would change: going live in January 2027."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet.calendars.change import HoursChange, What, as_json, read_change, replaced
from fleet.calendars.coverage import Stage, coverage
from fleet.calendars.difference import differences, remarks, worked
from fleet.calendars.notice import notice_days, read_notice
from fleet.errors import Invalid
from fleet.schedule import Schedule, parse_seasons
from fleet.worktime import Calendar, DayKind, built_in, stated_years
from tests.unit.test_fleet_calendar_notice import TEXTS

CALENDAR = built_in(ZoneInfo("Asia/Shanghai"))
NOTICE_2027: dict[str, Any] = {
    "year": 2027,
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "春节", "date": "2027-02-05", "isOffDay": True},
        {"name": "春节", "date": "2027-02-20", "isOffDay": False},
        *({"name": "劳动节", "date": f"2027-05-0{n}", "isOffDay": True} for n in (1, 2)),
        *({"name": "国庆节", "date": f"2027-10-0{n}", "isOffDay": True} for n in (1, 2, 3)),
    ],
}


def known(calendar: Calendar, notice: dict[str, object]) -> Calendar:
    _, days = notice_days(notice)
    all_days = {**calendar.days, **days}
    return replace(calendar, days=all_days, covered_years=stated_years(all_days))


@pytest.mark.parametrize(
    ("today", "stage", "missing", "in_days"),
    [
        ("2026-10-31", Stage.COVERED, 2027, 62),
        ("2026-11-01", Stage.ASKED, 2027, 61),
        ("2026-11-30", Stage.ASKED, 2027, 32),
        ("2026-12-01", Stage.URGENT, 2027, 31),
        ("2026-12-31", Stage.URGENT, 2027, 1),
        ("2027-01-01", Stage.PROVISIONAL, 2027, 0),
        ("2027-06-30", Stage.PROVISIONAL, 2027, -180),
        ("2028-01-01", Stage.PROVISIONAL, 2028, 0),
    ],
)
def test_next_year_is_asked_for_in_time_and_a_year_that_has_begun_is_provisional(
    today: str, stage: Stage, missing: int, in_days: int
) -> None:
    """60 days ahead at the latest; on 1 January the notice that did not come is said in other words."""
    found = coverage(CALENDAR, date.fromisoformat(today))
    assert (found.stage, found.missing_year, found.begins_in_days) == (stage, missing, in_days)


def test_going_live_in_january_2027_with_and_without_the_notice() -> None:
    """New Year's Day is provisional until the notice is there, then a holiday; nothing is asked for until November."""
    new_year = date(2027, 1, 1)
    assert CALENDAR.day(new_year).provisional
    assert CALENDAR.day(new_year).kind is DayKind.WORKDAY
    after = known(CALENDAR, NOTICE_2027)
    assert (after.day(new_year).kind, after.day(new_year).provisional) == (DayKind.HOLIDAY, False)
    assert not any(after.day(new_year + timedelta(days=n)).provisional for n in range(365))
    assert after.day(date(2028, 1, 1)).provisional
    assert coverage(after, new_year).stage is Stage.COVERED
    assert (coverage(after, new_year).last_year, coverage(after, date(2027, 11, 1)).stage) == (2027, Stage.ASKED)


def test_a_hole_in_the_years_is_not_covered_by_a_later_one() -> None:
    """2028 imported by mistake says nothing of 2027."""
    only_2028 = known(CALENDAR, {"year": 2028, "days": [{"name": "元旦", "date": "2028-01-01", "isOffDay": True}]})
    found = coverage(only_2028, date(2027, 1, 1))
    assert (found.last_year, found.missing_year, found.stage) == (2026, 2027, Stage.PROVISIONAL)


def test_differences_are_only_what_changes_and_say_whether_it_matters() -> None:
    _, days = notice_days(NOTICE_2027)
    found = {each.day: each for each in differences(CALENDAR, days)}
    assert set(found) == {date.fromisoformat(str(each["date"])) for each in NOTICE_2027["days"]}
    saturday = found[date(2027, 2, 20)]
    assert (saturday.before, saturday.provisional, saturday.after) == (DayKind.WEEKEND, True, DayKind.ADJUSTED_WORKDAY)
    assert saturday.effect
    assert not found[date(2027, 5, 1)].effect  # a Saturday: off it was, off it stays
    assert differences(known(CALENDAR, NOTICE_2027), days) == []


def test_what_looks_odd_is_remarked_and_an_ordinary_notice_is_not() -> None:
    """2024-2026 as they were bring no remark but that the year is known; a forgotten National Day does."""
    for year, text in TEXTS.items():
        notice = read_notice(text)
        assert [each.code for each in remarks(CALENDAR, year, notice.days, notice.named)] == ["year_stated"]
    seven = NOTICE_2027["days"] + [{"name": "春节", "date": "2027-02-21", "isOffDay": False}]
    _, days = notice_days({"year": 2027, "days": seven})
    said = [(each.code, each.day, each.count) for each in remarks(CALENDAR, 2027, days, frozenset())]
    assert said[0] == ("long_run", date(2027, 2, 15), 12)
    thin = read_notice("现将2027年节假日安排\n一、国庆节：10月1日至2日放假。", year=None)
    codes = [(each.code, each.day) for each in remarks(CALENDAR, 2027, thin.days, thin.named)]
    assert ("holiday_worked", date(2027, 1, 1)) in codes
    assert not any(code == "year_stated" for code, _ in codes)
    assert worked(CALENDAR.day(date(2026, 1, 1) + timedelta(days=n)).kind for n in range(365)) == 248


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        (What.DAYS, {"year": "2027"}, "year"),
        (What.DAYS, {"year": 2027, "days": [{"date": "2027-01-01", "kind": None}]}, "days.2027-01-01.kind"),
        (What.LOCAL, {"days": []}, "days"),
        (What.LOCAL, {"days": [{"date": "2027-13-01", "kind": "holiday"}]}, "days[0].date"),
        (What.LOCAL, {"days": [{"date": "2027-01-01", "kind": "feast"}]}, "days[0].kind"),
        (What.LOCAL, {"days": [{"date": "2027-01-01", "kind": "holiday"}] * 2}, "days[1].date"),
        (What.HOURS, {"seasons": {}}, "seasons"),
        (What.HOURS, {"seasons": [{"work_hours": {}}]}, "seasons[0].work_hours"),
        (
            What.HOURS,
            {"seasons": [{"work_hours": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}]},
            "seasons[0].work_hours.mon",
        ),
        (What.SEALING, {"name": ""}, "name"),
        (What.SEALING, {"name": "x", "from": "2026-10-01", "to": "2026-10-02"}, "from"),
        (What.SEALING, {"name": "x", "from": "2026-10-02T00:00:00Z", "to": "2026-10-01T00:00:00Z"}, "to"),
        (What.SEALING, {"name": "x", "from": "2026-10-02T00:00:00Z", "to": "2028-10-01T00:00:00Z"}, "to"),
        (
            What.SEALING,
            {"name": "x", "from": "2026-10-01T00:00:00Z", "to": "2026-10-02T00:00:00Z", "vehicle_classes": ["tank"]},
            "vehicle_classes",
        ),
    ],
)
def test_a_change_nobody_can_put_in_force_is_refused_by_its_key(
    what: What, body: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_change(what, body)
    assert refused.value.params["field"] == field


def test_a_change_kept_as_json_is_the_same_change() -> None:
    """What is proposed is what comes into force."""
    seal: dict[str, object] = {
        "name": "国庆",
        "from": "2026-09-30T18:00:00+08:00",
        "to": "2026-10-08T00:00:00+08:00",
        "keeper": "值班室",
    }
    bodies: list[tuple[What, dict[str, object]]] = [
        (What.LOCAL, {"days": [{"date": "2026-07-08", "kind": "holiday", "name": "台风"}, {"date": "2026-07-09"}]}),
        (What.HOURS, {"since": "2026-05-01", "seasons": [{"from": "05-01", "to": "09-30", "work_hours": {"mon": [["22:00", "06:00"]]}}]}),
        (What.SEALING, seal),
    ]  # fmt: skip
    for what, body in bodies:
        change = read_change(what, body)
        assert read_change(what, as_json(change)) == change


def test_new_hours_from_a_date_leave_what_held_before() -> None:
    """Old rows end where the new ones begin; dates before keep their hours, a base row does not outdo a season."""
    old = parse_seasons(
        [{"work_hours": {"mon": [["08:30", "17:30"]]}}, {"from": "05-01", "to": "09-30", "work_hours": {"mon": [["08:00", "18:00"]]}}],
        field="s",
    )  # fmt: skip
    new = HoursChange(
        seasons=parse_seasons([{"work_hours": {"mon": [["09:00", "17:00"]]}}], field="s"), since=date(2026, 7, 1)
    )
    once = replaced(old, new)
    later = replaced(once, replace(new, since=date(2026, 8, 1)))
    for rows in (once, later):
        schedule = Schedule(seasons=rows)
        hours = [
            schedule.on(on, DayKind.WORKDAY)[0][0].strftime("%H:%M")
            for on in (date(2026, 4, 27), date(2026, 6, 29), date(2026, 7, 6), date(2026, 8, 3))
        ]
        assert hours == ["08:30", "08:00", "09:00", "09:00"]
