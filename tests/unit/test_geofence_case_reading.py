"""What a CASE may say and what stops it (contracts.md 5): said but unusable is refused by name, never taken as absent."""

import json
import subprocess
import sys
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from fleet.worktime import DayKind
from geofence.cases.folder import Case, UnusableCase, read_case
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from tests.unit.geofence_cases import DEPOT, context, day, driven, order, out_and_parked, parked, square, write

HUGE = 10**400  # JSON allows it, a float cannot hold it
DEPOT_ROW = {"id": "d1", "geometry": square(DEPOT, 100)}
ORDER = order("03-11 14:00", "03-11 15:00")
VEHICLE = {"id": "v1", "device": "dev1", "user_unit": "u1"}


def reading(folder: Path, about: Any) -> Case:
    written = write(folder / "c", out_and_parked("03-11 14:10"), {})
    (written / "context.json").write_text(json.dumps(about))
    return read_case(written)


@pytest.mark.parametrize(
    ("about", "named"),
    [
        ({"orders": ""}, "orders: not a list"),
        ({"vehicles": {}}, "vehicles: not a list"),
        ({"depots": 0}, "depots: not a list"),
        ({"rules": []}, "rules: not an object"),
        ({"orders": [ORDER, ORDER]}, "orders[1].id: o1 is listed twice"),
        ({"depots": [DEPOT_ROW, DEPOT_ROW]}, "depots[1].id: d1 is listed twice"),
        ({"units": [{"id": "u1"}, {"id": "u1"}]}, "units[1].id: u1 is listed twice"),
        ({"areas": [{**DEPOT_ROW, "kind": "Rural"}]}, "areas[0].kind"),
        ({"areas": [{**DEPOT_ROW, "kind": "sensitive", "category": ["hotel"]}]}, "areas[0].category: not a text"),
        (
            {"areas": [{**DEPOT_ROW, "kind": "sensitive", "speed_limit_kmh": "40"}]},
            "areas[0].speed_limit_kmh: not a speed",
        ),
        (
            {"areas": [{**DEPOT_ROW, "kind": "sensitive", "speed_limit_kmh": 0}]},
            "areas[0].speed_limit_kmh: not a speed",
        ),
        ({"vehicles": [{**VEHICLE, "id": ["v1"]}]}, "vehicles[0].id: not a text"),
        ({"vehicles": [{**VEHICLE, "id": "\ud800"}]}, "vehicles[0].id: not printable"),
        ({"vehicles": [{**VEHICLE, "device": ""}]}, "vehicles[0].device: empty"),
        ({"vehicles": [{**VEHICLE, "user_unit": []}]}, "vehicles[0].user_unit: not a text"),
        ({"vehicles": [{**VEHICLE, "exempt_rules": ["r01"]}]}, "vehicles[0].exempt_rules: r01 is no rule"),
        (
            {"vehicles": [{**VEHICLE, "relations": [{"kind": "user", "unit": "u1", "from": 2000, "to": 1000}]}]},
            "vehicles[0].relations[0].to: not after from",
        ),
        (
            {"vehicles": [{**VEHICLE, "sealed": [{"from": 2000, "to": 1000}]}]},
            "vehicles[0].sealed[0].to: not after from",
        ),
        ({"vehicles": [{**VEHICLE, "in_repair": [{"from": "soon"}]}]}, "vehicles[0].in_repair[0].from"),
        ({"vehicles": [{**VEHICLE, "sealed": True}]}, "vehicles[0].sealed: not a list"),
        ({"units": [{"id": "u1", "seasons": [{"from": "13-01", "to": "12-31"}]}]}, "units.u1.seasons[0].from"),
        ({"units": [{"id": "u1", "seasons": {}}]}, "units.u1.seasons: not_a_list"),
        ({"orders": [{**ORDER, "vehicle": ["v1"]}]}, "orders[0].vehicle: not a text"),
        ({"orders": [{**ORDER, "origin": [39.1, 117.2]}]}, "orders[0].origin: not_on_earth"),
        ({"orders": [{**ORDER, "origin": [HUGE, 39]}]}, "orders[0].origin: not_on_earth"),
        ({"orders": [{**ORDER, "origin": [True, False]}]}, "orders[0].origin: not [lon, lat]"),
        (
            {"orders": [{**ORDER, "route": {"type": "LineString", "coordinates": [[117, 39], [HUGE, 39]]}}]},
            "orders[0].route: not_on_earth",
        ),
        ({"depots": [{"id": "d", "geometry": {"type": "Point", "coordinates": [HUGE, 39]}}]}, "depots[0].geometry"),
        ({"now": "1_773_108_000"}, "now"),
    ],
)
def test_what_is_said_but_unusable_is_refused_by_name(tmp_path: Path, about: Any, named: str) -> None:
    """Each would otherwise excuse or accuse in silence, or end in a traceback."""
    with pytest.raises(UnusableCase) as stopped:
        reading(tmp_path, about)
    assert named in str(stopped.value)
    assert len(str(stopped.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("track", "named"),
    [
        ("device,fixed_at,lon,lat,lat\nd,2026-03-11T10:00:00Z,117,39,40\n", "column lat is there twice"),
        ("device,fixed_at,lon,lat\nd,2026-03-11T10:00:00Z,1_17,39\n", "line 2: lon"),
    ],
)
def test_a_track_that_can_be_read_in_two_ways_is_refused(tmp_path: Path, track: str, named: str) -> None:
    folder = write(tmp_path / "c", out_and_parked("03-11 14:10"), context())
    (folder / "track.csv").write_text(track)
    with pytest.raises(UnusableCase, match=named):
        read_case(folder)


def test_a_key_nobody_knows_is_said(tmp_path: Path) -> None:
    """A misspelt approval, or a state the contract does not have, must not pass in silence."""
    misspelt = {**ORDER, "holiday_aproved": True, "status": "cancelled"}
    notes = reading(tmp_path, context(orders=[misspelt], order=[])).notes
    assert [note for note in notes if "not known: left out" in note] == [
        "context.json: the key order is not known: left out",
        "context.json: the key orders[].holiday_aproved is not known: left out",
        "context.json: the key orders[].status is not known: left out",
    ]


def test_a_small_z_is_a_zone_as_in_the_native_form(tmp_path: Path) -> None:
    assert reading(tmp_path, {"now": "2026-03-11t08:00:00z"}).now_ms == 1773216000000


def test_what_a_sensor_cannot_say_is_no_measurement(tmp_path: Path) -> None:
    """A negative accuracy narrows no place and a speed of 65535 proves no drive; an error beyond any is a poor fix."""
    odd = parked("03-11 14:00", 5, satellites=-1)
    for fix in odd:
        fix |= {"speed_kmh": 65_535, "accuracy_m": -1000}
    poor = parked("03-11 14:10", 5, hdop=9999)
    fixes = day(odd, poor, driven("03-11 15:00", [DEPOT, (600.0, 0.0)]))
    (vehicle,) = read_case(write(tmp_path / "c", fixes, {**context(), "now": "2026-03-11T16:00:00+08:00"})).vehicles
    first, later = vehicle.fixes[0], vehicle.fixes[len(odd)]
    assert (first.speed_kmh, first.accuracy_m, first.poor) == (None, None, False)
    assert later.poor


def test_a_reader_that_has_enough_ends_the_program_in_peace(tmp_path: Path) -> None:
    """`judge ... | head` is no crash: exit 0 and no traceback when the pipe is closed."""
    folder = write(tmp_path / "c", out_and_parked("03-11 14:10"), context())
    command = f"{sys.executable} -m geofence judge {' '.join([str(folder)] * 400)} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "0"
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(UnusableCase, match=r"^context\.json: No such file or directory$"):
        read_case(tmp_path / "nothing")


def test_an_area_says_its_class_and_its_limit_or_neither(tmp_path: Path) -> None:
    """What a place is and what may be driven inside reach the area that rules ask; unsaid is None, not a default."""
    said = {"id": "a1", "kind": "rural", "category": "hotel", "speed_limit_kmh": 40, "geometry": square(DEPOT, 50)}
    unsaid = {"id": "a2", "kind": "rural", "geometry": square(DEPOT, 50)}
    case = reading(tmp_path, context(areas=[said, unsaid]))
    assert [(each.category, each.speed_limit_kmh) for each in case.vehicles[0].facts.rural] == [
        ("hotel", 40.0),
        (None, None),
    ]


def test_sealing_repair_and_seasons_become_facts(tmp_path: Path) -> None:
    """Spans are half-open in milliseconds and open where no end is said; a season takes the place of the unit's week."""
    summer = {"from": "05-01", "to": "09-30", "work_hours": {"wed": [["08:00", "18:00"]]}}
    sealed = [{"from": "2026-10-01T00:00:00+08:00", "to": "2026-10-08T00:00:00+08:00"}, {"from": 5}]
    about = {
        "units": [{"id": "u1", "work_hours": {"wed": [["08:30", "17:30"]]}, "seasons": [summer]}],
        "vehicles": [{**VEHICLE, "sealed": sealed, "in_repair": [{"to": "2026-01-01T00:00:00Z"}]}],
    }
    case = reading(tmp_path, about)
    facts = case.vehicles[0].facts
    assert facts.sealed == ((1_790_784_000_000, 1_791_388_800_000), (5_000, FAR_FUTURE_MS))
    assert facts.in_repair == ((FAR_PAST_MS, 1_767_225_600_000),)
    wednesdays = (date(2026, 3, 11), date(2026, 7, 8))
    assert [facts.hours["u1"].on(on, DayKind.WORKDAY)[0][0] for on in wednesdays] == [time(8, 30), time(8)]
    assert not any("key" in note for note in case.notes)
