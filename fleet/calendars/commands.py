"""What `python -m fleet calendar ...` does, for the person at the machine; each prints JSON lines."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from fleet import commands
from fleet.calendars import service, store
from fleet.calendars.change import Change, HoursChange, LocalChange, SealingChange, What, read_change
from fleet.calendars.coverage import coverage
from fleet.calendars.difference import Difference
from fleet.calendars.notice import Form
from fleet.db import Connection
from fleet.errors import Invalid, NotFound
from fleet.settings import Settings
from fleet.store import many, one
from fleet.vehicle import VehicleClass, plate_of
from fleet.worktime import DayKind

Arguments = argparse.Namespace
TAKEN_BACK = "none"
VERSIONS = """SELECT v.version_no, v.what, u.code AS unit, v.source, v.created_at, p.login AS by, count(d.day) AS days
FROM calendar_version v LEFT JOIN unit u ON u.id = v.unit_id LEFT JOIN person p ON p.id = v.created_by
LEFT JOIN calendar_day d ON d.version_id = v.id WHERE v.tenant_id = %s GROUP BY v.id, u.code, p.login ORDER BY v.version_no DESC LIMIT %s"""
VEHICLE = "SELECT id FROM vehicle WHERE plate = %s AND tenant_id = %s"


def add_arguments(add: Callable[..., argparse.ArgumentParser], calendar: object) -> None:
    """`import`, `coverage`, `day`, `local`, `hours`, `seal`, `unseal`, `versions` below `calendar`."""
    notice = add("import", import_notice, calendar)
    notice.add_argument("file", help="JSON of NateScarlet/holiday-cn, the notice as text, or CSV with date and kind")
    notice.add_argument("--form", choices=[str(form) for form in Form], help="told by the first lines when absent")
    notice.add_argument("--year", type=int, help="where the file does not say it")
    notice.add_argument("--source", help="what the version says it comes from; the file's name when absent")
    notice.add_argument("--dry-run", action="store_true", help="only what would become different")
    add("coverage", tell_coverage, calendar)
    on = add("day", tell_day, calendar)
    on.add_argument("day", type=commands.day)
    local = add("local", set_local, calendar)
    local.add_argument("day", type=commands.day)
    local.add_argument("kind", choices=[*(str(kind) for kind in DayKind), TAKEN_BACK])
    local.add_argument("--name", default="")
    hours = add("hours", set_hours, calendar)
    hours.add_argument(
        "file", help='JSON: [{"from": "05-01", "to": "09-30", "work_hours": {"mon": [["08:30", "12:00"]]}}]'
    )
    hours.add_argument("--since", type=commands.day, help="earlier rows hold until then; always when absent")
    seal = add("seal", add_sealing, calendar)
    seal.add_argument("name")
    seal.add_argument("--from", dest="since", required=True, type=commands.instant)
    seal.add_argument("--to", dest="until", required=True, type=commands.instant)
    seal.add_argument(
        "--class", dest="classes", action="append", default=[], choices=[str(each) for each in VehicleClass]
    )
    seal.add_argument(
        "--keep-out", action="append", default=[], metavar="PLATE", help="a duty vehicle that is not sealed"
    )
    seal.add_argument("--keeper", default="", help="who has the keys")
    unseal = add("unseal", end_sealing, calendar)
    unseal.add_argument("period", type=UUID)
    add("versions", list_versions, calendar).add_argument("--most", type=int, default=50)
    for each in (on, local, hours, seal, unseal):
        each.add_argument("--unit", help="code of a unit, which means those below it too; everybody when absent")
    for each in (local, hours, seal, unseal):
        each.add_argument("--source", default="", help="the paper it rests on")


async def import_notice(settings: Settings, arguments: Arguments) -> int:
    """A year's holidays and make-up workdays, from a notice."""
    text = read_text(arguments.file)
    form = None if arguments.form is None else Form(arguments.form)
    now = datetime.now(UTC)
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        seen = await service.preview(
            conn, tenant_id=tenant_id, timezone=settings.timezone, text=text, form=form, year=arguments.year, now=now
        )
        for each in seen.differences:
            commands.tell(**_difference(each))
        for remark in seen.remarks:
            commands.tell(remark=remark.code, **{name: value for name, value in asdict(remark).items() if value and name != "code"})  # fmt: skip
        told: dict[str, Any] = {"year": seen.year, "form": str(seen.form), "worked_days": seen.worked_after}
        if not arguments.dry_run:
            source = arguments.source or Path(arguments.file).name
            _, number = await service.apply(
                conn,
                "fleet calendar import",
                tenant_id=tenant_id,
                change=seen.change,
                unit_id=None,
                source=source,
                now=now,
            )
            told |= {"version_no": number, "source": source, "days": len(seen.change.days)}
    commands.tell(**told, differences=len(seen.differences), judged_again=seen.judged_again)
    return 0


def _difference(each: Difference) -> dict[str, Any]:
    before = "provisional " * each.provisional + str(each.before)
    return {"day": each.day, "before": before, "after": str(each.after), "name": each.after_name, "effect": each.effect}


async def tell_coverage(settings: Settings, _: Arguments) -> int:
    """How far the calendar reaches and what is asked for; 1 when a year is missing that should be there."""
    async with await commands.connect(settings) as conn:
        tenant_id = await commands.tenant_of(conn)
        calendar = await store.load_calendar(conn, tenant_id, settings.timezone)
    found = coverage(calendar, service.today_of(settings.timezone, datetime.now(UTC)))
    commands.tell(**asdict(found))
    return int(found.stage != "covered")


async def tell_day(settings: Settings, arguments: Arguments) -> int:
    """What a date is, for everybody or for a unit."""
    async with await commands.connect(settings) as conn:
        tenant_id = await commands.tenant_of(conn)
        unit_id = await _unit(conn, tenant_id, arguments.unit)
        calendar = await store.load_calendar(conn, tenant_id, settings.timezone)
        chain = await store.units_above(conn, unit_id)
    own = next((each for each in chain if arguments.day in calendar.of_units.get(each, {})), None)
    found = calendar.day(arguments.day, own)
    commands.tell(day=arguments.day, kind=str(found.kind), name=found.name, provisional=found.provisional)
    return 0


async def set_local(settings: Settings, arguments: Arguments) -> int:
    """A local extra day; `none` takes it back."""
    kind = None if arguments.kind == TAKEN_BACK else DayKind(arguments.kind)
    change = LocalChange(days={arguments.day: (kind, arguments.name)})
    return await _apply(settings, arguments, change, "local")


async def set_hours(settings: Settings, arguments: Arguments) -> int:
    """The hours of a unit by season, or everybody's; an empty list: as the units above it."""
    try:
        rows = json.loads(read_text(arguments.file))
    except ValueError as error:
        raise Invalid(field="file", reason="not_json") from error
    change = read_change(What.HOURS, {"seasons": rows, "since": arguments.since})
    assert isinstance(change, HoursChange)  # noqa: S101 - read_change answers what it was asked
    return await _apply(settings, arguments, change, "hours")


async def add_sealing(settings: Settings, arguments: Arguments) -> int:
    """A period in which vehicles stand sealed."""
    async with await commands.connect(settings) as conn:
        tenant_id = await commands.tenant_of(conn)
        kept = [await _vehicle(conn, tenant_id, plate) for plate in arguments.keep_out]
    body = {
        "name": arguments.name,
        "from": arguments.since.isoformat(),
        "to": arguments.until.isoformat(),
        "vehicle_classes": arguments.classes,
        "kept_out": [str(each) for each in kept],
        "keeper": arguments.keeper,
    }
    return await _apply(settings, arguments, read_change(What.SEALING, body), "seal")


async def end_sealing(settings: Settings, arguments: Arguments) -> int:
    """Takes a sealing period out of force, as if it had not been."""
    return await _apply(settings, arguments, SealingChange(name="", replaces=arguments.period), "unseal")


async def list_versions(settings: Settings, arguments: Arguments) -> int:
    """The versions of the calendar, newest first."""
    async with await commands.connect(settings) as conn:
        for row in await many(conn, VERSIONS, (await commands.tenant_of(conn), arguments.most)):
            commands.tell(**row)
    return 0


async def _apply(settings: Settings, arguments: Arguments, change: Change, action: str) -> int:
    command = f"fleet calendar {action}"
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        _, number = await service.apply(
            conn, command, tenant_id=tenant_id, change=change, unit_id=await _unit(conn, tenant_id, arguments.unit),
            source=arguments.source or command, now=datetime.now(UTC),
        )  # fmt: skip
    commands.tell(version_no=number)
    return 0


async def _unit(conn: Connection, tenant_id: UUID, code: str | None) -> UUID | None:
    if code is None:
        return None
    row = await one(conn, store.UNIT_BY_CODE, (code, tenant_id))
    if row is None:
        raise NotFound(object="unit", code=code)
    return UUID(str(row["id"]))


async def _vehicle(conn: Connection, tenant_id: UUID, plate: str) -> UUID:
    row = await one(conn, VEHICLE, (plate_of(plate), tenant_id))
    if row is None:
        raise NotFound(object="vehicle", plate=plate)
    return UUID(str(row["id"]))


def read_text(path: str) -> str:
    """A file of people's, in UTF-8 or as old offices write it. Raises Invalid naming `file`."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Invalid(field="file", reason="not_readable") from error
    if len(data) > commands.MOST_BYTES:
        raise Invalid(field="file", reason="too_large")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(field="file", reason="not_a_text")
