"""Fences: those in force, their versions, drafts and their publication, and files with shapes."""

import base64
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.errors import Invalid, NotFound, WrongState
from fleet.fences import files, roads, service
from fleet.fences.service import Wanted
from fleet.fences.shift import Warned
from fleet.position import Datum
from web.paging import Page, PageRequest
from web.shapes import Changed, Instant, Label, Listing, Lists, RowVersion, listed
from web.store import fences as store
from web.store.fences import DraftDetail, DraftRow, FenceRow, PreviewFindingRow, PreviewRow, VersionRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["policy"], route_class=SignedRoute)
State = Literal["in_force", "planned", "ended"]
ChangeKind = Literal["raised", "gone", "changed"]
DraftState = Literal["draft", "published", "discarded"]


class Fence(BaseModel):
    """A fence as somebody wants it. `shape`: docs/fences.md, in `datum`."""

    code: Annotated[str, Field(max_length=40)]
    kind: Label
    name: Label
    name_en: Label = ""
    category: Label | None = None
    shape: dict[str, Any]
    datum: Datum = Datum.WGS84
    capacity: int | None = None
    speed_limit_kmh: float | None = None
    watch: dict[str, Any] = {}
    effective_at: Instant | None = None
    ends: bool = False


class FenceFile(BaseModel):
    """A file with shapes: what it holds, or with `save` drafts of it."""

    name: Annotated[str, Field(max_length=200)]  # its ending says the form
    content: str  # base64
    datum: Datum
    kind: Label
    category: Label | None = None
    width_m: float = 60.0
    radius_m: float = 100.0
    outlines: bool = False
    prefix: Annotated[str, Field(max_length=30)] = ""
    effective_at: Instant | None = None
    save: bool = False


class ShapeFound(BaseModel):
    """A shape of a file; `draft_id` when it was saved."""

    n: int
    name: str
    code: str
    category: str | None
    shape: dict[str, Any]
    geometry: dict[str, Any]
    draft_id: UUID | None


class ShapeLeft(BaseModel):
    """A shape of a file that cannot be used."""

    n: int
    name: str
    field: str
    reason: str


class FileRead(BaseModel):
    """What a file holds."""

    found: list[ShapeFound]
    left: list[ShapeLeft]
    warnings: list[dict[str, Any]]


class Drafted(BaseModel):
    """A new draft."""

    id: UUID
    draft_no: int
    row_version: int = 1


class PublishedFence(BaseModel):
    """What a publication did."""

    area_id: UUID
    version_no: int | None  # None: the fence ends
    since: Instant | None
    until: Instant | None


@router.get("/fences", response_model=Listing[FenceRow])
async def fences(
    work: Signed,
    lists: Lists,
    area_kind: Label | None = None,
    category: Label | None = None,
    fence_state: State | None = None,
) -> Any:
    """Fences in force, planned and ended."""
    require(work.actor, "area.view")
    filters = {"q": lists.q, "kind": area_kind, "category": category, "state": fence_state}

    async def fetch(page: PageRequest) -> Page[FenceRow]:
        return await store.fences(work.conn, page, work.actor, work.now, filters)

    return await listed(work, lists, default_sort="name", name="fences", fetch=fetch)


@router.get("/fences/{area_id}/versions")
async def versions(area_id: UUID, work: Signed) -> Listing[VersionRow]:
    """All versions of a fence, the newest first."""
    require(work.actor, "area.view")
    found = await store.versions(work.conn, work.actor, area_id)
    if not found:
        raise NotFound(object="area")
    return Listing(items=found, total=len(found))


@router.get("/fence-drafts", response_model=Listing[DraftRow])
async def drafts(
    work: Signed, lists: Lists, area_kind: Label | None = None, draft_state: DraftState | None = None
) -> Any:
    """Drafts: those that wait, and what became of the others."""
    require(work.actor, "area.view")
    filters = {"q": lists.q, "kind": area_kind, "state": draft_state}

    async def fetch(page: PageRequest) -> Page[DraftRow]:
        return await store.drafts(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="-updated_at", name="fence-drafts", fetch=fetch)


@router.get("/fence-drafts/{draft_id}")
async def one_draft(draft_id: UUID, work: Signed) -> DraftDetail:
    """One draft with its shape."""
    require(work.actor, "area.view")
    found = await store.draft(work.conn, work.actor, draft_id)
    if found is None:
        raise NotFound(object="fence_draft")
    return found


@router.post("/fence-drafts", status_code=201)
async def add_draft(body: Fence, work: Signed) -> Drafted:
    """A draft of a new fence, or of the next version of the one with this code."""
    draft_id, number = await service.draft(work.conn, work.actor, work.actor.tenant_id, _wanted(body), work.now)
    return Drafted(id=draft_id, draft_no=number)


@router.put("/fence-drafts/{draft_id}")
async def change_draft(draft_id: UUID, body: Fence, work: Signed, row_version: RowVersion) -> Changed:
    """The draft anew."""
    version = await service.change(
        work.conn, work.actor, work.actor.tenant_id, draft_id, row_version, _wanted(body), work.now
    )
    return Changed(row_version=version)


@router.post("/fence-drafts/{draft_id}/publish")
async def publish_draft(draft_id: UUID, work: Signed, row_version: RowVersion) -> PublishedFence:
    """The draft becomes a version in force from its date on; never by who changed it last."""
    done = await service.publish(work.conn, work.actor, work.actor.tenant_id, draft_id, row_version, work.now)
    return PublishedFence(area_id=done.area_id, version_no=done.version_no, since=done.since, until=done.until)


@router.post("/fence-drafts/{draft_id}/discard", status_code=204)
async def discard_draft(draft_id: UUID, work: Signed, row_version: RowVersion) -> None:
    """The draft is given up; it stays for the record."""
    await service.discard(work.conn, work.actor, work.actor.tenant_id, draft_id, row_version, work.now)


@router.post("/fence-drafts/{draft_id}/preview", status_code=201)
async def ask_preview(draft_id: UUID, work: Signed) -> PreviewRow:
    """Asks what the draft would have raised in the last month; a program beside the engine judges it."""
    require(work.actor, "area.draft")
    draft = await store.draft(work.conn, work.actor, draft_id)
    if draft is None:
        raise NotFound(object="fence_draft")
    if draft.state != "draft":
        raise WrongState(state=draft.state, action="preview", allowed=[])
    return await _preview(work, preview_id=await store.ask_preview(work.conn, work.actor, draft, work.now))


@router.get("/fence-drafts/{draft_id}/preview")
async def draft_preview(draft_id: UUID, work: Signed) -> PreviewRow | None:
    """The newest preview of a draft and how far it came; null when none was asked for."""
    require(work.actor, "area.view")
    if await store.draft(work.conn, work.actor, draft_id) is None:
        raise NotFound(object="fence_draft")
    return await store.preview(work.conn, work.actor, draft_id=draft_id)


@router.get("/fence-previews/{preview_id}/findings", response_model=Listing[PreviewFindingRow])
async def preview_findings(
    preview_id: UUID, work: Signed, lists: Lists, change: ChangeKind | None = None, rule: Label | None = None
) -> Any:
    """What a preview found: raised, gone or changed, of vehicles whose tracks the viewer may see."""
    require(work.actor, "area.view")
    await _preview(work, preview_id=preview_id)
    filters = {"preview": preview_id, "change": change, "rule": rule}

    async def fetch(page: PageRequest) -> Page[PreviewFindingRow]:
        return await store.preview_findings(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="-started_at", name="fence-preview", fetch=fetch)


@router.post("/fence-files")
async def read_file(body: FenceFile, work: Signed) -> FileRead:
    """What a GeoJSON, KML or GPX file holds; with `save` its shapes become drafts."""
    require(work.actor, "area.draft")
    try:
        data = base64.b64decode(body.content, validate=True)
    except ValueError as error:  # binascii.Error, and letters beyond ASCII
        raise Invalid(field="file", reason="unknown") from error
    options = files.Options(
        width_m=body.width_m, radius_m=body.radius_m, outlines=body.outlines, points_stay=body.kind == "depot"
    )
    reading = files.read(body.name, data, body.datum, options)
    warned = await roads.off_roads(work.parts.router, reading.found, body.datum)
    work.secret_answer = not body.save  # megabytes of shapes are not remembered under their key
    found = [await _found(work, body, each, warned) for each in reading.found]
    left = [ShapeLeft(n=each.n, name=each.name, field=each.field, reason=each.reason) for each in reading.left]
    return FileRead(found=found, left=left, warnings=[warned.as_json()] if warned else [])


async def _found(work: Work, body: FenceFile, found: files.Found, warned: Warned | None) -> ShapeFound:
    wanted = service.from_file(
        found, kind=body.kind, datum=body.datum, source=body.name, prefix=body.prefix or _stem(body.name),
        category=body.category, effective_at=body.effective_at, warned=[warned] if warned else [],
    )  # fmt: skip
    draft_id = None
    if body.save:
        draft_id, _ = await service.draft(work.conn, work.actor, work.actor.tenant_id, wanted, work.now)
    return ShapeFound(
        n=found.n, name=wanted.name, code=wanted.code, category=wanted.category, shape=found.drawing.said(),
        geometry=dict(found.drawing.geometry), draft_id=draft_id,
    )  # fmt: skip


async def _preview(work: Work, *, preview_id: UUID) -> PreviewRow:
    found = await store.preview(work.conn, work.actor, preview_id=preview_id)
    if found is None:
        raise NotFound(object="fence_preview")
    return found


def _stem(name: str) -> str:
    """A file's name as the beginning of codes."""
    return "".join(each if each.isalnum() else "-" for each in name.rpartition(".")[0])[:30].strip("-") or "F"


def _wanted(body: Fence) -> Wanted:
    return Wanted(**body.model_dump())
