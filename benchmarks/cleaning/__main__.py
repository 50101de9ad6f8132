"""`python -m benchmarks.cleaning [--seed N] [--days N]`: recall and precision of every quality flag on the labelled corpus."""

import argparse
import sys

from benchmarks.cleaning.measure import report, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cleaning", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same corpus")
    parser.add_argument("--days", type=int, default=4, help="days of each kind")
    arguments = parser.parse_args()
    for line in report(run(arguments.seed, arguments.days)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
