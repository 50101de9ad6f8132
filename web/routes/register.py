"""The register of vehicles and locators, for those who keep it."""

import secrets
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fleet import broker_accounts, foreign, service
from fleet.access import require
from fleet.errors import NotFound
from fleet.vehicle import Relation, VehicleClass, VehicleStatus
from web.brokerage import at_broker
from web.paging import Page, PageRequest
from web.shapes import Changed, Instant, Label, Listing, Lists, Made, RowVersion, Text, edited, listed
from web.store import register as store
from web.store import vehicles
from web.store.register import DeviceRow
from web.work import Signed, SignedRoute, Work

router = APIRouter(tags=["vehicles"], route_class=SignedRoute)
RangeKm = Annotated[int, Field(ge=1, le=3000)]  # of an electric vehicle with a full battery


class NewVehicle(BaseModel):
    """A vehicle with its three relations from now on."""

    plate: Text
    vehicle_class: VehicleClass
    seats: Annotated[int, Field(ge=1, le=80)]
    owner_unit_id: UUID
    manager_unit_id: UUID
    user_unit_id: UUID
    make_model: Label = ""
    energy: Label = "petrol"
    retained: bool = False
    exempt: bool = False
    home_depot_id: UUID | None = None
    status: VehicleStatus = VehicleStatus.IN_SERVICE
    documents_valid_until: date | None = None
    range_km: RangeKm | None = None


class VehicleEdit(BaseModel):
    """What may change of a vehicle; absent fields stay."""

    plate: Text | None = None
    vehicle_class: VehicleClass | None = None
    status: VehicleStatus | None = None
    seats: Annotated[int, Field(ge=1, le=80)] | None = None
    make_model: Label | None = None
    energy: Label | None = None
    retained: bool | None = None
    home_depot_id: UUID | None = None
    documents_valid_until: date | None = None
    wheelchair_places: Annotated[int, Field(ge=0, le=20)] | None = None
    luggage_pieces: Annotated[int, Field(ge=0, le=200)] | None = None  # what the boot takes
    range_km: RangeKm | None = None


class Transfer(BaseModel):
    """From an instant on another unit owns, manages or uses the vehicle."""

    relation: Relation
    unit_id: UUID
    basis: Text
    since: Instant | None = None  # absent: from now on


class NewDevice(BaseModel):
    """A locator, bound to a vehicle from its installation on."""

    code: Text
    vehicle_id: UUID | None = None
    model: Label = ""
    installer: Label = ""
    source_datum: Label = "WGS84"
    installed_at: Instant | None = None


class Credential(BaseModel):
    """A locator's account at the broker; shown once and kept nowhere."""

    id: UUID
    code: str
    username: str
    client_id: str
    password: str
    mqtt_url: str | None  # where locators connect


class DeviceEdit(BaseModel):
    """What may change of a locator; absent fields stay."""

    model: Label | None = None
    installer: Label | None = None
    active: bool | None = None


class Binding(BaseModel):
    """The vehicle a locator is mounted in from an instant on."""

    vehicle_id: UUID
    since: Instant


@router.post("/vehicles", status_code=201)
async def add_vehicle(body: NewVehicle, work: Signed) -> Made:
    """A new vehicle."""
    units = {"owner_unit_id", "manager_unit_id", "user_unit_id"}
    custody = {
        Relation.OWNER: body.owner_unit_id,
        Relation.MANAGER: body.manager_unit_id,
        Relation.USER: body.user_unit_id,
    }
    fields = body.model_dump(exclude=units)
    return Made(
        id=await service.add_vehicle(
            work.conn, work.actor, tenant_id=work.actor.tenant_id, custody=custody, now=work.now, **fields
        )
    )


@router.patch("/vehicles/{vehicle_id}")
async def edit_vehicle(vehicle_id: UUID, body: VehicleEdit, work: Signed, row_version: RowVersion) -> Changed:
    """Changes a vehicle's file."""
    return await edited(work, "vehicle", vehicle_id, body, row_version)


@router.post("/vehicles/{vehicle_id}/custody", status_code=204)
async def transfer(vehicle_id: UUID, body: Transfer, work: Signed) -> None:
    """Hands the vehicle to another unit, from now or a stated instant on; what was before stays readable."""
    await _see(work, vehicle_id)
    fields = body.model_dump()
    await service.transfer_custody(
        work.conn, work.actor, tenant_id=work.actor.tenant_id, vehicle_id=vehicle_id, now=work.now, **fields
    )


@router.get("/devices", response_model=Listing[DeviceRow])
async def devices(work: Signed, lists: Lists, online: bool | None = None) -> Any:
    """Locators: bound to what, heard of when; never where."""
    require(work.actor, "device.view")

    async def fetch(page: PageRequest) -> Page[DeviceRow]:
        return await store.devices(work.conn, page, work.actor, work.now, q=lists.q, online=online)

    return await listed(work, lists, default_sort="code", name="devices", fetch=fetch)


@router.post("/devices", status_code=201)
async def add_device(body: NewDevice, work: Signed) -> Credential:
    """A new locator and its account at the broker; a broker that refuses leaves no locator behind."""
    work.secret_answer = True
    if body.vehicle_id is not None:
        await _see(work, body.vehicle_id)
    fields = body.model_dump()
    tenant_id = work.actor.tenant_id
    device_id = await service.add_device(work.conn, work.actor, tenant_id=tenant_id, now=work.now, **fields)
    return await _admitted(work, device_id, body.code)


@router.post("/devices/{device_id}/credential", status_code=201)
async def new_credential(device_id: UUID, work: Signed) -> Credential:
    """A new password for a locator; the old one ends at once."""
    require(work.actor, "device.edit")
    work.secret_answer = True
    return await _admitted(work, device_id, (await _device(work, device_id)).code)


@router.get("/devices/{device_id}")
async def device(device_id: UUID, work: Signed) -> DeviceRow:
    """One locator: bound to what, heard of when; never where."""
    require(work.actor, "device.view")
    return await _device(work, device_id)


@router.patch("/devices/{device_id}")
async def edit_device(device_id: UUID, body: DeviceEdit, work: Signed, row_version: RowVersion) -> Changed:
    """Changes a locator's file; one that is switched off is thrown out of the broker at once (SEC04)."""
    changed = await edited(work, "device", device_id, body, row_version)
    if body.active is not None:
        act = broker_accounts.enable if body.active else broker_accounts.disable
        code = (await _device(work, device_id)).code
        await at_broker(work, lambda control: act(control, [code]))
    return changed


@router.post("/devices/{device_id}/binding", status_code=204)
async def bind_device(device_id: UUID, body: Binding, work: Signed) -> None:
    """Mounts a locator in a vehicle."""
    await _see(work, body.vehicle_id)
    await service.bind_device(
        work.conn,
        work.actor,
        tenant_id=work.actor.tenant_id,
        device_id=device_id,
        vehicle_id=body.vehicle_id,
        since=body.since,
        now=work.now,
    )


async def _device(work: Work, device_id: UUID) -> DeviceRow:
    row = await store.device(work.conn, device_id, work.actor, work.now)
    if row is None:
        raise NotFound(object="device")
    return row


async def _see(work: Work, vehicle_id: UUID) -> None:
    """A hidden vehicle and one that does not exist answer alike."""
    if not await vehicles.sees_vehicle(work.conn, vehicle_id):
        raise NotFound(object="vehicle")


async def _admitted(work: Work, device_id: UUID, code: str) -> Credential:
    password = secrets.token_urlsafe(18)
    topics = await foreign.topics_of(work.conn, device_id, work.now)
    wanted = [broker_accounts.Credential(username=code, password=password, also_writes=topics)]
    await at_broker(work, lambda control: broker_accounts.admit_devices(control, wanted))
    mqtt_url = work.parts.settings.device_mqtt_url
    return Credential(id=device_id, code=code, username=code, client_id=code, password=password, mqtt_url=mqtt_url)
