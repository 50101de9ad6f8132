"""The binary live format, byte by byte, so that a browser and this program cannot drift apart."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.position import LiveState
from web.live import frames
from web.live.frames import (
    EPOCH_MS,
    Flag,
    Kind,
    LiveVehicle,
    decode_frame,
    encode_frame,
    encode_removed,
    encode_vehicle,
)

VEHICLES = st.builds(
    LiveVehicle,
    vehicle_no=st.integers(1, 2**32 - 1),
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    fixed_ms=st.integers(EPOCH_MS, EPOCH_MS + 100 * 366 * 86_400_000),
    speed_kmh=st.none() | st.floats(0, 400),
    heading_deg=st.none() | st.floats(0, 360),
    state=st.sampled_from(LiveState),
    ignition=st.booleans(),
    poor=st.booleans(),
    order_no=st.none() | st.integers(1, 2**32 - 1),
)


def test_a_known_vehicle_gives_known_bytes() -> None:
    """The layout of docs/live-format.md, checked by hand once."""
    vehicle = LiveVehicle(
        vehicle_no=7,
        lon=121.5,
        lat=-31.25,
        fixed_ms=EPOCH_MS + 1_000_250,
        speed_kmh=36.5,
        heading_deg=359.6,
        state=LiveState.MOVING_ON_ORDER,
        ignition=True,
        order_no=9,
    )
    assert encode_vehicle(vehicle).hex() == ("07000000c06d6b48e0a05fede80300006d0100000201fa000900000000000000")


def test_header_is_24_bytes_and_record_32() -> None:
    """The browser reads with fixed offsets."""
    frame = encode_frame(Kind.SNAPSHOT, [], frame_time_ms=1.5, resume_token=2**63)
    assert len(frame) == frames.HEADER.size == 24
    assert frames.RECORD.size == 32
    assert frame[0] == frames.VERSION
    assert decode_frame(frame) == {
        "kind": Kind.SNAPSHOT,
        "frame_time_ms": 1.5,
        "resume_token": 2**63,
        "vehicles": [],
    }


@given(VEHICLES)
def test_what_goes_in_comes_out(vehicle: LiveVehicle) -> None:
    """Every field survives within its resolution."""
    frame = encode_frame(Kind.DELTA, [encode_vehicle(vehicle)], frame_time_ms=0.0, resume_token=1)
    (record,) = decode_frame(frame)["vehicles"]
    assert record["vehicle_no"] == vehicle.vehicle_no
    assert math.isclose(record["lon_e7"] / 1e7, vehicle.lon, abs_tol=1e-7)
    assert math.isclose(record["lat_e7"] / 1e7, vehicle.lat, abs_tol=1e-7)
    assert EPOCH_MS + record["fix_s"] * 1000 + record["fix_ms"] == vehicle.fixed_ms
    assert record["order_no"] == (vehicle.order_no or 0)
    assert record["state"] == vehicle.state
    assert bool(record["flags"] & Flag.IGNITION) == vehicle.ignition
    assert bool(record["flags"] & Flag.POOR) == vehicle.poor
    if vehicle.speed_kmh is None:
        assert record["speed_dkmh"] == frames.UNKNOWN_U16
    else:
        assert abs(record["speed_dkmh"] / 10 - vehicle.speed_kmh) <= 0.051
    if vehicle.heading_deg is not None:
        assert 0 <= record["heading_deg"] < 360


def test_removed_vehicles_travel_as_numbers() -> None:
    """A vehicle that leaves the viewer's sight is named once, in order."""
    frame = decode_frame(encode_removed({9, 3}, frame_time_ms=5.0, resume_token=4))
    assert frame["kind"] == Kind.REMOVED
    assert frame["removed"] == [3, 9]


def test_another_version_is_refused() -> None:
    """A reader of version 1 does not guess at version 2."""
    frame = bytearray(encode_frame(Kind.DELTA, [], frame_time_ms=0.0, resume_token=0))
    frame[0] = 2
    with pytest.raises(ValueError, match="live format 2"):
        decode_frame(bytes(frame))


def test_hello_names_the_fields_in_the_order_of_the_bytes() -> None:
    """The hello describes the records that follow."""
    assert frames.hello(1000)["fields"][0:3] == ["vehicle_no", "lon_e7", "lat_e7"]
