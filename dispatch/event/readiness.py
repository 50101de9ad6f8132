"""Is every trip of the event going to happen: readiness by wave, the zero-miss list, and how punctual it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fleet.geo import distance_m
from fleet.order import OrderState, Place
from fleet.travel import LonLat, guess_distance_m, guess_duration_s

AT_STAGING_M = 300.0
HEARD_WITHIN = timedelta(minutes=10)
ON_TIME = timedelta(minutes=10)
OVER = frozenset({OrderState.RETURNED, OrderState.RECEIPTED, OrderState.SETTLED, OrderState.ARCHIVED})
ABOARD = frozenset({OrderState.IN_USE, OrderState.EXTENDED}) | OVER
CALLED_OFF = frozenset({OrderState.CANCELLED, OrderState.WITHDRAWN, OrderState.REJECTED})
ACCEPTED = frozenset({OrderState.DRIVER_ACCEPTED, OrderState.DEPARTED}) | ABOARD
ON_THE_WAY = frozenset({OrderState.DRIVER_ACCEPTED, OrderState.ASSIGNED, OrderState.DEPARTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TripState:
    """What is known of one trip now. Absent: unknown, which is never taken for ready."""

    trip_no: str
    wave: str
    order_id: UUID | None
    state: OrderState | None
    start_at: datetime
    end_at: datetime
    origin: Place
    staging: Place | None
    plate: str | None = None
    driver_name: str | None = None
    documents_valid_until: date | None = None
    licence_expires_on: date | None = None
    heard_at: datetime | None = None
    at: LonLat | None = None  # the last place of its vehicle
    picked_up_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One thing a trip lacks. Figures: `distance_m`, `late_s`, `heard_at`, `on`, `state`."""

    code: str
    params: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TripLacks:
    trip_no: str
    wave: str
    order_id: UUID | None
    start_at: datetime
    plate: str | None
    driver_name: str | None
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveReadiness:
    """One wave: how many trips are ready, and how many lack what."""

    wave: str
    first_start_at: datetime
    trips: int
    ready: int
    lacking: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePunctuality:
    """Pick-ups of one wave. `share` is on time of those due (start and ten minutes are over, or people are aboard)."""

    wave: str
    trips: int
    due: int
    on_time: int
    late: int
    missed: int  # due and nobody was picked up
    share: float | None
    mean_late_s: float | None  # of the late ones


def lacks(trip: TripState, *, now: datetime, zone: ZoneInfo, within_m: float = AT_STAGING_M) -> tuple[Lack, ...]:
    """Everything a trip lacks before its people are aboard; nothing once they are or it was called off."""
    if trip.state in ABOARD or trip.state in CALLED_OFF:
        return ()
    if trip.order_id is None:
        return (Lack(code="no_order", params={}),)
    if trip.plate is None:
        return (Lack(code="no_vehicle", params={"state": trip.state.value if trip.state else None}),)
    found = []
    if trip.state not in ACCEPTED:
        found.append(Lack(code="not_accepted", params={"state": trip.state.value if trip.state else None}))
    last_day = trip.end_at.astimezone(zone).date()
    for code, until in (("documents_expire", trip.documents_valid_until), ("licence_expires", trip.licence_expires_on)):
        if until is not None and until < last_day:
            found.append(Lack(code=code, params={"on": until.isoformat()}))
    heard = trip.heard_at is not None and now - trip.heard_at <= HEARD_WITHIN
    if not heard:
        heard_at = trip.heard_at.isoformat() if trip.heard_at else None
        found.append(Lack(code="locator_silent", params={"heard_at": heard_at}))
    elif trip.state is not OrderState.DEPARTED:
        place = trip.staging or trip.origin
        away_m = None if trip.at is None else distance_m(*trip.at, place.lon, place.lat)
        if away_m is None or away_m > within_m:
            away = None if away_m is None else round(away_m)
            found.append(Lack(code="not_at_staging", params={"distance_m": away, "place": place.name}))
    return tuple(found)


def readiness(
    trips: Iterable[TripState], *, now: datetime, zone: ZoneInfo, within_m: float = AT_STAGING_M
) -> list[WaveReadiness]:
    """By wave, the one that begins first first."""
    waves: dict[str, list[tuple[TripState, tuple[Lack, ...]]]] = {}
    for trip in trips:
        if trip.state not in CALLED_OFF:
            waves.setdefault(trip.wave, []).append((trip, lacks(trip, now=now, zone=zone, within_m=within_m)))
    found = []
    for wave, members in waves.items():
        lacking: dict[str, int] = {}
        for each in (lack for _, several in members for lack in several):
            lacking[each.code] = lacking.get(each.code, 0) + 1
        found.append(
            WaveReadiness(
                wave=wave,
                first_start_at=min(trip.start_at for trip, _ in members),
                trips=len(members),
                ready=sum(not several for _, several in members),
                lacking=lacking,
            )
        )
    return sorted(found, key=lambda each: (each.first_start_at, each.wave))


def exceptions(
    trips: Iterable[TripState], *, now: datetime, zone: ZoneInfo, ahead: timedelta, within_m: float = AT_STAGING_M
) -> list[TripLacks]:
    """The zero-miss list: trips that begin within `ahead`, or should have begun, and lack something or run late."""
    found = []
    for trip in trips:
        if trip.start_at > now + ahead or trip.state in ABOARD or trip.state in CALLED_OFF:
            continue
        several = [*_running_late(trip, now), *lacks(trip, now=now, zone=zone, within_m=within_m)]
        if several:
            found.append(
                TripLacks(
                    trip_no=trip.trip_no,
                    wave=trip.wave,
                    order_id=trip.order_id,
                    start_at=trip.start_at,
                    plate=trip.plate,
                    driver_name=trip.driver_name,
                    lacks=tuple(several),
                )
            )
    return sorted(found, key=lambda each: (each.start_at, each.trip_no))


def punctuality(trips: Iterable[TripState], *, now: datetime) -> list[WavePunctuality]:
    """By wave, from the instants at which people were picked up; an over-due trip without one is missed until it has one."""
    waves: dict[str, list[TripState]] = {}
    for trip in trips:
        if trip.state not in CALLED_OFF:
            waves.setdefault(trip.wave, []).append(trip)
    found = []
    for wave, members in sorted(waves.items(), key=lambda item: (min(t.start_at for t in item[1]), item[0])):
        picked = [(t.picked_up_at - t.start_at).total_seconds() for t in members if t.picked_up_at is not None]
        late = [seconds for seconds in picked if seconds > ON_TIME.total_seconds()]
        missed = sum(trip.picked_up_at is None and trip.start_at + ON_TIME < now for trip in members)
        due = len(picked) + missed
        found.append(
            WavePunctuality(
                wave=wave,
                trips=len(members),
                due=due,
                on_time=len(picked) - len(late),
                late=len(late),
                missed=missed,
                share=(len(picked) - len(late)) / due if due else None,
                mean_late_s=sum(late) / len(late) if late else None,
            )
        )
    return found


def _running_late(trip: TripState, now: datetime) -> list[Lack]:
    """Late by the clock, or expected to be by where the vehicle is."""
    late_s = (now - trip.start_at).total_seconds()
    heard = trip.heard_at is not None and now - trip.heard_at <= HEARD_WITHIN
    if heard and trip.at is not None and trip.state in ON_THE_WAY:
        way_s = guess_duration_s(guess_distance_m(trip.at, (trip.origin.lon, trip.origin.lat)))
        late_s += way_s
    return [Lack(code="running_late", params={"late_s": round(late_s)})] if late_s > ON_TIME.total_seconds() else []
