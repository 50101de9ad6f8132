"""`python -m dispatch` runs the engine; `python -m dispatch solve PROBLEM.json` plans one file without any server."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import NoReturn

from dispatch.vroom.reading import Unusable
from dispatch.vroom.writing import error_json


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(message)


def main(arguments: list[str] | None = None) -> int:
    """The exit code of contracts.md 4: 2 with one line that names what cannot be used."""
    started_s = _started_s()
    try:
        asked = _arguments().parse_args(arguments)
        if asked.program == "solve":
            from dispatch.vroom import command

            return command.run(asked, started_s)
    except Unusable as error:
        print(json.dumps(error_json(str(error))))
        return 2
    from dispatch import engine

    return engine.main()


def _started_s() -> float:
    """When this process began, on the monotonic clock: the time limit counts loading, too."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])  # field 22: since the boot
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        age_s = time.process_time()
    return time.monotonic() - max(age_s, time.process_time())


def _arguments() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m dispatch", description=__doc__)
    programs = parser.add_subparsers(dest="program")
    programs.add_parser("engine", help="expire, measure and close orders (default)")
    solver = programs.add_parser("solve", help="plan one problem (contracts.md 6)")
    solver.add_argument("problem", metavar="PROBLEM.json", help="file, or - for standard input")
    solver.add_argument("--seconds", type=_seconds, help="total wall time, decimal (default 10; 120 with --iterations)")
    solver.add_argument("--seed", type=_from_zero, default=0, help="of the random numbers")
    solver.add_argument("--threads", type=_at_least_one, default=1, help="searches side by side; the best one wins")
    solver.add_argument("--iterations", type=_from_zero, help="improving steps; makes the answer repeatable")
    solver.add_argument("--router", metavar="URL", help="Valhalla for coordinates; without it straight lines")
    return parser


def _seconds(text: str) -> float:
    value = _number(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return value


def _at_least_one(text: str) -> int:
    if (value := _whole(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def _from_zero(text: str) -> int:
    if (value := _whole(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


if __name__ == "__main__":
    sys.exit(main())
