"""Builds `.venv/` from requirements/dev.lock; needs nothing but a bare python3 3.11 or newer: `python3 -m local.env`.

Does nothing (in well under a second) while lock, project file, place and Python's minor version are the ones it was built
for: another python3 on the PATH, or an update of the one it was built with, must not rebuild it beneath a running system.
Plain Debian's python3 has no ensurepip; then pip comes from Debian's own python3-pip-whl, unpacked, not installed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

from local import debian
from local.errors import CannotRunError
from local.progress import say

REPOSITORY = Path(__file__).resolve().parent.parent
ENVIRONMENT = REPOSITORY / ".venv"
LOCK = REPOSITORY / "requirements" / "dev.lock"
DEBIAN_WHEELS = Path("/usr/share/python-wheels")
SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
AUTHORITIES = ENVIRONMENT / "certificate-authorities.pem"
OLDEST = (3, 11)


def main() -> int:
    """Build the environment unless it is up to date; 1 with a reason when it cannot be built."""
    if sys.version_info < OLDEST:
        print(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    stamp = ENVIRONMENT / "built-for"
    wanted = fingerprint(LOCK.read_bytes(), (REPOSITORY / "pyproject.toml").read_text())
    if stamp.exists() and stamp.read_text() == wanted and _usable(ENVIRONMENT / "bin" / "python"):
        _compile()
        return 0
    try:
        _build()
    except (CannotRunError, subprocess.CalledProcessError) as reason:
        print(f"cannot build the environment: {reason}", file=sys.stderr)
        return 1
    stamp.write_text(wanted)
    _compile()
    say("environment ready")
    return 0


def fingerprint(lock: bytes, project: str, python: tuple[int, int] = sys.version_info[:2]) -> str:
    """Changes when the environment must be built again: not for the settings of ruff, mypy or pytest."""
    import tomllib  # from 3.11 on: an older Python gets a sentence from main, not a traceback

    about = tomllib.loads(project)
    parts = [about["build-system"], about["project"], about["tool"]["hatch"], python]
    return hashlib.sha256(lock + json.dumps([*parts, str(ENVIRONMENT)]).encode()).hexdigest()


def _build() -> None:
    say(f"building {ENVIRONMENT} (first time, or requirements changed)")
    python = ENVIRONMENT / "bin" / "python"
    (ENVIRONMENT / "built-for").unlink(missing_ok=True)
    if not _usable(python):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        venv.EnvBuilder(with_pip=False, symlinks=True).create(ENVIRONMENT)
        _give_pip(python)
    _install(python, "--require-hashes", "-r", str(LOCK))
    say("compiling them once")  # pip would do it on one core
    packages = [str(p) for p in (ENVIRONMENT / "lib").glob("python3*/site-packages")]
    for cores in (["-j", "0"], []):  # without shared memory only one core works; what is compiled is left alone
        done = subprocess.run(
            [str(python), "-m", "compileall", "-q", *cores, *packages], check=False, capture_output=True
        )
        if done.returncode == 0:
            break
    _install(python, "--no-deps", "--no-build-isolation", "-e", str(REPOSITORY))


def _compile() -> None:
    """The search for routes in C, unless this state of it is there; without it plans are searched in Python."""
    from dispatch.search.kernel import build as kernel  # `local` alone runs servers where nothing else is

    if kernel.compiled().exists():
        return
    say("compiling the search for routes")
    command = [str(ENVIRONMENT / "bin" / "python"), "-m", "dispatch.search.kernel.build"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=REPOSITORY, env=pip_environment())
    if done.returncode != 0:
        say(f"  not possible here, plans are searched more slowly: {(done.stdout + done.stderr).strip()[-300:]}")


def _usable(python: Path) -> bool:
    """Whether an environment with pip is there whose interpreter still starts, of the version that asks."""
    if not python.exists():
        return False
    question = "import pip, sys; print(*sys.version_info[:2])"
    done = subprocess.run([str(python), "-c", question], check=False, capture_output=True, text=True)
    return done.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _give_pip(python: Path) -> None:
    """Put pip into the environment: by ensurepip, or from the wheel Debian ships."""
    done = subprocess.run([str(python), "-m", "ensurepip"], check=False, capture_output=True)
    if done.returncode == 0:
        return
    folder, wheels = None, sorted(DEBIAN_WHEELS.glob("pip-*.whl"))
    if not wheels:
        say("this Python has no ensurepip: fetching pip from Debian's packages")
        folder = REPOSITORY / ".local" / "pip"
        shutil.rmtree(folder, ignore_errors=True)
        debian.unpack(["python3-pip-whl"], folder)
        wheels = sorted((folder / "usr/share/python-wheels").glob("pip-*.whl"))
    packages = next((ENVIRONMENT / "lib").glob("python3*")) / "site-packages"
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(packages)
    if folder is not None:
        _keep_authorities(folder / "usr/share/ca-certificates", packages / "pip/_vendor/certifi/core.py")
        shutil.rmtree(folder)


def _keep_authorities(unpacked: Path, certifi: Path) -> None:
    """Debian's pip looks for the machine's certificate authorities only; a bare machine has none: keep the fetched ones."""
    if not SYSTEM_AUTHORITIES.exists():
        AUTHORITIES.write_text("".join(file.read_text() for file in sorted(unpacked.rglob("*.crt"))))
        with certifi.open("a") as handle:
            handle.write(f"\n\ndef where():\n    return {str(AUTHORITIES)!r}\n")


def pip_environment() -> dict[str, str]:
    """What every run of pip is told."""
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}
    return {**quiet, **os.environ}


def _install(python: Path, *arguments: str) -> None:
    """Run pip install, saying which packages it fetches; its other words are shown only when it fails."""
    words: list[str] = []
    command = [str(python), "-m", "pip", "install", "--no-compile", "--progress-bar", "off", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=pip_environment(), cwd=REPOSITORY
    ) as running:
        fetched = 0
        for line in running.stdout or ():
            words.append(line)
            if re.match(r"\s+(Downloading|Using cached) ", line):
                fetched += 1
                if fetched % 20 == 0:
                    say(f"  {fetched} packages fetched")
            elif line.startswith("Installing collected"):
                say(f"installing {line.count(',') + 1} packages")
    if running.returncode != 0:
        sys.stderr.writelines(words[-15:])
        raise CannotRunError("pip failed (network needed the first time and when requirements change)")


if __name__ == "__main__":
    sys.exit(main())
