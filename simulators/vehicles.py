"""The simulated vehicles of a running city: where each truly is, and the locator that reports it.

A vehicle only drives; who sends it where is decided in people.py and misuse.py. Its place and odometer survive a
restart of the simulation in a small file, so no vehicle ever jumps.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from random import Random

import structlog

from simulators.drive import Motion, lights_along, plan_drive
from simulators.itinerary import Itinerary
from simulators.locator import LocatorModel, LocatorState, Surroundings, interval_s, message, observe
from simulators.obedience import Asked
from simulators.path import LonLat, Path, distance_m, led_in
from simulators.sender import Sender

log = structlog.get_logger("simulators.vehicles")

AT_DEPOT_M = 150.0
Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a vehicle stood and what its odometer showed when the simulation was last saved."""

    lon: float
    lat: float
    odometer_m: float


class LiveVehicle:
    """One vehicle with its locator. `go` sets it in motion; `report` runs for ever."""

    def __init__(
        self,
        *,
        plate: str,
        depot: LonLat,
        retained: bool,
        terminal: Sender,
        model: LocatorModel,
        around: Surroundings,
        standing: Standing,
        clock: Clock,
        rng: Random,
    ) -> None:
        self.plate = plate
        self.depot = depot
        self.retained = retained  # not in the pool: nobody assigns it automatically
        self.errand = asyncio.Lock()  # held by whoever drives it
        self.terminal = terminal
        self._model = model
        self._around = around
        self._clock = clock
        self._rng = rng
        self._state = LocatorState()
        self._hurry = asyncio.Event()  # a report is wanted now
        self._pace_s: float | None = None  # as commanded; its own when absent
        self._pace_until: datetime | None = None  # None = for good
        terminal.obedience.act = self._obey
        self._day = Itinerary(home=(standing.lon, standing.lat), odometer_m=standing.odometer_m)

    def motion(self) -> Motion:
        """The truth now."""
        return self._day.at(self._clock())

    def place(self) -> LonLat:
        motion = self.motion()
        return (motion.lon, motion.lat)

    @property
    def odometer_km(self) -> float:
        return round(self.motion().odometer_m / 1000, 1)

    @property
    def at_depot(self) -> bool:
        return not self.driving and distance_m(self.place(), self.depot) < AT_DEPOT_M

    @property
    def driving(self) -> bool:
        return any(self._clock() < drive.ended_at for drive in self._day.drives)

    async def go(self, path: Path) -> None:
        """Drive from here to the beginning of `path`, along it, and come to rest at its end."""
        now = self._clock()
        motion = self._day.at(now)
        path = led_in((motion.lon, motion.lat), path)
        drive = plan_drive(path, now, waits=lights_along(path, self._rng))
        self._day = Itinerary(home=(motion.lon, motion.lat), odometer_m=motion.odometer_m, drives=(drive,))
        self._hurry.set()
        await asyncio.sleep(max(0.0, (drive.ended_at - self._clock()).total_seconds()) + 0.05)

    async def report(self) -> None:
        """Look at the sky as often as the locator does and put each fix into its outbox."""
        await asyncio.sleep(self._rng.uniform(0.0, min(8.0, self._model.moving_interval_s)))
        while True:
            motion = self.motion()
            self._look()
            self._hurry.clear()
            try:
                async with asyncio.timeout(self._wait_s(motion)):
                    await self._hurry.wait()
            except TimeoutError:
                continue

    def _look(self) -> bool:
        """Look at the sky and keep a fix; False when no satellite is in sight."""
        now = self._clock()
        motion = self._day.at(now)
        self._state, reading = observe(self._model, self._state, motion, now, self._around, self._rng)
        if reading is not None:
            self.terminal.put(message(reading))
        return reading is not None

    def _wait_s(self, motion: Motion) -> float:
        if self._pace_until is not None and self._clock() >= self._pace_until:
            self._pace_s = self._pace_until = None
        return interval_s(self._model, motion) if self._pace_s is None else self._pace_s

    def _obey(self, asked: Asked) -> str | None:
        """A command of the platform; None = done, else why not."""
        if asked.do == "locate":
            return None if self._look() else "no_fix"
        if asked.do == "interval" and asked.every_s is not None and asked.every_s > 0:
            self._pace_s = float(asked.every_s)
            self._pace_until = None if asked.for_s is None else self._clock() + timedelta(seconds=asked.for_s)
            self._hurry.set()
            return None
        if asked.do == "text":
            log.info("text_shown", plate=self.plate, text=asked.text)
            return None
        return "not_supported"

    def lose_network(self, during: timedelta) -> None:
        """An outage of the radio: fixes are kept and sent afterwards."""
        self.terminal.go_silent(self._clock() + during)

    def standing(self) -> Standing:
        """What to remember over a restart."""
        motion = self.motion()
        return Standing(lon=motion.lon, lat=motion.lat, odometer_m=motion.odometer_m)


def remembered(path: FilePath) -> dict[str, Standing]:
    """Where each vehicle (by plate) stood; empty when nothing usable was saved."""
    try:
        rows = json.loads(path.read_text("utf-8"))
        return {plate: Standing(**row) for plate, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember(path: FilePath, vehicles: Iterable[LiveVehicle]) -> None:
    """Save all places; the file is replaced as a whole."""
    rows: Mapping[str, dict[str, float]] = {
        vehicle.plate: {
            "lon": round(standing.lon, 7),
            "lat": round(standing.lat, 7),
            "odometer_m": round(standing.odometer_m, 1),
        }
        for vehicle in vehicles
        for standing in [vehicle.standing()]
    }
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)
