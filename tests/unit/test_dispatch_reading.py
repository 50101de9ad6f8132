"""The JSON form: what is unknown, unsupported or wrong is refused by name; the command answers with exit 2."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dispatch.problem import TravelSource
from dispatch.vroom.reading import Unusable, read
from tests.unit.dispatch_problems import HOUR, Json, car, line, trip

SOUND = line([car(1, capacity=[4])], [trip(1, 1, 2, [0, HOUR], amount=[1])], [{"id": 1, "location_index": 3}])
BY_COORDINATES: Json = {
    "vehicles": [{"id": 1, "start": [116.40, 39.90]}],
    "shipments": [
        {"pickup": {"id": 1, "location": [116.41, 39.91]}, "delivery": {"id": 1, "location": [116.45, 39.92]}},
        {
            "pickup": {"id": 2, "location": [116.41, 39.91]},
            "delivery": {"id": 2, "location": [116.50, 39.99]},
            "skills": [3],
        },
    ],
}


def changed(path: str, value: Any) -> Json:
    """The sound problem with one value replaced, e.g. vehicles.0.start_index."""
    source: Json = json.loads(json.dumps(SOUND))
    *parents, last = path.split(".")
    at: Any = source
    for key in parents:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[last] = value
    return source


REFUSED: list[tuple[str, Any, str]] = [
    ("options", {}, "options"),
    ("matrix", [[0]], "matrix"),
    ("vehicles.0.steps", [], "steps"),
    ("vehicles.0.type", "van", "type"),
    ("vehicles.0.breaks", [{"id": 1, "max_load": [1]}], "max_load"),
    ("vehicles.0.costs", {"per_mile": 1}, "per_mile"),
    ("vehicles.0.costs", {"fixed": -1}, "fixed"),
    ("vehicles.0.start_index", 5, "start_index"),
    ("vehicles.0.start", [116, 40], "ok"),
    ("vehicles.0.profile", "bike", "profile"),
    ("vehicles.0.costs", {"per_hour": 10**400}, "per_hour"),
    ("vehicles.0.costs", {"fixed": 1e308}, "fixed"),
    ("vehicles.0.speed_factor", 6, "speed_factor"),
    ("vehicles.0.speed_factor", 5e-324, "speed_factor"),
    ("vehicles.0.time_window", [2, 1], "time_window"),
    ("vehicles.0.time_window", [-5, 1], "time_window"),
    ("vehicles.0.capacity", [4, 4], "amount"),
    ("vehicles.0.max_tasks", 1.5, "max_tasks"),
    ("vehicles.0.id", "v1", "id"),
    ("vehicles", [], "vehicles"),
    ("vehicles", [car(1), car(1)], "vehicles.id"),
    ("shipments.0.pickup.setup_per_type", {}, "setup_per_type"),
    ("shipments.0.pickup.time_windows", [], "time_windows"),
    ("shipments.0.pickup.location_index", True, "location_index"),
    ("shipments.0.pickup.id", None, "id"),
    ("shipments.0.priority", 101, "priority"),
    ("shipments.0.exclusive", "yes", "exclusive"),
    ("shipments.0.pinned_vehicle", 9, "pinned_vehicle"),
    ("shipments.0.skill", [1], "skill"),
    ("shipments.0.delivery", None, "delivery"),
    ("jobs.0.amount", [1], "amount"),
    ("jobs.0.exclusive", True, "exclusive"),
    ("jobs.0.service", -1, "service"),
    ("matrices.car.durations", [[0, 1], [1]], "durations"),
    ("matrices.car.speeds", [[0]], "speeds"),
    ("matrices.car.distances", [[0]], "matrices.car"),
    ("objective", "fun", "objective"),
]


@pytest.mark.parametrize(("path", "value", "named"), REFUSED)
def test_a_key_that_is_unknown_unsupported_or_wrong_is_named(path: str, value: Any, named: str) -> None:
    source = json.dumps(changed(path, value))
    if named == "ok":
        assert read(source).vehicles[0].start is not None
        return
    with pytest.raises(Unusable, match=named):
        read(source)


def test_costs_that_need_distances_are_refused_without_them() -> None:
    source = changed("vehicles.0.costs", {"per_km": 3})
    del source["matrices"]["car"]["distances"]
    with pytest.raises(Unusable, match="per_km"):
        read(json.dumps(source))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"vehicles": NaN}', "[" * 100_000])
def test_what_is_not_a_problem_is_unusable(text: str) -> None:
    with pytest.raises(Unusable):
        read(text)


def test_equal_coordinates_are_one_place_and_wait_for_travel_times() -> None:
    asked = read(json.dumps(BY_COORDINATES))
    assert len(asked.places) == 4
    assert asked.matrices == {}
    assert asked.travel_times is TravelSource.STRAIGHT_LINE


def printed(source: object, *more: str, tmp_path: Path) -> tuple[int, str]:
    file = tmp_path / "problem.json"
    file.write_text(source if isinstance(source, str) else json.dumps(source), encoding="utf-8")
    command = [sys.executable, "-m", "dispatch", "solve", str(file), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.count("\n") == 1, done.stderr
    return done.returncode, done.stdout


def run(source: object, *more: str, tmp_path: Path) -> tuple[int, Json]:
    code, line = printed(source, *more, tmp_path=tmp_path)
    answer: Json = json.loads(line)
    return code, answer


def test_the_command_prints_one_plan_in_the_agreed_form(tmp_path: Path) -> None:
    code, plan = run(
        BY_COORDINATES, "--seconds", "2.5", "--seed", "3", "--threads", "1", "--iterations", "10", tmp_path=tmp_path
    )
    assert (code, plan["code"], plan["travel_times"]) == (0, 0, "straight_line")
    assert plan["summary"]["unassigned"] == 2
    assert [(u["type"], u["id"], u["reason"]) for u in plan["unassigned"]] == [
        ("pickup", 2, "no_vehicle_with_skill"), ("delivery", 2, "no_vehicle_with_skill"),
    ]  # fmt: skip
    added = plan["unassigned"][0]["smallest_change"]["vehicle_added"]
    assert (added["start"], added["skills"]) == ([116.40, 39.90], [3])
    (route,) = plan["routes"]
    assert [step["type"] for step in route["steps"]] == ["start", "pickup", "delivery", "end"]
    assert route["duration"] == route["steps"][-1]["duration"] == plan["summary"]["duration"] > 0
    with_added = BY_COORDINATES | {"vehicles": [*BY_COORDINATES["vehicles"], added]}
    assert run(with_added, "--iterations", "10", tmp_path=tmp_path)[1]["summary"]["unassigned"] == 0


def test_the_same_seed_and_iterations_print_the_same_bytes(tmp_path: Path) -> None:
    """How long it took is told only where the clock decides anyway."""
    counted = [printed(BY_COORDINATES, "--iterations", "10", "--seed", "3", tmp_path=tmp_path) for _ in range(2)]
    assert counted[0] == counted[1]
    assert run(BY_COORDINATES, "--seconds", "0.2", tmp_path=tmp_path)[1]["summary"]["computing_times"]["solving"] > 0


def test_the_command_refuses_with_exit_2_and_one_line(tmp_path: Path) -> None:
    code, answer = run({"vehicles": [{"id": 1, "start": [0, 0], "colour": "red"}]}, tmp_path=tmp_path)
    assert (code, answer["code"]) == (2, 2)
    assert "colour" in answer["error"]
    assert run("nothing", tmp_path=tmp_path)[0] == 2
    assert run(SOUND, "--seconds", "soon", tmp_path=tmp_path)[0] == 2
    assert run(SOUND, "--speed", "1", tmp_path=tmp_path)[0] == 2
    assert run(SOUND, "--threads", "0", tmp_path=tmp_path)[0] == 2
    assert len(run(SOUND | {"k" * 100_000: 1}, tmp_path=tmp_path)[1]["error"]) < 300


def test_the_longest_time_there_is_can_be_asked_for(tmp_path: Path) -> None:
    assert run(SOUND, "--seconds", "1e300", tmp_path=tmp_path)[0] == 0


@pytest.mark.parametrize(("where", "code"), [("< /dev/null >&-", 2), ("<&-", 2), ("< problem.json > /dev/full", 1)])
def test_closed_or_full_pipes_are_no_traceback(where: str, code: int, tmp_path: Path) -> None:
    """Whoever asked may be gone; what went wrong is told in a line, if there is anybody to tell."""
    (tmp_path / "problem.json").write_text(json.dumps(SOUND), encoding="utf-8")
    command = f"PYTHONPATH={Path.cwd()} {sys.executable} -m dispatch solve - {where}"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)  # noqa: S602
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        found += _paths(inner, (*path, key))
    return found


JUNK: list[Any] = [None, True, -1, 0, 1.5, 1e400, 2**70, "x", "", [], {}, [[]], [None], {"id": 1}, [1, 2], [1, 2, 3]]
FULL = line(
    [
        car(
            1,
            capacity=[4],
            skills=[1],
            time_window=[0, 9],
            breaks=[{"id": 1, "time_windows": [[1, 2]]}],
            costs={"fixed": 1},
        )
    ],
    [trip(1, 1, 2, [0, HOUR], amount=[1], skills=[1], max_ride_time=9, exclusive=True, pinned_vehicle=1)],
    [{"id": 1, "location_index": 3, "delivery": [1], "setup": 1, "description": "x"}],
)


@pytest.mark.parametrize("path", [path for path in _paths(FULL) if path and "distances" not in path])
def test_junk_anywhere_is_read_or_refused_and_never_crashes(path: tuple[Any, ...]) -> None:
    for junk in JUNK:
        source: Any = json.loads(json.dumps(FULL))
        at = source
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = junk
        with contextlib.suppress(Unusable):
            read(json.dumps(source))
