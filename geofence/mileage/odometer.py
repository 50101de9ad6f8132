"""What a dashboard said around a drive: the reading it began with and the one it ended with. Pure.

A reading before the drive holds as long as the vehicle stands, so one from minutes before is as good as one at the
instant. What was not said is unknown, never filled in.
"""

from collections.abc import Sequence
from typing import NamedTuple

from geofence.track.fixes import TrackFix

AROUND_MS = 600_000  # readings so long before and after a drive are its own
WITHIN_MS = 120_000  # else one so soon after its beginning, or before its end


class Readings(NamedTuple):
    """Of an odometer, km; None = it said nothing there."""

    from_km: float | None
    to_km: float | None


def readings_of(fixes: Sequence[TrackFix], started_ms: int, ended_ms: int) -> Readings:
    """From the fixes of a drive and of some minutes around it, in order of time."""
    said = [
        (fix.at_ms, fix.said.odometer_km) for fix in fixes if fix.said is not None and fix.said.odometer_km is not None
    ]
    before = [km for at_ms, km in said if started_ms - AROUND_MS <= at_ms <= started_ms]
    early = [km for at_ms, km in said if started_ms < at_ms <= min(started_ms + WITHIN_MS, ended_ms)]
    after = [km for at_ms, km in said if ended_ms <= at_ms <= ended_ms + AROUND_MS]
    late = [km for at_ms, km in said if max(ended_ms - WITHIN_MS, started_ms) <= at_ms < ended_ms]
    return Readings(
        before[-1] if before else early[0] if early else None,
        after[0] if after else late[-1] if late else None,
    )
