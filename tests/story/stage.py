"""Puts stories on a running system: vehicles, orders and calendar into the database, fixes over MQTT.

All stories are told within the last days on one system, each with a vehicle and a locator of its own. Days are shared
by stories that need the same kinds of day.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg

from fleet import broker_accounts, service, store
from fleet.broker import Address
from fleet.db import Connection, Jsonb
from fleet.seed.reference import seed_tenant
from fleet.vehicle import Relation, VehicleClass
from local import mosquitto
from simulators.locator import message
from simulators.registration import plate_for
from simulators.stories import STORIES
from simulators.story import DEPOT, Case
from simulators.terminal import Credential, Terminal

PASSWORD = "a locator of a story"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One story on the stage."""

    case: Case
    device: str
    vehicle_id: UUID


def cast(today: date, seed: int) -> list[Case]:
    """Every story told on a recent day of its own kinds; two days are kept for each combination."""
    slots: dict[tuple[str, ...], date] = {}
    for story in sorted(STORIES, key=lambda story: -len(story.kinds)):
        known = next((kinds for kinds in slots if kinds[: len(story.kinds)] == story.kinds), None)
        slots.setdefault(known or story.kinds, today - timedelta(days=3 * (len(slots) + 1)))
    days = {
        story.name: next(day for kinds, day in slots.items() if kinds[: len(story.kinds)] == story.kinds)
        for story in STORIES
    }
    return [story.told(seed=seed, day=days[story.name]) for story in STORIES]


async def set_up(conn: Connection, cases: Sequence[Case], now: datetime) -> list[Part]:
    """The register of all stories, as the owner of the database."""
    since = now - timedelta(days=29)
    async with conn.transaction():
        tenant_id = await seed_tenant(conn, code="T1", name="测试市", timezone="Asia/Shanghai", now=now)
        unit_id = await service.add_unit(
            conn, "test", tenant_id=tenant_id, code="U1", name="示例单位", parent_id=None, now=since
        )
        await _calendar(conn, tenant_id, cases)
        depot_id = await _depot(conn, tenant_id, cases[0])
        return [await _part(conn, tenant_id, unit_id, depot_id, case, since) for case in cases]


async def _calendar(conn: Connection, tenant_id: UUID, cases: Sequence[Case]) -> None:
    version_id = uuid4()
    await store.insert(
        conn, "calendar_version", {"id": version_id, "tenant_id": tenant_id, "version_no": 2, "source": "stories"}
    )
    days: dict[str, str] = {}
    for case in cases:
        for row in _rows(case, "calendar"):
            assert days.setdefault(row["date"], row["kind"]) == row["kind"], "stories disagree about a day"
    for day, kind in days.items():
        await conn.execute(
            "INSERT INTO calendar_day (tenant_id, version_id, day, kind) VALUES (%s, %s, %s, %s)",
            (tenant_id, version_id, day, kind),
        )


async def _depot(conn: Connection, tenant_id: UUID, case: Case) -> UUID:
    area_id = uuid4()
    (depot,) = _rows(case, "depots")
    await store.add_area(
        conn, area_id=area_id, tenant_id=tenant_id, kind="depot", code=DEPOT, name="车场",
        geometry=depot["geometry"],
    )  # fmt: skip
    return area_id


async def _part(conn: Connection, tenant_id: UUID, unit_id: UUID, depot_id: UUID, case: Case, since: datetime) -> Part:
    device = f"story-{case.name}"
    vehicle_id = await service.add_vehicle(
        conn, "test", tenant_id=tenant_id, plate=plate_for(device), seats=5, now=since, home_depot_id=depot_id,
        vehicle_class=VehicleClass.EMERGENCY_SUPPORT, custody=dict.fromkeys(Relation, unit_id),
    )  # fmt: skip
    await service.add_device(
        conn, "test", tenant_id=tenant_id, code=device, vehicle_id=vehicle_id, installed_at=since, now=since
    )
    # The stories end days ago: every locator has been silent since, as R15 would truly say.
    await conn.execute("UPDATE vehicle SET exempt_rules = '{R15}' WHERE id = %s", (vehicle_id,))
    for row in _rows(case, "orders"):
        await store.insert(conn, "dispatch_order", _order(row, tenant_id, unit_id, vehicle_id))
    return Part(case=case, device=device, vehicle_id=vehicle_id)


def _order(row: Mapping[str, Any], tenant_id: UUID, unit_id: UUID, vehicle_id: UUID) -> dict[str, Any]:
    def place(lon_lat: Sequence[float]) -> Jsonb:
        return Jsonb({"name": "", "lon": lon_lat[0], "lat": lon_lat[1]})

    return {
        "id": uuid4(),
        "tenant_id": tenant_id,
        "type": row["type"],
        "state": "returned",
        "unit_id": unit_id,
        "vehicle_id": vehicle_id,
        "origin": place(row["origin"]),
        "destination": place(row["destination"]),
        "planned_start_at": row["planned_start"],
        "planned_end_at": row["planned_end"],
        "created_at": row["created_at"],
        "off_hours_approved": row["off_hours_approved"],
        "holiday_approved": row["holiday_approved"],
        "route": Jsonb(row["route"]["coordinates"]),
        "route_source": "router",
    }


async def admit(broker: mosquitto.Mosquitto, parts: Sequence[Part]) -> None:
    """A credential at the broker for each locator."""
    credentials = [broker_accounts.Credential(username=part.device, password=PASSWORD) for part in parts]

    async def act(control: broker_accounts.Control) -> None:
        await broker_accounts.admit_devices(control, credentials)

    await broker_accounts.with_control(Address.parse(broker.url("admin")), act, rng=Random(1))


async def perform(broker: mosquitto.Mosquitto, parts: Sequence[Part], pause_s: float = 0.0) -> int:
    """Send every story's fixes in their order of arrival until all are acknowledged; gives their number."""
    address = Address.parse(broker.device_url)
    sent = await asyncio.gather(*(_send(address, part, pause_s) for part in parts))
    return sum(sent)


async def _send(address: Address, part: Part, pause_s: float) -> int:
    credential = Credential(device=part.device, password=PASSWORD)
    terminal = Terminal(address, credential, clock=lambda: datetime.now(UTC), rng=Random(1))
    running = asyncio.create_task(terminal.run())
    try:
        for arrival in part.case.arrivals:
            terminal.put(message(arrival.reading))
            if pause_s:
                await asyncio.sleep(pause_s)
        assert await terminal.released(60), part.device
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert not terminal.rejected, part.device
    return terminal.outbox.released


def alerts(url: str, part: Part) -> list[dict[str, Any]]:
    """What the running system says of a story, in the words of the judge's output."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT rule, started_at, ended_at, judgement FROM alert WHERE vehicle_id = %s AND judgement <> 'withdrawn'",
            (part.vehicle_id,),
        ).fetchall()
    return [
        {
            "rule": rule,
            "vehicle": "v1",
            "started_at": started_at.isoformat(),
            "ended_at": ended_at.isoformat() if ended_at else None,
            "state": judgement,
        }
        for rule, started_at, ended_at, judgement in rows
    ]


def judged_up_to_date(url: str) -> bool:
    """Geofence has read every batch and has nothing left to judge again."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT coalesce((SELECT max(batch) FROM ingest_batch), 0) <= coalesce((SELECT max(batch) FROM engine_watermark), -1)
            AND NOT EXISTS (SELECT 1 FROM rejudge)"""
        ).fetchone()
    return bool(row and row[0])


def _rows(case: Case, key: str) -> list[dict[str, Any]]:
    rows = case.context[key]
    assert isinstance(rows, list)
    return rows
