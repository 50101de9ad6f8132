"""Draws the map background: cuts the features of an extract into vector tiles and packs them into one
PMTiles file that the browser reads by ranges. Pure Python; a city takes seconds, a province wants tilemaker.
"""

import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely.geometry.base import BaseGeometry

from simulators.extract.layers import LAYERS, MAX_ZOOM, MIN_ZOOM, Feature, Layer, Properties, features_of
from simulators.extract.osm import Extract

EXTENT = 4096  # units along a tile's edge
MARGIN = 96  # units beyond the edge, so that lines and outlines do not end visibly
TOLERANCE = 6.0  # units a simplified line may be off: less than half a pixel on a 512-pixel tile
SMALLEST_AREA = 500.0  # square units; smaller areas are left out below the largest zoom
ATTRIBUTION = "© OpenStreetMap contributors"  # of every real extract; whoever draws another place names its source

Geometries = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """What a basemap consists of."""

    tiles: int
    size_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sheet:
    """The features of one layer that show at one zoom, in units of that zoom's tiles."""

    layer: Layer
    geometries: Geometries
    properties: tuple[Properties, ...]
    tree: shapely.STRtree


def draw_basemap(extract: Extract, path: Path, attribution: str = ATTRIBUTION) -> Drawn:
    """Writes `path` anew; `attribution` is what every map drawn from it shows."""
    features = sorted(features_of(extract), key=lambda feature: LAYERS.index(feature.layer))
    geometries = np.array([feature.geometry for feature in features], dtype=object)
    bounds = tuple(float(edge) for edge in shapely.total_bounds(geometries))
    world = shapely.transform(geometries, _mercator)
    with path.open("wb") as file:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # pmtiles publishes no types
        tiles = 0
        for tile_id, content in sorted(_all_tiles(features, world)):
            writer.write_tile(tile_id, gzip.compress(content, mtime=0))
            tiles += 1
        writer.finalize(_header(bounds), _metadata(attribution))
    return Drawn(tiles=tiles, size_bytes=path.stat().st_size)


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Web Mercator with the world from 0 to 1, y down."""
    lat = np.radians(lonlat[:, 1])
    y = (1 - np.log(np.tan(lat) + 1 / np.cos(lat)) / math.pi) / 2
    return np.column_stack((lonlat[:, 0] / 360 + 0.5, y))


def _all_tiles(features: Sequence[Feature], world: Geometries) -> Iterator[tuple[int, bytes]]:
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        shown = [no for no, feature in enumerate(features) if feature.min_zoom <= zoom]
        sheets = list(_sheets(zoom, [features[no] for no in shown], world[shown]))
        for x, y in sorted({tile for sheet in sheets for tile in _tiles_touched(sheet.geometries)}):
            content = _tile(sheets, x, y)
            if content:
                yield zxy_to_tileid(zoom, x, y), content


def _sheets(zoom: int, features: Sequence[Feature], world: Geometries) -> Iterator[_Sheet]:
    scaled = shapely.transform(world, lambda xy: xy * (EXTENT * 2**zoom))
    simple = shapely.simplify(scaled, TOLERANCE if zoom < MAX_ZOOM else TOLERANCE / 3)
    areal = np.isin(shapely.get_type_id(simple), (3, 6))
    visible = ~areal | (shapely.area(simple) > (SMALLEST_AREA if zoom < MAX_ZOOM else 0))
    for layer, members in groupby(range(len(features)), key=lambda no: features[no].layer):
        kept = [no for no in members if visible[no] and not simple[no].is_empty]
        yield _Sheet(
            layer=layer,
            geometries=simple[kept],
            properties=tuple(features[no].properties for no in kept),
            tree=shapely.STRtree(simple[kept]),
        )


def _tiles_touched(geometries: Geometries) -> set[tuple[int, int]]:
    """Tiles whose square the bounding box of a geometry touches; empty ones are sorted out later."""
    edges = np.floor_divide(shapely.bounds(geometries), EXTENT).astype(int)
    return {
        (x, y)
        for west, north, east, south in set(map(tuple, edges.tolist()))
        for x in range(west, east + 1)
        for y in range(north, south + 1)
    }


def _tile(sheets: Sequence[_Sheet], x: int, y: int) -> bytes:
    west, north = x * EXTENT, y * EXTENT
    square = (west - MARGIN, north - MARGIN, west + EXTENT + MARGIN, north + EXTENT + MARGIN)
    layers = []
    for sheet in sheets:
        inside = np.sort(sheet.tree.query(shapely.box(*square)))
        cut = shapely.clip_by_rect(sheet.geometries[inside], *square)
        moved = shapely.transform(cut, lambda xy: np.round(xy - (west, north)))
        features = [
            {"geometry": part, "properties": sheet.properties[no]}
            for no, geometry in zip(inside, moved, strict=True)
            for part in _parts(geometry)
        ]
        if features:
            layers.append({"name": sheet.layer, "features": features})
    if not layers:
        return b""
    content: bytes = mapbox_vector_tile.encode(
        layers, default_options={"extents": EXTENT, "y_coord_down": True, "check_winding_order": True}
    )
    return content


def _parts(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """Single geometries: styles tell areas from lines by their type, and 'Multi' is not one of theirs."""
    for part in shapely.get_parts(geometry):
        if not part.is_empty and (part.geom_type == "Point" or part.length > 0):
            yield part


def _header(bounds: tuple[float, ...]) -> dict[str, object]:
    west, south, east, north = (round(edge * 1e7) for edge in bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": 12,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(attribution: str) -> dict[str, object]:
    return {
        "attribution": attribution,
        "vector_layers": [
            {"id": layer, "fields": {"class": "String", "name": "String", "name_en": "String"}} for layer in LAYERS
        ],
    }
