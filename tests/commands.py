"""Runs a command of ours as a person does, in a process of its own, without the half second every Python takes to import us.

The process is forked from one that has imported the programs and done nothing else; arguments, environment, input, output and
exit code are the command's own. `tests/contract` and the long-running programs of `tests/programs.py` start Python itself.
"""

import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing import context, get_context
from pathlib import Path

IMPORTED = [
    "fleet.arguments",
    "geofence.backtest.command",
    "geofence.judge",
    "geofence.score",
    "ingest.jt808.gateway.command",
    "ingest.reprocess.command",
    "simulators.replay",
]
STREAMS = ("in", "out", "err")


def ran(
    module: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    timeout_s: float = 60,
) -> subprocess.CompletedProcess[str]:
    """`python -m module arguments` with this environment (ours when absent) and input."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in").write_bytes(stdin)
        given = dict(os.environ if environment is None else environment)
        child = _forking().Process(target=_become, args=(module, arguments, given, folder))
        child.start()
        child.join(timeout_s)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise subprocess.TimeoutExpired([module, *arguments], timeout_s)
        out, err = ((Path(folder) / name).read_text("utf-8") for name in STREAMS[1:])
        return subprocess.CompletedProcess([module, *arguments], child.exitcode, out, err)


@cache
def _forking() -> context.ForkServerContext:
    chosen = get_context("forkserver")
    chosen.set_forkserver_preload(IMPORTED)
    return chosen


def _become(module: str, arguments: tuple[str, ...], environment: dict[str, str], folder: str) -> None:
    """In the child: what Python does between its start and the first line of the module."""
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(STREAMS):
        opened = os.open(Path(folder) / name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (ends with the process)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
