"""`python -m benchmarks.week --url URL --state DIR`: a week of 500 requests a day at a running system, from the wish to the answer.

The people of the demonstration book, approve and are answered over HTTP like anybody else; the platform answers by itself (the
tenant lets new bookings be placed at once). An answer is a vehicle and a driver, or that there is none, with what the platform did
about it. Every day of the week is asked for as tomorrow, and called off when it has been answered, so that a week takes minutes:
what is measured is the answer, not the driving.
"""

import argparse
import asyncio
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from simulators.errands import Spot, official, spots_of
from simulators.interface import Account, Json, Pace, Person, Refused, open_line
from simulators.people import ACCOUNTS_FILE

BESIDE = 6  # people at their screens at one time
ASKED_EVERY_S, ANSWERED_WITHIN_S = 1.0, 60.0
ZONE = ZoneInfo("Asia/Shanghai")
GIVEN = frozenset({"assigned", "driver_accepted"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one request."""

    took_s: float
    said: str  # given, or why not
    order_id: str | None = None
    is_neighbours: bool = False  # the vehicle is another unit's


@dataclass(kw_only=True)
class Office:
    """Everybody the week needs, and the places they travel between."""

    people: dict[tuple[str, str], list[Person]]  # by role and unit
    dispatcher: Person
    fleet_admin: Person  # who says which re-plans need nobody's yes
    spots: Sequence[Spot]
    units_of_cars: dict[str, str]  # unit that keeps a vehicle, by vehicle id
    dice: random.Random

    def anybody(self) -> tuple[Person, Person]:
        """An employee, and who approves in his unit."""
        units = [unit for role, unit in self.people if role == "employee" and ("approver", unit) in self.people]
        unit = self.dice.choice(sorted(units))
        return self.dice.choice(self.people["employee", unit]), self.dice.choice(self.people["approver", unit])


async def run(url: str, state: Path, days: int, a_day: int, seed: int) -> list[str]:
    """The lines of a report."""
    office = await _office(url, state, random.Random(seed))
    await _let_bookings_be_placed(office)
    answers: list[Answer] = []
    lines = []
    for day in range(1, days + 1):
        wishes = [_wish(office) for _ in range(a_day)]
        waiting, began_s = asyncio.Semaphore(BESIDE), time.monotonic()
        found = await asyncio.gather(*(_ask(office, wish, waiting) for wish in wishes))
        lines.append(f"day {day}: {_figures(found)}; took {time.monotonic() - began_s:.0f} s")
        print("  " + lines[-1], flush=True)
        answers += found
        await asyncio.gather(*(_call_off(office, each.order_id, waiting) for each in found if each.order_id))
    reasons = Counter(each.said for each in answers if each.said != "given")
    lines.append(f"week: {_figures(answers)}")
    lines.append(f"not given: {dict(reasons.most_common(8))}")
    return lines


def _figures(answers: Sequence[Answer]) -> str:
    took = sorted(each.took_s for each in answers)
    given = [each for each in answers if each.said == "given"]
    return (
        f"{len(answers)} requests, {len(given)} with a vehicle ({sum(each.is_neighbours for each in given)} of another unit),"
        f" {sum(each.said == 'no answer' for each in answers)} without an answer; request to answer median"
        f" {statistics.median(took):.1f} s, p99 {took[int(0.99 * (len(took) - 1))]:.1f} s, worst {took[-1]:.1f} s"
    )


def _wish(office: Office) -> Json:
    """A trip of tomorrow's working hours."""
    dice, errand = office.dice, official(office.spots, office.dice)
    midnight = datetime.now(UTC).astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + timedelta(days=1, minutes=dice.randrange(8 * 60, 17 * 60, 5))
    return {
        "type": "normal",
        "origin": errand.origin.as_json(),
        "stops": [],
        "destination": errand.destination.as_json(),
        "round_trip": True,
        "planned_start_at": start.isoformat(),
        "latest_start_at": (start + timedelta(minutes=20)).isoformat(),
        "planned_end_at": (start + timedelta(minutes=dice.randrange(30, 75, 5))).isoformat(),
        "passengers": errand.passengers,
        "purpose": errand.purpose,
        "purpose_text": errand.purpose_text,
    }


async def _ask(office: Office, wish: Json, waiting: asyncio.Semaphore) -> Answer:
    async with waiting:
        employee, approver = office.anybody()
        began_s = time.monotonic()
        try:
            order = await employee.post("/api/orders", wish)
            decision = {"reason": "同意", "off_hours_approved": True, "holiday_approved": True}
            order = await approver.post(f"/api/orders/{order['id']}/approve", decision, order["row_version"])
        except Refused as no:
            return Answer(took_s=time.monotonic() - began_s, said=no.code)
        if order["state"] == "submitted":  # the drive from the depot begins off hours: a second person has to agree
            return Answer(took_s=time.monotonic() - began_s, said="asks a second approver", order_id=str(order["id"]))
        return await _answer(office, str(order["id"]), began_s)


async def _answer(office: Office, order_id: str, began_s: float) -> Answer:
    while (took_s := time.monotonic() - began_s) < ANSWERED_WITHIN_S:
        order = await office.dispatcher.get(f"/api/orders/{order_id}")
        if order["state"] in GIVEN:
            theirs = office.units_of_cars.get(str(order["vehicle_id"])) != str(order["unit_id"])
            return Answer(took_s=took_s, said="given", order_id=order_id, is_neighbours=theirs)
        for each in (await office.dispatcher.get("/api/dispatch/disruptions"))["items"]:  # the newest hundred
            if each["order_id"] == order_id and each["answered_at"] is not None and each["unserved"]:
                return Answer(took_s=took_s, said=f"{each['unserved']} unserved", order_id=order_id)
        await asyncio.sleep(ASKED_EVERY_S)
    return Answer(took_s=took_s, said="no answer", order_id=order_id)


async def _call_off(office: Office, order_id: str, waiting: asyncio.Semaphore) -> None:
    async with waiting:
        for _ in range(5):  # the engine may write meanwhile
            order = await office.dispatcher.get(f"/api/orders/{order_id}")
            try:
                await office.dispatcher.post(
                    f"/api/orders/{order_id}/cancel", {"reason": "演练结束"}, order["row_version"]
                )
            except Refused as no:
                if no.code != "stale":
                    raise
            else:
                return


async def _office(url: str, state: Path, dice: random.Random) -> Office:
    rows: list[dict[str, str]] = json.loads((state / ACCOUNTS_FILE).read_text("utf-8"))
    line, pace = open_line(url), Pace(0.0)
    people: dict[tuple[str, str], list[Person]] = {}
    for row in rows:
        account = Account(login=row["login"], password=row["password"], role=row["role"], unit=row["unit"])
        people.setdefault((account.role, account.unit), []).append(Person(url, account, line, pace))
    dispatcher, fleet_admin = (
        next(some[0] for (role, _), some in people.items() if role == wanted)
        for wanted in ("dispatcher", "fleet_admin")
    )
    vehicles = (await dispatcher.get("/api/vehicles", limit=500))["items"]
    return Office(
        people=people,
        dispatcher=dispatcher,
        fleet_admin=fleet_admin,
        spots=spots_of(json.loads((state / "city" / "city.json").read_text("utf-8"))),
        units_of_cars={str(row["id"]): str(row["unit_id"]) for row in vehicles},
        dice=dice,
    )


async def _let_bookings_be_placed(office: Office) -> None:
    """The fleet's administrator lets a new booking that fits be placed without asking a dispatcher."""
    rules = await office.fleet_admin.get("/api/dispatch/replan-rules")
    if "new_booking" not in rules["adopts"]:
        wanted = {name: rules[name] for name in ("frozen_min", "stability_s")} | {"adopts": ["new_booking"]}
        await office.fleet_admin.put("/api/dispatch/replan-rules", wanted, rules["row_version"])


def main() -> int:
    """Run it and print the lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.week", description=__doc__)
    parser.add_argument("--url", required=True, help="of a running copy, as `make up` prints it")
    parser.add_argument("--state", type=Path, required=True, help="its state folder, where the demo accounts are")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--a-day", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for each in asyncio.run(run(asked.url, asked.state, asked.days, asked.a_day, asked.seed))[asked.days :]:
        print("  " + each)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
