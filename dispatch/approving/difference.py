"""What a changed wish changes about what was approved. Pure.

Everything matters but what is named here; a passenger's name matters when it leaves one who decided as the only passenger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

# Who exactly rides, whom to call, and words for the driver: nothing an approval rests on. What the trip is for is not among them.
IMMATERIAL = frozenset({"passenger_ids", "contact_phone", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    field: str
    before: Any  # JSON values
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Field by field, of what `after` names; both JSON values."""
    return tuple(
        FieldChange(field=name, before=before.get(name), after=value)
        for name, value in after.items()
        if before.get(name) != value
    )


def matters(changes: Mapping[str, Any], decided: frozenset[UUID], passenger_ids: frozenset[UUID]) -> bool:
    """Whether an approval must be given again. `changes` by column, `passenger_ids` as they are afterwards."""
    if set(changes) - IMMATERIAL:
        return True
    return len(passenger_ids) == 1 and passenger_ids <= decided
