"""A vehicle's day: where it stands, which drives it makes and what its motion is at any instant between.

Stories and the live simulation both ask an itinerary; a drive may be appended while the day runs.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulators.drive import Drive, Motion
from simulators.path import LonLat

ENGINE_OFF_AFTER_S = 120.0  # drivers leave the engine running over shorter halts
REST_S = 600.0  # a halt this long ends a movement (contracts.md 5, episodes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Itinerary:
    """Drives in order of time, none overlapping; before the first the vehicle stands at `home`."""

    home: LonLat
    drives: tuple[Drive, ...] = ()
    odometer_m: float = 0.0  # at the beginning
    idling: tuple["Span", ...] = ()  # standing with the engine on

    @property
    def wakings(self) -> list[datetime]:
        """When the ignition is switched on, and where an engine that idled is switched off."""
        return [*(drive.started_at for drive in self.drives), *(at for span in self.idling for at in span)]

    def at(self, at: datetime) -> Motion:
        """The true motion at an instant."""
        i = bisect_right(self.drives, at, key=lambda drive: drive.started_at) - 1
        driven_m = self.odometer_m + sum(drive.path.length_m for drive in self.drives[: max(i, 0)])
        if i < 0:
            lon, lat = self.home
            ignition = self._idles(at)
            return Motion(lon=lon, lat=lat, speed_kmh=0.0, heading_deg=0.0, ignition=ignition, odometer_m=driven_m)
        motion = self.drives[i].at(at)
        return replace(
            motion,
            ignition=motion.ignition or self._halting(i, at) or self._idles(at),
            odometer_m=driven_m + motion.odometer_m,
        )

    def then(self, drive: Drive) -> "Itinerary":
        """The same day with one more drive at its end."""
        if self.drives and drive.started_at < self.drives[-1].ended_at:
            raise ValueError("a drive cannot start before the last one has ended")
        return replace(self, drives=(*self.drives, drive))

    def _idles(self, at: datetime) -> bool:
        return any(since <= at < until for since, until in self.idling)

    def _halting(self, i: int, at: datetime) -> bool:
        """Standing after drive i with the engine on, because the next drive follows soon."""
        if i + 1 >= len(self.drives) or at < self.drives[i].ended_at:
            return False
        halt = self.drives[i + 1].started_at - self.drives[i].ended_at
        return halt <= timedelta(seconds=ENGINE_OFF_AFTER_S)


Span = tuple[datetime, datetime]


def movements(drives: Sequence[Drive]) -> tuple[Span, ...]:
    """Half-open spans of movement: drives with less than a rest between them are one."""
    spans: list[Span] = []
    for drive in drives:
        if spans and (drive.started_at - spans[-1][1]).total_seconds() < REST_S:
            spans[-1] = (spans[-1][0], drive.ended_at)
        else:
            spans.append((drive.started_at, drive.ended_at))
    return tuple(spans)
