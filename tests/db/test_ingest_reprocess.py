"""What was put aside becomes positions once it can: as if it had been taken in time, once, and never erased."""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from fleet import db, foreign, journal, raw
from fleet.sources import Source
from fleet.store import device_key
from geofence.store import stream
from ingest import store
from ingest.judging import judge_message
from ingest.registry import Registry
from ingest.reprocess.service import Again, Told
from ingest.reprocess.store import Wanted
from tests.commands import ran
from tests.db import town as towns
from tests.db.town import Town
from tests.servers import Database

NOW = datetime.now(UTC).replace(microsecond=0)
ARRIVED = NOW - timedelta(hours=3)
PLACE = {"lon": 121.4, "lat": 31.2}
FIXES = [PLACE | {"t": (ARRIVED - timedelta(seconds=s)).isoformat(), "seq": s, "speed_kmh": 30} for s in (300, 10, 0)]
POSITIONS = """
    SELECT device_no, fixed_at, received_at, lon_e7, lat_e7, quality, speed_dkmh, source_datum, detail
    FROM position ORDER BY device_no, fixed_at"""
ENTRIES = """
    SELECT device, reason, times, settled_as, settled_device, stored, tried_reason, settled_by, tenant_id IS NOT NULL AS owned
    FROM quarantine ORDER BY received_at, reason, item"""


class Desk:
    """The owner's and an engine's connection, and what an ingest would do with them."""

    def __init__(self, owner: db.Connection, engine: db.Connection, town: Town, url: str) -> None:
        self.owner, self.engine, self.town, self.url = owner, engine, town, url
        self.writer_no = 0

    async def arrive(self, topic: str, body: object, at: datetime = ARRIVED, **flags: bool) -> None:
        """A message as the ingest takes it."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        registry = await store.load_registry(self.engine)
        await store.save(self.engine, self.writer_no, [judge_message(topic, payload, registry, at, **flags)])

    async def register(self, code: str) -> None:
        """A device that was installed long ago and is entered only now."""
        await self.owner.execute(
            "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, %s, %s)",
            (self.town.tenant_id, code, NOW - timedelta(days=60)),
        )

    async def again(self, *, dry: bool = False, **wanted: Any) -> list[Told]:
        """What the command does."""
        number = await store.claim_writer(self.engine, "reprocess")
        registry = await store.load_registry(self.engine)
        run = Again(conn=self.engine, writer_no=number, registry=registry, who="test", now=NOW, dry=dry)
        asked = {"devices": None, "reason": None, "since": None, "until": NOW} | wanted
        return [told async for told in run.run(Wanted(**asked))]

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        async with self.owner.cursor(row_factory=db.dict_row) as cursor:
            return await (await cursor.execute(sql)).fetchall()

    def command(self, *words: str) -> tuple[int, list[dict[str, Any]], str]:
        """`python -m ingest reprocess ...`: exit code, lines, error."""
        environment = {**os.environ, "FLEET_DATABASE_URL": self.url}
        done = ran("ingest", "reprocess", *words, environment=environment)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with await db.connect(database.owner) as owner, await db.connect(database.engine) as engine:
        made = Desk(owner, engine, await towns.build(owner), database.engine)
        await store.prepare(engine)
        made.writer_no = await store.claim_writer(engine, "ingest")
        yield made


async def test_a_device_registered_late_gets_what_waited_as_if_it_had_been_known(desk: Desk) -> None:
    """Rows, flags, raw form and newest position are those of arrival in time; a second run changes nothing."""
    await desk.arrive("fleet/v1/late/pos", {"batch": 7, "fixes": FIXES})
    assert await desk.rows(POSITIONS) == []
    await desk.register("late")
    done = await desk.again()
    assert [(told.fate.settled, told.fate.stored) for told in done] == [("stored", 1)] * 3
    got = await desk.rows(POSITIONS)
    assert len(got) == 3
    assert {row["received_at"] for row in got} == {ARRIVED}
    entries = await desk.rows(ENTRIES)
    assert {(e["reason"], e["settled_as"], e["settled_device"], e["settled_by"], e["owned"]) for e in entries} == {
        ("unknown_device", "stored", "late", "test", True)
    }
    packed = await desk.rows("SELECT payloads FROM raw_batch")
    kept = [json.loads(payload) for one in packed for payload in raw.unpack(one["payloads"]).values()]
    assert sorted(fix["seq"] for fix in kept) == [0, 10, 300]

    before = [
        await desk.rows(sql) for sql in (POSITIONS, ENTRIES, "SELECT * FROM raw_batch", "SELECT seq FROM journal")
    ]
    assert await desk.again() == []
    after = [await desk.rows(sql) for sql in (POSITIONS, ENTRIES, "SELECT * FROM raw_batch", "SELECT seq FROM journal")]
    assert after == before
    # The same in time: the rows go, the same bytes come when the device is known.
    latest = await desk.rows("SELECT device_no, fixed_at, received_at, lon_e7 FROM latest_position")
    for table in ("position", "latest_position"):
        await desk.owner.execute(f"DELETE FROM {table}")
    await desk.arrive("fleet/v1/late/pos", {"batch": 7, "fixes": FIXES})
    assert await desk.rows(POSITIONS) == got
    assert await desk.rows("SELECT device_no, fixed_at, received_at, lon_e7 FROM latest_position") == latest


async def test_who_had_it_decoded_again_is_in_the_journal_and_the_chain_holds(desk: Desk) -> None:
    await desk.arrive("fleet/v1/late/pos", {"fixes": FIXES})
    await desk.register("late")
    await desk.again()
    (entry,) = await desk.rows("SELECT actor, action, object_kind, after FROM journal ORDER BY seq DESC LIMIT 1")
    assert (entry["actor"], entry["action"], entry["object_kind"]) == ("test", "device.reprocess", "device")
    assert entry["after"] == {"entries": 3, "fixes_stored": 3, "stored": 3}
    assert await journal.first_break(desk.owner, desk.town.tenant_id) == {"journal": None, "audit": None}


async def test_a_name_bound_late_gets_what_waited_under_it(desk: Desk) -> None:
    """OwnTracks under a name nobody had; the binding reaches back to the installation, and so do the fixes."""
    said = {"_type": "location", "lat": 31.2, "lon": 121.4, "tst": int(ARRIVED.timestamp()), "acc": 8}
    await desk.arrive("owntracks/jane/phone", said)
    await desk.again()
    (entry,) = await desk.rows(ENTRIES)
    assert (entry["device"], entry["settled_as"], entry["tried_reason"]) == (
        "owntracks:jane/phone",
        None,
        "unknown_device",
    )
    key = await device_key(desk.owner, "dev-bureau")
    assert key is not None
    await desk.owner.execute("UPDATE device SET installed_at = %s", (NOW - timedelta(days=60),))
    key = await device_key(desk.owner, "dev-bureau")
    assert key is not None
    async with desk.owner.transaction():
        await foreign.bind_source(
            desk.owner, "test", device=key, source=Source.OWNTRACKS, external_id="jane/phone", since=None, now=NOW
        )
    code, lines, _ = desk.command("--device", "dev-bureau")
    assert (code, [line.get("became") for line in lines]) == (0, ["stored", None])
    assert lines[-1] == {"summary": "done", "entries": 1, "stored": 1, "fixes_stored": 1}
    assert [row["device_no"] for row in await desk.rows(POSITIONS)] == [desk.town.device_no["bureau"]]


async def test_after_a_decoder_was_mended_a_whole_message_becomes_its_fixes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the mended decoder still refuses of it is put aside by itself; the rest is stored."""
    await desk.owner.execute("UPDATE device SET installed_at = %s", (NOW - timedelta(days=60),))
    body = {"fixes": [*FIXES, {"lon": 0, "lat": 0, "t": ARRIVED.isoformat()}]}
    with monkeypatch.context() as broken:
        broken.setattr("ingest.formats.native.MOST_FIXES", 2)
        await desk.arrive("fleet/v1/dev-pool/pos", body)
    assert [entry["reason"] for entry in await desk.rows(ENTRIES)] == ["oversized"]
    (told,) = await desk.again(reason="oversized")
    assert (told.fate.settled, told.fate.stored, len(told.fate.parts)) == ("stored", 3, 1)
    assert [(entry["reason"], entry["settled_as"]) for entry in await desk.rows(ENTRIES)] == [
        ("impossible", None), ("oversized", "stored"),
    ]  # fmt: skip
    assert len(await desk.rows(POSITIONS)) == 3


async def test_what_is_refused_again_waits_on_and_is_counted_no_further(desk: Desk) -> None:
    """Collisions, nonsense and the future stay: nothing is stored, nothing is erased, repetitions are not invented."""
    await desk.owner.execute("UPDATE device SET installed_at = %s", (NOW - timedelta(days=60),))
    first, other = FIXES[0], FIXES[0] | {"speed_kmh": 60}
    await desk.arrive("fleet/v1/dev-pool/pos", first)
    await desk.arrive("fleet/v1/dev-pool/pos", other)
    await desk.arrive("fleet/v1/dev-pool/pos", b"{ no JSON")
    await desk.arrive("fleet/v1/dev-pool/pos", PLACE | {"t": (ARRIVED + timedelta(hours=1)).isoformat()})
    before = await desk.rows(POSITIONS)
    for _ in range(2):
        assert {told.fate.reason for told in await desk.again()} == {"collision", "malformed", "future"}
    assert await desk.rows(POSITIONS) == before
    assert [(e["times"], e["settled_as"], e["tried_reason"] == e["reason"]) for e in await desk.rows(ENTRIES)] == [
        (1, None, True)
    ] * 3


async def test_what_was_sent_again_in_time_is_settled_as_the_same(desk: Desk) -> None:
    """Registered meanwhile, the locator sent it again: the entry is a duplicate of what is stored."""
    await desk.arrive("fleet/v1/late/pos", FIXES[0])
    await desk.register("late")
    await desk.arrive("fleet/v1/late/pos", FIXES[0], at=NOW - timedelta(hours=1))
    before = await desk.rows(POSITIONS)
    assert [told.fate.settled for told in await desk.again()] == ["duplicate"]
    assert await desk.rows(POSITIONS) == before


async def test_a_message_the_broker_had_kept_is_not_taken_for_one_of_its_arrival(desk: Desk) -> None:
    """Home Assistant says no time: what was retained stays unsupported; what came live is of its arrival."""
    home = {"latitude": 31.2, "longitude": 121.4, "gps_accuracy": 10}
    await desk.arrive("location/van", home, retained=True)
    await desk.arrive("location/van", home | {"gps_accuracy": 11}, at=ARRIVED + timedelta(seconds=1))
    await desk.owner.execute("UPDATE device SET installed_at = %s", (NOW - timedelta(days=60),))
    key = await device_key(desk.owner, "dev-pool")
    assert key is not None
    async with desk.owner.transaction():
        await foreign.bind_source(
            desk.owner, "test", device=key, source=Source.HOMEASSISTANT, external_id="van", since=None, now=NOW
        )
    assert [(told.fate.settled, told.fate.reason) for told in await desk.again()] == [
        (None, "unsupported"), ("stored", None),
    ]  # fmt: skip
    assert [row["fixed_at"] for row in await desk.rows(POSITIONS)] == [ARRIVED + timedelta(seconds=1)]


async def test_an_event_that_waited_is_kept_and_a_state_of_then_says_nothing_of_now(desk: Desk) -> None:
    await desk.arrive("fleet/v1/late/event", {"t": ARRIVED.isoformat(), "code": "sos"})
    await desk.arrive("fleet/v1/late/status", b"online", at=ARRIVED + timedelta(seconds=1))
    await desk.register("late")
    assert [told.fate.settled for told in await desk.again()] == ["event", "nothing"]
    assert [row["code"] for row in await desk.rows("SELECT code FROM device_event")] == ["sos"]
    assert await desk.rows("SELECT * FROM device_state") == []


async def test_a_dry_run_says_the_same_and_changes_nothing(desk: Desk) -> None:
    await desk.arrive("fleet/v1/late/pos", {"fixes": FIXES})
    await desk.register("late")
    before = await desk.rows(ENTRIES)
    code, lines, _ = desk.command("--dry-run")
    assert (code, lines[-1]["fixes_stored"], lines[-1]["summary"]) == (0, 3, "dry run, nothing changed")
    assert await desk.rows(ENTRIES) == before
    assert await desk.rows(POSITIONS) == []
    real = desk.command("--reason", "unknown_device", "--since", (ARRIVED - timedelta(minutes=1)).isoformat())
    assert real[1][:-1] == lines[:-1]
    assert desk.command("--since", NOW.isoformat())[1] == [{"summary": "done"}]


async def test_unusable_calls_end_with_two_and_one_line(desk: Desk) -> None:
    for words in (("--device", "nobody"), ("--reason", "strange"), ("--since", "yesterday"), ("--since", "2026-01-01")):
        code, lines, error = desk.command(*words)
        assert (code, lines, len(error.splitlines())) == (2, [], 1), (words, error)
        assert words[0] in error


async def test_a_value_the_database_refuses_lets_the_others_through(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one then: the refused one waits with the database's words, its neighbours are stored."""
    await desk.arrive("fleet/v1/late/pos", {"fixes": FIXES})
    await desk.register("late")
    sound = judge_message

    def spoiled(topic: str, payload: bytes, registry: Registry, at: datetime, **flags: bool) -> Any:
        judged = sound(topic, payload, registry, at, **flags)
        if b'"seq": 10,' in payload:
            columns = list(judged.rows[0].columns)
            columns[5] = 2**40  # lon_e7
            judged = replace(judged, rows=(replace(judged.rows[0], columns=tuple(columns)), *judged.rows[1:]))
        return judged

    monkeypatch.setattr("ingest.reprocess.entry.judge_message", spoiled)
    done = await desk.again()
    assert sorted((told.fate.settled or "waiting") for told in done) == ["stored", "stored", "waiting"]
    assert len(await desk.rows(POSITIONS)) == 2


async def test_the_judging_engine_reads_what_came_back_like_any_late_batch(desk: Desk) -> None:
    """The batch of the writer of its own is unread until the engine has judged it."""
    await desk.arrive("fleet/v1/late/pos", {"fixes": FIXES})
    await desk.register("late")
    await desk.again()
    unread = await stream.unread_batches(desk.engine, "geofence", 100)
    fixes = await stream.fixes_of(desk.engine, unread)
    (device,) = await desk.rows("SELECT device_no FROM device WHERE code = 'late'")
    assert [one.fixes for one in unread] == [3]
    assert [device_no for device_no, _ in fixes] == [device["device_no"]] * 3
