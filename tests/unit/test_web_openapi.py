"""The committed description of the interface is the program's own: the front end's types are made from it."""

import json
from pathlib import Path

from fleet import settings
from web.app import make_app

COMMITTED = Path(__file__).parents[2] / "web" / "ui" / "openapi.json"


def test_the_committed_description_is_current() -> None:
    """When red: python -m web openapi > web/ui/openapi.json, then make the front end's types again."""
    described = json.loads(json.dumps(make_app(settings.load({})).openapi()))
    assert json.loads(COMMITTED.read_text()) == described


def test_every_operation_says_what_it_does_and_how_it_refuses() -> None:
    """A summary, a description, and problem answers; operation ids are unique."""
    paths = make_app(settings.load({})).openapi()["paths"]
    operations = [one for methods in paths.values() for one in methods.values()]
    assert all(one.get("description") for one in operations)
    assert all("4XX" in one["responses"] for one in operations)
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
