"""No bytes crash any decoder, and whatever a decoder reads can be judged and written as a row. By hypothesis, which
shrinks what it finds; by mutation of real messages: tests/faults/test_fuzz.py."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.faults.scale import size
from fleet.position import Datum, Rejected
from ingest.clean import Device, Doubt, place
from ingest.formats import FORMATS, Format
from ingest.reading import Event, Positions, Refused, Rejection
from ingest.row import columns, json_text
from tests.unit.test_ingest_foreign import SOUND

pytestmark = [pytest.mark.fault, pytest.mark.timeout(0)]  # F11

NATIVE = {"native": ("fleet/v1/dev1/pos", {"t": 1773194400, "lon": 117.2, "lat": 39.1, "alarms": ["sos"]})}
EXAMPLES = NATIVE | SOUND
NOW = datetime(2026, 3, 11, 2, 0, 5, tzinfo=UTC)
DEVICE = Device(device_no=1, tenant_no=1, tenant_id="t", code="dev1", datum=Datum.BD09, installed_at=NOW, active=True)
NASTY: list[Any] = [
    None,
    True,
    "",
    "nan",
    "1e999",
    "\x00",
    -1,
    2**63,
    10**40,
    10**4000,
    1e308,
    -1e308,
    [],
    {},
    [[]],
    "0" * 50,
    "１２",
]
VALUES = st.sampled_from(NASTY) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def follow(form: Format, topic: str, payload: bytes) -> None:
    """Decode, judge and write: an answer each time, never an exception."""
    decoded = form.decode(topic, payload)
    if isinstance(decoded, Refused):
        assert decoded.rejection.reason in set(Rejected)
        assert decoded.rejection.payload == payload
    elif isinstance(decoded, Event):
        json_text(decoded.body)
    elif isinstance(decoded, Positions):
        for item in decoded.items:
            if isinstance(item, Rejection):
                assert item.detail
                continue
            with suppress(Doubt):  # not on earth
                json_text(columns(place(item[0], "dev1", NOW, DEVICE.datum), DEVICE)[-1])


def places(body: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) inside a message."""
    found: list[tuple[Any, Any]] = []
    keys = list(body) if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else []
    for key in keys:
        found.append((body, key))
        found += places(body[key])
    return found


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@settings(max_examples=size(400, 20_000), deadline=None)
@given(payload=st.binary(max_size=300))
def test_any_bytes_give_an_answer(form: Format, payload: bytes) -> None:
    follow(form, EXAMPLES[form.name][0], payload)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@settings(max_examples=size(400, 20_000), deadline=None)
@given(topic=st.text(max_size=40), payload=st.binary(max_size=20))
def test_any_topic_gives_an_answer(form: Format, topic: str, payload: bytes) -> None:
    follow(form, topic, payload)
    form.topic_of(payload)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@settings(max_examples=size(600, 20_000), deadline=None)
@given(data=st.data(), values=st.lists(VALUES, min_size=1, max_size=4), whole=VALUES)
def test_any_values_in_a_sound_message_give_an_answer(
    form: Format, data: st.DataObject, values: list[object], whole: object
) -> None:
    """Whatever stands at the keys a form knows; a form without its example here is a failure."""
    topic, sound = EXAMPLES[form.name]
    body = deepcopy(sound)
    for value in values:
        container, key = data.draw(st.sampled_from(places(body)))
        container[key] = deepcopy(value)
    for message in (body, whole):
        payload = json.dumps(message).encode()
        follow(form, topic, payload)
        form.topic_of(payload)
