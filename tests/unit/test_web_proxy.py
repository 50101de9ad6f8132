"""What a proxy says of a client is believed from the named proxy, and from nobody else."""

import httpx
import pytest

from fleet import settings
from web.__main__ import config_of

SAYS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.mark.parametrize(
    ("named", "peer", "believed"),
    [
        (None, "127.0.0.1", False),  # the library's own default would believe this one
        (None, "10.0.0.9", False),
        ("10.0.0.9", "10.0.0.9", True),
        ("172.16.0.0/12", "172.18.0.1", True),
        ("10.0.0.9", "10.0.0.8", False),
    ],
)
async def test_only_the_named_proxy_is_believed(named: str | None, peer: str, believed: bool) -> None:
    """Else anybody could make up an address for every try at a password, or a browser's TLS that is not there."""
    config = config_of(settings.load({} if named is None else {"FLEET_WEB_PROXY": named}))
    config.load()
    transport = httpx.ASGITransport(app=config.loaded_app, client=(peer, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://fleet.example") as client:
        answer = await client.get("/health/live", headers=SAYS)
    assert ("strict-transport-security" in answer.headers) is believed
