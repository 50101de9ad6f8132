"""Which inputs reach something new: steps from line to line of our own code, by `sys.settrace`.

Slow beside the fuzzing itself, so it only decides what the corpus keeps: run it after a decoder has changed.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.fuzz.decoders import Check

OURS = tuple(str(Path(__file__).parents[2] / name) for name in ("ingest", "fleet"))
Step = tuple[str, int, int, int]  # file, line, line after it, how often: once, a few times, often


def steps(check: Check, data: bytes) -> frozenset[Step]:
    """What one input reaches. Whatever the check raises is raised."""
    seen: Counter[tuple[str, int, int]] = Counter()

    def enter(frame: FrameType, event: str, arg: Any) -> Callable[..., Any] | None:
        file = frame.f_code.co_filename
        if not file.startswith(OURS):
            return None
        before = frame.f_code.co_firstlineno

        def line(frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
            nonlocal before
            if event == "line":
                seen[file, before, frame.f_lineno] += 1
                before = frame.f_lineno
            elif event == "exception":
                seen[file, before, -1] += 1
            return line

        return line

    sys.settrace(enter)
    try:
        check(data)
    finally:
        sys.settrace(None)
    return frozenset((*step, 1 if count == 1 else 2 if count < 8 else 3) for step, count in seen.items())


def grown(check: Check, kept: list[bytes], inputs: Iterable[bytes], longest: int) -> list[bytes]:
    """The corpus, all of it, and what of the inputs adds to it; nothing above `longest` bytes, so that people can read it."""
    reached: set[Step] = set()
    for data in kept:
        reached |= steps(check, data)
    found = list(kept)
    for data in inputs:
        new = steps(check, data) - reached if len(data) <= longest else None
        if new:
            reached |= new
            found.append(data)
    return found
