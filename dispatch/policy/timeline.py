"""The versions of a tenant's fleet policy over time, with what judging by them needs. Pure.

A trip is judged by the version that holds when it begins. A trip that has its vehicle keeps the version it was decided by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from dispatch.policy.document import DEFAULT, FleetPolicy, Restriction
from fleet.travel import LonLat
from fleet.worktime import Calendar

CIVIL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published policy and when it holds, end excluded; ends None = until further notice."""

    id: UUID
    version_no: int
    policy: FleetPolicy
    start_at: datetime
    end_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.start_at <= at and (self.end_at is None or at < self.end_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All that is known of a tenant's policy. Before its first version everything is as `DEFAULT` says."""

    versions: tuple[Version, ...] = ()
    calendar: Calendar | None = None  # None: no restriction asks for days off
    areas: Mapping[UUID, BaseGeometry] = field(default_factory=dict)  # of restrictions, WGS 84
    zone: ZoneInfo = CIVIL  # of civil days

    def version_at(self, at: datetime) -> Version | None:
        return next((each for each in self.versions if each.holds(at)), None)

    def at(self, at: datetime) -> FleetPolicy:
        version = self.version_at(at)
        return DEFAULT if version is None else version.policy

    def decided_by(self, version_id: UUID | None) -> Timeline:
        """As if the version a trip was decided by had always held; None: it was decided before there was one."""
        kept = next((each for each in self.versions if each.id == version_id), None)
        if kept is None:
            return replace(self, versions=())
        ever = datetime.min.replace(tzinfo=kept.start_at.tzinfo) + timedelta(days=1)
        return replace(self, versions=(replace(kept, start_at=ever, end_at=None),))

    def touches(self, restriction: Restriction, path: tuple[LonLat, ...]) -> bool:
        """Whether a trip along these places may enter where the restriction holds. What is not known is not spared."""
        shape = None if restriction.area_id is None else self.areas.get(restriction.area_id)
        if shape is None or not path:
            return True
        return bool(shape.intersects(LineString(path) if len(path) > 1 else Point(path[0])))


NO_POLICY = Timeline()
