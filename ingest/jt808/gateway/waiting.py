"""Uploads of terminals that the platform has not acknowledged yet: what to publish again, whom to answer. Pure state.

Bounded in number and bytes, per terminal and in all. What finds no room is not taken and not answered: its terminal
keeps it and sends it again.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

MOST_PER_TERMINAL = 16
MOST_BYTES = 64 * 1024 * 1024
ANSWER_WITHIN_S = 120.0  # after that the terminal has long sent it again


@dataclass(slots=True, eq=False)
class Upload:
    """One message of a terminal and the batches it became."""

    owner: Hashable  # the connection to answer on
    device: str
    kind: int
    serials: tuple[int, ...]
    digest: int  # of its content: the same message again is not published again
    until_s: float
    payloads: dict[int, bytes] = field(default_factory=dict)  # number -> native form, still unacknowledged


class Waiting:
    """All uploads under way, oldest first."""

    def __init__(self) -> None:
        self.bytes = 0
        self._uploads: OrderedDict[Upload, None] = OrderedDict()
        self._by_batch: dict[tuple[str, int], Upload] = {}
        self._by_owner: defaultdict[Hashable, set[Upload]] = defaultdict(set)
        self._known: dict[tuple[Hashable, int, tuple[int, ...], int], Upload] = {}

    def __len__(self) -> int:
        return len(self._uploads)

    def same(self, upload: Upload) -> Upload | None:
        """The same message, that came before on this connection and waits still."""
        return self._known.get(_name(upload))

    def has_room(self, upload: Upload) -> bool:
        """Whether this one more is within the bounds."""
        size = sum(map(len, upload.payloads.values()))
        held = self._by_owner.get(upload.owner, ())
        return len(held) < MOST_PER_TERMINAL and self.bytes + size <= MOST_BYTES

    def add(self, upload: Upload) -> None:
        """Wait for the acknowledgement of each of its batches."""
        self._uploads[upload] = None
        self._known[_name(upload)] = upload
        self._by_owner[upload.owner].add(upload)
        for number, payload in upload.payloads.items():
            self._by_batch[upload.device, number] = upload
            self.bytes += len(payload)

    def settle(self, device: str, number: int) -> Upload | None:
        """The platform acknowledged a batch: the upload when that was its last one, to be answered now."""
        upload = self._by_batch.pop((device, number), None)
        if upload is None:
            return None
        self.bytes -= len(upload.payloads.pop(number))
        if upload.payloads:
            return None
        self._forget(upload)
        return upload

    def drop(self, upload: Upload) -> None:
        """Give up on an upload; it is never answered."""
        for number, payload in upload.payloads.items():
            del self._by_batch[upload.device, number]
            self.bytes -= len(payload)
        upload.payloads.clear()
        self._forget(upload)

    def drop_owner(self, owner: Hashable) -> None:
        """The connection is gone: nobody is left to answer. What was published is stored all the same."""
        self._drop_all(self._by_owner.get(owner, ()))

    def drop_overdue(self, now_s: float) -> int:
        """Give up what waited too long; returns how many."""
        overdue = []
        for upload in self._uploads:
            if upload.until_s > now_s:
                break
            overdue.append(upload)
        self._drop_all(overdue)
        return len(overdue)

    def batches(self) -> Iterator[tuple[str, int, bytes]]:
        """Everything unacknowledged, oldest first, to be published on a new connection to the broker."""
        for upload in list(self._uploads):
            for number, payload in list(upload.payloads.items()):
                yield upload.device, number, payload

    def of(self, device: str, number: int) -> Upload | None:
        """The upload a batch belongs to."""
        return self._by_batch.get((device, number))

    def _drop_all(self, uploads: Iterable[Upload]) -> None:
        for upload in list(uploads):
            self.drop(upload)

    def _forget(self, upload: Upload) -> None:
        self._uploads.pop(upload, None)
        self._known.pop(_name(upload), None)
        held = self._by_owner[upload.owner]
        held.discard(upload)
        if not held:
            del self._by_owner[upload.owner]


def _name(upload: Upload) -> tuple[Hashable, int, tuple[int, ...], int]:
    return upload.owner, upload.kind, upload.serials, upload.digest
