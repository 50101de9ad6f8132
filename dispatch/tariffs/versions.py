"""Tariffs change in dated versions by two people: one drafts, another lets it hold from its date on, never backwards.

A draft prices nothing. The version of the class before it ends where it begins; what was settled keeps the version it was settled by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from dispatch import store
from dispatch.tariffs.price import KmTier
from fleet import journal
from fleet.access import Actor, require
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Conflict, Invalid, NotFound, SameHands
from fleet.vehicle import VehicleClass

MOST_CENTS = 10_000_000  # of one rate; more is a slip of the finger
MOST_TIERS, LEAST_REASON, FARTHEST = 10, 4, timedelta(days=730)
LATE = timedelta(minutes=10)  # a form takes a while to fill in
RATES = ("cents_per_km", "cents_per_hour", "cents_per_waiting_hour", "allowance_cents_per_day", "minimum_cents")


@dataclass(frozen=True, kw_only=True, slots=True)
class TariffDraft:
    """A version somebody proposes; the words are dispatch.tariffs.price.Tariff's."""

    holds_from: datetime
    reason: str
    vehicle_class: str | None = None
    cents_per_km: int = 0
    km_tiers: tuple[KmTier, ...] = ()
    cents_per_hour: int = 0
    cents_per_waiting_hour: int = 0
    waiting_free_min: int = 0
    allowance_cents_per_day: int = 0
    allowance_from_h: int = 8
    minimum_cents: int = 0


def check_tariff(draft: TariffDraft, now: datetime) -> None:
    """Raises Invalid naming the first field that is wrong."""
    if draft.vehicle_class is not None and draft.vehicle_class not in list(VehicleClass):
        raise Invalid(field="vehicle_class", reason="unknown")
    for name in RATES:
        if not 0 <= getattr(draft, name) <= MOST_CENTS:
            raise Invalid(field=name, reason="not_an_amount")
    if not 0 <= draft.waiting_free_min <= 24 * 60:
        raise Invalid(field="waiting_free_min", reason="out_of_range")
    if not 0 <= draft.allowance_from_h <= 24:
        raise Invalid(field="allowance_from_h", reason="out_of_range")
    _check_tiers(draft.km_tiers)
    if len(draft.reason.strip()) < LEAST_REASON:
        raise Invalid(field="reason", reason="say_more")
    _check_date(draft.holds_from, now)


async def propose(conn: Connection, actor: Actor, draft: TariffDraft, *, now: datetime) -> UUID:
    """A draft nobody is charged by. Raises Forbidden, Invalid."""
    require(actor, "tariff.draft")
    check_tariff(draft, now)
    tariff_id = uuid4()
    values: dict[str, Any] = asdict(draft) | {"km_tiers": [asdict(tier) for tier in draft.km_tiers]}
    version = await store.next_tariff_version(conn, actor.tenant_id, draft.vehicle_class)
    await store.add_tariff(conn, values | {
        "id": tariff_id, "tenant_id": actor.tenant_id, "version_no": version, "state": "draft", "reason": draft.reason.strip(),
        "during": TimestamptzRange(empty=True), "created_at": now, "created_by": actor.person_id,
    })  # fmt: skip
    told = values | {"holds_from": draft.holds_from.isoformat(), "version_no": version}
    await _note(conn, actor, "tariff.draft", tariff_id, told, draft.reason.strip(), now)
    return tariff_id


async def publish(conn: Connection, actor: Actor, tariff_id: UUID, *, now: datetime) -> None:
    """Let a draft hold from its date on. Raises Forbidden, NotFound, SameHands, Conflict, Invalid."""
    require(actor, "tariff.publish")
    draft = await _draft(conn, tariff_id)
    if draft["created_by"] == actor.person_id:
        raise SameHands(first="tariff.draft", second="tariff.publish")
    _check_date(draft["holds_from"], now)
    if await store.later_tariffs(conn, actor.tenant_id, draft["vehicle_class"], draft["holds_from"]):
        raise Conflict(what="later_tariff")
    await store.publish_tariff(conn, actor.tenant_id, draft, actor.person_id, now)
    await _note(conn, actor, "tariff.publish", tariff_id, {"holds_from": draft["holds_from"].isoformat()}, "", now)


async def withdraw(conn: Connection, actor: Actor, tariff_id: UUID, *, now: datetime) -> None:
    """Take a draft back. Raises Forbidden, NotFound, Conflict."""
    require(actor, "tariff.publish")
    await _draft(conn, tariff_id)
    await store.withdraw_tariff(conn, tariff_id, actor.person_id, now)
    await _note(conn, actor, "tariff.withdraw", tariff_id, {"state": "withdrawn"}, "", now)


async def _draft(conn: Connection, tariff_id: UUID) -> dict[str, Any]:
    draft = await store.tariff_draft(conn, tariff_id)
    if draft is None:
        raise NotFound(object="tariff")
    if draft["state"] != "draft":
        raise Conflict(what="not_a_draft")
    return draft


def _check_tiers(tiers: Sequence[KmTier]) -> None:
    if len(tiers) > MOST_TIERS or any(not 0 <= tier.cents_per_km <= MOST_CENTS for tier in tiers):
        raise Invalid(field="km_tiers", reason="not_an_amount")
    begins = [0, *(tier.from_km for tier in tiers)]
    if any(later <= earlier for earlier, later in pairwise(begins)):
        raise Invalid(field="km_tiers", reason="not_rising")


def _check_date(holds_from: datetime, now: datetime) -> None:
    if holds_from < now - LATE:
        raise Invalid(field="holds_from", reason="past")
    if holds_from > now + FARTHEST:
        raise Invalid(field="holds_from", reason="too_far")


async def _note(
    conn: Connection, actor: Actor, action: str, tariff_id: UUID, after: dict[str, Any], reason: str, now: datetime
) -> None:
    await journal.record(
        conn, tenant_id=actor.tenant_id, actor=actor, action=action, object_kind="tariff", object_id=tariff_id,
        before=None, after=after, now=now, reason=reason,
    )  # fmt: skip
