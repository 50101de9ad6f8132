"""Scenarios of R01 NO_ORDER: its thresholds, its episodes, and the orders that cover a drive."""

from tests.contract.drives import HOME, Track, at, case, order, place, vehicle
from tests.contract.scenarios import ALL_DAY, DAY, FENCELESS, no_order, overrun, says, trip


def _no_order_thresholds() -> None:
    left, arrived = at(f"{DAY} 10:00"), at(f"{DAY} 10:10")
    says(
        "R01 of a drive without an order, from leaving to arriving, detected when 200 m and 2 min are both exceeded",
        case(trip(f"{DAY} 10:00")),
        no_order(
            vehicle="v1", started_at=left, ended_at=arrived, detected_at=(at(f"{DAY} 10:02"), at(f"{DAY} 10:02:30"))
        ),
    )
    says("R01 not for 150 m in 5 min", case(trip(f"{DAY} 10:00", km=0.15, kmh=1.8)))
    says("R01 not for 190 m in 3 min", case(trip(f"{DAY} 10:00", km=0.19, kmh=3.8)))
    says("R01 not for 1 km in 100 s", case(trip(f"{DAY} 10:00", km=1.0)))
    says(
        "R01 for 240 m in 4 min out of a depot that has no fence here",
        case(trip(f"{DAY} 10:00", km=0.3, kmh=6), depots=[], vehicles=[FENCELESS]),
        no_order(),
    )
    says("R01 for 1.5 km in 150 s", case(trip(f"{DAY} 10:00", km=1.5)), no_order())
    slow = case(trip(f"{DAY} 10:00", km=3, kmh=9), depots=[], vehicles=[FENCELESS])
    says(
        "R01 detected at 2 min when 200 m came first",
        slow,
        no_order(detected_at=(at(f"{DAY} 10:02"), at(f"{DAY} 10:02:40"))),
    )
    slower = case(trip(f"{DAY} 10:00", km=1, kmh=5.4), depots=[], vehicles=[FENCELESS])
    says(
        "R01 detected at 200 m when 2 min came first",
        slower,
        no_order(detected_at=(at(f"{DAY} 10:02:10"), at(f"{DAY} 10:02:50"))),
    )
    says(
        "R01 with other parameters by rules: 50 m in more than half a minute",
        case(
            trip(f"{DAY} 10:00", km=1.0),
            depots=[],
            vehicles=[FENCELESS],
            rules={"R01": {"minimum_m": 50, "minimum_min": 0.5}},
        ),
        no_order(),
    )


def _no_order_episodes() -> None:
    start = at(f"{DAY} 09:40")

    def twice(rest_min: float) -> Track:
        return Track(starts_at=start).rest(20).go(6000).rest(rest_min).go(6000).rest(20)

    says(
        "two episodes when the vehicle rested exactly 10 min between",
        case(twice(10)),
        no_order(started_at=at(f"{DAY} 10:00"), ended_at=at(f"{DAY} 10:10")),
        no_order(started_at=at(f"{DAY} 10:20"), ended_at=at(f"{DAY} 10:30")),
    )
    says("two episodes when the vehicle rested 12 min between", case(twice(12)), no_order(), no_order())
    says(
        "one episode when the vehicle rested 9 min 40 s between",
        case(twice(9 + 40 / 60)),
        no_order(started_at=at(f"{DAY} 10:00"), ended_at=at(f"{DAY} 10:29:40")),
    )

    def silent(minutes: float) -> Track:
        return Track(starts_at=start).rest(20).go(6000).silence(minutes).go(6000).rest(20)

    says("one episode over 9 min 40 s without fixes", case(silent(9 + 40 / 60)), no_order())
    says("two episodes over exactly 10 min without fixes", case(silent(10)), no_order(), no_order())
    says("two episodes over 11 min without fixes", case(silent(11)), no_order(), no_order())
    ended = Track(starts_at=start).rest(20).go(6000)
    says(
        "an episode is still open while the vehicle moves", case(ended, now=at(f"{DAY} 10:10")), no_order(ended_at=None)
    )
    says(
        "an episode is closed once the vehicle was silent for 10 min and the watermark passed",
        case(ended),
        no_order(ended_at=at(f"{DAY} 10:10")),
    )
    arrived = Track(starts_at=start).rest(20).go(6000).rest(9)
    says("an episode is still open after 9 min at rest", case(arrived, now=at(f"{DAY} 10:19")), no_order(ended_at=None))
    arrived = Track(starts_at=start).rest(20).go(6000).rest(13)
    says(
        "an episode is closed after 13 min at rest",
        case(arrived, now=at(f"{DAY} 10:23")),
        no_order(ended_at=at(f"{DAY} 10:10")),
    )
    loops = Track(starts_at=start).rest(20).go(3000).rest(3).go(-3000).rest(20)
    says(
        "one episode there and back with a short stop",
        case(loops),
        no_order(started_at=at(f"{DAY} 10:00"), ended_at=at(f"{DAY} 10:13")),
    )


def _orders_that_cover() -> None:
    ten = trip(f"{DAY} 10:00")
    says("nothing about a drive under its order", case(ten, order(f"{DAY} 09:50", f"{DAY} 11:00")))
    for kind in (
        "emergency",
        "retained",
        "service",
        "shared",
        "time_share",
        "rental",
        "batch",
        "standing",
        "back_fill",
    ):
        says(f"R01 not under an order of type {kind}", case(ten, order(f"{DAY} 09:50", f"{DAY} 11:00", type=kind)))
    says("R01 not 15 min before the planned start", case(ten, order(f"{DAY} 10:15", f"{DAY} 11:00")))
    late = Track(starts_at=at(f"{DAY} 08:10")).rest(20).go(3000).go(-3000).rest(39).go(6000).rest(20)
    says(
        "R01 not for another drive that ends by 30 min after the planned end",
        case(late, order(f"{DAY} 08:30", f"{DAY} 09:20")),
    )
    says(
        "R01 for a drive that begins 40 min after the planned end from the depot",
        case(late, order(f"{DAY} 08:30", f"{DAY} 08:39")),
        no_order(started_at=at(f"{DAY} 09:19"), ended_at=at(f"{DAY} 09:29")),
    )
    says(
        "the grace after an order is half-open: leaving exactly when it ends is R01",
        case(late, order(f"{DAY} 08:30", f"{DAY} 08:49")),
        no_order(started_at=at(f"{DAY} 09:19")),
    )
    out = Track(starts_at=at(f"{DAY} 08:10")).rest(20).go(6000).rest(60).go(-6000).rest(20)
    says(
        "R01 never for what is R02: still out under the order an hour after it ended",
        case(out, order(f"{DAY} 08:30", f"{DAY} 08:52")),
        overrun(),
    )
    says("R01 for a drive hours before the order begins", case(ten, order(f"{DAY} 13:00", f"{DAY} 14:00")), no_order())
    says("R01 for a drive under the order of another vehicle", case(ten, order(*ALL_DAY, vehicle="v2")), no_order())
    entered = order(f"{DAY} 09:50", f"{DAY} 11:00", type="back_fill", created_at=at("2026-03-13 09:00"))
    says(
        "R01 withdrawn by a back-fill entered two days later is not printed",
        case(ten, entered, now=at("2026-03-14 12:00")),
    )
    entered = order(f"{DAY} 09:50", f"{DAY} 11:00", type="emergency", created_at=at(f"{DAY} 10:25"))
    says("R01 withdrawn by an emergency order entered after the drive is not printed", case(ten, entered))
    entered = order(f"{DAY} 12:00", f"{DAY} 13:00", type="back_fill", created_at=at(f"{DAY} 13:00"))
    says("R01 stays when the back-fill names another time", case(ten, entered), no_order())
    two = Track(starts_at=at(f"{DAY} 08:40")).rest(20).go(6000).rest(60).go(-6000).rest(20)
    handed = order(f"{DAY} 09:00", f"{DAY} 09:15", type="time_share", origin=list(HOME), destination=list(place(6000)))
    says(
        "R01 after a time-share vehicle was handed over at its destination",
        case(two, handed),
        no_order(started_at=at(f"{DAY} 10:10")),
    )
    says("R01 not for a vehicle exempt from it", case(ten, vehicles=[vehicle(exempt_rules=["R01"])]))
    says("R01 for a vehicle exempt from another rule", case(ten, vehicles=[vehicle(exempt_rules=["R07"])]), no_order())


_no_order_thresholds()
_no_order_episodes()
_orders_that_cover()
