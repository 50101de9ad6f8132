"""A town ready to dispatch: depots, locators that just reported, a router, and people who act through the use cases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch import assignment, requests, service
from dispatch.booking import Draft
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from fleet import access, db, store
from fleet import service as fleet_service
from fleet.order import Place
from fleet.routing import Router
from tests.db import town as town_of
from tests.db.town import NOW, Town

OFFICE = Place(name="市政府", lon=116.01, lat=32.01)
HOSPITAL = Place(name="第一医院", lon=116.05, lat=32.03)
DEPOT = (116.0, 32.0)
START = NOW + timedelta(hours=2)
SPAN = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The town, a connection of the owner and one of the web, and a router that only guesses."""

    town: Town
    owner: db.Connection
    web: db.Connection
    router: Router

    @asynccontextmanager
    async def as_person(self, name: str, now: datetime = NOW) -> AsyncIterator[tuple[db.Connection, access.Actor]]:
        """One transaction with that person's scope, as the web opens it."""
        actor = await self.town.actor(self.owner, name, now)
        async with self.web.transaction():
            await db.scope(self.web, access.scope_settings(actor))
            yield self.web, actor

    async def book(self, name: str = "employee", **changes: Any) -> UUID:
        async with self.as_person(name) as (conn, actor):
            return await requests.book(conn, actor, replace(draft(), **changes), router=self.router, now=NOW)

    async def act(self, name: str, order_id: UUID, action: Action, *, now: datetime = NOW, **said: Any) -> int:
        async with self.as_person(name, now) as (conn, actor):
            return await service.act(conn, actor, order_id, action, Deed(**said), row_version=None, now=now)

    async def assign(
        self, name: str, order_id: UUID, vehicle: str = "pool", driver: str = "driver", **more: Any
    ) -> int:
        async with self.as_person(name) as (conn, actor):
            return await assignment.assign(
                conn, actor, order_id, vehicle_id=self.town.vehicles[vehicle], driver_id=self.town.people[driver],
                row_version=more.pop("row_version", None), router=self.router, now=NOW, **more,
            )  # fmt: skip

    async def approved(self, **changes: Any) -> UUID:
        """A booked, submitted order, approved on every level the policy asks for: in the evening also by the leader."""
        order_id = await self.book(**changes)
        await self.act("employee", order_id, Action.SUBMIT)
        await self.act("approver", order_id, Action.APPROVE)
        if (await self.row(order_id))["state"] == "submitted":
            await self.act("leader", order_id, Action.APPROVE)
        return order_id

    async def row(self, order_id: UUID) -> dict[str, Any]:
        found = await store.one(self.owner, "SELECT * FROM dispatch_order WHERE id = %s", (order_id,))
        assert found is not None
        return found


def draft() -> Draft:
    return Draft(
        planned_start_at=START, planned_end_at=START + SPAN, origin=OFFICE, destination=HOSPITAL, passengers=2,
        purpose="meeting", purpose_text="会议",
    )  # fmt: skip


async def build(owner: db.Connection, web: db.Connection, router: Router) -> Stage:
    """Every vehicle gets the depot and a fresh fix."""
    town = await town_of.build(owner)
    area_id = uuid4()
    lon, lat = DEPOT
    square = [
        [lon - 0.001, lat - 0.001],
        [lon + 0.001, lat - 0.001],
        [lon + 0.001, lat + 0.001],
        [lon - 0.001, lat - 0.001],
    ]
    async with owner.transaction():
        await store.add_area(
            owner, area_id=area_id, tenant_id=town.tenant_id, kind="depot", code="depot", name="车场",
            name_en="Depot", geometry={"type": "Polygon", "coordinates": [square]},
        )  # fmt: skip
        await owner.execute("UPDATE vehicle SET home_depot_id = %s", (area_id,))
        town.people["leader"] = await fleet_service.add_person(
            owner, "test", tenant_id=town.tenant_id, unit_id=town.units["root"], login="leader", name="leader",
            password=None, roles=[(access.Role.APPROVER, town.units["root"])], now=NOW, must_change_password=False,
        )  # fmt: skip
        await owner.execute("UPDATE person_role SET during = tstzrange('2020-01-01Z', NULL)")
    for name in town.vehicles:
        await town_of.add_fix(owner, town, name, NOW - timedelta(minutes=1))
    return Stage(town=town, owner=owner, web=web, router=router)
