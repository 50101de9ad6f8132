"""What the commands of `python -m fleet` do: each is one short coroutine that prints one JSON line or plain lines.

They are for the person at the machine: the right is that of the operating system, the journal names the command.
"""

import argparse
import getpass
import json
import random
import re
import secrets
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from fleet import broker, broker_accounts, db, policy, service, store
from fleet.access import Role
from fleet.calendars.coverage import Stage, coverage
from fleet.calendars.store import load_calendar
from fleet.errors import Invalid, NotConfigured, NotFound
from fleet.journal import first_break
from fleet.position import Datum
from fleet.seed import demo, reference
from fleet.settings import Settings, need
from fleet.vehicle import Relation, VehicleClass, plate_of

Arguments = argparse.Namespace
MOST_BYTES = 5 * 1024 * 1024  # of a file with an area or a notice


def tell(**what: object) -> None:
    """One JSON line on standard output."""
    print(json.dumps(what, ensure_ascii=False, default=str))


async def migrate(settings: Settings, _: Arguments) -> int:
    """Bring the schema up to date."""
    for name in db.migrate(need(settings.database_url, "FLEET_DATABASE_URL")):
        tell(applied=name)
    return 0


async def seed(settings: Settings, arguments: Arguments) -> int:
    """Reference data for a tenant, or the whole demonstration."""
    now = datetime.now(UTC)
    conn = await db.connect(need(settings.database_url, "FLEET_DATABASE_URL"))
    async with conn:
        if not arguments.demo:
            async with conn.transaction():
                tenant_id = await reference.seed_tenant(
                    conn, code=arguments.code, name=arguments.name, timezone=str(settings.timezone), now=now
                )
            tell(tenant=tenant_id)
            return 0
        if arguments.city is None:
            raise Invalid(field="city", reason="missing")
        state_dir = need(settings.state_dir, "FLEET_STATE_DIR")
        city = json.loads(Path(arguments.city).read_text(encoding="utf-8"))
        rng = random.Random(secrets.randbits(64))
        async with conn.transaction():
            made = await demo.seed_demo(
                conn, city=city, vehicles=arguments.vehicles, state_dir=state_dir, rng=rng, now=now
            )
    devices = json.loads((state_dir / demo.DEVICES_FILE).read_text(encoding="utf-8"))
    await admit(settings, [(one["device"], one["password"]) for one in devices if "password" in one])
    tell(demo="ready", new=made is not None, **(made or {}))
    return 0


async def check(settings: Settings, _: Arguments) -> int:
    """One line each: configuration, database, broker, calendar coverage, disk, record chains."""
    bad = 0
    now = datetime.now(UTC)

    def line(what: str, ok: bool, **facts: object) -> None:
        nonlocal bad
        bad += not ok
        tell(check=what, ok=ok, **facts)

    line("configuration", True, timezone=str(settings.timezone))
    try:
        conn = await db.connect(need(settings.database_url, "FLEET_DATABASE_URL"))
    except (NotConfigured, OSError, db.pg_errors.Error) as error:
        line("database", False, why=str(error).strip().splitlines()[0])
    else:
        async with conn:
            line("database", True, edition=await db.edition(conn))
            for tenant in await store.many(conn, store.TENANTS):
                calendar = await load_calendar(conn, tenant["id"], settings.timezone)
                found = coverage(calendar, calendar.local(now).date())
                line("calendar", found.stage is Stage.COVERED, tenant=tenant["code"], covered_until=found.last_year,
                     missing=found.missing_year, stage=str(found.stage))  # fmt: skip
                broken = await first_break(conn, tenant["id"])
                line("records", not any(broken.values()), tenant=tenant["code"], **broken)
    try:
        address = broker.Address.parse(need(settings.mqtt_url, "FLEET_MQTT_URL"))
        session = broker.Session(client_id=address.username or "check")
        async with broker.Connection(address, session):
            line("broker", True, host=address.host, port=address.port)
    except (NotConfigured, OSError, broker.BrokerLost) as error:
        line("broker", False, why=str(error))
    free = shutil.disk_usage(settings.state_dir or Path.cwd()).free
    line("disk", free > 2_000_000_000, free_gb=round(free / 1e9, 1))
    return 1 if bad else 0


async def unit_add(settings: Settings, arguments: Arguments) -> int:
    """A unit below another."""
    async with await connect(settings) as conn, conn.transaction():
        tenant_id = await tenant_of(conn)
        parent = None if arguments.parent is None else await _unit(conn, tenant_id, arguments.parent)
        unit_id = await service.add_unit(
            conn, "fleet unit add", tenant_id=tenant_id, code=arguments.code, name=arguments.name,
            name_en=arguments.name_en, parent_id=parent, is_centre=arguments.centre, now=datetime.now(UTC),
        )  # fmt: skip
    tell(unit=unit_id)
    return 0


async def user_add(settings: Settings, arguments: Arguments) -> int:
    """A person with roles; the password is asked for, or drawn and printed once."""
    password = secrets.token_urlsafe(12) if arguments.draw_password else _ask_password()
    async with await connect(settings) as conn, conn.transaction():
        tenant_id = await tenant_of(conn)
        unit_id = await _unit(conn, tenant_id, arguments.unit)
        roles = [(Role(role), unit_id) for role in arguments.role]
        person_id = await service.add_person(
            conn, "fleet user add", tenant_id=tenant_id, unit_id=unit_id, login=arguments.login, name=arguments.name,
            password=password, roles=roles, phone=arguments.phone, licence_class=arguments.licence_class,
            licence_expires_on=arguments.licence_expires, now=datetime.now(UTC),
        )  # fmt: skip
    tell(person=person_id, login=arguments.login, **({"password": password} if arguments.draw_password else {}))
    return 0


async def user_password(settings: Settings, arguments: Arguments) -> int:
    """Reset a person's password; it must be changed at the next login."""
    password = secrets.token_urlsafe(12) if arguments.draw_password else _ask_password()
    async with await connect(settings) as conn, conn.transaction():
        row = await store.one(conn, store.LOGIN, (arguments.login,))
        if row is None:
            raise NotFound(object="person", login=arguments.login)
        await service.reset_password(conn, "fleet user password", row["id"], new=password, now=datetime.now(UTC))
    tell(login=arguments.login, **({"password": password} if arguments.draw_password else {}))
    return 0


async def vehicle_add(settings: Settings, arguments: Arguments) -> int:
    """A vehicle with its three relations of custody."""
    async with await connect(settings) as conn, conn.transaction():
        tenant_id = await tenant_of(conn)
        user = await _unit(conn, tenant_id, arguments.user)
        custody = {
            Relation.OWNER: await _unit(conn, tenant_id, arguments.owner or arguments.user),
            Relation.MANAGER: await _unit(conn, tenant_id, arguments.manager or arguments.user),
            Relation.USER: user,
        }
        vehicle_id = await service.add_vehicle(
            conn, "fleet vehicle add", tenant_id=tenant_id, plate=arguments.plate,
            vehicle_class=VehicleClass(arguments.vehicle_class), seats=arguments.seats, custody=custody,
            make_model=arguments.make_model, retained=arguments.retained, exempt=arguments.exempt,
            home_depot_id=await _depot(conn, tenant_id, arguments.depot), now=arguments.since or datetime.now(UTC),
        )  # fmt: skip
    tell(vehicle=vehicle_id, plate=plate_of(arguments.plate))
    return 0


async def area_set(settings: Settings, arguments: Arguments) -> int:
    """A depot or another area, or its next version."""
    geometry = _read_json(arguments.geometry, "geometry")
    async with await connect(settings) as conn, conn.transaction():
        told = await policy.set_area(
            conn, "fleet area set", tenant_id=await tenant_of(conn), code=arguments.code, name=arguments.name,
            kind=arguments.kind, geometry=geometry, datum=Datum(arguments.datum), name_en=arguments.name_en,
            category=arguments.category, capacity=arguments.capacity, since=arguments.since, now=datetime.now(UTC),
        )  # fmt: skip
    tell(**told)
    return 0


async def admit(settings: Settings, accounts: Sequence[tuple[str, str]]) -> None:
    """Accounts at the broker for devices: (code, password)."""
    credentials = [broker_accounts.Credential(username=code, password=password) for code, password in accounts]
    await administer(settings, lambda control: broker_accounts.admit_devices(control, credentials))


async def administer(settings: Settings, act: Callable[[broker_accounts.Control], Awaitable[None]]) -> None:
    """Do something with the broker's accounts."""
    address = broker.Address.parse(need(settings.mqtt_admin_url, "FLEET_MQTT_ADMIN_URL"))
    await broker_accounts.with_control(address, act, rng=random.Random())


async def connect(settings: Settings) -> Any:
    """The database, as whom the setting says."""
    return await db.connect(need(settings.database_url, "FLEET_DATABASE_URL"))


async def tenant_of(conn: db.Connection) -> UUID:
    """The only tenant. Raises NotFound when there is none, or more than one."""
    tenants = await store.many(conn, store.ONLY_TENANT)
    if len(tenants) != 1:
        raise NotFound(object="tenant", found=len(tenants))
    return UUID(str(tenants[0]["id"]))


async def _unit(conn: db.Connection, tenant_id: UUID, code: str) -> UUID:
    row = await store.one(conn, store.UNIT_BY_CODE, (tenant_id, code))
    if row is None:
        raise NotFound(object="unit", code=code)
    return UUID(str(row["id"]))


async def _depot(conn: db.Connection, tenant_id: UUID, code: str | None) -> UUID | None:
    if code is None:
        return None
    row = await store.one(conn, store.AREA_BY_CODE, (tenant_id, code))
    if row is None or row["kind"] != "depot":
        raise NotFound(object="depot", code=code)
    return UUID(str(row["id"]))


def _read_json(path: str, field: str) -> dict[str, Any]:
    """An object from a JSON file. Raises Invalid for a large file or one that holds something else."""
    file = Path(path)
    if file.stat().st_size > MOST_BYTES:
        raise Invalid(field=field, reason="too_large")
    try:
        read = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Invalid(field=field, reason="not_json") from error
    if not isinstance(read, dict):
        raise Invalid(field=field, reason="not_an_object")
    return read


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("password: ")


def instant(text: str) -> datetime:
    """An aware instant from the command line."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("an instant needs an offset, for example 2026-11-20T08:00:00+08:00")
    return value


def short_name(text: str) -> str:
    """A word for the name of an account."""
    if not re.fullmatch(r"[a-z0-9-]{1,20}", text):
        raise ValueError("1 to 20 of a-z, 0-9 and -")
    return text


def day(text: str) -> date:
    """A date from the command line."""
    return date.fromisoformat(text)
