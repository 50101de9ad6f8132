"""Use case of a batch: all requests of a file are booked, or none with every wrong cell named; or, when asked so, the good ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch import requests, service, store
from dispatch.batch import Known, RowError, column_of, read
from dispatch.guards import Deed
from dispatch.lifecycle import Action
from dispatch.store import conditions as rows
from fleet.access import Actor, require
from fleet.db import Connection
from fleet.errors import Invalid, Refusal
from fleet.routing import Router

MOST_TOLD = 200  # errors in one answer


class RowsRefused(Refusal):
    """Nothing was booked. Params: rows (line, column, reason, params), count."""

    code = "rows_refused"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """One row and its order."""

    line: int
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDone:
    """What became of a file: rows booked, or that would be, and the wrong cells of the others."""

    rows: int
    booked: tuple[Booked, ...]
    errors: tuple[RowError, ...]


async def book_batch(
    conn: Connection, actor: Actor, text: str, *, partial: bool, dry: bool, router: Router, now: datetime
) -> BatchDone:
    """Raises Forbidden, and RowsRefused unless `partial` or `dry` when a cell is wrong or a row is refused."""
    require(actor, "order.book")
    names = await rows.names_known(conn, actor.tenant_id)
    known = Known(units=names.units, people=names.people, zone=await store.zone(conn, actor.tenant_id))
    found, errors = read(text, known, now)
    total = len(found) + len({error.line for error in errors if error.line > 1})
    if dry or (errors and not partial):
        if errors and not dry:
            raise _refused(errors)
        return BatchDone(rows=total, booked=(), errors=tuple(errors[:MOST_TOLD]))
    booked: list[Booked] = []
    for row in found:
        try:
            async with conn.transaction():  # a savepoint: with `partial` one refusal does not undo the others
                order_id = await requests.book(conn, actor, row.draft, router=router, now=now)
                await service.act(conn, actor, order_id, Action.SUBMIT, Deed(), row_version=None, now=now)
            booked.append(Booked(line=row.line, order_id=order_id))
        except Refusal as refusal:
            errors.append(_error(row.line, refusal))
    if errors and not partial:
        raise _refused(errors)
    return BatchDone(
        rows=total, booked=tuple(booked), errors=tuple(sorted(errors, key=lambda each: each.line)[:MOST_TOLD])
    )


def _error(line: int, refusal: Refusal) -> RowError:
    if isinstance(refusal, Invalid):
        params = {name: value for name, value in refusal.params.items() if name not in ("field", "reason")}
        column = column_of(str(refusal.params.get("field")))
        return RowError(line=line, column=column, reason=str(refusal.params.get("reason")), params=params)
    return RowError(line=line, column=None, reason=refusal.code, params=dict(refusal.params))


def _refused(errors: list[RowError]) -> RowsRefused:
    told: list[dict[str, Any]] = [
        {"line": each.line, "column": each.column, "reason": each.reason, "params": dict(each.params)}
        for each in sorted(errors, key=lambda one: one.line)[:MOST_TOLD]
    ]
    return RowsRefused(rows=told, count=len(errors))
