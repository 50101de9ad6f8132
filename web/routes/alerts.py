"""Suspicions: the list, and one with its evidence. Opening one shows a track, so it is recorded first."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from fleet.access import require
from fleet.errors import NotFound
from geofence.rules import EVERY
from web.evidence import Gap, ShownFix, corridor, gaps, shown
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, Purpose, SinceFilter, UntilFilter, listed
from web.store import alerts as store
from web.store import rulebook, said, vehicles
from web.store.alerts import AlertFilter, AlertOrder, AlertRow, AreaShape, LookedAt, RevisionRow
from web.store.rulebook import AlertMuteRow
from web.store.said import AllowedStopRow, StatementRow
from web.store.vehicles import Sight
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["alerts"], route_class=SignedRoute)
# Track shown before and after the fixes the verdict rests on.
AROUND = timedelta(minutes=15)
_PARAMETERS = {rule.id: [field.name for field in fields(rule.defaults)] for rule in EVERY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the verdict rests on, as far as this person may see it."""

    fixes: list[ShownFix]  # lon, lat, epoch ms, km/h, quality flags
    gaps: list[Gap]
    fixes_from: datetime  # the span the verdict used; the track shows some minutes around it
    fixes_to: datetime
    order: AlertOrder | None
    planned_route: list[list[float]] | None  # lon, lat
    corridor: dict[str, Any] | None  # GeoJSON around the planned route
    corridor_m: float | None
    areas: list[AreaShape]
    statements: list[StatementRow]  # what those on the trip said of this span; it takes no suspicion away
    allowed_stops: list[AllowedStopRow]  # of the order
    order_search: list[LookedAt]  # the orders looked at and why each did or did not cover
    sight: Sight  # how much of the track of this span this person may see: "none" explains an empty one
    datum: str = "WGS84"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertPage(AlertRow):
    """One alert, what its newest revision was judged by, the evidence, and every revision."""

    parameters: dict[str, Any]
    engine_version: str | None
    rule_version_no: int | None
    muted: AlertMuteRow | None  # nobody was sent a message about it, and why
    calendar_version_no: int | None
    calendar_source: str | None
    order_row_version: int | None
    fixes_count: int
    fixes_sha256: str | None
    evidence: Evidence
    revisions: list[RevisionRow]


@router.get("/alerts", response_model=Listing[AlertRow])
async def alerts(
    work: Signed,
    lists: Lists,
    state: str | None = None,
    judgement: str | None = None,
    rule: str | None = None,
    severity: str | None = None,
    unit: UUID | None = None,
    vehicle: UUID | None = None,
    start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:
    """Alerts this person may see, newest first."""
    require(work.actor, "alert.view")
    wanted = AlertFilter(
        state=state,
        judgement=judgement,
        rule=rule,
        severity=severity,
        unit=unit,
        vehicle=vehicle,
        start_at=start_at,
        end_at=end_at,
        q=lists.q,
    )

    async def fetch(page: PageRequest) -> Page[AlertRow]:
        found = await store.alerts(work.conn, page, wanted)
        return replace(found, items=await _in_words(work, found.items))

    return await listed(work, lists, default_sort="-started_at", name="alerts", fetch=fetch)


@router.get("/alerts/{alert_id}")
async def alert(alert_id: UUID, work: Signed, purpose: Purpose = None) -> AlertPage:
    """One alert with its evidence; the look is recorded before the track is read."""
    require(work.actor, "alert.view")
    row = await store.alert(work.conn, alert_id)
    if row is None:
        raise NotFound(object="alert")
    detail = {"rule": row.rule, "revision": row.revision, "vehicle": str(row.vehicle_id)}
    await work.audit("view_alert", "alert", alert_id, purpose=work.purpose(purpose), detail=detail)
    row = (await _in_words(work, [row]))[0]
    revisions = await store.revisions(work.conn, alert_id)
    newest = revisions[0] if revisions else None
    return AlertPage(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        parameters=_in_order(row.rule, newest.parameters) if newest else {},
        engine_version=newest.engine_version if newest else None,
        rule_version_no=newest.rule_version_no if newest else None,
        muted=await rulebook.muted(work.conn, alert_id),
        calendar_version_no=newest.calendar_version_no if newest else None,
        calendar_source=newest.calendar_source if newest else None,
        order_row_version=newest.order_row_version if newest else None,
        fixes_count=newest.fixes_count if newest else 0,
        fixes_sha256=newest.fixes_sha256 if newest else None,
        evidence=await _evidence(work, row, newest),
        revisions=revisions,
    )


async def _in_words(work: Work, rows: list[AlertRow]) -> list[AlertRow]:
    return await work.parts.places.in_words(work.conn, work.actor, rows, ("place", "lon", "lat"))


async def _evidence(work: Work, row: AlertRow, newest: RevisionRow | None) -> Evidence:
    start_at = newest.fixes_from if newest else row.started_at
    end_at = newest.fixes_to if newest else (row.ended_at or work.now)
    fixes = await vehicles.track(work.conn, row.vehicle_id, start_at - AROUND, end_at + AROUND)
    order = await store.order(work.conn, row.order_id)
    sight = await vehicles.track_sight(work.conn, row.vehicle_id, start_at, end_at)
    route, corridor_m = order.route if order else None, _corridor_m(newest)
    return Evidence(
        fixes=shown(fixes),
        gaps=gaps(fixes),
        fixes_from=start_at,
        fixes_to=end_at,
        order=order,
        planned_route=route,
        corridor=corridor(route, corridor_m) if route and corridor_m else None,
        corridor_m=corridor_m,
        areas=await store.areas(work.conn, newest.area_version_ids) if newest else [],
        statements=await said.of_span(work.conn, row.vehicle_id, row.started_at, row.ended_at or work.now),
        allowed_stops=await said.allowed_stops(work.conn, row.order_id),
        order_search=await store.looked_at(work.conn, newest.order_search) if newest else [],
        sight=sight,
    )


def _in_order(rule: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters as the rule lists them; the database keeps them by length of name."""
    known = [name for name in _PARAMETERS.get(rule, ()) if name in parameters]
    return {name: parameters[name] for name in (*known, *(name for name in parameters if name not in known))}


def _corridor_m(newest: RevisionRow | None) -> float | None:
    """Half width of the corridor the verdict used; only rules about routes have one."""
    value = (newest.metrics.get("corridor_m") or newest.parameters.get("corridor_m")) if newest else None
    return float(value) if isinstance(value, int | float) else None
