"""What requests change at the broker: inside their transaction, so that a broker that refuses undoes the change."""

import random
from collections.abc import Awaitable, Callable, Iterable

from fleet import broker, broker_accounts, foreign
from fleet.errors import NotConfigured
from fleet.settings import need
from fleet.store import DeviceKey
from web.problems import Unavailable
from web.work import Work


async def at_broker(work: Work, act: Callable[[broker_accounts.Control], Awaitable[None]]) -> None:
    """As the broker's administrator. Refuses Unavailable, which undoes what the request has changed so far."""
    try:
        url = need(work.parts.settings.mqtt_admin_url, "FLEET_MQTT_ADMIN_URL")
        await broker_accounts.with_control(broker.Address.parse(url), act, rng=random.Random())
    except (NotConfigured, OSError, broker.BrokerLost, broker_accounts.ControlFailed) as error:
        raise Unavailable(what="broker") from error


async def let_write(work: Work, devices: Iterable[DeviceKey]) -> None:
    """Gives devices the foreign topics they are bound to now."""
    wanted = [(one.code, await foreign.topics_of(work.conn, one.id, work.now)) for one in devices]

    async def act(control: broker_accounts.Control) -> None:
        for code, topics in wanted:
            await broker_accounts.let_write(control, code, topics)

    await at_broker(work, act)
