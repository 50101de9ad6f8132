"""Decides where software and data of the private servers live and as which user the servers run.

PostgreSQL refuses to run as root, so root hands its servers to the existing system user `nobody`, who cannot enter
a clone below root's home: then everything goes to a state directory outside the clone.
"""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from local.errors import CannotRunError

REPOSITORY = Path(__file__).resolve().parent.parent
NEEDED_FREE_BYTES = 3_000_000_000
SERVER_USER = "nobody"
MEMORY = Path("/dev/shm")  # noqa: S108 (servers of tests may live there; what they keep is thrown away)
ROOMY_BYTES = 6_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The system user the servers run as."""

    uid: int
    gid: int
    changes_user: bool  # True when we are root and must step down


def server_identity() -> Identity:
    """Ourselves, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return Identity(uid=os.geteuid(), gid=os.getegid(), changes_user=False)
    entry = pwd.getpwnam(SERVER_USER)
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid, changes_user=True)


def reachable_by_others(path: Path) -> bool:
    """Whether any user may walk down to this path: every existing parent carries the search bit for others."""
    return all(p.stat().st_mode & 0o001 for p in [path, *path.parents] if p.exists())


def base_dir(repository: Path = REPOSITORY) -> Path:
    """`.local/` in the clone where the servers' user can reach it, else a directory of this clone below /var/lib."""
    if not server_identity().changes_user or reachable_by_others(repository):
        return repository / ".local"
    name = hashlib.sha256(str(repository).encode()).hexdigest()[:12]
    return Path("/var/lib/daylight") / name


def software_dir() -> Path:
    """Where unpacked software lives; shared by every instance of this clone, or wherever FLEET_SOFTWARE_DIR says."""
    chosen = os.environ.get("FLEET_SOFTWARE_DIR")
    return Path(chosen) if chosen else base_dir() / "software"


def state_dir() -> Path:
    """Data, ports and logs of `make up`; FLEET_STATE_DIR chooses another place."""
    chosen = os.environ.get("FLEET_STATE_DIR")
    return Path(chosen).resolve() if chosen else base_dir() / "up"


def scratch_dir(otherwise: Path) -> Path:
    """Where servers whose data nobody keeps are quickest: in memory when it is roomy and open to their user, else `otherwise`.

    A database of a test is some 1,500 small files, which a disk's file system makes four times slower.
    """
    try:
        about = MEMORY.stat()
        is_open = about.st_mode & 0o003 == 0o003
        return (
            MEMORY if is_open and min(shutil.disk_usage(MEMORY).free, _free_memory_bytes()) > ROOMY_BYTES else otherwise
        )
    except OSError:
        return otherwise


def _free_memory_bytes() -> int:
    """What the kernel says could be used without swapping."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def require_disk(path: Path, needed_bytes: int = NEEDED_FREE_BYTES) -> None:
    """Refuse early when the disk that will hold `path` is too full."""
    existing = next(p for p in [path, *path.parents] if p.exists())
    free = shutil.disk_usage(existing).free
    if free < needed_bytes:
        raise CannotRunError(
            f"{existing} has {free / 1e9:.1f} GB free; {needed_bytes / 1e9:.0f} GB are needed. Free some space, or set "
            "FLEET_STATE_DIR and FLEET_SOFTWARE_DIR to a larger disk."
        )


def make_dir(path: Path, mode: int, owner: Identity | None = None) -> Path:
    """Create a directory (parents readable by all) with exactly this mode and owner."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if owner is not None and owner.changes_user:
        os.chown(path, owner.uid, owner.gid)
    return path


def write_owned(path: Path, text: str, owner: Identity) -> None:
    """Write a file only the servers' user (and root) can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    if owner.changes_user:
        os.chown(path, owner.uid, owner.gid)
