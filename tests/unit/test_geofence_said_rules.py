"""R13, R16 and R30 on small drives: what a locator says of itself; what is found, what just misses, what excuses, and the end."""

from pathlib import Path
from typing import Any

import pytest

from geofence.finding import Finding, Judgement
from tests.unit.geofence_cases import Fix, at, context, day, driven, judged, order, parked, square

VEHICLE = {"id": "v1", "device": "dev1", "user_unit": "u1"}
ORDERED = [order("03-11 08:00", "03-11 12:00")]
SERVICE = [order("03-11 08:00", "03-11 12:00", type="service")]
REPAIR = [{**VEHICLE, "in_repair": [{"from": "2026-03-11T08:00:00+08:00"}]}]


def found(folder: Path, fixes: list[Fix], rule: str, **about: Any) -> list[Finding]:
    about = {"orders": ORDERED, **about}
    return [each for each in judged(folder, fixes, context(**about)) if each.rule == rule]


def at_speeds(*parts: tuple[float, float], every_s: float = 10, **more: Any) -> list[Fix]:
    """Parked, then straight east for so many seconds at so many km/h, one part after the other."""
    fixes, east, clock = parked("03-11 08:30", 30), 0.0, at("03-11 09:00")
    for seconds, kmh in parts:
        end = east + kmh / 3.6 * seconds
        piece = driven(clock, [(east, 0.0), (end, 0.0)], kmh=kmh, every_s=every_s, **more)
        fixes, east, clock = day(fixes, piece), end, piece[-1]["fixed_at"]
    return fixes


def saying(fixes: list[Fix], since: str, seconds: float, code: str, **more: Any) -> list[Fix]:
    """The same fixes, those of a span with an alarm and whatever else."""
    start = at(since)
    return [
        {**fix, "alarms": code, **more}
        if 0 <= (fix["fixed_at"] - start).total_seconds() < seconds
        else {"alarms": "", **fix}
        for fix in fixes
    ]


@pytest.mark.parametrize(
    ("seconds", "kmh", "severity"), [(90, 125, "G"), (90, 133, "Y"), (90, 185, "R"), (50, 140, None), (300, 119, None)]
)
def test_too_fast_for_a_minute(tmp_path: Path, seconds: float, kmh: float, severity: str | None) -> None:
    """Graver from 10 % and 50 % beyond the limit; fifty seconds are overtaking; it ends at the first fix below."""
    told = found(tmp_path, at_speeds((300, 80), (seconds, kmh), (300, 80)), "R13")
    assert [each.severity for each in told] == ([severity] if severity else [])
    for each in told:
        assert (each.judgement, each.metrics["top_speed_kmh"], each.metrics["limit_kmh"]) == ("suspected", kmh, 120)
        assert each.detected_ms - each.started_ms == 60_000
        assert each.ended_ms is not None
        assert each.ended_ms - each.started_ms == pytest.approx(seconds * 1000, abs=10_001)


def test_a_limit_of_an_area_holds_inside_it(tmp_path: Path) -> None:
    """70 km/h where 50 is allowed is 40 % too fast; a limit below 40 counts as 40; outside nothing is said."""
    fixes = at_speeds((600, 70))
    area = {"id": "s1", "kind": "sensitive", "speed_limit_kmh": 50, "geometry": square((6000.0, 0.0), 2000)}
    (one,) = found(tmp_path / "a", fixes, "R13", areas=[area])
    assert (one.severity, one.metrics["area"], one.metrics["limit_kmh"]) == ("Y", "s1", 50)
    (two,) = found(tmp_path / "b", fixes, "R13", areas=[{**area, "speed_limit_kmh": 20}])
    assert two.metrics["limit_kmh"] == 40
    assert found(tmp_path / "c", fixes, "R13", areas=[{**area, "geometry": square((6000.0, 5000.0), 2000)}]) == []


@pytest.mark.parametrize(("seconds", "told"), [(80, 1), (50, 0)])
def test_the_locators_own_alarm_counts_when_it_lasts(tmp_path: Path, seconds: float, told: int) -> None:
    """It knows the limit of its road: green after a minute."""
    fixes = saying(at_speeds((900, 80)), "03-11 09:05", seconds, "overspeed")
    alarms = found(tmp_path, fixes, "R13")
    assert [(each.severity, each.metrics["ground"]) for each in alarms] == [("G", "overspeed_alarm")] * told
    assert all(each.ended_ms for each in alarms)


def test_speeds_that_cannot_be_are_not_believed(tmp_path: Path) -> None:
    """No vehicle drives 300 km/h, none that hardly moves drives 150, and what poor fixes say is nothing."""
    slow = at_speeds((900, 30))
    for name, kmh in (("a", 300), ("b", 150)):
        claimed = [{**fix, "speed_kmh": kmh} if fix["speed_kmh"] else fix for fix in slow]
        assert found(tmp_path / name, claimed, "R13") == []
    poor = at_speeds((300, 80), (200, 150), (60, 80))
    assert len(found(tmp_path / "c", poor, "R13")) == 1
    assert (
        found(tmp_path / "d", [{**fix, "satellites": 3 if fix["speed_kmh"] == 150 else 9} for fix in poor], "R13") == []
    )


def test_speeding_is_excused_by_a_service_order_and_an_exemption(tmp_path: Path) -> None:
    """The common exceptions hold, and what they excused is not counted afterwards."""
    fixes = at_speeds((300, 80), (90, 150), (300, 80))
    assert found(tmp_path / "a", fixes, "R13", orders=SERVICE) == []
    assert found(tmp_path / "b", fixes, "R13", vehicles=[{**VEHICLE, "exempt_rules": ["R13"]}]) == []
    ends_in_it = [order("03-11 08:00", "03-11 08:35:50", type="service")]  # with its grace at 09:05:50
    assert found(tmp_path / "c", fixes, "R13", orders=ends_in_it, depots=[]) == []


@pytest.mark.parametrize(("code", "seconds", "told"), [
    ("power_cut", 130, 1), ("antenna_cut", 130, 1), ("vendor:seal_broken", 130, 1), ("removed", 110, 0), ("undervoltage", 600, 0),
])  # fmt: skip
def test_tampering_that_lasts(tmp_path: Path, code: str, seconds: float, told: int) -> None:
    """Two minutes without a break; low voltage is none; it ends when it is not said any more, poor fixes or not."""
    fixes = saying(at_speeds((900, 40)), "03-11 09:05", seconds, code, satellites=0)
    alarms = found(tmp_path, [{"satellites": 9, **fix} for fix in fixes], "R16")
    assert [(each.severity, each.judgement, each.metrics["alarms"]) for each in alarms] == [
        ("R", Judgement.SUSPECTED, [code.removeprefix("vendor:")])
    ] * told
    for each in alarms:
        assert each.detected_ms - each.started_ms == 120_000
        assert each.ended_ms == each.started_ms + seconds * 1000


def test_work_on_a_vehicle_is_no_tampering(tmp_path: Path) -> None:
    """In repair and under a service order."""
    fixes = saying(parked("03-11 08:00", 120), "03-11 09:00", 1200, "power_cut")
    assert len(found(tmp_path / "a", fixes, "R16")) == 1
    assert found(tmp_path / "b", fixes, "R16", vehicles=REPAIR) == []
    assert found(tmp_path / "c", fixes, "R16", orders=SERVICE) == []


@pytest.mark.parametrize("code", ["sos", "collision", "rollover"])
def test_an_emergency_is_told_at_once(tmp_path: Path, code: str) -> None:
    """One fix with it suffices, in a garage, under a service order, by a clock that is off; over ten minutes later."""
    fixes = saying(at_speeds((1800, 40), offset_s=3600), "03-11 09:05", 10, code, satellites=0)
    fixes = [{"satellites": 9, **fix} for fix in fixes]
    (one,) = found(tmp_path, fixes, "R30", orders=SERVICE, vehicles=[{**VEHICLE, "user_unit": None}])
    assert (one.severity, one.judgement, one.metrics["alarms"]) == ("R", Judgement.SUSPECTED, [code])
    assert one.started_ms == one.detected_ms == round(at("03-11 09:05").timestamp() * 1000)
    assert one.ended_ms == one.started_ms + 600_000


def test_a_second_call_within_ten_minutes_is_the_same_one(tmp_path: Path) -> None:
    """After that it is another, and when nothing more is heard the last one stays open; other alarms are no emergency."""
    fixes = at_speeds((2400, 40))
    twice = saying(saying(fixes, "03-11 09:05", 10, "sos"), "03-11 09:10", 10, "collision")
    (one,) = found(tmp_path / "a", twice, "R30")
    assert one.metrics["alarms"] == ["collision", "sos"]
    assert one.ended_ms == one.started_ms + 900_000
    again = saying(saying(fixes, "03-11 09:05", 10, "sos"), fixes[-1]["fixed_at"].strftime("%m-%d %H:%M:%S"), 10, "sos")
    assert [each.ended_ms is None for each in found(tmp_path / "b", again, "R30")] == [False, True]
    assert found(tmp_path / "c", saying(fixes, "03-11 09:05", 60, "long_stop vendor:door"), "R30") == []
