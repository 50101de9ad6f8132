"""All plots, by the rule they examine."""

from collections.abc import Iterator, Sequence

from simulators.cases.plot import Plot, told
from simulators.cases.plots import device, driving, hours, orders, overrun, places, route, standing
from simulators.story import Case

PLOTS: tuple[Plot, ...] = (
    *orders.PLOTS,
    *hours.PLOTS,
    *route.PLOTS,
    *overrun.PLOTS,
    *places.PLOTS,
    *standing.PLOTS,
    *driving.PLOTS,
    *device.PLOTS,
)
RULES: tuple[str, ...] = tuple(sorted({plot.rule for plot in PLOTS}))


def examination(rules: Sequence[str], positives: int, near_misses: int, seed: int) -> Iterator[Case]:
    """For each rule so many cases in which it must be found, and so many in which it must not."""
    for rule in rules:
        plots = [plot for plot in PLOTS if plot.rule == rule]
        yield from told([plot for plot in plots if plot.positive], positives, seed)
        yield from told([plot for plot in plots if not plot.positive], near_misses, seed)
