"""Stories: each is a sound CASE folder, the same for the same seed, and labelled by what really happened."""

import csv
import itertools
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from simulators.casefiles import write_case
from simulators.stories import STORIES
from simulators.story import Story

SILENT = {
    "ordinary_trip",
    "makeup_workday",
    "tunnel_gap",
    "late_upload",
    "depot_shuffle",
    "road_works",
    "approved_holiday",
    "emergency_first",
}
EXPECTED = {
    "no_order": ["R01", "R01"],
    "after_hours": ["R03", "R03"],
    "holiday": ["R04", "R04"],
    "off_route": ["R07"],
    "night_no_order": ["R01", "R01", "R03", "R03"],
    "into_holiday": ["R04"],
    "rest_monday": ["R04", "R04"],
}
stories = pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])


def test_every_story_is_listed_with_its_expectation() -> None:
    """A story without an expected verdict would test nothing."""
    assert {story.name for story in STORIES} == SILENT | EXPECTED.keys()


@stories
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_truth_has_the_expected_rules(story: Story, seed: int) -> None:
    """Whatever the dice say, the plot stays: the same rules, in the same number."""
    assert [truth.rule for truth in story.told(seed=seed).truth] == EXPECTED.get(story.name, [])


@stories
def test_the_folder_is_valid_and_the_same_for_the_same_seed(story: Story, tmp_path: Path) -> None:
    """Two runs write identical bytes; another seed writes another track."""
    one = write_case(story.told(seed=5), tmp_path / "a")
    two = write_case(story.told(seed=5), tmp_path / "b")
    other = write_case(story.told(seed=6), tmp_path / "c")
    for name in ("track.csv", "context.json", "truth.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    assert (one / "track.csv").read_bytes() != (other / "track.csv").read_bytes()
    _check_folder(one)


@stories
def test_told_on_another_day_the_calendar_keeps_the_story_true(story: Story) -> None:
    """Yesterday may have been a Sunday: the overlay says what the story needs, the plot is unchanged."""
    case = story.told(day=date(2026, 11, 15))
    kinds = [entry["kind"] for entry in case.context["calendar"]]  # type: ignore[attr-defined]
    assert kinds == list(story.kinds)
    assert [truth.rule for truth in case.truth] == EXPECTED.get(story.name, [])
    assert {truth.start_at.date() for truth in case.truth} <= {date(2026, 11, 15), date(2026, 11, 16)}


def test_the_spans_of_the_evening_and_the_holiday_end_where_they_should() -> None:
    """R04 starts at midnight sharp, R03 lies inside the quiet hours."""
    by_name = {story.name: story.told() for story in STORIES}
    (past_midnight,) = by_name["into_holiday"].truth
    assert past_midnight.start_at.isoformat() == "2026-05-01T00:00:00+08:00"
    assert past_midnight.end_at - past_midnight.start_at > timedelta(minutes=4)
    assert all(20 <= truth.start_at.hour <= 22 for truth in by_name["after_hours"].truth)


def test_the_tunnel_and_the_outage_really_leave_gaps() -> None:
    """The silent stories are hard: minutes without fixes, or a burst in the wrong order."""
    by_name = {story.name: story.told() for story in STORIES}
    tunnel = [arrival.reading.fixed_at for arrival in by_name["tunnel_gap"].arrivals]
    moving_gap = max(b - a for a, b in itertools.pairwise(tunnel) if a.hour == 15 and a.minute < 15)
    assert timedelta(minutes=4) < moving_gap < timedelta(minutes=10)
    late = by_name["late_upload"].arrivals
    assert any(a.reading.fixed_at > b.reading.fixed_at for a, b in itertools.pairwise(late))
    assert max(a.received_at - a.reading.fixed_at for a in late) > timedelta(minutes=15)


def _check_folder(folder: Path) -> None:
    with (folder / "track.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    context = json.loads((folder / "context.json").read_text("utf-8"))
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert len(rows) > 100
    arrived = [datetime.fromisoformat(row["received_at"]) for row in rows]
    assert arrived == sorted(arrived)
    assert all(datetime.fromisoformat(row["fixed_at"]).utcoffset() == timedelta(0) for row in rows)
    assert all(116 < float(row["lon"]) < 118 and 38 < float(row["lat"]) < 40 for row in rows)
    vehicles = {vehicle["id"]: vehicle["device"] for vehicle in context["vehicles"]}
    assert {row["device"] for row in rows} == set(vehicles.values())
    assert arrived[-1] < datetime.fromisoformat(context["now"]) + timedelta(seconds=2)
    for label in truth:
        assert label["vehicle"] in vehicles
        assert datetime.fromisoformat(label["from"]) < datetime.fromisoformat(label["to"])
