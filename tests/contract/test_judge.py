"""contracts.md 5, `python -m geofence judge`: recorded drives in, findings out, to the letter."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.contract import fixes, hours, routes, use
from tests.contract.drives import UNITS, Case, Object, at, case, context, line, order, square, vehicle
from tests.contract.program import both, run
from tests.contract.scenarios import SCENARIOS, TOLERANCE_S, trip

FILLED = (fixes, hours, routes, use)  # importing these fills SCENARIOS
KEYS = {"rule", "name", "vehicle", "order", "started_at", "ended_at", "detected_at", "severity", "state", "metrics"}
UNIT = re.compile(r"_(m|km|min|s|h|kmh|deg|pct|ratio|count|no|per_[a-z]+)$")
DAY = "2026-03-11"
TIMERS = frozenset({"R10", "R11", "R15"})  # told by the clock


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Object]]:
    """The findings of every scenario, all judged in one call."""
    top = tmp_path_factory.mktemp("cases")
    folders = {f"case-{number}": sentence for number, sentence in enumerate(SCENARIOS)}
    paths = [str(SCENARIOS[sentence].given.write(top / folder)) for folder, sentence in folders.items()]
    ran = run("geofence judge", *paths)
    assert ran.code == 0, ran.err
    found: dict[str, list[Object]] = {sentence: [] for sentence in SCENARIOS}
    for finding in ran.lines:
        found[folders[finding["case"]]].append(finding)
    return found


@pytest.mark.parametrize("sentence", SCENARIOS)
def test_judge_finds(sentence: str, judged: dict[str, list[Object]]) -> None:
    """Each scenario has exactly the findings the contract demands; silence before or after a drive is R15's own matter."""
    scenario, found = SCENARIOS[sentence], [each for each in judged[sentence] if each["rule"] != "R15"]
    if scenario.silent_or_undetermined:
        assert all(finding["state"] == "undetermined" for finding in found), found
        return
    by_start = sorted(found, key=lambda finding: (finding["rule"], finding["vehicle"], finding["started_at"]))
    expected = sorted(scenario.expected, key=lambda finding: finding["rule"])
    assert [finding["rule"] for finding in by_start] == [finding["rule"] for finding in expected], found
    wrong = [
        f"{key}: {had[key]}, not {value}"
        for had, wanted in zip(by_start, expected, strict=True)
        for key, value in wanted.items()
        if not _is(had[key], value)
    ]
    assert not wrong, f"{wrong} in {found}"


def test_every_finding_has_the_promised_form(judged: dict[str, list[Object]]) -> None:
    """Keys, enumerations, instants with offset, units in the names of metrics, spans that are spans."""
    findings = [finding for found in judged.values() for finding in found]
    assert findings
    for finding in findings:
        assert set(finding) == KEYS | {"case"}, finding
        assert finding["severity"] in {"G", "Y", "R"}
        assert finding["state"] in {"suspected", "undetermined"}
        instants = [
            finding["started_at"],
            finding["detected_at"],
            *([finding["ended_at"]] if finding["ended_at"] else []),
        ]
        assert all(datetime.fromisoformat(instant).utcoffset() is not None for instant in instants)
        assert _instant(finding["started_at"]) <= _instant(finding["detected_at"])
        assert finding["ended_at"] is None or _instant(finding["started_at"]) < _instant(finding["ended_at"])
        unnamed = [name for name, value in finding["metrics"].items() if _number(value) and not UNIT.search(name)]
        assert not unnamed, finding


def test_detected_at_is_the_time_of_a_fix(judged: dict[str, list[Object]]) -> None:
    """The instant of detection is that of a fix of the drive, for every rule of movement."""
    for sentence, found in judged.items():
        times = {row["fixed_at"] for row in SCENARIOS[sentence].given.rows}
        for finding in (each for each in found if each["rule"] not in TIMERS):
            assert _instant(finding["detected_at"]) in times, (sentence, finding)


def _is(had: Any, wanted: Any) -> bool:
    if isinstance(wanted, datetime):
        return had is not None and abs(_instant(had) - wanted) <= timedelta(seconds=TOLERANCE_S)
    if isinstance(wanted, tuple):
        return bool(wanted[0] <= _instant(had) <= wanted[1])
    if isinstance(wanted, dict):
        return isinstance(had, dict) and all(key in had and _is(had[key], value) for key, value in wanted.items())
    return bool(had == wanted)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# The form of what goes in and out


def _without_case(lines: list[Object]) -> list[Object]:
    return [{key: value for key, value in line.items() if key != "case"} for line in lines]


def test_the_form_of_the_input_changes_nothing(tmp_path: Path) -> None:
    """Any order of columns, epoch seconds and milliseconds, other offsets, absent optional columns, no empty lists: the same finding."""
    plain = case(trip(f"{DAY} 21:00"))
    needed = ["lat", "device", "lon", "fixed_at"]
    names = list(plain.rows[0])

    def timed(write: Any) -> Case:
        rows = [row | {"fixed_at": write(row["fixed_at"])} for row in plain.rows]
        surroundings = plain.context | {"now": write(plain.context["now"])}
        return Case(rows=rows, context=surroundings)

    forms = {
        "plain": plain,
        "reversed": Case(rows=plain.rows, context=plain.context, columns=names[::-1]),
        "every": Case(
            rows=plain.rows,
            context=plain.context,
            columns=[*names, "received_at", "odometer_km", "rssi", "ext_voltage_v", "driver", "alarms"],
        ),
        "seconds": timed(lambda instant: int(instant.timestamp())),
        "millis": timed(lambda instant: int(instant.timestamp() * 1000)),
        "zulu": timed(lambda instant: instant.astimezone().isoformat()),
        "alarms": Case(rows=[row | {"alarms": "long_stop vendor:x"} for row in plain.rows], context=plain.context),
    }
    ran = run("geofence judge", *(str(form.write(tmp_path / name)) for name, form in forms.items()))
    assert ran.code == 0, ran.err
    by_form = {name: _without_case([line for line in ran.lines if line["case"] == name]) for name in forms}
    assert [line["rule"] for line in by_form["plain"]] == ["R01", "R03"]
    assert {name for name, lines in by_form.items() if lines != by_form["plain"]} == set()
    bare = Case(rows=plain.rows, context=plain.context, columns=needed).write(tmp_path / "bare")
    alone = run("geofence judge", str(bare))
    assert alone.code == 0, alone.err
    assert [(line["rule"], line["state"]) for line in alone.lines] == [("R01", "suspected"), ("R03", "suspected")]
    assert all(set(line) == KEYS for line in alone.lines), "a single CASE prints no `case`"


def test_the_same_case_is_always_the_same_output(tmp_path: Path) -> None:
    """Judging alone, with a slash, or among others says the same; of two runs every byte is the same."""
    one = str(case(trip(f"{DAY} 10:00")).write(tmp_path / "one"))
    two = str(case(trip(f"{DAY} 11:00")).write(tmp_path / "two"))
    alone, again, slashed, together = both(
        [("geofence judge", one), ("geofence judge", one), ("geofence judge", one + "/"), ("geofence judge", two, one)]
    )
    assert alone.out == again.out == slashed.out
    assert {line["case"] for line in together.lines} == {"one", "two"}
    assert _without_case([line for line in together.lines if line["case"] == "one"]) == alone.lines


def test_missing_configuration_is_said_on_standard_error(tmp_path: Path) -> None:
    """No hours of the unit, no route, an unknown device: standard error says so, the findings do not."""
    night = case(
        trip(f"{DAY} 21:00"), order(f"{DAY} 20:00", f"{DAY} 22:00"), units=[], rules={"R03": {"use_work_hours": True}}
    )
    routeless = case(trip(f"{DAY} 10:00"), order(f"{DAY} 09:50", f"{DAY} 11:00"))
    stranger = case(trip(f"{DAY} 10:00"), vehicles=[])
    empty = Case(rows=trip(f"{DAY} 10:00").rows, context={"timezone": "Asia/Shanghai", "now": at(f"{DAY} 12:00")})
    calls = [
        ("geofence judge", str(given.write(tmp_path / name)))
        for name, given in {"night": night, "routeless": routeless, "stranger": stranger, "empty": empty}.items()
    ]
    hours, route, device, nothing = both(calls)
    for ran in (hours, route, device, nothing):
        assert ran.code == 0, ran.err
        assert ran.err.strip(), "said nothing"
        assert "Traceback" not in ran.err
    assert [line["rule"] for line in hours.lines] == ["R03"]
    assert "work hours" in hours.err
    assert route.out == ""
    for unbound in (device, nothing):
        assert [(line["rule"], line["state"]) for line in unbound.lines] == [("R01", "suspected")]
        assert "no using unit is known" in unbound.err
    assert "o1" in route.err
    assert "dev1" in device.err
    assert "dev1" in nothing.err


def test_an_empty_track_has_no_findings(tmp_path: Path) -> None:
    """A header without rows is a sound case."""
    given = Case(rows=[], context=context(at(f"{DAY} 12:00")), columns=["device", "fixed_at", "lon", "lat"])
    ran = run("geofence judge", str(given.write(tmp_path / "empty")))
    assert (ran.code, ran.out) == (0, "")


def test_the_contracts_own_example_is_usable(tmp_path: Path) -> None:
    """Every key of the example in contracts.md 5, with references to units, people and areas that no list holds."""
    span = [{"from": "2026-01-01T00:00:00+08:00", "to": "2026-01-05T00:00:00+08:00"}]
    relation = {"kind": "manager", "unit": "u1", "from": "2026-01-01T00:00:00+08:00", "to": None}
    whole = context(
        at(f"{DAY} 12:00"),
        order(
            f"{DAY} 09:50",
            f"{DAY} 11:00",
            allowed_area="a0",
            origin=[117.2, 39.1],
            stops=[[117.21, 39.1]],
            destination=[117.27, 39.1],
            route=line((0, 0), (6000, 0)),
        ),
        calendar=[{"date": DAY, "kind": "workday"}],
        areas=[{"id": "a1", "kind": "sensitive", "category": "hotel", "geometry": square(50, 0, 9000)}],
        units=[UNITS[0]],
        vehicles=[vehicle(allowed_area="a0", relations=[relation], sealed=span, in_repair=span, exempt_rules=["R07"])],
        rules={"R07": {"corridor_m": 500}},
    )
    rows = trip(f"{DAY} 10:00").rows
    cases = {"whole": whole} | {
        f"without-{name}": {key: value for key, value in whole.items() if key != name}
        for name in ("units", "depots", "areas", "calendar", "rules")
    }
    ran = run(
        "geofence judge",
        *(str(Case(rows=rows, context=surroundings).write(tmp_path / name)) for name, surroundings in cases.items()),
    )
    assert (ran.code, ran.out) == (0, ""), ran.err


# What cannot be used: exit 2 and one line that names it


ROW = "dev1,2026-03-11T10:00:00+08:00,117.2,39.1,1"
TRACKS = {
    "a column is missing": ("device,fixed_at,lon\ndev1,2026-03-11T10:00:00+08:00,117.2\n", ("lat",)),
    "the file is empty": ("", ("track.csv",)),
    "a number is none": (f"device,fixed_at,lon,lat,valid\n{ROW}\n{ROW.replace('39.1', 'north')}\n", ("3", "lat")),
    "a time is none": (
        f"device,fixed_at,lon,lat,valid\n{ROW}\n{ROW}\n{ROW.replace('2026-03-11T10', 'yesterday')}\n",
        ("4", "fixed_at"),
    ),
    "a time has no offset": (f"device,fixed_at,lon,lat,valid\n{ROW.replace('+08:00', '')}\n", ("2", "fixed_at")),
    "a boolean is neither 0 nor 1": (f"device,fixed_at,lon,lat,valid\n{ROW[:-1]}yes\n", ("2", "valid")),
    "a row is short": (f"device,fixed_at,lon,lat,valid\n{ROW}\ndev1,2026-03-11T10:00:10+08:00\n", ("3",)),
    "a row is long": (f"device,fixed_at,lon,lat,valid\n{ROW}\n{ROW}\n{ROW},7\n", ("4",)),
    "a speed is none": (f"device,fixed_at,lon,lat,speed_kmh\n{ROW[:-1]}fast\n", ("2", "speed_kmh")),
}
NOW = {"now": "2026-03-11T12:00:00+08:00", "timezone": "Asia/Shanghai"}
CONTEXTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "is no JSON": ('{"now": ', ("context.json",)),
    "is no object": ([], ("context.json",)),
    "has a naive now": ({**NOW, "now": "2026-03-11T12:00:00"}, ("now",)),
    "has an unknown zone": ({**NOW, "timezone": "Mars/Olympus"}, ("timezone",)),
    "has an unknown kind of day": ({**NOW, "calendar": [{"date": DAY, "kind": "lazy"}]}, ("kind",)),
    "has an unknown date": ({**NOW, "calendar": [{"date": "2026-02-30", "kind": "holiday"}]}, ("date",)),
    "has an unknown type of order": (
        {**NOW, "orders": [{**order(f"{DAY} 09:00", f"{DAY} 10:00"), "type": "joyride"}]},
        ("type",),
    ),
    "has an order that ends before it starts": (
        {**NOW, "orders": [order(f"{DAY} 11:00", f"{DAY} 10:00")]},
        ("planned_end",),
    ),
    "has an order without a planned start": (
        {
            **NOW,
            "orders": [
                {key: value for key, value in order(f"{DAY} 09:00", f"{DAY} 10:00").items() if key != "planned_start"}
            ],
        },
        ("planned_start",),
    ),
    "has a depot without a geometry": ({**NOW, "depots": [{"id": "d1"}]}, ("geometry",)),
    "has a depot that is no polygon": (
        {**NOW, "depots": [{"id": "d1", "geometry": {"type": "Polygon", "coordinates": [[1, 2]]}}]},
        ("geometry",),
    ),
    "has a parameter that no rule has": ({**NOW, "rules": {"R07": {"coridor_m": 500}}}, ("coridor_m",)),
    "has a parameter that is no number": ({**NOW, "rules": {"R07": {"corridor_m": "wide"}}}, ("corridor_m",)),
    "has a list that is none": ({**NOW, "vehicles": {"id": "v1"}}, ("vehicles",)),
    "has impossible hours": (
        {**NOW, "units": [{"id": "u1", "work_hours": {"mon": [["08:30", "25:00"]]}}]},
        ("work_hours",),
    ),
}


def _written(folder: Path, track: str, surroundings: Any) -> str:
    folder.mkdir()
    (folder / "track.csv").write_text(track, "utf-8")
    text = (
        surroundings
        if isinstance(surroundings, str)
        else json.dumps(surroundings, default=lambda instant: instant.isoformat())
    )
    (folder / "context.json").write_text(text, "utf-8")
    return str(folder)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The lines judge wrote about each unusable folder: all in one call, which must be exit 2."""
    top = tmp_path_factory.mktemp("unusable")
    good = f"device,fixed_at,lon,lat,valid\n{ROW}\n"
    folders = {name: _written(top / f"t{n}", track, NOW) for n, (name, (track, _)) in enumerate(TRACKS.items())}
    folders |= {
        name: _written(top / f"c{n}", good, surroundings)
        for n, (name, (surroundings, _)) in enumerate(CONTEXTS.items())
    }
    ran = run("geofence judge", *folders.values())
    assert ran.code == 2
    assert "Traceback" not in ran.err
    return {
        name: [line for line in ran.err.splitlines() if line.startswith((f"{folder}:", f"{Path(folder).name}:"))]
        for name, folder in folders.items()
    }


def test_an_unusable_case_alone_is_exit_2(tmp_path: Path) -> None:
    """Exit 2, nothing printed, one line: for a track and for a context."""
    good = f"device,fixed_at,lon,lat,valid\n{ROW}\n"
    track = _written(tmp_path / "track", TRACKS["a number is none"][0], NOW)
    surroundings = _written(tmp_path / "context", good, CONTEXTS["has an unknown kind of day"][0])
    track_ran, context_ran = both([("geofence judge", track), ("geofence judge", surroundings)])
    track_ran.refused("track.csv", "3", "lat")
    context_ran.refused("context.json", "kind")


@pytest.mark.parametrize("name", TRACKS)
def test_a_track_is_unusable_when(name: str, refusals: dict[str, list[str]]) -> None:
    """One line on standard error with the number of the line and the column."""
    assert len(refusals[name]) == 1, refusals[name]
    assert all(word in refusals[name][0] for word in TRACKS[name][1]), refusals[name]


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_context_is_unusable_when_it(name: str, refusals: dict[str, list[str]]) -> None:
    """One line on standard error that names the key."""
    assert len(refusals[name]) == 1, refusals[name]
    assert all(word in refusals[name][0] for word in CONTEXTS[name][1]), refusals[name]


def test_usage_errors_are_exit_2(tmp_path: Path) -> None:
    """No case, a folder that does not exist, an unusable case among good ones."""
    good = str(case(trip(f"{DAY} 10:00")).write(tmp_path / "good"))
    (tmp_path / "hollow").mkdir()
    none, missing, hollow = both(
        [
            ("geofence judge",),
            ("geofence judge", str(tmp_path / "missing")),
            ("geofence judge", good, str(tmp_path / "hollow")),
        ]
    )
    assert none.code == missing.code == hollow.code == 2
    missing.refused("missing")
    assert "hollow" in hollow.err
    assert "Traceback" not in hollow.err
