"""A movement plan for tests: hotels, venues and two lots in a town, as a file with a trip a line, and an event to bring it to."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from dispatch.event import importing, keeping
from dispatch.event.importing import Imported
from dispatch.event.keeping import EventTerms
from fleet import db
from tests.db.dispatch_stage import DEPOT, Stage
from tests.db.town import NOW

HEAD = "trip_no,wave,people,from_name,from_lon,from_lat,to_name,to_lon,to_lat,start,end,staging_lot,staging_lon,staging_lat,priority\n"
HOTELS = [(f"酒店{i}", round(116.0 + 0.01 * i, 3), round(32.0 + 0.007 * (i % 4), 3)) for i in range(8)]
VENUES = [(f"场馆{i}", round(116.02 + 0.012 * i, 3), 32.03) for i in range(4)]
FIRST_DAY = date(2026, 11, 20)


def line(
    number: int, start_at: datetime, *, minutes: int = 40, people: int = 3, lot: bool = True, wave: str = ""
) -> str:
    """One trip from a hotel to a venue; it waits in the lot of that hotel's side of town."""
    (hotel, lon, lat), (venue, to_lon, to_lat) = HOTELS[number % 8], VENUES[number % 4]
    side = number % 2
    staging = f"停车场{side},{116.0 + side / 20},32.0" if lot else ",,"
    end_at = start_at + timedelta(minutes=minutes)
    return (
        f"T{number:05d},{wave or f'W{start_at:%H}'},{people},{hotel},{lon},{lat},{venue},{to_lon},{to_lat},"
        f"{start_at.isoformat()},{end_at.isoformat()},{staging},\n"
    )


def plan(trips: int, *, seed: int = 1, days: int = 1, first_day: date = FIRST_DAY) -> str:
    """So many trips between 06:00 and 22:00 civil time, evenly over the days."""
    dice = Random(seed)
    lines = []
    for number in range(trips):
        day = datetime.combine(first_day + timedelta(days=number * days // trips), datetime.min.time(), UTC)
        start_at = day + timedelta(hours=-2, minutes=5 * dice.randrange(12 * 16))
        people = dice.choices((dice.randint(1, 4), dice.randint(5, 18), dice.randint(19, 44)), (70, 20, 10))[0]
        lines.append(line(number, start_at, people=people))
    return HEAD + "".join(lines)


def rows(text: str) -> list[str]:
    """The lines without the heading."""
    return text.splitlines(keepends=True)[1:]


async def add_fleet(stage: Stage, seats: Sequence[int], drivers: int) -> None:
    """Vehicles with these seats at the depot, heard a moment ago, and so many drivers of anything."""
    async with stage.owner.transaction():
        await many_vehicles(stage.owner, stage, seats)
        await many_drivers(stage.owner, stage, drivers)


async def many_vehicles(owner: db.Connection, stage: Stage, seats: Iterable[int]) -> None:
    """Straight into the tables: a register entry each would take longer than the test."""
    centre = stage.town.units["centre"]
    for number, each in enumerate(seats, start=1):
        vehicle_id, device_id = uuid4(), uuid4()
        await owner.execute(
            """INSERT INTO vehicle (id, tenant_id, plate, vehicle_class, seats, home_depot_id)
            SELECT %s, %s, %s, 'other', %s, (SELECT home_depot_id FROM vehicle WHERE home_depot_id IS NOT NULL LIMIT 1)""",
            (vehicle_id, stage.town.tenant_id, f"测E{number:05d}", each),
        )
        for relation in ("owner", "manager", "user"):
            await owner.execute(
                "INSERT INTO custody (tenant_id, vehicle_id, relation, unit_id, during) VALUES (%s, %s, %s, %s, tstzrange('2020-01-01Z', NULL))",
                (stage.town.tenant_id, vehicle_id, relation, centre),
            )
        row = await (
            await owner.execute(
                "INSERT INTO device (id, tenant_id, code, installed_at) VALUES (%s, %s, %s, %s) RETURNING device_no",
                (device_id, stage.town.tenant_id, f"dev-e{number}", NOW - timedelta(days=9)),
            )
        ).fetchone()
        assert row is not None
        await owner.execute(
            "INSERT INTO device_binding (tenant_id, device_id, device_no, vehicle_id, during) VALUES (%s, %s, %s, %s, tstzrange('2020-01-01Z', NULL))",
            (stage.town.tenant_id, device_id, row[0], vehicle_id),
        )
        await owner.execute(
            """INSERT INTO latest_position (fixed_at, received_at, batch, device_no, lon_e7, lat_e7, tenant_no, writer_no, quality)
            VALUES (%s, %s, 1, %s, %s, %s, 1, 1, 0)""",
            (
                NOW - timedelta(minutes=1),
                NOW - timedelta(minutes=1),
                row[0],
                round(DEPOT[0] * 1e7),
                round(DEPOT[1] * 1e7),
            ),
        )
        stage.town.vehicles[f"e{number}"] = vehicle_id
        stage.town.device_no[f"e{number}"] = row[0]


async def many_drivers(owner: db.Connection, stage: Stage, count: int) -> None:
    centre = stage.town.units["centre"]
    for number in range(1, count + 1):
        person_id = uuid4()
        await owner.execute(
            "INSERT INTO person (id, tenant_id, unit_id, login, name, licence_class) VALUES (%s, %s, %s, %s, %s, 'A1')",
            (person_id, stage.town.tenant_id, centre, f"ed{number}", f"ed{number}"),
        )
        await owner.execute(
            "INSERT INTO person_role (tenant_id, person_id, role, unit_id, during) VALUES (%s, %s, 'driver', %s, tstzrange('2020-01-01Z', NULL))",
            (stage.town.tenant_id, person_id, centre),
        )
        stage.town.people[f"ed{number}"] = person_id


async def add_event(stage: Stage, *, days: int = 1, first_day: date = FIRST_DAY) -> UUID:
    """An event of the bureau, commanded by the dispatcher."""
    async with stage.as_person("dispatcher") as (conn, actor):
        terms = EventTerms(
            name="全运会", unit_id=stage.town.units["bureau"], commander_id=actor.person_id, first_day=first_day,
            last_day=first_day + timedelta(days=days - 1),
        )  # fmt: skip
        return await keeping.add(conn, actor, terms, now=NOW)


async def bring(stage: Stage, event_id: UUID, text: str, *, now: datetime = NOW, **said: Any) -> Imported:
    """The file as the dispatcher brings it."""
    more: dict[str, Any] = {"whole": True, "partial": False, "dry": False, "reason": ""} | said
    async with stage.as_person("dispatcher", now) as (conn, actor):
        return await importing.import_plan(conn, actor, event_id, text, now=now, **more)


async def put_in_force(stage: Stage, event_id: UUID) -> tuple[int, int]:
    """Frozen by the dispatcher, approved by the fleet authority; orders made and approved."""
    async with stage.as_person("dispatcher") as (conn, actor):
        made = await keeping.freeze(conn, actor, event_id, row_version=None, now=NOW)
    async with stage.as_person("fleet_admin") as (conn, actor):
        return made, await keeping.approve(conn, actor, event_id, "同意", row_version=None, now=NOW)


__all__ = ["DEPOT", "add_event", "add_fleet", "bring", "line", "plan", "put_in_force", "rows"]
