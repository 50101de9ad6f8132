"""One entry of quarantine judged again as of its arrival, and what becomes of it. Pure.

It goes the way of any message: same decoder, same registry, same instant of arrival, so what is stored now is what
would have been stored then. Where it is refused again it waits on, under its first reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from fleet.position import Rejected
from ingest.batch import Folded, Judged, Key, Outcome, outcome
from ingest.flood import MOST_BYTES_KEPT
from ingest.formats import form_of
from ingest.judging import judge_message
from ingest.reading import Rejection
from ingest.registry import Registry

COLLIDES = "another fix is stored at this device and time"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A message, or one fix of it, that was put aside."""

    id: UUID
    device: str  # code, or FORM:NAME of a sender nobody knew
    topic: str
    received_at: datetime  # of its first arrival
    reason: str
    payload: bytes
    item: int | None  # index inside its message; None = the whole message
    retained: bool | None  # None = put aside before the flag was kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What becomes of an entry. `settled` is None while it waits on, for `reason`."""

    settled: str | None  # stored, duplicate, event, nothing
    stored: int = 0
    device_no: int | None = None
    fixed_at: datetime | None = None
    reason: str | None = None
    detail: str = ""
    parts: tuple[Rejection, ...] = ()  # fixes of a whole message that are refused one by one now


def judge_again(entry: Entry, registry: Registry) -> Judged:
    """The entry as of its arrival. Nobody comes or goes by it: a state of that time says nothing of now."""
    form = form_of(entry.topic)
    if entry.reason == Rejected.OVERSIZED and len(entry.payload) == MOST_BYTES_KEPT:
        detail = "only its beginning was kept"
        rejection = Rejection(reason=Rejected.OVERSIZED, detail=detail, payload=entry.payload, item=entry.item)
        return Judged(
            topic=entry.topic, device=entry.device, tenant_id=None, received_at=entry.received_at, rejections=(rejection,)
        )  # fmt: skip
    alone = form is not None and entry.item is not None
    payload = form.alone(entry.payload) if form is not None and alone else entry.payload
    # A sender without a clock: whether the broker had kept it is not known of old entries, so it is not believed.
    retained = entry.retained if entry.retained is not None else form is not None and not form.timed
    judged = judge_message(entry.topic, payload, registry, entry.received_at, retained=retained)
    if alone:
        rows = tuple(replace(row, item=entry.item) for row in judged.rows)
        return replace(judged, rows=rows, state=None, batch=None, count=0)
    return replace(judged, state=None, batch=None)


def fate_of(judged: Judged, folded: Folded, met: Mapping[Key, Outcome]) -> Fate:
    """What the entry became, given what the database met."""
    results = [outcome(row, folded, met) for row in judged.rows]
    stored = results.count(Outcome.STORED)
    collided = tuple(
        Rejection(reason=Rejected.COLLISION, detail=COLLIDES, payload=row.payload, item=row.item)
        for row, result in zip(judged.rows, results, strict=True)
        if result is Outcome.COLLISION
    )
    refused = judged.rejections + collided
    taken = [row for row, result in zip(judged.rows, results, strict=True) if result is not Outcome.COLLISION]
    if taken:
        device_no, fixed_at = min((row.key for row in taken), key=lambda key: key[1])
        settled = "stored" if stored else "duplicate"
        return Fate(settled=settled, stored=stored, device_no=device_no, fixed_at=fixed_at, parts=refused)
    if refused:
        return Fate(settled=None, reason=refused[0].reason.value, detail=refused[0].detail)
    if judged.event is not None:
        return Fate(settled="event", device_no=judged.event.device_no, fixed_at=judged.event.happened_at)
    return Fate(settled="nothing", detail="a sound message without anything to store")
