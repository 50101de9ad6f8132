"""What every JSON form shares: how deep an object may be nested, and what is a number."""

import json

import pytest

from fleet.position import Rejected
from tests.unit.test_ingest_foreign import EPOCH_S, LOCATION, OWNTRACKS, SOUND, reading, reason


@pytest.mark.parametrize("form", [*SOUND, "native"])
def test_nesting_is_bounded(form: str) -> None:
    """32 levels are kept; one more is refused, also where brackets in texts would hide it. Who reads a fix must be able to."""
    topic, sound = SOUND.get(form, ("fleet/v1/dev1/pos", {"t": EPOCH_S, "lon": 117.2, "lat": 39.1}))
    inner = sound
    around = 1
    while isinstance(inner, dict) and len(inner) < 3:
        inner, around = next(iter(inner.values())), around + 1

    def nested(levels: int, filling: str = "") -> bytes:
        bomb = f'"deep":{"[" * (levels - around)}{filling}{"]" * (levels - around)}'
        text = json.dumps(sound)
        key = json.dumps(next(iter(inner)))
        return text.replace(key, f"{bomb},{key}", 1).encode()

    assert reading(topic, nested(32)).extra
    for levels in (33, 400, *range(900, 1_010)):
        assert reason(topic, nested(levels)) is Rejected.MALFORMED
    assert reading(topic, nested(20, "[],[[]]," * 20 + '"[[[[]{}", "\\"[["')).extra
    hidden = '"]",' * 40 + "[" * 20 + "]" * 20 + ',"["' * 40
    assert reason(topic, nested(20, hidden)) is Rejected.MALFORMED


def test_a_number_with_an_underscore_is_none() -> None:
    """Python reads 1_000, nobody else writes it."""
    assert reason(OWNTRACKS, LOCATION | {"lat": "3_9.1"}) is Rejected.MALFORMED
    assert reading(OWNTRACKS, LOCATION | {"vel": "1_0"}).speed_kmh is None


def test_numbers_that_take_long_to_read_are_read_quickly_and_the_same() -> None:
    """10,000 numbers of 1e308 took 130 ms; one above all numbers is refused in a long message as in a short one."""
    filling = ",".join(["1e308", "5E-324", "1.5", "117.2"] * 600)
    for body, wanted in ((filling, [1e308, 5e-324, 1.5, 117.2] * 600), (f"1.5,{filling},1e400", None), ("1e400", None)):
        message = f'{{"_type":"location","tst":{EPOCH_S},"lon":117.2,"lat":39.1,"x":[{body}]}}'.encode()
        if wanted is None:
            assert reason(OWNTRACKS, message) is Rejected.MALFORMED
        else:
            assert reading(OWNTRACKS, message).extra == {"x": wanted}


def test_a_message_of_thousands_of_values_is_oversized() -> None:
    """5,000 are more than any sender has; reading what 64 KiB can hold would take longer than a message may."""
    for count, wanted in ((4_900, None), (5_200, Rejected.OVERSIZED)):
        body = LOCATION | {"x": [0] * count}
        assert (reason(OWNTRACKS, body) if wanted else None) is wanted
        if wanted is None:
            assert len(reading(OWNTRACKS, body).extra["x"]) == count  # type: ignore[arg-type]
