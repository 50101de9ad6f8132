"""Recorded drives written by hand: a locator that rests, drives straight lines and falls silent, and the CASE folder around it.
The place is 117.2 E 39.1 N, where a degree is `METRES_LON` by `METRES_LAT` metres; one fix comes every 10 s."""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

HOME = (117.2, 39.1)
METRES_LAT = 111_022.0
METRES_LON = 86_450.0
STEP_S = 10

Row = dict[str, Any]
Object = dict[str, Any]


def at(text: str) -> datetime:
    """`2026-03-11 10:00[:00]` as China's civil time."""
    return datetime.fromisoformat(f"{text}+08:00")


def place(east_m: float, north_m: float = 0) -> tuple[float, float]:
    """lon, lat so many metres from HOME."""
    return round(HOME[0] + east_m / METRES_LON, 7), round(HOME[1] + north_m / METRES_LAT, 7)


def square(half_m: float, east_m: float = 0, north_m: float = 0) -> Object:
    """GeoJSON square around a place."""
    return rectangle(east_m - half_m, north_m - half_m, east_m + half_m, north_m + half_m)


def rectangle(west_m: float, south_m: float, east_m: float, north_m: float) -> Object:
    """GeoJSON rectangle by metres from HOME."""
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m), (west_m, south_m)]
    return {"type": "Polygon", "coordinates": [[list(place(*corner)) for corner in corners]]}


def line(*corners: tuple[float, float]) -> Object:
    """GeoJSON line by metres from HOME."""
    return {"type": "LineString", "coordinates": [list(place(*corner)) for corner in corners]}


@dataclass(kw_only=True)
class Track:
    """The fixes of one locator in order of time."""

    starts_at: datetime
    device: str = "dev1"
    east_m: float = 0
    north_m: float = 0
    always: Row = field(default_factory=dict)  # columns every fix gets
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = self.starts_at

    def rest(self, minutes: float = 20, **columns: Any) -> Self:
        """Stands where it is; the first fix is now, the last one `minutes` later."""
        until = self.clock + timedelta(minutes=minutes)
        if self.rows and self.rows[-1]["fixed_at"] == self.clock:
            self.rows.pop()
        while self.clock < until:
            self._fix(**{"speed_kmh": 0, "ignition": 0} | columns)
            self.clock += timedelta(seconds=STEP_S)
        self.clock = until
        self._fix(**{"speed_kmh": 0, "ignition": 0} | columns)
        return self

    def go(self, east_m: float, north_m: float = 0, *, kmh: float = 36, **columns: Any) -> Self:
        """Drives a straight line by so many metres; the first fix comes one step after the last one."""
        steps = max(1, round(math.hypot(east_m, north_m) / (kmh / 3.6 * STEP_S)))
        for _ in range(steps):
            self.clock += timedelta(seconds=STEP_S)
            self.east_m += east_m / steps
            self.north_m += north_m / steps
            heading_deg = math.degrees(math.atan2(east_m, north_m)) % 360
            self._fix(**{"speed_kmh": kmh, "heading_deg": heading_deg, "ignition": 1} | columns)
        return self

    def silence(self, minutes: float, *, east_m: float = 0, north_m: float = 0) -> Self:
        """Sends nothing for so long after the last fix and is found again that far away."""
        self.clock += timedelta(minutes=minutes, seconds=-STEP_S)
        self.east_m += east_m
        self.north_m += north_m
        return self

    def pause(self, seconds: float) -> Self:
        """The next fix comes so much later than it would."""
        self.clock += timedelta(seconds=seconds)
        return self

    def _fix(self, **columns: Any) -> None:
        lon, lat = place(self.east_m, self.north_m)
        seen = {"satellites": 12, "valid": 1, "hdop": 0.9, "accuracy_m": 6}
        self.rows.append(
            {"device": self.device, "fixed_at": self.clock, "lon": lon, "lat": lat} | seen | columns | self.always
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A folder to be: rows in order of arrival, the context, and the labels if there are any."""

    rows: Sequence[Row]
    context: Object
    truth: list[Object] | None = None
    columns: Sequence[str] = ()  # this order of columns instead of that of the first row

    def write(self, folder: Path) -> Path:
        """Writes the folder."""
        folder.mkdir(parents=True)
        columns = list(self.columns) or list(dict.fromkeys(name for row in self.rows for name in row))
        with (folder / "track.csv").open("w", newline="", encoding="utf-8") as file:
            sheet = csv.DictWriter(file, columns, extrasaction="ignore")
            sheet.writeheader()
            sheet.writerows({name: _text(value) for name, value in row.items()} for row in self.rows)
        (folder / "context.json").write_text(json.dumps(self.context, default=_text, ensure_ascii=False), "utf-8")
        if self.truth is not None:
            (folder / "truth.json").write_text(json.dumps(self.truth, default=_text), "utf-8")
        return folder


def vehicle(**changes: Any) -> Object:
    """Vehicle v1, used by unit u1 although u9 owns it."""
    usual = {
        "id": "v1",
        "device": "dev1",
        "class": "emergency_support",
        "owner_unit": "u9",
        "user_unit": "u1",
        "home_depot": "d1",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def order(starts: str, ends: str, **changes: Any) -> Object:
    """An ordinary order of v1, entered the day before, without approvals for nights and days off and without a path."""
    usual = {
        "id": "o1",
        "vehicle": "v1",
        "unit": "u1",
        "type": "normal",
        "planned_start": at(starts),
        "planned_end": at(ends),
        "route": None,
        "created_at": at(starts) - timedelta(days=1),
        "off_hours_approved": False,
        "holiday_approved": False,
        "requester": "p1",
        "approvers": ["p2"],
        "driver": "p3",
        "passengers": ["p1"],
    }
    return usual | changes


HOURS = [["08:30", "12:00"], ["13:30", "17:30"]]
UNITS = [
    {"id": "u1", "name": "市政府办公室", "work_hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS)},
    {"id": "u9", "name": "公务用车中心"},
]
DEPOTS = [{"id": "d1", "geometry": square(100)}]


def context(now: datetime, *orders: Object, **changes: Any) -> Object:
    """The usual surroundings: one depot around HOME, one vehicle, these orders."""
    usual = {
        "timezone": "Asia/Shanghai",
        "now": now,
        "units": UNITS,
        "depots": DEPOTS,
        "vehicles": [vehicle()],
        "orders": list(orders),
    }
    return usual | changes


def case(track: Track | Sequence[Row], *orders: Object, now: datetime | None = None, **changes: Any) -> Case:
    """A drive in its usual surroundings, seen an hour after its last fix unless said otherwise."""
    rows = track.rows if isinstance(track, Track) else list(track)
    seen = now or max(row["fixed_at"] for row in rows) + timedelta(hours=1)
    return Case(rows=rows, context=context(seen, *orders, **changes))


def _text(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
