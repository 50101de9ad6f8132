"""An approval policy as data: rows of conditions, each with the levels it asks for. Pure.

Rows add up: every row that matches a trip adds its levels, and a level two rows ask for is asked once with both reasons.
A policy that leaves some trip without a row is refused, so that nothing passes because nobody thought of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from fleet.access import Role
from fleet.order import OrderType
from fleet.vehicle import VehicleClass


class TripPlace(StrEnum):
    """How far a trip goes, by its farthest point."""

    IN_AREA = "in_area"
    OUT_OF_CITY = "out_of_city"
    OUT_OF_PROVINCE = "out_of_province"


class TripTime(StrEnum):
    """When it happens; a holiday is also off-hours, and called by the stronger name."""

    WORK_HOURS = "work_hours"
    OFF_HOURS = "off_hours"
    HOLIDAY = "holiday"


class Post(StrEnum):
    """Offices somebody holds for a time, beside roles."""

    LEADER_IN_CHARGE = "leader_in_charge"  # 分管领导
    CHIEF = "chief"  # 主要领导
    DUTY_LEADER = "duty_leader"  # 值班领导, by rota


class Where(StrEnum):
    """Where a role is looked for: the unit itself (else the nearest above with one), or above it."""

    UNIT = "unit"
    PARENT = "parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who decides a level: a role by place, a post, or a person by name; exactly one of the three."""

    role: Role | None = None
    of: Where = Where.UNIT
    post: Post | None = None
    person_id: UUID | None = None

    @property
    def rank(self) -> int:
        """Levels are asked in this order: the nearer first, the chief last."""
        if self.role is not None:
            return 10 if self.of is Where.UNIT else 20
        if self.person_id is not None:
            return 30
        return {Post.LEADER_IN_CHARGE: 40, Post.DUTY_LEADER: 50, Post.CHIEF: 60}[self.post or Post.CHIEF]

    @property
    def key(self) -> str:
        """One word for who it is; two levels with one key are one level."""
        if self.role is not None:
            return f"{self.role}:{self.of}"
        return f"person:{self.person_id}" if self.person_id is not None else f"post:{self.post}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    who: Who
    note_required: bool = False  # the decision needs words: the file note of a holiday trip


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions of a row; an empty one does not matter. Numbers: `over` excluded, `up_to` included."""

    units: frozenset[UUID] = frozenset()  # with those below them
    vehicle_classes: frozenset[VehicleClass] = frozenset()
    types: frozenset[OrderType] = frozenset()
    places: frozenset[TripPlace] = frozenset()
    times: frozenset[TripTime] = frozenset()
    over_h: float | None = None  # planned duration
    up_to_h: float | None = None
    over_km: float | None = None  # planned path, there and back; a trip without one is over everything
    up_to_km: float | None = None
    provisional: bool | None = None  # whether a date of it lies in a year no notice states


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    code: str  # unique in the policy
    name: str
    name_en: str = ""
    when: When = When()
    levels: tuple[Level, ...]


class OnBudget(StrEnum):
    """What a budget that is over, or not known, does to a decision."""

    WARN = "warn"  # said and recorded with the decision
    BLOCK = "block"  # refused, unless overridden


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    rows: tuple[Row, ...]
    remind_after_min: int = 60  # a level that waits so long is reminded
    escalate_after_min: int = 120  # and after so long the next in line is asked too; never approved by waiting
    budget_over: OnBudget = OnBudget.WARN
    budget_unknown: OnBudget = OnBudget.WARN  # no budget set, or no tariff to estimate by
    overriders: tuple[Who, ...] = ()
    # Without drawn administrative areas a trip is placed by the distance of its farthest point from its origin, and that is said.
    city_within_km: float = 60.0
    province_within_km: float = 300.0


Figures = Mapping[str, object]
