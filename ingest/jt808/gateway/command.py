"""`python -m ingest jt808`: settings in, gateway running until SIGTERM or SIGINT."""

import argparse
import asyncio
import contextlib
import os
import random
import resource
import secrets
import signal
from datetime import UTC, datetime

import structlog

from fleet import logs
from fleet.settings import load, need
from ingest.jt808.gateway.codes import KEY_BYTES, Codes, kept_key
from ingest.jt808.gateway.gate import MOST_STRANGERS, MOST_TERMINALS

log = structlog.get_logger("ingest.jt808")

SPARE_FILES = 100  # descriptors beside those of terminals
HIGHEST_PORT = 65_535


def listening(text: str) -> tuple[str, int]:
    """HOST:PORT for argparse; an IPv6 address stands in brackets."""
    host, separator, port = text.rpartition(":")
    if not separator or not host or not port.isdigit() or int(port) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not HOST:PORT")
    return host.strip("[]"), int(port)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m ingest jt808`."""
    parser.add_argument("--listen", required=True, type=listening, metavar="HOST:PORT")
    parser.add_argument("--strangers", type=int, default=MOST_STRANGERS, metavar="N",
                        help="connections of one address that may wait for their authentication at once"
                        f" ({MOST_STRANGERS}); more where all terminals come through one balancer")  # fmt: skip


async def serve(arguments: argparse.Namespace) -> None:
    """Run the gateway. NotConfigured names a missing setting or says why it cannot listen."""
    from fleet.broker import Address
    from ingest.jt808.gateway.engine import Gateway

    settings = load(os.environ)
    logs.write_json(settings.log_level)
    allow_connections(MOST_TERMINALS + SPARE_FILES)
    if settings.state_dir is None:
        log.warning("codes_not_kept", why="FLEET_STATE_DIR is not set: terminals register again after a restart")
        key = secrets.token_bytes(KEY_BYTES)
    else:
        key = kept_key(settings.state_dir)
    gateway = Gateway(
        database_url=need(settings.database_url, "FLEET_DATABASE_URL"),
        broker=Address.parse(need(settings.mqtt_url, "FLEET_MQTT_URL")),
        codes=Codes(key),
        clock=lambda: datetime.now(UTC),
        rng=random.Random(),
        most_strangers=arguments.strangers,
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    host, port = arguments.listen
    await gateway.run(host, port, stopping)


def allow_connections(wanted: int) -> None:
    """Raise the soft limit of open files as far as the system lets us; what is missing is said, not failed on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, target), hard))
    if target < wanted:
        log.warning("few_connections", most=target - SPARE_FILES, why="limit of open files (ulimit -n)")
