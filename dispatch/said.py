"""What is said of a trip on its way: reasons of those on it, and stops an approver allows.

A reason stands beside the findings of its span and takes none away. An allowed stop excuses from its approval on; one allowed
afterwards is shown like a reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from dispatch import service, store
from dispatch.guards import OrderFile, standing
from fleet.access import Actor, Role
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Forbidden, Invalid, SameHands, WrongState
from fleet.order import COVERING_STATES, OrderState

LONGEST_SPAN, SOONEST, LATEST = timedelta(hours=24), timedelta(hours=2), timedelta(days=7)
LEAST_WORDS, AHEAD = 4, timedelta(minutes=5)
S = OrderState
OVER = frozenset({S.DRAFT, S.REJECTED, S.WITHDRAWN, S.CANCELLED, S.EXPIRED, S.NO_SHOW})


class Why(StrEnum):
    """Why somebody left the route or stopped."""

    ROAD_CLOSED = "road_closed"
    TRAFFIC = "traffic"
    WEATHER = "weather"
    FUEL = "fuel"
    REST = "rest"
    FAULT = "fault"
    PASSENGER_REQUEST = "passenger_request"
    TASK_CHANGED = "task_changed"
    EMERGENCY = "emergency"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A reason for a span of a trip, half-open; lon and lat in degrees WGS 84 where it was at one place."""

    reason: Why
    words: str
    from_at: datetime
    to_at: datetime
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StopAllowed:
    """A stop beside those that were booked: so far around the point."""

    name: str
    lon: float
    lat: float
    radius_m: int
    reason: str


def role_in(actor: Actor, file: OrderFile) -> Role | None:
    """As whom a person may say why: the driver of the trip or who asked for it."""
    if file.order.state not in COVERING_STATES or file.order.vehicle_id is None:
        return None
    if actor.person_id == file.order.driver_id:
        return Role.DRIVER
    return Role.EMPLOYEE if actor.person_id == file.order.requester_id else None


def may_allow(actor: Actor, file: OrderFile) -> bool:
    """An approver of the travelling unit who neither asked for the trip nor drives it, until it is back."""
    goes_on = file.order.state not in OVER and file.order.returned_at is None
    return goes_on and Role.APPROVER in standing(actor, file) and not _concerned(actor, file)


async def say(conn: Connection, actor: Actor, order_id: UUID, said: Said, *, now: datetime) -> UUID:
    """Keep a reason. Raises NotFound, WrongState, Forbidden, Invalid."""
    file = await service.load(conn, order_id, None)
    role = role_in(actor, file)
    if role is None:
        _refuse(file, "order.say", own=actor.person_id in (file.order.driver_id, file.order.requester_id))
    order = file.order
    begin_at = min(each for each in (order.planned_start_at, order.departed_at) if each is not None) - SOONEST
    end_at = max(each for each in (order.planned_end_at, order.returned_at) if each is not None) + LATEST
    if said.to_at <= said.from_at:
        raise Invalid(field="to_at", reason="not_a_span")
    if said.to_at > said.from_at + LONGEST_SPAN:
        raise Invalid(field="to_at", reason="longer_than_a_day")
    if said.to_at > now + AHEAD:
        raise Invalid(field="to_at", reason="in_the_future")
    if said.from_at < begin_at or said.to_at > end_at:
        raise Invalid(field="from_at", reason="not_of_this_trip")
    if said.reason is Why.OTHER and len(said.words.strip()) < LEAST_WORDS:
        raise Invalid(field="words", reason="say_more")
    if (said.lon is None) != (said.lat is None):
        raise Invalid(field="lon", reason="both_or_none")
    statement_id = uuid4()
    await store.add_statement(conn, {
        "id": statement_id, "tenant_id": file.tenant_id, "order_id": order_id, "person_id": actor.person_id,
        "said_as": "driver" if role is Role.DRIVER else "requester", "reason": said.reason.value, "words": said.words.strip(),
        "during": TimestamptzRange(said.from_at, said.to_at), "lon": said.lon, "lat": said.lat, "said_at": now,
    })  # fmt: skip
    told = {"reason": said.reason.value, "from_at": said.from_at.isoformat(), "to_at": said.to_at.isoformat()}
    await service.note(conn, actor, file.tenant_id, "say", order_id, {}, told, said.words.strip(), now)
    return statement_id


async def allow_stop(conn: Connection, actor: Actor, order_id: UUID, stop: StopAllowed, *, now: datetime) -> UUID:
    """Allow a stop from now on. Raises NotFound, WrongState, Forbidden, SameHands, Invalid."""
    file = await service.load(conn, order_id, None)
    if not may_allow(actor, file):
        approves = Role.APPROVER in standing(actor, file)
        if approves and _concerned(actor, file):
            raise SameHands(first="order.book", second="order.allow_stop")
        _refuse(file, "order.allow_stop", own=approves)
    if len(stop.reason.strip()) < LEAST_WORDS:
        raise Invalid(field="reason", reason="say_more")
    stop_id = uuid4()
    values = asdict(stop) | {"reason": stop.reason.strip()}
    await store.add_allowed_stop(conn, values | {
        "id": stop_id, "tenant_id": file.tenant_id, "order_id": order_id, "approver_id": actor.person_id, "approved_at": now,
    })  # fmt: skip
    await service.note(conn, actor, file.tenant_id, "allow_stop", order_id, {}, values, stop.reason.strip(), now)
    return stop_id


def _concerned(actor: Actor, file: OrderFile) -> bool:
    return actor.person_id in (file.order.requester_id, file.created_by, file.order.driver_id)


def _refuse(file: OrderFile, action: str, *, own: bool) -> None:
    if own:
        raise WrongState(state=file.order.state.value, action=action, allowed=[])
    raise Forbidden(action=action, object="order")
