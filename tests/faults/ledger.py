"""What passed between broker and ingest, seen on the wire: every acknowledgement against the database (MQ3)."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.faults.proxy import Link
from benchmarks.load import utc_now
from fleet import db, wire

COMMITTED = """
    SELECT d.code, p.fixed_at, b.committed_at
    FROM position p JOIN device d USING (device_no) JOIN ingest_batch b USING (writer_no, batch)"""
Fix = tuple[str, datetime]  # device, fixed_at


@dataclass(slots=True, repr=False)
class Way:
    """One connection of ingest: what came by it and is not acknowledged, and bytes that are no packet yet."""

    open: dict[int, list[Fix]] = field(default_factory=dict)  # by packet id
    down: bytearray = field(default_factory=bytearray)
    up: bytearray = field(default_factory=bytearray)


@dataclass(slots=True, repr=False)
class Ledger:
    """Reads along as the `watch` of a proxy in front of the broker."""

    ways: dict[Link, Way] = field(default_factory=lambda: defaultdict(Way))
    acknowledged: list[tuple[Fix, datetime]] = field(default_factory=list)
    strays: int = 0  # acknowledged on a connection it never came by

    @property
    def waiting(self) -> int:
        """Messages on the newest connection that ingest has not acknowledged."""
        return len(list(self.ways.values())[-1].open) if self.ways else 0

    def watch(self, link: Link, chunk: bytes, *, up: bool) -> None:
        """Bytes that are about to be delivered."""
        way = self.ways[link]
        stream = way.up if up else way.down
        stream += chunk
        at = 0
        while (packet := wire.packet_end(stream, at)) is not None:
            if up and stream[at] >> 4 == wire.PUBACK:
                self._acknowledge(way, int.from_bytes(stream[packet[0] : packet[0] + 2]))
            elif not up and (message := wire.read_publish(stream[at], stream, *packet)) is not None and message.qos:
                way.open[message.packet_id] = _fixes(message)
            at = packet[1]
        del stream[:at]

    def _acknowledge(self, way: Way, packet_id: int) -> None:
        fixes = way.open.pop(packet_id, None)
        if fixes is None:
            self.strays += 1
        else:
            self.acknowledged += [(fix, utc_now()) for fix in fixes]

    async def verify(self, database_url: str) -> None:
        """Nothing was acknowledged where it did not come from, and nothing before it was in the table."""
        assert self.strays == 0
        async with await db.connect(database_url) as connection:
            rows = await connection.execute(COMMITTED)
            committed = {(code, fixed_at): at async for code, fixed_at, at in rows}
        early = [fix for fix, at in self.acknowledged if fix not in committed or committed[fix] > at]
        assert early == []


def _fixes(message: wire.Publish) -> list[Fix]:
    """The fixes of a message of positions."""
    _, _, device, kind = message.topic.split("/")
    if kind != "pos":
        return []
    body = json.loads(message.payload)
    return [(device, datetime.fromisoformat(fix["t"])) for fix in body.get("fixes", [body])]
