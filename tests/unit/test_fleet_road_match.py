"""Laying fixes on roads: how sure a place is, by the router's answer; no router runs here (tests/db/test_router.py)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.road_match import (
    MODEL_SIGMA_M,
    RIVALS_FIXES,
    NoMatch,
    RoadFix,
    decode_match,
    match_question,
    windows,
)
from fleet.router_config import valhalla_config
from fleet.routing import Router
from fleet.valhalla import UnreadableAnswerError, decode_version

NORTH = 1 / 111_195.0  # degrees a metre
FIXES = [RoadFix(i * 10_000, 118.92 + i * 1e-3, 33.0, 20.0) for i in range(10)]


def matched(off_m: float, **more: Any) -> list[dict[str, Any]]:
    return [{"lon": fix.lon, "lat": fix.lat + off_m * NORTH, "type": "matched", **more} for fix in FIXES]


def answer(off_m: float = 5.0, *, rival_m: float | None = None, margin: float = 0.0, **more: Any) -> dict[str, Any]:
    """A way so far beside the fixes, and another one whose cost under the model is so much higher."""
    edges = [{"length": 0.4}, {"length": 0.55}]
    told = {"matched_points": matched(off_m, **more), "raw_score": 100.0, "edges": edges}
    if rival_m is not None:
        told["alternate_paths"] = [{"matched_points": matched(rival_m), "raw_score": 100.0 + margin, "edges": edges}]
    return told


def sure(**about: Any) -> float:
    found = decode_match(answer(**about), FIXES)
    assert found.length_m == pytest.approx(950)
    assert len({place.confidence for place in found.places}) == 1
    return found.places[0].confidence


def test_a_road_without_a_rival_is_sure_and_one_far_from_its_fix_is_not() -> None:
    assert sure() == 1.0
    assert sure(off_m=120) < 0.05


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_more_the_rival_costs_the_surer_the_first_and_never_below_even(a: float, b: float) -> None:
    """Two equal parallel ways are even; nobody is surer of the worse one."""
    low, high = sorted((a, b))
    assert 0.5 <= sure(rival_m=60, margin=low) <= sure(rival_m=60, margin=high) <= 1.0


def test_a_rival_on_the_same_road_takes_nothing_away() -> None:
    assert sure(rival_m=10, margin=0.0) == 1.0
    assert sure(rival_m=60, margin=0.0) == 0.5


def test_where_there_is_no_road_or_the_way_breaks_off_nothing_is_sure() -> None:
    assert sure(type="unmatched") == 0.0
    assert sure(begin_route_discontinuity=True) == 0.0


@pytest.mark.parametrize("broken", [{}, {"matched_points": []}, [], None, answer() | {"edges": [{}]}, answer() | {"matched_points": matched(0)[1:]}])  # fmt: skip
def test_an_answer_of_another_shape_is_refused(broken: Any) -> None:
    with pytest.raises(UnreadableAnswerError):
        decode_match(broken, FIXES)


def test_the_model_is_measured_in_the_routers_own_sigma(tmp_path: Any) -> None:
    """What the router is configured with is what a cost is read by; questions stay inside its limits."""
    configured = valhalla_config(tmp_path)
    assert configured["meili"]["default"]["sigma_z"] == MODEL_SIGMA_M
    assert configured["service_limits"]["trace"]["max_alternates_shape"] >= RIVALS_FIXES
    poor = [fix._replace(accuracy_m=900.0) for fix in FIXES]
    radius = match_question(poor, rivals=True)["trace_options"]["search_radius"]
    assert radius <= configured["service_limits"]["trace"]["max_search_radius"]


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_every_fix_of_a_span_is_in_a_question_that_is_small_enough(count: int, a: int, b: int) -> None:
    fixes = [RoadFix(i, 118.0, 33.0) for i in range(count)]
    cut = windows(fixes, min(a, b), max(a, b))
    assert all(0 < len(each) <= RIVALS_FIXES for each in cut)
    assert {fix.at_ms for fix in fixes if min(a, b) <= fix.at_ms <= max(a, b)} <= {
        fix.at_ms for each in cut for fix in each
    }


def test_the_version_of_the_roads_is_one_word() -> None:
    told = {"version": "3.9.1", "tileset_last_modified": 1_795_941_742}
    assert decode_version(told) == "valhalla 3.9.1, 2026-11-29T08:42:22Z"
    for broken in ({}, {"version": "3", "tileset_last_modified": 1e300}, None):
        with pytest.raises(UnreadableAnswerError):
            decode_version(broken)


async def test_without_a_router_nothing_is_matched_and_it_is_worth_asking_again() -> None:
    async with Router(None) as router:
        assert await router.match(FIXES) is NoMatch.SILENT
        assert await router.weighed(FIXES, 0, 90_000) is NoMatch.SILENT
        assert await router.data_version() is None
