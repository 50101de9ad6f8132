"""What is said of a trip on its way: reasons of its driver or booker, and stops its approver allows."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch import said
from dispatch.said import Said, StopAllowed, Why
from web.routes.orders import OrderPage, order_page
from web.shapes import Instant, Text
from web.work import Signed, SignedRoute

router = APIRouter(tags=["orders"], route_class=SignedRoute)
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class StatementBody(BaseModel):
    """Why somebody on the trip left the route or stopped, from when to when."""

    reason: Why
    words: Annotated[str, Field(max_length=500)] = ""
    from_at: Instant
    to_at: Instant
    lon: Longitude | None = None
    lat: Latitude | None = None


class AllowedStopBody(BaseModel):
    """A stop beside those that were booked."""

    name: Annotated[Text, Field(max_length=120)]
    lon: Longitude
    lat: Latitude
    radius_m: Annotated[int, Field(ge=50, le=2000)] = 300
    reason: Annotated[str, Field(max_length=500)]


@router.post("/orders/{order_id}/statements", status_code=201)
async def say(order_id: UUID, body: StatementBody, work: Signed) -> OrderPage:
    """A reason of the trip's driver or booker for a span of it; it stands beside suspicions and takes none away."""
    await said.say(work.conn, work.actor, order_id, Said(**body.model_dump()), now=work.now)
    return await order_page(work, order_id)


@router.post("/orders/{order_id}/allowed-stops", status_code=201)
async def allow_stop(order_id: UUID, body: AllowedStopBody, work: Signed) -> OrderPage:
    """An approver of the unit allows a stop of the trip; from now on it excuses leaving route and area around it."""
    await said.allow_stop(work.conn, work.actor, order_id, StopAllowed(**body.model_dump()), now=work.now)
    return await order_page(work, order_id)
