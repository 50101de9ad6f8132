"""The packed raw form gives back every byte, and is small."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fleet.raw import EPOCH, MILLISECOND, pack, unpack

KEYS = st.tuples(st.integers(1, 2**31 - 1), st.integers(0, 4 * 10**12).map(lambda ms: EPOCH + ms * MILLISECOND))


@given(payloads=st.dictionaries(KEYS, st.binary(max_size=200), max_size=20))
def test_what_was_packed_comes_back_byte_for_byte(payloads: dict[tuple[int, datetime], bytes]) -> None:
    assert unpack(pack(payloads.items())) == payloads


def test_a_batch_of_like_messages_takes_a_fraction_of_its_size() -> None:
    """2,000 different fixes of 170 bytes: below 45 bytes each."""
    now = datetime(2026, 11, 28, tzinfo=UTC)
    payloads = {}
    for number in range(2_000):
        fix = {"t": (now + timedelta(milliseconds=37 * number)).isoformat(), "lon": 121.4 + number * 7e-7}
        fix |= {
            "lat": 31.2 - number * 3e-7,
            "speed_kmh": number % 90,
            "heading_deg": number * 7 % 360,
            "satellites": 11,
        }
        fix |= {"accuracy_m": 4, "ignition": True, "odometer_km": round(1000 + number / 90, 2)}
        payloads[number, now] = json.dumps(fix).encode()
    assert len(pack(payloads.items())) < 45 * len(payloads)
