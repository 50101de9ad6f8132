"""Work in processes of its own: what crashes or hangs there costs no more than what it had not reported yet."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import struct
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Report = Callable[[Any], None]
Work = Callable[[Report], None]
_LENGTH = struct.Struct("!Q")
_FAILED = 1


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one piece of work reported last, and why it ended early, if it did."""

    last: Any = None
    trouble: str | None = None


@dataclass(slots=True, kw_only=True)
class _Child:
    pid: int
    pipe: int
    outcome: Outcome = field(default_factory=Outcome)
    unread: bytearray = field(default_factory=bytearray)
    stopped: bool = False  # by us, when its time was over


def apart(works: Sequence[Work], stop_at: float) -> list[Outcome]:
    """Each work in a copy of this process, until all are done or the monotonic clock says stop."""
    children = [_start(work) for work in works]
    open_pipes = {child.pipe: child for child in children}
    poll = select.poll()
    for pipe in open_pipes:
        poll.register(pipe, select.POLLIN | select.POLLHUP)
    while open_pipes and (left_s := stop_at - time.monotonic()) > 0:
        for pipe, _ in poll.poll(left_s * 1000 + 1):
            if not _read(open_pipes[pipe]):
                poll.unregister(pipe)
                del open_pipes[pipe]
    for child in open_pipes.values():
        child.stopped = True
        os.kill(child.pid, signal.SIGKILL)
        while _read(child):
            pass
    for child in children:
        _end(child)
    return [child.outcome for child in children]


def _start(work: Work) -> _Child:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about threads: the copy uses none of its parent's
        pid = os.fork()
    if pid == 0:
        _be_child(work, reading, writing)
    os.close(writing)
    return _Child(pid=pid, pipe=reading)


def _be_child(work: Work, reading: int, writing: int) -> None:
    """Never returns: whatever waits to be written or closed here belongs to the parent."""
    status = _FAILED
    try:
        os.close(reading)
        gc.disable()
        work(lambda value: _send(writing, (value, None)))
        status = 0
    except BaseException as error:
        _send(writing, (None, _in_a_line(error)))
    finally:
        os._exit(status)


def _in_a_line(error: BaseException) -> str:
    """What went wrong and where: it stands in a note beside the plan."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return f"failed with {said[:200]} ({Path(at.filename).name}:{at.lineno})"


def _send(pipe: int, message: tuple[Any, str | None]) -> None:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    left = memoryview(_LENGTH.pack(len(body)) + body)
    while left:
        left = left[os.write(pipe, left) :]


def _read(child: _Child) -> bool:
    """Take in what the child has sent; False when it will send no more."""
    chunk = os.read(child.pipe, 1 << 20)
    child.unread += chunk
    while len(child.unread) >= _LENGTH.size:
        (size,) = _LENGTH.unpack_from(child.unread)
        if len(child.unread) < _LENGTH.size + size:
            break
        value, trouble = pickle.loads(child.unread[_LENGTH.size : _LENGTH.size + size])  # noqa: S301 our own child
        del child.unread[: _LENGTH.size + size]
        if trouble is not None:
            child.outcome.trouble = trouble
        else:
            child.outcome.last = value
    return bool(chunk)


def _end(child: _Child) -> None:
    os.close(child.pipe)
    _, status = os.waitpid(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if child.stopped or not code or child.outcome.trouble is not None:
        return
    child.outcome.trouble = f"ended by signal {-code}" if code < 0 else f"ended with {code}"
