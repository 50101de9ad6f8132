"""What somebody asks for when he books, and what makes such a wish unacceptable before anybody looks at it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as of_dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fleet.errors import Invalid
from fleet.order import OrderType, Place
from fleet.vehicle import VehicleClass

BOOKABLE = frozenset(
    {OrderType.NORMAL, OrderType.EMERGENCY, OrderType.RETAINED, OrderType.SERVICE, OrderType.RENTAL, OrderType.BATCH}
)
SERVICES = frozenset({"repair", "fuel", "wash", "inspection"})
# What a vehicle may be hired for at all (docs/dispatch.md); nothing else is a reason.
RENTAL_USES = frozenset({"large_event", "emergency", "other_city", "reception", "fleet_short"})
HOME_TRAVEL = "home_travel"  # the purpose that has a yearly quota
LONGEST = timedelta(days=30)
LATE_START = timedelta(minutes=30)  # a planned start may lie so far back: a form takes a while to fill in
MOST_PASSENGERS = 79
MOST_LUGGAGE = 99
LONGEST_STAY_MIN = 24 * 60
PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing a wish is refused for: the field, a stable reason and its figures."""

    field: str
    reason: str
    params: Mapping[str, object] = of_dataclass(default_factory=dict)

    def refusal(self) -> Invalid:
        return Invalid(field=self.field, reason=self.reason, **self.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One wish. Instants are aware; absent unit and requester mean the person himself."""

    planned_start_at: datetime
    planned_end_at: datetime
    origin: Place
    destination: Place
    stops: tuple[Place, ...] = ()
    stays_min: tuple[int, ...] = ()  # how long at each stop; shorter than the stops: no time there
    round_trip: bool = True  # the vehicle waits and returns
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
    luggage: int = 0
    equipment: str = ""
    wheelchairs: int = 0
    self_drive: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    service_kind: str | None = None
    for_vehicle_id: UUID | None = None
    rental_use: str | None = None
    shareable: bool = False

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
                "confidential", "earliest_start_at", "latest_start_at", "luggage", "equipment", "wheelchairs", "self_drive", "contact_name",
                "contact_phone", "service_kind", "for_vehicle_id", "rental_use", "shareable",
            )
        }  # fmt: skip
        return plain | {
            "type": self.type.value,
            "passenger_ids": list(self.passenger_ids),
            "origin": asdict(self.origin),
            "destination": asdict(self.destination),
            "stops": [
                asdict(place) | ({"stay_min": stay} if stay else {})
                for place, stay in zip(self.stops, self._stays(), strict=True)
            ],
        }

    def _stays(self) -> tuple[int, ...]:
        return (*self.stays_min, *(0 for _ in self.stops))[: len(self.stops)]


def check_draft(draft: Draft, now: datetime) -> None:
    """Raises Invalid naming the first field that is wrong."""
    for trouble in troubles(draft, now):
        raise trouble.refusal()


def troubles(draft: Draft, now: datetime) -> Iterator[Trouble]:
    """Everything that is wrong with a wish by itself, from the top of the form to its end."""
    if draft.type not in BOOKABLE:
        yield Trouble(field="type", reason="not_bookable")
    yield from _times(draft, now)
    if not 1 <= draft.passengers <= MOST_PASSENGERS or len(draft.passenger_ids) > draft.passengers:
        yield Trouble(field="passengers", reason="count")
    if draft.class_wanted is not None and draft.class_wanted not in list(VehicleClass):
        yield Trouble(field="class_wanted", reason="unknown")
    yield from _places(draft)
    yield from _brought(draft)
    yield from _kind(draft)


def _times(draft: Draft, now: datetime) -> Iterator[Trouble]:
    span = draft.planned_end_at - draft.planned_start_at
    if span <= timedelta(0):
        yield Trouble(field="planned_end_at", reason="not_after_start")
    elif span > LONGEST:
        yield Trouble(field="planned_end_at", reason="too_long")
    if draft.planned_start_at < now - LATE_START:
        yield Trouble(field="planned_start_at", reason="past")
    if draft.earliest_start_at is not None and draft.earliest_start_at > draft.planned_start_at:
        yield Trouble(field="earliest_start_at", reason="after_start")
    if draft.latest_start_at is not None and draft.latest_start_at < draft.planned_start_at:
        yield Trouble(field="latest_start_at", reason="before_start")


def _places(draft: Draft) -> Iterator[Trouble]:
    named = (("origin", draft.origin), ("destination", draft.destination), *(("stops", stop) for stop in draft.stops))
    for name, place in named:
        if not (
            math.isfinite(place.lon) and math.isfinite(place.lat) and abs(place.lon) <= 180 and abs(place.lat) <= 90
        ):
            yield Trouble(field=name, reason="not_on_earth")
    if len(draft.stays_min) > len(draft.stops) or any(not 0 <= stay <= LONGEST_STAY_MIN for stay in draft.stays_min):
        yield Trouble(field="stops", reason="stay_outside", params={"most_min": LONGEST_STAY_MIN})
    elif timedelta(minutes=sum(draft.stays_min)) >= max(
        draft.planned_end_at - draft.planned_start_at, timedelta(minutes=1)
    ):
        yield Trouble(field="stops", reason="stays_fill_trip", params={"minutes": sum(draft.stays_min)})


def _brought(draft: Draft) -> Iterator[Trouble]:
    """Luggage, wheelchairs and who is called."""
    if not 0 <= draft.luggage <= MOST_LUGGAGE:
        yield Trouble(field="luggage", reason="count")
    if not 0 <= draft.wheelchairs <= max(draft.passengers, 0):
        yield Trouble(field="wheelchairs", reason="more_than_passengers")
    if draft.contact_phone and not PHONE.fullmatch(draft.contact_phone):
        yield Trouble(field="contact_phone", reason="not_a_phone")
    if draft.contact_name and not draft.contact_phone:
        yield Trouble(field="contact_phone", reason="missing")
    if draft.confidential and draft.shareable:
        yield Trouble(field="shareable", reason="confidential")


def _kind(draft: Draft) -> Iterator[Trouble]:
    """What only some kinds of order say, and must."""
    service = draft.type is OrderType.SERVICE
    if service and draft.service_kind not in SERVICES:
        yield Trouble(field="service_kind", reason="missing" if draft.service_kind is None else "unknown")
    if service and draft.for_vehicle_id is None:
        yield Trouble(field="for_vehicle_id", reason="missing")
    if not service and (draft.service_kind is not None or draft.for_vehicle_id is not None):
        yield Trouble(field="service_kind", reason="only_service")
    rental = draft.type is OrderType.RENTAL
    if rental and draft.rental_use not in RENTAL_USES:
        yield Trouble(field="rental_use", reason="missing" if draft.rental_use is None else "unknown")
    if not rental and draft.rental_use is not None:
        yield Trouble(field="rental_use", reason="only_rental")
    if draft.self_drive and draft.type in (OrderType.EMERGENCY, OrderType.RENTAL):
        yield Trouble(field="self_drive", reason="not_for_type", params={"type": draft.type.value})
