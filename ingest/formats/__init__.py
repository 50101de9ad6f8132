"""Which payloads we take: one file per form, asked in the order listed here.

A form is a module with `takes(topic)` and `decode(topic, payload)`, pure and total: any bytes give an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fleet.position import Rejected
from ingest.formats import native
from ingest.reading import Decoded, Refused, Rejection


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One payload form: its name on the command line, its topics, its decoder."""

    name: str
    subscriptions: tuple[str, ...]  # MQTT filters the engine subscribes to
    takes: Callable[[str], bool]
    decode: Callable[[str, bytes], Decoded]


FORMATS: tuple[Format, ...] = (
    Format(
        name="native",
        subscriptions=("fleet/v1/+/pos", "fleet/v1/+/status", "fleet/v1/+/event"),
        takes=native.takes,
        decode=native.decode,
    ),
)
# Named by contracts.md 4, not built yet.
NOT_YET = ("owntracks", "emqx-jt808", "traccar", "teltonika", "homeassistant", "jt808")


def decode(topic: str, payload: bytes) -> Decoded:
    """Decode by the first form that takes the topic."""
    for form in FORMATS:
        if form.takes(topic):
            return form.decode(topic, payload)
    detail = f"no form takes the topic {topic}"
    return Refused(device="", rejection=Rejection(reason=Rejected.UNSUPPORTED, detail=detail, payload=payload))
