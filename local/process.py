"""Starts, recognises and ends our own processes.

A process is remembered by its number and start time, so a stale record after kill -9 or a reboot never points at
somebody else's process, and nothing is ever ended by name. Children end when their parent does (setpriv's
parent-death signal), however the parent died.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.place import Identity

LARGEST_LOG_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A process of ours as recorded in a file."""

    pid: int
    started_ticks: int  # field 22 of /proc/PID/stat: clock ticks since boot

    def alive(self) -> bool:
        """Whether that very process still runs (a zombie does not)."""
        return start_ticks(self.pid) == self.started_ticks


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None when there is none or it is a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else int(fields[19])


def remember(path: Path, pid: int) -> None:
    """Write the record of a running process, atomically."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps({"pid": pid, "started_ticks": start_ticks(pid) or 0}))
    part.replace(path)


def recall(path: Path) -> Known | None:
    """The recorded process when it still runs; a stale or damaged record counts as none."""
    try:
        record = json.loads(path.read_text())
        known = Known(pid=int(record["pid"]), started_ticks=int(record["started_ticks"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return known if known.alive() else None


def end(known: Known, *, first: signal.Signals = signal.SIGTERM, patience_s: float = 15.0) -> None:
    """Ask the process to end, wait, and kill it when it does not."""
    for number in (first, signal.SIGKILL):
        if not known.alive():
            return
        try:
            os.kill(known.pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience_s
        while known.alive() and time.monotonic() < deadline:
            time.sleep(0.05)


def open_log(path: Path) -> IO[bytes]:
    """The log to append to; one that has grown large is put aside first, replacing the one put aside before."""
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def leashed(command: Sequence[str | Path], *, identity: Identity | None, on_parent_death: str = "TERM") -> list[str]:
    """The command, run as `identity` and ended by that signal when the starting process dies."""
    setpriv = ["setpriv", "--pdeathsig", on_parent_death]
    if identity is not None and identity.changes_user:
        setpriv += ["--reuid", str(identity.uid), "--regid", str(identity.gid), "--clear-groups"]
    return [*setpriv, "--", *(str(word) for word in command)]


def start(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    environment: Mapping[str, str],
    cwd: Path,
    identity: Identity | None = None,
    on_parent_death: str = "TERM",
) -> subprocess.Popen[bytes]:
    """Start a leashed child in a process group of its own (ctrl-C reaches only the supervisor)."""
    return subprocess.Popen(
        leashed(command, identity=identity, on_parent_death=on_parent_death),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=cwd,
        process_group=0,
    )


def stop(child: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM, patience_s: float = 15.0) -> None:
    """End a child of ours and collect it."""
    if child.poll() is not None:
        return
    child.send_signal(first)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
