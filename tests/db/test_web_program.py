"""`python -m web` as it is started: says when it serves, serves, and ends cleanly with people connected."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def program(
    environment_of: Callable[..., dict[str, str]],
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The running program and its address."""
    environment = environment_of("web", FLEET_WEB_LISTEN="127.0.0.1:0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "web", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while (event := json.loads(await process.stderr.readline()))["event"] != "ready":
            pass
    yield process, f"http://{event['listen']}"
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_it_serves_when_it_says_so_and_ends_on_sigterm(program: tuple[asyncio.subprocess.Process, str]) -> None:
    """Ready means the port is bound; SIGTERM ends it with 0 although a client holds a connection."""
    process, url = program
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        assert (await client.get("/health/live")).json() == {"status": "ok"}
        assert (await client.get("/health/ready")).status_code == 200
        assert "fleet_web_live_viewers" in (await client.get("/metrics")).text
        assert "server" not in (await client.get("/health/live")).headers
        described = await client.get("/api/openapi.json")
        assert described.json()["openapi"].startswith("3.1")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await process.wait()
        assert process.returncode in {0, -signal.SIGTERM}
        assert time.monotonic() - began < 15


def test_a_wrong_setting_is_named_in_one_line() -> None:
    """Exit 2, no trace."""
    environment = {"PATH": os.environ["PATH"], "FLEET_TIMEZONE": "Nowhere/Here"}
    done = subprocess.run(
        [sys.executable, "-m", "web"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == "FLEET_TIMEZONE: Nowhere/Here is not a time zone"
