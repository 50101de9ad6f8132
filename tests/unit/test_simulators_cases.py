"""Labelled cases: sound, the same for the same seed, and met by the rules that are built."""

import io
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fleet.worktime import built_in
from geofence import score
from geofence.cases.folder import Case as Judged
from geofence.cases.folder import case_of
from geofence.finding import Finding, Judgement
from geofence.judge import findings_of
from simulators.__main__ import main
from simulators.casefiles import truth_rows, write_case, write_track
from simulators.cases import garbage, honest, skewed
from simulators.cases.catalogue import PLOTS, RULES, examination
from simulators.cases.days import WORKDAYS, YEAR, off
from simulators.cases.plot import Plot, scene, told
from simulators.story import Case

DELAY_S = {  # rules that are built: how long after the truth each is found at the latest
    "R01": 60, "R02": 60, "R03": 60, "R04": 60, "R05": 60, "R06": 60, "R07": 60, "R08": 420, "R31": 90,
}  # fmt: skip


def judged(case: Case) -> tuple[Judged, list[Finding]]:
    track = io.StringIO()
    write_track(case, track)
    track.seek(0)
    read = case_of(case.name, json.loads(json.dumps(case.context)), track)
    return read, findings_of(read)


def suspected(cases: Iterable[Case]) -> Counter[str]:
    """Rules of the findings that accuse somebody, over all cases."""
    said = (each for case in cases for each in judged(case)[1])
    return Counter(each.rule for each in said if each.judgement is Judgement.SUSPECTED)


def test_the_days_off_are_those_of_the_announced_calendar() -> None:
    """The plots' own list of days agrees with the calendar the engine uses, which others wrote."""
    calendar = built_in(ZoneInfo("Asia/Shanghai"))
    assert [day for day in YEAR if off(day) != calendar.day(day).kind.off] == []


@pytest.mark.parametrize(
    "plot", PLOTS, ids=lambda plot: f"{plot.rule}-{plot.name}-{'for' if plot.positive else 'near'}"
)
def test_a_plot_breaks_its_rule_or_does_not(plot: Plot) -> None:
    """Two tellings of each plot: the label is there or not, lies in the told time, and is fulfilled inside itself."""
    for case in told([plot], 2, seed=5):
        assert (plot.rule in {truth.rule for truth in case.truth}) is plot.positive
        for truth in case.truth:
            assert truth.fulfilled_at is not None
            assert truth.start_at <= truth.fulfilled_at <= truth.end_at
            assert str(case.context["now"]) >= truth.end_at.isoformat()
        arrived = [arrival.received_at for arrival in case.arrivals]
        assert arrived == sorted(arrived)


def test_one_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def written(name: str, seed: int) -> list[bytes]:
        folders = [write_case(case, tmp_path / name) for case in examination(["R07"], 3, 3, seed)]
        return [
            (folder / file).read_bytes() for folder in folders for file in ("track.csv", "context.json", "truth.json")
        ]

    assert written("a", 3) == written("b", 3)
    assert all(one != other for one, other in zip(written("a", 3)[::3], written("c", 4)[::3], strict=True))


@pytest.mark.parametrize("rule", DELAY_S)
def test_the_engine_finds_what_is_labelled_and_nothing_else(rule: str, tmp_path: Path) -> None:
    """Each plot of the rule at least once: precision and recall are 1, and nothing is found late."""
    tallies = {each: score.Tally() for each in DELAY_S}
    remarks = []
    for case in examination([rule], 12, 15, seed=11):
        (tmp_path / "truth.json").write_text(json.dumps(truth_rows(case)), "utf-8")
        read, findings = judged(case)
        labels = score.read_labels(tmp_path / "truth.json")
        remarks += [f"{case.name}: {each}" for each in score.score_case(read, labels, findings, tallies)]
    assert remarks == []
    assert tallies[rule].labels == tallies[rule].found > 0
    assert max(tallies[rule].delays_s) <= DELAY_S[rule]


def test_garbage_accuses_nobody() -> None:
    """F09: two cases of every kind of garbage."""
    assert suspected(garbage.corpus(2 * len(garbage.KINDS), seed=3)) == {}


@pytest.mark.parametrize(("name", "seed"), [("0459", 20261129), ("0063", 101), ("0399", 202)])
def test_a_parked_vehicle_thrown_to_several_far_places_in_turn_accuses_nobody(name: str, seed: int) -> None:
    """Fixes every two minutes thrown aside as it parked, some in reach of each other: once told as off route and detour."""
    case = garbage.thrown_thrice(scene(f"garbage-{name}-thrown-thrice", WORKDAYS, seed))
    assert suspected([case]) == {}


def test_clocks_that_are_off_accuse_nobody() -> None:
    """F08: honest trips told at other hours; what is said of them is that the data cannot tell."""
    cases = list(skewed.corpus(20, seed=3))
    assert suspected(cases) == {}
    assert any(judged(case)[1] for case in cases)


def test_honest_vehicles_are_not_spoken_of() -> None:
    """Two vehicles of two weeks: not even `undetermined`."""
    cases = list(honest.fleet(28, seed=2))
    assert [each.name for each in cases] == ["honest-00001", "honest-00002"]
    assert [finding for case in cases for finding in judged(case)[1]] == []
    assert all(len(case.arrivals) > 1_000 for case in cases)


def test_the_command_writes_what_score_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule, a corpus and a vehicle side by side; `score` takes all folders at once."""
    wanted = ["--rule", "R04", "--positives", "3", "--near-misses", "2", "--corpus", "garbage", "--size", "2"]
    assert main(["cases", str(tmp_path), "--seed", "4", *wanted, "--honest-days", "14"]) == 0
    groups = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(group["group"], group["cases"]) for group in groups] == [("R04", 5), ("garbage", 2), ("honest", 1)]
    assert score.run([str(folder) for folder in sorted(tmp_path.iterdir())]) == 0
    lines = {line["rule"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (lines["R04"]["precision"], lines["R04"]["recall"]) == (1, 1)
    assert lines["R04"]["vehicle_days"] > 14


def test_every_rule_of_the_command_has_both_kinds_of_plot() -> None:
    assert [rule for rule in RULES if {plot.positive for plot in PLOTS if plot.rule == rule} != {True, False}] == []
