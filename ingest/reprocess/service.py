"""Decodes waiting entries again, some hundred in one transaction: fixes, what became of each entry, journal - all or nothing.

Beside a running ingest it is a writer of its own, whose batches readers follow like any other's. Doing it again changes
nothing: what is settled is not looked at, and what is stored is met under its key.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fleet.db import Connection
from fleet.position import Rejected
from ingest import store as positions
from ingest.batch import Judged, fold
from ingest.clean import Device
from ingest.registry import Registry
from ingest.reprocess import runs, store
from ingest.reprocess.entry import Entry, Fate, fate_of, judge_again
from ingest.reprocess.store import Place, Wanted
from ingest.store_rows import save_rows

WRITER = "reprocess"
AT_ONCE = 500  # entries in one transaction
TRIES = 5  # of a transaction that met ingest's at the same rows
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An entry and what became of it."""

    entry: Entry
    fate: Fate
    device: Device | None  # whose it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """One run: the connection, the register it judges by, for whom."""

    conn: Connection  # prepared by ingest.store.prepare
    writer_no: int
    registry: Registry
    who: str
    now: datetime
    dry: bool  # everything is done and undone

    async def run(self, wanted: Wanted) -> AsyncIterator[Told]:
        """Every waiting entry in the order of arrival."""
        place = Place(at=wanted.since or BEGINNING, id=UUID(int=0))
        while True:
            done = await self._chunk(wanted, place, AT_ONCE)
            for told in done:
                yield told
            if not done:
                return
            place = Place(at=done[-1].entry.received_at, id=done[-1].entry.id)

    async def _chunk(self, wanted: Wanted, place: Place, limit: int) -> list[Told]:
        """The next entries in one transaction; when the database refuses a value, one by one, so that only that one waits on."""
        for attempt in range(1, TRIES + 1):
            try:
                return await self._transaction(wanted, place, limit)
            except store.Deadlock:
                if attempt == TRIES:
                    raise
            except positions.CannotStore as error:
                if limit == 1:
                    return await self._transaction(wanted, place, 1, refused=str(error))
                break
        done: list[Told] = []
        while len(done) < limit:
            one = await self._chunk(wanted, place, 1)
            if not one:
                break
            done += one
            place = Place(at=one[0].entry.received_at, id=one[0].entry.id)
        return done

    async def _transaction(self, wanted: Wanted, place: Place, limit: int, refused: str | None = None) -> list[Told]:
        async with self.conn.transaction(force_rollback=self.dry):
            entries = await store.waiting(self.conn, wanted, place, limit)
            if refused is None:
                done = await self._settle(entries)
            else:
                reason = Fate(settled=None, reason=Rejected.MALFORMED.value, detail=refused)
                done = [Told(entry=entry, fate=reason, device=None) for entry in entries]
            await self._record(done)
            if not self.dry:
                await self._count(wanted, done)
        if self.dry:  # what was tried is undone, that it was tried is not
            await self._count(wanted, done)
        return done

    async def _count(self, wanted: Wanted, done: Sequence[Told]) -> None:
        if wanted.run is not None:
            await runs.count(self.conn, wanted.run, [(told.entry.id, told.fate) for told in done])

    async def _settle(self, entries: Sequence[Entry]) -> list[Told]:
        messages = [judge_again(entry, self.registry) for entry in entries]
        folded = fold(messages)
        _, _, met = await save_rows(self.conn, self.writer_no, folded)
        by_no = {device.device_no: device for device in self.registry.devices.values()}
        done = []
        for entry, judged in zip(entries, messages, strict=True):
            fate = fate_of(judged, folded, met)
            if fate.settled is not None:
                parts = [positions.quarantined(judged, part) for part in fate.parts]
                await positions.put_aside(self.conn, parts)
            if fate.settled == "event" and judged.event is not None:
                await positions.save_event(self.conn, judged.event, entry.received_at)
            done.append(Told(entry=entry, fate=fate, device=by_no.get(fate.device_no or 0) or self._sender(judged)))
        return done

    def _sender(self, judged: Judged) -> Device | None:
        return self.registry.devices.get(judged.device) if judged.tenant_id else None

    async def _record(self, done: Sequence[Told]) -> None:
        """What became of each entry, and of each device in the journal."""
        settled: dict[tuple[str, int], Counter[str]] = {}
        for told in done:
            tenant_id = told.device.tenant_id if told.device else None
            if told.fate.settled is None:
                await store.tried(self.conn, told.entry, told.fate, tenant_id, self.now)
                continue
            code = told.device.code if told.device else None
            await store.settle(
                self.conn, told.entry, told.fate, device=code, tenant_id=tenant_id, who=self.who, now=self.now
            )
            if told.device is not None:
                counts = settled.setdefault((told.device.tenant_id, told.device.device_no), Counter())
                counts.update({"entries": 1, "fixes_stored": told.fate.stored, told.fate.settled: 1})
        for (tenant_id, device_no), counts in settled.items():
            await store.record(
                self.conn, tenant_id=tenant_id, device_no=device_no, who=self.who, counts=counts.items(), now=self.now
            )
