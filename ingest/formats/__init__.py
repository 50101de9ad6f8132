"""Which payloads we take: one file per form, asked in the order listed here.

A form is a module with NAME, SUBSCRIPTIONS, `takes(topic)`, `decode(topic, payload)` and `topic_of(payload)`, pure and
total: any bytes give an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from fleet.position import Rejected
from ingest.formats import emqx_jt808, homeassistant, native, owntracks, teltonika, traccar
from ingest.formats.said import refuse
from ingest.reading import Decoded


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One payload form: its name on the command line and in bindings, its topics, its decoder."""

    name: str
    subscriptions: tuple[str, ...]  # MQTT filters the engine subscribes to
    takes: Callable[[str], bool]
    decode: Callable[[str, bytes], Decoded]
    topic_of: Callable[[bytes], str | None]  # the topic a message came on, as far as it says it; None = it cannot have
    alone: Callable[[bytes], bytes]  # one fix taken from a list, as a message that holds it alone
    timed: bool  # False: its messages say no time, the instant of arrival is taken


def _format(module: ModuleType) -> Format:
    return Format(
        name=module.NAME,
        subscriptions=module.SUBSCRIPTIONS,
        takes=module.takes,
        decode=module.decode,
        topic_of=module.topic_of,
        alone=getattr(module, "alone", bytes),
        timed=module is not homeassistant,
    )


FORMATS: tuple[Format, ...] = tuple(
    _format(module) for module in (native, owntracks, emqx_jt808, traccar, teltonika, homeassistant)
)


def form_of(topic: str) -> Format | None:
    """The first form that takes the topic."""
    return next((form for form in FORMATS if form.takes(topic)), None)


def decode(topic: str, payload: bytes) -> Decoded:
    """Decode by the first form that takes the topic."""
    form = form_of(topic)
    if form is None:
        return refuse("", payload, Rejected.UNSUPPORTED, f"no form takes the topic {topic}")
    return form.decode(topic, payload)
