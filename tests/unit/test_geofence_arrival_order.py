"""In whatever order and however often fixes arrive, a day has the same drives, stops, mileage and findings."""

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from geofence.cases.folder import JudgedVehicle, read_case
from geofence.context import Context
from geofence.evaluate import Outcome, evaluate, standing
from geofence.finding import Finding
from geofence.live.replay import Replay, checkpoint_due
from geofence.state import State, dumps, loads
from geofence.track.fixes import TrackFix, in_event_order
from geofence.track.motion import Drive, Stop
from simulators.casefiles import write_case
from simulators.stories import STORIES

FAR_MS = 1 << 53
ROUNDS = (
    int(os.environ.get("DAYLIGHT_PERMUTATIONS", "160")) // 4
)  # of each of four days; 1000 were run for docs/measuring.md


@dataclass
class Desk:
    """What is on file of one vehicle, kept by the pure parts of the engine as fixes arrive."""

    context: Context
    fixes: dict[int, TrackFix] = field(default_factory=dict)
    state: State = field(default_factory=State)
    checkpoints: dict[int, bytes] = field(default_factory=dict)
    drives: dict[int, Drive] = field(default_factory=dict)
    stops: dict[int, Stop] = field(default_factory=dict)
    findings: dict[tuple[str, int], Finding] = field(default_factory=dict)

    def arrive(self, message: list[TrackFix]) -> None:
        new = [fix for fix in in_event_order(message) if fix.at_ms not in self.fixes]
        self.fixes |= {fix.at_ms: fix for fix in new}
        if not new:
            return
        if self.state.read_ms is None or new[0].at_ms > self.state.read_ms:
            self.state, outcome = evaluate(self.state, new, self.context)
            self.note(outcome)
            newest = max(self.checkpoints, default=0)
            if self.state.last_ms is not None and checkpoint_due(self.state, newest):
                self.checkpoints[self.state.last_ms] = dumps(self.state)
        else:
            self.again(new[0].at_ms, new[-1].at_ms)

    def again(self, from_ms: int, to_ms: int) -> None:
        start_ms = max((at_ms for at_ms in self.checkpoints if at_ms < from_ms), default=0)
        state = loads(self.checkpoints[start_ms]) if start_ms else None
        known = {at_ms: raw for at_ms, raw in self.checkpoints.items() if at_ms >= max(to_ms, start_ms + 1)}
        replay = Replay(
            state=state or State(), context=self.context, touched_until_ms=to_ms, known=known, checkpoint_ms=start_ms
        )
        replay.take([self.fixes[at_ms] for at_ms in sorted(self.fixes) if at_ms > start_ms])
        until_ms = replay.converged_ms if replay.converged_ms is not None else FAR_MS
        kept_ms = replay.state.track.here_ms if replay.converged_ms is not None else None
        for kept in (self.drives, self.stops):
            for started_ms in [each for each in kept if start_ms <= each < until_ms and each != kept_ms]:
                del kept[started_ms]
        for key in [key for key in self.findings if start_ms <= key[1] < until_ms]:
            del self.findings[key]
        replay.outcome.stops[:] = [stop for stop in replay.outcome.stops if stop.started_ms != kept_ms]
        self.note(replay.outcome)
        self.checkpoints = {at: raw for at, raw in self.checkpoints.items() if at <= start_ms or at >= until_ms}
        self.checkpoints |= dict(replay.checkpoints)
        if replay.converged_ms is None:
            self.state = replay.state

    def note(self, outcome: Outcome) -> None:
        self.drives |= {drive.started_ms: drive for drive in outcome.drives}
        self.stops |= {stop.started_ms: stop for stop in outcome.stops}
        self.findings |= {finding.key: finding for finding in outcome.findings}

    def told(self, now_ms: int) -> tuple[Any, ...]:
        """Everything as it stands: with mileage, without how often a fix was counted."""
        self.note(standing(self.state, self.context, now_ms))
        drives = [self.drives[key] for key in sorted(self.drives)]
        stops = [self.stops[key] for key in sorted(self.stops)]
        findings = [self.findings[key] for key in sorted(self.findings)]
        return drives, stops, sum(round(drive.distance_m, 6) for drive in drives), findings


def undisturbed(vehicle: JudgedVehicle, now_ms: int) -> tuple[Any, ...]:
    desk = Desk(Context(vehicle.facts))
    desk.state, outcome = evaluate(State(), vehicle.fixes, desk.context)
    desk.note(outcome)
    return desk.told(now_ms)


@pytest.mark.parametrize("name", ["no_order", "off_route", "into_holiday", "tunnel_gap"])
def test_any_order_of_arrival_gives_the_same_day(tmp_path: Path, name: str) -> None:
    """Seeded permutations with duplicates, from nearly in order to quite mixed."""
    case = read_case(write_case(next(each for each in STORIES if each.name == name).told(seed=3), tmp_path))
    (vehicle,) = case.vehicles
    expected = undisturbed(vehicle, case.now_ms)
    assert expected[0]
    assert expected[1]
    for seed in range(ROUNDS):
        rng = random.Random(seed)
        size, reach = rng.choice([20, 60, 200]), rng.choice([1, 3, 1000])
        messages = [list(vehicle.fixes[i : i + size]) for i in range(0, len(vehicle.fixes), size)]
        for message in messages:
            message += rng.sample(vehicle.fixes, rng.randrange(3))
            rng.shuffle(message)
        order = sorted(range(len(messages)), key=lambda place: place + rng.uniform(0, reach))
        desk = Desk(Context(vehicle.facts))
        for place in order:
            desk.arrive(messages[place])
        assert desk.told(case.now_ms) == expected, f"{name}: seed {seed}"
