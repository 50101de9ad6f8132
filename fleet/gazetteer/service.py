"""Use cases of a tenant's own names of places, for people and for commands of the machine; each writes the journal.

The caller owns the transaction. A name is corrected and ended, never deleted: its row stays for the journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet import journal, store
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Invalid, NotFound, Stale, Taken
from fleet.gazetteer import store as names
from fleet.geo import to_wgs84
from fleet.position import Datum

MOST_SHORT_NAMES = 20
LONGEST_NAME = 200
KINDS = frozenset({
    "", "office", "government", "depot", "hospital", "school", "hotel", "scenic", "station", "market", "residential",
    "restaurant", "entertainment", "private_club", "parking", "fuel", "park", "settlement",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A name as somebody wants it."""

    name: str
    lon: float
    lat: float
    datum: Datum = Datum.WGS84
    name_en: str = ""
    short_names: Sequence[str] = ()
    kind: str = ""


async def add_name(conn: Connection, actor: Actor, wanted: Named, now: datetime) -> UUID:
    """A new name, or one that had ended anew. Raises Forbidden, Invalid naming the field, Taken (name)."""
    require(actor, "place.edit")
    said = _checked(wanted)
    known = await store.one(conn, names.NAMED, (actor.tenant_id, said["name"]))
    if known and known["active"]:
        raise Taken(field="name", value=said["name"])
    place_id: UUID = known["id"] if known else uuid4()
    if known:
        await conn.execute(names.CHANGE, {**said, "id": place_id, "now": now})
    else:
        await store.insert(conn, "named_place", {"id": place_id, "tenant_id": actor.tenant_id, **said})
    await _record(conn, actor, actor.tenant_id, "place.name", place_id, said, now)
    return place_id


async def correct_name(
    conn: Connection, actor: Actor, place_id: UUID, row_version: int, wanted: Named, now: datetime
) -> int:
    """Another name, place, kind or other short names; its row version. Raises as `add_name`, NotFound, Stale."""
    require(actor, "place.edit")
    said = _checked(wanted)
    row = await _one(conn, actor, place_id, row_version)
    same = await store.one(conn, names.NAMED, (actor.tenant_id, said["name"]))
    if same and same["active"] and same["id"] != place_id:
        raise Taken(field="name", value=said["name"])
    await conn.execute(names.CORRECT, {**said, "id": place_id, "now": now})
    before = {key: row[key] for key in said}
    await _record(conn, actor, actor.tenant_id, "place.correct", place_id, said, now, before)
    return row_version + 1


async def end_name(conn: Connection, actor: Actor, place_id: UUID, row_version: int, now: datetime) -> int:
    """The name is no longer offered; its row version. Raises Forbidden, NotFound, Stale."""
    require(actor, "place.edit")
    row = await _one(conn, actor, place_id, row_version)
    await conn.execute(names.END, (now, place_id))
    await _record(conn, actor, actor.tenant_id, "place.forget", place_id, {"name": row["name"]}, now)
    return row_version + 1


async def _one(conn: Connection, actor: Actor, place_id: UUID, row_version: int) -> dict[str, Any]:
    row = await store.one(conn, names.ONE, (actor.tenant_id, place_id))
    if row is None or not row["active"]:
        raise NotFound(object="place", id=str(place_id))
    if row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])
    return row


def _checked(wanted: Named) -> dict[str, Any]:
    """The columns of a name. Raises Invalid naming the field."""
    name, short = wanted.name.strip(), tuple(dict.fromkeys(one.strip() for one in wanted.short_names if one.strip()))
    if not 0 < len(name) <= LONGEST_NAME or len(wanted.name_en) > LONGEST_NAME:
        raise Invalid(field="name", reason="too_long" if name else "empty")
    if len(short) > MOST_SHORT_NAMES or any(len(one) > LONGEST_NAME for one in short):
        raise Invalid(field="short_names", reason="too_long")
    if not (-180 <= wanted.lon <= 180 and -90 <= wanted.lat <= 90):
        raise Invalid(field="lon", reason="not_on_earth")
    if wanted.kind not in KINDS:
        raise Invalid(field="kind", reason="unknown")
    lon, lat = to_wgs84(wanted.lon, wanted.lat, wanted.datum)
    return {
        "name": name, "name_en": wanted.name_en.strip(), "short_names": list(short), "kind": wanted.kind, "lon": lon, "lat": lat,
    }  # fmt: skip


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
    conn: Connection,
    who: Actor | str,
    tenant_id: UUID,
    action: str,
    place_id: UUID,
    after: dict[str, Any],
    now: datetime,
    before: dict[str, Any] | None = None,
) -> None:
    await journal.record(
        conn, tenant_id=tenant_id, actor=who, action=action, object_kind="place", object_id=place_id, before=before,
        after=after, now=now,
    )  # fmt: skip
