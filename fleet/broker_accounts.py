"""Accounts at the broker: one credential and one role per device, client id bound, the rest denied (SEC01-SEC04).

Speaks to Mosquitto's dynamic-security plugin over its control topic. Who is told the password, and where it is kept,
is left to the caller; the broker keeps only a salted hash.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fleet.broker import Address, BrokerLost, Connection, ConnectRefused, Session

CONTROL_TOPIC = "$CONTROL/dynamic-security/v1"
COMMANDS_PER_MESSAGE = 25  # 7 access rules each: stays below 64 KiB a message
ANSWER_WITHIN_S = 60
SERVICE_ACCOUNTS = frozenset({"admin", "ingest", "platform", "gateway"})  # bound to our own programs, never a device's
GATEWAY_ROLE = "gateway"  # of the service account of that name, and of further gateways
HARMLESS = ("already exists", "not found", "does not exist")  # the account is already as wanted
Command = dict[str, Any]
Result = TypeVar("Result")

DEVICE_WRITES = ("pos", "status", "event")
DEVICE_READS = ("ack", "cmd")


class ControlFailed(Exception):
    """The broker refused an administrative command, for another reason than that it is so already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """What an account needs to connect: the username, which is also its client id, and its password."""

    username: str
    password: str = field(repr=False)
    also_writes: tuple[str, ...] = ()  # topics of foreign forms the device is bound to (fleet.sources)


class Control:
    """An administrator's connection that runs commands and waits for the broker's answers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def run(self, commands: Sequence[Command]) -> list[Command]:
        """Run commands and return the refused ones with their `error`; a loss on the way is BrokerLost."""
        refused: list[Command] = []
        for start in range(0, len(commands), COMMANDS_PER_MESSAGE):
            part = [
                command | {"correlationData": str(start + offset)}
                for offset, command in enumerate(commands[start : start + COMMANDS_PER_MESSAGE])
            ]
            await self._connection.publish(CONTROL_TOPIC, json.dumps({"commands": part}).encode())
            refused += [
                commands[int(answer["correlationData"])] | {"error": answer["error"]}
                for answer in await self._answers(len(part))
                if "error" in answer
            ]
        return refused

    async def require(self, commands: Sequence[Command]) -> None:
        """Run commands that may find their work already done; anything else they meet is ControlFailed."""
        for refused in await self.run(commands):
            if not any(word in refused["error"] for word in HARMLESS):
                raise ControlFailed(f"{refused['command']}: {refused['error']}")

    async def _answers(self, count: int) -> list[Command]:
        answers: list[Command] = []
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while len(answers) < count:
                for delivery in await self._connection.receive(count):
                    delivery.ack()
                    answers += json.loads(delivery.payload)["responses"]
        return answers


async def with_control(
    address: Address, act: Callable[[Control], Awaitable[Result]], *, rng: random.Random, tries: int = 6
) -> Result:
    """Run `act` as the administrator of `address`. A second administrator takes the connection over: then try again."""
    session = Session(client_id=address.username or "admin")
    for attempt in range(1, tries + 1):
        try:
            async with Connection(address, session) as connection:
                await connection.subscribe(f"{CONTROL_TOPIC}/response")
                return await act(Control(connection))
        except ConnectRefused:
            raise
        except BrokerLost:
            if attempt == tries:
                raise
            await asyncio.sleep(rng.uniform(0.1, 0.5) * attempt)
    raise AssertionError("unreachable")


async def admit_devices(control: Control, credentials: Iterable[Credential]) -> None:
    """Create device accounts, or give existing ones a new password; a revoked device may connect again afterwards."""
    wanted = list(credentials)
    if taken := sorted(SERVICE_ACCOUNTS & {one.username for one in wanted}):
        raise ControlFailed(f"{taken[0]} is an account of our own programs")
    roles = [_role(one.username, one.also_writes) for one in wanted]
    known = [refused for refused in await control.run(roles) if _is_known(refused)]
    await control.require([one | {"command": "modifyRole"} for one in known])
    clients = [_client(one) for one in wanted]
    known = [refused for refused in await control.run(clients) if _is_known(refused)]
    await control.require([one | {"command": kind} for one in known for kind in ("modifyClient", "enableClient")])


async def let_write(control: Control, device: str, also_writes: tuple[str, ...]) -> None:
    """Give a device that has an account the foreign topics it is bound to now; one without an account gets them with it."""
    await control.require([_role(device, also_writes) | {"command": "modifyRole"}])


async def admit_forwarder(control: Control, credential: Credential) -> None:
    """An account for a server that speaks for many devices: it writes on its own topic, reads nothing, client id bound."""
    acls = [{"acltype": "publishClientSend", "topic": topic, "allow": True} for topic in credential.also_writes]
    role: Command = {"command": "createRole", "rolename": _role_name(credential.username), "acls": acls}
    for command in (role, _client(credential)):
        for refused in await control.run([command]):
            _is_known(refused)
            await control.require([command | {"command": command["command"].replace("create", "modify")}])


async def admit_gateway(control: Control, credential: Credential) -> None:
    """An account of one more JT/T 808 gateway, with the rights of the first; a known one gets a new password."""
    command = _client(credential) | {"roles": [{"rolename": GATEWAY_ROLE}]}
    for refused in await control.run([command]):
        _is_known(refused)
        await control.require([command | {"command": "modifyClient"}])


async def disable(control: Control, usernames: Iterable[str]) -> None:
    """Throw accounts out at once and keep them out; `admit_devices` or `enable` let them in again (SEC04)."""
    await control.require([{"command": "disableClient", "username": name} for name in usernames])


async def enable(control: Control, usernames: Iterable[str]) -> None:
    """Let disabled accounts in again with the password they had."""
    await control.require([{"command": "enableClient", "username": name} for name in usernames])


async def remove(control: Control, usernames: Iterable[str]) -> None:
    """Delete accounts and their roles."""
    names = list(usernames)
    await control.require([{"command": "deleteClient", "username": name} for name in names])
    await control.require([{"command": "deleteRole", "rolename": _role_name(name)} for name in names])


def _is_known(refused: Command) -> bool:
    if "already exists" in refused["error"]:
        return True
    raise ControlFailed(f"{refused['command']}: {refused['error']}")


def _role_name(username: str) -> str:
    return f"of-{username}"


def _role(device: str, also_writes: tuple[str, ...] = ()) -> Command:
    acls: list[Command] = []
    for topic in (f"fleet/v1/{device}/{kind}" for kind in DEVICE_READS):
        acls.append({"acltype": "subscribeLiteral", "topic": topic, "allow": True})
        acls.append({"acltype": "publishClientReceive", "topic": topic, "allow": True})
    writes = (*(f"fleet/v1/{device}/{kind}" for kind in DEVICE_WRITES), *also_writes)
    acls += [{"acltype": "publishClientSend", "topic": topic, "allow": True} for topic in writes]
    return {"command": "createRole", "rolename": _role_name(device), "acls": acls}


def _client(credential: Credential) -> Command:
    return {
        "command": "createClient",
        "username": credential.username,
        "password": credential.password,
        "clientid": credential.username,
        "roles": [{"rolename": _role_name(credential.username)}],
    }
