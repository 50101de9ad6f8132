"""Documentation that lies fails the build: words, settings, commands and paths named in docs must exist, and the reverse."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from fleet.access import Role
from fleet.arguments import parser
from fleet.commanding import life
from fleet.health.facts import Fault
from fleet.health.tickets import TicketState
from fleet.order import OrderState, OrderType
from fleet.position import Rejected
from fleet.settings import VARIABLES
from fleet.vehicle import Relation, VehicleClass, VehicleStatus
from fleet.worktime import DayKind

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        OrderType,
        OrderState,
        VehicleClass,
        VehicleStatus,
        Role,
        DayKind,
        Rejected,
        Fault,
        TicketState,
        life.Kind,
        life.State,
        life.Heard,
    ],
    ids=lambda e: e.__name__,
)
def test_the_glossary_knows_every_word_of_an_enumeration(words: type[StrEnum]) -> None:
    glossary = read("docs/glossary.md")
    assert [str(word) for word in words if f"`{word}`" not in glossary] == []


def test_the_glossary_names_the_three_relations_of_custody() -> None:
    assert all(str(relation) in read("docs/glossary.md") for relation in Relation)


def test_every_setting_is_documented_for_operators_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"`(FLEET_[A-Z0-9_]+)`", read("docs/operations.md")))
    assert set(VARIABLES) - documented == set()
    assert documented - set(VARIABLES) - {"FLEET_SOFTWARE_DIR"} == set()


def test_every_command_of_fleet_is_documented() -> None:
    text = read("docs/operations.md")
    commands = [action for action in parser()._actions if action.choices]
    assert commands
    names = [str(name) for action in commands for name in action.choices or ()]
    assert [name for name in names if f"python -m fleet {name}" not in text] == []


@pytest.mark.parametrize("document", [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_every_file_a_page_names_exists(document: Path) -> None:
    named = re.findall(
        r"`((?:fleet|ingest|geofence|dispatch|web|simulators|local|tests|docs|benchmarks|deploy)/[\w./-]+\.\w+)`",
        document.read_text(encoding="utf-8"),
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_every_link_of_a_page_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_program_folder_is_packaged_explicitly() -> None:
    listed = set(re.search(r"packages = \[(.*?)\]", read("pyproject.toml")).group(1).replace('"', "").split(", "))  # type: ignore[union-attr]
    present = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert listed == present
