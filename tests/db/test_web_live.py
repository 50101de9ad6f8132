"""The live map over a real socket: what is sent to whom, how fast it ends, and that nobody waits for anybody."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import websockets

from fleet import db, service
from fleet.access import Role
from fleet.position import LiveState, Quality
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.test_fleet_scope import VISIBLE_LIVE
from tests.servers import Database
from web.live.frames import EPOCH_MS, Kind, LiveVehicle


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """Every vehicle of the town has just reported."""
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        for name in town.vehicles:
            await town_of.add_fix(owner, town, name, datetime.now(UTC))
        async with serving(database.web, owner, town) as running:
            yield running


async def numbers(site: Site, names: set[str]) -> set[int]:
    cursor = await site.owner.execute("SELECT id, vehicle_no FROM vehicle")
    by_id = dict(await cursor.fetchall())
    return {by_id[site.town.vehicles[name]] for name in names}


def stands_at(number: int, lon_e7: int, shown: dict[int, dict[str, Any]]) -> bool:
    return bool(shown[number]["lon_e7"] == lon_e7)


async def report(site: Site, vehicle: str, *, batch: int, lon: float, speed_dkmh: int = 300) -> None:
    """A fix as ingest leaves it: newest position of a later batch, and the announcement."""
    now = datetime.now(UTC)
    await site.owner.execute(
        """UPDATE latest_position SET fixed_at = %s, received_at = %s, batch = %s, lon_e7 = %s, speed_dkmh = %s
        WHERE device_no = %s""",
        (now, now, batch, round(lon * 1e7), speed_dkmh, site.town.device_no[vehicle]),
    )
    await site.owner.execute("SELECT pg_notify('fix_stored', %s)", (f"1:{batch}",))


@pytest.mark.parametrize("name", ["dispatcher", "unit_admin", "inspector", "cleared_inspector", "employee"])
async def test_the_snapshot_holds_exactly_what_the_viewer_may_see(site: Site, name: str) -> None:
    """Exempt vehicles and those of other units never enter the stream."""
    wanted = await numbers(site, VISIBLE_LIVE[name])
    async with site.as_person(name) as client, site.live(client) as live_map:
        await live_map.take()
        assert live_map.kinds == [Kind.SNAPSHOT]
        assert set(live_map.shown) == wanted
        assert live_map.hello["version"] == 1


async def test_a_page_that_opens_before_the_first_full_read_waits_for_it(site: Site) -> None:
    """An empty snapshot would say that the fleet is gone; between two full looks a new world is read in full at once."""
    wanted = await numbers(site, VISIBLE_LIVE["dispatcher"])
    hub = site.app.state.parts.hub
    async with site.as_person("dispatcher") as client, site.live(client) as live_map:
        await live_map.take()
        hub._worlds.clear()
        async with site.live(client) as early:
            await early.take()
            assert early.kinds == [Kind.SNAPSHOT]
            assert set(early.shown) == wanted


async def test_a_stored_fix_reaches_the_map_within_two_seconds_as_a_delta(site: Site) -> None:
    """And only the vehicle that moved is sent."""
    (pool,) = await numbers(site, {"pool"})
    async with site.as_person("dispatcher") as client, site.live(client) as live_map:
        await live_map.take()
        await report(site, "pool", batch=2, lon=116.5)
        await live_map.until(lambda shown: shown[pool]["lon_e7"] == 1_165_000_000, within_s=10)
        assert live_map.kinds[1:] == [Kind.DELTA] * (len(live_map.kinds) - 1)
        assert live_map.shown[pool]["state"] == LiveState.MOVING_WITHOUT_ORDER
        assert live_map.shown[pool]["speed_dkmh"] == 300


async def test_what_is_said_against_a_fix_afterwards_reaches_map_list_card_track_and_file(site: Site) -> None:
    """The engine flags the newest fix after it is on the map: nobody moved, and every reader says the same of it."""
    (pool,) = await numbers(site, {"pool"})
    vehicle = site.town.vehicles["pool"]
    said = int(Quality.JUMP | Quality.CLOCK_SKEW)
    async with site.as_person("fleet_admin") as client, site.live(client) as live_map:
        await live_map.take()
        assert live_map.shown[pool]["quality"] == 0
        await site.owner.execute(
            """INSERT INTO fix_flag (vehicle_id, fixed_at, tenant_id, flags, profiles_version)
            SELECT %s, fixed_at, %s, %s, 1 FROM latest_position WHERE device_no = %s""",
            (vehicle, site.town.tenant_id, said, site.town.device_no["pool"]),
        )
        await site.owner.execute("SELECT pg_notify('fix_flagged', '')")
        await live_map.until(lambda shown: shown[pool]["quality"] == said, within_s=10)
        assert live_map.kinds[1:] == [Kind.DELTA] * (len(live_map.kinds) - 1)
        assert live_map.shown[pool]["flags"] & 2, "poor"
        assert (await client.get(f"/api/vehicles/{vehicle}")).json()["quality"] == said
        file = (await client.get("/api/vehicles", params={"format": "csv", "lang": "zh"})).text
        assert "位置跳变，不可信、终端时钟不准" in file
        now = datetime.now(UTC)
        span = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(minutes=1)).isoformat()}
    async with site.as_person("inspector") as client:
        span["purpose"] = "抽查定位质量"
        track = (await client.get(f"/api/vehicles/{vehicle}/track", params=span)).json()
        assert [fix[4] for fix in track["fixes"]] == [said]


async def test_an_order_lets_the_employee_see_his_vehicle_and_its_end_hides_it(site: Site) -> None:
    """Own trip: from half an hour before to the end, while the map stays open."""
    town = site.town
    (pool,) = await numbers(site, {"pool"})
    async with site.as_person("employee") as client, site.live(client) as live_map:
        await live_map.take()
        assert live_map.shown == {}
        order = await town_of.add_order(
            site.owner, town, requester="employee", unit="bureau", start_at=datetime.now(UTC), vehicle="pool",
            driver="driver", state="assigned",
        )  # fmt: skip
        await live_map.until(lambda shown: set(shown) == {pool})
        assert live_map.shown[pool]["order_no"] > 0
        await site.owner.execute("UPDATE dispatch_order SET state = 'cancelled' WHERE id = %s", (order,))
        await live_map.until(lambda shown: not shown)
        assert Kind.REMOVED in live_map.kinds


async def test_a_changed_role_closes_the_open_map_within_a_second(site: Site) -> None:
    """SEC09, for sockets: measured from the commit of the change."""
    town = site.town
    async with site.as_person("dispatcher") as client, site.live(client) as live_map:
        await live_map.take()
        async with site.owner.transaction():
            roles = [(Role.EMPLOYEE, town.units["centre"])]
            await service.set_roles(site.owner, "test", town.people["dispatcher"], roles, now=datetime.now(UTC))
        began = time.monotonic()
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await live_map.until(lambda _: False)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        assert time.monotonic() - began < 5  # 0.5 s by design; the bound only says that it ends by itself


async def test_a_ticket_opens_one_socket_once_and_only_for_our_own_page(site: Site) -> None:
    """Replay, another site's page, a made-up ticket: refused before anything is said (SEC19)."""
    async with site.as_person("inspector") as client:
        ticket = (await client.get("/api/live-ticket", params={"purpose": "值守"})).json()["ticket"]
        address = site.url.replace("http", "ws") + "/api/live?ticket="
        for wrong, origin in ((ticket, "https://elsewhere.example"), ("made-up", None)):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(address + wrong, origin=origin, proxy=None)  # type: ignore[arg-type]
            assert refused.value.response.status_code == 403
        socket = await websockets.connect(address + ticket, origin=site.url, proxy=None)  # type: ignore[arg-type]
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(address + ticket, proxy=None)
        await socket.close()


async def test_one_person_opens_at_most_five_maps(site: Site) -> None:
    """The sixth is told to wait."""
    async with site.as_person("inspector") as client:
        address = site.url.replace("http", "ws") + "/api/live?ticket="
        sockets = []
        for _ in range(5):
            ticket = (await client.get("/api/live-ticket", params={"purpose": "值守"})).json()["ticket"]
            sockets.append(await websockets.connect(address + ticket, proxy=None))
        assert (await client.get("/api/live-ticket", params={"purpose": "值守"})).status_code == 429
        for socket in sockets:
            await socket.close()


async def test_a_page_that_lost_its_connection_resumes_with_what_it_missed(site: Site) -> None:
    """A short loss costs a delta, not a snapshot."""
    (pool,) = await numbers(site, {"pool"})
    async with site.as_person("dispatcher") as client:
        async with site.live(client) as live_map:
            await live_map.take()
            token = live_map.token
        await report(site, "pool", batch=3, lon=116.7)
        async with site.live(client, resume=token) as again:
            again.shown = live_map.shown
            await again.until(lambda shown: shown[pool]["lon_e7"] == 1_167_000_000)
            assert Kind.SNAPSHOT not in again.kinds
        async with site.live(client, resume=12345) as fresh:
            await fresh.take()
            assert fresh.kinds == [Kind.SNAPSHOT]


async def test_a_viewer_that_takes_nothing_delays_nobody(site: Site) -> None:
    """One socket stops reading; another keeps getting every position."""
    (pool,) = await numbers(site, {"pool"})
    async with (
        site.as_person("inspector") as slow_client,
        site.as_person("dispatcher") as client,
        site.live(slow_client, max_queue=1) as slow,
        site.live(client) as live_map,
    ):
        slow.socket.transport.pause_reading()
        await live_map.take()
        for batch in range(2, 6):
            await report(site, "pool", batch=batch, lon=116 + batch / 100)
            await live_map.until(partial(stands_at, pool, round((116 + batch / 100) * 1e7)), within_s=6)
        slow.socket.transport.resume_reading()


async def test_who_takes_nothing_for_too_long_is_let_go_and_the_others_never_notice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two thousand vehicles move every second; one page hangs: it is dropped, the other misses no second."""
    monkeypatch.setattr("web.live.socket.STALL_S", 2.0)
    hub = site.app.state.parts.hub
    async with (
        site.as_person("inspector") as hung_client,
        site.as_person("dispatcher") as client,
        site.live(hung_client, max_queue=1) as hung,
        site.live(client) as live_map,
    ):
        await live_map.take()
        (world,) = hub._worlds.values()
        many = frozenset(range(10_000, 12_000))
        monkeypatch.setattr(world, "numbers", lambda _: many)
        hung.socket.transport.pause_reading()
        assert len(hub.viewers) == 2
        async with asyncio.timeout(30):
            version = 0
            while len(hub.viewers) == 2:
                version += 1
                for number in many:
                    world.open_board.put(moved(number, version))
                frame = await live_map.take()
                assert time.time() * 1000 - frame["frame_time_ms"] < 5_000
        assert len(live_map.shown) >= 2_000


def moved(number: int, version: int) -> LiveVehicle:
    return LiveVehicle(
        vehicle_no=number, lon=116.0, lat=32.0, fixed_ms=EPOCH_MS + version, speed_kmh=None, heading_deg=None,
        state=LiveState.PARKED,
    )  # fmt: skip


async def test_the_map_goes_on_after_the_database_threw_everybody_out(site: Site, database: Database) -> None:
    """Every connection of the program is ended; the page keeps its socket and gets the next position."""
    (pool,) = await numbers(site, {"pool"})
    async with site.as_person("dispatcher") as client, site.live(client) as live_map:
        await live_map.take()
        async with await db.connect(database.superuser) as superuser:
            await superuser.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND usename = 'fleet_web'"""
            )
        await report(site, "pool", batch=9, lon=116.9)
        await live_map.until(partial(stands_at, pool, 1_169_000_000), within_s=20)
        assert (await client.get("/api/session")).status_code == 200


async def test_a_silent_vehicle_is_drawn_silent_and_a_suspected_one_only_for_those_who_may_know(site: Site) -> None:
    """The driver's map does not tell him that his vehicle is suspected; a suspicion has a tick of its own and waits for none."""
    town = site.town
    hub = site.app.state.parts.hub
    (pool,) = await numbers(site, {"pool"})
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    await site.owner.execute(
        "UPDATE latest_position SET received_at = %s, batch = 2 WHERE device_no = %s",
        (long_ago, town.device_no["pool"]),
    )
    await site.owner.execute("SELECT pg_notify('fix_stored', '1:2')")
    await town_of.add_order(
        site.owner, town, requester="employee", unit="bureau", start_at=datetime.now(UTC), vehicle="pool", driver="driver",
        state="in_use",
    )  # fmt: skip
    async with (
        site.as_person("driver") as driver,
        site.as_person("dispatcher") as dispatcher,
        site.live(driver) as of_driver,
        site.live(dispatcher) as of_dispatcher,
    ):
        silent = int(LiveState.SILENT)
        await of_driver.until(lambda shown: pool in shown and shown[pool]["state"] == silent)
        await of_dispatcher.until(lambda shown: shown.get(pool, {}).get("state") == silent)
        board = hub._worlds[town.tenant_id].open_board
        apart = board.tick - hub._ticks
        await site.owner.execute(
            """INSERT INTO alert (tenant_id, rule, rule_name, vehicle_id, device_no, started_at, detected_at, severity,
                judgement, metrics) VALUES (%s, 'R01', 'NO_ORDER', %s, 1, now(), now(), 'R', 'suspected', '{}')""",
            (town.tenant_id, town.vehicles["pool"]),
        )
        await of_dispatcher.until(lambda shown: shown[pool]["state"] == LiveState.SUSPECTED)
        assert board.tick - hub._ticks > apart
        for _ in range(2):
            await of_driver.take()
        assert of_driver.shown[pool]["state"] == silent
        await asyncio.sleep(0)
