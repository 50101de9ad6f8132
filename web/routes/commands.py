"""Commands to locators: asking one or many, following how far they came, taking them back, and what locators answered."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.commanding import service
from fleet.commanding.life import LONGEST_TEXT, Heard, Kind, Order, State
from fleet.errors import Forbidden, NotFound, Refusal
from web.paging import Page, PageRequest
from web.shapes import Changed, Label, Listing, Lists, RowVersion, SinceFilter, UntilFilter, listed
from web.store import commands as store
from web.store.commands import AnswerRow, CommandRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["devices"], route_class=SignedRoute)
MOST_AT_ONCE = 100


class NewCommands(BaseModel):
    """The same command for one locator or several."""

    devices: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    kind: Kind
    every_s: int | None = None  # interval: seconds between two fixes
    for_s: int | None = None  # interval: for so many seconds; for good when absent
    text: Annotated[str | None, Field(max_length=10 * LONGEST_TEXT)] = None
    purpose: Annotated[str, Field(max_length=service.LONGEST_PURPOSE)] = ""
    valid_for_s: int | None = None  # given up afterwards; a day when absent


class MadeCommand(BaseModel):
    """A command on file. `superseded` is the open one whose place it took."""

    device_id: UUID
    id: UUID
    command_no: int
    superseded: UUID | None


class RefusedCommand(BaseModel):
    """A locator that was not told, and why; a refusal of a single command is the answer itself."""

    device_id: UUID
    code: str
    params: dict[str, Any]


class CommandsMade(BaseModel):
    """What became of each locator of the request."""

    made: list[MadeCommand]
    refused: list[RefusedCommand]


class CommandItem(BaseModel):
    """One command with every answer heard to it."""

    command: CommandRow
    answers: list[AnswerRow]


@router.post("/device-commands", status_code=201)
async def add_commands(body: NewCommands, work: Signed) -> CommandsMade:
    """Tells locators something; each is sent when its locator is there, within the time it is good for."""
    require(work.actor, "device.command")
    made: list[MadeCommand] = []
    refused: list[RefusedCommand] = []
    for device_id in dict.fromkeys(body.devices):
        try:
            async with work.conn.transaction():
                made.append(await _asked(body, device_id, work))
        except Forbidden:
            raise
        except Refusal as refusal:
            if len(body.devices) == 1:
                raise
            refused.append(RefusedCommand(device_id=device_id, code=refusal.code, params=refusal.params))
    return CommandsMade(made=made, refused=refused)


async def _asked(body: NewCommands, device_id: UUID, work: Signed) -> MadeCommand:
    asked = await service.ask(
        work.conn,
        work.actor,
        tenant_id=work.actor.tenant_id,
        device_id=device_id,
        order=Order(kind=body.kind, every_s=body.every_s, for_s=body.for_s, text=body.text),
        purpose=body.purpose,
        valid_for_s=body.valid_for_s,
        now=work.now,
    )
    return MadeCommand(
        device_id=device_id, id=asked.id, command_no=asked.command_no, superseded=asked.superseded
    )  # fmt: skip


@router.get("/device-commands", response_model=Listing[CommandRow])
async def device_commands(
    work: Signed,
    lists: Lists,
    state: State | Literal["open"] | None = None,
    kind: Kind | None = None,
    unit: UUID | None = None,
    device: Label | None = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
) -> Any:
    """Commands, the newest first, and how far each came."""
    require(work.actor, "device.view")
    filters = {
        "q": lists.q,
        "state": state,
        "kind": kind,
        "unit": unit,
        "device": device,
        "since": since,
        "until": until,
    }

    async def fetch(page: PageRequest) -> Page[CommandRow]:
        return await store.commands(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="-asked_at", name="device-commands", fetch=fetch)


@router.get("/device-commands/{command_id}")
async def device_command(command_id: UUID, work: Signed) -> CommandItem:
    """One command and every answer to it."""
    require(work.actor, "device.view")
    found = await store.command(work.conn, command_id, work.actor)
    if found is None:
        raise NotFound(object="command")
    return CommandItem(command=found, answers=await store.answers_to(work.conn, command_id, work.actor))


@router.post("/device-commands/{command_id}/cancel")
async def cancel_command(command_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """Takes an open command back; what the locator has already, it may do."""
    version = await service.cancel(work.conn, work.actor, command_id, row_version=row_version, now=work.now)
    return Changed(row_version=version)


@router.get("/device-answers", response_model=Listing[AnswerRow])
async def device_answers(work: Signed, lists: Lists, heard: Heard | Literal["stray"] | None = None) -> Any:
    """What locators answered, also to what nobody asked of them."""
    require(work.actor, "device.view")

    async def fetch(page: PageRequest) -> Page[AnswerRow]:
        return await store.answers(work.conn, page, work.actor, {"q": lists.q, "heard": heard})

    return await listed(work, lists, default_sort="-heard_at", name="device-answers", fetch=fetch)
