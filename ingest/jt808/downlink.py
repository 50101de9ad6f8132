"""Bodies of what the platform sends a terminal: answers, and the commands a person may give. No I/O.

Source: JT/T 808. Vehicle control (0x8500), which can lock doors and, with makers, cut fuel or power, is refused by
design (contracts.md 1): there is no function for it here, and asking for it is a named error. So is everything that
`SENT` does not list: switching a terminal off (0x8105), new firmware (0x8108), listening in (0x8400).
"""

from collections.abc import Iterable, Sequence
from struct import Struct

from ingest.jt808.messages import PLATFORM_ANSWER, REGISTER_ANSWER

SEND_AGAIN, SET_PARAMETERS, TRACK, TEXT, CONTROL = 0x8003, 0x8103, 0x8202, 0x8300, 0x8500
# Every message a terminal ever gets from us; what writes to the wire refuses any other.
SENT = frozenset({PLATFORM_ANSWER, SEND_AGAIN, REGISTER_ANSWER, SET_PARAMETERS, TRACK, TEXT})
DONE, FAILED, WRONG, NOT_SUPPORTED = 0, 1, 2, 3  # results of 0x8001 and 0x0001
REGISTERED, NO_SUCH_TERMINAL = 0, 4  # results of 0x8100
INTERVAL = 0x0029  # parameter: seconds between two positions
TEXT_FLAGS = 0b0000_1100  # show on the display and read aloud; never "urgent"
TEXT_NOTICE = 1  # kind of text, 2019
MOST_TEXT = 1021  # bytes of GBK beside the flags, so that it is one frame
LONGEST_TRACK_S = 24 * 3600
SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 5, 24 * 3600
_ANSWER = Struct(">HHB")
_TRACK = Struct(">HI")
_PARAMETER = Struct(">IBI")


class NotCommanded(Exception):
    """A command that is not sent to a terminal; `code` is stable, the sentence says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def answer(serial: int, kind: int, result: int = DONE) -> bytes:
    """0x8001: how a message of the terminal went."""
    return _ANSWER.pack(serial, kind, result)


def register_answer(serial: int, result: int, code: str = "") -> bytes:
    """0x8100: whether the terminal may come, and the code it authenticates with from now on."""
    return serial.to_bytes(2) + bytes([result]) + (code.encode("gbk") if result == REGISTERED else b"")


def send_again(serial: int, parts: Sequence[int], version: int | None = None) -> bytes:
    """0x8003: parts of a message that have not come, by number; `serial` is that of its first part."""
    count = len(parts).to_bytes(1 if version is None else 2)
    return serial.to_bytes(2) + count + b"".join(part.to_bytes(2) for part in parts)


def set_parameters(parameters: Iterable[tuple[int, int]]) -> bytes:
    """0x8103 with parameters of type DWORD: (id, value)."""
    packed = [_PARAMETER.pack(number, 4, value) for number, value in parameters]
    return bytes([len(packed)]) + b"".join(packed)


def set_interval(seconds: int) -> bytes:
    """0x8103: seconds between two positions."""
    return set_parameters([(INTERVAL, _interval(seconds))])


def track(every_s: int, for_s: int) -> bytes:
    """0x8202: positions more often for a while; every 0 s ends it."""
    if every_s == 0:
        return _TRACK.pack(0, 0)[:2]
    if not 0 < every_s <= 0xFFFF or not 0 < for_s <= LONGEST_TRACK_S:
        raise NotCommanded("track", f"a position every 1 to 65535 s, for at most {LONGEST_TRACK_S} s")
    return _TRACK.pack(every_s, for_s)


def track_for(every_s: int, for_s: int) -> bytes:
    """0x8202: another interval for a while."""
    return track(_interval(every_s), for_s)


def text(words: str, version: int | None = None) -> bytes:
    """0x8300: words on the display, read aloud. 2019 units get the kind of text before it."""
    try:
        encoded = words.encode("gbk")
    except UnicodeEncodeError as error:
        raise NotCommanded("text", "terminals know only characters of GBK") from error
    if not 0 < len(encoded) <= MOST_TEXT:
        raise NotCommanded("text", f"a text has 1 to {MOST_TEXT} bytes of GBK, this one {len(encoded)}")
    return bytes([TEXT_FLAGS] if version is None else [TEXT_FLAGS, TEXT_NOTICE]) + encoded


def control(*_: object) -> bytes:
    """0x8500 vehicle control: refused, whatever is asked."""
    raise NotCommanded(
        "vehicle_control", "0x8500 vehicle control is never sent: no engine, fuel, power or door command"
    )


def _interval(seconds: int) -> int:
    if not SHORTEST_INTERVAL_S <= seconds <= LONGEST_INTERVAL_S:
        raise NotCommanded("interval", f"the interval is {SHORTEST_INTERVAL_S} to {LONGEST_INTERVAL_S} s")
    return seconds
