"""How much of one device's refused messages is kept: enough to find the fault, never so much that the disk fills.

Beyond the day's share a refusal is still acknowledged and counted, in one row for each reason; only its bytes are not
kept. Pure but for the counters it holds.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from ingest.reading import Rejection

MOST_KEPT_A_DAY = 20_000  # refusals of one device
MOST_BYTES_KEPT = 64 * 1024  # of one message: what the contract allows a message to be


@dataclass(slots=True)
class Flood:
    """Counts what was kept of each device today; a new day (UTC) or a restart begins anew."""

    _day: date = date.min
    _kept: dict[str, int] = field(default_factory=dict)

    def bounded(self, device: str, rejection: Rejection, day: date) -> Rejection:
        """What is to be kept of a refusal."""
        if day != self._day:
            self._day, self._kept = day, {}
        kept = self._kept[device] = self._kept.get(device, 0) + 1
        if kept > MOST_KEPT_A_DAY:
            detail = f"more than {MOST_KEPT_A_DAY} a day from this device: counted, not kept"
            return replace(rejection, payload=b"", detail=detail)
        if len(rejection.payload) > MOST_BYTES_KEPT:
            detail = f"{rejection.detail} (the first {MOST_BYTES_KEPT} of {len(rejection.payload)} bytes kept)"
            return replace(rejection, payload=rejection.payload[:MOST_BYTES_KEPT], detail=detail)
        return rejection
