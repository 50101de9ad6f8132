"""What a finished trip costs: which distance counts, and the tariff of its vehicle's class.

The locator's track comes first, the odometer second, the planned route last; the source is kept with the
amount, so that whoever pays sees what was measured and what was assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from dispatch.guards import OrderFile
from fleet.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One version of the price for a class of vehicles; no class means every class without a row of its own."""

    id: UUID
    version_no: int
    vehicle_class: str | None
    cents_per_km: int
    minimum_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    distance_m: float
    distance_source: str  # track | odometer | route
    tariff: Tariff
    cost_cents: int


def settlement(file: OrderFile, tariff: Tariff | None) -> Settlement:
    """Raises Conflict when nothing was measured or no tariff holds."""
    if tariff is None:
        raise Conflict(what="no_tariff")
    distance_m, source = _distance(file)
    km = Decimal(repr(distance_m)) / 1000
    cents = int((km * tariff.cents_per_km).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return Settlement(
        distance_m=distance_m,
        distance_source=source,
        tariff=tariff,
        cost_cents=max(cents, tariff.minimum_cents),
    )


def _distance(file: OrderFile) -> tuple[float, str]:
    if file.distance_m is not None:
        return file.distance_m, "track"
    if file.depart_odometer_km is not None and file.return_odometer_km is not None:
        return round((file.return_odometer_km - file.depart_odometer_km) * 1000, 3), "odometer"
    if file.route_distance_m is not None:
        return file.route_distance_m, "route"
    raise Conflict(what="no_distance")
