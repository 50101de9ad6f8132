"""One message from its bytes to what has to be stored for it: decode, judge each fix, turn fixes into rows.

Pure: the registry and the instant of arrival are arguments, so the same message always gives the same result.
"""

from collections.abc import Mapping
from datetime import datetime

from fleet.position import Rejected
from ingest.batch import DeviceEvent, Judged, Row, StateChange
from ingest.clean import Device, Doubt, judge, reject
from ingest.formats import decode
from ingest.reading import Event, Positions, Refused, Rejection, State
from ingest.row import columns, json_text, plain_text


def judge_message(topic: str, payload: bytes, devices: Mapping[str, Device], received_at: datetime) -> Judged:
    """Everything that has to happen for this message."""
    decoded = decode(topic, payload)
    device = devices.get(decoded.device)
    if isinstance(decoded, Positions):
        return _positions(topic, decoded, device, received_at)
    rejections: tuple[Rejection, ...] = ()
    state = event = None
    if isinstance(decoded, Refused):
        rejections = (decoded.rejection,)
    elif device is None or not device.active:
        detail = "no active device with this code is registered"
        rejections = (Rejection(reason=Rejected.UNKNOWN_DEVICE, detail=detail, payload=payload),)
    elif isinstance(decoded, State):
        state = StateChange(device_no=device.device_no, online=decoded.online)
    elif isinstance(decoded, Event):
        event = _event(decoded, device, received_at)
    return Judged(
        topic=topic,
        device=decoded.device,
        tenant_id=device.tenant_id if device else None,
        received_at=received_at,
        rejections=rejections,
        state=state,
        event=event,
    )


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
    )


def _positions(topic: str, decoded: Positions, device: Device | None, received_at: datetime) -> Judged:
    rows: list[Row] = []
    rejections: list[Rejection] = []
    alone = len(decoded.items) == 1 and decoded.batch is None
    for index, item in enumerate(decoded.items):
        if isinstance(item, Rejection):
            rejections.append(item)
            continue
        reading, payload = item
        try:
            fix = judge(reading, device, received_at)
        except Doubt as doubt:
            rejections.append(reject(doubt, payload, None if alone else index))
            continue
        assert device is not None  # noqa: S101 - judge refuses unknown devices
        rows.append(Row(columns(fix, device), payload, index))
    return Judged(
        topic=topic,
        device=decoded.device,
        tenant_id=device.tenant_id if device else None,
        received_at=received_at,
        rows=tuple(rows),
        rejections=tuple(rejections),
        batch=decoded.batch,
        count=decoded.count,
    )


def _event(decoded: Event, device: Device, received_at: datetime) -> DeviceEvent:
    return DeviceEvent(
        device_no=device.device_no,
        tenant_id=device.tenant_id,
        happened_at=decoded.happened_at or received_at,
        code=plain_text(decoded.code)[:100],
        body=json_text(decoded.body),
    )
