"""Scripted people: they know nights, leave other people's accounts alone, and book what the page would book."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from fleet.routing import Router
from simulators.errands import Spot, official
from simulators.interface import Account
from simulators.path import moved
from simulators.people import Staff, Town, booking, touches_night

ZONE = ZoneInfo("Asia/Shanghai")
HALL = (117.2, 39.12)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [("09:30", 90, False), ("18:00", 60, False), ("18:40", 60, True), ("20:30", 30, True), ("07:20", 30, True)],
)
def test_a_trip_that_may_reach_into_the_night_is_known(start: str, minutes: int, expected: bool) -> None:
    """With the way to it and from it; the quiet hours are 20:00 to 07:00."""
    begin = datetime.fromisoformat(f"2026-11-20T{start}:00+08:00").astimezone(ZONE)
    assert touches_night(begin, begin + timedelta(minutes=minutes)) is expected


def test_accounts_named_like_their_role_belong_to_people_at_the_browser() -> None:
    """Nobody books, drives or confirms with the plain demo accounts behind a person's back."""
    accounts = [Account(login=login, password="x", role="employee", unit="U") for login in ("employee", "finance1")]
    staff = Staff("http://127.0.0.1:9", accounts, None)
    assert [person.account.login for person in staff.employees()] == ["finance1"]
    assert staff.scripted("employee") is None
    assert staff.scripted("nobody") is None


async def test_a_booking_has_what_the_page_sends() -> None:
    """Places with names, aware instants in order, a purpose; without a router the straight-line guess is used."""
    spots = [
        Spot(name=f"p{k}", kind="office", lon=place[0], lat=place[1])
        for k in range(9)
        for place in [moved(HALL, 700.0 * k, 300.0 * k)]
    ]
    now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    async with Router(None) as router:
        town = Town(vehicles={}, spots=spots, router=router, zone=ZONE, clock=lambda: now, rng=Random(1))
        body = await booking(official(spots, Random(2)), town)
    start, end = (datetime.fromisoformat(body[f"planned_{edge}_at"]) for edge in ("start", "end"))
    assert now < start < end < now + timedelta(hours=2)
    assert start < datetime.fromisoformat(body["latest_start_at"])
    assert body["origin"].keys() == {"name", "lon", "lat"}
    assert body["purpose_text"]
