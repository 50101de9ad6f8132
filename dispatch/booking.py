"""What somebody asks for when he books, and what makes such a wish unacceptable before anybody looks at it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fleet.errors import Invalid
from fleet.order import OrderType, Place
from fleet.vehicle import VehicleClass

BOOKABLE = frozenset({OrderType.NORMAL, OrderType.EMERGENCY, OrderType.RETAINED, OrderType.SERVICE})
LONGEST = timedelta(days=30)
LATE_START = timedelta(minutes=30)  # a planned start may lie so far back: a form takes a while to fill in
MOST_PASSENGERS = 79


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One wish. Instants are aware; absent unit and requester mean the person himself."""

    planned_start_at: datetime
    planned_end_at: datetime
    origin: Place
    destination: Place
    stops: tuple[Place, ...] = ()
    round_trip: bool = True
    type: OrderType = OrderType.NORMAL
    unit_id: UUID | None = None
    requester_id: UUID | None = None
    passengers: int = 1
    passenger_ids: tuple[UUID, ...] = ()
    purpose: str = ""
    purpose_text: str = ""
    class_wanted: str | None = None
    confidential: bool = False
    earliest_start_at: datetime | None = None
    latest_start_at: datetime | None = None

    @property
    def path(self) -> tuple[Place, ...]:
        """Where the trip goes, back to its origin when the vehicle waits."""
        there = (self.origin, *self.stops, self.destination)
        return (*there, self.origin) if self.round_trip else there

    def columns(self) -> dict[str, Any]:
        """Column values of a new order."""
        plain = {
            name: getattr(self, name)
            for name in (
                "planned_start_at", "planned_end_at", "round_trip", "passengers", "purpose", "purpose_text", "class_wanted",
                "confidential", "earliest_start_at", "latest_start_at",
            )
        }  # fmt: skip
        return plain | {
            "type": self.type.value,
            "passenger_ids": list(self.passenger_ids),
            "origin": asdict(self.origin),
            "destination": asdict(self.destination),
            "stops": [asdict(place) for place in self.stops],
        }


def check_draft(draft: Draft, now: datetime) -> None:
    """Raises Invalid naming the first field that is wrong."""
    if draft.type not in BOOKABLE:
        raise Invalid(field="type", reason="not_bookable")
    if draft.planned_end_at <= draft.planned_start_at:
        raise Invalid(field="planned_end_at", reason="not_after_start")
    if draft.planned_end_at - draft.planned_start_at > LONGEST:
        raise Invalid(field="planned_end_at", reason="too_long")
    if draft.planned_start_at < now - LATE_START:
        raise Invalid(field="planned_start_at", reason="past")
    if draft.earliest_start_at is not None and draft.earliest_start_at > draft.planned_start_at:
        raise Invalid(field="earliest_start_at", reason="after_start")
    if draft.latest_start_at is not None and draft.latest_start_at < draft.planned_start_at:
        raise Invalid(field="latest_start_at", reason="before_start")
    if not 1 <= draft.passengers <= MOST_PASSENGERS or len(draft.passenger_ids) > draft.passengers:
        raise Invalid(field="passengers", reason="count")
    if draft.class_wanted is not None and draft.class_wanted not in list(VehicleClass):
        raise Invalid(field="class_wanted", reason="unknown")
    for field, place in (
        ("origin", draft.origin),
        ("destination", draft.destination),
        *(("stops", s) for s in draft.stops),
    ):
        if not (
            math.isfinite(place.lon) and math.isfinite(place.lat) and abs(place.lon) <= 180 and abs(place.lat) <= 90
        ):
            raise Invalid(field=field, reason="not_on_earth")
