"""The page about the interface names every route, and no route that is not there."""

import re
from pathlib import Path

from dispatch.lifecycle import Action
from fleet import settings
from web.app import make_app
from web.live import frames

DOCS = Path(__file__).parents[2] / "docs"
# Steps people do not take through the interface by these names: `assign` stands for the first two.
UNSAID = {"assign_retained", "start_emergency", "close_unconfirmed", "archive", "expire"}


def test_every_route_is_on_the_page() -> None:
    page = (DOCS / "api.md").read_text()
    said = set(re.findall(r"^\| `([A-Z]+ /api/[^`]+)` \|", page, flags=re.MULTILINE)) - {"WS /api/live"}
    described = make_app(settings.load({})).openapi()["paths"]
    assert said == {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}


def test_every_step_of_an_order_is_on_the_page() -> None:
    page = (DOCS / "api.md").read_text()
    assert [action.value for action in Action if action.value not in page and action.value not in UNSAID] == []


def test_the_live_page_says_the_sizes_of_the_code() -> None:
    page = (DOCS / "live-format.md").read_text()
    assert f'"header_bytes": {frames.HEADER.size}, "record_bytes": {frames.RECORD.size}' in page
    assert f'"epoch_ms": {frames.EPOCH_MS}' in page
