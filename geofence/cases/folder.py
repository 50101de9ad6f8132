"""Reads a CASE folder (contracts.md 5): track.csv and context.json become fixes and facts per vehicle.

What cannot be used stops with one sentence naming the file and the line or key (`UnusableCase`). What is merely missing
is a note: it is printed to standard error and never taken as "allowed".
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from fleet.errors import Invalid
from fleet.quality import STANDARD, receiver_flags
from geofence.cases.context_json import CaseContext, read_context
from geofence.facts import VehicleFacts
from geofence.instants import instant_ms
from geofence.track.fixes import Said, TrackFix, in_event_order, on_earth

REQUIRED = ("device", "fixed_at", "lon", "lat")
# What a sensor on a road vehicle can say at all, as in ingest: outside it the value says nothing, the fix may still be good.
BELIEVABLE = {"speed_kmh": (0.0, 400.0), "accuracy_m": (0.0, 1e6), "satellites": (0.0, 200.0), "hdop": (0.0, 1000.0)}
AHEAD_MS, BACK_MS = 5 * 60_000, 30 * 86_400_000  # what ingest keeps out of the track as future and ancient


class UnusableCase(Exception):
    """The folder cannot be judged; the message is the one line people read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedVehicle:
    """One vehicle of a case: its facts and its fixes in event order."""

    facts: VehicleFacts
    fixes: tuple[TrackFix, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A recorded drive, ready to be folded."""

    name: str
    now_ms: int
    timezone: ZoneInfo
    vehicles: tuple[JudgedVehicle, ...]
    notes: tuple[str, ...] = field(default=())  # missing configuration and unusable fixes


def read_case(folder: Path) -> Case:
    """Read a folder. Raises UnusableCase."""
    try:
        raw = read_json(folder / "context.json")
        with (folder / "track.csv").open(encoding="utf-8-sig", newline="") as track:
            return case_of(folder.resolve().name, raw, track)
    except OSError as error:
        name = Path(error.filename or folder).name
        raise UnusableCase(f"{name}: {error.strerror or error}") from error


def case_of(name: str, raw: object, track: TextIO) -> Case:
    """A case from what its two files hold: context.json as read, track.csv as text. Raises UnusableCase, OSError."""
    if not isinstance(raw, dict):
        raise UnusableCase("context.json: not an object")
    try:
        tracks, notes = _read_track(track)
        newest_ms = max((max(f.at_ms, f.received_ms) for fixes in tracks.values() for f in fixes), default=0)
        context = read_context(raw, devices=sorted(tracks), newest_ms=newest_ms)
    except Invalid as error:
        raise UnusableCase(f"context.json: {error.params.get('field')}: {error.params.get('reason')}") from error
    unmade = sum(not _made(fix, context.now_ms) for fixes in tracks.values() for fix in fixes)
    return Case(
        name=name,
        now_ms=context.now_ms,
        timezone=context.timezone,
        vehicles=_vehicles(context, tracks),
        notes=(*notes, *_note(unmade, "are later than now"), *context.notes),
    )


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises UnusableCase naming it, OSError."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnusableCase(f"{path.name}: {error or 'nested too deeply'}") from error


def _vehicles(context: CaseContext, tracks: Mapping[str, Sequence[TrackFix]]) -> tuple[JudgedVehicle, ...]:
    """Each vehicle with the fixes that were known at `now`."""
    found = []
    for device, facts in context.vehicles:
        known = [fix for fix in tracks.get(device, ()) if _made(fix, context.now_ms)]
        found.append(JudgedVehicle(facts=facts, fixes=tuple(in_event_order(known))))
    return tuple(found)


def _made(fix: TrackFix, now_ms: int) -> bool:
    """It is not of a time after `now`, as far as a clock may be off. When it arrived does not matter: all rows are judged."""
    return fix.at_ms <= now_ms + AHEAD_MS


def _note(rows: int, what: str) -> list[str]:
    return [f"track.csv: {rows} rows {what} and were left out"] if rows else []


def _read_track(file: TextIO) -> tuple[dict[str, list[TrackFix]], list[str]]:
    """The fixes by device; rows that are no position on earth are counted in a note."""
    tracks: dict[str, list[TrackFix]] = {}
    nowhere = ancient = 0
    rows = csv.DictReader(file, skipinitialspace=True)
    try:
        _check_header(rows.fieldnames or ())
        for row in rows:
            if None in row or None in row.values():
                raise UnusableCase(f"track.csv line {rows.line_num}: not as many fields as the header")
            fix = _fix(row, rows.line_num)
            if fix is None:
                nowhere += 1
            elif fix.received_ms - fix.at_ms > BACK_MS:
                ancient += 1
            else:
                tracks.setdefault(row["device"].strip(), []).append(fix)
    except csv.Error as error:
        raise UnusableCase(f"track.csv line {rows.line_num}: {error}") from error
    except UnicodeDecodeError as error:
        raise UnusableCase(f"track.csv line {rows.line_num + 1} or later: {error}") from error
    notes = _note(nowhere, "are no position on earth")
    return tracks, notes + _note(ancient, "are more than 30 days older than their arrival")


def _check_header(names: Sequence[str]) -> None:
    for name in REQUIRED:
        if name not in names:
            raise UnusableCase(f"track.csv: column {name} is missing")
    for name in (*REQUIRED, "received_at", "valid", "ignition", *BELIEVABLE):
        if names.count(name) > 1:
            raise UnusableCase(f"track.csv: column {name} is there twice")


def _fix(row: Mapping[str, Any], line: int) -> TrackFix | None:
    if not row["device"]:
        raise UnusableCase(f"track.csv line {line}: device: empty")
    at_ms = _instant_ms(row, "fixed_at", line)
    lon, lat = _number(row, "lon", line), _number(row, "lat", line)
    if at_ms is None:
        raise UnusableCase(f"track.csv line {line}: fixed_at: empty")
    if lon is None or lat is None or not on_earth(lon, lat):
        return None
    received_ms = _instant_ms(row, "received_at", line)
    accuracy_m = _measure(row, "accuracy_m", line)
    satellites = _measure(row, "satellites", line)
    return TrackFix(
        at_ms,
        at_ms if received_ms is None else received_ms,
        lon,
        lat,
        _measure(row, "speed_kmh", line),
        accuracy_m,
        _flag(row, "ignition", line),
        receiver_flags(
            STANDARD,
            valid=_flag(row, "valid", line),
            satellites=None if satellites is None else int(satellites),
            accuracy_m=accuracy_m,
            hdop=_measure(row, "hdop", line),
        )
        != 0,
        _said(row, line),
    )


def _said(row: Mapping[str, Any], line: int) -> Said | None:
    """What the locator said beside its place; None when nothing."""
    rssi = _number(row, "rssi", line)
    said = Said(
        tuple((row.get("alarms") or "").split()),
        _number(row, "odometer_km", line),
        (row.get("driver") or "").strip() or None,
        None if rssi is None else round(rssi),
        _number(row, "ext_voltage_v", line),
        _flag(row, "valid", line) is False,
    )
    return None if said == Said() else said


def _measure(row: Mapping[str, Any], name: str, line: int) -> float | None:
    """What a sensor said; None when it cannot be. An error larger than any is the largest: it speaks against the place."""
    value, (lowest, highest) = _number(row, name, line), BELIEVABLE[name]
    if value is None or lowest <= value <= highest:
        return value
    return highest if name in ("accuracy_m", "hdop") and value > highest else None


def _number(row: Mapping[str, Any], name: str, line: int) -> float | None:
    """A number, or None when the cell is empty; NaN and infinity say nothing and count as empty."""
    text = row.get(name)
    if text is None or text.strip() == "":
        return None
    try:
        value = float(text)
    except ValueError:
        value = None
    if value is None or "_" in text:
        raise UnusableCase(f"track.csv line {line}: {name}: {text!r} is not a number")
    return value if abs(value) < float("inf") else None


def _flag(row: Mapping[str, Any], name: str, line: int) -> bool | None:
    text = (row.get(name) or "").strip().lower()
    if not text:
        return None
    if text in ("1", "true"):
        return True
    if text in ("0", "false"):
        return False
    raise UnusableCase(f"track.csv line {line}: {name}: {text!r} is not 0 or 1")


def _instant_ms(row: Mapping[str, Any], name: str, line: int) -> int | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    try:
        return instant_ms(text)
    except ValueError as error:
        raise UnusableCase(f"track.csv line {line}: {name}: {text!r} is not an instant with an offset") from error
