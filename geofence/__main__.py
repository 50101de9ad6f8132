"""`python -m geofence [engine]`, `judge CASE...`, `score CASES`, `replay --from --to`, `preview`, `rules`, `mileage --from --to`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from fleet.commandline import Arguments
from fleet.errors import Invalid, NotConfigured, Refusal
from geofence.backtest import command
from geofence.mileage import command as mileage
from geofence.rulebook import command as rulebook


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; the exit code is that of contracts.md 4."""
    parser = Arguments(prog="python -m geofence", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("engine", help="judge what is stored, as it comes (default)")
    judging = commands.add_parser("judge", help="judge recorded drives, print one JSON line per finding")
    judging.add_argument("case", nargs="+", help="a CASE folder (contracts.md 5)")
    scoring = commands.add_parser("score", help="compare with labelled cases, print one JSON line per rule")
    scoring.add_argument("cases", nargs="+", help="a folder of CASE folders with truth.json, at whatever depth")
    preview = commands.add_parser("preview", help="make the previews of fences and rules that wait")
    preview.add_argument("--forever", action="store_true", help="stay and make those that are asked for")
    replaying = commands.add_parser("replay", help="judge stored months again, with and without a change")
    command.add_arguments(replaying)
    rulebook.add_arguments(commands.add_parser("rules", help="thresholds, profiles and mutes, in versions"))
    reconciling = commands.add_parser("mileage", help="months in which track, roads and dashboard differ")
    mileage.add_arguments(reconciling)
    chosen = parser.parse_args(arguments)
    try:
        code = _run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _run(chosen: argparse.Namespace) -> int:
    if chosen.command == "judge":
        from geofence import judge

        return judge.run(chosen.case)
    if chosen.command == "score":
        from geofence import score

        return score.run(chosen.cases)
    if chosen.command == "preview":
        from geofence.preview import engine as previews

        return previews.run(forever=chosen.forever)
    if chosen.command in ("replay", "mileage"):
        try:
            return command.replay(chosen) if chosen.command == "replay" else mileage.mileage(chosen)
        except (Invalid, NotConfigured) as error:
            sys.stderr.write(f"{_sentence(error)}\n")
            return 2
    if chosen.command == "rules":
        try:
            return rulebook.run(chosen)
        except (Refusal, NotConfigured) as error:
            told = (
                {"error": error.code, **error.params}
                if isinstance(error, Refusal)
                else {"error": "unusable", "why": str(error)}
            )
            sys.stderr.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
            return 2
    from geofence import engine

    return engine.run()


def _sentence(error: Invalid | NotConfigured) -> str:
    if isinstance(error, Invalid):
        return f"{error.params.get('field')}: {error.params.get('reason')}"
    return str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
