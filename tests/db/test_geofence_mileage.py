"""Drives laid on the roads of the simulated city by the real router, stored, and judged by what is stored."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import LineString
from shapely.ops import substring

from fleet import store
from fleet.db import Jsonb
from fleet.geo import Frame
from fleet.routing import Router
from geofence.instants import epoch_ms
from geofence.mileage import service as mileage
from geofence.service import ENGINE
from geofence.track.fixes import Said, TrackFix
from simulators.city import model
from tests.db import town as towns
from tests.db.judging import Bench, revisions

BEGIN = datetime.now(UTC).replace(hour=2, minute=0, second=0, microsecond=0) - timedelta(
    days=2
)  # ten o'clock in Shanghai
SPEED_MPS, EVERY_S = 12.0, 10


class Driven:
    """A route of the router driven at an even speed after an hour's rest, and rested after; the odometer runs with it."""

    def __init__(
        self, points: tuple[tuple[float, float], ...], *, accuracy_m: float = 20.0, wheel: float = 1.0
    ) -> None:
        self.line = LineString(points)
        self.frame = Frame(lon=self.line.centroid.x, lat=self.line.centroid.y)
        self.flat = LineString(self.frame.shape_m(self.line).coords)
        self.length_m = float(self.flat.length)
        self.accuracy_m, self.wheel = accuracy_m, wheel

    def fixes(self) -> list[TrackFix]:
        seconds = int(self.length_m / SPEED_MPS)
        return [
            self._fix(at_s, min(max(0.0, at_s * SPEED_MPS), self.length_m))
            for at_s in range(-3600, seconds + 1800, EVERY_S)
        ]

    def _fix(self, at_s: int, along_m: float) -> TrackFix:
        ((lon, lat),) = self.frame.shape_deg(self.flat.interpolate(along_m)).coords
        at_ms = epoch_ms(BEGIN) + at_s * 1000
        moves = 0 < along_m < self.length_m
        said = Said(odometer_km=52_000 + along_m * self.wheel / 1000)
        return TrackFix(at_ms, at_ms, lon, lat, SPEED_MPS * 3.6 if moves else 0.0, self.accuracy_m, moves, said=said)

    def beside(self, off_m: float) -> list[list[float]]:
        """A path so far to the left of the whole way."""
        shifted = self.frame.shape_deg(self.flat.offset_curve(off_m))
        return [list(point[:2]) for point in shifted.coords]


async def route_of(city_dir: Path, router: Router) -> Driven:
    city = model.load(city_dir / "city.json")
    start, end = city.of_kind("station")[0], city.of_kind("depot")[2]
    return Driven((await router.route([(start.lon, start.lat), (end.lon, end.lat)])).geometry)


def straight_part(driven: Driven, least_m: float = 3000.0) -> Driven:
    """The first stretch of the way that bends nowhere."""
    for at_m in range(0, int(driven.length_m - least_m), 100):
        part = substring(driven.flat, at_m, at_m + least_m)
        if part.hausdorff_distance(LineString([part.coords[0], part.coords[-1]])) < 15:
            return Driven(tuple((x, y) for x, y in driven.frame.shape_deg(part).coords))
    raise LookupError("the way bends everywhere")


async def match(bench: Bench, router: Router, now: datetime | None = None) -> int:
    total = 0
    while looked_at := await mileage.take_turn(bench.engine, router, ENGINE, now or datetime.now(UTC)):
        total += looked_at
    return total


async def matches(bench: Bench) -> list[dict[str, Any]]:
    return await store.many(bench.owner, "SELECT * FROM drive_match ORDER BY made_at, started_at")


async def test_a_drive_is_laid_on_the_roads_when_it_is_over_and_again_only_when_it_changed(
    bench: Bench, city_dir: Path, router_url: str
) -> None:
    """Three lengths of one way agree; a late fix that changes the drive makes a new row and keeps the old one."""
    async with Router(router_url, timeout_s=30) as router:
        driven = await route_of(city_dir, router)
        fixes = driven.fixes()
        late, now_ms = fixes[400], fixes[-1].at_ms + 60_000
        await bench.give([fix for fix in fixes if fix is not late])
        await bench.turn(now_ms)
        assert await match(bench, router) > 0
        (row,) = await matches(bench)
        assert (row["state"], row["weighed"]) == ("matched", False)
        assert row["matched_m"] == pytest.approx(driven.length_m, rel=0.03)
        assert row["confidence"] > 0.9
        assert row["odometer_to_km"] - row["odometer_from_km"] == pytest.approx(driven.length_m / 1000, rel=0.01)
        assert row["router_data"] == await router.data_version()
        await bench.turn(now_ms + 60_000)
        await match(bench, router)
        assert len(await matches(bench)) == 1, "nothing changed"
        await bench.give([late])
        await bench.turn(now_ms + 120_000)
        await match(bench, router)
        first, second = await matches(bench)
        assert (first["id"], second["started_at"]) == (row["id"], row["started_at"])
        assert second["fixes"] == row["fixes"] + 1
        assert await store.many(bench.owner, "SELECT * FROM drive_unmatched") == []


async def test_without_a_router_the_odometer_is_kept_and_the_drive_is_asked_about_again(
    bench: Bench, city_dir: Path, router_url: str
) -> None:
    async with Router(router_url, timeout_s=30) as router:
        driven = await route_of(city_dir, router)
        await bench.give(driven.fixes())
        await bench.turn(driven.fixes()[-1].at_ms)
        now = datetime.now(UTC)
        async with Router(None) as nobody:
            assert await match(bench, nobody, now) == 1
        (row,) = await matches(bench)
        assert (row["state"], row["matched_m"], row["odometer_from_km"]) == ("silent", None, 52_000)
        assert await match(bench, router, now + timedelta(seconds=50)) == 0
        assert await match(bench, router, now + timedelta(seconds=70)) == 1
        (row,) = await matches(bench)
        assert row["state"] == "matched"


async def test_a_marginal_departure_is_judged_by_the_recorded_match(
    bench: Bench, city_dir: Path, router_url: str
) -> None:
    """530 m beside the planned path by fixes good to 20 m: not matched at first, then by the roads the router names; replayed
    without any router it comes out the same."""
    async with Router(router_url, timeout_s=30) as router:
        driven = straight_part(await route_of(city_dir, router))
        order_id = await towns.add_order(
            bench.owner, bench.town, requester="employee", unit="bureau", start_at=BEGIN - timedelta(minutes=10), hours=4,
            vehicle=bench.vehicle, state="in_use",
        )  # fmt: skip
        route = (Jsonb(driven.beside(530)), order_id)
        await bench.owner.execute("UPDATE dispatch_order SET route = %s, route_source = 'drawn' WHERE id = %s", route)
        await bench.give(driven.fixes())
        now_ms = driven.fixes()[-1].at_ms
        await bench.turn(now_ms)
        told = "SELECT judgement, metrics FROM alert WHERE rule = 'R07' AND judgement <> 'withdrawn'"
        (before,) = await store.many(bench.owner, told)
        assert (before["judgement"], before["metrics"]["match"]) == ("suspected", "not_matched")
        await match(bench, router)
        (row,) = await matches(bench)
        assert row["weighed"]
        assert {len(place) for place in row["places"]} == {4}
        await bench.turn(now_ms)
        (after,) = await store.many(bench.owner, told)
        metrics = after["metrics"]
        assert metrics["router_data"] == await router.data_version()
        assert metrics["match"] in ("matched", "unsure")
        assert (after["judgement"] == "undetermined") == ("road_unsure" in metrics.get("doubts", ()))
        assert [why for _, why, _ in await revisions(bench)][-1] == "road_match"
    await bench.owner.execute(
        "INSERT INTO rejudge (tenant_id, vehicle_id, during, why) VALUES (%s, %s, tstzrange(%s, %s), 'replay')",
        (bench.town.tenant_id, bench.vehicle_id, BEGIN, BEGIN + timedelta(hours=1)),
    )
    said = len(await revisions(bench))
    await bench.restart()
    await bench.turn(now_ms)
    assert len(await revisions(bench)) == said
