"""Whether a place that was read off a tour also keeps what a tour does not know: limits of the vehicle, rides, breaks."""

from __future__ import annotations

from dispatch.problem import Square
from dispatch.search.timing import schedule
from dispatch.search.tour import NOWHERE, Offer, Tour
from dispatch.search.wish import EVER, Wish


def is_sure(tour: Tour, wish: Wish, place: Offer) -> bool:
    """Times were read off the tour: enough unless breaks, rides or limits of the vehicle ask for the whole route."""
    if tour.is_limited and not _keeps_limits(tour, wish, place):
        return False
    if not tour.is_strict and wish.longest_ride_s == EVER:
        return True
    return not _is_too_long(tour, wish, place) and schedule(tour.duty, tour.stops_with(wish, place)) is not None


def _keeps_limits(tour: Tour, wish: Wish, place: Offer) -> bool:
    """Driving time and metres with the request."""
    vehicle, distances = tour.duty.vehicle, tour.duty.matrix.distances
    longest_s, farthest_m = vehicle.max_travel_s, vehicle.max_distance_m
    if longest_s is not None and tour.sums()[0] + _added(tour, wish, place, tour.duty.durations) > longest_s:
        return False
    return farthest_m is None or not distances or tour.sums()[1] + _added(tour, wish, place, distances) <= farthest_m


def _added(tour: Tour, wish: Wish, place: Offer, table: Square) -> int:
    """What the legs through the request have more of a table than the legs they replace."""
    _, i, j = place
    if i < j:
        return _around(tour, i, wish.origin, wish.origin, table) + _around(tour, j, wish.end, wish.end, table)
    return _around(tour, i, wish.origin, wish.end, table) + (table[wish.origin][wish.end] if wish.tasks > 1 else 0)


def _around(tour: Tour, gap: int, origin: int, end: int, table: Square) -> int:
    """To one place and on from another, less the leg straight on; an idle vehicle has no such leg."""
    here, to = tour.at[gap], tour.at[gap + 1]
    added = table[here][origin] if here != NOWHERE else 0
    added += table[end][to] if to != NOWHERE else 0
    return added - (table[here][to] if tour.stops and here != NOWHERE and to != NOWHERE else 0)


def _is_too_long(tour: Tour, wish: Wish, place: Offer) -> bool:
    """Whether driving and work alone are already more than the longest duty or the rides on the way allow."""
    _, i, j = place
    durations = tour.duty.durations
    fetching_s = wish.service_s + (0 if tour.at[i] == wish.origin else wish.setup_s)
    bringing_s = 0
    if i < j:
        fetching_s += _around(tour, i, wish.origin, wish.origin, durations) - _saved_s(tour, i, wish.origin)
        bringing_s = wish.end_service_s + (0 if tour.at[j] == wish.end else wish.end_setup_s)
        bringing_s += _around(tour, j, wish.end, wish.end, durations) - _saved_s(tour, j, wish.end)
    else:
        fetching_s += _around(tour, i, wish.origin, wish.end, durations) - _saved_s(tour, i, wish.end)
        if wish.tasks > 1:
            fetching_s += wish.end_service_s + (0 if wish.origin == wish.end else wish.end_setup_s)
            fetching_s += durations[wish.origin][wish.end]
    if fetching_s > tour.spare_s(i) or bringing_s > tour.spare_s(j):
        return True
    longest_s = tour.duty.vehicle.max_duration_s
    return longest_s is not None and tour.sums()[2] + fetching_s + bringing_s > longest_s


def _saved_s(tour: Tour, gap: int, place: int) -> int:
    """Setup that the next stop may no longer need when the vehicle comes from its own place."""
    return tour.stops[gap][0].setup_s if gap < len(tour.stops) and tour.at[gap + 1] == place else 0
