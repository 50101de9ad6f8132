"""Movements as they are kept: JSON values, so that every version of a plan can be read back exactly. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from dispatch.event.movement import Movement
from fleet.order import Order, OrderState, OrderType, Place


def as_json(movement: Movement | None) -> dict[str, Any] | None:
    """Instants in ISO UTC, places as objects; None stays None."""
    if movement is None:
        return None
    values = {name: getattr(movement, name) for name in Movement.__dataclass_fields__}
    for name in ("planned_start_at", "planned_end_at"):
        values[name] = values[name].astimezone(UTC).isoformat()
    for name in ("origin", "destination", "staging"):
        place: Place | None = values[name]
        values[name] = None if place is None else {"name": place.name, "lon": place.lon, "lat": place.lat}
    return values


def movement_of(row: Mapping[str, Any]) -> Movement:
    """From `as_json`, or from a row with the same names."""
    return Movement(
        trip_no=row["trip_no"],
        wave=row["wave"],
        group=row["group"],
        people=row["people"],
        origin=Place(**row["origin"]),
        destination=Place(**row["destination"]),
        meeting_point=row["meeting_point"],
        staging=None if row["staging"] is None else Place(**row["staging"]),
        planned_start_at=_instant(row["planned_start_at"]),
        planned_end_at=_instant(row["planned_end_at"]),
        class_wanted=row["class_wanted"],
        priority=row["priority"],
    )


def order_of(
    movement: Movement, movement_id: UUID, *, number: int, unit_id: UUID, created_at: datetime, row_version: int = 1
) -> Order:
    """The trip as planning sees it, before or beside its order. Its id is the movement's."""
    return Order(
        id=movement_id,
        order_no=number,
        row_version=row_version,
        type=OrderType.BATCH,
        state=OrderState.UNIT_APPROVED,
        unit_id=unit_id,
        requester_id=None,
        created_at=created_at,
        planned_start_at=movement.planned_start_at,
        planned_end_at=movement.planned_end_at,
        passengers=movement.people,
        class_wanted=movement.class_wanted,
        origin=movement.origin,
        destination=movement.destination,
        round_trip=False,
    )


def _instant(value: str | datetime) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
