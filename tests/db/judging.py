"""A town with one vehicle under test, stories as its scene, and what the engine stored of them, for the tests of judging."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from fleet import store
from fleet.db import Connection, Jsonb
from geofence.cases.folder import Case, read_case
from geofence.instants import instant
from geofence.judge import findings_of
from geofence.live.memory import Memory
from geofence.service import take_turn
from geofence.track.fixes import TrackFix
from simulators.casefiles import write_case
from simulators.stories import STORIES
from tests.db import town as towns
from tests.db.track_feed import feed

YESTERDAY = (datetime.now(UTC) - timedelta(days=2)).date()
NOT_ASKED = frozenset({"R10", "R11", "R12", "R15"})  # what only time tells: tests/db/test_geofence_engine_timers.py
Row = tuple[object, ...]


@dataclass
class Bench:
    """A town with one vehicle under test, the owner's connection and the engine's."""

    owner: Connection
    engine: Connection
    town: towns.Town
    memory: Memory
    vehicle: str = "bureau"

    @property
    def vehicle_id(self) -> str:
        return str(self.town.vehicles[self.vehicle])

    async def give(self, fixes: list[TrackFix]) -> None:
        await feed(self.owner, self.town.device_no[self.vehicle], fixes)

    async def turn(self, now_ms: int) -> None:
        """Turns until nothing waits, as the engine's loop does."""
        more = True
        while more:
            async with self.engine.transaction():
                more = (await take_turn(self.engine, self.memory, instant(now_ms))).more

    async def restart(self) -> None:
        self.memory = Memory()


def told(tmp_path: Path, name: str, day: date | None = None, seed: int = 1) -> Case:
    """A story as a case. Two days ago by default, so that changes of orders are within the engine's reach."""
    story = next(story for story in STORIES if story.name == name)
    case = read_case(write_case(story.told(seed=seed, day=day or YESTERDAY), tmp_path))
    vehicles = tuple(replace(each, facts=replace(each.facts, exempt_rules=NOT_ASKED)) for each in case.vehicles)
    return replace(case, vehicles=vehicles)


async def set_scene(bench: Bench, case: Case, *, orders: bool = True) -> list[str]:
    """The case's calendar, depot and orders, for the vehicle under test. Returns order ids."""
    facts = case.vehicles[0].facts
    version = await store.one(bench.owner, "SELECT id, tenant_id FROM calendar_version LIMIT 1")
    assert version is not None
    for fix_day in sorted({instant(fix.at_ms).astimezone(case.timezone).date() for fix in case.vehicles[0].fixes}):
        await bench.owner.execute(
            """INSERT INTO calendar_day (tenant_id, version_id, day, kind) VALUES (%s, %s, %s, %s)
            ON CONFLICT (version_id, day) DO UPDATE SET kind = excluded.kind""",
            (version["tenant_id"], version["id"], fix_day, str(facts.calendar.day(fix_day).kind)),
        )
    ring = next(iter(facts.depots))
    area = await _area(bench, ring.lon, ring.lat)
    await bench.owner.execute("UPDATE vehicle SET home_depot_id = %s WHERE id = %s", (area, bench.vehicle_id))
    await bench.owner.execute("DELETE FROM rejudge")
    return [await add_order(bench, order) for order in facts.orders] if orders else []


async def _area(bench: Bench, lon: float, lat: float) -> Any:
    area_id = uuid4()
    await store.add_area(
        bench.owner, area_id=area_id, tenant_id=bench.town.tenant_id, kind="depot", code="d1",
        name="depot", geometry={"type": "Point", "coordinates": [lon, lat]},
    )  # fmt: skip
    return area_id


async def add_order(bench: Bench, order: Any) -> str:
    order_id = await towns.add_order(
        bench.owner, bench.town, requester="employee", unit="bureau", start_at=instant(order.start_ms),
        hours=(order.end_ms - order.start_ms) / 3_600_000, vehicle=bench.vehicle, state="in_use",
    )  # fmt: skip
    await bench.owner.execute(
        "UPDATE dispatch_order SET route = %s, route_source = 'router', off_hours_approved = %s, holiday_approved = %s WHERE id = %s",
        (Jsonb([list(p) for p in order.path.points]), order.off_hours_approved, order.holiday_approved, order_id),
    )
    return str(order_id)


async def alerts(bench: Bench) -> list[Row]:
    rows = await store.many(
        bench.owner,
        """SELECT rule, started_at, ended_at, detected_at, severity, judgement FROM alert
        WHERE judgement <> 'withdrawn' ORDER BY started_at, rule""",
    )
    return [tuple(row.values()) for row in rows]


async def facts_stored(bench: Bench) -> list[Row]:
    rows = await store.many(
        bench.owner,
        """SELECT 'drive', started_at, ended_at, round(distance_m::numeric, 3), fixes FROM drive
        UNION ALL SELECT 'stop', started_at, ended_at, 0, CASE WHEN ended_at IS NOT NULL THEN fixes END FROM stop
        ORDER BY 2, 1""",
    )
    return [tuple(row.values()) for row in rows]


def expected(case: Case) -> list[Row]:
    return [
        (
            each.rule,
            instant(each.started_ms),
            None if each.ended_ms is None else instant(each.ended_ms),
            instant(each.detected_ms),
            each.severity,
            str(each.judgement),
        )
        for each in findings_of(case)
    ]


def chunks(fixes: list[TrackFix], size: int) -> Iterator[list[TrackFix]]:
    return (fixes[start : start + size] for start in range(0, len(fixes), size))


async def revisions(bench: Bench) -> list[tuple[int, str, str]]:
    rows = await store.many(
        bench.owner, "SELECT revision, why, judgement FROM alert_revision ORDER BY alert_id, revision"
    )
    return [(row["revision"], row["why"], row["judgement"]) for row in rows]


async def notices(bench: Bench) -> list[str]:
    """Logins that were told; the cleared inspector hears of everything as well and is left out here."""
    rows = await store.many(
        bench.owner,
        """SELECT p.login FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = 'alert_raised'
        AND p.login <> 'cleared_inspector' ORDER BY n.params->>'alert_no', p.login""",
    )
    return [row["login"] for row in rows]


def so_far(case: Case, fixes: list[TrackFix], now_ms: int) -> Case:
    """The case as it is known at an instant, with these fixes only."""
    return replace(case, vehicles=(replace(case.vehicles[0], fixes=tuple(fixes)),), now_ms=now_ms)
