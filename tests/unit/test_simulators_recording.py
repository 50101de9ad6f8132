"""Recorded tracks: columns are recognised, instants understood, and nothing is guessed silently."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from simulators.recording import Recorded, Unreadable, instant, read, separator_of, shifted, understand, wishes
from simulators.replay import as_message, brought_to_now, schedule_s

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("X;Y;fid;id;sequence;trajectory_id;tracker;t", ("X", "Y", "t", "tracker")),
        ("device,fixed_at,lon,lat,speed_kmh", ("lon", "lat", "fixed_at", "device")),
        ("taxi_id|date time|longitude|latitude", ("longitude", "latitude", "date time", "taxi_id")),
        ("车牌号,定位时间,经度,纬度,速度", ("经度", "纬度", "定位时间", "车牌号")),
        ("imei\tgps_time\tLng\tLat\tCourse", ("Lng", "Lat", "gps_time", "imei")),
    ],
)
def test_common_headers_are_recognised(header: str, expected: tuple[str, str, str, str]) -> None:
    """Separators and names used by well-known data sets need no option."""
    columns = understand(header.split(separator_of(header)), {})
    assert (columns["lon"], columns["lat"], columns["time"], columns["device"]) == expected


def test_a_wish_goes_before_the_names() -> None:
    """--columns decides, the rest is still found; a wished column is not used twice."""
    columns = understand(["a", "b", "time", "t", "lat"], wishes("lon=a,lat=b,time=t"))
    assert columns == {"lon": "a", "lat": "b", "time": "t"}


@pytest.mark.parametrize(
    ("headers", "wished", "sentence"),
    [
        (["lon", "lat"], "", "no column for time"),
        (["lon", "lat", "t"], "lon=nope", "there is no column 'nope'"),
        (["lon", "lat", "t"], "breadth=lat", "breadth is not one of"),
    ],
)
def test_what_is_missing_is_named(headers: list[str], wished: str, sentence: str) -> None:
    """The sentence names the column or the option."""
    with pytest.raises(Unreadable, match=sentence):
        understand(headers, wishes(wished))


@pytest.mark.parametrize(
    "text",
    ["2008-12-11 04:42:14+00", "2008-12-11T12:42:14+08:00", "2008/12/11 12:42:14", "1228970534", "1228970534000"],
)
def test_instants_in_many_clothes(text: str) -> None:
    """With an offset, without (then local), in seconds and in milliseconds: the same instant."""
    assert instant(text, ZONE) == datetime(2008, 12, 11, 4, 42, 14, tzinfo=UTC)


def test_rows_become_tracks_in_order_of_time() -> None:
    """Per device sorted, doubled instants once, optional cells only where they say something."""
    lines = [
        "lon,lat,t,device,speed_kmh,ignition\n",
        "117.2,39.1,2026-01-01 08:00:10,b,12.5,1\n",
        "117.1,39.1,2026-01-01 08:00:00,b,,\n",
        "117.1,39.1,2026-01-01 08:00:00,b,99,\n",
        "116.0,40.0,2026-01-01 08:00:00,a,0,0\n",
        "\n",
    ]
    recording = read(lines, ZONE, {})
    assert list(recording.tracks) == ["a", "b"]
    assert recording.count == 3
    first, second = recording.tracks["b"]
    assert (first.lon, dict(first.said)) == (117.1, {})
    assert as_message(second, 1) == {
        "t": "2026-01-01T00:00:10.000+00:00",
        "lon": 117.2,
        "lat": 39.1,
        "seq": 1,
        "speed_kmh": 12.5,
        "ignition": True,
    }


def test_an_unreadable_row_is_named_by_its_line() -> None:
    """The line number is that of the file."""
    with pytest.raises(Unreadable, match="line 3"):
        read(["lon,lat,t\n", "1,2,2026-01-01\n", "1,here,2026-01-01\n"], ZONE, {})


def test_shifting_keeps_the_pace_and_shortens_long_silences() -> None:
    """Gaps up to the limit stay, longer ones become the limit, the last fix is at the wanted instant."""
    minutes = [0, 1, 3, 3 + 60 * 24 * 40, 3 + 60 * 24 * 40 + 5]
    track = [_fix(NOW - timedelta(days=4000) + timedelta(minutes=m)) for m in minutes]
    moved = shifted(track, NOW, timedelta(hours=12))
    gaps = [(b.fixed_at - a.fixed_at).total_seconds() / 60 for a, b in pairwise(moved)]
    assert gaps == [1, 2, 720, 5]
    assert moved[-1].fixed_at == NOW


@pytest.mark.parametrize("speed", [1.0, 7.0, 60.0, 0.0])
def test_a_track_brought_to_now_never_sends_from_the_future(speed: float) -> None:
    """Whatever the pace, each fix is sent at or after its own time, and the last one exactly at it."""
    minutes = [0.0, 0.5, 1.0, 1.5, 50.0, 50.5, 51.0]
    track = [_fix(NOW - timedelta(days=100) + timedelta(minutes=m)) for m in minutes]
    (played,) = brought_to_now({"a": track}, speed, NOW, timedelta(hours=1)).values()
    schedule = schedule_s(played, speed)
    for fix, due_s in zip(played, schedule, strict=True):
        assert fix.fixed_at <= NOW + timedelta(seconds=due_s)
    assert played[-1].fixed_at == NOW + timedelta(seconds=schedule[-1])


def test_played_fast_a_long_silence_takes_seconds_and_in_real_time_its_own_length() -> None:
    """An hour of silence is not sat through at sixty times the pace; at the recorded pace nothing is cut."""
    track = [_fix(NOW), _fix(NOW + timedelta(minutes=1)), _fix(NOW + timedelta(minutes=61))]
    assert schedule_s(track, 60.0) == [0.0, 1.0, 11.0]
    assert schedule_s(track, 1.0) == [0.0, 60.0, 3660.0]
    assert schedule_s(track, 0.0) == [0.0, 0.0, 0.0]


def _fix(at: datetime) -> Recorded:
    return Recorded(device="a", fixed_at=at, lon=117.0, lat=39.0, said={})
