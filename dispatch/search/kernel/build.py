"""Compiles the search: `python -m dispatch.search.kernel.build`, run by `make env` and by the image's build.

The file's name tells the state of the source, so what was compiled from another state is never loaded. The machine's
own compiler, else the one of the locked wheel `ziglang`, installed for this moment only; with neither plans are
searched in Python, slower and as sound.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCE = FOLDER / "source"
LOCK = FOLDER.parent.parent.parent / "requirements" / "compiler.lock"
OPTIONS = ["-O3", "-std=c11", "-D_GNU_SOURCE", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off"]


def compiled() -> Path:
    """Where the library for this state of the source is, once it was made."""
    state = 0
    for file in sorted(SOURCE.iterdir()):
        state = zlib.crc32(file.read_bytes(), state)
    return FOLDER / f"kernel-{state:08x}.so"


def build() -> str | None:
    """Make the library unless it is there; a sentence when that cannot be done."""
    target = compiled()
    if target.exists():
        return None
    own = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        made = Path(folder) / "kernel.so"
        said = _run([own], made) if own else "there is no C compiler"
        if said is not None:
            said = _fetch(folder) or _run([sys.executable, f"{folder}/ziglang", "cc"], made)
        if said is not None:
            return said
        for old in FOLDER.glob("kernel-*.so"):
            old.unlink(missing_ok=True)
        made.replace(target)
    return None


def _run(compiler: list[str], made: Path) -> str | None:
    files = [str(file) for file in sorted(SOURCE.glob("*.c"))]
    return _said([*compiler, *OPTIONS, "-o", str(made), *files, "-lm"])


def _fetch(folder: str) -> str | None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "--require-hashes"]
    return _said([*command, "-r", str(LOCK)])


def _said(command: list[str]) -> str | None:
    """What went wrong, in its last line."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return None if done.returncode == 0 else lines[-1] if lines else f"{command[0]} ended with {done.returncode}"


if __name__ == "__main__":
    trouble = build()
    print(trouble or compiled().name)
    sys.exit(1 if trouble else 0)
