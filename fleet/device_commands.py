"""The commands of `python -m fleet device`: locators, the names they go by elsewhere, and servers that speak for them."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

from fleet import broker_accounts, db, foreign, service, store
from fleet.commands import Arguments, administer, admit, connect, tell, tenant_of
from fleet.errors import Invalid, NotFound
from fleet.settings import Settings
from fleet.sources import Source, forwarder_account, forwarder_topic
from fleet.vehicle import plain_plate


async def device_add(settings: Settings, arguments: Arguments) -> int:
    """A locator with its broker credential, printed once."""
    password = secrets.token_urlsafe(18)
    now = datetime.now(UTC)
    async with await connect(settings) as conn, conn.transaction():
        tenant_id = await tenant_of(conn)
        vehicle_id: UUID | None = None
        if arguments.plate is not None:
            vehicle = await store.one(conn, store.VEHICLE_BY_PLATE, (tenant_id, plain_plate(arguments.plate)))
            if vehicle is None:
                raise NotFound(object="vehicle", plate=arguments.plate)
            vehicle_id = vehicle["id"]
        device_id = await service.add_device(
            conn, "fleet device add", tenant_id=tenant_id, code=arguments.code, vehicle_id=vehicle_id,
            model=arguments.model, installer=arguments.installer, source_datum=arguments.datum, installed_at=arguments.since, now=now,
        )  # fmt: skip
        # Inside the transaction: a broker that refuses leaves no device without a credential behind.
        await admit(settings, [(arguments.code, password)])
    tell(device=device_id, code=arguments.code, username=arguments.code, client_id=arguments.code, password=password)
    return 0


async def bind_source(settings: Settings, arguments: Arguments) -> int:
    """The name under which a device speaks in a foreign form."""
    source = Source(arguments.source)
    async with await connect(settings) as conn, conn.transaction():
        device = await _device(conn, arguments.code)
        bound = await foreign.bind_source(
            conn, "fleet device bind-source", device=device, source=source, external_id=arguments.external_id,
            since=arguments.since, now=datetime.now(UTC),
        )  # fmt: skip
        # Inside the transaction: a binding whose device may not write would be a promise nobody keeps.
        for one in bound.taken_from:
            await _let_write(settings, conn, one)
        topics = await _let_write(settings, conn, device)
    name = arguments.external_id
    tell(device=device.code, source=source, external_id=name, since=bound.since, grade="broker", topics=topics)
    return 0


async def unbind_source(settings: Settings, arguments: Arguments) -> int:
    """End such a name from now on."""
    source = Source(arguments.source)
    async with await connect(settings) as conn, conn.transaction():
        device = await _device(conn, arguments.code)
        await foreign.unbind_source(
            conn, "fleet device unbind-source", device=device, source=source, external_id=arguments.external_id,
            now=datetime.now(UTC),
        )  # fmt: skip
        topics = await _let_write(settings, conn, device)
    tell(device=device.code, source=source, external_id=arguments.external_id, ended=True, topics=topics)
    return 0


async def forwarder(settings: Settings, arguments: Arguments) -> int:
    """A broker account for a Traccar or EMQX server; its password is printed once, a new call draws a new one.

    With a name it speaks for one tenant and writes below that name only (docs/decisions/0013); where there are several
    tenants it must have one, and the account without a name is closed.
    """
    source = Source(arguments.source)
    name = arguments.name
    async with await connect(settings) as conn, conn.transaction():
        several = len(await store.many(conn, store.TENANTS)) > 1
        if name is None and several:
            raise Invalid(field="name", reason="missing")
        topic, account = forwarder_topic(source, name), forwarder_account(source, name)
        if name is not None:
            tenant_id = await _tenant(conn, arguments.tenant)
            await foreign.add_forwarder(
                conn, "fleet device forwarder", tenant_id=tenant_id, source=source, name=name, now=datetime.now(UTC)
            )
        credential = broker_accounts.Credential(
            username=account, password=secrets.token_urlsafe(18), also_writes=(topic,)
        )
        await administer(settings, lambda control: broker_accounts.admit_forwarder(control, credential))
        if several:
            await administer(settings, lambda control: broker_accounts.disable(control, [forwarder_account(source)]))
    tell(source=source, username=account, client_id=account, password=credential.password, topics=[topic])
    return 0


async def gateway(settings: Settings, arguments: Arguments) -> int:
    """A broker account for one more JT/T 808 gateway: at the broker one account is one connection."""
    # No device code has this character, so no device can be called like a gateway.
    credential = broker_accounts.Credential(username=f"gateway~{arguments.name}", password=secrets.token_urlsafe(18))
    await administer(settings, lambda control: broker_accounts.admit_gateway(control, credential))
    tell(username=credential.username, client_id=credential.username, password=credential.password)
    return 0


async def _tenant(conn: db.Connection, code: str | None) -> UUID:
    if code is None:
        return await tenant_of(conn)
    row = await store.one(conn, store.TENANT_BY_CODE, (code,))
    if row is None:
        raise NotFound(object="tenant", code=code)
    return UUID(str(row["id"]))


async def _device(conn: db.Connection, code: str) -> store.DeviceKey:
    device = await store.device_key(conn, code)
    if device is None:
        raise NotFound(object="device", code=code)
    return device


async def _let_write(settings: Settings, conn: db.Connection, device: store.DeviceKey) -> list[str]:
    topics = await foreign.topics_of(conn, device.id, datetime.now(UTC))
    await administer(settings, lambda control: broker_accounts.let_write(control, device.code, topics))
    return list(topics)
