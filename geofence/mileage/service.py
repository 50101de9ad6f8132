"""Lays drives that have ended on the roads, a few at a time, beside the judging: a turn never holds up a position.

What the router says is stored with the version of its roads, and only then judging may rest on it. While no router
answers a drive is tried again, later each time; its odometer is kept at once. The days the drive counts in and their months
are summed anew in the same transaction.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from fleet.db import Connection
from fleet.road_match import FIXES_AT_MOST, NoMatch, RoadFix
from fleet.routing import Router
from geofence.mileage.odometer import AROUND_MS, readings_of
from geofence.mileage.reconcile import Entered, reconcile, total
from geofence.mileage.store import drives as store
from geofence.mileage.store import ledger
from geofence.mileage.store.drives import Due, Made
from geofence.store import stream
from geofence.track.fixes import TrackFix

DRIVES_A_TURN = 20
AGAIN_AFTER, AGAIN_AT_MOST = timedelta(minutes=1), timedelta(hours=6)


async def take_turn(conn: Connection, router: Router, engine: str, now: datetime) -> int:
    """How many drives were looked at; 0 when none waits. `engine` names whose watermarks say which fixes are known."""
    waiting = await store.due(conn, now, DRIVES_A_TURN)
    for drive in waiting:
        answered = drive.state in ("matched", NoMatch.REFUSED) and (drive.weighed or not drive.suspected)
        if drive.ended_ms is None or answered:
            async with conn.transaction():
                await store.done(conn, drive)
                await write_days(conn, drive.vehicle_id, drive.started_ms)
            continue
        made = await _made(conn, router, engine, drive, drive.ended_ms)
        async with conn.transaction():
            await store.save(conn, drive, made)
            if made.state == NoMatch.SILENT:
                wait = min(AGAIN_AT_MOST, AGAIN_AFTER * 2 ** min(drive.tries, 10))
                await store.postpone(conn, drive, now, wait)
            else:
                await store.done(conn, drive)
            await write_days(conn, drive.vehicle_id, drive.started_ms)
    return len(waiting)


async def write_days(conn: Connection, vehicle_id: str, started_ms: int) -> None:
    """Sum the days anew that this drive counts in, and compare the mileages of their months; no other day is touched."""
    days = await ledger.days_of(conn, vehicle_id, started_ms)
    await ledger.sum_days(conn, vehicle_id, days)
    for month in sorted({day.replace(day=1) for day in days}):
        written = await ledger.entered(conn, vehicle_id, month)
        sums = {unit: total(days) for unit, days in (await ledger.sums_of(conn, vehicle_id, month)).items()}
        rows = [(unit, each, reconcile(each, written.get(unit, Entered()))) for unit, each in sums.items()]
        await ledger.save_month(conn, vehicle_id, month, rows)


async def _made(conn: Connection, router: Router, engine: str, drive: Due, ended_ms: int) -> Made:
    bindings = await store.bindings_of(conn, drive.vehicle_id)
    fixes: list[TrackFix] = []
    async for some in stream.spans(conn, engine, bindings, drive.started_ms - AROUND_MS, ended_ms + AROUND_MS):
        fixes += some
    aside = await store.set_aside(conn, drive.vehicle_id, drive.started_ms, ended_ms)
    odometer = readings_of(fixes, drive.started_ms, ended_ms)
    way = way_of((fix for fix in fixes if fix.at_ms not in aside), drive.started_ms, ended_ms)
    if len(way) < 2:
        return Made(state=NoMatch.REFUSED, from_km=odometer.from_km, to_km=odometer.to_km)
    found = await router.match(way)
    places = None
    if found is not NoMatch.SILENT and drive.suspected:  # also of a way no road explains: nothing is sure there
        weighed = await router.weighed(way, drive.started_ms, ended_ms)
        if isinstance(weighed, NoMatch):
            found = weighed
        else:
            places = weighed
    if isinstance(found, NoMatch):
        refused = await router.data_version() if places is not None else None
        return Made(state=found, router_data=refused, from_km=odometer.from_km, to_km=odometer.to_km, places=places)
    return Made(
        state="matched",
        matched_m=round(found.length_m, 1),
        confidence=found.confidence,
        router_data=await router.data_version(),
        from_km=odometer.from_km,
        to_km=odometer.to_km,
        places=places,
    )


def way_of(fixes: Iterable[TrackFix], started_ms: int, ended_ms: int) -> list[RoadFix]:
    """The good fixes of a drive as the router is asked about them, every nth of more than it takes."""
    good = [
        RoadFix(fix.at_ms, fix.lon, fix.lat, fix.accuracy_m)
        for fix in fixes
        if started_ms <= fix.at_ms <= ended_ms and not fix.poor
    ]
    return good[:: len(good) // FIXES_AT_MOST + 1]
