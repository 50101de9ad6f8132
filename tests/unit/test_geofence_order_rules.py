"""R02, R05, R06, R08 and R31 on small drives: what they find, what just misses, and what excuses."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box

from geofence.finding import Finding
from geofence.places import Area, Areas
from tests.unit.geofence_cases import (
    DEPOT,
    context,
    day,
    degrees,
    driven,
    judged,
    order,
    parked,
    route,
    rules_of,
    square,
)

FAR = (6000.0, 0.0)
VEHICLE = {"id": "v1", "device": "dev1", "user_unit": "u1"}


def found(folder: Path, fixes: list[dict[str, Any]], rule: str, **about: Any) -> list[Finding]:
    return [each for each in judged(folder, fixes, context(**about)) if each.rule == rule]


def trip(start: str, spots: list[tuple[float, float]], after_min: float = 30, **more: Any) -> list[dict[str, Any]]:
    """Parked for an hour, driven, parked again."""
    way = driven(start, spots, **more)
    return day(parked("03-11 08:00", 30), way, parked(way[-1]["fixed_at"], after_min, spots[-1]))


def test_setting_out_early_is_an_overrun_of_the_order_it_reaches(tmp_path: Path) -> None:
    """Forty minutes before its order, still driving when the order begins: one R02, told when the order covers, no R01."""
    fixes = trip("03-11 09:20", [DEPOT, (20_000.0, 0.0)], kmh=36)
    (one,) = judged(tmp_path, fixes, context(orders=[order("03-11 10:00", "03-11 12:00")]))
    assert (one.rule, one.order_id, one.severity, one.metrics["early_min"]) == ("R02", "o1", "Y", 40.0)


@pytest.mark.parametrize(("spots", "told"), [([DEPOT, (150.0, 0.0)], 1), ([DEPOT, (90.0, 0.0)], 0)])
def test_a_sealed_vehicle_that_moves_is_told(tmp_path: Path, spots: list[tuple[float, float]], told: int) -> None:
    """Beyond a hundred metres while sealed; less is nothing, and neither is the time after the seal."""
    seal = [{"from": "2026-03-11T00:00:00+08:00", "to": "2026-03-12T00:00:00+08:00"}]
    fixes = trip("03-11 08:30", [DEPOT, FAR], ignition=1) if told else trip("03-11 08:30", spots, kmh=10, ignition="")
    about = {"orders": [order("03-11 08:00", "03-11 12:00")], "depots": []}
    assert len(found(tmp_path / "a", fixes, "R05", vehicles=[{**VEHICLE, "sealed": seal}], **about)) == told
    before = [{"from": "2026-03-10T00:00:00+08:00", "to": "2026-03-11T00:00:00+08:00"}]
    assert found(tmp_path / "b", fixes, "R05", vehicles=[{**VEHICLE, "sealed": before}], **about) == []


@pytest.mark.parametrize(("minutes", "told"), [(6, 1), (4, 0)])
def test_a_sealed_vehicle_whose_engine_runs_is_told(tmp_path: Path, minutes: float, told: int) -> None:
    """The ignition on for more than five minutes without moving; it ends when the ignition is off."""
    seal = [{"from": "2026-03-11T00:00:00+08:00"}]
    fixes = day(
        parked("03-11 08:00", 30), parked("03-11 08:30", minutes, ignition=1), parked(f"03-11 08:{30 + minutes:02}", 20)
    )
    told_of = found(tmp_path, fixes, "R05", vehicles=[{**VEHICLE, "sealed": seal}])
    assert len(told_of) == told
    for each in told_of:
        assert (each.severity, (each.detected_ms - each.started_ms) / 60_000) == ("R", 5.0)
        assert each.ended_ms is not None
        assert (each.ended_ms - each.started_ms) / 60_000 == pytest.approx(5.5)


def test_a_tow_breaks_no_seal_and_no_order_lifts_one(tmp_path: Path) -> None:
    """Moved with the ignition off: nothing. Under an order approved for holidays: a finding, for only a kept-out vehicle is on duty."""
    sealed = {"vehicles": [{**VEHICLE, "sealed": [{"from": "2026-03-11T00:00:00+08:00"}]}]}
    towed = trip("03-11 08:30", [DEPOT, FAR], ignition=0)
    assert found(tmp_path / "a", towed, "R05", **sealed) == []
    approved = order("03-11 08:15", "03-11 12:00", holiday_approved=True)
    (one,) = found(tmp_path / "b", trip("03-11 08:30", [DEPOT, FAR]), "R05", orders=[approved], **sealed)
    assert (one.severity, one.order_id) == ("R", "o1")


@pytest.mark.parametrize(("stays_min", "told"), [(2.0, 0), (4.0, 1)])
def test_only_time_beyond_the_whole_margin_makes_an_area_finding(tmp_path: Path, stays_min: float, told: int) -> None:
    """Two minutes at 400 m outside, and minutes at 250 m before and after it: not three minutes outside; four minutes are."""
    area = {"id": "a0", "kind": "allowed", "geometry": square(DEPOT, 4000.0)}
    edge, beyond = (4250.0, 0.0), (4400.0, 0.0)
    out = driven("03-11 09:00", [DEPOT, edge], kmh=50)
    fixes = day(
        parked("03-11 08:30", 30),
        out,
        parked(out[-1]["fixed_at"], 1.5, edge, every_s=10, ignition=1),
        over := driven(out[-1]["fixed_at"] + timedelta(minutes=1.5), [edge, beyond], kmh=30),
        parked(over[-1]["fixed_at"], stays_min, beyond, every_s=10, ignition=1),
        back := driven(over[-1]["fixed_at"] + timedelta(minutes=stays_min), [beyond, edge], kmh=30),
        parked(back[-1]["fixed_at"], 1.5, edge, every_s=10, ignition=1),
        home := driven(back[-1]["fixed_at"] + timedelta(minutes=1.5), [edge, DEPOT], kmh=50),
        parked(home[-1]["fixed_at"], 30),
    )
    under = {"orders": [order("03-11 08:00", "03-11 12:00", allowed_area="a0")], "areas": [area]}
    assert len(found(tmp_path, fixes, "R06", **under)) == told


@pytest.mark.parametrize(("reach_m", "told"), [(5400.0, 1), (4820.0, 1), (4700.0, 0), (4290.0, 0)])
def test_out_of_the_allowed_area(tmp_path: Path, reach_m: float, told: int) -> None:
    """More than 300 m outside for three minutes (at 18 km/h 520 m beyond it); 290 m outside is still inside the margin."""
    area = {"id": "a0", "kind": "allowed", "geometry": square(DEPOT, 4000.0)}
    fixes = trip("03-11 08:30", [DEPOT, (reach_m, 0.0), DEPOT], kmh=18)
    under = {"orders": [order("03-11 08:00", "03-11 12:00", allowed_area="a0")], "areas": [area]}
    of_order = found(tmp_path / "a", fixes, "R06", **under)
    assert len(of_order) == told
    vehicle = {"vehicles": [{**VEHICLE, "allowed_area": "a0"}], "areas": [area]}
    of_vehicle = found(tmp_path / "b", fixes, "R06", **vehicle)
    assert [each.severity for each in (*of_order, *of_vehicle)] == ["Y", "R"][: 2 * told]
    for each in of_order:
        assert each.metrics["area"] == "a0"
        assert abs(each.metrics["farthest_m"] - (reach_m - 4000)) < 60  # type: ignore[operator]


def test_inside_a_forbidden_area(tmp_path: Path) -> None:
    """Three minutes inside count, driving through in one does not."""
    area = {"id": "f1", "kind": "forbidden", "geometry": square((3000.0, 0.0), 200.0)}
    covered = {"orders": [order("03-11 08:00", "03-11 12:00")], "areas": [area]}
    through = trip("03-11 08:30", [DEPOT, FAR], kmh=36)
    assert found(tmp_path / "a", through, "R06", **covered) == []
    slow = trip("03-11 08:30", [DEPOT, (3000.0, 0.0)], kmh=36)
    (inside,) = found(tmp_path / "b", slow, "R06", **covered)
    assert (inside.metrics["area"], inside.metrics["area_kind"], inside.severity) == ("f1", "forbidden", "Y")


@pytest.mark.parametrize(("aside_m", "told"), [(8000.0, 1), (4000.0, 0)])
def test_a_detour_is_told_when_the_vehicle_is_back(tmp_path: Path, aside_m: float, told: int) -> None:
    """Twice 6 km planned; 12 + 4 x 8 km driven is a detour, 12 + 4 x 4 km (less than 10 km more than one and a half) is not."""
    aside = [DEPOT, (3000.0, 0.0), (3000.0, aside_m), (3000.0, 0.0), FAR, (3000.0, 0.0), DEPOT]
    fixes = trip("03-11 08:30", aside, kmh=60)
    about = {"orders": [order("03-11 08:20", "03-11 12:00", route=route(DEPOT, FAR), origin=list(degrees(DEPOT)))]}
    detours = found(tmp_path, fixes, "R08", **about)
    assert len(detours) == told
    for each in detours:
        assert (each.severity, each.order_id, each.metrics["best_km"]) == ("G", "o1", 12.0)
        assert each.metrics["driven_km"] == pytest.approx(28.0, abs=0.3)


@pytest.mark.parametrize(("kind", "told"), [("service", 0), ("normal", 1)])
def test_a_service_order_excuses_its_detour_also_after_it_has_ended(tmp_path: Path, kind: str, told: int) -> None:
    """The way is compared when the vehicle is back and the order no longer in force: it excuses all the same."""
    fixes = trip("03-11 08:30", [DEPOT, (3000.0, 0.0), (3000.0, 8000.0), (3000.0, 0.0), DEPOT], after_min=90, kmh=60)
    short = order("03-11 08:20", "03-11 08:40", type=kind, route=route(DEPOT, (3000.0, 0.0)))
    assert len(found(tmp_path, fixes, "R08", orders=[short])) == told


def test_who_approves_the_own_trip_is_told_at_departure(tmp_path: Path) -> None:
    """The requester among the approvers is one finding of the order, another approver none."""
    fixes = trip("03-11 08:30", [DEPOT, FAR, DEPOT])
    own = order("03-11 08:20", "03-11 12:00", requester="p1", approvers=["p2", "p1"])
    (told,) = found(tmp_path / "a", fixes, "R31", orders=[own])
    assert (told.order_id, told.severity, told.metrics) == ("o1", "Y", {"ground": "own_approval"})
    assert told.ended_ms is not None
    other = order("03-11 08:20", "03-11 12:00", requester="p1", approvers=["p2"])
    assert rules_of(judged(tmp_path / "b", fixes, context(orders=[other]))) == []


def test_the_grid_of_areas_answers_like_asking_each(tmp_path: Path) -> None:
    """For random places and areas from a yard to a province the candidates hold every area that holds the place."""
    rng = random.Random(5)
    areas = []
    for number in range(300):
        lon, lat, size = rng.uniform(115, 119), rng.uniform(37, 41), 10 ** rng.uniform(-3.5, 0.7)
        areas.append(Area(str(number), "sensitive", box(lon, lat, lon + size, lat + size * rng.uniform(0.3, 1))))
    grid = Areas(areas)
    for _ in range(2000):
        lon, lat, margin_m = rng.uniform(115, 119), rng.uniform(37, 41), rng.choice([0.0, 30.0, 400.0])
        expected = {area.id for area in areas if area.holds(lon, lat, margin_m)}
        assert {area.id for area in grid.near(lon, lat) if area.holds(lon, lat, margin_m)} == expected
