"""Reads recorded tracks of any origin: finds out which column is what, and which instant a text means.

Pure: lines in, fixes out. What cannot be read is an `Unreadable` with the line number; nothing is guessed silently,
the choice of columns is part of the answer.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# What a column may be called, best name first; compared without case, blanks, dots, dashes and underscores.
NAMES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "long", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "time": (
        "fixedat", "fixtime", "gpstime", "datetime", "timestamp", "time", "t", "dateandtime", "tst", "定位时间", "时间",
    ),
    "device": (
        "device", "deviceid", "tracker", "trackerid", "imei", "vehicle", "vehicleid", "plate", "taxiid", "userid",
        "user", "track", "trajectoryid", "设备", "车牌", "车牌号",
    ),
    "speed_kmh": ("speedkmh", "speedkph", "speed", "vel", "velocity", "速度"),
    "speed_mps": ("speedmps", "speedms"),
    "heading_deg": ("headingdeg", "heading", "course", "cog", "bearing", "direction", "angle", "方向"),
    "altitude_m": ("altitudem", "altitude", "alt", "ele", "elevation", "z", "海拔"),
    "accuracy_m": ("accuracym", "accuracy", "acc", "精度"),
    "hdop": ("hdop",),
    "satellites": ("satellites", "sats", "sat", "卫星数"),
    "ignition": ("ignition", "ign"),
    "odometer_km": ("odometerkm",),
}  # fmt: skip
NEEDED = ("lon", "lat", "time")
SEPARATORS = (",", ";", "\t", "|")
OLDEST_EPOCH_MS = 100_000_000_000  # numbers from here on are milliseconds, below it seconds


class Unreadable(Exception):
    """The file cannot be used; the sentence names the line or the column."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """One recorded fix; `said` holds the optional keys of contracts.md 1."""

    device: str
    fixed_at: datetime
    lon: float
    lat: float
    said: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """A read file: its fixes per device in order of time, and how its columns were understood."""

    tracks: Mapping[str, tuple[Recorded, ...]]
    columns: Mapping[str, str]  # meaning -> header

    @property
    def count(self) -> int:
        return sum(map(len, self.tracks.values()))


def separator_of(header: str) -> str:
    """The separator that splits the header line into most columns."""
    return max(SEPARATORS, key=header.count)


def understand(headers: Sequence[str], wished: Mapping[str, str]) -> dict[str, str]:
    """Which header carries which meaning; `wished` decides first, then the names of NAMES."""
    columns = dict(wished)
    for meaning, header in columns.items():
        if meaning not in NAMES:
            raise Unreadable(f"--columns: {meaning} is not one of {', '.join(NAMES)}")
        if header not in headers:
            raise Unreadable(f"--columns: there is no column {header!r}; there are {', '.join(headers)}")
    plain = {re.sub(r"[\s._-]", "", header).lower(): header for header in headers}
    for meaning, names in NAMES.items():
        free = (plain[name] for name in names if name in plain and plain[name] not in columns.values())
        found = None if meaning in columns else next(free, None)
        if found is not None:
            columns[meaning] = found
    for meaning in NEEDED:
        if meaning not in columns:
            raise Unreadable(f"no column for {meaning} among {', '.join(headers)}; say --columns {meaning}=NAME")
    return columns


def wishes(text: str) -> dict[str, str]:
    """`lon=X,lat=Y` as a mapping."""
    pairs = [part.split("=", 1) for part in text.split(",") if part]
    if any(len(pair) != 2 for pair in pairs):
        raise Unreadable("--columns: write MEANING=HEADER,MEANING=HEADER")
    return {meaning.strip(): header.strip() for meaning, header in pairs}


def instant(text: str, zone: ZoneInfo) -> datetime:
    """ISO 8601, `YYYY/MM/DD hh:mm:ss`, or epoch seconds or milliseconds; without an offset it is local to `zone`."""
    text = text.strip()
    if re.fullmatch(r"\d{9,}(\.\d+)?", text):
        number = float(text)
        return datetime.fromtimestamp(number / 1000 if number >= OLDEST_EPOCH_MS else number, UTC)
    at = datetime.fromisoformat(text.replace("/", "-"))
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def read(lines: Iterable[str], zone: ZoneInfo, wished: Mapping[str, str], single: str = "1") -> Recording:
    """Read a CSV with a header; without a device column everything belongs to the device `single`."""
    rows = iter(lines)
    header = next(rows, "").lstrip("\ufeff").rstrip("\r\n")
    if not header:
        raise Unreadable("line 1: a header is needed")
    separator = separator_of(header)
    headers = next(csv.reader([header], delimiter=separator))
    columns = understand(headers, wished)
    fixes: dict[str, dict[datetime, Recorded]] = {}
    for number, cells in enumerate(csv.reader(rows, delimiter=separator), start=2):
        if cells:
            fix = _fix(dict(zip(headers, cells, strict=False)), columns, zone, single, number)
            fixes.setdefault(fix.device, {}).setdefault(fix.fixed_at, fix)
    tracks = {device: tuple(track[at] for at in sorted(track)) for device, track in sorted(fixes.items())}
    if not tracks:
        raise Unreadable("line 2: there are no rows")
    return Recording(tracks=tracks, columns=columns)


def shifted(track: Sequence[Recorded], end_at: datetime, longest_gap: timedelta) -> tuple[Recorded, ...]:
    """The same track with its last fix at `end_at`; silences above `longest_gap` become that long."""
    ages = [timedelta(0)]
    for earlier, later in zip(track[-2::-1], track[:0:-1], strict=True):
        ages.append(ages[-1] + min(later.fixed_at - earlier.fixed_at, longest_gap))
    return tuple(replace(fix, fixed_at=end_at - age) for fix, age in zip(track, reversed(ages), strict=True))


def _fix(row: Mapping[str, str], columns: Mapping[str, str], zone: ZoneInfo, single: str, number: int) -> Recorded:
    try:
        said: dict[str, object] = {}
        for meaning in NAMES.keys() - {*NEEDED, "device"}:
            cell = row.get(columns.get(meaning, ""), "").strip()
            if cell:
                said |= _said(meaning, cell)
        return Recorded(
            device=row[columns["device"]].strip() if "device" in columns else single,
            fixed_at=instant(row[columns["time"]], zone),
            lon=float(row[columns["lon"]]),
            lat=float(row[columns["lat"]]),
            said=said,
        )
    except (KeyError, ValueError) as error:
        raise Unreadable(f"line {number}: {error}") from error


def _said(meaning: str, cell: str) -> dict[str, object]:
    if meaning == "ignition":
        return {"ignition": cell.lower() in {"1", "true", "on", "yes", "开"}}
    if meaning == "speed_mps":
        return {"speed_kmh": round(float(cell) * 3.6, 2)}
    return {meaning: int(float(cell)) if meaning == "satellites" else float(cell)}
