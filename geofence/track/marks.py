"""What the fold says against single fixes: given and taken back in event order, and what stands in the end.

A flag that only the fixes around can give (fleet.position.Quality: jump, parked drift, clock skew) is decided by the
same steps that decide what the vehicle did, so there is one definition of each. The fix itself is never changed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fleet.position import Quality

JUMP, PARKED_DRIFT, CLOCK_SKEW = Quality.JUMP.value, Quality.PARKED_DRIFT.value, Quality.CLOCK_SKEW.value


class Mark(NamedTuple):
    """A flag of the fixes in a closed span of the device's time; `stands` False takes it back."""

    from_ms: int
    to_ms: int
    flag: int  # one bit of Quality
    stands: bool = True


def settled(marks: Iterable[Mark]) -> tuple[list[Mark], Mapping[int, int]]:
    """What is taken back of flags given in an earlier run, and the flags by instant that stand at the end of this one.

    A flag is given to one instant at a time, and taken back only for instants before every one given later.
    """
    taken: list[Mark] = []
    flags: dict[int, int] = {}
    for mark in marks:
        if mark.stands:
            flags[mark.to_ms] = flags.get(mark.to_ms, 0) | mark.flag
            continue
        taken.append(mark)
        for at_ms in [each for each in flags if mark.from_ms <= each <= mark.to_ms]:
            flags[at_ms] &= ~mark.flag
    return taken, {at_ms: each for at_ms, each in flags.items() if each}
