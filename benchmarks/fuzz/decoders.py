"""What is fuzzed: each decoder with the path behind it, and what must hold for any bytes whatever.

A check answers with how long our code took (processor time of the thread, so that other programs on the machine do not
count) and what it would store, and raises Broken when the answer is none: a fix that is no place on earth, a row no column takes, text the
database refuses. Any exception of the decoder itself passes through: that is the crash we look for.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fleet.position import Datum, Rejected
from ingest.batch import Judged
from ingest.clean import Device
from ingest.formats import FORMATS
from ingest.jt808.gateway.codes import Codes
from ingest.jt808.gateway.conversation import Conversation, Store, Tell
from ingest.jt808.gateway.events import event, of_card
from ingest.jt808.gateway.upload import payloads
from ingest.jt808.show import show
from ingest.jt808.wire import Splitter
from ingest.judging import judge_closely, judge_message
from ingest.registry import Binding, Registry
from ingest.row import COLUMNS, SMALLINT_MAX
from ingest.store import LONGEST_DEVICE, quarantined

NOW = datetime(2026, 3, 11, 2, 0, 5, tzinfo=UTC)
DEVICE = Device(
    device_no=1, tenant_no=1, tenant_id="t", code="d", datum=Datum.WGS84, installed_at=NOW - timedelta(days=90), active=True
)  # fmt: skip
# name of the decoder -> the topics its messages come on
TOPICS = {
    "native": ("fleet/v1/d/pos", "fleet/v1/d/event", "fleet/v1/d/status"),
    "owntracks": ("owntracks/jane/phone",),
    "emqx-jt808": ("jt808/client-7/013800138000/up",),
    "traccar": ("traccar/positions",),
    "teltonika": ("master/client/teltonika/358491098808487/data",),
    "homeassistant": ("location/van",),
}
NAMES = {
    "owntracks": "jane/phone",
    "emqx-jt808": "13800138000",
    "traccar": "123456789012345",
    "teltonika": "358491098808487",
    "homeassistant": "van",
}
JT808 = "jt808"
NATIVE_TOPICS = "fleet/"  # some go a short way through judging
DECODERS = (*TOPICS, JT808)
REGISTRY = Registry(
    devices={"d": DEVICE},
    names={(form, name): (Binding(device=DEVICE, start_at=DEVICE.installed_at, end_at=None),) for form, name in NAMES.items()},
)  # fmt: skip
REASONS = frozenset(Rejected)
SMALLINTS = ("speed_dkmh", "altitude_m", "accuracy_dm", "hdop_d", "satellites", "source_datum", "tenant_no")
LIMITS = {
    **dict.fromkeys(SMALLINTS, (-SMALLINT_MAX - 1, SMALLINT_MAX)),
    **dict.fromkeys(("device_no", "odometer_m", "quality"), (-(2**31), 2**31 - 1)),
    "heading_deg": (0, 359),
    "lon_e7": (-1_800_000_000, 1_800_000_000),
    "lat_e7": (-900_000_000, 900_000_000),
}
BOUNDS = tuple((place, name, *LIMITS[name]) for place, name in enumerate(COLUMNS) if name in LIMITS)
FIXED_AT, DETAIL = COLUMNS.index("fixed_at"), COLUMNS.index("detail")


class Answered(NamedTuple):
    """What a check measured."""

    took_s: float
    stored: int  # fixes and events


Check = Callable[[bytes], Answered]


class Broken(AssertionError):
    """An answer that is none."""


def check_of(name: str) -> Check:
    """The check of one decoder."""
    if name == JT808:
        return _terminal
    topics = TOPICS[name]
    form = next(form for form in FORMATS if form.name == name)

    def check(payload: bytes) -> Answered:
        answers = [_through_ingest(topic, payload) for topic in topics]
        form.topic_of(payload)
        return _together(answers)

    return check


def _together(answers: list[Answered]) -> Answered:
    return Answered(max((one.took_s for one in answers), default=0.0), sum(one.stored for one in answers))


def _through_ingest(topic: str, payload: bytes, received_at: datetime = NOW) -> Answered:
    """Decode, judge, make rows; then look at what came out. The time of the first three."""
    began_s = time.thread_time()
    judged = judge_message(topic, payload, REGISTRY, received_at)
    took_s = time.thread_time() - began_s
    inspect(judged, payload)
    if topic.startswith(NATIVE_TOPICS) and not judged.rejections:  # what is refused went the long way already
        closely = judge_closely(topic, payload, REGISTRY, received_at, retained=False, repeated=False)
        expect(judged == closely, "the short way and the long one differ")
    return Answered(took_s, len(judged.rows) + (judged.event is not None))


def _terminal(stream: bytes) -> Answered:
    """A stream of frames: shown to people, and taken by a conversation whose terminal has proved who it is.

    The time is that of one frame, or of ingest for one batch the gateway publishes, whichever is longer.
    """
    answers: list[Answered] = []
    began_s = time.thread_time()
    shown = list(show(stream))
    shown_s = time.thread_time() - began_s
    expect(bool(shown), "nothing is shown")
    frames = len(Splitter().feed(stream)) or 1
    conversation = Conversation(lambda _: "", Codes(b"key"))
    conversation.joined = True
    began_s = time.thread_time()
    steps = conversation.receive(stream, 0.0)
    gateway_s = time.thread_time() - began_s
    for step in steps:
        if isinstance(step, Store):
            began_s = time.thread_time()
            sent = list(payloads(step.items, iter(range(1_000_000))))
            gateway_s += time.thread_time() - began_s
            times = [item[0].fixed_at for item in step.items if isinstance(item, tuple)]
            now = next((at for at in times if at is not None), NOW)
            for _, payload in sent:
                answers.append(_through_ingest("fleet/v1/d/pos", payload, now))
        elif isinstance(step, Tell):
            said = event(of_card(step.card), step.card.at or NOW)
            answers.append(_through_ingest("fleet/v1/d/event", said))
    return _together([*answers, Answered(gateway_s / frames, 0), Answered(shown_s / frames, 0)])


def inspect(judged: Judged, payload: bytes) -> None:
    """Everything the database is to take. Raises Broken."""
    expect(
        bool(judged.rows or judged.rejections or judged.state or judged.event or _is_empty(judged, payload)),
        "no answer",
    )
    for row in judged.rows:
        for place, name, lowest, highest in BOUNDS:
            value = row.columns[place]
            fits = value is None or (type(value) is int and lowest <= value <= highest)
            expect(fits, f"{name} {value!r} does not fit its column")
        fixed_at, detail = row.columns[FIXED_AT], row.columns[DETAIL]
        expect(isinstance(fixed_at, datetime) and fixed_at.utcoffset() == timedelta(0), f"fixed_at {fixed_at!r}")
        if detail is not None:
            _expect_json(str(detail))
    if judged.event is not None:
        expect("\x00" not in judged.event.code, "NUL in a code")
        expect(judged.event.happened_at.tzinfo is not None, "an instant without a zone")
        _expect_json(judged.event.body)
    for rejection in judged.rejections:
        expect(rejection.reason in REASONS, "a reason nobody knows")
        expect(bool(rejection.detail), "a rejection without a sentence")
        row_of = quarantined(judged, rejection)
        for key in ("device", "topic", "detail"):
            text = str(row_of[key])
            expect("\x00" not in text, f"NUL in {key}")
            text.encode()
        expect(len(str(row_of["device"])) <= LONGEST_DEVICE, "a name too long for the index")
        expect(rejection.item is None or 0 <= rejection.item < 2**31, "an index too large")


def expect(holds: bool, words: str) -> None:
    """Raises Broken unless it holds."""
    if not holds:
        raise Broken(words)


def _is_empty(judged: Judged, payload: bytes) -> bool:
    """A sound message may hold nothing to store: a heartbeat, an empty list of fixes."""
    return not judged.rejections and bool(payload)


def _expect_json(text: str) -> None:
    """JSON that PostgreSQL takes: finite numbers, no NUL, no half characters."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Broken(f"not JSON: {error}: {text[:200]}") from error
    text.encode()
    # json.loads reads an escaped NUL, which PostgreSQL refuses; the text itself shows it.
    if "\\u0000" in text or "\x00" in text:
        expect("\x00" not in str(value), "NUL in the detail")


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
