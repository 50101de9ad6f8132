"""One batch: who wins a key, and what each message is told."""

from datetime import UTC, datetime, timedelta

from fleet.position import Datum, Rejected
from ingest.batch import Answer, Judged, Outcome, answer, fold
from ingest.clean import Device
from ingest.judging import judge_message, refused_by_database
from ingest.newest import Newest
from ingest.registry import Registry

NOW = datetime(2026, 2, 14, 4, 0, tzinfo=UTC)
DEVICES = {
    code: Device(
        device_no=number,
        tenant_no=1,
        tenant_id="t",
        code=code,
        datum=Datum.WGS84,
        installed_at=NOW - timedelta(days=10),
        active=True,
    )
    for number, code in enumerate(("dev0", "dev1"))
}
REGISTRY = Registry(devices=DEVICES)


def fix(second: int, lon: float = 121.4) -> str:
    return f'{{"t": {NOW.timestamp() - second}, "lon": {lon}, "lat": 31.2}}'


def message(*fixes: str, batch: int = 1, device: str = "dev1") -> Judged:
    payload = f'{{"batch": {batch}, "fixes": [{", ".join(fixes)}]}}'.encode()
    return judge_message(f"fleet/v1/{device}/pos", payload, REGISTRY, NOW)


def test_the_first_fix_of_a_key_wins_and_each_message_is_told_what_became_of_its_own() -> None:
    """Repetition = duplicate, another fix at the key = collision; keys of other devices are other keys."""
    messages = [message(fix(2), fix(1)), message(fix(1), fix(1, lon=121.5), batch=2), message(fix(1), device="dev0")]
    folded = fold(messages)
    assert [row.key[0] for row in folded.unique] == [0, 1, 1]
    assert [row.key[1] for row in folded.unique[1:]] == [NOW - timedelta(seconds=2), NOW - timedelta(seconds=1)]
    assert answer(messages[0], folded, {}) == Answer(stored=2, duplicate=0, rejected=())
    assert answer(messages[1], folded, {}) == Answer(stored=0, duplicate=1, rejected=((1, Rejected.COLLISION),))
    assert answer(messages[2], folded, {}) == Answer(stored=1, duplicate=0, rejected=())


def test_what_the_database_met_decides() -> None:
    """A key that was there before is a duplicate or a collision for every fix that repeats it."""
    messages = [message(fix(1), fix(1), fix(2))]
    folded = fold(messages)
    key = (1, NOW - timedelta(seconds=1))
    assert answer(messages[0], folded, {key: Outcome.DUPLICATE}).duplicate == 2
    met = answer(messages[0], folded, {key: Outcome.COLLISION})
    assert met == Answer(stored=1, duplicate=0, rejected=((0, Rejected.COLLISION), (1, Rejected.COLLISION)))


def test_a_message_refused_as_a_whole_refuses_each_of_its_fixes() -> None:
    """The device can release all of them."""
    told = message(*[fix(1)] * 101)
    assert len(answer(told, fold([told]), {}).rejected) == 101
    stranger = message(fix(1), fix(2), device="nobody")
    assert answer(stranger, fold([stranger]), {}).rejected == (
        (0, Rejected.UNKNOWN_DEVICE),
        (1, Rejected.UNKNOWN_DEVICE),
    )


def test_a_value_the_database_does_not_take_refuses_only_its_message() -> None:
    """The message is kept whole with the database's words, and answered."""
    refused = refused_by_database(message(fix(1), fix(2), batch=5), b"as it came", "out of range")
    assert refused.rejections[0].payload == b"as it came"
    assert answer(refused, fold([refused]), {}).rejected == ((0, Rejected.MALFORMED), (1, Rejected.MALFORMED))
    assert refused.batch == 5


def test_status_and_event_of_a_known_device_are_kept_and_of_an_unknown_one_are_quarantined() -> None:
    """Nothing is dropped silently."""
    assert judge_message("fleet/v1/dev1/status", b"online", REGISTRY, NOW).state is not None
    event = judge_message("fleet/v1/dev1/event", b'{"code": "sos", "x": "\\u0000"}', REGISTRY, NOW).event
    assert event is not None
    assert (event.happened_at, event.body) == (NOW, '{"x":"�"}')
    unknown = judge_message("fleet/v1/nobody/status", b"online", REGISTRY, NOW)
    assert [one.reason for one in unknown.rejections] == [Rejected.UNKNOWN_DEVICE]


def test_a_batch_counts_as_new_only_when_all_of_it_is_later_than_what_is_known() -> None:
    """Device by device, whatever the order inside the batch; what was learnt is never unlearnt."""
    known = Newest([(1, NOW - timedelta(seconds=9))])
    assert known.precedes(fold([message(fix(7), fix(8)), message(fix(20), device="dev0")]))
    assert not known.precedes(fold([message(fix(7), fix(9)), message(fix(20), device="dev0")]))
    known.learn(fold([message(fix(5), fix(6)), message(fix(20), device="dev0")]))
    known.learn(fold([message(fix(15), fix(16))]))
    assert not known.precedes(fold([message(fix(4), fix(5))]))
    assert not known.precedes(fold([message(fix(20), device="dev0")]))
    assert known.precedes(fold([message(fix(4)), message(fix(19), device="dev0")]))


def test_rows_of_a_batch_come_in_the_order_of_the_key_whatever_the_order_of_arrival() -> None:
    """Each device's in the order of time, with the oldest and the newest of each beside them."""
    folded = fold([message(fix(1), fix(3)), message(fix(2), fix(3)), message(fix(4), device="dev0")])
    assert [(row.key[0], (NOW - row.key[1]).seconds) for row in folded.unique] == [(0, 4), (1, 3), (1, 2), (1, 1)]
    assert [(row.key[0], (NOW - row.key[1]).seconds) for row in folded.oldest] == [(0, 4), (1, 3)]
    assert [(row.key[0], (NOW - row.key[1]).seconds) for row in folded.newest] == [(0, 4), (1, 1)]
    assert list(folded.outcomes.values()) == [Outcome.DUPLICATE]
