"""One order driven: accept, depart, drive its route, stay, come back, report the odometer.

Now and then a driver does something private on the way; whether the platform notices is its business.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog

from fleet.routing import Router
from simulators.errands import Spot, astray
from simulators.interface import Json, Person, Refused
from simulators.path import LonLat, Path, distance_m, joined, led_out
from simulators.roads import nearest, path_on, path_through, split_at
from simulators.vehicles import Clock, LiveVehicle

log = structlog.get_logger("simulators.trip")

EARLY = timedelta(minutes=5)  # drivers set off at most this long before the planned start
NEAR_M = 250.0  # from here a vehicle simply drives to the beginning of its route
BEFORE_DEPARTURE = frozenset({"assigned", "driver_accepted"})
PRIVATE_STAY_S = 150.0
STAY_S = (90.0, 300.0)  # at the destination


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """An assigned order and who and what serves it."""

    order: Json
    reader: Person  # somebody who may read the order
    vehicle: LiveVehicle
    spots: Sequence[Spot]
    router: Router
    strays: bool = False  # the driver has something private to do on the way out


async def drive_order(trip: Trip, driver: Person, clock: Clock, rng: Random) -> None:
    """From the assignment to the return; what is refused before the departure ends the trip."""
    state = trip.order["state"]
    if state == "assigned" and not await _step(trip, driver, "accept", {}):
        return
    await _until(_instant(trip.order["planned_start_at"]) - EARLY, clock)
    async with trip.vehicle.errand:
        odometer = {"odometer_km": trip.vehicle.odometer_km}
        if state in BEFORE_DEPARTURE and not await _step(trip, driver, "depart", odometer):
            return
        out, back = await _planned(trip)
        if state != "in_use":
            await drive_out(trip, out, resumed=state not in BEFORE_DEPARTURE)
            await _step(trip, driver, "arrive", {})
            await asyncio.sleep(rng.uniform(*STAY_S))
        await drive_back(trip, back)
        await _step(trip, driver, "return", {"odometer_km": trip.vehicle.odometer_km})


async def follow_driver(trip: Trip, rng: Random) -> None:
    """A person at the browser pressed "depart": the vehicle drives; what else to press is left to the person."""
    async with trip.vehicle.errand:
        out, back = await _planned(trip)
        await drive_out(trip, out)
        await asyncio.sleep(rng.uniform(*STAY_S))
        await drive_back(trip, back)


async def drive_out(trip: Trip, line: Sequence[LonLat], *, resumed: bool = False) -> None:
    """To the destination along the planned route, unless the driver strays; `resumed`: from where it was left."""
    detour = astray(trip.spots, line, Random(trip.order["id"])) if trip.strays else None
    if detour is None:
        rest = line[nearest(line, trip.vehicle.place()) :] if resumed else line
        await trip.vehicle.go(await _along(trip, rest))
        return
    log.info("leaves_route", plate=trip.vehicle.plate, order=trip.order["order_no"], to=detour.name)
    await trip.vehicle.go(await path_through(trip.router, [trip.vehicle.place(), line[0], detour.lon_lat]))
    await asyncio.sleep(PRIVATE_STAY_S)
    await trip.vehicle.go(await path_through(trip.router, [trip.vehicle.place(), line[-1]]))


async def _planned(trip: Trip) -> tuple[Sequence[LonLat], Sequence[LonLat]]:
    """The planned way to the destination and the way back."""
    order = await trip.reader.get(f"/api/orders/{trip.order['id']}")
    goal = (float(order["destination"]["lon"]), float(order["destination"]["lat"]))
    line = [(float(x), float(y)) for x, y in order.get("route") or []]
    return split_at(line, goal) if len(line) > 1 else ([trip.vehicle.place(), goal], [goal])


async def drive_back(trip: Trip, line: Sequence[LonLat]) -> None:
    """Along the planned way back, as far as there is one, and into the depot."""
    depot = trip.vehicle.depot
    way = await _along(trip, line) if len(line) > 2 else None
    end = way.points[-1] if way else trip.vehicle.place()
    if way is None or distance_m(end, depot) > NEAR_M:
        rest = await path_through(trip.router, [end, depot])
        way = joined([way, rest]) if way else rest
    await trip.vehicle.go(led_out(way, depot))


async def _along(trip: Trip, line: Sequence[LonLat]) -> Path:
    """The given line, reached by road from where the vehicle stands; without a real line, the quickest way."""
    here = trip.vehicle.place()
    if len(line) < 3:
        return await path_through(trip.router, [here, line[-1]])
    path = await path_on(trip.router, line)
    if distance_m(here, line[0]) <= NEAR_M:
        return path
    return joined([await path_through(trip.router, [here, line[0]]), path])


async def _step(trip: Trip, driver: Person, action: str, body: Json) -> bool:
    """The driver's step; the row version is read afresh because others write too. False: refused."""
    path = f"/api/orders/{trip.order['id']}"
    try:
        order = await driver.get(path)
        await driver.post(f"{path}/{action}", body, order.get("row_version"))
    except Refused as no:
        log.warning("refused", action=action, login=driver.account.login, code=no.code, why=str(no))
        return False
    return True


async def _until(at: datetime, clock: Clock) -> None:
    await asyncio.sleep(max(0.0, (at - clock()).total_seconds()))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
