"""All SQL of the rulebook: changes as they are proposed, and the versions, profiles and mutes they become."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet.db import Connection, Jsonb, TimestamptzRange
from fleet.store import insert, many, one
from geofence.instants import FAR_FUTURE_MS, FAR_PAST_MS
from geofence.live.chosen_rules import ProfileRow, RuleRow
from geofence.rulebook.change import Scope, What
from geofence.rules.profiles import Profile

# Two versions at once would take the same number: whoever publishes rules of a tenant goes one after another.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('rules ' || %s::uuid, 0))"
CHANGE = "SELECT * FROM rule_change WHERE id = %s AND tenant_id = %s"
CHANGE_BY_NO = "SELECT * FROM rule_change WHERE change_no = %s AND tenant_id = %s"
# Only as long as it is what the person saw.
EDIT = """UPDATE rule_change SET {assignments} WHERE id = %s AND tenant_id = %s AND row_version = %s
    AND state IN ('draft', 'proposed') RETURNING row_version"""
UNIT = "SELECT id FROM unit WHERE id = %s AND tenant_id = %s"
VEHICLE = "SELECT id FROM vehicle WHERE id = %s AND tenant_id = %s"
USER_UNIT = "SELECT unit_id FROM custody WHERE vehicle_id = %s AND relation = 'user' AND during @> %s::timestamptz"
NEXT_RULE = "SELECT coalesce(max(version_no), 0) + 1 AS n FROM rule_version WHERE tenant_id = %s AND rule = %s"
NEXT_PROFILE = "SELECT coalesce(max(version_no), 0) + 1 AS n FROM rule_profile WHERE tenant_id = %s"
TABLES: Mapping[What, str] = {What.PARAMETERS: "rule_version", What.PROFILE: "rule_profile", What.MUTE: "rule_mute"}
# An end is only ever set earlier; one that is over already is refused.
END = """UPDATE {table} SET during = tstzrange(lower(during), greatest(%(at)s, lower(during))), ended_by_change_id = %(change)s
    WHERE id = %(id)s AND tenant_id = %(tenant)s AND (upper_inf(during) OR upper(during) > %(at)s) AND NOT isempty(during) RETURNING id"""
ENDING = "SELECT {columns} FROM {table} WHERE id = %s AND tenant_id = %s"
RULES_AT = """SELECT id::text, rule, version_no, unit_id::text, vehicle_class, enabled, parameters FROM rule_version
    WHERE tenant_id = %s AND during @> %s::timestamptz ORDER BY rule, version_no"""
PROFILES_AT = """SELECT version_no, unit_id::text, vehicle_class, profile FROM rule_profile
    WHERE tenant_id = %s AND during @> %s::timestamptz ORDER BY version_no"""
PARENTS = "SELECT id::text, parent_id::text FROM unit WHERE parent_id IS NOT NULL AND tenant_id = %s"


async def add_change(conn: Connection, values: Mapping[str, Any]) -> tuple[UUID, int]:
    """A new draft; its id and number."""
    change_id = uuid4()
    await insert(conn, "rule_change", {"id": change_id, **values, "body": Jsonb(dict(values["body"]))})
    row = await one(conn, "SELECT change_no FROM rule_change WHERE id = %s", (change_id,))
    assert row is not None  # noqa: S101 - it was inserted
    return change_id, int(row["change_no"])


async def edit_change(
    conn: Connection, tenant_id: UUID, change_id: UUID, row_version: int, values: Mapping[str, Any]
) -> int | None:
    """Its row version; None when somebody was faster."""
    sql = EDIT.format(assignments=", ".join(f"{name} = %s" for name in values))
    given = [Jsonb(value) if name == "body" else value for name, value in values.items()]
    row = await one(conn, sql, (*given, change_id, tenant_id, row_version))
    return None if row is None else int(row["row_version"])


async def add_version(
    conn: Connection,
    *,
    tenant_id: UUID,
    rule: str,
    scope: Scope,
    enabled: bool,
    parameters: Mapping[str, object],
    about: Mapping[str, Any],
) -> tuple[UUID, int]:
    """The next version of a rule. `about`: during, reason, change_id, created_at, created_by."""
    found = await one(conn, NEXT_RULE, (tenant_id, rule))
    number, version_id = int((found or {})["n"]), uuid4()
    values = {"id": version_id, "tenant_id": tenant_id, "rule": rule, "version_no": number, "unit_id": scope.unit_id}
    values |= {"vehicle_class": scope.vehicle_class, "enabled": enabled, "parameters": Jsonb(dict(parameters))}
    await insert(conn, "rule_version", values | dict(about))
    return version_id, number


async def add_profile(
    conn: Connection, *, tenant_id: UUID, scope: Scope, profile: Profile, about: Mapping[str, Any]
) -> tuple[UUID, int]:
    found = await one(conn, NEXT_PROFILE, (tenant_id,))
    number, version_id = int((found or {})["n"]), uuid4()
    values = {"id": version_id, "tenant_id": tenant_id, "version_no": number, "unit_id": scope.unit_id}
    values |= {"vehicle_class": scope.vehicle_class, "profile": str(profile)}
    await insert(conn, "rule_profile", values | dict(about))
    return version_id, number


async def add_mute(conn: Connection, *, tenant_id: UUID, scope: Scope, rule: str, about: Mapping[str, Any]) -> UUID:
    mute_id = uuid4()
    values = {"id": mute_id, "tenant_id": tenant_id, "rule": rule, "unit_id": scope.unit_id, "vehicle_id": scope.vehicle_id}  # fmt: skip
    await insert(conn, "rule_mute", values | dict(about))
    return mute_id


async def end(conn: Connection, tenant_id: UUID, of: What, row_id: UUID, at: datetime, change_id: UUID) -> bool:
    """False when it is over by then already."""
    about = {"at": at, "change": change_id, "id": row_id, "tenant": tenant_id}
    cursor = await conn.execute(END.format(table=TABLES[of]), about)
    return await cursor.fetchone() is not None


async def ending(conn: Connection, tenant_id: UUID, of: What, row_id: UUID) -> tuple[list[str], Scope] | None:
    """Which rules and whom the version, profile or mute concerns; None when there is none."""
    columns = {
        What.PARAMETERS: "rule, unit_id, vehicle_class, NULL::uuid AS vehicle_id",
        What.PROFILE: "NULL AS rule, unit_id, vehicle_class, NULL::uuid AS vehicle_id",
        What.MUTE: "rule, unit_id, NULL AS vehicle_class, vehicle_id",
    }[of]
    row = await one(conn, ENDING.format(columns=columns, table=TABLES[of]), (row_id, tenant_id))
    if row is None:
        return None
    scope = Scope(unit_id=row["unit_id"], vehicle_class=row["vehicle_class"], vehicle_id=row["vehicle_id"])
    return [row["rule"]] if row["rule"] else [], scope


def span_of(since: datetime, until: datetime | None) -> TimestamptzRange:
    return TimestamptzRange(since, until)


async def in_force(
    conn: Connection, tenant_id: UUID, at: datetime
) -> tuple[list[RuleRow], list[ProfileRow], dict[str, str]]:
    """Versions and profiles that hold at an instant, and the units' tree; spans are not told."""
    tenant = str(tenant_id)
    rules = [
        RuleRow(tenant_id=tenant, from_ms=FAR_PAST_MS, to_ms=FAR_FUTURE_MS, **row)
        for row in await many(conn, RULES_AT, (tenant_id, at))
    ]
    profiles = [
        ProfileRow(tenant_id=tenant, **{**row, "profile": Profile(row["profile"])})
        for row in await many(conn, PROFILES_AT, (tenant_id, at))
    ]
    parents = {row["id"]: row["parent_id"] for row in await many(conn, PARENTS, (tenant_id,))}
    return rules, profiles, parents
