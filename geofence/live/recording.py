"""Writes the outcome of judging one vehicle, through the store, inside the caller's transaction.

What to write is decided purely in geofence.live.records; here the rows get their units, orders, versions and evidence.
"""

from dataclasses import asdict

from fleet.db import Connection
from geofence.context import Context
from geofence.evaluate import Outcome
from geofence.finding import Finding
from geofence.live.fence_records import Rejudged, event_changes
from geofence.live.records import AlertChange, Stretch, alert_changes, latest, order_of_drive, order_search
from geofence.live.registry import Registry
from geofence.mileage.store import drives as mileage
from geofence.rules import EVERY
from geofence.store import alerts, fence_events, flags
from geofence.store.alerts import JudgedBy, Subject
from geofence.track.marks import settled


async def record(
    conn: Connection,
    registry: Registry,
    vehicle_id: str,
    context: Context,
    outcome: Outcome,
    *,
    stretch: Stretch | None,
    engine: str,
) -> None:
    """Drives, stops, flags of fixes, alerts. With a `stretch`, what began in it and was not found again is removed or withdrawn."""
    await _fence_events(conn, registry, vehicle_id, context, outcome, stretch)
    findings, drives, stops = latest(outcome)
    taken, flagged = settled(outcome.marks)
    if stretch is None and not (findings or drives or stops or taken or flagged):
        return
    gone: list[int] = []
    if stretch is not None:
        await flags.forget_flags(conn, vehicle_id, stretch.from_ms, stretch.until_ms)
        stops = [stop for stop in stops if stop.started_ms != stretch.kept_stop_ms]
        kept = [stop.started_ms for stop in stops]
        if stretch.kept_stop_ms is not None:
            kept.append(stretch.kept_stop_ms)
        began = [drive.started_ms for drive in drives]
        gone = await alerts.forget_facts(conn, vehicle_id, stretch.from_ms, stretch.until_ms, began, kept)
    await flags.save_flags(conn, registry.vehicles[vehicle_id].tenant_id, vehicle_id, taken, flagged)
    for drive in drives:
        subject = _subject(registry, vehicle_id, drive.started_ms)
        unit_id = context.regime(drive.started_ms).unit_id
        await alerts.save_drive(conn, subject, drive, unit_id, order_of_drive(drive, context))
    ended = [drive.started_ms for drive in drives if drive.ended_ms is not None]
    await mileage.ask(conn, registry.vehicles[vehicle_id].tenant_id, vehicle_id, [*ended, *gone])
    for stop in stops:
        subject = _subject(registry, vehicle_id, stop.started_ms)
        area = context.depot(stop.started_ms, stop.lon, stop.lat)
        unit_id = context.regime(stop.started_ms).unit_id
        await alerts.save_stop(conn, subject, stop, unit_id, area.version_id if area is not None else None)
    for change in await _changes(conn, vehicle_id, findings, stretch):
        subject = _subject(registry, vehicle_id, change.finding.started_ms)
        await alerts.save_alert(conn, subject, change, _judged_by(change, context, engine))


async def _fence_events(
    conn: Connection, registry: Registry, vehicle_id: str, context: Context, outcome: Outcome, stretch: Stretch | None
) -> None:
    if stretch is None and not outcome.at_fences:
        return
    rejudged = None
    if stretch is not None:
        rejudged = Rejudged(changed_ms=stretch.changed_ms, until_ms=stretch.until_ms, why=stretch.why)
    stored = await fence_events.stored_events(conn, vehicle_id, outcome.at_fences, rejudged)
    for change in event_changes(outcome.at_fences, stored, rejudged):
        unit_id = context.regime(change.found.at_ms).unit_id if change.found is not None else None
        tenant_id = registry.vehicles[vehicle_id].tenant_id
        await fence_events.save_event(conn, tenant_id, vehicle_id, change, unit_id)


async def _changes(
    conn: Connection, vehicle_id: str, findings: list[Finding], stretch: Stretch | None
) -> list[AlertChange]:
    if not findings and stretch is None:
        return []
    from_ms = min([each.started_ms for each in findings] + ([stretch.from_ms] if stretch is not None else []))
    ends = [each.ended_ms if each.ended_ms is not None else each.detected_ms for each in findings]
    to_ms = max(ends + ([stretch.until_ms] if stretch is not None else []))
    return alert_changes(findings, await alerts.stored_alerts(conn, vehicle_id, from_ms, to_ms), stretch)


def _judged_by(change: AlertChange, context: Context, engine: str) -> JudgedBy:
    finding, facts = change.finding, context.facts
    then = facts.then(finding.started_ms)
    rule = next(rule for rule in EVERY if rule.id == finding.rule)
    order = context.order(finding.order_id)
    calendar_id = facts.calendar.version_id
    return JudgedBy(
        engine=engine,
        rule_version_id=then.versions.get(finding.rule),
        parameters=asdict(then.parameters.get(rule.id, rule.defaults)),
        calendar_version_id=None if calendar_id is None else str(calendar_id),
        area_version_ids=context.area_versions(
            finding.started_ms, finding.ended_ms or finding.detected_ms, finding.lon, finding.lat
        ),
        order_row_version=None if order is None else order.row_version,
        order_search=order_search(finding, context),
        unit_id=context.regime(finding.started_ms).unit_id,
        driver_id=None if order is None else order.driver_id,
    )


def _subject(registry: Registry, vehicle_id: str, at_ms: int) -> Subject:
    bindings = registry.devices_of(vehicle_id)
    bound = [each for each in bindings if each.from_ms <= at_ms < each.to_ms] or list(bindings)
    return Subject(
        tenant_id=registry.vehicles[vehicle_id].tenant_id, vehicle_id=vehicle_id, device_no=bound[0].device_no
    )
