"""The stretch of time a routing model looks at: from before the first opening to after the last, counted from its start.

Instants may be seconds since 1970 and a matrix may write "no road" as a huge number; the model's own times stay small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.search.library.grid import Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    start_s: int
    length_s: int

    def inside(self, instant_s: int) -> int:
        """An instant on the model's clock, which stands still outside the span."""
        return min(max(0, instant_s - self.start_s), self.length_s)


def span(grid: Grid, rows: tuple[int, ...]) -> Span:
    """No useful begin is earlier than everything driven before the first opening, nor later than all after the last."""
    vehicles = [grid.problem.vehicles[row] for row in rows]
    hours = [vehicle.window for vehicle in vehicles if vehicle.window]
    is_bounded = len(hours) == len(vehicles)
    shift_s = max((window.end_s - window.start_s for window in hours), default=0)
    openings = [w.start_s for visit in grid.visits for task in visit.tasks for w in task.windows]
    openings += [window.start_s for window in hours]
    openings += [w.start_s for vehicle in vehicles for item in vehicle.breaks for w in item.windows]
    longest_s = _longest_s(grid, rows, shift_s if is_bounded else None)
    longest_s += max(sum(item.service_s for item in vehicle.breaks) for vehicle in vehicles)
    start_s = max(0, min(openings, default=0) - longest_s)
    end_s = max(openings, default=0) + longest_s
    if is_bounded:
        start_s = max(start_s, min(window.start_s for window in hours))
        end_s = min(end_s, max(window.end_s for window in hours))
    return Span(start_s=start_s, length_s=max(1, end_s - start_s))


def _longest_s(grid: Grid, rows: tuple[int, ...], shift_s: int | None) -> int:
    """All visits one after another, each left by its longest leg that fits into a shift."""
    depots = len(grid.depots)
    found = 0
    speeds = {id(duty.durations): duty for duty in (grid.duties[grid.problem.vehicles[row].id] for row in rows)}
    for duty in speeds.values():
        times = grid.times(duty)
        usable = times if shift_s is None else np.where(times > shift_s, 0, times)
        most = usable.max(axis=1)
        found = max(found, int(most[depots:].sum() + most[:depots].max()))
    return found
