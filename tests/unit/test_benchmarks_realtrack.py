"""The real track with detours: its parts, its truth and its count, on a track made here."""

import math
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from benchmarks.realtrack import NORMAL, STRICT, Detour, Outside, Part, Score, judge, parts_of, report, score
from simulators.path import moved

START = (116.39, 39.9)
BEGAN_S = 1_229_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A walk of ten minutes, then nine kilometres by car along three streets, as a recorder writes them: `X;Y;t`."""
    rng, rows, east, north = Random(4), ["X;Y;tracker;t"], 0.0, 0.0
    at_s = BEGAN_S
    for kmh, heading_deg, lasts_s in ((4.5, 90, 600), (42.0, 90, 260), (36.0, 0, 300), (40.0, 60, 270), (3.0, 60, 500)):
        for _ in range(lasts_s // 5):
            at_s += 5
            east += kmh / 3.6 * 5 * math.sin(math.radians(heading_deg))
            north += kmh / 3.6 * 5 * math.cos(math.radians(heading_deg))
            lon, lat = moved(START, east + rng.gauss(0, 4), north + rng.gauss(0, 4))
            rows.append(f"{lon:.6f};{lat:.6f};7;{at_s}")
    track = tmp_path / "track.csv"
    track.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return track


@pytest.fixture
def part(file: Path) -> Part:
    (only,) = parts_of(file)
    return only


def test_only_what_was_driven_is_a_part(part: Part) -> None:
    """The walks before and after are left out; the route is the way driven, in a few points."""
    assert 8_500 < part.path.length_m < 9_700
    assert 3 <= len(part.route) < 20


def test_nothing_is_said_of_a_part_on_its_own_route_and_something_on_another(part: Part) -> None:
    other = tuple(moved(place, 400.0, -400.0) for place in part.route[:-1]) + part.route[-1:]
    assert judge(part, STRICT) == []
    assert judge(replace(part, route=other), STRICT) != []


def test_detours_beyond_the_corridor_are_found_and_none_within(part: Part) -> None:
    strict, little = score([part], STRICT, (200.0, 3_000.0), 1), score([part], STRICT, (20.0, 100.0), 1)
    normal = score([part], NORMAL, (200.0, 3_000.0), 1)
    assert (strict.found, strict.false, little.false, normal.false) == (strict.beyond, 0, 0, 0)
    assert strict.beyond >= 8
    assert little.within >= 7
    assert normal.found == normal.beyond > 0
    assert normal.within > 0
    assert max(strict.delays_s) < 30


def test_what_is_not_said_is_not_found_and_what_is_said_elsewhere_is_false(part: Part) -> None:
    """The count can fail: a detour of ten minutes at ten, and a finding of another time."""
    outside = Outside(600.0, 1_200.0, 5_000.0)
    detour = Detour(part, 900.0, 900.0, (outside,))
    elsewhere = judge(replace(part, route=tuple(moved(place, 0.0, -900.0) for place in part.route)), STRICT)
    tally = Score()
    tally.add(detour, [], STRICT)
    tally.add(detour, [replace(each, started_ms=0, ended_ms=1) for each in elsewhere], STRICT)
    assert (tally.beyond, tally.found, tally.false) == (2, 0, len(elsewhere))
    assert (outside.share(STRICT), outside.full_s(STRICT)) == (12.5, 648.0)


def test_the_report_names_every_part_and_what_became_of_the_detours(file: Path) -> None:
    lines = report(file, [3])
    assert lines[0].startswith("part 1: 9.")
    assert lines[0].endswith("said: strict 0, normal 0")
    assert [line.split(":")[0] for line in lines[1:]] == [
        f"{name} aside, seed 3" for name in ("strict, 200 m to 3 km", "strict, 20 to 110 m", "normal, 200 m to 3 km")
    ]


def test_a_file_without_a_ride_says_so(tmp_path: Path) -> None:
    walk = tmp_path / "walk.csv"
    rows = [f"{START[0]},{START[1] + i * 1e-5},{BEGAN_S + i}" for i in range(600)]
    walk.write_text("\n".join(["lon,lat,t", *rows]) + "\n", encoding="utf-8")
    assert report(walk, [1]) == ["walk.csv: no motorised part in it"]
