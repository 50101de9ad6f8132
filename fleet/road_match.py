"""Laying recorded fixes on the roads they were driven on: the question to the router (Valhalla's `map_snap`), and its
answer as places with a confidence of each. Pure; `fleet.routing` does the talking.

The router names the most likely way through all fixes, and with `rivals` the next likely one with the cost of both under
its model (half the squared normal distance of every fix from its road, and turns). Where the two ways lie apart a fix is
on the first with the probability that the difference of their costs leaves: measured in what the receiver can tell, and
tempered because the errors of neighbouring fixes are not independent. Where they agree only the distance of the fix from
its road speaks against it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from fleet.geo import distance_m
from fleet.valhalla import MISREAD, Json, UnreadableAnswerError

UNSTATED_ACCURACY_M = 15.0  # of a fix whose receiver does not say: the middle of a city
LEAST_ACCURACY_M, MOST_ACCURACY_M = 5.0, 100.0  # what the router's model takes
MOST_RADIUS_M = 100.0  # service_limits.trace.max_search_radius of fleet.router_config
REACH = 4.0  # roads are looked for within so many times the accuracy, and at least ...
LEAST_RADIUS_M = 50.0
APART_M = 25.0  # two ways so far from each other are not one road
MODEL_SIGMA_M = 4.07  # sigma_z of fleet.router_config, in which the router measures; questions cannot change it
CORRELATED_FIXES = 5.0  # so many fixes in a row err alike
FAR_OFF = 3.0  # so many times its accuracy from the road a fix begins to speak against the match
RIVALS_FIXES = 90  # a question with rivals carries at most so many fixes: service_limits.trace.max_alternates_shape
FIXES_AT_MOST = 16_000  # service_limits.trace.max_shape


class RoadFix(NamedTuple):
    """A fix to be laid on a road. `accuracy_m` None: the receiver did not say."""

    at_ms: int
    lon: float
    lat: float
    accuracy_m: float | None = None


class RoadPlace(NamedTuple):
    """Where on the roads a fix lies, and how sure that is: 1 nobody doubts it, 0 there is no such road."""

    at_ms: int
    lon: float
    lat: float
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadMatch:
    """Fixes on their roads. `length_m` is driven on roads between the first and the last of them."""

    length_m: float
    places: tuple[RoadPlace, ...]

    @property
    def confidence(self) -> float:
        """Of the whole: the mean over its fixes."""
        return sum(place.confidence for place in self.places) / len(self.places) if self.places else 0.0


class NoMatch(StrEnum):
    """Why there is none."""

    REFUSED = "refused"  # the router knows no way along these fixes
    SILENT = "silent"  # no router answered: worth asking again


def match_question(fixes: Sequence[RoadFix], *, rivals: bool) -> Json:
    """Body of /trace_attributes; with `rivals` the next likely way is asked for as well."""
    body: Json = {
        "shape": [
            {"lon": round(fix.lon, 7), "lat": round(fix.lat, 7), "time": round((fix.at_ms - fixes[0].at_ms) / 1000)}
            for fix in fixes
        ],
        "costing": "auto",
        "units": "kilometers",
        "shape_match": "map_snap",
        "trace_options": {"search_radius": min(MOST_RADIUS_M, max(LEAST_RADIUS_M, REACH * _accuracy_m(fixes)))},
    }
    if rivals:
        body["best_paths"] = 2
    return body


def decode_match(answer: Any, fixes: Sequence[RoadFix]) -> RoadMatch:
    """The most likely way, weighed against the next one where the answer has it. Raises UnreadableAnswerError."""
    try:
        found = [_found(each) for each in answer["matched_points"]]
        if len(found) != len(fixes):
            raise ValueError("not as many points as fixes")
        others = answer.get("alternate_paths") or []
        rival = [_found(each) for each in others[0]["matched_points"]] if others else None
        margin = float(others[0]["raw_score"]) - float(answer["raw_score"]) if others else 0.0
        length_m = sum(float(edge["length"]) * 1000 for edge in answer["edges"])
    except MISREAD as error:
        raise UnreadableAnswerError(f"match answer: {error!r}") from error
    tempered = margin * (MODEL_SIGMA_M / _accuracy_m(fixes)) ** 2 / CORRELATED_FIXES
    first = 1 / (1 + math.exp(-min(500.0, max(0.0, tempered))))
    return RoadMatch(
        length_m=length_m,
        places=tuple(
            RoadPlace(fix.at_ms, *here[:2], _confidence(fix, here, rival[i] if rival else None, first))
            for i, (fix, here) in enumerate(zip(fixes, found, strict=True))
        ),
    )


def windows(fixes: Sequence[RoadFix], from_ms: int, to_ms: int) -> list[list[RoadFix]]:
    """The fixes of a span cut into questions with rivals, each reaching a little beyond what is asked of it."""
    inside = [i for i, fix in enumerate(fixes) if from_ms <= fix.at_ms <= to_ms]
    if not inside:
        return []
    first, last, step = max(0, inside[0] - 10), min(len(fixes), inside[-1] + 11), RIVALS_FIXES - 20
    return [list(fixes[at : at + RIVALS_FIXES]) for at in range(first, max(first + 1, last - 20), step)]


def _accuracy_m(fixes: Sequence[RoadFix]) -> float:
    """One figure for the router's model: the middle of what the fixes say."""
    said = sorted(_of(fix) for fix in fixes)
    return round(said[len(said) // 2], 1)


def _of(fix: RoadFix) -> float:
    return min(MOST_ACCURACY_M, max(LEAST_ACCURACY_M, fix.accuracy_m or UNSTATED_ACCURACY_M))


def _found(point: Any) -> tuple[float, float, bool]:
    """lon, lat, on a road. A matched place where the way breaks off is on none."""
    broken = bool(point.get("begin_route_discontinuity") or point.get("end_route_discontinuity"))
    return float(point["lon"]), float(point["lat"]), point["type"] != "unmatched" and not broken


def _confidence(
    fix: RoadFix, here: tuple[float, float, bool], rival: tuple[float, float, bool] | None, first: float
) -> float:
    if not here[2]:
        return 0.0
    off = distance_m(fix.lon, fix.lat, *here[:2]) / _of(fix)
    near = 1.0 if off <= FAR_OFF else math.exp(-0.5 * (off - FAR_OFF) ** 2)
    apart = rival is not None and (not rival[2] or distance_m(*here[:2], *rival[:2]) > APART_M)
    return round(near * (first if apart else 1.0), 3)
