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
from ingest.formats import FORMATS, NOT_YET, Format
from ingest.instant import EPOCH
from ingest.reading import Event, Positions, Reading, Refused, Rejection, State

NO_DEVICE = "-"  # in the topic when neither --topic nor the body names a device; printed as null
# Keys of a printed line after device, t, lon and lat; what was not said is left out.
SAID = (
    *("speed_kmh", "heading_deg", "altitude_m", "accuracy_m", "hdop", "satellites", "valid", "ignition", "odometer_km"),
    *("fuel_l", "soc_pct", "ext_voltage_v", "rssi", "alarms", "seq", "driver", "extra"),
)


class Unusable(Exception):
    """Input or usage the command can do nothing with: exit 2 with this one line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--format", required=True, help="native; " + ", ".join(NOT_YET) + " are not available yet")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--hex", help="one message in hexadecimal")
    source.add_argument("--file", type=Path, help="a file with one message a line")
    source.add_argument("stdin", nargs="?", choices=["-"], help="read one message a line from standard input")
    parser.add_argument("--topic", help="the topic the messages came on")


def run(arguments: argparse.Namespace, stdin: BinaryIO) -> Iterator[str]:
    """One JSON line per fix, message or rejection. Raises Unusable."""
    form = _format(arguments.format)
    for payload in _messages(arguments, stdin):
        name = _named_in(payload)
        if arguments.topic is None and not _may_stand_in_topic(name):
            detail = "device: neither empty nor with one of / + # may a name be that stands in a topic"
            yield msgspec.json.encode({"rejected": Rejected.MALFORMED.value, "detail": detail}).decode()
            continue
        topic = arguments.topic or f"fleet/v1/{name}/pos"
        for line in _lines(form, topic, payload):
            yield msgspec.json.encode(line).decode()


def _format(name: str) -> Format:
    for form in FORMATS:
        if form.name == name:
            return form
    if name in NOT_YET:
        raise Unusable(f"--format {name}: not available yet; available are {', '.join(f.name for f in FORMATS)}")
    raise Unusable(f"--format {name}: unknown; available are {', '.join(f.name for f in FORMATS)}")


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


def _named_in(payload: bytes) -> str:
    """The device the body names; without a topic there is nothing it could contradict."""

    class Named(msgspec.Struct):
        device: str | int | None = None
        device_id: str | int | None = None

    try:
        body = msgspec.json.decode(payload, type=Named)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return NO_DEVICE
    said = body.device if body.device is not None else body.device_id
    return NO_DEVICE if said is None else str(said)


def _may_stand_in_topic(name: str) -> bool:
    return bool(name) and not any(mark in name for mark in "/+#\0")


def _lines(form: Format, topic: str, payload: bytes) -> Iterator[dict[str, object]]:
    decoded = form.decode(topic, payload)
    if isinstance(decoded, Positions):
        if not decoded.items:
            yield {"message": "pos", "device": _device(decoded.device), "batch": decoded.batch, "fixes": 0}
        alone = len(decoded.items) == 1 and decoded.batch is None
        for index, item in enumerate(decoded.items):
            if isinstance(item, Rejection):
                yield _rejected(item)
            else:
                yield _fix(decoded.device, item[0], None if alone else index)
    elif isinstance(decoded, State):
        yield {"message": "status", "device": decoded.device, "online": decoded.online}
    elif isinstance(decoded, Event):
        ours: dict[str, object] = {"message": "event", "device": decoded.device, "code": decoded.code}
        if decoded.happened_at is not None:
            ours["t"] = _iso(decoded.happened_at)
        clash = {key: value for key, value in decoded.body.items() if key in ours}
        yield ours | {key: value for key, value in decoded.body.items() if key not in ours} | _extra(clash)
    elif isinstance(decoded, Refused):
        yield _rejected(decoded.rejection)


def _fix(device: str, reading: Reading, item: int | None) -> dict[str, object]:
    try:
        fix = place(reading, device, reading.fixed_at or EPOCH)
    except Doubt as doubt:
        return _rejected(Rejection(reason=doubt.reason, detail=doubt.detail, payload=b"", item=item))
    return _keys(fix, timed=reading.fixed_at is not None)


def _device(name: str) -> str | None:
    return None if name == NO_DEVICE else name


def _extra(clash: dict[str, object]) -> dict[str, object]:
    """What a device says under a name that is ours in the printed line."""
    return {"extra": clash} if clash else {}


def _keys(fix: Fix, *, timed: bool) -> dict[str, object]:
    line: dict[str, object] = {"device": _device(fix.device)}
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
