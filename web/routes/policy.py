"""What everybody is judged by - areas, rules - and the two records, for reading."""

from dataclasses import dataclass, fields
from typing import Any

from fastapi import APIRouter

from fleet.access import require
from geofence.rules import EVERY
from web.paging import Page, PageRequest
from web.shapes import Listing, Lists, listed
from web.store import records
from web.store import register as store
from web.store.records import RecordRow
from web.store.register import AreaRow, RuleRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["policy"], route_class=SignedRoute)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleItem(RuleRow):
    """A rule with the values in force; `defaults` and `meanings` are the program's own."""

    name: str
    name_zh: str
    defaults: dict[str, Any]
    meanings: dict[str, str]


@router.get("/areas")
async def areas(work: Signed, kind: str | None = None) -> Listing[AreaRow]:
    """Depots and areas as they are now."""
    require(work.actor, "area.view")
    found = await store.areas(work.conn, work.actor, kind, work.now)
    return Listing(items=found, total=len(found))


@router.get("/rules")
async def rules(work: Signed) -> Listing[RuleItem]:
    """The rules in force with their parameters."""
    require(work.actor, "rule.view")
    found = [_rule_item(row) for row in await store.rules(work.conn, work.actor, work.now)]
    return Listing(items=found, total=len(found))


@router.get("/audit", response_model=Listing[RecordRow])
async def audit(work: Signed, lists: Lists) -> Any:
    """Who looked at what: everything for those who review it, for others what they did themselves."""

    async def fetch(page: PageRequest) -> Page[RecordRow]:
        return await records.audit(work.conn, page, lists.q)

    return await listed(work, lists, default_sort="-happened_at", name="audit", fetch=fetch)


@router.get("/journal", response_model=Listing[RecordRow])
async def journal(work: Signed, lists: Lists) -> Any:
    """Who changed what."""
    require(work.actor, "journal.view")

    async def fetch(page: PageRequest) -> Page[RecordRow]:
        return await records.journal(work.conn, page, lists.q)

    return await listed(work, lists, default_sort="-happened_at", name="journal", fetch=fetch)


_KNOWN = {rule.id: rule for rule in EVERY}


def _rule_item(row: RuleRow) -> RuleItem:
    rule = _KNOWN.get(row.rule)
    parameters = fields(rule.defaults) if rule else ()
    return RuleItem(
        **{field.name: getattr(row, field.name) for field in fields(row)},
        name=rule.name if rule else row.rule,
        name_zh=rule.zh if rule else row.rule,
        defaults={field.name: getattr(rule.defaults, field.name) for field in parameters} if rule else {},
        meanings={field.name: str(field.metadata.get("meaning", "")) for field in parameters},
    )
