"""Asks those who keep the calendar for the year that is missing: once in each stage, over the bell (docs/calendar.md)."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fleet import outbox
from fleet.calendars.coverage import Stage, coverage
from fleet.calendars.store import load_calendar
from fleet.db import Connection
from fleet.store import many

TENANTS = "SELECT id, timezone FROM tenant ORDER BY id"
# The fleet authority lets a calendar hold (fleet.access, calendar.publish).
KEEPERS = """SELECT DISTINCT p.id FROM person p JOIN person_role r ON r.person_id = p.id AND r.during @> %s::timestamptz
WHERE p.tenant_id = %s AND p.active AND r.role = 'fleet_admin'"""


async def ask_for_missing(conn: Connection, now: datetime) -> int:
    """The notices that are due; how many were new. Whoever takes over the office later is asked as well."""
    asked = 0
    for tenant in await many(conn, TENANTS, ()):
        asked += await _ask(conn, tenant["id"], ZoneInfo(tenant["timezone"]), now)
    return asked


async def _ask(conn: Connection, tenant_id: UUID, zone: ZoneInfo, now: datetime) -> int:
    reach = coverage(await load_calendar(conn, tenant_id, zone), now.astimezone(zone).date())
    if reach.stage is Stage.COVERED or reach.missing_year is None:
        return 0
    people = [row["id"] for row in await many(conn, KEEPERS, (now, tenant_id))]
    return await outbox.notify(
        conn, tenant_id=tenant_id, person_ids=people, kind=f"calendar_{reach.stage}", params={"year": reach.missing_year},
        object_kind="calendar", object_id=None, dedupe_key=f"calendar_{reach.stage}:{tenant_id}:{reach.missing_year}", now=now,
    )  # fmt: skip
