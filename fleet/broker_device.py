"""A locator's side of the broker: its session with a last will, publishing fixes, reading answers and commands.

Used by the simulators, by tests and by anything else that speaks for a device; the promise (keep a fix until the
platform's own acknowledgement) is kept by the caller's outbox.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable

from fleet.broker import Address, Connection, Session, Will, stay_connected


class DeviceLink:
    """A locator's side of the native contract: publish what happened, read what the platform answers."""

    def __init__(self, connection: Connection, device: str) -> None:
        self.connection = connection
        self.device = device

    async def send(self, kind: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish on `pos`, `status` or `event`; the broker's word is not yet the platform's (reliability.md 1)."""
        await self.connection.publish(f"fleet/v1/{self.device}/{kind}", payload, retain=retain)

    async def answers(self) -> AsyncIterator[tuple[str, bytes]]:
        """What the platform says: (`ack` or `cmd`, payload)."""
        async for delivery in self.connection:
            delivery.ack()
            yield delivery.topic.rpartition("/")[2], delivery.payload

    async def come_online(self) -> None:
        """Listen for answers, then say so to everybody."""
        await self.connection.subscribe(f"fleet/v1/{self.device}/ack", f"fleet/v1/{self.device}/cmd")
        await self.send("status", b"online", retain=True)


def device_session(device: str, *, keepalive_s: int = 60) -> Session:
    """The session of a locator: client id = device code, which the broker enforces; `offline` is its last will."""
    return Session(
        client_id=device,
        keepalive_s=keepalive_s,
        will=Will(topic=f"fleet/v1/{device}/status", payload=b"offline"),
    )


async def stay_online(
    address: Address,
    device: str,
    serve: Callable[[DeviceLink], Awaitable[None]],
    *,
    rng: random.Random,
    longest_wait_s: float = 30,
) -> None:
    """Keep a locator connected: `serve` runs once per connection, online and subscribed; it ends it by returning."""

    async def as_device(connection: Connection) -> None:
        link = DeviceLink(connection, device)
        await link.come_online()
        await serve(link)

    await stay_connected(address, device_session(device), as_device, rng=rng, longest_wait_s=longest_wait_s)
