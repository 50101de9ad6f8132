"""Foreign names: whose fix it is, by the time of the fix, and what becomes of a name that means nobody."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from fleet.errors import Invalid
from fleet.position import Datum, Rejected
from fleet.sources import FORWARDERS, Source, forwarder_account, name_in, own_topics
from ingest.arrival import Arrivals
from ingest.batch import Judged
from ingest.clean import Device
from ingest.formats import FORMATS
from ingest.judging import judge_message
from ingest.registry import Binding, Registry
from tests.unit.test_ingest_foreign import LOCATION, OWNTRACKS, SOUND, change

NOW = datetime(2026, 3, 11, 2, 0, 5, tzinfo=UTC)
HANDED_OVER = NOW - timedelta(days=1)


def device(number: int, datum: Datum = Datum.WGS84) -> Device:
    return Device(
        device_no=number, tenant_no=1, tenant_id="t", code=f"dev{number}", datum=datum,
        installed_at=NOW - timedelta(days=20), active=True,
    )  # fmt: skip


FIRST, SECOND = device(1), device(2)
NAMES = {
    ("owntracks", "jane/phone"): (
        Binding(device=FIRST, start_at=FIRST.installed_at, end_at=HANDED_OVER),
        Binding(device=SECOND, start_at=HANDED_OVER, end_at=None),
    ),
    ("homeassistant", "van"): (Binding(device=SECOND, start_at=HANDED_OVER, end_at=None),),
}
REGISTRY = Registry(devices={"dev1": FIRST, "dev2": SECOND}, names=NAMES)


def judged(topic: str, body: object, registry: Registry = REGISTRY, **flags: bool) -> Judged:
    return judge_message(topic, json.dumps(body).encode(), registry, NOW, **flags)


def at(ago: timedelta) -> dict[str, object]:
    return change(LOCATION, "tst", (NOW - ago).timestamp())


@pytest.mark.parametrize(
    ("ago", "number"),
    [(timedelta(0), 2), (timedelta(days=1), 2), (timedelta(days=1, seconds=1), 1), (timedelta(days=19), 1)],
)
def test_a_fix_is_of_the_device_that_had_the_name_then(ago: timedelta, number: int) -> None:
    """A late fix of before the hand-over belongs to the first device, whoever has the name today."""
    (row,) = judged(OWNTRACKS, at(ago)).rows
    assert row.columns[0] == number


def test_before_anybody_had_the_name_and_ancient_are_told_apart() -> None:
    """The reason says whether the clock or the binding is wrong."""
    (refused,) = judged(OWNTRACKS, at(timedelta(days=40))).rejections
    assert refused.reason is Rejected.ANCIENT
    names = {("owntracks", "jane/phone"): (Binding(device=FIRST, start_at=HANDED_OVER, end_at=None),)}
    (refused,) = judged(OWNTRACKS, at(timedelta(days=2)), Registry(devices={}, names=names)).rejections
    assert refused.reason is Rejected.UNKNOWN_DEVICE
    assert "at that time" in refused.detail


@pytest.mark.parametrize("form", SOUND)
def test_a_name_nobody_has_is_kept_under_its_form(form: str) -> None:
    """Quarantine is searched by that name; a native code that reads alike is somebody else."""
    topic, body = SOUND[form]
    got = judged(topic, body, Registry(devices={"van": FIRST, "358491098808487": FIRST}))
    assert [one.reason for one in got.rejections] == [Rejected.UNKNOWN_DEVICE]
    assert got.device.startswith(f"{form}:")
    assert got.tenant_id is None
    assert not got.rows


def test_a_message_without_time_is_marked_and_never_guessed_from_a_retained_one() -> None:
    """Receive time is marked; a retained message is from before, nobody knows when."""
    topic, body = SOUND["homeassistant"]
    (row,) = judged(topic, body).rows
    assert row.columns[1] == NOW
    assert row.columns[3] == 128 + 4  # receive time, and an accuracy of 60 m is poor
    kept = judged(topic, body, retained=True)
    assert [one.reason for one in kept.rejections] == [Rejected.UNSUPPORTED]
    assert not kept.rows
    assert judged(OWNTRACKS, LOCATION, retained=True).rows


def test_a_last_will_is_taken_back_by_the_next_live_position() -> None:
    """OwnTracks never says that it is there again; a retained position does not mean it."""
    gone = judged(OWNTRACKS, {"_type": "lwt", "tst": 1}).state
    assert gone is not None
    assert (gone.device_no, gone.online) == (2, False)
    back = judged(OWNTRACKS, LOCATION).state
    assert back is not None
    assert (back.device_no, back.online) == (2, True)
    assert judged(OWNTRACKS, LOCATION, retained=True).state is None
    assert judged(*SOUND["homeassistant"]).state is None


def test_the_datum_of_the_device_row_holds_for_foreign_messages() -> None:
    """A phone on a GCJ-02 map is converted at the edge."""
    names = {("owntracks", "jane/phone"): (Binding(device=device(1, Datum.GCJ02), start_at=HANDED_OVER, end_at=None),)}
    (row,) = judged(OWNTRACKS, LOCATION, Registry(devices={}, names=names)).rows
    assert row.columns[5] != round(117.2 * 1e7)
    (row,) = judged(OWNTRACKS, LOCATION | {"crs": "WGS84"}, Registry(devices={}, names=names)).rows
    assert row.columns[5] == round(117.2 * 1e7)


def test_every_foreign_form_can_be_bound() -> None:
    """The words of the register are the names of the decoders."""
    assert {str(source) for source in Source} == {form.name for form in FORMATS} - {"native"}


@pytest.mark.parametrize(
    ("source", "name", "read"),
    [
        (Source.OWNTRACKS, "jane/phone", "jane/phone"),
        (Source.EMQX_JT808, "013800138000", "13800138000"),
        (Source.EMQX_JT808, "00000000013800138000", "13800138000"),
        (Source.TRACCAR, "123456789012345", "123456789012345"),
        (Source.TELTONIKA, "358491098808487", "358491098808487"),
        (Source.HOMEASSISTANT, "van", "van"),
    ],
)
def test_a_name_is_bound_as_its_decoder_says_it(source: Source, name: str, read: str) -> None:
    assert name_in(source, name) == read


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (Source.OWNTRACKS, "jane"),
        (Source.OWNTRACKS, "+/phone"),
        (Source.OWNTRACKS, "a/b/c"),
        (Source.OWNTRACKS, "#/x"),
        (Source.EMQX_JT808, "phone"),
        (Source.TRACCAR, "a#"),
        (Source.TRACCAR, ""),
        (Source.TELTONIKA, "+"),
        (Source.HOMEASSISTANT, "a/b"),
        (Source.HOMEASSISTANT, "+"),
    ],
)
def test_a_name_that_would_open_other_topics_is_refused(source: Source, name: str) -> None:
    """The name becomes part of an access rule: no wildcard, no further level."""
    with pytest.raises(Invalid):
        name_in(source, name)


def test_own_topics_and_forwarders() -> None:
    """A device writes where its name is in the topic; where a server speaks for many, the server has the account."""
    assert own_topics(Source.OWNTRACKS, "jane/phone") == ("owntracks/jane/phone", "owntracks/jane/phone/event")
    assert own_topics(Source.TELTONIKA, "1") == ("+/+/teltonika/1/data",)
    assert own_topics(Source.HOMEASSISTANT, "van") == ("location/van",)
    assert {source for source in Source if not own_topics(source, "x")} == set(FORWARDERS)
    assert forwarder_account(Source.TRACCAR) == "forwarder~traccar"


def test_messages_without_time_that_come_together_stay_two() -> None:
    """A queue that arrives at once after an outage: one instant each, in order, never one message over the other."""
    arrivals = Arrivals()
    given = [arrivals.at(topic, NOW) for topic in ("location/a", "location/a", "location/b", "location/a")]
    assert given == [NOW, NOW + timedelta(milliseconds=1), NOW, NOW + timedelta(milliseconds=2)]
    assert arrivals.at("location/a", NOW + timedelta(seconds=1)) == NOW + timedelta(seconds=1)
