"""Files and search use the interface's own words: what was written from its texts reads the same here."""

import json
from pathlib import Path

from web.labels import LANGUAGES, measured, metrics, rules_named, sentence, word

# Written by web/ui/tests/labels.test.ts with the page's own code.
MEASURED = Path(__file__).parent / "measured.json"


def test_values_are_measured_as_the_page_measures_them() -> None:
    """Below a limit stays below it, in both languages and with the same unit."""
    cases = json.loads(MEASURED.read_text("utf-8"))
    assert {case["language"] for case in cases} == set(LANGUAGES)
    for case in cases:
        assert measured(case["language"], case["name"], case["value"]) == case["said"], case


def test_metrics_become_one_readable_line() -> None:
    """No braces and no names of columns; what is absent is left out."""
    values = {"distance_m": 2400, "moved_min": 4.5, "doubts": [], "calendar": None}
    assert metrics("zh", values) == "行驶里程 2.4 公里；行驶时长 4.5 分钟"
    assert metrics("en", values) == "Distance driven 2.4 km; Time driven 4.5 min"


def test_a_rule_is_found_by_its_name_in_either_language() -> None:
    assert rules_named("节假日") == ["R04"]
    assert rules_named("off the ROUTE") == ["R07"]
    assert rules_named("") == []


def test_an_unknown_code_stays_itself_and_values_fill_a_sentence() -> None:
    assert word("zh", "vehicleClass", "unheard_of") == "unheard_of"
    assert word("en", "severity", None) == ""
    assert "23" in sentence("zh", "notice", "order_approve", {"order_no": 23})
