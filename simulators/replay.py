"""Plays a recorded track through MQTT as locators do, and counts what the platform says it stored.

Every device of the file becomes a terminal of its own with an outbox. At the end sent and acknowledged are compared,
so that "nothing was lost" is a number and not a hope.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import structlog

from fleet.broker import Address
from simulators.recording import Recorded, shifted
from simulators.terminal import Credential, Terminal

log = structlog.get_logger("simulators.replay")

WAITING_AT_MOST = 2_000  # fixes in one outbox while playing as fast as possible
LAST_ACKS_WITHIN_S = 120.0
PROGRESS_EVERY_S = 10.0
LONGEST_PAUSE_S = 10.0

Tracks = Mapping[str, Sequence[Recorded]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was sent and what became of it, by the platform's own word."""

    device: str
    sent: int
    released: int
    stored: int
    duplicate: int
    rejected: int
    reasons: Mapping[str, int]  # of those rejected
    first: str
    last: str


def brought_to_now(tracks: Tracks, speed: float, now: datetime, longest_gap: timedelta) -> Tracks:
    """All tracks shifted so that each last fix is sent at its own time; no fix is ever from the future.

    With `speed` 0 that is now. A silence above `longest_gap` is shortened to it, so that trips of several months
    still fit into the thirty days a platform accepts.
    """
    moved: dict[str, Sequence[Recorded]] = {}
    for device, track in tracks.items():
        fresh = shifted(track, now, longest_gap)
        moved[device] = shifted(track, now + timedelta(seconds=schedule_s(fresh, speed)[-1]), longest_gap)
    return moved


def schedule_s(track: Sequence[Recorded], speed: float) -> list[float]:
    """When each fix is sent, in seconds after the first. Played faster than life, nobody sits through long silences."""
    instants = [0.0]
    for earlier, later in pairwise(track):
        pause_s = (later.fixed_at - earlier.fixed_at).total_seconds() / speed if speed else 0.0
        instants.append(instants[-1] + (min(pause_s, LONGEST_PAUSE_S) if speed > 1.0 else pause_s))
    return instants


async def play(
    tracks: Tracks, credentials: Mapping[str, Credential], address: Address, *, speed: float, rng: Random
) -> list[Report]:
    """Send all tracks at once, each at `speed` times its own pace (0: as fast as it is stored)."""
    terminals = {device: Terminal(address, credentials[device], clock=_now, rng=rng) for device in tracks}
    telling = asyncio.create_task(_tell_progress(terminals.values(), sum(map(len, tracks.values()))))
    try:
        async with asyncio.TaskGroup() as group:
            playing = [
                group.create_task(_play_one(track, terminals[device], speed)) for device, track in tracks.items()
            ]
    finally:
        telling.cancel()
    return [task.result() for task in playing]


async def _tell_progress(terminals: Collection[Terminal], fixes: int) -> None:
    """A long replay is not silent."""
    while True:
        await asyncio.sleep(PROGRESS_EVERY_S)
        boxes = [terminal.outbox for terminal in terminals]
        log.info("playing", of=fixes, sent=sum(b.kept for b in boxes), released=sum(b.released for b in boxes))


async def _play_one(track: Sequence[Recorded], terminal: Terminal, speed: float) -> Report:
    sending = asyncio.create_task(terminal.run())
    started_at = _now()
    try:
        for seq, (fix, due_s) in enumerate(zip(track, schedule_s(track, speed), strict=True)):
            if speed:
                await asyncio.sleep(max(0.0, due_s - (_now() - started_at).total_seconds()))
            while terminal.outbox.unreleased >= WAITING_AT_MOST:
                await terminal.released(0.2)
            terminal.put(as_message(fix, seq))
        if not await terminal.released(LAST_ACKS_WITHIN_S):
            log.error("not_acknowledged", device=terminal.device, fixes=terminal.outbox.unreleased)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return Report(
        device=terminal.device,
        sent=len(track),
        released=terminal.outbox.released,
        stored=terminal.stored,
        duplicate=terminal.duplicate,
        rejected=terminal.rejected.total(),
        reasons=dict(terminal.rejected),
        first=track[0].fixed_at.isoformat(timespec="milliseconds"),
        last=track[-1].fixed_at.isoformat(timespec="milliseconds"),
    )


def as_message(fix: Recorded, seq: int) -> dict[str, object]:
    """The native fix object of a recorded fix."""
    return {
        "t": fix.fixed_at.isoformat(timespec="milliseconds"),
        "lon": fix.lon,
        "lat": fix.lat,
        "seq": seq,
        **fix.said,
    }


def _now() -> datetime:
    return datetime.now(UTC)
