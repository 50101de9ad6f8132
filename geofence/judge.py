"""`python -m geofence judge CASE...`: prints what the fold says of recorded drives, one JSON line per episode.

Nothing is stored and no server is needed. Exit 0 = judged, whatever was found; 2 = a case cannot be used.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from geofence.cases.folder import Case, JudgedVehicle, UnusableCase, read_case
from geofence.context import Context
from geofence.driving import Drovers
from geofence.evaluate import Outcome, evaluate, standing
from geofence.finding import Finding, Judgement
from geofence.instants import instant
from geofence.state import State


def findings_of(case: Case) -> list[Finding]:
    """The findings of a case as they stand at its `now`, oldest first."""
    judged, drovers = [_judged(vehicle, case.now_ms, None) for vehicle in case.vehicles], Drovers()
    for outcome in judged:
        for told in {(each.vehicle_id, each.from_ms): each for each in outcome.drove}.values():
            drovers.note(told)
    found: list[Finding] = []
    for vehicle, outcome in zip(case.vehicles, judged, strict=True):
        drivers = {each.driver for each in outcome.drove}
        if any(drovers.elsewhere(each, vehicle.facts.vehicle_id) for each in drivers):
            outcome = _judged(vehicle, case.now_ms, drovers)
        latest = {each.key: each for each in outcome.findings}
        found += [each for each in latest.values() if each.judgement is not Judgement.WITHDRAWN]
    return sorted(found, key=lambda each: (each.started_ms, each.vehicle_id, each.rule))


def _judged(vehicle: JudgedVehicle, now_ms: int, drovers: Drovers | None) -> Outcome:
    context = Context(vehicle.facts, drovers)
    state, outcome = evaluate(State(), vehicle.fixes, context)
    outcome.add(standing(state, context, now_ms))
    return outcome


def line_of(finding: Finding, timezone: ZoneInfo) -> dict[str, object]:
    """The output object of contracts.md 5."""

    def text(at_ms: int) -> str:
        return instant(at_ms).astimezone(timezone).isoformat(timespec="milliseconds")

    return {
        "rule": finding.rule,
        "name": finding.name,
        "vehicle": finding.vehicle_id,
        "order": finding.order_id,
        "started_at": text(finding.started_ms),
        "ended_at": None if finding.ended_ms is None else text(finding.ended_ms),
        "detected_at": text(finding.detected_ms),
        "severity": finding.severity,
        "state": str(finding.judgement),
        "metrics": dict(finding.metrics),
    }


def run(folders: Sequence[str]) -> int:
    """Judge each folder; several folders are told apart by `case`."""
    code = 0
    for folder in folders:
        try:
            case = read_case(Path(folder))
        except UnusableCase as error:
            sys.stderr.write(f"{folder}: {error}\n")
            code = 2
            continue
        for note in case.notes:
            sys.stderr.write(f"{case.name}: {note}\n")
        for finding in findings_of(case):
            line = line_of(finding, case.timezone)
            if len(folders) > 1:
                line["case"] = case.name
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return code
