"""Where official trips go: picks plausible places, purposes and times for the scripted people.

Pure: the places of the city and the dice are arguments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from simulators.path import LonLat, distance_m

FROM_KINDS = frozenset({"office", "government"})
TO_KINDS = frozenset({"office", "government", "hospital", "school", "station", "market"})
PRIVATE_KINDS = frozenset({"restaurant", "scenic", "hotel", "residential", "market"})
NEAREST_M, FARTHEST_M = 900.0, 4_800.0
# Kind of purpose as the booking page has it, and what one would write.
PURPOSES = (
    ("meeting", "参加项目推进会"),
    ("meeting", "参加区级协调会"),
    ("inspection", "现场检查"),
    ("inspection", "基层调研走访"),
    ("documents", "送达机要文件"),
    ("reception", "车站接送公务来访人员"),
    ("training", "参加业务培训"),
    ("other", "办理公务事项"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A named place of the city."""

    name: str
    kind: str
    lon: float
    lat: float

    @property
    def lon_lat(self) -> LonLat:
        return (self.lon, self.lat)

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "lon": self.lon, "lat": self.lat}


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """A trip somebody needs."""

    origin: Spot
    destination: Spot
    purpose: str  # kind
    purpose_text: str
    passengers: int
    stay_s: float  # at the destination


def spots_of(city: Mapping[str, Any]) -> tuple[Spot, ...]:
    """The places of city.json."""
    return tuple(
        Spot(name=str(row["name"]), kind=str(row["kind"]), lon=float(row["lon"]), lat=float(row["lat"]))
        for row in city["places"]
    )


def official(spots: Sequence[Spot], rng: Random) -> Errand:
    """An errand between places of work, neither around the corner nor across the whole region."""
    origin = rng.choice(_of(spots, FROM_KINDS))
    purpose, purpose_text = rng.choice(PURPOSES)
    return Errand(
        origin=origin,
        destination=_within_reach(origin.lon_lat, _of(spots, TO_KINDS), rng),
        purpose=purpose,
        purpose_text=purpose_text,
        passengers=rng.choice((1, 1, 2, 2, 3, 4)),
        stay_s=rng.uniform(120.0, 420.0),
    )


def private(spots: Sequence[Spot], start: LonLat, rng: Random) -> Spot:
    """A place one would not go to on duty."""
    return _within_reach(start, _of(spots, PRIVATE_KINDS), rng)


def astray(spots: Sequence[Spot], line: Sequence[LonLat], rng: Random, away_m: float = 1_500.0) -> Spot | None:
    """A private place well off a planned route, yet near enough for an errand on the way; None if there is none."""
    thinned = line[:: max(1, len(line) // 60)]

    def off(spot: Spot) -> float:
        return min(distance_m(spot.lon_lat, point) for point in thinned)

    fitting = [spot for spot in _of(spots, PRIVATE_KINDS) if away_m < off(spot) < 2.5 * away_m]
    return rng.choice(fitting) if fitting else None


def _of(spots: Sequence[Spot], kinds: frozenset[str]) -> list[Spot]:
    """Places of these kinds; all places where the city has none of them."""
    return [spot for spot in spots if spot.kind in kinds] or list(spots)


def _within_reach(start: LonLat, spots: Sequence[Spot], rng: Random) -> Spot:
    near = [s for s in spots if NEAREST_M < distance_m(start, s.lon_lat) < FARTHEST_M]
    return rng.choice(near or [max(spots, key=lambda s: distance_m(start, s.lon_lat))])
