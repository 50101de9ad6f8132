"""The part of MQTT 5 that every position goes through: PUBLISH out of a stream of bytes, acknowledgements into one. Pure.

The library reads a packet with three system calls and makes a dozen objects of it, 40 us on the reference machine,
which was more than half of what ingest did. Everything that happens once per connection stays with the library
(decision 0011). Packet forms: MQTT 5.0, sections 2.1 and 3.3.
"""

from typing import NamedTuple

LONGEST_LENGTH = 4  # bytes of the remaining length
CONTINUES = 0x80
PUBLISH, PUBACK = 3, 4  # packet types


class Malformed(ValueError):
    """The broker sent what MQTT does not allow; the connection cannot be trusted any more."""


class Publish(NamedTuple):
    """One PUBLISH of QoS 0 or 1."""

    topic: str
    payload: bytes
    qos: int
    retained: bool
    repeated: bool
    packet_id: int  # 0 for QoS 0


def read_length(stream: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """A variable byte integer and where it ends; None = not all of it has come. Raises Malformed."""
    value = shift = 0
    for index in range(at, min(len(stream), at + LONGEST_LENGTH)):
        byte = stream[index]
        value |= (byte & 0x7F) << shift
        if byte < CONTINUES:
            return value, index + 1
        shift += 7
    if len(stream) - at >= LONGEST_LENGTH:
        raise Malformed("a length of more than four bytes")
    return None


def packet_end(stream: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None = not all of it has come. Raises Malformed."""
    length = read_length(stream, at + 1)
    if length is None:
        return None
    end = length[1] + length[0]
    return (length[1], end) if end <= len(stream) else None


def read_publish(head: int, stream: bytearray, start: int, end: int) -> Publish | None:
    """A PUBLISH from its first byte and where its body is; None = another kind of packet, or QoS 2. Raises Malformed."""
    qos = head >> 1 & 3
    if head >> 4 != PUBLISH or qos > 1:
        return None
    topic_from = start + 2
    topic_to = at = topic_from + (stream[start] << 8 | stream[start + 1]) if end - start > 2 else end
    packet_id = 0
    if qos and at + 2 < end:
        packet_id = stream[at] << 8 | stream[at + 1]
        at += 2
    properties = read_length(stream, at) if at < end else None
    payload_from = end + 1 if properties is None else properties[1] + properties[0]
    # Without a topic it would be an alias, which we never offered.
    if payload_from > end or topic_to == topic_from or (qos and not packet_id):
        raise Malformed("a PUBLISH whose parts do not fit")
    topic = stream[topic_from:topic_to].decode(errors="replace")  # the broker lets no other through
    return Publish(topic, bytes(stream[payload_from:end]), qos, bool(head & 1), bool(head & 8), packet_id)


def puback(packet_id: int) -> bytes:
    """An acknowledgement without a reason code, which means success."""
    return b"%c\x02%c%c" % (PUBACK << 4, packet_id >> 8, packet_id & 0xFF)


def publish(topic: str, payload: bytes) -> bytes:
    """A PUBLISH of QoS 0 without properties."""
    name = topic.encode()
    rest = len(name).to_bytes(2) + name + b"\0" + payload
    return bytes((PUBLISH << 4,)) + coded_length(len(rest)) + rest


def coded_length(value: int) -> bytes:
    """A variable byte integer."""
    coded = bytearray()
    while value >= CONTINUES:
        coded.append(value & 0x7F | CONTINUES)
        value >>= 7
    coded.append(value)
    return bytes(coded)
