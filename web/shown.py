"""Bytes of messages as people read them: text or hexadecimal, what the decoders make of them, JT/T 808 field by field."""

import binascii
import json
import re
from typing import Any, Literal

from pydantic import BaseModel

from ingest.decode import explain
from ingest.jt808.apart import Part, take_apart
from ingest.jt808.wire import FLAG

# What no text of a message holds: then it is shown in hexadecimal.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Frame(BaseModel):
    """A JT/T 808 frame field by field; `trouble` says why it is refused."""

    fields: list[Part]
    trouble: str | None


class Bytes(BaseModel):
    """A message as it came, and what the decoders of today make of it."""

    size: int
    written: Literal["text", "hex"]
    content: str
    decoded: list[dict[str, Any]]  # one object per fix, message or refusal, as `python -m ingest decode` prints them
    frame: Frame | None  # when it is, or carries, a JT/T 808 frame


def shown(payload: bytes, topic: str, *, alone: bool) -> Bytes:
    """Kept bytes for a page. `alone`: one fix of the list a message held."""
    decoded = explain(topic, payload, alone=alone)
    frame = _frame(payload)
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = "\0"
    if CONTROL.search(text):
        return Bytes(size=len(payload), written="hex", content=payload.hex(" "), decoded=decoded, frame=frame)
    return Bytes(size=len(payload), written="text", content=text, decoded=decoded, frame=frame)


def _frame(payload: bytes) -> Frame | None:
    found = payload if len(payload) > 1 and payload.startswith(FLAG) and payload.endswith(FLAG) else _carried(payload)
    if found is None:
        return None
    fields, trouble = take_apart(found)
    return Frame(fields=fields, trouble=trouble)


def _carried(payload: bytes) -> bytes | None:
    """The frame the gateway could not read and handed on as hexadecimal (ingest.jt808.gateway.upload)."""
    if b'"jt808"' not in payload:
        return None
    try:
        said = json.loads(payload)
        found = said.get("jt808") if isinstance(said, dict) else None
        return bytes.fromhex(found) if isinstance(found, str) else None
    except (ValueError, binascii.Error, RecursionError):
        return None
