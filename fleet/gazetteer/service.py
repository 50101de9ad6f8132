"""Use cases of a tenant's own names of places; each writes the journal. For now they are commands of the machine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.db import Connection
from fleet.errors import Invalid, NotFound
from fleet.gazetteer import store as names
from fleet.geo import to_wgs84
from fleet.position import Datum

MOST_SHORT_NAMES = 20
LONGEST_NAME = 200


async def name_place(
    conn: Connection,
    command: str,
    *,
    tenant_id: UUID,
    name: str,
    lon: float,
    lat: float,
    datum: Datum,
    now: datetime,
    name_en: str = "",
    short_names: Sequence[str] = (),
    kind: str = "",
) -> dict[str, Any]:
    """A new name, or the same name with other short names or elsewhere. Raises Invalid naming the field."""
    short = tuple(dict.fromkeys(one.strip() for one in short_names if one.strip()))
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise Invalid(field="name", reason="empty" if not name.strip() else "too_long")
    if len(short) > MOST_SHORT_NAMES:
        raise Invalid(field="short", reason="too_long")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid(field="lon", reason="not_on_earth")
    lon, lat = to_wgs84(lon, lat, datum)
    said = {"name": name.strip(), "name_en": name_en, "short_names": list(short), "kind": kind, "lon": lon, "lat": lat}
    known = await store.one(conn, names.NAMED, (tenant_id, said["name"]))
    place_id = known["id"] if known else uuid4()
    if known:
        await conn.execute(names.CHANGE, {**said, "id": place_id, "now": now})
    else:
        await store.insert(conn, "named_place", {"id": place_id, "tenant_id": tenant_id, **said})
    await _record(conn, command, tenant_id, "place.name", place_id, said, now)
    return said


async def forget_name(conn: Connection, command: str, *, tenant_id: UUID, name: str, now: datetime) -> None:
    """The name is no longer offered. Raises NotFound."""
    known = await store.one(conn, names.NAMED, (tenant_id, name))
    if known is None or not known["active"]:
        raise NotFound(object="place", name=name)
    await conn.execute(names.END, (now, known["id"]))
    await _record(conn, command, tenant_id, "place.forget", known["id"], {"name": name}, now)


async def _record(
    conn: Connection, command: str, tenant_id: UUID, action: str, place_id: UUID, after: dict[str, Any], now: datetime
) -> None:
    await journal.record(
        conn, tenant_id=tenant_id, actor=command, action=action, object_kind="place", object_id=place_id, before=None,
        after=after, now=now,
    )  # fmt: skip
