"""The rulebook: values in force and where they come from, versions, mutes, changes by two people, and their back-test."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet.access import require
from fleet.errors import Invalid, NotFound, WrongState
from geofence.instants import epoch_ms
from geofence.rulebook import service
from geofence.rulebook import store as rules
from geofence.rulebook.change import Scope, Wanted, What, read_change
from geofence.rulebook.values import values
from web.paging import Page, PageRequest
from web.shapes import Changed, Instant, Label, Listing, Lists, RowVersion, listed, span
from web.store import rulebook as store
from web.store.rulebook import (
    RuleChangeDetail,
    RuleChangeRow,
    RuleCountRow,
    RuleDifferenceRow,
    RuleLineRow,
    RuleMuteRow,
    RulePreviewRow,
)
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["policy"], route_class=SignedRoute, prefix="/rulebook")
Standing = Literal["planned", "in_force", "over"]
ChangeState = Literal["draft", "proposed", "in_force", "withdrawn"]
Difference = Literal["raised", "gone", "changed"]
LONGEST_DAYS = 92  # of a back-test over the interface
USUAL = timedelta(days=31)
OLDEST = timedelta(days=3 * 366)  # nothing is kept longer


class RuleChange(BaseModel):
    """A change of the rules as somebody wants it (docs/rulebook.md)."""

    what: What
    body: dict[str, Any]
    unit_id: UUID | None = None  # with the units below it. Absent: everybody
    vehicle_class: Label | None = None
    vehicle_id: UUID | None = None  # of a mute
    from_at: Instant | None = None  # absent: from the publication on
    to_at: Instant | None = None
    reason: Annotated[str, Field(max_length=500)]


class DraftedRules(BaseModel):
    """A new draft."""

    id: UUID
    change_no: int
    row_version: int = 1


class PublishedRules(BaseModel):
    """What a publication did: from when to when it holds, and the number of each rule's version ("" of a profile)."""

    row_version: int
    since: datetime
    until: datetime | None
    versions: dict[str, int | None]


class ParameterValue(BaseModel):
    """One parameter: what holds, whether it is the default's, the profile's or the version's, and what it may be."""

    name: str
    value: Any
    source: Literal["default", "profile", "version"]
    default: Any
    of_profile: Any
    kind: Literal["number", "text", "boolean"]
    at_least: float | None
    at_most: float | None
    meaning: str


class RuleInForce(BaseModel):
    """One rule as it holds, and whose version says so."""

    rule: str
    name: str
    name_zh: str
    enabled: bool
    version_id: UUID | None
    version_no: int | None
    unit_id: UUID | None
    vehicle_class: str | None
    values: list[ParameterValue]


class RulesInForce(BaseModel):
    """The profile and every rule for a unit and a class at an instant."""

    at: datetime
    profile: str
    profile_no: int | None
    profile_unit_id: UUID | None
    rules: list[RuleInForce]


class Period(BaseModel):
    """Which stored span is judged with a change and without; the last 31 days when absent."""

    from_at: Instant | None = None
    to_at: Instant | None = None


@router.get("")
async def in_force(
    work: Signed, unit: UUID | None = None, vehicle_class: Label | None = None, at: Instant | None = None
) -> RulesInForce:
    """The values that hold for everybody, or a unit and a vehicle class, now or at an instant, and where each comes from."""
    require(work.actor, "rule.view")
    when = at or work.now
    held = await rules.in_force(work.conn, work.actor.tenant_id, when)
    found = values(*held, None if unit is None else str(unit), vehicle_class, epoch_ms(when))
    return RulesInForce(at=when, **asdict(found))


@router.get("/versions", response_model=Listing[RuleLineRow])
async def versions(
    work: Signed,
    lists: Lists,
    what: Literal["parameters", "profile"] | None = None,
    rule: Label | None = None,
    unit: UUID | None = None,
    standing: Standing | None = None,
) -> Any:
    """The versions of rules and profiles: planned, in force and over."""
    require(work.actor, "rule.view")
    filters = {"q": lists.q, "what": what, "rule": rule, "unit": unit, "standing": standing}

    async def fetch(page: PageRequest) -> Page[RuleLineRow]:
        return await store.line(work.conn, page, work.actor, work.now, filters)

    return await listed(work, lists, default_sort="-created_at", name="rule-versions", fetch=fetch)


@router.get("/mutes", response_model=Listing[RuleMuteRow])
async def mutes(
    work: Signed, lists: Lists, rule: Label | None = None, unit: UUID | None = None, standing: Standing | None = None
) -> Any:
    """Mutes: planned, in force and over, with the suspicions nobody was told of."""
    require(work.actor, "rule.changes")
    filters = {"q": lists.q, "rule": rule, "unit": unit, "standing": standing}

    async def fetch(page: PageRequest) -> Page[RuleMuteRow]:
        return await store.mutes(work.conn, page, work.actor, work.now, filters)

    return await listed(work, lists, default_sort="-from_at", name="rule-mutes", fetch=fetch)


@router.get("/changes", response_model=Listing[RuleChangeRow])
async def changes(
    work: Signed, lists: Lists, what: What | None = None, state: ChangeState | None = None, rule: Label | None = None
) -> Any:
    """Drafts, submitted changes and what became of them."""
    require(work.actor, "rule.changes")
    filters = {"q": lists.q, "what": what, "state": state, "rule": rule}

    async def fetch(page: PageRequest) -> Page[RuleChangeRow]:
        return await store.changes(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="-change_no", name="rule-changes", fetch=fetch)


@router.get("/changes/{rule_change_id}")
async def one_change(rule_change_id: UUID, work: Signed) -> RuleChangeDetail:
    """One change with all it says."""
    return await _change(work, rule_change_id)


@router.post("/changes", status_code=201)
async def draft(body: RuleChange, work: Signed) -> DraftedRules:
    """A draft; it changes nothing until it is submitted and somebody else publishes it."""
    require(work.actor, "rule.draft", body.unit_id)
    change_id, number = await service.draft(work.conn, work.actor, _wanted(body), work.now)
    return DraftedRules(id=change_id, change_no=number)


@router.put("/changes/{rule_change_id}")
async def change_draft(rule_change_id: UUID, body: RuleChange, work: Signed, row_version: RowVersion) -> Changed:
    """The draft anew, by who made it."""
    require(work.actor, "rule.draft")
    version = await service.change(work.conn, work.actor, rule_change_id, row_version, _wanted(body), work.now)
    return Changed(row_version=version)


@router.post("/changes/{rule_change_id}/submit")
async def submit(rule_change_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """The draft waits for a second person; from here on it stays as it is."""
    version = await service.submit(work.conn, work.actor, rule_change_id, row_version, work.now)
    return Changed(row_version=version)


@router.post("/changes/{rule_change_id}/publish")
async def publish(rule_change_id: UUID, work: Signed, row_version: RowVersion) -> PublishedRules:
    """The change holds from its date on, at the earliest from now; 403 `same_hands` for who submitted it."""
    done = await service.publish(work.conn, work.actor, rule_change_id, row_version, work.now)
    return PublishedRules(**asdict(done))


@router.post("/changes/{rule_change_id}/withdraw")
async def withdraw(rule_change_id: UUID, work: Signed, row_version: RowVersion) -> Changed:
    """Taken back by who made it, or turned down by who could publish it; it stays for the record."""
    version = await service.withdraw(work.conn, work.actor, rule_change_id, row_version, work.now)
    return Changed(row_version=version)


@router.post("/changes/{rule_change_id}/preview", status_code=201)
async def ask_preview(rule_change_id: UUID, body: Period, work: Signed) -> RulePreviewRow:
    """Asks what the change would have found in a stored span; a program beside the engine judges it, and writes no alert."""
    found = await _change(work, rule_change_id)
    if not found.mine:
        require(work.actor, "rule.publish")
    if found.what == What.MUTE:
        raise Invalid(field="what", reason="not_judged")
    if found.what == What.END and found.body.get("of") == What.MUTE:
        raise Invalid(field="what", reason="not_judged")
    if found.state not in (service.DRAFT, service.PROPOSED):
        raise WrongState(state=found.state, action="preview", allowed=[])
    to_at = min(body.to_at or work.now, work.now)
    if to_at < work.now - OLDEST:
        raise Invalid(field="to_at", reason="too_long_ago")
    from_at, to_at = span(body.from_at or to_at - USUAL, to_at, longest_days=LONGEST_DAYS)
    preview_id = await store.ask_preview(work.conn, work.actor, found.id, from_at, to_at, work.now)
    return await _preview(work, preview_id)


@router.get("/changes/{rule_change_id}/preview")
async def change_preview(rule_change_id: UUID, work: Signed) -> RulePreviewRow | None:
    """The newest back-test of a change and how far it came; null when none was asked for."""
    found = await _change(work, rule_change_id)
    return await store.preview(work.conn, work.actor, change_id=found.id)


@router.get("/previews/{rule_preview_id}/counts", response_model=Listing[RuleCountRow])
async def preview_counts(
    rule_preview_id: UUID, work: Signed, lists: Lists, rule: Label | None = None, differing: bool = False
) -> Any:
    """Findings per rule and using unit, before and after; `differing` only those with a difference."""
    require(work.actor, "rule.changes")
    await _preview(work, rule_preview_id)
    filters = {"preview": rule_preview_id, "rule": rule, "differing": differing}

    async def fetch(page: PageRequest) -> Page[RuleCountRow]:
        return await store.counts(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="rule", name="rule-preview-counts", fetch=fetch)


@router.get("/previews/{rule_preview_id}/differences", response_model=Listing[RuleDifferenceRow])
async def preview_differences(
    rule_preview_id: UUID,
    work: Signed,
    lists: Lists,
    change: Difference | None = None,
    rule: Label | None = None,
    unit: UUID | None = None,
) -> Any:
    """The findings that differ, of vehicles whose tracks the viewer may see."""
    require(work.actor, "rule.changes")
    await _preview(work, rule_preview_id)
    filters = {"preview": rule_preview_id, "change": change, "rule": rule, "unit": unit, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[RuleDifferenceRow]:
        return await store.differences(work.conn, page, work.actor, filters)

    return await listed(work, lists, default_sort="-started_at", name="rule-preview-differences", fetch=fetch)


async def _change(work: Work, change_id: UUID) -> RuleChangeDetail:
    require(work.actor, "rule.changes")
    found = await store.change(work.conn, work.actor, change_id)
    if found is None:
        raise NotFound(object="rule_change")
    return found


async def _preview(work: Work, preview_id: UUID) -> RulePreviewRow:
    found = await store.preview(work.conn, work.actor, preview_id=preview_id)
    if found is None:
        raise NotFound(object="rule_preview")
    return found


def _wanted(body: RuleChange) -> Wanted:
    scope = Scope(unit_id=body.unit_id, vehicle_class=body.vehicle_class, vehicle_id=body.vehicle_id)
    said = read_change(body.what, body.body)
    return Wanted(change=said, scope=scope, reason=body.reason, from_at=body.from_at, to_at=body.to_at)
