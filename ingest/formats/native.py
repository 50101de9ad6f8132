"""The native form (contracts.md 1): JSON on fleet/v1/{device}/{pos,status,event}, one fix or a batch of up to 100.

Bytes in, readings or named rejections out; any bytes whatever give an answer. One bad fix never spoils its batch.
"""

import msgspec

from fleet.position import Rejected
from ingest.formats.said import (
    MOST_BYTES,
    MOST_FIXES,
    JsonError,
    Read,
    Unreadable,
    datum_of,
    object_of,
    reader_of,
    refuse,
)
from ingest.instant import read_instant
from ingest.reading import Decoded, Event, Item, Positions, Reading, Refused, Rejection, State

NAME = "native"
SUBSCRIPTIONS = ("fleet/v1/+/pos", "fleet/v1/+/status", "fleet/v1/+/event")
PREFIX = ("fleet", "v1")
IDENTITY_KEYS = ("device", "device_id")
BOOLEANS = ("valid", "ignition")
NOT_SAID = (b"", b"null")
OWN_KEYS = frozenset(Reading.__struct_fields__) - {"fixed_at", "datum", "extra"}
CONTRACT_ALARMS = frozenset(
    {
        "sos",
        "overspeed",
        "fatigue",
        "gnss_fault",
        "antenna_cut",
        "antenna_short",
        "undervoltage",
        "power_cut",
        "removed",
    }
    | {"illegal_ignition", "illegal_displacement", "stolen", "collision", "rollover", "fuel_abnormal", "long_stop"}
    | {"area", "route", "encrypted"}
)


class _Envelope(msgspec.Struct, frozen=True):
    """The outside of a message; fixes stay bytes, so that each is judged and kept on its own."""

    batch: int | None = None
    fixes: list[msgspec.Raw] | None = None
    device: str | int | None = None
    device_id: str | int | None = None
    crs: msgspec.Raw = msgspec.Raw()
    t: msgspec.Raw = msgspec.Raw()  # not empty when the object itself is a fix
    lon: msgspec.Raw = msgspec.Raw()
    lat: msgspec.Raw = msgspec.Raw()

    @property
    def is_fix(self) -> bool:
        return not self.fixes and (self.fixes is None or self.has_place)

    @property
    def has_place(self) -> bool:
        return any(bytes(said) for said in (self.t, self.lon, self.lat))


_envelope = msgspec.json.Decoder(_Envelope)


def takes(topic: str) -> bool:
    """Is this a topic of the native form?"""
    return topic.startswith("fleet/v1/")


def decode(topic: str, payload: bytes) -> Decoded:
    """Take a message apart. Knows no clock and no registry: never `future`, `ancient` or `unknown_device`."""
    parts = topic.split("/")
    if len(parts) != 4 or tuple(parts[:2]) != PREFIX or not parts[2]:
        return refuse("", payload, Rejected.UNSUPPORTED, f"not a topic of the native form: {topic}")
    device, kind = parts[2], parts[3]
    if kind == "pos":
        return _positions(device, payload)
    if kind == "status":
        return _state(device, payload)
    if kind == "event":
        return _event(device, payload)
    return refuse(device, payload, Rejected.UNSUPPORTED, f"not a topic a device writes: {topic}")


def alone(payload: bytes) -> bytes:
    """A fix of a list as a list of one."""
    return b'{"fixes":[' + payload + b"]}"


def topic_of(payload: bytes) -> str | None:
    """Of the device the body names; without a topic there is nothing it could contradict. None = no name for a topic."""
    try:
        envelope = _envelope.decode(payload)
    except JsonError:
        return "fleet/v1/-/pos"
    named = [str(name) for name in (envelope.device, envelope.device_id) if name is not None]
    name = named[0] if named else "-"
    return None if not name or any(mark in name for mark in "/+#\0") else f"fleet/v1/{name}/pos"


def _positions(device: str, payload: bytes) -> Positions:
    try:
        envelope = _envelope.decode(payload)
    except JsonError as error:
        reason = Rejected.OVERSIZED if len(payload) > MOST_BYTES else Rejected.MALFORMED
        return Positions(device=device, items=(Rejection(reason=reason, detail=str(error), payload=payload),))
    fixes = [payload] if envelope.is_fix else [bytes(fix) for fix in envelope.fixes or ()]
    batch = envelope.batch

    def whole(reason: Rejected, detail: str) -> Positions:
        rejection = Rejection(reason=reason, detail=detail, payload=payload)
        return Positions(device=device, items=(rejection,), batch=batch, count=len(fixes))

    if len(payload) > MOST_BYTES:
        return whole(Rejected.OVERSIZED, f"{len(payload)} bytes, at most {MOST_BYTES}")
    if len(fixes) > MOST_FIXES:
        return whole(Rejected.OVERSIZED, f"{len(fixes)} fixes, at most {MOST_FIXES}")
    if batch is not None and not 0 <= batch < 2**63:
        rejection = Rejection(reason=Rejected.MALFORMED, detail="batch must be 0 to 2^63 - 1", payload=payload)
        return Positions(device=device, items=(rejection,))
    for claimed in (envelope.device, envelope.device_id):
        if claimed is not None and str(claimed) != device:
            return whole(Rejected.FORGED, f"the body says {claimed}, the topic {device}")
    if envelope.fixes and envelope.has_place:
        return whole(Rejected.MALFORMED, "a fix and a list of fixes in one object")
    if envelope.is_fix:
        return Positions(device=device, items=(_item(device, payload, None, reader_of(payload)),), batch=batch, count=1)
    if envelope.fixes and bytes(envelope.crs) not in NOT_SAID:  # left out, it would put every place 500 m off
        return whole(Rejected.UNSUPPORTED, "crs belongs to each fix, not beside the list of fixes")
    read = reader_of(payload)
    items = tuple(_item(device, fix, index, read) for index, fix in enumerate(fixes))
    return Positions(device=device, items=items, batch=batch, count=len(fixes))


def _item(device: str, payload: bytes, index: int | None, read: Read) -> Item:
    try:
        return _reading(device, object_of(payload, read)), payload
    except Unreadable as unreadable:
        return Rejection(reason=unreadable.reason, detail=str(unreadable), payload=payload, item=index)
    except JsonError as error:
        return Rejection(reason=Rejected.MALFORMED, detail=str(error), payload=payload, item=index)


def _reading(device: str, said: dict[str, object]) -> Reading:
    for key in IDENTITY_KEYS:
        claimed = said.pop(key, None)
        if claimed is not None and str(claimed) != device:
            raise Unreadable(Rejected.FORGED, f"the body says {claimed}, the topic {device}")
    if "t" not in said:
        raise Unreadable(Rejected.MALFORMED, "t is missing")
    try:
        instant = read_instant(said.pop("t"))
    except ValueError as error:
        raise Unreadable(Rejected.MALFORMED, f"t: {error}") from error
    said.pop("batch", None)
    crs = said.pop("crs", None)
    datum = None if crs is None else datum_of(crs)
    for key in BOOLEANS:
        if type(said.get(key)) is int and said[key] in (0, 1):
            said[key] = bool(said[key])
    if type(said.get("driver")) is int:
        said["driver"] = str(said["driver"])
    alarms = said.get("alarms")
    if isinstance(alarms, list):
        said["alarms"] = [_alarm(code) for code in alarms]
    elif alarms is None:
        said.pop("alarms", None)
    own = {key: said.pop(key) for key in OWN_KEYS & said.keys()}
    return msgspec.convert(own | {"fixed_at": instant, "datum": datum, "extra": said}, Reading)


def _alarm(code: object) -> str:
    if not isinstance(code, str):
        raise Unreadable(Rejected.MALFORMED, "alarms must be a list of codes")
    return code if code in CONTRACT_ALARMS or code.startswith("vendor:") else f"vendor:{code}"


def _state(device: str, payload: bytes) -> State | Refused:
    word = payload.strip()
    if word not in (b"online", b"offline"):
        return refuse(device, payload, Rejected.MALFORMED, "a status is online or offline")
    return State(device=device, online=word == b"online")


def _event(device: str, payload: bytes) -> Event | Refused:
    if len(payload) > MOST_BYTES:
        return refuse(device, payload, Rejected.OVERSIZED, f"{len(payload)} bytes, at most {MOST_BYTES}")
    try:
        body = object_of(payload, reader_of(payload))
        code = body.pop("code", None)
        said = body.pop("t", None)
        happened_at = None if said is None else read_instant(said)
    except Unreadable as unreadable:
        return refuse(device, payload, unreadable.reason, f"event: {unreadable}")
    except JsonError as error:
        return refuse(device, payload, Rejected.MALFORMED, f"event: {error}")
    if not isinstance(code, str) or not code:
        return refuse(device, payload, Rejected.MALFORMED, "event: code must be a word")
    for key in IDENTITY_KEYS:
        claimed = body.pop(key, None)
        if claimed is not None and str(claimed) != device:
            return refuse(device, payload, Rejected.FORGED, f"the body says {claimed}, the topic {device}")
    return Event(device=device, happened_at=happened_at, code=code, body=body)
