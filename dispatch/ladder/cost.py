"""What a hired vehicle and public transport cost: the same lines of integer cents every amount is made of. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.tariffs.price import METRES_PER_KM, ChargeLine, LineCode, rounded


class Mode(StrEnum):
    """Ways of travelling a lump sum is paid for."""

    METRO = "metro"
    BUS = "bus"
    TAXI = "taxi"
    COACH = "coach"
    TRAIN = "train"


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorPrice:
    """What a vendor asks for a vehicle of a size; a rate of 0 charges nothing."""

    vendor_id: UUID
    vendor_name: str
    vendor_phone: str
    seats: int  # without the driver's
    cents_per_day: int = 0
    cents_per_km: int = 0
    minimum_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A lump sum a person and way up to a distance."""

    mode: Mode
    level: str  # empty: everybody without a tier of his level
    up_to_km: int  # included
    cents_per_person: int


def hire_lines(
    price: VendorPrice, *, distance_m: float | None, start_at: datetime, end_at: datetime, zone: ZoneInfo
) -> tuple[ChargeLine, ...] | None:
    """Civil days begun and kilometres of the whole path, up to the minimum; None when kilometres count and nobody knows them."""
    if price.cents_per_km and distance_m is None:
        return None
    days = ((end_at - timedelta(microseconds=1)).astimezone(zone).date() - start_at.astimezone(zone).date()).days + 1
    lines = []
    if price.cents_per_day:
        lines.append(_line(LineCode.HIRE_DAYS, days, "day", price.cents_per_day, 1))
    if price.cents_per_km and distance_m:
        lines.append(_line(LineCode.HIRE_DISTANCE, round(distance_m), "m", price.cents_per_km, METRES_PER_KM))
    missing = price.minimum_cents - total(lines)
    if missing > 0:
        lines.append(_line(LineCode.HIRE_MINIMUM, 1, "piece", missing, 1))
    return tuple(lines)


def agreed_lines(cents: int) -> tuple[ChargeLine, ...]:
    """What was agreed with a vendor for the whole trip."""
    return (_line(LineCode.HIRE_AGREED, 1, "piece", cents, 1),)


def tier_for(tiers: Iterable[Tier], mode: Mode, level: str, way_m: float) -> Tier | None:
    """The nearest tier that reaches so far, of the level or of everybody."""
    km = max(math.ceil(way_m / METRES_PER_KM), 1)
    reaching = [tier for tier in tiers if tier.mode is mode and tier.level in ("", level) and tier.up_to_km >= km]
    own = [tier for tier in reaching if tier.level == level] or reaching
    return min(own, key=lambda tier: tier.up_to_km, default=None)


def fare_lines(tier: Tier, *, people: int, ways: int) -> tuple[ChargeLine, ...]:
    """The lump sum for each person and way."""
    return (_line(LineCode.FARE, people * ways, "piece", tier.cents_per_person, 1),)


def total(lines: Sequence[ChargeLine]) -> int:
    return sum(line.cents for line in lines)


def _line(code: LineCode, quantity: int, unit: str, rate_cents: int, per: int) -> ChargeLine:
    cents = rounded(quantity, rate_cents, per)
    return ChargeLine(code=code, quantity=quantity, unit=unit, rate_cents=rate_cents, per=per, cents=cents)
