"""Use cases of policy: areas, kept as dated versions that a finding can name.

A change never edits what was: it ends the version in force and adds one, and the database has the stretch it touches judged
again. For now they are commands of the machine; on pages such a change takes a second person (domain.md 13).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely

from fleet import journal, store
from fleet.db import Connection, pg_errors
from fleet.errors import Conflict, Invalid
from fleet.geo import shape_of, to_wgs84
from fleet.position import Datum

AREA_KINDS = ("depot", "allowed", "forbidden", "sensitive", "rural", "subsidy_zone", "administrative", "watched")
MOST_VERTICES = 20_000
SURFACES = frozenset({"Polygon", "MultiPolygon"})


async def set_area(
    conn: Connection,
    command: str,
    *,
    tenant_id: UUID,
    code: str,
    name: str,
    kind: str,
    geometry: Mapping[str, Any],
    datum: Datum,
    now: datetime,
    name_en: str = "",
    category: str | None = None,
    capacity: int | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """A new area, or the next version of the one with this code.

    `since` absent: a new area holds from always, a next version from now. Raises Invalid (kind, geometry, name), Conflict when
    the kind differs from the area's or the version in force began later than `since`.
    """
    _check_names(code, name, kind)
    shape = _in_wgs84(geometry, datum, point_allowed=kind == "depot")
    known = await store.one(conn, store.AREA_BY_CODE, (tenant_id, code))
    if known is not None and known["kind"] != kind:
        raise Conflict(what="area_kind")
    area_id = known["id"] if known else uuid4()
    if known is None:
        await store.insert(conn, "area", {"id": area_id, "tenant_id": tenant_id, "kind": kind, "code": code})
    begins_at = since if since is not None or known is None else now
    if known is not None:
        await conn.execute(store.END_AREA_VERSION, {"at": begins_at, "area": area_id})
    try:
        version_id, number = await store.add_area_version(
            conn, tenant_id=tenant_id, area_id=area_id, name=name, name_en=name_en, category=category,
            geometry=shape, source_datum=str(datum), capacity=capacity, since=begins_at,
        )  # fmt: skip
    except pg_errors.ExclusionViolation as error:
        raise Conflict(what="area_version") from error
    told = {
        "code": code,
        "kind": kind,
        "name": name,
        "version_no": number,
        "since": begins_at and begins_at.isoformat(),
    }
    await _record(conn, command, tenant_id, "area.set", "area", area_id, told | {"version_id": str(version_id)}, now)
    return {"area": area_id, **told}


def _check_names(code: str, name: str, kind: str) -> None:
    if not code.strip() or not name.strip():
        raise Invalid(field="name" if code.strip() else "code", reason="empty")
    if kind not in AREA_KINDS:
        raise Invalid(field="kind", reason="unknown")


def _in_wgs84(geometry: Mapping[str, Any], datum: Datum, *, point_allowed: bool) -> dict[str, Any]:
    """The shape as stored: a surface, or the middle of a depot. Raises Invalid naming geometry."""
    shape = shape_of(geometry)
    if shape.geom_type not in SURFACES and not (point_allowed and shape.geom_type == "Point"):
        raise Invalid(field="geometry", reason="not_a_surface")
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise Invalid(field="geometry", reason="too_many_points")
    moved = shapely.transform(shape, lambda points: np.array([to_wgs84(lon, lat, datum) for lon, lat in points]))
    return dict(shapely.geometry.mapping(moved))


async def _record(
    conn: Connection,
    command: str,
    tenant_id: UUID,
    action: str,
    kind: str,
    object_id: UUID,
    after: Mapping[str, object],
    now: datetime,
) -> None:
    await journal.record(
        conn,
        tenant_id=tenant_id,
        actor=command,
        action=action,
        object_kind=kind,
        object_id=object_id,
        before=None,
        after=after,
        now=now,
    )
