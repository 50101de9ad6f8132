"""Does a shape lie where its declared datum puts it? Pure: distances to the nearest road in, a warning out.

On a GCJ-02 map everything lies 300 to 700 m from where WGS 84 says it is. Borders of yards and lines along streets keep
near to roads, so the datum under which nearly all of them do is the likely one. Asked is how far nine points of ten are:
in the middle of a town half of any points lie near some road. This never refuses anything: it says what it saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from fleet.geo import Frame, distance_m, to_wgs84
from fleet.position import Datum

Points = Sequence[tuple[float, float]]
TRIED = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
ASKED_AT_MOST = 60  # points of a file the router is asked about, per datum
ENOUGH = 12  # points below which roads tell nothing
NEARLY_ALL = 0.9
FAR_M = 30.0  # the declared datum is doubted when it is this far from roads ...
CLEARLY = 0.5  # ... and another less than this share of it
SHIFT_M = (100.0, 2_000.0)
SAME_SHAPE = 0.9  # overlap of two versions above which one is the other, moved


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned:
    """`code` names the sentence, `params` fill it."""

    code: str
    params: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}


def readings_of(raw: Points, declared: Datum) -> dict[Datum, list[tuple[float, float]]]:
    """The same written points under each datum, in WGS 84; thinned evenly. CGCS2000 counts as WGS 84."""
    step = max(1, len(raw) // ASKED_AT_MOST)
    some = list(raw)[::step][:ASKED_AT_MOST]
    tried = dict.fromkeys((_plain(declared), *TRIED))
    return {datum: [to_wgs84(lon, lat, datum) for lon, lat in some] for datum in tried}


def against_roads(raw: Points, declared: Datum, off_road_m: Mapping[Datum, Sequence[float | None]]) -> Warned | None:
    """A warning when another datum puts the points clearly nearer to roads. `off_road_m` answers `readings_of`."""
    known = {datum: [far for far in found if far is not None] for datum, found in off_road_m.items()}
    mine = known.get(_plain(declared), [])
    others = {datum: far for datum, far in known.items() if datum is not _plain(declared) and len(far) >= ENOUGH}
    if len(mine) < ENOUGH or not others:
        return None
    likely = min(others, key=lambda datum: _nearly_all_m(others[datum]))
    as_declared_m, as_likely_m = _nearly_all_m(mine), _nearly_all_m(others[likely])
    if as_declared_m < FAR_M or as_likely_m > as_declared_m * CLEARLY:
        return None
    lon, lat = raw[0]
    shift_m = distance_m(*to_wgs84(lon, lat, declared), *to_wgs84(lon, lat, likely))
    params = {"declared": str(declared), "likely": str(likely), "shift_m": round(shift_m)}
    return Warned(
        code="off_roads", params={**params, "off_m": round(as_declared_m), "likely_off_m": round(as_likely_m)}
    )


def against_former(now: Mapping[str, Any], former: Mapping[str, Any]) -> Warned | None:
    """A warning when the shape is its own former version moved as a whole by what datums differ."""
    shape, before = (shapely.geometry.shape(dict(each)) for each in (now, former))
    if shape.area == 0 or before.area == 0:
        return None
    middle, was = shape.centroid, before.centroid
    moved_m = distance_m(middle.x, middle.y, was.x, was.y)
    if not SHIFT_M[0] <= moved_m <= SHIFT_M[1]:
        return None
    frame = Frame(lon=was.x, lat=was.y)
    back = shapely.transform(shape, lambda points: points - (middle.x - was.x, middle.y - was.y))
    mine, theirs = frame.shape_m(back), frame.shape_m(before)
    if mine.intersection(theirs).area < SAME_SHAPE * mine.union(theirs).area:
        return None
    return Warned(code="moved_whole", params={"shift_m": round(moved_m)})


def _nearly_all_m(far_m: Sequence[float]) -> float:
    return sorted(far_m)[int(len(far_m) * NEARLY_ALL)]


def _plain(datum: Datum) -> Datum:
    return Datum.WGS84 if datum is Datum.CGCS2000 else datum
