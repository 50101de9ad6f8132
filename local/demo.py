"""The city of `make up`: grown once from nothing or taken from a real extract, made into router tiles and basemap, and seeded.

Every step is a command anyone can run by hand; a step is left out when what it makes is there.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.errors import CannotRunError
from local.place import REPOSITORY
from local.progress import say

ACCOUNTS_FILE = "demo-accounts.json"  # written by `python -m fleet seed --demo`


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """Where the pieces of the simulated city are."""

    folder: Path

    @property
    def description(self) -> Path:
        """Places, districts, tunnels."""
        return self.folder / "city.json"

    @property
    def roads(self) -> Path:
        """The road network as OSM PBF."""
        return self.folder / "city.osm.pbf"

    @property
    def tiles(self) -> Path:
        """The router's tiles."""
        return self.folder / "tiles"

    @property
    def basemap(self) -> Path:
        """The map background."""
        return self.folder / "basemap.pmtiles"

    @property
    def gazetteer(self) -> Path:
        """The names of places, roads and districts."""
        return self.folder / "gazetteer.bin"

    @property
    def origin(self) -> Path:
        """Which extract an imported city was made of; absent for the simulated one."""
        return self.folder / "imported-from.json"


def build_city(folder: Path, router_bin: Path, extract: Path | None = None) -> City:
    """Make what is missing of the city. `router_bin` holds valhalla_build_tiles.

    Raises CannotRunError when the folder holds another city than the extract's: vehicles, depots and orders live there.
    """
    city = City(folder=folder)
    tools = {"PATH": f"{router_bin}:{os.environ.get('PATH', '/usr/bin:/bin')}", "FLEET_VALHALLA_BIN": str(router_bin)}
    if extract is not None:
        _import(city, extract, tools)
    folder.mkdir(parents=True, exist_ok=True)
    if not (city.description.exists() and city.roads.exists()):
        say("building the simulated city")
        run("simulators", "city", "--out", str(folder))
    if not (city.tiles / "complete").exists():
        say("building the router's tiles")
        run("simulators", "tiles", "--pbf", str(city.roads), "--out", str(city.tiles), environment=tools)
        (city.tiles / "complete").touch()
    if not city.basemap.exists():
        say("building the basemap")
        part = city.basemap.with_name("basemap.part")
        source = () if city.origin.exists() else ("--attribution", "模拟城市 Simulated city")
        run("simulators", "basemap", "--pbf", str(city.roads), "--out", str(part), *source)
        part.replace(city.basemap)
    if not city.gazetteer.exists():
        say("collecting the names of places")
        source = () if city.origin.exists() else ("--attribution", "模拟城市 Simulated city")
        run("fleet", "gazetteer", "build", "--pbf", str(city.roads), "--out", str(city.gazetteer), *source)
    return city


def _import(city: City, extract: Path, tools: dict[str, str]) -> None:
    """Fill the folder from a real OpenStreetMap extract; nothing to do when it was made of this very one."""
    try:
        origin = {"extract": extract.name, "sha256": hashlib.sha256(extract.read_bytes()).hexdigest()}
    except OSError as error:
        raise CannotRunError(f"EXTRACT: {extract}: {error.strerror}") from None
    if city.description.exists():
        if not city.origin.exists() or json.loads(city.origin.read_text())["sha256"] != origin["sha256"]:
            raise CannotRunError(f"{city.folder} holds another city; give {extract.name} a FLEET_STATE_DIR of its own")
        return
    say(f"importing {extract.name}")
    part = city.folder.with_name("city.part")
    shutil.rmtree(part, ignore_errors=True)
    run("simulators", "import", str(extract), "--out", str(part), environment=tools)
    (part / "tiles" / "complete").touch()
    (part / city.origin.name).write_text(json.dumps(origin))
    shutil.rmtree(city.folder, ignore_errors=True)
    part.rename(city.folder)


def seed(city: City, environment: dict[str, str]) -> None:
    """Create the demo's units, people and vehicles once, and (every time) the locators' accounts at the broker."""
    run("fleet", "seed", "--demo", "--city", str(city.description), environment=environment)


def accounts(state: Path) -> str:
    """The demo accounts as a small table: one login per role and their password."""
    found = json.loads((state / ACCOUNTS_FILE).read_text(encoding="utf-8"))
    by_role = {account["role"]: account for account in reversed(found)}
    rows = sorted(by_role.values(), key=found.index)
    lines = [f"    {one['login']:<12} {one['role']:<16} {one['name']}" for one in rows]
    return "\n".join(["  Demo accounts, password " + rows[0]["password"], *lines, ""])


def run(program: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run one command of ours to its end and return what it printed. Raises CannotRunError with its last words."""
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        check=False,
        cwd=REPOSITORY,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()[-3:]
        raise CannotRunError(f"python -m {program} {arguments[0]} failed: {' | '.join(words)}")
    return done.stdout
