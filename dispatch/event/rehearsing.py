"""Use case: a day of an event as it is planned, rehearsed with seeded delays, with its lots and gates; and the same day for the simulator."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch import store as dispatch_store
from dispatch.event import keeping, run_store, store
from dispatch.event.crowding import Arrival, GateWave, LotLoad, Stay, gate_waves, lot_loads
from dispatch.event.rehearsal import Leg, Noise, Rehearsal, TripRisk, rehearse
from dispatch.event.store import Kept
from fleet.access import Actor
from fleet.db import Connection
from fleet.errors import Conflict, Invalid
from fleet.travel import guess_distance_m, guess_duration_s

MOST_RUNS = 1_000
MOST_TOLD = 500
WATCHED = 5  # vehicles in one quarter of an hour at one place are worth a look


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal says. Trips without a vehicle are `unplanned`: they would miss for certain."""

    run_id: UUID
    rehearsal: Rehearsal
    trip_no: Mapping[UUID, str]
    unplanned: tuple[str, ...]
    lots: tuple[LotLoad, ...]
    gates: tuple[GateWave, ...]

    def misses(self) -> list[tuple[str, TripRisk]]:
        """Trips late in too many runs, the worst first."""
        return [(self.trip_no[risk.order_id], risk) for risk in self.rehearsal.at_risk]


async def rehearse_day(
    conn: Connection, actor: Actor, event_id: UUID, day: date, *, seed: int, runs: int, traffic: float, now: datetime
) -> Rehearsed:
    """Raises Forbidden, NotFound, WrongState, Invalid, Conflict for a day without trips."""
    row = await keeping.load(conn, actor, event_id, "event.write", *keeping.CHANGEABLE)
    if not 1 <= runs <= MOST_RUNS:
        raise Invalid(field="runs", reason="outside_allowed")
    if not 0.5 <= traffic <= 3:
        raise Invalid(field="traffic", reason="outside_allowed")
    kept = await _of_day(conn, actor, event_id, day)
    if not kept:
        raise Conflict(what="event_day_without_trips")
    chains = chains_of(kept)
    found = await asyncio.to_thread(
        rehearse, [legs_of(each) for each in chains], seed=seed, runs=runs, noise=Noise(traffic=traffic)
    )
    lots = {each["name"]: each["capacity"] for each in await store.lots(conn, event_id)}
    rehearsed = Rehearsed(
        run_id=uuid4(),
        rehearsal=found,
        trip_no={each.id: each.movement.trip_no for each in kept},
        unplanned=tuple(each.movement.trip_no for each in kept if each.vehicle_id is None),
        lots=tuple(lot_loads(stays_of(chains, found.late_p95_s, timedelta(minutes=row["staged_min"])), lots)),
        gates=tuple(wave for wave in gate_waves(_arrivals(kept)) if wave.vehicles >= WATCHED)[:MOST_TOLD],
    )
    values = {"id": rehearsed.run_id, "tenant_id": actor.tenant_id, "event_id": event_id, "day": day, "seed": seed, "now": now, "by": actor.person_id, "version": row["version_no"]}  # fmt: skip
    await run_store.add_rehearsal(conn, values, told(rehearsed, runs, traffic))
    if row["state"] == "draft":
        await store.change_event(conn, event_id, {"state": "rehearsed"})
    on_time = round(found.on_time, 4)
    after = {"day": day.isoformat(), "seed": seed, "on_time": on_time, "at_risk": len(found.at_risk)}
    await keeping.note(conn, actor, "event.rehearse", event_id, {}, after, now)
    return rehearsed


async def drive_plan(conn: Connection, actor: Actor, event_id: UUID, day: date) -> list[list[Kept]]:
    """The trips of each vehicle in order, for whoever drives them in the simulator. Raises Forbidden, NotFound."""
    await keeping.load(conn, actor, event_id, "event.read", lock=False)
    return chains_of(await _of_day(conn, actor, event_id, day))


def chains_of(kept: Sequence[Kept]) -> list[list[Kept]]:
    """The trips of each vehicle by begin; those without a vehicle are in none."""
    chains: dict[UUID, list[Kept]] = defaultdict(list)
    for each in sorted(kept, key=lambda one: one.movement.planned_start_at):
        if each.vehicle_id is not None:
            chains[each.vehicle_id].append(each)
    return list(chains.values())


def legs_of(chain: Sequence[Kept]) -> list[Leg]:
    """As the rehearsal drives them: the way to each origin as planned, else guessed from where the trip before ended."""
    legs = []
    before: Kept | None = None
    for each in chain:
        movement = each.movement
        origin, end = movement.origin, movement.destination
        way_s = each.way_s
        if way_s is None:
            last = before.movement.destination if before else movement.staging or origin
            way_s = round(guess_duration_s(guess_distance_m((last.lon, last.lat), (origin.lon, origin.lat))))
        drive_s = each.drive_s
        if drive_s is None:
            drive_s = round(guess_duration_s(guess_distance_m((origin.lon, origin.lat), (end.lon, end.lat))))
        legs.append(
            Leg(
                order_id=each.id,
                wave=movement.wave,
                start_at=movement.planned_start_at,
                end_at=movement.planned_end_at,
                way_s=way_s,
                drive_s=drive_s,
            )
        )
        before = each
    return legs


def stays_of(chains: Sequence[Sequence[Kept]], late_p95_s: Mapping[UUID, float], before: timedelta) -> list[Stay]:
    """Each vehicle in the lot of its trip: from when it is to be staged, or from its trip before, until its trip begins, be it late."""
    stays = []
    for chain in chains:
        free_at: datetime | None = None
        for each in chain:
            movement = each.movement
            begins_at = movement.planned_start_at + timedelta(seconds=late_p95_s.get(each.id, 0.0))
            from_at = movement.planned_start_at - before
            if free_at is not None:
                from_at = max(from_at, free_at)
            if movement.lot is not None:
                stays.append(Stay(lot=movement.lot, from_at=from_at, until_at=begins_at))
            free_at = movement.planned_end_at
    return stays


def told(found: Rehearsed, runs: int, traffic: float) -> dict[str, Any]:
    """The figures as they are kept."""
    return {
        "runs": runs,
        "traffic": traffic,
        "trips": found.rehearsal.trips,
        "on_time": found.rehearsal.on_time,
        "worst_run": found.rehearsal.worst_run,
        "at_risk": len(found.rehearsal.at_risk),
        "unplanned": len(found.unplanned),
        "misses": [{"trip_no": trip_no, **asdict(risk)} for trip_no, risk in found.misses()[:MOST_TOLD]],
        "lots_over": [asdict(load) for load in found.lots if load.over_s],
        "gates": [asdict(wave) for wave in found.gates[:50]],
    }


async def _of_day(conn: Connection, actor: Actor, event_id: UUID, day: date) -> list[Kept]:
    zone = await dispatch_store.zone(conn, actor.tenant_id)
    since = datetime.combine(day, time(), zone)
    kept = await store.movements(conn, event_id, since, since + timedelta(days=1))
    return [each for each in kept if each.order_state not in {"cancelled", "withdrawn", "rejected"}]


def _arrivals(kept: Sequence[Kept]) -> list[Arrival]:
    return [
        Arrival(place=place.name, at=at, people=each.movement.people)
        for each in kept
        for place, at in (
            (each.movement.destination, each.movement.planned_end_at),
            (each.movement.origin, each.movement.planned_start_at),
        )
    ]
