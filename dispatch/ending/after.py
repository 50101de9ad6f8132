"""What people do when a trip is over: look back into the vehicle, report what was left behind, say how it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from dispatch import service
from dispatch.changes import Audience
from dispatch.ending.words import check_items
from dispatch.guards import OrderFile, standing
from dispatch.store import ending as store
from fleet.access import Actor, Role
from fleet.db import Connection
from fleet.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from fleet.order import OrderState

S = OrderState
BEGUN = frozenset({S.DEPARTED, S.IN_USE, S.EXTENDED, S.BROKEN_DOWN, S.EMERGENCY_STARTED})
BACK = frozenset({S.RETURNED, S.RECEIPTED, S.SETTLED, S.ARCHIVED})
LATEST = timedelta(days=30)  # after the return
LEAST_WORDS, BEST = 4, 5


class LostKind(StrEnum):
    MISSED = "missed"  # by who rode
    FOUND = "found"  # by who drove


class LostEnd(StrEnum):
    GIVEN_BACK = "given_back"
    NOT_FOUND = "not_found"
    HANDED_IN = "handed_in"  # to the lost-property office


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """What one person may do at the end of this trip now."""

    check: bool
    report: LostKind | None
    close: bool
    rate: bool


def allowed(actor: Actor, file: OrderFile, *, checked: bool, rated: bool, now: datetime) -> Allowed:
    """The same questions the use cases ask, for pages."""
    return Allowed(
        check=not checked and _may_check(actor, file) and file.order.state in BEGUN | BACK,
        report=_report_as(actor, file) if _in_time(file, now) else None,
        close=_may_close(actor, file),
        rate=not rated and _rode(actor, file) and file.order.state in BACK and _in_time(file, now),
    )


async def check(
    conn: Connection, actor: Actor, order_id: UUID, items: Mapping[str, bool], fuel_pct: int | None, note: str, *, now: datetime
) -> None:  # fmt: skip
    """Keep the look back, once a trip; what is not in order is told to the dispatchers. Raises Forbidden, WrongState, Invalid, Conflict."""
    file = await service.load(conn, order_id, None)
    if not _may_check(actor, file):
        raise Forbidden(action="order.check", object="order")
    _require_state(file, BEGUN | BACK, "check")
    looked = check_items(items)
    values = {"items": looked, "fuel_pct": fuel_pct, "note": note.strip()}
    if not await store.add_checklist(conn, values | {
        "order_id": order_id, "tenant_id": file.tenant_id, "checked_by": actor.person_id, "checked_at": now,
    }):  # fmt: skip
        raise Conflict(what="already_checked")
    wrong = [name for name, in_order in looked.items() if not in_order]
    await service.note(conn, actor, file.tenant_id, "check", order_id, {}, values, note.strip(), now)
    if wrong:
        await service.remind(conn, file, "order_check_trouble", (Audience.DISPATCHERS,), now, now)


async def report_lost(conn: Connection, actor: Actor, order_id: UUID, what: str, place: str, *, now: datetime) -> UUID:
    """Missed by who rode, found by who drove; the other side is told. Raises Forbidden, WrongState, Invalid."""
    file = await service.load(conn, order_id, None)
    kind = _report_as(actor, file)
    if kind is None:
        raise Forbidden(action="order.lost", object="order")
    _require_state(file, BEGUN | BACK, "lost")
    _require_time(file, now)
    if len(what.strip()) < 2:
        raise Invalid(field="what", reason="say_more")
    lost_id = uuid4()
    await store.add_lost(conn, {
        "id": lost_id, "tenant_id": file.tenant_id, "order_id": order_id, "kind": kind.value, "what": what.strip(), "place": place.strip(),
        "reported_by": actor.person_id, "reported_at": now,
    })  # fmt: skip
    told = {"kind": kind.value, "what": what.strip(), "place": place.strip()}
    await service.note(conn, actor, file.tenant_id, "lost", order_id, {}, told, "", now)
    others = (
        (Audience.DRIVER, Audience.DISPATCHERS)
        if kind is LostKind.MISSED
        else (Audience.REQUESTER, Audience.PASSENGERS)
    )
    await service.remind(conn, file, f"order_lost_{kind.value}", others, now, now, what=what.strip())
    return lost_id


async def close_lost(
    conn: Connection, actor: Actor, order_id: UUID, lost_id: UUID, end: LostEnd, note: str, *, now: datetime
) -> None:
    """How it ended; who reported it is told. Raises NotFound, Forbidden, Conflict."""
    file = await service.load(conn, order_id, None)
    if not _may_close(actor, file):
        raise Forbidden(action="order.lost", object="order")
    what = await store.close_lost(conn, order_id, lost_id, end.value, note.strip(), actor.person_id, now)
    if what is None:
        raise NotFound(object="lost_property")
    told = {"what": what, "state": end.value}
    await service.note(conn, actor, file.tenant_id, "lost_closed", order_id, {}, told, note.strip(), now)
    await service.remind(
        conn, file, f"order_lost_{end.value}", (Audience.REQUESTER, Audience.DRIVER), now, now, what=what
    )


async def rate(
    conn: Connection, actor: Actor, order_id: UUID, stars: int, words: str, *, complaint: bool, now: datetime
) -> None:
    """What one of those who rode says, once; a complaint goes to the dispatchers. Raises Forbidden, WrongState, Invalid, Conflict."""
    file = await service.load(conn, order_id, None)
    if not _rode(actor, file):
        raise Forbidden(action="order.rate", object="order")
    _require_state(file, BACK, "rate")
    _require_time(file, now)
    if not 1 <= stars <= BEST:
        raise Invalid(field="rating", reason="outside_1_5")
    if complaint and len(words.strip()) < LEAST_WORDS:
        raise Invalid(field="words", reason="say_more")
    if await store.rated(conn, order_id, actor.person_id) or not await store.add_rating(conn, {
        "order_id": order_id, "tenant_id": file.tenant_id, "person_id": actor.person_id, "stars": stars, "words": words.strip(),
        "complaint": complaint, "rated_at": now,
    }):  # fmt: skip
        raise Conflict(what="already_rated")
    told: dict[str, object] = {"stars": stars, "complaint": complaint}
    await service.note(conn, actor, file.tenant_id, "rate", order_id, {}, told, words.strip(), now)
    if complaint:
        await service.remind(conn, file, "order_complaint", (Audience.DISPATCHERS,), now, now)


def _may_check(actor: Actor, file: OrderFile) -> bool:
    return bool(standing(actor, file) & {Role.DRIVER, Role.DISPATCHER, Role.EMPLOYEE})


def _may_close(actor: Actor, file: OrderFile) -> bool:
    return bool(standing(actor, file) & {Role.DRIVER, Role.DISPATCHER})


def _rode(actor: Actor, file: OrderFile) -> bool:
    return actor.person_id == file.order.requester_id or actor.person_id in file.passenger_ids


def _report_as(actor: Actor, file: OrderFile) -> LostKind | None:
    if file.order.state not in BEGUN | BACK:
        return None
    if _rode(actor, file):
        return LostKind.MISSED
    return LostKind.FOUND if _may_close(actor, file) else None


def _in_time(file: OrderFile, now: datetime) -> bool:
    return file.order.returned_at is None or now < file.order.returned_at + LATEST


def _require_state(file: OrderFile, states: frozenset[OrderState], action: str) -> None:
    if file.order.state not in states:
        raise WrongState(state=file.order.state.value, action=action, allowed=[])


def _require_time(file: OrderFile, now: datetime) -> None:
    if not _in_time(file, now):
        raise Conflict(what="too_long_over")
