"""A preview judges stored fixes with a draft and without: what would have been raised is listed, no alert is touched."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleet import access, db, store
from fleet.fences import service
from fleet.fences.service import Wanted
from geofence.preview import engine
from tests.db.judging import Bench, alerts, set_scene, told
from tests.servers import Database
from web.store import fences

NOW = datetime.now(UTC)


async def test_a_depot_drawn_around_a_whole_drive_would_make_its_alert_go(
    bench: Bench, database: Database, tmp_path: Path
) -> None:
    """Movement inside a depot needs no order: with the draft the alert is gone, stored alerts stay; who may not see the vehicle counts nothing."""
    case = told(tmp_path, "no_order")
    await set_scene(bench, case)
    fixes = list(case.vehicles[0].fixes)
    await bench.give(fixes)
    await bench.turn(case.now_ms)
    before = await alerts(bench)
    assert [row[0] for row in before].count("R01") >= 1
    wide = Wanted(
        code="D9", kind="depot", name="大院",
        shape={"shape": "circle", "center": [fixes[0].lon, fixes[0].lat], "radius_m": 40_000},
    )  # fmt: skip
    async with await db.connect(database.web) as web:
        actor = await bench.town.actor(bench.owner, "fleet_admin", NOW)

        async def seen(name: str) -> Any:
            who = await bench.town.actor(bench.owner, name, NOW)
            async with web.transaction():
                await db.scope(web, access.scope_settings(who))
                return await fences.preview(web, who, draft_id=draft_id)

        async with web.transaction():
            await db.scope(web, access.scope_settings(actor))
            draft_id, _ = await service.draft(web, actor, bench.town.tenant_id, wide, NOW)
            draft = await fences.draft(web, actor, draft_id)
            assert draft is not None
            await fences.ask_preview(web, actor, draft, datetime.now(UTC))
        assert (await seen("fleet_admin")).state == "queued"
        async with await db.connect(database.engine) as conn:
            stopping = asyncio.Event()
            assert await engine.turn(conn, lambda: datetime.now(UTC), stopping)
            assert not await engine.turn(conn, lambda: datetime.now(UTC), stopping)
        preview = await seen("fleet_admin")
        assert (preview.state, preview.vehicles_done, preview.vehicles) == ("done", 6, 6)
        assert (preview.raised, preview.gone) == (0, [row[0] for row in before].count("R01"))
        assert preview.fixes > 30
        assert (await seen("section_admin")).gone == 0
    assert await alerts(bench) == before
    rows = await store.many(bench.owner, "SELECT rule, change FROM fence_preview_finding WHERE rule = 'R01'")
    assert {row["change"] for row in rows} == {"gone"}
