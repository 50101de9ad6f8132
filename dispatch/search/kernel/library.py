"""The compiled search: loaded when it is there, called through ctypes. Its places in memory belong to one process."""

from __future__ import annotations

import ctypes
from functools import lru_cache

from dispatch.search.kernel.build import compiled

BETTER, DONE = 1, 2

_i32, _i64, _real, _pointer = ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p


class Window(ctypes.Structure):
    _fields_ = (("start", _i64), ("end", _i64))


class Task(ctypes.Structure):
    _fields_ = (
        ("setup", _i64), ("service", _i64),
        ("request", _i32), ("kind", _i32), ("place", _i32), ("windows", _i32), ("window_count", _i32), ("unused", _i32),
    )  # fmt: skip


class Request(ctypes.Structure):
    _fields_ = (
        ("longest_ride", _i64), ("worth", _i64), ("first", _i32), ("last", _i32), ("exclusive", _i32), ("group", _i32),
    )  # fmt: skip


class Rest(ctypes.Structure):
    _fields_ = (("service", _i64), ("windows", _i32), ("window_count", _i32))


class Vehicle(ctypes.Structure):
    _fields_ = (
        ("per_second", _real), ("per_price", _real), ("per_worked", _real), ("fixed", _real),
        ("start_s", _i64), ("until_s", _i64),
        ("longest_travel", _i64), ("longest_distance", _i64), ("longest_duty", _i64),
        ("start", _i32), ("end", _i32), ("seconds", _i32), ("prices", _i32), ("metres", _i32),
        ("rests", _i32), ("rest_count", _i32), ("most_tasks", _i32), ("alike", _i32), ("unused", _i32),
    )  # fmt: skip


class Layout(ctypes.Structure):
    """The problem as `problem` in kernel.h."""

    _fields_ = (
        ("places", _i32), ("vehicles", _i32), ("requests", _i32),
        ("tasks", _i32), ("loads", _i32), ("by_vehicles", _i32),
        ("whole_tables", _pointer), ("price_tables", _pointer), ("windows", _pointer), ("tasks_of", _pointer),
        ("requests_of", _pointer), ("rests", _pointer), ("fleet", _pointer), ("amounts", _pointer),
        ("delivered", _pointer), ("collected", _pointer), ("capacities", _pointer), ("able", _pointer),
    )  # fmt: skip


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL | None:
    """None where it was not compiled, or for another machine or another state of its source."""
    try:
        found = ctypes.CDLL(str(compiled()))
        found.kernel_shape.restype = _i64
        found.kernel_new.restype = _pointer
        found.kernel_new.argtypes = (ctypes.POINTER(Layout), ctypes.c_uint64)
        found.kernel_load.argtypes = (_pointer, _pointer, _pointer)
        found.kernel_construct.argtypes = (_pointer,)
        found.kernel_run.argtypes = (_pointer, _real, _real, _i64, _real, _real)
        found.kernel_best.argtypes = (_pointer, _pointer, _pointer)
        found.kernel_steps.argtypes = (_pointer,)
        found.kernel_steps.restype = _i64
    except (OSError, AttributeError):
        return None
    return found if found.kernel_shape() == _shape() else None


def _shape() -> int:
    shape = 0
    for kind, factor in ((Vehicle, 1000), (Rest, 100), (Request, 100), (Task, 100), (Window, 1)):
        shape = shape * factor + ctypes.sizeof(kind) if kind is Window else (shape + ctypes.sizeof(kind)) * factor
    return shape
