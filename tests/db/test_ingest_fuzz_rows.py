"""What the fuzzer calls storable the database stores: mutated messages of every decoder through the real tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from benchmarks.faults.scale import seed, size
from benchmarks.fuzz import corpus
from benchmarks.fuzz.decoders import DECODERS, DEVICE, FIXED_AT, JT808, NAMES, NOW, REGISTRY, TOPICS
from benchmarks.fuzz.run import inputs
from fleet import db
from fleet.seed.reference import seed_tenant
from ingest import store
from ingest.batch import Judged, Row
from ingest.judging import judge_message, refused_by_database

SENDERS = [(name, topic) for name in (*NAMES, "native") for topic in TOPICS[name]]


async def prepared(owner_url: str, engine_url: str) -> tuple[db.Connection, int]:
    """A connection ready to save, and its writer; the fuzzer's device is the first of its tenant."""
    owner = await db.connect(owner_url)
    async with owner, owner.transaction():
        tenant_id = await seed_tenant(owner, code="310000", name="t", timezone="Asia/Shanghai", now=datetime.now(UTC))
        cursor = await owner.execute(
            "INSERT INTO device (tenant_id, code, installed_at) VALUES (%s, 'd', %s) RETURNING device_no",
            (tenant_id, NOW - timedelta(days=90)),
        )
        assert await cursor.fetchone() == (DEVICE.device_no,)
    connection = await db.connect(engine_url)
    await store.prepare(connection)
    return connection, await store.claim_writer(connection, "test")


def apart(judged: Judged, tenant_id: str, number: int) -> Judged:
    """With a tenant that exists, and at a time of its own: of rows with one key only the first would be written."""
    shift = timedelta(milliseconds=number)
    rows = tuple(
        Row((row.columns[0], row.key[1] + shift, *row.columns[FIXED_AT + 1 :]), row.payload, row.item)
        for row in judged.rows[:1]
    )
    event = judged.event
    if event is not None:
        event = replace(event, tenant_id=tenant_id, happened_at=min(event.happened_at, NOW) + shift)
    tenant = tenant_id if judged.tenant_id else None
    return msgspec.structs.replace(judged, tenant_id=tenant, rows=rows, event=event)


@pytest.mark.fault
@pytest.mark.timeout(0)
async def test_f11_the_database_takes_what_the_decoders_make_of_anything(database_url: str, engine_url: str) -> None:
    """The kept corpus and 2,000 (20,000) mutations of each form: not one value reaches a column that refuses it."""
    connection, writer_no = await prepared(database_url, engine_url)
    async with connection:
        row = await (await connection.execute("SELECT id::text FROM tenant")).fetchone()
        assert row is not None
        judged: list[Judged] = []
        for name, topic in SENDERS:
            draw = inputs(name, f"rows {seed()}")
            payloads = corpus.load(name) + [draw() for _ in range(size(2_000, 20_000))]
            for payload in payloads:
                judged.append(apart(judge_message(topic, payload, REGISTRY, NOW), row[0], len(judged)))
        for start in range(0, len(judged), 500):
            await store.save(connection, writer_no, judged[start : start + 500])
        stored = await (await connection.execute("SELECT count(*) FROM position")).fetchone()
        assert stored is not None
        assert stored[0] > len(judged) / 10
        read_back = await (
            await connection.execute("SELECT detail::text FROM position WHERE detail IS NOT NULL")
        ).fetchall()
        assert all("\x00" not in text for (text,) in read_back)


async def test_a_name_of_64_kib_does_not_stop_ingest(database_url: str, engine_url: str) -> None:
    """Traccar names the sender in the body: longer than an index entry may be, it is cut in quarantine and kept in the bytes."""
    connection, writer_no = await prepared(database_url, engine_url)
    async with connection:
        name = "".join(chr(0x4E00 + number * 7_919 % 20_000) for number in range(20_000))  # does not compress
        payload = f'{{"device":{{"uniqueId":"{name}"}},"position":{{"fixTime":{int(NOW.timestamp() * 1000)},"latitude":39.1,"longitude":117.2}}}}'.encode()
        judged = judge_message(TOPICS["traccar"][0], payload, REGISTRY, NOW)
        await store.save(connection, writer_no, [judged])
        await store.save(connection, writer_no, [refused_by_database(judged, payload, "again")])
        rows = await (
            await connection.execute("SELECT reason, length(device), payload FROM quarantine ORDER BY reason")
        ).fetchall()
        kept = [(reason, length, bytes(data) == payload) for reason, length, data in rows]
        assert kept == [("malformed", store.LONGEST_DEVICE, True), ("unknown_device", store.LONGEST_DEVICE, True)]


def test_every_decoder_with_topics_is_tried() -> None:
    """A new form in the fuzzer is a new form here; terminals come through the native form."""
    assert {name for name, _ in SENDERS} == set(DECODERS) - {JT808}
