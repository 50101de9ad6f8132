"""What `python -m fleet keep` and `python -m fleet hold ...` do, for the person at the machine."""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from fleet import commands, db, logs, store
from fleet.errors import Invalid, NotFound
from fleet.keeping import engine, service
from fleet.keeping import store as keeping
from fleet.settings import Settings, need
from fleet.vehicle import plain_plate

Arguments = argparse.Namespace


def add_arguments(add: Callable[..., argparse.ArgumentParser], group: Callable[[str, str], object]) -> None:
    """`keep` and `hold` in the command line of fleet."""
    run = add("keep", keep)
    run.add_argument("--dry-run", action="store_true", help="say what would go and change nothing")
    run.add_argument("--forever", action="store_true", help="stay and do it every night")
    raw_form = add("raw", raw)
    raw_form.add_argument("code", help="of the locator")
    raw_form.add_argument("fixed_at", type=commands.instant, help="the fix's own time, to the millisecond")
    holds = group("hold", "legal holds: what is kept whatever its age")
    place = add("add", hold_add, holds)
    what = place.add_mutually_exclusive_group(required=True)
    what.add_argument("--plate", help="a vehicle")
    what.add_argument("--person", help="login of a person: the trips asked for, driven or ridden in")
    place.add_argument("--since", type=commands.instant, required=True)
    place.add_argument("--until", type=commands.instant, help="open when absent")
    place.add_argument("--reason", required=True, help="file number, who asked")
    release = add("release", hold_release, holds)
    release.add_argument("hold", type=UUID)
    release.add_argument("--reason", required=True)
    add("list", hold_list, holds).add_argument("--all", action="store_true", help="released ones too")


async def keep(settings: Settings, arguments: Arguments) -> int:
    """Remove what has reached its age and no hold keeps; the run of last night, unless it is done."""
    url = need(settings.database_url, "FLEET_DATABASE_URL")
    if arguments.forever:
        logs.write_json(settings.log_level)
        stopping = asyncio.Event()
        for end in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(end, stopping.set)
        await engine.run(url, settings.timezone, _now, stopping)
        return 0
    async with await db.connect(url) as conn:
        if arguments.dry_run:
            for name, found in (await service.preview(conn, _now())).items():
                commands.tell(would_remove=name, **found)
            return 0
        removed = await service.run_if_due(conn, _now, settings.timezone)
    if removed is None:
        commands.tell(keep="nothing due")
    for name, found in (removed or {}).items():
        commands.tell(**{"packed" if name == service.CLOSED_DAYS else "removed": name}, **found)
    return 0


async def raw(settings: Settings, arguments: Arguments) -> int:
    """What a fix was before it was judged: the bytes as they came, for 30 days."""
    async with await db.connect(need(settings.database_url, "FLEET_DATABASE_URL")) as conn:
        found = await keeping.raw_of(conn, arguments.code, arguments.fixed_at)
    if found is None:
        raise NotFound(object="fix", device=arguments.code, fixed_at=arguments.fixed_at.isoformat())
    received_at, payload = found
    shown = None if payload is None else payload.decode(errors="backslashreplace")
    commands.tell(device=arguments.code, fixed_at=arguments.fixed_at, received_at=received_at, payload=shown)
    return 0


async def hold_add(settings: Settings, arguments: Arguments) -> int:
    """Place a hold on a vehicle or on a person's trips."""
    async with await db.connect(need(settings.database_url, "FLEET_DATABASE_URL")) as conn, conn.transaction():
        tenant_id = await _tenant(conn)
        vehicle_id = person_id = None
        if arguments.plate is not None:
            found = await store.one(conn, store.VEHICLE_BY_PLATE, (tenant_id, plain_plate(arguments.plate)))
            if found is None:
                raise NotFound(object="vehicle", plate=arguments.plate)
            vehicle_id = found["id"]
        else:
            found = await store.one(conn, store.LOGIN, (arguments.person,))
            if found is None:
                raise NotFound(object="person", login=arguments.person)
            person_id = found["id"]
        hold_id = await service.add_hold(
            conn, _actor("hold add"), tenant_id=tenant_id, vehicle_id=vehicle_id, person_id=person_id,
            since=arguments.since, until=arguments.until, reason=arguments.reason, now=_now(),
        )  # fmt: skip
    commands.tell(hold=hold_id)
    return 0


async def hold_release(settings: Settings, arguments: Arguments) -> int:
    """End a hold; from the next run on the ordinary terms count again."""
    async with await db.connect(need(settings.database_url, "FLEET_DATABASE_URL")) as conn, conn.transaction():
        await service.release_hold(
            conn, _actor("hold release"), arguments.hold, reason=arguments.reason, now=_now()
        )  # fmt: skip
    commands.tell(released=arguments.hold)
    return 0


async def hold_list(settings: Settings, arguments: Arguments) -> int:
    """The holds in force, one line each."""
    async with await db.connect(need(settings.database_url, "FLEET_DATABASE_URL")) as conn:
        about = {"tenant_id": await _tenant(conn), "all": arguments.all}
        for hold in await keeping.rows(conn, keeping.HOLDS, about):
            commands.tell(**{name: value for name, value in hold.items() if value is not None})
    return 0


def _actor(command: str) -> str:
    return f"fleet {command} ({os.environ.get('USER') or os.getuid()})"


def _now() -> datetime:
    return datetime.now(UTC)


async def _tenant(conn: db.Connection) -> UUID:
    tenants = await store.many(conn, store.ONLY_TENANT)
    if len(tenants) != 1:
        raise Invalid(field="tenant", reason="not_exactly_one")
    return UUID(str(tenants[0]["id"]))
