"""A simulated locator does each command once and answers it as often as it is asked."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from simulators.obedience import Asked, Obedience

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def test_an_id_that_comes_twice_is_done_once_and_answered_twice() -> None:
    """The second answer says the same as the first."""
    done: list[Asked] = []

    def act(asked: Asked) -> str | None:
        done.append(asked)
        return "no_fix" if len(done) == 1 else None

    locator = Obedience(act)
    command = json.dumps({"id": "a", "do": "locate"}).encode()
    first = locator.answer(command, NOW)
    assert first == {
        "t": "2026-11-18T02:00:00.000+00:00",
        "code": "cmd_result",
        "id": "a",
        "ok": False,
        "why": "no_fix",
    }
    assert locator.answer(command, NOW) == first
    assert len(done) == 1
    assert locator.answer(json.dumps({"id": "b", "do": "locate"}).encode(), NOW)["ok"] is True


def test_a_locator_without_a_vehicle_shows_texts_and_nothing_else() -> None:
    """What it cannot do it says it cannot."""
    locator = Obedience()
    assert locator.answer(b'{"id": 1, "do": "text", "text": "x"}', NOW)["ok"] is True
    assert locator.answer(b'{"id": 2, "do": "locate"}', NOW)["why"] == "not_supported"
    with pytest.raises(msgspec.DecodeError):
        locator.answer(b'{"do": "text"}', NOW)
