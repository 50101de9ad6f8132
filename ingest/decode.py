"""`python -m ingest decode`: shows what a payload means to us, without any server (contracts.md 4).

Knows no clock and no registry, so it never says `future`, `ancient` or `unknown_device`.
"""

import argparse
import binascii
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from fleet.position import Fix, Rejected
from ingest.clean import Doubt, place
from ingest.formats import FORMATS, Format, form_of
from ingest.instant import EPOCH
from ingest.jt808.profiles import Profile, profile_of
from ingest.jt808.show import show
from ingest.jt808.wire import FLAG
from ingest.reading import Event, Positions, Reading, Refused, Rejection, Sound, State
from ingest.registry import NATIVE

JT808 = "jt808"  # frames of a byte stream: no topic, hexadecimal in files too
NO_DEVICE = ("-", "-/-")  # in the topic when neither --topic nor the body names a device; printed as null
# Keys of a printed line after device, t, lon and lat; what was not said is left out.
SAID = (
    *("speed_kmh", "heading_deg", "altitude_m", "accuracy_m", "hdop", "satellites", "valid", "ignition", "odometer_km"),
    *("fuel_l", "soc_pct", "ext_voltage_v", "rssi", "alarms", "seq", "driver", "extra"),
)


class Unusable(Exception):
    """Input or usage the command can do nothing with: exit 2 with this one line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    names = [*(form.name for form in FORMATS), JT808]
    parser.add_argument("--format", required=True, help=", ".join(names))
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--hex", help="one message in hexadecimal")
    source.add_argument("--file", type=Path, help="a file with one message a line")
    source.add_argument("stdin", nargs="?", choices=["-"], help="read one message a line from standard input")
    parser.add_argument("--topic", help="the topic the messages came on")
    parser.add_argument("--model", default="", help="of the terminal, as in the device row: its vendor profile (jt808)")


def run(arguments: argparse.Namespace, stdin: BinaryIO) -> Iterator[str]:
    """One JSON line per fix, message or rejection. Raises Unusable."""
    if arguments.format == JT808:
        yield from (msgspec.json.encode(line).decode() for line in _frames(arguments, stdin))
        return
    form = _format(arguments.format)
    for payload in _messages(arguments, stdin):
        topic = arguments.topic or form.topic_of(payload)
        if topic is None:
            detail = "device: neither empty nor with one of / + # may a name be that stands in a topic"
            yield msgspec.json.encode({"rejected": Rejected.MALFORMED.value, "detail": detail}).decode()
            continue
        for line in _lines(form, topic, payload):
            yield msgspec.json.encode(line).decode()


def _frames(arguments: argparse.Namespace, stdin: BinaryIO) -> Iterator[dict[str, object]]:
    """JT/T 808: one message in hexadecimal a line. A line that is none makes the whole input unusable."""
    streams = list(_messages(arguments, stdin))
    if arguments.hex is None:
        for number, line in enumerate(streams, start=1):
            try:
                streams[number - 1] = binascii.unhexlify(b"".join(line.split()))
            except (binascii.Error, ValueError) as error:
                raise Unusable(f"message {number}: {error}") from error
    profile = profile_of(arguments.model)
    for stream in streams:
        yield from _shown(stream, profile)


def _shown(stream: bytes, profile: Profile) -> Iterator[dict[str, object]]:
    for shown in show(stream, profile):
        if isinstance(shown, Positions):
            yield from _positions(shown)
        else:
            yield _rejected(shown) if isinstance(shown, Rejection) else shown


def explain(topic: str, payload: bytes, *, alone: bool) -> list[dict[str, object]]:
    """What the decoders make of kept bytes, for people. `alone`: one fix of the list a message held."""
    if len(payload) > 1 and payload.startswith(FLAG) and payload.endswith(FLAG):
        lines = list(_shown(payload, profile_of("")))
    else:
        form = form_of(topic)
        if form is None:
            return [{"rejected": Rejected.UNSUPPORTED.value, "detail": f"no form takes the topic {topic}"}]
        lines = list(_lines(form, topic, form.alone(payload) if alone else payload))
    readable: list[dict[str, object]] = msgspec.to_builtins(lines)
    return readable


def topic_of(device: str, payload: bytes) -> str:
    """The topic stored bytes can have come on: of the first form they are a sound position in."""
    for form in FORMATS:
        topic = f"fleet/v1/{device}/pos" if form.name == NATIVE else form.topic_of(payload)
        decoded = form.decode(topic, payload) if topic else None
        if topic and isinstance(decoded, Positions) and any(not isinstance(item, Rejection) for item in decoded.items):
            return topic
    return f"fleet/v1/{device}/pos"


def _format(name: str) -> Format:
    for form in FORMATS:
        if form.name == name:
            return form
    raise Unusable(f"--format {name}: unknown; available are {', '.join([*(f.name for f in FORMATS), JT808])}")


def _messages(arguments: argparse.Namespace, stdin: BinaryIO) -> Iterator[bytes]:
    if arguments.hex is not None:
        try:
            yield binascii.unhexlify("".join(arguments.hex.split()))
        except (binascii.Error, ValueError) as error:
            raise Unusable(f"--hex: {error}") from error
        return
    if arguments.file is not None:
        try:
            lines = arguments.file.read_bytes().splitlines()
        except OSError as error:
            raise Unusable(f"--file {arguments.file}: {error.strerror}") from error
    else:
        lines = stdin.read().splitlines()
    yield from (line for line in lines if line.strip())


def _lines(form: Format, topic: str, payload: bytes) -> Iterator[dict[str, object]]:
    decoded = form.decode(topic, payload)
    if isinstance(decoded, Positions):
        yield from _positions(decoded)
    elif isinstance(decoded, State):
        yield _message(decoded) | {"online": decoded.online}
    elif isinstance(decoded, Event):
        ours = _message(decoded) | {"code": decoded.code}
        if decoded.happened_at is not None:
            ours["t"] = _iso(decoded.happened_at)
        yield ours | _apart(ours, decoded.body)
    elif isinstance(decoded, Sound):
        ours = _message(decoded)
        yield ours | _apart(ours, decoded.body)
    elif isinstance(decoded, Refused):
        yield _rejected(decoded.rejection)


def _positions(decoded: Positions) -> Iterator[dict[str, object]]:
    if not decoded.items:
        yield {"message": "pos", "device": _named(decoded.device), "batch": decoded.batch, "fixes": 0}
    alone = len(decoded.items) == 1 and decoded.batch is None
    for index, item in enumerate(decoded.items):
        if isinstance(item, Rejection):
            yield _rejected(item)
        else:
            yield _fix(decoded.device, item[0], None if alone else index)


def _message(decoded: State | Event | Sound) -> dict[str, object]:
    return {"message": decoded.message, "device": _named(decoded.device)}


def _named(device: str) -> str | None:
    return None if device in NO_DEVICE else device


def _fix(device: str, reading: Reading, item: int | None) -> dict[str, object]:
    try:
        fix = place(reading, device, reading.fixed_at or EPOCH)
    except Doubt as doubt:
        return _rejected(Rejection(reason=doubt.reason, detail=doubt.detail, payload=b"", item=item))
    return _keys(fix, timed=reading.fixed_at is not None)


def _apart(ours: dict[str, object], said: dict[str, object]) -> dict[str, object]:
    """What a device says; under `extra` where its name is ours in the printed line."""
    clash = {key: value for key, value in said.items() if key in ours}
    return {key: value for key, value in said.items() if key not in ours} | ({"extra": clash} if clash else {})


def _keys(fix: Fix, *, timed: bool) -> dict[str, object]:
    line: dict[str, object] = {"device": _named(fix.device)}
    if timed:
        line["t"] = _iso(fix.fixed_at)
    line |= {"lon": round(fix.lon, 7), "lat": round(fix.lat, 7)}
    for name in SAID:
        value = getattr(fix, name)
        if value is not None and value not in ((), {}):
            line[name] = value
    return line


def _rejected(rejection: Rejection) -> dict[str, object]:
    line: dict[str, object] = {"rejected": rejection.reason.value, "detail": rejection.detail}
    return line if rejection.item is None else line | {"i": rejection.item}


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main(arguments: argparse.Namespace) -> int:
    """Print the lines; 2 with one line of reason when the input cannot be used."""
    try:
        for line in run(arguments, sys.stdin.buffer):
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Unusable as unusable:
        print(unusable, file=sys.stderr)
        return 2
    return 0
