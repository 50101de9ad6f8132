"""One JSON object of a sender, taken apart key by key; what nobody took is kept as `extra`.

A value of the wrong kind stays where it is: it ends in `extra` and never spoils the fix. Only what a fix cannot be
without (its place and, where the form has one, its time) raises Unreadable.
"""

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

from fleet.position import Datum, Rejected
from ingest.instant import read_instant
from ingest.reading import Decoded, Positions, Reading, Refused, Rejection

MOST_BYTES = 64 * 1024
MOST_FIXES = 100  # in a message; also what keeps one message from filling quarantine
MOST_NESTED = 32  # levels: whoever reads a fix again, with however much on its stack, must be able to
MOST_VALUES = 5_000  # in one object: a hundred locations of a gateway have half as many
JsonError = (msgspec.MsgspecError, ValueError, RecursionError)  # RecursionError: a nesting bomb
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
SQUARE = bytes.maketrans(b"{}", b"[]")
TOO_MANY = b"[" * (MOST_NESTED + 1)
NO_BRACKETS = bytes(sorted(set(range(256)) - set(b"{}[]")))
FLAGS: dict[object, bool] = {"0": False, "1": True, "false": False, "true": True}
SHORT = 1_024  # bytes; so few hold no numbers to wait for
ALIKE = bytes.maketrans(b"123456789E", b"000000000e")
EXPONENT = b"0e"  # where all digits are alike: one look instead of twenty
LARGE_EXPONENT = re.compile(rb"[0-9][eE]\+?[0-9]{3}")
LONG_NUMBER = re.compile(
    rb"[:,\[]\s{0,8}-?[0-9]{400}"
)  # above all floats; Python's reading and writing of it is quadratic
Read: TypeAlias = Callable[[bytes], dict[str, object]]


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("Number out of range")
    return number


_object = msgspec.json.Decoder(dict[str, object])
# msgspec's own reading of a number like 1e308 takes 13 us: a message full of them 130 ms. Python's takes a fifth of one.
_patient = msgspec.json.Decoder(dict[str, object], float_hook=float)
_checking = msgspec.json.Decoder(dict[str, object], float_hook=_finite)


class Unreadable(Exception):
    """Why a message or one fix of it cannot be read."""

    def __init__(self, reason: Rejected, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Said:
    """The keys of one object. Taking a key removes it; `null` means "not said"."""

    __slots__ = ("rest",)

    def __init__(self, body: object, name: str = "the message") -> None:
        if not isinstance(body, dict):
            raise Unreadable(Rejected.MALFORMED, f"{name} is not an object")
        self.rest: dict[str, object] = {key: value for key, value in body.items() if value is not None}

    def number(self, key: str, *, per: float = 1) -> float | None:
        """A number, also one written as text; `per` of the sender's units are one of ours."""
        value = _number(self.rest.get(key))
        if value is None:
            return None
        del self.rest[key]
        return value / per

    def need(self, key: str, *, per: float = 1) -> float:
        """The same for a key nothing can be done without. Raises Unreadable."""
        value = self.number(key, per=per)
        if value is None:
            raise Unreadable(Rejected.MALFORMED, f"{key} is missing or not a number")
        return value

    def instant(self, key: str) -> datetime:
        """An instant as our own form writes it, epochs also as text. Raises Unreadable."""
        value = self.rest.pop(key, None)
        if value is None:
            raise Unreadable(Rejected.MALFORMED, f"{key} is missing")
        number = _number(value)
        try:
            return read_instant(value if number is None else number)
        except ValueError as error:
            raise Unreadable(Rejected.MALFORMED, f"{key}: {error}") from error

    def whole(self, key: str) -> int | None:
        """An integer, for words of bits."""
        value = _number(self.rest.get(key))
        if value is None or not value.is_integer():
            return None
        del self.rest[key]
        return int(value)

    def flag(self, key: str) -> bool | None:
        """A boolean, also 0 and 1, also as text."""
        value = self.rest.get(key)
        if type(value) is not bool:
            value = FLAGS.get(str(value).lower()) if isinstance(value, int | str) else None
        if value is None:
            return None
        del self.rest[key]
        return bool(value)

    def text(self, key: str) -> str | None:
        """A word; a number is taken as its digits."""
        value = self.rest.get(key)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            return None
        del self.rest[key]
        return str(value)

    def object(self, key: str) -> "Said":
        """An object below this one; an empty one when there is none."""
        value = self.rest.get(key)
        return Said(self.rest.pop(key)) if isinstance(value, dict) else Said({})

    def datum(self) -> Datum | None:
        """The datum a message declares itself, under the key of our own form. Raises Unreadable for one we do not know."""
        crs = self.rest.pop("crs", None)
        if crs is None:
            return None
        return datum_of(crs)


def datum_of(crs: object) -> Datum:
    """The datum of a word. Raises Unreadable for one we do not know."""
    if not isinstance(crs, str):
        raise Unreadable(Rejected.UNSUPPORTED, "crs is not a word")
    try:
        return Datum(crs.upper())
    except ValueError as error:
        raise Unreadable(Rejected.UNSUPPORTED, f"crs {crs[:40]} is not one we know") from error


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and "_" in value:  # Python's habit, nobody's number
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def read_object(payload: bytes) -> dict[str, object]:
    """The JSON object a message is. Raises Unreadable: oversized, malformed."""
    if len(payload) > MOST_BYTES:
        raise Unreadable(Rejected.OVERSIZED, f"{len(payload)} bytes, at most {MOST_BYTES}")
    try:
        return object_of(payload, reader_of(payload))
    except JsonError as error:
        raise Unreadable(Rejected.MALFORMED, str(error)) from error


def reader_of(message: bytes) -> Read:
    """How the objects of a message are read: as quickly as the numbers in it allow."""
    if len(message) <= SHORT or EXPONENT not in message.translate(ALIKE):
        return _object.decode
    return (_checking if LARGE_EXPONENT.search(message) else _patient).decode


def object_of(payload: bytes, read: Read) -> dict[str, object]:
    """The JSON object some bytes are. Raises JsonError, also for what is nested deeper than `MOST_NESTED`, and Unreadable."""
    if payload.count(b",") > MOST_VALUES:
        raise Unreadable(Rejected.OVERSIZED, f"more than {MOST_VALUES} values, counted by their commas")
    if payload.count(b"[") + payload.count(b"{") > MOST_NESTED:
        _refuse_nested(payload)
    if len(payload) > SHORT and LONG_NUMBER.search(payload):
        raise ValueError("a number of more than 400 digits")
    return read(payload)


def _refuse_nested(payload: bytes) -> None:
    brackets = STRING.sub(b"", payload).translate(SQUARE, NO_BRACKETS)
    for _ in range(MOST_NESTED):  # each turn takes away the innermost level
        if TOO_MANY in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise ValueError(f"brackets nested deeper than {MOST_NESTED} levels, or not in pairs")


def or_refuse(device: str, payload: bytes, read: Callable[[], Decoded]) -> Decoded:
    """What a message says, or that it cannot be taken as a whole."""
    try:
        return read()
    except Unreadable as error:
        return refuse(device, payload, error.reason, str(error))


def one_fix(device: str, payload: bytes, read: Callable[[], Reading]) -> Positions:
    """The single fix of a message, or why it cannot be read."""
    try:
        return Positions(device=device, items=((read(), payload),), count=1)
    except Unreadable as error:
        rejection = Rejection(reason=error.reason, detail=str(error), payload=payload)
        return Positions(device=device, items=(rejection,), count=1)


def refuse(device: str, payload: bytes, reason: Rejected, detail: str) -> Refused:
    """A message that cannot be taken as a whole."""
    return Refused(device=device, rejection=Rejection(reason=reason, detail=detail, payload=payload))


def together(inner: dict[str, object], outer: dict[str, object], name: str) -> dict[str, object]:
    """What two levels of a message say besides; a key both have stays with the inner, the outer's goes below `name`."""
    both = inner.keys() & outer.keys()
    alone = {key: value for key, value in outer.items() if key not in both}
    return inner | alone | ({name: {key: outer[key] for key in both}} if both else {})


def key_of(payload: bytes, *path: str) -> str | None:
    """The word at a path of the object, for a message that comes without its topic."""
    try:
        said = Said(read_object(payload))
        for key in path[:-1]:
            said = said.object(key)
        return said.text(path[-1])
    except Unreadable:
        return None
