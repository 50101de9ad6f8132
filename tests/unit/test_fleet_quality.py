"""Limits of quality flags: each model's own, one definition for all programs, every one documented."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet.position import Datum, Quality
from fleet.quality import MODELS, PHONE, PROFILES_VERSION, STANDARD, FixProfile, profile_of, receiver_flags
from ingest.clean import Device, place
from ingest.judging import judge_message
from ingest.reading import Reading
from ingest.registry import Registry
from ingest.row import COLUMNS

DOCS = (Path(__file__).parents[2] / "docs" / "quality.md").read_text("utf-8")
NOW = datetime(2026, 2, 14, 4, 0, tzinfo=UTC)


def test_every_limit_and_every_model_is_documented_with_its_value() -> None:
    """A limit that is changed and not told, or told and not there, fails here."""
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", DOCS, re.MULTILINE))
    assert {name: int(bit) for name, bit in rows.items() if name.isupper()} == {
        flag.name: flag.value for flag in Quality if flag.value
    }
    assert {name: float(value) for name, value in rows.items() if name.islower()} == {
        each.name: float(getattr(STANDARD, each.name)) for each in fields(FixProfile)
    }
    for model, profile in MODELS.items():
        for each in fields(FixProfile):
            if getattr(profile, each.name) != getattr(STANDARD, each.name):
                assert f"`{each.name}` {getattr(profile, each.name)}" in DOCS, (model, each.name)
        assert f"`{model}`" in DOCS
    assert f"| {PROFILES_VERSION} |" in DOCS


def test_the_interface_reads_the_same_bits() -> None:
    """The order of the flags in the interface is that of the bits."""
    source = (Path(__file__).parents[2] / "web/ui/src/live/quality.ts").read_text("utf-8")
    listed = re.findall(r'"(\w+)"', source.split("FIX_FLAGS = [")[1].split("]")[0])
    assert tuple(listed) == Quality(255).codes


@pytest.mark.parametrize(
    ("model", "protocol", "wanted"),
    [("OwnTracks", "native", PHONE), ("", "owntracks", PHONE), ("G10", "jt808", STANDARD), ("", "", STANDARD)],
)
def test_the_model_decides_else_how_it_speaks(model: str, protocol: str, wanted: FixProfile) -> None:
    assert profile_of(model, protocol) is wanted


@pytest.mark.parametrize(
    ("said", "flags"),
    [
        ({}, Quality.GOOD),
        ({"valid": True, "satellites": 4, "accuracy_m": 50, "hdop": 5}, Quality.GOOD),
        ({"valid": False}, Quality.NO_FIX),
        ({"satellites": 3}, Quality.FEW_SATELLITES),
        ({"accuracy_m": 50.1}, Quality.POOR_ACCURACY),
        ({"hdop": 5.1, "satellites": 0}, Quality.POOR_ACCURACY | Quality.FEW_SATELLITES),
    ],
)
def test_what_a_receiver_says_against_itself(said: dict[str, float], flags: Quality) -> None:
    """At a limit nothing is said; beyond it the flag."""
    silent = dict.fromkeys(("valid", "satellites", "accuracy_m", "hdop"))
    assert receiver_flags(STANDARD, **(silent | said)) == flags  # type: ignore[arg-type]


def test_ingest_judges_by_the_model() -> None:
    """70 m are poor for a terminal and usual for a phone; so is what is late."""
    reading = Reading(fixed_at=NOW, lon=121.4, lat=31.2, accuracy_m=70)
    assert place(reading, "d", NOW).quality is Quality.POOR_ACCURACY
    assert place(reading, "d", NOW, profile=PHONE).quality is Quality.GOOD
    patient = FixProfile(late_s=600)
    assert place(reading, "d", NOW + timedelta(minutes=9), profile=patient).quality == Quality.POOR_ACCURACY
    assert Quality.LATE in place(reading, "d", NOW + timedelta(minutes=9)).quality


@pytest.mark.parametrize(("model", "wanted"), [("", Quality.POOR_ACCURACY), ("owntracks", Quality.GOOD)])
def test_a_message_is_judged_by_the_model_of_its_device_whatever_way_it_goes(model: str, wanted: Quality) -> None:
    """The short way of plain messages and the long one (an unknown key) say the same."""
    device = Device(
        device_no=1, tenant_no=1, tenant_id="t", code="d", datum=Datum.WGS84, active=True,
        installed_at=NOW - timedelta(days=1), profile=profile_of(model, ""),
    )  # fmt: skip
    body = {"t": NOW.isoformat(), "lon": 121.4, "lat": 31.2, "accuracy_m": 70}
    for said in (body, body | {"door": 1}):
        judged = judge_message("fleet/v1/d/pos", json.dumps(said).encode(), Registry(devices={"d": device}), NOW)
        assert judged.rows[0].columns[COLUMNS.index("quality")] == wanted
