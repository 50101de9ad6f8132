"""Faults of locators as a table: each kind with its evidence, and beside it what looks alike and is none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fleet.health.facts import Facts, Fault, Line, Report, Verdict
from fleet.health.judge import TAMPERING, judge, line
from fleet.health.profiles import Profile, profile_of

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
LIMITS = Profile()
FAULT, FINE, UNKNOWN, NOT_EXPECTED = Verdict.FAULT, Verdict.FINE, Verdict.UNKNOWN, Verdict.NOT_EXPECTED


def report(ago_s: float, *, off_s: float = 0, east_m: float = 0, **more: object) -> Report:
    """A sound report, so many seconds ago; `off_s` is how far the device's clock is behind."""
    values: dict[str, object] = {
        "fixed_at": NOW - timedelta(seconds=ago_s + off_s), "received_at": NOW - timedelta(seconds=ago_s),
        "lon": 116.0 + east_m / 94_500, "lat": 32.0, "poor": False, "no_fix": False, "speed_kmh": 0.0,
    }  # fmt: skip
    return Report(**(values | more))  # type: ignore[arg-type]


def series(count: int = 12, every_s: float = 60, **more: object) -> tuple[Report, ...]:
    return tuple(report(number * every_s, **more) for number in range(count))  # type: ignore[arg-type]


def facts(reports: tuple[Report, ...] = (), **more: object) -> Facts:
    newest = reports[0] if reports else None
    values: dict[str, object] = {
        "expected": True, "reports": reports, "fixed_at": newest.fixed_at if newest else None, "speed_kmh": newest.speed_kmh if newest else None,
        "heard_at": newest.received_at if newest else None, "anybody_heard_at": NOW, "online": True, "online_at": NOW - timedelta(hours=9),
    }  # fmt: skip
    return Facts(**(values | more))  # type: ignore[arg-type]


def verdict(fault: Fault, known: Facts) -> Verdict:
    return judge(known, LIMITS, NOW)[fault].verdict


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


driving = series(speed_kmh=50.0)
wobbling = tuple(report(n * 60, east_m=n % 3 * 4.0, ignition=True, speed_kmh=0.0) for n in range(12))
frozen = {"speed_kmh": 45.0, "ignition": True}
odometer = tuple(report(n * 60, odometer_km=100 - n * 0.2, speed_kmh=None) for n in range(12))
uploaded = tuple(report(n * 0.2, off_s=900 - n * 60) for n in range(12))
there_and_back = tuple(report(n * 30, east_m=20_000.0 * (n % 2)) for n in range(8))
moved_once = tuple(report(n * 30, east_m=20_000.0 if n < 4 else 0.0) for n in range(8))
jumped_once = tuple(report(n * 30, east_m=20_000.0 if n == 4 else 0.0) for n in range(8))
commuting = tuple(report(n * 3600, east_m=20_000.0 * (n % 2)) for n in range(8))

CASES: tuple[tuple[str, Fault, Facts, Verdict], ...] = (
    ("silent in motion", Fault.OFFLINE, facts(driving, heard_at=ago(minutes=31)), FAULT),
    ("a tunnel", Fault.OFFLINE, facts(driving, heard_at=ago(minutes=29)), FINE),
    ("parked over lunch", Fault.OFFLINE, facts(series(), heard_at=ago(hours=5)), FINE),
    ("parked and mute", Fault.OFFLINE, facts(series(), heard_at=ago(hours=7)), FAULT),
    ("mute for days, nothing recent", Fault.OFFLINE, facts(heard_at=ago(days=3), fixed_at=ago(days=3)), FAULT),
    ("never spoke", Fault.OFFLINE, facts(), UNKNOWN),
    ("the platform is deaf too", Fault.OFFLINE, facts(driving, heard_at=ago(hours=7), anybody_heard_at=ago(hours=7)), FINE),
    ("nobody ever spoke", Fault.OFFLINE, facts(driving, anybody_heard_at=None), UNKNOWN),
    ("in repair", Fault.OFFLINE, facts(driving, heard_at=ago(days=3), expected=False), NOT_EXPECTED),
    ("driving without a place", Fault.NO_FIX, facts(series(no_fix=True, poor=True, ignition=True)), FAULT),
    ("in a garage", Fault.NO_FIX, facts(series(no_fix=True, poor=True, ignition=False)), UNKNOWN),
    ("ignition not told", Fault.NO_FIX, facts(series(no_fix=True, poor=True)), UNKNOWN),
    ("just started", Fault.NO_FIX, facts(series(12, 10, no_fix=True, poor=True, ignition=True)), UNKNOWN),
    ("one place among them", Fault.NO_FIX, facts((*series(11, no_fix=True, ignition=True), report(700))), FINE),
    ("only 0/0 for a day", Fault.NO_FIX, facts(fixed_at=ago(hours=25), heard_at=NOW, refused={"impossible": 40}), FAULT),
    ("only 0/0 for an hour", Fault.NO_FIX, facts(fixed_at=ago(hours=1), heard_at=NOW, refused={"impossible": 40}), UNKNOWN),
    ("0/0 from the first day", Fault.NO_FIX, facts(heard_at=NOW, refused={"impossible": 40}), UNKNOWN),
    ("nothing", Fault.NO_FIX, facts(), UNKNOWN),
    ("frozen at speed", Fault.STUCK, facts(series(**frozen)), FAULT),  # type: ignore[arg-type]
    ("frozen while the odometer runs", Fault.STUCK, facts(odometer), FAULT),
    ("waiting with the engine on", Fault.STUCK, facts(series(ignition=True)), FINE),
    ("wobbling as receivers do", Fault.STUCK, facts(wobbling), FINE),
    ("neither speed nor odometer", Fault.STUCK, facts(series(speed_kmh=None, ignition=True)), UNKNOWN),
    ("poor places", Fault.STUCK, facts(series(poor=True, speed_kmh=45.0)), UNKNOWN),
    ("too few to tell", Fault.STUCK, facts(series(9, speed_kmh=45.0)), UNKNOWN),
    ("a red light among them", Fault.STUCK, facts((*series(11, speed_kmh=45.0), report(700))), FINE),
    ("ten minutes behind", Fault.CLOCK, facts(series(off_s=600)), FAULT),
    ("three minutes ahead", Fault.CLOCK, facts(series(off_s=-180)), FAULT),
    ("exactly two minutes", Fault.CLOCK, facts(series(off_s=120)), FINE),
    ("a late upload", Fault.CLOCK, facts(uploaded), UNKNOWN),
    ("refused as future", Fault.CLOCK, facts(refused={"future": 5}), FAULT),
    ("refused four times", Fault.CLOCK, facts(refused={"future": 4}), UNKNOWN),
    ("no clock of its own", Fault.CLOCK, facts(series(untimed=True)), UNKNOWN),
    ("removed", Fault.TAMPER, facts(series(alarms=("removed",))), FAULT),
    ("unplugged, told once", Fault.TAMPER, facts((report(0, alarms=("power_cut",)), *series()[1:])), FINE),
    ("two different ones", Fault.TAMPER, facts((report(0, alarms=("removed",)), report(60, alarms=("power_cut",)))), FINE),
    ("the driver's alarm", Fault.TAMPER, facts(series(alarms=("sos", "overspeed"))), FINE),
    ("one report", Fault.TAMPER, facts(series(1, alarms=("removed",))), UNKNOWN),
    ("two places at once", Fault.CLONED, facts(there_and_back), FAULT),
    ("one bad fix", Fault.CLONED, facts(jumped_once), FINE),
    ("carried away by truck", Fault.CLONED, facts(moved_once), FINE),
    ("a commuter", Fault.CLONED, facts(commuting), FINE),
    ("different places for one instant", Fault.CLONED, facts(refused={"collision": 5}), FAULT),
    ("two sessions fight", Fault.CLONED, facts(series(), takeovers=20), FAULT),
    ("a bad line reconnects", Fault.CLONED, facts(series(), takeovers=19), FINE),
    ("nothing to compare", Fault.CLONED, facts(), UNKNOWN),
)  # fmt: skip


@pytest.mark.parametrize(("told", "fault", "known", "expected"), CASES, ids=[case[0] for case in CASES])
def test_each_fault_and_what_only_looks_like_it(told: str, fault: Fault, known: Facts, expected: Verdict) -> None:
    assert verdict(fault, known) is expected, told


@pytest.mark.parametrize("code", TAMPERING)
def test_every_alarm_of_tampering_is_one_and_says_which(code: str) -> None:
    finding = judge(facts(series(alarms=(code,))), LIMITS, NOW)[Fault.TAMPER]
    assert finding.evidence == {"alarm": code, "reports": 12}


def test_a_sound_locator_has_no_fault_and_one_without_data_none_either() -> None:
    """Nothing known is unknown throughout, whatever kinds are added later."""
    moving = tuple(report(n * 60, east_m=-n * 500.0, speed_kmh=30.0, ignition=True) for n in range(12))
    assert {finding.verdict for finding in judge(facts(moving), LIMITS, NOW).values()} == {FINE}
    assert {finding.verdict for finding in judge(facts(), LIMITS, NOW).values()} == {UNKNOWN}


def test_every_finding_of_a_fault_carries_its_numbers() -> None:
    for told, fault, known, expected in CASES:
        if expected is FAULT:
            assert judge(known, LIMITS, NOW)[fault].evidence, told


def test_on_line_needs_both_the_last_word_and_a_report() -> None:
    assert line(facts(driving), LIMITS) is Line.ONLINE
    assert line(facts(driving, heard_at=ago(hours=1)), LIMITS) is Line.OFFLINE  # a session that says nothing
    assert line(facts(driving, online=False, online_at=NOW), LIMITS) is Line.OFFLINE
    assert line(facts(driving, online=False, online_at=ago(hours=2)), LIMITS) is Line.ONLINE  # it spoke since
    assert line(facts(driving, online=None, online_at=None), LIMITS) is Line.ONLINE  # a form without a last will
    assert line(facts(), LIMITS) is Line.UNKNOWN


def test_limits_belong_to_models() -> None:
    """A telephone may sleep for hours where a wired locator may not."""
    silent = facts(series(), heard_at=ago(hours=7))
    assert judge(silent, profile_of("", "owntracks"), NOW)[Fault.OFFLINE].verdict is FINE
    assert profile_of("HomeAssistant", "native") == profile_of("", "homeassistant")
    assert profile_of("unheard of", "native") == LIMITS == replace(LIMITS)
