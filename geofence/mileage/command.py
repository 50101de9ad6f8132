"""`python -m geofence mileage`: the months in which the three mileages of a vehicle differ, one JSON line each."""

import argparse
import asyncio
import json
import os
import sys
from dataclasses import asdict
from datetime import date

from fleet import db
from fleet.errors import Invalid
from fleet.settings import load, need
from fleet.vehicle import plain_plate
from geofence.mileage.store import ledger
from geofence.mileage.store.ledger import Month


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", metavar="MONTH", required=True, help="the first month, as 2026-03")
    parser.add_argument("--to", dest="last", metavar="MONTH", help="the last month; the first one when it is not said")
    parser.add_argument("--plate", action="append", default=[], help="only this vehicle; may be said several times")
    parser.add_argument("--all", action="store_true", dest="every", help="also months that agree or cannot be compared")


def mileage(chosen: argparse.Namespace) -> int:
    """Raises Invalid, NotConfigured."""
    first = _month(chosen.first, "--from")
    last = _month(chosen.last, "--to") if chosen.last else first
    if last < first:
        raise Invalid(field="--to", reason="before_from")
    url = need(load(os.environ).database_url, "FLEET_DATABASE_URL")
    plates = [plain_plate(each) for each in chosen.plate]
    for month in asyncio.run(_months(url, first, last, plates, every=chosen.every)):
        sys.stdout.write(f"{json.dumps(told(month), ensure_ascii=False)}\n")
    return 0


def told(month: Month) -> dict[str, object]:
    """A month as a line: lengths in km, null = unknown."""
    lengths = {
        f"{name}_km": None if value is None else round(value / 1000, 2)
        for name in ("gps", "matched", "dashboard", "difference")
        for value in (getattr(month, f"{name}_m"),)
    }
    rest = {name: value for name, value in asdict(month).items() if not name.endswith("_m")}
    return {**rest, "month": f"{month.month:%Y-%m}", **lengths}


async def _months(url: str, first: date, last: date, plates: list[str], *, every: bool) -> list[Month]:
    async with await db.connect(url) as conn:
        return await ledger.months(conn, first, last, plates, every=every)


def _month(text: str, where: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Invalid(field=where, reason="not a month") from error
