"""Closed days are packed: what people, engines and ingest find afterwards, and that nothing is in two places or in none."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet import access, db
from fleet.keeping import packing, store
from geofence.store import stream
from ingest import store as ingest_store
from ingest.batch import answer
from ingest.judging import judge_message
from tests.db.kept import A_DAY_S, DAY, MONTH, Kept, instants
from tests.servers import Database
from web.store.vehicles import TRACK

NEXT_DAY = DAY + timedelta(days=1)
A_DAY = timedelta(days=1)
PLACES = ("position_open", "packed_fixes('2026-01-01Z', '2028-01-01Z')")


async def close(kept: Kept, before: datetime = NEXT_DAY) -> dict[str, Any]:
    """One night's closing."""
    return await packing.close_days(kept.conn, before, datetime.now(UTC))


async def places(kept: Kept) -> list[int]:
    """How many fixes are open and how many packed."""
    return [await kept.count(place) for place in PLACES]


class Writer:
    """Ingest, on days that may be packed."""

    def __init__(self, conn: db.Connection, writer_no: int, registry: Any) -> None:
        self.conn = conn
        self.writer_no = writer_no
        self.registry = registry

    async def say(self, device: str, *fixes: dict[str, object], at: datetime) -> tuple[int, int, int]:
        """Stored, duplicate and rejected of one message."""
        import msgspec

        judged = judge_message(f"fleet/v1/{device}/pos", msgspec.json.encode({"fixes": fixes}), self.registry, at)
        saved = await ingest_store.save(self.conn, self.writer_no, [judged])
        told = answer(judged, saved.folded, saved.met)
        return told.stored, told.duplicate, len(told.rejected)


@pytest.fixture
async def writer(kept: Kept, database: Database) -> Any:
    await kept.conn.execute("UPDATE position SET writer_no = 0")  # of nobody who writes now
    async with await db.connect(database.engine) as conn:
        await ingest_store.prepare(conn)
        writer_no = await ingest_store.claim_writer(conn, "test")
        yield Writer(conn, writer_no, await ingest_store.load_registry(conn))


def said(at: datetime, lon: float = 116.1) -> dict[str, object]:
    return {"t": at.timestamp(), "lon": lon, "lat": 32.0}


async def test_a_packed_day_reads_as_before_in_every_column(kept: Kept) -> None:
    """Every row comes out of the packed day as it went in, unknown values and the rarely used ones too."""
    await kept.conn.execute(
        """UPDATE position SET detail = '{"fuel_l": 3}', hdop_d = 7, valid = true, received_at = received_at + interval '1.234567 s',
        odometer_m = 12 WHERE extract(second FROM fixed_at) = 20"""
    )
    sql = "SELECT * FROM {} p ORDER BY device_no, fixed_at"
    before = await store.rows(kept.conn, sql.format("position"), {})
    seen = await kept.visible("pool")
    done = await close(kept)
    assert (done["days"], done["fixes"], done["late"]) == (1, 2 * A_DAY_S, 0)
    assert await places(kept) == [2 * A_DAY_S, 2 * A_DAY_S]
    everything = "(SELECT * FROM position_open UNION ALL SELECT * FROM packed_fixes('2026-01-01Z', '2028-01-01Z'))"
    assert await store.rows(kept.conn, sql.format(everything), {}) == before
    assert await kept.visible("pool") == seen


async def test_the_chunk_of_a_packed_day_goes_a_night_later_and_counts_no_more_till_then(kept: Kept) -> None:
    """Who began to read before the day was packed still finds its rows; nobody finds them twice."""
    await close(kept)
    assert await kept.count("position") == 4 * A_DAY_S
    await close(kept)
    assert await kept.count("position") == 4 * A_DAY_S  # the same night again
    await packing.close_days(kept.conn, NEXT_DAY, datetime.now(UTC) + A_DAY)
    assert await kept.count("position") == 2 * A_DAY_S
    assert await kept.visible("pool") == instants(DAY) + instants(NEXT_DAY)


async def test_a_reader_with_an_older_snapshot_finds_the_day_whole(kept: Kept, database: Database) -> None:
    """The judging engine reads under one snapshot a transaction: packing in between takes nothing from it."""
    count = f"SELECT count(*) FROM fixes_of({kept.town.device_no['pool']}, '2026-01-01Z', '2028-01-01Z')"
    async with await db.connect(database.engine) as engine:
        await stream.one_snapshot_a_transaction(engine)
        async with engine.transaction():
            assert await store.value(engine, count, {}) == 2 * A_DAY_S
            await close(kept)
            assert await store.value(engine, count, {}) == 2 * A_DAY_S
        assert await store.value(engine, count, {}) == 2 * A_DAY_S


async def test_what_comes_for_a_packed_day_is_stored_once_and_packed_in_its_turn(kept: Kept, writer: Writer) -> None:
    """New fixes of a packed day are stored, the same again is a duplicate and another one at its time a collision, before and after they are packed too."""
    await close(kept)
    at = DAY + timedelta(days=2)
    late = [said(instants(DAY)[0] + timedelta(seconds=second)) for second in (1, 2)]
    assert await writer.say("dev-pool", *late, said(at), at=at) == (3, 0, 0)
    for _ in range(2):
        assert await writer.say("dev-pool", *late, said(at), at=at) == (0, 3, 0)
        assert await writer.say("dev-pool", said(instants(DAY)[0] + timedelta(seconds=1), 117), at=at) == (0, 0, 1)
        assert await writer.say("dev-pool", said(instants(DAY)[3]), at=at) == (
            0,
            0,
            1,
        )  # another place than the stored one
        assert sum(await places(kept)) == 4 * A_DAY_S + 3
        assert len(await kept.visible("pool")) == 2 * A_DAY_S + 3
        await close(kept)
    assert await places(kept) == [2 * A_DAY_S + 1, 2 * A_DAY_S + 2]
    assert await kept.count("position_late") == 0


async def test_what_an_engine_has_not_read_is_not_packed(kept: Kept, writer: Writer) -> None:
    """The engine reads by batch, and finds every batch it has not read among the open fixes."""
    at = DAY + timedelta(hours=11)
    assert await writer.say("dev-pool", said(at), at=at) == (1, 0, 0)
    assert await writer.say("dev-pool", said(at + timedelta(seconds=1)), at=at) == (1, 0, 0)
    await kept.conn.execute(
        "INSERT INTO engine_watermark (engine, writer_no, batch) VALUES ('geofence', %s, 1)", (writer.writer_no,)
    )
    assert (await close(kept))["fixes"] == 2 * A_DAY_S + 1
    (batch,) = await stream.unread_batches(kept.conn, "geofence", 10)
    assert [(device_no, fix.at_ms) for device_no, fix in await stream.fixes_of(kept.conn, [batch])] == [
        (kept.town.device_no["pool"], round((at.timestamp() + 1) * 1000))
    ]
    await kept.conn.execute("UPDATE engine_watermark SET batch = 2")
    assert (await close(kept))["late"] == 1
    assert await kept.count("position_late") == 0
    assert len(await kept.visible("pool")) == 2 * A_DAY_S + 2


async def test_a_day_waits_while_an_engine_is_far_behind(
    kept: Kept, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is packed then, and the next day neither: the packed days are one stretch."""
    monkeypatch.setattr(packing, "UNREAD_AT_MOST", 0)
    at = DAY + timedelta(hours=11)
    await writer.say("dev-pool", said(at), at=at)
    await kept.conn.execute(
        "INSERT INTO engine_watermark (engine, writer_no, batch) VALUES ('geofence', %s, 0)", (writer.writer_no,)
    )
    assert (await close(kept, NEXT_DAY + A_DAY))["days"] == 0
    await kept.conn.execute("UPDATE engine_watermark SET batch = 1")
    assert (await close(kept, NEXT_DAY + A_DAY))["days"] == 2


async def test_nothing_is_stored_between_the_end_of_a_day_and_its_closing(kept: Kept, writer: Writer) -> None:
    """A batch that comes while a day is closed waits, and finds the day packed."""
    at = DAY + timedelta(days=2)
    async with kept.conn.transaction():
        await packing.pack_day(kept.conn, DAY, NEXT_DAY)
        storing = asyncio.create_task(writer.say("dev-pool", said(DAY + timedelta(hours=12)), at=at))
        await asyncio.sleep(0.3)
        assert not storing.done()
    assert await storing == (1, 0, 0)
    assert await kept.count("position_late") == 1


async def test_history_is_read_on_into_open_days(kept: Kept) -> None:
    """Judging again goes from fix to fix of a locator, through packed days into open ones, as many at a time as asked."""
    from geofence.live.registry import BindingRow

    await kept.conn.execute("INSERT INTO ingest_writer (name, last_batch) VALUES ('w', 1)")
    await kept.conn.execute("UPDATE position SET writer_no = (SELECT writer_no FROM ingest_writer)")
    await kept.conn.execute(
        "INSERT INTO engine_watermark (engine, writer_no, batch) SELECT 'geofence', writer_no, 1 FROM ingest_writer"
    )
    await close(kept)
    binding = BindingRow(
        vehicle_id=str(kept.town.vehicles["pool"]),
        device_no=kept.town.device_no["pool"],
        from_ms=-(1 << 50),
        to_ms=1 << 50,
    )
    found, after_ms = [], -(1 << 50)
    while more := await stream.history(kept.conn, "geofence", [binding], after_ms, limit=50):
        found += [fix.at_ms for fix in more]
        after_ms = found[-1]
    assert found == [round(at.timestamp() * 1000) for at in instants(DAY) + instants(NEXT_DAY)]


async def test_holds_thinning_and_ends_reach_packed_days(kept: Kept) -> None:
    """Twelve months later a packed day ends like any other: held fixes stay, the rest is a fix a minute."""
    first = instants(DAY)
    await close(kept, NEXT_DAY + A_DAY)
    await packing.close_days(kept.conn, NEXT_DAY + A_DAY, datetime.now(UTC) + A_DAY)
    await kept.hold(first[12], first[24], vehicle="pool")
    removed = (await kept.remove(datetime(2027, 11, 3, 0, 1, tzinfo=UTC)))["raw_fixes"]
    assert [removed[name] for name in ("chunks", "rows", "held")] == [1, 2 * A_DAY_S, 12]
    assert await kept.visible("pool") == first[:12:6] + first[12:24] + first[24::6] + instants(NEXT_DAY)
    assert await kept.visible("bureau") == first[::6] + instants(NEXT_DAY)
    await kept.remove(DAY + 27 * MONTH)
    assert await kept.visible("pool") == first[12:24]


async def test_a_track_of_a_packed_day_touches_that_day_only(kept: Kept) -> None:
    """However many days are packed, a day's track opens the chunk of that day, by device."""
    await close(kept, NEXT_DAY + A_DAY)
    actor = await kept.town.actor(kept.conn, "inspector", datetime.now(UTC))
    async with kept.web.transaction():
        await kept.web.execute("SET LOCAL enable_seqscan = off")
        await db.scope(kept.web, access.scope_settings(actor))
        about = {"id": kept.town.vehicles["pool"], "start_at": DAY, "end_at": NEXT_DAY, "limit": 1000}
        plan = await (await kept.web.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + TRACK, about)).fetchall()
    text = "\n".join(row[0] for row in plan)
    chunks = await store.rows(kept.conn, "SELECT chunk_name FROM timescaledb_information.chunks WHERE hypertable_name = 'position_packed' ORDER BY range_start", {})  # fmt: skip
    assert [f"{each['chunk_name']} " in text for each in chunks] == [True, False], text


async def test_a_packed_day_in_the_second_part_is_found_by_its_raw_form(kept: Kept, writer: Writer) -> None:
    """The bytes of a fix are still found when the fix was packed, on the machine and by the engineer."""
    at = DAY + timedelta(hours=11)
    await writer.say("dev-pool", said(at), at=at)
    await close(kept)
    found = await store.raw_of(kept.conn, "dev-pool", at)
    assert found is not None
    assert found[0] == at
    assert b"116.1" in (found[1] or b"")
    (device,) = await store.rows(kept.conn, "SELECT id FROM device WHERE code = 'dev-pool'", {})
    actor = await kept.town.actor(kept.conn, "fleet_admin", datetime.now(UTC))
    async with kept.web.transaction():
        await db.scope(kept.web, access.scope_settings(actor))
        cursor = await kept.web.execute("SELECT received_at, payloads FROM raw_form(%s, %s)", (device["id"], at))
        assert [(received_at, payloads is not None) for received_at, payloads in await cursor.fetchall()] == [
            (at, True)
        ]
