"""All SQL of `fleet`: tenants, units, people, vehicles, devices, custody. Rows become our dataclasses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet.access import Actor, Role, expand
from fleet.db import Connection, Jsonb, TimestamptzRange, dict_row

# One row to insert; column names are constants of this program, never input.
_INSERT = "INSERT INTO {table} ({columns}) VALUES ({marks})"


async def insert(conn: Connection, table: str, values: Mapping[str, Any]) -> None:
    """Insert one row. Keys are column names written in our own code; jsonb values come wrapped in Jsonb."""
    sql = _INSERT.format(table=table, columns=", ".join(values), marks=", ".join("%s" for _ in values))
    await conn.execute(sql, list(values.values()))


async def one(conn: Connection, sql: str, params: Iterable[Any] = ()) -> dict[str, Any] | None:
    """First row as a dict, or None."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, tuple(params))
        return await cursor.fetchone()


async def many(conn: Connection, sql: str, params: Iterable[Any] = ()) -> list[dict[str, Any]]:
    """All rows as dicts."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql, tuple(params))
        return await cursor.fetchall()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceKey:
    """A device as the commands name it."""

    id: UUID
    tenant_id: UUID
    code: str
    installed_at: datetime


async def device_key(conn: Connection, code: str) -> DeviceKey | None:
    """The device of a code, or None."""
    row = await one(conn, DEVICE_BY_CODE, (code,))
    return None if row is None else device_key_of(row)


def device_key_of(row: Mapping[str, Any]) -> DeviceKey:
    """From the columns of a device row."""
    return DeviceKey(id=row["id"], tenant_id=row["tenant_id"], code=row["code"], installed_at=row["installed_at"])


TENANT_BY_CODE = "SELECT id, tenant_no, code, name, timezone FROM tenant WHERE code = %s"
TENANTS = "SELECT id, code FROM tenant ORDER BY created_at"
ONLY_TENANT = "SELECT id, tenant_no, code, name, timezone FROM tenant ORDER BY created_at LIMIT 2"
UNIT_PARENTS = "SELECT id, parent_id FROM unit WHERE tenant_id = %s"
PERSON = "SELECT id, tenant_id, unit_id, login, name, cleared, active FROM person WHERE id = %s"
# Roles that hold now.
ROLES = "SELECT role, unit_id FROM person_role WHERE person_id = %s AND during @> %s"


async def load_actor(conn: Connection, person_id: UUID, now: datetime) -> Actor | None:
    """The person with the roles that hold at `now`; None when unknown or inactive."""
    person = await one(conn, PERSON, (person_id,))
    if person is None or not person["active"]:
        return None
    roles = [(Role(row["role"]), row["unit_id"]) for row in await many(conn, ROLES, (person_id, now))]
    parents = {row["id"]: row["parent_id"] for row in await many(conn, UNIT_PARENTS, (person["tenant_id"],))}
    return Actor(
        person_id=person["id"],
        tenant_id=person["tenant_id"],
        unit_id=person["unit_id"],
        name=person["name"],
        login=person["login"],
        cleared=person["cleared"],
        reach=expand(roles, parents),
    )


LOGIN = """SELECT id, tenant_id, unit_id, login, name, password_hash, must_change_password, active, cleared, locale
FROM person WHERE login = %s"""
UNIT_BY_CODE = "SELECT id, parent_id, code, name, name_en, kind, is_centre, active, row_version FROM unit WHERE tenant_id = %s AND code = %s"
VEHICLE_BY_PLATE = "SELECT id, plate, row_version FROM vehicle WHERE tenant_id = %s AND plate = %s"
DEVICE_BY_CODE = "SELECT id, device_no, tenant_id, code, installed_at, active, row_version FROM device WHERE code = %s"
DEVICE_BY_ID = "SELECT id, tenant_id, code, installed_at FROM device WHERE id = %s AND NOT device_hidden(id)"
STORE_HASH = "UPDATE person SET password_hash = %s, must_change_password = %s WHERE id = %s"
END_SESSIONS = "UPDATE session SET ended_at = %s, ended_why = %s WHERE person_id = %s AND ended_at IS NULL"
END_ROLE = """UPDATE person_role SET during = tstzrange(lower(during), %s)
WHERE person_id = %s AND role = %s AND unit_id = %s AND during @> %s::timestamptz"""
# Close what holds at an instant; the new relation starts at the same instant, so there is never a gap.
END_CUSTODY = """UPDATE custody SET during = tstzrange(lower(during), %(at)s), row_version = row_version + 1
WHERE vehicle_id = %(vehicle)s AND relation = %(relation)s AND during @> %(at)s::timestamptz AND lower(during) < %(at)s"""
CURRENT_CUSTODY = "SELECT relation, unit_id FROM custody WHERE vehicle_id = %s AND during @> %s::timestamptz"
END_BINDING = """UPDATE device_binding SET during = tstzrange(lower(during), %(at)s)
WHERE (device_id = %(device)s OR vehicle_id = %(vehicle)s) AND during @> %(at)s::timestamptz AND lower(during) < %(at)s"""
# Foreign names of devices (fleet/foreign.py).
FORWARDER = "SELECT tenant_id FROM forwarder WHERE source = %s AND name = %s"
ANY_SOURCE_BINDING = "SELECT id FROM source_binding WHERE source = %s AND external_id = %s LIMIT 1"
END_SOURCE_BINDING = """UPDATE source_binding b SET during = tstzrange(lower(during), %s) FROM device d
WHERE b.tenant_id = %s AND source = %s AND external_id = %s AND during @> %s::timestamptz AND lower(during) < %s
AND d.id = b.device_id RETURNING d.id, d.tenant_id, d.code, d.installed_at"""
UNBIND_SOURCE = """UPDATE source_binding SET during = tstzrange(lower(during), %s)
WHERE source = %s AND external_id = %s AND device_id = %s AND during @> %s::timestamptz AND lower(during) < %s RETURNING id"""
SOURCE_NAMES = """SELECT source, external_id FROM source_binding WHERE device_id = %s AND during @> %s::timestamptz
ORDER BY source, external_id"""
SOURCE_BINDING = """SELECT id, device_id, source, external_id, lower(during) AS since, upper(during) AS until, row_version
FROM source_binding WHERE id = %s FOR UPDATE"""
SOURCE_OVERLAP = """SELECT d.code, lower(b.during) AS since, upper(b.during) AS until FROM source_binding b JOIN device d ON d.id = b.device_id
WHERE b.source = %s AND b.external_id = %s AND b.during && %s::tstzrange AND b.id <> %s ORDER BY b.during LIMIT 1"""
CORRECT_SOURCE_BINDING = "UPDATE source_binding SET device_id = %s, external_id = %s, during = %s WHERE id = %s"
HEARD_BY_SOURCE = "UPDATE device SET acknowledges = 'broker', protocol = %s WHERE id = %s"
# Without a word on hidden vehicles' locators for whoever may not see them; on the machine itself nothing is hidden.
DEVICE_SEEN = "SELECT id FROM device WHERE id = %s AND tenant_id = %s AND NOT device_hidden(id)"
AREA_BY_CODE = "SELECT id, kind FROM area WHERE tenant_id = %s AND code = %s"
# The next version starts where this one ends; what was judged before keeps the old one.
END_AREA_VERSION = """UPDATE area_version SET during = tstzrange(lower(during), %(at)s)
WHERE area_id = %(area)s AND upper_inf(during) AND lower(during) < %(at)s"""
LATEST_AREA_VERSION = "SELECT coalesce(max(version_no), 0) AS version_no FROM area_version WHERE area_id = %s"
# An edited row must still be the version the person saw.
EDIT = "UPDATE {table} SET {assignments} WHERE tenant_id = %s AND id = %s AND row_version = %s RETURNING row_version"
VERSION = "SELECT row_version FROM {table} WHERE tenant_id = %s AND id = %s"
EDITABLE = frozenset({"unit", "person", "vehicle", "device"})


async def edit(
    conn: Connection, table: str, tenant_id: UUID, row_id: UUID, row_version: int, values: Mapping[str, Any]
) -> tuple[int | None, int | None]:
    """Update when the version still matches: (new version, None), or (None, current version) when it does not."""
    if table not in EDITABLE:
        raise ValueError(f"{table} is not edited this way")
    sql = EDIT.format(table=table, assignments=", ".join(f"{name} = %s" for name in values))
    row = await one(conn, sql, (*values.values(), tenant_id, row_id, row_version))
    if row is not None:
        return int(row["row_version"]), None
    current = await one(conn, VERSION.format(table=table), (tenant_id, row_id))
    return None, None if current is None else int(current["row_version"])


async def add_area(
    conn: Connection,
    *,
    area_id: UUID,
    tenant_id: UUID,
    kind: str,
    code: str,
    name: str,
    geometry: Mapping[str, Any],
    name_en: str = "",
    category: str | None = None,
    capacity: int | None = None,
) -> None:
    """A new area with its first version, valid from always."""
    await insert(conn, "area", {"id": area_id, "tenant_id": tenant_id, "kind": kind, "code": code})
    await add_area_version(
        conn, tenant_id=tenant_id, area_id=area_id, name=name, name_en=name_en, geometry=geometry, category=category,
        capacity=capacity,
    )  # fmt: skip


async def add_area_version(
    conn: Connection,
    *,
    tenant_id: UUID,
    area_id: UUID,
    name: str,
    geometry: Mapping[str, Any],
    name_en: str = "",
    category: str | None = None,
    capacity: int | None = None,
    source_datum: str = "WGS84",
    since: datetime | None = None,
) -> tuple[UUID, int]:
    """The next version of an area, from `since` (None: from always); its id and number."""
    latest = await one(conn, LATEST_AREA_VERSION, (area_id,))
    version_id, number = uuid4(), 1 + (int(latest["version_no"]) if latest else 0)
    values: dict[str, Any] = {
        "id": version_id,
        "tenant_id": tenant_id,
        "area_id": area_id,
        "version_no": number,
        "name": name,
        "name_en": name_en,
        "category": category,
        "geometry": Jsonb(dict(geometry)),
        "source_datum": source_datum,
        "capacity": capacity,
    }
    if since is not None:
        values["during"] = TimestamptzRange(since, None)
    await insert(conn, "area_version", values)
    return version_id, number
