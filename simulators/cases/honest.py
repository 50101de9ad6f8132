"""Vehicles nobody can blame: two weeks each of ordered trips, errands for the vehicle itself, and nights in the depot.

With all the things that look bad and are not: early and late by minutes, road works, outages, canyons, tunnels, re-parking,
heartbeats at long intervals, duty on days off with its approval.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from simulators.cases.days import INNER, off
from simulators.cases.disturbance import repeated
from simulators.cases.plot import scene
from simulators.cases.plots.orders import MINUTE
from simulators.cases.trip import driven, target, told
from simulators.drive import Drive
from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel, Surroundings, surroundings
from simulators.path import LonLat, Path, distance_m
from simulators.story import DEPOT_SPOT, Arrival, Case, Json, Scene, held_back, order, record
from simulators.streets import Spot, line_geometry

DAYS = 14  # of one vehicle in one case
MODELS = (
    LocatorModel(moving_interval_s=10.0, parked_interval_s=300.0),
    LocatorModel(moving_interval_s=15.0, parked_interval_s=600.0, parked_m=9.0),
    LocatorModel(moving_interval_s=20.0, parked_interval_s=600.0, noise_m=5.0),
    LocatorModel(moving_interval_s=30.0, parked_interval_s=1800.0),
)
CENTRE: tuple[Spot, ...] = ((600.0, 600.0), (2_200.0, 600.0), (2_200.0, 2_200.0), (600.0, 2_200.0), (600.0, 600.0))
HOTEL_M = 250.0  # so far from where it stood without being sent there
TUNNEL: tuple[Spot, ...] = ((-2_600.0, 0.0), (-1_500.0, 0.0))


def fleet(days: int, seed: int) -> Iterator[Case]:
    """So many vehicle-days, rounded up to whole vehicles; nothing is to be found in any."""
    for number in range(vehicles(days)):
        yield vehicle(name_of(number), seed)


def vehicles(days: int) -> int:
    """How many vehicles make so many vehicle-days."""
    return -(-days // DAYS)


def name_of(number: int) -> str:
    """Of the vehicle with this number, counted from 0; with the seed it says everything about it."""
    return f"honest-{number + 1:05}"


def vehicle(name: str, seed: int) -> Case:
    """Two weeks of one vehicle."""
    stage = scene(name, INNER[:-DAYS], seed)
    model = stage.rng.choice(MODELS)
    roster = stage.rng.random() < 0.2  # a retained vehicle with a standing order
    sky = _sky(stage)
    arrivals: list[Arrival] = []
    orders: list[Json] = []
    unnamed: list[LonLat] = []  # where it stood under an order that names no place
    odometer_m = stage.rng.uniform(2e6, 1.8e8)
    for i in range(DAYS):
        today = replace(stage, day=stage.day + timedelta(days=i))
        plan, booked = _day(today, odometer_m, roster=roster)
        orders += [{**each, "id": f"o{len(orders) + n + 1}"} for n, each in enumerate(booked)]
        if any(each["type"] == "standing" for each in booked):
            unnamed += [drive.path.points[-1] for drive in plan.drives]
        odometer_m += sum(drive.path.length_m for drive in plan.drives)
        arrivals += _heard(today, plan, model, sky)
    if stage.rng.random() < 0.3:
        arrivals = list(repeated(arrivals, 0.02, stage.rng))
    arrivals = sorted(map(_with_trifles(stage), arrivals), key=lambda each: each.received_at)
    areas, of_vehicle = _bounds(stage, unnamed)
    return told(stage, arrivals, stage.at("00:00", DAYS), orders, [], areas=areas, vehicle=of_vehicle)


def _bounds(stage: Scene, unnamed: Sequence[LonLat]) -> tuple[list[Json], Json]:
    """Areas that are kept to: the town is allowed, hotels are passed or ordered; sealed and in repair were other weeks."""
    rng, yard, place = stage.rng, stage.town.yard, stage.town.place
    drawn = [target(rng, 1_500.0, 8_000.0) for _ in range(6)]
    hotels = [spot for spot in drawn if all(distance_m(place(spot), stood) > HOTEL_M for stood in unnamed)]
    areas: list[Json] = [
        {"id": f"h{i}", "kind": "sensitive", "category": "hotel", "geometry": yard(spot, 60.0)}
        for i, spot in enumerate(hotels)
    ]
    areas.append({"id": "a0", "kind": "allowed", "geometry": yard(DEPOT_SPOT, 9_000.0)})
    weeks = [
        {"from": stage.at("00:00", days).isoformat(), "to": stage.at("00:00", days + 6).isoformat()}
        for days in (-9, 20)
    ]
    vehicle: Json = {"allowed_area": "a0"} if rng.random() < 0.6 else {}
    return areas, vehicle | {"sealed": weeks[:1], "in_repair": weeks[1:]}


def _with_trifles(stage: Scene) -> Callable[[Arrival], Arrival]:
    """What terminals also say now and then: a fix that is none, an alarm for one fix, something about its battery."""
    rng = stage.rng

    def change(arrival: Arrival) -> Arrival:
        dice, fix = rng.random(), arrival.reading
        if dice < 0.004:
            return replace(arrival, reading=replace(fix, valid=False, satellites=2, accuracy_m=200.0))
        if dice < 0.0045:
            return replace(
                arrival, reading=replace(fix, alarms=(rng.choice(("undervoltage", "vendor:door", "long_stop")),))
            )
        return arrival

    return change


def _sky(stage: Scene) -> Surroundings:
    place = stage.town.place
    return surroundings(tunnels=[tuple(map(place, TUNNEL))], canyons=[tuple(map(place, CENTRE))])


def _heard(today: Scene, plan: Itinerary, model: LocatorModel, sky: Surroundings) -> tuple[Arrival, ...]:
    """A whole day; sometimes the network is away for a while."""
    arrivals = record(plan, today.span("00:00", "00:00", days=1), today.rng, model, sky)
    if today.rng.random() < 0.1:
        since = today.at("07:00") + today.rng.uniform(0.0, 600.0) * MINUTE
        arrivals = held_back(arrivals, (since, since + today.rng.uniform(5.0, 150.0) * MINUTE), today.rng)
    return arrivals


def _day(today: Scene, odometer_m: float, *, roster: bool) -> tuple[Itinerary, list[Json]]:
    """What the vehicle does on a day and the orders for it."""
    plan = Itinerary(home=today.town.place(DEPOT_SPOT), odometer_m=odometer_m)
    rng, orders = today.rng, list[Json]()
    resting = off(today.day)
    starts = _starts(today, resting, evenings=not roster)
    if roster and not resting:
        orders.append(_roster(today))
    for at in starts:
        if plan.drives and at < plan.drives[-1].ended_at + 25 * MINUTE:
            continue
        if rng.random() < 0.08:
            plan = _reparked(today, plan, at)
            continue
        if rng.random() < 0.15:  # the driver waits for his passenger with the engine on
            plan = replace(plan, idling=(*plan.idling, (at - rng.uniform(2.0, 11.0) * MINUTE, at)))
        spot = target(rng, 1_500.0, 8_000.0)
        out, back, planned = _drives(today, spot, at)
        plan = plan.then(out).then(back)
        if not roster or resting:
            orders.append(_order(today, out, back, planned, spot))
    return plan, orders


def _starts(today: Scene, resting: bool, *, evenings: bool) -> list[datetime]:
    rng = today.rng
    if resting:
        return [today.at("09:00") + rng.uniform(0.0, 300.0) * MINUTE] if rng.random() < 0.12 else []
    wanted = sorted(today.at("07:20") + rng.uniform(0.0, 560.0) * MINUTE for _ in range(rng.choice((0, 1, 2, 2, 3, 4))))
    if evenings and rng.random() < 0.05:  # an evening duty
        wanted.append(today.at("19:30") + rng.uniform(0.0, 20.0) * MINUTE)
    return wanted


def _drives(today: Scene, spot: Spot, at: datetime) -> tuple[Drive, Drive, Path]:
    """Out and back, now and then around road works."""
    rng = today.rng
    way: list[Spot] = [DEPOT_SPOT, spot]
    if rng.random() < 0.06 and abs(spot[0]) > 2_500.0:
        side = 1.0 if spot[0] > 0 else -1.0
        around = 700.0 if spot[1] < 0 else -700.0
        way[1:1] = [(side * 1_200.0, 0.0), (side * 1_200.0, around), (side * 1_500.0, around), (side * 1_500.0, 0.0)]
    out = driven(today, way, at)
    back = driven(today, [spot, DEPOT_SPOT], out.ended_at + rng.uniform(8.0, 75.0) * MINUTE)
    return out, back, today.town.path([DEPOT_SPOT, spot, DEPOT_SPOT])


def _order(today: Scene, out: Drive, back: Drive, planned: Path, spot: Spot) -> Json:
    rng = today.rng
    early, late = rng.uniform(-30.0, 10.0) * MINUTE, rng.uniform(-40.0, 22.0) * MINUTE
    span = (out.started_at + early, back.ended_at - late)
    if span[1] <= max(out.ended_at, span[0]):
        span = (span[0], back.ended_at)
    booked = order(today, span, line_geometry(planned.points), [DEPOT_SPOT, spot])
    kind, dice = "normal", rng.random()
    if dice < 0.08:
        kind = "service"
    elif dice < 0.12:
        kind = "emergency"
        booked["created_at"] = (out.started_at + rng.uniform(2.0, 25.0) * MINUTE).isoformat()
    late_home = back.ended_at >= today.at("19:55")
    return {**booked, "type": kind, "holiday_approved": off(today.day), "off_hours_approved": late_home}


def _roster(today: Scene) -> Json:
    span = today.span("07:00", "19:30")
    booked = order(today, span, {}, [DEPOT_SPOT, DEPOT_SPOT])
    return {**booked, "type": "standing", "route": None, "destination": None, "off_hours_approved": True}


def _reparked(today: Scene, plan: Itinerary, at: datetime) -> Itinerary:
    """To another place in the yard and back."""
    corner = (today.rng.uniform(20.0, 60.0), today.rng.uniform(-60.0, 60.0))
    out = driven(today, [DEPOT_SPOT, corner], at, 10.0, lights=False)
    return plan.then(out).then(driven(today, [corner, DEPOT_SPOT], out.ended_at + 12 * MINUTE, 10.0, lights=False))
