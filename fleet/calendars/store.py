"""All SQL of the calendar: versions with their days, hours and sealing periods; proposed changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fleet.calendars.change import SealingChange, What
from fleet.db import Connection, Jsonb, TimestamptzRange
from fleet.schedule import Season, season_json
from fleet.store import insert, many, one
from fleet.worktime import Calendar, DayKind, parse_hours, stated_years

LATEST_CALENDAR = "SELECT id, version_no FROM calendar_version WHERE tenant_id = %s ORDER BY version_no DESC LIMIT 1"
# Two versions at once would take the same number: whoever changes the calendar of a tenant goes one after another.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('calendar ' || %s::uuid, 0))"
IN_FORCE = "SELECT what, unit_id::text, day, kind, name FROM calendar_in_force WHERE tenant_id = %s"
# What the calendar said when a version was the newest: for reading a finding's evidence back.
AS_OF = """SELECT DISTINCT ON (v.what, v.unit_id, d.day) v.what, v.unit_id::text, d.day, d.kind, d.name
FROM calendar_day d JOIN calendar_version v ON v.id = d.version_id WHERE v.tenant_id = %s AND v.version_no <= %s
ORDER BY v.what, v.unit_id, d.day, v.version_no DESC"""
# COPY does not ask the policies, so it is not allowed to the web's role.
ADD_DAYS = """INSERT INTO calendar_day (tenant_id, version_id, day, kind, name)
SELECT %s, %s, d.day, d.kind, d.name FROM unnest(%s::date[], %s::text[], %s::text[]) AS d (day, kind, name)"""
HOURS = """SELECT id, unit_id, work_hours, lower(days) AS since, upper(days) AS until, season_from, season_to, special FROM work_schedule
WHERE tenant_id = %s AND unit_id IS NOT DISTINCT FROM %s AND withdrawn_version_id IS NULL ORDER BY place, created_at"""
WITHDRAW_HOURS = "UPDATE work_schedule SET withdrawn_version_id = %s WHERE id = ANY (%s)"
WITHDRAW_SEALING = """UPDATE seal_period SET withdrawn_version_id = %s
WHERE id = %s AND tenant_id = %s AND unit_id IS NOT DISTINCT FROM %s AND withdrawn_version_id IS NULL RETURNING id"""
CHANGE = """SELECT id, tenant_id, what, unit_id, body, source, reason, state, proposed_by, row_version FROM calendar_change
WHERE id = %s AND tenant_id = %s"""
SETTLE = """UPDATE calendar_change SET state = %s, settled_at = %s, settled_by = %s, version_id = %s
WHERE id = %s AND row_version = %s AND state = 'proposed' RETURNING row_version"""
# A unit and those above it, nearest first.
ABOVE = """WITH RECURSIVE above (id, far) AS (
    SELECT %s::uuid, 0 UNION ALL SELECT u.parent_id, far + 1 FROM unit u JOIN above a ON u.id = a.id WHERE u.parent_id IS NOT NULL)
SELECT id::text FROM above WHERE id IS NOT NULL ORDER BY far"""
UNIT = "SELECT id FROM unit WHERE id = %s AND tenant_id = %s"
UNIT_BY_CODE = "SELECT id FROM unit WHERE code = %s AND tenant_id = %s"


async def load_calendar(
    conn: Connection, tenant_id: UUID, timezone: ZoneInfo, *, version_no: int | None = None
) -> Calendar:
    """Every known day of the tenant, as it is or as it was at a version; years no notice states whole are provisional."""
    version = await one(conn, LATEST_CALENDAR, (tenant_id,))
    if version_no is None:
        rows = await many(conn, IN_FORCE, (tenant_id,))
    else:
        rows = await many(conn, AS_OF, (tenant_id, version_no))
    noticed = {row["day"]: (DayKind(row["kind"]), row["name"]) for row in rows if row["what"] == What.DAYS}
    local: dict[str | None, dict[date, tuple[DayKind, str]]] = {}
    for row in rows:
        if row["what"] == What.LOCAL and row["kind"] is not None:
            local.setdefault(row["unit_id"], {})[row["day"]] = DayKind(row["kind"]), row["name"]
    return Calendar(
        days=noticed | local.pop(None, {}),
        timezone=timezone,
        version_id=None if version is None else version["id"],
        covered_years=stated_years(noticed),
        of_units={unit: days for unit, days in local.items() if unit is not None},
    )


async def add_calendar_version(
    conn: Connection,
    *,
    version_id: UUID,
    tenant_id: UUID,
    source: str,
    days: Mapping[date, tuple[DayKind | None, str]],
    created_by: UUID | None,
    what: What = What.DAYS,
    unit_id: UUID | None = None,
) -> int:
    """Store a new version with its days; returns its number."""
    await conn.execute(LOCK, (tenant_id,))
    latest = await one(conn, LATEST_CALENDAR, (tenant_id,))
    number = 1 if latest is None else int(latest["version_no"]) + 1
    values = {
        "id": version_id,
        "tenant_id": tenant_id,
        "version_no": number,
        "source": source,
        "created_by": created_by,
    }
    if what is not What.DAYS:
        values |= {"what": str(what), "unit_id": unit_id}
    await insert(conn, "calendar_version", values)
    stated = sorted(days.items())
    kinds = [kind and str(kind) for _, (kind, _) in stated]
    names = [name for _, (_, name) in stated]
    await conn.execute(ADD_DAYS, (tenant_id, version_id, [day for day, _ in stated], kinds, names))
    return number


def season_of(row: Mapping[str, Any]) -> Season:
    """A row of hours."""
    months = None if row["season_from"] is None else (row["season_from"], row["season_to"])
    hours = parse_hours(row["work_hours"])
    return Season(hours=hours, since=row["since"], until=row["until"], months=months, special=row["special"])


async def hours_of(conn: Connection, tenant_id: UUID, unit_id: UUID | None) -> list[tuple[UUID, Season]]:
    """The rows in force of a unit itself, or the tenant's own."""
    return [(row["id"], season_of(row)) for row in await many(conn, HOURS, (tenant_id, unit_id))]


async def replace_hours(
    conn: Connection,
    *,
    tenant_id: UUID,
    unit_id: UUID | None,
    version_id: UUID,
    gone: Sequence[UUID],
    seasons: Sequence[Season],
    created_by: UUID | None,
) -> None:
    """The rows of a unit become these; those that held stay as they were, out of force."""
    await conn.execute(WITHDRAW_HOURS, (version_id, list(gone)))
    for place, season in enumerate(seasons):
        await conn.execute(
            """INSERT INTO work_schedule (tenant_id, unit_id, work_hours, days, season_from, season_to, special, place, version_id, created_by)
            VALUES (%s, %s, %s, daterange(%s, %s), %s, %s, %s, %s, %s, %s)""",
            (
                tenant_id, unit_id, Jsonb(season_json(season)["work_hours"]), season.since, season.until,
                *(season.months or (None, None)), season.special, place, version_id, created_by,
            ),
        )  # fmt: skip


async def add_sealing(
    conn: Connection, *, tenant_id: UUID, unit_id: UUID | None, version_id: UUID, sealing: SealingChange
) -> None:
    await insert(
        conn, "seal_period",
        {"tenant_id": tenant_id, "unit_id": unit_id, "name": sealing.name, "vehicle_classes": list(sealing.vehicle_classes),
         "kept_out": list(sealing.kept_out), "during": TimestamptzRange(sealing.from_at, sealing.to_at),
         "keeper": sealing.keeper, "version_id": version_id},
    )  # fmt: skip


async def units_above(conn: Connection, unit_id: UUID | None) -> list[str]:
    """A unit and those above it, nearest first; none for nobody."""
    return [row["id"] for row in await many(conn, ABOVE, (unit_id,))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """A change as somebody proposed it."""

    id: UUID
    what: What
    unit_id: UUID | None
    body: dict[str, Any]
    source: str
    reason: str
    state: str
    proposed_by: UUID
    row_version: int


async def proposed(conn: Connection, tenant_id: UUID, change_id: UUID) -> Proposed | None:
    """One change; None when there is none."""
    row = await one(conn, CHANGE, (change_id, tenant_id))
    if row is None:
        return None
    return Proposed(
        **{**{name: row[name] for name in Proposed.__dataclass_fields__ if name != "what"}, "what": What(row["what"])}
    )


async def add_change(
    conn: Connection,
    *,
    tenant_id: UUID,
    what: What,
    unit_id: UUID | None,
    body: Mapping[str, Any],
    source: str,
    reason: str,
    proposed_by: UUID,
    now: datetime,
) -> UUID:
    change_id = uuid4()
    await insert(
        conn, "calendar_change",
        {"id": change_id, "tenant_id": tenant_id, "what": str(what), "unit_id": unit_id, "body": Jsonb(dict(body)),
         "source": source, "reason": reason, "proposed_at": now, "proposed_by": proposed_by},
    )  # fmt: skip
    return change_id
