"""Vehicles, locators and custody: who owns, manages and uses a vehicle at an instant.

Custody is three dated relations, because the unit that *used* a vehicle must be able to answer for a drive after the
vehicle changed hands (domain.md 8). Spans are half-open; an end of `None` is "until further notice".
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fleet.errors import Invalid

PLATE = re.compile(r"[A-Z0-9\u4e00-\u9fff]{2,12}")
PLATE_DOTS = ".·•‧∙⋅・"  # as people and their keyboards write the dot after the letter


def plain_plate(text: str) -> str:
    """The plate without what people write around it: width, case, spaces, dots and dashes. Also for searching."""
    kept = (
        sign
        for sign in unicodedata.normalize("NFKC", text).upper()
        if not sign.isspace() and sign not in PLATE_DOTS and unicodedata.category(sign) not in {"Pd", "Cf"}
    )
    return unicodedata.normalize("NFKC", "".join(kept))


def plate_of(text: str) -> str:
    """The plate as it is stored. Raises Invalid for what cannot be one."""
    plate = plain_plate(text)
    if not plate:
        raise Invalid(field="plate", reason="empty")
    if not PLATE.fullmatch(plate):
        raise Invalid(field="plate", reason="not_a_plate")
    return plate


class VehicleClass(StrEnum):
    """Classes of the 2017 measures (domain.md 3)."""

    CONFIDENTIAL_COURIER = "confidential_courier"  # 机要通信用车
    EMERGENCY_SUPPORT = "emergency_support"  # 应急保障用车
    LAW_ENFORCEMENT = "law_enforcement"  # 执法执勤用车
    SPECIAL_TECHNICAL = "special_technical"  # 特种专业技术用车
    LEADER_IN_KIND = "leader_in_kind"  # 实物保障用车
    OTHER = "other"


class VehicleStatus(StrEnum):
    """Life cycle of the vehicle file (domain.md 6); only `in_service` can be dispatched."""

    PLANNED = "planned"
    REGISTERED = "registered"
    IN_SERVICE = "in_service"
    IN_REPAIR = "in_repair"
    IDLE = "idle"
    SEALED = "sealed"
    PENDING_DISPOSAL = "pending_disposal"
    DISPOSED = "disposed"


class Relation(StrEnum):
    """The three relations of custody."""

    OWNER = "owner"  # 所有
    MANAGER = "manager"  # 管理
    USER = "user"  # 使用


@dataclass(frozen=True, kw_only=True, slots=True)
class Custody:
    """One unit's relation to one vehicle during a span."""

    vehicle_id: UUID
    relation: Relation
    unit_id: UUID
    start_at: datetime
    end_at: datetime | None
    basis: str = ""  # the paper it rests on

    def covers(self, instant: datetime) -> bool:
        return self.start_at <= instant and (self.end_at is None or instant < self.end_at)


def unit_at(rows: Iterable[Custody], relation: Relation, instant: datetime) -> UUID | None:
    """The unit that stood in `relation` at `instant`; None = unknown custody, which is a state, not guilt."""
    for row in rows:
        if row.relation is relation and row.covers(instant):
            return row.unit_id
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """One vehicle as every program sees it."""

    id: UUID
    vehicle_no: int  # compact number, used on the live wire
    plate: str  # plain: 晨A00001; the dot after the letter is for showing only
    vehicle_class: VehicleClass
    status: VehicleStatus
    seats: int  # including the driver's
    retained: bool = False  # used and dispatched by its unit, never assigned automatically
    exempt: bool = False  # security or investigation: absent for everybody without clearance
    home_depot_id: UUID | None = None
    row_version: int = 1
