"""Mutational fuzzing of every decoder: a kept corpus, seeded mutations, and what must hold for any bytes whatever.

`python -m benchmarks.fuzz` runs it; `corpus/` holds one line an input, the small messages we start from and the inputs
that reached new code or once broke something.
"""
