"""The commands `city`, `tiles`, `basemap` and `import` of `python -m simulators`; `add_to` is called by
__main__. Each prints one JSON line about what it made; unusable input ends with code 2 and a reason.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from fleet.commandline import Arguments

DEFAULT_SEED = 1


def add_to(commands: "argparse._SubParsersAction[Arguments]") -> None:
    """Add this file's commands to the parser of `python -m simulators`."""
    city = commands.add_parser("city", help="grow the synthetic city: city.osm.pbf and city.json")
    city.add_argument("--out", type=Path, required=True, help="folder for both files")
    city.add_argument("--seed", type=int, default=DEFAULT_SEED)
    city.set_defaults(run=_grow_city)

    tiles = commands.add_parser("tiles", help="build the router's tiles from an OSM extract")
    tiles.add_argument("--pbf", type=Path, required=True)
    tiles.add_argument("--out", type=Path, required=True, help="folder of the tiles, replaced")
    _add_valhalla_bin(tiles)
    tiles.set_defaults(run=_build_tiles)

    basemap = commands.add_parser("basemap", help="draw the map background from an OSM extract")
    basemap.add_argument("--pbf", type=Path, required=True)
    basemap.add_argument("--out", type=Path, required=True, help="basemap.pmtiles, replaced")
    basemap.add_argument("--attribution", help="source shown on the map; OpenStreetMap's contributors when absent")
    basemap.set_defaults(run=_draw_basemap)

    imported = commands.add_parser("import", help="everything for a real place: tiles, basemap, city.json")
    imported.add_argument("pbf", type=Path)
    imported.add_argument("--out", type=Path, required=True, help="folder for all of it")
    imported.add_argument("--name", default="", help="what to call the city, when the extract does not say")
    _add_valhalla_bin(imported)
    imported.set_defaults(run=_import_extract)


def _add_valhalla_bin(parser: argparse.ArgumentParser) -> None:
    environ = os.environ.get("FLEET_VALHALLA_BIN", "")
    parser.add_argument(
        "--valhalla-bin",
        type=Path,
        default=Path(environ) if environ else None,
        help="folder of valhalla_build_tiles (FLEET_VALHALLA_BIN; else the PATH)",
    )


def _grow_city(arguments: argparse.Namespace) -> int:
    from simulators.city import grow, model, write

    started = time.monotonic()
    growth = grow.grow(Random(arguments.seed))
    arguments.out.mkdir(parents=True, exist_ok=True)
    write.write_pbf(growth, arguments.out / "city.osm.pbf")
    model.save(growth.city, arguments.out / "city.json")
    return _say(
        started,
        city=growth.city.name,
        seed=arguments.seed,
        road_pieces=len(growth.network.pieces),
        places=len(growth.city.places),
        districts=len(growth.city.districts),
    )


def _build_tiles(arguments: argparse.Namespace) -> int:
    from simulators.tiles import TilesNotBuiltError, build_tiles

    started = time.monotonic()
    try:
        count = build_tiles(arguments.pbf, arguments.out, bin_dir=arguments.valhalla_bin)
    except TilesNotBuiltError as error:
        return _refuse(error)
    return _say(started, tiles=count)


def _draw_basemap(arguments: argparse.Namespace) -> int:
    from simulators.extract.basemap import ATTRIBUTION, draw_basemap
    from simulators.extract.osm import UnreadableExtractError, read_extract

    started = time.monotonic()
    try:
        drawn = draw_basemap(read_extract(arguments.pbf), arguments.out, arguments.attribution or ATTRIBUTION)
    except UnreadableExtractError as error:
        return _refuse(error)
    return _say(started, tiles=drawn.tiles, bytes=drawn.size_bytes)


def _import_extract(arguments: argparse.Namespace) -> int:
    from simulators.city import model
    from simulators.extract.basemap import draw_basemap
    from simulators.extract.describe import describe
    from simulators.extract.osm import UnreadableExtractError, read_extract
    from simulators.tiles import TilesNotBuiltError, build_tiles

    started = time.monotonic()
    try:
        extract = read_extract(arguments.pbf)
        city = describe(extract, name=arguments.name or arguments.pbf.name.split(".")[0])
        arguments.out.mkdir(parents=True, exist_ok=True)
        model.save(city, arguments.out / "city.json")
        roads = arguments.out / "city.osm.pbf"
        if arguments.pbf.resolve() != roads.resolve():
            shutil.copyfile(arguments.pbf, roads)
        tiles = build_tiles(arguments.pbf, arguments.out / "tiles", bin_dir=arguments.valhalla_bin)
        drawn = draw_basemap(extract, arguments.out / "basemap.pmtiles")
    except (TilesNotBuiltError, UnreadableExtractError) as error:
        return _refuse(error)
    return _say(started, city=city.name, places=len(city.places), router_tiles=tiles, basemap_tiles=drawn.tiles)


def _say(started: float, **facts: Any) -> int:
    print(json.dumps({**facts, "seconds": round(time.monotonic() - started, 1)}, ensure_ascii=False))
    return 0


def _refuse(error: Exception) -> int:
    print(error, file=sys.stderr)
    return 2
