"""docs/operations.md keeps up with the code: every setting and every make target is in it."""

import re
from pathlib import Path

from fleet.settings import VARIABLES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    """A program knows no FLEET_ variable that its operator cannot look up."""
    assert [name for name in VARIABLES if f"| `{name}` |" not in TEXT] == []


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """What was removed is gone from the page too."""
    assert set(re.findall(r"^\| `(FLEET_\w+)`", TEXT, re.MULTILINE)) <= set(VARIABLES)


def test_every_make_target_is_documented() -> None:
    """What `make help` lists is explained."""
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [name for name in targets if f"make {name}" not in TEXT] == []
