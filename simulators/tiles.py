"""Builds the router's tiles from an OSM extract with valhalla_build_tiles. Which folder that program is
in is told by FLEET_VALHALLA_BIN or an argument; without either it is looked for on the PATH.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from fleet.router_config import valhalla_config
from simulators.extract.pace import write_paced

PROGRAM = "valhalla_build_tiles"
LAST_LINES = 5  # of the program's own words, shown when it fails


class TilesNotBuiltError(Exception):
    """The tiles could not be built; the message holds the reason in one line."""


def build_tiles(pbf: Path, tile_dir: Path, *, bin_dir: Path | None = None) -> int:
    """Replaces the tiles in `tile_dir` and returns how many there are.

    The new tiles are made beside the old ones first: a failure leaves the old ones in place.
    """
    program = _program(bin_dir)
    if not pbf.is_file():
        raise TilesNotBuiltError(f"no such file: {pbf}")
    tile_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tile_dir.parent, prefix=".tiles-") as work:
        made = Path(work) / "tiles"
        made.mkdir()
        configuration = Path(work) / "valhalla.json"
        configuration.write_text(json.dumps(valhalla_config(made)), encoding="utf-8")
        paced = Path(work) / "paced.osm.pbf"
        _pace(pbf, paced)
        done = subprocess.run(
            [program, "-c", configuration, paced], capture_output=True, text=True, errors="replace", check=False
        )
        count = sum(1 for _ in made.rglob("*.gph"))
        if done.returncode != 0 or count == 0:
            raise TilesNotBuiltError(f"{PROGRAM} ended with {done.returncode}: {_last_words(done)}")
        made.chmod(0o755)
        if tile_dir.exists():
            shutil.rmtree(tile_dir)
        made.replace(tile_dir)
    return count


def _pace(pbf: Path, paced: Path) -> None:
    try:
        write_paced(pbf, paced)
    except RuntimeError as error:
        raise TilesNotBuiltError(f"{pbf} cannot be read as an OSM extract: {error}") from error


def _program(bin_dir: Path | None) -> Path:
    if bin_dir is not None:
        # Either the folder or the program itself.
        program = bin_dir / PROGRAM if bin_dir.is_dir() else bin_dir
        if not program.is_file():
            raise TilesNotBuiltError(f"FLEET_VALHALLA_BIN: no {PROGRAM} in {bin_dir}")
        return program
    found = shutil.which(PROGRAM)
    if found is None:
        raise TilesNotBuiltError(f"{PROGRAM} is not on the PATH and FLEET_VALHALLA_BIN is not set")
    return Path(found)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stdout + done.stderr).strip().splitlines()
    return " | ".join(lines[-LAST_LINES:])
