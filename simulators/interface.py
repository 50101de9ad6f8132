"""The web interface as one person uses it: log in, ask, act. Scripted people have no other way into the system.

A person who was logged out logs in again; an interface that is away for a moment is asked again later. All people
share one pace, so that a crowd of them never becomes a load test.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import structlog

log = structlog.get_logger("simulators.interface")

Json = dict[str, Any]
Query = str | int | list[str]
AWAY_WAIT_S = 3.0
TRY_LATER = frozenset({429, 502, 503, 504})  # too many, or the interface or its database is away
BROKEN_AT_MOST = 3  # tries of a request the interface fails at
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Refused(Exception):
    """The platform said no; `code` is its stable word for it (contracts.md 7)."""

    def __init__(self, status: int, code: str, params: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code} {dict(params)}")
        self.status = status
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A demo account (demo-accounts.json)."""

    login: str
    password: str = field(repr=False)
    role: str
    unit: str


class Pace:
    """At most one request every `gap_s` seconds, whoever asks."""

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        async with self._turn:
            await asyncio.sleep(self._gap_s)


def open_line(url: str, certificate: str | None = None) -> httpx.AsyncHTTPTransport:
    """The connections all people share. On this machine a self-made certificate is not questioned."""
    if urlsplit(url).hostname in LOOPBACK and certificate is None:
        return httpx.AsyncHTTPTransport(verify=False, retries=1)
    return httpx.AsyncHTTPTransport(verify=certificate or True, retries=1)


class Person:
    """Somebody with an account. `get` and `post` log in when needed and raise Refused for the platform's no."""

    def __init__(self, url: str, account: Account, line: httpx.AsyncHTTPTransport, pace: Pace) -> None:
        self.account = account
        self._http = httpx.AsyncClient(base_url=url, transport=line, timeout=20.0, trust_env=False)
        self._pace = pace
        self._csrf: str | None = None
        self._barred: Refused | None = None  # the password is not ours any more: trying on would lock the account
        self._logging_in = asyncio.Lock()

    async def get(self, path: str, **query: Query) -> Any:
        """What the interface shows at `path`."""
        return await self._ask("GET", path, query, None, {})

    async def post(self, path: str, body: Json | None = None, row_version: int | None = None) -> Any:
        """Do something; the same call is never done twice even when it is sent twice."""
        return await self._ask("POST", path, {}, body or {}, _headers(row_version))

    async def put(self, path: str, body: Json, row_version: int | None = None) -> Any:
        """Put something in the place of what is there."""
        return await self._ask("PUT", path, {}, body, _headers(row_version))

    async def _ask(
        self, method: str, path: str, query: Mapping[str, Query], body: Json | None, headers: dict[str, str]
    ) -> Any:
        broken = 0
        while True:
            await self._log_in()
            csrf = {"X-CSRF-Token": self._csrf or ""} if method != "GET" else {}
            answer = await self._send(method, path, params=query, json=body, headers=headers | csrf)
            if answer is None or answer.status_code in TRY_LATER:
                await asyncio.sleep(AWAY_WAIT_S)
            elif answer.status_code == 401:
                self._csrf = None
            elif answer.is_server_error and (broken := broken + 1) < BROKEN_AT_MOST:
                await asyncio.sleep(AWAY_WAIT_S)
            else:
                return _content(answer)

    async def _log_in(self) -> None:
        async with self._logging_in:
            while self._csrf is None:
                if self._barred is not None:
                    raise self._barred
                credentials = {"login": self.account.login, "password": self.account.password}
                answer = await self._send("POST", "/api/login", json=credentials)
                if answer is None or answer.status_code in TRY_LATER or answer.is_server_error:
                    await asyncio.sleep(AWAY_WAIT_S)
                    continue
                try:
                    self._csrf = str(_content(answer)["csrf_token"])
                except Refused as no:
                    self._barred = no

    async def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response | None:
        """One request; None when the interface cannot be reached."""
        await self._pace.wait()
        try:
            return await self._http.request(method, path, **arguments)
        except httpx.TransportError as error:
            log.info("interface_away", login=self.account.login, error=f"{type(error).__name__}: {error}")
            return None


def _content(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    raise Refused(answer.status_code, str(problem.get("code", "")), problem.get("params") or {})


def _headers(row_version: int | None) -> dict[str, str]:
    headers = {"Idempotency-Key": str(uuid4())}
    if row_version is not None:
        headers["If-Match"] = f'"{row_version}"'
    return headers
