"""`python -m ingest decode` for the foreign forms: a line per fix, the sender's own name as device, with and without topic."""

import json

import pytest

from tests.unit.test_ingest_decode import run
from tests.unit.test_ingest_foreign import EMQX, HOME, JT808, OWNTRACKS, SOUND, TELTONIKA, TRACCAR, change

AT = "2026-03-11T02:00:00.000Z"
# form -> (topic, device with it, device without it, some of what must be printed)
PRINTED: dict[str, tuple[str, str, str | None, dict[str, object]]] = {
    "owntracks": (OWNTRACKS, "jane/phone", None, {"t": AT, "lon": 117.2, "lat": 39.1}),
    "emqx-jt808": (EMQX, "13800138000", "13800138000", {"t": AT, "speed_kmh": 60.0, "odometer_km": 12345.6}),
    "traccar": (TRACCAR, "123456789012345", "123456789012345", {"t": AT, "speed_kmh": 18.52, "ignition": True}),
    "teltonika": (TELTONIKA, "358491098808487", None, {"t": AT, "ext_voltage_v": 12.16, "hdop": 0.9}),
    "homeassistant": (HOME, "van", None, {"lon": 117.2, "lat": 39.1, "accuracy_m": 60.0}),
}


@pytest.mark.parametrize("form", PRINTED)
def test_a_line_per_fix_with_and_without_a_topic(form: str) -> None:
    """A tracker without a time is printed without one: the command knows no instant of arrival."""
    topic, with_topic, without, wanted = PRINTED[form]
    payload = json.dumps(SOUND[form][1]).encode()
    for arguments, device in ((("--topic", topic), with_topic), ((), without)):
        code, (line,), errors = run("--format", form, "-", *arguments, stdin=payload)
        assert (code, errors, line["device"]) == (0, "", device)
        assert wanted.items() <= line.items()
        assert ("t" in line) is (form != "homeassistant")


def test_messages_without_a_fix_and_refusals() -> None:
    """A heartbeat and a last will are message lines, a stranger's topic is a refusal, items keep their index."""
    heartbeat = json.dumps(change(JT808, "header.msg_id", 2) | {"body": {}})
    bulk = change(JT808, "header.msg_id", 1796) | {"body": {"location": [JT808["body"], {}]}}
    lines = "\n".join([heartbeat, json.dumps(bulk), "x"]).encode()
    code, printed, _ = run("--format", "emqx-jt808", "-", stdin=lines)
    assert code == 0
    assert printed[0] == {"message": "0x0002", "device": "13800138000"}
    assert [line.get("rejected", "fix") for line in printed[1:]] == ["fix", "malformed", "malformed"]
    assert printed[2]["i"] == 1
    lwt = b'{"_type": "lwt", "tst": 1, "message": "x"}'
    _, printed, _ = run("--format", "owntracks", "-", "--topic", OWNTRACKS, stdin=lwt)
    assert printed == [{"message": "lwt", "device": "jane/phone", "online": False}]
    _, printed, _ = run("--format", "teltonika", "-", "--topic", "x/y", stdin=b"{}")
    assert printed[0]["rejected"] == "unsupported"
