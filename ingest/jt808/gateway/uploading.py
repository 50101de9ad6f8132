"""Positions of terminals on their way to the platform: published with batch numbers, answered when acknowledged."""

import itertools
from collections.abc import Callable
from datetime import datetime

from ingest.jt808.gateway.conversation import Store
from ingest.jt808.gateway.link import Link
from ingest.jt808.gateway.tally import Tally
from ingest.jt808.gateway.upload import payloads
from ingest.jt808.gateway.waiting import ANSWER_WITHIN_S, Upload, Waiting

BATCHES_PER_SECOND = 1 << 20  # numbers begin at the clock, so those of an earlier run never come again
Publish = Callable[[str, int, bytes], None]  # device, number, payload


class Uploading:
    """What is between a terminal's message and its answer."""

    def __init__(self, waiting: Waiting, tally: Tally, publish: Publish, *, started_at: datetime) -> None:
        self._waiting = waiting
        self._tally = tally
        self._publish = publish
        self._numbers = itertools.count(int(started_at.timestamp()) * BATCHES_PER_SECOND)

    def store(self, link: Link, step: Store, now_s: float) -> None:
        """Publish, unless there is no room; then the terminal is not answered and sends again."""
        upload = Upload(
            owner=link,
            device=link.device,
            kind=step.kind,
            serials=step.serials,
            digest=step.digest,
            until_s=now_s + ANSWER_WITHIN_S,
        )
        same = self._waiting.same(upload)
        if same is not None:
            # Sent again while the first still waits: one answer will do, but perhaps nobody has heard the first.
            self._publish_all(same)
            return
        upload.payloads.update(payloads(step.items, self._numbers))
        if not self._waiting.has_room(upload):
            self._tally.full += 1
            return
        self._waiting.add(upload)
        self._tally.uploads += 1
        self._publish_all(upload)

    def stored(self, upload: Upload) -> None:
        """The platform has all of it: the answer."""
        link = upload.owner
        if isinstance(link, Link):
            link.write(link.conversation.answer(upload.kind, upload.serials))
            self._tally.answered += 1

    def _publish_all(self, upload: Upload) -> None:
        for number, payload in list(upload.payloads.items()):
            self._publish(upload.device, number, payload)
