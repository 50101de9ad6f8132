"""The simulated city at work: vehicles with locators on MQTT, people on the interface, misuse and outages.

Everything runs in one event loop against the real clock. A stopped broker or interface is waited for; SIGTERM and
SIGINT end the simulation within seconds, and where each vehicle stood is remembered.
"""

import argparse
import asyncio
import json
import math
import secrets
import signal
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import structlog

from fleet.broker import Address
from fleet.errors import NotConfigured
from fleet.routing import Router
from fleet.settings import Settings, need
from simulators import misuse, people
from simulators.errands import spots_of
from simulators.jt808_terminal import Jt808Terminal
from simulators.locator import LocatorModel, Surroundings, surroundings
from simulators.path import LonLat, moved
from simulators.sender import Sender
from simulators.terminal import Credential, Terminal
from simulators.vehicles import LiveVehicle, Standing, remember, remembered

log = structlog.get_logger("simulators.engine")

SAVED_EVERY_S = 20.0
OUTAGE_EVERY_S = (90.0, 240.0)
OUTAGE_S = (40.0, 150.0)
CANYON_M = 450.0  # around the middle of the city the sky is narrow
LAST_ACKS_WITHIN_S = 1.5  # after the last fix, before the connections are closed
STOP_WITHIN_S = 1.5
STANDING_FILE = "simulation.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command line and the environment say."""

    settings: Settings
    address: Address
    gateway: tuple[str, int] | None  # for the vehicles that speak JT/T 808
    state_dir: Path
    city: Mapping[str, Any]
    vehicles: int
    interval_s: float
    seed: int
    people: bool


def options(arguments: argparse.Namespace, settings: Settings, address: Address) -> Options:
    """Read what is needed; NotConfigured or OSError says what is missing."""
    return Options(
        settings=settings,
        address=address,
        gateway=_host_and_port(settings.device_jt808),
        state_dir=need(settings.state_dir, "FLEET_STATE_DIR"),
        city=json.loads(arguments.city.read_text("utf-8")),
        vehicles=arguments.vehicles,
        interval_s=arguments.interval,
        seed=secrets.randbits(32) if arguments.seed is None else arguments.seed,
        people=not arguments.no_people,
    )


async def run(chosen: Options) -> int:
    """Simulate until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    rng = Random(chosen.seed)
    vehicles = _vehicles(chosen, rng)
    async with Router(chosen.settings.router_url) as router:
        links = [asyncio.create_task(vehicle.terminal.run()) for vehicle in vehicles]
        doings = [asyncio.create_task(work) for work in _work(chosen, vehicles, router, rng)]
        log.info("ready", vehicles=len(vehicles), seed=chosen.seed, people=chosen.people)
        stopped = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait([stopped, *links, *doings], return_when=asyncio.FIRST_COMPLETED)
        await _cancel([stopped, *doings])
        remember(chosen.state_dir / STANDING_FILE, vehicles)
        await asyncio.gather(*(vehicle.terminal.released(LAST_ACKS_WITHIN_S) for vehicle in vehicles))
        await _cancel(links)
    for task in ended - {stopped}:
        await task  # nothing here ends by itself: whatever did so did it with an error
    log.info("stopped", unsent=sum(vehicle.terminal.outbox.unreleased for vehicle in vehicles))
    return 0


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_WITHIN_S)


def _work(
    chosen: Options, vehicles: Sequence[LiveVehicle], router: Router, rng: Random
) -> list[Coroutine[Any, Any, None]]:
    """Everything that goes on at once, beside the locators' connections."""
    spots = spots_of(chosen.city)
    work: list[Coroutine[Any, Any, None]] = [
        _save(chosen.state_dir / STANDING_FILE, vehicles),
        _outages(vehicles, Random(rng.random())),
        misuse.unordered(vehicles, spots, router, Random(rng.random())),
    ]
    work.extend(vehicle.report() for vehicle in vehicles)
    if chosen.people and chosen.settings.web_url:
        accounts = people.accounts(chosen.state_dir / people.ACCOUNTS_FILE)
        town = people.Town(
            vehicles={vehicle.plate: vehicle for vehicle in vehicles},
            spots=spots,
            router=router,
            zone=chosen.settings.timezone,
            clock=_now,
            rng=Random(rng.random()),
        )
        work += people.at_work(chosen.settings.web_url, accounts, town)
    return work


def _vehicles(chosen: Options, rng: Random) -> list[LiveVehicle]:
    file = chosen.state_dir / "demo-devices.json"
    if not file.exists():
        raise NotConfigured(f"{file} is missing: run python -m fleet seed --demo first")
    rows = json.loads(file.read_text("utf-8"))[: chosen.vehicles]
    stood = remembered(chosen.state_dir / STANDING_FILE)
    around = _around(chosen.city)
    return [_vehicle(row, stood.get(row["plate"]), around, chosen, rng) for row in rows]


def _vehicle(
    row: Mapping[str, Any], stood: Standing | None, around: Surroundings, chosen: Options, rng: Random
) -> LiveVehicle:
    """A vehicle where it stood last time, or in a place of its own in its depot."""
    dice = Random(f"{row['device']}")
    depot = _parking_place((float(row["depot"][0]), float(row["depot"][1])), dice)
    standing = Standing(lon=depot[0], lat=depot[1], odometer_m=dice.uniform(4e6, 9e7))
    return LiveVehicle(
        plate=row["plate"],
        depot=depot,
        retained=row.get("kind") == "retained",
        terminal=_terminal(row, chosen, Random(rng.random())),
        model=LocatorModel(moving_interval_s=chosen.interval_s, parked_interval_s=60.0),
        around=around,
        standing=stood or standing,
        clock=_now,
        rng=Random(rng.random()),
    )


def _terminal(row: Mapping[str, Any], chosen: Options, rng: Random) -> Sender:
    """The locator as the vehicle's row says it speaks: most MQTT, some JT/T 808."""
    if row.get("speaks") == "jt808":
        gateway = need(chosen.gateway, "FLEET_DEVICE_JT808")
        return Jt808Terminal(gateway, row["device"], row["plate"], row["edition"], clock=_now, rng=rng)
    credential = Credential(device=row["device"], password=row["password"])
    return Terminal(chosen.address, credential, clock=_now, rng=rng)


def _host_and_port(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise NotConfigured(f"FLEET_DEVICE_JT808: {text} is not HOST:PORT")
    return host.strip("[]"), int(port)


def _parking_place(depot: LonLat, dice: Random) -> LonLat:
    """Vehicles of one depot do not stand on top of each other."""
    return moved(depot, dice.uniform(-45.0, 45.0), dice.uniform(-45.0, 45.0))


def _around(city: Mapping[str, Any]) -> Surroundings:
    tunnels = [tuple((x, y) for x, y, *_ in line["coordinates"]) for line in city.get("tunnels", ())]
    centre = (float(city["center"][0]), float(city["center"][1]))
    turns = [math.radians(30 * k) for k in range(12)]
    ring = tuple(moved(centre, CANYON_M * math.cos(turn), CANYON_M * math.sin(turn)) for turn in turns)
    return surroundings(tunnels=tunnels, canyons=[ring])


async def _save(file: Path, vehicles: Sequence[LiveVehicle]) -> None:
    while True:
        await asyncio.sleep(SAVED_EVERY_S)
        remember(file, vehicles)


async def _outages(vehicles: Sequence[LiveVehicle], rng: Random) -> None:
    """Now and then a vehicle loses the network for a minute or two."""
    while True:
        await asyncio.sleep(rng.uniform(*OUTAGE_EVERY_S))
        driving = [vehicle for vehicle in vehicles if vehicle.driving]
        if driving:
            rng.choice(driving).lose_network(timedelta(seconds=rng.uniform(*OUTAGE_S)))


def _now() -> datetime:
    return datetime.now(UTC)
