"""Keeping on a real database with moved times: what goes, what a hold keeps, and what people still see."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from fleet import access, db, journal
from fleet.errors import Invalid, NotFound
from fleet.keeping import service, store
from fleet.keeping.terms import cutoffs
from ingest import store as ingest_store
from ingest.judging import judge_message
from tests.commands import ran
from tests.db import town as town_of
from tests.db.kept import A_DAY_S, DAY, MONTH, VEHICLES, Kept, instants
from tests.programs import running
from tests.servers import Database
from web.store.vehicles import TRACK

ZONE = ZoneInfo("Asia/Shanghai")


async def test_twelve_months_of_raw_fixes_stay_readable(kept: Kept) -> None:
    """A day less than twelve months later nothing is gone."""
    removed = await kept.remove(datetime(2027, 11, 2, 23, 59, tzinfo=UTC))
    assert removed["raw_fixes"]["chunks"] == 0
    for vehicle in VEHICLES:
        assert await kept.visible(vehicle) == instants(DAY) + instants(DAY + timedelta(days=1))


async def test_older_fixes_are_thinned_to_the_minute_a_day_at_a_time(kept: Kept) -> None:
    """Twelve months after the first day its chunk is gone, a fix a minute is left, and the second day is whole."""
    told = await service.preview(kept.conn, datetime(2027, 11, 3, 0, 1, tzinfo=UTC))
    assert (told["raw_fixes"]["chunks"], told["raw_fixes"]["rows"]) == (1, 2 * A_DAY_S)
    removed = await kept.remove(datetime(2027, 11, 3, 0, 1, tzinfo=UTC))
    assert removed["raw_fixes"] | {"before": ""} == {
        "before": "",
        "chunks": 1,
        "rows": 120,
        "held": 0,
        "thinned_to": 20,
    }
    assert await kept.visible("pool") == instants(DAY)[::6] + instants(DAY + timedelta(days=1))
    assert (await kept.remove(datetime(2027, 11, 3, 0, 1, tzinfo=UTC)))["raw_fixes"]["chunks"] == 0


async def test_a_hold_keeps_its_vehicle_whole_and_only_its_span(kept: Kept) -> None:
    """Held fixes are as they were after 12 and after 24 months; what is beside the hold is thinned, then gone."""
    first = instants(DAY)
    hold = await kept.hold(first[12], first[24], vehicle="pool")
    before = await store.rows(kept.conn, "SELECT * FROM position WHERE device_no = %(d)s AND fixed_at >= %(a)s AND fixed_at < %(b)s",
                              {"d": kept.town.device_no["pool"], "a": first[12], "b": first[24]})  # fmt: skip
    await kept.remove(DAY + 13 * MONTH)
    second = instants(DAY + timedelta(days=1))[::6]
    assert await kept.visible("pool") == first[:12:6] + first[12:24] + first[24::6] + second
    assert await kept.visible("bureau") == first[::6] + second
    assert await store.rows(kept.conn, "SELECT * FROM position_held ORDER BY fixed_at", {}) == before
    await kept.remove(DAY + 27 * MONTH)
    assert await kept.visible("pool") == first[12:24]
    assert await kept.visible("bureau") == []
    async with kept.conn.transaction():
        await service.release_hold(kept.conn, "test", hold, reason="closed", now=DAY)
    told = await service.preview(kept.conn, DAY + 27 * MONTH)
    assert told["no_longer_held"] == {"rows": 12}
    await kept.remove(DAY + 27 * MONTH)
    assert await kept.visible("pool") == []
    assert await kept.count("position_held") == 0


async def test_a_span_released_in_its_second_year_is_thinned_like_any_other(kept: Kept) -> None:
    """The held rows go, a fix a minute of them stays."""
    first = instants(DAY)
    hold = await kept.hold(first[12], first[24], vehicle="pool")
    await kept.remove(DAY + 13 * MONTH)
    async with kept.conn.transaction():
        await service.release_hold(kept.conn, "test", hold, reason="closed", now=DAY)
    removed = await kept.remove(DAY + 13 * MONTH)
    assert removed["no_longer_held"] == {"rows": 12}
    assert await kept.visible("pool") == first[::6] + instants(DAY + timedelta(days=1))[::6]


async def test_a_hold_placed_in_the_second_year_keeps_what_is_left(kept: Kept) -> None:
    """A fix a minute is all there is by then; it stays when the rest ends."""
    await kept.remove(DAY + 13 * MONTH)
    await kept.hold(DAY, None, vehicle="pool")
    await kept.remove(DAY + 27 * MONTH)
    assert len(await kept.visible("pool")) == 20
    assert await kept.visible("bureau") == []


async def test_a_hold_on_a_person_keeps_the_trips_and_nothing_else(kept: Kept) -> None:
    """Half an hour around the orders the person drove; a trip without a vehicle or of somebody else keeps nothing."""
    start_at = DAY + timedelta(hours=10, minutes=35)  # with the half hour before it: from 10:05 on
    await town_of.add_order(kept.conn, kept.town, requester="employee", unit="bureau", start_at=start_at,
                            vehicle="bureau", driver="driver", state="settled")  # fmt: skip
    await town_of.add_order(kept.conn, kept.town, requester="employee", unit="bureau", start_at=DAY)
    await kept.hold(DAY, DAY + timedelta(days=1), person="driver")
    await kept.hold(DAY, DAY + timedelta(days=1), person="driver2")
    await kept.remove(DAY + 27 * MONTH)
    assert await kept.visible("bureau") == instants(DAY)[30:]
    assert await kept.visible("pool") == []


async def test_payloads_events_and_lists_end_in_their_time_unless_held(kept: Kept) -> None:
    """Quarantine after 30 days, events and batches after 12 months; those of a held vehicle stay."""
    for vehicle in VEHICLES:
        about: dict[str, Any] = {"at": DAY, "device": f"dev-{vehicle}", "no": kept.town.device_no[vehicle]}
        about |= {"digest": vehicle.encode(), "tenant": kept.town.tenant_id}
        await kept.conn.execute(
            """INSERT INTO quarantine (device, topic, received_at, reason, payload, digest, last_received_at)
            VALUES (%(device)s, 't', %(at)s, 'malformed', 'x', %(digest)s, %(at)s)""",
            about,
        )
        await kept.conn.execute(
            """INSERT INTO device_event (tenant_id, device_no, happened_at, received_at, code, body)
            VALUES (%(tenant)s, %(no)s, %(at)s, %(at)s, 'sos', '{}')""",
            about,
        )
    await kept.conn.execute("INSERT INTO ingest_writer (name, last_batch) VALUES ('w', 2)")
    await kept.conn.execute(
        "INSERT INTO ingest_batch SELECT writer_no, b, %s, %s, %s, 1 FROM ingest_writer, generate_series(1, 2) b",
        (DAY, DAY, DAY),
    )
    await kept.conn.execute(
        "INSERT INTO engine_watermark (engine, writer_no, batch) SELECT 'geofence', writer_no, 1 FROM ingest_writer"
    )
    await kept.hold(DAY - timedelta(days=1), DAY + timedelta(days=1), vehicle="pool")
    removed = await kept.remove(DAY + timedelta(days=29))
    assert [removed[name]["rows"] for name in ("quarantine", "device_events", "batch_list")] == [0, 0, 0]
    removed = await kept.remove(DAY + timedelta(days=31))
    assert [removed[name]["rows"] for name in ("quarantine", "device_events", "batch_list")] == [1, 0, 0]
    removed = await kept.remove(DAY + 13 * MONTH)
    assert [removed[name]["rows"] for name in ("quarantine", "device_events", "batch_list")] == [0, 1, 1]
    assert await store.value(kept.conn, "SELECT device FROM quarantine", {}) == "dev-pool"
    assert await store.value(kept.conn, "SELECT batch FROM ingest_batch", {}) == 2  # nobody has read it


async def test_what_is_said_against_fixes_ends_with_the_last_of_them(kept: Kept) -> None:
    """After 24 months, as thinned fixes do; those of a held vehicle stay."""
    for vehicle in VEHICLES:
        await kept.conn.execute(
            "INSERT INTO fix_flag (vehicle_id, fixed_at, tenant_id, flags, profiles_version) VALUES (%s, %s, %s, 8, 1)",
            (kept.town.vehicles[vehicle], DAY, kept.town.tenant_id),
        )
    await kept.hold(DAY - timedelta(days=1), DAY + timedelta(days=1), vehicle="pool")
    await kept.remove(DAY + 23 * MONTH)
    assert await kept.count("fix_flag") == 2
    removed = await kept.remove(DAY + 25 * MONTH)
    assert removed["fix_flags"]["rows"] == 1
    assert await store.value(kept.conn, "SELECT vehicle_id FROM fix_flag", {}) == kept.town.vehicles["pool"]


async def test_commands_and_their_answers_end_after_a_year_unless_held(kept: Kept) -> None:
    """The answer goes before its command, a command that took another's place a night after that one; an open or held one stays."""
    add = """INSERT INTO device_command (tenant_id, device_id, kind, asked_at, asked_as, expires_at, state, closed_at, superseded_by)
        SELECT tenant_id, id, 'locate', %(at)s, 'x', %(at)s + interval '1 day', %(state)s, %(closed_at)s, %(by)s FROM device
        WHERE code = %(code)s RETURNING id"""
    ids = {}
    for vehicle in VEHICLES:
        about: dict[str, Any] = {"at": DAY, "code": f"dev-{vehicle}", "state": "answered", "closed_at": DAY, "by": None}
        newer = ids[vehicle] = await store.value(kept.conn, add, about)
        await store.value(kept.conn, add, about | {"state": "cancelled", "by": newer})
        await store.value(kept.conn, add, about | {"state": "queued", "closed_at": None})
        await kept.conn.execute(
            """INSERT INTO device_command_answer (id, tenant_id, device_id, said_id, ok, heard_at, heard_as, command_id)
            SELECT gen_random_uuid(), tenant_id, device_id, id::text, true, %s, 'answered', id FROM device_command WHERE id = %s""",
            (DAY, newer),
        )
    await kept.hold(DAY - timedelta(days=1), DAY + timedelta(days=1), vehicle="pool")
    removed = await kept.remove(DAY + 11 * MONTH)
    assert [removed[name]["rows"] for name in ("command_answers", "commands")] == [0, 0]
    removed = await kept.remove(DAY + 13 * MONTH)
    assert [removed[name]["rows"] for name in ("command_answers", "commands")] == [1, 1]
    removed = await kept.remove(DAY + 13 * MONTH + timedelta(days=1))
    assert [removed[name]["rows"] for name in ("command_answers", "commands")] == [0, 1]
    left = await store.rows(kept.conn, "SELECT d.code, k.state FROM device_command k JOIN device d ON d.id = k.device_id ORDER BY 1, 2", {})  # fmt: skip
    assert [(one["code"], one["state"]) for one in left] == [
        ("dev-bureau", "queued"), ("dev-pool", "answered"), ("dev-pool", "cancelled"), ("dev-pool", "queued"),
    ]  # fmt: skip


async def test_the_audit_ends_from_its_beginning_and_still_verifies(kept: Kept) -> None:
    """Three years; a held row and what follows it stay; a changed or missing row is found as before."""
    tenant_id = kept.town.tenant_id
    for number in range(10):
        await journal.audit(
            kept.conn, tenant_id=tenant_id, actor="x", action="view_track", object_kind="vehicle",
            object_id=kept.town.vehicles["pool" if number == 4 else "bureau"], purpose="p", detail={"n": number},
            now=DAY + number * MONTH,
        )  # fmt: skip
    hold = await kept.hold(DAY, DAY + 12 * MONTH, vehicle="pool")
    removed = await kept.remove(DAY + (36 + 8) * MONTH)
    assert removed["audit"]["rows"] == 4
    assert (await journal.first_break(kept.conn, tenant_id))["audit"] is None
    async with kept.conn.transaction():
        await service.release_hold(kept.conn, "test", hold, reason="closed", now=DAY)
    removed = await kept.remove(DAY + (36 + 8) * MONTH)
    assert removed["audit"]["rows"] == 5
    assert await store.value(kept.conn, "SELECT min(seq) FROM audit", {}) == 10
    await journal.audit(kept.conn, tenant_id=tenant_id, actor="x", action="a", object_kind="k", object_id=None,
                        purpose="", detail={}, now=DAY + 50 * MONTH)  # fmt: skip
    assert (await journal.first_break(kept.conn, tenant_id))["audit"] is None
    async with kept.conn.transaction(force_rollback=True):
        assert (await kept.remove(DAY + 100 * MONTH))["audit"]["rows"] == 2  # all of it
        assert (await journal.first_break(kept.conn, tenant_id))["audit"] is None
    await kept.conn.execute("UPDATE audit SET purpose = 'other' WHERE seq = 10")
    assert (await journal.first_break(kept.conn, tenant_id))["audit"] == 10
    await kept.conn.execute("DELETE FROM audit WHERE seq = 10")
    assert (await journal.first_break(kept.conn, tenant_id))["audit"] == 11


async def test_a_run_is_done_once_made_up_for_and_never_goes_back(kept: Kept, database: Database) -> None:
    """Two programs at the same time, four nights without power, a clock set back: one run each, journaled."""
    at = datetime(2027, 12, 1, tzinfo=UTC)

    async def run(now: datetime) -> service.Removed | None:
        async with await db.connect(database.owner) as conn:
            return await service.run_if_due(conn, lambda: now, ZONE)

    done = await asyncio.gather(*(run(at) for _ in range(5)))
    assert next(one for one in done if one is not None)["raw_fixes"]["chunks"] == 2
    assert sum(one is not None for one in done) == 1
    assert await run(at + timedelta(hours=1)) is None
    assert await run(at + timedelta(days=5)) is not None
    assert await run(at) is None
    assert await run(at + timedelta(days=5, hours=-1)) is None
    runs = await store.rows(kept.conn, "SELECT missed FROM keep_run ORDER BY due_at", {})
    assert [one["missed"] for one in runs] == [0, 4]
    sql = "SELECT count(*) FROM journal WHERE action = 'keep.run'"
    assert await store.value(kept.conn, sql, {}) == 2
    assert (await journal.first_break(kept.conn, kept.town.tenant_id))["journal"] is None


async def test_a_run_waits_for_one_who_is_placing_a_hold(kept: Kept, database: Database) -> None:
    """Rows can never go between the look at the holds and the end of the chunk."""
    async with await db.connect(database.owner) as other:
        async with kept.conn.transaction():
            await service.add_hold(
                kept.conn, "test", tenant_id=kept.town.tenant_id, vehicle_id=kept.town.vehicles["pool"], person_id=None,
                since=DAY, until=None, reason="file 8", now=DAY,
            )  # fmt: skip
            running = asyncio.create_task(service.remove(other, cutoffs(DAY + 13 * MONTH)))
            await asyncio.sleep(0.5)
            assert not running.done()
        await running
    assert len(await kept.visible("pool")) == 2 * A_DAY_S


async def test_what_breaks_off_leaves_the_chunk_whole(kept: Kept) -> None:
    """A failure after the copying: nothing is copied, nothing gone; the next run does it."""
    await kept.hold(DAY, None, vehicle="pool")

    async def broken_off() -> None:
        async with kept.conn.transaction():
            await store.end_chunk(kept.conn, "position", DAY, DAY + timedelta(days=1), thin=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken_off()
    assert (await kept.count("position"), await kept.count("position_held"), await kept.count("position_thin")) == (
        240,
        0,
        0,
    )


async def test_odd_holds_are_refused(kept: Kept) -> None:
    with pytest.raises(Invalid):
        await kept.hold(DAY, DAY, vehicle="pool")
    with pytest.raises(NotFound):
        await service.release_hold(kept.conn, "test", uuid4(), reason="r", now=DAY)


def fleet(database: Database, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """`python -m fleet ...` as the person at the machine runs it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    done = ran("fleet", *arguments, environment=environment | {"FLEET_DATABASE_URL": database.owner})
    return done.returncode, [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]


async def test_the_command_line_places_lists_releases_and_tells(kept: Kept, database: Database) -> None:
    """hold add, list, release, keep --dry-run and keep, each a line of JSON or more."""
    since = ("--since", DAY.isoformat())
    code, (placed,) = await asyncio.to_thread(
        fleet, database, "hold", "add", "--plate", "测A-pool", *since, "--reason", "Court file 7"
    )
    assert code == 0
    code, (listed,) = await asyncio.to_thread(fleet, database, "hold", "list")
    assert (listed["hold"], listed["reason"]) == (placed["hold"], "Court file 7")
    assert "until" not in listed
    code, _ = await asyncio.to_thread(fleet, database, "hold", "release", placed["hold"], "--reason", "closed")
    assert code == 0
    assert await asyncio.to_thread(fleet, database, "hold", "list") == (0, [])
    code, (refused,) = await asyncio.to_thread(
        fleet, database, "hold", "add", "--person", "ghost", *since, "--reason", "r"
    )
    assert (code, refused["error"]) == (2, "not_found")
    code, told = await asyncio.to_thread(fleet, database, "keep", "--dry-run")
    assert code == 0
    assert {line["would_remove"] for line in told} >= {"raw_fixes", "thinned_fixes", "raw_payloads", "audit"}
    code, told = await asyncio.to_thread(fleet, database, "keep")
    assert (code, {line.get("removed") for line in told} >= {"raw_fixes", "raw_payloads", "audit"}) == (0, True)
    assert await asyncio.to_thread(fleet, database, "keep") == (0, [{"keep": "nothing due"}])


async def test_a_track_is_found_by_index_in_every_part(kept: Kept) -> None:
    """The view people read asks each of the three tables by device and time, never row by row."""
    await kept.hold(DAY, DAY + timedelta(hours=10, minutes=2), vehicle="pool")
    await kept.remove(datetime(2027, 11, 3, 0, 1, tzinfo=UTC))
    actor = await kept.town.actor(kept.conn, "inspector", datetime.now(UTC))
    async with kept.web.transaction():
        await kept.web.execute("SET LOCAL enable_seqscan = off")
        await db.scope(kept.web, access.scope_settings(actor))
        about = {"id": kept.town.vehicles["pool"], "start_at": DAY, "end_at": DAY + timedelta(days=2), "limit": 1000}
        plan = await (await kept.web.execute("EXPLAIN (COSTS OFF) " + TRACK, about)).fetchall()
    text = "\n".join(row[0] for row in plan)
    for table in ("position_held", "_hyper"):
        assert f"Seq Scan on {table}" not in text, text
    assert text.count("Index Cond: ((device_no = b.device_no)") >= 3, text


async def test_the_nightly_program_gets_ready_runs_and_stops(kept: Kept, database: Database, tmp_path: Path) -> None:
    """`python -m fleet keep --forever`: last night's run is made up for at the start; SIGTERM ends it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
    environment |= {"FLEET_DATABASE_URL": database.owner}
    with running("fleet", environment, tmp_path / "keep.log", ["keep", "--forever"]):
        async with asyncio.timeout(10):
            while await kept.count("keep_run") == 0:  # noqa: ASYNC110 - the other program decides
                await asyncio.sleep(0.1)


async def test_the_raw_form_of_a_fix_is_kept_for_thirty_days_and_longer_under_a_hold(
    kept: Kept, database: Database
) -> None:
    """Stored by ingest as it came, byte for byte; after 30 days it is gone, but for the held fixes of the same batch."""
    now = datetime.now(UTC).replace(microsecond=0)
    async with await db.connect(database.engine) as ingest:
        await ingest_store.prepare(ingest)
        writer_no = await ingest_store.claim_writer(ingest, "test")
        registry = await ingest_store.load_registry(ingest)
        said = {
            name: b'{ "t": %d,  "lon":116.1, "lat" : 32.0, "odd": "\xc3\xa9" }' % (now.timestamp() - 60)
            for name in VEHICLES
        }
        judged = [judge_message(f"fleet/v1/dev-{name}/pos", said[name], registry, now) for name in VEHICLES]
        await ingest_store.save(ingest, writer_no, judged)
        await ingest_store.save(ingest, writer_no, judged)  # again: nothing is kept twice
    at = now - timedelta(seconds=60)
    assert await kept.count("raw_batch") == 1
    for name in VEHICLES:
        assert await store.raw_of(kept.conn, f"dev-{name}", at) == (now, said[name])
    code, (told,) = await asyncio.to_thread(fleet, database, "raw", "dev-pool", at.isoformat())
    assert (code, told["payload"].encode()) == (0, said["pool"])
    hold = await kept.hold(now - timedelta(days=1), None, vehicle="pool")
    assert (await kept.remove(now + timedelta(days=29)))["raw_payloads"]["chunks"] == 0
    removed = await kept.remove(now + timedelta(days=32))
    assert removed["raw_payloads"] | {"before": ""} == {"before": "", "chunks": 1, "rows": 1, "held": 1}
    assert await store.raw_of(kept.conn, "dev-pool", at) == (now, said["pool"])
    assert await store.raw_of(kept.conn, "dev-bureau", at) == (now, None)
    async with kept.conn.transaction():
        await service.release_hold(kept.conn, "test", hold, reason="closed", now=now)
    await kept.remove(now + timedelta(days=32))
    assert await store.raw_of(kept.conn, "dev-pool", at) == (now, None)
    assert await store.raw_of(kept.conn, "dev-pool", at + timedelta(seconds=1)) is None
