"""`python -m geofence replay`: what a changed rule would have found in the past, per rule and unit, before and after.

One JSON line per rule and unit; with `--list` one per difference; last a line about what was read. Progress goes to
standard error. It writes nothing: without `--dry-run` the running engine is asked to judge the span again as it stands.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from fleet import db
from fleet.errors import Invalid
from fleet.settings import load, need
from geofence.backtest import run
from geofence.backtest.change import read_changes
from geofence.backtest.tally import Tally
from geofence.instants import epoch_ms, instant
from geofence.service import ENGINE
from geofence.store import register

PROGRESS_S = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--from --to [--rule R07 --set corridor_m=300] --dry-run`."""
    parser.add_argument("--from", dest="since", required=True, help="a date or an instant; a date begins at midnight")
    parser.add_argument("--to", dest="until", required=True, help="half-open")
    parser.add_argument("--rule", help="whose parameters --set names; alone: only this rule is shown")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--vehicle", dest="plates", action="append", default=[], metavar="PLATE")
    parser.add_argument("--dry-run", action="store_true", help="only print; needed with --set")
    parser.add_argument("--list", action="store_true", help="each difference too")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def replay(chosen: argparse.Namespace) -> int:
    """Exit 0 = done, 2 = something cannot be used."""
    settings = load(os.environ)
    url = need(settings.database_url, "FLEET_DATABASE_URL")
    span = run.Span(from_ms=_ms(chosen.since, settings.timezone), to_ms=_ms(chosen.until, settings.timezone))
    if span.to_ms <= span.from_ms:
        raise Invalid(field="to", reason="not after from")
    changes = read_changes(chosen.rule, chosen.changes)
    if changes and not chosen.dry_run:
        raise Invalid(field="set", reason="a change is only tried with --dry-run; it is made as a version of the rule")
    if not chosen.dry_run:
        return asyncio.run(_ask_engine(url, span))
    vehicles = asyncio.run(run.vehicles_of(url, chosen.plates))
    began_s = told_s = time.monotonic()
    total = Tally()
    for tally in run.judged(url, ENGINE, vehicles, span, changes, max(1, chosen.workers)):
        total.join(tally)
        if time.monotonic() - told_s >= PROGRESS_S:
            told_s = time.monotonic()
            sys.stderr.write(f"{total.vehicles} of {len(vehicles)} vehicles, {total.fixes} fixes\n")
    names = asyncio.run(_names(url))
    for (rule, unit), (before, unsure, after, unsure_after) in sorted(total.counts.items()):
        if chosen.rule in (None, rule):
            _tell(
                rule=rule,
                unit=names.get(unit, unit) or None,
                before={"suspected": before, "undetermined": unsure},
                after={"suspected": after, "undetermined": unsure_after},
            )
    for each in sorted(total.differences, key=lambda each: each.started_ms) if chosen.list else ():
        started_at = instant(each.started_ms).astimezone(settings.timezone).isoformat()
        plate = names.get(each.vehicle_id, each.vehicle_id)
        _tell(rule=each.rule, vehicle=plate, started_at=started_at, before=each.before, after=each.after)
    _tell(
        vehicles=total.vehicles,
        fixes=total.fixes,
        differences=len(total.differences),
        seconds=round(time.monotonic() - began_s, 1),
    )
    return 0


async def _ask_engine(url: str, span: run.Span) -> int:
    async with await db.connect(url) as conn:
        asked = await register.ask_again(conn, instant(span.from_ms), instant(span.to_ms))
    _tell(asked=asked)
    return 0


async def _names(url: str) -> dict[str, str]:
    """Plates and codes of units by id."""
    async with await db.connect(url) as conn:
        return await register.names(conn)


def _ms(text: str, timezone: ZoneInfo) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(field="from or to", reason=f"{text} is no date or instant") from error
    return epoch_ms(at if at.tzinfo is not None else at.replace(tzinfo=timezone))


def _tell(**what: object) -> None:
    print(json.dumps(what, ensure_ascii=False))
