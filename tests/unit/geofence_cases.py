"""Small recorded drives for tests: a flat town around (117, 39), one vehicle, fixes every ten seconds."""

import csv
import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from geofence.cases.folder import Case, read_case
from geofence.finding import Finding
from geofence.judge import findings_of

EAST = 1 / 86_415.0  # degrees per metre at 39 north
NORTH = 1 / 111_195.0
DEPOT = (0.0, 0.0)
Fix = dict[str, Any]
Spot = tuple[float, float]  # metres east, north of the depot


def at(text: str) -> datetime:
    """'03-11 14:10' or '2027-01-05 21:00' in Shanghai; 2026 when no year is given. 11 March 2026 is a Wednesday."""
    full = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(f"{full.replace(' ', 'T')}+08:00")


def degrees(spot: Spot) -> tuple[float, float]:
    return round(117 + spot[0] * EAST, 7), round(39 + spot[1] * NORTH, 7)


def parked(since: str | datetime, minutes: float, spot: Spot = DEPOT, *, every_s: float = 30, **more: Any) -> list[Fix]:
    """Standing with the ignition off."""
    start = at(since) if isinstance(since, str) else since
    steps = round(minutes * 60 / every_s)
    return [_fix(start + timedelta(seconds=every_s * i), spot, 0.0, **{"ignition": 0, **more}) for i in range(steps)]


def driven(
    since: str | datetime, spots: Sequence[Spot], *, kmh: float = 36.0, every_s: float = 10, **more: Any
) -> list[Fix]:
    """Along straight lines through `spots` at an even speed."""
    start = at(since) if isinstance(since, str) else since
    fixes: list[Fix] = []
    legs = [(a, b, ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5) for a, b in pairwise(spots)]
    total_m, step_m = sum(length for *_, length in legs), kmh / 3.6 * every_s
    for i in range(int(total_m // step_m) + 1):
        left = step_m * i
        for a, b, length in legs:
            if left <= length:
                share = left / length
                spot = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
                fixes.append(_fix(start + timedelta(seconds=every_s * i), spot, kmh, **{"ignition": 1, **more}))
                break
            left -= length
    return fixes


def day(*parts: list[Fix]) -> list[Fix]:
    """The parts one after the other; a fix at the same instant as an earlier one is dropped."""
    by_time: dict[datetime, Fix] = {}
    for fix in (fix for part in parts for fix in part):
        by_time.setdefault(fix["fixed_at"], fix)
    return [by_time[when] for when in sorted(by_time)]


def out_and_parked(since: str, spots: Sequence[Spot] = (DEPOT, (6000.0, 0.0)), **more: Any) -> list[Fix]:
    """Parked for an hour in the depot, driven from `since` on, then parked for half an hour."""
    start = at(since)
    drive = driven(start, spots, **more)
    after = drive[-1]["fixed_at"] + timedelta(seconds=10)
    kept = {key: value for key, value in more.items() if key not in ("kmh", "every_s")}
    return day(parked(start - timedelta(hours=1), 60, spots[0], **kept), drive, parked(after, 30, spots[-1], **kept))


def order(start: str, end: str, **more: Any) -> dict[str, Any]:
    """An order of the vehicle for the given civil span."""
    return {
        "id": "o1",
        "vehicle": "v1",
        "unit": "u1",
        "type": "normal",
        "planned_start": at(start).isoformat(),
        "planned_end": at(end).isoformat(),
        "created_at": (at(start) - timedelta(days=1)).isoformat(),
        **more,
    }


SILENT = {"exempt_rules": ["R15"]}  # of a vehicle whose locator may be silent
ONLY_MOVES = {"exempt_rules": ["R10", "R11", "R12", "R15"]}  # of a vehicle of which only its movements are asked


def route(*spots: Spot) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(degrees(spot)) for spot in spots]}


def square(middle: Spot, half_m: float) -> dict[str, Any]:
    east, north = middle
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return {
        "type": "Polygon",
        "coordinates": [[list(degrees((east + x * half_m, north + y * half_m))) for x, y in corners]],
    }


def context(**more: Any) -> dict[str, Any]:
    """One unit, one depot of 200 m, one vehicle; `vehicle=` adds to the vehicle."""
    vehicle = {"id": "v1", "device": "dev1", "user_unit": "u1", "home_depot": "d1", **more.pop("vehicle", {})}
    return {
        "units": [{"id": "u1"}],
        "depots": [{"id": "d1", "geometry": square(DEPOT, 100)}],
        "vehicles": [vehicle],
        **more,
    }


def write(folder: Path, fixes: Iterable[Fix], about: dict[str, Any]) -> Path:
    """A CASE folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(fixes)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with (folder / "track.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(
            {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}
            for row in rows
        )
    (folder / "context.json").write_text(json.dumps(about))
    return folder


def case(folder: Path, fixes: Sequence[Fix], about: dict[str, Any], now: str | None = None) -> Case:
    """Write and read; `now` is an hour after the last fix unless given."""
    last = max(fix["fixed_at"] for fix in fixes)
    moment = at(now) if now is not None else last + timedelta(hours=1)
    return read_case(write(folder, fixes, {"now": moment.isoformat(), **about}))


def judged(folder: Path, fixes: Sequence[Fix], about: dict[str, Any], now: str | None = None) -> list[Finding]:
    return findings_of(case(folder, fixes, about, now))


def rules_of(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """(rule, judgement) each."""
    return [(each.rule, str(each.judgement)) for each in findings]


def noisy(fixes: Sequence[Fix], metres: float, seed: int = 1) -> list[Fix]:
    """The same fixes with an error of so many metres per axis."""
    rng = random.Random(seed)
    return [
        {
            **fix,
            "lon": round(fix["lon"] + rng.gauss(0, metres) * EAST, 7),
            "lat": round(fix["lat"] + rng.gauss(0, metres) * NORTH, 7),
        }
        for fix in fixes
    ]


def _fix(when: datetime, spot: Spot, kmh: float, **more: Any) -> Fix:
    lon, lat = degrees(spot)
    offset_s = more.pop("offset_s", None)
    fix = {"device": "dev1", "fixed_at": when, "lon": lon, "lat": lat, "speed_kmh": kmh, "accuracy_m": 5, **more}
    if offset_s is not None:
        fix["received_at"] = when + timedelta(seconds=offset_s)
    return {key: value for key, value in fix.items() if value is not None}
