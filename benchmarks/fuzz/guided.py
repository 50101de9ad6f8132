"""Fuzzing of one decoder guided by coverage, with Atheris (libFuzzer) and our own mutations beside its own.

`python -m benchmarks.fuzz.guided DECODER FOLDER SECONDS SEED`: new inputs land in the folder; what breaks ends the run
with 1 and lies there too. Atheris is not part of the environment (`make fuzz` installs it): it exists for few machines.
"""

import random
import sys

import atheris

with atheris.instrument_imports(include=["ingest", "fleet"], enable_loader_override=False):
    from benchmarks.fuzz import frames, sentences
    from benchmarks.fuzz.decoders import JT808, check_of

LONGEST = 8_192
OURS = 0.5  # of the mutations; the others are libFuzzer's


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    name, folder, seconds, seed = sys.argv[1:]
    check = check_of(name)
    module = frames if name == JT808 else sentences
    earlier = [module.read(b"{}")]  # lends its values

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() >= OURS:
            return bytes(atheris.Mutate(data, most))
        one = module.read(data)
        changed = module.mutate(one, earlier[-1], rng)
        earlier[:] = [one]
        return bytes(changed[:most])

    def one(data: bytes) -> None:
        check(data)

    options = [
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={folder}/broken-",
    ]
    atheris.Setup([sys.argv[0], *options, "-timeout=5", "-print_final_stats=1", folder], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
