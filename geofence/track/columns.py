"""The fixes of one vehicle as arrays, and which of them are plain: nothing speaks against them, as far as neighbours tell.

Bounds are used where they decide alone; what becomes part of the state is computed by the same operations as for one fix
(geofence.track.fixes.apart_m), so that folding by arrays and fix by fix end in the same bits (decision 0021).
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleet.quality import FixProfile
from geofence.track.departure import PLACE_M, PLACE_MOST_ERROR_M
from geofence.track.fixes import METRES_PER_DEGREE, RADIANS_PER_DEGREE, TrackFix
from geofence.track.fold import SILENCE_MS

Floats = NDArray[np.float64]
NOT_SAID, OFF, ON = -1, 0, 1  # of the ignition
MORE = 1 + 1e-9  # a bound must survive rounding


class Columns:
    """Some fixes of one vehicle in event order, from one model of locator; no slower one than `watched_kmh` is too fast anywhere."""

    __slots__ = (
        "_apart_m", "_at_ms", "_unlike", "accuracy_m", "at_ms", "bound_m", "fixes", "ignition", "lat", "lon", "passed_ms",
        "profile", "speed_kmh", "width_m",
    )  # fmt: skip

    def __init__(self, fixes: Sequence[TrackFix], profile: FixProfile, watched_kmh: float) -> None:
        at_ms, received_ms, lon, lat, speed_kmh, accuracy_m, ignition, poor, said = zip(*fixes, strict=True)
        self.fixes, self.profile, self._at_ms = fixes, profile, at_ms
        self.at_ms = np.array(at_ms, np.int64)
        self.lon, self.lat = np.array(lon), np.array(lat)
        self.speed_kmh = np.array(speed_kmh, np.float64)  # NaN = the device did not say
        self.accuracy_m: Floats = np.nan_to_num(np.array(accuracy_m, np.float64))
        self.ignition = np.nan_to_num(np.array(ignition, np.float64), nan=NOT_SAID).astype(np.int8)
        self.width_m: Floats = (
            PLACE_M + np.minimum(self.accuracy_m, PLACE_MOST_ERROR_M) / 2
        )  # of fixes that are not poor
        self.passed_ms = np.diff(self.at_ms, prepend=self.at_ms[:1])
        self.bound_m = self._bound_m()
        self._apart_m: Floats | None = None
        good = ~np.array(poor, bool)
        steady = np.abs(np.array(received_ms, np.int64) - self.at_ms) <= profile.clock_off_s * 1000
        silent = np.array([each is None or not (each.alarms or each.no_fix) for each in said])
        plain = good & steady & silent & ~(self.speed_kmh > watched_kmh) & self._possible()
        plain[1:] &= good[:-1] & steady[:-1]
        plain &= (self.passed_ms > 0) & (self.passed_ms < SILENCE_MS)
        self._unlike: list[int] = np.flatnonzero(~plain).tolist()

    def plain_until(self, begin: int) -> int:
        """The first fix from `begin` on that is not plain."""
        place = bisect_left(self._unlike, begin)
        return self._unlike[place] if place < len(self._unlike) else len(self.fixes)

    def until(self, at_ms: int, begin: int, end: int) -> int:
        """The first of these fixes that is later than an instant."""
        return bisect_right(self._at_ms, at_ms, begin, end)

    @property
    def apart_m(self) -> Floats:
        """How far each fix is from the one before; to the bit as for two fixes."""
        if self._apart_m is None:
            self._apart_m = np.zeros(len(self.fixes))
            self._apart_m[1:] = apart_m(self.lon[:-1], self.lat[:-1], self.lon[1:], self.lat[1:])
        return self._apart_m

    def _bound_m(self) -> Floats:
        """The same, or a little more."""
        lowest, highest = float(self.lat.min()), float(self.lat.max())
        nearest = 0.0 if lowest <= 0.0 <= highest else min(abs(lowest), abs(highest))
        east = np.diff(self.lon, prepend=self.lon[:1]) * math.cos(nearest * RADIANS_PER_DEGREE)
        north = np.diff(self.lat, prepend=self.lat[:1])
        bound: Floats = np.sqrt(east * east + north * north) * (METRES_PER_DEGREE * MORE)
        return bound

    def _possible(self) -> NDArray[np.bool_]:
        """No faster than any vehicle goes, and the speeds said at both ends allow the way (geofence.track.doubt)."""
        profile, passed_s = self.profile, self.passed_ms / 1000
        fast_enough = self.bound_m - profile.jump_slack_m <= profile.jump_kmh / 3.6 * passed_s
        mean_m = np.convolve(self.speed_kmh, (1.0, 1.0))[:-1] / 7.2 * passed_s
        way_m = self.bound_m - profile.jump_unsaid_m
        possible: NDArray[np.bool_] = fast_enough & ~(way_m > mean_m + profile.jump_m_s2 * passed_s * passed_s / 4)
        return possible


def apart_m(lon_a: Any, lat_a: Any, lon_b: Floats, lat_b: Floats) -> Floats:
    """geofence.track.fixes.apart_m of arrays, to the bit: the cosine is the same function."""
    mean = (lat_a + lat_b) / 2 * RADIANS_PER_DEGREE
    east = (lon_b - lon_a) * np.fromiter(map(math.cos, mean.tolist()), np.float64, len(mean))
    north = lat_b - lat_a
    apart: Floats = np.sqrt(east * east + north * north) * METRES_PER_DEGREE
    return apart


def added_up(start: float, more: Floats) -> float:
    """The sum in order, as adding one after the other rounds it."""
    if not len(more):
        return start
    total = more.copy()
    total[0] = start + total[0]
    return float(np.add.accumulate(total)[-1])
