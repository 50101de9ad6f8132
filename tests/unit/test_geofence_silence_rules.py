"""R14, R15 and R17 on small drives: no rest, silence, and a signal that is jammed or made up; what just misses, what excuses, and the end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geofence.finding import Finding
from tests.unit.geofence_cases import DEPOT, EAST, Fix, at, context, day, driven, judged, order, parked

VEHICLE = {"id": "v1", "device": "dev1", "user_unit": "u1"}
SERVICE = [order("03-11 08:00", "03-11 14:00", type="service")]
REPAIR = [{**VEHICLE, "in_repair": [{"from": "2026-03-11T08:00:00+08:00", "to": "2026-03-13T00:00:00+08:00"}]}]
EXEMPT = [{**VEHICLE, "exempt_rules": ["R15", "R17"]}]
EXCUSES = [{"orders": SERVICE}, {"vehicles": REPAIR}, {"vehicles": EXEMPT}]


def found(folder: Path, fixes: list[Fix], rule: str, now: Any = None, **about: Any) -> list[Finding]:
    about = {"orders": [order("03-11 08:00", "03-11 14:00")], "depots": [], **about}
    return [each for each in judged(folder, fixes, context(**about), now) if each.rule == rule]


def minutes(finding: Finding) -> tuple[float, float | None]:
    """How long it took to find, and in all."""
    lasted = None if finding.ended_ms is None else (finding.ended_ms - finding.started_ms) / 60_000
    return (finding.detected_ms - finding.started_ms) / 60_000, lasted


def trip(**more: Any) -> list[Fix]:
    """Parked for half an hour, twenty kilometres in half an hour, parked for an hour."""
    way = driven("03-11 09:00", [(0.0, 0.0), (20_000.0, 0.0)], kmh=40, **more)
    return day(parked("03-11 08:30", 30, **more), way, parked("03-11 09:30", 60, (20_000.0, 0.0), **more))


def within(fix: Fix, since: str, minutes_: float) -> bool:
    return bool(at(since) <= fix["fixed_at"] < at(since) + timedelta(minutes=minutes_))


def changed(fixes: list[Fix], since: str, minutes_: float, **to: Any) -> list[Fix]:
    """The fixes of a span with other values; every row has the same columns."""
    empty = dict.fromkeys(to, "")
    return [{**empty, **fix, **to} if within(fix, since, minutes_) else {**empty, **fix} for fix in fixes]


@pytest.mark.parametrize(("silent_min", "told"), [(12, 1), (9, 0)])
def test_silence_while_driving(tmp_path: Path, silent_min: float, told: int) -> None:
    """Ten minutes, by the clock; it ends with the next message. What comes late and fills it leaves nothing."""
    fixes = trip()
    heard = [fix for fix in fixes if not within(fix, "03-11 09:05", silent_min)]
    silences = found(tmp_path / "a", heard, "R15")
    assert [(each.severity, each.metrics["ground"]) for each in silences] == [("Y", "while_driving")] * told
    assert [minutes(each)[0] for each in silences] == [10.0] * told
    assert [minutes(each)[1] for each in silences] == [pytest.approx(silent_min, abs=0.4)] * told
    filled = changed(fixes, "03-11 09:05", silent_min, received_at=at("03-11 09:25"))
    assert (
        found(tmp_path / "b", [{**fix, "received_at": fix["received_at"] or fix["fixed_at"]} for fix in filled], "R15")
        == []
    )
    for number, excuse in enumerate(EXCUSES):
        assert found(tmp_path / str(number), heard, "R15", **excuse) == []


@pytest.mark.parametrize(("now", "told"), [("03-12 10:31", 1), ("03-12 10:28", 0)])
def test_silence_while_parked(tmp_path: Path, now: str, told: int) -> None:
    """A day, whether or not it is heard again; it stays open until then."""
    silences = found(tmp_path, trip(), "R15", now)
    assert [(minutes(each), each.metrics["ground"]) for each in silences] == [((1440.0, None), "while_parked")] * told


def test_a_locator_that_sleeps_on_arrival_is_parked(tmp_path: Path) -> None:
    """Ignition off at the last message, in the depot's garage, or standing where no ignition is wired: not lost while driving."""
    fixes = [fix for fix in trip() if fix["fixed_at"] < at("03-11 09:20")]
    (lost,) = found(tmp_path / "a", fixes, "R15")
    assert minutes(lost) == (10.0, None)
    assert found(tmp_path / "b", [*fixes[:-1], {**fixes[-1], "ignition": 0}], "R15") == []
    assert found(tmp_path / "c", [*fixes[:-1], {**fixes[-1], "ignition": "", "speed_kmh": 0}], "R15") == []
    last = fixes[-1]
    garage = {"type": "Point", "coordinates": [last["lon"], last["lat"]]}
    assert found(tmp_path / "d", fixes, "R15", depots=[{"id": "d2", "geometry": garage}]) == []


@pytest.mark.parametrize(
    ("ignition", "poor_min", "silent_min", "told"), [(0, 0.5, 30, 0), (1, 0.5, 30, 1), (1, 9, 2, 0)]
)
def test_a_fix_without_a_place_to_rely_on_is_heard_too(
    tmp_path: Path, ignition: int, poor_min: float, silent_min: float, told: int
) -> None:
    """Under a bad sky the newest fix says that the engine is off: parked, however long it then sleeps. Poor fixes are no silence."""
    poor = {"accuracy_m": 200.0, "ignition": ignition, "speed_kmh": 0.0 if ignition == 0 else 40.0}
    fixes = changed(trip(), "03-11 09:10", poor_min, **poor)
    since = at("03-11 09:10") + timedelta(minutes=poor_min)
    fixes = [fix for fix in fixes if not since <= fix["fixed_at"] < since + timedelta(minutes=silent_min)]
    silences = found(tmp_path, fixes, "R15")
    assert [each.metrics["ground"] for each in silences] == ["while_driving"] * told
    assert all(minutes(each)[0] == 10 for each in silences)


def test_counting_begins_anew_after_a_repair(tmp_path: Path) -> None:
    """Silent in the workshop for two days is nothing; silent for a day after it is."""
    (after,) = found(tmp_path, trip(), "R15", "03-14 01:00", vehicles=REPAIR)
    assert after.started_ms == at("03-13 00:00").timestamp() * 1000
    assert minutes(after) == (1440.0, None)


@pytest.mark.parametrize(("blind_min", "told"), [(12, 1), (8, 0)])
def test_no_fix_for_long_while_messages_come(tmp_path: Path, blind_min: float, told: int) -> None:
    """Ignition on and ten minutes without a fix; a tunnel is shorter, and an engine that is off is in a garage."""
    blind = {"valid": 0, "satellites": 0}
    fixes = changed(trip(), "03-11 09:05", blind_min, **blind)
    jammed = found(tmp_path / "a", fixes, "R17")
    assert [(each.severity, each.judgement, each.metrics["ground"]) for each in jammed] == [
        ("R", "suspected", "no_fix")
    ] * told
    assert [minutes(each)[1] for each in jammed] == [blind_min] * told
    for number, excuse in enumerate(EXCUSES):
        assert found(tmp_path / str(number), fixes, "R17", **excuse) == []
    assert found(tmp_path / "off", changed(trip(), "03-11 09:40", 15, **blind), "R17") == []
    gone = [fix for fix in fixes if not within(fix, "03-11 09:06", blind_min - 2)]
    assert found(tmp_path / "gone", gone, "R17") == []


def moved_east(fixes: list[Fix], since: str, minutes_: float, metres: float) -> list[Fix]:
    return [{**fix, "lon": fix["lon"] + metres * EAST} if within(fix, since, minutes_) else fix for fix in fixes]


@pytest.mark.parametrize(
    ("far_m", "minutes_", "told"), [(40_000, 12, 1), (40_000, 0.2, 0), (40_000, 0.5, 0), (1_500, 12, 0)]
)
def test_a_leap_that_stays(tmp_path: Path, far_m: float, minutes_: float, told: int) -> None:
    """Forty kilometres away for minutes is made up, one episode there and back; once or thrice is noise, a mile another datum."""
    leaps = found(tmp_path, moved_east(trip(), "03-11 09:05", minutes_, far_m), "R17")
    assert [each.metrics["ground"] for each in leaps] == ["leap"] * told
    assert [minutes(each)[1] for each in leaps] == [minutes_] * told


def test_a_leap_is_told_at_once_and_taken_back_when_it_was_thrown_aside(tmp_path: Path) -> None:
    """Three fixes away are told as undetermined after twenty seconds; a fourth at home takes that back."""
    thrown = moved_east(trip(), "03-11 09:05", 0.5, 40_000)
    during = [fix for fix in thrown if fix["fixed_at"] < at("03-11 09:05:30")]
    (one,) = found(tmp_path / "a", during, "R17", now="03-11 09:05:20")
    assert (str(one.judgement), one.ended_ms) == ("undetermined", None)
    assert minutes(one)[0] == pytest.approx(1 / 3)
    assert found(tmp_path / "b", thrown, "R17") == []
    (stays,) = found(tmp_path / "c", moved_east(trip(), "03-11 09:05", 12, 40_000), "R17")
    assert (stays.started_ms, stays.detected_ms) == (one.started_ms, one.detected_ms)


def test_a_ferry_and_a_tunnel_are_no_leap(tmp_path: Path) -> None:
    """Elsewhere after an hour without or with the old place repeated, parked: nothing was driven that fast."""
    before, after = parked("03-11 08:30", 90, every_s=60), parked("03-11 10:05", 60, (40_000.0, 0.0))
    assert found(tmp_path / "a", day(before, after), "R17") == []
    way = [fix for fix in trip() if not within(fix, "03-11 09:05", 4)]
    frozen = day(trip()[:90], parked("03-11 09:05", 4, (3333.0, 0.0), every_s=10, ignition=1), way)
    assert found(tmp_path / "b", frozen, "R17") == []


def test_two_tracks_under_one_identity(tmp_path: Path) -> None:
    """Another locator's fixes between the vehicle's own: one finding as long as they come, and none for a few."""
    fixes = trip()
    for name, minutes_, told in (("a", 10, 1), ("b", 1, 0)):
        alien = [
            {**fix, "fixed_at": fix["fixed_at"] + timedelta(seconds=4)}
            for fix in fixes
            if within(fix, "03-11 09:05", minutes_)
        ]
        both = day(fixes, moved_east(alien, "03-11 09:05", minutes_ + 1, 40_000))
        twice = found(tmp_path / name, both, "R17")
        assert [each.metrics["ground"] for each in twice] == ["second_track"] * told
        assert [minutes(each)[1] for each in twice] == [pytest.approx(minutes_, abs=0.2)] * told


@pytest.mark.parametrize(("km_a_min", "ignition", "told"), [(0.5, 1, 1), (0.02, 1, 0), (0.5, 0, 0), (400.0, 1, 0)])
def test_the_odometer_runs_while_the_place_stands(tmp_path: Path, km_a_min: float, ignition: int, told: int) -> None:
    """Ten minutes at 30 km/h on the spot; creeping drift, an engine that is off and a replaced odometer are nothing."""
    fixes = [{**fix, "odometer_km": 1000.0} for fix in parked("03-11 08:00", 180)]
    for fix in fixes:
        run_min = max(0.0, min(10.0, (fix["fixed_at"] - at("03-11 09:00")).total_seconds() / 60))
        fix["odometer_km"] = 1000 + run_min * km_a_min
        fix["ignition"] = ignition if run_min > 0 and fix["fixed_at"] < at("03-11 09:20") else 0
    runs = found(tmp_path, fixes, "R17")
    assert [each.metrics["ground"] for each in runs] == ["odometer"] * told
    assert all(minutes(each)[0] <= 6 for each in runs)
    assert [minutes(each)[1] for each in runs] == [pytest.approx(10, abs=1.1)] * told


@pytest.mark.parametrize(("ran_km", "back", "told"), [(1.6, True, 1), (0.8, True, 0), (1.6, False, 0)])
def test_an_odometer_that_ran_for_three_minutes_is_told_when_it_parks_where_it_stood(
    tmp_path: Path, ran_km: float, back: bool, told: int
) -> None:
    """Nobody comes out of a tunnel where he went in; one who comes out elsewhere was perhaps in one."""
    fixes = parked("03-11 08:00", 60, odometer_km=1000.0)
    stands = parked("03-11 09:00", 3, ignition=1, every_s=10)
    for number, fix in enumerate(stands):
        fix["odometer_km"] = 1000 + ran_km * number / (len(stands) - 1)
    after = parked("03-11 09:03", 60, DEPOT if back else (1200.0, 0.0), odometer_km=1000 + ran_km)
    runs = found(tmp_path, day(fixes, stands, after), "R17")
    assert [each.metrics["ground"] for each in runs] == ["odometer"] * told
    assert all(minutes(each)[0] == pytest.approx(3, abs=0.2) for each in runs)


def test_an_illegal_displacement_is_told_as_long_as_it_is_said(tmp_path: Path) -> None:
    """At once, and not under a service order: then it is towed to the workshop."""
    fixes = changed(trip(), "03-11 09:05", 4, alarms="illegal_displacement")
    (one,) = found(tmp_path / "a", fixes, "R17")
    assert (minutes(one), one.metrics["ground"]) == ((0.0, 4.0), "illegal_displacement")
    for number, excuse in enumerate(EXCUSES):
        assert found(tmp_path / str(number), fixes, "R17", **excuse) == []


def shift(*hours: float, pause_min: float = 10, drivers: tuple[str, ...] = ("p3",), **more: Any) -> list[Fix]:
    """Driven to and fro for so many hours at a time, with breaks between; the drivers take turns."""
    ends, legs = [(0.0, 0.0), (15_000.0, 0.0)] * 20, 0
    fixes, clock = parked("03-11 05:00", 30, driver=drivers[0]), at("03-11 05:30")
    for i, length in enumerate(hours):
        who, begin, legs = drivers[i % len(drivers)], legs, legs + round(length * 2)
        way = driven(clock, ends[begin : legs + 1], kmh=30, every_s=30, driver=who, **more)
        stands = parked(way[-1]["fixed_at"], pause_min, ends[legs], driver=who)
        fixes, clock = day(fixes, way, stands), stands[-1]["fixed_at"]
    return day(fixes, parked(clock, 30, ends[legs], driver=drivers[0]))


@pytest.mark.parametrize(
    ("hours", "pause_min", "told"), [((5.0,), 30, 1), ((2.5, 2.5), 10, 1), ((3.5,), 30, 0), ((2.5, 2.5), 25, 0)]
)
def test_four_hours_without_a_rest(tmp_path: Path, hours: tuple[float, ...], pause_min: float, told: int) -> None:
    """Breaks of ten minutes are no rest and no driving, twenty-five are a rest; an exemption and a service order excuse."""
    fixes = shift(*hours, pause_min=pause_min)
    under = {"orders": [order("03-11 05:00", "03-11 14:00")]}
    tired = found(tmp_path / "a", fixes, "R14", **under)
    assert [(each.severity, each.judgement, each.metrics["ground"]) for each in tired] == [
        ("Y", "suspected", "badge")
    ] * told
    for each in tired:
        breaks_min = pause_min * (len(hours) - 1)
        assert minutes(each)[0] == pytest.approx(240 + breaks_min, abs=3)
        assert minutes(each)[1] == pytest.approx(sum(hours) * 60 + breaks_min, abs=3)
    assert found(tmp_path / "b", fixes, "R14", vehicles=[{**VEHICLE, "exempt_rules": ["R14"]}], **under) == []
    assert found(tmp_path / "c", fixes, "R14", orders=[order("03-11 05:00", "03-11 14:00", type="service")]) == []


def test_who_drives_is_known_by_badge_or_order(tmp_path: Path) -> None:
    """Two badges in turns are two drivers; without badges the order says who; without either nobody is counted."""
    under = {"orders": [order("03-11 05:00", "03-11 14:00", driver="p9")]}
    assert found(tmp_path / "a", shift(2.5, 2.5, drivers=("p3", "p4")), "R14", **under) == []
    (one,) = found(tmp_path / "b", shift(2.5, 2.5, drivers=("",)), "R14", **under)
    assert one.metrics["ground"] == "order"
    assert found(tmp_path / "c", shift(2.5, 2.5, drivers=("",)), "R14", orders=[]) == []


def test_a_ferry_is_a_rest(tmp_path: Path) -> None:
    """Two hours and a half, half an hour on the water with the ignition off, and two hours and a half again."""
    first = [fix for fix in shift(2.5) if fix["fixed_at"] < at("03-11 08:05")]
    over = driven(first[-1]["fixed_at"], [(15_000.0, 0.0), (25_000.0, 0.0)], kmh=20, ignition=0, driver="p3")
    spots = [(25_000.0, 0.0), (40_000.0, 0.0), (25_000.0, 0.0), (40_000.0, 0.0), (25_000.0, 0.0), (40_000.0, 0.0)]
    again = driven(over[-1]["fixed_at"], spots, kmh=30, every_s=30, driver="p3")
    assert found(tmp_path, day(first, over, again), "R14", orders=[order("03-11 05:00", "03-11 14:00")]) == []
