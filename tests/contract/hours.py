"""Scenarios of R03 OFF_HOURS and R04 HOLIDAY_USE: quiet hours, the calendar of 2026, the year nobody has announced."""

from typing import Any

from tests.contract.drives import HOURS, Case, Object, Track, at, case, order, vehicle
from tests.contract.scenarios import ALL_DAY, DAY, holiday, no_order, off_hours, says, trip


def _quiet_hours() -> None:
    quiet = off_hours()
    under = order(*ALL_DAY)
    says("R03 not when arriving just before 20:00", case(trip(f"{DAY} 19:49"), under))
    says("R03 not when leaving at 07:00", case(trip(f"{DAY} 07:00"), under))
    says(
        "R03 in the morning before 07:00",
        case(trip(f"{DAY} 06:30"), under),
        off_hours(started_at=at(f"{DAY} 06:30"), ended_at=at(f"{DAY} 06:40")),
    )
    says(
        "R03 in the evening from 20:00",
        case(trip(f"{DAY} 20:00"), under),
        off_hours(started_at=at(f"{DAY} 20:00"), ended_at=at(f"{DAY} 20:10")),
    )
    says(
        "R03 begins at 20:00 when the drive began before",
        case(trip(f"{DAY} 19:50", km=18), under),
        off_hours(started_at=at(f"{DAY} 20:00")),
    )
    says(
        "R03 ends at 07:00 when the drive goes on",
        case(trip(f"{DAY} 06:50", km=18), under),
        off_hours(ended_at=at(f"{DAY} 07:00")),
    )
    says("R03 not with an off-hours approval", case(trip(f"{DAY} 21:00"), order(*ALL_DAY, off_hours_approved=True)))
    says("R03 with only a holiday approval", case(trip(f"{DAY} 21:00"), order(*ALL_DAY, holiday_approved=True)), quiet)
    says("R03 not under a service order", case(trip(f"{DAY} 21:00"), order(*ALL_DAY, type="service")))
    says(
        "R03 not for a vehicle exempt from it",
        case(trip(f"{DAY} 21:00"), under, vehicles=[vehicle(exempt_rules=["R03"])]),
    )
    says(
        "R03 without an order is R, and R01 stands beside it: grounds are never merged",
        case(trip(f"{DAY} 21:00")),
        no_order(),
        off_hours(order=None, severity="R"),
    )
    says("lunch never counts", case(trip(f"{DAY} 12:30"), under, rules={"R03": {"use_work_hours": True}}))
    says(
        "R03 with quiet hours set by rules",
        case(trip(f"{DAY} 18:30"), under, rules={"R03": {"quiet_from": "18:00"}}),
        quiet,
    )
    says(
        "R03 not when rules end the quiet hours at 06:00",
        case(trip(f"{DAY} 06:10"), under, rules={"R03": {"quiet_to": "06:00"}}),
    )
    elsewhere = case(trip(f"{DAY} 10:00"), under, timezone="UTC")
    both = [under, order(*ALL_DAY, id="o2", off_hours_approved=True)]
    says("R03 not when one of two orders in force is approved", case(trip(f"{DAY} 21:00"), *both))
    says("the tenant's zone decides what is quiet", elsewhere, quiet)
    night = Track(starts_at=at(f"{DAY} 23:20")).rest(20).go(36_000).rest(20)
    says("one R03 over midnight between two workdays", case(night, order(f"{DAY} 20:00", "2026-03-12 07:00")), quiet)


def _hours_of_the_unit() -> None:
    quiet, under = off_hours(), order(*ALL_DAY)
    early = [{"id": "u1", "name": "u1", "work_hours": {"wed": [["09:00", "12:00"], ["13:00", "16:00"]]}}]
    own: dict[str, Any] = {"units": early, "rules": {"R03": {"use_work_hours": True}}}
    says("R03 150 min after the unit's last interval", case(trip(f"{DAY} 18:31"), under, **own), quiet)
    says("R03 not before 150 min after the unit's last interval", case(trip(f"{DAY} 18:15"), under, **own))
    says("R03 until 90 min before the unit's first interval", case(trip(f"{DAY} 07:10"), under, **own), quiet)
    says("R03 not from 90 min before the unit's first interval", case(trip(f"{DAY} 07:30"), under, **own))
    says("the unit's hours do not matter without use_work_hours", case(trip(f"{DAY} 18:31"), under, units=early))
    evening = [{"id": "u1", "name": "u1", "work_hours": {"wed": [["14:00", "22:00"]]}}]
    says(
        "a unit's late hours narrow the quiet hours",
        case(trip(f"{DAY} 21:00"), under, units=evening, rules={"R03": {"use_work_hours": True}}),
    )


def _calendar() -> None:
    def ordered(day: str, **changes: Any) -> Object:
        return order(f"{day} 00:00", f"{day} 23:59", **changes)

    def on(day: str, **changes: Any) -> Case:
        return case(trip(f"{day} 10:00"), ordered(day), **changes)

    def overlay(day: str, kind: str) -> Case:
        return on(day, calendar=[{"date": day, "kind": kind}])

    says(
        "R04 on a Saturday",
        on("2026-03-14"),
        holiday(started_at=at("2026-03-14 10:00"), ended_at=at("2026-03-14 10:10")),
    )
    says(
        "R04 not with a holiday approval", case(trip("2026-03-14 10:00"), ordered("2026-03-14", holiday_approved=True))
    )
    says(
        "R04 with only an off-hours approval",
        case(trip("2026-03-14 10:00"), ordered("2026-03-14", off_hours_approved=True)),
        holiday(),
    )
    says("R04 not under a service order", case(trip("2026-03-14 10:00"), ordered("2026-03-14", type="service")))
    says("R04 not for a vehicle exempt from it", on("2026-03-14", vehicles=[vehicle(exempt_rules=["R04"])]))
    says("R04 and never R03 on a Sunday night", case(trip("2026-03-15 22:00"), ordered("2026-03-15")), holiday())
    says("R04 and R01 on a Sunday without an order", case(trip("2026-03-15 10:00")), no_order(), holiday(order=None))
    for day in ("2026-02-14", "2026-02-28", "2026-01-04", "2026-05-09", "2026-09-20", "2026-10-10"):
        says(f"nothing about an ordered drive on the make-up workday {day}", on(day))
    says(
        "R03 and not R04 at night on the make-up workday 2026-02-14",
        case(trip("2026-02-14 21:00"), ordered("2026-02-14")),
        off_hours(),
    )
    for day in ("2026-02-23", "2026-02-16", "2026-10-01", "2026-01-02", "2026-04-06", "2026-06-19", "2026-09-25"):
        says(f"R04 on {day}, a day off in the middle of the week", on(day), holiday())
    says("nothing on Tuesday 2026-02-24 after the Spring Festival", on("2026-02-24"))
    for kind in ("holiday", "weekend", "adjusted_rest"):
        says(f"R04 when the case's calendar makes a Wednesday {kind}", overlay(DAY, kind), holiday())
    for kind in ("workday", "adjusted_workday"):
        says(f"R04 not when the case's calendar makes a Saturday {kind}", overlay("2026-03-14", kind))
    into = Track(starts_at=at("2026-02-14 23:10")).rest(20).go(36_000).rest(20)
    midnight = at("2026-02-15 00:00")
    spring = order("2026-02-14 22:00", "2026-02-15 02:00")
    says(
        "a drive over midnight into a holiday is R03 until midnight and R04 from midnight",
        case(into, spring),
        off_hours(started_at=at("2026-02-14 23:30"), ended_at=midnight),
        holiday(started_at=midnight, ended_at=at("2026-02-15 00:30")),
    )
    says(
        "with an off-hours approval only the minutes of the holiday count",
        case(into, spring | {"off_hours_approved": True}),
        holiday(started_at=midnight),
    )
    out = Track(starts_at=at("2026-02-23 23:10")).rest(20).go(36_000).rest(20)
    says(
        "a drive over midnight out of a holiday is R04 until midnight and R03 from midnight",
        case(out, order("2026-02-23 22:00", "2026-02-24 02:00")),
        holiday(started_at=at("2026-02-23 23:30"), ended_at=at("2026-02-24 00:00")),
        off_hours(started_at=at("2026-02-24 00:00"), ended_at=at("2026-02-24 00:30")),
    )
    rule: dict[str, Any] = {"rules": {"R03": {"use_work_hours": True}}}
    early = [{"id": "u1", "name": "u1", "work_hours": {"mon": [["09:00", "16:00"]], "tue": HOURS}}]
    evening = case(trip("2026-02-14 18:40"), ordered("2026-02-14"), units=early, **rule)
    says("a make-up workday without a row of its own uses Monday's", evening, off_hours())
    rowed = [{"id": "u1", "name": "u1", "work_hours": {"mon": [["09:00", "16:00"]], "sat": [["09:00", "18:00"]]}}]
    says(
        "a make-up workday with a row of its own uses that",
        case(trip("2026-02-14 18:40"), ordered("2026-02-14"), units=rowed, **rule),
    )
    _provisional_year(ordered, overlay)


def _provisional_year(ordered: Any, overlay: Any) -> None:
    unsure = {"state": "undetermined", "metrics": {"calendar": "provisional"}, "severity": "Y"}
    says(
        "R03 in the unannounced year 2027 is undetermined",
        case(trip("2027-03-10 21:00"), ordered("2027-03-10")),
        off_hours(**unsure),
    )
    says(
        "R04 in the unannounced year 2027 is undetermined and at most Y",
        case(trip("2027-03-13 10:00"), ordered("2027-03-13")),
        holiday(**unsure),
    )
    says("nothing by day on a Wednesday of 2027", case(trip("2027-03-10 10:00"), ordered("2027-03-10")))
    says("R01 in 2027 does not ask the calendar", case(trip("2027-03-10 10:00")), no_order())
    says(
        "R03 without an order in 2027 is at most Y",
        case(trip("2027-03-10 21:00")),
        no_order(),
        off_hours(order=None, **unsure),
    )
    says("R04 on a day of 2027 that the case's calendar names", overlay("2027-03-10", "holiday"), holiday())


_quiet_hours()
_hours_of_the_unit()
_calendar()
