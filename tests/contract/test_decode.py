"""contracts.md 1 and 4, `python -m ingest decode --format native`: one message a line in, one line per fix or rejection out."""

import json
import math
from pathlib import Path
from typing import Any

import eviltransform
import pytest

from tests.contract.program import both, run

TOPIC = "fleet/v1/dev1/pos"
FIX: dict[str, Any] = {"t": 1773194400, "lon": 117.2, "lat": 39.1}
AT = "2026-03-11T02:00:00.000Z"
REASONS = {
    "malformed",
    "future",
    "ancient",
    "impossible",
    "unknown_device",
    "forged",
    "collision",
    "oversized",
    "unsupported",
}
WHOLE = {
    "t": "2026-03-11T10:00:00+08:00",
    "lon": 117.2,
    "lat": 39.1,
    "speed_kmh": 60.5,
    "heading_deg": 90,
    "altitude_m": -3,
    "accuracy_m": 5,
    "hdop": 0.9,
    "satellites": 13,
    "valid": True,
    "ignition": False,
    "odometer_km": 12345.6,
    "fuel_l": 40.5,
    "soc_pct": 80,
    "ext_voltage_v": 12.6,
    "rssi": -70,
    "alarms": ["sos", "overspeed", "vendor:door"],
    "seq": 7,
    "driver": "李四",
}
Line = dict[str, Any]


def _raw(**changes: Any) -> bytes:
    return json.dumps(FIX | changes).encode()


# A message, and how each of its lines must be: a dict of what a fix must have, or the reasons one of which it is rejected for.
Wanted = Line | set[str]
ACCEPTED: dict[str, tuple[bytes, Line]] = {
    "every key comes back": (json.dumps(WHOLE).encode(), {**WHOLE, "t": AT, "device": "dev1"}),
    "ISO 8601 with Z": (_raw(t="2026-03-11T02:00:00Z"), {"t": AT}),
    "ISO 8601 with an offset": (_raw(t="2026-03-11T07:30:00+05:30"), {"t": AT}),
    "ISO 8601 with milliseconds": (_raw(t="2026-03-11T02:00:00.250Z"), {"t": "2026-03-11T02:00:00.250Z"}),
    "ISO 8601 with microseconds keeps milliseconds": (
        _raw(t="2026-03-11T02:00:00.250999Z"),
        {"t": "2026-03-11T02:00:00.250Z"},
    ),
    "epoch seconds": (_raw(), {"t": AT}),
    "epoch seconds with a fraction": (_raw(t=1773194400.5), {"t": "2026-03-11T02:00:00.500Z"}),
    "epoch milliseconds": (_raw(t=1773194400123), {"t": "2026-03-11T02:00:00.123Z"}),
    "decode knows no clock: never future": (_raw(t=4102444800), {"t": "2100-01-01T00:00:00.000Z"}),
    "decode knows no clock: never ancient": (_raw(t="1999-12-31T16:00:00Z"), {"t": "1999-12-31T16:00:00.000Z"}),
    "WGS84 is the default": (_raw(crs="WGS84"), {"lon": 117.2, "lat": 39.1}),
    "CGCS2000 is the same here": (_raw(crs="CGCS2000"), {"lon": 117.2, "lat": 39.1}),
    "no GCJ02 shift outside China": (_raw(crs="GCJ02", lon=2.35, lat=48.85), {"lon": 2.35, "lat": 48.85}),
    "unknown keys are kept in extra": (_raw(foo={"a": [1]}, bar="x"), {"extra": {"foo": {"a": [1]}, "bar": "x"}}),
    "unknown alarms become those of a vendor": (_raw(alarms=["sos", "door"]), {"alarms": ["sos", "vendor:door"]}),
    "the equator at sea is a position": (_raw(lon=0, lat=51.5), {"lon": 0, "lat": 51.5}),
    "the south and the west": (_raw(lon=-70.5, lat=-33.4), {"lon": -70.5, "lat": -33.4}),
    "the same id in the body is fine": (_raw(device="dev1"), {"device": "dev1"}),
    "a batch number beside a single fix": (_raw(batch=5), {"device": "dev1"}),
    "a fix with an empty list of fixes is still a fix": (_raw(fixes=[]), {"t": AT}),
    "an alarm list may be empty": (_raw(alarms=[]), {"t": AT}),
}
REJECTED: dict[str, tuple[bytes, set[str]]] = {
    "no JSON": (b"hello", {"malformed"}),
    "half a message": (b'{"t":1773194400,"lon":117.2,', {"malformed"}),
    "something behind": (_raw() + b" x", {"malformed"}),
    "a list": (b"[]", {"malformed"}),
    "a number": (b"7", {"malformed"}),
    "null": (b"null", {"malformed"}),
    "nothing in it": (b"{}", {"malformed"}),
    "no time": (b'{"lon":117.2,"lat":39.1}', {"malformed"}),
    "no lat": (b'{"t":1773194400,"lon":117.2}', {"malformed"}),
    "a time without offset": (_raw(t="2026-03-11T10:00:00"), {"malformed"}),
    "a time that is none": (_raw(t="2026-13-11T10:00:00Z"), {"malformed"}),
    "a time that is true": (_raw(t=True), {"malformed"}),
    "a time outside every calendar": (_raw(t=1e30), {"malformed"}),
    "NaN": (b'{"t":1773194400,"lon":NaN,"lat":39.1}', {"malformed"}),
    "infinity": (b'{"t":1773194400,"lon":Infinity,"lat":39.1}', {"malformed"}),
    "NaN in an optional key": (b'{"t":1773194400,"lon":117.2,"lat":39.1,"speed_kmh":NaN}', {"malformed"}),
    "NaN in an unknown key": (b'{"t":1773194400,"lon":117.2,"lat":39.1,"foo":NaN}', {"malformed"}),
    "a number that is infinite": (b'{"t":1773194400,"lon":1e400,"lat":39.1}', {"malformed", "impossible"}),
    "a position as text": (_raw(lon="east"), {"malformed"}),
    "a position as a list": (_raw(lon=[117.2]), {"malformed"}),
    "lon 181": (_raw(lon=181), {"impossible"}),
    "lat -91": (_raw(lat=-91), {"impossible"}),
    "0/0": (_raw(lon=0, lat=0), {"impossible"}),
    "0.0/-0.0": (b'{"t":1773194400,"lon":0.0,"lat":-0.0}', {"impossible"}),
    "a datum nobody knows": (_raw(crs="MARS2000"), {"unsupported", "malformed"}),
    "alarms that are no list": (_raw(alarms="sos"), {"malformed"}),
    "another id in the body": (_raw(device="dev2"), {"forged"}),
    "more than 64 KiB": (_raw(pad="x" * 65_536), {"oversized"}),
    "101 fixes": (
        json.dumps({"batch": 1, "fixes": [FIX | {"t": 1773194400 + n} for n in range(101)]}).encode(),
        {"oversized", "malformed"},
    ),
    "nested 20,000 deep": (
        _raw(deep=0).replace(b'"deep": 0', b'"deep": ' + b"[" * 20_000 + b"]" * 20_000),
        {"malformed", "oversized", "unsupported"},
    ),
    "bytes that are no UTF-8": (_raw(driver="?").replace(b"?", b"\xff\xfe"), {"malformed"}),
    "bytes that are no text": (b"\x00\x01\x7e", {"malformed"}),
    "a batch number that is text": (json.dumps({"batch": "a", "fixes": [FIX]}).encode(), {"malformed"}),
    "fixes that are no list": (json.dumps({"batch": 1, "fixes": FIX}).encode(), {"malformed"}),
}


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Line]]:
    """The lines of every message, all decoded in one call; a known fix stands behind each message to tell them apart."""
    messages = {name: message for name, (message, _) in [*ACCEPTED.items(), *REJECTED.items()]}
    file = tmp_path_factory.mktemp("messages") / "messages.jsonl"
    marks = [json.dumps(FIX | {"lon": 1, "lat": 1, "seq": number}).encode() for number in range(len(messages))]
    file.write_bytes(
        b"".join(message + b"\n" + mark + b"\n" for message, mark in zip(messages.values(), marks, strict=True))
    )
    ran = run("ingest decode", "--format", "native", "--topic", TOPIC, "--file", str(file))
    assert (ran.code, ran.err) == (0, "")
    found: list[list[Line]] = [[]]
    for line in ran.lines:
        if line.get("lon") == 1 and line["seq"] == len(found) - 1:
            found.append([])
        else:
            found[-1].append(line)
    return dict(zip(messages, found[:-1], strict=True))


@pytest.mark.parametrize("name", ACCEPTED)
def test_decode_accepts(name: str, decoded: dict[str, list[Line]]) -> None:
    """The message is one fix, with these values under the keys of section 1."""
    lines, wanted = decoded[name], ACCEPTED[name][1]
    assert len(lines) == 1, lines
    assert {key: lines[0].get(key) for key in wanted} == wanted
    assert "rejected" not in lines[0]


@pytest.mark.parametrize("name", REJECTED)
def test_decode_rejects(name: str, decoded: dict[str, list[Line]]) -> None:
    """The message is one rejection with its reason and a detail; nothing is silently dropped, nothing stops the run."""
    lines, reasons = decoded[name], REJECTED[name][1]
    assert len(lines) == 1, lines
    assert lines[0]["rejected"] in reasons
    assert lines[0]["detail"]


def test_every_line_has_the_promised_form(decoded: dict[str, list[Line]]) -> None:
    """A fix has device, t, lon and lat and no crs; a rejection has one of the reasons of section 1."""
    for line in [line for lines in decoded.values() for line in lines]:
        if "rejected" in line:
            assert line["rejected"] in REASONS
        else:
            assert {"device", "t", "lon", "lat"} <= set(line)
            assert "crs" not in line


def test_datums_of_maps_are_taken_back_to_a_metre(decoded: dict[str, list[Line]]) -> None:
    """GCJ02 and BD09 agree with an independent library, forwards, within a metre."""
    given = [
        FIX | {"lon": lon, "lat": lat, "crs": crs}
        for crs in ("GCJ02", "BD09")
        for lon, lat in ((117.2, 39.1), (119.3, 26.08), (87.6, 43.8))
    ]
    ran = run(
        "ingest decode",
        "--format",
        "native",
        "--topic",
        TOPIC,
        "-",
        stdin="".join(json.dumps(fix) + "\n" for fix in given),
    )
    assert len(ran.lines) == len(given)
    for fix, line in zip(given, ran.lines, strict=True):
        forward = eviltransform.wgs2gcj if fix["crs"] == "GCJ02" else eviltransform.wgs2bd
        lat, lon = forward(line["lat"], line["lon"])
        assert math.hypot((lat - fix["lat"]) * 111_000, (lon - fix["lon"]) * 111_000) < 1


def test_a_batch_is_one_line_per_fix_in_order() -> None:
    """A wrong fix of a batch does not harm its neighbours, and says which one it is; an empty batch is a message, not silence."""
    mixed = {
        "batch": 17,
        "fixes": [FIX, FIX | {"lat": 99}, 7, FIX | {"t": 1773194410}, {"t": 1}, FIX | {"device": "dev2"}],
    }
    hundred = {"batch": 18, "fixes": [FIX | {"t": 1773194400 + n} for n in range(100)]}
    empty = {"batch": 19, "fixes": []}
    sent = "".join(json.dumps(message) + "\n" for message in (mixed, hundred, empty))
    lines = run("ingest decode", "--format", "native", "--topic", TOPIC, "-", stdin=sent).lines
    assert [line.get("rejected", line.get("t")) for line in lines[:6]] == [
        AT,
        "impossible",
        "malformed",
        "2026-03-11T02:00:10.000Z",
        "malformed",
        "forged",
    ]
    assert [line["t"][17:19] for line in lines[6:106]] == [f"{n % 60:02}" for n in range(100)]
    assert len(lines) == 107, "a message without a fix is never silently dropped"


def test_the_topic_is_the_identity() -> None:
    """The device of the topic is the device; statuses and events are sound messages without a fix; foreign topics are said."""
    calls = {
        "pos": ("fleet/v1/津A-001/pos", json.dumps(FIX)),
        "status": ("fleet/v1/dev1/status", "online"),
        "event": ("fleet/v1/dev1/event", '{"t": 1773194400, "code": "sos"}'),
        "foreign": ("weather/today", json.dumps(FIX)),
        "version": ("fleet/v2/dev1/pos", json.dumps(FIX)),
    }
    ran = {
        name: run("ingest decode", "--format", "native", "--topic", topic, "-", stdin=text + "\n")
        for name, (topic, text) in calls.items()
    }
    assert all(answer.code == 0 and len(answer.lines) == 1 for answer in ran.values())
    first = {name: answer.lines[0] for name, answer in ran.items()}
    assert first["pos"]["device"] == "津A-001"
    assert "message" in first["status"]
    assert "message" in first["event"]
    assert first["foreign"]["rejected"] in REASONS
    assert first["version"]["rejected"] in REASONS


def test_the_ways_in_are_equal_and_misuse_is_exit_2(tmp_path: Path) -> None:
    """Standard input, a file and hexadecimal say the same; a missing file, bad hex and unknown formats are exit 2 and name it."""
    message = json.dumps(WHOLE)
    file = tmp_path / "one.json"
    file.write_text(message, "utf-8")
    piped = run("ingest decode", "--format", "native", "--topic", TOPIC, "-", stdin=message)
    filed, hexed, missing, odd, strange, none = both(
        [
            ("ingest decode", "--format", "native", "--topic", TOPIC, "--file", str(file)),
            ("ingest decode", "--format", "native", "--topic", TOPIC, "--hex", message.encode().hex()),
            ("ingest decode", "--format", "native", "--file", str(tmp_path / "missing.json")),
            ("ingest decode", "--format", "native", "--hex", "7b7"),
            ("ingest decode", "--format", "morse", "-"),
            ("ingest decode", "--format", "native"),
        ]
    )
    assert piped.out == filed.out == hexed.out
    assert piped.code == filed.code == hexed.code == 0
    missing.refused("missing.json")
    odd.refused("hex")
    strange.refused("morse")
    assert none.code == 2
