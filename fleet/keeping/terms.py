"""How long each class of data is kept (architecture.md 7), and when the next run is due. Pure.

A legal hold stands above every term. Not listed is kept for ever: orders, drives, alerts and the journal, which a later
version ends three years after a case is closed.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

RUN_AT = time(3, 0)  # civil time of the tenant: nobody drives, nobody looks


class Kept(StrEnum):
    """The classes of data that end."""

    RAW_FIXES = "raw_fixes"
    THINNED_FIXES = "thinned_fixes"
    FIX_FLAGS = "fix_flags"
    RAW_PAYLOADS = "raw_payloads"
    QUARANTINE = "quarantine"
    DEVICE_EVENTS = "device_events"
    COMMAND_ANSWERS = "command_answers"
    COMMANDS = "commands"
    BATCH_LIST = "batch_list"
    AUDIT = "audit"


MONTHS: dict[Kept, int] = {
    Kept.RAW_FIXES: 12,
    Kept.THINNED_FIXES: 24,
    Kept.FIX_FLAGS: 24,
    Kept.DEVICE_EVENTS: 12,
    Kept.COMMAND_ANSWERS: 12,
    Kept.COMMANDS: 12,
    Kept.BATCH_LIST: 12,
    Kept.AUDIT: 36,
}
PAYLOAD_DAYS = 30
CLOSED_AFTER = timedelta(hours=12)  # what comes later than that for a day is late, and dearer to store


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutoffs:
    """What is older than these instants goes; days that ended before `closed_days` are packed."""

    raw_fixes: datetime
    thinned_fixes: datetime
    fix_flags: datetime
    raw_payloads: datetime
    quarantine: datetime
    device_events: datetime
    command_answers: datetime
    commands: datetime
    batch_list: datetime
    audit: datetime
    closed_days: datetime


def cutoffs(now: datetime) -> Cutoffs:
    """The instants that hold at `now`."""
    ends = {str(kept): months_before(now, months) for kept, months in MONTHS.items()}
    payloads = now - timedelta(days=PAYLOAD_DAYS)
    return Cutoffs(**ends, raw_payloads=payloads, quarantine=payloads, closed_days=now - CLOSED_AFTER)


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time so many months ago; the last day of the month when there is no such day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    for day in range(now.day, 27, -1):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return now.replace(year=year, month=month + 1)


def last_due(now: datetime, zone: ZoneInfo) -> datetime:
    """The newest scheduled instant that is not after `now`."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), RUN_AT, zone)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), RUN_AT, zone)


def missed(previous: datetime | None, due: datetime) -> int:
    """How many scheduled instants between the previous run and this one were not done."""
    return 0 if previous is None else max(0, round((due - previous) / timedelta(days=1)) - 1)
