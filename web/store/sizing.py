"""Names beside the figures of sizing."""

from collections.abc import Iterable
from uuid import UUID

from fleet.db import Connection

NAMES = """
SELECT id, name, name_en FROM unit WHERE id = ANY (%(ids)s)
UNION ALL SELECT id, plate, plate FROM vehicle_label WHERE id = ANY (%(ids)s)
UNION ALL SELECT id, name, name FROM person WHERE id = ANY (%(ids)s)
"""


async def names(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Chinese and English name of units, vehicles and people."""
    rows = await (await conn.execute(NAMES, {"ids": list(ids)})).fetchall()
    return {row[0]: (row[1], row[2] or row[1]) for row in rows}
