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


def test_three_days_without_a_network_are_kept_and_sent_oldest_first() -> None:
    """F05: 72 hours of fixes, one a second, fit into the memory; only the next one after that costs the oldest."""
    outbox = Outbox()
    for second in range(72 * 3600):
        outbox.keep({"t": second})
    assert (outbox.unreleased, outbox.dropped) == (72 * 3600, 0)
    outbox.keep({"t": 72 * 3600})
    assert (outbox.unreleased, outbox.dropped) == (72 * 3600, 1)
    sent: list[object] = []
    for _ in range(20):
        for batch in outbox.due(START):
            sent += [fix["t"] for fix in batch.fixes]
            outbox.acknowledged(batch.number)
    assert sent == list(range(1, len(sent) + 1))


def test_after_a_lost_connection_the_oldest_go_first_again() -> None:
    """F05: what was on its way is sent before what waits, in the order it was made."""
    outbox = Outbox()
    for second in range(1_000):
        outbox.keep({"t": second})
    outbox.due(START)
    outbox.acknowledged(outbox.next_number - 3)  # the second of four
    outbox.disconnected()
    numbers = [batch.number for batch in outbox.due(START)]
    assert numbers == sorted(numbers)
    assert [outbox.on_the_way[number].fixes[0]["t"] for number in numbers] == [0, 200, 300, 400]
