"""Runs our programs in tests as they run in life: as child processes that say when they are ready."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local import process


@contextmanager
def running(
    program: str, environ: dict[str, str], log: Path, arguments: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m program`, ready; at the end it is asked to stop and must do so within ten seconds."""
    with log.open("ab") as out:
        command = process.leashed([sys.executable, "-m", program, *arguments], identity=None)
        child = subprocess.Popen(command, env=environ, stdout=out, stderr=out)
    try:
        until(lambda: b'"ready"' in log.read_bytes() or child.poll() is not None, f"{program} does not get ready")
        assert child.poll() is None, f"{program} ended: {log.read_text()[-2000:]}"
        yield child
    finally:
        stop(child)


def stop(child: "subprocess.Popen[bytes]") -> None:
    """End a program in order; kill it when it does not obey."""
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        raise


def until(holds: Callable[[], bool], otherwise: str, patience_s: float = 30.0) -> None:
    """Wait for something that must come to hold."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)
