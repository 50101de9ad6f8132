"""F11: any bytes whatever give every decoder an answer, within 5 ms, that the database can keep."""

import pytest

from benchmarks.faults.scale import progress, seed, size
from benchmarks.fuzz import corpus
from benchmarks.fuzz.decoders import DECODERS, check_of
from benchmarks.fuzz.run import inputs, run

pytestmark = pytest.mark.fault


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", DECODERS)
def test_f11_no_input_breaks_a_decoder_or_takes_it_long(name: str) -> None:
    """The kept corpus, then seeded mutations: 1,000,000 inputs for each decoder, 0 crashes, each below 5 ms."""
    found = run(name, size(20_000, 1_000_000), seed(), tell=progress)
    progress(found.line())
    assert [(error, data.hex()) for data, error in found.crashes] == []
    assert [(took_s, data.hex()) for data, took_s in found.slow] == []
    assert found.runs == size(20_000, 1_000_000)
    assert found.kept == len(corpus.load(name))


@pytest.mark.parametrize("name", DECODERS)
def test_f11_the_same_seed_makes_the_same_inputs(name: str) -> None:
    """A failure can be done again; another seed looks elsewhere."""
    one, again, other = inputs(name, 7), inputs(name, 7), inputs(name, 8)
    first = [one() for _ in range(50)]
    assert first == [again() for _ in range(50)]
    assert first != [other() for _ in range(50)]


@pytest.mark.parametrize("name", DECODERS)
def test_f11_mutations_get_past_the_outside(name: str) -> None:
    """Of 2,000 mutated inputs at least a twentieth still hold what is stored: fuzzing that only breaks the outside shows nothing."""
    check, draw = check_of(name), inputs(name, seed())
    assert sum(check(draw()).stored > 0 for _ in range(2_000)) >= 100
