"""Foreign payload forms a device may speak (contracts.md 2): its name there, and who may write on which topic.

A name in a form is bound to a device (`fleet.foreign`). A sender that names itself by its topic writes with the
device's own credential, exactly there. Traccar and EMQX speak for many devices: each such server has one account.
"""

import re
from enum import StrEnum

from fleet.errors import Invalid


class Source(StrEnum):
    """Forms in which somebody else's name means one of our devices."""

    OWNTRACKS = "owntracks"
    EMQX_JT808 = "emqx-jt808"
    TRACCAR = "traccar"
    TELTONIKA = "teltonika"
    HOMEASSISTANT = "homeassistant"


# Never a separator too many, never a wildcard: the name becomes part of an access rule.
_NAME = {
    Source.OWNTRACKS: re.compile(r"[^/+#\s\x00]{1,80}/[^/+#\s\x00]{1,80}"),
    Source.EMQX_JT808: re.compile(r"[0-9]{1,20}"),
    Source.TRACCAR: re.compile(r"[^+#\x00-\x20]{1,128}"),
    Source.TELTONIKA: re.compile(r"[0-9]{14,17}"),
    Source.HOMEASSISTANT: re.compile(r"[^/+#\s\x00]{1,80}"),
}
_OWN_TOPICS = {
    Source.OWNTRACKS: ("owntracks/{name}", "owntracks/{name}/event"),
    Source.TELTONIKA: ("+/+/teltonika/{name}/data",),
    Source.HOMEASSISTANT: ("location/{name}",),
}
_FORWARDED = {Source.EMQX_JT808: "jt808/+/+/up", Source.TRACCAR: "traccar/#"}
_FORWARDED_BELOW = {Source.EMQX_JT808: "jt808/{name}/+/up", Source.TRACCAR: "traccar/{name}/#"}
_FORWARDER_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
FORWARDERS = tuple(_FORWARDED)


def name_in(source: Source, external_id: str) -> str:
    """The name as the decoder of the form says it. Raises Invalid for one that cannot occur there."""
    if not _NAME[source].fullmatch(external_id):
        raise Invalid(field="external_id", reason=f"not_a_name_in_{source}")
    # A terminal's phone has zeros in front, more of them in the edition of 2019.
    return (external_id.lstrip("0") or "0") if source is Source.EMQX_JT808 else external_id


def own_topics(source: Source, name: str) -> tuple[str, ...]:
    """Where a device's own credential may write under this name; nowhere when a server speaks for it."""
    return tuple(topic.format(name=name) for topic in _OWN_TOPICS.get(source, ()))


def forwarder_topic(source: Source, name: str | None = None) -> str:
    """Where a server that speaks for many devices may write; one with a name only below it. Raises Invalid."""
    if name is None:
        return _FORWARDED[source]
    if not _FORWARDER_NAME.fullmatch(name):
        raise Invalid(field="name", reason="letters_digits_only")
    return _FORWARDED_BELOW[source].format(name=name)


def forwarder_account(source: Source, name: str | None = None) -> str:
    """Its username, which no device code can be."""
    return f"forwarder~{source}" if name is None else f"forwarder~{source}~{name}"
