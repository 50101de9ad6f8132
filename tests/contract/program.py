"""Runs the command line as a stranger would: from another folder, without any server and without our settings."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a program left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output read strictly as JSON lines."""
        return [json.loads(line, parse_constant=_refuse) for line in self.out.splitlines()]

    def refused(self, *named: str) -> None:
        """Exit code 2 with one line of reason that names what is wrong, no traceback and no half answer."""
        said = self.out + self.err
        assert self.code == 2, said
        assert "Traceback" not in said
        reason = [line for line in said.splitlines() if line.strip()]
        assert len(reason) == 1, said
        for name in named:
            assert name in reason[0], reason[0]


def run(module: str, *arguments: str, stdin: str | bytes = b"") -> Ran:
    """`python -m module arguments` with that input."""
    sent = stdin.encode() if isinstance(stdin, str) else stdin
    ended = subprocess.run(
        [sys.executable, "-m", *module.split(), *arguments],
        input=sent,
        capture_output=True,
        cwd=tempfile.gettempdir(),
        env={name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        | {"TZ": "America/Lima"},
        timeout=110,
        check=False,
    )
    return Ran(code=ended.returncode, out=ended.stdout.decode(), err=ended.stderr.decode())


def both(calls: Sequence[tuple[str, ...]]) -> list[Ran]:
    """Several calls, two at a time; the first word of a call is the module with its subcommand."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda call: run(*call), calls))


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
