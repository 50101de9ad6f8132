"""Asks for the ways of an order: the router between each two of its places, past tracks where it knows no roads there."""

from itertools import pairwise

from fleet.db import Connection
from fleet.routing import Router
from geofence.facts import JudgedOrder
from geofence.live.ways import TRACKS_AT_MOST, Ways, corridor, has_path, same_places
from geofence.mileage.store import drives
from geofence.store import stream, ways


async def ways_of(conn: Connection, router: Router, engine: str, order: JudgedOrder) -> tuple[Ways, str | None] | None:
    """The ways and the version of the roads; None when the router there is does not answer now: ask again later."""
    legs = list(pairwise(order.route_points))
    own = has_path(order)
    routes = [await router.alternates(*leg) for leg in legs]
    if all(each[0].source == "router" for each in routes):
        version = await router.data_version()
        others = tuple(route.geometry for each in routes for route in (each if own else each[1:]))
        if own:
            return Ways(source="router", lines=others), version
        whole = [point for each in routes for point in each[0].geometry]
        return Ways(source="router", lines=(tuple(whole), *others)), version
    if router.configured and not await router.alive():
        return None
    if own:
        return Ways(source="router", lines=()), None  # nothing beside its own path
    return await _past(conn, engine, order), None


async def _past(conn: Connection, engine: str, order: JudgedOrder) -> Ways:
    """The tracks of finished trips over the same places."""
    to = order.destination or order.route_points[-1]
    tracks: list[tuple[str, list[tuple[float, float]]]] = []
    for trip in await ways.past_trips(conn, order.id, to, order.start_ms):
        if len(tracks) == TRACKS_AT_MOST or not same_places(trip.places, order.route_points):
            continue
        bindings = await drives.bindings_of(conn, trip.vehicle_id)
        aside = await drives.set_aside(conn, trip.vehicle_id, trip.from_ms, trip.to_ms)
        places: list[tuple[float, float]] = []
        async for fixes in stream.spans(conn, engine, bindings, trip.from_ms, trip.to_ms):
            places += [(fix.lon, fix.lat) for fix in fixes if not fix.poor and fix.at_ms not in aside]
        tracks.append((trip.order_id, places))
    return corridor(tracks)
