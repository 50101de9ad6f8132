"""Asking, taking back, hearing and ending commands on a real database: who may, what supersedes what, what changes nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from fleet import db
from fleet.access import scope_settings
from fleet.commanding import service, store
from fleet.commanding.life import Handed, Kind, Order
from fleet.db import pg_errors, scope
from fleet.errors import Conflict, Forbidden, NotFound, TooMany, WrongState
from tests.db import town as towns
from tests.db.town import Town
from tests.servers import Database

LOCATE = Order(kind=Kind.LOCATE)
TEXT = Order(kind=Kind.TEXT, text="请回电")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """A town, the engine's and the web's connection."""

    owner: db.Connection
    engine: db.Connection
    web: db.Connection
    town: Town

    async def device(self, name: str) -> UUID:
        (row,) = await store.rows(self.owner, "SELECT id FROM device WHERE code = %(code)s", {"code": f"dev-{name}"})
        return UUID(str(row["id"]))

    async def ask(
        self, person: str, order: Order, vehicle: str = "pool", now: datetime | None = None, **more: Any
    ) -> service.Asked:
        """As the web does it: the person's scope, one transaction."""
        actor = await self.town.actor(self.owner, person)
        async with self.web.transaction():
            await scope(self.web, scope_settings(actor))
            return await service.ask(
                self.web, actor, tenant_id=self.town.tenant_id, device_id=await self.device(vehicle), order=order,
                purpose="", valid_for_s=more.get("valid_for_s"), now=now or utc_now(),
            )  # fmt: skip

    async def state(self, command_id: UUID) -> str:
        (row,) = await store.rows(self.owner, "SELECT state FROM device_command WHERE id = %(id)s", {"id": command_id})
        return str(row["state"])

    async def says(self, vehicle: str, at: datetime, **said: Any) -> None:
        """An event as ingest stores it."""
        await self.engine.execute(
            """INSERT INTO device_event (tenant_id, device_no, happened_at, received_at, code, body)
            VALUES (%s, %s, %s, %s, 'cmd_result', %s)""",
            (self.town.tenant_id, self.town.device_no[vehicle], at, at, json.dumps(said)),
        )

    async def heard(self) -> list[str]:
        rows = await store.rows(self.owner, "SELECT heard_as FROM device_command_answer ORDER BY heard_at", {})
        return [row["heard_as"] for row in rows]

    async def online(self, vehicle: str) -> None:
        await self.engine.execute(
            "INSERT INTO device_state (device_no, online, changed_at) VALUES (%s, true, now())",
            (self.town.device_no[vehicle],),
        )


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.engine) as engine,
        await db.connect(database.web) as web,
    ):
        town = await towns.build(owner)
        await owner.execute("UPDATE custody SET during = tstzrange('2020-01-01Z', NULL)")
        await owner.execute("UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL)")
        yield Desk(owner, engine, web, town)


async def taken(_topic: str, _payload: bytes, _expires_in_s: int) -> Handed:
    """A broker that gives everything to somebody."""
    return Handed.TAKEN


async def test_only_who_may_command_does(desk: Desk) -> None:
    """The fleet authority may; the dispatcher, the account administrator and the inspector may not."""
    await desk.ask("fleet_admin", LOCATE)
    for person in ("dispatcher", "sysadmin", "inspector", "unit_admin", "employee"):
        with pytest.raises(Forbidden):
            await desk.ask(person, TEXT)
    with pytest.raises(NotFound):
        await desk.ask("fleet_admin", LOCATE, "secret")


async def test_asking_and_taking_back_stand_in_the_journal(desk: Desk) -> None:
    """Who, what, of which vehicle; the chain holds."""
    asked = await desk.ask("fleet_admin", Order(kind=Kind.INTERVAL, every_s=10, for_s=600))
    actor = await desk.town.actor(desk.owner, "fleet_admin")
    async with desk.web.transaction():
        await scope(desk.web, scope_settings(actor))
        await service.cancel(desk.web, actor, asked.id, row_version=1, now=utc_now())
    rows = await store.rows(
        desk.owner, "SELECT action, actor, after FROM journal WHERE object_id = %(id)s ORDER BY seq", {"id": asked.id}
    )
    assert [(row["action"], row["actor"]) for row in rows] == [
        ("command.ask", "fleet_admin"),
        ("command.cancel", "fleet_admin"),
    ]
    assert (rows[0]["after"]["every_s"], rows[0]["after"]["vehicle_id"]) == (10, str(desk.town.vehicles["pool"]))
    assert await desk.state(asked.id) == "cancelled"


async def test_a_newer_command_takes_the_place_of_the_open_one_but_a_text_of_nobody(desk: Desk) -> None:
    """One open command of a kind per locator: the older interval says which one took its place; a second text is refused."""
    older = await desk.ask("fleet_admin", Order(kind=Kind.INTERVAL, every_s=10))
    newer = await desk.ask("fleet_admin", Order(kind=Kind.INTERVAL, every_s=20))
    assert newer.superseded == older.id
    (row,) = await store.rows(
        desk.owner, "SELECT state, superseded_by FROM device_command WHERE id = %(id)s", {"id": older.id}
    )
    assert row == {"state": "cancelled", "superseded_by": newer.id}
    assert (await desk.ask("fleet_admin", LOCATE)).superseded is None
    await desk.ask("fleet_admin", TEXT)
    with pytest.raises(Conflict) as refused:
        await desk.ask("fleet_admin", TEXT)
    assert refused.value.params == {"what": "command_open"}


async def test_a_locator_that_cannot_be_told_is_refused_at_once(desk: Desk) -> None:
    """Switched off, or heard only through a foreign server: the refusal says which."""
    await desk.owner.execute("UPDATE device SET active = false WHERE code = 'dev-pool'")
    await desk.owner.execute("UPDATE device SET acknowledges = 'broker' WHERE code = 'dev-pool2'")
    for vehicle, what in (("pool", "device_off"), ("pool2", "one_way")):
        with pytest.raises(Conflict) as refused:
            await desk.ask("fleet_admin", LOCATE, vehicle)
        assert refused.value.params == {"what": what}


async def test_a_locator_is_not_told_too_much(desk: Desk) -> None:
    """Twenty commands an hour; the refusal says how long to wait, and an hour later it is taken again."""
    now = utc_now()
    for _ in range(service.MOST_PER_DEVICE):
        await desk.ask("fleet_admin", LOCATE, now=now)
    with pytest.raises(TooMany) as refused:
        await desk.ask("fleet_admin", LOCATE, now=now + timedelta(minutes=10))
    assert refused.value.params == {"retry_after_s": 3000}
    await desk.ask("fleet_admin", LOCATE, now=now + timedelta(minutes=61))


async def test_answers_nobody_asked_for_change_nothing_and_are_kept(desk: Desk) -> None:
    """An id that is none, one that was never given out, and another locator's command: the command stays open."""
    asked = await desk.ask("fleet_admin", LOCATE)
    now = utc_now()
    for step, (vehicle, said) in enumerate(
        [("pool", "42"), ("pool", str(uuid4())), ("pool2", str(asked.id)), ("pool", None)]
    ):
        await desk.says(vehicle, now + timedelta(seconds=step), id=said, ok=True)
    assert await service.hear(desk.engine, now) == 4
    assert await service.hear(desk.engine, now) == 0
    assert await desk.heard() == ["unknown", "unknown", "foreign", "unknown"]
    assert await desk.state(asked.id) == "queued"


async def test_an_answer_counts_once_and_a_late_one_is_only_noted(desk: Desk) -> None:
    """Answered, answered again, and after the end; two answers within one millisecond are both heard."""
    now = utc_now()
    first, second = await desk.ask("fleet_admin", LOCATE), await desk.ask("fleet_admin", TEXT)
    for command in (first, second):
        await desk.says("pool", now, id=str(command.id), ok=command is first, why="not_supported")
    await service.hear(desk.engine, now)
    assert [await desk.state(one.id) for one in (first, second)] == ["answered", "refused"]
    third = await desk.ask("fleet_admin", TEXT, valid_for_s=60)
    assert await service.expire(desk.engine, now + timedelta(seconds=30)) == 0
    assert await service.expire(desk.engine, now + timedelta(seconds=120)) == 1
    for step, command in enumerate((first, third), start=1):
        await desk.says("pool", now + timedelta(seconds=step), id=str(command.id), ok=True)
    await service.hear(desk.engine, now)
    assert sorted(await desk.heard()) == ["answered", "late", "refused", "repeated"]
    assert await desk.state(third.id) == "expired"
    told = await store.rows(desk.owner, "SELECT kind FROM notice ORDER BY kind", {})
    assert [row["kind"] for row in told] == ["command_expired", "command_refused"], "who asked is told"


async def test_what_is_closed_or_was_asked_cannot_be_changed_by_anybody(desk: Desk) -> None:
    """The database itself refuses, also the engine and the owner."""
    asked = await desk.ask("fleet_admin", LOCATE)
    with pytest.raises(pg_errors.IntegrityConstraintViolation):
        await desk.engine.execute("UPDATE device_command SET expires_at = expires_at + interval '1 day'")
    await desk.says("pool", utc_now(), id=str(asked.id), ok=True)
    await service.hear(desk.engine, utc_now())
    with pytest.raises(pg_errors.IntegrityConstraintViolation):
        await desk.owner.execute("UPDATE device_command SET state = 'queued', closed_at = NULL")
    actor = await desk.town.actor(desk.owner, "fleet_admin")
    with pytest.raises(WrongState):
        await service.cancel(desk.owner, actor, asked.id, row_version=None, now=utc_now())


async def test_a_command_is_sent_when_its_locator_is_there(desk: Desk) -> None:
    """Nothing goes to one that is away; when it is on line the command is published once, with its id and how long it is good."""
    published: list[tuple[str, bytes, int]] = []

    async def publish(topic: str, payload: bytes, expires_in_s: int) -> Handed:
        published.append((topic, payload, expires_in_s))
        return Handed.TAKEN

    asked = await desk.ask("fleet_admin", Order(kind=Kind.INTERVAL, every_s=10, for_s=60))
    assert await service.send(desk.engine, publish, utc_now) == 0
    await desk.online("pool")
    assert await service.send(desk.engine, publish, utc_now) == 1
    assert await service.send(desk.engine, publish, utc_now) == 0
    ((topic, payload, expires_in_s),) = published
    assert topic == "fleet/v1/dev-pool/cmd"
    assert json.loads(payload) == {"id": str(asked.id), "do": "interval", "every_s": 10, "for_s": 60}
    assert 86_000 < expires_in_s <= 86_400
    assert await desk.state(asked.id) == "sent"


async def test_what_the_broker_did_not_confirm_stays_queued(desk: Desk) -> None:
    """The connection was lost between publish and confirmation: it is sent again, the others of the group are noted."""
    await desk.online("pool")
    await desk.online("pool2")
    lost, sent = await desk.ask("fleet_admin", LOCATE), await desk.ask("fleet_admin", LOCATE, "pool2")

    async def publish(topic: str, _payload: bytes, _expires_in_s: int) -> Handed | None:
        return None if "pool2" not in topic else Handed.TAKEN

    assert await service.send(desk.engine, publish, utc_now) == 1
    assert (await desk.state(lost.id), await desk.state(sent.id)) == ("queued", "sent")
    assert await service.send(desk.engine, taken, utc_now) == 1


@pytest.mark.parametrize(
    ("person", "asked_by", "state"),
    [
        ("fleet_admin", "inspector", "queued"),
        ("fleet_admin", "fleet_admin", "sent"),
        ("dispatcher", "dispatcher", "queued"),
    ],
)
async def test_the_web_cannot_write_a_command_of_somebody_else(
    desk: Desk, person: str, asked_by: str, state: str
) -> None:
    """Row-level security: not under another name, not as sent already, not without the right; as oneself it is taken."""
    device = await desk.device("pool")
    actor = await desk.town.actor(desk.owner, person)

    async def add(by: str, as_state: str) -> None:
        async with desk.web.transaction():
            await scope(desk.web, scope_settings(actor))
            await desk.web.execute(
                """INSERT INTO device_command (tenant_id, device_id, kind, asked_at, asked_by, asked_as, expires_at, state)
                VALUES (%s, %s, 'locate', now(), %s, 'x', now() + interval '1 day', %s)""",
                (desk.town.tenant_id, device, desk.town.people[by], as_state),
            )

    with pytest.raises(pg_errors.InsufficientPrivilege):
        await add(asked_by, state)
    if person == "fleet_admin":
        await add("fleet_admin", "queued")
