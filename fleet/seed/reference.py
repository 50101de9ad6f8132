"""Reference data every tenant needs: calendar version 1, default work hours, rule versions and a first tariff.

Safe to run again: what is there stays as people edited it.
"""

from datetime import datetime
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.calendars.store import add_calendar_version
from fleet.db import Connection, Jsonb
from fleet.worktime import built_in_days

# The civil service's usual hours; each unit and season may have its own rows.
DEFAULT_HOURS = {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
RULES = (
    "R01",
    "R02",
    "R03",
    "R04",
    "R05",
    "R06",
    "R07",
    "R08",
    "R09",
    "R10",
    "R11",
    "R12",
    "R13",
    "R14",
    "R15",
    "R16",
    "R17",
    "R30",
    "R31",
)
CENTS_PER_KM = {None: 180, "confidential_courier": 180, "emergency_support": 250}


async def seed_tenant(
    conn: Connection, *, code: str, name: str, timezone: str, now: datetime, since_year: int = 2004
) -> UUID:
    """Create the tenant with its reference data, or return the one that exists. Its calendar begins with `since_year`."""
    known = await store.one(conn, store.TENANT_BY_CODE, (code,))
    if known is not None:
        return UUID(str(known["id"]))
    tenant_id = uuid4()
    await store.insert(conn, "tenant", {"id": tenant_id, "code": code, "name": name, "timezone": timezone})
    days = {day: stated for day, stated in built_in_days()[0].items() if day.year >= since_year}
    source = f"chinesecalendar {since_year}-2026"
    await add_calendar_version(conn, version_id=uuid4(), tenant_id=tenant_id, source=source, days=days, created_by=None)
    await store.insert(conn, "work_schedule", {"tenant_id": tenant_id, "work_hours": Jsonb(DEFAULT_HOURS)})
    for rule in RULES:
        # No override: the defaults of docs/rules hold, and a finding stores the parameters it was judged by.
        await store.insert(
            conn, "rule_version", {"tenant_id": tenant_id, "rule": rule, "version_no": 1, "parameters": Jsonb({})}
        )
    for vehicle_class, cents in CENTS_PER_KM.items():
        await store.insert(
            conn,
            "tariff",
            {"tenant_id": tenant_id, "version_no": 1, "vehicle_class": vehicle_class, "cents_per_km": cents},
        )
    await journal.record(
        conn, tenant_id=tenant_id, actor="fleet seed", action="tenant.add", object_kind="tenant", object_id=tenant_id,
        before=None, after={"code": code, "name": name, "timezone": timezone}, now=now,
    )  # fmt: skip
    return tenant_id
