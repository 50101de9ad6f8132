"""What contributors run: `make check`, `make test` and `make locks`, each step named and timed."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local import ui
from local.errors import CannotRunError
from local.place import REPOSITORY

TOOLS = Path(sys.prefix) / "bin"
STEPS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "layers": ["lint-imports", "--no-cache"],
}
LOCKS = {
    "run.lock": ["pyproject.toml"],
    "dev.lock": ["pyproject.toml", "--group", "dev", "--group", "build"],
    "compiler.lock": ["--group", "compiler"],  # for machines without a C compiler
    "fuzz.lock": ["--group", "fuzz"],  # beside the environment, for `make fuzz` alone
    "schemas.lock": ["--group", "schemas"],  # an environment of its own, for `python -m benchmarks.fuzz.routes`
    "peers.lock": ["--group", "peers"],  # an environment of its own, for `make bench ARGS=dispatch`
}
COMPILE = ["pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
COMPILE += ["--no-emit-index-url", "--no-header", "-q"]


def check() -> int:
    """Run every step even when an earlier one fails; 1 when any did."""
    failed = [name for name, command in STEPS.items() if not _passes(name, [str(TOOLS / command[0]), *command[1:]])]
    try:
        ui.install()
        failed += [f"interface {script}" for script in ("check", "test") if not _npm_passes(script)]
    except CannotRunError as reason:
        print(reason, file=sys.stderr)
        failed.append("interface install")
    if not _interface_types_are_current():
        failed.append("interface types of the API")
    print(f"failed: {', '.join(failed)}" if failed else "every check passed")
    return 1 if failed else 0


def test(arguments: list[str]) -> int:
    """pytest on both cores, servers of its own; builds the interface first, the browser tests look at it.

    The browser's tests are a run of their own: Playwright leaves an event loop running in its process, and a test
    that is a coroutine cannot run there afterwards.
    """
    ui.build()
    # Tests of servers wait more than they compute: two cores carry four of them. Browsers compute.
    whole = [["-n", "4", "--ignore=tests/browser"], ["-n", "2", "tests/browser"]]
    runs = [["-n", "2", *arguments]] if arguments else whole
    commands = [[str(TOOLS / "pytest"), *chosen] for chosen in runs]
    # Hundreds of programs are started: what one has compiled the next one must find.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return max(subprocess.run(command, check=False, cwd=REPOSITORY, env=environment).returncode for command in commands)


def locks() -> int:
    """Resolve the requirements again; versions and hashes only, no addresses."""
    for name, sources in LOCKS.items():
        command = [str(TOOLS / "uv"), *COMPILE, *sources, "-o", f"requirements/{name}"]
        subprocess.run(command, check=True, cwd=REPOSITORY)
    return 0


def _passes(name: str, command: list[str], cwd: Path = REPOSITORY) -> bool:
    """Run one step; what it says is shown only when it fails."""
    started = time.monotonic()
    tools = {"PATH": f"{TOOLS}:{os.environ.get('PATH', '/usr/bin:/bin')}"}
    done = subprocess.run(
        command,
        check=False,
        cwd=cwd,
        env=os.environ | tools,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took_s = time.monotonic() - started
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({took_s:.1f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def _npm_passes(script: str) -> bool:
    return _passes(f"interface {script}", [str(TOOLS / "npm"), "run", "--silent", script], ui.UI)


def _interface_types_are_current() -> bool:
    """The TypeScript types of the API equal what this code's OpenAPI document generates."""
    committed = ui.UI / "src/api/schema.d.ts"
    with tempfile.TemporaryDirectory() as folder:
        document, types = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        with document.open("w") as out:
            done = subprocess.run([sys.executable, "-m", "web", "openapi"], check=False, cwd=REPOSITORY, stdout=out)
        generator = [str(ui.UI / "node_modules/.bin/openapi-typescript"), str(document), "--output", str(types)]
        if done.returncode != 0 or not _passes("interface types of the API", generator, ui.UI):
            return False
        if committed.exists() and types.read_bytes() == committed.read_bytes():
            return True
    print("FAILED the committed types are stale: python -m web openapi > web/ui/openapi.json, then npm run api")
    return False
