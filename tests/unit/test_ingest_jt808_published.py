"""Published JT/T 808 cases: frames other people printed, with what they say is in them. Figures only, no code.

`data/jt808_published.json` has what is printed beside a frame, `data/jt808_frames.txt` frames without words: those are
compared with the fixed fields cut out of the hexadecimal by hand. Sources: makeclan/xtream-codec (Apache-2.0),
traccar/traccar Jt808ProtocolDecoderTest (Apache-2.0; its frames come without escapes, which are put back), SmallChi/JT808
(MIT), yezhihao/jt808-server (Apache-2.0), cuteLittleDevil/go-jt808 (MIT), fakeyanss/jt808-server-go, francistm/jt808-golang,
cyrilokidi/jt808-parser, hylexus/jt-framework (Apache-2.0) and EMQX's gateway tests (figures), the makers' document
AIPorto/GPS-Tracker-SDK, and domain.md 19 (an encoder of ours).
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.decode import _positions, _rejected
from ingest.jt808 import downlink
from ingest.jt808.profiles import profile_of
from ingest.jt808.show import show
from ingest.jt808.wire import Message, phone_of, read_frame, write_frame
from ingest.reading import Positions, Rejection

DOMAIN_2013 = "7e0200002c013800138000000100000000000c00030255139006fc548000050258005a26112009300001040001e2400202019530011c31010d797e"
DOMAIN_2019 = "7e0200402c0100000000013800138000000100000000000c00030255139006fc548000050258005a26112009300001040001e2400202019530011c31010d387e"
DATA = Path(__file__).parent / "data"
CASES: dict[str, dict[str, Any]] = {
    case["name"]: case for case in json.loads((DATA / "jt808_published.json").read_text())
}
FRAMES = [line.split() for line in (DATA / "jt808_frames.txt").read_text().splitlines()]
# Read as said and then refused, because the publisher's made-up latitude is above 90, or it is 0/0.
NOWHERE = "impossible"


def lines(frame: str, model: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for shown in show(bytes.fromhex(frame), profile_of(model)):
        if isinstance(shown, Positions):
            found += _positions(shown)
        else:
            found.append(_rejected(shown) if isinstance(shown, Rejection) else shown)
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", CASES)
def test_published_frames_mean_what_their_publisher_says(name: str) -> None:
    """Every line has the values that were printed beside the frame."""
    wanted = CASES[name]["lines"]
    found = lines(CASES[name]["frame"])
    assert len(found) == len(wanted), found
    for line, said in zip(found, wanted, strict=True):
        assert {key: line.get(key) for key in said} == said


@pytest.mark.parametrize(("source", "frame"), FRAMES, ids=[f"{source} {frame[2:6]}" for source, frame in FRAMES])
def test_published_frames_without_words_are_read(source: str, frame: str) -> None:
    """Each is read; time, place, speed and direction of a position are what stands at their places in the hexadecimal."""
    message = read_frame(bytes.fromhex(frame)[1:-1])
    found = lines(frame)
    assert found, source
    for line in found:
        assert line.get("rejected") in {None, NOWHERE}, line
    if message.kind in {0x0200, 0x0201} and message.parts == 1 and "rejected" not in found[0]:
        (line,) = found
        body = message.body.hex()[4 if message.kind == 0x0201 else 0 :]
        status, lat, lon = (int(body[at : at + 8], 16) for at in (8, 16, 24))
        assert line["lat"] == (-lat if status & 4 else lat) / 1e6
        assert line["lon"] == (-lon if status & 8 else lon) / 1e6
        said = line.get("extra", {}) | line  # a speed of 1,000 km/h is kept where nobody believes it
        assert said["speed_kmh"] == int(body[36:40], 16) / 10
        assert said["heading_deg"] == int(body[40:44], 16) % 360
        local = datetime.strptime(body[44:56], "%y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=8)
        assert line["t"] == local.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_models_own_alarm_bits_are_read_by_its_profile() -> None:
    """Bits 15 to 17: 2019 driving aids, but low battery, vibration and removal with one maker of wireless units."""
    frame = "7e02000033421030000018004c000200000004000201556dcb06c4d41d000c00f100fc210118095853010400000000fe0140ff0c01cc000000002694000055d87a7e"
    assert lines(frame)[0]["alarms"] == ["vendor:blind_spot"]
    assert lines(frame, "G10LS")[0]["alarms"] == ["removed"]
    assert lines(frame)[0]["extra"]["0xfe"] == "40"


def body_of(frame: str) -> tuple[Message, bytes]:
    message = read_frame(bytes.fromhex(frame)[1:-1])
    return message, message.body


def test_what_we_send_is_what_others_print() -> None:
    """Platform answers, registration answers, parameters, tracking and texts, byte for byte."""
    assert body_of("7e8001400501000000000139123443290000006f020000dc7e")[1] == downlink.answer(111, 0x0200)
    printed = body_of("7e8100400d01000000000139123443290000006f006f6b2e2e6f6b2e2e6f6bd27e")[1]
    assert printed == downlink.register_answer(111, downlink.REGISTERED, "ok..ok..ok")
    printed = body_of("7e8103000a000123456789000a0100000001040000000a057e")[1]
    assert printed == downlink.set_parameters([(0x0001, 10)])
    printed = body_of("7e8202400601000000000139123443290000001e000003e8467e")[1]
    assert printed == downlink.track(30, 1_000)
    words = "HelloWorld 汉字 GBK 编码"
    old = body_of("7e8300001901391234432300000148656c6c6f576f726c6420babad7d62047424b20b1e0c2ebf27e")[1]
    assert old[1:] == downlink.text(words)[1:]
    new = body_of("7e8300401a01000000000139123443290000010148656c6c6f576f726c6420babad7d62047424b20b1e0c2ebbb7e")[1]
    assert new[1:] == downlink.text(words, version=1)[1:]


def test_a_published_frame_is_written_back_byte_for_byte() -> None:
    """Our frames are the standard's, in both header kinds."""
    for frame in (DOMAIN_2013, DOMAIN_2019):
        assert write_frame(read_frame(bytes.fromhex(frame)[1:-1])).hex() == frame
    assert phone_of("13800138000").hex() == "013800138000"


def test_the_location_report_of_emqx() -> None:
    """EMQX's own test case of its gateway, every standard item (figures of emqx_jt808_SUITE, location_report)."""
    fixed = "0000000200000003000003e8000003e907d000870020171022111553"
    items = "01040000305b020203cc0302001d040200121105020000001d120608000000175913070000002d001501"
    message = Message(kind=0x0200, phone=phone_of("000123456789"), serial=78, body=bytes.fromhex(fixed + items))
    (line,) = lines(write_frame(message).hex())
    assert line == {
        "device": "123456789",
        "t": "2017-10-22T03:15:53.000Z",
        "lon": 0.001001,
        "lat": 0.001,
        "speed_kmh": 13.5,
        "heading_deg": 32,
        "altitude_m": 2000,
        "valid": True,
        "ignition": True,
        "odometer_km": 1237.9,
        "fuel_l": 97.2,
        "alarms": ["overspeed"],
        "extra": {
            "recorder_speed_kmh": 2.9,
            "alarm_event_id": 18,
            "overspeed_place": {"place_type": 2, "place": 29},
            "area_place": {"place_type": 8, "place": 23, "way": "out"},
            "route_time": {"section": 45, "took_s": 21, "result": "too_long"},
        },
    }


def test_driver_cards_of_all_editions() -> None:
    """SmallChi's 0x0702 bodies: taken out, not readable, read in 2013 and in 2019."""
    from ingest.jt808.messages import DriverCard, read_message

    def card(body: str, version: int | None = None) -> DriverCard:
        message = Message(
            kind=0x0702, phone=phone_of("1", version), serial=1, body=bytes.fromhex(body), version=version
        )
        content = read_message(message)
        assert isinstance(content, DriverCard)
        return content

    at = datetime(2018, 8, 16, 1, 16, 16, tzinfo=UTC)
    assert card("02180816091616") == DriverCard(inserted=False, at=at)
    assert card("0118081609161601") == DriverCard(inserted=True, at=at, result=1)
    read = card("0118081609161600056b6f696b6571776531323334353661616100000000000000000671776572747820180816")
    assert (read.name, read.licence, read.authority, read.expires_on) == ("koike", "qwe123456aaa", "qwertx", "20180816")
    read = card(
        "0119120111111100056b6f696b65717765313233343536616161000000000000000006717765727478201912013132333435363738393031323334353637000000",
        1,
    )
    assert read.identity_card == "12345678901234567"
    old = card(
        "05"
        + b"koike".hex()
        + b"120101199001011234".hex()
        + "0000"
        + b"licence".hex().ljust(80, "0")
        + "02"
        + b"tj".hex()
    )
    assert (old.inserted, old.name, old.licence, old.authority) == (None, "koike", "licence", "tj")
