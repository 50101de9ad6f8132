"""Asks the router (Valhalla over HTTP) how to drive from here to there. Whatever goes wrong with
it - not configured, down, slow, no path - the answer is the straight-line guess and says so in
`source`; callers never see a transport error and never wait longer than the time-out.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
import numpy as np
import structlog

from fleet import road_match, valhalla
from fleet.geo import distance_m
from fleet.known_ways import KnownWays, figures, gaps
from fleet.road_match import NoMatch, RoadFix, RoadMatch, RoadPlace
from fleet.travel import (
    Leg,
    LonLat,
    Matrix,
    RoadPiece,
    RoadTrace,
    Route,
    guess_distance_m,
    guess_duration_s,
    straight_matrix,
    straight_route,
)

__all__ = ["Leg", "LonLat", "Matrix", "NoMatch", "RoadMatch", "RoadPiece", "RoadTrace", "Route", "Router"]

log = structlog.get_logger(__name__)

DEFAULT_TIMEOUT_S = 5.0


class _NoAnswerError(Exception):
    """The router gave no usable answer; the message says why. Never leaves this file."""


class _RefusedError(_NoAnswerError):
    """The router understood and refused: no road near a point, or no path."""


class Router:
    """A client of one router. Use it as an async context manager, one per event loop.

    `base_url` None or empty means there is no router: every answer is a straight-line guess.
    """

    def __init__(
        self,
        base_url: str | None,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout_s = timeout_s
        self._known = KnownWays(clock)
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_s, trust_env=False) if base_url else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def configured(self) -> bool:
        """There is one to ask, whether or not it answers."""
        return self._http is not None

    async def close(self) -> None:
        """Give the connections back."""
        if self._http is not None:
            await self._http.aclose()

    async def route(self, points: Sequence[LonLat]) -> Route:
        """The quickest drive through all points in this order (two or more)."""
        return (await self._routes(points, alternates=0))[0]

    async def alternates(self, origin: LonLat, destination: LonLat, *, count: int = 2) -> tuple[Route, ...]:
        """The quickest drive and up to `count` clearly different ones, quickest first."""
        return await self._routes((origin, destination), alternates=count)

    async def matrix(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Matrix:
        """Travel times and distances between all pairs; what it told within the hour is not asked again.

        Points without a road near them are guessed pair by pair; the others stay the router's.
        """
        if self._http is None or not origins or not destinations:
            return straight_matrix(origins, destinations)
        seconds, metres = self._known.table(origins, destinations)
        questions = list(gaps(seconds))
        parts = await asyncio.gather(
            *(self._told([origins[i] for i in rows], [destinations[j] for j in columns]) for rows, columns in questions)
        )
        for (rows, columns), part in zip(questions, parts, strict=True):
            if part is not None:
                self._known.keep([origins[i] for i in rows], [destinations[j] for j in columns], part)
                where = np.ix_(rows, columns)
                seconds[where], metres[where] = figures(part)
        guessed = [(int(i), int(j)) for i, j in np.argwhere(~np.isfinite(seconds))]
        for i, j in guessed:
            metres[i, j] = guess_distance_m(origins[i], destinations[j])
            seconds[i, j] = guess_duration_s(float(metres[i, j]))
        return Matrix(
            durations_s=tuple(map(tuple, seconds.tolist())),
            distances_m=tuple(map(tuple, metres.tolist())),
            source="straight_line" if guessed else "router",
            guessed=frozenset(guessed),
        )

    async def _told(self, origins: Sequence[LonLat], destinations: Sequence[LonLat]) -> Matrix | None:
        """What the router says, with guesses where it knows no path; None when it kept silent."""
        guess = straight_matrix(origins, destinations)
        try:
            try:
                return await self._matrix(origins, destinations, guess)
            except _RefusedError:
                return await self._matrix_of_reachable(origins, destinations, guess)
        except (_NoAnswerError, valhalla.UnreadableAnswerError) as error:
            self._note("matrix", error)
            return None

    async def trace(self, geometry: Sequence[LonLat], *, exact: bool = True) -> RoadTrace | None:
        """The road pieces (speed, limit, tunnel, name) under a path; None when it cannot be laid
        on the network or there is no router. `exact` for a path this router gave before.
        """
        try:
            answer = await self._ask("/trace_attributes", valhalla.trace_question(geometry, exact=exact))
            return valhalla.decode_trace(answer)
        except (_NoAnswerError, valhalla.UnreadableAnswerError) as error:
            self._note("trace", error)
            return None

    async def match(self, fixes: Sequence[RoadFix]) -> RoadMatch | NoMatch:
        """The roads these fixes (two or more, in order of time) were driven on, and how long they are."""
        body = road_match.match_question(fixes[: road_match.FIXES_AT_MOST], rivals=False)
        return await self._matched(body, fixes[: road_match.FIXES_AT_MOST])

    async def weighed(self, fixes: Sequence[RoadFix], from_ms: int, to_ms: int) -> tuple[RoadPlace, ...] | NoMatch:
        """Where on the roads the fixes of a span lie, each weighed against the next likely way."""
        places: dict[int, RoadPlace] = {}
        for window in road_match.windows(fixes, from_ms, to_ms):
            found = await self._matched(road_match.match_question(window, rivals=True), window)
            if found is NoMatch.REFUSED:  # Valhalla refuses as well where there is no second way
                found = await self._matched(road_match.match_question(window, rivals=False), window)
            if found is NoMatch.SILENT:
                return found
            told = found.places if isinstance(found, RoadMatch) else _nowhere(window)
            places |= {each.at_ms: each for each in told if each.at_ms not in places or found is not NoMatch.REFUSED}
        return tuple(places[at_ms] for at_ms in sorted(places) if from_ms <= at_ms <= to_ms)

    async def data_version(self) -> str | None:
        """Which roads it answers from: its program and when its tiles were made; None when it does not say."""
        try:
            return valhalla.decode_version(await self._ask("/status", {}))
        except (_NoAnswerError, valhalla.UnreadableAnswerError):
            return None

    async def off_road_m(self, points: Sequence[LonLat]) -> tuple[float | None, ...]:
        """How far each point is from the nearest road; None without a road or without an answer."""
        if not points:
            return ()
        try:
            met = valhalla.decode_off_road(await self._ask("/locate", valhalla.locate_question(points)))
        except (_NoAnswerError, valhalla.UnreadableAnswerError) as error:
            self._note("locate", error)
            return (None,) * len(points)
        return tuple(
            None if road is None else distance_m(*point, *road) for point, road in zip(points, met, strict=False)
        )

    async def alive(self) -> bool:
        """Does the router answer at all? For health checks."""
        try:
            await self._ask("/status", {})
        except _NoAnswerError:
            return False
        return True

    def _note(self, question: str, error: Exception) -> None:
        """A guess is worth a line in the log unless there is no router at all, which is somebody's choice."""
        if self._http is None:
            return
        if isinstance(error, _RefusedError):
            log.info("router_refused", question=question, reason=str(error))
        else:
            log.warning("router_silent", question=question, reason=str(error))

    async def _routes(self, points: Sequence[LonLat], *, alternates: int) -> tuple[Route, ...]:
        if len(points) < 2:
            raise ValueError("a route needs at least two points")
        try:
            answer = await self._ask("/route", valhalla.route_question(points, alternates=alternates))
            return valhalla.decode_routes(answer)
        except (_NoAnswerError, valhalla.UnreadableAnswerError) as error:
            self._note("route", error)
            return (straight_route(points),)

    async def _matched(self, question: dict[str, Any], fixes: Sequence[RoadFix]) -> RoadMatch | NoMatch:
        try:
            return road_match.decode_match(await self._ask("/trace_attributes", question), fixes)
        except _RefusedError:
            return NoMatch.REFUSED
        except (_NoAnswerError, valhalla.UnreadableAnswerError) as error:
            self._note("match", error)
            return NoMatch.SILENT

    async def _matrix(self, origins: Sequence[LonLat], destinations: Sequence[LonLat], guess: Matrix) -> Matrix:
        answer = await self._ask("/sources_to_targets", valhalla.matrix_question(origins, destinations))
        try:
            return valhalla.decode_matrix(answer, guess)
        except valhalla.UnreadableAnswerError as error:
            raise _NoAnswerError(str(error)) from error

    async def _matrix_of_reachable(
        self, origins: Sequence[LonLat], destinations: Sequence[LonLat], guess: Matrix
    ) -> Matrix:
        """One point off the map makes the router refuse the whole question: ask without it."""
        rows = await self._on_road(origins)
        columns = await self._on_road(destinations)
        if not rows or not columns:
            return guess
        part = await self._matrix(
            [origins[i] for i in rows],
            [destinations[j] for j in columns],
            straight_matrix([origins[i] for i in rows], [destinations[j] for j in columns]),
        )
        return guess.with_part(part, rows, columns)

    async def _on_road(self, points: Sequence[LonLat]) -> list[int]:
        answer = await self._ask("/locate", valhalla.locate_question(points))
        return [i for i, found in enumerate(valhalla.decode_located(answer)) if found]

    async def _ask(self, path: str, question: dict[str, Any]) -> Any:
        if self._http is None:
            raise _NoAnswerError("no router configured")
        try:
            async with asyncio.timeout(self._timeout_s):  # httpx limits each phase, not the sum
                response = await self._http.post(path, json=question)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _NoAnswerError(f"{type(error).__name__}: {error}") from error
        if response.status_code == httpx.codes.BAD_REQUEST:
            raise _RefusedError(response.text[:200])
        if response.status_code != httpx.codes.OK:
            raise _NoAnswerError(f"HTTP {response.status_code}")
        try:
            return response.json()
        except ValueError as error:
            raise _NoAnswerError("answer is not JSON") from error


def _nowhere(fixes: Sequence[RoadFix]) -> tuple[RoadPlace, ...]:
    """No road explains these fixes."""
    return tuple(RoadPlace(fix.at_ms, fix.lon, fix.lat, 0.0) for fix in fixes)
