"""Teltonika's Codec JSON on {realm}/{client}/teltonika/{imei}/data, as OpenRemote's fleet management receives it.

Source: openremote/fleet-management (topics, keys) and its parameter table FMC003.json (AVL ids, multipliers). Values
are raw: HDOP (182) in tenths, external voltage (66) in mV, odometer (16) in m, fuel from CAN (84) in tenths of a litre;
`ts` is in ms and `latlng` one text "lat,lon". 67, 68 and 113 are the tracker's own battery, 24 repeats the speed,
199 is a trip odometer: all stay in `extra` under their AVL id, like every id we do not know.
"""

from fleet.position import Rejected
from ingest.formats.said import Said, Unreadable, one_fix, or_refuse, read_object, refuse
from ingest.reading import Decoded, Reading, Sound

NAME = "teltonika"
SUBSCRIPTIONS = ("+/+/teltonika/+/data",)
# AVL id of an event element -> code; present and not zero means it happened. 255 carries the speed, 253 a kind.
ALARM_IDS = {
    "236": "vendor:alarm",
    "246": "illegal_displacement",
    "247": "collision",
    "249": "vendor:jamming",
    "252": "power_cut",
    "253": "vendor:harsh_driving",
    "255": "overspeed",
}
PANIC = 2  # `pr`: 0 low, 1 high, 2 panic
WITH_FIX = 1  # 69: 0 receiver off, 1 fix, 2 no fix, 3 asleep


def takes(topic: str) -> bool:
    """Is this a topic of a Teltonika tracker?"""
    return "/teltonika/" in topic


def decode(topic: str, payload: bytes) -> Decoded:
    """One message; its sender is `{imei}` of the topic."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[2] != "teltonika" or not parts[3] or parts[4] != "data":
        return refuse("", payload, Rejected.UNSUPPORTED, f"not a topic a tracker reports on: {topic}")
    device = parts[3]
    return or_refuse(device, payload, lambda: _message(device, payload))


def _message(device: str, payload: bytes) -> Decoded:
    said = Said(read_object(payload))
    if "RSP" in said.rest and "state" not in said.rest:
        return Sound(device=device, message="RSP", body=said.rest)
    reported = said.object("state").object("reported")
    if not reported.rest:
        raise Unreadable(Rejected.MALFORMED, "state.reported is missing or empty")
    return one_fix(device, payload, lambda: _reading(reported))


def topic_of(payload: bytes) -> str:
    """The body never names its sender."""
    return "-/-/teltonika/-/data"


def _reading(said: Said) -> Reading:
    lat, lon = _place(said)
    gnss = said.whole("69")
    return Reading(
        fixed_at=said.instant("ts"),
        lon=lon,
        lat=lat,
        datum=said.datum(),
        speed_kmh=said.number("sp"),
        heading_deg=said.number("ang"),
        altitude_m=said.number("alt"),
        hdop=said.number("182", per=10),
        satellites=said.number("sat"),
        valid=None if gnss is None else gnss == WITH_FIX,
        ignition=said.flag("239"),
        odometer_km=said.number("16", per=1000),
        fuel_l=said.number("84", per=10),
        ext_voltage_v=said.number("66", per=1000),
        rssi=said.number("21"),
        alarms=_alarms(said),
        extra=said.rest,
    )


def _place(said: Said) -> tuple[float, float]:
    text = said.rest.pop("latlng", None)
    halves = text.split(",") if isinstance(text, str) else []
    if len(halves) != 2:
        raise Unreadable(Rejected.MALFORMED, 'latlng is not a text "lat,lon"')
    both = Said({"lat": halves[0], "lon": halves[1]})
    return both.need("lat"), both.need("lon")


def _alarms(said: Said) -> tuple[str, ...]:
    """Codes of the event elements; the elements themselves stay in `extra`, they hold more than the code says."""
    alarms = [code for key, code in ALARM_IDS.items() if _number_at(said, key)]
    if _number_at(said, "pr") == PANIC:
        alarms.append("vendor:panic")
    return tuple(alarms)


def _number_at(said: Said, key: str) -> float | None:
    return Said({key: said.rest.get(key)}).number(key)
