"""Foreign payloads as their senders document them: every unit and sign trap of domain.md 9, one table per form."""

import base64
import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from fleet.position import Datum, Rejected
from ingest.formats import FORMATS, decode, form_of
from ingest.reading import Event, Positions, Reading, Refused, Rejection, Sound, State

AT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
EPOCH_S = 1773194400
OWNTRACKS = "owntracks/jane/phone"
EMQX = "jt808/client-7/013800138000/up"
TRACCAR = "traccar/positions"
TELTONIKA = "master/client/teltonika/358491098808487/data"
HOME = "location/van"
Body = dict[str, Any]


def change(body: Body, path: str, value: object) -> Body:
    """A copy with one value set, or removed when it is None; `path` has dots."""
    changed = deepcopy(body)
    inner = changed
    *way, last = path.split(".")
    for key in way:
        inner = inner[key]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
    return changed


def items(topic: str, body: object) -> Positions:
    decoded = decode(topic, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert isinstance(decoded, Positions), decoded
    return decoded


def reading(topic: str, body: object) -> Reading:
    (item,) = items(topic, body).items
    assert not isinstance(item, Rejection), item
    return item[0]


def reason(topic: str, body: object) -> Rejected:
    """Why the message, or its only fix, is refused; the bytes are always kept."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    decoded = decode(topic, payload)
    refused = decoded.rejection if isinstance(decoded, Refused) else None
    if isinstance(decoded, Positions):
        (item,) = decoded.items
        refused = item if isinstance(item, Rejection) else None
    assert refused is not None, decoded
    assert refused.detail
    assert refused.payload == payload
    return refused.reason


LOCATION: Body = {"_type": "location", "tst": EPOCH_S, "lon": 117.2, "lat": 39.1}
JT808: Body = {
    "header": {"msg_id": 512, "encrypt": 0, "len": 44, "phone": "013800138000", "msg_sn": 1},
    "body": {
        "alarm": 0,
        "status": 0x000C0003,
        "latitude": 39130000,
        "longitude": 117200000,
        "altitude": 5,
        "speed": 600,
        "direction": 90,
        "time": "260311100000",
        "extra": {"mileage": 123456, "fuel_meter": 405, "rssi": 28, "gnss_sat_num": 13},
    },
}
FORWARDED: Body = {
    "position": {
        "id": 12345,
        "deviceId": 10,
        "protocol": "gt06",
        "serverTime": "2026-03-11T02:00:05.000+00:00",
        "deviceTime": "2026-03-11T02:00:00.000+00:00",
        "fixTime": "2026-03-11T02:00:00.000+00:00",
        "outdated": False,
        "valid": True,
        "latitude": 39.13,
        "longitude": 117.2,
        "altitude": 12.5,
        "speed": 10,
        "course": 180.0,
        "address": None,
        "accuracy": 0.0,
        "network": None,
        "attributes": {"ignition": True, "odometer": 12345600, "totalDistance": 9000.5, "sat": 11, "power": 12.6},
    },
    "device": {"id": 10, "name": "car", "uniqueId": "123456789012345", "lastUpdate": "2026-03-11T02:00:05Z"},
}
SHADOW: Body = {
    "state": {
        "reported": {
            "latlng": "39.130000,117.200000",
            "ts": EPOCH_S * 1000,
            "alt": "12",
            "ang": "162",
            "sat": "10",
            "sp": "60",
            "evt": "0",
            "pr": 0,
            "239": 1,
            "240": 1,
            "16": 77424,
            "66": 12160,
            "67": 3977,
            "21": 5,
            "181": 14,
            "182": 9,
        }
    }
}
TRACKER: Body = {"longitude": 117.2, "latitude": 39.1, "gps_accuracy": 60, "battery_level": 99.9}
SOUND: dict[str, tuple[str, Body]] = {
    "owntracks": (OWNTRACKS, LOCATION),
    "emqx-jt808": (EMQX, JT808),
    "traccar": (TRACCAR, FORWARDED),
    "teltonika": (TELTONIKA, SHADOW),
    "homeassistant": (HOME, TRACKER),
}

# form, change (path, value), field, what it must be
READ: list[tuple[str, str, object, str, object]] = [
    ("owntracks", "tst", EPOCH_S, "fixed_at", AT),
    ("owntracks", "tst", str(EPOCH_S), "fixed_at", AT),  # Greenwich writes numbers as text
    ("owntracks", "lat", "39.1", "lat", 39.1),
    ("owntracks", "vel", "46.5315", "speed_kmh", 46.5315),
    ("owntracks", "vel", 60, "speed_kmh", 60),  # km/h already
    ("owntracks", "vel", None, "speed_kmh", None),  # zero is left out, and so is "do not know"
    ("owntracks", "cog", None, "heading_deg", None),
    ("owntracks", "cog", 283, "heading_deg", 283),
    ("owntracks", "acc", 15, "accuracy_m", 15),
    ("owntracks", "alt", 38, "altitude_m", 38),
    ("owntracks", "ign", True, "ignition", True),
    ("owntracks", "ign", "0", "ignition", False),
    ("owntracks", "odometer", 12345.6, "odometer_km", 12345.6),  # km, not m
    ("owntracks", "uext", 12.6, "ext_voltage_v", 12.6),
    ("owntracks", "batt", 80, "soc_pct", None),  # the phone's battery
    ("owntracks", "batt", 80, "extra", {"batt": 80}),
    ("owntracks", "flvl", 40, "fuel_l", None),  # per cent
    ("owntracks", "vin", "LSV1", "extra", {"vin": "LSV1"}),
    ("owntracks", "t", "u", "alarms", ()),
    ("owntracks", "t", "e", "alarms", ("power_cut",)),
    ("owntracks", "t", "E", "alarms", ()),  # power is back
    ("owntracks", "t", "s", "alarms", ("overspeed",)),
    ("owntracks", "t", "!", "alarms", ("illegal_displacement",)),
    ("owntracks", "tow", True, "alarms", ("illegal_displacement",)),
    ("owntracks", "t", "l", "valid", False),  # the last place, the sky is lost
    ("owntracks", "t", "t", "valid", None),
    ("owntracks", "vel", "fast", "speed_kmh", None),  # a bad value does not spoil the fix
    ("owntracks", "vel", "fast", "extra", {"vel": "fast"}),
    ("owntracks", "vel", "nan", "extra", {"vel": "nan"}),
    ("owntracks", "topic", OWNTRACKS, "extra", {}),
    ("owntracks", "crs", "GCJ02", "datum", Datum.GCJ02),
    ("emqx-jt808", "body.latitude", 39130000, "lat", 39.13),
    ("emqx-jt808", "body.longitude", 117200000, "lon", 117.2),
    ("emqx-jt808", "body.status", 0x7, "lat", -39.13),  # south
    ("emqx-jt808", "body.status", 0xB, "lon", -117.2),  # west
    ("emqx-jt808", "body.status", 0x2, "ignition", False),
    ("emqx-jt808", "body.status", 0x1, "valid", False),
    ("emqx-jt808", "body.status", 0x3, "valid", True),
    ("emqx-jt808", "body.status", 0x23, "alarms", ("encrypted",)),
    ("emqx-jt808", "body.alarm", 0b11, "alarms", ("sos", "overspeed")),
    ("emqx-jt808", "body.alarm", 1 << 8, "alarms", ("power_cut",)),
    ("emqx-jt808", "body.alarm", 1 << 29, "alarms", ("collision",)),
    ("emqx-jt808", "body.alarm", 1 << 16, "alarms", ("vendor:tyre_pressure",)),
    ("emqx-jt808", "body.speed", 600, "speed_kmh", 60.0),
    ("emqx-jt808", "body.speed", 605, "speed_kmh", 60.5),
    ("emqx-jt808", "body.direction", 90, "heading_deg", 90),
    ("emqx-jt808", "body.altitude", 5, "altitude_m", 5),
    ("emqx-jt808", "body.altitude", 65382, "altitude_m", -154),  # Turpan
    ("emqx-jt808", "body.time", "260311100000", "fixed_at", AT),  # GMT+8, no zone
    ("emqx-jt808", "body.time", 260311100000, "fixed_at", AT),
    ("emqx-jt808", "body.extra.mileage", 123456, "odometer_km", 12345.6),
    ("emqx-jt808", "body.extra.fuel_meter", 405, "fuel_l", 40.5),
    ("emqx-jt808", "body.extra", {"fuel_unit": 405}, "fuel_l", 40.5),  # the guide's other name
    ("emqx-jt808", "body.extra.rssi", 28, "rssi", 28),
    ("emqx-jt808", "body.extra.gnss_sat_num", 13, "satellites", 13),
    ("emqx-jt808", "body.extra.97", base64.b64encode(b"\x04\xec").decode(), "ext_voltage_v", 12.6),
    ("emqx-jt808", "body.extra", {"97": "?"}, "ext_voltage_v", None),
    ("emqx-jt808", "body.extra", None, "odometer_km", None),
    ("emqx-jt808", "body.extra.speed", 615, "speed_kmh", 60.0),  # the tachograph's is another
    ("emqx-jt808", "header.phone", 13800138000, "valid", True),  # phone as a number
    ("emqx-jt808", "header.phone", "00000000013800138000", "valid", True),  # of the 2019 edition
    ("traccar", "position.speed", 10, "speed_kmh", 18.52),  # knots
    ("traccar", "position.speed", 0, "speed_kmh", 0),
    ("traccar", "position.course", 180.0, "heading_deg", 180),
    ("traccar", "position.fixTime", "2026-03-11T02:00:00.000+0000", "fixed_at", AT),
    ("traccar", "position.fixTime", EPOCH_S * 1000, "fixed_at", AT),
    ("traccar", "position.accuracy", 0.0, "accuracy_m", None),  # zero is "not said"
    ("traccar", "position.accuracy", 7.5, "accuracy_m", 7.5),
    ("traccar", "position.valid", False, "valid", False),
    ("traccar", "position.outdated", True, "valid", False),
    ("traccar", "position.attributes.odometer", 12345600, "odometer_km", 12345.6),  # m
    ("traccar", "position.attributes.odometer", None, "odometer_km", None),  # totalDistance is no dashboard
    ("traccar", "position.attributes", {"obdOdometer": 5000}, "odometer_km", 5.0),
    ("traccar", "position.attributes.fuel", 40.5, "fuel_l", 40.5),
    ("traccar", "position.attributes.power", 12.6, "ext_voltage_v", 12.6),
    ("traccar", "position.attributes.hdop", 0.9, "hdop", 0.9),
    ("traccar", "position.attributes.batteryLevel", 80, "soc_pct", None),
    ("traccar", "position.attributes.driverUniqueId", "card-7", "driver", "card-7"),
    ("traccar", "position.attributes.alarm", "sos", "alarms", ("sos",)),
    ("traccar", "position.attributes.alarm", "powerCut,overspeed", "alarms", ("power_cut", "overspeed")),
    ("traccar", "position.attributes.alarm", "hardBraking", "alarms", ("vendor:hardBraking",)),
    ("traccar", "position.attributes.alarm", "geofenceExit,geofenceEnter", "alarms", ("area",)),
    ("teltonika", "state.reported.ts", EPOCH_S * 1000, "fixed_at", AT),  # ms
    ("teltonika", "state.reported.ts", str(EPOCH_S * 1000), "fixed_at", AT),
    ("teltonika", "state.reported.latlng", "-33.4,-70.5", "lat", -33.4),
    ("teltonika", "state.reported.latlng", "-33.4, -70.5", "lon", -70.5),
    ("teltonika", "state.reported.sp", "60", "speed_kmh", 60),
    ("teltonika", "state.reported.ang", 162, "heading_deg", 162),
    ("teltonika", "state.reported.239", 0, "ignition", False),
    ("teltonika", "state.reported.240", 1, "ignition", True),  # movement is not ignition
    ("teltonika", "state.reported.16", 77424, "odometer_km", 77.424),
    ("teltonika", "state.reported.199", 5000, "odometer_km", 77.424),
    ("teltonika", "state.reported.66", 12160, "ext_voltage_v", 12.16),
    ("teltonika", "state.reported.182", 9, "hdop", 0.9),
    ("teltonika", "state.reported.84", 405, "fuel_l", 40.5),
    ("teltonika", "state.reported.113", 80, "soc_pct", None),
    ("teltonika", "state.reported.21", 5, "rssi", 5),
    ("teltonika", "state.reported.69", 1, "valid", True),
    ("teltonika", "state.reported.69", 2, "valid", False),
    ("teltonika", "state.reported.252", 1, "alarms", ("power_cut",)),
    ("teltonika", "state.reported.252", 0, "alarms", ()),
    ("teltonika", "state.reported.247", "1", "alarms", ("collision",)),
    ("teltonika", "state.reported.255", 96, "alarms", ("overspeed",)),
    ("teltonika", "state.reported.pr", 2, "alarms", ("vendor:panic",)),
    ("homeassistant", "longitude", 117.2, "lon", 117.2),
    ("homeassistant", "latitude", "39.1", "lat", 39.1),
    ("homeassistant", "gps_accuracy", 60, "accuracy_m", 60),
    ("homeassistant", "battery_level", 99.9, "extra", {"battery_level": 99.9}),
    ("homeassistant", "timestamp", "12:00", "fixed_at", None),  # no time is promised: that of arrival
]
# form, change, reason
WRONG: list[tuple[str, str, object, Rejected]] = [
    ("owntracks", "lat", None, Rejected.MALFORMED),
    ("owntracks", "lon", "east", Rejected.MALFORMED),
    ("owntracks", "lon", True, Rejected.MALFORMED),
    ("owntracks", "lon", "inf", Rejected.MALFORMED),
    ("owntracks", "tst", None, Rejected.MALFORMED),
    ("owntracks", "tst", "noon", Rejected.MALFORMED),
    ("owntracks", "_type", None, Rejected.MALFORMED),
    ("owntracks", "_type", "sonar", Rejected.UNSUPPORTED),
    ("owntracks", "_type", "encrypted", Rejected.UNSUPPORTED),
    ("owntracks", "topic", "owntracks/jack/phone", Rejected.FORGED),
    ("owntracks", "topic", "owntracks/jane/phone2", Rejected.FORGED),
    ("owntracks", "topic", 7, Rejected.FORGED),
    ("owntracks", "crs", "MARS", Rejected.UNSUPPORTED),
    ("emqx-jt808", "header.phone", "13800138001", Rejected.FORGED),
    ("emqx-jt808", "header.msg_id", None, Rejected.MALFORMED),
    ("emqx-jt808", "header.msg_id", "position", Rejected.MALFORMED),
    ("emqx-jt808", "body", None, Rejected.MALFORMED),
    ("emqx-jt808", "body.latitude", None, Rejected.MALFORMED),
    ("emqx-jt808", "body.status", None, Rejected.MALFORMED),
    ("emqx-jt808", "body.status", -1, Rejected.MALFORMED),
    ("emqx-jt808", "body.status", 2**40, Rejected.MALFORMED),
    ("emqx-jt808", "body.time", "261311100000", Rejected.MALFORMED),
    ("emqx-jt808", "body.time", "000000000000", Rejected.MALFORMED),  # a clock that was never set
    ("emqx-jt808", "body.time", "2026-03-11", Rejected.MALFORMED),
    ("emqx-jt808", "body.time", None, Rejected.MALFORMED),
    ("traccar", "device", None, Rejected.MALFORMED),
    ("traccar", "device.uniqueId", None, Rejected.MALFORMED),
    ("traccar", "position", None, Rejected.MALFORMED),
    ("traccar", "position.fixTime", None, Rejected.MALFORMED),
    ("traccar", "position.fixTime", "2026-03-11T02:00:00", Rejected.MALFORMED),  # no offset
    ("traccar", "position.latitude", None, Rejected.MALFORMED),
    ("teltonika", "state", None, Rejected.MALFORMED),
    ("teltonika", "state.reported", [], Rejected.MALFORMED),
    ("teltonika", "state.reported.latlng", "39.13", Rejected.MALFORMED),
    ("teltonika", "state.reported.latlng", 39.13, Rejected.MALFORMED),
    ("teltonika", "state.reported.latlng", "a,b", Rejected.MALFORMED),
    ("teltonika", "state.reported.ts", None, Rejected.MALFORMED),
    ("homeassistant", "latitude", None, Rejected.MALFORMED),
    ("homeassistant", "longitude", [], Rejected.MALFORMED),
]


@pytest.mark.parametrize(("form", "path", "value", "field", "wanted"), READ)
def test_each_value_arrives_in_our_unit(form: str, path: str, value: object, field: str, wanted: object) -> None:
    """One change of a sound message, one field of the reading."""
    topic, body = SOUND[form]
    got = getattr(reading(topic, change(body, path, value)), field)
    assert got == (pytest.approx(wanted, abs=1e-9) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(("form", "path", "value", "wanted"), WRONG)
def test_what_is_wrong_is_named(form: str, path: str, value: object, wanted: Rejected) -> None:
    """Only what a fix cannot be without refuses it."""
    topic, body = SOUND[form]
    assert reason(topic, change(body, path, value)) is wanted


@pytest.mark.parametrize("form", SOUND)
@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (b"", Rejected.MALFORMED),
        (b"hello", Rejected.MALFORMED),
        (b"[]", Rejected.MALFORMED),
        (b"null", Rejected.MALFORMED),
        (b"{}", Rejected.MALFORMED),
        (b"\xff\xfe", Rejected.MALFORMED),
        (b"[" * 60_000, Rejected.MALFORMED),
        (b'{"a":' * 10_000, Rejected.MALFORMED),
        (b'{"lat": NaN}', Rejected.MALFORMED),
        (b" " * 65_537, Rejected.OVERSIZED),
    ],
)
def test_no_bytes_break_a_form(form: str, payload: bytes, wanted: Rejected) -> None:
    """What is no message of the form is refused whole, with its bytes."""
    assert reason(SOUND[form][0], payload) is wanted


@pytest.mark.parametrize("form", SOUND)
def test_the_topic_or_the_body_names_the_sender(form: str) -> None:
    """Each form finds its own messages, by the name that a binding holds."""
    names = {
        "owntracks": "jane/phone",
        "emqx-jt808": "13800138000",
        "traccar": "123456789012345",
        "teltonika": "358491098808487",
        "homeassistant": "van",
    }
    topic, body = SOUND[form]
    found = form_of(topic)
    assert found is not None
    assert found.name == form
    assert items(topic, body).device == names[form]


@pytest.mark.parametrize(
    "topic",
    [
        "owntracks/jane",
        "owntracks//phone",
        "owntracks/jane/phone/event/x",
        "jt808/c/138/dn",
        "jt808/c//up",
        "jt808/138/up",
        "location/",
        "location/a/b",
        "r/c/teltonika/1/commands",
        "r/c/teltonika//data",
        "r/teltonika/1/data",
        "traccars/x",
        "",
    ],
)
def test_a_topic_nobody_takes_is_unsupported(topic: str) -> None:
    """Kept with a reason, whatever it holds."""
    assert reason(topic, LOCATION) is Rejected.UNSUPPORTED


def test_unknown_keys_are_kept() -> None:
    """Nothing a sender says is lost, except Traccar's own bookkeeping."""
    assert reading(OWNTRACKS, LOCATION | {"SSID": "x", "inregions": ["a"]}).extra == {"SSID": "x", "inregions": ["a"]}
    jt808 = reading(EMQX, change(JT808, "body.extra", {"alarm_id": 3, "speed": 615, "224": "AA=="})).extra
    bits = {"alarm_bits": 0, "status_bits": 0x000C0003}
    assert jt808 == {"alarm_id": 3, "recorder_speed_kmh": 61.5, "224": "AA=="} | bits
    assert reading(TRACCAR, FORWARDED).extra == {"totalDistance": 9000.5, "protocol": "gt06"}
    twice = change(change(JT808, "body.note", 1), "body.extra", {"note": 2})
    assert reading(EMQX, twice).extra == {"note": 2, "position": {"note": 1}} | bits
    both = change(change(FORWARDED, "position.attributes.protocol", "a"), "position.geofenceIds", [1])
    assert reading(TRACCAR, both).extra == {
        "totalDistance": 9000.5,
        "protocol": "a",
        "position": {"protocol": "gt06"},
        "geofenceIds": [1],
    }
    assert reading(TELTONIKA, SHADOW).extra == {"evt": "0", "pr": 0, "240": 1, "67": 3977, "181": 14}


def test_the_same_position_sent_again_by_another_way_is_the_same_reading() -> None:
    """A blind-zone re-upload, an answer to a query, or Traccar's second try differ only in bookkeeping."""
    first = reading(EMQX, JT808)
    again = change(change(JT808, "header.msg_sn", 99), "header.msg_id", 513) | {
        "body": {"seq": 4, "params": JT808["body"]}
    }
    assert reading(EMQX, again) == first
    bulk = change(JT808, "header.msg_id", 1796) | {"body": {"type": 1, "length": 1, "location": [JT808["body"]]}}
    assert reading(EMQX, bulk) == first
    second = change(change(FORWARDED, "position.id", 9), "position.serverTime", "2026-03-11T03:00:00Z")
    assert reading(TRACCAR, change(second, "device.lastUpdate", "now")) == reading(TRACCAR, FORWARDED)


def test_one_bad_item_does_not_spoil_a_bulk_message() -> None:
    """0x0704: good items around a bad one are read; the bad one keeps its index and its own bytes."""
    locations = [JT808["body"], {"latitude": 1}, "nonsense", change(JT808, "body.time", "260311100010")["body"]]
    bulk = change(JT808, "header.msg_id", 1796) | {"body": {"type": 0, "length": 4, "location": locations}}
    first, bad, worse, last = items(EMQX, bulk).items
    assert isinstance(bad, Rejection)
    assert (bad.item, bad.payload, bad.reason) == (1, b'{"latitude": 1}', Rejected.MALFORMED)
    assert isinstance(worse, Rejection)
    assert (worse.item, worse.payload) == (2, b'"nonsense"')
    assert not isinstance(first, Rejection)
    assert not isinstance(last, Rejection)
    assert (last[0].fixed_at, last[0].speed_kmh) == (AT.replace(second=10), 60.0)
    assert reason(EMQX, change(bulk, "body.location", [JT808["body"]] * 101)) is Rejected.OVERSIZED
    wrong: object
    for wrong in (None, {}, "all"):
        assert reason(EMQX, change(bulk, "body.location", wrong)) is Rejected.MALFORMED


def test_other_messages_that_hold_a_position_give_it() -> None:
    """Answers to a query and to a control, and the place of a photograph."""
    for number, key in ((513, "params"), (1280, "location"), (2049, "location")):
        body = change(JT808, "header.msg_id", number) | {"body": {"seq": 1, key: JT808["body"]}}
        assert reading(EMQX, body).odometer_km == 12345.6
        assert reason(EMQX, body | {"body": {"seq": 1}}) is Rejected.MALFORMED


def test_sound_messages_without_a_position() -> None:
    """A heartbeat is in order and carries nothing; a part of a message in packets is one message."""
    heartbeat = decode(EMQX, json.dumps(change(JT808, "header.msg_id", 2) | {"body": {}}).encode())
    assert heartbeat == Sound(device="13800138000", message="0x0002", body={})
    part = change(change(JT808, "header.frag_total", 3), "header.frag_sn", 2) | {"body": {}}
    for number, name in ((512, "0x0200"), (1796, "0x0704")):
        got = decode(EMQX, json.dumps(change(part, "header.msg_id", number)).encode())
        assert got == Sound(device="13800138000", message=name, body={"frag_total": 3, "frag_sn": 2})
    card = {"status": 1, "time": "260311100000", "ic_result": 0, "driver_name": "x"}
    event = decode(EMQX, json.dumps(change(JT808, "header.msg_id", 0x0702) | {"body": card}).encode())
    assert isinstance(event, Event)
    assert (event.code, event.happened_at, event.body["driver_name"]) == ("driver_card", AT, "x")
    for kind in ("waypoint", "card", "steps", "status"):
        got = decode(OWNTRACKS, json.dumps({"_type": kind, "tst": 1}).encode())
        assert isinstance(got, Sound)
        assert got.message == kind
    assert isinstance(decode(TELTONIKA, b'{"RSP": "ok"}'), Sound)


def test_presence_and_events() -> None:
    """OwnTracks' last will and Traccar's word are states; what else is reported is an event."""
    lwt = decode(OWNTRACKS, json.dumps({"_type": "lwt", "tst": 5}).encode())
    assert lwt == State(device="jane/phone", online=False, message="lwt")
    entered = LOCATION | {"_type": "transition", "event": "enter", "wtst": 1}
    event = decode(f"{OWNTRACKS}/event", json.dumps(entered).encode())
    assert isinstance(event, Event)
    assert decode(f"{OWNTRACKS}/event", json.dumps(entered | {"topic": OWNTRACKS}).encode()) == event
    assert (event.device, event.code, event.happened_at, event.body["event"]) == (
        "jane/phone",
        "transition",
        AT,
        "enter",
    )
    for kind, online in (("deviceOnline", True), ("deviceOffline", False)):
        said = {"event": {"type": kind, "eventTime": "2026-03-11T02:00:00Z"}, "device": FORWARDED["device"]}
        assert decode(TRACCAR, json.dumps(said).encode()) == State(
            device="123456789012345", online=online, message=kind
        )
    alarm = {"id": 5, "type": "alarm", "eventTime": "2026-03-11T02:00:00Z", "attributes": {"alarm": "sos"}}
    event = decode(TRACCAR, json.dumps(FORWARDED | {"event": alarm}).encode())
    assert isinstance(event, Event)
    assert (event.code, event.happened_at, event.body) == ("traccar:alarm", AT, {"attributes": {"alarm": "sos"}})
    assert reason(TRACCAR, FORWARDED | {"event": {}}) is Rejected.MALFORMED


def test_an_outdated_position_is_of_the_device_time() -> None:
    """Traccar repeats the last place when the locator has no fix; that must not collide with the fix it repeats."""
    later = change(change(FORWARDED, "position.outdated", True), "position.deviceTime", "2026-03-11T02:05:00Z")
    got = reading(TRACCAR, later)
    assert (got.fixed_at, got.valid) == (AT.replace(minute=5), False)
    assert got.extra["outdated"] is True
    assert reading(TRACCAR, change(later, "position.deviceTime", None)).fixed_at == AT


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_form_finds_its_topic_again(form: Any) -> None:
    """Without a topic a message is still one of its form, and names its sender when it can."""
    for payload in (b"", b"{}", b'{"device": {"uniqueId": "a/b"}, "header": {"phone": "a/b"}, "topic": "x"}'):
        assert form.takes(form.topic_of(payload))
        assert not isinstance(form.decode(form.topic_of(payload), payload), Sound)
