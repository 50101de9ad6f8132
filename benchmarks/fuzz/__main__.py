"""`python -m benchmarks.fuzz`: fuzz the decoders. Plain, with `--grow` the kept corpus, with `--minutes` guided by Atheris.

Exit code 1 when anything broke or was slow; the inputs are printed in hexadecimal.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.fuzz import corpus, reach
from benchmarks.fuzz.decoders import DECODERS, check_of
from benchmarks.fuzz.run import Found, inputs, run

LONGEST_KEPT = 700  # bytes


def main() -> int:
    """Run what is asked for each decoder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*DECODERS, []], help="which; all when none is named")
    parser.add_argument("--runs", type=int, default=1_000_000, help="inputs for each decoder")
    parser.add_argument("--seed", default="1")
    parser.add_argument(
        "--grow", action="store_true", help="keep the inputs that reach new code (slow: each is traced)"
    )
    parser.add_argument("--minutes", type=float, help="guided by coverage for so long, then keep what reached new code")
    arguments = parser.parse_args()
    broken = 0
    for name in arguments.names or DECODERS:
        if arguments.minutes:
            broken += _guided(name, arguments.minutes, arguments.seed)
        elif arguments.grow:
            _grow(name, arguments.runs, arguments.seed)
        else:
            found = run(name, arguments.runs, arguments.seed, tell=_tell)
            broken += _report(found)
    return 1 if broken else 0


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


def _report(found: Found) -> int:
    print(found.line(), flush=True)
    for data, error in found.crashes:
        print(f"  {error[:200]}\n    {data.hex()}")
    for data, took_s in found.slow:
        print(f"  {took_s * 1e3:.1f} ms\n    {data.hex()}")
    return len(found.crashes) + len(found.slow)


def _grow(name: str, runs: int, seed: str) -> None:
    draw = inputs(name, f"grow {seed}")
    _keep(name, (draw() for _ in range(runs)))


def _guided(name: str, minutes: float, seed: str) -> int:
    """1 when something broke: it is printed, and not kept before it is put right."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for number, data in enumerate(corpus.load(name)):
            (folder / f"{number:05}").write_bytes(data)
        command = [sys.executable, "-m", "benchmarks.fuzz.guided", name, made, str(int(minutes * 60)), seed]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(
            f"{name}: " + next((line for line in reversed(done.stdout.splitlines()) if " cov: " in line), "no figures")
        )
        broken = sorted(folder.glob("broken-*"))
        if done.returncode or broken:
            print(done.stdout[-3_000:])
            for file in broken:
                print(f"  {file.name}\n    {file.read_bytes().hex()}")
            return 1
        found = [file.read_bytes() for file in folder.iterdir()]
    _keep(name, sorted(found, key=len))
    return 0


def _keep(name: str, found: Iterable[bytes]) -> None:
    kept = reach.grown(check_of(name), corpus.load(name), found, LONGEST_KEPT)
    corpus.save(name, kept)
    print(f"{name}: {len(kept)} kept, {sum(map(len, kept))} bytes", flush=True)


if __name__ == "__main__":
    sys.exit(main())
