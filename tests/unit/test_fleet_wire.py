"""Reading PUBLISH packets ourselves gives what the MQTT library reads, and nothing that does not fit gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from fleet import wire

TOPICS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
PINGRESP = b"\xd0\x00"


@st.composite
def properties(draw: st.DrawFn) -> bytes:
    given_: Properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if draw(st.booleans()):
        given_.MessageExpiryInterval = draw(st.integers(0, 2**32 - 1))
    if draw(st.booleans()):
        given_.ContentType = draw(st.text("abc/", max_size=200))
    if draw(st.booleans()):
        given_.UserProperty = ("who", draw(st.text("abc", max_size=300)))
    return bytes(given_.pack())  # type: ignore[no-untyped-call]


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    qos = draw(st.sampled_from([0, 1]))
    head = PacketTypes.PUBLISH << 4 | qos << 1 | draw(st.booleans()) | draw(st.booleans()) << 3
    topic = draw(TOPICS).encode()
    packet_id = draw(st.integers(1, 65_535)).to_bytes(2) if qos else b""
    payload = draw(st.binary(max_size=80)) * draw(st.sampled_from([1, 1, 3, 300]))
    body = len(topic).to_bytes(2) + topic + packet_id + draw(properties()) + payload
    return bytes((head,)) + wire.coded_length(len(body)) + body


def read_all(stream: bytearray) -> tuple[list[wire.Publish | None], int]:
    found, at = [], 0
    while (packet := wire.packet_end(stream, at)) is not None:
        found.append(wire.read_publish(stream[at], stream, *packet))
        at = packet[1]
    return found, at


@given(packet=packets())
def test_a_publish_reads_as_the_library_reads_it(packet: bytes) -> None:
    """Topic, payload, flags and packet identifier are those of paho's own decoder, whatever properties stand between."""
    (ours,), end = read_all(bytearray(packet))
    where = wire.packet_end(packet, 0)
    assert ours is not None
    assert where is not None
    assert end == len(packet)
    theirs = _packet.decode_publish(packet[0], packet[where[0] :], MQTTProtocolVersion.MQTTv5)
    assert ours.topic.encode() == theirs.topic
    assert ours.payload == theirs.payload
    assert (ours.qos, ours.retained, ours.repeated, ours.packet_id) == (
        theirs.qos,
        theirs.retain,
        theirs.dup,
        theirs.mid,
    )


@given(sent=st.lists(packets() | st.just(PINGRESP), max_size=5), cuts=st.lists(st.integers(1, 200), max_size=30))
def test_however_a_stream_is_cut_the_same_packets_come_out(sent: list[bytes], cuts: list[int]) -> None:
    """Packets come out whole and in order, whatever pieces the network makes of them; other kinds are left alone."""
    stream, whole = bytearray(), b"".join(sent)
    came: list[wire.Publish | None] = []
    for size in [*cuts, len(whole)]:
        piece, whole = whole[:size], whole[size:]
        stream += piece
        found, at = read_all(stream)
        came += found
        del stream[:at]
    assert came == [one for packet in sent for one in read_all(bytearray(packet))[0]]
    assert not stream


@given(stream=st.binary(max_size=60))
def test_any_bytes_are_a_packet_or_not_yet_one_or_malformed(stream: bytes) -> None:
    """No other exception leaves the reader, and what it reads lies inside the packet."""
    try:
        found, at = read_all(bytearray(stream))
    except wire.Malformed:
        return
    assert at <= len(stream)
    assert all(one is None or len(one.payload) <= len(stream) for one in found)


@pytest.mark.parametrize(
    "packet",
    [
        "3000",  # no topic at all
        "30020000",  # an empty one: an alias we never offered
        "30040009610000",  # a topic longer than the packet
        "3204000161" + "01",  # QoS 1 cut inside the packet identifier
        "320600016100" + "00" + "00",  # packet identifier 0
        "3004000161" + "05",  # properties longer than the packet
        "30ffffffff01",  # a length of five bytes
    ],
)
def test_what_does_not_fit_is_malformed(packet: str) -> None:
    """Each way a PUBLISH can contradict itself ends the connection instead of giving a message."""
    with pytest.raises(wire.Malformed):
        read_all(bytearray.fromhex(packet))


@given(topic=TOPICS, payload=st.binary(max_size=400))
def test_a_message_we_write_is_one_we_read(topic: str, payload: bytes) -> None:
    """The answers to locators are PUBLISH packets of QoS 0."""
    (read,), _ = read_all(bytearray(wire.publish(topic, payload)))
    assert read == wire.Publish(topic, payload, 0, False, False, 0)


def test_an_acknowledgement_is_four_bytes() -> None:
    """PUBACK with its packet identifier and no reason code."""
    assert wire.puback(0x1234) == bytes.fromhex("40021234")
