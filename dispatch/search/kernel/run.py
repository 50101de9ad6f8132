"""The compiled search from Python's side: one search in one process, its plans as rows of keys."""

from __future__ import annotations

import ctypes
import time
from array import array
from collections.abc import Callable, Mapping, Sequence

from dispatch.search.fleet import Fleet, Key
from dispatch.search.kernel import library as c
from dispatch.search.kernel.tables import Tables, fits

Keys = dict[int, list[Key]]
WARM, COLD = 0.1, 0.0005  # of the average price of a request: how much dearer a plan may become, first and last
REPORTED_EVERY_S = 0.1


class Kernel:
    """A plan in the compiled search."""

    def __init__(self, tables: Tables, library: ctypes.CDLL, seed: int) -> None:
        self.tables, self._c = tables, library
        self._at = library.kernel_new(ctypes.byref(tables.layout), seed)

    def load(self, keys: Mapping[int, Sequence[Key]]) -> bool:
        """Begin with these routes; False when one of them does not hold here."""
        number_of = self.tables.number_of
        rows = [keys.get(vehicle_id, ()) for vehicle_id in self.tables.vehicle_ids]
        lengths = array("i", [len(row) for row in rows])
        tasks = array("i", [number_of[key] for row in rows for key in row] + [0])
        return bool(self._c.kernel_load(self._at, lengths.buffer_info()[0], tasks.buffer_info()[0]))

    def construct(self) -> None:
        self._c.kernel_construct(self._at)

    def improve(self, until: float, steps: int | None, report: Callable[[Keys], None]) -> None:
        """Go on until an instant of the monotonic clock or for so many steps; each better plan is reported."""
        all_steps, done = steps or 0, False
        while not done:
            report_at = time.monotonic() + REPORTED_EVERY_S
            state = self._c.kernel_run(self._at, until, report_at, all_steps, WARM, COLD)
            if state & c.BETTER:
                report(self.best())
            done = bool(state & c.DONE)

    def best(self) -> Keys:
        lengths = array("i", bytes(4 * len(self.tables.vehicle_ids)))
        tasks = array("i", bytes(4 * (len(self.tables.keys) + 1)))
        self._c.kernel_best(self._at, lengths.buffer_info()[0], tasks.buffer_info()[0])
        found, first = {}, 0
        for vehicle_id, length in zip(self.tables.vehicle_ids, lengths, strict=True):
            if length:
                found[vehicle_id] = [self.tables.keys[number] for number in tasks[first : first + length]]
            first += length
        return found

    @property
    def steps(self) -> int:
        return int(self._c.kernel_steps(self._at))


def is_compiled(fleet: Fleet) -> bool:
    """Whether there is a compiled search, and not too large a problem for it."""
    return c.library() is not None and bool(fleet.wishes) and fits(fleet)


def tables_of(fleet: Fleet) -> Tables | None:
    return Tables(fleet) if is_compiled(fleet) else None


def kernel(tables: Tables, seed: int) -> Kernel:
    library = c.library()
    if library is None:
        raise RuntimeError("the compiled search is gone")
    return Kernel(tables, library, seed)
