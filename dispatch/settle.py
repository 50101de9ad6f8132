"""What a finished trip costs: which distance counts, how long it took, and the tariff of its vehicle's class.

The locator's track comes first, the odometer second, the planned route last; the source is kept with the
amount, so that whoever pays sees what was measured and what was assumed. The lines are dispatch.tariffs.price's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dispatch.guards import OrderFile
from dispatch.tariffs.price import ChargeLine, Tariff, Usage, Voucher, price
from fleet.errors import Conflict

__all__ = ["Settlement", "Tariff", "settlement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    distance_m: float | None
    distance_source: str | None  # track | odometer | route
    tariff: Tariff | None  # None: no vehicle of one's own
    cost_cents: int
    lines: tuple[ChargeLine, ...]


def settlement(
    file: OrderFile, tariff: Tariff | None, *, zone: ZoneInfo, vouchers: Sequence[Voucher] = ()
) -> Settlement:
    """Raises Conflict when nothing was measured or no tariff holds."""
    if tariff is None:
        raise Conflict(what="no_tariff")
    distance_m, source = _distance(file)
    start_at = file.order.departed_at or file.order.planned_start_at
    end_at = max(file.order.returned_at or file.order.planned_end_at, start_at)
    waiting_s = None
    if file.driving_s is not None:
        waiting_s = max((end_at - start_at).total_seconds() - file.driving_s, 0.0)
    charge = price(
        tariff,
        Usage(
            distance_m=distance_m,
            start_at=start_at,
            end_at=end_at,
            waiting_s=waiting_s,
            self_drive=file.order.self_drive,
            vouchers=tuple(vouchers),
        ),
        zone,
    )
    return Settlement(
        distance_m=distance_m,
        distance_source=source,
        tariff=tariff,
        cost_cents=charge.cost_cents,
        lines=charge.lines,
    )


def _distance(file: OrderFile) -> tuple[float, str]:
    if file.distance_m is not None:
        return file.distance_m, "track"
    if file.depart_odometer_km is not None and file.return_odometer_km is not None:
        return round((file.return_odometer_km - file.depart_odometer_km) * 1000, 3), "odometer"
    if file.route_distance_m is not None:
        return file.route_distance_m, "route"
    raise Conflict(what="no_distance")
