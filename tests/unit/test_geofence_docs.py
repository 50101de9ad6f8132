"""docs/rules.md tells the truth: every rule, parameter, default, doubt and metric stands in it, and nothing else does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from geofence.finding import Doubt
from geofence.rules import RULES
from geofence.rules.rule import Rule

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def section(rule: Rule) -> str:
    found = re.search(rf"^## {rule.id} {rule.name} {rule.zh}\n(.*?)(?=^## )", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/rules.md has no section '## {rule.id} {rule.name} {rule.zh}'"
    return found.group(1)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_it_rests_on_and_what_it_cannot_see(rule: Rule) -> None:
    assert all(word in section(rule) for word in ("Severity", "Evidence:", "Metrics:", "Source:", "Cannot see:"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_parameter_has_a_meaning_in_the_code(rule: Rule) -> None:
    assert all(each.metadata.get("meaning") for each in fields(rule.defaults))


def test_every_rule_file_is_listed_and_every_section_has_a_rule() -> None:
    files = {path.name[:3].upper() for path in (Path(__file__).parents[2] / "geofence" / "rules").glob("r[0-9]*.py")}
    sections = set(re.findall(r"^## (R\d\d) ", TEXT, re.MULTILINE))
    assert files == sections == {rule.id for rule in RULES}


def test_every_doubt_is_explained() -> None:
    assert [str(doubt) for doubt in Doubt if f"`{doubt}`" not in TEXT] == []
