"""Positions of terminals on their way to the platform: published with batch numbers, answered when acknowledged."""

import itertools
from collections.abc import Callable
from datetime import datetime
from random import Random

from ingest.jt808.gateway.conversation import Store
from ingest.jt808.gateway.link import Link
from ingest.jt808.gateway.tally import Tally
from ingest.jt808.gateway.upload import payloads
from ingest.jt808.gateway.waiting import ANSWER_WITHIN_S, Upload, Waiting

# Numbers begin at the clock, so those of an earlier run never come again, and at a place in its second that is drawn:
# two gateways that started in one second must not take the acknowledgement of the other's batch for their own.
SECOND_BITS, DRAWN_BITS = 32, 31
SINCE_S = 1_577_836_800  # 2020: with 32 bits for a second the number stays below 2^63 until 2088
Publish = Callable[[str, int, bytes], None]  # device, number, payload


def first_number(started_at: datetime, rng: Random) -> int:
    """Where the batch numbers of a run begin."""
    return (int(started_at.timestamp()) - SINCE_S << SECOND_BITS) + rng.getrandbits(DRAWN_BITS)


class Uploading:
    """What is between a terminal's message and its answer."""

    def __init__(self, waiting: Waiting, tally: Tally, publish: Publish, *, started_at: datetime, rng: Random) -> None:
        self._waiting = waiting
        self._tally = tally
        self._publish = publish
        self._numbers = itertools.count(first_number(started_at, rng))

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
