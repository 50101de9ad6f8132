"""The native form: every reason of contracts.md 1 that needs no clock, and that no bytes whatever break the decoder."""

import json
import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.faults.scale import size
from fleet.position import Datum, Rejected
from ingest.formats import decode
from ingest.formats.said import MOST_BYTES, MOST_FIXES
from ingest.instant import EPOCH, read_instant
from ingest.reading import Event, Positions, Reading, Refused, Rejection, State

TOPIC = "fleet/v1/dev1/pos"
FIX: dict[str, Any] = {"t": "2026-02-14T12:00:00.123+08:00", "lon": 121.4, "lat": 31.2}
AT = datetime(2026, 2, 14, 4, 0, 0, 123000, tzinfo=UTC)


def positions(body: object, topic: str = TOPIC) -> Positions:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    decoded = decode(topic, payload)
    assert isinstance(decoded, Positions)
    return decoded


def reading(body: object) -> Reading:
    (item,) = positions(body).items
    assert not isinstance(item, Rejection), item
    return item[0]


def rejection(body: object) -> Rejection:
    (item,) = positions(body).items
    assert isinstance(item, Rejection), item
    return item


def test_every_key_of_the_contract_arrives_in_its_field() -> None:
    """A fix with everything said is read into the field of the same name."""
    said = {
        "speed_kmh": 33.3,
        "heading_deg": 180,
        "altitude_m": 4.5,
        "accuracy_m": 6,
        "hdop": 0.9,
        "satellites": 11,
        "valid": True,
        "ignition": False,
        "odometer_km": 1234.5,
        "fuel_l": 40.5,
        "soc_pct": 80,
        "ext_voltage_v": 13.8,
        "rssi": -70,
        "seq": 5,
        "driver": "card-7",
    }
    got = reading(FIX | said | {"crs": "GCJ02", "alarms": ["sos"], "door": "open"})
    assert {name: getattr(got, name) for name in said} == said
    assert (got.fixed_at, got.lon, got.lat, got.datum) == (AT, 121.4, 31.2, Datum.GCJ02)
    assert got.alarms == ("sos",)
    assert got.extra == {"door": "open"}


@pytest.mark.parametrize(
    "t", ["2026-02-14T12:00:00.1239+08:00", "2026-02-14T04:00:00.123Z", 1771041600.123, 1771041600123, 1771041600123.9]
)
def test_time_is_iso_with_offset_or_epoch_in_seconds_or_milliseconds(t: object) -> None:
    """All ways to write an instant give the same whole millisecond in UTC."""
    assert reading(FIX | {"t": t}).fixed_at == AT


@pytest.mark.parametrize(
    "t", ["2026-02-14T12:00:00", "yesterday", "", True, None, [], {}, 1e300, "2026-13-01T00:00:00Z"]
)
def test_a_time_that_names_no_instant_is_malformed(t: object) -> None:
    """No offset, no calendar date, no number: the fix is refused and says that t is the reason."""
    refused = rejection(FIX | {"t": t})
    assert refused.reason is Rejected.MALFORMED
    assert refused.detail.startswith("t:")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Rejected.MALFORMED),
        (b"\xff\xfe", Rejected.MALFORMED),
        (b"[1, 2]", Rejected.MALFORMED),
        (b'{"t": 1, "lon": NaN, "lat": 1}', Rejected.MALFORMED),
        (b'{"t": 1, "lon": Infinity, "lat": 1}', Rejected.MALFORMED),
        (b"[" * 60_000, Rejected.MALFORMED),
        (b'{"t": 1, "lon": 1, "lat": 1, "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", Rejected.MALFORMED),
        ({"lon": 1, "lat": 1}, Rejected.MALFORMED),
        ({"t": 1, "lat": 1}, Rejected.MALFORMED),
        ({"t": 1, "lon": "1", "lat": 1}, Rejected.MALFORMED),
        ({"t": 1, "lon": None, "lat": 1}, Rejected.MALFORMED),
        (FIX | {"satellites": "many"}, Rejected.MALFORMED),
        (FIX | {"valid": 2}, Rejected.MALFORMED),
        (FIX | {"alarms": "sos"}, Rejected.MALFORMED),
        (FIX | {"alarms": [1]}, Rejected.MALFORMED),
        (FIX | {"batch": "one"}, Rejected.MALFORMED),
        (FIX | {"batch": -1}, Rejected.MALFORMED),
        ({"fixes": {}}, Rejected.MALFORMED),
        (FIX | {"fixes": [FIX]}, Rejected.MALFORMED),
        (FIX | {"crs": "EPSG:3857"}, Rejected.UNSUPPORTED),
        (FIX | {"device": "dev2"}, Rejected.FORGED),
        (FIX | {"device_id": 7}, Rejected.FORGED),
        ({"device": "dev2", "batch": 1, "fixes": [FIX]}, Rejected.FORGED),
        ({"crs": "GCJ02", "batch": 1, "fixes": [FIX]}, Rejected.UNSUPPORTED),
        (FIX | {"x": "y" * MOST_BYTES}, Rejected.OVERSIZED),
        (b"x" * (MOST_BYTES + 1), Rejected.OVERSIZED),
        ({"batch": 1, "fixes": [FIX] * (MOST_FIXES + 1)}, Rejected.OVERSIZED),
    ],
)
def test_what_is_wrong_is_named(body: object, reason: Rejected) -> None:
    """Each kind of wrong message becomes one rejection with its reason and the bytes it came in."""
    refused = rejection(body)
    assert refused.reason is reason
    assert refused.detail
    assert refused.payload == (body if isinstance(body, bytes) else json.dumps(body).encode())


def test_one_bad_fix_does_not_spoil_its_batch() -> None:
    """Good fixes around a bad one are read; the bad one keeps its index and its own bytes."""
    decoded = positions({"batch": 17, "fixes": [FIX, {"t": 1}, FIX | {"t": 5}]})
    assert (decoded.batch, decoded.count) == (17, 3)
    good, bad, late = decoded.items
    assert not isinstance(good, Rejection)
    assert isinstance(bad, Rejection)
    assert (bad.item, bad.payload) == (1, b'{"t": 1}')
    assert not isinstance(late, Rejection)
    assert late[0].fixed_at == EPOCH + timedelta(seconds=5)


def test_a_refused_message_still_tells_which_batch_it_was() -> None:
    """The device can release what was refused as a whole: batch number and count are known."""
    decoded = positions({"batch": 9, "fixes": [FIX] * 200})
    assert (decoded.batch, decoded.count) == (9, 200)
    decoded = positions({"batch": 9, "fixes": [FIX | {"x": "y" * MOST_BYTES}]})
    assert (decoded.batch, decoded.count) == (9, 1)


def test_a_fix_beside_an_empty_list_is_a_fix() -> None:
    """Nothing is lost; an empty list alone is a sound message without a fix."""
    assert reading(FIX | {"fixes": []}).fixed_at == AT
    assert positions({"batch": 4, "fixes": []}) == Positions(device="dev1", items=(), batch=4, count=0)


def test_own_identity_in_the_body_is_fine() -> None:
    """The body may repeat the device of the topic; it is not kept as an unknown key."""
    assert reading(FIX | {"device": "dev1"}).extra == {}


def test_lenient_where_nothing_is_lost() -> None:
    """0 and 1 are booleans, a card number may be a number, null is "not said", an unknown alarm is the vendor's."""
    got = reading(FIX | {"valid": 1, "ignition": 0, "driver": 12, "speed_kmh": None, "alarms": ["sos", "coffee"]})
    assert (got.valid, got.ignition, got.driver, got.speed_kmh) == (True, False, "12", None)
    assert got.alarms == ("sos", "vendor:coffee")
    assert reading(FIX | {"alarms": None}).alarms == ()


def test_status_and_event_topics() -> None:
    """The last will and events are read; what is neither is refused."""
    assert decode("fleet/v1/d/status", b"offline") == State(device="d", online=False)
    event = decode("fleet/v1/d/event", b'{"t": 5, "code": "sos", "level": 2}')
    assert event == Event(device="d", happened_at=EPOCH + timedelta(seconds=5), code="sos", body={"level": 2})
    for topic, payload in (
        ("fleet/v1/d/status", b"perhaps"),
        ("fleet/v1/d/event", b"{}"),
        ("fleet/v1/d/event", b'{"code": 1}'),
        ("fleet/v1/d/event", b'{"code": "sos", "t": "now"}'),
    ):
        refused = decode(topic, payload)
        assert isinstance(refused, Refused)
        assert refused.rejection.reason is Rejected.MALFORMED
    forged = decode("fleet/v1/d/event", b'{"code": "sos", "device": "e"}')
    assert isinstance(forged, Refused)
    assert forged.rejection.reason is Rejected.FORGED


@pytest.mark.parametrize("topic", ["fleet/v1/d/cmd", "fleet/v1/d", "fleet/v1//pos", "fleet/v1/d/pos/x", "x", ""])
def test_a_topic_nobody_takes_is_unsupported(topic: str) -> None:
    """Such a message is kept with a reason, whatever it holds."""
    refused = decode(topic, b"{}")
    assert isinstance(refused, Refused)
    assert refused.rejection.reason is Rejected.UNSUPPORTED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "t",
        "lon",
        "lat",
        "crs",
        "speed_kmh",
        "satellites",
        "valid",
        "alarms",
        "seq",
        "driver",
        "device",
        "batch",
        "fixes",
    ]
)


@pytest.mark.fault
@pytest.mark.timeout(size(120, 0))
@settings(max_examples=size(2_000, 20_000), deadline=None)
@given(payload=st.binary(max_size=200), kind=st.sampled_from(["pos", "status", "event", "else"]))
def test_any_bytes_give_an_answer(payload: bytes, kind: str) -> None:
    """The decoder is total: random bytes on any topic never raise."""
    assert decode(f"fleet/v1/d/{kind}", payload) is not None


@pytest.mark.fault
@pytest.mark.timeout(size(120, 0))
@settings(max_examples=size(2_000, 20_000), deadline=None)
@given(body=st.dictionaries(KEYS, JSON, max_size=8) | JSON)
def test_any_json_gives_readings_or_named_rejections(body: object) -> None:
    """Whatever values stand at our own keys: one answer per fix, in order, and nothing raised."""
    decoded = positions(body)
    for item in decoded.items:
        if isinstance(item, Rejection):
            assert item.reason in set(Rejected)
        else:
            assert math.isfinite(item[0].lon)
            assert math.isfinite(item[0].lat)


@settings(max_examples=300)
@given(moment=st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_reads_the_same_however_written(moment: datetime) -> None:
    """ISO, seconds and milliseconds agree to the millisecond."""
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    milliseconds = (moment - EPOCH) // timedelta(milliseconds=1)
    assert read_instant(moment.isoformat()) == moment
    assert read_instant(milliseconds / 1000) == moment
    if milliseconds >= 1e11:
        assert read_instant(milliseconds) == moment


def test_the_largest_message_is_decoded_quickly_enough_to_finish() -> None:
    """A message at the size limit, good or a nesting bomb, ends (the bound is wide: no assertion on speed)."""
    started = time.monotonic()
    for body in (json.dumps({"fixes": [FIX] * 100}).encode(), b'{"fixes":[' * 6_000, b'{"a":' * 12_000):
        positions(body)
    assert time.monotonic() - started < 10
