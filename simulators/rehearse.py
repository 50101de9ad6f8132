"""`python -m simulators rehearse PLAN.json`: a day of an event driven in the simulated city, dry: nothing is sent and nothing stored.

PLAN.json is the answer of `GET /api/events/{id}/drive-plan`: the trips of each vehicle in order. Every way is driven over the
roads with a driver of its own, lights met by chance and people who come late, all from one seed. One JSON line for each trip
that begins late, then one with the sum; exit 1 when a trip begins later than allowed, 2 when the plan cannot be read.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from fleet.commandline import Arguments
from fleet.routing import Router
from fleet.settings import load
from simulators import roads
from simulators.drive import Driver, lights_along, plan_drive
from simulators.path import LonLat

READY = timedelta(minutes=5)  # a vehicle leaves so much earlier than it must, and a quarter of the way more
ALIGHTING = timedelta(minutes=5)
LATE_SHARE, LATE_S = 0.1, 480.0  # one boarding in ten, so late in the mean
TOLERANCE_S = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """One trip of a vehicle: where it waits before, from where to where, and when."""

    trip_no: str
    wave: str
    start_at: datetime
    end_at: datetime
    staging: LonLat | None
    origin: LonLat
    destination: LonLat


@dataclass(frozen=True, kw_only=True, slots=True)
class Driven:
    """How it went. Late in seconds; never negative at the start, for people are not there earlier."""

    trip: Trip
    began_at: datetime
    ended_at: datetime

    @property
    def late_s(self) -> float:
        return (self.began_at - self.trip.start_at).total_seconds()

    @property
    def end_late_s(self) -> float:
        return (self.ended_at - self.trip.end_at).total_seconds()


def add_to(commands: "argparse._SubParsersAction[Arguments]") -> None:
    """Add the command to the parser of `python -m simulators`."""
    told = commands.add_parser(
        "rehearse", help="drive a day of an event in the simulated city, without sending anything"
    )
    told.add_argument("plan", type=Path, help="answer of GET /api/events/{id}/drive-plan")
    told.add_argument("--seed", type=int, default=0)
    told.add_argument("--tolerance-s", type=float, default=TOLERANCE_S, help="so late is on time (600)")
    told.set_defaults(run=rehearse)


def rehearse(arguments: argparse.Namespace) -> int:
    """Drive every chain and say what begins late."""
    try:
        chains = read_plan(arguments.plan.read_text("utf-8"))
        settings = load(os.environ)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"unusable plan: {type(error).__name__} {error}", file=sys.stderr)
        return 2
    driven = asyncio.run(drive_all(chains, settings.router_url, arguments.seed))
    late = [each for each in driven if each.late_s > arguments.tolerance_s]
    for each in sorted(late, key=lambda one: -one.late_s):
        _say(
            {
                "trip_no": each.trip.trip_no,
                "wave": each.trip.wave,
                "late_s": round(each.late_s),
                "end_late_s": round(each.end_late_s),
            }
        )
    ended_late = sum(each.end_late_s > arguments.tolerance_s for each in driven)
    total = {
        "vehicles": len(chains),
        "trips": len(driven),
        "late": len(late),
        "ended_late": ended_late,
        "seed": arguments.seed,
    }
    _say({"total": total})
    return 1 if late else 0


def read_plan(text: str) -> list[list[Trip]]:
    """The chains of a day. Raises ValueError, KeyError or TypeError for anything else."""
    plan = json.loads(text)
    return [[_trip(each) for each in chain] for chain in plan["chains"]]


async def drive_all(chains: Sequence[Sequence[Trip]], router_url: str | None, seed: int) -> list[Driven]:
    """Every chain with dice of its own, so that one more vehicle changes nothing for the others."""
    async with Router(router_url) as router:
        return [
            each
            for number, chain in enumerate(chains)
            for each in await drive_chain(chain, router, Random(f"{seed}:{number}"))
        ]


async def drive_chain(chain: Sequence[Trip], router: Router, rng: Random) -> list[Driven]:
    """The trips of one vehicle, each begun when it is there and its people are, be it late."""
    driver = Driver(limit_share=rng.uniform(0.8, 1.0), acceleration_mps2=rng.uniform(1.0, 1.6))
    driven: list[Driven] = []
    place: LonLat | None = None
    free_at: datetime | None = None
    for trip in chain:
        way_s = await _way_s(router, place or trip.staging or trip.origin, trip.origin, trip.start_at, driver, rng)
        leaves_at = trip.start_at - READY - timedelta(seconds=1.25 * way_s)
        if free_at is not None:
            leaves_at = max(leaves_at, free_at)
        there_at = leaves_at + timedelta(seconds=way_s)
        began_at = max(trip.start_at, there_at)
        boarded_at = began_at + timedelta(seconds=rng.expovariate(1 / LATE_S) if rng.random() < LATE_SHARE else 0)
        ride_s = await _way_s(router, trip.origin, trip.destination, boarded_at, driver, rng)
        stay = trip.end_at - trip.start_at - timedelta(seconds=ride_s)  # what the plan leaves for boarding and the like
        ended_at = boarded_at + timedelta(seconds=ride_s) + max(timedelta(0), min(stay, ALIGHTING))
        driven.append(Driven(trip=trip, began_at=began_at, ended_at=ended_at))
        place, free_at = trip.destination, ended_at + ALIGHTING
    return driven


async def _way_s(router: Router, start: LonLat, end: LonLat, at: datetime, driver: Driver, rng: Random) -> float:
    if start == end:
        return 0.0
    path = await roads.path_through(router, [start, end])
    return plan_drive(path, at, driver, lights_along(path, rng)).duration_s


def _trip(row: dict[str, Any]) -> Trip:
    return Trip(
        trip_no=row["trip_no"],
        wave=row["wave"],
        start_at=datetime.fromisoformat(row["start_at"]),
        end_at=datetime.fromisoformat(row["end_at"]),
        staging=None if row["staging"] is None else _place(row["staging"]),
        origin=_place(row["origin"]),
        destination=_place(row["destination"]),
    )


def _place(row: dict[str, Any]) -> LonLat:
    return float(row["lon"]), float(row["lat"])


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)
