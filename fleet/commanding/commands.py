"""What `python -m fleet device command ...` and `python -m fleet command` do, for the person at the machine."""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from fleet import commands, db, logs, store
from fleet.broker import Address
from fleet.commanding import service
from fleet.commanding import store as commanding
from fleet.commanding.engine import Sender
from fleet.commanding.life import LONGEST_S, LONGEST_TEXT, SHORTEST_EVERY_S, Kind, Order
from fleet.errors import NotFound
from fleet.settings import Settings, need

Arguments = argparse.Namespace


def add_arguments(add: Callable[..., argparse.ArgumentParser], devices: object) -> None:
    """`send-commands`, and below `device`: `command`, `commands`, `cancel-command`."""
    add("send-commands", send_commands)
    one = add("command", command, devices)
    one.add_argument("code", help="of the locator")
    one.add_argument("do", choices=[str(kind) for kind in Kind])
    one.add_argument(
        "--every-s", type=int, help=f"interval: seconds between two fixes, {SHORTEST_EVERY_S} to {LONGEST_S}"
    )
    one.add_argument("--for-s", type=int, help="interval: for so many seconds; for good when absent")
    one.add_argument("--text", help=f"text: at most {LONGEST_TEXT} characters")
    one.add_argument("--purpose", default="", help="why; kept with the command")
    one.add_argument("--valid-for-s", type=int, help="given up after so many seconds; a day when absent")
    many = add("commands", list_commands, devices)
    many.add_argument("code", nargs="?", help="of one locator; all when absent")
    many.add_argument("--open", action="store_true", help="only those still under way")
    many.add_argument("--most", type=int, default=50)
    add("cancel-command", cancel_command, devices).add_argument("command", type=UUID)


async def command(settings: Settings, arguments: Arguments) -> int:
    """Tell a locator something: where are you, report every so often, show these words."""
    order = Order(kind=Kind(arguments.do), every_s=arguments.every_s, for_s=arguments.for_s, text=arguments.text)
    async with await _connect(settings) as conn, conn.transaction():
        device = await store.device_key(conn, arguments.code)
        if device is None:
            raise NotFound(object="device", code=arguments.code)
        asked = await service.ask(
            conn, _actor("device command"), tenant_id=device.tenant_id, device_id=device.id, order=order,
            purpose=arguments.purpose, valid_for_s=arguments.valid_for_s, now=datetime.now(UTC),
        )  # fmt: skip
    commands.tell(
        command=asked.id, no=asked.command_no, device=arguments.code, state="queued", superseded=asked.superseded
    )
    return 0


async def list_commands(settings: Settings, arguments: Arguments) -> int:
    """The newest commands and how far each came, one line each."""
    async with await _connect(settings) as conn:
        about = {
            "tenant_id": await commands.tenant_of(conn), "code": arguments.code, "open": arguments.open,
            "most": arguments.most,
        }  # fmt: skip
        for row in await commanding.rows(conn, commanding.NEWEST, about):
            commands.tell(**{name: value for name, value in row.items() if value not in (None, "")})
    return 0


async def cancel_command(settings: Settings, arguments: Arguments) -> int:
    """Take a command back; what the locator has already, it may do."""
    async with await _connect(settings) as conn, conn.transaction():
        await service.cancel(
            conn, _actor("device cancel-command"), arguments.command, row_version=None, now=datetime.now(UTC)
        )  # fmt: skip
    commands.tell(command=arguments.command, state="cancelled")
    return 0


async def send_commands(settings: Settings, _: Arguments) -> int:
    """Send commands to locators and read their answers, until SIGTERM or SIGINT."""
    logs.write_json(settings.log_level)
    sender = Sender(
        need(settings.database_url, "FLEET_DATABASE_URL"),
        Address.parse(need(settings.mqtt_url, "FLEET_MQTT_URL")),
        lambda: datetime.now(UTC),
        Random(),
    )
    stopping = asyncio.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(end, stopping.set)
    await sender.run(stopping)
    return 0


async def _connect(settings: Settings) -> db.Connection:
    return await db.connect(need(settings.database_url, "FLEET_DATABASE_URL"))


def _actor(name: str) -> str:
    return f"fleet {name} ({os.environ.get('USER') or os.getuid()})"
