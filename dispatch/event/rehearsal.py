"""A day rehearsed before it happens: its planned chains driven many times with traffic and slow boarding. Pure and seeded.

A vehicle that comes late begins its next trip late; how late each trip begins over all runs, and how much of that was
handed on by the trip before, tells where a plan breaks first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np

ON_TIME_S = 600  # a pick-up within ten minutes is on time
RISK = 0.05  # of the runs
READY_S = 300  # a vehicle leaves so much earlier than it must, and a quarter of the way more
ALIGHTING_S = 300  # between the end of a trip and driving on; the rest of the turnaround is reserve


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How a day differs from its plan: factors are of travel times, spreads those of their logarithms."""

    traffic: float = 1.0  # the whole day, all vehicles
    day_spread: float = 0.08
    trip_spread: float = 0.15
    slow_boarding: float = 0.1  # share of trips whose people come late
    boarding_s: float = 480.0  # mean of how late these are


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One planned trip of a vehicle: the way to its origin, its drive, and when it is to begin and end."""

    order_id: UUID
    wave: str
    start_at: datetime
    end_at: datetime
    way_s: float
    drive_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TripRisk:
    order_id: UUID
    wave: str
    late_share: float  # of the runs that began it more than ten minutes late
    mean_late_s: float
    p95_late_s: float
    handed_on_share: float  # of its late runs those in which the trip before ended late


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    runs: int
    trips: int
    on_time: float  # share of all pick-ups
    worst_run: float  # the same of the worst run
    at_risk: tuple[TripRisk, ...]  # late in at least `RISK` of the runs, the worst first
    handed_on_s: float  # mean lateness a day that trips inherit, all together
    late_p95_s: Mapping[UUID, float] = field(default_factory=dict)  # of every trip: 19 runs of 20 begin it no later


def rehearse(chains: Sequence[Sequence[Leg]], *, seed: int, runs: int = 200, noise: Noise | None = None) -> Rehearsal:
    """Each chain in order of its begin. The same seed gives the same answer."""
    noise = noise or Noise()
    dice = np.random.default_rng(seed)
    day = noise.traffic * np.exp(dice.normal(-(noise.day_spread**2) / 2, noise.day_spread, runs))
    on_time, handed_on_s, trips = np.zeros(runs), 0.0, 0
    risks = []
    p95_s: dict[UUID, float] = {}
    for chain in chains:
        free_s: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None = None
        for leg in chain:
            start_s, end_s = leg.start_at.timestamp(), leg.end_at.timestamp()
            pace = day * np.exp(dice.normal(-(noise.trip_spread**2) / 2, noise.trip_spread, (2, runs)))
            slow = (dice.random(runs) < noise.slow_boarding) * dice.exponential(noise.boarding_s, runs)
            early_s = start_s - 1.25 * leg.way_s - READY_S
            leaves_s = np.full(runs, early_s) if free_s is None else np.maximum(free_s, early_s)
            begins_s = np.maximum(start_s, leaves_s + leg.way_s * pace[0])
            late_s = begins_s - start_s
            inherited = np.zeros(runs) if free_s is None else np.clip(free_s + leg.way_s - start_s, 0, late_s)
            stay_s = max(0.0, end_s - start_s - leg.drive_s)
            free_s = begins_s + stay_s + slow + leg.drive_s * pace[1] + ALIGHTING_S
            is_late = late_s > ON_TIME_S
            on_time += ~is_late
            handed_on_s += float(inherited.mean())
            trips += 1
            p95_s[leg.order_id] = float(np.quantile(late_s, 0.95))
            if is_late.mean() >= RISK:
                risks.append(
                    TripRisk(
                        order_id=leg.order_id,
                        wave=leg.wave,
                        late_share=float(is_late.mean()),
                        mean_late_s=float(late_s.mean()),
                        p95_late_s=p95_s[leg.order_id],
                        handed_on_share=float((inherited[is_late] > 0).mean()),
                    )
                )
    risks.sort(key=lambda risk: (-risk.late_share, -risk.p95_late_s, risk.order_id))
    shares = on_time / max(trips, 1)
    return Rehearsal(
        runs=runs, trips=trips, on_time=float(shares.mean()) if trips else 1.0, worst_run=float(shares.min()) if trips else 1.0,
        at_risk=tuple(risks), handed_on_s=handed_on_s, late_p95_s=p95_s,
    )  # fmt: skip
