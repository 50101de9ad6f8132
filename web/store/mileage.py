"""Mileage of vehicles by month and day: what the three ways of measuring say, and of each other. Lengths, never places."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fleet.db import Connection, class_row
from web.paging import Page, PageRequest
from web.search import plate_part
from web.store.listing import page_of


@dataclass(frozen=True, kw_only=True, slots=True)
class MileageMonthRow:
    """A vehicle's month under the unit that used it. An absent length is unknown."""

    id: UUID
    vehicle_id: UUID
    plate: str
    month: date  # its first day
    unit_id: UUID | None
    unit_name: str | None
    unit_name_en: str | None
    drives: int
    waiting: int  # not laid on the roads yet
    matched: int
    odometers: int  # drives with a reading of the locator at both ends
    gps_m: float
    matched_m: float | None  # of the drives that were matched
    dashboard_m: float | None
    dashboard_by: str | None  # locator | entered
    difference_m: float | None  # dashboard less roads; without a dashboard track less roads
    off_m: float | None  # the same without its sign
    compared: str  # agrees | differs | unknown
    reasons: list[str]
    wheel_ratio: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MileageDayRow:
    """A vehicle's civil day under the unit that used it."""

    day: date
    unit_name: str | None
    unit_name_en: str | None
    drives: int
    waiting: int
    gps_m: float
    matched: int
    matched_m: float | None
    odometers: int
    odometer_m: float | None
    between_m: float  # the dashboard gained before drives while nothing was recorded
    gap_s: float


SORTABLE = {"month": "date", "plate": "text", "unit_name": "text", "drives": "int", "gps_m": "float8", "matched_m": "float8", "dashboard_m": "float8", "off_m": "float8"}  # fmt: skip
MONTHS = """
SELECT m.id, m.vehicle_id, v.plate, m.month, m.unit_id, u.name AS unit_name, u.name_en AS unit_name_en, m.drives, m.waiting, m.matched,
    m.odometers, m.gps_m, m.matched_m, m.dashboard_m, m.dashboard_by, m.difference_m, abs(m.difference_m) AS off_m, m.compared,
    m.reasons, m.wheel_ratio
FROM mileage_month m JOIN vehicle_label v ON v.id = m.vehicle_id LEFT JOIN unit u ON u.id = m.unit_id
WHERE (%(month)s::date IS NULL OR m.month = %(month)s)
  AND (%(unit)s::uuid IS NULL OR m.unit_id = %(unit)s)
  AND (%(vehicle)s::uuid IS NULL OR m.vehicle_id = %(vehicle)s)
  AND (%(compared)s::text IS NULL OR m.compared = %(compared)s)
  AND (%(why)s::text IS NULL OR %(why)s = ANY (m.reasons))
  AND (%(q)s::text IS NULL OR position(%(plate)s IN v.plate) > 0)
"""
DAYS = """
SELECT d.day, u.name AS unit_name, u.name_en AS unit_name_en, d.drives, d.waiting, d.gps_m, d.matched,
    CASE WHEN d.matched > 0 THEN d.matched_m END AS matched_m, d.odometers,
    CASE WHEN d.odometers > 0 THEN d.odometer_m END AS odometer_m, d.between_m, d.gap_s
FROM mileage_day d LEFT JOIN unit u ON u.id = d.unit_id
WHERE d.vehicle_id = %(vehicle)s AND d.day BETWEEN %(first)s AND %(last)s ORDER BY d.day, u.name
"""


async def months(conn: Connection, page: PageRequest, filters: Mapping[str, Any]) -> Page[MileageMonthRow]:
    """One page of months."""
    params = {**filters, "plate": plate_part(filters["q"])}
    return await page_of(conn, MONTHS, params, page, SORTABLE, MileageMonthRow)


async def days(conn: Connection, vehicle_id: UUID, first: date, last: date) -> list[MileageDayRow]:
    """The days of a vehicle on which drives began, both ends included."""
    async with conn.cursor(row_factory=class_row(MileageDayRow)) as cursor:
        params = {"vehicle": vehicle_id, "first": first, "last": last}
        return await (await cursor.execute(DAYS, params)).fetchall()
