"""Scripted people: employees who book, approvers, a dispatcher, drivers. They use the interface like anybody else.

One round every few seconds: the dispatcher looks at the open orders, and whoever has something to do does it with
his own account. Nothing is written past the interface, so what the platform refuses simply does not happen. Orders
of people at the browser are left alone, except that their vehicle drives.
"""

import asyncio
import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from fleet.routing import Router
from simulators.errands import Errand, Spot, official
from simulators.interface import Account, Json, Pace, Person, Refused, open_line
from simulators.trip import Trip, drive_order, follow_driver
from simulators.vehicles import Clock, LiveVehicle

log = structlog.get_logger("simulators.people")

ACCOUNTS_FILE = "demo-accounts.json"
ROUND_S = 4.0
BETWEEN_REQUESTS_S = 0.04  # all people together: at most 25 requests a second
BUSY_SHARE = 0.3  # of the vehicles that should be under way on orders
BOOKINGS_A_ROUND = 3
STAY_ALLOWANCE_S = 900.0
LATEST_AFTER = timedelta(minutes=20)
STRAY_SHARE = 0.06  # of trips; the first one of a run always, so that there is soon something to see
OPEN_STATES = (
    "submitted",
    "unit_approved",
    "assigned",
    "driver_accepted",
    "departed",
    "in_use",
    "extended",
    "returned",
    "receipted",
)
DAYS_OFF = frozenset({"weekend", "holiday", "adjusted_rest"})
MARGIN = timedelta(minutes=45)
AFTER_DEPARTURE = frozenset({"departed", "in_use", "extended"})
DRIVEN_STATES = AFTER_DEPARTURE | {"assigned", "driver_accepted"}


@dataclass(kw_only=True)
class Town:
    """What all people share: the vehicles, the places, the router, the clock and the dice."""

    vehicles: Mapping[str, LiveVehicle]  # by plate
    spots: Sequence[Spot]
    router: Router
    zone: ZoneInfo
    clock: Clock
    rng: Random
    sent: int = 0  # drivers sent off so far
    under_way: set[str] = field(default_factory=set)  # ids of orders whose trip is being driven


class Staff:
    """All people, by what they do. Accounts named like their role belong to people at the browser."""

    def __init__(self, url: str, accounts: Iterable[Account], certificate: str | None) -> None:
        line, pace = open_line(url, certificate), Pace(BETWEEN_REQUESTS_S)
        self._logins: dict[str, str] = {}  # by person id
        self._people = {account.login: Person(url, account, line, pace) for account in accounts}

    def of(self, role: str) -> list[Person]:
        return [person for person in self._people.values() if person.account.role == role]

    def scripted(self, login: str) -> Person | None:
        """The person with this login, unless the account is one of those people at the browser use."""
        person = self._people.get(login)
        return None if person is None or login == person.account.role else person

    async def learn_ids(self) -> None:
        """Orders name people by id: the fleet administrator reads out the list once."""
        if self._logins:
            return
        (reader, *_) = self.of("fleet_admin")
        page = await reader.get("/api/people", limit=500)
        self._logins = {row["id"]: row["login"] for row in page["items"]}

    def behind(self, person_id: str | None) -> Person | None:
        """The scripted person with this id."""
        return self.scripted(self._logins.get(person_id or "", ""))

    def employees(self) -> list[Person]:
        return [person for person in self.of("employee") if self.scripted(person.account.login)]


def accounts(file: Path) -> list[Account]:
    """The demo accounts left by `python -m fleet seed --demo`; OSError when there are none."""
    rows: list[dict[str, str]] = json.loads(file.read_text("utf-8"))
    return [Account(login=row["login"], password=row["password"], role=row["role"], unit=row["unit"]) for row in rows]


def at_work(
    url: str, known: Sequence[Account], town: Town, certificate: str | None = None
) -> list[Coroutine[Any, Any, None]]:
    """Everything the people do, as long as it is run."""
    return [_rounds(Staff(url, known, certificate), town)]


async def _rounds(staff: Staff, town: Town) -> None:
    (clerk, *_) = staff.of("dispatcher")
    async with asyncio.TaskGroup() as trips:
        while True:
            try:
                await staff.learn_ids()
                orders = await _open_orders(clerk)
                own = [order for order in orders if staff.behind(order["requester_id"])]
                await _book(staff, town, own)
                await _approve(staff, town, own)
                await _dispatch(clerk, own)
                _send_drivers(staff, town, orders, trips)
                await _close(staff, own)
            except Refused as no:
                log.warning("refused", status=no.status, code=no.code, why=str(no))
            await asyncio.sleep(ROUND_S)


async def _open_orders(clerk: Person) -> list[Json]:
    page = await clerk.get("/api/orders", state=list(OPEN_STATES), limit=500)
    return list(page["items"])


async def _book(staff: Staff, town: Town, orders: Sequence[Json]) -> None:
    """Employees book until enough vehicles are wanted."""
    wanted = max(1, round(BUSY_SHARE * len(town.vehicles)))
    coming = [order for order in orders if order["state"] not in {"returned", "receipted"}]
    for _ in range(min(BOOKINGS_A_ROUND, wanted - len(coming))):
        employee = town.rng.choice(staff.employees())
        errand = official(town.spots, town.rng)
        try:
            await employee.post("/api/orders", await booking(errand, town))
        except Refused as no:
            log.warning("not_booked", code=no.code, why=str(no))


async def booking(errand: Errand, town: Town) -> Json:
    """The request as the booking page would send it."""
    route = await town.router.route([errand.origin.lon_lat, errand.destination.lon_lat])
    now = town.clock()
    start = now + timedelta(minutes=town.rng.uniform(1.0, 6.0))
    long_s = 2.6 * route.duration_s + errand.stay_s + STAY_ALLOWANCE_S
    return {
        "type": "normal",
        "origin": errand.origin.as_json(),
        "stops": [],
        "destination": errand.destination.as_json(),
        "round_trip": True,
        "planned_start_at": start.isoformat(),
        "latest_start_at": (start + LATEST_AFTER).isoformat(),
        "planned_end_at": (start + timedelta(seconds=long_s)).isoformat(),
        "passengers": errand.passengers,
        "purpose": errand.purpose,
        "purpose_text": errand.purpose_text,
    }


async def _approve(staff: Staff, town: Town, orders: Sequence[Json]) -> None:
    """Approvers look at what waits for them, if anything waits; they know nights and days off."""
    submitted = {order["id"] for order in orders if order["state"] == "submitted"}
    if not submitted:
        return
    for approver in staff.of("approver"):
        waiting = await approver.get("/api/approvals")
        mine = [order for order in waiting["items"] if order["id"] in submitted]
        for order in mine:
            start = datetime.fromisoformat(order["planned_start_at"]).astimezone(town.zone)
            end = datetime.fromisoformat(order["planned_end_at"]).astimezone(town.zone)
            decision = {
                "reason": "同意",
                "off_hours_approved": touches_night(start, end),
                "holiday_approved": await _is_off(approver, start.date()) or await _is_off(approver, end.date()),
            }
            await _act(approver, order, "approve", decision)


async def _is_off(approver: Person, day: date) -> bool:
    """Whether the platform's calendar has a day off; the list holds only what is not an ordinary week."""
    listed = await approver.get("/api/calendar", year=day.year)
    kinds = [row["kind"] for row in listed["items"] if row["day"] == day.isoformat()]
    return kinds[-1] in DAYS_OFF if kinds else day.weekday() >= 5


def touches_night(start: datetime, end: datetime) -> bool:
    """Whether a trip, with the way to it and from it, may reach into the quiet hours."""
    hours = {(start - MARGIN).hour, start.hour, end.hour, (end + MARGIN).hour}
    return any(hour >= 20 or hour < 7 for hour in hours)


async def _dispatch(clerk: Person, orders: Sequence[Json]) -> None:
    """The dispatcher asks for a proposal and accepts all of it."""
    approved = [order["id"] for order in orders if order["state"] == "unit_approved"]
    if not approved:
        return
    plan = await clerk.post("/api/dispatch/suggest", {"order_ids": approved})
    chosen = [assignment["order_id"] for assignment in plan["assignments"]]
    if chosen:
        await clerk.post("/api/dispatch/accept", {"plan_id": plan["plan_id"], "order_ids": chosen})


def _send_drivers(staff: Staff, town: Town, orders: Sequence[Json], trips: asyncio.TaskGroup) -> None:
    """Each assigned order gets its driver going, once; a person at the browser departs himself."""
    town.under_way &= {order["id"] for order in orders if order["state"] in DRIVEN_STATES}
    for order in orders:
        vehicle = town.vehicles.get(order["plate"] or "")
        if order["state"] not in DRIVEN_STATES or order["id"] in town.under_way or vehicle is None:
            continue
        rng = Random(town.rng.random())
        driver = staff.behind(order["driver_id"])
        if driver is not None:
            strays = town.sent == 0 or town.rng.random() < STRAY_SHARE
            town.sent += 1
            trip = Trip(
                order=order,
                reader=driver,
                vehicle=vehicle,
                spots=town.spots,
                router=town.router,
                strays=strays,
            )
            trips.create_task(drive_order(trip, driver, town.clock, rng))
        elif order["state"] in AFTER_DEPARTURE:
            (clerk, *_) = staff.of("dispatcher")
            trip = Trip(order=order, reader=clerk, vehicle=vehicle, spots=town.spots, router=town.router)
            trips.create_task(follow_driver(trip, rng))
        else:
            continue
        town.under_way.add(order["id"])


async def _close(staff: Staff, orders: Sequence[Json]) -> None:
    """Who asked for the trip confirms it afterwards; the dispatcher settles it."""
    (clerk, *_) = staff.of("dispatcher")
    for order in orders:
        requester = staff.behind(order["requester_id"])
        if order["state"] == "returned" and requester is not None:
            await _act(requester, order, "receipt", {"rating": 5})
        elif order["state"] == "receipted":
            await _act(clerk, order, "settle", {})


async def _act(person: Person, order: Json, action: str, body: Json) -> None:
    try:
        await person.post(f"/api/orders/{order['id']}/{action}", body, order.get("row_version"))
    except Refused as no:
        log.warning("refused", action=action, login=person.account.login, code=no.code, why=str(no))
