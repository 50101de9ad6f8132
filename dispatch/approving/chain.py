"""From a policy and the facts of a trip to its levels, each with the rows that ask for it and their figures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from dispatch.approving.policy import Figures, Policy, Row, TripPlace, TripTime, Who
from fleet.order import OrderType
from fleet.vehicle import VehicleClass


@dataclass(frozen=True, slots=True, kw_only=True)
class TripFacts:
    """What a policy asks about a trip."""

    units: tuple[UUID, ...]  # the unit that travels and those above it, nearest first
    type: OrderType
    vehicle_class: VehicleClass | None  # wanted; None = any
    duration_h: float
    distance_km: float | None  # planned path; None = not known
    place: TripPlace
    place_by: str  # area | distance | unknown: how the place was told
    time: TripTime
    off_days: tuple[str, ...] = ()  # names or dates of days off it touches
    provisional: bool = False  # a date lies in a year no notice states


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a level is asked: the row, and the figures its conditions looked at."""

    row: str
    name: str
    name_en: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One level of a trip."""

    who: Who
    note_required: bool
    reasons: tuple[Reason, ...]


def chain(policy: Policy, facts: TripFacts) -> tuple[Asked, ...]:
    """The levels in the order they decide; empty when no row matches, which no caller may take for a permission."""
    asked: dict[str, Asked] = {}
    for row in policy.rows:
        if not matches(row, facts):
            continue
        reason = Reason(row=row.code, name=row.name, name_en=row.name_en, figures=figures(row, facts))
        for level in row.levels:
            before = asked.get(level.who.key)
            asked[level.who.key] = Asked(
                who=level.who,
                note_required=level.note_required or (before is not None and before.note_required),
                reasons=(*(before.reasons if before else ()), reason),
            )
    return tuple(sorted(asked.values(), key=lambda each: (each.who.rank, each.who.key)))


def matches(row: Row, facts: TripFacts) -> bool:
    when = row.when
    km = float("inf") if facts.distance_km is None else facts.distance_km
    return (
        (not when.units or not when.units.isdisjoint(facts.units))
        # A request that leaves the class open may get any of them.
        and (not when.vehicle_classes or facts.vehicle_class is None or facts.vehicle_class in when.vehicle_classes)
        and (not when.types or facts.type in when.types)
        and (not when.places or facts.place in when.places)
        and (not when.times or facts.time in when.times)
        and (when.over_h is None or facts.duration_h > when.over_h)
        and (when.up_to_h is None or facts.duration_h <= when.up_to_h)
        and (when.over_km is None or km > when.over_km)
        and (when.up_to_km is None or km <= when.up_to_km)
        and (when.provisional is None or facts.provisional is when.provisional)
    )


def figures(row: Row, facts: TripFacts) -> Figures:
    """What the row's conditions looked at, and nothing else."""
    when, told = row.when, dict[str, object]()
    if when.units:
        told["unit_id"] = str(next(unit for unit in facts.units if unit in when.units))
    if when.vehicle_classes:
        told["vehicle_class"] = None if facts.vehicle_class is None else facts.vehicle_class.value
    if when.types:
        told["type"] = facts.type.value
    if when.places:
        told |= {"place": facts.place.value, "place_by": facts.place_by}
    if when.times:
        told |= {"time": facts.time.value, "days_off": list(facts.off_days), "provisional": facts.provisional}
    if when.over_h is not None or when.up_to_h is not None:
        told |= {
            "duration_h": round(facts.duration_h, 1),
            "limit_h": when.over_h if when.over_h is not None else when.up_to_h,
        }
    if when.over_km is not None or when.up_to_km is not None:
        km = None if facts.distance_km is None else round(facts.distance_km, 1)
        told |= {"distance_km": km, "limit_km": when.over_km if when.over_km is not None else when.up_to_km}
    if when.provisional is not None:
        told["provisional"] = facts.provisional
    return told
