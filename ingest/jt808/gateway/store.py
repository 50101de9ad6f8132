"""All SQL of the JT/T 808 gateway: who may connect. It reads; positions are stored by ingest alone."""

from fleet.db import Connection

# Devices that may connect, with the model that chooses their vendor profile.
TERMINALS = "SELECT code, model FROM device WHERE active"
# Changes whenever a device row is added, changed or removed.
VERSION = "SELECT count(*), coalesce(sum(row_version), 0), coalesce(max(device_no), 0) FROM device"


async def version(connection: Connection) -> tuple[int, ...]:
    """What to compare before reading all terminals again."""
    row = await (await connection.execute(VERSION)).fetchone()
    return tuple(row or ())


async def terminals(connection: Connection) -> dict[str, str]:
    """Models by device code."""
    return dict(await (await connection.execute(TERMINALS)).fetchall())
