"""The commands `stories`, `replay` and `run` of `python -m simulators`; `add_to` is called by __main__.

Exit codes follow contracts.md 4: 0 ran, 1 ran and something sent was not stored, 2 unusable input.
"""

import argparse
import asyncio
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from fleet import logs
from fleet.broker import Address
from fleet.commandline import Arguments
from fleet.errors import NotConfigured
from fleet.settings import Settings, load, need
from simulators import recording, registration, replay
from simulators.casefiles import write_case
from simulators.stories import STORIES
from simulators.terminal import Credential


def add_to(commands: "argparse._SubParsersAction[Arguments]") -> None:
    """Add this file's commands to the parser of `python -m simulators`."""
    told = commands.add_parser("stories", help="write the labelled stories as CASE folders")
    told.add_argument("--out", type=Path, required=True, help="folder that will hold one folder per story")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--day", type=date.fromisoformat, help="tell all stories as of this day (YYYY-MM-DD)")
    told.add_argument("--only", action="append", choices=[story.name for story in STORIES], metavar="STORY")
    told.set_defaults(run=tell_stories)

    played = commands.add_parser("replay", help="play a recorded CSV track through MQTT as locators")
    played.add_argument("file", type=Path)
    played.add_argument("--columns", default="", help="lon=X,lat=Y,time=t,device=tracker where names do not tell")
    played.add_argument("--timezone", type=ZoneInfo, help="zone of times without an offset (FLEET_TIMEZONE)")
    played.add_argument("--shift-to-now", action="store_true", help="as if every track ended while it is played")
    played.add_argument("--longest-gap", type=float, default=12.0, metavar="HOURS",
                        help="with --shift-to-now, longer silences are shortened to this (12)")  # fmt: skip
    played.add_argument("--speed", type=float, default=1.0, help="times the recorded pace; 0 = at once")
    played.add_argument("--prefix", default="replay-", help="put before device names of the file")
    played.add_argument("--unit", default="CENTRE", help="code of the unit that uses the new vehicles")
    played.add_argument("--credentials", type=Path,
                        help="JSON list of {device, password}; nothing is registered then")  # fmt: skip
    played.set_defaults(run=play_recording)

    ran = commands.add_parser("run", help="drive the vehicles of the demo city until stopped")
    ran.add_argument("--city", type=Path, required=True, help="city.json")
    ran.add_argument("--vehicles", type=int, default=60, help="at most so many vehicles")
    ran.add_argument("--interval", type=float, default=4.0, help="seconds between fixes while moving")
    ran.add_argument("--seed", type=int, default=None, help="dice of this run; by chance when absent")
    ran.add_argument("--no-people", action="store_true", help="nobody books; vehicles only stand and stray")
    ran.set_defaults(run=run_city)


def tell_stories(arguments: argparse.Namespace) -> int:
    """Write the CASE folders and one line for each."""
    for story in STORIES:
        if not arguments.only or story.name in arguments.only:
            case = story.told(seed=arguments.seed, day=arguments.day)
            folder = write_case(case, arguments.out)
            _say({"story": story.name, "case": str(folder), "fixes": len(case.arrivals), "truth": len(case.truth)})
    return 0


def play_recording(arguments: argparse.Namespace) -> int:
    """Register the devices of the file, play it, compare sent with acknowledged."""
    try:
        settings = load(os.environ)
        logs.write_json(settings.log_level)
        zone = arguments.timezone or settings.timezone
        with arguments.file.open(encoding="utf-8-sig", newline="") as lines:
            found = recording.read(lines, zone, recording.wishes(arguments.columns), arguments.file.stem)
        address = device_address(settings)
        tracks: replay.Tracks = {_code(arguments.prefix, name): track for name, track in found.tracks.items()}
        if arguments.shift_to_now:
            gap = timedelta(hours=arguments.longest_gap)
            tracks = replay.brought_to_now(tracks, arguments.speed, datetime.now(UTC), gap)
        credentials = _credentials(arguments, tracks, settings)
    except (recording.Unreadable, registration.NotRegistered, NotConfigured, OSError, ValueError) as error:
        return _refuse(error)
    _say({"columns": dict(found.columns), "timezone": str(zone), "fixes": found.count})
    rng = Random(0)
    reports = asyncio.run(replay.play(tracks, credentials, address, speed=arguments.speed, rng=rng))
    for report in reports:
        _say(asdict(report))
    total = {
        key: sum(getattr(r, key) for r in reports) for key in ("sent", "released", "stored", "duplicate", "rejected")
    }
    reasons = sum((Counter(report.reasons) for report in reports), Counter[str]())
    _say({"total": {**total, "reasons": dict(reasons)}})
    if reasons["ancient"] and not arguments.shift_to_now:
        print("older than the platform takes (30 days): --shift-to-now plays them as of today", file=sys.stderr)
    return 0 if total["released"] == total["sent"] and not total["rejected"] else 1


def run_city(arguments: argparse.Namespace) -> int:
    """Drive the demo until SIGTERM or SIGINT."""
    from simulators import engine

    try:
        settings = load(os.environ)
        chosen = engine.options(arguments, settings, device_address(settings))
        logs.write_json(settings.log_level)
        return asyncio.run(engine.run(chosen))
    except (NotConfigured, OSError) as error:
        return _refuse(error)


def device_address(settings: Settings) -> Address:
    """The broker's listener for devices."""
    return Address.parse(need(settings.device_mqtt_url, "FLEET_DEVICE_MQTT_URL"))


def _credentials(arguments: argparse.Namespace, tracks: replay.Tracks, settings: Settings) -> dict[str, Credential]:
    """The credential of each device: from the given file, kept from an earlier replay, or newly registered."""
    if arguments.credentials is not None:
        rows: list[dict[str, str]] = json.loads(arguments.credentials.read_text("utf-8"))
        known = {row["device"]: Credential(device=row["device"], password=row["password"]) for row in rows}
        missing = sorted(tracks.keys() - known.keys())
        if missing:
            raise registration.NotRegistered(f"no credential for {', '.join(missing)}")
        return known
    state_dir = need(settings.state_dir, "FLEET_STATE_DIR")
    known = registration.kept(state_dir)
    for device, track in tracks.items():
        if device not in known:
            installed_at = track[0].fixed_at - timedelta(days=1)
            known[device] = registration.register(device, arguments.unit, installed_at, os.environ)
            registration.keep(state_dir, known.values())
    return known


def _code(prefix: str, name: str) -> str:
    """A device code the platform accepts, from whatever the file calls the device."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", f"{prefix}{name}")[:64]


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _refuse(error: Exception) -> int:
    sys.stderr.write(f"{error}\n")
    return 2
