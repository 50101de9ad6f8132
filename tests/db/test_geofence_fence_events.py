"""The running engine keeps what vehicles do at watched fences: whatever the order of arrival, corrected and never erased, told once."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from fleet import store
from fleet.db import Jsonb
from geofence.instants import instant
from geofence.track.fixes import TrackFix
from tests.db.judging import Bench, chunks, set_scene, told

WATCH = {
    "events": ["enter", "exit", "cross", "dwell"], "dwell_min": 10, "tell": ["dispatcher", "unit_admin", "fleet_admin"],
    "schedules": [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "23:30", "tell": "absent"}],
}  # fmt: skip
KEPT = """SELECT a.code, e.event, e.happened_at, e.known_at, e.stayed_s, e.area_version_id FROM fence_event e JOIN area a ON a.id = e.area_id
    WHERE e.withdrawn_at IS NULL ORDER BY e.happened_at, a.code, e.event"""


async def watched(
    bench: Bench, code: str, lon: float, lat: float, radius_deg: float = 0.002, kind: str = "watched"
) -> UUID:
    area_id = uuid4()
    ring = [[lon + x * radius_deg, lat + y * radius_deg] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    await store.add_area(
        bench.owner, area_id=area_id, tenant_id=bench.town.tenant_id, kind=kind, code=code, name=f"围栏{code}",
        geometry={"type": "Polygon", "coordinates": [ring]},
    )  # fmt: skip
    await bench.owner.execute("UPDATE area_version SET watch = %s WHERE area_id = %s", (Jsonb(WATCH), area_id))
    await bench.owner.execute("DELETE FROM rejudge")
    return area_id


async def kept(bench: Bench) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await store.many(bench.owner, KEPT)]


async def heard(bench: Bench, kind: str) -> list[tuple[str, str]]:
    rows = await store.many(
        bench.owner,
        """SELECT p.login, n.params ->> 'event' AS event FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = %s
        ORDER BY n.params ->> 'happened_at', p.login""",
        (kind,),
    )
    return [(row["login"], row["event"]) for row in rows]


def visit(rest: TrackFix, since_ms: int, minutes: int) -> list[TrackFix]:
    """A fix a minute at the place of another."""
    at = [since_ms + minute * 60_000 for minute in range(minutes)]
    return [rest._replace(at_ms=each, received_ms=each, speed_kmh=0.0, said=None) for each in at]


async def test_events_do_not_depend_on_arrival_or_restarts(bench: Bench, tmp_path: Path) -> None:
    """A night's drive past three fences in order, and in shuffled batches with restarts: the same events, none doubled."""
    case = told(tmp_path, "night_no_order")
    await set_scene(bench, case)
    fixes, later_ms = list(case.vehicles[0].fixes), case.now_ms + 3 * 3_600_000
    for code, fix in (("home", fixes[0]), ("way", fixes[len(fixes) // 3]), ("end", fixes[len(fixes) // 2])):
        await watched(bench, code, fix.lon, fix.lat)
    await bench.give(fixes)
    await bench.turn(later_ms)
    straight = await kept(bench)
    assert {row[1] for row in straight} >= {"enter", "exit"}
    assert await heard(bench, "fence_event") == [], "what is known hours later is no news"
    for table in ("fence_event_revision", "fence_event", "alert_revision", "alert", "drive", "stop", "engine_state",
                  "engine_checkpoint", "ingest_batch", "position"):  # fmt: skip
        await bench.owner.execute(f"DELETE FROM {table}")
    await bench.restart()
    rng = random.Random(4)
    batches = [*chunks(fixes[::2], 25), *chunks(fixes[1::2], 25)]
    rng.shuffle(batches)
    for batch in batches:
        await bench.give(batch)
        if rng.random() < 0.6:
            await bench.turn(later_ms)
        if rng.random() < 0.3:
            await bench.restart()
    await bench.turn(later_ms)
    assert await kept(bench) == straight
    chains = await store.many(
        bench.owner,
        """SELECT e.revision, count(r.*) AS written, max(r.revision) AS last,
            bool_or(r.withdrawn AND r.revision = e.revision) = (e.withdrawn_at IS NOT NULL) AS agrees
        FROM fence_event e LEFT JOIN fence_event_revision r ON r.event_id = e.id GROUP BY e.id""",
    )
    assert all(
        (row["written"], row["last"], row["agrees"]) == (row["revision"], row["revision"], True) for row in chains
    )
    assert any(row["revision"] > 1 for row in chains), "late batches corrected something"


async def test_who_asked_hears_once_and_hears_when_it_did_not_happen(bench: Bench, tmp_path: Path) -> None:
    """Those over the vehicle's unit and its own administrator; the late fixes that prove a visit wrong take it back."""
    case = told(tmp_path, "night_no_order")
    await set_scene(bench, case)
    rest = case.vehicles[0].fixes[0]
    gate = await watched(bench, "gate", rest.lon + 0.05, rest.lat)
    at_gate = rest._replace(lon=rest.lon + 0.05)
    t0, minute = rest.at_ms, 60_000
    before = visit(rest, t0, 5)
    await bench.give([*before, *visit(at_gate, t0 + 20 * minute, 2)])
    await bench.turn(t0 + 22 * minute)
    await bench.turn(t0 + 23 * minute)
    who = ["dispatcher", "fleet_admin", "unit_admin"]
    found = [row for row in await heard(bench, "fence_event") if row[0] in who]
    assert found == [("fleet_admin", "enter"), ("unit_admin", "enter")], (
        "the dispatcher's pool does not have this vehicle"
    )
    await bench.give(visit(at_gate, t0 + 6 * minute, 2))
    await bench.turn(t0 + 24 * minute)
    rows = await store.many(
        bench.owner, "SELECT revision, withdrawn_at, happened_at FROM fence_event WHERE event = 'enter'"
    )
    assert [(row["revision"], row["withdrawn_at"], row["happened_at"]) for row in rows] == [
        (2, None, instant(t0 + 6 * minute))
    ]
    told_of = await heard(bench, "fence_event")
    assert [row for row in told_of if row[1] == "enter"] == found, "an event that moved is not told again"
    await bench.owner.execute("UPDATE area_version SET during = tstzrange('-infinity', %s) WHERE area_id = %s", (
        instant(t0) - timedelta(hours=1), gate,
    ))  # fmt: skip
    await bench.restart()
    await bench.turn(t0 + 25 * minute)
    assert await kept(bench) == []
    assert sorted(await heard(bench, "fence_event_withdrawn")) == sorted(told_of)
    assert {row["why"] for row in await store.many(bench.owner, "SELECT why FROM fence_event_revision")} == {
        "seen", "late_fix", "area_change",
    }  # fmt: skip


@pytest.mark.parametrize("home", [True, False])
async def test_absent_when_a_schedule_starts(bench: Bench, tmp_path: Path, home: bool) -> None:
    """A vehicle that is out when its depot's night begins is told of; one that lives elsewhere is not asked."""
    case = told(tmp_path, "night_no_order")
    await set_scene(bench, case)
    rest = case.vehicles[0].fixes[0]
    depot = await watched(bench, "D9", rest.lon, rest.lat, kind="depot")
    await bench.owner.execute(
        "UPDATE vehicle SET home_depot_id = %s WHERE id = %s", (depot if home else None, bench.vehicle_id)
    )
    night = instant(rest.at_ms).astimezone(case.timezone).replace(hour=23, minute=30, second=0, microsecond=0)
    start_ms = round(night.timestamp() * 1000)
    out = rest._replace(lon=rest.lon + 0.05)
    await bench.give(visit(out, start_ms - 5 * 60_000, 10))
    await bench.turn(start_ms + 10 * 60_000)
    assert [row[1:3] for row in await kept(bench)] == ([("absent", night)] if home else [])
