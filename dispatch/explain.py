"""Why a request stays unserved, and the smallest change that would serve it.

Nothing is guessed from the shape of the data: a limit is named only after lifting it was seen to help, and a
change is offered only after the request was inserted with it. First the request alone with each vehicle (then the
limits are to blame), then into the plan as it stands (then the vehicles are busy). Serving always counts more than
its cost, so no reason is ever that something was not worth it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dispatch.problem import Reason, Request, SmallestChange, Unassigned
from dispatch.search.fleet import Draft, Fleet
from dispatch.search.helping.alone import Alone
from dispatch.search.helping.changes import Case, added, longer_ride, more_room, raised, shifted
from dispatch.search.patience import Patience

# Shifts a dispatcher is offered first, in seconds: finer near the wish, then up to half a day.
SHIFTS_S = (300, 600, 900, 1_800, 2_700, 3_600, 5_400, 7_200, 10_800, 14_400, 21_600, 43_200)


def explain(fleet: Fleet, draft: Draft, patience: Patience) -> tuple[Unassigned, ...]:
    """Reason and smallest change for every request that waits; once patience is over reasons only.

    That nobody was free for it is said of requests that were tried with every vehicle, see insertion.fill.
    """
    waiting = [request for request in fleet.problem.requests if request.key in draft.waiting]
    alone = Alone(fleet)
    cases = [Case(fleet, draft, alone, request, patience) for request in waiting]
    verdicts = [_judge(case, alone) for case in cases]
    return tuple(
        Unassigned(
            request=request,
            reason=verdict.reason,
            smallest_change=_change(case, verdict) if patience.lasts() else None,
        )
        for case, request, verdict in zip(cases, waiting, verdicts, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    reason: Reason
    change: Callable[[], SmallestChange | None] | None = None  # how to look for what would help


def _change(case: Case, verdict: _Verdict) -> SmallestChange | None:
    """What suits the reason, else whatever other single change helps; None when none of all does."""
    suited = verdict.change() if verdict.change else None
    if suited is not None or not case.able:
        return suited
    kinds = {case.fleet.kind_of[vehicle.id]: vehicle for vehicle in reversed(case.fleet.problem.vehicles)}
    others = [vehicle for _, vehicle in sorted(kinds.items())]
    return shifted(case, SHIFTS_S) or longer_ride(case) or more_room(case) or raised(case) or added(case, others)


def _judge(case: Case, alone: Alone) -> _Verdict:
    request, vehicles = case.request, case.fleet.problem.vehicles
    if not case.able:
        skilled = any(request.skills <= vehicle.skills for vehicle in vehicles)
        reason = Reason.PINNED_CONFLICT if skilled else Reason.NO_VEHICLE_WITH_SKILL
        return _Verdict(reason=reason, change=lambda: added(case, vehicles))
    if not any(case.fits_alone(vehicle) for vehicle in case.able):
        return _blame_a_limit(case, alone)
    if request.pinned_vehicle is not None and case.fits_plan(replace(request, pinned_vehicle=None)):
        return _Verdict(reason=Reason.PINNED_CONFLICT, change=lambda: shifted(case, SHIFTS_S))
    return _Verdict(reason=Reason.ALL_BUSY, change=lambda: shifted(case, SHIFTS_S) or added(case, case.able))


def _blame_a_limit(case: Case, alone: Alone) -> _Verdict:
    """No vehicle could do it even alone: the first limit whose lifting is enough, else the first that is in the way
    even when all others are lifted."""
    lifts: dict[Reason, Callable[[], SmallestChange | None]] = {
        Reason.CAPACITY: lambda: more_room(case),
        Reason.RIDE_TIME: lambda: longer_ride(case),
        Reason.SHIFT: lambda: shifted(case, SHIFTS_S) or raised(case),
        Reason.TIME_WINDOW: lambda: shifted(case, SHIFTS_S),
    }
    for reason, change in lifts.items():
        if _fits_without(alone, case.request, {reason}):
            return _Verdict(reason=reason, change=change)
    for reason in (Reason.CAPACITY, Reason.TIME_WINDOW, Reason.RIDE_TIME, Reason.SHIFT):
        if not _fits_without(alone, case.request, lifts.keys() - {reason}):
            return _Verdict(reason=reason)
    return _Verdict(reason=Reason.TIME_WINDOW)


def _fits_without(alone: Alone, request: Request, lifted: set[Reason]) -> bool:
    """Could some vehicle do nothing but this request were these limits lifted?"""
    if Reason.TIME_WINDOW in lifted:
        request = _any_time(request)
    if Reason.RIDE_TIME in lifted:
        request = replace(request, max_ride_s=None)
    return alone.fits(request, is_free=Reason.SHIFT in lifted, is_roomy=Reason.CAPACITY in lifted)


def _any_time(request: Request) -> Request:
    return replace(request, tasks=tuple(replace(task, windows=()) for task in request.tasks))
