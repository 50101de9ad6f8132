"""A town with two vehicles that drove on two days: what keeping is tried on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from fleet import access, db
from fleet.keeping import service, store
from fleet.keeping.terms import cutoffs
from tests.db.town import Town

DAY = datetime(2026, 11, 2, tzinfo=UTC)  # two days of fixes, 10:00 to 10:10, one every ten seconds
STEP = timedelta(seconds=10)
A_DAY_S = 60  # fixes of a vehicle and day
MONTH = timedelta(days=31)
VEHICLES = ("pool", "bureau")
ADD_FIXES = """
    INSERT INTO position (fixed_at, received_at, batch, device_no, lon_e7, lat_e7, tenant_no, writer_no)
    SELECT t, t, 1, %(device_no)s, 1, 2, 1, 1 FROM unnest(%(instants)s::timestamptz[]) AS u(t)"""


class Kept:
    """A town with two vehicles that drove on two days, seen by an inspector."""

    def __init__(self, conn: db.Connection, web: db.Connection, town: Town) -> None:
        self.conn = conn
        self.web = web
        self.town = town

    async def visible(self, vehicle: str) -> list[datetime]:
        """The instants an inspector sees of a vehicle's past."""
        actor = await self.town.actor(self.conn, "inspector", datetime.now(UTC))
        async with self.web.transaction():
            await db.scope(self.web, access.scope_settings(actor))
            sql = "SELECT fixed_at FROM visible_position WHERE vehicle_id = %s ORDER BY fixed_at"
            return [row[0] for row in await (await self.web.execute(sql, (self.town.vehicles[vehicle],))).fetchall()]

    async def count(self, table: str) -> int:
        return int(await store.value(self.conn, f"SELECT count(*) FROM {table}", {}))

    async def hold(self, since: datetime, until: datetime | None, *, vehicle: str = "", person: str = "") -> UUID:
        async with self.conn.transaction():
            return await service.add_hold(
                self.conn, "test", tenant_id=self.town.tenant_id, vehicle_id=self.town.vehicles.get(vehicle),
                person_id=self.town.people.get(person), since=since, until=until, reason="file 7", now=DAY,
            )  # fmt: skip

    async def remove(self, now: datetime) -> service.Removed:
        return await service.remove(self.conn, cutoffs(now))


def instants(day: datetime) -> list[datetime]:
    return [day + timedelta(hours=10) + number * STEP for number in range(A_DAY_S)]
