"""`make up` as a person uses it: it prints an address that answers, survives deaths, and ctrl-C leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from local import place, process
from tests.programs import until

UP = [sys.executable, "-m", "local", "up"]
STARTS_WITHIN_S = 90.0


@pytest.fixture
def state(city_dir: Path) -> Iterator[Path]:
    """A state directory of its own, with the simulated city built already."""
    folder = place.make_dir(place.base_dir() / "tests" / f"up-{uuid4().hex[:8]}", 0o711)
    shutil.copytree(city_dir, folder / "city")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(state: Path) -> Iterator[Callable[[], "Supervisor"]]:
    """Starts `make up` on that state directory; ends what is left of it."""
    started: list[Supervisor] = []

    def start_one() -> Supervisor:
        started.append(Supervisor(state, len(started)))
        return started[-1]

    yield start_one
    for one in started:
        one.child.kill()
        one.child.wait()


class Supervisor:
    """One running `python -m local up` and what it printed."""

    def __init__(self, state: Path, number: int) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        software = {"FLEET_STATE_DIR": str(state), "FLEET_SOFTWARE_DIR": str(place.software_dir())}
        self.output = state / f"output-{number}"
        with self.output.open("wb") as out:
            self.child = subprocess.Popen(
                UP, cwd=place.REPOSITORY, env=kept | software, stdout=out, stderr=out, start_new_session=True
            )

    def says(self, words: str) -> bool:
        """Whether it has printed these words."""
        return words in self.output.read_text()

    def address(self) -> str:
        """The printed address, waited for."""
        until(lambda: self.says("Daylight runs at") or self.child.poll() is not None, "no address", STARTS_WITHIN_S)
        found = re.search(r"Daylight runs at\s+(\S+)", self.output.read_text())
        assert found, self.output.read_text()
        return found[1]


def answers(address: str) -> bool:
    """Whether the interface answers that it is alive."""
    with urllib.request.urlopen(f"{address}/health/live", timeout=10) as answer:
        return bool(answer.status == 200)


def children_of(state: Path) -> list[process.Known]:
    """Every server and program the supervisor remembers."""
    records = [json.loads(file.read_text()) for file in (state / "pids").glob("*.pid")]
    return [process.Known(pid=one["pid"], started_ticks=one["started_ticks"]) for one in records]


@pytest.mark.timeout(300)
def test_up_survives_deaths_and_ends_clean(state: Path, start: Callable[[], Supervisor]) -> None:
    """Vehicles of both forms report, a dead program comes back, a second `up` points to the first, kill -9 leaves no children, the next start works, ctrl-C ends it."""
    first = start()
    address = first.address()
    assert answers(address)
    assert first.says("dispatcher")
    gateway = state / "logs" / "gateway.log"
    until(lambda: gateway.read_text().count("terminal_joined") >= 4, "the city's JT/T 808 terminals do not come")

    again = start()
    assert again.child.wait(30) == 0
    assert again.says(f"already running at {address}")

    victim = process.recall(state / "pids" / "ingest.pid")
    assert victim is not None
    os.kill(victim.pid, signal.SIGKILL)
    until(lambda: first.says("ingest runs again"), "ingest does not come back")

    children = children_of(state)
    assert len(children) == 14
    first.child.kill()
    first.child.wait()
    until(lambda: not any(one.alive() for one in children), "children outlive their killed supervisor")

    second = start()
    assert second.address() == address
    assert answers(address)
    children = children_of(state)
    second.child.send_signal(signal.SIGINT)
    assert second.child.wait(60) == 0
    assert not any(one.alive() for one in children)
    assert not list((state / "pids").iterdir())


@pytest.mark.timeout(120)
def test_a_start_can_be_interrupted(state: Path, start: Callable[[], Supervisor]) -> None:
    """Ctrl-C long before the address is printed stops at once and leaves nothing running."""
    one = start()
    until(lambda: one.says("database ready") or one.child.poll() is not None, "no database", STARTS_WITHIN_S)
    assert one.says("database ready"), one.output.read_text()
    time.sleep(0.2)
    children = children_of(state)
    one.child.send_signal(signal.SIGINT)
    assert one.child.wait(30) == 0
    assert one.says("stopped")
    assert not any(child.alive() for child in children)
