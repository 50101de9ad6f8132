"""How full a depot was: the peak of each civil day, against the capacity of the version that held then."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from fleet.fences.occupancy import peaks

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = [date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 12)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=ZONE)


def test_the_peak_of_a_day_counts_who_stands_there_at_one_time() -> None:
    """Two over night, a third for an hour, a fourth that comes when the third leaves; one of no length is nobody."""
    stays = [
        (at("10 18:00"), at("11 08:00")),
        (at("10 20:00"), at("12 07:00")),
        (at("11 01:00"), at("11 02:00")),
        (at("11 02:00"), at("11 03:00")),
        (at("11 05:00"), at("11 05:00")),
    ]
    capacities = [(None, at("11 01:30"), 2), (at("11 01:30"), None, 40)]
    found = [(each.vehicles, each.at, each.capacity) for each in peaks(stays, capacities, DAYS, ZONE)]
    assert found == [(2, at("10 20:00"), 2), (3, at("11 01:00"), 2), (1, at("12 00:00"), 40)]


def test_an_empty_depot_has_a_peak_of_nobody_and_its_capacity() -> None:
    """Nothing stood there; the capacity is that of the day's end, or unknown before the first version."""
    capacities = [(at("11 12:00"), None, 60)]
    assert [(each.vehicles, each.at, each.capacity) for each in peaks([], capacities, DAYS, ZONE)] == [
        (0, None, None),
        (0, None, 60),
        (0, None, 60),
    ]
