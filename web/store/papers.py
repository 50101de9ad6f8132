"""What papers say beside the rows of lists: the house they come from, and who rides."""

from uuid import UUID

from fleet.db import Connection

TENANT = "SELECT name FROM tenant WHERE id = %(id)s"
# Passengers of an order the viewer sees.
PASSENGERS = """
SELECT p.name FROM dispatch_order o JOIN person p ON p.id = ANY (o.passenger_ids) WHERE o.id = %(id)s ORDER BY p.name, p.id
"""


async def tenant_name(conn: Connection, tenant_id: UUID) -> str:
    row = await (await conn.execute(TENANT, {"id": tenant_id})).fetchone()
    return "" if row is None else str(row[0])


async def passengers(conn: Connection, order_id: UUID) -> list[str]:
    """Names of those who ride, as far as the booking names them."""
    return [row[0] for row in await (await conn.execute(PASSENGERS, {"id": order_id})).fetchall()]
