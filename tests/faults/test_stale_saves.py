"""F16: two people save the same form at the same time; one wins whole, the other is told both versions and has changed nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from benchmarks.faults.scale import progress, size
from fleet import db, store
from tests.db import town as town_of
from tests.db.site import Site, serving
from tests.db.town import working_morning
from tests.servers import Database

pytestmark = [pytest.mark.fault, pytest.mark.timeout(0)]


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with await db.connect(database.owner) as owner:
        town = await town_of.build(owner)
        async with serving(database.web, owner, town) as running:
            yield running


async def _pair(
    path: str, version: int, saves: tuple[tuple[httpx.AsyncClient, dict[str, Any]], ...], *, at_once: bool
) -> int:
    """Both saves with the version that both have read; which of them won. The other is refused with both versions."""
    headers = {"If-Match": f'"{version}"'}
    asked = [client.patch(path, json=body, headers=headers) for client, body in saves]
    answers = await asyncio.gather(*asked) if at_once else [await one for one in asked]
    assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
    won = 0 if answers[0].status_code == 200 else 1
    assert answers[won].json()["row_version"] == version + 1
    refused = answers[1 - won].json()
    assert (refused["code"], refused["params"]) == ("stale", {"yours": version, "current": version + 1})
    return won


def _wish(start: datetime, mark: str, passengers: int) -> dict[str, Any]:
    return {
        "planned_start_at": start.isoformat(),
        "planned_end_at": (start + timedelta(hours=2)).isoformat(),
        "origin": {"name": "局机关", "lon": 116.0, "lat": 32.0},
        "destination": {"name": mark, "lon": 116.1, "lat": 32.05},
        "passengers": passengers,
        "purpose": "meeting",
        "purpose_text": mark,
    }


async def test_f16_of_two_who_save_an_order_form_exactly_one_wins(site: Site) -> None:
    """500 pairs (`make chaos`), booker and administrator of the unit, at the same moment and one after the other."""
    pairs = size(12, 500)
    start = working_morning(datetime.now(UTC))
    wins = [0, 0]
    async with site.as_person("employee") as booker, site.as_person("unit_admin") as admin:
        order = (await booker.post("/api/orders", json=_wish(start, "起初", 2))).json()
        path, version = f"/api/orders/{order['id']}", order["row_version"]
        for number in range(pairs):
            saves = ((booker, _wish(start, f"甲{number}", 1)), (admin, _wish(start, f"乙{number}", 3)))
            won = await _pair(path, version, saves[:: 1 if number % 2 else -1], at_once=number % 3 > 0)
            won = won if number % 2 else 1 - won
            wins[won] += 1
            version += 1
            stored = (await booker.get(path)).json()
            kept = {
                name: stored[name] if name != "destination" else stored[name]["name"] for name in ("purpose_text", "passengers", "destination")
            }  # fmt: skip
            mark, passengers = (f"甲{number}", 1) if won == 0 else (f"乙{number}", 3)
            assert kept == {"purpose_text": mark, "passengers": passengers, "destination": mark}
    progress(f"F16 order form: {wins[0]} and {wins[1]} of {pairs}")
    assert min(wins) > 0
    said = await store.many(
        site.owner, "SELECT actor, count(*) AS n FROM journal WHERE action = 'order.edit' GROUP BY actor"
    )
    assert {row["actor"]: row["n"] for row in said} == {"employee": wins[0], "unit_admin": wins[1]}


async def test_f16_of_two_who_save_a_vehicle_form_exactly_one_wins(site: Site) -> None:
    """500 pairs (`make chaos`), two windows of the fleet authority; the file is the winner's, and the journal names one edit a pair."""
    pairs = size(30, 500)
    wins = [0, 0]
    async with site.as_person("fleet_admin") as one, site.as_person("fleet_admin") as other:
        path = f"/api/vehicles/{site.town.vehicles['pool']}"
        version = 1
        for number in range(pairs):
            saves = (
                (one, {"make_model": f"甲{number}", "seats": 4}),
                (other, {"make_model": f"乙{number}", "seats": 7}),
            )
            won = await _pair(path, version, saves, at_once=number % 3 > 0)
            wins[won] += 1
            version += 1
            stored = await store.one(
                site.owner,
                "SELECT make_model, seats, row_version FROM vehicle WHERE id = %s",
                (site.town.vehicles["pool"],),
            )
            mark, seats = (f"甲{number}", 4) if won == 0 else (f"乙{number}", 7)
            assert stored == {"make_model": mark, "seats": seats, "row_version": version}
    progress(f"F16 vehicle form: {wins[0]} and {wins[1]} of {pairs}")
    assert min(wins) > 0
    said = "SELECT count(*) AS n FROM journal WHERE action = 'vehicle.edit'"
    assert await store.one(site.owner, said) == {"n": pairs}
