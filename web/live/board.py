"""What the live map knows and what each viewer still has to be told, without sockets, clock or database.

The board holds one encoded record per vehicle and which vehicles changed at which tick. A mailbox is a
viewer's place on that board: when it is emptied it yields the newest state only, however long the viewer
could not listen.
"""

from collections import deque
from dataclasses import dataclass, field

from web.live.frames import Kind, LiveVehicle, encode_frame, encode_removed, encode_vehicle

# Ticks a returning viewer may have missed and still gets a delta instead of a snapshot: one a second, and two more when
# suspicions change all the time.
REMEMBERED_TICKS = 360
_TICK_BITS = 32


class Board:
    """The newest record of every vehicle. `instance` tells this run's resume tokens from those of another."""

    def __init__(self, instance: int) -> None:
        self._instance = instance
        self._records: dict[int, bytes] = {}
        self._changed: set[int] = set()
        self._log: deque[tuple[int, frozenset[int]]] = deque(maxlen=REMEMBERED_TICKS)
        self.tick = 0

    def put(self, vehicle: LiveVehicle) -> None:
        """Replaces the vehicle's record; an equal one is not news."""
        record = encode_vehicle(vehicle)
        if self._records.get(vehicle.vehicle_no) != record:
            self._records[vehicle.vehicle_no] = record
            self._changed.add(vehicle.vehicle_no)

    def known(self) -> frozenset[int]:
        """Every vehicle that has a record."""
        return frozenset(self._records)

    def close_tick(self) -> None:
        """What changed since the last call becomes the news of a new tick."""
        self.tick += 1
        self._log.append((self.tick, frozenset(self._changed)))
        self._changed.clear()

    def changed_since(self, tick: int) -> set[int] | None:
        """Vehicles with news after `tick`; None when that is longer ago than the board remembers."""
        if tick < self.tick - REMEMBERED_TICKS:
            return None
        return set().union(*(numbers for at, numbers in self._log if at > tick))

    def records(self, numbers: set[int]) -> list[bytes]:
        """Their newest records; a vehicle without a position has none."""
        return [self._records[number] for number in sorted(numbers) if number in self._records]

    def token(self, tick: int) -> int:
        """The resume token of a frame sent at `tick`."""
        return self._instance << _TICK_BITS | tick

    def tick_of(self, token: int) -> int | None:
        """The tick a token was given at, when this board gave it."""
        tick = token & (1 << _TICK_BITS) - 1
        return tick if token >> _TICK_BITS == self._instance and tick <= self.tick else None


@dataclass(kw_only=True, slots=True)
class Mailbox:
    """One viewer's place on the board."""

    born_tick: int = 0  # it knows nothing of what appeared or vanished before
    visible: frozenset[int] = frozenset()
    told_tick: int | None = None  # everything up to here has been sent; None: nothing yet
    _appeared: dict[int, int] = field(default_factory=dict)  # vehicle -> tick it became visible
    _vanished: dict[int, int] = field(default_factory=dict)  # vehicle -> tick it ceased to be

    def see(self, visible: frozenset[int], tick: int) -> None:
        """The viewer may now see exactly these vehicles."""
        for number in visible - self.visible:
            self._vanished.pop(number, None)
            self._appeared[number] = tick + 1
        for number in self.visible - visible:
            self._appeared.pop(number, None)
            self._vanished[number] = tick + 1
        self.visible = visible

    def go_back(self, tick: int | None) -> None:
        """The viewer last heard of `tick` (a resumed connection) or of nothing."""
        self.told_tick = tick

    def empty(self, board: Board, frame_time_ms: float) -> list[bytes]:
        """The frames that bring the viewer up to date: nothing, a delta, removals, or a whole snapshot."""
        told, self.told_tick = self.told_tick, board.tick
        token = board.token(board.tick)
        changed = None if told is None else board.changed_since(told)
        if told is None or changed is None:
            self._appeared.clear()
            self._vanished.clear()
            records = board.records(set(self.visible))
            return [encode_frame(Kind.SNAPSHOT, records, frame_time_ms=frame_time_ms, resume_token=token)]
        frames = []
        gone = {number for number, tick in self._vanished.items() if tick > told}
        if gone:
            frames.append(encode_removed(gone, frame_time_ms=frame_time_ms, resume_token=token))
        news = changed & self.visible | {number for number, tick in self._appeared.items() if tick > told}
        records = board.records(news)
        if records:
            frames.append(encode_frame(Kind.DELTA, records, frame_time_ms=frame_time_ms, resume_token=token))
        self._forget(board.tick - REMEMBERED_TICKS)
        return frames

    def _forget(self, before_tick: int) -> None:
        for ticks in (self._appeared, self._vanished):
            for number in [number for number, tick in ticks.items() if tick < before_tick]:
                del ticks[number]
