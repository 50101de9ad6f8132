"""The parts one running web program is made of, put together in `web.app` and handed to routes as arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import HTTPConnection

from fleet.db import Pool
from fleet.routing import Router
from fleet.settings import Settings
from web.basemap import Basemap
from web.live.hub import Hub
from web.places import Gazetteers


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Everything that lives as long as the program."""

    settings: Settings
    pool: Pool
    audit_pool: Pool  # of its own, so that writing an audit row never waits for a request that waits for it
    router: Router
    hub: Hub
    basemap: Basemap | None
    places: Gazetteers
    clock: Callable[[], datetime]  # aware UTC


def parts_of(connection: HTTPConnection) -> Parts:
    """The parts of the program that serves this request."""
    parts: Parts = connection.app.state.parts
    return parts
