"""When what is killed, partitioned or cut: drawn beforehand from one seed, so a run can be done again."""

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Kill:
    """kill -9 of one program or server, some seconds after the last one was running again."""

    name: str
    after_s: float
    away_s: float  # how long it stays away


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """A time during which nothing passes."""

    after_s: float
    lasts_s: float
    resets: bool  # the connections are reset at the end, else they go on as if nothing had been


def kills(seed: int | str, names: list[str], count: int, *, after_s: tuple[float, float] = (1.0, 2.0)) -> list[Kill]:
    """So many kills, the names in turn."""
    rng = random.Random(f"kills {seed}")
    return [
        Kill(name=names[number % len(names)], after_s=rng.uniform(*after_s), away_s=rng.uniform(0.2, 1.0))
        for number in range(count)
    ]


def partitions(seed: int | str, count: int, *, shortest_s: float, longest_s: float, within_s: float) -> list[Partition]:
    """So many partitions, short ones as likely as long ones (log-uniform); the first is the shortest, the last the longest.

    Each begins at some time of `within_s` that lets it end inside.
    """
    rng = random.Random(f"partitions {seed}")
    spans = [math.exp(rng.uniform(math.log(shortest_s), math.log(longest_s))) for _ in range(count)]
    spans[0], spans[-1] = shortest_s, longest_s
    return [
        Partition(after_s=rng.uniform(0, within_s - span), lasts_s=span, resets=rng.random() < 0.5) for span in spans
    ]
