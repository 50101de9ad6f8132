"""Locators under load, and the oracle that compares their outboxes with the database.

"Released" is what a locator was told is stored and has therefore deleted; every released fix must be in the database,
once. The locators are the simulators' own terminals, so the promise is tested from where the vehicle stands.
"""

import asyncio
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.site import PASSWORD, Site
from fleet import db
from fleet.broker import Address
from simulators.terminal import Credential, Terminal

CENTRE = (121.40, 31.20)  # lon, lat; the vehicles drive circles around it
SPEED_KMH = 40.0


@dataclass(slots=True)
class Vehicle:
    """One locator and the instants of every fix it ever produced."""

    terminal: Terminal
    radius_m: float
    made: list[datetime] = field(default_factory=list)

    def report(self, at: datetime, driven_s: float, *, moving: bool) -> None:
        """Put the fix of this instant into the outbox: so many seconds along the circle, driving or parked."""
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        angle = SPEED_KMH / 3.6 * driven_s / self.radius_m
        lon = CENTRE[0] + self.radius_m * math.cos(angle) / 95_000
        lat = CENTRE[1] + self.radius_m * math.sin(angle) / 111_000
        fix: dict[str, object] = {
            "t": at.isoformat(timespec="milliseconds"),
            "lon": round(lon, 7),
            "lat": round(lat, 7),
        }
        fix |= {"speed_kmh": SPEED_KMH if moving else 0, "heading_deg": round(math.degrees(-angle) % 360, 1)}
        fix |= {"satellites": 11, "accuracy_m": 4, "ignition": moving, "odometer_km": round(driven_s / 90, 2)}
        self.terminal.put(fix)
        self.made.append(at)

    def released(self) -> set[datetime]:
        """What the platform said it has stored."""
        outbox = self.terminal.outbox
        open_fixes = [*outbox.waiting, *(fix for batch in outbox.on_the_way.values() for fix in batch.fixes)]
        return set(self.made) - {datetime.fromisoformat(str(fix["t"])) for fix in open_fixes}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The oracle's findings."""

    made: int
    released: int
    stored: int
    lost: int  # released and not in the database: must be 0
    alien: int  # in the database and never made: must be 0
    duplicates: int  # rows beyond one per fix, or counted twice by ingest: must be 0
    resent: int  # batches sent more than once


class Load:
    """A crowd of locators that report at a fixed pace."""

    def __init__(
        self,
        site: Site,
        devices: list[str],
        *,
        seed: int,
        clock: Callable[[], datetime],
        through: Mapping[str, Address] | None = None,
    ) -> None:
        """`through`: the way to the broker of each device, when it is not the broker's own address."""
        self._clock = clock
        rng = random.Random(seed)
        self.vehicles = [
            Vehicle(
                terminal=Terminal(
                    through[name] if through else site.devices,
                    Credential(device=name, password=PASSWORD),
                    clock=clock,
                    rng=random.Random(rng.random()),
                ),
                radius_m=rng.uniform(300, 3_000),
            )
            for name in devices
        ]
        self._running: list[asyncio.Task[None]] = []

    def connect(self) -> None:
        """Let all locators connect and stay connected."""
        self._running = [asyncio.create_task(vehicle.terminal.run()) for vehicle in self.vehicles]

    async def report(
        self, *, seconds: float, every_s: float = 1.0, pace: float = 1.0, parked_share: float = 0.0
    ) -> None:
        """Each locator makes a fix every `every_s`, spread over the interval, for that long.

        With a `pace` above 1 the fixes tell of a longer time, ending now, as a fleet does that comes out of an outage;
        the last `parked_share` of it is spent parked.
        """
        loop = asyncio.get_running_loop()
        start_s, start_at = loop.time(), self._clock() - timedelta(seconds=seconds * (pace - 1))
        drive_s = seconds * pace * (1 - parked_share)
        step_s = every_s / len(self.vehicles)
        for number in range(int(seconds / step_s)):
            offset_s = number * step_s
            wait_s = start_s + offset_s - loop.time()
            if wait_s > 0.005:
                await asyncio.sleep(wait_s)
            told_s = offset_s * pace
            vehicle = self.vehicles[number % len(self.vehicles)]
            vehicle.report(start_at + timedelta(seconds=told_s), min(told_s, drive_s), moving=told_s < drive_s)

    async def all_released(self, timeout_s: float) -> bool:
        """Wait until every locator was told that everything is stored."""
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(vehicle.terminal.released(timeout_s)) for vehicle in self.vehicles]
        return all(wait.result() for wait in waits)

    async def disconnect(self) -> None:
        """End all connections."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def verdict(self, database_url: str) -> Verdict:
        """Compare outboxes and database."""
        connection = await db.connect(database_url)
        async with connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            rows = await connection.execute("SELECT d.code, p.fixed_at FROM position p JOIN device d USING (device_no)")
            stored_rows = [(code, fixed_at) async for code, fixed_at in rows]
            counted = await (await connection.execute("SELECT coalesce(sum(fixes), 0) FROM ingest_batch")).fetchone()
        stored = set(stored_rows)
        made = {(v.terminal.device, at) for v in self.vehicles for at in v.made}
        released = {(v.terminal.device, at) for v in self.vehicles for at in v.released()}
        assert counted is not None
        return Verdict(
            made=len(made),
            released=len(released),
            stored=len(stored),
            lost=len(released - stored),
            alien=len(stored - made),
            duplicates=len(stored_rows) - len(stored) + abs(int(counted[0]) - len(stored_rows)),
            resent=sum(vehicle.terminal.outbox.resent for vehicle in self.vehicles),
        )


def utc_now() -> datetime:
    """The clock of a measurement."""
    return datetime.now(UTC)
