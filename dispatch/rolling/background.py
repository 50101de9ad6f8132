"""Beside the rounds of the engine: better plans, looked for one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dispatch.beside import work_on
from dispatch.rolling.answering import improve
from fleet.routing import Router

LOOK_EVERY_S = 2.0


async def run(database_url: str, router: Router, clock: Callable[[], datetime]) -> None:
    """Until it is cancelled."""
    await work_on(database_url, router, clock, improve, every_s=LOOK_EVERY_S, failed="no_better_plan")
