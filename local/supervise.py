"""Keeps a list of child processes running: starts them in order, waits for each, starts a dead one again with back-off."""

import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from local import process
from local.errors import CannotRunError
from local.place import REPOSITORY
from local.programs import Program
from local.progress import say

READY_MARK = '"ready"'
HEALTHY_AFTER_S = 60.0
LONGEST_WAIT_S = 30.0


@dataclass(kw_only=True, slots=True)
class Kept:
    """One child that is kept running. `start` returns once it serves."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop: Callable[[subprocess.Popen[bytes]], None] = process.stop
    child: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = field(default=0.0)  # when a dead one may be started again, on the monotonic clock


def wait_s(failures: int) -> float:
    """How long to wait before the next try: 1, 2, 4 ... at most 30 s."""
    return min(2.0 ** (failures - 1), LONGEST_WAIT_S) if failures > 0 else 0.0


def begin(kept: Kept, records: Path) -> None:
    """Start one child for the first time and remember its process."""
    kept.child = kept.start()
    kept.started_at = time.monotonic()
    process.remember(records / f"{kept.name}.pid", kept.child.pid)


def add(all_kept: list[Kept], one: Kept, records: Path, *, patient: bool = False) -> None:
    """Start one more child. `patient`: a failed first start is tried again later instead of raised."""
    if any(other.name == one.name for other in all_kept):
        raise ValueError(f"two children named {one.name}: one would hide the other's record and log")
    all_kept.append(one)
    try:
        begin(one, records)
        say(f"{one.name} ready")
    except CannotRunError as reason:
        if not patient:
            raise
        postpone(one, reason, time.monotonic())


def tend(all_kept: Iterable[Kept], records: Path, now: float) -> None:
    """One look at every child: note the dead, start again those whose waiting time is over."""
    for kept in all_kept:
        if kept.child is not None and kept.child.poll() is not None:
            kept.failures = 1 if now - kept.started_at > HEALTHY_AFTER_S else kept.failures + 1
            kept.due_at = now + wait_s(kept.failures)
            say(
                f"{kept.name} ended ({_how(kept.child.returncode)}); starting it again in {wait_s(kept.failures):.0f} s"
            )
            kept.child = None
        elif kept.child is None and now >= kept.due_at:
            try:
                begin(kept, records)
                say(f"{kept.name} runs again")
            except CannotRunError as reason:
                postpone(kept, reason, now)


def postpone(kept: Kept, reason: CannotRunError, now: float) -> None:
    """Note that a start failed and when to try again."""
    kept.failures += 1
    kept.due_at = now + wait_s(kept.failures)
    say(f"{kept.name} did not start: {reason}; next try in {wait_s(kept.failures):.0f} s")


def end_all(all_kept: Iterable[Kept], records: Path) -> None:
    """Stop in reverse order of starting."""
    for kept in reversed(list(all_kept)):
        if kept.child is not None:
            kept.stop(kept.child)
            kept.child = None
        (records / f"{kept.name}.pid").unlink(missing_ok=True)


def end_former(records: Path) -> None:
    """Children of a supervisor that was killed end by themselves; wait for those still at it, then help."""
    for record in sorted(records.glob("*.pid")):
        former = process.recall(record)
        if former is not None:
            process.end(former, patience_s=20)
        record.unlink(missing_ok=True)


def program(one: Program, logs: Path, *, patience_s: float = 60) -> Kept:
    """A program of ours as a kept child; its standard output and errors go to logs/NAME.log."""

    def start() -> subprocess.Popen[bytes]:
        log = logs / f"{one.name}.log"
        with process.open_log(log) as out:
            offset = out.tell()
            child = process.start(one.command, log=out, environment=one.environment, cwd=REPOSITORY)
        _wait_for_mark(one.name, child, log, offset, patience_s)
        return child

    return Kept(name=one.name, start=start)


def _wait_for_mark(name: str, child: subprocess.Popen[bytes], log: Path, offset: int, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        written = _since(log, offset)
        if READY_MARK in written:
            return
        if child.poll() is not None:
            words = written.strip().splitlines()[-1:] or ["nothing"]
            raise CannotRunError(f"{name} ended at start ({_how(child.returncode)}), saying: {words[0][:300]}")
        time.sleep(0.1)
    process.stop(child)
    raise CannotRunError(f"{name} was not ready within {patience_s:.0f} s; see {log}")


def _since(log: Path, offset: int) -> str:
    with log.open("rb") as handle:
        handle.seek(offset)
        return handle.read().decode(errors="replace")


def _how(returncode: int) -> str:
    return f"exit {returncode}" if returncode >= 0 else f"signal {-returncode}"
