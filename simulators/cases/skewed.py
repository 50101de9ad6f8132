"""F08: honest trips told by clocks that are minutes or hours off. Nothing may be suspected; `undetermined` is right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from simulators.cases.days import WORKDAYS
from simulators.cases.disturbance import PLAIN, USUAL, heard
from simulators.cases.plot import scene
from simulators.cases.plots.orders import MINUTE, daytime
from simulators.cases.trip import HOUR, case, ordered
from simulators.story import Case

LEAST_MIN, MOST_MIN = 3.0, 720.0


def corpus(size: int, seed: int) -> Iterator[Case]:
    """Ordered daytime trips whose locator's clock is early or late by 3 minutes to 12 hours."""
    among = (PLAIN, *(each for each in USUAL if each.repeated or each.canyon))
    for number in range(size):
        stage = scene(f"skewed-{number + 1:04}", WORKDAYS, seed)
        rng = stage.rng
        trip = daytime(stage)
        off = rng.choice((-1, 1)) * LEAST_MIN * (MOST_MIN / LEAST_MIN) ** rng.random() * MINUTE
        disturbance = rng.choice(among)
        model = replace(disturbance.model, clock_ahead_s=off / timedelta(seconds=1))
        during = (trip.leaves_at - HOUR, trip.home_at + HOUR)
        arrivals = heard(trip.day, during, rng, replace(disturbance, model=model))
        yield case(stage, trip, [ordered(stage, trip)], arrivals=arrivals)
