"""What the demonstration knows of other ways to travel: a vendor with prices, and lump sums of public transport. Figures are made up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from fleet import store
from fleet.db import Connection, TimestamptzRange

VENDOR = ("安达汽车租赁", "022-23000000")
# Seats without the driver's, cents a day, a kilometre, at least.
PRICES: Sequence[tuple[int, int, int, int]] = (
    (4, 30_000, 120, 35_000),
    (6, 42_000, 160, 50_000),
    (18, 90_000, 300, 100_000),
)
# Mode, up to km one way, cents a person.
LUMP_SUMS: Sequence[tuple[str, int, int]] = (
    ("metro", 10, 400), ("metro", 30, 700), ("bus", 20, 200), ("taxi", 10, 3_000), ("taxi", 30, 8_000), ("coach", 150, 6_000), ("train", 300, 9_000),
)  # fmt: skip


async def seed_other_means(conn: Connection, tenant_id: UUID, person_id: UUID, now: datetime) -> None:
    """Holding from now on, entered by one person."""
    name, phone = VENDOR
    vendor_id = uuid4()
    await store.insert(conn, "vendor", {"id": vendor_id, "tenant_id": tenant_id, "name": name, "phone": phone})
    kept = {"tenant_id": tenant_id, "during": TimestamptzRange(now, None), "created_at": now, "created_by": person_id}
    for seats, day, km, least in PRICES:
        rates = {"seats": seats, "cents_per_day": day, "cents_per_km": km, "minimum_cents": least}
        await store.insert(conn, "vendor_price", kept | rates | {"vendor_id": vendor_id})
    for mode, up_to_km, cents in LUMP_SUMS:
        tier = {"mode": mode, "up_to_km": up_to_km, "cents_per_person": cents}
        await store.insert(conn, "reimbursement_tier", kept | tier)
