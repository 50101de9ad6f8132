"""JT/T 808 terminals behind EMQX's gateway: JSON on jt808/{clientid}/{phone}/up.

Source: emqx/emqx, apps/emqx_gateway_jt808 (Data_Exchange_Guide_CN.md, emqx_jt808_frame.erl). Coordinates are whole
millionths of a degree without sign, the hemisphere is in the status word; speed 0.1 km/h, mileage 0.1 km, fuel 0.1 L
(`fuel_meter`; the guide's example writes `fuel_unit`); time is yyMMddHHmmss in GMT+8, whatever the zone of the fleet.
Items the gateway does not know are Base64 under their decimal id. The serial number and the kind of upload are not part
of a fix: a blind-zone re-upload of a fix we have must be the same fix.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from fleet.position import Rejected
from ingest.formats.said import (
    MOST_FIXES,
    JsonError,
    Said,
    Unreadable,
    key_of,
    one_fix,
    or_refuse,
    read_object,
    refuse,
    together,
)
from ingest.jt808.alarms import STATUS_ACC, STATUS_FIX_VALID, STATUS_SOUTH, STATUS_WEST, alarm_codes
from ingest.reading import Decoded, Event, Item, Positions, Reading, Rejection, Sound

NAME = "emqx-jt808"
SUBSCRIPTIONS = ("jt808/+/+/up",)
GMT8 = timezone(timedelta(hours=8))
WORD_SIGN = 0x8000  # an altitude below the sea comes as a two's complement
VOLTAGE_ITEM = "97"  # 0x61: of many makers, 0.01 V
POSITION, QUERIED, CONTROLLED, MULTIMEDIA, BULK = 0x0200, 0x0201, 0x0500, 0x0801, 0x0704
DRIVER_CARD = 0x0702
# Where in its body a message of one position holds it; "" = the body itself.
HOLDS_POSITION = {POSITION: "", QUERIED: "params", CONTROLLED: "location", MULTIMEDIA: "location"}


class _Body(msgspec.Struct, frozen=True):
    location: list[msgspec.Raw]


class _Bulk(msgspec.Struct, frozen=True):
    """The outside of a bulk message; items stay bytes, so that each is read and kept on its own."""

    body: _Body


_bulk = msgspec.json.Decoder(_Bulk)


def takes(topic: str) -> bool:
    """Is this a topic of the gateway?"""
    return topic.startswith("jt808/")


def decode(topic: str, payload: bytes) -> Decoded:
    """One message; its sender is the phone number of the topic without leading zeros."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[3] != "up" or not parts[2]:
        return refuse("", payload, Rejected.UNSUPPORTED, f"not a topic the gateway reports on: {topic}")
    device = plain_phone(parts[2])
    return or_refuse(device, payload, lambda: _message(device, payload))


def _message(device: str, payload: bytes) -> Decoded:
    said = Said(read_object(payload))
    header, body = said.object("header"), said.object("body")
    phone, number = header.text("phone"), header.whole("msg_id")
    if phone is not None and plain_phone(phone) != device:
        raise Unreadable(Rejected.FORGED, f"the header says {phone[:40]}, the topic {device}")
    if number is None:
        raise Unreadable(Rejected.MALFORMED, "header.msg_id is missing or not a number")
    in_parts = "frag_total" in header.rest  # of several packets: the gateway does not put them together
    if number == BULK and (body.rest or not in_parts):
        items = _several(payload, body.rest.get("location"))
        return Positions(device=device, items=items, count=len(items))
    if number in HOLDS_POSITION and (body.rest or not in_parts):
        where = HOLDS_POSITION[number]
        return one_fix(device, payload, lambda: _reading(body.object(where) if where else body))
    message = f"0x{number:04X}"
    if number == DRIVER_CARD and "time" in body.rest:
        return Event(device=device, happened_at=_time(body), code="driver_card", body=body.rest, message=message)
    part = {key: header.rest[key] for key in ("frag_total", "frag_sn") if key in header.rest}
    return Sound(device=device, message=message, body=body.rest | part)


def alone(payload: bytes) -> bytes:
    """A location of a bulk message as a bulk message of one."""
    return b'{"header":{"msg_id":%d},"body":{"location":[%s]}}' % (BULK, payload)


def topic_of(payload: bytes) -> str:
    """The header names the terminal."""
    phone = key_of(payload, "header", "phone")
    return f"jt808/-/{phone if phone and '/' not in phone else '-'}/up"


def plain_phone(phone: str) -> str:
    """A terminal has one name: 12 digits in the editions of 2011 and 2013, 20 in that of 2019, zeros in front."""
    return phone.lstrip("0") or "0"


def _several(payload: bytes, values: object) -> tuple[Item, ...]:
    """Each location on its own: what it says, read already, and its bytes."""
    try:
        locations = _bulk.decode(payload).body.location
    except JsonError as error:
        raise Unreadable(Rejected.MALFORMED, f"body.location: {error}") from error
    if len(locations) > MOST_FIXES:
        raise Unreadable(Rejected.OVERSIZED, f"{len(locations)} locations, at most {MOST_FIXES}")
    if not isinstance(values, list) or len(values) != len(locations):
        raise Unreadable(Rejected.MALFORMED, "body.location is there twice")
    return tuple(_item_of(value, bytes(locations[index]), index) for index, value in enumerate(values))


def _item_of(value: object, payload: bytes, index: int) -> Item:
    try:
        return _reading(Said(value, "the location")), payload
    except Unreadable as error:
        return Rejection(reason=error.reason, detail=str(error), payload=payload, item=index)


def _reading(said: Said) -> Reading:
    lon, lat = said.need("longitude", per=1_000_000), said.need("latitude", per=1_000_000)
    alarm, status = said.whole("alarm") or 0, said.whole("status")
    if status is None or not 0 <= status < 2**32 or not 0 <= alarm < 2**32:
        raise Unreadable(Rejected.MALFORMED, "status or alarm is not a word of 32 bits")
    items = said.object("extra")
    altitude_m = said.number("altitude")
    fuel_l = items.number("fuel_meter", per=10)
    recorder_speed_kmh = items.number("speed", per=10)  # the tachograph's, beside that of the receiver
    reading = Reading(
        fixed_at=_time(said),
        lon=-abs(lon) if status & STATUS_WEST else lon,
        lat=-abs(lat) if status & STATUS_SOUTH else lat,
        datum=said.datum(),
        speed_kmh=said.number("speed", per=10),
        heading_deg=said.number("direction"),
        altitude_m=altitude_m if altitude_m is None or altitude_m < WORD_SIGN else altitude_m - 2 * WORD_SIGN,
        satellites=items.number("gnss_sat_num"),
        valid=bool(status & STATUS_FIX_VALID),
        ignition=bool(status & STATUS_ACC),
        odometer_km=items.number("mileage", per=10),
        fuel_l=items.number("fuel_unit", per=10) if fuel_l is None else fuel_l,
        ext_voltage_v=_voltage_v(items),
        rssi=items.number("rssi"),
        alarms=alarm_codes(alarm, status),
    )
    words: dict[str, object] = {"alarm_bits": alarm, "status_bits": status}
    if recorder_speed_kmh is not None:
        words["recorder_speed_kmh"] = recorder_speed_kmh
    return msgspec.structs.replace(reading, extra=together(items.rest, said.rest, "position") | words)


def _time(said: Said) -> datetime:
    text = str(said.rest.pop("time", "")).zfill(12)
    if not (text.isascii() and text.isdigit() and len(text) == 12):
        raise Unreadable(Rejected.MALFORMED, f"time is not yyMMddHHmmss: {text[:40]}")
    try:
        local = datetime.strptime(text, "%y%m%d%H%M%S").replace(tzinfo=GMT8)
    except ValueError as error:
        raise Unreadable(Rejected.MALFORMED, f"time is not yyMMddHHmmss: {error}") from error
    return local.astimezone(UTC)


def _voltage_v(items: Said) -> float | None:
    value = items.rest.get(VOLTAGE_ITEM)
    try:
        volts = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return None
    if len(volts) != 2:
        return None
    del items.rest[VOLTAGE_ITEM]
    return int.from_bytes(volts) / 100
