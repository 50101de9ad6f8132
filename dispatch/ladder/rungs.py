"""The ladder of an order nobody can take: a neighbour's vehicle, a shared ride, a time-share car, a hired one, public transport.

Pure. Each rung says whether it is there, what it costs line by line and what to do to take it, or why it is not there. Nothing is
held by looking: a rung that is taken is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.ladder.cost import Mode, Tier, VendorPrice, fare_lines, hire_lines, tier_for, total
from dispatch.tariffs.price import ChargeLine, Tariff, estimate
from fleet.order import Order
from fleet.vehicle import VehicleClass

Why = Mapping[str, object]  # {"code", "params"}


class RungKind(StrEnum):
    """In the order they are looked at."""

    NEIGHBOUR = "neighbour"
    SHARED = "shared"
    TIME_SHARE = "time_share"
    HIRE = "hire"
    PUBLIC_TRANSPORT = "public_transport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way of taking a rung. Cents; no cost: nobody can say it."""

    name: str  # of the unit, the vendor, the site; a mode by its code
    params: Mapping[str, object] = field(default_factory=dict)  # what taking it needs
    cost_cents: int | None = None
    at_most: bool = False  # others may bear a part
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """`available` when one of its options could be taken now; else `why` not."""

    kind: RungKind
    available: bool
    options: tuple[Option, ...] = ()  # the cheapest first
    why: tuple[Why, ...] = ()
    take: str = ""  # the route to call, once the order is booked
    by: str = ""  # who takes it: booker | dispatcher

    @property
    def cost_cents(self) -> int | None:
        return next((option.cost_cents for option in self.options if option.cost_cents is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A retained vehicle of another unit that nothing but being retained keeps from the order."""

    vehicle_id: UUID
    plate: str
    vehicle_class: VehicleClass
    seats: int  # without the driver's
    unit_name: str
    lent: bool  # a consent holds; else its unit would have to be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRide:
    """A trip that could take the order's people along."""

    order_id: UUID
    unit_name: str
    detour_s: int
    seats_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOffer:
    """Time-share cars that could be promised from one site to another."""

    cars: int
    seats: int  # of the roomiest of them, without the driver's
    vehicle_class: VehicleClass
    from_site: UUID
    to_site: UUID
    from_name: str
    to_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the rungs are made of. A string in place of an offer is the reason why there is none."""

    order: Order
    zone: ZoneInfo
    distance_m: float | None  # of the whole path, back included
    way_m: float | None  # there
    driving_s: float | None
    own_free: int  # vehicles of one's own that could go; a rung is for when there are none
    neighbours: Sequence[Neighbour]
    rides: Sequence[SharedRide]
    share: ShareOffer | str
    licensed: bool  # who asked may drive himself
    prices: Sequence[VendorPrice]
    tiers: Sequence[Tier]
    tariffs: Mapping[str | None, Tariff]  # in force at the start, by class; None: of every other class
    shows_plates: bool = False  # to the dispatcher only
    level: str = ""


def ladder(facts: Facts) -> tuple[Rung, ...]:
    """Every rung once, in order."""
    return (_neighbour(facts), _shared(facts), _time_share(facts), _hire(facts), _public(facts))


def _neighbour(facts: Facts) -> Rung:
    take, by = "POST /api/orders/{order_id}/lending", "dispatcher"
    if not facts.neighbours:
        return _none(RungKind.NEIGHBOUR, take, by, "no_vehicle_elsewhere")
    options = []
    for one in facts.neighbours:
        lines, cents = _own_cost(facts, one.vehicle_class.value)
        named: dict[str, object] = {"vehicle_id": str(one.vehicle_id), "plate": one.plate} if facts.shows_plates else {}
        params: dict[str, object] = {"vehicle_class": one.vehicle_class.value, "seats": one.seats, "consent": "given" if one.lent else "to_be_asked"}  # fmt: skip
        options.append(Option(name=one.unit_name, params=params | named, cost_cents=cents, lines=lines))
    options.sort(key=lambda option: (option.params["consent"] != "given", _price(option)))
    return Rung(kind=RungKind.NEIGHBOUR, available=True, options=tuple(options), take=take, by=by)


def _shared(facts: Facts) -> Rung:
    take, by = "POST /api/orders/{order_id}/ride-shares", "booker"
    if facts.order.confidential:
        return _none(RungKind.SHARED, take, by, "confidential")
    if not facts.rides:
        return _none(RungKind.SHARED, take, by, "no_ride")
    lines, cents = _own_cost(facts, facts.order.class_wanted)
    options = [
        Option(
            name=ride.unit_name, params={"host_order_id": str(ride.order_id), "detour_s": ride.detour_s, "seats_left": ride.seats_left},
            cost_cents=cents, at_most=True, lines=lines,
        )
        for ride in facts.rides
    ]  # fmt: skip
    return Rung(kind=RungKind.SHARED, available=True, options=tuple(options), take=take, by=by)


def _time_share(facts: Facts) -> Rung:
    take, by = "POST /api/orders/{order_id}/time-share", "booker"
    if facts.order.confidential:
        return _none(RungKind.TIME_SHARE, take, by, "confidential")
    if not facts.licensed:
        return _none(RungKind.TIME_SHARE, take, by, "no_licence")
    if isinstance(facts.share, str):
        return _none(RungKind.TIME_SHARE, take, by, facts.share)
    offer = facts.share
    if facts.order.passengers > offer.seats + 1:  # who asked drives, and is one of the people
        return _none(
            RungKind.TIME_SHARE, take, by, "too_few_seats", seats=offer.seats + 1, needed=facts.order.passengers
        )
    lines, cents = _own_cost(facts, offer.vehicle_class.value, self_drive=True)
    params = {"from_site": str(offer.from_site), "to_site": str(offer.to_site), "to_name": offer.to_name, "cars": offer.cars}  # fmt: skip
    option = Option(name=offer.from_name, params=params, cost_cents=cents, lines=lines)
    return Rung(kind=RungKind.TIME_SHARE, available=True, options=(option,), take=take, by=by)


def _hire(facts: Facts) -> Rung:
    """Under the condition of every hire: only while no vehicle of one's own could go."""
    take, by, order = "POST /api/orders/{order_id}/hire", "dispatcher", facts.order
    if order.confidential:
        return _none(RungKind.HIRE, take, by, "confidential")
    if facts.own_free:
        return _none(RungKind.HIRE, take, by, "pool_free", vehicles=facts.own_free)
    if not facts.prices:
        return _none(RungKind.HIRE, take, by, "no_vendor")
    roomy = [price for price in facts.prices if price.seats >= order.passengers]
    if not roomy:
        most = max(price.seats for price in facts.prices)
        return _none(RungKind.HIRE, take, by, "too_few_seats", seats=most, needed=order.passengers)
    options = []
    for price in roomy:
        lines = hire_lines(
            price, distance_m=facts.distance_m, start_at=order.planned_start_at, end_at=order.planned_end_at, zone=facts.zone
        )  # fmt: skip
        params = {"vendor_id": str(price.vendor_id), "phone": price.vendor_phone, "seats": price.seats}
        cents = None if lines is None else total(lines)
        options.append(Option(name=price.vendor_name, params=params, cost_cents=cents, lines=lines or ()))
    options.sort(key=lambda option: (_price(option), option.name))
    return Rung(kind=RungKind.HIRE, available=True, options=tuple(options), take=take, by=by)


def _public(facts: Facts) -> Rung:
    take, by, order = "POST /api/orders/{order_id}/public-transport", "booker", facts.order
    if order.confidential:
        return _none(RungKind.PUBLIC_TRANSPORT, take, by, "confidential")
    if facts.way_m is None:
        return _none(RungKind.PUBLIC_TRANSPORT, take, by, "no_distance")
    options = []
    for mode in Mode:
        tier = tier_for(facts.tiers, mode, facts.level, facts.way_m)
        if tier is not None:
            lines = fare_lines(tier, people=order.passengers, ways=2 if order.round_trip else 1)
            params = {"mode": mode.value, "up_to_km": tier.up_to_km, "level": tier.level}
            options.append(Option(name=mode.value, params=params, cost_cents=total(lines), lines=lines))
    if not options:
        return _none(RungKind.PUBLIC_TRANSPORT, take, by, "no_tier", way_m=round(facts.way_m))
    options.sort(key=lambda option: (_price(option), option.name))
    return Rung(kind=RungKind.PUBLIC_TRANSPORT, available=True, options=tuple(options), take=take, by=by)


def _own_cost(
    facts: Facts, vehicle_class: str | None, *, self_drive: bool = False
) -> tuple[tuple[ChargeLine, ...], int | None]:
    """What one's own vehicle of a class would be charged by the tariff in force then; None without tariff or path."""
    tariff = facts.tariffs.get(vehicle_class) or facts.tariffs.get(None)
    if tariff is None or facts.distance_m is None:
        return (), None
    charge = estimate(
        tariff, distance_m=facts.distance_m, start_at=facts.order.planned_start_at, end_at=facts.order.planned_end_at, zone=facts.zone,
        driving_s=facts.driving_s, self_drive=self_drive,
    )  # fmt: skip
    return charge.lines, charge.cost_cents


def _price(option: Option) -> tuple[bool, int]:
    return option.cost_cents is None, option.cost_cents or 0


def _none(kind: RungKind, take: str, by: str, code: str, **params: object) -> Rung:
    return Rung(kind=kind, available=False, why=({"code": code, "params": params},), take=take, by=by)
