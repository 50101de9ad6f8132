"""The unpacked servers: what is fetched, where it lands, and how it is bound to its own libraries.

Each set is fetched once, under a lock, into the shared software folder and reused by every instance, offline too.
"""

import fcntl
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local import debian
from local.env import pip_environment
from local.errors import CannotRunError
from local.place import REPOSITORY, require_disk, software_dir
from local.progress import say

MACHINES = {"x86_64": "manylinux_2_28_x86_64", "aarch64": "manylinux_2_28_aarch64"}
SERVER_PACKAGES = ["postgresql-17", "postgresql-17-timescaledb", "mosquitto"]
# Compilers for jit (off), scripting languages and account tools the bare servers never run.
SERVER_LEAVE_OUT = ("libllvm", "libz3", "perl", "libperl", "locales", "passwd_", "adduser_", "libc-l10n", "tzdata_")
BROWSER_PACKAGES = ["chromium", "fonts-noto-cjk", "fonts-dejavu-core"]
BROWSER_LEAVE_OUT = ("libc6_", "libc-bin", "perl", "libperl", "systemd", "locales", "adwaita", "tzdata_")
RECIPE = "2"  # raise when what is fetched or how it is bound changes; running instances keep the former folder


def servers_root() -> Path:
    """The folder with PostgreSQL 17, TimescaleDB and Mosquitto, fetched when absent."""
    return _ensure("servers", _fetch_servers, needed_bytes=1_200_000_000)


def router_bin() -> Path:
    """The folder with valhalla_service and valhalla_build_tiles, fetched when absent."""
    return _ensure("router", _fetch_router, needed_bytes=400_000_000) / "valhalla" / "bin"


def browser_root() -> Path:
    """The folder with Debian's chromium and Chinese fonts, fetched when absent."""
    return _ensure("browser", _fetch_browser, needed_bytes=2_000_000_000)


def postgres_bin(root: Path) -> Path:
    """The folder of postgres, initdb, psql, pg_dump and pg_restore."""
    return root / "usr/lib/postgresql/17/bin"


def openssl() -> Path:
    """The unpacked openssl program."""
    return servers_root() / "usr/bin/openssl"


def library_dirs(root: Path) -> list[Path]:
    """Where the shared libraries of an unpacked set are."""
    triplet = f"{platform.machine()}-linux-gnu"
    return [root / "usr/lib" / triplet, root / "lib" / triplet, root / "usr/lib"]


def _ensure(name: str, fetch: Callable[[Path], None], *, needed_bytes: int) -> Path:
    """The ready folder of a set. `ready` inside holds recipe and path: a moved clone fetches again."""
    folder = software_dir() / f"{name}-{RECIPE}"
    stamp = folder / "ready"
    wanted = f"{folder} {platform.machine()}\n"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.parent / f"{name}.lock"):
        if stamp.exists() and stamp.read_text() == wanted:
            return folder
        require_disk(folder.parent, needed_bytes)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        folder.chmod(0o755)
        say(f"fetching {name} into {folder} (first time only)")
        fetch(folder)
        stamp.write_text(wanted)
        say(f"{name} ready")
    return folder


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fetch_servers(folder: Path) -> None:
    debian.unpack(SERVER_PACKAGES, folder, SERVER_LEAVE_OUT)
    programs = [p for p in postgres_bin(folder).iterdir() if p.is_file() and not p.is_symlink()]
    programs += [folder / "usr/sbin/mosquitto", folder / "usr/bin/mosquitto_ctrl", folder / "usr/bin/openssl"]
    _bind(folder, programs)


def _bind(folder: Path, programs: list[Path]) -> None:
    """Point programs at the loader and libraries unpacked beside them.

    RPATH, not RUNPATH: only the former also serves the libraries' own libraries (libpq would fail).
    """
    patchelf = Path(sys.prefix) / "bin" / "patchelf"
    loader = next(
        (p for d in ("usr/lib64", "usr/lib", "lib64", "lib") for p in (folder / d).glob("ld-linux-*.so*")), None
    )
    if loader is None or not patchelf.exists():
        raise CannotRunError(f"the unpacked servers in {folder} cannot be bound: loader {loader}, patchelf {patchelf}")
    where = ":".join(str(d) for d in library_dirs(folder))
    for program in programs:
        with program.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        subprocess.run(
            [str(patchelf), "--set-interpreter", str(loader), "--force-rpath", "--set-rpath", where, str(program)],
            check=True,
        )


def _fetch_router(folder: Path) -> None:
    """The wheel is for one Python version, but the executables inside need no Python."""
    tag = MACHINES.get(platform.machine())
    if tag is None:
        raise CannotRunError(f"there is no router for {platform.machine()} machines; use docker compose")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "--no-deps"]
    command += ["--only-binary=:all:", "--python-version", "3.12", "--implementation", "cp", "--abi", "abi3"]
    command += ["--platform", tag, "--require-hashes", "-r", str(REPOSITORY / "requirements" / "router.lock")]
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=pip_environment()
    )
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise CannotRunError(f"the router could not be fetched: {reason[-1] if reason else 'pip failed'}")


def _fetch_browser(folder: Path) -> None:
    """From the machine's own suite, without its C library: the browser runs on the machine's."""
    debian.unpack(BROWSER_PACKAGES, folder, BROWSER_LEAVE_OUT, suite=debian.own_suite())
