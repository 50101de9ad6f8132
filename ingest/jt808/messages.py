"""What a terminal says: the body of each message we know as values, every other one by its number. No I/O.

Source: JT/T 808-2011, -2013 and -2019. The 2011 and 2013 editions have one header; their registrations are told apart
by length and by where the plate colour stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ingest.jt808.fields import Fields, read_text, read_time
from ingest.jt808.position import read_position
from ingest.jt808.profiles import STANDARD, Profile
from ingest.jt808.wire import Message, Unreadable
from ingest.reading import Item, Rejection

TERMINAL_ANSWER, HEARTBEAT, LOG_OFF, REGISTER, AUTHENTICATE = 0x0001, 0x0002, 0x0003, 0x0100, 0x0102
POSITION, POSITION_ANSWER, DRIVER, BULK = 0x0200, 0x0201, 0x0702, 0x0704
PLATFORM_ANSWER, REGISTER_ANSWER = 0x8001, 0x8100
# Fixed part of a registration up to the plate colour, by edition: maker, model and id of the terminal.
WIDTHS: Mapping[int, tuple[int, int, int]] = {2011: (5, 8, 7), 2013: (5, 20, 7), 2019: (11, 30, 30)}
BEFORE_MAKER = 4  # province and city
HIGHEST_COLOUR = 9  # JT/T 415: 1 blue, 2 yellow, 3 black, 4 white, 5 green, 9 other; 0 = not registered
IMEI_BYTES, SOFTWARE_BYTES = 15, 20
LICENCE_BYTES, IDENTITY_BYTES, LICENCE_BYTES_2011 = 20, 20, 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """0x0100: what the terminal is and where it is built in."""

    edition: int  # 2011, 2013 or 2019
    province: int  # GB/T 2260, first two digits; 0 = not said
    city: int  # the other four
    maker: str
    model: str
    terminal: str  # the maker's number of the unit
    colour: int  # of the plate, JT/T 415
    plate: str  # or the vehicle identification number where there is no plate yet


@dataclass(frozen=True, kw_only=True, slots=True)
class Authentication:
    """0x0102: the code of an earlier registration."""

    code: str
    imei: str | None = None  # 2019 only
    software: str | None = None  # 2019 only


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """0x0200, 0x0201 and 0x0704: positions, each read or refused on its own."""

    items: tuple[Item, ...]
    blind_zone: bool = False  # 0x0704 of type 1: kept while there was no network
    answers: int | None = None  # serial of the query that 0x0201 answers


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverCard:
    """0x0702: a driver's card was put in or taken out."""

    inserted: bool | None  # None in the 2011 edition, which does not say
    at: datetime | None = None
    result: int | None = None  # 0 read, 1 key, 2 locked, 3 taken out, 4 checksum (2013 on)
    name: str | None = None
    licence: str | None = None  # qualification certificate
    authority: str | None = None
    expires_on: str | None = None  # yyyymmdd
    identity_card: str | None = None  # 2011 and 2019


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """0x0001 and 0x8001: whether a message of the other side worked."""

    serial: int
    kind: int
    result: int  # 0 done, 1 failed, 2 wrong, 3 not supported, 4 alarm confirmed (0x8001)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plain:
    """A message without anything in it for us: heartbeat, logging off, or one we do not know."""

    known: bool


Content: TypeAlias = Registration | Authentication | Located | DriverCard | Answer | Plain


def read_message(message: Message, profile: Profile = STANDARD) -> Content:
    """What a whole message (never a single part of one) says. Raises Unreadable."""
    reader = _READERS.get(message.kind)
    return Plain(known=False) if reader is None else reader(message, profile)


def _register(message: Message, _: Profile) -> Registration:
    edition = _edition(message)
    fields = Fields(message.body)
    maker, model, terminal = WIDTHS[edition]
    return Registration(
        edition=edition,
        province=fields.number("province", 2),
        city=fields.number("city", 2),
        maker=fields.text("maker", maker),
        model=fields.text("model", model),
        terminal=fields.text("terminal id", terminal),
        colour=fields.number("plate colour", 1) if fields.left else 0,  # seen: a registration that ends here
        plate=read_text(fields.rest()),
    )


def _edition(message: Message) -> int:
    body = message.body
    if message.version is not None and len(body) >= BEFORE_MAKER + sum(WIDTHS[2019]):
        return 2019  # shorter: a unit with the new header and an old body
    colour_at = BEFORE_MAKER + sum(WIDTHS[2013])
    # In a 2011 body this long the byte lies inside the plate or VIN: letters, never a colour.
    return 2013 if len(body) > colour_at and body[colour_at] <= HIGHEST_COLOUR else 2011


def _authenticate(message: Message, _: Profile) -> Authentication:
    body = message.body
    if message.version is not None and body and len(body) == 1 + body[0] + IMEI_BYTES + SOFTWARE_BYTES:
        fields = Fields(body)
        code = fields.sized_text("code")
        return Authentication(
            code=code, imei=fields.text("imei", IMEI_BYTES), software=fields.text("software", SOFTWARE_BYTES)
        )
    return Authentication(code=read_text(body))  # 2011 and 2013, and 2019 units with an old body


def _position(message: Message, profile: Profile) -> Located:
    return Located(items=(_item(message.body, profile, None),))


def _position_answer(message: Message, profile: Profile) -> Located:
    fields = Fields(message.body)
    serial = fields.number("answered serial", 2)
    return Located(items=(_item(fields.rest(), profile, None),), answers=serial)


def _bulk(message: Message, profile: Profile) -> Located:
    """Each item stands alone: a malformed one is refused by its index, the others are read."""
    fields = Fields(message.body)
    count, kind = fields.number("count", 2), fields.number("type", 1)
    items: list[Item] = []
    while len(items) < count and fields.left:
        before = fields.left
        try:
            body = fields.take("item", fields.number("item length", 2))
        except Unreadable as error:
            items.append(_refused(error, message.body[-before:], len(items)))
            break
        items.append(_item(body, profile, len(items)))
    else:
        if len(items) < count or fields.left:
            detail = f"count: says {count} items, there are {len(items)} and {fields.left} bytes"
            items.append(_refused(Unreadable(detail), message.body, len(items)))
    return Located(items=tuple(items), blind_zone=kind == 1)


def _item(body: bytes, profile: Profile, index: int | None) -> Item:
    try:
        return read_position(body, profile), body
    except Unreadable as error:
        return _refused(error, body, index)


def _refused(error: Unreadable, body: bytes, index: int | None) -> Rejection:
    return Rejection(reason=error.reason, detail=error.detail, payload=body, item=index)


def _driver(message: Message, _: Profile) -> DriverCard:
    body = message.body
    if body[:1] not in (b"\x01", b"\x02"):
        return _driver_2011(body)
    fields = Fields(body)
    inserted = fields.number("status", 1) == 1
    at = read_time(fields.take("time", 6))
    if not inserted:
        return DriverCard(inserted=False, at=at)
    result = fields.number("result", 1)
    if result or not fields.left:
        return DriverCard(inserted=True, at=at, result=result)
    return DriverCard(
        inserted=True,
        at=at,
        result=result,
        name=fields.sized_text("name"),
        licence=fields.text("licence", LICENCE_BYTES),
        authority=fields.sized_text("authority"),
        expires_on=fields.take("expiry", 4).hex(),
        identity_card=fields.text("identity card", IDENTITY_BYTES) if fields.left >= IDENTITY_BYTES else None,
    )


def _driver_2011(body: bytes) -> DriverCard:
    """The 2011 edition begins with the name and says nothing of putting in or taking out.

    Seen: units whose certificate has the 20 bytes of the later editions; the lengths in the body tell.
    """
    fields = Fields(body)
    name, identity_card = fields.sized_text("name"), fields.text("identity card", IDENTITY_BYTES)
    rest = fields.rest()
    short = len(rest) > LICENCE_BYTES and len(rest) == LICENCE_BYTES + 1 + rest[LICENCE_BYTES]
    fields = Fields(rest)
    return DriverCard(
        inserted=None,
        name=name,
        identity_card=identity_card,
        licence=fields.text("licence", LICENCE_BYTES if short else LICENCE_BYTES_2011),
        authority=fields.sized_text("authority"),
    )


def _answer(message: Message, _: Profile) -> Answer:
    fields = Fields(message.body)
    return Answer(
        serial=fields.number("answered serial", 2),
        kind=fields.number("answered message", 2),
        result=fields.number("result", 1),
    )


def _plain(_message: Message, _profile: Profile) -> Plain:
    return Plain(known=True)


_READERS: Mapping[int, Callable[[Message, Profile], Content]] = {
    TERMINAL_ANSWER: _answer,
    HEARTBEAT: _plain,
    LOG_OFF: _plain,
    REGISTER: _register,
    AUTHENTICATE: _authenticate,
    POSITION: _position,
    POSITION_ANSWER: _position_answer,
    DRIVER: _driver,
    BULK: _bulk,
    PLATFORM_ANSWER: _answer,
    REGISTER_ANSWER: _plain,
}
