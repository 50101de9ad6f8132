"""Collects judged messages into one batch for one transaction, and says afterwards what became of each message.

A batch closes by size or by age. Inside it the first fix of a key wins; a repetition is a duplicate when it says the
same and a collision when it does not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import chain, islice
from operator import lt

import msgspec

from fleet.position import Rejected
from ingest.reading import Rejection
from ingest.row import CONTENT_FROM, Column, Columns

MOST_ROWS = 2_000
MOST_MESSAGES = 500  # half the receive maximum, so that one batch is collected while another is stored
Key = tuple[int, datetime]  # device_no, fixed_at


class Outcome(Enum):
    """What the database made of a row."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    COLLISION = "collision"


class Row(msgspec.Struct, frozen=True, gc=False):  # a dataclass would take longer to make than to fill
    """One fix on its way into the database."""

    columns: Columns
    payload: bytes  # as it came, for quarantine
    item: int | None  # index inside its message

    @property
    def key(self) -> Key:
        return self.columns[0], self.columns[1]  # type: ignore[return-value]  # by the order of COLUMNS

    @property
    def received_at(self) -> datetime:
        return self.columns[2]  # type: ignore[return-value]  # likewise


@dataclass(frozen=True, kw_only=True, slots=True)
class StateChange:
    """A device came or went."""

    device_no: int
    online: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceEvent:
    """A device reported something beside positions."""

    device_no: int
    tenant_id: str
    happened_at: datetime
    code: str
    body: str  # JSON


class Judged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message after decoding and judging: everything that has to be stored for it, and what to answer."""

    topic: str
    device: str
    tenant_id: str | None
    received_at: datetime
    rows: tuple[Row, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    state: StateChange | None = None
    event: DeviceEvent | None = None
    batch: int | None = None  # number the device wants acknowledged
    count: int = 0  # fixes in the message when it was rejected as a whole
    repeated: bool = False  # the broker sends it again: it may be stored already
    retained: bool = (
        False  # the broker kept it for whoever subscribes: of when it is, the time in it says or nobody knows
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """The rows of a batch, one per key, in the order of the primary key, and the repetitions inside the batch."""

    unique: tuple[Row, ...]
    outcomes: Mapping[int, Outcome]  # by id() of the row: only of repetitions
    oldest: tuple[Row, ...]  # of each device, in the order of devices
    newest: tuple[Row, ...]


@dataclass(slots=True)
class Batch:
    """Messages collected for one transaction."""

    messages: list[Judged] = field(default_factory=list)
    rows: int = 0

    def add(self, judged: Judged) -> None:
        self.messages.append(judged)
        self.rows += len(judged.rows)

    def full(self) -> bool:
        return self.rows >= MOST_ROWS or len(self.messages) >= MOST_MESSAGES


def fold(messages: Iterable[Judged], stored: Collection[int] = ()) -> Folded:
    """One row per key; the first wins. `stored`: id() of rows that are known to be in the database under another key."""
    of_device: dict[Column, list[Row]] = {}
    outcomes: dict[int, Outcome] = {}
    for judged in messages:
        for row in judged.rows:
            if stored and id(row) in stored:
                outcomes[id(row)] = Outcome.DUPLICATE
                continue
            known = of_device.get(row.columns[0])
            if known is None:
                of_device[row.columns[0]] = [row]
            else:
                known.append(row)
    rising = [_rising(of_device[device_no], outcomes) for device_no in sorted(of_device)]  # type: ignore[type-var]  # numbers
    return Folded(
        unique=tuple(chain.from_iterable(rising)),
        outcomes=outcomes,
        oldest=tuple(rows[0] for rows in rising),
        newest=tuple(rows[-1] for rows in rising),
    )


def _rising(rows: list[Row], outcomes: dict[int, Outcome]) -> list[Row]:
    """The rows of one device in the order of time, one per instant; what became of the others is added to `outcomes`."""
    instants: list[datetime] = [row.columns[1] for row in rows]  # type: ignore[misc]  # by the order of COLUMNS
    if all(map(lt, instants, islice(instants, 1, None))):  # nearly always, and looking costs less than a key each
        return rows
    first: dict[datetime, Row] = {}
    for instant, row in zip(instants, rows, strict=True):
        earlier = first.setdefault(instant, row)
        if earlier is not row:
            same = earlier.columns[CONTENT_FROM:] == row.columns[CONTENT_FROM:]
            outcomes[id(row)] = Outcome.DUPLICATE if same else Outcome.COLLISION
    return [first[instant] for instant in sorted(first)]


def outcome(row: Row, folded: Folded, met: Mapping[Key, Outcome]) -> Outcome:
    """What became of a row, given what the database met at its key (nothing = it was stored)."""
    inside = folded.outcomes.get(id(row))
    if inside is Outcome.DUPLICATE:
        return met.get(row.key, Outcome.DUPLICATE)
    return inside or met.get(row.key, Outcome.STORED)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The application acknowledgement of one message (contracts.md 1)."""

    stored: int
    duplicate: int
    rejected: tuple[tuple[int, Rejected], ...]


def answer(judged: Judged, folded: Folded, met: Mapping[Key, Outcome]) -> Answer:
    """Count what became of each fix of a message."""
    if not judged.rejections and not met and not folded.outcomes:
        return Answer(stored=len(judged.rows), duplicate=0, rejected=())
    stored = duplicate = 0
    rejected: list[tuple[int, Rejected]] = []
    for row in judged.rows:
        result = outcome(row, folded, met)
        if result is Outcome.COLLISION:
            rejected.append((row.item or 0, Rejected.COLLISION))
        elif result is Outcome.DUPLICATE:
            duplicate += 1
        else:
            stored += 1
    for rejection in judged.rejections:
        if rejection.item is None and judged.count > 1:
            rejected += [(index, rejection.reason) for index in range(judged.count)]
        else:
            rejected.append((rejection.item or 0, rejection.reason))
    return Answer(stored=stored, duplicate=duplicate, rejected=tuple(sorted(rejected)))
