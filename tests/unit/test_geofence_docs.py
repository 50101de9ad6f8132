"""docs/rules tells the truth: every rule has a page with its parameters and defaults, every doubt is explained, and nothing else stands there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from geofence.finding import Doubt
from geofence.rules import EVERY
from geofence.rules.rule import Rule

PAGES = Path(__file__).parents[2] / "docs" / "rules"
TEXT = (PAGES / "README.md").read_text(encoding="utf-8")


def section(rule: Rule) -> str:
    path = PAGES / f"{rule.id}.md"
    assert path.is_file(), f"docs/rules has no page {rule.id}.md"
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {rule.id} {rule.name} {rule.zh}\n")
    return text


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_every_parameter_stands_there_with_its_default(rule: Rule) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section(rule), re.MULTILINE))
    defaults = {each.name: getattr(rule.defaults, each.name) for each in fields(rule.defaults)}
    assert {name: text.strip() for name, text in rows.items()} == {
        name: str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
        for name, value in defaults.items()
    }


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_every_rule_says_what_it_rests_on_and_what_it_cannot_see(rule: Rule) -> None:
    assert all(word in section(rule) for word in ("Severity", "Evidence:", "Metrics:", "Source:", "Cannot see:"))


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_every_parameter_has_a_meaning_in_the_code(rule: Rule) -> None:
    assert all(each.metadata.get("meaning") for each in fields(rule.defaults))


def test_every_rule_file_is_listed_and_every_page_has_a_rule() -> None:
    files = {path.name[:3].upper() for path in (Path(__file__).parents[2] / "geofence" / "rules").glob("r[0-9]*.py")}
    pages = {path.stem for path in PAGES.glob("R*.md") if path.stem != "README"}
    assert files == pages == {rule.id for rule in EVERY}
    assert re.findall(r"^\| \[(R\d\d)\]\(\1\.md\) \| ", TEXT, re.MULTILINE) == [rule.id for rule in EVERY]


def test_every_doubt_is_explained() -> None:
    assert [str(doubt) for doubt in Doubt if f"`{doubt}`" not in TEXT] == []
