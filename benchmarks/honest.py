"""`python -m benchmarks honest --days 10000`: honest vehicles judged in this process; what is said of them, by rule and severity.

Every finding is a false one. Nothing is written; each vehicle is two weeks long and made from the seed and its number
alone, so any of them can be looked at with `python -m simulators cases OUT --honest-days N --seed S`.
"""

import io
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from geofence.cases.folder import case_of
from geofence.judge import findings_of
from geofence.score import days_in
from simulators.casefiles import write_track
from simulators.cases import honest

Said = Counter[tuple[str, str, str]]  # rule, severity, state


class Judged(NamedTuple):
    """One vehicle: its days, its fixes and what was said of it."""

    name: str
    days: int
    fixes: int
    said: Said


def judge(number: int, seed: int) -> Judged:
    """Make one vehicle and judge it."""
    made = honest.vehicle(honest.name_of(number), seed)
    track = io.StringIO()
    write_track(made, track)
    track.seek(0)
    case = case_of(made.name, made.context, track)
    said = Said((each.rule, each.severity, str(each.judgement)) for each in findings_of(case))
    return Judged(made.name, days_in(case), sum(len(vehicle.fixes) for vehicle in case.vehicles), said)


def report(days: int, seed: int, processes: int | None = None) -> list[str]:
    """Lines with how much was judged, how fast, and every kind of finding."""
    began = time.perf_counter()
    judged, fixes, said = 0, 0, Said()
    lines = []
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        each: Judged
        for each in pool.map(partial(judge, seed=seed), range(honest.vehicles(days)), chunksize=4):
            judged, fixes = judged + each.days, fixes + each.fixes
            said += each.said
            lines += [f"{each.name}: {rule} {severity} {state}" for rule, severity, state in each.said.elements()]
    took_s = time.perf_counter() - began
    return [*lines, f"{judged:,} vehicle-days, {fixes:,} fixes, {took_s:.0f} s, seed {seed}", *_summary(said, judged)]


def _summary(said: Said, days: int) -> Iterator[str]:
    if not said:
        yield "nothing was said"
    for (rule, severity, state), count in sorted(said.items()):
        yield f"{rule} {severity} {state}: {count} ({1000 * count / days:.2f} per 1,000 vehicle-days)"
