"""`python -m dispatch` runs the engine; `python -m dispatch solve PROBLEM.json` plans one file without any server."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import NoReturn

from dispatch.vroom.reading import Unusable
from dispatch.vroom.writing import error_json


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(message)


def main(arguments: list[str] | None = None) -> int:
    """The exit code of contracts.md 4: 2 with one line that names what cannot be used."""
    started_s = time.monotonic() - time.process_time()  # the time limit counts from the start of the program
    try:
        asked = _arguments().parse_args(arguments)
        if asked.program == "solve":
            from dispatch.vroom import command

            return command.run(asked, started_s)
    except Unusable as error:
        print(json.dumps(error_json(str(error)), ensure_ascii=False))
        return 2
    from dispatch import engine

    return engine.main()


def _arguments() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m dispatch", description=__doc__)
    programs = parser.add_subparsers(dest="program")
    programs.add_parser("engine", help="expire, measure and close orders (default)")
    solver = programs.add_parser("solve", help="plan one problem (contracts.md 6)")
    solver.add_argument("problem", metavar="PROBLEM.json", help="file, or - for standard input")
    solver.add_argument(
        "--seconds", type=_positive, help="total wall time, decimal (default 10; 120 with --iterations)"
    )
    solver.add_argument("--seed", type=_count, default=0, help="another order of search")
    solver.add_argument("--threads", type=_at_least_one, default=1, help="searches side by side; the best one wins")
    solver.add_argument("--iterations", type=_count, help="improving steps; makes the answer repeatable")
    solver.add_argument("--router", metavar="URL", help="Valhalla for coordinates; without it straight lines")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("more than 0 is needed")
    return value


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("1 or more is needed")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("0 or more is needed")
    return value


if __name__ == "__main__":
    sys.exit(main())
