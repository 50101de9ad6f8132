"""Traccar's forwarded positions and events (forward.type and event.forward.type = mqtt) on traccar/{anything}.

Source: traccar/traccar, model/Position.java and forward/. Speed in knots, odometers and distances in metres, voltage in
V; the sender is `device.uniqueId`, whatever the topic. An accuracy of 0 means "not said". `outdated` repeats the last
known place with a new device time: the fix then is of that time and not valid. `totalDistance` is Traccar's own sum and
not the dashboard: it stays in `extra` with the other attributes. Traccar's bookkeeping (row ids, serverTime, the
device's entry in its register) is left out, so that a position it forwards again is the same position.
"""

from fleet.position import Rejected
from ingest.formats.said import Said, Unreadable, key_of, one_fix, or_refuse, read_object, refuse, together
from ingest.reading import Decoded, Event, Reading, State

NAME = "traccar"
SUBSCRIPTIONS = ("traccar/#",)
KMH_PER_KNOT = 1.852
BOOKKEEPING = frozenset({"id", "deviceId", "serverTime", "fixTime", "deviceTime", "type"})
PRESENCE = {"deviceOnline": True, "deviceOffline": False}
ALARMS = {
    "sos": "sos",
    "overspeed": "overspeed",
    "fatigueDriving": "fatigue",
    "gpsAntennaCut": "antenna_cut",
    "lowPower": "undervoltage",
    "powerCut": "power_cut",
    "powerOff": "power_cut",  # what Traccar makes of JT/T 808's "main power off"
    "removing": "removed",
    "movement": "illegal_displacement",  # what it makes of JT/T 808's bit 28
    "tow": "illegal_displacement",
    "accident": "collision",
    "fallDown": "rollover",
    "fuelLeak": "fuel_abnormal",
    "geofence": "area",
    "geofenceEnter": "area",
    "geofenceExit": "area",
}


def takes(topic: str) -> bool:
    """Is this a topic of Traccar?"""
    return topic.startswith("traccar/")


def decode(topic: str, payload: bytes) -> Decoded:
    """One position or event; its sender is `device.uniqueId` of the body."""
    try:
        said = Said(read_object(payload))
    except Unreadable as error:
        return refuse("", payload, error.reason, str(error))
    device = said.object("device").text("uniqueId") or ""
    return or_refuse(device, payload, lambda: _message(device, payload, said))


def _message(device: str, payload: bytes, said: Said) -> Decoded:
    if not device:
        raise Unreadable(Rejected.MALFORMED, "device.uniqueId is missing")
    if "event" in said.rest:
        # The position an event refers to is forwarded on its own.
        return _event(device, said.object("event"))
    position = said.object("position")
    if not position.rest:
        raise Unreadable(Rejected.MALFORMED, "neither a position nor an event")
    return one_fix(device, payload, lambda: _reading(position))


def topic_of(payload: bytes) -> str:
    """Any topic: the body names the sender."""
    return f"traccar/{key_of(payload, 'device', 'uniqueId') or '-'}"


def _event(device: str, said: Said) -> Event | State:
    kind = said.text("type")
    if kind is None:
        raise Unreadable(Rejected.MALFORMED, "event.type is missing")
    if kind in PRESENCE:
        return State(device=device, online=PRESENCE[kind], message=kind)
    happened_at = said.instant("eventTime") if "eventTime" in said.rest else None
    body = {key: value for key, value in said.rest.items() if key not in BOOKKEEPING | {"positionId"}}
    return Event(device=device, happened_at=happened_at, code=f"traccar:{kind}", body=body, message=kind)


def _reading(said: Said) -> Reading:
    attributes = said.object("attributes")
    outdated = said.flag("outdated") or False
    time_key = "deviceTime" if outdated and "deviceTime" in said.rest else "fixTime"
    knots, valid = said.number("speed"), said.flag("valid")
    odometer_km = attributes.number("odometer", per=1000)
    return Reading(
        fixed_at=said.instant(time_key),
        lon=said.need("longitude"),
        lat=said.need("latitude"),
        datum=said.datum(),
        speed_kmh=None if knots is None else knots * KMH_PER_KNOT,
        heading_deg=said.number("course"),
        altitude_m=said.number("altitude"),
        accuracy_m=said.number("accuracy") or None,
        hdop=attributes.number("hdop"),
        satellites=attributes.number("sat"),
        valid=False if outdated else valid,
        ignition=attributes.flag("ignition"),
        odometer_km=attributes.number("obdOdometer", per=1000) if odometer_km is None else odometer_km,
        fuel_l=attributes.number("fuel"),
        ext_voltage_v=attributes.number("power"),
        rssi=attributes.number("rssi"),
        alarms=_alarms(attributes),
        driver=attributes.text("driverUniqueId"),
        extra=together(attributes.rest, _besides(said, outdated=outdated), "position"),
    )


def _alarms(attributes: Said) -> tuple[str, ...]:
    """One word, or several with commas (since version 6)."""
    words = (attributes.text("alarm") or "").split(",")
    codes = [ALARMS.get(word, f"vendor:{word}") for word in (word.strip() for word in words) if word]
    return tuple(dict.fromkeys(codes))


def _besides(said: Said, *, outdated: bool) -> dict[str, object]:
    """What else the position says; that it is an old place again must not be lost."""
    rest = {key: value for key, value in said.rest.items() if key not in BOOKKEEPING}
    return rest | {"outdated": True} if outdated else rest
