"""`python -m ingest reprocess`: decodes again what was put aside, after a decoder was mended or a device or a name registered.
`--forever` stays and does the runs that are asked for over the interface.

One JSON line an entry and one with the sums. Exit 0 = ran, whatever came of it; 2 = unusable, with one line why.
"""

import argparse
import asyncio
import getpass
import json
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime

from fleet import logs
from fleet.db import connect, pg_errors
from fleet.errors import NotConfigured
from fleet.position import Rejected
from fleet.settings import load, need
from ingest import store
from ingest.registry import NATIVE, Registry
from ingest.reprocess import engine
from ingest.reprocess.service import WRITER, Again, Told
from ingest.reprocess.store import Wanted


class Unusable(Exception):
    """What was asked names nothing: exit 2 with this one line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--device", metavar="CODE", help="only what it sent, also under its names in foreign forms")
    parser.add_argument("--reason", choices=[str(reason) for reason in Rejected], help="only what was refused for this")
    parser.add_argument("--since", type=_instant, metavar="INSTANT", help="only what arrived then or later (ISO 8601)")
    parser.add_argument("--forever", action="store_true", help="stay and do what is asked for over the interface")
    parser.add_argument("--dry-run", action="store_true", help="say what would become of it, and change nothing")


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: not an instant of ISO 8601") from error
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text}: without an offset")
    return at


async def reprocess(arguments: argparse.Namespace) -> None:
    """Do it and print. Raises Unusable, NotConfigured, errors of the database."""
    settings = load(os.environ)
    now = datetime.now(UTC)
    async with await connect(need(settings.database_url, "FLEET_DATABASE_URL"), name=WRITER) as conn:
        await store.prepare(conn)
        writer_no = await store.claim_writer(conn, WRITER)
        registry = await store.load_registry(conn)
        names = None if arguments.device is None else _names(registry, arguments.device)
        wanted = Wanted(devices=names, reason=arguments.reason, since=arguments.since, until=now)
        who = f"ingest reprocess ({getpass.getuser()})"
        again = Again(conn=conn, writer_no=writer_no, registry=registry, who=who, now=now, dry=arguments.dry_run)
        sums: Counter[str] = Counter()
        async for told in again.run(wanted):
            sums.update({"entries": 1, told.fate.settled or "waiting": 1, "fixes_stored": told.fate.stored})
            _tell(_line(told))
    _tell({"summary": "dry run, nothing changed" if arguments.dry_run else "done", **sums})


async def serve() -> None:
    """Do the runs that are asked for over the interface, until SIGTERM or SIGINT."""
    settings = load(os.environ)
    logs.write_json(settings.log_level)
    stopping = asyncio.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(end, stopping.set)
    await engine.serve(need(settings.database_url, "FLEET_DATABASE_URL"), lambda: datetime.now(UTC), stopping)


def _names(registry: Registry, code: str) -> tuple[str, ...]:
    """Under what its messages may have been put aside."""
    if code not in registry.devices:
        raise Unusable(f"--device {code}: no such device is registered")
    foreign = (
        f"{form}:{name}"
        for (form, name), held in registry.names.items()
        if form != NATIVE and any(binding.device.code == code for binding in held)
    )
    return code, *foreign


def _line(told: Told) -> dict[str, object]:
    entry, fate = told.entry, told.fate
    line: dict[str, object] = {
        "id": str(entry.id), "device": told.device.code if told.device else entry.device,
        "received_at": entry.received_at.isoformat(), "reason": entry.reason, "became": fate.settled or "waiting",
    }  # fmt: skip
    if fate.settled is None:
        return line | {"now": fate.reason, "detail": fate.detail}
    if fate.fixed_at is not None:
        line["t"] = fate.fixed_at.isoformat()
    return line | {"stored": fate.stored, "refused": len(fate.parts)}


def _tell(line: dict[str, object]) -> None:
    print(json.dumps(line, ensure_ascii=False))


async def run(arguments: argparse.Namespace) -> int:
    """The exit code."""
    try:
        await (serve() if arguments.forever else reprocess(arguments))
    except (Unusable, NotConfigured, OSError, ValueError, pg_errors.Error) as error:
        print(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__, file=sys.stderr)
        return 2
    return 0
