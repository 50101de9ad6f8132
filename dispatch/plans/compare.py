"""Two stored plans beside each other: which trips go differently, and what that is worth. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

MORE_IS_WORSE = ("unmet", "cost_s", "km", "empty_km", "late_s", "vehicles", "fairness", "overtime_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The vehicle and driver a plan gives to a trip."""

    vehicle_id: UUID
    plate: str
    driver_id: UUID
    driver_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """A trip that the two plans treat differently; None: it gets no vehicle there, or the plan does not speak of it."""

    order_id: UUID
    order_no: int | None = None  # as people call it; filled in by who may read orders
    one: Given | None = None
    other: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    figures: Mapping[str, tuple[float | None, float | None]]  # by name: of one, of the other; None: not known
    better: Mapping[str, str]  # which of them has the better figure: one, other, same
    different: tuple[Different, ...]
    same: int  # trips with the same vehicle and driver in both


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> Comparison:
    """Both as dispatch_plan keeps them: `plan` and `figures`."""
    mine, theirs = _given(one["plan"]["assignments"]), _given(other["plan"]["assignments"])
    ids = sorted(mine.keys() | theirs.keys(), key=str)
    differing = [key for key in ids if mine.get(key) != theirs.get(key)]
    names = sorted((one["figures"] or {}).keys() | (other["figures"] or {}).keys())
    pairs = {name: ((one["figures"] or {}).get(name), (other["figures"] or {}).get(name)) for name in names}
    return Comparison(
        figures=pairs,
        better={name: _better(*pairs[name]) for name in MORE_IS_WORSE if name in pairs},
        different=tuple(Different(order_id=key, one=mine.get(key), other=theirs.get(key)) for key in differing),
        same=len(ids) - len(differing),
    )


def _given(assignments: Sequence[Mapping[str, Any]]) -> dict[UUID, Given]:
    return {
        UUID(item["order_id"]): Given(
            vehicle_id=UUID(item["vehicle_id"]),
            plate=item["plate"],
            driver_id=UUID(item["driver_id"]),
            driver_name=item["driver_name"],
        )
        for item in assignments
    }


def _better(one: float | None, other: float | None) -> str:
    if one is None or other is None or one == other:
        return "same"
    return "one" if one < other else "other"
