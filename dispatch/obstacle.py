"""Why a vehicle or driver may not serve an order: a code and its figures. Texts live in the interface. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """A hard one holds for everybody; a soft one is shown to who assigns by hand and keeps out of proposals."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    hard: bool = True
