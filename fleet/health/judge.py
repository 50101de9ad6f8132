"""Facts of a locator in, one finding per kind of fault out. Pure: `now` and the limits are arguments.

Whoever has no data accuses nobody: each kind first asks whether it can say anything at all.
"""

from collections.abc import Mapping
from datetime import datetime

from fleet.geo import distance_m
from fleet.health.cloned import cloned
from fleet.health.facts import Facts, Fault, Finding, Line, Report, Verdict
from fleet.health.profiles import Profile

TAMPERING = ("removed", "power_cut", "antenna_cut", "antenna_short")
MOVING_KMH = 3.0
UNKNOWN = Finding(verdict=Verdict.UNKNOWN)


def judge(facts: Facts, profile: Profile, now: datetime) -> Mapping[Fault, Finding]:
    """Every kind of fault with what can be said of it."""
    if not facts.expected:
        return {fault: Finding(verdict=Verdict.NOT_EXPECTED) for fault in Fault}
    return {
        Fault.OFFLINE: offline(facts, profile),
        Fault.NO_FIX: no_fix(facts, profile, now),
        Fault.STUCK: stuck(facts, profile),
        Fault.CLOCK: clock(facts, profile),
        Fault.TAMPER: tamper(facts, profile),
        Fault.CLONED: cloned(facts, profile),
    }


def line(facts: Facts, profile: Profile) -> Line:
    """Its last will and its last report together: a session without reports is not being there, nor is silence after one."""
    silent = silence_s(facts)
    if silent is None:
        return Line.UNKNOWN
    if silent > _allowed_s(facts, profile):
        return Line.OFFLINE
    gone = facts.online is False and facts.online_at is not None
    if gone and facts.heard_at is not None and facts.online_at is not None and facts.online_at >= facts.heard_at:
        return Line.OFFLINE
    return Line.ONLINE


def silence_s(facts: Facts) -> float | None:
    """How long it has been silent while the platform heard others; None when it never spoke or nobody did."""
    if facts.heard_at is None or facts.anybody_heard_at is None:
        return None
    return max(0.0, (facts.anybody_heard_at - facts.heard_at).total_seconds())


def offline(facts: Facts, profile: Profile) -> Finding:
    """Silent for longer than the condition of its last report allows. A broker that is down makes nobody offline."""
    silent = silence_s(facts)
    if silent is None:
        return UNKNOWN
    allowed = _allowed_s(facts, profile)
    said = "unknown" if facts.online is None else "online" if facts.online else "offline"
    evidence: dict[str, float | int | str | None] = {
        "silent_min": round(silent / 60, 1),
        "allowed_min": round(allowed / 60, 1),
        "last_word": said,
    }
    return Finding(verdict=Verdict.FAULT if silent > allowed else Verdict.FINE, evidence=evidence)


def no_fix(facts: Facts, profile: Profile, now: datetime) -> Finding:
    """It speaks, and says no place. With the ignition off it may stand in a garage: nothing can be said."""
    newest = facts.reports[: max(profile.no_fix_reports, 20)]
    if any(not report.no_fix for report in newest):
        return Finding(verdict=Verdict.FINE, evidence={"reports": len(newest)})
    driving = tuple(report for report in newest if report.ignition)
    span = _span_s(driving)
    if len(driving) >= profile.no_fix_reports and span >= profile.no_fix_s:
        return Finding(verdict=Verdict.FAULT, evidence={"reports": len(driving), "span_min": round(span / 60, 1)})
    refused = facts.refused.get("impossible", 0)  # 0/0 and the like, which are no fixes at all
    age = None if facts.fixed_at is None else (now - facts.fixed_at).total_seconds()
    if not newest and refused >= profile.no_fix_reports and age is not None and age >= profile.no_fix_long_s:
        return Finding(verdict=Verdict.FAULT, evidence={"refused": refused, "last_place_min": round(age / 60)})
    return UNKNOWN


def stuck(facts: Facts, profile: Profile) -> Finding:
    """The same place again and again while odometer or speed says it drives. Standing with the engine on is no fault."""
    reports = facts.reports[: max(profile.stuck_reports, 20)]
    if len(reports) < profile.stuck_reports or _span_s(reports) < profile.stuck_s or any(one.poor for one in reports):
        return UNKNOWN
    newest = reports[0]
    spread = max(distance_m(newest.lon, newest.lat, one.lon, one.lat) for one in reports)
    if spread > profile.stuck_m:
        return Finding(verdict=Verdict.FINE, evidence={"spread_m": round(spread, 1)})
    odometer = [one.odometer_km for one in reports if one.odometer_km is not None]
    speeds = [one.speed_kmh for one in reports if one.speed_kmh is not None]
    grown = odometer[0] - odometer[-1] if len(odometer) == len(reports) else None
    slowest = min(speeds) if len(speeds) == len(reports) else None
    evidence: dict[str, float | int | str | None] = {
        "reports": len(reports), "span_min": round(_span_s(reports) / 60, 1), "spread_m": round(spread, 1),
        "odometer_km": None if grown is None else round(grown, 1), "slowest_kmh": slowest,
    }  # fmt: skip
    if (grown is not None and grown >= profile.stuck_odometer_km) or (
        slowest is not None and slowest > profile.stuck_kmh
    ):
        return Finding(verdict=Verdict.FAULT, evidence=evidence)
    if grown is None and slowest is None:
        return UNKNOWN  # nothing tells whether it drives
    return Finding(verdict=Verdict.FINE, evidence=evidence)


def clock(facts: Facts, profile: Profile) -> Finding:
    """Off by the same amount, report by report as they come. A late upload arrives in a burst and its offset shrinks."""
    future = facts.refused.get("future", 0)
    if future >= profile.future_reports:
        return Finding(verdict=Verdict.FAULT, evidence={"future_reports": future})
    timed = [one for one in facts.reports if not one.untimed][: profile.clock_reports]
    if len(timed) < profile.clock_reports:
        return UNKNOWN
    received = (timed[0].received_at - timed[-1].received_at).total_seconds()
    offsets = [(one.received_at - one.fixed_at).total_seconds() for one in timed]
    nearest = min(offsets, key=abs)
    spread = max(offsets) - min(offsets)
    evidence = {"offset_s": round(nearest), "spread_s": round(spread), "reports": len(timed)}
    if abs(nearest) <= profile.clock_off_s:
        return Finding(verdict=Verdict.FINE, evidence=evidence)
    if received < profile.clock_span_s or spread > profile.clock_spread_s:
        return UNKNOWN  # a burst, or a line that is slow: its own clock may be right
    return Finding(verdict=Verdict.FAULT, evidence=evidence)


def tamper(facts: Facts, profile: Profile) -> Finding:
    """The newest reports in a row carry one and the same alarm of being removed, unplugged or cut off."""
    newest = facts.reports[: profile.tamper_reports]
    if len(newest) < profile.tamper_reports:
        return UNKNOWN
    carried = [code for code in TAMPERING if all(code in one.alarms for one in newest)]
    if not carried:
        return Finding(verdict=Verdict.FINE, evidence={"reports": len(newest)})
    count = 0
    for report in facts.reports:
        if carried[0] not in report.alarms:
            break
        count += 1
    return Finding(verdict=Verdict.FAULT, evidence={"alarm": carried[0], "reports": count})


def _allowed_s(facts: Facts, profile: Profile) -> float:
    """How long it may be silent after its last report; a parked one reports rarely."""
    moving = facts.speed_kmh is not None and facts.speed_kmh > MOVING_KMH
    return profile.silent_moving_s if moving else profile.silent_parked_s


def _span_s(reports: tuple[Report, ...]) -> float:
    return (reports[0].fixed_at - reports[-1].fixed_at).total_seconds() if reports else 0.0
