"""The city of seed 1, grown once per test process: growing takes seconds."""

from functools import cache
from random import Random

from simulators.city.grow import Growth, grow


@cache
def grown() -> Growth:
    return grow(Random(1))
