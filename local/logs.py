"""What the programs of a running system say, as lines a person can read: `make logs`."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

# TimescaleDB's Apache edition about its own jobs; our own probing of the broker; the router about every question.
EXPECTED_NOISE = ("functionality not supported under the current", "Client <unknown> closed its connection", "[INFO]")
FIRST_KEYS = ("timestamp", "level", "event")


def follow(state: Path, *, last: int, forever: bool) -> Iterator[str]:
    """The last lines of every log, then (with `forever`) new ones as they come."""
    places: dict[Path, int] = {}
    while True:
        for log in sorted([*(state / "logs").glob("*.log"), *state.glob("*/server.log")]):
            name = log.stem if log.parent.name == "logs" else log.parent.name
            with log.open("rb") as handle:
                if log.stat().st_size < places.get(log, 0):
                    places[log] = 0  # put aside and begun again
                handle.seek(places.get(log, 0))
                text = handle.read().decode(errors="replace")
                whole = text.rfind("\n") + 1
                lines = text[:whole].splitlines()
                places[log] = places.get(log, 0) + len(text[:whole].encode(errors="replace"))
            yield from (readable(name, line) for line in lines[-last:] if not is_noise(line))
        last = 1_000_000
        if not forever:
            return
        time.sleep(0.5)


def is_noise(line: str) -> bool:
    """Whether the line is expected and helps nobody."""
    return any(words in line for words in EXPECTED_NOISE)


def readable(name: str, line: str) -> str:
    """`web  12:00:01 info ready port=8080` from a JSON line; other lines as they are."""
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        return f"{name:<10} {line}"
    head = " ".join(str(record[key]) for key in FIRST_KEYS if key in record)
    rest = " ".join(f"{key}={value}" for key, value in record.items() if key not in FIRST_KEYS)
    return f"{name:<10} {head} {rest}".rstrip()
