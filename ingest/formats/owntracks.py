"""OwnTracks: apps, the Greenwich box, and Queclink trackers behind qtripp, on owntracks/{user}/{device}[/event].

Source: OwnTracks booklet, tech/json. Seconds, km/h, metres, degrees, odometer in km, voltages in V; Greenwich writes
numbers as text; a speed, course or accuracy of zero is left out, so absence never means zero. `batt` is the battery of
the phone or tracker and `flvl` a percentage: both stay in `extra`, they are neither charge nor litres of the vehicle.
"""

from fleet.position import Rejected
from ingest.formats.said import Said, Unreadable, key_of, one_fix, or_refuse, read_object, refuse
from ingest.reading import Decoded, Event, Reading, Sound, State

NAME = "owntracks"
SUBSCRIPTIONS = ("owntracks/+/+", "owntracks/+/+/event")
LAST_KNOWN = "l"  # Greenwich repeats the last place after it lost the sky
# What a tracker reports as the reason (`t`) of a location that is an alarm of ours. Phones use none of these letters.
ALARM_TRIGGERS = {
    "e": "power_cut",
    "s": "overspeed",
    "!": "illegal_displacement",
    "h": "vendor:harsh_driving",
    "9": "vendor:backup_battery_low",
}
WITHOUT_FIX = frozenset(
    {"beacon", "card", "cmd", "configuration", "dump", "request", "status", "steps", "waypoint", "waypoints"}
)


def takes(topic: str) -> bool:
    """Is this a topic of OwnTracks?"""
    return topic.startswith("owntracks/")


def decode(topic: str, payload: bytes) -> Decoded:
    """One message; its sender is `{user}/{device}` of the topic."""
    parts = topic.split("/")
    if len(parts) not in (3, 4) or not parts[1] or not parts[2]:
        return refuse("", payload, Rejected.UNSUPPORTED, f"not a topic OwnTracks reports on: {topic}")
    device = f"{parts[1]}/{parts[2]}"
    return or_refuse(device, payload, lambda: _message(device, topic, payload))


def _message(device: str, topic: str, payload: bytes) -> Decoded:
    said = Said(read_object(payload))
    claimed = said.rest.pop("topic", topic)
    named = claimed if isinstance(claimed, str) else "something that is no text"
    if not f"{named}/".startswith(f"owntracks/{device}/"):  # an event may name its device's topic
        raise Unreadable(Rejected.FORGED, f"the body says {named[:100]}, the topic is {topic}")
    kind = said.text("_type")
    if kind == "location":
        return one_fix(device, payload, lambda: _location(said))
    return _other(device, kind, said)


def topic_of(payload: bytes) -> str:
    """The topic a message came on, when the message itself says it (HTTP mode does)."""
    topic = key_of(payload, "topic")
    return topic if topic is not None and takes(topic) else "owntracks/-/-"


def _location(said: Said) -> Reading:
    lon, lat = said.need("lon"), said.need("lat")
    trigger = said.rest.get("t")
    alarms = [ALARM_TRIGGERS[trigger]] if isinstance(trigger, str) and trigger in ALARM_TRIGGERS else []
    if said.rest.get("tow") in (True, 1) and "illegal_displacement" not in alarms:
        alarms.append("illegal_displacement")
    return Reading(
        fixed_at=said.instant("tst"),
        lon=lon,
        lat=lat,
        datum=said.datum(),
        speed_kmh=said.number("vel"),
        heading_deg=said.number("cog"),
        altitude_m=said.number("alt"),
        accuracy_m=said.number("acc"),
        valid=False if trigger == LAST_KNOWN else None,
        ignition=said.flag("ign"),
        odometer_km=said.number("odometer"),
        ext_voltage_v=said.number("uext"),
        alarms=tuple(alarms),
        extra=said.rest,
    )


def _other(device: str, kind: str | None, said: Said) -> State | Event | Sound:
    if kind == "lwt":
        # The broker says it for the app, with the instant the app had connected: it is of now, not of then.
        return State(device=device, online=False, message="lwt")
    if kind == "transition":
        happened_at = said.instant("tst")
        return Event(device=device, happened_at=happened_at, code="transition", body=said.rest, message="transition")
    if kind in WITHOUT_FIX:
        return Sound(device=device, message=kind, body=said.rest)
    if kind == "encrypted":
        raise Unreadable(Rejected.UNSUPPORTED, "an encrypted payload; switch the app's payload encryption off")
    if kind is None:
        raise Unreadable(Rejected.MALFORMED, "_type is missing")
    raise Unreadable(Rejected.UNSUPPORTED, f"_type {kind[:40]} is not one we know")
