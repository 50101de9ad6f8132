"""Every story's findings equal its truth: folded purely by `python -m geofence judge`, told with several dice and days."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.casefiles import truth_rows, write_case
from simulators.stories import STORIES
from simulators.story import Case

CLOSE = timedelta(seconds=30)  # a locator reports every ten seconds; labels are the true instants


def judged(folders: list[Path]) -> list[dict[str, Any]]:
    """The findings of the real command line on these folders."""
    done = subprocess.run(
        [sys.executable, "-m", "geofence", "judge", *map(str, folders)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_equal_to_truth(case: Case, findings: list[dict[str, Any]]) -> None:
    """One finding for each label, at its place in time, suspected, and not one more."""
    labels = sorted(truth_rows(case), key=lambda label: (label["rule"], label["from"]))
    found = sorted(findings, key=lambda finding: (finding["rule"], finding["started_at"]))
    assert [finding["rule"] for finding in found] == [label["rule"] for label in labels], case.name
    for finding, label in zip(found, labels, strict=True):
        assert (finding["vehicle"], finding["state"]) == (label["vehicle"], "suspected")
        assert abs(_at(finding["started_at"]) - _at(label["from"])) <= CLOSE
        assert abs(_at(finding["ended_at"]) - _at(label["to"])) <= CLOSE


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_judging_a_story_finds_exactly_its_truth(seed: int, tmp_path: Path) -> None:
    """All stories of this seed through one run of the judge."""
    _judge_all([story.told(seed=seed) for story in STORIES], tmp_path)


@pytest.mark.parametrize("day", [date(2026, 11, 15), date(2026, 11, 18), date(2027, 5, 1)])
def test_a_story_told_on_another_day_is_judged_the_same(day: date, tmp_path: Path) -> None:
    """A Sunday, a Wednesday, a day no notice covers yet: the overlaid calendar decides."""
    _judge_all([story.told(seed=9, day=day) for story in STORIES], tmp_path)


def test_the_labels_do_not_depend_on_what_the_locator_saw() -> None:
    """Truth is taken from the motion: it lies on the second the vehicle set off, not on a fix."""
    for story in STORIES:
        case = story.told()
        for label in case.truth:
            assert label.start_at.astimezone(UTC) <= label.end_at.astimezone(UTC)
            assert label.end_at - label.start_at > timedelta(minutes=2)


def _judge_all(cases: list[Case], out: Path) -> None:
    findings = judged([write_case(case, out) for case in cases])
    for case in cases:
        assert_equal_to_truth(case, [each for each in findings if each["case"] == case.name])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
