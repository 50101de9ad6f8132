"""Stops an approver allows beside those that were booked: they excuse around them and from the approval on, nowhere else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geofence.facts import AllowedStop
from geofence.judge import findings_of
from tests.unit.geofence_cases import at, case, context, day, degrees, driven, order, parked, route, square

ASIDE = (6000.0, 3000.0)  # three kilometres beside the way
WAY = [(0.0, 0.0), (6000.0, 0.0), ASIDE, (6000.0, 0.0), (12_000.0, 0.0)]
AREAS = [{"id": "a1", "kind": "allowed", "geometry": square((6000.0, 0.0), 8000)}]
NARROW = [{"id": "a1", "kind": "allowed", "geometry": square((6000.0, -5000.0), 7000)}]


def found(
    folder: Path, rules: set[str], stops: tuple[AllowedStop, ...], minimum_km: float = 2.0, **about: Any
) -> list[tuple[str, float]]:
    """Rule and minutes each finding lasted, of a trip that stood beside its way for three hours."""
    there = driven("03-11 08:30", WAY[:3], kmh=40)
    back = driven("03-11 11:50", WAY[2:], kmh=40)
    fixes = day(
        parked("03-11 08:00", 30),
        there,
        parked(there[-1]["fixed_at"], 180, ASIDE),
        back,
        parked(back[-1]["fixed_at"], 30, WAY[-1]),
    )
    booked = order(
        "03-11 08:00", "03-11 15:00", route=route(*WAY[:2], WAY[-1]), destination=list(degrees(WAY[-1])), **about
    )
    areas, limits = NARROW if "allowed_area" in about else AREAS, {"R07": {"minimum_km": minimum_km}}
    read = case(folder, fixes, context(orders=[booked], areas=areas, rules=limits))
    (vehicle,) = read.vehicles
    facts = replace(vehicle.facts, orders=tuple(replace(each, allowed_stops=stops) for each in vehicle.facts.orders))
    told = findings_of(replace(read, vehicles=(replace(vehicle, facts=facts),)))
    return [
        (each.rule, ((each.ended_ms or read.now_ms) - each.started_ms) / 60_000) for each in told if each.rule in rules
    ]


def stop(radius_m: float, since: str = "03-11 08:00") -> tuple[AllowedStop, ...]:
    return (AllowedStop(*degrees(ASIDE), radius_m, int(at(since).timestamp() * 1000)),)


@pytest.mark.parametrize(("rules", "about"), [({"R12"}, {}), ({"R07"}, {}), ({"R06"}, {"allowed_area": "a1"})])
def test_an_allowed_stop_excuses_around_it(tmp_path: Path, rules: set[str], about: dict[str, Any]) -> None:
    """Without it there is a finding; with it the stop and what lies around is excused; allowed afterwards, or elsewhere, nothing is."""
    without = found(tmp_path / "a", rules, (), **about)
    assert {rule for rule, _ in without} == rules
    assert found(tmp_path / "b", rules, stop(2000), **about) == []
    assert found(tmp_path / "c", rules, stop(2000, "03-11 14:30"), **about) == without
    far = (AllowedStop(*degrees((0.0, -9000.0)), 2000),)
    assert found(tmp_path / "d", rules, far, **about) == without


def test_the_way_there_stays_a_finding_where_it_leads_far(tmp_path: Path) -> None:
    """Three hundred metres around the stop are allowed; the kilometres beside the route before and after it are not."""
    told = found(tmp_path, {"R07", "R12"}, stop(300), minimum_km=1.0)
    assert {rule for rule, _ in told} == {"R07"}
