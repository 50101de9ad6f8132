"""The base map: one PMTiles file the browser reads in byte ranges, and what its header says of itself."""

from dataclasses import dataclass
from pathlib import Path

from pmtiles.reader import MmapSource, Reader

BASEMAP_URL = "/tiles/basemap.pmtiles"
NO_ATTRIBUTION = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basemap:
    """One base map file."""

    path: Path
    center: tuple[float, float]  # lon, lat
    attribution: str


def read(path: Path | None) -> Basemap | None:
    """The configured base map; None without one, which the map page must bear."""
    if path is None or not path.is_file():
        return None
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))  # type: ignore[no-untyped-call]  # pmtiles publishes no types
        header, metadata = reader.header(), reader.metadata()  # type: ignore[no-untyped-call]
    center = (header["center_lon_e7"] / 1e7, header["center_lat_e7"] / 1e7)
    attribution = metadata.get("attribution", NO_ATTRIBUTION) if isinstance(metadata, dict) else NO_ATTRIBUTION
    return Basemap(path=path, center=center, attribution=str(attribution))
