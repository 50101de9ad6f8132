"""Private servers that stay: start them in the background, ask for them, stop them.

A small keeper process holds the servers of one state directory. It ends them when it is told to, or when the process
it was bound to (a test run) is gone, however that one ended.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from local import process, servers
from local.errors import CannotRunError
from local.place import make_dir


def keep(state_dir: Path, *, tiles: Path | None, durable: bool, bound_to: process.Known | None, remove: bool) -> None:
    """Run the servers until SIGTERM, SIGINT or the end of `bound_to`; then remove the state when asked to."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    instance = servers.prepare(state_dir, tiles=tiles, durable=durable)
    record = state_dir / "keeper.json"
    process.remember(record, os.getpid())
    try:
        with servers.running(instance) as children:
            servers.write_addresses(instance)
            while not asked and (bound_to is None or bound_to.alive()):
                dead = [name for name, child in children.items() if child.poll() is not None]
                if dead:
                    raise CannotRunError(f"{dead[0]} ended by itself; see the server.log files in {state_dir}")
                time.sleep(0.2)
    finally:
        (state_dir / "addresses.json").unlink(missing_ok=True)
        record.unlink(missing_ok=True)
        if remove:
            shutil.rmtree(state_dir, ignore_errors=True)


def start(
    state_dir: Path,
    *,
    tiles: Path | None = None,
    durable: bool = True,
    bound_to: int | None = None,
    remove: bool = False,
    patience_s: float = 600,
) -> Path:
    """Start a keeper in the background unless one runs; return its addresses.json once all servers answer."""
    make_dir(state_dir, 0o711)
    ready = state_dir / "addresses.json"
    if process.recall(state_dir / "keeper.json") is not None and ready.exists():
        return ready
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local", "serve", "--state", str(state_dir)]
    command += ["--tiles", str(tiles)] if tiles else []
    command += [] if durable else ["--fast"]
    command += ["--bound-to", str(bound_to)] if bound_to else []
    command += ["--remove"] if remove else []
    log = state_dir / "keeper.log"
    keeper = _spawn(command, log)
    deadline = time.monotonic() + patience_s
    while not ready.exists():
        if os.waitpid(keeper, os.WNOHANG) != (0, 0) or time.monotonic() > deadline:
            words = log.read_text(errors="replace").strip().splitlines()[-2:] if log.exists() else []
            raise CannotRunError(f"the private servers did not start: {' '.join(words)} (see {log})")
        time.sleep(0.05)
    return ready


def _spawn(command: list[str], log: Path) -> int:
    """Start a process that outlives us, and everything that would watch over it; returns its number."""
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(command[0], command, os.environ, file_actions=files, setsid=True)


def stop(state_dir: Path) -> bool:
    """End the keeper and with it the servers; False when none runs."""
    keeper = process.recall(state_dir / "keeper.json")
    if keeper is None:
        return False
    process.end(keeper, patience_s=70)
    return True
