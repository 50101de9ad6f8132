"""`python -m benchmarks.soak`: a fleet reports for minutes, programs may be killed, and the oracle says what was lost.

Prints memory and processor time of each program, how long a fix takes from the vehicle to the table, and the verdict.
Example: `--minutes 1 --kill ingest@15 --kill geofence@30 --kill database@45 --pace 20 --parked-share 0.6`.
"""

import argparse
import asyncio
import sys
from dataclasses import asdict, dataclass, field

import psutil

from benchmarks.alerts import AlertVerdict, compare
from benchmarks.load import Load, Verdict, utc_now
from benchmarks.site import Site, site
from benchmarks.viewer import Viewer, free_port
from fleet import db

SAMPLE_EVERY_S = 5.0
DOWN_S = 2.0  # how long what was killed stays away
CONNECT_A_SECOND = 100  # locators do not all come at the same moment as the load
SETTLE_S = 180
STORED_AFTER = """
    SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM b.committed_at - p.fixed_at))
    FROM position p JOIN ingest_batch b USING (writer_no, batch)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kill:
    """kill -9 of one program or server at a second of the load."""

    name: str
    at_s: float

    @classmethod
    def parse(cls, text: str) -> "Kill":
        name, _, second = text.partition("@")
        return cls(name=name, at_s=float(second))


@dataclass(slots=True)
class Memory:
    """Proportional memory of each process tree in MB, sampled over time, and the processor time it used."""

    samples: dict[str, list[float]] = field(default_factory=dict)
    cpu_s: dict[tuple[str, int], float] = field(default_factory=dict)  # by name and process: the last seen

    def sample(self, here: Site) -> None:
        """Add one sample of everything that runs now."""
        for name, child in {**here.servers, **here.programs}.items():
            try:
                tree = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
                total = sum(process.memory_full_info().pss for process in tree)
                for process in tree:
                    used = process.cpu_times()
                    self.cpu_s[name, process.pid] = used.user + used.system
            except psutil.Error:
                continue
            self.samples.setdefault(name, []).append(total / 1e6)

    def lines(self) -> list[str]:
        """Start, middle, end and maximum of each, and the growth over the second half."""
        lines = []
        for name, taken in self.samples.items():
            middle, end = taken[len(taken) // 2], taken[-1]
            cpu_s = sum(used for (owner, _), used in self.cpu_s.items() if owner == name)
            shown = f"{taken[0]:8.1f} {middle:8.1f} {end:8.1f} {max(taken):8.1f} {end - middle:+8.1f} {cpu_s:8.1f}"
            lines.append(f"{name:<10} {shown}")
        return lines


async def _watch(here: Site, memory: Memory) -> None:
    while True:
        memory.sample(here)
        await asyncio.sleep(SAMPLE_EVERY_S)


async def _kill(here: Site, kills: list[Kill]) -> None:
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    for kill in sorted(kills, key=lambda one: one.at_s):
        await asyncio.sleep(max(0, start_s + kill.at_s - loop.time()))
        print(f"  kill -9 {kill.name} at {kill.at_s:.0f} s", flush=True)
        here.kill(kill.name)
        await asyncio.sleep(DOWN_S)
        await asyncio.to_thread(here.restart, kill.name)


async def run(arguments: argparse.Namespace) -> int:
    """One soak; 0 when nothing was lost, doubled or left unacknowledged, and the alerts are those of a pure fold."""
    names = [f"soak{number}" for number in range(arguments.devices)]
    memory = Memory()
    with site(durable=True) as here:
        await here.register(names)
        url = f"http://127.0.0.1:{free_port()}"
        for program in arguments.programs:
            more = {"FLEET_WEB_LISTEN": url.removeprefix("http://")} if program == "web" else {}
            await asyncio.to_thread(here.start_program, program, **more)
        viewer = Viewer(here, url)
        load = Load(here, names, seed=arguments.seed, clock=utc_now)
        load.connect()
        await asyncio.sleep(2 + arguments.devices / CONNECT_A_SECOND)
        beside = [asyncio.create_task(_watch(here, memory))]
        if "web" in arguments.programs:
            beside.append(asyncio.create_task(viewer.watch()))
        killing = asyncio.create_task(_kill(here, arguments.kill))
        await load.report(seconds=arguments.minutes * 60, pace=arguments.pace, parked_share=arguments.parked_share)
        await killing
        everything = await load.all_released(SETTLE_S)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await load.disconnect()
        verdict = await load.verdict(here.owner_url)
        alerts = await compare(here.owner_url, here.folder / "case") if "geofence" in arguments.programs else None
        lines = [await _stored_after(here), viewer.line()] if arguments.pace == 1 else []
    lines += [
        "memory in MB:    start   middle      end      max  2nd half    CPU s",
        *memory.lines(),
        _line("fixes", verdict),
    ]
    lines += [_line("alerts", alerts)] if alerts else []
    print("\n".join(lines))
    good = everything and verdict.lost == verdict.alien == verdict.duplicates == 0 and verdict.stored == verdict.made
    good = good and (alerts is None or alerts.missing == alerts.alien == alerts.doubled == 0)
    print("nothing lost, nothing twice" if good else "FAILED")
    return 0 if good else 1


async def _stored_after(here: Site) -> str:
    connection = await db.connect(here.owner_url)
    async with connection:
        row = await (await connection.execute(STORED_AFTER)).fetchone()
    assert row is not None
    middle, p95, p99, worst = row[0]
    return f"vehicle to table: median {middle:.3f} s, p95 {p95:.3f} s, p99 {p99:.3f} s, worst {worst:.1f} s"


def _line(name: str, verdict: Verdict | AlertVerdict) -> str:
    return f"{name}: " + ", ".join(f"{key} {value}" for key, value in asdict(verdict).items())


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=10)
    programs = ["ingest", "geofence", "web"]
    parser.add_argument("--programs", nargs="+", choices=programs, default=programs, help="which programs run")
    parser.add_argument("--pace", type=float, default=1, help="seconds told per second of load")
    parser.add_argument("--parked-share", type=float, default=0, help="share of the time spent parked, at the end")
    parser.add_argument("--kill", action="append", type=Kill.parse, default=[], help="NAME@SECOND, may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
