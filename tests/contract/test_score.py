"""contracts.md 4, `python -m geofence score`: labelled drives in, one line per rule out."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.drives import Case, Object, Track, at, case, order
from tests.contract.program import both, run
from tests.contract.scenarios import DAY, trip


def _label(rule: str, starts: str, ends: str) -> Object:
    return {"rule": rule, "vehicle": "v1", "from": at(f"{DAY} {starts}"), "to": at(f"{DAY} {ends}")}


def _labelled(given: Case, *labels: Object) -> Case:
    return replace(given, truth=list(labels))


def test_score_counts_found_missed_and_false_findings(tmp_path: Path) -> None:
    """Of three labels of R01 two are found and one finding is false; R03 is right; four vehicle-days in all."""
    _labelled(case(trip(f"{DAY} 10:00")), _label("R01", "10:00", "10:10")).write(tmp_path / "found")
    covered = case(trip(f"{DAY} 10:00"), order(f"{DAY} 09:50", f"{DAY} 11:00"))
    _labelled(covered, _label("R01", "10:00", "10:10")).write(tmp_path / "missed")
    _labelled(case(trip(f"{DAY} 10:00"))).write(tmp_path / "false")
    night = [_label("R01", "21:00", "21:10"), _label("R03", "21:00", "21:10")]
    _labelled(case(trip(f"{DAY} 21:00")), *night).write(tmp_path / "night")
    ran = run("geofence score", str(tmp_path))
    assert ran.code == 0, ran.err
    by_rule = {line["rule"]: line for line in ran.lines}
    assert len(by_rule) == len(ran.lines)
    assert by_rule["R01"]["precision"] == pytest.approx(2 / 3, abs=1e-3)
    assert by_rule["R01"]["recall"] == pytest.approx(2 / 3, abs=1e-3)
    assert by_rule["R01"]["median_delay_s"] <= 10
    assert by_rule["R01"]["false_per_1000_vehicle_days"] == pytest.approx(250)
    assert (by_rule["R03"]["precision"], by_rule["R03"]["recall"], by_rule["R03"]["false_per_1000_vehicle_days"]) == (
        1,
        1,
        0,
    )


def test_score_counts_an_episode_cut_in_two_once(tmp_path: Path) -> None:
    """A label serves one finding: two findings inside one label cost precision."""
    twice = Track(starts_at=at(f"{DAY} 09:40")).rest(20).go(6000).rest(15).go(6000).rest(20)
    _labelled(case(twice), _label("R01", "10:00", "10:35")).write(tmp_path / "cut")
    ran = run("geofence score", str(tmp_path))
    line = next(line for line in ran.lines if line["rule"] == "R01")
    assert (line["precision"], line["recall"]) == (0.5, 1)


def test_score_measures_delay_from_the_first_instant_of_the_minimum(tmp_path: Path) -> None:
    """Delay is counted from the truth, not from the finding: without fixes around the minimum it grows."""
    drive = trip(f"{DAY} 10:00")
    hole = [at(f"{DAY} 10:02"), at(f"{DAY} 10:02") + timedelta(seconds=180)]
    sparse = [row for row in drive.rows if not hole[0] <= row["fixed_at"] < hole[1]]
    _labelled(case(sparse), _label("R01", "10:00", "10:10")).write(tmp_path / "late")
    ran = run("geofence score", str(tmp_path))
    line = next(line for line in ran.lines if line["rule"] == "R01")
    assert 150 <= line["median_delay_s"] <= 180, line


def test_score_refuses_what_it_cannot_use(tmp_path: Path) -> None:
    """No folder, a folder without labelled cases, labels that are none: exit 2 and one line."""
    (tmp_path / "empty").mkdir()
    for name, truth in {
        "broken": '[{"rule": ',
        "wanting": json.dumps([{"rule": "R01", "from": "2026-03-11T10:00:00+08:00"}]),
    }.items():
        _labelled(case(trip(f"{DAY} 10:00"))).write(tmp_path / name / "case")
        (tmp_path / name / "case" / "truth.json").write_text(truth, "utf-8")
    missing, empty, broken, wanting, none = both(
        [
            *(("geofence score", str(tmp_path / name)) for name in ("missing", "empty", "broken", "wanting")),
            ("geofence score",),
        ]
    )
    missing.refused("missing")
    empty.refused("empty")
    broken.refused("truth.json")
    wanting.refused("truth.json", "vehicle")
    assert none.code == 2
