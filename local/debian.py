"""Fetches Debian packages with their dependencies and unpacks them into a folder, without installing anything.

Uses the machine's own apt with private lists, archives and an empty status file, the mirror of the machine's own
sources and its Debian keyring, so signatures are checked as always. Works for any user.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from local.errors import CannotRunError
from local.progress import say

SUITE = "trixie"  # Debian 13: the first with TimescaleDB 2.17 or newer and Mosquitto 2.0.21
KNOWN_SUITES = {"bullseye", "bookworm", "trixie", "forky", "sid", "stable", "oldstable", "testing", "unstable"}
KEYRINGS = [
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
]
NOT_DEBIAN = (
    "This machine has no Debian apt with a Debian mirror, which the private servers are made from. "
    "Run the production shape instead: see docs/operations.md, `docker compose up`."
)
APT_CONF = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
Dir::Etc::SourceList "{work}/sources.list";
Dir::Etc::SourceParts "{work}/none";
Dir::Etc::Preferences "{work}/none/preferences";
Dir::Etc::PreferencesParts "{work}/none";
Dir::State::Lists "{work}/lists";
Dir::State::Status "{work}/status";
Dir::State::Extended_States "{work}/extended";
Dir::Cache "{work}/cache";
Dir::Cache::Archives "{work}/archives";
Dir::Log "{work}/log";
APT::Sandbox::User "";
APT::Install-Recommends "0";
APT::Install-Suggests "0";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "1";
"""
NOT_NEEDED = ("doc", "man", "info", "locale", "perl", "perl5", "lintian", "bug", "zoneinfo", "i18n")


def own_suite(os_release: Path = Path("/etc/os-release")) -> str:
    """The suite this machine runs, for software that uses the machine's own C library."""
    found = re.search(
        r"^VERSION_CODENAME=\"?(\w+)", os_release.read_text() if os_release.exists() else "", re.MULTILINE
    )
    return found[1] if found else SUITE


def mirrors(etc_apt: Path = Path("/etc/apt")) -> list[str]:
    """The Debian mirrors of this machine, in the order of its own sources (security mirrors excepted)."""
    found: list[str] = []
    lists = [etc_apt / "sources.list", *sorted((etc_apt / "sources.list.d").glob("*.list"))]
    for file in (f for f in lists if f.is_file()):
        for line in file.read_text().splitlines():
            words = re.sub(r"\[[^\]]*\]", "", line.split("#")[0]).split()
            if len(words) >= 4 and words[0] == "deb":
                found += _accept(words[1], words[2:3], words[3:])
    for file in sorted((etc_apt / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            fields = _fields(stanza)
            if "deb" in fields.get("types", []) and fields.get("enabled") != ["no"]:
                for uri in fields.get("uris", []):
                    found += _accept(uri, fields.get("suites", []), fields.get("components", []))
    return list(dict.fromkeys(found))


def _fields(stanza: str) -> dict[str, list[str]]:
    """A deb822 stanza as field name (lower case) -> words."""
    fields: dict[str, list[str]] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields.setdefault(name, []).extend(line.split())
        elif ":" in line:
            name, _, rest = line.partition(":")
            name = name.lower()
            fields[name] = rest.split()
    return fields


def _accept(uri: str, suites: list[str], components: list[str]) -> list[str]:
    """The address when it is a Debian main archive, not a third party's or the security archive."""
    return [uri] if KNOWN_SUITES.intersection(suites) and "main" in components else []


def unpack(packages: Iterable[str], into: Path, leave_out: tuple[str, ...] = (), suite: str = SUITE) -> None:
    """Fetch the packages of a suite and everything they depend on and unpack them into the folder `into`.

    Packages whose name starts with one of `leave_out` are not unpacked. Raises CannotRunError without apt or network.
    """
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None or not mirrors():
        raise CannotRunError(NOT_DEBIAN)
    work = into.with_name(into.name + ".apt")
    shutil.rmtree(work, ignore_errors=True)
    try:
        conf = _private_apt(work, suite)
        _apt(conf, "update", "-q")
        _download(conf, list(packages))
        debs = sorted((work / "archives").glob("*.deb"))
        say(f"unpacking {len(debs)} packages")
        for deb in debs:
            if not deb.name.startswith(leave_out):
                subprocess.run(["dpkg", "-x", str(deb), str(into)], check=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for name in NOT_NEEDED:
        shutil.rmtree(into / "usr/share" / name, ignore_errors=True)


def _private_apt(work: Path, suite: str) -> Path:
    for folder in ("lists/partial", "archives/partial", "cache", "none", "log"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    keyring = next((k for k in KEYRINGS if k.exists()), None)
    signed = f"[signed-by={keyring}] " if keyring else ""
    (work / "sources.list").write_text("".join(f"deb {signed}{uri} {suite} main\n" for uri in mirrors()[:1]))
    conf = work / "apt.conf"
    conf.write_text(APT_CONF.format(work=work))
    return conf


def _apt(conf: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "-c", str(conf), *arguments], check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise CannotRunError(
            "The Debian packages of the private servers could not be fetched (network needed the first time only): "
            + (reason[0] if reason else "apt-get failed")
        )


def _download(conf: Path, packages: list[str]) -> None:
    """Fetch the closure, saying now and then how far it is."""
    command = ["apt-get", "-c", str(conf), "install", "-y", "-q", "--download-only", *packages]
    total, fetched, last = 0, 0, ""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout or ():
            if counted := re.search(r"(\d+) newly installed", line):
                total = int(counted[1])
            if size := re.search(r"Need to get ([\d.,]+ \w+)", line):
                say(f"downloading {total} Debian packages, {size[1]}")
            if line.startswith("Get:"):
                fetched += 1
                if fetched % 40 == 0:
                    say(f"  {fetched} of {total}")
            last = line.strip() or last
    if running.returncode != 0:
        raise CannotRunError(f"The Debian packages could not be fetched: {last}")
