"""`python -m benchmarks`: every benchmark, as ratios within one run where there is something to compare with.
`python -m benchmarks ingest` takes one of them; `jt808` is 5,000 terminals on one gateway for two minutes; `honest` judges
vehicles nobody can blame, `realtrack FILE` a real track with detours put into it (docs/measuring.md); neither needs a server.
`event` plans 55,600 trips of a large event over 14 days (`--days 1 --seconds 30`).
`dispatch` plans days and academic problems beside VROOM, PyVRP and OR-Tools (`--seconds 1,5,20 --days 20 --data FOLDER`); `exclusive` days of
exclusive trips beside their exact optimum, `insertion` puts bookings into a running plan (`--seconds 20` to plan it)."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    alarms,
    catch_up,
    event,
    gazetteer,
    honest,
    ingest,
    jt808,
    judging,
    month,
    realtrack,
    storage,
    sustained,
)
from benchmarks.dispatch import exclusive, inserting, pooling
from benchmarks.dispatch import report as dispatching

DAYS = 1_400
ALARMS_S = 180.0
FIXES = 2_000_000  # bounded; the figures of RESULTS.md say with how many they were taken


def _ingest(arguments: argparse.Namespace) -> list[str]:
    print(f"ingest: medians of {arguments.rounds} alternating rounds")
    return ingest.report(asyncio.run(ingest.run(arguments.rounds)))


def _sustained(_: argparse.Namespace) -> list[str]:
    print("sustained")
    return sustained.report(asyncio.run(sustained.run()))


def _storage(arguments: argparse.Namespace) -> list[str]:
    print(f"storage: {arguments.fixes:,} fixes")
    return storage.report(arguments.fixes, arguments.folder)


def _jt808(arguments: argparse.Namespace) -> list[str]:
    return jt808.report(arguments.rounds)


def _honest(arguments: argparse.Namespace) -> list[str]:
    days = arguments.days or DAYS
    print(f"honest: {days:,} vehicle-days")
    return honest.report(days, arguments.seed)


def _judging(arguments: argparse.Namespace) -> list[str]:
    return judging.report(arguments.vehicles, arguments.rounds, arguments.seed)


def _catch_up(arguments: argparse.Namespace) -> list[str]:
    print(f"catch-up: medians of {arguments.rounds} alternating rounds")
    with tempfile.TemporaryDirectory() as folder:
        return catch_up.report(arguments.rounds, arguments.fixes, arguments.folder or Path(folder))


def _alarms(arguments: argparse.Namespace) -> list[str]:
    seconds = arguments.seconds[0] if arguments.seconds else ALARMS_S
    print(f"alarms: {seconds:.0f} s")
    return alarms.report(seconds)


def _month(arguments: argparse.Namespace) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        return month.report(arguments.share, arguments.workers, arguments.folder or Path(folder))


def _gazetteer(arguments: argparse.Namespace) -> list[str]:
    return gazetteer.report(arguments.extract)


def _realtrack(arguments: argparse.Namespace) -> list[str]:
    seeds = range(arguments.seed, arguments.seed + realtrack.SEEDS)
    return realtrack.report(arguments.track, seeds) if arguments.track else ["realtrack: needs a FILE, left out"]


def _dispatch(arguments: argparse.Namespace) -> list[str]:
    asked = dispatching.Asked(
        limits_s=arguments.seconds or dispatching.LIMITS_S,
        days=dispatching.DAYS if arguments.days is None else arguments.days,
        first_day=arguments.seed,
        threads=arguments.threads,
        side_by_side=arguments.side_by_side,
        data=arguments.data,
        solvers=arguments.solvers,
    )
    return dispatching.report(asked, lambda line: print("  " + line, flush=True))


def _exclusive(arguments: argparse.Namespace) -> list[str]:
    print("exclusive")
    return exclusive.report(arguments.seed)


def _insertion(arguments: argparse.Namespace) -> list[str]:
    seconds = arguments.seconds[0] if arguments.seconds else inserting.SECONDS
    return inserting.report(arguments.seed, seconds, arguments.threads)


def _pooling(arguments: argparse.Namespace) -> list[str]:
    return pooling.report(arguments.seed, arguments.workers, arguments.picture)


def _event(arguments: argparse.Namespace) -> list[str]:
    seconds = arguments.seconds[0] if arguments.seconds else event.SECONDS
    return event.report(arguments.seed, arguments.days or event.DAYS, seconds)


BENCHMARKS: dict[str, Callable[[argparse.Namespace], list[str]]] = {
    "ingest": _ingest,
    "sustained": _sustained,
    "jt808": _jt808,
    "storage": _storage,
    "honest": _honest,
    "judging": _judging,
    "alarms": _alarms,
    "catch-up": _catch_up,
    "month": _month,
    "gazetteer": _gazetteer,
    "dispatch": _dispatch,
    "event": _event,
    "exclusive": _exclusive,
    "insertion": _insertion,
    "pooling": _pooling,
    "realtrack": _realtrack,
}


def _with_track(names: list[str]) -> tuple[list[str], Path | None]:
    """What follows `realtrack` is its file."""
    at = names.index("realtrack") + 1 if "realtrack" in names else len(names)
    if at == len(names) or names[at] in BENCHMARKS:
        return names, None
    return [*names[:at], *names[at + 1 :]], Path(names[at])


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def main() -> int:
    """Run the wanted benchmarks and print their lines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which of {', '.join(BENCHMARKS)}; all when none is named"
    )
    parser.add_argument("--rounds", type=int, default=ingest.ROUNDS, help="medians of so many alternating rounds")
    parser.add_argument("--fixes", type=int, default=FIXES, help="how many fixes are stored for storage and catch-up")
    parser.add_argument(
        "--days", type=int, help=f"vehicle-days of honest vehicles ({DAYS}), days to dispatch ({dispatching.DAYS})"
    )
    parser.add_argument("--picture", type=Path, help="file for the picture of pooling (SVG)")
    parser.add_argument(
        "--vehicles", type=int, default=6, help="honest vehicles of two weeks that judging is measured with"
    )
    parser.add_argument("--share", type=int, default=200, help="vehicles with a month of fixes, of 8,000")
    parser.add_argument(
        "--seconds", type=_numbers, help="how long calls for help are measured (180); limits of dispatching (1,5)"
    )
    parser.add_argument("--threads", type=int, default=1, help="of each solver when dispatching")
    parser.add_argument("--side-by-side", type=int, default=1, help="problems dispatched at once")
    parser.add_argument("--data", type=Path, help="folder with pdptw/ and darp/: academic problems to dispatch")
    parser.add_argument("--solvers", type=_names, help="who dispatches, as daylight,vroom; all when absent")
    parser.add_argument("--workers", type=int, default=2, help="processes that judge the month")
    parser.add_argument(
        "--seed", type=int, default=1, help="dice of the honest vehicles and of the detours; first day to dispatch"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="keep the filled sites of storage, catch-up and month there, and only read it next time",
    )
    parser.add_argument(
        "--extract", type=Path, help="OSM extract the gazetteer is measured with; the simulated city when absent"
    )
    arguments = parser.parse_args()
    names, arguments.track = _with_track(arguments.names)
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"{name} is no benchmark")
    for name in names or BENCHMARKS:
        for line in BENCHMARKS[name](arguments):
            print("  " + line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
