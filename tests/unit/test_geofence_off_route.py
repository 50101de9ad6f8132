"""R07: leaving the corridor for long or far is found, near misses, poor accuracy and lawful detours are not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geofence.facts import JudgedOrder
from geofence.finding import Finding
from geofence.instants import instant
from geofence.places import Path as JudgedPath
from geofence.rules.r07_off_route import off_path_m
from tests.unit.geofence_cases import (
    DEPOT,
    SILENT,
    Spot,
    at,
    context,
    day,
    degrees,
    driven,
    judged,
    order,
    out_and_parked,
    parked,
    route,
    rules_of,
    square,
)

END = (20_000.0, 0.0)
PLAN = route(DEPOT, END)


def aside(off_m: float, length_m: float) -> list[Spot]:
    """Along the route, `off_m` beside it for `length_m`, and back."""
    return [DEPOT, (5000.0, 0.0), (5000.0, off_m), (5000.0 + length_m, off_m), (5000.0 + length_m, 0.0), END]


def r07(folder: Path, spots: list[Spot], *, kmh: float = 60.0, planned: Any = PLAN, **more: Any) -> list[Finding]:
    fix_keys = {key: more.pop(key) for key in list(more) if key in ("accuracy_m", "every_s", "ignition")}
    about = context(orders=[order("03-11 09:00", "03-11 12:00", route=planned)], **more)
    found = judged(folder, out_and_parked("03-11 09:10", spots, kmh=kmh, **fix_keys), about)
    assert {each.rule for each in found} <= {"R07"}
    return found


def test_a_long_way_beside_the_route_is_one_finding(tmp_path: Path) -> None:
    """1.5 km off for 4 km at 60 km/h: detected after 2 km outside, ends well inside the corridor."""
    (found,) = r07(tmp_path, aside(1500, 4000))
    assert (found.severity, str(found.judgement), found.order_id) == ("Y", "suspected", "o1")
    assert abs((instant(found.started_ms) - at("03-11 09:15:30")).total_seconds()) <= 15
    assert abs((instant(found.detected_ms) - at("03-11 09:17:30")).total_seconds()) <= 20
    assert found.metrics["farthest_m"] == pytest.approx(1500, abs=20)
    assert found.metrics["off_route_km"] == pytest.approx(6.2, abs=0.4)


@pytest.mark.parametrize(
    ("spots", "kmh", "count"),
    [
        pytest.param(aside(450, 8000), 60.0, 0, id="inside the corridor"),
        pytest.param(aside(800, 1000), 60.0, 0, id="1.6 km in 100 s"),
        pytest.param(aside(800, 1600), 60.0, 1, id="2.2 km"),
        pytest.param(aside(700, 700), 9.0, 1, id="1.1 km in 7 min"),
        pytest.param(aside(700, 100), 9.0, 0, id="0.5 km in 3 min"),
    ],
)
def test_the_minimum_is_five_minutes_or_two_kilometres(
    tmp_path: Path, spots: list[Spot], kmh: float, count: int
) -> None:
    assert len(r07(tmp_path, spots, kmh=kmh)) == count


def test_between_return_line_and_edge_the_episode_goes_on(tmp_path: Path) -> None:
    """450 m is inside the corridor but not inside 0.6 of it: one episode, not two."""
    spots = [
        DEPOT, (4000.0, 0.0), (4000.0, 900.0), (7000.0, 900.0), (7000.0, 450.0), (8000.0, 450.0), (8000.0, 900.0),
        (11_000.0, 900.0), (11_000.0, 0.0), END,
    ]  # fmt: skip
    assert len(r07(tmp_path / "a", spots)) == 1
    nearer = [(east, 250.0 if north == 450.0 else north) for east, north in spots]
    assert len(r07(tmp_path / "b", nearer)) == 2


def test_a_fix_whose_accuracy_reaches_over_the_edge_cannot_begin_it(tmp_path: Path) -> None:
    """530 m off with 45 m accuracy: perhaps inside."""
    assert r07(tmp_path / "a", aside(530, 6000), accuracy_m=45) == []
    assert len(r07(tmp_path / "b", aside(530, 6000), accuracy_m=5)) == 1


def test_the_corridor_is_wider_in_the_country(tmp_path: Path) -> None:
    rural = [{"id": "a1", "kind": "rural", "geometry": square((10_000.0, 0.0), 9000)}]
    assert r07(tmp_path / "a", aside(1200, 6000), areas=rural) == []
    assert len(r07(tmp_path / "b", aside(1700, 6000), areas=rural)) == 1


def test_the_strict_profile_is_a_matter_of_parameters(tmp_path: Path) -> None:
    strict = {"R07": {"corridor_m": 150, "minimum_min": 1, "minimum_km": 0.4}}
    assert r07(tmp_path / "a", aside(200, 500)) == []
    assert len(r07(tmp_path / "b", aside(200, 500), rules=strict)) == 1


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"planned": None}, id="no planned path"),
        pytest.param({"vehicle": {"exempt_rules": ["R07"]}}, id="exempt"),
        pytest.param({"ignition": 0}, id="towed"),
    ],
)
def test_where_it_cannot_be_judged_it_is_silent(tmp_path: Path, more: dict[str, Any]) -> None:
    assert r07(tmp_path, aside(1500, 4000), **more) == []


def test_a_stop_outside_counts_its_time(tmp_path: Path) -> None:
    """A minute beyond the corridor, eight minutes parked there, and back: detected five minutes after leaving."""
    aside_spot = (5000.0, 900.0)
    fixes = day(
        parked("03-11 08:10", 60),
        driven("03-11 09:10", [DEPOT, (5000.0, 0.0), aside_spot], kmh=60),
        parked("03-11 09:15:55", 8, aside_spot, every_s=10),
        driven("03-11 09:23:55", [aside_spot, (5000.0, 0.0), END], kmh=60),
        parked("03-11 09:41", 30, END),
    )
    (found,) = judged(tmp_path, fixes, context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)]))
    waited_s = (found.detected_ms - found.started_ms) / 1000
    assert found.rule == "R07"
    assert 300 <= waited_s <= 330


def test_a_tunnel_or_a_silent_stretch_is_not_a_detour(tmp_path: Path) -> None:
    """Eight minutes without fixes between two places on the route."""
    fixes = out_and_parked("03-11 09:10", [DEPOT, END], kmh=60)
    fixes = [fix for fix in fixes if not at("03-11 09:14") < fix["fixed_at"] < at("03-11 09:22")]
    assert judged(tmp_path, fixes, context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)])) == []


def test_a_gap_between_two_places_outside_leaves_it_undetermined(tmp_path: Path) -> None:
    """Seen outside only at both ends of a silence of seven minutes: where it was in between nobody knows."""
    fixes = out_and_parked("03-11 09:10", aside(900, 6000), kmh=60)
    fixes = [fix for fix in fixes if not at("03-11 09:15:50") < fix["fixed_at"] < at("03-11 09:21:40")]
    (found,) = judged(tmp_path, fixes, context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)]))
    assert (found.rule, str(found.judgement)) == ("R07", "undetermined")
    assert found.metrics["doubts"] == ["gap"]


def test_one_fix_outside_after_minutes_that_nobody_saw_leaves_it_undetermined(tmp_path: Path) -> None:
    """Between the last place on the route and the only one outside lie six minutes: where the route was left nobody knows."""
    fixes = out_and_parked("03-11 09:10", aside(3000, 4000), kmh=60)
    outside = [fix for fix in fixes if at("03-11 09:14:50") < fix["fixed_at"] < at("03-11 09:24:40")]
    fixes = [fix for fix in fixes if fix not in outside or fix is outside[len(outside) // 2]]
    (found,) = judged(tmp_path, fixes, context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)]))
    assert (found.rule, str(found.judgement)) == ("R07", "undetermined")


def test_driving_to_the_route_and_home_from_its_end_is_lawful(tmp_path: Path) -> None:
    """The depot lies 3 km from the planned path: getting there and back is no detour, wandering off beyond it is."""
    planned = route((0.0, 3000.0), (20_000.0, 3000.0))
    there = [DEPOT, (0.0, 3000.0), (20_000.0, 3000.0)]
    assert r07(tmp_path / "a", there, planned=planned) == []
    assert r07(tmp_path / "b", [*there, (20_000.0, 500.0), (500.0, 500.0), DEPOT], planned=planned, kmh=90.0) == []
    assert len(r07(tmp_path / "c", [DEPOT, (0.0, -6000.0), (9000.0, -6000.0)], planned=planned)) == 1


def test_ten_minutes_of_rest_close_the_episode(tmp_path: Path) -> None:
    """Parked off the route for half an hour: the first episode ended when it parked, leaving begins a second one."""
    shop = (5000.0, 3500.0)
    fixes = day(
        parked("03-11 08:10", 60),
        driven("03-11 09:10", [DEPOT, (5000.0, 0.0), shop], kmh=60),
        parked("03-11 09:18:30", 30, shop),
        driven("03-11 09:48:30", [shop, (12_000.0, 3500.0), (12_000.0, 0.0), END], kmh=60),
        parked("03-11 10:08", 30, END),
    )
    first, second = judged(tmp_path, fixes, context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)]))
    assert first.ended_ms is not None
    assert abs((instant(first.ended_ms) - at("03-11 09:18:30")).total_seconds()) <= 20
    assert second.started_ms > first.ended_ms + 1_500_000


def test_a_vehicle_that_never_joins_its_path_is_off_route(tmp_path: Path) -> None:
    """The depot is 3 km from the path; 20 km beside it are no way to it."""
    planned = route((0.0, 3000.0), (20_000.0, 3000.0))
    (found,) = r07(tmp_path, [DEPOT, END], planned=planned)
    assert str(found.judgement) == "suspected"


def test_a_path_that_ends_where_it_begins_is_not_finished_at_its_beginning(tmp_path: Path) -> None:
    """Out and back on one road, depot 3 km aside: a detour of 3 km in the middle is found."""
    begin, turn = (0.0, 3000.0), (20_000.0, 3000.0)
    planned = route(begin, turn, begin)
    away: list[Spot] = [(8000.0, 3000.0), (8000.0, 6000.0), (10_000.0, 6000.0), (10_000.0, 3000.0)]
    assert len(r07(tmp_path / "a", [DEPOT, begin, *away, turn, begin, DEPOT], planned=planned, kmh=90)) == 1
    assert r07(tmp_path / "b", [DEPOT, begin, turn, begin, DEPOT], planned=planned, kmh=90) == []


def test_the_places_an_order_names_belong_to_its_path(tmp_path: Path) -> None:
    """The destination lies 700 m beyond the end of the line, a stop 700 m beside it: parking there is what was asked for."""
    beyond = (20_700.0, 0.0)
    spots: list[Spot] = [DEPOT, (8000.0, 0.0), (8000.0, 700.0)]
    for name, ends, places in (
        ("a", [DEPOT, END, beyond], {"destination": list(degrees(beyond))}),
        ("b", spots, {"stops": [list(degrees((8000.0, 700.0)))]}),
    ):
        about = context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN, **places)])
        assert judged(tmp_path / name, out_and_parked("03-11 09:10", ends, kmh=60), about) == []
        bare = context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)])
        assert [each.rule for each in judged(tmp_path / f"{name}0", out_and_parked("03-11 09:10", ends, kmh=60), bare)]


def test_a_finding_never_ends_before_it_was_detected(tmp_path: Path) -> None:
    """Six seconds of driving and a long stand beyond the corridor: the stand completes the minimum and belongs to it."""
    (found,) = r07(tmp_path, [DEPOT, (8000.0, 0.0), (8000.0, 600.0)], kmh=36)
    assert found.ended_ms is not None
    assert found.detected_ms <= found.ended_ms


def test_without_a_home_depot_the_way_back_is_the_way_it_came(tmp_path: Path) -> None:
    """The depot key is optional: driving back to where it set out from, 3 km from the path, is lawful."""
    planned = route((0.0, 3000.0), (10_000.0, 3000.0))
    spots: list[Spot] = [DEPOT, (0.0, 3000.0), (10_000.0, 3000.0), (10_000.0, 500.0), (500.0, 500.0), DEPOT]
    assert r07(tmp_path, spots, planned=planned, kmh=90, vehicle={"home_depot": None}) == []


@pytest.mark.parametrize("poor", [False, True])
def test_off_route_seen_only_around_a_gap_or_only_poorly_is_undetermined(tmp_path: Path, poor: bool) -> None:
    """700 m off before and after twelve minutes of silence; or eighteen minutes of nothing but poor fixes."""
    before = driven("03-11 09:10", [DEPOT, (5000.0, 0.0), (5000.0, 700.0), (5500.0, 700.0)], kmh=60)
    hidden = driven("03-11 09:16:30", [(5500.0, 700.0), (12_500.0, 700.0)], kmh=30, satellites=3)
    after = driven("03-11 09:30:30", [(12_500.0, 700.0), (12_500.0, 0.0), END], kmh=60)
    middle = hidden if poor else []
    fixes = day(parked("03-11 08:10", 60), before, middle, after, parked("03-11 09:41", 30, END))
    about = context(orders=[order("03-11 09:00", "03-11 12:00", route=PLAN)], vehicle=SILENT)
    assert set(rules_of(judged(tmp_path, fixes, about))) == {("R07", "undetermined")}


def test_the_corridor_that_applied_is_the_one_that_is_told(tmp_path: Path) -> None:
    """In the country it is 1,500 m."""
    rural = [{"id": "a1", "kind": "rural", "geometry": square((8000.0, 0.0), 9000)}]
    (found,) = r07(tmp_path, aside(2500, 4000), areas=rural)
    assert found.metrics["corridor_m"] == 1500


@pytest.mark.parametrize(
    ("spots", "grade", "extra_km"),
    [
        # A square: 1.5 km aside, on, and back. Outside the corridor it costs 1.0 and 1.2 km.
        ([DEPOT, (6000.0, 0.0), (6000.0, 1500.0), (9000.0, 1500.0), (9000.0, 0.0), END], "major", 2.2),
        # The same way cut at an angle costs little.
        ([DEPOT, (4000.0, 0.0), (7000.0, 750.0), (9000.0, 750.0), (12_000.0, 0.0), END], "minor", 0.1),
    ],
)
def test_a_detour_that_leads_on_is_graded_by_what_it_costs(
    tmp_path: Path, spots: list[Spot], grade: str, extra_km: float
) -> None:
    """Back on the path it says how far it led on and what it cost; the severity stays that of the rule."""
    (found,) = r07(tmp_path, spots, kmh=40)
    assert (found.severity, found.metrics["detour"]) == ("Y", grade)
    assert found.metrics["order_off_route_km"] == found.metrics["off_route_km"]
    assert found.metrics["extra_km"] == pytest.approx(extra_km, abs=0.4)


def test_a_way_back_to_where_it_left_never_leads_on(tmp_path: Path) -> None:
    """A private errand aside and back to the same corner stays yellow, and the kilometres of two errands add up."""
    aside_and_back: list[Spot] = [(6000.0, 0.0), (6000.0, 1800.0), (6000.0, 0.0)]
    again: list[Spot] = [(9000.0, 0.0), (9000.0, 1800.0), (9000.0, 0.0)]
    found = r07(tmp_path, [DEPOT, *aside_and_back, *again, END], kmh=40)
    assert all("detour" not in each.metrics for each in found)
    assert found[1].metrics["order_off_route_km"] == pytest.approx(
        float(str(found[0].metrics["off_route_km"])) + float(str(found[1].metrics["off_route_km"])), abs=0.02
    )


def test_an_alternative_of_the_router_is_on_route() -> None:
    """Two kilometres from the planned path, on the other one: off route by nothing."""
    plan, other = (
        JudgedPath([degrees(spot) for spot in spots]) for spots in ([DEPOT, END], [DEPOT, (6000.0, 2000.0), END])
    )
    planned = JudgedOrder(id="o1", type="normal", start_ms=0, end_ms=1, path=plan)
    lon, lat = degrees((6000.0, 2000.0))
    assert off_path_m(planned, lon, lat) == pytest.approx(2000, abs=5)
    assert off_path_m(replace(planned, other_paths=(other,)), lon, lat) == pytest.approx(0, abs=1)


def laid(places: list[tuple[str, Spot, float]], router_data: str | None = "roads of March") -> list[dict[str, Any]]:
    """What the router is recorded to have said of a drive."""
    return [
        {
            "vehicle": "v1",
            "router_data": router_data,
            "places": [[at(when).isoformat(), *degrees(spot), sure] for when, spot, sure in places],
        }
    ]


def laid_beside(off_m: float, sure: float) -> list[dict[str, Any]]:
    """Every fix of the drive out on a road so far beside the route."""
    times = [f"03-11 09:{10 + s // 60}:{s % 60:02d}" for s in range(0, 1500, 10)]
    return laid([(when, (i * 166.67, off_m), sure) for i, when in enumerate(times)])


STRICT: dict[str, Any] = {"rules": {"R07": {"corridor_m": 150, "minimum_min": 1, "minimum_km": 0.4}}}


@pytest.mark.parametrize(
    ("matches", "judgement", "match"),
    [
        pytest.param(None, "suspected", "not_matched", id="nobody asked"),
        pytest.param(laid_beside(185, 0.97), "suspected", "matched", id="on a road outside"),
        pytest.param(laid_beside(185, 0.4), "undetermined", "unsure", id="on one of two roads"),
        pytest.param(laid_beside(120, 0.97), "undetermined", "unsure", id="on the parallel road inside"),
    ],
)
def test_a_marginal_departure_is_held_against_the_road_it_was_laid_on(
    tmp_path: Path, matches: Any, judgement: str, match: str
) -> None:
    """180 m beside the route by fixes good to 20 m, corridor 150 m: the fixes alone do not separate two parallel roads."""
    (found,) = r07(tmp_path, aside(180, 6000), accuracy_m=20, matches=matches, **STRICT)
    assert (str(found.judgement), found.metrics["match"]) == (judgement, match)
    assert ("road_unsure" in str(found.metrics.get("doubts"))) == (judgement == "undetermined")
    assert found.metrics.get("router_data") == ("roads of March" if matches else None)
    assert found.metrics.get("match_confidence") == (matches[0]["places"][0][3] if matches else None)


def test_a_match_never_makes_a_finding_and_is_not_asked_of_a_clear_departure(tmp_path: Path) -> None:
    """Inside the corridor a road outside raises nothing; 1.5 km off is off whatever the match says."""
    assert r07(tmp_path / "a", aside(100, 6000), accuracy_m=20, matches=laid_beside(400, 1.0), **STRICT) == []
    (found,) = r07(tmp_path / "b", aside(1500, 4000), matches=laid_beside(0, 0.1))
    assert (str(found.judgement), found.metrics.get("match")) == ("suspected", None)
    assert "router_data" not in found.metrics
