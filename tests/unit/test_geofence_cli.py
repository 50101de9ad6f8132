"""`python -m geofence judge` and `score` as other people's tools call them (contracts.md 4 and 5)."""

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from geofence.rules import EVERY
from simulators.casefiles import write_case
from simulators.stories import STORIES
from tests.commands import ran
from tests.unit.geofence_cases import Fix, context, day, driven, order, out_and_parked, parked, write

KEYS = [
    "rule", "name", "vehicle", "order", "started_at", "ended_at", "detected_at", "severity", "state", "metrics",
]  # fmt: skip


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return ran("geofence", *map(str, arguments))


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_case_prints_one_line_per_finding_with_the_keys_of_the_contract(tmp_path: Path) -> None:
    """Exit 0 although something was found; instants carry an offset; nothing but JSON on standard output."""
    done = run("judge", write(tmp_path / "c", out_and_parked("03-11 21:10"), context()))
    found = lines(done.stdout)
    assert done.returncode == 0
    assert [(each["rule"], each["name"]) for each in found] == [("R01", "NO_ORDER"), ("R03", "OFF_HOURS")]
    assert all(list(each) == KEYS for each in found)
    assert datetime.fromisoformat(found[0]["started_at"]).utcoffset() is not None
    assert found[0]["order"] is None
    assert found[0]["state"] == "suspected"


def test_several_cases_are_told_apart(tmp_path: Path) -> None:
    folders = [write(tmp_path / name, out_and_parked("03-11 14:10"), context()) for name in ("a", "b")]
    done = run("judge", *folders)
    assert [each["case"] for each in lines(done.stdout)] == ["a", "b"]


def test_an_empty_context_judges_devices_as_vehicles(tmp_path: Path) -> None:
    """Every list of context.json is optional."""
    done = run("judge", write(tmp_path / "c", out_and_parked("03-11 14:10"), {}))
    assert done.returncode == 0
    assert [(each["rule"], each["vehicle"]) for each in lines(done.stdout)] == [("R01", "dev1")]


def test_missing_configuration_goes_to_standard_error(tmp_path: Path) -> None:
    """An unbound device and an order without a route are said, and are no findings."""
    fixes = out_and_parked("03-11 14:10")
    strange: list[Fix] = [{**fix, "device": "dev9"} for fix in fixes]
    about = context(orders=[order("03-11 14:00", "03-11 15:00")])
    done = run("judge", write(tmp_path / "c", [*fixes, *strange], about))
    assert (done.returncode, done.stdout) == (0, "")
    assert "device dev9 is bound to no vehicle" in done.stderr
    assert "order o1 has no planned route" in done.stderr


def test_unassigned_orders_and_unknown_depots_are_no_reason_to_stop(tmp_path: Path) -> None:
    """An order without a vehicle covers nothing; a home depot that is not listed is said."""
    about = context(orders=[order("03-11 14:00", "03-11 15:00", vehicle=None)], depots=[])
    done = run("judge", write(tmp_path / "c", out_and_parked("03-11 14:10"), about))
    assert (done.returncode, [each["rule"] for each in lines(done.stdout)]) == (0, ["R01"])
    assert "no home depot is known" in done.stderr


def test_epoch_instants_other_column_orders_and_unknown_columns_are_read(tmp_path: Path) -> None:
    fixes = [
        {
            "lat": fix["lat"],
            "extra": "x",
            "lon": fix["lon"],
            "fixed_at": round(fix["fixed_at"].timestamp()),
            "device": "dev1",
        }
        for fix in out_and_parked("03-11 14:10")
    ]
    done = run("judge", write(tmp_path / "c", fixes, context()))
    assert [each["rule"] for each in lines(done.stdout)] == ["R01"]


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("track.csv", "device,fixed_at,lon\nd,1,2\n", "column lat is missing"),
        ("track.csv", "device,fixed_at,lon,lat\nd,2026-03-11T10:00:00+08:00,east,39\n", "line 2: lon"),
        ("track.csv", "device,fixed_at,lon,lat\nd,2026-03-11T10:00:00,117,39\n", "line 2: fixed_at"),
        ("track.csv", "device,fixed_at,lon,lat,ignition\nd,2026-03-11T10:00:00Z,117,39,maybe\n", "line 2: ignition"),
        ("context.json", "{", "context.json"),
        ("context.json", "[]", "context.json"),
        ("context.json", '{"now": "yesterday"}', "now"),
        ("context.json", '{"timezone": "Mars/Olympus"}', "timezone"),
        ("context.json", '{"rules": {"R99": {}}}', "rules.R99"),
        ("context.json", '{"rules": {"R07": {"corridor": 5}}}', "rules.R07.corridor"),
        ("context.json", '{"rules": {"R07": {"corridor_m": "wide"}}}', "rules.R07.corridor_m"),
        ("context.json", '{"rules": {"R03": {"quiet_from": "late"}}}', "rules.R03.quiet_from"),
        ("context.json", '{"orders": [{"id": "o"}]}', "orders[0].planned_start"),
        ("context.json", '{"depots": [{"id": "d", "geometry": {}}]}', "depots[0].geometry"),
        ("context.json", '{"calendar": [{"date": "2026-02-30", "kind": "workday"}]}', "calendar[0].date"),
        ("context.json", '{"units": [{"id": "u", "work_hours": {"mon": [["8", "x"]]}}]}', "work_hours.mon"),
        ("context.json", '{"vehicles": 3}', "vehicles"),
        ("context.json", '{"vehicles": [{"id": "v", "exempt_rules": "R01"}]}', "vehicles[0].exempt_rules"),
        ("context.json", '{"vehicles": [{"id": "v"}, {"id": "v"}]}', "vehicles[1].id"),
        ("context.json", '{"vehicles": [{"id": "v"}, {"id": "w", "device": "v"}]}', "vehicles[1].device"),
        ("context.json", '{"rules": {"R01": {"minimum_min": NaN}}}', "rules.R01.minimum_min"),
        ("context.json", '{"rules": {"R01": {"grace_after_min": Infinity}}}', "rules.R01.grace_after_min"),
        ("context.json", '{"rules": {"R07": {"corridor_m": 0}}}', "rules.R07.corridor_m"),
        ("context.json", '{"rules": {"R07": {"return_ratio": 2}}}', "rules.R07.return_ratio"),
        ("context.json", '{"rules": {"R03": {"quiet_from": "20:00+08:00"}}}', "rules.R03.quiet_from"),
        ("context.json", '{"units": [{"id": "u", "work_hours": "x"}]}', "work_hours"),
        ("context.json", "[" * 100_000, "context.json"),
        ("track.csv", "device,fixed_at,lon,lat\nd,-900000000000000,117,39\n", "line 2: fixed_at"),
    ],
)
def test_unusable_input_ends_with_two_and_one_line_naming_the_place(
    tmp_path: Path, file: str, text: str, named: str
) -> None:
    folder = write(tmp_path / "c", out_and_parked("03-11 14:10"), context())
    (folder / file).write_text(text)
    done = run("judge", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_track_that_is_no_text_is_refused_by_its_own_name(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", out_and_parked("03-11 14:10"), context())
    with (folder / "track.csv").open("ab") as file:
        file.write(b"\xff\xfe")
    done = run("judge", folder)
    assert done.returncode == 2
    assert "track.csv" in done.stderr
    assert "context.json" not in done.stderr


def test_a_rule_of_the_catalogue_that_is_not_built_yet_is_said_and_the_others_are_judged(tmp_path: Path) -> None:
    done = run("judge", write(tmp_path / "c", out_and_parked("03-11 14:10"), context(rules={"R27": {"days": 5}})))
    assert [each["rule"] for each in lines(done.stdout)] == ["R01"]
    assert "R27" in done.stderr


def test_a_stamp_no_clock_can_mean_is_left_out_and_said(tmp_path: Path) -> None:
    """A year ahead of now, and a month older than its arrival: the day around them is judged as if they were not there."""
    fixes = out_and_parked("03-11 14:10")
    stray = {"lon": 117.5, "lat": 39.5, "ignition": 1, "speed_kmh": 60}
    ahead = {**fixes[5], **stray, "fixed_at": fixes[5]["fixed_at"].replace(year=2027)}
    behind = {**fixes[6], **stray, "fixed_at": fixes[6]["fixed_at"].replace(year=1970)}
    told = [{**fix, "received_at": fix["fixed_at"]} for fix in fixes]
    strays = [{**ahead, "received_at": fixes[5]["fixed_at"]}, {**behind, "received_at": fixes[6]["fixed_at"]}]
    about = context(now="2026-03-11T16:00:00+08:00")
    plain, odd = (
        run("judge", write(tmp_path / "a", told, about)),
        run("judge", write(tmp_path / "b", [*told, *strays], about)),
    )
    assert plain.stdout == odd.stdout != ""
    assert "1 rows are later than now" in odd.stderr
    assert "1 rows are more than 30 days older than their arrival" in odd.stderr


def test_now_bounds_what_is_known(tmp_path: Path) -> None:
    """Judged at nine, the drive of ten has not happened."""
    done = run("judge", write(tmp_path / "c", out_and_parked("03-11 10:00"), context(now="2026-03-11T09:00:00+08:00")))
    assert (done.returncode, done.stdout) == (0, "")


def test_score_counts_labels_of_every_rule_and_says_which_row_is_none(tmp_path: Path) -> None:
    """A rule that is not judged yet is missed; a row that is no label stops with its number and key."""
    folder = write(tmp_path / "c", out_and_parked("03-11 14:10"), context())
    label = {"rule": "R02", "vehicle": "v1", "from": "2026-03-11T18:00:00+08:00", "to": "2026-03-11T18:30:00+08:00"}
    (folder / "truth.json").write_text(json.dumps([label]))
    row = next(row for row in lines(run("score", tmp_path).stdout) if row["rule"] == "R02")
    assert (row["labels"], row["recall"]) == (1, 0.0)
    for wrong, named in (
        ({"to": label["from"]}, "row 0: to"),
        ({"from": 1e99}, "row 0: from"),
        ({"rule": "R99"}, "row 0: rule"),
    ):
        (folder / "truth.json").write_text(json.dumps([label | wrong]))
        done = run("score", tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert named in done.stderr
        assert len(done.stderr.splitlines()) == 1
    for text in ("{}", "[3]", "[" * 100_000):
        (folder / "truth.json").write_text(text)
        assert run("score", tmp_path).returncode == 2


def test_a_label_found_twice_is_detected_when_it_was_first_found(tmp_path: Path) -> None:
    """One label over two drives with a long rest between: the delay is that of the first."""
    first = driven("03-11 10:00", [(0.0, 0.0), (6000.0, 0.0)])
    second = driven("03-11 10:40", [(6000.0, 0.0), (16_000.0, 0.0)])
    fixes = day(parked("03-11 09:00", 60), first, parked("03-11 10:10:10", 29, (6000.0, 0.0)), second)
    folder = write(tmp_path / "c", fixes, context(now="2026-03-11T12:00:00+08:00"))
    label = {"rule": "R01", "vehicle": "v1", "from": "2026-03-11T10:00:00+08:00", "to": "2026-03-11T11:00:00+08:00"}
    (folder / "truth.json").write_text(json.dumps([label]))
    row = next(row for row in lines(run("score", tmp_path).stdout) if row["rule"] == "R01")
    assert 0 <= row["median_delay_s"] <= 20


def test_a_folder_that_is_not_there_and_a_missing_argument_end_with_two(tmp_path: Path) -> None:
    assert run("judge", tmp_path / "nothing").returncode == 2
    assert run("judge").returncode == 2
    assert len(run("judge").stderr.splitlines()) == 1
    assert run("score", tmp_path).returncode == 2


def test_score_reports_precision_recall_and_delay_per_rule(tmp_path: Path) -> None:
    """All stories: everything labelled is found, nothing else, within half a minute."""
    for story in STORIES:
        write_case(story.told(seed=77), tmp_path)
    done = run("score", tmp_path)
    rows = {row["rule"]: row for row in lines(done.stdout)}
    assert (done.returncode, done.stderr) == (0, "")
    assert set(rows) == {rule.id for rule in EVERY}
    told = [rows[rule] for rule in ("R01", "R03", "R04", "R07")]
    assert all((row["precision"], row["recall"]) == (1.0, 1.0) for row in told)
    assert all(row["false"] == 0 for row in rows.values())
    assert all(abs(row["median_delay_s"]) <= 30 for row in told)


def test_score_counts_misses_false_and_split_findings(tmp_path: Path) -> None:
    """A label nobody finds lowers recall, a finding without a label precision; both are named on standard error."""
    folder = write(tmp_path / "c", out_and_parked("03-11 14:10"), context())
    elsewhere = {"rule": "R01", "vehicle": "v1", "from": "2026-03-11T18:00:00+08:00", "to": "2026-03-11T18:30:00+08:00"}
    (folder / "truth.json").write_text(json.dumps([elsewhere]))
    done = run("score", tmp_path)
    row = next(row for row in lines(done.stdout) if row["rule"] == "R01")
    assert (row["found"], row["false"], row["precision"], row["recall"]) == (0, 1, 0.0, 0.0)
    assert "R01 missed" in done.stderr
    assert "R01 false" in done.stderr
