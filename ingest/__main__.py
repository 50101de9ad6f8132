"""`python -m ingest`: the engine. `decode`: what a payload means, without servers. `jt808`: the gateway of terminals.
`reprocess`: what was put aside, decoded again."""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime

from fleet import logs
from fleet.commandline import Arguments
from fleet.errors import NotConfigured
from fleet.settings import load, need
from ingest import decode
from ingest.jt808.gateway import command
from ingest.reprocess import command as again


async def serve() -> None:
    """Run the engine until SIGTERM or SIGINT."""
    from fleet.broker import Address
    from ingest.engine import Engine

    settings = load(os.environ)
    logs.write_json(settings.log_level)
    stopping = asyncio.Event()
    engine = Engine(
        database_url=need(settings.database_url, "FLEET_DATABASE_URL"),
        broker=Address.parse(need(settings.mqtt_url, "FLEET_MQTT_URL")),
        clock=lambda: datetime.now(UTC),
        rng=random.Random(),
        stopping=stopping,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    await engine.run()


def main() -> int:
    """Read the command line and run."""
    parser = Arguments(prog="python -m ingest", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    decode.add_arguments(commands.add_parser("decode", help="show what a payload means, without any server"))
    command.add_arguments(commands.add_parser("jt808", help="serve JT/T 808 terminals over TCP"))
    again.add_arguments(
        commands.add_parser("reprocess", help="decode again what was put aside, and store what is sound now")
    )
    arguments = parser.parse_args()
    if arguments.command == "decode":
        return decode.main(arguments)
    if arguments.command == "reprocess":
        return asyncio.run(again.run(arguments))
    try:
        asyncio.run(command.serve(arguments) if arguments.command == "jt808" else serve())
    except NotConfigured as missing:
        print(missing, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
