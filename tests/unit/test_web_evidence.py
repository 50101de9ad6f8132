"""Shapes shown beside a track: gaps are gaps, and the drawn corridor is as wide as the judged one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import shapely

from fleet.geo import Frame
from web.evidence import Fix, corridor, gaps, shown, within

START = datetime(2026, 11, 20, tzinfo=UTC)


def fix(seconds: int) -> Fix:
    return (121.0, 31.0, START + timedelta(seconds=seconds), 10.0, 0)


def test_two_minutes_without_a_fix_are_a_gap() -> None:
    """Exactly two minutes are not."""
    assert gaps([fix(0), fix(120), fix(241), fix(250)]) == [
        {"from": START + timedelta(seconds=120), "to": START + timedelta(seconds=241)}
    ]
    assert gaps([]) == []


@dataclass(frozen=True)
class Span:
    started_at: datetime
    ended_at: datetime | None


def test_a_suspicion_belongs_to_the_drive_it_fell_into_and_not_to_the_next() -> None:
    """One that ended as the drive began is the stop's before it; one without length, and one that goes on, count."""
    at = [START + timedelta(minutes=minute) for minute in range(6)]
    before, ending, inside, instant, open_, after = (
        Span(at[0], at[1]), Span(at[0], at[2]), Span(at[2], at[3]), Span(at[2], at[2]), Span(at[0], None), Span(at[4], at[5]),
    )  # fmt: skip
    everything = [before, ending, inside, instant, open_, after]
    assert within(at[2], at[4], everything) == [inside, instant, open_]
    assert within(at[2], None, everything) == [inside, instant, open_, after]


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
