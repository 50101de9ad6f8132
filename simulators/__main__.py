"""`python -m simulators COMMAND`: makes a city to drive in and drives in it.

city, tiles, basemap, import: city_commands.py. stories, replay, run: commands.py. cases: cases/commands.py. rehearse: rehearse.py.
"""

import sys

from fleet.commandline import Arguments
from simulators import city_commands, commands, rehearse
from simulators.cases import commands as case_commands


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    parser = Arguments(prog="python -m simulators", description=__doc__)
    subcommands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    city_commands.add_to(subcommands)
    commands.add_to(subcommands)
    rehearse.add_to(subcommands)
    case_commands.add_to(subcommands)
    parsed = parser.parse_args(arguments)
    code: int = parsed.run(parsed)
    return code


if __name__ == "__main__":
    sys.exit(main())
