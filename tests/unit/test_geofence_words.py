"""Every rule has its words in both languages: a name, a sentence, its parameters and its metrics."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from fleet.seed import reference
from geofence.rules import EVERY

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "web" / "ui" / "src" / "text"


def part(language: str, name: str) -> set[str]:
    """The keys of one part of the alert texts."""
    text = (TEXT / language / "alert.ts").read_text(encoding="utf-8")
    found = re.search(rf"^  {name}: \{{\n(.*?)^  \}}", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return set(re.findall(r"^    (\w+):", found.group(1), re.MULTILINE))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_can_be_read(language: str) -> None:
    """No inspector sees a bare identifier."""
    ids = {rule.id for rule in EVERY}
    assert ids <= part(language, "ruleName")
    assert ids == part(language, "ruleText")
    parameters = {field.name for rule in EVERY for field in fields(rule.defaults)}
    assert parameters <= part(language, "parameter")
    pages = ((ROOT / "docs" / "rules" / f"{rule.id}.md").read_text(encoding="utf-8") for rule in EVERY)
    said = (re.search(r"Metrics:(.*?)Source:", page, re.DOTALL) for page in pages)
    metrics = {name for found in said if found for name in re.findall(r"`(\w+)`", found.group(1))}
    assert metrics - part(language, "metric") - part(language, "metricValue") == set()


def test_a_new_tenant_has_a_version_of_every_rule() -> None:
    """fleet may not import the rules; what it seeds is what the engine judges by."""
    assert list(reference.RULES) == [rule.id for rule in EVERY]


def test_the_list_of_rules_is_the_engines() -> None:
    """The page's filter offers what is judged."""
    assert re.findall(r'"(R\d+)"', (TEXT / "rules.ts").read_text()) == [rule.id for rule in EVERY]
