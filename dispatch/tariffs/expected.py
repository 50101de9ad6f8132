"""What a wish would cost by the tariff that holds then: for whoever books, approves or watches a budget."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dispatch import store
from dispatch.guards import OrderFile
from dispatch.tariffs.price import Charge, estimate
from fleet.db import Connection


async def expected(conn: Connection, file: OrderFile) -> Charge | None:
    """The estimate for a booked order; None without a tariff or a planned path."""
    order = file.order
    return await expected_for(
        conn, file.tenant_id, vehicle_class=file.vehicle_class or order.class_wanted, distance_m=file.route_distance_m,
        driving_s=await store.planned_driving_s(conn, order.id), start_at=order.planned_start_at, end_at=order.planned_end_at,
        self_drive=order.self_drive,
    )  # fmt: skip


async def expected_for(
    conn: Connection, tenant_id: UUID, *, vehicle_class: str | None, distance_m: float | None, driving_s: float | None,
    start_at: datetime, end_at: datetime, self_drive: bool = False,
) -> Charge | None:  # fmt: skip
    """The same for a wish nobody has stored. The path is there and back where the vehicle waits."""
    tariff = await store.tariff(conn, tenant_id, vehicle_class, start_at)
    if tariff is None or distance_m is None:
        return None
    zone = await store.zone(conn, tenant_id)
    return estimate(
        tariff, distance_m=distance_m, driving_s=driving_s, start_at=start_at, end_at=end_at, zone=zone, self_drive=self_drive
    )  # fmt: skip
