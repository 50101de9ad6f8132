"""Live misuse, so that there is something to find: a vehicle that leaves without an order, now and then another.

What is done here is known to nobody else in the system; whether it is noticed is the proof. (The stories hold the
labelled truth; this is the same thing happening live.)
"""

import asyncio
from collections.abc import Sequence
from random import Random

import structlog

from fleet.routing import Router
from simulators.errands import Spot, private
from simulators.path import led_out
from simulators.roads import path_through
from simulators.vehicles import LiveVehicle

log = structlog.get_logger("simulators.misuse")

FIRST_AFTER_S = 3.0
AGAIN_AFTER_S = (420.0, 900.0)
STAY_S = (120.0, 420.0)
HOME_AFTER_S = 60.0  # by then drivers have taken up the trips that go on


async def unordered(vehicles: Sequence[LiveVehicle], spots: Sequence[Spot], router: Router, rng: Random) -> None:
    """Every movement nobody ordered. Retained vehicles stray first: no order ever waits for them."""
    async with asyncio.TaskGroup() as drives:
        drives.create_task(bring_home(vehicles, router))
        drives.create_task(stray([v for v in vehicles if v.retained] or vehicles, spots, router, rng))


async def stray(vehicles: Sequence[LiveVehicle], spots: Sequence[Spot], router: Router, rng: Random) -> None:
    """For ever: some vehicle that stands in its depot drives somewhere private and back, ordered by nobody."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        idle = [vehicle for vehicle in vehicles if vehicle.at_depot and not vehicle.errand.locked()]
        if idle:
            await outing(rng.choice(idle), spots, router, rng)
        await asyncio.sleep(rng.uniform(*AGAIN_AFTER_S))


async def bring_home(vehicles: Sequence[LiveVehicle], router: Router) -> None:
    """Vehicles the last run left somewhere on the road go home, one after the other, unless a trip needs them."""
    await asyncio.sleep(HOME_AFTER_S)
    for vehicle in vehicles:
        if not vehicle.at_depot and not vehicle.errand.locked():
            async with vehicle.errand:
                await go_home(vehicle, router)


async def outing(vehicle: LiveVehicle, spots: Sequence[Spot], router: Router, rng: Random) -> None:
    """One private drive of one vehicle."""
    async with vehicle.errand:
        goal = private(spots, vehicle.depot, rng)
        log.info("strays", plate=vehicle.plate, to=goal.name)
        await vehicle.go(await path_through(router, [vehicle.place(), goal.lon_lat]))
        await asyncio.sleep(rng.uniform(*STAY_S))
        await go_home(vehicle, router)


async def go_home(vehicle: LiveVehicle, router: Router) -> None:
    """Back to the very place in the depot, unless it stands there."""
    if vehicle.at_depot:
        return
    way = await path_through(router, [vehicle.place(), vehicle.depot])
    await vehicle.go(led_out(way, vehicle.depot))
