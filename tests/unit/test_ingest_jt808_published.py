"""Published JT/T 808 cases: frames other people printed, with what they say is in them. Figures only, no code.

Sources: makeclan/xtream-codec (Apache-2.0), traccar/traccar HuabaoProtocolDecoderTest (Apache-2.0), SmallChi/JT808
(MIT), hylexus jt-framework and EMQX's gateway tests (figures), the makers' document AIPorto/GPS-Tracker-SDK, and domain.md 19 (an encoder of ours).
"""

import json
from datetime import UTC, datetime
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
DOMAIN = {
    "device": "13800138000",
    "t": "2026-11-20T01:30:00.000Z",
    "lon": 117.2,
    "lat": 39.13,
    "altitude_m": 5,
    "speed_kmh": 60,
    "heading_deg": 90,
    "valid": True,
    "ignition": True,
    "odometer_km": 12345.6,
    "fuel_l": 40.5,
    "rssi": 28,
    "satellites": 13,
}
# name -> frame, and for each line what it must say
CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "domain.md 19, 2013": (DOMAIN_2013, [DOMAIN]),
    "domain.md 19, 2019": (DOMAIN_2019, [DOMAIN]),
    "domain.md 19, heartbeat": (
        "7e000200000138001380000002aa7e",
        [{"message": "0x0002", "device": "13800138000", "serial": 2}],
    ),
    "xtream 0200": (
        "7e02004026010000000001391234432900000000006f0000001601dc9a0707456246007b004200032501292233440202006401040000000c417e",
        [
            {
                "device": "13912344329",
                "t": "2025-01-29T14:33:44.000Z",
                "lon": 121.987654,
                "lat": -31.234567,
                "altitude_m": 123,
                "speed_kmh": 6.6,
                "heading_deg": 3,
                "valid": True,
                "ignition": False,
                "odometer_km": 1.2,
                "fuel_l": 10,
                "alarms": ["sos", "overspeed", "fatigue", "vendor:danger_warning", "antenna_cut", "antenna_short"],
            }
        ],
    ),
    "xtream 0200 with private items": (
        "7e0200407c010000000001391234432900000000007b000000de01d907f2073d336c029a004e000014102119510901040000006f020200de0302029a0402014d2504000003093001211206010000000001130700000001000000310137642f000000dedf6f03420b0c0d0e0f04d201d907f2073d336c1410211951090001313233343536371410211951090101008e7e",
        [
            {
                "odometer_km": 11.1,
                "fuel_l": 22.2,
                "rssi": 33,
                "satellites": 55,
                "lat": -31.000562,
                "lon": -121.451372,
                "t": "2014-10-21T11:51:09.000Z",
                "extra": {
                    "status": ["out_of_operation", "emergency_braking", "lane_departure"],
                    "recorder_speed_kmh": 66.6,
                    "alarm_event_id": 333,
                    "signals": 777,
                    "area_place": {"place_type": 1, "place": 0, "way": "out"},
                    "route_time": {"section": 1, "took_s": 0, "result": "too_short"},
                    "0x64": "000000dedf6f03420b0c0d0e0f04d201d907f2073d336c141021195109000131323334353637141021195109010100",
                },
            }
        ],
    ),
    "xtream 8001": (
        "7e8001400501000000000139123443290000006f020000dc7e",
        [{"message": "0x8001", "answered_serial": 111, "answers": "0x0200", "result": 0}],
    ),
    "xtream 0001, printed with the other id": (
        "7e8001400501000000000139123443290000007b020001c97e",
        [{"answered_serial": 123, "answers": "0x0200", "result": 1}],
    ),
    "xtream 0002": ("7e0002400001000000000139123443290000377e", [{"message": "0x0002", "device": "13912344329"}]),
    "xtream 0100, 2013": (
        "7e0100002f0139123443230000000b0002696433323174797065313233343536373839303132333435366964313233343501b8ca4a2d3132333435395a7e",
        [
            {
                "message": "0x0100",
                "edition": 2013,
                "province": 11,
                "city": 2,
                "maker": "id321",
                "model": "type1234567890123456",
                "terminal": "id12345",
                "colour": 1,
                "plate": "甘J-123459",
            }
        ],
    ),
    "xtream 0704": (
        "7e0704403f01000000000139123443290000000200001c000000010000000101d907f2073d336c029a00210059241029213903001c000000010000000101d907f3073d336d03090043005a241029213903f87e",
        [
            {
                "lat": 31.000562,
                "lon": 121.451372,
                "altitude_m": 666,
                "speed_kmh": 3.3,
                "heading_deg": 89,
                "valid": False,
            },
            {"lat": 31.000563, "lon": 121.451373, "altitude_m": 777, "speed_kmh": 6.7, "alarms": ["sos"]},
        ],
    ),
    "SmallChi 0102": (
        "7e010200090123456789003039343536313231313131be7e",
        [{"message": "0x0102", "device": "12345678900", "serial": 12345, "code": "456121111"}],
    ),
    "SmallChi 0200": (
        "7e0200002611223344556622b8000000010000000200ba7f0e07e4f11c0028003c000018071510101001040000006402020037577e",
        [
            {
                "device": "112233445566",
                "lat": 12.222222,
                "lon": 132.444444,
                "altitude_m": 40,
                "speed_kmh": 6,
                "t": "2018-07-15T02:10:10.000Z",
                "odometer_km": 10,
                "fuel_l": 5.5,
                "alarms": ["sos"],
                "valid": True,
            }
        ],
    ),
    "SmallChi 0200 with both escapes in it": (
        "7e02000026123456789012007d02000000010000000200ba7f0e07e4f11c0028003c00001810151010100104000000640202007d01137e",
        [{"device": "123456789012", "t": "2018-10-15T02:10:10.000Z", "odometer_km": 10, "fuel_l": 12.5}],
    ),
    "SmallChi 0200 with an escape in an item": (
        "7e0200003c0400216820871d0c00000000000c00c2015b6c6e06c85698001e000000e0180916103537010400054c7d0102020000030200002504000000002b040000000030011d31010d977e",
        [
            {
                "device": "40021682087",
                "t": "2018-09-16T02:35:37.000Z",
                "lat": 22.768750,
                "lon": 113.792664,
                "fuel_l": 0,
                "odometer_km": 34726.1,
                "rssi": 29,
                "satellites": 13,
                "valid": True,
                "ignition": False,
            }
        ],
    ),
    "hylexus jt-framework 0704, three items": (
        "7e070400e401583860765500040003010049000000000004000301d9f190073ca3c1000c00000000211204082941010400d728ad3001003101092504000000001404000000041504000000001604000000001702000118030000000049000000000004000301d9f190073ca3c1000c00000000211130171352010400d728ad3001003101092504000000001404000000041504000000001604000000001702000118030000000049000000000004000301d9f190073ca3c1000c00000000211130171357010400d728ad300115310109250400000000140400000004150400000000160400000000170200011803000000407e",
        [
            {"device": "15838607655", "t": "2021-12-04T00:29:41.000Z", "lat": 31.060368, "lon": 121.414593, "rssi": 0},
            {"t": "2021-11-30T09:13:52.000Z", "odometer_km": 1410065.3, "satellites": 9},
            {"t": "2021-11-30T09:13:57.000Z", "rssi": 21},
        ],
    ),
    "xtream 0005": (
        "7e0005400a01000000000139123443290000006f0003000200030004537e",
        [{"message": "0x0005", "known": False}],
    ),
    "xtream 0705": (
        "7e0705401f0100000000013912344329000000022023451122800000000102030405060708200000001122334455667708ff7e",
        [{"message": "0x0705", "known": False}],
    ),
    "xtream 0801": (
        "7e08014029010000000001391234432900000000006f0000077b000000010000000201d907f2073d336c0064003c004e14102119510901020304053e7e",
        [{"message": "0x0801", "known": False}],
    ),
    "SmallChi 0201": (
        "7e0201002811223344556622b83039000000010000000200ba7f0e07e4f11c0028003c000018071510101001040000006402020037517e",
        [
            {
                "device": "112233445566",
                "t": "2018-07-15T02:10:10.000Z",
                "lat": 12.222222,
                "lon": 132.444444,
                "altitude_m": 40,
                "speed_kmh": 6,
                "odometer_km": 10,
                "fuel_l": 5.5,
                "valid": True,
                "ignition": False,
            }
        ],
    ),
    "SmallChi 0704": (
        "7e0704005311223344556622b80002000026000000010000000200ba7f0e07e4f11c0028003c0000180715101010010400000064020200370026000000020000000100cb735507e6a32300290036007818071510103001040000006002020042d47e",
        [
            {"lat": 12.222222, "odometer_km": 10, "fuel_l": 5.5, "alarms": ["sos"]},
            {
                "lat": 13.333333,
                "lon": 132.555555,
                "odometer_km": 9.6,
                "fuel_l": 6.6,
                "alarms": ["overspeed"],
                "speed_kmh": 5.4,
                "heading_deg": 120,
                "ignition": True,
                "valid": False,
            },
        ],
    ),
    "SmallChi 0100, 2013": (
        "7e0100002d000123456789000a002800323132333430736d616c6c6368693132333030303030303030304348493132333001d4c1413132333435ba7e",
        [
            {
                "edition": 2013,
                "province": 40,
                "city": 50,
                "maker": "12340",
                "model": "smallchi123000000000",
                "terminal": "CHI1230",
                "colour": 1,
                "plate": "粤A12345",
                "device": "123456789",
            }
        ],
    ),
    "SmallChi 0100, 2019": (
        "7e0100405401000000000222222222220001000000003030304b6f696b65303032303030303030303030303030303030303030303030304b6f696b65303032303030303030303030303030303030303030303030304b6f696b6530303202d4c1413132333436107e",
        [{"edition": 2019, "device": "22222222222", "maker": "000Koike002", "colour": 2, "plate": "粤A12346"}],
    ),
    "SmallChi 8103": (
        "7e8103000a000123456789000a0100000001040000000a057e",
        [{"message": "0x8103", "device": "123456789"}],
    ),
    "traccar 0100, 2011 with a plate of 11 bytes": (
        "7e01000021013345678906000f002c012f373031313142534a2d4d3742203030303030303001d4c1423838383838b47e",
        [
            {
                "edition": 2011,
                "maker": "70111",
                "model": "BSJ-M7B",
                "terminal": "0000000",
                "colour": 1,
                "plate": "粤B88888",
            }
        ],
    ),
    "traccar 0100, 2013": (
        "7e0100002d0141305678720024002c012f373031313142534a2d41362d424400000000000000000000003035363738373201d4c14238383838386d7e",
        [{"edition": 2013, "model": "BSJ-A6-BD", "terminal": "0567872", "plate": "粤B88888"}],
    ),
    "traccar 0100 that ends before the colour": (
        "7e010000190940278494700012000000000000000000000000000000000000094027849470000a7e",
        [{"message": "0x0100", "device": "94027849470"}],
    ),
    "traccar 0704 in the west": (
        "7e070400db07904116875014480003010046000000000000000b020057d40072fb9c0064017200f220090215230301040000092930011f31010ceb1c000c00b28921200272401241734f00060089ffffffef000400ce1d460046000000000000000b0200570c0072fdb2005f013600ee20090215230801040000092a30011f31010ceb1c000c00b28921200272401241734f00060089ffffffef000400ce1e800046000000000000000b020056ac0072fe9b005a00d200ec20090215231301040000092a30011b31010ceb1c000c00b28921200272401241734f00060089ffffffef000400ce1e35d77e",
        [
            {
                "device": "79041168750",
                "t": "2020-09-02T07:23:03.000Z",
                "lon": -7.535516,
                "lat": 33.576916,
                "speed_kmh": 37,
                "heading_deg": 242,
                "odometer_km": 234.5,
                "rssi": 31,
                "satellites": 12,
            },
            {"speed_kmh": 31, "lon": -7.53605},
            {"speed_kmh": 21, "lon": -7.536283},
        ],
    ),
    "traccar 0200 in the south and west, with an open door": (
        "7e020000220014012499170007000000000000400e012af16f02cbd2ba000000000000150101194257010400000077a97e",
        [{"device": "1401249917", "lon": -46.912186, "lat": -19.591535, "extra": {"status": ["door_2_open"]}}],
    ),
    "traccar 0704, five items of 0/0 and one good": (
        "7e07040226046110426684002b000601005f0000000000000000000000000000000000000000000021031410530001040000000030011b310101e4020064e50101e60100e7080000000000000000eb2101cc00253510260100000000000000000000000000000000000000000000000000005f00000000004c0001000000000000000000000000000021031410531401040000000030011f310103e4020064e50101e60100e7080000000000000000eb2101cc0025351026012535100f32263d11f931000000000000000000000000000000005f00000000004c0001000000000000000000000000000021031410534001040000000030011f310104e4020064e50101e60100e7080000000000000000eb2101cc002535102601263d11f92d0000000000000000000000000000000000000000005f00000000004c00010000000000000000000000000000210314105350010400000000300118310104e4020064e50101e60100e7080000000000000000eb2101cc002535102601263d11f92e25350f6f2c263d120d2c00000000000000000000005f00000000004c0001000000000000000000000000000021031410540001040000000030011d310105e4020064e50101e60100e7080000000000000000eb2101cc002535102601263d11f93025350f6f2e263d120d2e00000000000000000000003c00000000004c0003015ae3e106c82ab900000010010b21031410540901040000000030011b310105e4020064e50101e60100e7080000000000000000f97e",
        [*({"rejected": "impossible"},) * 5, {"device": "46110426684", "speed_kmh": 1.6, "satellites": 5}],
    ),
    "traccar 0200 whose phone was changed but not its checksum": (
        "7e0200007c0191718447540dcd000000008000000b029eabc204ba78510000004000042111182321120104000017f6cc14383933303237323037303339333033383732373130011d800134810204718202008283010e84017b85021ae986012f870201788901038b114a4e31424a314352364b573333363533358c040008dcb68d02018c8e013da000c07e",
        [{"rejected": "malformed"}],
    ),
    "traccar 0102": (
        "7e010200100940278494700084323031313131303831313333323139369f7e",
        [{"message": "0x0102", "device": "94027849470", "code": "2011110811332196"}],
    ),
    "traccar 0200, the item list is text of another protocol": (
        "7e02000054086031592715006e0000000000000002015a3c1a06c8733800000000000019103022183633362a4d30302c34352c31313338363030526f79314f70656e26303030303030303030303030263132333435363738393031323334353623ff7e",
        [{"t": "2019-10-30T14:18:36.000Z", "lat": 22.690842, "lon": 113.799992}],
    ),
    "traccar 0200 with undervoltage": (
        "7e020000480123456789010013000000800000000301597bc506cbff6600eb00000155210726203531010400000000eb24000c00b28986047701207027150200060089ffffefff0004002d0e10000600c5ffffffef697e",
        [{"device": "12345678901", "alarms": ["undervoltage"], "altitude_m": 235, "odometer_km": 0}],
    ),
    "traccar 0704, eight items": (
        "7e0704014301356777777707f5000801002600000000000000030159741206cbfd5001720000000116052709062401040000001d03020000002600000000000000030159746606cbfd50016b0000000116052709065301040000001d0302000000260000000000000003015975e406cbfe58013f0000000116052709072701040000001d0302000000260000000000000003015976de06cbff10012e0000000116052709075601040000001d0302000000260000000000000003015976bc06cbfed0012d0000000116052709083001040000001d0302000000260000000000000003015976fe06cbfec001080000000116052709090001040000001d0302000000260000000000000003015976fe06cbfe7800fc0000000116052709093301040000001d0302000000260000000000000003015977a606cbff3001080000000116052709100201040000001d030200001f7e",
        [{"device": "13567777777", "odometer_km": 2.9, "lat": 22.639634}, *({"odometer_km": 2.9},) * 7],
    ),
    "traccar 0704 of positions without a fix": (
        "7e070400f30303000002450064000401003a000000000000000301618ac606c31f20000000000029180514202847010400000000eb16000c00b28986061708003732585700060089fffffffe003a000000000000000301618ae806c31eb800000000009f180514202917010400000000eb16000c00b28986061708003732585700060089fffffffe003a000000000000000301618ae806c31eb800000000009f180514202947010400000000eb16000c00b28986061708003732585700060089fffffffe003a000001000000080301618ae806c31eb800000000009f180514203006010400000000eb16000c00b28986061708003732585700060089fffffffed77e",
        [{"valid": True}, {"valid": True}, {"valid": True}, {"valid": True, "alarms": ["power_cut"]}],
    ),
    "traccar 0002": ("7e0002000004304832546500b7ca7e", [{"message": "0x0002", "device": "43048325465", "serial": 183}]),
    "traccar 0900, a message we do not read": (
        "7e0900005a4e5de66fba2200c4f02204280610090002010d052b0150052c0400129009052d016b052e014f05300231ba053502000005360203b8053802000005390200ad053d0201ea05440150054604009899d90545040000001e000c00030160a85c06d1c1389c7e",
        [{"rejected": "malformed"}],
    ),
}


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
    frame, wanted = CASES[name]
    found = lines(frame)
    assert len(found) == len(wanted), found
    for line, said in zip(found, wanted, strict=True):
        assert {key: line.get(key) for key in said} == said


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
