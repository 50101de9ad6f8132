"""A request as its insertion sees it: plain numbers, read from the request once and tried in many routes."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.problem import Request, Row, Task, TaskKind, Window
from dispatch.search.duty import Stop

EVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is put into one gap: the first task, the last, or both."""

    origin: int
    end: int
    setup_s: int  # before it, when the vehicle comes from elsewhere
    work_s: int
    is_one_place: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The first and the last task of a request; a job's are the same."""

    request: Request
    key: tuple[TaskKind, int]
    first: Stop
    last: Stop
    origin: int  # places in the matrices
    end: int
    opens_s: int  # of the first task
    closes_s: int
    windows: tuple[Window, ...]
    end_windows: tuple[Window, ...]
    setup_s: int
    service_s: int
    end_setup_s: int
    end_service_s: int
    amount: Row  # aboard from pickup to delivery
    longest_ride_s: int
    tasks: int
    fetch: Part
    both: Part
    bring: Part


def wish_of(request: Request) -> Wish:
    first, last = request.tasks[0], request.tasks[-1]
    begin = (first, request)
    return Wish(
        request=request,
        key=request.key,
        first=begin,
        last=(last, request) if request.is_shipment else begin,
        origin=first.place.index,
        end=last.place.index,
        opens_s=first.windows[0].start_s if first.windows else 0,
        closes_s=_closes_s(first),
        windows=first.windows,
        end_windows=last.windows,
        setup_s=first.setup_s,
        service_s=first.service_s,
        end_setup_s=last.setup_s,
        end_service_s=last.service_s,
        amount=request.amount,
        longest_ride_s=EVER if request.max_ride_s is None else request.max_ride_s,
        tasks=len(request.tasks),
        fetch=_part(first, first),
        both=_part(first, last),
        bring=_part(last, last),
    )


def _part(first: Task, last: Task) -> Part:
    origin, end = first.place.index, last.place.index
    work_s = first.service_s
    if first is not last:
        work_s += last.service_s + (0 if origin == end else last.setup_s)
    return Part(origin=origin, end=end, setup_s=first.setup_s, work_s=work_s, is_one_place=first is last)


def _closes_s(task: Task) -> int:
    return task.windows[-1].end_s if task.windows else EVER
