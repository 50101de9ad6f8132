"""Judging: each reason, each quality flag, datums, values no sensor can have, and what the columns keep."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.geo import from_wgs84
from fleet.position import Datum, Quality, Rejected
from ingest.clean import Device, Doubt, judge, place
from ingest.reading import Reading
from ingest.row import COLUMNS, columns, json_text

NOW = datetime(2026, 2, 14, 4, 0, tzinfo=UTC)
DEVICE = Device(
    device_no=7,
    tenant_no=1,
    tenant_id="00000000-0000-0000-0000-000000000001",
    code="dev1",
    datum=Datum.WGS84,
    installed_at=NOW - timedelta(days=10),
    active=True,
)


def reading(**said: object) -> Reading:
    return Reading(**({"fixed_at": NOW, "lon": 121.4, "lat": 31.2} | said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"fixed_at": NOW + timedelta(minutes=5, milliseconds=1)}, Rejected.FUTURE),
        ({"fixed_at": NOW - timedelta(days=10, milliseconds=1)}, Rejected.ANCIENT),
        ({"fixed_at": NOW - timedelta(days=31)}, Rejected.ANCIENT),
        ({"lon": 0, "lat": 0}, Rejected.IMPOSSIBLE),
        ({"lon": 180.1}, Rejected.IMPOSSIBLE),
        ({"lat": -90.1}, Rejected.IMPOSSIBLE),
        ({"lat": 1e308}, Rejected.IMPOSSIBLE),
        ({"lon": -179.999, "datum": Datum.BD09}, Rejected.IMPOSSIBLE),
    ],
)
def test_each_doubt_has_its_reason(said: dict[str, object], reason: Rejected) -> None:
    """Outside [now - 30 d, now + 5 min], before installation, or not on earth."""
    with pytest.raises(Doubt) as doubt:
        judge(reading(**said), DEVICE, NOW)
    assert doubt.value.reason is reason


def test_an_unregistered_or_inactive_device_is_unknown() -> None:
    """The fix is not lost, but it is not a position of any vehicle."""
    switched_off = Device(**{name: getattr(DEVICE, name) for name in DEVICE.__dataclass_fields__} | {"active": False})
    for device in (None, switched_off):
        with pytest.raises(Doubt) as doubt:
            judge(reading(), device, NOW)
        assert doubt.value.reason is Rejected.UNKNOWN_DEVICE


@pytest.mark.parametrize("edge", [NOW + timedelta(minutes=5), NOW - timedelta(days=10)])
def test_the_edges_of_the_window_belong_to_it(edge: datetime) -> None:
    """Exactly 5 minutes ahead and exactly the moment of installation are accepted."""
    assert judge(reading(fixed_at=edge), DEVICE, NOW).fixed_at == edge


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({}, Quality.GOOD),
        ({"valid": False}, Quality.NO_FIX),
        ({"satellites": 3}, Quality.FEW_SATELLITES),
        ({"accuracy_m": 50.1}, Quality.POOR_ACCURACY),
        ({"hdop": 5.1}, Quality.POOR_ACCURACY),
        ({"hdop": 9_999}, Quality.POOR_ACCURACY),
        ({"accuracy_m": 1e9}, Quality.POOR_ACCURACY),
        ({"fixed_at": NOW - timedelta(minutes=2, milliseconds=1)}, Quality.LATE),
        ({"fixed_at": None}, Quality.RECEIVE_TIME),
        ({"valid": True, "satellites": 4, "accuracy_m": 50, "hdop": 5}, Quality.GOOD),
    ],
)
def test_each_quality_flag(said: dict[str, object], flag: Quality) -> None:
    """A flag says why a fix is trusted less; the fix is stored all the same."""
    assert judge(reading(**said), DEVICE, NOW).quality == flag


@given(lon=st.floats(73, 135), lat=st.floats(18, 53), datum=st.sampled_from(Datum), declared=st.booleans())
def test_any_datum_is_stored_as_wgs84(lon: float, lat: float, datum: Datum, declared: bool) -> None:
    """A place sent in a datum, declared by the message or by the registry, comes back as the same place on earth."""
    sent_lon, sent_lat = from_wgs84(lon, lat, datum)
    fix = place(reading(lon=sent_lon, lat=sent_lat, datum=datum if declared else None), "dev1", NOW, datum)
    assert abs(fix.lon - lon) < 1e-7
    assert abs(fix.lat - lat) < 1e-7
    assert fix.source_datum is datum


def test_the_message_knows_better_than_the_registry() -> None:
    """A declared datum beats the device's default."""
    assert place(reading(datum=Datum.WGS84), "dev1", NOW, Datum.BD09).lon == 121.4


def test_a_value_no_sensor_can_have_moves_to_extra() -> None:
    """The fix stays, the absurd speed is kept as sent but is not a speed."""
    fix = place(reading(speed_kmh=9_999, heading_deg=360, extra={"door": 1}), "dev1", NOW)
    assert (fix.speed_kmh, fix.heading_deg) == (None, 0)
    assert fix.extra == {"door": 1, "speed_kmh": 9_999}


def test_an_error_larger_than_any_stays_a_poor_fix() -> None:
    """An hdop of 9999 means "no idea": what is stored still speaks against the place, and what was sent is kept."""
    fix = place(reading(hdop=9_999, accuracy_m=-1), "dev1", NOW)
    assert (fix.hdop, fix.accuracy_m) == (1_000, None)
    assert fix.extra == {"hdop": 9_999, "accuracy_m": -1}


def test_columns_keep_everything_in_small_integers() -> None:
    """Scaled integers for what is judged, JSON for the rest, nothing for what was not said."""
    fix = place(
        reading(
            lon=121.123_456_74,
            speed_kmh=33.34,
            accuracy_m=99_999,
            odometer_km=12_345.678,
            satellites=9,
            alarms=("sos",),
            driver="\x00",
            extra={"a": [1]},
        ),
        "dev1",
        NOW,
    )
    row = dict(zip(COLUMNS, columns(fix, DEVICE), strict=True))
    assert (row["device_no"], row["tenant_no"], row["lon_e7"], row["lat_e7"]) == (7, 1, 1_211_234_567, 312_000_000)
    assert (row["speed_dkmh"], row["accuracy_dm"], row["odometer_m"], row["satellites"]) == (333, 32_767, 12_345_678, 9)
    assert (row["heading_deg"], row["valid"]) == (None, None)
    assert json.loads(str(row["detail"])) == {"alarms": ["sos"], "driver": "�", "extra": {"a": [1]}}
    bare = dict(zip(COLUMNS, columns(place(reading(), "dev1", NOW), DEVICE), strict=True))
    assert bare["detail"] is None


def test_a_direction_just_below_north_is_stored_as_north() -> None:
    """359.6 degrees would round to 360, which is no direction of ours."""
    for said, stored in ((359.4, 359), (359.6, 0), (0, 0)):
        row = dict(zip(COLUMNS, columns(place(reading(heading_deg=said), "dev1", NOW), DEVICE), strict=True))
        assert row["heading_deg"] == stored


@given(st.lists(st.sampled_from(["\x00", "\\", "u0000", '"', "a"]), max_size=8).map("".join))
def test_nul_is_replaced_and_what_only_looks_like_it_is_kept(text: str) -> None:
    """PostgreSQL takes no NUL in JSON; a backslash with the letters u0000 behind it is text like any other."""
    assert json.loads(json_text({text: [text]})) == {text.replace("\x00", "�"): [text.replace("\x00", "�")]}
