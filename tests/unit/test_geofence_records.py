"""What is written for a finding: new alert, next revision, nothing, or a withdrawal; identity outlives small shifts."""

from dataclasses import replace

import pytest

from geofence.finding import Finding, Judgement
from geofence.live.records import AlertChange, StoredAlert, Stretch, alert_changes

MINUTE = 60_000
FOUND = Finding(
    rule="R01",
    name="NO_ORDER",
    vehicle_id="v1",
    order_id=None,
    started_ms=100 * MINUTE,
    ended_ms=110 * MINUTE,
    detected_ms=103 * MINUTE,
    severity="R",
    judgement=Judgement.SUSPECTED,
    metrics={"distance_m": 5000},
    lon=117.0,
    lat=39.0,
    fixes=60,
)
STORED = StoredAlert(
    id="a1",
    rule="R01",
    started_ms=FOUND.started_ms,
    ended_ms=FOUND.ended_ms,
    detected_ms=FOUND.detected_ms,
    severity="R",
    judgement=Judgement.SUSPECTED,
    state="closed_episode",
    revision=2,
    order_id=None,
    metrics={"distance_m": 5000},
)
STRETCH = Stretch(from_ms=0, until_ms=1000 * MINUTE, why="late_fix")


def said(changes: list[AlertChange]) -> list[tuple[str | None, str, str, str]]:
    return [(c.stored.id if c.stored else None, c.why, c.state, str(c.finding.judgement)) for c in changes]


def test_a_new_finding_is_raised_and_an_unchanged_one_writes_nothing() -> None:
    assert said(alert_changes([FOUND], [], None)) == [(None, "raised", "closed_episode", "suspected")]
    assert alert_changes([FOUND], [STORED], None) == []
    assert alert_changes([FOUND], [STORED], STRETCH) == []


def test_an_end_closes_and_another_change_extends() -> None:
    still_open = replace(STORED, ended_ms=None, state="open")
    assert said(alert_changes([FOUND], [still_open], None)) == [("a1", "closed", "closed_episode", "suspected")]
    longer = replace(FOUND, ended_ms=120 * MINUTE)
    assert said(alert_changes([longer], [STORED], None)) == [("a1", "extended", "closed_episode", "suspected")]


def test_an_episode_whose_beginning_moved_keeps_its_alert() -> None:
    """Late fixes show that it began three minutes earlier: the same alert, revised."""
    earlier = replace(FOUND, started_ms=97 * MINUTE)
    assert said(alert_changes([earlier], [STORED], STRETCH)) == [("a1", "late_fix", "closed_episode", "suspected")]


def test_without_judging_again_another_beginning_is_another_episode() -> None:
    open_one = replace(STORED, ended_ms=None)
    later = replace(FOUND, started_ms=105 * MINUTE)
    assert said(alert_changes([later], [open_one], None)) == [(None, "raised", "closed_episode", "suspected")]


@pytest.mark.parametrize(
    ("started", "withdrawn"), [(100, True), (-5, False), (1000, False)], ids=["inside", "before", "after"]
)
def test_what_is_not_found_again_in_the_stretch_is_withdrawn(started: int, withdrawn: bool) -> None:
    alert = replace(STORED, started_ms=started * MINUTE, ended_ms=(started + 10) * MINUTE)
    expected = [("a1", "late_fix", "auto_cleared", "withdrawn")] if withdrawn else []
    assert said(alert_changes([], [alert], STRETCH)) == expected


def test_a_withdrawn_alert_is_found_again_and_not_doubled() -> None:
    gone = replace(STORED, judgement=Judgement.WITHDRAWN, state="auto_cleared")
    assert said(alert_changes([FOUND], [gone], STRETCH)) == [("a1", "late_fix", "closed_episode", "suspected")]
    assert alert_changes([], [gone], STRETCH) == []


def test_two_episodes_that_became_one_keep_the_first_alert() -> None:
    second = replace(STORED, id="a2", started_ms=115 * MINUTE, ended_ms=125 * MINUTE)
    whole = replace(FOUND, ended_ms=125 * MINUTE)
    assert said(alert_changes([whole], [STORED, second], STRETCH)) == [
        ("a1", "late_fix", "closed_episode", "suspected"),
        ("a2", "late_fix", "auto_cleared", "withdrawn"),
    ]


@pytest.mark.parametrize("state", ["dismissed", "merged_into_lead"])
def test_what_people_decided_stays(state: str) -> None:
    """A revision never takes an alert back out of people's hands."""
    decided = replace(STORED, state=state)
    longer = replace(FOUND, ended_ms=120 * MINUTE)
    assert [change.state for change in alert_changes([longer], [decided], STRETCH)] == [state]
    assert [change.state for change in alert_changes([], [decided], STRETCH)] == [state]


def test_a_withdrawal_of_something_never_stored_writes_nothing() -> None:
    assert alert_changes([replace(FOUND, judgement=Judgement.WITHDRAWN)], [], None) == []


def test_what_goes_on_where_nothing_differs_any_more_stays_as_it_is_stored() -> None:
    """The stretch ends within the episode: its end is stored and not in what was judged again; withdrawn, it is found again."""
    until_there = replace(STRETCH, kept=frozenset({FOUND.key}))
    assert alert_changes([replace(FOUND, ended_ms=None)], [STORED], until_there) == []
    gone = replace(STORED, judgement=Judgement.WITHDRAWN, state="auto_cleared")
    assert said(alert_changes([FOUND], [gone], until_there)) == [("a1", "late_fix", "closed_episode", "suspected")]
