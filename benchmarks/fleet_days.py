"""Fixes of a large fleet as rows of `position`, made in bulk: what 20,000 locators say, in the order in which it arrives.

Vehicles drive and park by chance, report every ten seconds while they drive and every minute while they stand, and
measure with the noise of an ordinary receiver. Pure but for the random numbers it is given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

TICK_S = 10
PARKED_EVERY = 6  # ticks
BATCH_S = 0.5  # a batch of ingest at this load
M_PER_DEG = 111_320.0
POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = b"\xff\xff"
# What an ordinary locator sends; hdop, valid and detail stay empty.
COLUMNS = {
    "fixed_at": ">i8", "received_at": ">i8", "batch": ">i8", "device_no": ">i4", "lon_e7": ">i4", "lat_e7": ">i4",
    "quality": ">i4", "odometer_m": ">i4", "tenant_no": ">i2", "writer_no": ">i2", "speed_dkmh": ">i2",
    "heading_deg": ">i2", "altitude_m": ">i2", "accuracy_dm": ">i2", "satellites": ">i2", "source_datum": ">i2",
    "ignition": "i1",
}  # fmt: skip
COPY_COLUMNS = ", ".join(COLUMNS)
ROW = np.dtype(
    [("fields", ">i2")] + [part for name, kind in COLUMNS.items() for part in ((f"{name}_n", ">i4"), (name, kind))]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """Who drives: numbers of the locators, and how many of them never stand still."""

    device_nos: tuple[int, ...]
    restless: int
    start_at: datetime
    tenant_no: int
    writer_no: int


def copies(
    fleet: Fleet, fixes: int, rng: np.random.Generator, *, rows_each: int = 200_000
) -> Iterator[tuple[int, int, bytes]]:
    """(rows, last batch, binary COPY of them) until there are at least so many fixes."""
    made, waiting, batch = 0, [], 0
    for arrived in _arrivals(fleet, rng):
        waiting.append(arrived)
        batch = int(arrived["batch"][-1])
        count = sum(map(len, waiting))
        if count >= rows_each or made + count >= fixes:
            yield count, batch, COPY_HEAD + b"".join(rows.tobytes() for rows in waiting) + COPY_END
            made, waiting = made + count, []
            if made >= fixes:
                return


def rows_of(fleet: Fleet, fixes: int, rng: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.void]]":
    """The same as an array of rows."""
    made: list[np.ndarray[tuple[int], np.dtype[np.void]]] = []
    for arrived in _arrivals(fleet, rng):
        made.append(arrived)
        if sum(map(len, made)) >= fixes:
            break
    return np.concatenate(made)


def _arrivals(fleet: Fleet, rng: np.random.Generator) -> "Iterator[np.ndarray[tuple[int], np.dtype[np.void]]]":
    """Endless ticks of the fleet, each in order of arrival."""
    n = len(fleet.device_nos)
    device_no = np.array(fleet.device_nos)
    restless = np.arange(n) < fleet.restless
    lon, lat = 112 + rng.random(n) * 4, 28 + rng.random(n) * 4
    heading, speed, odometer = rng.random(n) * 360, np.zeros(n), rng.random(n) * 9e7
    altitude, offset_s, turn = rng.random(n) * 300, rng.integers(0, TICK_S, n), rng.integers(0, PARKED_EVERY, n)
    driving = restless | (rng.random(n) < 0.15)
    start_us = (fleet.start_at - POSTGRES_EPOCH).total_seconds() * 1e6
    tick = 0
    while True:
        driving = restless | np.where(driving, rng.random(n) > 1 / 150, rng.random(n) < 1 / 850)
        wanted = np.where(driving & (rng.random(n) > 0.15), 12.0, 0.0)
        speed = np.where(driving, np.clip(speed + (wanted - speed) * 0.3 + rng.normal(0, 1.2, n), 0, 33), 0)
        heading = (heading + np.where(speed > 1, rng.normal(0, 12, n), 0)) % 360
        step_m = speed * TICK_S
        lat += step_m * np.cos(np.radians(heading)) / M_PER_DEG
        lon += step_m * np.sin(np.radians(heading)) / (M_PER_DEG * np.cos(np.radians(lat)))
        odometer += step_m
        altitude = np.clip(altitude + np.where(speed > 1, rng.normal(0, 1.5, n), 0), 0, 2000)
        who = np.flatnonzero(driving | ((tick + turn) % PARKED_EVERY == 0))
        noise_m = np.where(speed[who] > 0, 2.5, 0.8)
        rows = np.empty(len(who), ROW)
        fixed_us = (start_us + (tick * TICK_S + offset_s[who]) * 1e6).astype(np.int64)
        received_us = fixed_us + (rng.lognormal(-0.7, 0.8, len(who)) * 1e6).astype(np.int64)
        values = {
            "fixed_at": fixed_us,
            "received_at": received_us,
            "batch": 1 + ((received_us - start_us) / (BATCH_S * 1e6)).astype(np.int64),
            "device_no": device_no[who],
            "lon_e7": np.rint((lon[who] + rng.normal(0, 1, len(who)) * noise_m / (M_PER_DEG * 0.86)) * 1e7),
            "lat_e7": np.rint((lat[who] + rng.normal(0, 1, len(who)) * noise_m / M_PER_DEG) * 1e7),
            "quality": np.where(rng.random(len(who)) < 0.005, 4, 0),
            "odometer_m": np.rint(odometer[who]),
            "tenant_no": np.full(len(who), fleet.tenant_no),
            "writer_no": np.full(len(who), fleet.writer_no),
            "speed_dkmh": np.rint(speed[who] * 36),
            "heading_deg": heading[who].astype(np.int64),
            "altitude_m": np.rint(altitude[who]),
            "accuracy_dm": 20 + rng.integers(0, 30, len(who)),
            "satellites": rng.integers(8, 14, len(who)),
            "source_datum": np.zeros(len(who)),
            "ignition": driving[who],
        }
        rows["fields"] = len(COLUMNS)
        for name, kind in COLUMNS.items():
            rows[f"{name}_n"] = np.dtype(kind).itemsize
            rows[name] = values[name]
        yield rows[np.argsort(received_us, kind="stable")]
        tick += 1
