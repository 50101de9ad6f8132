"""Drivers: rosters, leave and sickness, qualifications, the rules they drive by, and who was asked to take a trip."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dispatch.drivers import days, keeping, settings
from dispatch.drivers.days import DriverDays
from dispatch.drivers.fitness import Away
from dispatch.drivers.keeping import CalledIn, Imported
from dispatch.drivers.roster import ShiftLine
from dispatch.drivers.rules import LIMITS, DrivingRules, Training
from fleet.access import require
from fleet.vehicle import VehicleClass
from web.paging import Page, PageRequest
from web.shapes import (
    Changed,
    Instant,
    Label,
    Listing,
    Lists,
    Made,
    RowVersion,
    SeenVersion,
    SinceFilter,
    Text,
    UntilFilter,
    listed,
)
from web.store import drivers as store
from web.store.drivers import AbsenceRow, AskRow, QualificationRow, ShiftRow
from web.work import Signed, SignedRoute

router = APIRouter(tags=["drivers"], route_class=SignedRoute)
Outcome = Literal["open", "accepted", "refused", "timed_out", "over"]
Minutes = Annotated[int, Field(ge=0, le=1440)]


class ShiftBody(BaseModel):
    """A line of a roster: a weekday (1 Monday to 7 Sunday) over days, or the single day `first_day`, off without times."""

    person_id: UUID
    weekday: Annotated[int | None, Field(ge=1, le=7)] = None
    first_day: date
    last_day: date | None = None
    starts: time | None = None
    ends: time | None = None
    note: Label = ""


class RosterFile(BaseModel):
    """A CSV file of shifts; `dry` only looks."""

    csv: Annotated[str, Field(max_length=400_000)]
    dry: bool = False


class AbsenceBody(BaseModel):
    """Leave, or sickness entered by somebody else; `anyway` enters leave although it meets trips."""

    person_id: UUID
    kind: Away
    start_at: Instant
    end_at: Instant | None = None
    note: Label = ""
    anyway: bool = False


class SickBody(BaseModel):
    """Sick from now on; without an end until he says that he is back."""

    until: Instant | None = None
    note: Label = ""


class BackBody(BaseModel):
    """From when he is there again; absent: from now."""

    back_at: Instant | None = None


class QualificationBody(BaseModel):
    """A vehicle class he may drive, or a training he has had, on some paper."""

    person_id: UUID
    name: Label
    first_day: date
    last_day: date | None = None
    basis: Text


class WhyWithdrawn(BaseModel):
    """Why a line does not count any more."""

    reason: Text


class RulesBody(BaseModel):
    """How long people drive and work, what they must have learnt, how long they may think about a trip."""

    drive_min: Minutes = 240
    rest_min: Minutes = 20
    lunch_min: Minutes = 45
    lunch_from: time = time(11)
    lunch_to: time = time(13, 30)
    shift_min: Minutes = 480
    overtime_min: Minutes = 180
    overtime_weight: Annotated[float, Field(ge=0, le=LIMITS["overtime_weight"][1], allow_inf_nan=False)] = 1.5
    accept_min: Minutes = 15
    accept_before_min: Minutes = 20
    accept_tries: Annotated[int, Field(ge=1, le=20)] = 3
    classes: Annotated[list[VehicleClass], Field(max_length=len(VehicleClass))] = []
    trainings: Annotated[list[Training], Field(max_length=len(Training))] = []


class NewRules(RulesBody):
    """A new version; absent `from_at`: from now."""

    from_at: Instant | None = None
    reason: Text


class DrivingVersion(RulesBody):
    """A version; 0 is the program's own."""

    version_no: int
    from_at: datetime | None


class RulesAnswer(BaseModel):
    """The version in force, those to come, and the newest number for the next If-Match."""

    now: DrivingVersion
    coming: list[DrivingVersion]
    newest_no: int


@router.get("/driver-shifts", response_model=Listing[ShiftRow])
async def shifts(
    work: Signed, lists: Lists, person: UUID | None = None, unit: UUID | None = None, current: bool | None = True,
    first: date | None = None, last: date | None = None,
) -> Any:  # fmt: skip
    """Lines of the rosters this person may see; `current=false` those that were withdrawn."""
    require(work.actor, "roster.view")
    filters = {"person": person, "unit": unit, "current": current, "first": first, "last": last, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[ShiftRow]:
        return await store.shifts(work.conn, page, filters)

    return await listed(work, lists, default_sort="driver_name", name="driver-shifts", fetch=fetch)


@router.post("/driver-shifts", status_code=201)
async def add_shift(body: ShiftBody, work: Signed) -> Made:
    """Enters a line of a roster; the first one means that a roster is kept of this driver."""
    line = ShiftLine(**body.model_dump(exclude={"person_id", "note"}))
    return Made(id=await keeping.add_shift(work.conn, work.actor, body.person_id, line, body.note, now=work.now))


@router.post("/driver-shifts/import")
async def import_shifts(body: RosterFile, work: Signed) -> Imported:
    """Enters every line of a CSV, or nothing with every wrong cell named by line, column and reason."""
    return await keeping.import_shifts(work.conn, work.actor, body.csv, dry=body.dry, now=work.now)


@router.post("/driver-shifts/{line_id}/withdraw")
async def withdraw_shift(line_id: UUID, body: WhyWithdrawn, work: Signed, row_version: RowVersion) -> Changed:
    """The line does not count any more; it stays readable with the reason."""
    return await _withdrawn(work, "shift", line_id, body.reason, row_version)


@router.get("/driver-absences", response_model=Listing[AbsenceRow])
async def absences(
    work: Signed, lists: Lists, person: UUID | None = None, unit: UUID | None = None, current: bool | None = True,
    absence: Away | None = None, start_at: SinceFilter = None, end_at: UntilFilter = None,
) -> Any:  # fmt: skip
    """Leave and sickness this person may see: a driver's own, a unit's, or everybody's."""
    require(work.actor, "roster.view")
    filters = {
        "person": person, "unit": unit, "current": current, "kind": absence and absence.value, "start_at": start_at, "end_at": end_at,
        "q": lists.q,
    }  # fmt: skip

    async def fetch(page: PageRequest) -> Page[AbsenceRow]:
        return await store.absences(work.conn, page, filters)

    return await listed(work, lists, default_sort="-start_at", name="driver-absences", fetch=fetch)


@router.post("/driver-absences", status_code=201)
async def add_absence(body: AbsenceBody, work: Signed) -> CalledIn:
    """Leave or sickness; answers the trips that need another driver. Leave that meets trips: 409 `meets_orders` unless `anyway`."""
    return await keeping.add_absence(
        work.conn, work.actor, body.person_id, body.kind, body.start_at, body.end_at, body.note, now=work.now, anyway=body.anyway
    )  # fmt: skip


@router.post("/driver-absences/{line_id}/end")
async def end_absence(line_id: UUID, body: BackBody, work: Signed, row_version: RowVersion) -> Changed:
    """He is back earlier, or when he had said no end; a driver ends his own sickness."""
    back_at = body.back_at or work.now
    version = await keeping.end_absence(
        work.conn, work.actor, line_id, back_at, row_version=row_version, now=work.now
    )  # fmt: skip
    return Changed(row_version=version)


@router.post("/driver-absences/{line_id}/withdraw")
async def withdraw_absence(line_id: UUID, body: WhyWithdrawn, work: Signed, row_version: RowVersion) -> Changed:
    """It was entered wrongly: it does not count any more and stays readable with the reason."""
    return await _withdrawn(work, "absence", line_id, body.reason, row_version)


@router.post("/drivers/{person_id}/sick", status_code=201)
async def call_in_sick(person_id: UUID, body: SickBody, work: Signed) -> CalledIn:
    """A driver says that he is sick, or somebody who keeps his roster does: his trips are planned anew, the dispatchers told."""
    return await keeping.add_absence(
        work.conn, work.actor, person_id, Away.SICK, work.now, body.until, body.note, now=work.now
    )


@router.get("/drivers/{person_id}/days")
async def driver_days(
    person_id: UUID, work: Signed, first: Annotated[date, Query(alias="from")], last: Annotated[date, Query(alias="to")]
) -> DriverDays:
    """What a driver's roster and absences come to over some days (both included, at most 62): for himself and who keeps it."""
    return await days.of_driver(work.conn, work.actor, person_id, first, last, now=work.now)


@router.get("/driver-qualifications", response_model=Listing[QualificationRow])
async def qualifications(
    work: Signed, lists: Lists, person: UUID | None = None, unit: UUID | None = None, current: bool | None = True,
    qualification: Literal["vehicle_class", "training"] | None = None, expiring_until: date | None = None,
) -> Any:  # fmt: skip
    """Authorised classes and trainings this person may see; `expiring_until` those that end by a day."""
    require(work.actor, "roster.view")
    filters = {"person": person, "unit": unit, "current": current, "kind": qualification, "until": expiring_until, "q": lists.q}  # fmt: skip

    async def fetch(page: PageRequest) -> Page[QualificationRow]:
        return await store.qualifications(work.conn, page, filters)

    return await listed(work, lists, default_sort="driver_name", name="driver-qualifications", fetch=fetch)


@router.post("/driver-qualifications", status_code=201)
async def qualify(body: QualificationBody, work: Signed) -> Made:
    """Authorises a driver for a vehicle class, or notes a training; nobody does it for himself."""
    made = await keeping.qualify(
        work.conn, work.actor, body.person_id, body.name, body.first_day, body.last_day, body.basis, now=work.now
    )
    return Made(id=made)


@router.post("/driver-qualifications/{line_id}/withdraw")
async def withdraw_qualification(line_id: UUID, body: WhyWithdrawn, work: Signed, row_version: RowVersion) -> Changed:
    """It does not hold any more; it stays readable with the reason."""
    return await _withdrawn(work, "qualification", line_id, body.reason, row_version)


@router.get("/driving-rules")
async def rules(work: Signed) -> RulesAnswer:
    """The rules in force and those to come."""
    return await _rules(work)


@router.put("/driving-rules")
async def keep_rules(body: NewRules, work: Signed, row_version: SeenVersion = None) -> RulesAnswer:
    """A new version from an instant on; `If-Match` with the newest number that was read, none where nobody has set any."""
    values = body.model_dump(exclude={"reason", "classes", "trainings"})
    wanted = DrivingRules(**values, classes=frozenset(body.classes), trainings=frozenset(body.trainings))
    await settings.keep_rules(
        work.conn, work.actor, wanted, reason=body.reason, seen_no=row_version, now=work.now
    )  # fmt: skip
    return await _rules(work)


@router.get("/dispatch/asks", response_model=Listing[AskRow])
async def asks(
    work: Signed, lists: Lists, outcome: Outcome | None = None, order: UUID | None = None, start_at: SinceFilter = None,
    end_at: UntilFilter = None,
) -> Any:  # fmt: skip
    """Drivers asked to take a trip, newest first, and what became of it."""
    require(work.actor, "order.assign")
    filters = {"outcome": outcome, "order": order, "start_at": start_at, "end_at": end_at, "q": lists.q}

    async def fetch(page: PageRequest) -> Page[AskRow]:
        return await store.asks(work.conn, page, filters)

    return await listed(work, lists, default_sort="-asked_at", name="driver-asks", fetch=fetch)


async def _withdrawn(work: Signed, what: keeping.Kind, line_id: UUID, reason: str, row_version: int) -> Changed:
    version = await keeping.withdraw(
        work.conn, work.actor, what, line_id, reason, row_version=row_version, now=work.now
    )  # fmt: skip
    return Changed(row_version=version)


async def _rules(work: Signed) -> RulesAnswer:
    now, coming = await settings.rules_now(work.conn, work.actor, work.now)
    newest = max([now.version_no, *(each.version_no for each in coming)])
    return RulesAnswer(now=_kept(now), coming=[_kept(each) for each in coming], newest_no=newest)


def _kept(found: DrivingRules) -> DrivingVersion:
    values = {
        name: getattr(found, name) for name in DrivingVersion.model_fields if name not in ("classes", "trainings")
    }
    return DrivingVersion(**values, classes=sorted(found.classes), trainings=sorted(found.trainings))
