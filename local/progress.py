"""Lines that tell a waiting person what is being done and how long it has taken so far.

Everything in this folder that takes more than a second says so here; nothing else prints.
"""

import sys
import time

_STARTED = time.monotonic()


def say(text: str) -> None:
    """Print one line with the seconds since this program started."""
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {text}", file=sys.stderr, flush=True)


def waited_s() -> float:
    """Seconds since this program started."""
    return time.monotonic() - _STARTED
