"""Whether somebody may ride along with a trip: route, time, seats and privacy. Pure.

A confidential trip is never shared, whoever asks. The vehicle leaves when it was booked to; the guest is picked up and set
down on its way out at the places that cost the least.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.order import Order, OrderState, OrderType, Place
from fleet.travel import LonLat

MOST_DETOUR_S = 20 * 60
MOST_DETOUR_RATIO = 0.3  # of the way there without the guest; whichever is more
GUEST_WAITS = timedelta(minutes=15)  # either side of the wish, unless it is more flexible than that
ENDS_TOGETHER = timedelta(minutes=30)  # of two round trips
HOSTS = frozenset(
    {OrderState.UNIT_APPROVED, OrderState.CENTRE_REVIEWED, OrderState.REASSIGNING, OrderState.ASSIGNED, OrderState.DRIVER_ACCEPTED}
)  # fmt: skip
GUESTS = frozenset({OrderState.UNIT_APPROVED, OrderState.CENTRE_REVIEWED, OrderState.REASSIGNING})
SHARED_TYPES = frozenset({OrderType.NORMAL, OrderType.BATCH, OrderType.SHARED})
Seconds = Callable[[LonLat, LonLat], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Where a guest gets in and out. `board` and `leave` are places in the host's stops before which his are put."""

    detour_s: int
    pickup_at: datetime
    arrives_at: datetime
    board: int
    leave: int  # counted after his own first stop was put in
    seats_left: int


def fit(host: Order, guest: Order, *, room: int, stays_s: Sequence[int], seconds: Seconds, now: datetime) -> Fit | str:
    """How they fit, or the reason why not: `confidential`, `not_shareable`, `other_kind`, `state`, `full`, `other_time`, `detour`."""
    reason = _impossible(host, guest, room, now)
    if (
        reason is not None
        or host.origin is None
        or host.destination is None
        or guest.origin is None
        or guest.destination is None
    ):
        return reason or "other_kind"
    path = [host.origin, *host.stops, host.destination]
    stays = [0, *stays_s, 0]
    direct_s = _clock(path, stays, seconds)[-1]
    best: Fit | None = None
    in_time = False
    for board in range(len(path) - 1):
        for leave in range(board, len(path) - 1):
            places = [
                *path[: board + 1],
                guest.origin,
                *path[board + 1 : leave + 1],
                guest.destination,
                *path[leave + 1 :],
            ]
            waits = [*stays[: board + 1], 0, *stays[board + 1 : leave + 1], 0, *stays[leave + 1 :]]
            clock = _clock(places, waits, seconds)
            pickup_at = host.planned_start_at + timedelta(seconds=clock[board + 1])
            if not _suits(guest, pickup_at):
                continue
            in_time = True
            detour_s = max(0, clock[-1] - direct_s)
            if detour_s <= max(MOST_DETOUR_S, MOST_DETOUR_RATIO * direct_s) and (
                best is None or detour_s < best.detour_s
            ):
                best = Fit(
                    detour_s=detour_s, pickup_at=pickup_at, arrives_at=host.planned_start_at + timedelta(seconds=clock[leave + 2]),
                    board=board, leave=leave + 1, seats_left=room - host.passengers - guest.passengers,
                )  # fmt: skip
    return best or ("detour" if in_time else "other_time")


def _impossible(host: Order, guest: Order, room: int, now: datetime) -> str | None:
    if host.confidential or guest.confidential:
        return "confidential"
    if not host.shareable:
        return "not_shareable"
    if host.id == guest.id or not {host.type, guest.type} <= SHARED_TYPES or host.self_drive or guest.self_drive:
        return "other_kind"
    if guest.wheelchairs and not host.wheelchairs:
        return "other_kind"
    if (
        host.state not in HOSTS
        or guest.state not in GUESTS
        or host.rides_with
        or guest.rides_with
        or host.planned_start_at <= now
    ):
        return "state"
    if host.passengers + guest.passengers > room:
        return "full"
    if guest.round_trip and not (host.round_trip and abs(host.planned_end_at - guest.planned_end_at) <= ENDS_TOGETHER):
        return "other_time"
    return None


def _suits(guest: Order, pickup_at: datetime) -> bool:
    early = min(guest.earliest_start_at or guest.planned_start_at, guest.planned_start_at - GUEST_WAITS)
    late = max(guest.latest_start_at or guest.planned_start_at, guest.planned_start_at + GUEST_WAITS)
    return early <= pickup_at <= late


def _clock(places: Sequence[Place], stays_s: Sequence[int], seconds: Seconds) -> list[int]:
    """When each place is reached, in seconds after leaving the first."""
    at, found = 0, [0]
    for before, after, stay in zip(places, places[1:], stays_s, strict=False):
        at += stay + seconds((before.lon, before.lat), (after.lon, after.lat))
        found.append(at)
    return found
