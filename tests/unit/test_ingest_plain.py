"""The short way of ingest gives what the long way gives, and leaves everything unusual to it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.faults.scale import size
from fleet.position import Datum
from ingest.clean import BELIEVABLE, Device
from ingest.judging import judge_closely
from ingest.plain import judge_plain
from ingest.registry import Registry

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
TOPIC = "fleet/v1/car/pos"
FIX = {"t": "2026-11-20T09:30:00+08:00", "lon": 117.2, "lat": 39.13, "speed_kmh": 60, "heading_deg": 90.6}
FULL = FIX | {
    "altitude_m": -3.5,
    "accuracy_m": 51,
    "hdop": 5.5,
    "satellites": 3,
    "valid": False,
    "ignition": True,
    "odometer_km": 12345.6,
    "fuel_l": 40,
    "soc_pct": 99.5,
    "ext_voltage_v": 12.4,
    "rssi": -70,
    "seq": 7,
    "driver": "卡1",
    "crs": "CGCS2000",
}


def registry(datum: Datum = Datum.WGS84, *, active: bool = True) -> Registry:
    device = Device(
        device_no=7,
        tenant_no=1,
        tenant_id="t",
        code="car",
        datum=datum,
        installed_at=NOW - timedelta(days=3),
        active=active,
    )
    return Registry(devices={"car": device})


def both(payload: bytes, known: Registry, *, retained: bool = False, repeated: bool = False) -> tuple[object, object]:
    flags = {"retained": retained, "repeated": repeated}
    short = judge_plain(TOPIC, payload, known, NOW, **flags)
    return short, judge_closely(TOPIC, payload, known, NOW, **flags)


NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1, 500),
    st.integers(-1, 400),
    st.sampled_from([limit for limits in BELIEVABLE.values() for limit in limits]),
    st.sampled_from([0.0, -0.0, 1e-7, 4, 50, 5, 359.6, 360, 0.25, 1e-320]),
)
TIMES = st.one_of(
    st.datetimes(NOW.replace(tzinfo=None) - timedelta(days=31), NOW.replace(tzinfo=None) + timedelta(minutes=6)).map(
        lambda at: at.isoformat() + "Z"
    ),
    st.floats(NOW.timestamp() - 40 * 86400, NOW.timestamp() + 400),
    st.integers(int(NOW.timestamp()) - 400, int(NOW.timestamp()) + 400),
    st.integers(int(NOW.timestamp() * 1000) - 400_000, int(NOW.timestamp() * 1000) + 400_000),
    st.sampled_from(["2026-11-20T09:30:00", "", "x", True, None, 1e300, "2026-11-20T01:30:00.1239z"]),
)
ANYTHING = st.one_of(NUMBERS, st.booleans(), st.none(), st.text(max_size=5), st.just([]), st.just(["sos"]), st.just({}))
FIXES = st.fixed_dictionaries(
    {
        "t": TIMES,
        "lon": st.floats(-181, 181) | st.integers(-180, 180) | st.just(0),
        "lat": st.floats(-91, 91) | st.just(0),
    },
    optional={
        key: ANYTHING if key in ("driver", "seq", "crs") else NUMBERS | ANYTHING for key in FULL.keys() - FIX.keys()
    }
    | {
        "speed_kmh": NUMBERS,
        "heading_deg": st.floats(0, 361),
        "alarms": ANYTHING,
        "device": st.sampled_from(["car", "x"]),
    }
    | {"crs": st.sampled_from(["WGS84", "CGCS2000", "GCJ02", "wgs84", None, 4]), "vendor": ANYTHING},
)
MESSAGES = FIXES | st.fixed_dictionaries(
    {"fixes": st.lists(FIXES, max_size=4)},
    optional={"batch": NUMBERS, "device": st.just("car"), "crs": st.just("WGS84")},
)


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.CGCS2000])
@pytest.mark.parametrize("body", [FIX, FULL, {"batch": 4, "fixes": [FIX, FULL]}, {"fixes": [FULL]}])
def test_ordinary_messages_go_the_short_way(body: object, datum: Datum) -> None:
    """One fix, a full one and lists of them are taken, and come out as the long way has them."""
    short, long = both(json.dumps(body).encode(), registry(datum), retained=True, repeated=True)
    assert short is not None
    assert short == long


@pytest.mark.parametrize(
    "body",
    [
        FIX | {"vendor": 1},
        FIX | {"alarms": ["sos"]},
        FIX | {"crs": "GCJ02"},
        FIX | {"speed_kmh": 401},
        FIX | {"lon": 0, "lat": 0},
        FIX | {"t": "2026-11-20T09:30:00"},
        FIX | {"t": "2026-11-20T10:30:00+08:00"},
        FIX | {"t": "2026-11-01T10:30:00+08:00"},
        FIX | {"device": "car"},
        {"fixes": []},
        {"fixes": [FIX], "crs": "WGS84"},
        {"fixes": [FIX] * 101},
        {"batch": -1, "fixes": [FIX]},
    ],
)
def test_everything_unusual_is_left_to_the_long_way(body: object) -> None:
    """Whatever needs a word, a conversion or a refusal is not taken."""
    assert both(json.dumps(body).encode(), registry())[0] is None


def test_an_unknown_or_idle_device_or_one_with_a_shifted_datum_is_left_to_the_long_way() -> None:
    """The short way is for active devices in WGS 84 only."""
    payload = json.dumps(FIX).encode()
    for known in (Registry(devices={}), registry(active=False), registry(Datum.GCJ02)):
        assert both(payload, known)[0] is None


@pytest.mark.fault
@pytest.mark.timeout(size(120, 0))
@settings(max_examples=size(1_000, 20_000), deadline=None)
@given(body=MESSAGES, retained=st.booleans(), repeated=st.booleans())
def test_what_the_short_way_takes_comes_out_as_from_the_long_way(body: object, retained: bool, repeated: bool) -> None:
    """For any values whatever the two ways agree, or the short one declines."""
    short, long = both(json.dumps(body).encode(), registry(), retained=retained, repeated=repeated)
    assert short is None or short == long


@pytest.mark.fault
@pytest.mark.timeout(size(120, 0))
@settings(max_examples=size(1_000, 20_000), deadline=None)
@given(body=MESSAGES, cut=st.integers(0, 400), noise=st.binary(max_size=3))
def test_broken_messages_come_out_as_from_the_long_way(body: object, cut: int, noise: bytes) -> None:
    """Also with bytes cut off or put in."""
    payload = json.dumps(body).encode()
    short, long = both(payload[:cut] + noise + payload[cut + len(noise) :], registry())
    assert short is None or short == long
