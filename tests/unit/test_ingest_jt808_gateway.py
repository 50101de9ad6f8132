"""The gateway without sockets: who may speak, what is answered when, what waits and within which bounds."""

import ast
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.native import decode
from ingest.formats.said import MOST_BYTES, MOST_FIXES
from ingest.jt808.downlink import SENT, NotCommanded
from ingest.jt808.gateway import gate as gate_module
from ingest.jt808.gateway import waiting
from ingest.jt808.gateway.codes import Codes, kept_key
from ingest.jt808.gateway.command import listening
from ingest.jt808.gateway.commands import CONTROL, Command, downlink_of, read_command
from ingest.jt808.gateway.conversation import (
    MOST_MALFORMED,
    MOST_REGISTRATIONS,
    MOST_STRAY,
    MOST_WRONG_CODES,
    Close,
    Conversation,
    Joined,
    Obeyed,
    Send,
    Step,
    Store,
    Stranger,
)
from ingest.jt808.gateway.gate import Gate
from ingest.jt808.gateway.tally import LINES_A_SECOND, Tally
from ingest.jt808.gateway.upload import payloads
from ingest.jt808.gateway.uploading import first_number
from ingest.jt808.gateway.waiting import Upload, Waiting
from ingest.jt808.messages import Located, read_message
from ingest.jt808.wire import Message, Splitter, phone_of, read_frame, write_frame
from ingest.reading import Positions, Rejection
from tests.unit.test_ingest_jt808_messages import body, bulk

DEVICE = "13800138000"
CODES = Codes(b"key")


class Talk:
    """A conversation with a terminal that is known, or not."""

    def __init__(self, *known: str, version: int | None = None) -> None:
        self.known = dict.fromkeys(known, "")
        self.version = version
        self.conversation = Conversation(self.known.get, CODES)
        self.serials = itertools.count(1)

    def say(self, kind: int, content: bytes = b"", device: str = DEVICE, serial: int | None = None) -> list[Step]:
        phone = phone_of(device, self.version)
        number = next(self.serials) if serial is None else serial
        message = Message(kind=kind, phone=phone, serial=number, body=content, version=self.version)
        return self.conversation.receive(write_frame(message), 0.0)

    def join(self) -> list[Step]:
        code = CODES.of(DEVICE).encode()
        said = code if self.version is None else bytes([len(code)]) + code + bytes(35)
        return self.say(0x0102, said)


def heard(step: Step) -> tuple[int, str]:
    """Message id and body of the one frame sent."""
    assert isinstance(step, Send)
    (frame,) = Splitter().feed(step.frame)
    message = read_frame(frame)
    return message.kind, message.body.hex()


REGISTRATION = bytes(4) + b"70111" + b"MODEL".ljust(20, b"\0") + b"0000001" + b"\x01" + "沪A12345".encode("gbk")


@pytest.mark.parametrize("version", [None, 1])
def test_register_authenticate_report(version: int | None) -> None:
    """The code of the registration opens the door; a position is not answered, it is to be stored."""
    talk = Talk(DEVICE, version=version)
    (answer,) = talk.say(0x0100, REGISTRATION)
    assert heard(answer) == (0x8100, "000100" + CODES.of(DEVICE).encode().hex())
    said, joined = talk.join()
    assert heard(said) == (0x8001, "0002010200")
    assert joined == Joined(device=DEVICE)
    (store,) = talk.say(0x0200, body())
    assert isinstance(store, Store)
    assert (store.kind, store.serials, len(store.items)) == (0x0200, (3,), 1)
    assert heard(talk.say(0x0002)[0]) == (0x8001, "0004000200")
    assert heard(talk.say(0x0900, b"x")[0]) == (0x8001, "0005090003")
    assert talk.say(0x0001, bytes.fromhex("0007820200"))[0].__class__ is Obeyed
    goodbye, close = talk.say(0x0003)
    assert heard(goodbye) == (0x8001, "0007000300")
    assert close == Close(why="logged_off")


def test_strangers_are_asked_about_once_more_and_then_refused() -> None:
    """The registry is read again first; the answer is then final, either way."""
    talk = Talk()
    assert talk.say(0x0100, REGISTRATION) == [Stranger(device=DEVICE)]
    assert [heard(step) for step in talk.conversation.decide()] == [(0x8100, "000104")]
    assert talk.conversation.decide() == []
    assert talk.say(0x0100, REGISTRATION) == [Stranger(device=DEVICE)]
    talk.known[DEVICE] = ""
    assert heard(talk.conversation.decide()[0])[1].startswith("000200")


def test_nobody_reports_before_he_has_shown_his_code() -> None:
    """No code, a wrong one, the code of another: failed, and nothing is stored."""
    talk = Talk(DEVICE)
    for code in (b"", b"wrong", CODES.of("13800138001").encode()):
        (answer,) = talk.say(0x0102, code)
        assert heard(answer)[1].endswith("010201")
    for kind in (0x0200, 0x0704, 0x0002):
        (answer,) = talk.say(kind, body())
        assert heard(answer)[1].endswith(f"{kind:04x}01")
    assert talk.say(0x0001, bytes(5)) == []
    del talk.known[DEVICE]
    (answer,) = talk.join()
    assert heard(answer)[1].endswith("010201")


def test_one_connection_is_one_phone_and_nonsense_has_an_end() -> None:
    """Another phone number ends the connection; so do a hundred broken frames."""
    talk = Talk(DEVICE, "13800138001")
    talk.join()
    assert talk.say(0x0200, body(), device="13800138001") == [Close(why="another_phone")]
    talk = Talk(DEVICE)
    steps = talk.conversation.receive(b"\x7e" + b"\x01\x7e" * (MOST_MALFORMED - 1), 0.0)
    assert steps == []
    assert talk.conversation.receive(b"\x02\x7e", 0.0) == [Close(why="malformed")]


def test_a_bulk_upload_that_cannot_be_read_goes_to_quarantine_and_an_empty_one_is_done() -> None:
    """Nothing that came is lost in silence; other messages that cannot be read are answered as wrong."""
    talk = Talk(DEVICE)
    talk.join()
    (store,) = talk.say(0x0704, b"\x00")
    assert isinstance(store, Store)
    assert isinstance(store.items[0], Rejection)
    assert heard(talk.say(0x0704, bytes(3))[0])[1].endswith("070400")
    assert heard(talk.say(0x0702, b"\x01")[0])[1].endswith("070202")


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_no_bytes_break_a_conversation(data: bytes) -> None:
    """Before and after joining, bare and inside a sound frame of any kind."""
    talk = Talk(DEVICE)
    talk.conversation.receive(data, 0.0)
    talk = Talk(DEVICE)
    talk.join()
    for kind in (0x0001, 0x0100, 0x0102, 0x0200, 0x0201, 0x0702, 0x0704, 0x7777):
        talk.say(kind, data)
    talk.conversation.receive(data, 0.0)


def test_missing_parts_are_asked_for_in_the_form_of_the_edition() -> None:
    """0x8003 counts them in one byte, since 2019 in two; each part is answered when the whole is stored."""
    for version, wanted in ((None, "000a0200020003"), (1, "000a000200020003")):
        talk = Talk(DEVICE, version=version)
        talk.join()
        content = b"\x00\x02\x01" + b"".join(len(one).to_bytes(2) + one for one in (body(), body()))
        pieces = [content[:20], content[20:40], content[40:]]

        def frame(number: int, talk: Talk = talk, pieces: list[bytes] = pieces) -> list[Step]:
            phone = phone_of(DEVICE, talk.version)
            message = Message(
                kind=0x0704,
                phone=phone,
                serial=9 + number,
                body=pieces[number - 1],
                version=talk.version,
                part=number,
                parts=3,
            )
            return talk.conversation.receive(write_frame(message), 0.0)

        assert frame(1) == []
        (asked,) = talk.conversation.ask_missing(5.0)
        assert heard(asked) == (0x8003, wanted)
        assert talk.conversation.ask_missing(6.0) == []
        assert frame(3) == []
        (store,) = frame(2)
        assert isinstance(store, Store)
        assert (store.serials, len(store.items)) == ((10, 11, 12), 2)


def test_parts_of_strangers_and_of_endless_messages_are_answered_and_not_kept() -> None:
    """Failed before the code was shown; not supported beyond 255 parts. Nothing of either is in memory."""
    talk = Talk(DEVICE)
    for wanted, joined in ((1, False), (3, True)):
        if joined:
            talk.join()
        message = Message(kind=0x0704, phone=phone_of(DEVICE), serial=77, body=b"x", part=1, parts=300 if joined else 2)
        (answer,) = talk.conversation.receive(write_frame(message), 0.0)
        assert heard(answer) == (0x8001, f"004d0704{wanted:02x}")
        assert not talk.conversation.parts


def test_a_request_for_parts_of_ours_is_not_supported() -> None:
    """0x0005: everything we send is one frame, so there are no parts a terminal could miss."""
    talk = Talk(DEVICE, version=1)
    talk.join()
    (answer,) = talk.say(0x0005, bytes.fromhex("0001000100020003"))
    assert heard(answer)[1].endswith("000503")


def test_guessing_codes_registering_again_and_endless_frames_have_an_end() -> None:
    """Five wrong codes, eleven registrations, 16 KiB without a flag byte: the connection ends, the last code answered."""
    talk = Talk(DEVICE)
    for _ in range(MOST_WRONG_CODES - 1):
        assert len(talk.say(0x0102, b"wrong")) == 1
    answer, close = talk.say(0x0102, b"wrong")
    assert heard(answer)[1].endswith("010201")
    assert close == Close(why="wrong_code")
    talk = Talk(DEVICE)
    steps = [talk.say(0x0100, REGISTRATION) for _ in range(MOST_REGISTRATIONS + 1)]
    assert all(isinstance(one[0], Send) for one in steps[:-1])
    assert steps[-1] == [Close(why="registers_again")]
    for begin in (b"", b"\x7e"):
        talk = Talk(DEVICE)
        assert talk.conversation.receive(begin + bytes(MOST_STRAY), 0.0) == []
        assert talk.conversation.receive(b"\0", 0.0) == [Close(why="malformed")]


def test_strangers_of_one_address_are_bounded_and_terminals_with_a_code_do_not_count() -> None:
    """A flood from one address keeps nobody else out; who shows the code makes room."""
    gate = Gate(most_strangers=2)
    assert [gate.come(link, "a") for link in "12"] == [None, None]
    assert gate.come("3", "a") == "too_many_from_address"
    assert gate.come("4", "b") is None
    gate.leave("3")
    gate.prove("1")
    gate.prove("1")
    assert gate.come("5", "a") is None
    assert gate.come("6", "a") == "too_many_from_address"
    for link in "123456":
        gate.leave(link)
    assert (len(gate), dict(gate._strangers_of)) == (0, {})


def test_all_connections_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever they come from, and however well they are known."""
    monkeypatch.setattr(gate_module, "MOST_TERMINALS", 2)
    gate = Gate()
    for link in "12":
        assert gate.come(link, link) is None
        gate.prove(link)
    assert gate.come("3", "3") == "too_many"


def test_a_flood_does_not_fill_the_log() -> None:
    """Twenty lines of a kind in a second; the others are counted, and other kinds are not held back."""
    tally = Tally()
    assert [tally.may_log("malformed", 1.5) for _ in range(30)].count(True) == LINES_A_SECOND
    assert tally.may_log("silent", 1.6)
    assert tally.may_log("malformed", 2.0)
    tally.closed["malformed"] += 3
    assert {"unlogged": 10, "closed_malformed": 3}.items() <= tally.totals().items()


def test_two_gateways_of_one_second_do_not_share_batch_numbers() -> None:
    """An acknowledgement of the other's batch must never be taken for one's own; numbers fit the contract."""
    began = datetime(2026, 11, 20, tzinfo=UTC)
    rng = Random(1)
    first, other = first_number(began, rng), first_number(began, rng)
    assert abs(first - other) > 1_000
    later = first_number(began + timedelta(seconds=1), rng)
    assert max(first, other) + 2**31 < later + 2**31 < 2**63


def test_serials_of_answers_go_round() -> None:
    """After 65535 comes 0."""
    talk = Talk(DEVICE)
    talk.join()
    talk.conversation._serial = 65_535
    assert talk.conversation.write(0x8300, b"")[0] == 65_535
    assert talk.conversation.write(0x8300, b"")[0] == 0


def test_what_is_published_reads_back_as_the_same_fixes() -> None:
    """Native form and codec agree on every value; a refused item stays a refusal."""
    items = bytes.fromhex("0104000000ff30011f3101096102 04e2e103010203".replace(" ", ""))
    located = bulk(body(alarm=0b11, items=items), body(time=bytes(6)), body(status=0))
    ((number, payload),) = payloads(located.items, itertools.count(5))
    decoded = decode(f"fleet/v1/{DEVICE}/pos", payload)
    assert isinstance(decoded, Positions)
    assert (decoded.batch, number, decoded.count) == (5, 5, 3)
    for sent, got in zip(located.items, decoded.items, strict=True):
        if isinstance(sent, Rejection):
            assert isinstance(got, Rejection)
            assert sent.payload.hex().encode() in got.payload
        else:
            assert not isinstance(got, Rejection)
            assert msgspec.to_builtins(got[0]) == msgspec.to_builtins(sent[0])


def test_the_way_a_position_came_is_not_part_of_it() -> None:
    """Live, asked for, or in a blind-zone upload: byte for byte the same fix, or sending again would be a collision."""
    position = body(alarm=1, items=bytes.fromhex("0104000000ff"))

    def published(kind: int, content: bytes) -> bytes:
        message = Message(kind=kind, phone=phone_of(DEVICE), serial=1, body=content)
        located = read_message(message)
        assert isinstance(located, Located)
        ((_, payload),) = payloads(located.items, itertools.count(1))
        return payload

    alone = published(0x0200, position)
    assert published(0x0201, b"\x00\x05" + position) == alone
    assert published(0x0704, b"\x00\x01\x01" + len(position).to_bytes(2) + position) == alone
    assert published(0x0704, b"\x00\x01\x00" + len(position).to_bytes(2) + position) == alone


def test_batches_stay_inside_the_contract() -> None:
    """At most 100 fixes and 64 KiB in each, every fix in one of them, numbers never twice."""
    bodies = [body(time=None, items=bytes([0xE1, 250]) + bytes(250)) for _ in range(150)]
    batches = list(payloads(bulk(*bodies).items, itertools.count(1)))
    assert [number for number, _ in batches] == list(range(1, len(batches) + 1))
    sizes = [len(json.loads(payload)["fixes"]) for _, payload in batches]
    assert sum(sizes) == 150
    assert max(sizes) <= MOST_FIXES
    assert max(len(payload) for _, payload in batches) <= MOST_BYTES
    assert len(list(payloads(bulk(*[body()] * 201).items, itertools.count(1)))) == 3


def upload(owner: str = "link", serial: int = 1, *numbers: int, size: int = 10, until_s: float = 100) -> Upload:
    return Upload(
        owner=owner,
        device=DEVICE,
        kind=0x0200,
        serials=(serial,),
        digest=serial,
        until_s=until_s,
        payloads={number: bytes(size) for number in numbers or (serial,)},
    )


def test_an_upload_is_settled_by_its_last_batch_and_only_once() -> None:
    """Acknowledgements of others, of old runs and for a second time mean nothing."""
    held = Waiting()
    one = upload("a", 1, 7, 8)
    held.add(one)
    assert held.same(upload("a", 1, 9)) is one
    assert held.same(upload("b", 1, 9)) is None
    assert held.settle(DEVICE, 99) is None
    assert held.settle("13800138001", 7) is None
    assert held.settle(DEVICE, 7) is None
    assert list(held.batches()) == [(DEVICE, 8, bytes(10))]
    assert held.settle(DEVICE, 8) is one
    assert held.settle(DEVICE, 8) is None
    assert (len(held), held.bytes, held.same(one)) == (0, 0, None)


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Per terminal by number, in all by bytes; what times out or whose connection ends makes room."""
    held = Waiting()
    for serial in range(waiting.MOST_PER_TERMINAL):
        assert held.has_room(upload("a", serial))
        held.add(upload("a", serial, until_s=serial))
    assert not held.has_room(upload("a", 999))
    assert held.has_room(upload("b", 999))
    assert held.drop_overdue(2.0) == 3
    assert held.has_room(upload("a", 999))
    monkeypatch.setattr(waiting, "MOST_BYTES", held.bytes + 5)
    assert not held.has_room(upload("b", 999))
    held.drop_owner("a")
    assert (len(held), held.bytes) == (0, 0)
    assert held.has_room(upload("b", 999, size=5))
    held.drop_owner("nobody")


def test_codes_belong_to_one_device_and_one_key(tmp_path: Path) -> None:
    """The key is drawn once, for the owner's eyes only."""
    key = kept_key(tmp_path)
    assert kept_key(tmp_path) == key
    assert (tmp_path / "jt808.key").stat().st_mode & 0o777 == 0o600
    codes = Codes(key)
    assert codes.fits(DEVICE, codes.of(DEVICE))
    assert not codes.fits("13800138001", codes.of(DEVICE))
    assert not Codes(b"other").fits(DEVICE, codes.of(DEVICE))
    assert not codes.fits(DEVICE, "沪")


@given(st.binary(max_size=200))
def test_no_bytes_are_a_command_by_chance(data: bytes) -> None:
    """Whatever is published on cmd is a command or a named refusal."""
    try:
        downlink_of(read_command(data), None)
    except NotCommanded as refused:
        assert refused.code in ("malformed", "unknown", "interval", "track", "text", "vehicle_control")  # noqa: PT017


def test_nothing_but_the_messages_of_the_list_can_be_written_to_a_terminal() -> None:
    """Vehicle control (0x8500), switching off (0x8105), firmware (0x8108), listening in (0x8400): whatever asks for it."""
    assert sorted(SENT) == [0x8001, 0x8003, 0x8100, 0x8103, 0x8202, 0x8300]
    talk = Talk(DEVICE)
    talk.join()
    for kind in range(0x10000):
        if kind not in SENT:
            with pytest.raises(NotCommanded):
                talk.conversation.write(kind, b"")


def test_frames_are_written_in_one_place_only() -> None:
    """The list above guards every way out as long as nobody else in the platform makes frames or writes to a socket."""
    folder = Path(__file__).parents[2] / "ingest"
    calls = {
        (str(path.relative_to(folder)), name)
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        for name in [node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")]
        if name == "write_frame" or ast.unparse(node.func).endswith("_transport.write")
    }
    assert calls == {("jt808/gateway/conversation.py", "write_frame"), ("jt808/gateway/link.py", "write")}


@given(
    st.fixed_dictionaries(
        {"do": st.sampled_from(["locate", "interval", "text", *sorted(CONTROL)]) | st.text(max_size=8)},
        optional={
            "id": st.integers() | st.text(max_size=5),
            "every_s": st.integers(-10, 100_000),
            "for_s": st.integers(-10, 100_000),
            "text": st.text(max_size=30),
            "kind": st.integers(0, 0xFFFF),
            "body": st.text(max_size=8),
            "parameter": st.integers(0, 0xFFFF),
        },
    )
)
def test_whatever_is_commanded_a_terminal_gets_positions_intervals_and_texts_only(command: dict[str, object]) -> None:
    """No key of a command reaches the message id, and the one parameter ever set is the interval (0x0029)."""
    try:
        kind, content = downlink_of(read_command(json.dumps(command).encode()), None)
    except NotCommanded:
        return
    assert kind in (0x8103, 0x8202, 0x8300)
    if kind == 0x8103:
        assert content[:6] == bytes.fromhex("010000002904")
    if kind == 0x8300:
        assert content[0] == 0x0C


@pytest.mark.parametrize("word", sorted(CONTROL))
def test_no_word_leads_to_vehicle_control(word: str) -> None:
    """contracts.md 1: never an engine, fuel or power cut."""
    with pytest.raises(NotCommanded) as refused:
        downlink_of(Command(do=word), 1)
    assert refused.value.code == "vehicle_control"


def test_addresses_to_listen_on() -> None:
    """HOST:PORT, also of IPv6."""
    assert listening("0.0.0.0:8808") == ("0.0.0.0", 8808)
    assert listening("[::1]:0") == ("::1", 0)
