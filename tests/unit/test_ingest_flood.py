"""What is kept of refused messages stays bounded, whatever a device sends."""

from datetime import date

from fleet.position import Rejected
from ingest.flood import MOST_BYTES_KEPT, MOST_KEPT_A_DAY, Flood
from ingest.reading import Rejection

TODAY, TOMORROW = date(2026, 11, 18), date(2026, 11, 19)


def refusal(payload: bytes, item: int | None = None) -> Rejection:
    return Rejection(reason=Rejected.MALFORMED, detail="no", payload=payload, item=item)


def test_beyond_its_share_of_a_day_a_device_is_counted_and_not_kept() -> None:
    """The refusal keeps its reason and place for the acknowledgement; the next day and other devices start anew."""
    flood = Flood()
    kept = [flood.bounded("dev1", refusal(b"%d" % n, n % 100), TODAY) for n in range(MOST_KEPT_A_DAY + 500)]
    assert all(one.payload == b"%d" % n for n, one in enumerate(kept[:MOST_KEPT_A_DAY]))
    beyond = kept[MOST_KEPT_A_DAY:]
    assert {(one.reason, one.payload) for one in beyond} == {(Rejected.MALFORMED, b"")}
    assert [one.item for one in beyond] == [n % 100 for n in range(500)]
    assert len({(one.reason, one.item, one.payload) for one in beyond}) == 100, "so many rows at most"
    assert flood.bounded("dev2", refusal(b"x"), TODAY).payload == b"x"
    assert flood.bounded("dev1", refusal(b"x"), TOMORROW).payload == b"x"


def test_of_a_message_that_is_too_large_the_beginning_is_kept() -> None:
    """The broker lets four times the contract's size through, so that it can be named; its tail is worth nothing."""
    kept = Flood().bounded("dev1", refusal(b"x" * MOST_BYTES_KEPT * 4), TODAY)
    assert len(kept.payload) == MOST_BYTES_KEPT
    assert str(MOST_BYTES_KEPT * 4) in kept.detail
