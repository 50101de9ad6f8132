"""What a simulated vehicle does when it is told something: a fix at once, another pace for a while, a text."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

from fleet.broker import Address
from simulators.locator import LocatorModel, surroundings
from simulators.terminal import Credential, Terminal
from simulators.vehicles import LiveVehicle, Standing

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
PARKED_S = 60.0


class Parked:
    """A vehicle that stands, on a clock of the test."""

    def __init__(self, *, in_tunnel: bool = False) -> None:
        self.now = NOW
        tunnels = [((116.0, 31.999), (116.0, 32.001))] if in_tunnel else []
        self.terminal = Terminal(
            Address(host="localhost", port=1), Credential(device="d", password="x"), clock=lambda: self.now, rng=Random(1)
        )  # fmt: skip
        self.vehicle = LiveVehicle(
            plate="测A00001", depot=(116.0, 32.0), retained=False, terminal=self.terminal,
            model=LocatorModel(parked_interval_s=PARKED_S), around=surroundings(tunnels),
            standing=Standing(lon=116.0, lat=32.0, odometer_m=0.0), clock=lambda: self.now, rng=Random(1),
        )  # fmt: skip

    def told(self, **command: object) -> dict[str, object]:
        payload = json.dumps({"id": str(sorted(command.items())), **command}).encode()
        return self.terminal.obedience.answer(payload, self.now)

    def waits_s(self) -> float:
        return self.vehicle._wait_s(self.vehicle.motion())


def test_a_locate_is_a_fix_at_once() -> None:
    """One fix is in the outbox before the answer is given."""
    parked = Parked()
    assert parked.told(do="locate")["ok"] is True
    assert parked.terminal.outbox.unreleased == 1


def test_a_locate_in_a_tunnel_says_why_not() -> None:
    """Without satellites there is no fix, and the answer says so."""
    parked = Parked(in_tunnel=True)
    assert parked.told(do="locate")["why"] == "no_fix"
    assert parked.terminal.outbox.unreleased == 0


def test_another_pace_ends_by_itself_or_stays() -> None:
    """For a while, then its own again; without a duration for good."""
    parked = Parked()
    assert parked.told(do="interval", every_s=5, for_s=30)["ok"] is True
    assert parked.waits_s() == 5.0
    parked.now += timedelta(seconds=30)
    assert parked.waits_s() == PARKED_S
    parked.told(do="interval", every_s=7)
    parked.now += timedelta(days=1)
    assert parked.waits_s() == 7.0


def test_a_text_is_shown_and_anything_else_is_not_supported() -> None:
    """Nothing that would stop a vehicle is understood."""
    parked = Parked()
    assert parked.told(do="text", text="请回车队")["ok"] is True
    for do in ("fuel_cut", "engine_cut", "interval"):
        assert parked.told(do=do)["why"] == "not_supported"
