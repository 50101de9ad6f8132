"""A movement plan as it comes: a CSV file with a trip a line; every mistake is named by line, column and a stable reason. Pure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as of_dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.booking import MOST_PASSENGERS
from fleet.errors import Refusal
from fleet.order import Place
from fleet.vehicle import VehicleClass

MOST_TRIPS = 60_000
MOST_TOLD = 2_000  # mistakes listed; beyond it only counted
LONGEST = timedelta(hours=24)
LONGEST_WORD = 200
AHEAD = timedelta(days=730)
NEEDED = (
    "trip_no",
    "wave",
    "people",
    "from_name",
    "from_lon",
    "from_lat",
    "to_name",
    "to_lon",
    "to_lat",
    "start",
    "end",
)
COLUMNS = (*NEEDED, "group", "meeting_point", "staging_lot", "staging_lon", "staging_lat", "class_wanted", "priority")
PRIORITIES = {"": 0, "0": 0, "1": 1, "2": 2, "normal": 0, "important": 1, "vip": 2, "普通": 0, "重要": 1, "贵宾": 2}
# Headings as planning offices write them.
ALSO = {
    "车次": "trip_no", "批次": "wave", "团组": "group", "人数": "people", "出发地": "from_name", "出发经度": "from_lon",
    "出发纬度": "from_lat", "目的地": "to_name", "目的经度": "to_lon", "目的纬度": "to_lat", "集合点": "meeting_point",
    "待发停车场": "staging_lot", "停车场经度": "staging_lon", "停车场纬度": "staging_lat", "开始": "start", "结束": "end", "车型": "class_wanted",
    "重要程度": "priority",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One mistake: the line of the file (its heading is line 1), the column and a stable reason."""

    line: int
    column: str
    reason: str
    params: Mapping[str, object] = of_dataclass(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One trip of the plan. Instants are aware; it ends where its people leave the vehicle."""

    trip_no: str
    wave: str
    group: str
    people: int
    origin: Place
    destination: Place
    meeting_point: str
    staging: Place | None  # where the vehicle waits before it; None: at its origin
    planned_start_at: datetime
    planned_end_at: datetime
    class_wanted: str | None
    priority: int = 0  # 1 important, 2 VIP: these are left without a vehicle last

    @property
    def lot(self) -> str | None:
        return None if self.staging is None else self.staging.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The good lines of a file in its order, and what is wrong with the others."""

    movements: tuple[Movement, ...]
    errors: tuple[RowError, ...]
    wrong_trips: frozenset[str]  # trips of the file that are in none of the movements
    usable: bool  # False: not even the heading can be read


class BadPlan(Refusal):
    """A movement plan with mistakes; nothing of it is kept. Params: errors (line, column, reason, params), total."""

    code = "bad_movement_plan"
    status = 422


def read(text: str, zone: ZoneInfo, now: datetime) -> tuple[Movement, ...]:
    """Every trip of the file, in its order. Raises BadPlan with all mistakes."""
    found = read_lines(text, zone, now, {})
    if found.errors:
        raise refused(found.errors)
    return found.movements


def refused(errors: Sequence[RowError]) -> BadPlan:
    """The mistakes as a refusal, the first of them told."""
    told = sorted(errors, key=lambda error: error.line)[:MOST_TOLD]
    return BadPlan(errors=[asdict(error) for error in told], total=len(errors))


def read_lines(text: str, zone: ZoneInfo, now: datetime, known: Mapping[str, Movement]) -> Reading:
    """What can be read. `known`: the plan so far; a trip as it stands there may have begun."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    movements: list[Movement] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    lots: dict[str, tuple[int, Place]] = {}
    usable = True
    try:
        heading = [ALSO.get(cell.strip(), cell.strip().lower()) for cell in next(rows, [])]
        errors += _heading(heading)
        usable = not errors
        for cells in rows if usable else ():
            if not any(cell.strip() for cell in cells):
                continue
            found = _Row(line=rows.line_num, heading=heading, cells=cells, errors=[])
            movement = found.movement(zone, now, seen, known)
            if movement is not None and (staging := movement.staging) is not None:
                line, place = lots.setdefault(staging.name, (found.line, staging))
                if place != staging:
                    found.wrong("staging_lot", "elsewhere", line=line)
            errors += found.errors
            movements += [movement] if movement is not None and not found.errors else []
    except csv.Error:
        errors.append(RowError(line=rows.line_num, column="", reason="not_csv"))
        usable = False
    if not errors and not movements:
        errors.append(RowError(line=1, column="", reason="empty"))
        usable = False
    if len(movements) > MOST_TRIPS:
        errors.append(RowError(line=rows.line_num, column="", reason="too_many", params={"most": MOST_TRIPS}))
        usable = False
    wrong = seen.keys() - {each.trip_no for each in movements}
    return Reading(movements=tuple(movements), errors=tuple(errors), wrong_trips=frozenset(wrong), usable=usable)


def _heading(heading: Sequence[str]) -> Iterator[RowError]:
    for name in NEEDED:
        if name not in heading:
            yield RowError(line=1, column=name, reason="missing")
    for at, name in enumerate(heading):
        if name not in COLUMNS:
            yield RowError(line=1, column=name[:LONGEST_WORD], reason="unknown")
        elif name in heading[:at]:
            yield RowError(line=1, column=name, reason="twice")


@dataclass(slots=True, kw_only=True)
class _Row:
    line: int
    heading: Sequence[str]
    cells: Sequence[str]
    errors: list[RowError]

    def movement(
        self, zone: ZoneInfo, now: datetime, seen: dict[str, int], known: Mapping[str, Movement]
    ) -> Movement | None:
        if len(self.cells) > len(self.heading):
            self.wrong("", "too_many_cells")
        trip_no = self.word("trip_no", needed=True)
        if trip_no and trip_no in seen:
            self.wrong("trip_no", "duplicate", line=seen[trip_no])
        seen.setdefault(trip_no, self.line)
        wave = self.word("wave", needed=True)
        people = self.people()
        origin, destination = self.place("from"), self.place("to")
        staging = self.place("staging") if self.word("staging_lot") else None
        start_at, end_at = self.instant("start", zone), self.instant("end", zone)
        as_known = trip_no in known and known[trip_no].planned_start_at == start_at
        if start_at is not None and start_at < now and not as_known:  # a trip that has begun stays in its file
            self.wrong("start", "past")
        elif start_at is not None and start_at - now > AHEAD:
            self.wrong("start", "too_far")
        if start_at is not None and end_at is not None and end_at <= start_at:
            self.wrong("end", "not_after_start")
        elif start_at is not None and end_at is not None and end_at - start_at > LONGEST:
            self.wrong("end", "too_long")
        priority = PRIORITIES.get(self.word("priority").lower())
        if priority is None:
            self.wrong("priority", "unknown")
        class_wanted = self.word("class_wanted") or None
        if class_wanted is not None and class_wanted not in list(VehicleClass):
            self.wrong("class_wanted", "unknown")
        group, meeting_point = self.word("group"), self.word("meeting_point")
        if (
            self.errors or people is None or origin is None or destination is None or priority is None
            or start_at is None or end_at is None
        ):  # fmt: skip
            return None
        found = Movement(
            trip_no=trip_no,
            wave=wave,
            group=group,
            people=people,
            origin=origin,
            destination=destination,
            meeting_point=meeting_point,
            staging=staging,
            planned_start_at=start_at,
            planned_end_at=end_at,
            class_wanted=class_wanted,
            priority=priority,
        )
        if start_at < now and known.get(trip_no) != found:
            self.wrong("start", "past")
            return None
        return found

    def wrong(self, column: str, reason: str, **params: object) -> None:
        self.errors.append(RowError(line=self.line, column=column, reason=reason, params=params))

    def word(self, column: str, *, needed: bool = False) -> str:
        at = self.heading.index(column) if column in self.heading else len(self.cells)
        word = self.cells[at].strip() if at < len(self.cells) else ""
        if needed and not word:
            self.wrong(column, "missing")
        if len(word) > LONGEST_WORD or "\x00" in word:
            self.wrong(column, "too_long")
        return word

    def people(self) -> int | None:
        word = self.word("people", needed=True)
        if not word:
            return None
        if not word.isascii() or not word.isdigit() or not 1 <= int(word[:9]) <= MOST_PASSENGERS:
            self.wrong("people", "count", most=MOST_PASSENGERS)
            return None
        return int(word)

    def place(self, which: str) -> Place | None:
        name = self.word("staging_lot" if which == "staging" else f"{which}_name", needed=True)
        lon, lat = self.degrees(f"{which}_lon", 180), self.degrees(f"{which}_lat", 90)
        return None if lon is None or lat is None else Place(name=name, lon=lon, lat=lat)

    def degrees(self, column: str, most: int) -> float | None:
        word = self.word(column, needed=True)
        if not word:
            return None
        try:
            value = float(word)
        except ValueError:
            self.wrong(column, "not_a_number")
            return None
        if not math.isfinite(value) or abs(value) > most:
            self.wrong(column, "not_on_earth")
            return None
        return value

    def instant(self, column: str, zone: ZoneInfo) -> datetime | None:
        """Civil time of the fleet; an offset in it counts."""
        word = self.word(column, needed=True)
        if not word:
            return None
        try:
            value = datetime.fromisoformat(word.replace("/", "-"))
            return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(column, "not_a_date")
            return None
