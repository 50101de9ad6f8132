"""Home Assistant's `mqtt_json` tracker on location/{name}: a place without a time.

Source: home-assistant/core, mqtt_json. The instant is that of arrival and the fix is marked so (Quality.RECEIVE_TIME).
`battery_level` is the phone's and stays in `extra`.
"""

from fleet.position import Rejected
from ingest.formats.said import Said, one_fix, or_refuse, read_object, refuse
from ingest.reading import Decoded, Reading

NAME = "homeassistant"
SUBSCRIPTIONS = ("location/+",)


def takes(topic: str) -> bool:
    """Is this a topic of the tracker?"""
    return topic.startswith("location/")


def decode(topic: str, payload: bytes) -> Decoded:
    """One message; its sender is `{name}` of the topic."""
    parts = topic.split("/")
    if len(parts) != 2 or not parts[1]:
        return refuse("", payload, Rejected.UNSUPPORTED, f"not a topic of a tracker: {topic}")
    device = parts[1]
    return or_refuse(device, payload, lambda: _message(device, payload))


def _message(device: str, payload: bytes) -> Decoded:
    said = Said(read_object(payload))
    return one_fix(device, payload, lambda: _reading(said))


def topic_of(payload: bytes) -> str:
    """The body never names its sender."""
    return "location/-"


def _reading(said: Said) -> Reading:
    return Reading(
        fixed_at=None,
        lon=said.need("longitude"),
        lat=said.need("latitude"),
        datum=said.datum(),
        accuracy_m=said.number("gps_accuracy"),
        extra=said.rest,
    )
