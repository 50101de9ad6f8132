"""One message from its bytes to what has to be stored for it: decode, judge each fix, turn fixes into rows.

Pure: the registry and the instant of arrival are arguments, so the same message always gives the same result.
"""

from dataclasses import dataclass
from datetime import datetime

from fleet.position import Rejected
from ingest.batch import DeviceEvent, Judged, Row, StateChange
from ingest.clean import Device, Doubt, judge, reject
from ingest.formats import decode, form_of
from ingest.plain import judge_plain
from ingest.reading import Event, Positions, Reading, Refused, Rejection, State
from ingest.registry import NATIVE, Registry
from ingest.row import columns, json_text, plain_text

WITH_LAST_WILL = frozenset({"owntracks"})


def judge_message(
    topic: str,
    payload: bytes,
    registry: Registry,
    received_at: datetime,
    *,
    retained: bool = False,
    repeated: bool = False,
) -> Judged:
    """Everything that has to happen for this message. `retained`, `repeated`: the broker's flags on this delivery."""
    plain = judge_plain(topic, payload, registry, received_at, retained=retained, repeated=repeated)
    return plain or judge_closely(topic, payload, registry, received_at, retained=retained, repeated=repeated)


def judge_closely(
    topic: str, payload: bytes, registry: Registry, received_at: datetime, *, retained: bool, repeated: bool
) -> Judged:
    """The long way, which takes everything and says what is wrong with it."""
    form = form_of(topic)
    decoded = form.decode(topic, payload) if form else decode(topic, payload)
    sender = Sender(form.name if form else NATIVE, decoded.device, registry)
    device = sender.at(received_at)
    if isinstance(decoded, Positions):
        return _positions(topic, decoded, sender, device, received_at, retained=retained, repeated=repeated)
    rejections: tuple[Rejection, ...] = ()
    state = event = None
    if isinstance(decoded, Event) and decoded.happened_at is not None:
        device = sender.at(decoded.happened_at) or device
    if isinstance(decoded, Refused):
        rejections = (decoded.rejection,)
    elif device is None or not device.active:
        rejections = (Rejection(reason=Rejected.UNKNOWN_DEVICE, detail=sender.unknown(), payload=payload),)
    elif isinstance(decoded, State):
        state = StateChange(device_no=device.device_no, online=decoded.online)
    elif isinstance(decoded, Event):
        event = _event(decoded, device, received_at)
    return Judged(
        topic=topic,
        device=sender.label(device),
        tenant_id=device.tenant_id if device else None,
        received_at=received_at,
        rejections=rejections,
        state=state,
        event=event,
        retained=retained,
    )


@dataclass(slots=True)  # not frozen: one is made for every message
class Sender:
    """Who says something, in the words of its own form."""

    form: str
    name: str
    registry: Registry

    def at(self, instant: datetime) -> Device | None:
        """The device it was at that instant."""
        return self.registry.find(self.form, self.name, instant)

    def label(self, device: Device | None) -> str:
        """What people search quarantine by: the device's code, or the name as it came, with its form."""
        if device is not None:
            return device.code
        return self.name if self.form == NATIVE else f"{self.form}:{self.name}"

    def unknown(self) -> str:
        """Why nobody is meant."""
        if self.form == NATIVE:
            return "no active device with this code is registered"
        when = " at that time" if self.registry.known(self.form, self.name) else ""
        return f"no active device is bound to {self.name} in {self.form}{when}"


def refused_by_database(judged: Judged, payload: bytes, detail: str) -> Judged:
    """The same message when the database does not take its values: kept whole as malformed, still answered."""
    count = judged.count or len(judged.rows) + len(judged.rejections)
    return Judged(
        topic=judged.topic,
        device=judged.device,
        tenant_id=judged.tenant_id,
        received_at=judged.received_at,
        rejections=(Rejection(reason=Rejected.MALFORMED, detail=detail, payload=payload),),
        batch=judged.batch,
        count=count,
        retained=judged.retained,
    )


def _positions(
    topic: str,
    decoded: Positions,
    sender: Sender,
    now: Device | None,
    received_at: datetime,
    *,
    retained: bool,
    repeated: bool,
) -> Judged:
    rows: list[Row] = []
    rejections: list[Rejection] = []
    alone = len(decoded.items) == 1 and decoded.batch is None
    for index, item in enumerate(decoded.items):
        if isinstance(item, Rejection):
            rejections.append(item)
            continue
        reading, payload = item
        device = now if sender.form == NATIVE else sender.at(reading.fixed_at or received_at)
        try:
            # Who has the name now tells a clock that is wrong (ancient) from a fix of before the name was given.
            fix = judge(reading, device or now, received_at)
            doubt = _doubt(reading, device, sender) if retained or device is None else None
        except Doubt as found:
            known = found.reason is not Rejected.UNKNOWN_DEVICE
            doubt = found if known else Doubt(found.reason, sender.unknown())
        if doubt is not None:
            rejections.append(reject(doubt, payload, None if alone else index))
            continue
        assert device is not None  # noqa: S101 - _doubt refuses unknown devices
        rows.append(Row(columns(fix, device), payload, index))
    # Only the last will of such a sender is published; that it is there again, its positions say.
    back = now is not None and bool(rows) and sender.form in WITH_LAST_WILL and not retained
    return Judged(
        topic=topic,
        device=sender.label(now),
        tenant_id=now.tenant_id if now else None,
        received_at=received_at,
        rows=tuple(rows),
        rejections=tuple(rejections),
        state=StateChange(device_no=now.device_no, online=True) if back and now else None,
        batch=decoded.batch,
        count=decoded.count,
        repeated=repeated,
        retained=retained,
    )


def _doubt(reading: Reading, device: Device | None, sender: Sender) -> Doubt | None:
    """What speaks against a sound fix that nobody is bound to at its time, or that was retained."""
    if reading.fixed_at is None and device is not None:
        return Doubt(Rejected.UNSUPPORTED, "a retained message without a time: of when it is, nobody knows")
    return Doubt(Rejected.UNKNOWN_DEVICE, sender.unknown()) if device is None else None


def _event(decoded: Event, device: Device, received_at: datetime) -> DeviceEvent:
    return DeviceEvent(
        device_no=device.device_no,
        tenant_id=device.tenant_id,
        happened_at=decoded.happened_at or received_at,
        code=plain_text(decoded.code)[:100],
        body=json_text(decoded.body),
    )
