"""Tracks made shorter for replay, time-true: at every moment the line that is kept is near what was recorded.

A point is left out when the vehicle, moved evenly between its kept neighbours, is within so many metres and km/h of
it *at its own instant*: a slow piece is not smoothed into a fast one, a standstill not into driving (Meratnia and de By's
"top-down time ratio"). Both ends of every span nobody saw are always kept (docs/decisions/0018-time-true-replay.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fleet.geo import Frame
from fleet.position import Quality
from web.evidence import GAP, Fix

# The vehicle was not there: beside the line. Only drift says that nothing happened between the fixes around it.
ASIDE = Quality.NO_FIX | Quality.JUMP | Quality.PARKED_DRIFT
FINEST_M, FINEST_KMH = 5.0, 2.5
STEPS = (1, 2, 4, 8)  # times the finest
Numbers = npt.NDArray[np.float64]
NO_SPEED_KMH = -1000.0  # so that a fix without a speed never stands for one with


@dataclass(frozen=True, kw_only=True, slots=True)
class Thinned:
    """Fixes of several tracks, and how far what was left out is from them at most."""

    tracks: list[list[Fix]]
    within_m: float
    within_kmh: float


def unseen(fixes: Sequence[Fix]) -> list[tuple[Fix, Fix]]:
    """The believed fixes around each span nobody saw the vehicle in: too long without a fix, or with a fix elsewhere inside."""
    found = []
    last: Fix | None = None
    elsewhere = False
    for fix in fixes:
        if fix[4] & ASIDE:
            elsewhere = elsewhere or not fix[4] & Quality.PARKED_DRIFT
            continue
        if last is not None and (elsewhere or fix[2] - last[2] > GAP):
            found.append((last, fix))
        last, elsewhere = fix, False
    return found


def thinned(tracks: Sequence[Sequence[Fix]], most: int) -> Thinned:
    """Each track with as few fixes as its moments allow; coarser, for all alike, while together they have more than `most`.

    The coarsest step holds whatever the number: an answer may be larger, never untrue.
    """
    needed = [_needed(track) for track in tracks]
    step = next((each for each in STEPS if sum(int((one > each).sum()) for one in needed) <= most), STEPS[-1])
    kept = [
        [fix for fix, stays in zip(track, one > step, strict=True) if stays]
        for track, one in zip(tracks, needed, strict=True)
    ]
    return Thinned(tracks=kept, within_m=FINEST_M * step, within_kmh=FINEST_KMH * step)


def _needed(fixes: Sequence[Fix]) -> Numbers:
    """For each fix the coarseness, in times of the finest, below which it must stay; infinite for what always stays."""
    line = [number for number, fix in enumerate(fixes) if not fix[4] & ASIDE]
    needed = np.full(len(fixes), np.inf)  # what is beside the line stays
    if len(line) > 2:
        needed[line] = _along([fixes[number] for number in line], _fixed(fixes, line))
    return needed


def _fixed(fixes: Sequence[Fix], line: Sequence[int]) -> list[int]:
    """Places in the line that stay whatever is around: its ends, both ends of what nobody saw, changes of quality."""
    ends = {id(fix) for pair in unseen(fixes) for fix in pair}
    fixed = {0, len(line) - 1}
    for place, number in enumerate(line):
        if id(fixes[number]) in ends:
            fixed.add(place)
        if place and fixes[number][4] != fixes[line[place - 1]][4]:
            fixed |= {place - 1, place}
    return sorted(fixed)


def _along(line: Sequence[Fix], fixed: Sequence[int]) -> Numbers:
    """Pieces between fixed places are split at the point that is furthest off, all pieces of one depth at once.

    A point is as needed as it is off, but never more than the point whose split led to it: where the coarser recursion
    stops, so does this.
    """
    values, seconds = _measures(line)
    needed = np.zeros(len(line))
    needed[list(fixed)] = np.inf
    pieces = np.array([(a, b) for a, b in pairwise(fixed) if b - a > 1], dtype=np.intp).reshape(-1, 2)
    bound = np.full(len(pieces), np.inf)
    while len(pieces):
        lengths = pieces[:, 1] - pieces[:, 0] - 1
        starts = np.cumsum(lengths) - lengths
        piece = np.repeat(np.arange(len(pieces)), lengths)
        place = np.arange(int(lengths.sum())) - starts[piece] + pieces[piece, 0] + 1
        first, last = pieces[piece, 0], pieces[piece, 1]
        share = (seconds[place] - seconds[first]) / np.maximum(seconds[last] - seconds[first], 1e-9)
        off = values[place] - (values[first] + share[:, None] * (values[last] - values[first]))
        error = np.maximum(np.hypot(off[:, 0], off[:, 1]), np.abs(off[:, 2]))
        worst = np.maximum.reduceat(error, starts)
        of_piece, where = np.unique(piece[error == worst[piece]], return_index=True)
        middle = place[np.flatnonzero(error == worst[piece])[where]]
        bound = np.minimum(worst[of_piece], bound)
        needed[middle] = bound
        halves = np.concatenate((np.column_stack((pieces[:, 0], middle)), np.column_stack((middle, pieces[:, 1]))))
        bound = np.concatenate((bound, bound))
        go_on = (halves[:, 1] - halves[:, 0] > 1) & (bound > 1)
        pieces, bound = halves[go_on], bound[go_on]
    return needed


def _measures(line: Sequence[Fix]) -> tuple[Numbers, Numbers]:
    """(n, 3) metres east and north and km/h in units of the finest, so that one number says which point is furthest off; seconds."""
    places = np.array([(fix[0], fix[1]) for fix in line])
    east_north = Frame(lon=float(places[0, 0]), lat=float(places[0, 1])).to_m(places)
    speed = np.array([NO_SPEED_KMH if fix[3] is None else fix[3] for fix in line])
    start = line[0][2]
    seconds = np.array([(fix[2] - start).total_seconds() for fix in line])
    return np.column_stack((east_north / FINEST_M, speed / FINEST_KMH)), seconds
