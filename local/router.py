"""One private Valhalla answering from a folder of tiles on 127.0.0.1."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from fleet.router_config import valhalla_config
from local import process
from local.errors import CannotRunError
from local.place import Identity, make_dir


@dataclass(frozen=True, kw_only=True, slots=True)
class Router:
    """Where an instance is and how to reach it."""

    bin: Path  # folder of valhalla_service
    home: Path  # configuration and server.log live here
    tiles: Path
    port: int
    identity: Identity

    @property
    def log(self) -> Path:
        """What the router says."""
        return self.home / "server.log"

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}"


def start(server: Router) -> subprocess.Popen[bytes]:
    """Start the router as our child and wait until it answers /status."""
    make_dir(server.home, 0o755, server.identity)
    configuration = server.home / "valhalla.json"
    content = valhalla_config(server.tiles, listen=f"127.0.0.1:{server.port}", socket_dir=server.home)
    configuration.write_text(json.dumps(content, indent=1))
    with process.open_log(server.log) as log:
        child = process.start(
            [server.bin / "valhalla_service", configuration, "1"],
            log=log,
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
            cwd=server.home,
            identity=server.identity,
        )
    _wait_until_answering(server, child)
    return child


def _wait_until_answering(server: Router, child: subprocess.Popen[bytes], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if child.poll() is not None:
            words = " | ".join(server.log.read_text(errors="replace").splitlines()[-3:])
            raise CannotRunError(f"Valhalla ended at start; its last words: {words}")
        try:
            urllib.request.urlopen(f"{server.url}/status", timeout=2).close()  # noqa: S310 (our own address)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CannotRunError(f"Valhalla did not answer within {patience_s:.0f} s; see {server.log}")
