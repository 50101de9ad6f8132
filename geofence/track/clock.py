"""Is the device's clock off? Told from how far arrival lags behind the fix's own time (contracts.md 5).

A constant offset over several arrivals of live cadence is a wrong clock; a burst whose offset shrinks is a late upload
and is judged at its own time. Judged over fixes in event order, so it does not depend on the order of arrival. A sound
clock leaves no trace in the state, so that states can become equal again.
"""

from dataclasses import dataclass

from fleet.quality import STANDARD, FixProfile
from geofence.track.fixes import TrackFix

ARRIVALS_NEEDED = 3
SPAN_NEEDED_MS = 60_000  # an upload somewhat faster than life shrinks by more than is steady in this time
FIRM_MS, FIRM_SPAN_MS = 2_000, 20_000  # offsets as firm as this prove it sooner


@dataclass(slots=True)
class Clock:
    """The run of equal large offsets so far. An arrival is one message: its newest fix tells its offset."""

    fix_ms: int = 0
    received_ms: int = 0
    offset_ms: int = 0  # of the arrival being read
    steady_ms: int = 0  # offset of the run
    arrivals: int = 0  # earlier arrivals in the run, counted up to what is needed
    span_ms: int = 0  # of their fixes, likewise
    arrival_ms: int = 0  # newest fix of the arrival before

    def read(self, fix: TrackFix, profile: FixProfile = STANDARD) -> None:
        """Take the next fix in event order."""
        together = abs(fix.received_ms - self.received_ms) * 2 < fix.at_ms - self.fix_ms
        if self.fix_ms and not together:
            self._close_arrival(profile)
        self.fix_ms, self.received_ms, self.offset_ms = fix.at_ms, fix.received_ms, fix.received_ms - fix.at_ms

    def skewed(self, profile: FixProfile = STANDARD) -> bool:
        """The clock is off by a constant, as far as the fixes up to now can tell. Inside a message older fixes lag more."""
        if self.arrivals + 1 < ARRIVALS_NEEDED:
            return False
        span_ms = self.span_ms + self.fix_ms - self.arrival_ms
        firm = abs(self.offset_ms - self.steady_ms) <= FIRM_MS and span_ms >= FIRM_SPAN_MS
        return self.offset_ms >= self.steady_ms - profile.clock_steady_s * 1000 and (firm or span_ms >= SPAN_NEEDED_MS)

    def _close_arrival(self, profile: FixProfile) -> None:
        if abs(self.offset_ms) <= profile.clock_off_s * 1000:
            self.steady_ms = self.arrivals = self.span_ms = self.arrival_ms = 0
            return
        if self.arrivals and abs(self.offset_ms - self.steady_ms) <= profile.clock_steady_s * 1000:
            self.arrivals = min(self.arrivals + 1, ARRIVALS_NEEDED)
            self.span_ms = min(self.span_ms + self.fix_ms - self.arrival_ms, SPAN_NEEDED_MS)
        else:
            self.steady_ms, self.arrivals, self.span_ms = self.offset_ms, 1, 0
        self.arrival_ms = self.fix_ms
