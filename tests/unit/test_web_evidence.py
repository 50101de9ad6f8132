"""Shapes shown beside a track: gaps are gaps, and the drawn corridor is as wide as the judged one."""

from datetime import UTC, datetime, timedelta

import shapely

from fleet.geo import Frame
from web.evidence import Fix, corridor, gaps, shown

START = datetime(2026, 11, 20, tzinfo=UTC)


def fix(seconds: int) -> Fix:
    return (121.0, 31.0, START + timedelta(seconds=seconds), 10.0, 0)


def test_two_minutes_without_a_fix_are_a_gap() -> None:
    """Exactly two minutes are not."""
    assert gaps([fix(0), fix(120), fix(241), fix(250)]) == [
        {"from": START + timedelta(seconds=120), "to": START + timedelta(seconds=241)}
    ]
    assert gaps([]) == []


def test_instants_become_epoch_milliseconds() -> None:
    assert shown([fix(1)]) == [(121.0, 31.0, round(START.timestamp() * 1000) + 1000, 10.0, 0)]


def test_the_corridor_lies_half_its_width_around_the_route() -> None:
    """Points 480 m beside the path are inside, 520 m are outside, at both ends too."""
    route = [[121.0, 31.0], [121.1, 31.0], [121.1, 31.1]]
    area = shapely.geometry.shape(corridor(route, 500.0) or {})
    frame = Frame(lon=121.05, lat=31.0)

    def beside(north_m: float) -> shapely.Point:
        lon, lat = frame.shape_deg(shapely.Point(0.0, north_m)).coords[0]
        return shapely.Point(lon, lat)

    assert area.covers(beside(480.0))
    assert not area.covers(beside(520.0))
    assert corridor([[121.0, 31.0]], 500.0) is None
