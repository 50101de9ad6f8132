"""The fewest vehicles that could have driven a set of trips: a minimum path cover, exact.

A vehicle that has served one trip can serve another when it is there in time. The trips are the nodes of a graph without cycles;
trips less the largest matching of "then" pairs is the fewest paths through all of them (Dilworth, Fulkerson; the matching is
Hopcroft and Karp's). Every vehicle is taken for every other of its group.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fleet.geo import EARTH_RADIUS_M
from fleet.travel import DETOUR_FACTOR, guess_duration_s

FREE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One trip as a vehicle sees it: where and when it takes it, where and when it gives it back. Epoch seconds, degrees lon-lat."""

    start_s: float
    end_s: float
    origin: tuple[float, float]
    destination: tuple[float, float]


def fewest(jobs: Sequence[Job], turnaround_s: float) -> int:
    """Vehicles needed for all jobs; between two of them it drives the straight line times the usual detour."""
    after = _followers(jobs, turnaround_s)
    return len(jobs) - matching_size(after, len(jobs))


def chains(jobs: Sequence[Job], turnaround_s: float) -> list[list[int]]:
    """The jobs of each vehicle of such a cover, in order."""
    mates = _match(_followers(jobs, turnaround_s), len(jobs))
    begun = set(range(len(jobs))) - {mate for mate in mates if mate != FREE}
    paths = []
    for first in sorted(begun):
        path = [first]
        while (following := mates[path[-1]]) != FREE:
            path.append(following)
        paths.append(path)
    return paths


def matching_size(after: Sequence[Sequence[int]], count: int) -> int:
    """Pairs in a largest matching of rows (each with its possible columns) and `count` columns."""
    return sum(mate != FREE for mate in _match(after, count))


def _followers(jobs: Sequence[Job], turnaround_s: float) -> list[list[int]]:
    """For each job those a vehicle can serve after it, the soonest first."""
    if not jobs:
        return []
    starts = np.array([job.start_s for job in jobs])
    order = np.argsort(starts, kind="stable")
    origins = np.radians(np.array([job.origin for job in jobs], dtype=np.float64))
    found = []
    for job in jobs:
        there_s = job.end_s + turnaround_s + _drive_s(job.destination, origins)
        # A job that ends before it starts again could follow itself or go round in a ring: only later starts follow.
        fits = (there_s <= starts) & (starts > job.start_s)
        found.append([int(one) for one in order if fits[one]])
    return found


def _drive_s(start: tuple[float, float], ends: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lon, lat = np.radians(start[0]), np.radians(start[1])
    half = np.sin((ends[:, 1] - lat) / 2) ** 2 + np.cos(lat) * np.cos(ends[:, 1]) * np.sin((ends[:, 0] - lon) / 2) ** 2
    metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))) * DETOUR_FACTOR
    return metres * guess_duration_s(1.0)


def _match(after: Sequence[Sequence[int]], count: int) -> list[int]:
    """The column of each row, or FREE."""
    row_mate, column_mate = [FREE] * len(after), [FREE] * count
    for row, columns in enumerate(after):  # most are placed at once
        for column in columns:
            if column_mate[column] == FREE:
                row_mate[row], column_mate[column] = column, row
                break
    while True:
        level = _levels(after, row_mate, column_mate)
        if level is None:
            return row_mate
        started = [0] * len(after)
        for row in range(len(after)):
            if row_mate[row] == FREE:
                _augment(row, after, level, started, row_mate, column_mate)


def _levels(after: Sequence[Sequence[int]], row_mate: list[int], column_mate: list[int]) -> list[int] | None:
    """How many steps each row is from a free one; None when no free column can be reached."""
    level = [FREE] * len(after)
    waiting = deque(row for row, mate in enumerate(row_mate) if mate == FREE)
    for row in waiting:
        level[row] = 0
    reached = False
    while waiting:
        row = waiting.popleft()
        for column in after[row]:
            mate = column_mate[column]
            if mate == FREE:
                reached = True
            elif level[mate] == FREE:
                level[mate] = level[row] + 1
                waiting.append(mate)
    return level if reached else None


def _augment(
    root: int, after: Sequence[Sequence[int]], level: list[int], started: list[int], row_mate: list[int], column_mate: list[int]
) -> bool:  # fmt: skip
    """One shortest way from a free row to a free column, turned over. Written without recursion: a day may have thousands of trips."""
    path = [root]
    while path:
        row = path[-1]
        if started[row] >= len(after[row]):
            level[row] = FREE
            path.pop()
            continue
        column = after[row][started[row]]
        started[row] += 1
        mate = column_mate[column]
        if mate == FREE:
            for each in reversed(path):
                before = row_mate[each]
                row_mate[each], column_mate[column] = column, each
                column = before
            return True
        if level[mate] == level[row] + 1:
            path.append(mate)
    return False
