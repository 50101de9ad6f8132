"""Registers locators and vehicles the way an administrator does: through `python -m fleet`, as a child process.

Simulators may not reach into services; what the command line can do is all they can do. Passwords are printed once,
so they are kept in a file of their owner for the next replay.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from fleet.vehicle import PLATE, plain_plate
from simulators.terminal import Credential

KEPT_IN = "replay-devices.json"  # under FLEET_STATE_DIR


class NotRegistered(Exception):
    """The command line refused; the sentence is its own."""


def kept(state_dir: Path) -> dict[str, Credential]:
    """Credentials of earlier replays by device code."""
    file = state_dir / KEPT_IN
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    return {row["device"]: Credential(device=row["device"], password=row["password"]) for row in rows}


def keep(state_dir: Path, credentials: Iterable[Credential]) -> None:
    """Write the credentials for the next replay, readable by their owner only."""
    rows = [{"device": one.device, "password": one.password} for one in credentials]
    fresh = state_dir / f"{KEPT_IN}.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(rows, file)
    fresh.replace(state_dir / KEPT_IN)


def plate_for(device: str) -> str:
    """A plate to know the device by: its own code where that can be a plate, else a short digest of it."""
    plain = plain_plate(device)
    return plain if PLATE.fullmatch(plain) else f"R{hashlib.sha256(device.encode()).hexdigest()[:11].upper()}"


def register(device: str, unit: str, installed_at: datetime, environ: Mapping[str, str]) -> Credential:
    """Add a vehicle used by `unit` and a locator built into it since `installed_at`."""
    plate, since = plate_for(device), installed_at.isoformat()
    _fleet(["vehicle", "add", plate, "--class", "other", "--seats", "5", "--user", unit, "--since", since], environ)
    answer = _fleet(["device", "add", device, "--plate", plate, "--since", since], environ)
    return Credential(device=device, password=str(answer["password"]))


def _fleet(arguments: Sequence[str], environ: Mapping[str, str]) -> dict[str, object]:
    """One administrative command and the JSON line it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "fleet", *arguments],
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise NotRegistered(f"fleet {' '.join(arguments[:3])}: {done.stderr.strip() or done.stdout.strip()}")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    answer: dict[str, object] = json.loads(lines[-1]) if lines else {}
    return answer
