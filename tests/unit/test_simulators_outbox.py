"""The locator's memory: when a batch is sent again."""

from datetime import UTC, datetime, timedelta

from simulators.outbox import LONGEST_PATIENCE_S, Outbox

START = datetime(2026, 11, 20, tzinfo=UTC)


def tries_until(outbox: Outbox, end_s: int) -> list[int]:
    """At which seconds something was sent."""
    return [second for second in range(end_s) if outbox.due(START + timedelta(seconds=second))]


def test_patience_doubles_with_every_try_up_to_a_minute() -> None:
    """A platform that is slow is not buried by repetitions, and a lost answer is still made up for."""
    outbox = Outbox()
    outbox.keep({"t": 1})
    sent = tries_until(outbox, 300)
    assert sent[:6] == [0, 3, 9, 21, 45, 93]
    assert sent[6] - sent[5] == LONGEST_PATIENCE_S


def test_a_new_connection_starts_with_new_patience() -> None:
    """What was on its way goes out at once when the connection is back."""
    outbox = Outbox()
    outbox.keep({"t": 1})
    tries_until(outbox, 60)
    outbox.disconnected()
    assert len(outbox.due(START + timedelta(seconds=61))) == 1
    assert len(outbox.due(START + timedelta(seconds=64))) == 1
