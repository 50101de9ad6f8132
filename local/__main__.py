"""Command line: the whole system (up, down, logs, backup, restore) and private servers (start, stop, status, env)."""

import argparse
import contextlib
import os
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fleet.commandline import Arguments
from local import backup, check, daemon, logs, place, postgres, process, servers, software, up
from local.errors import CannotRunError


def main() -> int:
    """Run one command; 0 = done, 1 = cannot, with the reason on one line."""
    os.umask(0o022)
    try:
        if sys.argv[1:2] == ["test"]:
            return check.test(sys.argv[2:])  # every further word is pytest's
        options = _arguments().parse_args()
        return int(options.run(options) or 0)
    except CannotRunError as reason:
        print(f"cannot run: {reason}", file=sys.stderr)
        return 1


def _arguments() -> argparse.ArgumentParser:
    parser = Arguments(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    system = {"up": _up, "down": _down, "logs": _logs, "backup": _backup, "restore": _restore}
    private = {"start": _start, "serve": _serve, "stop": _stop, "status": _status, "env": _env}
    for name, plain in (("check", check.check), ("locks", check.locks)):
        commands.add_parser(name, help=plain.__doc__).set_defaults(run=lambda _options, plain=plain: plain())
    commands.add_parser("test", help=check.test.__doc__)
    for name, run in (system | private).items():
        command = commands.add_parser(name, help=run.__doc__)
        command.add_argument("--state", type=_absolute, default=place.state_dir(), help="where data and ports live")
        command.set_defaults(run=run)
        if name == "up":
            command.add_argument(
                "--extract", type=_absolute, help="drive in this place (OSM PBF), not in the simulated city"
            )
        if name in ("start", "serve"):
            command.add_argument("--tiles", type=_absolute, help="folder of router tiles; starts the router too")
            command.add_argument("--fast", action="store_true", help="no fsync: for tests")
            command.add_argument("--bound-to", type=int, help="end when this process ends")
            command.add_argument("--remove", action="store_true", help="remove the state directory at the end")
        if name == "logs":
            command.add_argument("--last", type=int, default=20, help="lines per log to begin with")
            command.add_argument("--once", action="store_true", help="do not wait for more")
        if name == "backup":
            command.add_argument("--into", type=_absolute, default=place.REPOSITORY / "backups")
        if name == "restore":
            command.add_argument("file", type=_absolute)
        if name == "env":
            command.add_argument("--program", choices=sorted(servers.ROLE_OF), default="owner")
    return parser


def _absolute(text: str) -> Path:
    return Path(text).resolve()


def _up(options: argparse.Namespace) -> int:
    """Start the whole system and keep it running until ctrl-C."""
    return up.up(options.state, options.extract)


def _down(options: argparse.Namespace) -> None:
    """Stop it."""
    print("stopped" if up.down(options.state) else "nothing runs there")


def _logs(options: argparse.Namespace) -> None:
    """Show what the programs say."""
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        for line in logs.follow(options.state, last=options.last, forever=not options.once):
            print(line, flush=True)


def _backup(options: argparse.Namespace) -> None:
    """Copy the database to one file; the system may run."""
    with _database(options.state) as server:
        print(backup.backup(server, options.into, datetime.now(UTC)))


def _restore(options: argparse.Namespace) -> None:
    """Replace the database by a copy; the system must be stopped."""
    if up.running_at(options.state) is not None:
        raise CannotRunError("the system runs; stop it first (`make down`)")
    with _database(options.state) as server:
        backup.restore(server, options.file)
    print("restored")


def _in_use(state: Path) -> bool:
    """Servers run in this state, kept by `make up` or by `local start`: whoever asks must not end them."""
    return up.running_at(state) is not None or process.recall(state / "keeper.json") is not None


@contextlib.contextmanager
def _database(state: Path) -> Iterator[postgres.Postgres]:
    """The instance's database: the running one, or started just for this."""
    in_use = _in_use(state)
    if not in_use and not (state / "postgres" / "data" / "PG_VERSION").exists():
        raise CannotRunError(f"there is no database in {state}; `make up` makes one")
    server = servers.prepare(state, in_use=in_use).postgres
    if in_use:
        yield server
        return
    child = postgres.start(server)
    try:
        yield server
    finally:
        postgres.stop(child)


def _start(options: argparse.Namespace) -> None:
    """Start private servers in the background and print where their addresses are."""
    software.servers_root()  # fetched here, with progress in sight
    if options.tiles:
        software.router_bin()
    ready = daemon.start(
        options.state,
        tiles=options.tiles,
        durable=not options.fast,
        bound_to=options.bound_to,
        remove=options.remove,
    )
    print(ready)


def _serve(options: argparse.Namespace) -> None:
    """Run private servers in the foreground until ctrl-C."""
    bound_to = None
    if options.bound_to:
        ticks = process.start_ticks(options.bound_to)
        if ticks is None:
            raise CannotRunError(f"process {options.bound_to} does not run")
        bound_to = process.Known(pid=options.bound_to, started_ticks=ticks)
    daemon.keep(options.state, tiles=options.tiles, durable=not options.fast, bound_to=bound_to, remove=options.remove)


def _stop(options: argparse.Namespace) -> None:
    """Stop them."""
    print("stopped" if daemon.stop(options.state) else "nothing runs there")


def _status(options: argparse.Namespace) -> int:
    """Say whether they run, on their own or as part of `up`; exit 1 when not."""
    address = up.running_at(options.state)
    alone = process.recall(options.state / "keeper.json") is not None
    running = (
        "running" if alone else "not running" if address is None else f"running with the whole system at {address}"
    )
    print(f"{running}: {options.state}")
    return 0 if alone or address else 1


def _env(options: argparse.Namespace) -> None:
    """Print `export FLEET_...` lines of one program, for the shell's eval."""
    for name, value in (
        servers.prepare(options.state, in_use=_in_use(options.state)).environment(options.program).items()
    ):
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    sys.exit(main())
