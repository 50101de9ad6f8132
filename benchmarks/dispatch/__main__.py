"""`python -m benchmarks.dispatch convert FILE` and `... day SEED` print problems of contracts.md 6, for any solver."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.dispatch import days, formats


def main() -> int:
    """2 and one line where the file is of no known format."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dispatch", description=__doc__)
    programs = parser.add_subparsers(dest="program", required=True)
    convert = programs.add_parser("convert", help="a file of Li & Lim, Sartori & Buriol or Cordeau")
    convert.add_argument("file", type=Path)
    day = programs.add_parser("day", help="a generated day of a government fleet")
    day.add_argument("seed", type=int)
    day.add_argument("--trips", type=int, help="how many; by the seed when absent")
    asked = parser.parse_args()
    try:
        problem = (
            formats.read(asked.file.read_text())
            if asked.program == "convert"
            else days.government_day(asked.seed, asked.trips)
        )
    except (OSError, formats.NotInThisFormat) as reason:
        print(reason, file=sys.stderr)
        return 2
    print(json.dumps(problem))
    return 0


if __name__ == "__main__":
    sys.exit(main())
