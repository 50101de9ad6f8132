"""The simulated city of `make up`: built once from nothing, imported into router tiles and basemap, and seeded.

Every step is a command anyone can run by hand; a step is left out when what it makes is there.
"""

import json
import os
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


def build_city(folder: Path, router_bin: Path) -> City:
    """Make what is missing of the city. `router_bin` holds valhalla_build_tiles."""
    city = City(folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    tools = {"PATH": f"{router_bin}:{os.environ.get('PATH', '/usr/bin:/bin')}", "FLEET_VALHALLA_BIN": str(router_bin)}
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
        run(
            "simulators",
            "basemap",
            "--pbf",
            str(city.roads),
            "--out",
            str(part),
            "--attribution",
            "模拟城市 Simulated city",
        )
        part.replace(city.basemap)
    return city


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
