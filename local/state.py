"""What one instance remembers between runs: its ports and its secrets.

Both live in its state directory. Ports are chosen once and kept as long as they are free; secrets are generated on
the first start and readable by the owner only.
"""

import json
import os
import random
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from local.errors import CannotRunError

# Below the range the kernel hands to outgoing connections, so a remembered port is rarely taken meanwhile.
PORT_RANGE = range(20_000, 32_000)
FIRST_WEB_PORT = 8080
SECRET_NAMES = (
    *("postgres", "fleet_owner", "fleet_engine", "fleet_web", "fleet_gateway"),
    *("mqtt_admin", "mqtt_ingest", "mqtt_platform", "mqtt_gateway"),
)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def choose_ports(
    names: Iterable[str],
    remembered: dict[str, int],
    rng: random.Random,
    free: Callable[[int], bool] = is_free,
) -> dict[str, int]:
    """A free port per name: the remembered one where it is still free, else a new one; never one port twice."""
    chosen: dict[str, int] = {}
    for name in names:
        port = remembered.get(name)
        if port is None or port in chosen.values() or not free(port):
            candidates = (rng.choice(PORT_RANGE) for _ in range(1_000))
            taken = set(chosen.values()) | set(remembered.values())
            port = next((p for p in candidates if p not in taken and free(p)), None)
        if port is None:
            raise CannotRunError("no free port between 20000 and 32000 on this machine")
        chosen[name] = port
    return chosen


def ports(state: Path, names: Iterable[str], *, in_use: bool) -> dict[str, int]:
    """The ports of an instance, remembered; with `in_use` its servers run on them and they are taken as they are."""
    file = state / "ports.json"
    remembered = _read(file)
    if in_use:
        return remembered
    chosen = choose_ports(names, remembered, random.Random())
    if chosen != {name: remembered.get(name) for name in chosen}:
        _write(file, remembered | chosen)
    return chosen


def choose_web_port(state: Path, host: str, asked: str | None) -> int:
    """The interface's port: the one asked for, else the remembered one, else 8080, else any free one."""
    if asked:
        if not asked.isdigit() or not is_free(int(asked), host):
            raise CannotRunError(f"PORT={asked} is not free on {host}")
        return int(asked)
    file = state / "ports.json"
    remembered = _read(file)
    if "web" not in remembered and is_free(FIRST_WEB_PORT, host):
        remembered["web"] = FIRST_WEB_PORT
    chosen = choose_ports(["web"], remembered, random.Random(), lambda port: is_free(port, host))
    _write(file, remembered | chosen)
    return chosen["web"]


def passwords(state: Path) -> dict[str, str]:
    """The secrets of an instance, made on first use; mode 600."""
    file = state / "secrets.json"
    known = _read(file)
    missing = [name for name in SECRET_NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        _write(file, known)
    return known


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _write(file: Path, content: Mapping[str, object]) -> None:
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(content, handle, indent=1)
    part.replace(file)
