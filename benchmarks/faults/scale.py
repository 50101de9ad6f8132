"""How much of a fault: a few seconds in `make test`, the numbers of reliability.md 5 in `make chaos`; and the seed."""

import os
import sys
import time
from typing import TypeVar

T = TypeVar("T")


def full() -> bool:
    """Whether this is `make chaos`."""
    return bool(os.environ.get("DAYLIGHT_CHAOS"))


def size(short: T, whole: T) -> T:
    """The first in `make test`, the second in `make chaos`."""
    return whole if full() else short


def seed() -> int:
    """What every random decision of a run is drawn from; a failure names it, and the same one makes the same run."""
    return int(os.environ.get("DAYLIGHT_SEED", "1"))


def progress(text: str) -> None:
    """A line for who watches `make chaos`."""
    if full():
        print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
