"""How far an order goes: by its planned path where the router knows it, else by straight lines lengthened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fleet.order import Order, OrderState
from fleet.travel import LonLat, guess_distance_m

# Its path was planned when it was booked, from its first place to its last; with a vehicle it begins and ends in the depot.
WITHOUT_DEPOT = frozenset(
    {OrderState.DRAFT, OrderState.SUBMITTED, OrderState.UNIT_APPROVED, OrderState.CENTRE_REVIEWED}
)


def trip_points(order: Order) -> list[LonLat]:
    """The places of the trip in order, back to the origin when the vehicle waits; empty when it names none."""
    if order.origin is None or order.destination is None:
        return []
    places = [order.origin, *order.stops, order.destination, *([order.origin] if order.round_trip else [])]
    return [(place.lon, place.lat) for place in places]


def trip_m(order: Order) -> float | None:
    """Metres from the first place to the last, there and back; None when it names no places."""
    points = trip_points(order)
    if not points:
        return None
    if order.route_distance_m is not None and order.route_source == "router" and order.state in WITHOUT_DEPOT:
        return order.route_distance_m
    return straight_m(points)


def planned_m(order: Order) -> float | None:
    """What is planned with at the least: never less than straight lines, which is what other trips are taken as."""
    points, own = trip_points(order), trip_m(order)
    return None if own is None else max(own, straight_m(points))


def straight_m(points: Sequence[LonLat]) -> float:
    return sum(guess_distance_m(a, b) for a, b in pairwise(points))
