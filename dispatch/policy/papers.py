"""Use cases of a vehicle's papers: enter one, take a wrong one out. The vehicle's file says until when all of them hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from dispatch.store import policies as rows
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Invalid, NotFound

LAST_YEAR = 2100
LEAST_WHY = 2
BY_HAND = "车辆档案中登记的日期 · the date on the vehicle's file"


class PaperKind(StrEnum):
    DRIVING_PERMIT = "driving_permit"  # 行驶证
    INSPECTION = "inspection"  # 年检
    COMPULSORY_INSURANCE = "compulsory_insurance"  # 交强险
    COMMERCIAL_INSURANCE = "commercial_insurance"  # 商业险
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as somebody holds it in his hand; `valid_until` is its last day."""

    kind: PaperKind
    valid_until: date
    number: str = ""
    issued_on: date | None = None
    note: str = ""


async def enter(conn: Connection, actor: Actor, vehicle_id: UUID, paper: Paper, *, now: datetime) -> UUID:
    """Raises Forbidden, NotFound, Invalid."""
    require(actor, "vehicle.edit")
    if paper.valid_until.year > LAST_YEAR:
        raise Invalid(field="valid_until", reason="too_far")
    if paper.issued_on is not None and paper.issued_on > paper.valid_until:
        raise Invalid(field="valid_until", reason="before_issue")
    vehicle = await rows.vehicle_for_paper(conn, vehicle_id)
    if vehicle is None:
        raise NotFound(object="vehicle")
    by_hand = vehicle["documents_valid_until"]
    if by_hand is not None and not await rows.has_papers(conn, vehicle_id):
        # A date somebody entered without its paper holds until that paper is there or it is taken out: never longer by a mistake.
        await _add(
            conn, actor, vehicle, vehicle_id, Paper(kind=PaperKind.OTHER, valid_until=by_hand, note=BY_HAND), now
        )
    paper_id = await _add(conn, actor, vehicle, vehicle_id, paper, now)
    until = await rows.renew_valid_until(conn, vehicle_id, vehicle["documents_valid_until"])
    told = {"kind": paper.kind.value, "valid_until": paper.valid_until.isoformat(), "papers_valid_until": _iso(until)}
    await _note(conn, actor, "paper", vehicle_id, vehicle["documents_valid_until"], told, "", now)
    return paper_id


async def take_out(
    conn: Connection, actor: Actor, vehicle_id: UUID, paper_id: UUID, why: str, *, now: datetime
) -> None:
    """A wrong one counts no more and stays readable. Raises Forbidden, NotFound, Invalid."""
    require(actor, "vehicle.edit")
    if len(why.strip()) < LEAST_WHY:
        raise Invalid(field="reason", reason="say_more")
    vehicle = await rows.vehicle_for_paper(conn, vehicle_id)
    if vehicle is None:
        raise NotFound(object="vehicle")
    taken = await rows.take_out_paper(conn, vehicle_id, paper_id, actor.person_id, why.strip(), now)
    if taken is None:
        raise NotFound(object="vehicle_paper")
    until = await rows.renew_valid_until(conn, vehicle_id, vehicle["documents_valid_until"])
    told = {"kind": taken["kind"], "valid_until": taken["valid_until"].isoformat(), "papers_valid_until": _iso(until)}
    await _note(conn, actor, "paper_out", vehicle_id, vehicle["documents_valid_until"], told, why.strip(), now)


async def _add(
    conn: Connection, actor: Actor, vehicle: Mapping[str, Any], vehicle_id: UUID, paper: Paper, now: datetime
) -> UUID:
    paper_id = uuid4()
    await rows.add_paper(conn, {
        "id": paper_id, "tenant_id": vehicle["tenant_id"], "vehicle_id": vehicle_id, "kind": paper.kind.value, "number": paper.number.strip(),
        "issued_on": paper.issued_on, "valid_until": paper.valid_until, "note": paper.note.strip(), "entered_by": actor.person_id,
        "entered_at": now,
    })  # fmt: skip
    return paper_id


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


async def _note(
    conn: Connection,
    actor: Actor,
    verb: str,
    vehicle_id: UUID,
    before: date | None,
    after: Mapping[str, object],
    reason: str,
    now: datetime,
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=f"vehicle.{verb}", object_kind="vehicle", object_id=vehicle_id,
        before={"papers_valid_until": _iso(before)}, after=after, now=now, reason=reason,
    )  # fmt: skip
