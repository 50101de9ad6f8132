"""How fast a car really gets along by day. Limits say little about a town full of lights and queues, and
the router believes limits; `maxspeed:practical` is the tag it believes more.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import osmium

PRACTICAL = "maxspeed:practical"

# km/h where nothing is signed, and the share of the limit that is made in town.
_LIMIT_AND_SHARE: dict[str, tuple[int, float]] = {
    "motorway": (100, 0.9), "trunk": (80, 0.72), "primary": (60, 0.58), "secondary": (50, 0.58),
    "tertiary": (40, 0.65), "unclassified": (40, 0.85), "residential": (30, 0.7), "living_street": (20, 0.7),
    "service": (15, 0.8),
}  # fmt: skip
# A primary or smaller road with a higher limit than this is in the open country and has no queues.
TOWN_LIMIT_KMH = 60
OPEN_ROAD_SHARE = 0.85


def practical_kmh(tags: Mapping[str, str]) -> int | None:
    """The day's speed on a road; None where no car drives or the map says it already."""
    road_class = tags.get("highway", "").removesuffix("_link")
    if road_class not in _LIMIT_AND_SHARE or PRACTICAL in tags:
        return None
    usual_kmh, share = _LIMIT_AND_SHARE[road_class]
    signed = re.fullmatch(r"\d+", tags.get("maxspeed", ""))
    limit_kmh = int(signed[0]) if signed else usual_kmh
    if limit_kmh > TOWN_LIMIT_KMH and road_class not in {"motorway", "trunk"}:
        share = OPEN_ROAD_SHARE
    return max(5, round(limit_kmh * share))


def write_paced(extract: Path, out: Path) -> None:
    """Copies an extract and adds the day's speed to its roads."""
    with osmium.SimpleWriter(str(out)) as writer:
        for thing in osmium.FileProcessor(str(extract)):
            if isinstance(thing, osmium.osm.Way) and "highway" in thing.tags:
                tags = {tag.k: tag.v for tag in thing.tags}
                speed_kmh = practical_kmh(tags)
                if speed_kmh is not None:
                    writer.add(thing.replace(tags={**tags, PRACTICAL: str(speed_kmh)}))
                    continue
            writer.add(thing)
