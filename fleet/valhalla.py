"""The router's language: questions as JSON bodies and answers as our own values. Valhalla's HTTP
API is spoken nowhere else. Pure; `fleet.routing` does the talking.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fleet.travel import Leg, LonLat, Matrix, RoadPiece, RoadTrace, Route

Json = dict[str, Any]

# Valhalla refuses a shape longer than service_limits.trace.max_shape (see fleet.router_config).
TRACE_VERTICES_AT_MOST = 16_000


_LONGEST = 1e7  # seconds (four months) or kilometres: no drive on Earth is longer
MISREAD = (KeyError, TypeError, ValueError, IndexError, AttributeError)  # what an answer of another shape leads to


class UnreadableAnswerError(ValueError):
    """The router answered something this file does not understand."""


def decode_polyline6(text: str) -> tuple[LonLat, ...]:
    """The vertices of an encoded polyline with six decimals, as lon, lat.

    Raises UnreadableAnswerError when the text ends inside a number.
    """
    points: list[LonLat] = []
    lat = lon = 0
    at = 0
    while at < len(text):
        step, at = _signed_number(text, at)
        lat += step
        step, at = _signed_number(text, at)
        lon += step
        points.append((lon / 1e6, lat / 1e6))
    return tuple(points)


def _signed_number(text: str, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(text):
            raise UnreadableAnswerError("encoded polyline ends inside a number")
        chunk = ord(text[at]) - 63
        at += 1
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            return (~(value >> 1) if value & 1 else value >> 1), at


def encode_polyline6(points: Sequence[LonLat]) -> str:
    """The inverse of decode_polyline6, for questions that carry a path."""
    text: list[str] = []
    before = (0, 0)
    for lon, lat in points:
        here = (round(lat * 1e6), round(lon * 1e6))
        for value, last in zip(here, before, strict=True):
            step = value - last
            rest = ~(step << 1) if step < 0 else step << 1
            while rest >= 0x20:
                text.append(chr((0x20 | (rest & 0x1F)) + 63))
                rest >>= 5
            text.append(chr(rest + 63))
        before = here
    return "".join(text)


def route_question(points: Sequence[LonLat], *, alternates: int = 0) -> Json:
    """Body of /route through all points; alternates only make sense between two points."""
    body: Json = {
        "locations": [_location(point) for point in points],
        "costing": "auto",
        "units": "kilometers",
        "directions_type": "none",
    }
    if alternates:
        body["alternates"] = alternates
    return body


def matrix_question(origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Json:
    """Body of /sources_to_targets in its compact form."""
    return {
        "sources": [_location(point) for point in origins],
        "targets": [_location(point) for point in destinations],
        "costing": "auto",
        "units": "kilometers",
        "verbose": False,
    }


def trace_question(geometry: Sequence[LonLat], *, exact: bool) -> Json:
    """Body of /trace_attributes. `exact` when the path came from this router on these tiles."""
    return {
        "encoded_polyline": encode_polyline6(geometry),
        "costing": "auto",
        "units": "kilometers",
        "shape_match": "edge_walk" if exact else "map_snap",
    }


def locate_question(points: Sequence[LonLat]) -> Json:
    """Body of /locate: which of these points have a road at all."""
    return {
        "locations": [_location(point) for point in points],
        "costing": "auto",
        "verbose": False,
    }


def decode_routes(answer: Json) -> tuple[Route, ...]:
    """The best route first, then its alternates."""
    try:
        trips = [answer["trip"], *(other["trip"] for other in answer.get("alternates", ()))]
        return tuple(_decode_trip(trip) for trip in trips)
    except MISREAD as error:
        raise UnreadableAnswerError(f"route answer: {error!r}") from error


def decode_matrix(answer: Json, fallback: Matrix) -> Matrix:
    """The router's matrix; pairs it knows no path for are taken from `fallback` and marked.

    Raises UnreadableAnswerError unless there is a figure that can be driven, or none, for every pair asked.
    """
    try:
        seconds, kilometres = (answer["sources_to_targets"][name] for name in ("durations", "distances"))
        durations = _table(seconds, fallback.durations_s, 1)
        distances = _table(kilometres, fallback.distances_m, 1000)
    except MISREAD as error:
        raise UnreadableAnswerError(f"matrix answer: {error!r}") from error
    guessed = frozenset(
        (i, j)
        for i, rows in enumerate(zip(durations, distances, strict=True))
        for j, pair in enumerate(zip(*rows, strict=True))
        if None in pair
    )
    return Matrix(
        durations_s=_completed(durations, fallback.durations_s, guessed),
        distances_m=_completed(distances, fallback.distances_m, guessed),
        source="straight_line" if guessed else "router",
        guessed=guessed,
    )


def _table(rows: Any, shape: Sequence[Sequence[float]], unit: float) -> list[list[float | None]]:
    return [
        [None if value is None else _figure(value) * unit for value, _ in zip(row, asked, strict=True)]
        for row, asked in zip(rows, shape, strict=True)
    ]


def _completed(
    table: list[list[float | None]], fallback: Sequence[Sequence[float]], guessed: frozenset[tuple[int, int]]
) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(
            guess if value is None or (i, j) in guessed else value
            for j, (value, guess) in enumerate(zip(row, guesses, strict=True))
        )
        for i, (row, guesses) in enumerate(zip(table, fallback, strict=True))
    )


def _figure(value: Any) -> float:
    """Seconds or kilometres. Raises ValueError for what cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise ValueError(f"{value!r} is no time or distance")
    return float(value)


def decode_located(answer: Any) -> tuple[bool, ...]:
    """For each point of the question: is there a road to start from?"""
    try:
        return tuple(bool(found.get("edges")) for found in answer)
    except MISREAD as error:
        raise UnreadableAnswerError(f"locate answer: {error!r}") from error


def decode_off_road(answer: Any) -> tuple[LonLat | None, ...]:
    """For each point of the question: where it would meet the nearest road; None without one."""
    try:
        return tuple(
            (float(found["edges"][0]["correlated_lon"]), float(found["edges"][0]["correlated_lat"]))
            if found.get("edges")
            else None
            for found in answer
        )
    except MISREAD as error:
        raise UnreadableAnswerError(f"locate answer: {error!r}") from error


def decode_version(answer: Any) -> str:
    """The router's program and when its tiles were made, as one word for evidence."""
    try:
        made_at = datetime.fromtimestamp(int(answer["tileset_last_modified"]), UTC)
        return f"valhalla {answer['version']}, {made_at:%Y-%m-%dT%H:%M:%SZ}"
    except (*MISREAD, OverflowError, OSError) as error:
        raise UnreadableAnswerError(f"status answer: {error!r}") from error


def decode_trace(answer: Json) -> RoadTrace:
    """The road pieces under a path."""
    try:
        return RoadTrace(
            geometry=decode_polyline6(answer["shape"]),
            pieces=tuple(_decode_piece(edge) for edge in answer["edges"]),
        )
    except MISREAD as error:
        raise UnreadableAnswerError(f"trace answer: {error!r}") from error


def _location(point: LonLat) -> Json:
    return {"lon": round(point[0], 7), "lat": round(point[1], 7)}


def _decode_trip(trip: Json) -> Route:
    legs = tuple(
        Leg(
            distance_m=_figure(leg["summary"]["length"]) * 1000,
            duration_s=_figure(leg["summary"]["time"]),
            geometry=decode_polyline6(leg["shape"]),
        )
        for leg in trip["legs"]
    )
    geometry: list[LonLat] = []
    for leg in legs:
        geometry.extend(leg.geometry[1:] if geometry else leg.geometry)
    return Route(
        distance_m=sum(leg.distance_m for leg in legs),
        duration_s=sum(leg.duration_s for leg in legs),
        geometry=tuple(geometry),
        legs=legs,
        source="router",
    )


def _decode_piece(edge: Json) -> RoadPiece:
    limit = edge.get("speed_limit")
    return RoadPiece(
        begin_index=int(edge["begin_shape_index"]),
        end_index=int(edge["end_shape_index"]),
        length_m=float(edge["length"]) * 1000,
        speed_kmh=float(edge["speed"]),
        speed_limit_kmh=float(limit) if isinstance(limit, int | float) and limit else None,
        road_class=str(edge.get("road_class", "")),
        names=tuple(edge.get("names", ())),
        tunnel=bool(edge.get("tunnel", False)),
        bridge=bool(edge.get("bridge", False)),
    )
