"""The command `cases` of `python -m simulators`: writes labelled cases for `python -m geofence score`."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fleet.commandline import Arguments
from simulators.casefiles import write_case
from simulators.cases import garbage, honest, skewed
from simulators.cases.catalogue import RULES, examination
from simulators.story import Case

CORPORA = {"garbage": garbage.corpus, "skewed": skewed.corpus}


def add_to(commands: "argparse._SubParsersAction[Arguments]") -> None:
    """Add `cases` to the parser of `python -m simulators`."""
    made = commands.add_parser("cases", help="write labelled cases that examine the judging engine (docs/measuring.md)")
    made.add_argument("out", type=Path, help="folder that will hold a folder of CASE folders per rule or corpus")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--rule", action="append", choices=RULES, metavar="RULE", help="only this rule; may be repeated")
    made.add_argument("--positives", type=int, default=100, help="cases per rule in which it must be found")
    made.add_argument("--near-misses", type=int, default=100, help="cases per rule in which it must not")
    made.add_argument("--corpus", action="append", choices=sorted(CORPORA), default=[],
                      help="nothing is to be found: receivers' garbage (F09), clocks that are off (F08)")  # fmt: skip
    made.add_argument("--size", type=int, default=500, help="cases of each corpus")
    made.add_argument("--honest-days", type=int, default=0, help="vehicle-days of honest vehicles")
    made.set_defaults(run=make_cases)


def make_cases(arguments: argparse.Namespace) -> int:
    """Write the folders and one line for each group of them; a corpus or a fleet asked for alone comes alone."""
    for group, cases in _groups(arguments):
        folder, written = arguments.out / group, 0
        labels = 0
        for case in cases:
            write_case(case, folder)
            written += 1
            labels += len(case.truth)
        sys.stdout.write(json.dumps({"group": group, "cases": written, "labels": labels}) + "\n")
        sys.stdout.flush()
    return 0


def _groups(arguments: argparse.Namespace) -> Iterator[tuple[str, Iterable[Case]]]:
    alone = (arguments.corpus or arguments.honest_days) and not arguments.rule
    for rule in () if alone else arguments.rule or RULES:
        yield rule, examination([rule], arguments.positives, arguments.near_misses, arguments.seed)
    for name in arguments.corpus:
        yield name, CORPORA[name](arguments.size, arguments.seed)
    if arguments.honest_days:
        yield "honest", honest.fleet(arguments.honest_days, arguments.seed)
