"""A driver over several vehicles in the engine: followed by badge, card or order, in whatever order the vehicles are heard of."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet import store
from fleet.badges.service import end
from fleet.badges.service import give as give_badge
from fleet.db import Jsonb
from fleet.errors import Conflict, NotFound
from geofence.instants import epoch_ms
from geofence.track.fixes import Said, TrackFix
from tests.db import town as towns
from tests.db.judging import YESTERDAY, Bench, chunks
from tests.db.track_feed import feed

MINUTE = 60_000
START_MS = epoch_ms(datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, 1, tzinfo=UTC))
NOW_MS = START_MS + 600 * MINUTE
BADGE = "B-17"


def leg(after_min: float, driven_min: float, badge: str | None = BADGE) -> list[TrackFix]:
    """Half an hour parked, driven to and fro on one street, and half an hour parked."""
    fixes = []
    for i in range(round((driven_min + 60) * 2)):
        minute = i / 2 - 30
        driving = 0 <= minute < driven_min
        along = (
            (minute % 60 if minute % 60 < 30 else 60 - minute % 60)
            if driving
            else (driven_min % 60 if minute > 0 else 0)
        )
        at_ms = START_MS + round((after_min + minute) * MINUTE)
        said = Said(driver=badge) if badge is not None and driving else None
        fixes.append(
            TrackFix(at_ms, at_ms, 117.2 + along * 0.005, 39.1, 26.0 if driving else 0.0, 8.0, driving, said=said)
        )
    return fixes


FIRST, SECOND = leg(30, 150), leg(190, 150)


async def tired(bench: Bench) -> list[dict[str, Any]]:
    return await store.many(
        bench.owner,
        """SELECT v.plate, a.started_at, a.ended_at, a.detected_at, a.metrics, a.driver_id, a.driver_source, a.driver_badge,
            a.judgement FROM alert a JOIN vehicle v ON v.id = a.vehicle_id
        WHERE rule = 'R14' AND judgement <> 'withdrawn' ORDER BY a.started_at""",
    )


async def spells(bench: Bench) -> list[tuple[Any, ...]]:
    rows = await store.many(
        bench.owner,
        """SELECT vehicle_id, started_at, ended_at, driven_ms, under_way, driver, driver_id, source, badge, order_driver_id
        FROM driver_spell ORDER BY started_at""",
    )
    return [tuple(row.values()) for row in rows]


async def give(bench: Bench, vehicle: str, fixes: list[TrackFix]) -> None:
    await feed(bench.owner, bench.town.device_no[vehicle], fixes)


async def register(bench: Bench, name: str) -> None:
    now = datetime.now(UTC)
    await give_badge(bench.owner, "test", tenant_id=bench.town.tenant_id, badge=BADGE, login=name, since=None, now=now)


@pytest.mark.parametrize("order", ["as driven", "second vehicle first", 1, 2])
async def test_a_driver_is_followed_whichever_vehicle_is_heard_of_first(bench: Bench, order: str | int) -> None:
    """One alert, of the second vehicle, the same in any order of arrival and over restarts; a badge says who drove."""
    if order != 1:
        await register(bench, "driver")
    batches = [("bureau", each) for each in chunks(FIRST, 60)] + [("section", each) for each in chunks(SECOND, 60)]
    if order == "second vehicle first":
        batches.sort(key=lambda each: each[0], reverse=True)
    if isinstance(order, int):
        random.Random(order).shuffle(batches)
    for vehicle, batch in batches:
        await give(bench, vehicle, batch)
        await bench.turn(NOW_MS if order != "as driven" else batch[-1].at_ms)
        if order == 2:
            await bench.restart()
    await bench.turn(NOW_MS)
    if order == 1:
        (nobody,) = await tired(bench)
        assert (nobody["driver_id"], nobody["driver_source"], nobody["driver_badge"]) == (None, "badge", BADGE)
        await register(bench, "driver")
        await bench.turn(NOW_MS)  # tells both vehicles' spells anew, in whichever order
    await bench.turn(NOW_MS)
    (one,) = await tired(bench)
    begin = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(minutes=190)
    assert one["plate"] == await plate(bench, "section")
    assert abs(one["started_at"] - begin) < timedelta(minutes=2)
    assert abs(one["detected_at"] - begin - timedelta(minutes=90)) < timedelta(minutes=2)
    assert one["metrics"]["before_min"] == pytest.approx(150, abs=2)
    assert (one["driver_id"], one["driver_source"]) == (bench.town.people["driver"], "badge")
    told = await spells(bench)
    assert [(each[4], each[6], each[7], each[8]) for each in told] == [
        (False, bench.town.people["driver"], "badge", BADGE)
    ] * 2
    assert [each[3] / MINUTE for each in told] == [pytest.approx(150, abs=2)] * 2


async def plate(bench: Bench, vehicle: str) -> str:
    row = await store.one(bench.owner, "SELECT plate FROM vehicle WHERE id = %s", (bench.town.vehicles[vehicle],))
    assert row is not None
    return str(row["plate"])


async def test_a_card_in_the_locator_says_who_drives_and_another_than_the_order_names(bench: Bench) -> None:
    """JT/T 808: put in when the drive begins, taken out at its end; told late, the past is told anew."""
    await register(bench, "driver")
    for number, vehicle in enumerate(("bureau", "section")):
        await towns.add_order(
            bench.owner, bench.town, requester="employee", unit="bureau", vehicle=vehicle, driver="driver2", state="returned",
            start_at=datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(minutes=30 + 160 * number), hours=2.5,
        )  # fmt: skip
    for vehicle, fixes in (("bureau", leg(30, 150, None)), ("section", leg(190, 150, None))):
        await give(bench, vehicle, fixes)
    await bench.turn(NOW_MS)
    (one,) = await tired(bench)
    assert (one["driver_id"], one["driver_source"], one["metrics"]["ground"]) == (
        bench.town.people["driver2"],
        "order",
        "order",
    )
    begin = datetime.fromtimestamp(START_MS / 1000, UTC)
    for vehicle, minute, body in (
        ("section", 189, {"inserted": True, "driver": BADGE}),
        ("section", 341, {"inserted": False}),
    ):
        await bench.owner.execute(
            """INSERT INTO device_event (tenant_id, device_no, happened_at, received_at, code, body)
            VALUES (%s, %s, %s, %s, 'driver_card', %s)""",
            (
                bench.town.tenant_id,
                bench.town.device_no[vehicle],
                begin + timedelta(minutes=minute),
                begin,
                Jsonb(body),
            ),
        )
    await bench.turn(NOW_MS)
    assert await tired(bench) == [], "two drivers, each less than four hours"
    told = await spells(bench)
    assert [(each[7], each[6], each[9]) for each in told] == [
        ("order", bench.town.people["driver2"], bench.town.people["driver2"]),
        ("badge", bench.town.people["driver"], bench.town.people["driver2"]),
    ]
    await bench.turn(NOW_MS)
    heard = await store.many(
        bench.owner,
        """SELECT p.login, n.params FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = 'driver_differs' ORDER BY p.login""",
    )
    assert {row["login"] for row in heard} >= {"dispatcher", "unit_admin"}
    assert not {row["login"] for row in heard} & {"driver", "driver2", "employee", "inspector", "section_admin"}
    assert len({row["login"] for row in heard}) == len(heard), "each once, however often it is judged again"
    assert {(row["params"]["driver"], row["params"]["named"]) for row in heard} == {("driver", "driver2")}


async def test_a_badge_is_one_persons_at_a_time(bench: Bench) -> None:
    """Given on, it was the first one's until then; ended, it is nobody's; who is nobody cannot have it."""
    tenant_id, now = bench.town.tenant_id, datetime.now(UTC)
    await register(bench, "driver")
    hours = [now - timedelta(hours=each) for each in (2, 3)]
    await give_badge(bench.owner, "test", tenant_id=tenant_id, badge=BADGE, login="driver2", since=hours[0], now=now)
    with pytest.raises(Conflict):
        await give_badge(bench.owner, "test", tenant_id=tenant_id, badge=BADGE, login="driver", since=hours[1], now=now)
    with pytest.raises(NotFound):
        await give_badge(bench.owner, "test", tenant_id=tenant_id, badge=BADGE, login="no-one", since=None, now=now)
    assert await end(bench.owner, "test", tenant_id=tenant_id, badge=BADGE, now=now) == "driver2"
    rows = await store.many(bench.owner, "SELECT person_id, upper(during) AS until FROM driver_badge ORDER BY until")
    assert [(row["person_id"], row["until"]) for row in rows] == [
        (bench.town.people["driver"], hours[0]),
        (bench.town.people["driver2"], now),
    ]
