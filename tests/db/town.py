"""A small register for database tests: two units beside each other, one below, people of several roles, four vehicles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fleet import service, store
from fleet.access import Actor, Role
from fleet.db import Connection
from fleet.seed.reference import seed_tenant
from fleet.vehicle import Relation, VehicleClass
from fleet.worktime import built_in

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # Wednesday 10:00 in Shanghai
SINCE = NOW - timedelta(days=20)
CALENDAR_SINCE = 2024  # a town with all years since 2004 takes half as long again to build


def working_morning(after: datetime) -> datetime:
    """09:30 in Shanghai of the first working day that begins after an instant: one level approves a trip then."""
    calendar = built_in(ZoneInfo("Asia/Shanghai"))
    morning = calendar.midnight_after(after) + timedelta(hours=9, minutes=30)
    while calendar.at(morning).kind.off:
        morning += timedelta(days=1)
    return morning


@dataclass
class Town:
    """Ids by short name; `actor(name)` loads a person as the web would."""

    tenant_id: UUID
    units: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    vehicles: dict[str, UUID] = field(default_factory=dict)
    device_no: dict[str, int] = field(default_factory=dict)

    async def actor(self, conn: Connection, name: str, now: datetime = NOW) -> Actor:
        found = await store.load_actor(conn, self.people[name], now)
        assert found is not None
        return found


UNITS = {"root": None, "centre": "root", "bureau": "root", "section": "bureau", "other": "root"}
PEOPLE: Mapping[str, tuple[str, list[tuple[Role, str]], bool]] = {
    "employee": ("bureau", [(Role.EMPLOYEE, "bureau")], False),
    "colleague": ("bureau", [(Role.EMPLOYEE, "bureau")], False),
    "stranger": ("other", [(Role.EMPLOYEE, "other")], False),
    "approver": ("bureau", [(Role.APPROVER, "bureau")], False),
    "unit_admin": ("bureau", [(Role.UNIT_ADMIN, "bureau")], False),
    "section_admin": ("section", [(Role.UNIT_ADMIN, "section")], False),
    "other_admin": ("other", [(Role.UNIT_ADMIN, "other")], False),
    "dispatcher": ("centre", [(Role.DISPATCHER, "centre")], False),
    "driver": ("centre", [(Role.DRIVER, "centre")], False),
    "driver2": ("centre", [(Role.DRIVER, "centre")], False),
    "fleet_admin": ("root", [(Role.FLEET_ADMIN, "root")], False),
    "inspector": ("root", [(Role.INSPECTOR, "root")], False),
    "cleared_inspector": ("root", [(Role.INSPECTOR, "root")], True),
    "sysadmin": ("root", [(Role.SYSTEM_ADMIN, "root")], False),
    "finance": ("root", [(Role.FINANCE, "root")], False),
    "nobody": ("bureau", [], False),
}
# name: manager, user, retained, exempt
VEHICLES = {
    "pool": ("centre", "centre", False, False),
    "pool2": ("centre", "centre", False, False),
    "bureau": ("bureau", "bureau", True, False),
    "section": ("section", "section", True, False),
    "other": ("other", "other", True, False),
    "secret": ("centre", "bureau", True, True),
}
PASSWORD = "a long enough password"


async def build(conn: Connection) -> Town:
    """Everything of the constants above, as the owner of the database."""
    async with conn.transaction():
        tenant_id = await seed_tenant(
            conn, code="T1", name="测试市", timezone="Asia/Shanghai", now=NOW, since_year=CALENDAR_SINCE
        )
        town = Town(tenant_id=tenant_id)
        for code, parent in UNITS.items():
            town.units[code] = await service.add_unit(
                conn, "test", tenant_id=tenant_id, code=code, name=code, now=NOW, is_centre=code == "centre",
                parent_id=None if parent is None else town.units[parent],
            )  # fmt: skip
        for name, (unit, roles, cleared) in PEOPLE.items():
            town.people[name] = await service.add_person(
                conn, "test", tenant_id=tenant_id, unit_id=town.units[unit], login=name, name=name, password=None,
                roles=[(role, town.units[reach]) for role, reach in roles], cleared=cleared, now=NOW,
                licence_class="A1" if name.startswith("driver") else None, must_change_password=False,
            )  # fmt: skip
        # Roles hold from long ago, whatever "now" a test chooses.
        await conn.execute("UPDATE person_role SET during = tstzrange('2020-01-01Z', NULL)")
        for name, (manager, user, retained, exempt) in VEHICLES.items():
            custody = {
                Relation.OWNER: town.units["root"],
                Relation.MANAGER: town.units[manager],
                Relation.USER: town.units[user],
            }
            town.vehicles[name] = await service.add_vehicle(
                conn, "test", tenant_id=tenant_id, plate=f"测A-{name}", vehicle_class=VehicleClass.EMERGENCY_SUPPORT,
                seats=5, custody=custody, retained=retained, exempt=exempt, now=SINCE,
            )  # fmt: skip
            device_id = await service.add_device(
                conn, "test", tenant_id=tenant_id, code=f"dev-{name}", vehicle_id=town.vehicles[name], now=SINCE
            )
            row = await store.one(conn, "SELECT device_no FROM device WHERE id = %s", (device_id,))
            assert row is not None
            town.device_no[name] = row["device_no"]
    return town


async def add_fix(
    conn: Connection, town: Town, vehicle: str, at: datetime, *, lon: float = 116.0, lat: float = 32.0
) -> None:
    """One stored fix with its latest position, as ingest would leave them."""
    row = (at, at, 1, town.device_no[vehicle], round(lon * 1e7), round(lat * 1e7), 1, 1)
    async with conn.transaction():
        await conn.execute(
            """INSERT INTO ingest_writer (name) VALUES ('test') ON CONFLICT DO NOTHING""",
        )
        await conn.execute(
            """INSERT INTO position (fixed_at, received_at, batch, device_no, lon_e7, lat_e7, tenant_no, writer_no)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
            row,
        )
        await conn.execute(
            """INSERT INTO latest_position (fixed_at, received_at, batch, device_no, lon_e7, lat_e7, tenant_no, writer_no, quality)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0)
            ON CONFLICT (device_no) DO UPDATE SET fixed_at = excluded.fixed_at, lon_e7 = excluded.lon_e7, lat_e7 = excluded.lat_e7""",
            row,
        )


async def add_order(
    conn: Connection, town: Town, *, requester: str, unit: str, start_at: datetime, hours: float = 2, vehicle: str | None = None,
    driver: str | None = None, state: str = "submitted",
) -> UUID:  # fmt: skip
    """An order row in any state, without the use cases."""
    order_id = uuid4()
    await store.insert(
        conn,
        "dispatch_order",
        {
            "id": order_id, "tenant_id": town.tenant_id, "type": "normal", "state": state, "unit_id": town.units[unit],
            "requester_id": town.people[requester], "created_by": town.people[requester], "planned_start_at": start_at,
            "planned_end_at": start_at + timedelta(hours=hours), "vehicle_id": None if vehicle is None else town.vehicles[vehicle],
            "driver_id": None if driver is None else town.people[driver],
        },
    )  # fmt: skip
    return order_id
