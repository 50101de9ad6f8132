"""The store alone, on a real database: whatever a device can say, the transaction takes it or names it."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.faults.scale import progress, size
from fleet import db, raw
from fleet.seed.reference import seed_tenant
from ingest import store
from ingest.batch import Judged, answer
from ingest.judging import judge_message
from ingest.newest import Newest
from ingest.registry import Registry
from ingest.row import COLUMNS
from ingest.store_rows import STAGED
from tests.unit.test_ingest_native import JSON, KEYS

NOW = datetime.now(UTC).replace(microsecond=0)
FIX = {"lon": 121.4, "lat": 31.2}
VALUES = (
    JSON | st.text(max_size=5) | st.sampled_from(["\x00", "\ud7ff", "a\x00b", 1e308, -1e308, 2**63, "GCJ02", [], {}])
)


class Database:
    """A connection ready to save, and the devices judging knows."""

    def __init__(self, connection: db.Connection, writer_no: int, registry: Registry) -> None:
        self.connection = connection
        self.writer_no = writer_no
        self.registry = registry

    def judge(self, device: str, body: object, kind: str = "pos") -> Judged:
        return judge_message(f"fleet/v1/{device}/{kind}", json.dumps(body).encode(), self.registry, NOW)

    async def save(self, *messages: Judged) -> list[tuple[int, int, int]]:
        """Stored, duplicate and rejected of each message."""
        saved = await store.save(self.connection, self.writer_no, list(messages))
        told = [answer(judged, saved.folded, saved.met) for judged in messages]
        return [(one.stored, one.duplicate, len(one.rejected)) for one in told]

    async def hash(self) -> object:
        """Everything that must not depend on the order of arrival."""
        sql = """
            SELECT (SELECT md5(string_agg(p::text, '|' ORDER BY device_no, fixed_at)) FROM
                    (SELECT device_no, fixed_at, lon_e7, lat_e7, speed_dkmh, quality, detail FROM position) p),
                   (SELECT md5(string_agg(l::text, '|' ORDER BY device_no)) FROM
                    (SELECT device_no, fixed_at, lon_e7, lat_e7 FROM latest_position) l)"""
        return await (await self.connection.execute(sql)).fetchone()


async def database(owner_url: str, engine_url: str) -> Database:
    owner = await db.connect(owner_url)
    async with owner, owner.transaction():
        tenant_id = await seed_tenant(owner, code="310000", name="t", timezone="Asia/Shanghai", now=NOW)
        for code in ("dev0", "dev1", "dev2"):
            await owner.execute(
                "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, %s, %s)",
                (tenant_id, code, NOW - timedelta(days=60)),
            )
    connection = await db.connect(engine_url)
    await store.prepare(connection)
    return Database(connection, await store.claim_writer(connection, "test"), await store.load_registry(connection))


async def test_the_database_takes_whatever_judging_lets_through(database_url: str, engine_url: str) -> None:
    """1,200 random messages on every topic: no value reaches a column that refuses it."""
    here = await database(database_url, engine_url)
    async with here.connection:
        taken: list[Judged] = []

        @settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            body=st.dictionaries(KEYS | st.text(max_size=6), VALUES, max_size=8),
            age_s=st.integers(-400, 3_000_000),
            kind=st.sampled_from(["pos", "pos", "pos", "event", "status"]),
            code=st.text(max_size=5),
        )
        def collect(body: dict[str, object], age_s: int, kind: str, code: str) -> None:
            good: dict[str, object] = {"t": NOW.timestamp() - age_s, "code": code} | FIX
            taken.append(here.judge("dev1", body | good, kind))
            taken.append(here.judge("dev1", good | body, kind))

        collect()
        for start in range(0, len(taken), 100):
            await here.save(*taken[start : start + 100])
        row = await (await here.connection.execute("SELECT count(*) FROM position")).fetchone()
        assert row is not None
        assert row[0] > 50


async def test_a_number_too_large_for_its_column_is_refused_and_never_cut(database_url: str, engine_url: str) -> None:
    """The binary form of COPY would cut a number to the width of its column without a word: each is refused instead."""
    here = await database(database_url, engine_url)
    async with here.connection:
        sound = here.judge("dev1", {"t": NOW.timestamp()} | FIX)
        for index, name in enumerate(COLUMNS):
            if STAGED[name] != "int8":
                continue
            for value in (2**40, -(2**40), 2**63):
                columns = (*sound.rows[0].columns[:index], value, *sound.rows[0].columns[index + 1 :])
                with pytest.raises(store.CannotStore):
                    await here.save(replace(sound, rows=(replace(sound.rows[0], columns=columns),)))
        assert await here.save(sound) == [(1, 0, 0)]


async def test_a_device_that_comes_and_goes_in_one_batch_ends_as_if_each_time_were_a_batch(
    database_url: str, engine_url: str
) -> None:
    """200 random sequences of on and off, in one batch and one by one: the same state since the same instant."""
    here = await database(database_url, engine_url)
    rng = random.Random(11)
    states = "SELECT d.code, online, changed_at FROM device_state JOIN device d USING (device_no) ORDER BY 1"
    async with here.connection:
        at = NOW
        for _ in range(200):
            sequences: list[list[Judged]] = []
            for _ in range(rng.randint(1, 9)):
                at += timedelta(seconds=1)
                said = rng.choice([b"online", b"offline"])
                pair = [judge_message(f"fleet/v1/{code}/status", said, here.registry, at) for code in ("dev0", "dev1")]
                sequences.append(pair)
            await here.save(*(together for together, _ in sequences))
            for _, alone in sequences:
                await here.save(alone)
            (_, *together), (_, *alone) = await (await here.connection.execute(states)).fetchall()
            assert together == alone


@pytest.mark.fault
@pytest.mark.timeout(0)
async def test_any_order_of_arrival_gives_the_same_tables(database_url: str) -> None:
    """F06, 10 (1,000) times: messages of three devices shuffled, repeated and split differently end in the same rows and latest positions."""
    here = await database(database_url, database_url)
    async with here.connection:
        rng = random.Random(6)
        bodies = [
            (
                f"dev{number % 3}",
                {"fixes": [FIX | {"t": NOW.timestamp() - number - 300 * k, "seq": k} for k in range(5)]},
            )
            for number in range(60)
        ]
        hashes = set()
        for number in range(size(10, 1_000)):
            progress(f"F06 permutation {number + 1}")
            await here.connection.execute("DELETE FROM position")
            await here.connection.execute("DELETE FROM latest_position")
            arriving = [here.judge(*body) for body in bodies + rng.choices(bodies, k=40)]
            rng.shuffle(arriving)
            stored = 0
            while arriving:
                taken = rng.randint(1, 30)
                stored += sum(one[0] for one in await here.save(*arriving[:taken]))
                arriving = arriving[taken:]
            assert stored == 300
            hashes.add(await here.hash())
        assert len(hashes) == 1


async def test_believing_wrongly_that_everything_is_new_changes_nothing(database_url: str, engine_url: str) -> None:
    """Duplicates, collisions and new fixes in one batch end the same whether or not what is stored was known; a batch of new ones too."""
    here = await database(database_url, engine_url)
    async with here.connection:
        ended = []
        for code, believe in (("dev1", True), ("dev2", False)):

            def batch(*ages_s: int, code: str = code, seq: int = 1) -> Judged:
                fixes = [FIX | {"t": NOW.timestamp() - age_s, "seq": seq} for age_s in ages_s]
                return here.judge(code, {"fixes": fixes})

            told = []
            for messages in (
                [batch(50, 40, 30)],
                [batch(20), batch(30, 20, 10, seq=2), batch(40)],
                [batch(60, 5)],
                [batch(60, 5)],
                [batch(4, 3)],
            ):
                known = Newest() if believe else None  # knows of nothing: every key must be new
                saved = await store.save(here.connection, here.writer_no, messages, known=known)
                told += [answer(judged, saved.folded, saved.met) for judged in messages]
            sql = """
                SELECT (SELECT array_agg((p.fixed_at, p.detail)::text ORDER BY p.fixed_at) FROM position p WHERE device_no = d.device_no),
                    (SELECT l.fixed_at FROM latest_position l WHERE l.device_no = d.device_no),
                    (SELECT count(*) FROM quarantine q WHERE q.device = d.code AND q.reason = 'collision')
                FROM device d WHERE code = %s"""
            ended.append((told, await (await here.connection.execute(sql, (code,))).fetchone()))
            packed = await (await here.connection.execute("SELECT payloads FROM raw_batch")).fetchall()
            kept = [key for (payloads,) in packed for key in raw.unpack(payloads)]
            assert len(kept) == len(set(kept)) == 9 * len(ended)
        assert ended[0] == ended[1]
        row = ended[0][1]
        assert row is not None
        assert (len(row[0]), row[1], row[2]) == (9, NOW - timedelta(seconds=3), 2)


async def test_a_transaction_that_failed_leaves_nothing(database_url: str, engine_url: str) -> None:
    """Either all of a batch or none of it: numbers, positions, quarantine and the list of batches agree afterwards."""
    here = await database(database_url, engine_url)
    async with here.connection:
        good = here.judge("dev1", FIX | {"t": NOW.timestamp()})
        ghost = here.judge("dev2", "online", "status")
        state = judge_message("fleet/v1/dev2/status", b"online", here.registry, NOW)
        owner = await db.connect(database_url)
        async with owner:
            await owner.execute("DELETE FROM device WHERE code = 'dev2'")
        try:
            await here.save(good, ghost, state)
        except store.CannotStore:
            pass
        else:
            raise AssertionError("the database took the state of a device that is gone")
        for table in ("position", "quarantine", "ingest_batch", "latest_position", "device_state"):
            row = await (await here.connection.execute(f"SELECT count(*) FROM {table}")).fetchone()
            assert row == (0,), table
        assert await here.save(good) == [(1, 0, 0)]
        row = await (await here.connection.execute("SELECT batch, fixes FROM ingest_batch")).fetchone()
        assert row == (1, 1)
