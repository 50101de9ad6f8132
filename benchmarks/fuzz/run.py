"""Runs one decoder over its kept corpus and then over seeded mutations of it, and says what came of it."""

import gc
import random
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.fuzz import corpus, frames, sentences
from benchmarks.fuzz.decoders import JT808, Check, check_of

SLOW_S = 0.005
MEASURED_AGAIN = 3
SOUND_SHARE = 0.7  # of the mutations start from an input that is stored
MOST_FINDINGS = 20


@dataclass(slots=True)
class Found:
    """What one run showed."""

    decoder: str
    runs: int = 0
    kept: int = 0  # inputs of the corpus among them
    crashes: list[tuple[bytes, str]] = field(default_factory=list)
    slow: list[tuple[bytes, float]] = field(default_factory=list)  # with the quickest of several measurements
    once_slow: int = 0  # above the limit once, below it again: the collector, or the machine
    took_s: "array[float]" = field(default_factory=lambda: array("d"))

    def line(self) -> str:
        """The figures."""
        ordered = sorted(self.took_s)
        p9999_ms = ordered[int(len(ordered) * 0.9999)] * 1e3 if ordered else 0
        return (
            f"{self.decoder}: {self.runs:,} inputs ({self.kept} kept), {len(self.crashes)} crashes, "
            f"{len(self.slow)} slower than 5 ms ({self.once_slow} once, not again), "
            f"median {ordered[len(ordered) // 2] * 1e6:.0f} us, p99.99 {p9999_ms:.2f} ms, slowest {ordered[-1] * 1e3:.2f} ms"
        )


def inputs(name: str, seed: int | str) -> Callable[[], bytes]:
    """An endless source of mutated inputs; the same seed gives the same."""
    module: Any = frames if name == JT808 else sentences
    check = check_of(name)
    kept = [module.read(data) for data in corpus.load(name)]
    sound = [one for one in kept if check(one.data).stored]
    rng = random.Random(f"{name} {seed}")

    def draw() -> bytes:
        # Most kept inputs are refused, each for a reason of its own: without the preference few mutations come further.
        chosen = sound if rng.random() < SOUND_SHARE else kept
        data: bytes = module.mutate(rng.choice(chosen), rng.choice(kept), rng)
        return data

    return draw


def run(name: str, runs: int, seed: int | str, *, tell: Callable[[str], None] = lambda _: None) -> Found:
    """The corpus first, then mutations until `runs` inputs are through. Stops early when too much is wrong."""
    check, found = check_of(name), Found(name)
    kept = corpus.load(name)
    draw = inputs(name, seed)
    gc.collect()
    gc.freeze()  # what the process holds already is not looked through again and again on the decoder's time
    try:
        for number in range(runs):
            _try(check, kept[number] if number < len(kept) else draw(), found)
            if len(found.crashes) + len(found.slow) >= MOST_FINDINGS:
                break
            if (number + 1) % 100_000 == 0:
                tell(found.line())
    finally:
        gc.unfreeze()
    found.kept = min(len(kept), found.runs)
    return found


def _try(check: Check, data: bytes, found: Found) -> None:
    found.runs += 1
    try:
        took_s = check(data).took_s
        if took_s > SLOW_S:
            again_s = min(check(data).took_s for _ in range(MEASURED_AGAIN))
            if again_s > SLOW_S:
                found.slow.append((data, again_s))
            else:
                found.once_slow += 1
            took_s = min(took_s, again_s)
        found.took_s.append(took_s)
    except Exception as error:
        found.crashes.append((data, repr(error)))
