"""`python -m benchmarks gazetteer`: how long a point takes to become words, and words to become places, on one core.

The city is the simulated one, or that of `--extract`; then so many copies of it beside each other, as a gazetteer of a
province would have. Points are spread evenly over the rectangle; queries are parts of names, their pinyin and their initials.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from fleet.gazetteer.book import Book
from fleet.gazetteer.entries import Entries, packed_line, unpacked_line
from fleet.gazetteer.finding import Finder
from fleet.gazetteer.osm import from_extract
from fleet.gazetteer.where import where

Question = TypeVar("Question")
POINTS, QUERIES = 5_000, 1_000
SIDE = 7  # 49 cities
APART_DEG = 0.4


def report(extract: Path | None) -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        city = from_extract(extract or _simulated(Path(folder)))
        lines = [f"made of {city.source} in {time.monotonic() - started:.1f} s"]
    return lines + _measured("one city", city) + _measured(f"{SIDE**2} cities", _copies(city))


def _simulated(folder: Path) -> Path:
    from simulators.city import grow, write

    path = folder / "city.osm.pbf"
    write.write_pbf(grow.grow(random.Random(1)), path)
    return path


def _measured(name: str, entries: Entries) -> list[str]:
    rng = random.Random(1)
    before_mb, started = _memory_mb(), time.monotonic()
    book = Book(entries)
    finder = Finder(book)
    opened_s = time.monotonic() - started
    west, south, east, north = _bounds(entries)
    points = [(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(POINTS)]
    middle = ((west + east) / 2, (south + north) / 2)
    size = (
        f"{len(entries.places):,} places, {len(entries.roads):,} roads, {len(entries.regions):,} districts, "
        f"{len(entries.numbers):,} numbers; ready in {opened_s:.1f} s, +{_memory_mb() - before_mb:.0f} MB"
    )
    return [
        f"{name}: {size}",
        f"{name}: where   {_times(lambda point: where(*point, book), points)}",
        f"{name}: find    {_times(lambda words: finder.find(words, middle, 20), _queries(entries, rng))}",
    ]


def _queries(entries: Entries, rng: random.Random) -> list[str]:
    spelt = [(place.name, place.sounds[0]) for place in entries.places]
    spelt += [(road.name, road.sound) for road in entries.roads]
    asked = []
    for name, sound in rng.choices(spelt, k=QUERIES):
        start = rng.randrange(max(1, len(name) - 1))
        forms = [name[start : start + rng.randint(2, 4)], name]
        forms += [sound.replace(" ", ""), "".join(one[0] for one in sound.split())[:4]] if sound else []
        asked.append(rng.choice(forms))
    return asked


def _copies(city: Entries) -> Entries:
    """The city again and again beside itself; every copy has the same names, the worst case for a search."""
    many = Entries(source=city.source)
    roads: dict[str, list[bytes]] = {}
    for number in range(SIDE**2):
        by = np.array([number % SIDE, number // SIDE]) * APART_DEG
        for place in city.places:
            outline = _moved(place.outline, by) if place.outline else b""
            many.places.append(
                replace(place, id=f"{number}-{place.id}", lon=place.lon + by[0], lat=place.lat + by[1], outline=outline)
            )
        many.regions.extend(replace(region, outline=_moved(region.outline, by)) for region in city.regions)
        many.numbers.extend(replace(one, lon=one.lon + by[0], lat=one.lat + by[1]) for one in city.numbers)
        for road in city.roads:
            roads.setdefault(road.name, []).extend(packed_line(unpacked_line(line) + by) for line in road.lines)
    many.roads.extend(replace(road, lines=tuple(roads[road.name])) for road in city.roads)
    return many


def _moved(outline: bytes, by: NDArray[np.float64]) -> bytes:
    return shapely.to_wkb(shapely.transform(shapely.from_wkb(outline), lambda degrees: degrees + by))


def _bounds(entries: Entries) -> tuple[float, float, float, float]:
    points = np.concatenate([unpacked_line(line) for road in entries.roads for line in road.lines])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _times(ask: Callable[[Question], object], questions: Sequence[Question]) -> str:
    taken_ms, worked_ms = [], []
    for question in questions:
        started, worked = time.perf_counter(), time.thread_time()
        ask(question)
        taken_ms.append((time.perf_counter() - started) * 1000)
        worked_ms.append((time.thread_time() - worked) * 1000)
    p99 = int(len(taken_ms) * 0.99)
    return (
        f"median {median(taken_ms):.2f} ms, p99 {sorted(taken_ms)[p99]:.2f} ms (of the processor {sorted(worked_ms)[p99]:.2f}), "
        f"worst {max(taken_ms):.2f} ms ({len(taken_ms):,})"
    )


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
