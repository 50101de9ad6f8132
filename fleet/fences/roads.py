"""Asks the router whether the shapes of a file lie where the declared datum puts them."""

from collections.abc import Sequence

from fleet.fences.files import Found
from fleet.fences.shift import ENOUGH, Warned, against_roads, readings_of
from fleet.position import Datum
from fleet.routing import Router


async def off_roads(router: Router, found: Sequence[Found], declared: Datum) -> Warned | None:
    """One warning for a whole file: its shapes come from one map. None without a router or with too few points."""
    raw = [point for each in found for point in each.raw]
    if len(raw) < ENOUGH:
        return None
    tried = readings_of(raw, declared)
    return against_roads(raw, declared, {datum: await router.off_road_m(points) for datum, points in tried.items()})
