"""Orders on a random way through the real use cases, and a judge who knows the rules only from the table written down a second time.

`World` takes one step of one person, or of the engine, against a real database and hands what it was before and after to the
judge: what is refused changed nothing and has a documented code; what is done was allowed, one version and one entry of the
journal each, and the journal played back gives the state there is.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from dispatch import engine
from dispatch.approving import timers
from dispatch.guards import EXPIRES_AFTER
from fleet import access, db, store
from fleet.errors import Refusal
from fleet.order import HOLDING_STATES
from tests.db.dispatch_stage import Stage
from tests.db.town import NOW
from tests.unit.dispatch_steps import EXPECTED

Row = dict[str, Any]
TEXTS = Path(__file__).parents[2] / "web/ui/src/text/en"
ENGINE = engine.NAME
# What people and the engine do beside the life cycle: these write one more version of the order ...
BESIDE = {"hold", "release", "hold_over", "offer", "share_agree", "share_left", "share_end", "paper_overdue"}
# ... these leave it as it is, and these do so unless they give an offered vehicle back.
QUIET = {"wait", "share_ask", "remind", "escalate", "stuck", "ask"}
GIVES_BACK = {"leave_line", "decline_offer"}
NEEDS_OTHER_HANDS = {"assign", "assign_retained", "swap", "review", "move"}
DECIDES = {"approve", "approve_level", "approve_late", "override", "reject"}
# Columns a step of the life cycle says in the journal whenever it writes them.
REPLAYED = ("state", "vehicle_id", "driver_id", "assigned_by", "departed_at", "arrived_at", "returned_at", "rating")
OVERLAPS = """
WITH taken AS (
    SELECT id, occupied, coalesce(held_vehicle_id, vehicle_id) AS vehicle, coalesce(held_driver_id, driver_id) AS driver
    FROM dispatch_order WHERE held_vehicle_id IS NOT NULL OR state = ANY (%s))
SELECT count(*) AS n FROM taken a JOIN taken b ON a.id < b.id AND a.occupied && b.occupied AND (a.vehicle = b.vehicle OR a.driver = b.driver)
"""
ORDERS = "SELECT o.* FROM dispatch_order o ORDER BY order_no"
ENTRIES = """
SELECT seq, actor, action, object_id, before, after FROM journal WHERE object_kind = 'order' AND seq > %s ORDER BY seq
"""
# Of the round that counts, and of one nobody asked for levels in.
DECISIONS = """
SELECT a.order_id, a.round_id, a.approver_id, a.decision, a.round_id IS NOT DISTINCT FROM r.id AS counts FROM approval a
LEFT JOIN LATERAL (SELECT id FROM approval_round WHERE order_id = a.order_id ORDER BY round_no DESC LIMIT 1) r ON true
"""
LINE = "SELECT order_id, state FROM wait_entry WHERE state IN ('waiting', 'offered')"


def documented() -> dict[str, set[str]]:
    """Every code of a refusal, and every contradiction, that has a sentence for people."""
    found = {}
    for group, file in (("error", "codes.ts"), ("conflict", "refusals.ts")):
        text = (TEXTS / file).read_text("utf-8")
        block = re.search(rf"^  {group}: {{$(.*?)^  }},$", text, re.DOTALL | re.MULTILINE)
        assert block is not None
        found[group] = set(re.findall(r"^    (\w+):", block[1], re.MULTILINE))
    return found


@dataclass(kw_only=True)
class Seen:
    """Everything that counts, at one instant."""

    orders: dict[UUID, Row]
    decisions: list[Row]
    last_seq: int


@dataclass(kw_only=True)
class World:
    """One town, its orders, a clock that only this test turns."""

    stage: Stage
    engine: db.Connection
    now: datetime = NOW
    actors: dict[str, access.Actor] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # how often which outcome, by code
    done: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # how often what, by verb
    played: dict[UUID, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    codes: Mapping[str, set[str]] = field(default_factory=documented)

    async def seen(self) -> Seen:
        last = await store.one(self.stage.owner, "SELECT coalesce(max(seq), 0) AS seq FROM journal")
        assert last is not None
        return Seen(
            orders={row["id"]: row for row in await store.many(self.stage.owner, ORDERS)},
            decisions=await store.many(self.stage.owner, DECISIONS),
            last_seq=last["seq"],
        )

    async def actor(self, name: str) -> access.Actor:
        if name not in self.actors:
            self.actors[name] = await self.stage.town.actor(self.stage.owner, name)
        return self.actors[name]

    async def step(self, name: str, deed: Callable[[db.Connection, access.Actor], Awaitable[Any]]) -> Any:
        """What one person tries; its answer, or None when it was refused."""
        before, actor, answer = await self.seen(), await self.actor(name), None
        try:
            async with self.stage.web.transaction():
                await db.scope(self.stage.web, access.scope_settings(actor))
                answer = await deed(self.stage.web, actor)
            code = "done"
        except Refusal as refusal:
            code = self._documented(refusal)
        self.told[code] += 1
        after = await self.seen()
        entries = await store.many(self.stage.owner, ENTRIES, (before.last_seq,))
        if code != "done":
            assert (before.orders, before.decisions, entries) == (after.orders, after.decisions, [])
        await self.judge(before, after, entries, name)
        return answer

    def _documented(self, refusal: Refusal) -> str:
        assert refusal.code in self.codes["error"], refusal
        assert refusal.code != "conflict" or refusal.params["what"] in self.codes["conflict"], refusal
        return refusal.code

    async def engine_round(self) -> None:
        """What time does by itself, all of it."""
        before = await self.seen()
        await engine.look(self.engine, self.now)
        await timers.look(self.engine, self.now)
        after = await self.seen()
        await self.judge(before, after, await store.many(self.stage.owner, ENTRIES, (before.last_seq,)), ENGINE)
        self._nothing_is_stuck(after.orders.values())

    async def turn(self, minutes: int) -> None:
        """The clock goes on; every locator is heard again, and the engine looks."""
        self.now += timedelta(minutes=minutes)
        await self.stage.owner.execute("UPDATE latest_position SET fixed_at = %s, received_at = %s", (self.now,) * 2)
        await self.engine_round()

    async def judge(self, before: Seen, after: Seen, entries: list[Row], name: str) -> None:
        """Every order against its entries; then what must never be, whoever did what."""
        by_order: dict[UUID, list[Row]] = defaultdict(list)
        for entry in entries:
            by_order[entry["object_id"]].append(entry)
        for order_id, row in after.orders.items():
            self._judge_order(before, order_id, row, by_order[order_id], name)
        self._other_hands(before, after)
        holding = [state.value for state in HOLDING_STATES]
        assert await store.one(self.stage.owner, OVERLAPS, (holding,)) == {"n": 0}
        offered = {
            row["order_id"] for row in await store.many(self.stage.owner, LINE) if row["state"] == "offered"
        }  # fmt: skip
        assert offered == {key for key, row in after.orders.items() if row["held_kind"] == "offer"}, "offers and holds"

    def _judge_order(self, before: Seen, order_id: UUID, row: Row, entries: list[Row], name: str) -> None:
        was = before.orders.get(order_id)
        state, version = ("", 0) if was is None else (was["state"], was["row_version"])
        for entry in entries:
            verb = entry["action"].removeprefix("order.")
            self.done[verb] += 1
            assert entry["actor"] == name, entry
            if verb == "book":
                assert was is None
                state, version, was = "draft", 1, row
            elif (state, verb) in EXPECTED:
                target, roles = EXPECTED[state, verb]
                assert was is not None
                assert (entry["actor"] == ENGINE) == (not roles), entry
                assert not roles or roles & self._stands(name, was, before), f"{name} as {verb}"
                assert entry["before"].get("state", state) == state
                self._clean_hands(verb, name, was, before)
                state, version = (state if target == "same" else target), version + 1
            elif verb in GIVES_BACK:
                version += was is not None and was["held_kind"] == "offer"
            else:
                assert verb in BESIDE | QUIET, f"{verb} from {state}"
                version += verb in BESIDE
            if verb not in BESIDE | QUIET | GIVES_BACK:
                self.played[order_id] |= entry["after"]
        assert (row["state"], row["row_version"]) == (state, version), [entry["action"] for entry in entries]
        played = {column: value for column, value in self.played[order_id].items() if column in REPLAYED}
        assert played == {column: _as_journal(row[column]) for column in played}
        assert (row["state"] in {each.value for each in HOLDING_STATES}) <= (row["vehicle_id"] is not None)

    def _stands(self, name: str, row: Row, before: Seen) -> set[str]:
        """The roles of this person towards the order, by the town alone."""
        person, town = self.stage.town.people[name], self.stage.town
        below = {town.units["bureau"], town.units["section"]}
        roles = {
            "dispatcher": {"dispatcher"} | ({"approver"} if row["unit_id"] in below else set()),
            "finance": {"finance"},
            "fleet_admin": {"fleet_admin"},
            "approver": {"approver"} if row["unit_id"] in below else set(),
            "leader": {"approver"},
            "unit_admin": {"unit_admin"} if row["unit_id"] in below else set(),
        }.get(name, set())
        if person in (row["requester_id"], row["created_by"]):
            roles = roles | {"employee"}
        if person == row["driver_id"] and name.startswith("driver"):
            roles = roles | {"driver"}
        return roles

    def _clean_hands(self, verb: str, name: str, was: Row, before: Seen) -> None:
        person = self.stage.town.people.get(name)
        if verb in DECIDES or verb in {"review", "extend"}:
            assert person not in (was["requester_id"], was["created_by"]), f"{name} decided on his own wish"
        if verb in DECIDES - {"reject"}:
            assert was["passenger_ids"] != [person], f"{name} decided on a ride of his alone"
        if verb in NEEDS_OTHER_HANDS:
            approved = {
                each["approver_id"] for each in before.decisions if each["order_id"] == was["id"] and each["counts"] and each["decision"] == "approved"
            }  # fmt: skip
            assert person not in approved, f"{name} approved and dispatched"
        if verb == "receipt" and was["type"] == "emergency":
            assert any(each["order_id"] == was["id"] and each["counts"] for each in before.decisions)

    def _other_hands(self, before: Seen, after: Seen) -> None:
        rounds = [(each["order_id"], each["round_id"], each["approver_id"]) for each in after.decisions]
        assert len(rounds) == len(set(rounds)), "one person decided two levels of a round"
        assert len(after.decisions) >= len(before.decisions)

    def _nothing_is_stuck(self, orders: Iterable[Row]) -> None:
        """After a round of the engine nothing waits for a time that has passed."""
        by_id = {row["id"]: row for row in orders}
        for row in by_id.values():
            assert row["held_until"] is None or row["held_until"] > self.now
            latest = row["latest_start_at"] or row["planned_start_at"]
            waits = (row["state"], "expire") in EXPECTED and row["rides_with"] is None
            assert not waits or latest + EXPIRES_AFTER > self.now, row["state"]
            if row["rides_with"] is not None:
                host = by_id[row["rides_with"]]
                over = {
                    "returned",
                    "receipted",
                    "settled",
                    "archived",
                    "rejected",
                    "withdrawn",
                    "cancelled",
                    "expired",
                    "no_show",
                }
                assert host["state"] not in over, f"{row['state']} with a host {host['state']}"


def _as_journal(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | type(None)) else str(value)
