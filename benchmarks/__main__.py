"""`python -m benchmarks`: every benchmark, as ratios within one run where there is something to compare with.
`python -m benchmarks ingest` takes one of them; `jt808` is 5,000 terminals on one gateway for two minutes."""

import argparse
import asyncio
import sys
from collections.abc import Callable

from benchmarks import ingest, jt808, sustained


def _ingest(rounds: int) -> list[str]:
    return ingest.report(asyncio.run(ingest.run(rounds)))


def _sustained(_: int) -> list[str]:
    return sustained.report(asyncio.run(sustained.run()))


BENCHMARKS: dict[str, Callable[[int], list[str]]] = {"ingest": _ingest, "sustained": _sustained, "jt808": jt808.report}


def main() -> int:
    """Run the wanted benchmarks and print their lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all when none is named")
    parser.add_argument("--rounds", type=int, default=ingest.ROUNDS, help="medians of so many alternating rounds")
    arguments = parser.parse_args()
    for name in arguments.names or BENCHMARKS:
        print(f"{name}: medians of {arguments.rounds} alternating rounds")
        for line in BENCHMARKS[name](arguments.rounds):
            print("  " + line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
