"""What a draft of a fence changes: whom it concerns, what differs between two judgements."""

from dataclasses import replace
from typing import Any

import pytest

from geofence.finding import Finding, Judgement
from geofence.places import Area
from geofence.preview.compare import AROUND_MS, Draft, changes, concerned, with_draft
from geofence.track.fixes import TrackFix
from tests.unit.geofence_cases import at, context, day, driven, parked, square, write
from tests.unit.test_geofence_registry import register

HERE: dict[str, Any] = square((5000, 0), 200)
DRAFT = Draft(
    id="n", tenant_id="t", area_id=None, kind="sensitive", category="hotel", speed_limit_kmh=None, geometry=HERE, ends=False
)  # fmt: skip


def finding(rule: str, start_min: int, end_min: int | None, **more: Any) -> Finding:
    about: dict[str, Any] = {"severity": "Y", "judgement": Judgement.SUSPECTED, "metrics": {}} | more
    return Finding(
        rule=rule, name=rule, vehicle_id="v1", order_id=None, started_ms=start_min * 60_000,
        ended_ms=None if end_min is None else end_min * 60_000, detected_ms=0, lon=0.0, lat=0.0, fixes=1, **about,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("without", "with_it", "told"),
    [
        ([], [("R09", 0, 20)], ["raised"]),
        ([("R09", 0, 20)], [], ["gone"]),
        ([("R09", 0, 20)], [("R09", 0, 20)], []),
        ([("R09", 0, 20)], [("R09", 5, 25)], ["changed"]),
        ([("R09", 0, None)], [("R09", 5, None)], ["changed"]),
        ([("R09", 0, 20)], [("R06", 0, 20)], ["raised", "gone"]),
        ([("R09", 0, 20)], [("R09", 30, 40)], ["gone", "raised"]),
    ],
)
def test_findings_of_one_rule_that_meet_are_the_same_one(
    without: list[Any], with_it: list[Any], told: list[str]
) -> None:
    """A finding that begins a little later is changed, not one gone and one new."""
    found = changes([finding(*each) for each in without], [finding(*each) for each in with_it])
    assert sorted(each.change for each in found) == sorted(told)


def test_only_the_last_telling_of_a_finding_counts() -> None:
    """Raised, longer, withdrawn: in the end there is none."""
    raised = finding("R09", 0, None)
    assert changes([], [raised, replace(raised, ended_ms=5), replace(raised, judgement=Judgement.WITHDRAWN)]) == []
    (grave,) = changes([raised], [raised, replace(raised, severity="R")])
    assert (grave.change, grave.finding.severity) == ("changed", "R")


def test_the_register_with_a_draft_holds_it_always_and_no_other_version() -> None:
    """A next version replaces all versions of its fence; an end leaves none; other fences stay."""
    old = Area("a", "sensitive", with_area(HERE), version_id="1")
    other = Area("b", "depot", with_area(HERE))
    known = replace(register(), areas={"t": (old, other)})
    changed = with_draft(known, replace(DRAFT, area_id="a", category="scenic")).areas["t"]
    assert [(each.id, each.category, each.version_id) for each in changed] == [("b", None, None), ("a", "scenic", None)]
    assert all(each.then(0) for each in changed)
    assert [each.id for each in with_draft(known, replace(DRAFT, area_id="a", ends=True)).areas["t"]] == ["b"]
    assert [each.id for each in with_draft(known, DRAFT).areas["t"]] == ["a", "b", "n"]


def with_area(geometry: dict[str, Any]) -> Any:
    from fleet.geo import shape_of

    return shape_of(geometry)


def fixes(tmp_path: Any) -> list[TrackFix]:
    """Three days: at the depot, on the second out to the fence and back."""
    from geofence.cases.folder import read_case

    out = driven("03-11 10:00", [(0, 0), (5000, 0), (0, 0)])
    track = day(parked("03-09 08:00", 30), out, parked("03-13 08:00", 30))
    return list(read_case(write(tmp_path / "c", track, context())).vehicles[0].fixes)


def test_a_vehicle_is_judged_around_the_times_it_came_near(tmp_path: Any) -> None:
    """A day before and after; not at all when it never came near; whole for kinds that reach far and for the home depot."""
    known, all_fixes = register(), fixes(tmp_path)
    near = concerned(known, DRAFT, "v1", all_fixes)
    first = epoch(at("03-11 10:00"))
    assert near
    assert all(abs(fix.at_ms - first) < AROUND_MS + 3_600_000 for fix in near)
    assert 0 < len(near) < len(all_fixes)
    assert concerned(known, replace(DRAFT, geometry=square((50_000, 0), 100)), "v1", all_fixes) == ()
    assert (
        concerned(known, replace(DRAFT, kind="allowed", geometry=square((9000, 9000), 100)), "v1", all_fixes)
        == all_fixes
    )
    home = replace(known, vehicles={"v1": replace(known.vehicles["v1"], home_depot_id="n")})
    assert concerned(home, replace(DRAFT, geometry=square((50_000, 0), 100)), "v1", all_fixes) == all_fixes


def epoch(instant: Any) -> int:
    return int(instant.timestamp() * 1000)
