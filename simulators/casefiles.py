"""Writes a story as a CASE folder (contracts.md 5): track.csv, context.json, truth.json.

The same story and seed give the same bytes, so folders can be compared and kept.
"""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from simulators.story import Arrival, Case
from simulators.truth import Truth

COLUMNS = (
    "device", "fixed_at", "received_at", "lon", "lat", "speed_kmh", "heading_deg", "accuracy_m", "hdop",
    "satellites", "valid", "ignition", "odometer_km", "ext_voltage_v", "rssi", "driver", "alarms",
)  # fmt: skip


def write_case(case: Case, out: Path) -> Path:
    """Write the folder `out/<name>` and return it; existing files are replaced."""
    folder = out / case.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "track.csv").open("w", encoding="utf-8", newline="") as file:
        write_track(case, file)
    _write_json(folder / "context.json", case.context)
    _write_json(folder / "truth.json", truth_rows(case))
    return folder


def write_track(case: Case, file: TextIO) -> None:
    """track.csv, to a file or to anything like one."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(map(row_of, case.arrivals))


def truth_rows(case: Case) -> list[dict[str, str]]:
    """The labels as truth.json has them."""
    return [_label(label) for label in case.truth]


def row_of(arrival: Arrival) -> tuple[object, ...]:
    """A line of track.csv under COLUMNS; "" = the device did not say."""
    fix = arrival.reading
    return (
        arrival.device, _utc(fix.fixed_at), _utc(arrival.received_at), f"{fix.lon:.7f}", f"{fix.lat:.7f}",
        fix.speed_kmh, fix.heading_deg, fix.accuracy_m, fix.hdop, fix.satellites, int(fix.valid), int(fix.ignition),
        fix.odometer_km, fix.ext_voltage_v, "" if fix.rssi is None else fix.rssi, fix.driver or "",
        " ".join(fix.alarms),
    )  # fmt: skip


def _label(label: Truth) -> dict[str, str]:
    row = {
        "rule": label.rule,
        "vehicle": label.vehicle,
        "from": label.start_at.isoformat(timespec="milliseconds"),
        "to": label.end_at.isoformat(timespec="milliseconds"),
    }
    if label.fulfilled_at is not None:
        row["fulfilled_at"] = label.fulfilled_at.isoformat(timespec="milliseconds")
    return row


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
