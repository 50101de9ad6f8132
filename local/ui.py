"""Builds the interface (`web/ui/dist`) with the node that came with the environment; skipped while sources are unchanged."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from local.errors import CannotRunError
from local.place import REPOSITORY
from local.progress import say

UI = REPOSITORY / "web" / "ui"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")  # node brings its own list; the machine's counts too
NOT_SOURCES = {"node_modules", "dist", "tests", "test-results"}


def build() -> None:
    """Install the locked packages and build, each only when something it depends on changed."""
    install()
    stamp = UI / "node_modules" / ".daylight-built"
    wanted = fingerprint(sources(UI))
    if stamp.exists() and stamp.read_text() == wanted and (UI / "dist" / "index.html").exists():
        return
    say("building the interface")
    npm("run", "build")
    stamp.write_text(wanted)


def install() -> None:
    """`npm ci` unless node_modules was made from this very lock."""
    stamp = UI / "node_modules" / ".daylight-installed"
    wanted = fingerprint([UI / "package.json", UI / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("fetching the packages of the interface (first time, or their lock changed)")
    npm("ci")
    stamp.write_text(wanted)


def sources(root: Path) -> list[Path]:
    """Every file the built interface depends on, in a stable order."""
    tops = [p for p in root.iterdir() if p.name not in NOT_SOURCES and not p.name.startswith(".")]
    files = [p for p in tops if p.is_file()]
    files += [p for top in tops if top.is_dir() for p in top.rglob("*") if p.is_file()]
    return sorted(files)


def fingerprint(files: Iterable[Path]) -> str:
    """Changes when a file's name or content does."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def npm(*arguments: str) -> None:
    """Run npm in the interface's folder; its words are shown only when it fails."""
    tools = Path(sys.prefix) / "bin"
    authorities = {"NODE_EXTRA_CA_CERTS": str(AUTHORITIES)} if AUTHORITIES.exists() else {}
    environment = {
        **authorities,
        **os.environ,
        "PATH": f"{tools}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }
    done = subprocess.run(
        [str(tools / "npm"), *arguments],
        check=False,
        cwd=UI,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        words = done.stdout
        sys.stderr.write(words if len(words) < 4000 else f"{words[:2000]}\n...\n{words[-2000:]}")
        raise CannotRunError(f"npm {' '.join(arguments)} failed")
