"""Whether a vehicle is on the live map, what it is doing, and if it is not there: why.

Pure, so that the live stream, the vehicle list and the answer to "why is it not on the map" can never
disagree.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.position import LiveState, Quality

MOVING_KMH = 3.0
# A vehicle that was moving reports every few seconds, a parked one rarely: silence means different things.
SILENT_AFTER_MOVING = timedelta(minutes=5)
SILENT_AFTER_PARKED = timedelta(minutes=60)


# Names of the states, for lists; the live frames carry the numbers.
STATE_NAMES = {
    LiveState.SILENT: "silent",
    LiveState.PARKED: "parked",
    LiveState.MOVING_ON_ORDER: "on_order",
    LiveState.MOVING_WITHOUT_ORDER: "no_order",
    LiveState.SUSPECTED: "suspected",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """What is known about one vehicle's newest fix and what surrounds it."""

    fixed_at: datetime | None  # None: no fix this viewer may see
    received_at: datetime | None
    speed_kmh: float | None
    ignition: bool | None
    on_order: bool = False  # an order covers this moment
    suspected: bool = False  # an alert is open


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One reason, as a code with parameters; the interface has the sentences."""

    code: str
    params: dict[str, str | int | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """What the platform knows of a vehicle's locator, for the question why it is not on the map."""

    device: str | None  # code of the locator bound now; None: none is bound
    device_active: bool | None
    bound_at: datetime | None
    online: bool | None  # the locator's own last word on its connection; None: it never said
    fixed_at: datetime | None  # newest stored fix of the locator, wherever it was bound then
    received_at: datetime | None
    quality: int | None
    rejected_reason: str | None  # newest message in quarantine
    rejected_at: datetime | None
    rejected_detail: str | None
    rejected_times: int | None
    in_live_scope: bool  # this viewer may see its live position now


def is_silent(presence: Presence, now: datetime) -> bool:
    """Nothing was received for longer than a vehicle in this condition needs."""
    if presence.received_at is None:
        return True
    limit = SILENT_AFTER_MOVING if _moves(presence) else SILENT_AFTER_PARKED
    return now - presence.received_at > limit


def live_state(presence: Presence, now: datetime) -> LiveState:
    """How the map draws it: suspicion first, then silence, then movement."""
    if presence.suspected:
        return LiveState.SUSPECTED
    if is_silent(presence, now):
        return LiveState.SILENT
    if not _moves(presence):
        return LiveState.PARKED
    return LiveState.MOVING_ON_ORDER if presence.on_order else LiveState.MOVING_WITHOUT_ORDER


def why_not_on_map(trail: Trail, presence: Presence, now: datetime) -> list[Reason]:
    """Every reason that holds, the most basic first; none when the vehicle is on the map and heard of lately."""
    if trail.device is None:
        return [Reason(code="no_device", params={})]
    reasons = []
    if trail.device_active is False:
        reasons.append(Reason(code="device_disabled", params={"device": trail.device}))
    if trail.fixed_at is None:
        reasons.append(Reason(code="never_reported", params={"device": trail.device, "online": _said(trail.online)}))
    elif trail.bound_at is not None and trail.fixed_at < trail.bound_at:
        reasons.append(
            Reason(code="no_fix_since_bound", params={"device": trail.device, "bound_at": _text(trail.bound_at)})
        )
    if not trail.in_live_scope:
        reasons.append(Reason(code="not_in_your_live_scope", params={}))
    if _rejected_last(trail):
        reasons.append(
            Reason(
                code="last_message_rejected",
                params={
                    "reason": trail.rejected_reason,
                    "at": _text(trail.rejected_at),
                    "detail": trail.rejected_detail,
                    "times": trail.rejected_times,
                },
            )
        )
    if trail.received_at is not None and presence.received_at is not None and is_silent(presence, now):
        reasons.append(
            Reason(code="silent_since", params={"at": _text(trail.received_at), "online": _said(trail.online)})
        )
    if trail.quality is not None and Quality(trail.quality) & Quality.NO_FIX:
        reasons.append(Reason(code="no_satellite_fix", params={"at": _text(trail.fixed_at)}))
    return reasons


def _moves(presence: Presence) -> bool:
    return presence.speed_kmh is not None and presence.speed_kmh > MOVING_KMH


def _rejected_last(trail: Trail) -> bool:
    if trail.rejected_at is None:
        return False
    return trail.received_at is None or trail.rejected_at > trail.received_at


def _said(online: bool | None) -> str:
    return "unknown" if online is None else "online" if online else "offline"


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
