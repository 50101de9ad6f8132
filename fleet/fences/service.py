"""Use cases of fences: draft, change, discard, publish. A draft changes nothing; publishing makes a dated version.

Who drew a fence last does not publish it (domain.md 13); at the machine the operating system's right stands for both.
The caller owns the transaction. A new version ends the one it meets, and the database has what it touches judged again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection, pg_errors
from fleet.errors import Conflict, Invalid, NotFound, SameHands, Stale, WrongState
from fleet.fences import store
from fleet.fences.files import Found
from fleet.fences.shapes import Drawing, Shape, drawing_of, stored
from fleet.fences.shift import Warned, against_former
from fleet.fences.versions import ended, place
from fleet.fences.watch import as_stored, watch_of
from fleet.position import Datum

KINDS = ("depot", "allowed", "forbidden", "sensitive", "rural", "subsidy_zone", "administrative", "watched")
LEVELS = ("province", "city", "county", "township")  # categories of an administrative area
PLACES = (
    "hotel", "scenic", "restaurant", "entertainment", "private_club", "market", "residential", "school", "hospital",
    "station", "office", "government",
)  # fmt: skip
MOST_KMH, MOST_PLACES = 200, 10_000
CODE = re.compile(r"[\w.-]{1,40}")
DRAWN_AS = ("code", "kind", "name", "name_en", "category", "capacity", "speed_limit_kmh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A fence as somebody wants it. The shape is a request for `drawing_of`, in `datum`."""

    code: str
    kind: str
    name: str
    shape: Mapping[str, Any]
    name_en: str = ""
    category: str | None = None
    capacity: int | None = None
    speed_limit_kmh: float | None = None
    watch: Mapping[str, Any] = field(default_factory=dict)
    effective_at: datetime | None = None
    ends: bool = False  # the area ends then; nothing follows
    datum: Datum = Datum.WGS84
    source: str = ""
    warned: Sequence[Warned] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What a publication did."""

    area_id: UUID
    version_id: UUID
    version_no: int | None  # None when the area ended
    code: str
    since: datetime | None
    until: datetime | None


async def draft(
    conn: Connection, actor: Actor | str, tenant_id: UUID, wanted: Wanted, now: datetime
) -> tuple[UUID, int]:
    """A new draft; its id and number. Raises Forbidden, Invalid naming the field, Conflict (area_kind)."""
    _allowed(actor, "area.draft")
    values = await _values(conn, tenant_id, wanted, now)
    by = _person(actor)
    draft_id, number = await store.add_draft(
        conn,
        {"tenant_id": tenant_id, "created_by": by, "updated_by": by, "created_at": now, "updated_at": now, **values},
    )
    await _record(conn, actor, tenant_id, "fence.draft", draft_id, _told(values) | {"draft_no": number}, now)
    return draft_id, number


async def change(
    conn: Connection,
    actor: Actor | str,
    tenant_id: UUID,
    draft_id: UUID,
    row_version: int,
    wanted: Wanted,
    now: datetime,
) -> int:
    """The draft anew; its row version. Raises as `draft`, and NotFound, WrongState, Stale."""
    _allowed(actor, "area.draft")
    before = await _draft(conn, tenant_id, draft_id, row_version, "change")
    values = await _values(conn, tenant_id, wanted, now)
    if not wanted.source:
        values["source"] = before["source"]
    version = await store.edit_draft(
        conn, tenant_id, draft_id, row_version, {"updated_by": _person(actor), "updated_at": now, **values}
    )
    if version is None:
        raise Stale(yours=row_version, current=before["row_version"])
    await _record(conn, actor, tenant_id, "fence.change", draft_id, _told(values), now)
    return version


async def discard(
    conn: Connection, actor: Actor | str, tenant_id: UUID, draft_id: UUID, row_version: int, now: datetime
) -> None:
    """The draft is given up. Raises Forbidden, NotFound, WrongState, Stale."""
    _allowed(actor, "area.draft")
    before = await _draft(conn, tenant_id, draft_id, row_version, "discard")
    settled = {"state": "discarded", "settled_at": now, "settled_by": _person(actor)}
    if await store.edit_draft(conn, tenant_id, draft_id, row_version, settled) is None:
        raise Stale(yours=row_version, current=before["row_version"])
    await _record(conn, actor, tenant_id, "fence.discard", draft_id, {"code": before["code"]}, now)


async def publish(
    conn: Connection, actor: Actor | str, tenant_id: UUID, draft_id: UUID, row_version: int, now: datetime
) -> Published:
    """The draft becomes a version of its area from its effective date on, or ends it.

    Raises Forbidden, NotFound, WrongState, Stale, SameHands (who drew it last), Conflict (area_kind, area_version), Invalid.
    """
    _allowed(actor, "area.publish")
    row = await _draft(conn, tenant_id, draft_id, row_version, "publish")
    if isinstance(actor, Actor) and row["updated_by"] == actor.person_id:
        raise SameHands(first="area.draft", second="area.publish")
    await conn.execute(store.ONE_AT_A_TIME, {"tenant": str(tenant_id), "code": row["code"]})
    area = await store.one(conn, store.AREA, {"tenant": tenant_id, "code": row["code"]})
    if area is not None and area["kind"] != row["kind"]:
        raise Conflict(what="area_kind")
    area_id = area["id"] if area else uuid4()
    if area is None:
        await _add_area(conn, tenant_id, area_id, row)
    try:
        done = await (_end if row["ends"] else _begin)(conn, tenant_id, area_id, row, _person(actor), now)
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="area_version") from error
    settled = {"state": "published", "settled_at": now, "settled_by": _person(actor), "version_id": done.version_id}
    if await store.edit_draft(conn, tenant_id, draft_id, row_version, settled | {"area_id": area_id}) is None:
        raise Stale(yours=row_version, current=row["row_version"])
    told = {"code": row["code"], "kind": row["kind"], "version_no": done.version_no, "version_id": str(done.version_id)}
    told |= {"since": done.since and done.since.isoformat(), "until": done.until and done.until.isoformat()}
    await _record(conn, actor, tenant_id, "fence.publish", draft_id, told, now)
    return done


def from_file(found: Found, *, kind: str, datum: Datum, source: str, prefix: str, **more: Any) -> Wanted:
    """What a shape of a file wants to be; without a code of its own it gets one from the file's."""
    category = more.pop("category", None) or found.category
    return Wanted(
        code=found.code or f"{prefix}-{found.n}", kind=kind, name=found.name, shape=found.drawing.said(),
        category=category, source=f"{source} ({datum})", **more,
    )  # fmt: skip


async def _begin(
    conn: Connection, tenant_id: UUID, area_id: UUID, row: Mapping[str, Any], by: UUID | None, now: datetime
) -> Published:
    held = await store.versions(conn, area_id)
    where = place(held, row["effective_at"] or now, now)
    if where.ends is not None:
        await conn.execute(store.END_VERSION, {"at": where.since, "id": where.ends, "area": area_id})
    copied = (
        "name",
        "name_en",
        "category",
        "drawn",
        "geometry",
        "source_datum",
        "capacity",
        "speed_limit_kmh",
        "watch",
    )
    values = {name: row[name] for name in copied} | {"tenant_id": tenant_id, "created_by": by, "created_at": now}
    version_id, number = await store.add_version(conn, area_id, values, since=where.since, until=where.until)
    return Published(
        area_id=area_id,
        version_id=version_id,
        version_no=number,
        code=row["code"],
        since=where.since,
        until=where.until,
    )


async def _end(
    conn: Connection, tenant_id: UUID, area_id: UUID, row: Mapping[str, Any], by: UUID | None, now: datetime
) -> Published:
    at = row["effective_at"] or now
    version_id = ended(await store.versions(conn, area_id), at, now)
    await conn.execute(store.END_VERSION, {"at": at, "id": version_id, "area": area_id})
    return Published(area_id=area_id, version_id=version_id, version_no=None, code=row["code"], since=None, until=at)


async def _add_area(conn: Connection, tenant_id: UUID, area_id: UUID, row: Mapping[str, Any]) -> None:
    if row["ends"]:
        raise NotFound(object="area", code=row["code"])
    await conn.execute(
        "INSERT INTO area (id, tenant_id, kind, code) VALUES (%(id)s, %(tenant)s, %(kind)s, %(code)s)",
        {"id": area_id, "tenant": tenant_id, "kind": row["kind"], "code": row["code"]},
    )


async def _values(conn: Connection, tenant_id: UUID, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The columns of a draft, checked."""
    code, name = wanted.code.strip(), wanted.name.strip()
    if not CODE.fullmatch(code):
        raise Invalid(field="code", reason="code" if code else "empty")
    if not name or len(name) > 100 or len(wanted.name_en) > 100:
        raise Invalid(field="name", reason="too_long" if name else "empty")
    _check_kind(wanted)
    drawing = drawing_of(wanted.shape, wanted.datum)
    if drawing.shape is Shape.POINT and wanted.kind != "depot":
        raise Invalid(field="shape", reason="not_a_surface")
    area = await store.one(conn, store.AREA, {"tenant": tenant_id, "code": code})
    if area is not None and area["kind"] != wanted.kind:
        raise Conflict(what="area_kind")
    warned = [*wanted.warned, *await _moved(conn, tenant_id, area, drawing, wanted.effective_at or now)]
    return {
        "area_id": area["id"] if area else None,
        "code": code,
        "kind": wanted.kind,
        "name": name,
        "name_en": wanted.name_en.strip(),
        "category": wanted.category,
        "drawn": dict(drawing.drawn),
        "geometry": dict(drawing.geometry),
        "source_datum": str(wanted.datum),
        "source": wanted.source,
        "capacity": wanted.capacity,
        "speed_limit_kmh": wanted.speed_limit_kmh,
        "watch": as_stored(watch_of(wanted.watch)),
        "effective_at": wanted.effective_at,
        "ends": wanted.ends,
        "warnings": [each.as_json() for each in warned],
    }


def _check_kind(wanted: Wanted) -> None:
    if wanted.kind not in KINDS:
        raise Invalid(field="kind", reason="unknown")
    known = LEVELS if wanted.kind == "administrative" else PLACES
    if wanted.category is not None and wanted.category not in known:
        raise Invalid(field="category", reason="unknown")
    if wanted.capacity is not None and (wanted.kind != "depot" or not 0 <= wanted.capacity <= MOST_PLACES):
        raise Invalid(field="capacity", reason="out_of_range" if wanted.kind == "depot" else "only_of_a_depot")
    limit = wanted.speed_limit_kmh
    if limit is not None and not 0 < limit <= MOST_KMH:
        raise Invalid(field="speed_limit_kmh", reason="out_of_range")


async def _moved(
    conn: Connection, tenant_id: UUID, area: Mapping[str, Any] | None, drawing: Drawing, at: datetime
) -> list[Warned]:
    """A warning when the shape is the former one, moved as a whole."""
    if area is None:
        return []
    former = await store.one(conn, store.VERSION_AT, {"tenant": tenant_id, "area": area["id"], "at": at})
    warned = against_former(drawing.geometry, former["geometry"]) if former else None
    return [warned] if warned else []


async def _draft(conn: Connection, tenant_id: UUID, draft_id: UUID, row_version: int, step: str) -> dict[str, Any]:
    row = await store.one(conn, store.DRAFT, {"tenant": tenant_id, "id": draft_id})
    if row is None:
        raise NotFound(object="fence_draft", id=str(draft_id))
    if row["state"] != "draft":
        raise WrongState(state=row["state"], action=step, allowed=[])
    if row["row_version"] != row_version:
        raise Stale(yours=row_version, current=row["row_version"])
    return row


def drawing_in(row: Mapping[str, Any]) -> Drawing:
    """The drawing of a draft or a version."""
    return stored(row["drawn"], row["geometry"])


def _allowed(actor: Actor | str, action: str) -> None:
    if isinstance(actor, Actor):
        require(actor, action)


def _person(actor: Actor | str) -> UUID | None:
    return actor.person_id if isinstance(actor, Actor) else None


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: values[name] for name in DRAWN_AS if values[name] is not None}
    at = values["effective_at"]
    return told | {"effective_at": at.isoformat() if at else None, "ends": values["ends"], "source": values["source"]}


async def _record(
    conn: Connection,
    actor: Actor | str,
    tenant_id: UUID,
    action: str,
    draft_id: UUID,
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    await journal.record(
        conn, tenant_id=tenant_id, actor=actor, action=action, object_kind="fence_draft", object_id=draft_id,
        before=None, after=after, now=now,
    )  # fmt: skip
