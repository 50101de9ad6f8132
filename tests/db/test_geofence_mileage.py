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
from geofence.context import Context
from geofence.instants import epoch_ms
from geofence.live.asking import ways_of
from geofence.live.contexts import contexts_of
from geofence.live.ways import asked_of
from geofence.mileage import service as mileage
from geofence.mileage.command import told
from geofence.mileage.store import ledger
from geofence.service import ENGINE
from geofence.store import ways
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
        suspected = "SELECT judgement, metrics FROM alert WHERE rule = 'R07' AND judgement <> 'withdrawn'"
        (before,) = await store.many(bench.owner, suspected)
        assert (before["judgement"], before["metrics"]["match"]) == ("suspected", "not_matched")
        await match(bench, router)
        (row,) = await matches(bench)
        assert row["weighed"]
        assert {len(place) for place in row["places"]} == {4}
        await bench.turn(now_ms)
        (after,) = await store.many(bench.owner, suspected)
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


LEDGER = """SELECT day, drives, waiting, matched, odometers, gps_m, matched_m, odometer_m, between_m, made_at FROM mileage_day
    WHERE vehicle_id = %s ORDER BY day"""


def later(fixes: list[TrackFix], days: int, km: float) -> list[TrackFix]:
    """The same drive so many days later, with an odometer that stood still or ran on in between."""
    moved = []
    for each in fixes:
        at_ms = each.at_ms + days * 86_400_000
        said = None if each.said is None else each.said._replace(odometer_km=(each.said.odometer_km or 0) + km)
        moved.append(each._replace(at_ms=at_ms, received_ms=at_ms, said=said))
    return moved


async def test_a_late_fix_opens_the_day_it_touches_and_no_other(bench: Bench, city_dir: Path, router_url: str) -> None:
    """Days on which the wheel counts a fifth too much, and 30 km nobody recorded; the month says why it differs, the command too."""
    async with Router(router_url, timeout_s=30) as router:
        way = await route_of(city_dir, router)
        once = Driven(tuple((x, y) for x, y in way.line.coords), wheel=1.2).fixes()
        driven_km = way.length_m * 1.2 / 1000
        week = [later(once, day - 6, day * driven_km + (30 if day == 5 else 0)) for day in range(6)]
        late = week[2][400]
        for fixes in week:
            await bench.give([fix for fix in fixes if fix is not late])
        now_ms = week[-1][-1].at_ms + 60_000
        await bench.turn(now_ms)
        await match(bench, router)
        before = await store.many(bench.owner, LEDGER, (bench.vehicle_id,))
        assert [(row["drives"], row["waiting"], row["matched"], row["odometers"]) for row in before] == [
            (1, 0, 1, 1)
        ] * 6
        assert [round(row["between_m"] / 1000) for row in before] == [0, 0, 0, 0, 0, 30]
        months = await store.many(bench.owner, "SELECT month, gps_m, dashboard_m, compared, reasons FROM mileage_month")
        assert sum(row["gps_m"] for row in months) == pytest.approx(sum(row["gps_m"] for row in before))
        assert sum(row["dashboard_m"] for row in months) == pytest.approx(6000 * driven_km, rel=0.01)
        if len(months) == 1:
            assert months[0]["reasons"] == ["wheel_factor"]
        await bench.give([late])
        await bench.turn(now_ms + 60_000)
        await match(bench, router)
        after = await store.many(bench.owner, LEDGER, (bench.vehicle_id,))
        renewed = [old["day"] for old, new in zip(before, after, strict=True) if old["made_at"] != new["made_at"]]
        assert renewed == [before[2]["day"]], "other days are judged again with it and come out the same"
    said = await ledger.months(bench.engine, before[0]["day"], before[-1]["day"], [], every=True)
    assert [told(row)["month"] for row in said] == [f"{row['month']:%Y-%m}" for row in months]


async def test_a_drive_that_is_gone_takes_its_mileage_along(bench: Bench, city_dir: Path, router_url: str) -> None:
    """A locator found to have been in another vehicle: judged again, nothing is left of the day."""
    async with Router(router_url, timeout_s=30) as router:
        await bench.give((await route_of(city_dir, router)).fixes())
        now_ms = epoch_ms(BEGIN) + 6 * 3_600_000
        await bench.turn(now_ms)
        await match(bench, router)
        assert len(await store.many(bench.owner, LEDGER, (bench.vehicle_id,))) == 1
        await bench.owner.execute(
            "UPDATE device_binding SET during = tstzrange(now(), NULL) WHERE vehicle_id = %s", (bench.vehicle_id,)
        )
        await bench.turn(now_ms + 60_000)
        await match(bench, router)
        assert await store.many(bench.owner, "SELECT * FROM drive") == []
        assert await store.many(bench.owner, LEDGER, (bench.vehicle_id,)) == []
        assert await store.many(bench.owner, "SELECT * FROM mileage_month") == []


async def placed_order(bench: Bench, driven: Driven, day: int, state: str) -> str:
    """An approved order between the ends of the way, without a path, so many days after the first."""
    begin = BEGIN + timedelta(days=day)
    order_id = await towns.add_order(
        bench.owner, bench.town, requester="employee", unit="bureau", start_at=begin - timedelta(minutes=10), hours=3,
        vehicle=bench.vehicle, state=state,
    )  # fmt: skip
    ends = (Jsonb({"name": "", "lon": lon, "lat": lat}) for lon, lat in (driven.line.coords[0], driven.line.coords[-1]))
    await bench.owner.execute(
        """UPDATE dispatch_order SET origin = %s, destination = %s, round_trip = false, departed_at = %s, returned_at = %s
        WHERE id = %s""",
        (*ends, begin - timedelta(minutes=5), begin + timedelta(hours=1), order_id),
    )
    await bench.owner.execute(
        """INSERT INTO approval (tenant_id, order_id, approver_id, decision, order_row_version, decided_at)
        VALUES (%s, %s, %s, 'approved', 1, %s)""",
        (bench.town.tenant_id, order_id, bench.town.people["approver"], begin - timedelta(hours=1)),
    )
    return str(order_id)


async def test_where_there_are_no_roads_past_tracks_of_the_same_places_are_the_corridor(
    bench: Bench, city_dir: Path, router_url: str
) -> None:
    """Two tell nothing, three do; with roads it is the router's way and its alternatives, each recorded with their version."""
    async with Router(router_url, timeout_s=30) as router, Router(None) as nobody:
        driven = await route_of(city_dir, router)
        for day in range(-4, 0):
            await bench.give(later(driven.fixes(), day, 0))
        asked = await placed_order(bench, driven, 0, "in_use")
        for day in (-4, -3):
            await placed_order(bench, driven, day, "settled")
        await bench.give(driven.fixes())
        await bench.turn(driven.fixes()[-1].at_ms)
        _, order = bench.memory.unrouted[asked]
        answer = await ways_of(bench.engine, nobody, ENGINE, order)
        assert answer is not None
        assert (answer[0].source, len(answer[0].past_orders)) == ("undetermined", 2)
        await placed_order(bench, driven, -2, "settled")
        answer = await ways_of(bench.engine, nobody, ENGINE, order)
        assert answer is not None
        assert (answer[0].source, len(answer[0].past_orders), answer[1]) == ("past_tracks", 3, None)
        main = Driven(answer[0].lines[0])
        assert main.length_m == pytest.approx(driven.length_m, rel=0.05)
        await ways.save(bench.engine, asked, asked_of(order), answer[0], answer[1])
        await bench.restart()
        contexts = await contexts_after_turn(bench, driven.fixes()[-1].at_ms + 60_000)
        judged = contexts.order(asked)
        assert judged is not None
        assert (judged.path_source, judged.past_tracks, len(judged.other_paths)) == ("past_tracks", 3, 2)
        assert asked not in bench.memory.unrouted
        answer = await ways_of(bench.engine, router, ENGINE, order)
        assert answer is not None
        assert (answer[0].source, answer[1]) == ("router", await router.data_version())
        assert len(answer[0].lines) > 1


async def contexts_after_turn(bench: Bench, now_ms: int) -> Context:
    await bench.turn(now_ms)
    found = await contexts_of(bench.engine, bench.memory, [bench.vehicle_id], epoch_ms(BEGIN), now_ms)
    return found[bench.vehicle_id]


async def test_where_the_locator_says_nothing_what_drivers_wrote_down_is_the_dashboard(
    bench: Bench, city_dir: Path, router_url: str
) -> None:
    """At hand-over 40 km more than the way is long; a month without either is unknown."""
    async with Router(router_url, timeout_s=30) as router:
        driven = await route_of(city_dir, router)
        await bench.give([fix._replace(said=None) for fix in driven.fixes()])
        await bench.turn(driven.fixes()[-1].at_ms)
        await match(bench, router)
        month = "SELECT dashboard_m, dashboard_by, compared, reasons FROM mileage_month"
        (row,) = await store.many(bench.owner, month)
        assert (row["dashboard_m"], row["compared"], row["reasons"]) == (None, "agrees", ["no_odometer"])
        order_id = await placed_order(bench, driven, 0, "returned")
        written = (52_000, 52_040 + round(driven.length_m / 1000), order_id)
        await bench.owner.execute(
            "UPDATE dispatch_order SET depart_odometer_km = %s, return_odometer_km = %s WHERE id = %s", written
        )
        await bench.turn(driven.fixes()[-1].at_ms + 60_000)
        await match(bench, router)
        (row,) = await store.many(bench.owner, month)
        assert (row["dashboard_by"], row["compared"], row["reasons"]) == ("entered", "differs", ["unexplained"])
        assert row["dashboard_m"] == pytest.approx(driven.length_m + 40_000, abs=1000)


async def test_a_departure_no_road_explains_is_undetermined_and_asked_about_once(bench: Bench, router_url: str) -> None:
    """Three kilometres at sea, 530 m beside the planned path: the router refuses, so nothing is sure, and that is recorded."""
    driven = Driven(((123.5, 31.0), (123.532, 31.0)))
    order_id = await towns.add_order(
        bench.owner, bench.town, requester="employee", unit="bureau", start_at=BEGIN - timedelta(minutes=10), hours=4,
        vehicle=bench.vehicle, state="in_use",
    )  # fmt: skip
    route = (Jsonb(driven.beside(530)), order_id)
    await bench.owner.execute("UPDATE dispatch_order SET route = %s, route_source = 'drawn' WHERE id = %s", route)
    await bench.give(driven.fixes())
    now_ms = driven.fixes()[-1].at_ms
    async with Router(router_url, timeout_s=30) as router:
        for _ in range(3):
            await bench.turn(now_ms)
            await match(bench, router)
        (row,) = await matches(bench)
        assert (row["state"], row["weighed"], row["matched_m"]) == ("refused", True, None)
        assert row["router_data"] == await router.data_version()
    (alert,) = await store.many(bench.owner, "SELECT judgement, metrics FROM alert WHERE rule = 'R07'")
    assert (alert["judgement"], alert["metrics"]["match"]) == ("undetermined", "unsure")
    assert await store.many(bench.owner, "SELECT * FROM rejudge") == []
    assert await store.many(bench.owner, "SELECT * FROM drive_unmatched") == []
