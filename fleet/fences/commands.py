"""What `python -m fleet fence ...` does, for the person at the machine; one JSON line per fence or draft."""

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from fleet import commands, db
from fleet.errors import Invalid, NotFound
from fleet.fences import depots, files, roads, service, store
from fleet.position import Datum
from fleet.routing import Router
from fleet.settings import Settings

Arguments = argparse.Namespace
MOST_DAYS = 400


def add_arguments(add: Callable[..., argparse.ArgumentParser], group: Callable[[str, str], object]) -> None:
    """`fence` in the command line of fleet."""
    fences = group("fence", "fences and places: import, drafts, publication")
    bring = add("import", import_file, fences)
    bring.add_argument("file", help=".geojson, .kml or .gpx")
    bring.add_argument("--kind", required=True, choices=service.KINDS)
    bring.add_argument("--datum", required=True, choices=[str(one) for one in Datum], help="the file was drawn in")
    bring.add_argument("--category", choices=(*service.PLACES, *service.LEVELS), help="of all shapes; else the file's")
    bring.add_argument("--prefix", help="of the codes of shapes that have none; the file's name when absent")
    bring.add_argument("--width-m", type=float, default=60.0, help="of the corridor along a line")
    bring.add_argument("--radius-m", type=float, default=100.0, help="of the circle around a point")
    bring.add_argument("--outlines", action="store_true", help="a line that comes back is the border of a surface")
    bring.add_argument("--since", type=commands.instant, help="effective date; the publication when absent")
    listing = add("list", list_fences, fences)
    listing.add_argument("--drafts", action="store_true", help="what waits for publication")
    listing.add_argument("--at", type=commands.instant, help="as they are at this instant; now when absent")
    alter = add("change", change, fences)
    alter.add_argument("code", help="of an area: a draft of its next version")
    alter.add_argument("--capacity", type=int)
    alter.add_argument("--name")
    alter.add_argument("--category", choices=(*service.PLACES, *service.LEVELS))
    alter.add_argument("--speed-limit-kmh", type=float)
    alter.add_argument("--ends", action="store_true", help="the area ends, nothing follows")
    alter.add_argument("--since", type=commands.instant, help="effective date; the publication when absent")
    full = add("occupancy", occupancy, fences)
    full.add_argument("code", help="of a depot")
    full.add_argument("--from", dest="since", type=commands.day, required=True, help="first day")
    full.add_argument("--to", dest="until", type=commands.day, required=True, help="last day")
    for name, run in (("publish", publish), ("discard", discard)):
        add(name, run, fences).add_argument("draft", type=int, nargs="+", help="number of a draft")


async def import_file(settings: Settings, arguments: Arguments) -> int:
    """Drafts of the shapes of a file; says what was left out and what looks wrong."""
    file, datum = Path(arguments.file), Datum(arguments.datum)
    if file.stat().st_size > files.MOST_BYTES:
        raise Invalid(field="file", reason="too_large")
    options = files.Options(
        width_m=arguments.width_m, radius_m=arguments.radius_m, outlines=arguments.outlines,
        points_stay=arguments.kind == "depot",
    )  # fmt: skip
    reading = files.read(file.name, file.read_bytes(), datum, options)
    async with Router(settings.router_url) as router:
        warned = await roads.off_roads(router, reading.found, datum)
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        for found in reading.found:
            wanted = service.from_file(
                found, kind=arguments.kind, datum=datum, source=file.name, prefix=arguments.prefix or file.stem[:30],
                category=arguments.category, effective_at=arguments.since, warned=[warned] if warned else [],
            )  # fmt: skip
            draft_id, number = await service.draft(conn, _actor("import"), tenant_id, wanted, _now())
            row = await store.one(conn, store.DRAFT, {"tenant": tenant_id, "id": draft_id}) or {}
            commands.tell(draft=number, code=row["code"], name=row["name"], warnings=row["warnings"])
    for left in reading.left:
        commands.tell(left_out=left.n, name=left.name, field=left.field, reason=left.reason)
    return 1 if reading.left else 0


async def list_fences(settings: Settings, arguments: Arguments) -> int:
    """The fences in force, or the drafts that wait."""
    async with await commands.connect(settings) as conn:
        about = {"tenant": await commands.tenant_of(conn), "at": arguments.at or _now()}
        for row in await store.rows(conn, store.OPEN_DRAFTS if arguments.drafts else store.LIST, about):
            shown = {"draft": row["draft_no"]} if arguments.drafts else {}
            hidden = {"drawn", "geometry", "watch", "id", "tenant_id", "state", "draft_no", "row_version"}
            shown |= {key: value for key, value in row.items() if value not in (None, "") and key not in hidden}
            commands.tell(**shown)
    return 0


async def change(settings: Settings, arguments: Arguments) -> int:
    """A draft of an area's next version with what is said changed, for instance another capacity from a date on."""
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        area = await store.one(conn, store.AREA, {"tenant": tenant_id, "code": arguments.code})
        about = {"tenant": tenant_id, "area": area["id"] if area else None, "at": arguments.since or _now()}
        row = await store.one(conn, store.VERSION_AT, about)
        if row is None:
            raise NotFound(object="area", code=arguments.code)
        said: dict[str, Any] = {key: row[key] for key in service.DRAWN_AS}
        for key in ("capacity", "name", "category", "speed_limit_kmh"):
            if getattr(arguments, key) is not None:
                said[key] = getattr(arguments, key)
        wanted = service.Wanted(
            shape=service.drawing_in(row).said(), watch=row["watch"], effective_at=arguments.since, ends=arguments.ends, **said
        )  # fmt: skip
        _, number = await service.draft(conn, _actor("change"), tenant_id, wanted, _now())
    commands.tell(draft=number, code=arguments.code)
    return 0


async def occupancy(settings: Settings, arguments: Arguments) -> int:
    """The most vehicles that stood in a depot at one time, day by day, beside its capacity then."""
    days, from_at, to_at = depots.civil_days(arguments.since, arguments.until, MOST_DAYS, settings.timezone)
    async with await commands.connect(settings) as conn:
        tenant_id = await commands.tenant_of(conn)
        area = await store.one(conn, store.AREA, {"tenant": tenant_id, "code": arguments.code})
        if area is None or area["kind"] != "depot":
            raise NotFound(object="depot", code=arguments.code)
        depot = await depots.depot(conn, tenant_id, area["id"], from_at, to_at)
    for peak in depot.peaks(days, settings.timezone):
        commands.tell(day=peak.day, vehicles=peak.vehicles, at=peak.at, capacity=peak.capacity)
    return 0


async def publish(settings: Settings, arguments: Arguments) -> int:
    """Drafts become versions in force, all of them or none."""
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        for number in arguments.draft:
            draft_id, version = await _draft(conn, tenant_id, number)
            done = await service.publish(conn, _actor("publish"), tenant_id, draft_id, version, _now())
            commands.tell(
                published=number, code=done.code, version_no=done.version_no, since=done.since, until=done.until
            )
    return 0


async def discard(settings: Settings, arguments: Arguments) -> int:
    """Drafts are given up."""
    async with await commands.connect(settings) as conn, conn.transaction():
        tenant_id = await commands.tenant_of(conn)
        for number in arguments.draft:
            draft_id, version = await _draft(conn, tenant_id, number)
            await service.discard(conn, _actor("discard"), tenant_id, draft_id, version, _now())
            commands.tell(discarded=number)
    return 0


async def _draft(conn: db.Connection, tenant_id: UUID, number: int) -> tuple[UUID, int]:
    row = await store.one(conn, store.DRAFT_BY_NO, {"tenant": tenant_id, "no": number})
    if row is None:
        raise NotFound(object="fence_draft", draft=number)
    return row["id"], row["row_version"]


def _actor(command: str) -> str:
    return f"fleet fence {command} ({os.environ.get('USER') or os.getuid()})"


def _now() -> datetime:
    return datetime.now(UTC)
