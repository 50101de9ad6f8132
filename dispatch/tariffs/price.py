"""The amount of one trip from its tariff: integer cents, and every line of it says what was counted at which rate.

Rates are per kilometre (in tiers), hour, hour of waiting and day of allowance. Each line is rounded half up to the cent by itself,
so the lines add up to the amount whoever adds them. The minimum holds for what the tariff charges; tolls and parking are passed on
as their vouchers say, on top of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

METRES_PER_KM, SECONDS_PER_HOUR, SECONDS_PER_MIN = 1_000, 3_600, 60


class LineCode(StrEnum):
    """What a line charges; texts live in the interface."""

    DISTANCE = "distance"
    HOURS = "hours"
    WAITING = "waiting"
    ALLOWANCE = "allowance"  # of the driver, per civil day long enough on the way
    MINIMUM = "minimum"  # what is missing to the minimum
    TOLL = "toll"
    PARKING = "parking"
    OTHER = "other"  # another voucher
    SHARED = "shared"  # what others on a shared ride bear
    HIRE_DAYS = "hire_days"  # of a hired vehicle
    HIRE_DISTANCE = "hire_distance"
    HIRE_MINIMUM = "hire_minimum"
    HIRE_AGREED = "hire_agreed"  # for the whole trip
    FARE = "fare"  # lump sum of public transport, a person and way


class VoucherKind(StrEnum):
    """What somebody paid on the way."""

    TOLL = "toll"
    PARKING = "parking"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class KmTier:
    """From this kilometre of a trip on, this rate."""

    from_km: int
    cents_per_km: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One version of the price for a class of vehicles; no class means every class without a row of its own. A rate of 0 charges nothing."""

    id: UUID
    version_no: int
    vehicle_class: str | None
    cents_per_km: int
    km_tiers: tuple[KmTier, ...] = ()  # rising; before the first one `cents_per_km` holds
    cents_per_hour: int = 0  # from departure to return, without waiting where waiting has a rate
    cents_per_waiting_hour: int = 0
    waiting_free_min: int = 0
    allowance_cents_per_day: int = 0
    allowance_from_h: int = 8  # hours on the way that make a civil day count
    minimum_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A receipt somebody paid on the way, passed on as it is."""

    kind: VoucherKind
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one trip used. Instants aware; `waiting_s` None = nobody knows, then all time is time in use."""

    distance_m: float
    start_at: datetime
    end_at: datetime
    waiting_s: float | None = None
    self_drive: bool = False
    vouchers: tuple[Voucher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """`quantity` in `unit` at `rate_cents` per `per` of that unit makes `cents`."""

    code: LineCode
    quantity: int
    unit: str  # m | s | day | piece
    rate_cents: int
    per: int
    cents: int
    from_km: int = 0  # of a tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The amount of a trip; it is the sum of its lines."""

    tariff: Tariff
    lines: tuple[ChargeLine, ...]

    @property
    def cost_cents(self) -> int:
        return sum(line.cents for line in self.lines)


def price(tariff: Tariff, usage: Usage, zone: ZoneInfo) -> Charge:
    """What the trip costs. A quantity of nothing makes no line."""
    charged = [*_distance(tariff, round(usage.distance_m)), *_time(tariff, usage), *_allowance(tariff, usage, zone)]
    missing = tariff.minimum_cents - sum(line.cents for line in charged)
    if missing > 0:
        charged.append(
            ChargeLine(code=LineCode.MINIMUM, quantity=1, unit="piece", rate_cents=missing, per=1, cents=missing)
        )
    return Charge(tariff=tariff, lines=(*charged, *passed_on(usage.vouchers)))


def estimate(
    tariff: Tariff, *, distance_m: float, start_at: datetime, end_at: datetime, zone: ZoneInfo,
    driving_s: float | None = None, self_drive: bool = False,
) -> Charge:  # fmt: skip
    """What a planned trip would cost: its path as the router gave it, its planned span; what is not driving is waiting. No vouchers.

    `driving_s` None = the path's time is not known; then all of the span is time in use.
    """
    planned_s = (end_at - start_at).total_seconds()
    waiting_s = None if driving_s is None else max(planned_s - driving_s, 0.0)
    usage = Usage(
        distance_m=distance_m, start_at=start_at, end_at=end_at, waiting_s=waiting_s, self_drive=self_drive
    )  # fmt: skip
    return price(tariff, usage, zone)


def rounded(quantity: int, rate_cents: int, per: int) -> int:
    """Cents, half up."""
    return (2 * quantity * rate_cents + per) // (2 * per)


def allowance_days(start_at: datetime, end_at: datetime, from_h: int, zone: ZoneInfo) -> int:
    """Civil days of the zone on which the trip was on the way for at least so many hours."""
    days = 0
    day = start_at.astimezone(zone).date()
    while (midnight := datetime.combine(day, time(), zone)) < end_at:
        next_midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        spent_s = min(end_at, next_midnight).timestamp() - max(start_at, midnight).timestamp()
        days += spent_s >= max(from_h * SECONDS_PER_HOUR, 1)
        day += timedelta(days=1)
    return days


def _distance(tariff: Tariff, distance_m: int) -> Iterator[ChargeLine]:
    tiers = (KmTier(from_km=0, cents_per_km=tariff.cents_per_km), *tariff.km_tiers)
    for place, tier in enumerate(tiers):
        begin_m = tier.from_km * METRES_PER_KM
        end_m = tiers[place + 1].from_km * METRES_PER_KM if place + 1 < len(tiers) else distance_m
        metres = min(distance_m, end_m) - begin_m
        if metres > 0 and tier.cents_per_km:
            yield _line(LineCode.DISTANCE, metres, "m", tier.cents_per_km, METRES_PER_KM, from_km=tier.from_km)


def _time(tariff: Tariff, usage: Usage) -> Iterator[ChargeLine]:
    whole_s = round((usage.end_at - usage.start_at).total_seconds())
    waiting_s = 0
    if tariff.cents_per_waiting_hour and usage.waiting_s is not None:
        waiting_s = min(round(usage.waiting_s), whole_s)
    if tariff.cents_per_hour and whole_s > waiting_s:
        yield _line(LineCode.HOURS, whole_s - waiting_s, "s", tariff.cents_per_hour, SECONDS_PER_HOUR)
    counted_s = waiting_s - tariff.waiting_free_min * SECONDS_PER_MIN
    if counted_s > 0:
        yield _line(LineCode.WAITING, counted_s, "s", tariff.cents_per_waiting_hour, SECONDS_PER_HOUR)


def _allowance(tariff: Tariff, usage: Usage, zone: ZoneInfo) -> Iterator[ChargeLine]:
    if tariff.allowance_cents_per_day and not usage.self_drive:
        days = allowance_days(usage.start_at, usage.end_at, tariff.allowance_from_h, zone)
        if days:
            yield _line(LineCode.ALLOWANCE, days, "day", tariff.allowance_cents_per_day, 1)


def passed_on(vouchers: Iterable[Voucher]) -> Iterator[ChargeLine]:
    """Each receipt as a line of its own."""
    for voucher in vouchers:
        yield _line(LineCode(voucher.kind.value), 1, "piece", voucher.cents, 1)


def _line(code: LineCode, quantity: int, unit: str, rate_cents: int, per: int, *, from_km: int = 0) -> ChargeLine:
    cents = rounded(quantity, rate_cents, per)
    return ChargeLine(
        code=code, quantity=quantity, unit=unit, rate_cents=rate_cents, per=per, cents=cents, from_km=from_km
    )
