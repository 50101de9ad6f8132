"""Scenarios of what fixes can tell: movement that is no use, cadences, gaps, clocks, late uploads, custody."""

from datetime import timedelta

from tests.contract.drives import (
    Object,
    Track,
    at,
    case,
    order,
    square,
    vehicle,
)
from tests.contract.scenarios import ALL_DAY, DAY, no_order, off_hours, says, trip


def _what_is_no_use() -> None:
    starts = at(f"{DAY} 09:40")
    yard = [{"id": "d1", "geometry": square(600)}]
    inside = Track(starts_at=starts).rest(20).go(400, kmh=8).go(0, 400, kmh=8).rest(20)
    says("R01 not for shuffling inside the depot", case(inside, depots=yard))
    several = [{"id": "d1", "geometry": {"type": "MultiPolygon", "coordinates": [square(600)["coordinates"]]}}]
    says("a depot may be a MultiPolygon", case(inside, depots=several))
    says("R01 for leaving the same depot", case(trip(f"{DAY} 10:00"), depots=yard), no_order())
    towed = Track(starts_at=starts, always={"ignition": 0}).rest(20).go(6000, kmh=30).rest(20)
    says("nothing about a tow: speed with the ignition off", case(towed))
    sunday = Track(starts_at=at("2026-03-15 19:00"), always={"ignition": 0}).rest(20).go(6000, kmh=30).rest(20)
    says("R04 not for a tow on a Sunday", case(sunday))
    parked = Track(starts_at=at("2026-03-14 18:00"))
    for n in range(720):
        parked.east_m, parked.north_m = 25 * ((n * 7) % 5 - 2), 20 * ((n * 11) % 7 - 3)
        if n % 60 == 37:
            parked.east_m += 160  # a single leap of the receiver
        parked.rest(0)
        parked.pause(60)
    says("nothing about a parked vehicle whose fixes drift for a night at the weekend", case(parked))
    for what, columns in {
        "invalid": {"valid": 0},
        "of 3 satellites": {"satellites": 3},
        "accurate to 80 m": {"accuracy_m": 80},
    }.items():
        says(
            f"R01 never suspected from fixes all {what}",
            case(trip(f"{DAY} 10:00", **columns)),
            silent_or_undetermined=True,
        )
    for what, columns in {"with 4 satellites": {"satellites": 4}, "accurate to 50 m": {"accuracy_m": 50}}.items():
        says(f"R01 suspected from fixes all {what}", case(trip(f"{DAY} 10:00", **columns)), no_order())


def _late_and_shuffled() -> None:
    drive = trip(f"{DAY} 10:00")
    whole = no_order(
        started_at=at(f"{DAY} 10:00"),
        ended_at=at(f"{DAY} 10:10"),
        detected_at=(at(f"{DAY} 10:02"), at(f"{DAY} 10:02:30")),
    )

    def received(delay_s: float) -> list[Object]:
        return [row | {"received_at": row["fixed_at"] + timedelta(seconds=delay_s)} for row in drive.rows]

    says("live cadence received 90 s later is judged as it is", case(received(90)), whole)
    says(
        "a constant offset of 5 min is a wrong clock: undetermined", case(received(300)), no_order(state="undetermined")
    )
    says(
        "a constant offset of 3 min is a wrong clock: undetermined", case(received(180)), no_order(state="undetermined")
    )
    burst_at = drive.rows[-1]["fixed_at"] + timedelta(minutes=40)
    burst = [row | {"received_at": burst_at + timedelta(milliseconds=50 * n)} for n, row in enumerate(drive.rows)]
    says("a late upload with shrinking offset is judged at its own time", case(burst), whole)
    days = [
        row | {"received_at": burst_at + timedelta(days=12, milliseconds=50 * n)} for n, row in enumerate(drive.rows)
    ]
    says("a late upload twelve days old is judged at its own time", case(days, now=at("2026-03-25 12:00")), whole)
    mixed = sorted(
        received(2), key=lambda row: (row["fixed_at"].second * 7919 + row["fixed_at"].minute * 104729) % 1009
    )
    arrived = at(f"{DAY} 11:00")
    shuffled = [row | {"received_at": arrived + timedelta(milliseconds=20 * n)} for n, row in enumerate(mixed)]
    says("the order of arrival changes nothing", case(shuffled), whole)
    says("backwards is the same", case([{**row, "received_at": arrived} for row in reversed(drive.rows)]), whole)
    says("every fix twice is the same", case([row for row in received(2) for _ in range(2)]), whole)
    says(
        "all again a day later is the same", case([*received(2), *received(86_400)], now=at("2026-03-12 12:00")), whole
    )
    for gap_s in (1, 2, 5):
        drained = [
            row | {"received_at": at(f"{DAY} 11:00") + timedelta(seconds=gap_s * n)} for n, row in enumerate(drive.rows)
        ]
        says(f"a late upload that drains one fix every {gap_s} s is no wrong clock", case(drained), whole)
    out = [at(f"{DAY} 10:03"), at(f"{DAY} 10:08")]
    caught = [
        row | {"received_at": max(row["fixed_at"], out[1]) if out[0] <= row["fixed_at"] else row["fixed_at"]}
        for row in drive.rows
    ]
    says("five minutes without network, sent afterwards, change nothing", case(caught), whole)
    ahead = received(-600)
    says("a clock ten minutes ahead is undetermined as well", case(ahead), no_order(state="undetermined"))
    unseen = Track(starts_at=at(f"{DAY} 09:30")).rest(20).silence(70, east_m=8000).rest(20)
    says("a movement nobody saw is undetermined", case(unseen), no_order(state="undetermined"))
    filled = [
        *unseen.rows,
        *(
            r | {"received_at": at(f"{DAY} 13:00")}
            for r in Track(starts_at=at(f"{DAY} 09:50")).rest(10).go(8000).rest(46).rows
        ),
    ]
    says(
        "a gap that is filled later is judged like a drive that was seen",
        case(filled, now=at(f"{DAY} 14:00")),
        no_order(),
    )


def _cadences_and_gaps() -> None:
    whole = {"started_at": at(f"{DAY} 10:00"), "ended_at": at(f"{DAY} 10:10")}
    every = trip(f"{DAY} 10:00").rows
    sparse = [row for row in every if row["fixed_at"].second == 0]
    says(
        "one fix a minute gives the same episode",
        case(sparse),
        no_order(**whole, detected_at=(at(f"{DAY} 10:02"), at(f"{DAY} 10:03"))),
    )
    says(
        "a drive from the first fix on counts",
        case([row for row in every if row["fixed_at"] > at(f"{DAY} 10:00")]),
        no_order(**whole),
    )
    under = order(*ALL_DAY)
    evening = Track(starts_at=at(f"{DAY} 19:10")).rest(30).silence(40, east_m=10_000).rest(30)
    says(
        "moved unseen between 19:40 and 20:20: whether in the quiet hours is undetermined",
        case(evening, under),
        off_hours(state="undetermined"),
    )
    says(
        "moved unseen by day under an order is nothing",
        case(Track(starts_at=at(f"{DAY} 10:10")).rest(30).silence(40, east_m=10_000).rest(30), under),
    )
    leap = Track(starts_at=at(f"{DAY} 09:00")).rest(120)
    leap.rows[300]["lat"] += 0.05
    says("one fix 5 km away from a parked vehicle is no movement", case(leap))
    hidden = [row | ({"lon": 0, "lat": 0} if row["fixed_at"].second == 30 else {}) for row in every]
    says("fixes at 0/0 are no positions", case(hidden), no_order(**whole))
    twice = [more for row in every for more in (row, row | {"lon": row["lon"] + 0.1})]
    says("a different fix at the same instant changes nothing", case(twice), no_order(**whole))
    later = [*every, every[-1] | {"fixed_at": at("2030-01-01 00:00")}]
    says("a fix from the future changes nothing", case(later, now=at(f"{DAY} 12:00")), no_order(**whole))


def _custody() -> None:
    ten = trip(f"{DAY} 10:00")
    nobody = vehicle(user_unit=None, owner_unit=None)
    says("a vehicle of which no custody is said is judged as usual", case(ten, vehicles=[nobody]), no_order())
    says("an owner is custody enough when no user is named", case(ten, vehicles=[vehicle(user_unit=None)]), no_order())

    def related(until: str) -> Object:
        return {"relations": [{"kind": "user", "unit": "u1", "from": "2025-01-01T00:00:00+08:00", "to": until}]}

    held = nobody | related("2026-12-31T00:00:00+08:00")
    says("custody from a dated relation is known", case(ten, vehicles=[held]), no_order())
    ended = nobody | related("2026-03-11T00:00:00+08:00")
    says("custody that ended before the drive is unknown", case(ten, vehicles=[ended]), no_order(state="undetermined"))
    says(
        "custody of a user that ended is unknown although the owner is known",
        case(ten, vehicles=[vehicle(user_unit=None) | related("2026-03-11T00:00:00+08:00")]),
        no_order(state="undetermined"),
    )
    open_ended = nobody | {
        "relations": [{"kind": "user", "unit": "u1", "from": "2025-01-01T00:00:00+08:00", "to": None}]
    }
    says("custody without an end is known", case(ten, vehicles=[open_ended]), no_order())


def _two_vehicles() -> None:
    first, second = trip(f"{DAY} 10:00"), Track(starts_at=at(f"{DAY} 09:40"), device="dev2").rest(20).go(6000).rest(20)
    rows = [row for pair in zip(first.rows, second.rows, strict=True) for row in pair]
    pair = [vehicle(), vehicle(id="v2", device="dev2")]
    says("one finding per vehicle", case(rows, vehicles=pair), no_order(vehicle="v1"), no_order(vehicle="v2"))
    says("an order covers its own vehicle only", case(rows, order(*ALL_DAY), vehicles=pair), no_order(vehicle="v2"))
    says("no finding about fixes of a device that no vehicle has", case(second, vehicles=[vehicle()]))


_what_is_no_use()
_late_and_shuffled()
_cadences_and_gaps()
_custody()
_two_vehicles()
