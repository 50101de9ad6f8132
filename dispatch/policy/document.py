"""A fleet policy as data. Pure.

What a policy does not state stays as it is without one: `FleetPolicy()` refuses and allows exactly what eligibility did before
there was a policy, except that a vehicle whose range is on file is held to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from fleet.vehicle import VehicleClass

LEAST_TURNAROUND_MIN = 15  # the database reserves so much after every trip
WHOLE_DAY_MIN = 24 * 60
# Classes that serve an order which asks for no class; the others only when asked for by name.
POOL_CLASSES = frozenset({VehicleClass.EMERGENCY_SUPPORT, VehicleClass.CONFIDENTIAL_COURIER, VehicleClass.OTHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """Days on which plates with certain last digits stay off the road (限行), in civil time."""

    name: str
    weekdays: frozenset[int]  # ISO: 1 Monday
    digits: frozenset[int]
    from_min: int = 0  # of the civil day
    to_min: int = WHOLE_DAY_MIN  # excluded
    nev_exempt: bool = False  # plates of new-energy vehicles
    days_off_exempt: bool = False  # by the calendar; a date no notice covers is no day off
    exempt_classes: frozenset[VehicleClass] = frozenset()
    letter_as: int | None = None  # the digit a plate that ends in a letter counts as; None = its last digit
    area_id: UUID | None = None  # where it holds; None = everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """How far a vehicle whose range is on file may be sent between two charges."""

    reserve_pct: int = 20  # of the range, never planned with
    charging_min: int | None = None  # at its depot between two trips so long: full again; None = only overnight
    unknown_range_blocks: bool = False  # of an electric vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPolicy:
    purposes: Mapping[str, frozenset[VehicleClass]] = field(default_factory=dict)  # by kind of purpose
    turnaround_min: int = LEAST_TURNAROUND_MIN  # after every trip of a vehicle
    farthest_km: Mapping[VehicleClass, float] = field(default_factory=dict)  # of one trip, there and back
    restrictions: tuple[Restriction, ...] = ()
    energy: Energy = Energy()
    unknown_papers_block: bool = False  # a vehicle about whose papers nothing is on file

    def classes(
        self, purpose: str, class_wanted: str | None, *, confidential: bool = False, any_class: bool = False
    ) -> frozenset[VehicleClass]:
        """The classes that may serve a wish: the one asked for, else those of its purpose, else the pool's.

        A class that was asked for must be one of the purpose's, too; couriers carry only what is confidential.
        """
        stated = self.purposes.get(purpose)
        if class_wanted is not None:
            wanted = frozenset({VehicleClass(class_wanted)})
            return wanted if stated is None else wanted & stated
        classes = frozenset(VehicleClass) if any_class else POOL_CLASSES
        if stated is not None:
            classes = stated
        return classes if confidential else classes - {VehicleClass.CONFIDENTIAL_COURIER}


DEFAULT = FleetPolicy()
