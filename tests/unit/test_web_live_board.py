"""What each viewer of the live map is told: newest only, nothing missed, nothing of what he may not see."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.position import LiveState
from web.live.board import REMEMBERED_TICKS, Board, Mailbox
from web.live.frames import EPOCH_MS, Kind, LiveVehicle, decode_frame


def vehicle(number: int, version: int = 0) -> LiveVehicle:
    """A vehicle whose fix time tells its versions apart."""
    return LiveVehicle(
        vehicle_no=number,
        lon=121.0,
        lat=31.0,
        fixed_ms=EPOCH_MS + version * 1000,
        speed_kmh=None,
        heading_deg=None,
        state=LiveState.PARKED,
    )


class Screen:
    """A browser that applies frames; `shown` is what its map would draw."""

    def __init__(self) -> None:
        self.shown: dict[int, int] = {}
        self.token = 0

    def take(self, frames: list[bytes]) -> None:
        for frame in map(decode_frame, frames):
            self.token = frame["resume_token"]
            if frame["kind"] == Kind.SNAPSHOT:
                self.shown.clear()
            for record in frame.get("vehicles", []):
                self.shown[record["vehicle_no"]] = record["fix_s"]
            for number in frame.get("removed", []):
                self.shown.pop(number, None)


def test_the_first_frame_is_a_snapshot_then_only_news() -> None:
    """A second without news sends nothing at all."""
    board, mailbox = Board(instance=1), Mailbox()
    board.put(vehicle(1))
    board.put(vehicle(2))
    board.close_tick()
    mailbox.see(frozenset({1, 2}), board.tick)
    (first,) = map(decode_frame, mailbox.empty(board, 0.0))
    assert (first["kind"], len(first["vehicles"])) == (Kind.SNAPSHOT, 2)
    board.put(vehicle(2))
    board.close_tick()
    assert mailbox.empty(board, 0.0) == []
    board.put(vehicle(2, version=5))
    board.close_tick()
    (delta,) = map(decode_frame, mailbox.empty(board, 0.0))
    assert delta["kind"] == Kind.DELTA
    assert [record["vehicle_no"] for record in delta["vehicles"]] == [2]


def test_a_slow_viewer_gets_the_newest_position_once() -> None:
    """Ten positions while he could not listen are one record."""
    board, mailbox = Board(instance=1), Mailbox()
    mailbox.see(frozenset({1}), board.tick)
    mailbox.empty(board, 0.0)
    for version in range(10):
        board.put(vehicle(1, version))
        board.close_tick()
    (frame,) = map(decode_frame, mailbox.empty(board, 0.0))
    assert [record["fix_s"] for record in frame["vehicles"]] == [9]


def test_a_viewer_away_too_long_gets_a_snapshot() -> None:
    """Beyond the board's memory nobody guesses what he missed."""
    board, mailbox = Board(instance=1), Mailbox()
    mailbox.see(frozenset({1}), board.tick)
    mailbox.empty(board, 0.0)
    for _ in range(REMEMBERED_TICKS + 1):
        board.close_tick()
    (frame,) = map(decode_frame, mailbox.empty(board, 0.0))
    assert frame["kind"] == Kind.SNAPSHOT


def test_a_token_of_another_run_is_not_resumed() -> None:
    """After a restart the board counts from the start; an old token means a snapshot."""
    assert Board(instance=2).tick_of(Board(instance=1).token(0)) is None
    assert Board(instance=1).tick_of(Board(instance=1).token(5)) is None


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(1, 5)),
        st.tuples(st.just("see"), st.frozensets(st.integers(1, 5))),
        st.tuples(st.just("send"), st.booleans()),  # False: the frames are lost on the way
        st.tuples(st.just("resume"), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_after_every_delivery_the_screen_shows_what_may_be_seen(steps: list[tuple[str, object]]) -> None:
    """Whatever moves, appears, vanishes, is lost or resumed: the map is exact and hides what is hidden."""
    board, mailbox, screen = Board(instance=3), Mailbox(), Screen()
    truth: dict[int, int] = {}
    lost = False
    for step, value in steps:
        if step == "move":
            assert isinstance(value, int)
            truth[value] = truth.get(value, 0) + 1
            board.put(vehicle(value, truth[value]))
        elif step == "see":
            assert isinstance(value, frozenset)
            mailbox.see(value, board.tick)
        elif step == "resume":
            mailbox.go_back(board.tick_of(screen.token) if screen.token else None)
            lost = False
        else:
            board.close_tick()
            frames = mailbox.empty(board, 0.0)
            if lost or not value:
                lost = True  # a stream does not skip: what is lost ends the connection until a resume
                continue
            screen.take(frames)
            assert screen.shown == {number: at for number, at in truth.items() if number in mailbox.visible}
