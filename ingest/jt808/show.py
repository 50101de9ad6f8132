"""What JT/T 808 frames mean, for `python -m ingest decode --format jt808`: fixes, message lines and rejections.

A part of a message is shown as a part: putting parts together needs a connection, which a line of hexadecimal is not.
"""

from collections.abc import Iterator
from datetime import datetime

from ingest.jt808.messages import Answer, Authentication, DriverCard, Located, Plain, Registration, read_message
from ingest.jt808.profiles import STANDARD, Profile
from ingest.jt808.wire import FLAG, Message, Splitter, Unreadable, read_frame
from ingest.reading import Positions, Rejection

Line = dict[str, object]


def show(stream: bytes, profile: Profile = STANDARD) -> Iterator[Positions | Line | Rejection]:
    """Everything in a stretch of a stream, in order; nothing in it is passed over in silence."""
    splitter = Splitter()
    frames = splitter.feed(stream)
    if splitter.dropped:
        yield _rejected(stream, f"frame: {splitter.dropped} bytes before the first 0x7e")
    for frame in frames:
        yield _show(frame, profile)
    if splitter.unfinished:
        yield _rejected(splitter.unfinished, "frame: ends without 0x7e")
    elif not frames and not splitter.dropped:
        yield _rejected(stream, "frame: nothing between two 0x7e")


def _show(frame: bytes, profile: Profile) -> Positions | Line | Rejection:
    try:
        message = read_frame(frame)
        if message.parts > 1:
            return _about(message) | {"part": message.part, "parts": message.parts, "bytes": len(message.body)}
        content = read_message(message, profile)
    except Unreadable as error:
        return Rejection(reason=error.reason, detail=error.detail, payload=FLAG + frame + FLAG)
    if isinstance(content, Located) and content.items:
        # Numbered like a batch unless it is a single position.
        return Positions(device=message.device, items=content.items, count=len(content.items))
    return _about(message) | _said(content)


def _about(message: Message) -> Line:
    return {"message": f"0x{message.kind:04x}", "device": message.device, "serial": message.serial}


def _said(content: Registration | Authentication | Located | DriverCard | Answer | Plain) -> Line:
    """The values of a message without a fix, absent ones left out."""
    if isinstance(content, Plain):
        return {} if content.known else {"known": False}
    if isinstance(content, Located):
        return {"fixes": 0}
    if isinstance(content, Answer):
        return {"answers": f"0x{content.kind:04x}", "answered_serial": content.serial, "result": content.result}
    values = {name: getattr(content, name) for name in content.__dataclass_fields__}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def _rejected(payload: bytes, detail: str) -> Rejection:
    error = Unreadable(detail)
    return Rejection(reason=error.reason, detail=error.detail, payload=payload)
