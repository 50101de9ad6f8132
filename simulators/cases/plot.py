"""What a plot is: one way to break a rule, or to come near it, told on a day and with dice of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

from simulators.story import TOWN_HALL, Case, Scene
from simulators.streets import Town

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """`build` makes the case of a scene; its truth holds the labels of every rule, not of this one alone."""

    rule: str
    name: str
    positive: bool  # the rule must be found; else it must not
    days: Sequence[date]
    build: Callable[[Scene], Case]


def positive(rule: str, name: str, days: Sequence[date], build: Callable[[Scene], Case]) -> Plot:
    return Plot(rule=rule, name=name, positive=True, days=days, build=build)


def near(rule: str, name: str, days: Sequence[date], build: Callable[[Scene], Case]) -> Plot:
    return Plot(rule=rule, name=name, positive=False, days=days, build=build)


def scene(name: str, days: Sequence[date], seed: int) -> Scene:
    """The stage of a case: the same for the same seed and name, whatever else is made."""
    rng = Random(f"{seed}:{name}")
    return Scene(name=name, day=rng.choice(days), calendar=(), zone=ZONE, town=Town(hall=TOWN_HALL), rng=rng)


def told(plots: Sequence[Plot], count: int, seed: int) -> Iterator[Case]:
    """So many cases, the plots taking turns."""
    for number in range(count if plots else 0):
        plot = plots[number % len(plots)]
        kind = "positive" if plot.positive else "near"
        yield plot.build(scene(f"{plot.rule}-{kind}-{number + 1:03}-{plot.name}", plot.days, seed))
