"""When the vehicle of a trip really left and entered its depot, in seconds, by what was seen; a person may correct it.

The nearest event to the booked time counts: the fence's where the depot is watched, else the beginning or end of a drive in
the depot. What was noted is never written over: later data and people add rows, and the newest of a person's comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from shapely.geometry import Point

from dispatch.guards import standing
from dispatch.service import load, note
from dispatch.store import times
from fleet.access import MAY, Actor
from fleet.db import Connection
from fleet.errors import Forbidden, Invalid
from fleet.geo import shape_of

What = Literal["left", "entered"]
EARLY = timedelta(hours=2)  # so long before the booked time an event can belong to the trip
LATE = timedelta(hours=6)
AT_GATE_DEG = 0.0015  # some 150 m: a parked vehicle is not always heard inside the line
SLIP = timedelta(minutes=5)  # of a clock
FARTHEST = timedelta(days=2)  # of a correction from the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Leaving or entering as it was seen."""

    what: What
    at: datetime
    source: str  # fence_event, drive


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    what: What
    at: datetime
    reason: str


def nearest(seen: Iterable[Seen], what: What, booked_at: datetime, since: datetime, until: datetime) -> Seen | None:
    """Of what was seen in a span the nearest to the booked time; a fence's event before any drive. Pure."""
    fitting = [each for each in seen if each.what == what and since <= each.at <= until]
    by_fence = [each for each in fitting if each.source == "fence_event"]
    return min(by_fence or fitting, key=lambda each: (abs(each.at - booked_at), each.at), default=None)


def both(seen: Sequence[Seen], planned_start_at: datetime, planned_end_at: datetime) -> dict[What, Seen]:
    """Leaving nearest to the booked start, then entering nearest to the booked end and after that. Pure."""
    left = nearest(seen, "left", planned_start_at, planned_start_at - EARLY, planned_end_at)
    since = left.at if left else planned_start_at
    entered = nearest(seen, "entered", planned_end_at, since, planned_end_at + LATE)
    return {each.what: each for each in (left, entered) if each is not None}


def in_force(rows: Sequence[Mapping[str, Any]], what: What) -> Mapping[str, Any] | None:
    """Of what was noted, the newest first: a person's word before the engine's. Pure."""
    mine = [row for row in rows if row["what"] == what]
    return next((row for row in mine if row["source"] == "person"), mine[0] if mine else None)


async def note_all(conn: Connection, now: datetime) -> int:
    """By the engine: what was seen of the trips that have begun, where it is new or different; how many rows."""
    added = 0
    for trip in await times.begun(conn, now):
        found = both(await _seen(conn, trip, now), trip["planned_start_at"], trip["planned_end_at"])
        known = await times.noted(conn, trip["id"]) if found else {}
        for what, each in found.items():
            at = each.at.replace(microsecond=0)
            if known.get(what) == at:
                continue
            values = {
                "tenant_id": trip["tenant_id"], "order_id": trip["id"], "what": what, "at": at, "source": each.source,
                "area_id": trip["home_depot_id"], "noted_at": now,
            }  # fmt: skip
            async with conn.transaction():
                await times.add_depot_time(conn, values)
            added += 1
    return added


async def _seen(conn: Connection, trip: Mapping[str, Any], now: datetime) -> list[Seen]:
    since, until = trip["planned_start_at"] - EARLY, min(trip["planned_end_at"] + LATE, now)
    if trip["home_depot_id"] is None or trip["geometry"] is None or until <= since:
        return []
    names: Mapping[str, What] = {"exit": "left", "enter": "entered"}
    crossed = await times.crossings(conn, trip["vehicle_id"], trip["home_depot_id"], since, until)
    found = [Seen(what=names[event], at=at, source="fence_event") for event, at in crossed]
    depot = shape_of(trip["geometry"]).buffer(AT_GATE_DEG)
    for drive in await times.drives(conn, trip["vehicle_id"], since, until):
        if depot.covers(Point(drive["start_lon"], drive["start_lat"])):
            found.append(Seen(what="left", at=drive["started_at"], source="drive"))
        if drive["ended_at"] is not None and depot.covers(Point(drive["end_lon"], drive["end_lat"])):
            found.append(Seen(what="entered", at=drive["ended_at"], source="drive"))
    return found


async def correct(conn: Connection, actor: Actor, order_id: UUID, said: Correction, now: datetime) -> None:
    """By the driver of the trip or a dispatcher. Raises NotFound, Forbidden, Invalid; both times stay readable."""
    file = await load(conn, order_id, None)
    if not MAY["order.correct_times"] & standing(actor, file):
        raise Forbidden(action="order.correct_times", object="order")
    if not said.reason.strip():
        raise Invalid(field="reason", reason="missing")
    order = file.order
    if said.at > now + SLIP or order.departed_at is None:
        raise Invalid(field="at", reason="in_the_future" if order.departed_at else "not_begun")
    if not order.planned_start_at - FARTHEST <= said.at <= order.planned_end_at + FARTHEST:
        raise Invalid(field="at", reason="not_of_this_trip")
    rows = await times.depot_times(conn, order_id)
    before = in_force(rows, said.what)
    other = in_force(rows, "entered" if said.what == "left" else "left")
    if other is not None and (said.at >= other["at"] if said.what == "left" else said.at <= other["at"]):
        raise Invalid(field="at", reason="entered_before_left")
    values = {
        "tenant_id": file.tenant_id, "order_id": order_id, "what": said.what, "at": said.at, "source": "person",
        "said_by": actor.person_id, "reason": said.reason.strip(), "noted_at": now,
    }  # fmt: skip
    await times.add_depot_time(conn, values)
    was = None if before is None else before["at"].isoformat()
    await note(
        conn, actor, file.tenant_id, "correct_time", order_id, {said.what: was}, {said.what: said.at.isoformat()},
        said.reason, now,
    )  # fmt: skip
