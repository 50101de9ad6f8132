"""R03 and R04: quiet hours of workdays, weekends, holidays and make-up days, to the minute, in the tenant's civil time."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet.worktime import built_in
from geofence.context import Context
from geofence.facts import QuietHours, VehicleFacts
from geofence.instants import epoch_ms, instant
from tests.unit.geofence_cases import (
    DEPOT,
    ONLY_MOVES,
    SILENT,
    Fix,
    at,
    context,
    day,
    driven,
    judged,
    order,
    out_and_parked,
    parked,
    rules_of,
)

ALL_DAY = ("01-01 00:00", "12-31 23:00")
HOURS = {name: [["08:30", "12:00"], ["13:30", "17:30"]] for name in ("mon", "tue", "wed", "thu", "fri")}


def covered(**approved: bool) -> list[dict[str, Any]]:
    """A standing order over everything, so that only the hour and the day matter."""
    return [order("03-01 00:00", "03-31 00:00", type="standing", **approved)]


def found(folder: Path, start: str, **more: Any) -> list[tuple[str, str, str]]:
    about = context(**{"orders": covered(), "vehicle": ONLY_MOVES, **more})
    return [(each.rule, str(each.judgement), each.severity) for each in judged(folder, out_and_parked(start), about)]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param("03-11 19:49", [], id="back before 20:00"),
        pytest.param("03-11 20:00", ["R03"], id="leaves at 20:00"),
        pytest.param("03-11 19:55", ["R03"], id="on the road at 20:00"),
        pytest.param("03-11 06:40", ["R03"], id="back before 07:00"),
        pytest.param("03-11 07:00", [], id="leaves at 07:00"),
        pytest.param("03-11 12:15", [], id="lunch never counts"),
        pytest.param("02-14 10:00", [], id="make-up Saturday by day"),
        pytest.param("02-14 21:00", ["R03"], id="make-up Saturday at night"),
        pytest.param("03-14 10:00", ["R04"], id="Saturday"),
        pytest.param("03-14 21:00", ["R04"], id="Saturday night is R04 alone"),
        pytest.param("02-18 10:00", ["R04"], id="Spring Festival, a Wednesday"),
        pytest.param("05-04 10:00", ["R04"], id="adjusted rest on a Monday"),
    ],
)
def test_each_hour_of_each_kind_of_day(tmp_path: Path, start: str, expected: list[str]) -> None:
    orders = [order("01-01 00:00", "06-30 00:00", type="standing")]
    assert [rule for rule, *_ in found(tmp_path, start, orders=orders)] == expected


def test_an_episode_begins_and_ends_on_the_boundary(tmp_path: Path) -> None:
    """Half-open spans: on the road from 19:55 it begins at 20:00 sharp, from 06:55 it ends at 07:00 sharp."""
    evening, morning = (
        judged(tmp_path / start[-2:], out_and_parked(start), context(orders=covered()))
        for start in ("03-11 19:55", "03-11 06:55")
    )
    assert instant(evening[0].started_ms) == at("03-11 20:00")
    assert instant(evening[0].detected_ms) == at("03-11 20:00:30")  # 200 m after it began
    assert morning[0].ended_ms is not None
    assert instant(morning[0].ended_ms) == at("03-11 07:00")


def test_over_midnight_each_minute_belongs_to_its_own_date(tmp_path: Path) -> None:
    """Friday 23:55 to Saturday 00:05: R03 until midnight, R04 from midnight."""
    friday, saturday = judged(tmp_path, out_and_parked("03-13 23:55"), context(orders=covered()))
    assert (friday.rule, saturday.rule) == ("R03", "R04")
    assert friday.ended_ms == saturday.started_ms == epoch_ms(at("03-14 00:00"))


@pytest.mark.parametrize(
    ("start", "approved", "expected"),
    [
        ("03-11 21:00", {"off_hours_approved": True}, []),
        ("03-11 21:00", {"holiday_approved": True}, ["R03"]),
        ("03-14 10:00", {"holiday_approved": True}, []),
        ("03-14 10:00", {"off_hours_approved": True}, ["R04"]),
    ],
)
def test_each_rule_has_its_own_approval(
    tmp_path: Path, start: str, approved: dict[str, bool], expected: list[str]
) -> None:
    assert [rule for rule, *_ in found(tmp_path, start, orders=covered(**approved))] == expected


def test_without_an_order_off_hours_use_is_red(tmp_path: Path) -> None:
    """Two grounds, never merged: R01 and R03, both red; under an order R03 is yellow."""
    assert found(tmp_path / "a", "03-11 21:00", orders=[]) == [("R01", "suspected", "R"), ("R03", "suspected", "R")]
    assert found(tmp_path / "b", "03-11 21:00") == [("R03", "suspected", "Y")]


def test_an_uncovered_year_is_provisional(tmp_path: Path) -> None:
    """2027 is not announced: at most yellow, undetermined, and it says why."""
    about = context(orders=[order("2027-01-01 00:00", "2027-01-31 00:00", type="standing")])
    night = judged(tmp_path / "night", out_and_parked("2027-01-05 21:00"), about)
    weekend = judged(tmp_path / "weekend", out_and_parked("2027-01-09 10:00"), about)
    for (each,), rule in ((night, "R03"), (weekend, "R04")):
        assert (each.rule, str(each.judgement), each.severity) == (rule, "undetermined", "Y")
        assert each.metrics["calendar"] == "provisional"


def test_an_overlay_of_the_case_settles_a_provisional_day(tmp_path: Path) -> None:
    about = context(
        orders=[order("2027-01-01 00:00", "2027-01-31 00:00", type="standing")],
        calendar=[{"date": "2027-01-09", "kind": "adjusted_workday"}, {"date": "2027-01-05", "kind": "workday"}],
    )
    assert judged(tmp_path / "weekend", out_and_parked("2027-01-09 10:00"), about) == []
    assert rules_of(judged(tmp_path / "night", out_and_parked("2027-01-05 21:00"), about)) == [("R03", "suspected")]


def test_own_hours_widen_and_narrow(tmp_path: Path) -> None:
    """use_work_hours: 90 min before the first and 150 min after the last interval of the using unit."""
    late = {**HOURS, "wed": [["12:00", "21:00"]]}
    about = {"units": [{"id": "u1", "work_hours": late}], "rules": {"R03": {"use_work_hours": True}}}
    assert found(tmp_path / "a", "03-11 23:15", **about) == []
    assert [rule for rule, *_ in found(tmp_path / "b", "03-11 23:35", **about)] == ["R03"]
    assert [rule for rule, *_ in found(tmp_path / "c", "03-11 10:10", **about)] == ["R03"]
    assert found(tmp_path / "d", "03-11 10:30", **about) == []


def test_a_make_up_workday_without_a_row_uses_mondays(tmp_path: Path) -> None:
    """Saturday 14 February is worked; Monday's hours end at 22:00, so 23:00 is not yet quiet."""
    hours = {**HOURS, "mon": [["08:30", "22:00"]]}
    about = {
        "orders": [order("02-01 00:00", "02-28 00:00", type="standing")],
        "rules": {"R03": {"use_work_hours": True}},
    }
    assert found(tmp_path / "a", "02-14 23:00", units=[{"id": "u1", "work_hours": hours}], **about) == []
    own = {**hours, "sat": [["08:30", "12:00"]]}
    assert [r for r, *_ in found(tmp_path / "b", "02-14 23:00", units=[{"id": "u1", "work_hours": own}], **about)] == [
        "R03"
    ]


@pytest.mark.parametrize(
    ("start", "end", "quiet", "loud"),
    [
        ("20:00", "07:00", ["20:00", "23:59", "00:00", "06:59"], ["07:00", "12:30", "19:59"]),
        ("12:00", "13:00", ["12:00", "12:59"], ["11:59", "13:00", "00:00", "23:59"]),
        ("00:00", "06:00", ["00:00", "05:59"], ["06:00", "23:59"]),
        ("22:30", "22:30", [], ["00:00", "12:00", "22:30"]),
    ],
)
def test_windows_of_every_kind(start: str, end: str, quiet: list[str], loud: list[str]) -> None:
    """Over midnight, inside the day, from midnight, and none at all."""
    hours = QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end))
    facts = VehicleFacts(vehicle_id="v1", calendar=built_in(ZoneInfo("Asia/Shanghai")), quiet=hours)
    for clock in quiet + loud:
        regime = Context(facts).regime(epoch_ms(at(f"03-11 {clock}")))
        assert regime.quiet is (clock in quiet), clock
        assert regime.from_ms <= epoch_ms(at(f"03-11 {clock}")) < regime.until_ms


def test_regimes_tile_the_years_and_agree_with_the_calendar_at_every_boundary() -> None:
    """2024 to 2027: from boundary to boundary without a hole; before, at and after each the facts are the civil ones."""
    zone = ZoneInfo("Asia/Shanghai")
    facts = VehicleFacts(vehicle_id="v1", calendar=built_in(zone))
    context = Context(facts)
    now_ms, end_ms = epoch_ms(datetime(2024, 1, 1, tzinfo=zone)), epoch_ms(datetime(2028, 1, 1, tzinfo=zone))
    boundaries = 0
    while now_ms < end_ms:
        for probe_ms in (now_ms, now_ms + 59_999):
            regime, local = context.regime(probe_ms), instant(probe_ms).astimezone(zone)
            day = facts.calendar.day(local.date())
            assert regime.day == day
            assert regime.quiet is (not day.kind.off and not 7 <= local.hour < 20)
        now_ms = context.regime(now_ms).until_ms
        boundaries += 1
    assert boundaries == 3 * (date(2028, 1, 1) - date(2024, 1, 1)).days


def test_missing_hours_are_said_and_never_taken_as_allowed(tmp_path: Path) -> None:
    """use_work_hours without hours: the default quiet hours hold and a note says so."""
    from tests.unit.geofence_cases import case

    about = context(orders=covered(), rules={"R03": {"use_work_hours": True}})
    told = case(tmp_path, out_and_parked("03-11 21:00"), about)
    assert any("work hours" in note for note in told.notes)
    assert [rule for rule, *_ in found(tmp_path / "x", "03-11 21:00", rules={"R03": {"use_work_hours": True}})] == [
        "R03"
    ]


def test_times_far_from_the_epoch_keep_their_milliseconds() -> None:
    moment = at("03-11 14:10") + timedelta(milliseconds=7)
    assert instant(epoch_ms(moment)) == moment


def seen(folder: Path, fixes: list[Fix], **more: Any) -> list[tuple[str, str]]:
    return rules_of(judged(folder, fixes, context(**{"orders": covered(), **more})))


def test_what_nobody_saw_at_the_edge_of_the_quiet_hours_is_undetermined(tmp_path: Path) -> None:
    """Driving at 19:59, parked at 20:08: when it arrived nobody can say."""
    drive = driven("03-11 19:49", [DEPOT, (6000.0, 0.0)])
    assert seen(tmp_path, day(parked("03-11 18:49", 60), drive, parked("03-11 20:08", 30, (6400.0, 0.0)))) == [
        ("R03", "undetermined")
    ]


def test_a_vehicle_that_leaves_after_midnight_did_not_drive_before_it(tmp_path: Path) -> None:
    """One fix a minute, the last one at rest ten seconds before Monday begins: no Sunday drive."""
    rest = parked("03-15 23:00:50", 60, every_s=60)
    drive = driven("03-16 00:00:50", [(49.0, 0.0), (6000.0, 0.0)], kmh=36, every_s=60)
    approved = covered(off_hours_approved=True)
    assert seen(tmp_path, day(rest, drive), orders=approved, vehicle=SILENT) == []


def test_a_few_metres_into_the_quiet_hours_accuse_nobody(tmp_path: Path) -> None:
    """Parked 42 m after 20:00:00: 200 m must be driven within the time, not before it."""
    drive = driven("03-11 19:50:04", [DEPOT, (6000.0, 0.0)])
    assert seen(tmp_path, day(parked("03-11 19:00", 50), drive, parked("03-11 20:00:10", 30, (6000.0, 0.0)))) == []


def test_an_approval_holds_for_its_trip_and_not_for_ever(tmp_path: Path) -> None:
    """Approved for Friday night and not brought back: coming home late is an overrun, the use on Saturday is not approved."""
    late = driven("03-13 23:30", [(6000.0, 0.0), (9000.0, 0.0)])
    next_day = driven("03-14 10:00", [(9000.0, 0.0), (15_000.0, 0.0)])
    fixes = day(parked("03-13 18:00", 120), driven("03-13 20:00", [DEPOT, (6000.0, 0.0)]), late, next_day)
    approved = order("03-13 20:00", "03-13 22:00", off_hours_approved=True, holiday_approved=True)
    fixes = day(fixes, parked("03-14 10:11", 30, (15_000.0, 0.0)))
    assert seen(tmp_path, fixes, orders=[approved], vehicle=ONLY_MOVES) == [
        ("R02", "suspected"),
        ("R02", "suspected"),
        ("R04", "suspected"),
    ]
