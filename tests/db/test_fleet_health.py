"""Health on a real database: a turn over a town, tickets that open and return, who sees and hears of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet import access, db, journal
from fleet import service as register
from fleet.access import Actor, Role
from fleet.errors import Conflict, Forbidden, NotFound, Stale
from fleet.health import service, store
from fleet.health.tickets import Cause, TicketStep
from fleet.store import load_actor
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.town import Town
from tests.servers import Database

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


class Clinic:
    """A town with two device engineers, one cleared, and the engine's own connection."""

    def __init__(self, owner: db.Connection, engine: db.Connection, web: db.Connection, town: Town) -> None:
        self.owner, self.engine, self.web, self.town = owner, engine, web, town

    async def turn(self, now: datetime) -> dict[str, int]:
        done = await service.turn(self.engine, now, ZONE)
        assert done is not None
        return done

    async def drives(self, vehicle: str, at: datetime) -> None:
        """One sound fix in motion."""
        await town_of.add_fix(self.owner, self.town, vehicle, at)
        about = (self.town.device_no[vehicle],)
        await self.owner.execute(
            "UPDATE latest_position SET speed_dkmh = 500, received_at = fixed_at WHERE device_no = %s", about
        )

    async def read(self, sql: str, **about: Any) -> list[dict[str, Any]]:
        return await store.rows(self.owner, sql, about)

    async def faults(self, vehicle: str) -> list[str]:
        sql = "SELECT h.faults FROM device_health h JOIN device d ON d.id = h.device_id WHERE d.device_no = %(no)s"
        (row,) = await self.read(sql, no=self.town.device_no[vehicle])
        return list(row["faults"])

    async def ticket(self) -> dict[str, Any]:
        (row,) = await self.read("SELECT * FROM device_ticket")
        return row

    async def actor(self, name: str) -> Actor:
        found = await load_actor(self.owner, self.town.people[name], NOW)
        assert found is not None
        return found

    async def act(
        self, name: str, step: TicketStep, now: datetime, *, cause: Cause | None = None, version: int | None = None
    ) -> None:
        """A step as the web takes it: in the person's scope."""
        ticket, actor = await self.ticket(), await self.actor(name)
        async with self.web.transaction():
            await db.scope(self.web, access.scope_settings(actor))
            await service.act(
                self.web, actor, ticket["id"], step, cause=cause, note="换卡", row_version=version or ticket["row_version"], now=now
            )  # fmt: skip


async def add_engineer(conn: db.Connection, town: Town, login: str, *, cleared: bool = False) -> None:
    town.people[login] = await register.add_person(
        conn, "test", tenant_id=town.tenant_id, unit_id=town.units["root"], login=login, name=login, password=None,
        roles=[(Role.DEVICE_ENGINEER, town.units["root"])], cleared=cleared, now=NOW - timedelta(days=1), must_change_password=False,
    )  # fmt: skip
    await conn.execute("UPDATE person_role SET during = tstzrange('2020-01-01Z', NULL)")


@pytest.fixture
async def clinic(database: Database) -> AsyncIterator[Clinic]:
    async with (
        await db.connect(database.owner) as owner,
        await db.connect(database.engine) as engine,
        await db.connect(database.web) as web,
    ):
        town = await town_of.build(owner)
        async with owner.transaction():
            await owner.execute("UPDATE device_binding SET during = tstzrange('2020-01-01Z', NULL)")
            await owner.execute("UPDATE custody SET during = tstzrange('2020-01-01Z', NULL)")
            await owner.execute(
                "UPDATE device SET installed_at = '2020-01-01Z', installer = '甲公司' WHERE code = 'dev-pool'"
            )
            await add_engineer(owner, town, "engineer")
            await add_engineer(owner, town, "cleared_engineer", cleared=True)
        yield Clinic(owner, engine, web, town)


async def test_a_town_that_never_spoke_is_unknown_and_nobody_is_accused(clinic: Clinic) -> None:
    assert await clinic.turn(NOW) == {"devices": 6, "faults": 0, "tickets": 0}
    rows = await clinic.read("SELECT DISTINCT line, cardinality(unknown) AS unknown FROM device_health WHERE expected")
    assert rows == [{"line": "unknown", "unknown": 6}]
    assert await clinic.read("SELECT FROM device_ticket") == []


async def test_a_fault_opens_one_ticket_with_a_clock_and_tells_the_engineers(clinic: Clinic) -> None:
    """Once, however many turns find it; with installer, unit and the numbers, in the journal too."""
    await clinic.drives("pool", NOW - 40 * MINUTE)
    await clinic.drives("bureau", NOW)
    assert (await clinic.turn(NOW))["tickets"] == 1
    assert (await clinic.turn(NOW + MINUTE))["tickets"] == 0
    ticket = await clinic.ticket()
    assert (ticket["fault"], ticket["state"], ticket["installer"]) == ("offline", "open", "甲公司")
    assert ticket["evidence"] == {"silent_min": 40.0, "allowed_min": 30.0, "last_word": "unknown"}
    assert ticket["due_at"] - ticket["opened_at"] == timedelta(hours=24)
    assert ticket["unit_id"] == clinic.town.units["centre"]
    told = await clinic.read("SELECT p.login, n.kind FROM notice n JOIN person p ON p.id = n.person_id ORDER BY 1")
    assert told == [{"login": one, "kind": "ticket_open"} for one in ("cleared_engineer", "engineer")]
    assert await clinic.read("SELECT actor FROM journal WHERE action = 'ticket.open'") == [{"actor": "fleet health"}]
    assert (await journal.first_break(clinic.owner, clinic.town.tenant_id))["journal"] is None


async def test_a_broker_that_is_down_opens_no_ticket(clinic: Clinic) -> None:
    """Everybody silent for a day is one broken platform, not six broken locators; and no time is counted."""
    await clinic.drives("pool", NOW)
    await clinic.drives("bureau", NOW)
    for hours in range(0, 24, 4):
        assert (await clinic.turn(NOW + timedelta(hours=hours)))["faults"] == 0
        await clinic.turn(NOW + timedelta(hours=hours, minutes=2))
    assert await clinic.read("SELECT sum(expected_s)::int AS s FROM device_day") == [{"s": 6 * 120}]


async def test_the_life_of_a_ticket_and_its_return(clinic: Clinic) -> None:
    """Acknowledged, repaired with a cause, closed when the fault is gone; the same fault opens the same ticket with a new clock."""
    await clinic.drives("pool", NOW - 40 * MINUTE)
    await clinic.drives("bureau", NOW)
    await clinic.turn(NOW)
    with pytest.raises(Stale):
        await clinic.act("engineer", TicketStep.ACKNOWLEDGE, NOW, version=99)
    await clinic.act("engineer", TicketStep.ACKNOWLEDGE, NOW + MINUTE)
    await clinic.act("engineer", TicketStep.REPAIR, NOW + 2 * MINUTE, cause=Cause.SIM)
    with pytest.raises(Conflict):
        await clinic.act("engineer", TicketStep.CLOSE, NOW + 3 * MINUTE)
    await clinic.drives("pool", NOW + 4 * MINUTE)
    await clinic.turn(NOW + 4 * MINUTE)
    assert await clinic.faults("pool") == []
    await clinic.act("engineer", TicketStep.CLOSE, NOW + 5 * MINUTE)
    assert ((await clinic.ticket())["state"], (await clinic.ticket())["cause"]) == ("closed", "sim")
    await clinic.drives("bureau", NOW + 60 * MINUTE)
    assert (await clinic.turn(NOW + 60 * MINUTE))["tickets"] == 1
    ticket = await clinic.ticket()
    assert (ticket["state"], ticket["reopened"], ticket["acknowledged_at"]) == ("open", 1, None)
    assert ticket["due_at"] == NOW + 60 * MINUTE + timedelta(hours=24)
    kinds = await clinic.read("SELECT DISTINCT kind FROM notice ORDER BY kind")
    assert kinds == [{"kind": "ticket_open"}, {"kind": "ticket_reopen"}]
    steps = await clinic.read(
        "SELECT action, actor, reason FROM journal WHERE object_kind = 'ticket' AND actor_id IS NOT NULL ORDER BY seq"
    )
    assert [one["action"] for one in steps] == ["ticket.acknowledge", "ticket.repair", "ticket.close"]
    assert {(one["actor"], one["reason"]) for one in steps} == {("engineer", "换卡")}


async def test_a_day_without_an_answer_is_told_once(clinic: Clinic) -> None:
    await clinic.drives("pool", NOW - 40 * MINUTE)
    await clinic.drives("bureau", NOW)
    for at in (NOW, NOW + timedelta(hours=23), NOW + timedelta(hours=24), NOW + timedelta(hours=25)):
        await clinic.turn(at)
    told = await clinic.read("SELECT count(*) AS n, min(created_at) AS at FROM notice WHERE kind = 'ticket_overdue'")
    assert told == [{"n": 2, "at": NOW + timedelta(hours=24)}]


async def test_a_hidden_vehicles_ticket_is_for_the_cleared_only(clinic: Clinic) -> None:
    """Neither told of it, nor seen, nor acted on by its number; other roles may not act at all."""
    await clinic.drives("secret", NOW - 40 * MINUTE)
    await clinic.drives("bureau", NOW)
    await clinic.turn(NOW)
    told = await clinic.read("SELECT p.login FROM notice n JOIN person p ON p.id = n.person_id")
    assert told == [{"login": "cleared_engineer"}]
    with pytest.raises(NotFound):
        await clinic.act("engineer", TicketStep.ACKNOWLEDGE, NOW)
    for name in ("dispatcher", "inspector", "employee", "sysadmin"):
        with pytest.raises(Forbidden):
            await clinic.act(name, TicketStep.ACKNOWLEDGE, NOW)
    await clinic.act("cleared_engineer", TicketStep.ACKNOWLEDGE, NOW)
    seen = {}
    for name in ("engineer", "cleared_engineer", "fleet_admin", "sysadmin", "dispatcher", "inspector", "finance"):
        async with clinic.web.transaction(force_rollback=True):
            await db.scope(clinic.web, access.scope_settings(await clinic.actor(name)))
            counts = [
                await store.value(clinic.web, f"SELECT count(*) FROM {one}", {})
                for one in ("device_health", "device_ticket")
            ]
            seen[name] = tuple(counts)
    assert seen == {
        "engineer": (5, 0), "cleared_engineer": (6, 1), "fleet_admin": (5, 0), "sysadmin": (5, 0), "dispatcher": (0, 0),
        "inspector": (0, 0), "finance": (0, 0),
    }  # fmt: skip


async def test_the_facts_come_from_what_ingest_stores(clinic: Clinic) -> None:
    """Alarms, clocks and refusals of the stored rows; a fight for the session is counted where the state is kept."""
    town = clinic.town
    for number in range(11, -1, -1):
        at = NOW - number * MINUTE
        for vehicle, lon in (
            ("pool", 116.0),
            ("bureau", 116.0 + number / 100),
            ("section", 116.0 + 0.2 * (number % 2)),
        ):
            await town_of.add_fix(clinic.owner, town, vehicle, at, lon=lon)
    on = clinic.owner.execute
    await on("UPDATE position SET speed_dkmh = 400, odometer_m = 1000 WHERE device_no = %s", (town.device_no["pool"],))
    await on(
        """UPDATE position SET received_at = fixed_at + interval '10 minutes', detail = '{"alarms": ["power_cut"]}' WHERE device_no = %s""",
        (town.device_no["bureau"],),
    )
    await on(
        "INSERT INTO device_state (device_no, online, changed_at) VALUES (%s, true, %s)",
        (town.device_no["other"], NOW - 30 * MINUTE),
    )
    for number in range(20):
        at = NOW - 20 * MINUTE + number * MINUTE / 2
        for online, later in ((False, 0), (True, 1)):
            await on(
                "UPDATE device_state SET online = %s, changed_at = %s WHERE device_no = %s",
                (online, at + timedelta(seconds=later), town.device_no["other"]),
            )
    await clinic.turn(NOW)
    found = {name: await clinic.faults(name) for name in ("pool", "bureau", "section", "other", "pool2")}
    assert found == {
        "pool": ["stuck"], "bureau": ["clock", "tamper"], "section": ["cloned"], "other": ["cloned"], "pool2": []
    }  # fmt: skip


@pytest.fixture
async def site(clinic: Clinic, database: Database) -> AsyncIterator[Site]:
    async with serving(database.web, clinic.owner, clinic.town) as running:
        yield running


async def test_the_list_its_numbers_and_the_file(clinic: Clinic, site: Site) -> None:
    """Each number above the list is the number of rows its filter shows; the file says what it holds."""
    await clinic.drives("pool", NOW - 40 * MINUTE)
    await clinic.drives("bureau", NOW)
    await clinic.turn(NOW)
    async with site.as_person("engineer") as client:
        counts = (await client.get("/api/device-health/summary")).json()["counts"]
        assert counts == {"fault.offline": 1, "fault.any": 1, "ticket.unsolved": 1, "ticket.overdue": 0}
        for query, total in (
            ("", 5), ("fault=offline", 1), ("fault=any", 1), ("fault=none", 4), ("fault=stuck", 0), ("line=online", 1),
            ("line=unknown", 3), ("installer=甲公司", 1), ("model=x", 0), (f"unit={clinic.town.units['centre']}", 2), ("q=dev-po", 2),
        ):  # fmt: skip
            answer = await client.get(f"/api/device-health?{query}")
            assert answer.json()["total"] == total, (query, answer.text)
        first = (await client.get("/api/device-health")).json()["items"][0]
        assert (first["code"], first["faults"], first["evidence"]["offline"]["silent_min"]) == (
            "dev-pool",
            ["offline"],
            40.0,
        )
        assert "lon" not in first
        for query, total in (
            ("state=unsolved", 1),
            ("state=overdue", 0),
            ("state=closed", 0),
            ("fault=offline", 1),
            ("installer=乙", 0),
        ):
            assert (await client.get(f"/api/device-tickets?{query}")).json()["total"] == total, query
        for name in ("device-health", "device-tickets"):
            file = await client.get(f"/api/{name}?format=csv&fault=offline")
            assert "离线" in file.text, file.text
            assert "甲公司" in file.text


async def test_the_steps_over_http(clinic: Clinic, site: Site) -> None:
    await clinic.drives("pool", NOW - 40 * MINUTE)
    await clinic.drives("bureau", NOW)
    await clinic.turn(NOW)
    path = f"/api/device-tickets/{(await clinic.ticket())['id']}"
    async with site.as_person("engineer") as client:
        item = (await client.get(path)).json()
        assert item["steps"] == ["acknowledge"]
        headers = {"If-Match": str(item["ticket"]["row_version"])}
        taken = await client.post(f"{path}/acknowledge", json={}, headers=headers)
        assert taken.status_code == 200, taken.text
        late = await client.post(f"{path}/acknowledge", json={}, headers=headers)
        assert (late.status_code, late.json()["code"]) == (409, "stale")
        headers = {"If-Match": str(taken.json()["row_version"])}
        without = await client.post(f"{path}/repair", json={}, headers=headers)
        assert (without.status_code, without.json()["code"]) == (422, "invalid")
        wrong = await client.post(f"{path}/close", json={}, headers=headers)
        assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_state")
        done = await client.post(f"{path}/false_alarm", json={"cause": "no_coverage"}, headers=headers)
        assert done.status_code == 200, done.text
        item = (await client.get(path)).json()
        assert (item["ticket"]["acknowledged_by_name"], item["steps"], item["ticket"]["still_there"]) == (
            "engineer",
            ["close"],
            True,
        )
    async with site.as_person("sysadmin") as client:
        assert (await client.post(f"{path}/close", json={}, headers={"If-Match": "9"})).status_code == 403


async def test_coverage_counts_vehicles_now_and_hours_as_they_were(clinic: Clinic, site: Site) -> None:
    """Of two pool vehicles one reports the whole ten minutes; a vehicle in repair is not counted; nothing expected is unknown."""
    await clinic.owner.execute("UPDATE vehicle SET status = 'in_repair' WHERE plate LIKE '%%SECTION'")
    for minutes in range(0, 12, 2):
        await clinic.drives("pool", NOW + minutes * MINUTE)
        await clinic.turn(NOW + minutes * MINUTE)
    day = NOW.astimezone(ZONE).date()
    span = f"from={day - timedelta(days=1)}&to={day + timedelta(days=1)}"
    async with site.as_person("engineer") as client:
        answer = await client.get(f"/api/device-coverage?by=unit&{span}")
        by_unit = {one["name"]: one for one in answer.json()["items"]}
        centre = by_unit["centre"]
        assert (centre["vehicles"], centre["with_locator"], centre["working"], centre["coverage"]) == (2, 2, 1, 0.5)
        assert centre["expected_h"] == pytest.approx(2 * 600 / 3600)
        assert centre["availability"] == pytest.approx(0.5)
        by_installer = (await client.get(f"/api/device-coverage?by=installer&{span}")).json()["items"]
        assert {one["key"]: one["availability"] for one in by_installer} == {"甲公司": 1.0, "": 0.0}
        empty = (await client.get("/api/device-coverage?by=model&from=2020-01-01&to=2020-01-02")).json()["items"]
        assert {one["availability"] for one in empty} == {None}
        bad = await client.get("/api/device-coverage?from=2026-01-02&to=2026-01-01")
        assert bad.json()["params"] == {"field": "to", "reason": "before_from"}
