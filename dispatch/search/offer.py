"""The cheapest place for a request in one tour.

Places are looked at in the order of what they cost at least, so that most are never checked; times and loads of
the others are read off the tour. Where those do not say everything, the whole route is timed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dispatch.search.breaks import opening
from dispatch.search.limits import is_sure
from dispatch.search.tour import NOWHERE, Offer, Tour
from dispatch.search.wish import Part, Wish

INFINITE = float("inf")


def offer(tour: Tour, wish: Wish) -> Offer | None:
    """Extra price and gaps of the cheapest place; None when there is none. Skills and pins are not looked at."""
    try:
        return tour.offers[wish.key]
    except KeyError:
        found = tour.offers[wish.key] = find(tour, wish)
        return found


def find(tour: Tour, wish: Wish) -> Offer | None:
    """The same, neither looked up nor kept: for a wish that is not quite the request's.

    The gaps are those not over before the first task's windows open, nor left only after they are closed.
    """
    most = tour.duty.vehicle.max_tasks
    if most is not None and len(tour.stops) + wish.tasks > most:
        return None
    last = bisect_right(tour.leaves, wish.closes_s)
    first = bisect_left(tour.late_same, wish.opens_s, 1) - 1
    if first >= last:
        return None
    if wish.first is wish.last:
        return _of_job(tour, wish, first, last)
    if wish.request.exclusive:
        return _of_exclusive(tour, wish, first, last)
    return _of_shipment(tour, wish, first, last)


def _of_job(tour: Tour, wish: Wish, first: int, last: int) -> Offer | None:
    best: Offer | None = None
    cheapest = INFINITE
    for i, extra in enumerate(_extras(tour, wish.fetch, first, last), start=first):
        if extra >= cheapest or tour.is_closed[i] or not _job_fits_loads(tour, wish, i):
            continue
        leave_s = _leave_first(tour, wish, i)
        if leave_s is None or not _goes_on(tour, i, wish.origin, leave_s):
            continue
        place = (extra, i, i)
        if is_sure(tour, wish, place):
            best, cheapest = place, extra
    return best


def _of_exclusive(tour: Tour, wish: Wish, first: int, last: int) -> Offer | None:
    """Pickup and delivery in one gap where nobody is aboard."""
    best: Offer | None = None
    cheapest = INFINITE
    for i, extra in enumerate(_extras(tour, wish.both, first, last), start=first):
        if extra < cheapest and tour.is_bare(i) and not tour.is_closed[i] and _has_room(tour, wish, i):
            place = (extra, i, i)
            leave_s = _leave_first(tour, wish, i)
            if leave_s is not None and _fits_together(tour, wish, i, leave_s) and is_sure(tour, wish, place):
                best, cheapest = place, extra
    return best


def _of_shipment(tour: Tour, wish: Wish, first: int, last: int) -> Offer | None:
    """By what a gap costs at least: for both tasks, or for the pickup and the cheapest delivery behind it."""
    n = len(tour.stops)
    both = _extras(tour, wish.both, first, last)
    fetch = _extras(tour, wish.fetch, first, last) if n else [INFINITE]
    bring = _extras(tour, wish.bring, first, n + 1)
    least_after = [INFINITE] * (n + 2)  # of the deliveries in a gap after this one
    for i in range(n, first, -1):
        least_after[i - 1] = min(least_after[i], bring[i - first])
    order = sorted((min(both[i - first], fetch[i - first] + least_after[i]), i) for i in range(first, last))
    best: Offer | None = None
    cheapest = INFINITE
    for least, i in order:
        if least >= cheapest:
            break
        if tour.is_closed[i] or not _has_room(tour, wish, i):
            continue
        leave_s = _leave_first(tour, wish, i)
        if leave_s is None:
            continue
        place = (both[i - first], i, i)
        if place[0] < cheapest and _fits_together(tour, wish, i, leave_s) and is_sure(tour, wish, place):
            best, cheapest = place, place[0]
        if fetch[i - first] + least_after[i] < cheapest:
            apart = _apart(tour, wish, i, leave_s, fetch[i - first], bring, first, cheapest)
            if apart is not None:
                best, cheapest = apart, apart[0]
    return best


def _extras(tour: Tour, part: Part, first: int, last: int) -> list[float]:
    """For each of these gaps what it costs more to take a part of a wish on the way there."""
    prices, at = tour.duty.prices, tour.at
    to_origin = [prices[here][part.origin] for here in at[first:last]]
    from_end = prices[part.end]
    onwards = [from_end[to] for to in at[first + 1 : last + 1]]
    if at[first] == NOWHERE:
        to_origin[0] = 0.0
    if at[last] == NOWHERE:
        onwards[-1] = 0.0
    own = 0.0 if part.is_one_place else prices[part.origin][part.end]
    if not tour.stops:
        own += tour.duty.price_fixed
    legs = zip(to_origin, onwards, tour.legs[first:last], strict=True)
    extras = [there + own + on - leg for there, on, leg in legs]
    if tour.duty.price_worked:
        _add_work(tour, part, first, extras)
    return extras


def _add_work(tour: Tour, part: Part, first: int, extras: list[float]) -> None:
    """Setup and service of the tasks, and the setup that a stop behind them now needs or no longer needs."""
    worth, at = tour.duty.price_worked, tour.at
    for i in range(first, first + len(extras)):
        here, to = at[i], at[i + 1]
        next_s = tour.stops[i][0].setup_s if i < len(tour.stops) else 0
        before_s = 0 if here == to else next_s
        after_s = 0 if part.end == to else next_s
        setup_s = 0 if here == part.origin else part.setup_s
        extras[i - first] += worth * (part.work_s + setup_s + after_s - before_s)


def _leave_first(tour: Tour, wish: Wish, i: int) -> int | None:
    """When the first task is done in a gap, at the earliest; None when its windows are over."""
    here = tour.at[i]
    clock = tour.leaves[i]
    if here != NOWHERE:
        clock += tour.duty.durations[here][wish.origin]
    begin_s = opening(clock, wish.windows) if wish.windows else clock
    if begin_s is None:
        return None
    return begin_s + wish.service_s + (0 if here == wish.origin else wish.setup_s)


def _leave_last(tour: Tour, wish: Wish, here: int, leave_s: int) -> int | None:
    clock = leave_s + tour.duty.durations[here][wish.end]
    begin_s = opening(clock, wish.end_windows) if wish.end_windows else clock
    if begin_s is None:
        return None
    return begin_s + wish.end_service_s + (0 if here == wish.end else wish.end_setup_s)


def _goes_on(tour: Tour, i: int, here: int, leave_s: int) -> bool:
    """Whether the rest of the tour behind a gap is in time when the vehicle leaves another place then."""
    to = tour.at[i + 1]
    if to == NOWHERE:
        return leave_s <= tour.late[i + 1]
    arrival_s = leave_s + tour.duty.durations[here][to]
    return arrival_s <= (tour.late_same[i + 1] if here == to else tour.late[i + 1])


def _fits_together(tour: Tour, wish: Wish, i: int, leave_s: int) -> bool:
    """Delivery straight after the pickup."""
    ride_s = tour.duty.durations[wish.origin][wish.end] + (0 if wish.origin == wish.end else wish.end_setup_s)
    if ride_s > wish.longest_ride_s:
        return False
    done_s = _leave_last(tour, wish, wish.origin, leave_s)
    return done_s is not None and _goes_on(tour, i, wish.end, done_s)


def _apart(
    tour: Tour, wish: Wish, i: int, leave_s: int, fetch: float, bring: list[float], first: int, cheapest: float
) -> Offer | None:
    """The cheapest delivery behind at least one more stop: the tour is driven on from the pickup, stop by stop."""
    durations, at, best = tour.duty.durations, tour.at, None
    here, clock, ridden_s = wish.origin, leave_s, 0
    for j in range(i + 1, len(tour.stops) + 1):
        to, task = at[j], tour.stops[j - 1][0]
        same = here == to
        leg_s = durations[here][to]
        clock += leg_s
        ridden_s += leg_s + task.service_s + (0 if same else task.setup_s)
        late_s = tour.late_same[j] if same else tour.late[j]
        if clock > late_s or ridden_s > wish.longest_ride_s or tour.is_closed[j] or not _has_room(tour, wish, j):
            return best
        begin_s = opening(clock, task.windows) if task.windows else clock
        if begin_s is None:
            return best
        clock = begin_s + task.service_s + (0 if same else task.setup_s)
        here = to
        extra = fetch + bring[j - first]
        if extra < cheapest and ridden_s + durations[here][wish.end] <= wish.longest_ride_s:
            done_s = _leave_last(tour, wish, here, clock)
            place = (extra, i, j)
            if done_s is not None and _goes_on(tour, j, wish.end, done_s) and is_sure(tour, wish, place):
                best, cheapest = place, extra
    return best


def _has_room(tour: Tour, wish: Wish, node: int) -> bool:
    """Room for the amount between this node and the next."""
    for load, amount, most in zip(tour.loads, wish.amount, tour.duty.capacity, strict=False):
        if load[node] + amount > most:
            return False
    return True


def _job_fits_loads(tour: Tour, wish: Wish, i: int) -> bool:
    """What it delivers is aboard from the start to here, what it collects from here to the end; never in an exclusive ride."""
    for load, given in ((tour.highest_before, wish.request.delivered), (tour.highest_after, wish.request.collected)):
        if any(most[i] + more > room for most, more, room in zip(load, given, tour.duty.capacity, strict=False)):
            return False
    if any(wish.request.delivered) and any(tour.is_closed[:i]):
        return False
    return not (any(wish.request.collected) and any(tour.is_closed[i:]))
