"""Is every trip of the event going to happen: readiness by wave, the zero-miss list, and how punctual it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fleet.geo import distance_m
from fleet.order import OrderState, Place
from fleet.travel import LonLat, guess_distance_m, guess_duration_s

AT_STAGING_M = 300.0
HEARD_WITHIN = timedelta(minutes=10)
SOON = timedelta(hours=2)  # before it a locator need only have been heard within a day
HEARD_WITHIN_A_DAY = timedelta(hours=24)
STAGED_BEFORE = timedelta(minutes=30)
ON_TIME = timedelta(minutes=10)
OVER = frozenset({OrderState.RETURNED, OrderState.RECEIPTED, OrderState.SETTLED, OrderState.ARCHIVED})
ABOARD = frozenset({OrderState.IN_USE, OrderState.EXTENDED}) | OVER
CALLED_OFF = frozenset({OrderState.CANCELLED, OrderState.WITHDRAWN, OrderState.REJECTED})
UNDRIVEN = frozenset({OrderState.EXPIRED, OrderState.NO_SHOW, OrderState.BROKEN_DOWN})
ACCEPTED = frozenset({OrderState.DRIVER_ACCEPTED, OrderState.DEPARTED}) | ABOARD
# Who can mend what a trip lacks.
WHO: Mapping[str, str] = {
    "no_order": "commander", "no_vehicle": "dispatcher", "not_accepted": "driver", "documents_expire": "fleet_admin", "licence_expires": "fleet_admin",
    "locator_silent": "device_engineer", "not_at_staging": "driver", "not_ready": "commander", "missed": "dispatcher", "running_late": "dispatcher",
    "arrives_late": "dispatcher",
}  # fmt: skip
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
    dropped_at: datetime | None = None
    movement_id: UUID | None = None
    priority: int = 0
    left_code: str | None = None  # why planning left it without a vehicle
    expected_at: datetime | None = None  # at its people, as the engine said last; of a fresh position
    expected_end_at: datetime | None = None  # the same of the end of a trip under way
    marks: Mapping[str, tuple[bool, str]] = field(default_factory=dict)  # item: in order, and what was said


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an event asks of its trips."""

    on_time: timedelta = ON_TIME  # so late is on time
    staged_before: timedelta = STAGED_BEFORE  # a vehicle stands in its lot so long before
    within_m: float = AT_STAGING_M


ORDINARY = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """One thing a trip lacks. Figures: `distance_m`, `late_s`, `heard_at`, `on`, `state`, `item`, `note`, `left`."""

    code: str
    params: dict[str, object]

    @property
    def who(self) -> str:
        """Who must act: a role, or the commander."""
        return WHO[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class TripLacks:
    """A trip of the zero-miss list with everything against it, what is most urgent first."""

    movement_id: UUID | None
    priority: int
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
    dropped: int  # trips that have ended
    dropped_on_time: int  # at most so late after their planned end


def lacks(trip: TripState, *, now: datetime, zone: ZoneInfo, terms: Terms = ORDINARY) -> tuple[Lack, ...]:
    """Everything a trip lacks before its people are aboard; nothing once they are or it was called off."""
    if trip.state in ABOARD or trip.state in CALLED_OFF:
        return ()
    if trip.order_id is None:
        return (Lack(code="no_order", params={}),)
    state = trip.state.value if trip.state else None
    if trip.state in UNDRIVEN:
        return (Lack(code="missed", params={"state": state}),)
    if trip.plate is None:
        return (Lack(code="no_vehicle", params={"state": state, "left": trip.left_code or "not_planned"}),)
    found = []
    if trip.state not in ACCEPTED:
        found.append(Lack(code="not_accepted", params={"state": state}))
    last_day = trip.end_at.astimezone(zone).date()
    for code, until in (("documents_expire", trip.documents_valid_until), ("licence_expires", trip.licence_expires_on)):
        if until is not None and until < last_day:
            found.append(Lack(code=code, params={"on": until.isoformat()}))
    found += [
        Lack(code="not_ready", params={"item": item, "note": note})
        for item, (good, note) in trip.marks.items()
        if not good
    ]
    return (*found, *_of_position(trip, now, terms))


def _of_position(trip: TripState, now: datetime, terms: Terms) -> list[Lack]:
    """What its locator says. Who saw the vehicle in its lot is believed."""
    within = HEARD_WITHIN if trip.start_at - now <= SOON else HEARD_WITHIN_A_DAY
    if trip.heard_at is None or now - trip.heard_at > within:
        heard_at = trip.heard_at.isoformat() if trip.heard_at else None
        return [Lack(code="locator_silent", params={"heard_at": heard_at})]
    seen, _ = trip.marks.get("staged", (False, ""))
    if trip.state is OrderState.DEPARTED or seen or now < trip.start_at - terms.staged_before:
        return []
    place = trip.staging or trip.origin
    away_m = None if trip.at is None else distance_m(*trip.at, place.lon, place.lat)
    if away_m is not None and away_m <= terms.within_m:
        return []
    return [
        Lack(
            code="not_at_staging",
            params={"distance_m": None if away_m is None else round(away_m), "place": place.name},
        )
    ]


def readiness(
    trips: Iterable[TripState], *, now: datetime, zone: ZoneInfo, terms: Terms = ORDINARY
) -> list[WaveReadiness]:
    """By wave, the one that begins first first."""
    found = []
    for wave, members in _by_wave(trips).items():
        several = [lacks(trip, now=now, zone=zone, terms=terms) for trip in members]
        lacking: dict[str, int] = {}
        for each in (lack for lacking_of_one in several for lack in lacking_of_one):
            lacking[each.code] = lacking.get(each.code, 0) + 1
        found.append(
            WaveReadiness(
                wave=wave,
                first_start_at=min(trip.start_at for trip in members),
                trips=len(members),
                ready=sum(not each for each in several),
                lacking=lacking,
            )
        )
    return sorted(found, key=lambda each: (each.first_start_at, each.wave))


def exceptions(
    trips: Iterable[TripState], *, now: datetime, zone: ZoneInfo, ahead: timedelta, terms: Terms = ORDINARY
) -> list[TripLacks]:
    """The zero-miss list: trips that begin within `ahead`, or should have begun, and lack something or run late; and those that will end late."""
    found = []
    for trip in trips:
        if trip.start_at > now + ahead or trip.state in OVER or trip.state in CALLED_OFF:
            continue
        several = [*_running_late(trip, now, terms), *lacks(trip, now=now, zone=zone, terms=terms)]
        if several:
            found.append(
                TripLacks(
                    movement_id=trip.movement_id,
                    priority=trip.priority,
                    trip_no=trip.trip_no,
                    wave=trip.wave,
                    order_id=trip.order_id,
                    start_at=trip.start_at,
                    plate=trip.plate,
                    driver_name=trip.driver_name,
                    lacks=tuple(several),
                )
            )
    return sorted(found, key=lambda each: (each.start_at, -each.priority, each.trip_no))


def punctuality(trips: Iterable[TripState], *, now: datetime, terms: Terms = ORDINARY) -> list[WavePunctuality]:
    """By wave, from the instants at which people were picked up and left the vehicle; an over-due trip without one is missed until it has one."""
    found = []
    limit_s = terms.on_time.total_seconds()
    for wave, members in sorted(_by_wave(trips).items(), key=lambda item: (min(t.start_at for t in item[1]), item[0])):
        picked = [(t.picked_up_at - t.start_at).total_seconds() for t in members if t.picked_up_at is not None]
        ended = [(t.dropped_at - t.end_at).total_seconds() for t in members if t.dropped_at is not None]
        late = [seconds for seconds in picked if seconds > limit_s]
        missed = sum(
            trip.picked_up_at is None and trip.state not in OVER and trip.start_at + terms.on_time < now
            for trip in members
        )
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
                dropped=len(ended),
                dropped_on_time=sum(seconds <= limit_s for seconds in ended),
            )
        )
    return found


def _by_wave(trips: Iterable[TripState]) -> dict[str, Sequence[TripState]]:
    waves: dict[str, list[TripState]] = {}
    for trip in trips:
        if trip.state not in CALLED_OFF:
            waves.setdefault(trip.wave, []).append(trip)
    return dict(waves)


def _running_late(trip: TripState, now: datetime, terms: Terms) -> list[Lack]:
    """Late by the clock, or expected to be: as the engine said, else by the guessed way from where the vehicle is."""
    if trip.state in ABOARD:
        late_s = 0.0 if trip.expected_end_at is None else (trip.expected_end_at - trip.end_at).total_seconds()
        return (
            [Lack(code="arrives_late", params={"late_s": round(late_s)})]
            if late_s > terms.on_time.total_seconds()
            else []
        )
    late_s = (now - trip.start_at).total_seconds()
    heard = trip.heard_at is not None and now - trip.heard_at <= HEARD_WITHIN
    if trip.expected_at is not None:
        late_s = max(late_s, (trip.expected_at - trip.start_at).total_seconds())
    elif heard and trip.at is not None and trip.state in ON_THE_WAY:
        late_s += guess_duration_s(guess_distance_m(trip.at, (trip.origin.lon, trip.origin.lat)))
    return (
        [Lack(code="running_late", params={"late_s": round(late_s)})] if late_s > terms.on_time.total_seconds() else []
    )
