"""Foreign senders through a real broker and database: each payload ends as a position, or in quarantine with a reason."""

import asyncio
import json
import os
import random
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.site import start_program
from fleet import db, foreign
from fleet.broker import Address, Connection, ConnectRefused, PublishRefused, Session
from fleet.broker_accounts import Control, Credential, admit_devices, admit_forwarder, let_write, with_control
from fleet.broker_device import device_session
from fleet.seed.reference import seed_tenant
from fleet.sources import FORWARDERS, Source, forwarder_account, forwarder_topic
from fleet.store import device_key
from ingest import store
from ingest.judging import judge_message
from ingest.registry import Registry
from local.mosquitto import Mosquitto
from tests.commands import ran
from tests.unit.test_ingest_foreign import EMQX, HOME, JT808, SOUND, TELTONIKA, TRACCAR, change

PASSWORD = "secret"
REPOSITORY = Path(__file__).parents[2]
GMT8 = timedelta(hours=8)
# Path of the time in each sound message of tests/unit, and how it is written.
TIMES: dict[str, tuple[str, Callable[[datetime], object]]] = {
    "owntracks": ("tst", lambda at: int(at.timestamp())),
    "emqx-jt808": ("body.time", lambda at: (at + GMT8).strftime("%y%m%d%H%M%S")),
    "traccar": ("position.fixTime", lambda at: at.isoformat()),
    "teltonika": ("state.reported.ts", lambda at: int(at.timestamp()) * 1000),
    "homeassistant": ("seen", lambda at: at.isoformat()),  # no time: an unknown key
}
NAMES = {
    "owntracks": "jane/phone",
    "emqx-jt808": "013800138000",
    "traccar": "123456789012345",
    "teltonika": "358491098808487",
    "homeassistant": "van",
}


def message(form: str, at: datetime, **said: object) -> bytes:
    path, written = TIMES[form]
    return json.dumps(change(SOUND[form][1], path, written(at)) | said).encode()


class Site:
    """A database, a broker, an ingest, and five devices bound to their names by the command at the machine."""

    def __init__(self, database: db.Connection, broker: Mosquitto, environment: dict[str, str]) -> None:
        self.database = database
        self.broker = broker
        self.environment = environment
        self.passwords: dict[str, str] = {}

    def command(self, *words: str) -> tuple[int, dict[str, Any]]:
        """`python -m fleet device ...`: exit code and its line."""
        done = ran("fleet", "device", *words, environment=self.environment)
        return done.returncode, json.loads(done.stdout or done.stderr)

    async def bind_all(self, control: Control) -> None:
        """What `bind-source` and `forwarder` do, without a process each."""
        now = datetime.now(UTC)
        for form, name in NAMES.items():
            key = await device_key(self.database, form)
            assert key is not None
            await foreign.bind_source(
                self.database, "test", device=key, source=Source(form), external_id=name, since=None, now=now
            )
            await let_write(control, form, await foreign.topics_of(self.database, key.id, now))
        for source in FORWARDERS:
            topics = (forwarder_topic(source),)
            account = Credential(username=forwarder_account(source), password=PASSWORD, also_writes=topics)
            await admit_forwarder(control, account)

    def as_account(self, name: str) -> Connection:
        address = Address.parse(self.broker.device_url).speaking_as(name, self.passwords.get(name, PASSWORD))
        return Connection(address, device_session(name) if "~" not in name else Session(client_id=name))

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await (await self.database.execute(sql)).fetchall()

    async def until(self, sql: str, wanted: object) -> None:
        async with asyncio.timeout(15):
            while (got := (await self.rows(sql))[0][0]) != wanted:
                assert got != wanted
                await asyncio.sleep(0.05)


@pytest.fixture
async def site(
    environment_of: Callable[..., dict[str, str]], database_url: str, broker: Mosquitto
) -> AsyncIterator[Site]:
    """Devices named after their form, registered 20 days ago and bound; nothing runs yet."""
    async with await db.connect(database_url) as database:
        await seed_tenant(database, code="310000", name="test", timezone="Asia/Shanghai", now=datetime.now(UTC))
        await database.execute(
            """INSERT INTO device (tenant_id, code, installed_at)
            SELECT id, unnest(%s::text[]), now() - interval '20 days' FROM tenant""",
            ([*NAMES, "other"],),
        )

        async def admit(control: Control) -> None:
            await admit_devices(control, [Credential(username=name, password=PASSWORD) for name in [*NAMES, "other"]])

        await with_control(Address.parse(broker.url("admin")), admit, rng=random.Random(1))
        environment = environment_of("fleet") | {"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"]}
        here = Site(database, broker, environment)
        await with_control(Address.parse(broker.url("admin")), here.bind_all, rng=random.Random(1))
        yield here


@pytest.fixture
async def ingest(
    site: Site, environment_of: Callable[..., dict[str, str]], tmp_path: Path
) -> AsyncIterator[subprocess.Popen[bytes]]:
    program = start_program("ingest", environment_of("ingest"), tmp_path / "ingest.log")
    yield program
    program.terminate()
    assert program.wait(10) == 0


def account(form: str) -> str:
    return f"forwarder~{form}" if form in ("emqx-jt808", "traccar") else form


@pytest.mark.parametrize("form", SOUND)
async def test_every_foreign_payload_is_stored_or_quarantined(
    site: Site, ingest: subprocess.Popen[bytes], form: str
) -> None:
    """Sound ones once however often they come, wrong ones and strangers' with a reason, under the device's code."""
    topic = SOUND[form][0]
    now = datetime.now(UTC)
    sound, late = message(form, now - timedelta(seconds=5)), message(form, now - timedelta(hours=1))
    async with site.as_account(account(form)) as sender:
        for payload in (sound, sound, late, b"nonsense", b"{}"):
            await sender.publish(topic, payload)
    # Without a time each arrival is an instant of its own: only the broker's own repetition is known to be one.
    fixes = 3 if form == "homeassistant" else 2
    await site.until("SELECT count(*)::int FROM position", fixes)
    await site.until("SELECT count(*)::int FROM quarantine", 2)
    devices = await site.rows("SELECT DISTINCT d.code FROM position p JOIN device d USING (device_no)")
    assert devices == [(form,)]
    # Nothing of a message of Traccar that is not JSON says whose it is.
    whose = {"" if form == "traccar" else form}
    assert {row[0] for row in await site.rows("SELECT device FROM quarantine")} <= whose | {"traccar:"}
    assert await site.rows("SELECT DISTINCT reason FROM quarantine") == [("malformed",)]
    lon, lat = (await site.rows("SELECT lon_e7 / 1e7, lat_e7 / 1e7 FROM position LIMIT 1"))[0]
    assert (float(lon), float(lat)) == pytest.approx((117.2, 39.1), abs=0.05)
    assert await site.rows(f"SELECT acknowledges, protocol FROM device WHERE code = '{form}'") == [("broker", form)]
    (quality,) = (await site.rows("SELECT bool_and(quality & 128 <> 0) FROM position"))[0]
    assert quality is (form == "homeassistant")


async def test_a_stranger_waits_in_quarantine_and_is_taken_once_bound(
    site: Site, ingest: subprocess.Popen[bytes]
) -> None:
    """Never lost: kept under the name it came with; a binding is seen without a restart."""
    now = datetime.now(UTC)
    stranger = change(json.loads(message("traccar", now)), "device.uniqueId", "999")
    async with site.as_account("forwarder~traccar") as sender:
        await sender.publish(TRACCAR, json.dumps(stranger).encode())
        await site.until("SELECT count(*)::int FROM quarantine", 1)
        kept = await site.rows("SELECT device, reason, tenant_id, payload FROM quarantine")
        assert kept == [("traccar:999", "unknown_device", None, json.dumps(stranger).encode())]
        code, line = await asyncio.to_thread(site.command, "bind-source", "other", "traccar", "999")
        assert (code, line["topics"]) == (0, [])
        await asyncio.sleep(1.1)
        await sender.publish(TRACCAR, json.dumps(stranger).encode())
        await site.until("SELECT count(*)::int FROM position", 1)


async def test_a_name_changes_hands_with_history(site: Site, ingest: subprocess.Popen[bytes]) -> None:
    """From now on the other device; what is late belongs to the first, which may write there no longer."""
    now = datetime.now(UTC)
    code, line = await asyncio.to_thread(site.command, "bind-source", "other", "owntracks", "jane/phone")
    assert (code, line["topics"]) == (0, ["owntracks/jane/phone", "owntracks/jane/phone/event"])
    async with site.as_account("owntracks") as before:
        with pytest.raises(PublishRefused):
            await before.publish("owntracks/jane/phone", message("owntracks", now))
    await asyncio.sleep(5.1)  # a name that is known already is read again by now
    async with site.as_account("other") as after:
        await after.publish("owntracks/jane/phone", message("owntracks", now - timedelta(minutes=10)))
        await after.publish("owntracks/jane/phone", message("owntracks", datetime.now(UTC) + timedelta(seconds=1)))
    await site.until("SELECT count(*)::int FROM position", 2)
    owners = await site.rows("SELECT d.code FROM position p JOIN device d USING (device_no) ORDER BY p.fixed_at")
    assert owners == [("owntracks",), ("other",)]
    history = await site.rows("""SELECT d.code, upper_inf(b.during) FROM source_binding b JOIN device d ON d.id = b.device_id
        WHERE source = 'owntracks' ORDER BY lower(b.during)""")
    assert history == [("owntracks", False), ("other", True)]
    code, line = await asyncio.to_thread(site.command, "unbind-source", "other", "owntracks", "jane/phone")
    assert (code, line["topics"]) == (0, [])
    assert (await asyncio.to_thread(site.command, "unbind-source", "other", "owntracks", "jane/phone"))[0] == 2
    journal = await site.rows("SELECT action FROM journal WHERE action LIKE 'device.%bind_source' ORDER BY seq")
    assert [row[0] for row in journal[-2:]] == ["device.bind_source", "device.unbind_source"]


async def test_a_forwarding_server_gets_an_account_of_its_own(site: Site) -> None:
    """The password is printed once; a new call draws a new one."""
    printed = [(await asyncio.to_thread(site.command, "forwarder", "traccar"))[1] for _ in range(2)]
    assert {one["username"] for one in printed} == {"forwarder~traccar"} == {one["client_id"] for one in printed}
    assert printed[1]["topics"] == ["traccar/#"]
    for password, may in ((printed[0]["password"], False), (printed[1]["password"], True)):
        site.passwords["forwarder~traccar"] = password
        if may:
            async with site.as_account("forwarder~traccar") as connection:
                await connection.publish(TRACCAR, b"{}")
        else:
            with pytest.raises(ConnectRefused):
                await site.as_account("forwarder~traccar").__aenter__()


async def test_a_device_without_an_account_can_be_bound_and_gets_its_topics_with_the_account(site: Site) -> None:
    """Register, bind, credential: in any order."""
    await site.database.execute(
        "INSERT INTO device (tenant_id, code, installed_at) SELECT id, 'bare', now() FROM tenant"
    )
    code, line = await asyncio.to_thread(site.command, "bind-source", "bare", "homeassistant", "shed")
    assert (code, line["topics"]) == (0, ["location/shed"])


async def test_who_may_write_where(site: Site) -> None:
    """A device exactly on its own foreign topic, a forwarding server on its own tree, nobody anywhere else."""
    topics = {
        *("owntracks/jane/phone", "owntracks/jane/phone/event", "owntracks/jane/other", "owntracks/jane/phone/cmd"),
        *(HOME, "location/other", TELTONIKA, "r/c/teltonika/1/data", EMQX, "jt808/c/1/up", "jt808/c/1/dn"),
        *(TRACCAR, "traccar/a/b", "fleet/v1/owntracks/pos", "fleet/v1/other/pos"),
    }
    may = {
        "owntracks": {"owntracks/jane/phone", "owntracks/jane/phone/event", "fleet/v1/owntracks/pos"},
        "homeassistant": {HOME},
        "teltonika": {TELTONIKA},
        "traccar": set[str](),
        "other": {"fleet/v1/other/pos"},
        "forwarder~traccar": {TRACCAR, "traccar/a/b"},
        "forwarder~emqx-jt808": {EMQX, "jt808/c/1/up"},
    }
    for name, allowed in may.items():
        written = set()
        async with site.as_account(name) as connection:
            for topic in sorted(topics):
                try:
                    await connection.publish(topic, b"1")
                    written.add(topic)
                except PublishRefused:
                    pass
        assert written == allowed, name


async def test_a_new_credential_keeps_the_foreign_topics(site: Site) -> None:
    """What the page does for a lost password must not silence the device."""
    key = await device_key(site.database, "homeassistant")
    assert key is not None
    topics = await foreign.topics_of(site.database, key.id, datetime.now(UTC))

    async def renew(control: Control) -> None:
        await admit_devices(control, [Credential(username="homeassistant", password="new", also_writes=topics)])

    await with_control(Address.parse(site.broker.url("admin")), renew, rng=random.Random(1))
    site.passwords["homeassistant"] = "new"
    async with site.as_account("homeassistant") as connection:
        await connection.publish(HOME, b"{}")


@pytest.mark.parametrize(
    "words",
    [
        ("bind-source", "nobody", "owntracks", "a/b"),
        ("bind-source", "other", "owntracks", "a/+"),
        ("bind-source", "other", "morse", "a"),
        ("bind-source", "other", "owntracks", "a/b", "--since", "2999-01-01T00:00:00Z"),
        ("bind-source", "other", "traccar", "123456789012345", "--since", "2020-01-01T00:00:00Z"),
        ("forwarder", "owntracks"),
    ],
)
async def test_what_cannot_be_bound_is_refused_and_nothing_is_left(site: Site, words: tuple[str, ...]) -> None:
    """Exit 2 with one line; no binding appears."""
    done = await asyncio.to_thread(ran, "fleet", "device", *words, environment=site.environment)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert await site.rows("SELECT count(*)::int FROM source_binding") == [(5,)]


async def test_retained_messages_are_stored_once_or_kept_with_a_reason(
    site: Site, environment_of: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    """What waits at the broker when ingest comes for the first time."""
    now = datetime.now(UTC)
    for form in ("owntracks", "homeassistant"):
        async with site.as_account(form) as sender:
            await sender.publish(SOUND[form][0], message(form, now), retain=True)
    ingest = start_program("ingest", environment_of("ingest"), tmp_path / "ingest.log")
    try:
        await site.until("SELECT count(*)::int FROM position", 1)
        await site.until("SELECT count(*)::int FROM quarantine", 1)
    finally:
        ingest.terminate()
        ingest.wait(10)
    assert await site.rows("SELECT device, reason FROM quarantine") == [("homeassistant", "unsupported")]
    assert await site.rows("SELECT count(*)::int FROM device_state WHERE online") == [(0,)]


async def test_what_the_broker_repeats_is_stored_once_even_without_a_time(site: Site, engine_url: str) -> None:
    """Killed between commit and acknowledgement: the same messages come again, at a later instant."""
    async with await db.connect(engine_url) as connection:
        await store.prepare(connection)
        writer = await store.claim_writer(connection, "test")
        registry: Registry = await store.load_registry(connection)
        start = datetime.now(UTC)
        bodies = [change(SOUND["homeassistant"][1], "longitude", 117.2 + number / 10) for number in range(3)]

        async def save(at: datetime, repeated: bool, *which: int) -> int:
            judged = [
                judge_message(HOME, json.dumps(bodies[number]).encode(), registry, at, repeated=repeated)
                for number in which
            ]
            return (await store.save(connection, writer, judged)).stored

        assert await save(start, False, 0) == 1
        assert await save(start + timedelta(seconds=1), False, 1) == 1
        # 2 was under way and never stored; 0 and 1 were stored and never acknowledged.
        assert await save(start + timedelta(seconds=60), True, 0, 1) == 0
        assert await save(start + timedelta(seconds=61), True, 2) == 1
        assert await save(start + timedelta(seconds=90), False, 0) == 1  # there again, said anew
    assert await site.rows("SELECT count(*)::int FROM position") == [(4,)]
    assert await site.rows("SELECT count(*)::int FROM quarantine") == [(0,)]


async def test_a_phone_comes_and_goes(site: Site, ingest: subprocess.Popen[bytes]) -> None:
    """The broker speaks its last will; the next live position takes it back; a transition is an event."""
    now = datetime.now(UTC)
    online = "SELECT online FROM device_state s JOIN device d USING (device_no) WHERE d.code = 'owntracks'"
    entered = message("owntracks", now, _type="transition", event="enter")
    async with site.as_account("owntracks") as phone:
        await phone.publish("owntracks/jane/phone", message("owntracks", now))
        await site.until(f"SELECT ({online}) IS TRUE", True)
        await phone.publish("owntracks/jane/phone", b'{"_type": "lwt", "tst": 1}')
        await site.until(f"SELECT ({online}) IS FALSE", True)
        await phone.publish("owntracks/jane/phone", message("owntracks", now + timedelta(seconds=1)))
        await site.until(f"SELECT ({online}) IS TRUE", True)
        for _ in range(2):
            await phone.publish("owntracks/jane/phone/event", entered)
        await site.until("SELECT count(*)::int FROM device_event WHERE code = 'transition'", 1)
    assert await site.rows("SELECT count(*)::int FROM quarantine") == [(0,)]


async def test_a_terminal_behind_the_gateway_of_emqx(site: Site, ingest: subprocess.Popen[bytes]) -> None:
    """A bulk upload: good items are stored, the bad one is kept with its index; a heartbeat leaves nothing."""
    now = datetime.now(UTC)
    body = json.loads(message("emqx-jt808", now))["body"]
    earlier = body | {"time": (now - timedelta(minutes=1) + GMT8).strftime("%y%m%d%H%M%S")}
    bulk = change(JT808, "header.msg_id", 1796) | {"body": {"type": 1, "length": 3, "location": [body, {}, earlier]}}
    heartbeat = change(JT808, "header.msg_id", 2) | {"body": {}}
    async with site.as_account("forwarder~emqx-jt808") as sender:
        for one in (heartbeat, bulk, bulk):
            await sender.publish(EMQX, json.dumps(one).encode())
    await site.until("SELECT count(*)::int FROM position", 2)
    await site.until("SELECT coalesce(sum(times), 0)::int FROM quarantine", 2)
    assert await site.rows("SELECT device, reason, item, times FROM quarantine") == [("emqx-jt808", "malformed", 1, 2)]


async def test_the_web_sees_the_names_of_its_own_tenant_only(site: Site, web_url: str) -> None:
    """Row-level security is forced: no scope no rows, no page writes."""
    (tenant,) = (await site.rows("SELECT id::text FROM tenant"))[0]
    person = "00000000-0000-0000-0000-000000000001"
    async with await db.connect(web_url) as web:
        for settings, seen in (
            ({}, 0),
            ({"tenant": tenant, "person": person}, 5),
            ({"tenant": person, "person": person}, 0),
        ):
            async with web.transaction():
                await db.scope(web, settings or {"tenant": ""})
                row = await (await web.execute("SELECT count(*)::int FROM source_binding")).fetchone()
                assert row == (seen,)
        with pytest.raises(db.pg_errors.InsufficientPrivilege):
            await web.execute("DELETE FROM source_binding")
    forced = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'source_binding'"
    assert await site.rows(forced) == [(True,)]
