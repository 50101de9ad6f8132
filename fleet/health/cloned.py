"""Two locators under one identity: they are in two places at once, or throw each other out of the broker."""

from fleet.geo import distance_m
from fleet.health.facts import Facts, Finding, Report, Verdict
from fleet.health.profiles import Profile


def cloned(facts: Facts, profile: Profile) -> Finding:
    """There and back faster than a car, several times; or several places for one instant; or a fight for the session.

    One jump is a bad fix. A jump that stays is a move by truck or a repaired receiver. Neither is a second locator.
    """
    collisions = facts.refused.get("collision", 0)
    takeovers = facts.takeovers or 0
    sound = tuple(report for report in facts.reports if not report.no_fix)
    pairs, farthest = _alternations(sound, profile)
    evidence = {"pairs": pairs, "farthest_m": round(farthest), "collisions": collisions, "takeovers": takeovers}
    if pairs >= profile.clone_pairs or collisions >= profile.clone_collisions or takeovers >= profile.clone_takeovers:
        return Finding(verdict=Verdict.FAULT, evidence=evidence)
    if len(sound) < 2 * profile.clone_pairs:
        return Finding(verdict=Verdict.UNKNOWN)
    return Finding(verdict=Verdict.FINE, evidence=evidence)


def _alternations(reports: tuple[Report, ...], profile: Profile) -> tuple[int, float]:
    """How often it was impossibly far away and back where it had been, and how far."""
    count, farthest = 0, 0.0
    for after, middle, before in zip(reports, reports[1:], reports[2:], strict=False):
        away = distance_m(middle.lon, middle.lat, before.lon, before.lat)
        back = distance_m(after.lon, after.lat, middle.lon, middle.lat)
        home = distance_m(after.lon, after.lat, before.lon, before.lat)
        if min(away, back) <= profile.clone_m or home > min(away, back) / 2:
            continue
        hours = max((after.fixed_at - before.fixed_at).total_seconds(), 0.001) / 3600
        if (away + back) / 1000 / hours > profile.clone_kmh:
            count, farthest = count + 1, max(farthest, away)
    return count, farthest
